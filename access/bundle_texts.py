"""The pages of a bundle for people: how to check it, which commands made it, by which methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from access.bundle_checks import Check
from access.indicator_registry import methods_section
from access.report_data import Run
from access.report_findings import area_name, attribution
from access.report_method import travel_rules
from access.report_rights_words import entries_of, right_label, source_words, threshold_words
from access.texts import Texts


def readme(run: Run, told: Mapping[str, Any], checks: Sequence[Check], texts: Texts) -> str:
    """Return the page that the other side's expert reads first, as Markdown."""
    left_out = [each for each in told["inputs"] if not each["included"]]
    made = told["run"]
    lines = [
        f"# {texts('bundle.title', place=area_name(run, texts))}", "",
        texts("bundle.lead", day=texts.day(made["created"]), version=made["fairreach_version"]), "",
        f"## {texts('bundle.inside_heading')}", "",
        *(f"- {texts(f'bundle.inside.{key}')}" for key in
          ("report", "inputs", "results", "scenarios", "methods", "environment", "checks", "sums")), "",
        f"## {texts('bundle.again_heading')}", "",
        *(f"{place}. {texts(f'bundle.again.{key}')}" for place, key in
          enumerate(("install", "verify", "repeat", "by_hand"), start=1)), "",
        texts("bundle.same"), "",
        f"## {texts('bundle.left_out_heading')}", "",
        texts("bundle.left_out" if left_out else "bundle.all_inside"), "",
        *(f"- `{each['place']}` · {each['bytes']:,} bytes · SHA-256 `{each['sha256']}` · {each['where']}"
          for each in left_out),
        *(f"- {each}" for each in told["not_included"]), "",
        f"## {texts('bundle.checks_heading')}", "",
        *(f"- {check.words(texts)}" for check in checks), "",
        f"## {texts('bundle.signature_heading')}", "",
        texts("bundle.signed" if told["signed_by"] else "bundle.not_signed", signer=told["signed_by"]), "",
        f"## {texts('bundle.limits_heading')}", "",
        texts("bundle.limits"), "",
        f"## {texts('evidence.heading.sources')}", "",
        *(f"- {credit}" for credit in attribution(run, texts)), "",
    ]  # fmt: skip
    return "\n".join(lines)


def methods(run: Run, texts: Texts) -> str:
    """Return the methods of the run as Markdown: travel, rights and their sources, every indicator."""
    lines = [
        f"# {texts('bundle.methods_title', place=area_name(run, texts))}", "", travel_rules(run, texts), "",
        f"## {texts('evidence.heading.rights_sources')}", "",
    ]  # fmt: skip
    for entry in entries_of(run):
        label = texts.capital(right_label(run, str(entry.get("name")), texts))
        lines += [
            f"**{label}** (`{entry.get('name')}`)",
            "",
            f"- {texts('evidence.column.principle')}: {source_words(entry.get('principle') or {}, texts)}",
            f"- {texts('evidence.column.threshold')}: {threshold_words(entry.get('threshold') or {}, texts)}",
            "",
        ]
    return "\n".join([*lines, methods_section(texts.language), ""])


def commands(told: Mapping[str, Any]) -> str:
    """Return the exact commands, to be given in the unpacked bundle."""
    head = "# In the folder of the unpacked bundle, with the packages of environment/requirements.txt:"
    return "\n".join([head, *told["commands"], ""])
