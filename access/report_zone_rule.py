"""The rule that makes a zone of the register, in words: whose rights, which incomes, how sure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from access.report_data import Run
from access.report_zone_gap import number_in
from access.texts import Texts


def rule_words(run: Run, rule: Mapping[str, Any], texts: Texts) -> Iterator[str]:
    """Say what made a zone, as far as the run says it."""
    if catalogue := rule.get("catalogue_used"):
        yield texts("zones.catalogue", catalogue=_catalogue(run, str(catalogue), texts))
    if rule.get("min_rights_unmet") is not None:
        yield texts(
            "zones.rule",
            n=rule["min_rights_unmet"],
            line=_line_words(rule, texts),
            residents=texts.number(number_in(rule, "min_residents")),
            source=texts.label(rule.get("source"), fallback=texts("no_data")),
        )
    if rule.get("draws") and rule.get("min_share_of_draws") is not None:
        yield texts("zones.rule_draws", share=texts.percent(number_in(rule, "min_share_of_draws")))
    if rule.get("n_unstable"):
        yield texts("zones.unstable", n=texts.number(number_in(rule, "n_unstable")))


def _line_words(rule: Mapping[str, Any], texts: Texts) -> str:
    """Write the line of income, with where it comes from."""
    line, value = texts.amount(number_in(rule, "income_line")), number_in(rule, "income_value")
    if rule.get("income_rule") == "share_of_median" and math.isfinite(value):
        return texts("zones.line_share", line=line, share=texts.percent(value))
    if rule.get("income_rule") == "decile" and math.isfinite(value):
        return texts("zones.line_deciles", line=line, n=texts.number(value))
    return line


def income_words(run: Run, texts: Texts) -> str:
    """Say the unit of incomes; empty where the run does not say it."""
    unit = texts.label(run.manifest.get("income_unit"))
    return texts("page.income_unit", unit=unit) if unit else ""


def _catalogue(run: Run, name: str, texts: Texts) -> str:
    listed = run.manifest.get("rights_catalogues") or []
    found: Mapping[str, Any] = next((entry for entry in listed if entry.get("name") == name), {})
    return texts.label(found.get("label"), fallback=name)
