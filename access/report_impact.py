"""Section on comparisons of groups against thresholds that somebody named has set, and on the frames behind.

Evidence, never a legal finding: the program says what was found, how sure, and how far each frame binds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from access.report_claims import side_of
from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_numbers import Number, sure_words, value_words
from access.report_rights import right_label
from access.report_section import Section, some, table_of
from access.report_tables import Table
from access.texts import Texts

INDICATORS = ("benefit_ratio", "burden_ratio", "share_difference", "change_difference")


def impact_section(run: Run, texts: Texts) -> Section:
    """Comparisons that the configuration asks for; one without any says so."""
    impact = run.manifest.get("impact") or {}
    asked: list[Mapping[str, Any]] = impact.get("comparisons") or []
    if not asked:
        return Section("impact", absent=texts("page.no_impact"))
    tables = some(frame_table(impact.get("frames") or [], texts))
    return Section("impact", tuple(_sentences(run, asked, texts)), tables, (texts("impact.no_finding"),))


def frame_table(frames: list[Mapping[str, Any]], texts: Texts) -> Table | None:
    """Laws, guidelines and policies that compare groups: what each asks, and how far it binds as of when."""
    rows = (
        (
            texts.label(frame.get("title"), fallback=str(frame.get("name"))),
            texts.label(frame.get("asks")),
            f"{texts.label(frame.get('source'))} ({frame.get('date')}, {_checked(frame, 'text', texts)})",
            f"{texts.label(frame.get('status'))} "
            f"({frame.get('status_date')}, {_checked(frame, 'status', texts)})",
        )
        for frame in frames
    )
    keys = ("frame", "asks", "frame_source", "frame_status")
    return table_of(texts, texts("table.frames_caption"), keys, rows, word_columns=(1, 2, 3))


def _sentences(run: Run, asked: list[Mapping[str, Any]], texts: Texts) -> Iterator[str]:
    """What was found, how sure, and whether the range carries that the threshold is passed or not."""
    for entry in asked:
        name = str(entry.get("name"))
        if entry.get("state") != "ok":
            yield texts("impact.no_data", name=name.replace("_", " "))
            continue
        number = next((n for kind in INDICATORS for n in run.numbers.of(kind, standard=name)), None)
        asked_for = _asked(run, name)
        if number is None or not asked_for.get("group_label"):
            yield texts.label(entry.get("sentence"))
        elif math.isnan(number.value):
            yield texts("impact.no_data", name=name.replace("_", " "))
        else:
            yield _sentence(run, asked_for, number, texts)


def _sentence(run: Run, asked_for: Mapping[str, Any], number: Number, texts: Texts) -> str:
    """Both numbers, their ratio with its range, and the threshold; then a verdict, or why there is none."""
    threshold = float(asked_for["threshold"])
    found = texts(
        "impact.found",
        what=_what(run, asked_for, number, texts),
        group=texts.label(asked_for.get("group_label")),
        other=texts.label(asked_for.get("other_label")),
        numbers=_both(run, asked_for, number, texts),
        value=value_words(number, texts),
        sure=sure_words(number, texts),
        threshold=texts.number(threshold, 2),
        source=texts.label(asked_for.get("source"), fallback=texts("no_data")),
    )
    everybody = float(np.nansum(run.residents()))
    covered = _covered_share(run, asked_for, number) * everybody
    made = side_of(run, number._replace(covered_population=covered), threshold, texts)
    if made.side == 0:
        return f"{found} {texts('impact.withheld', reason=made.reason)}"
    return f"{found} {texts('impact.above' if made.side > 0 else 'impact.below')}"


def _what(run: Run, asked_for: Mapping[str, Any], number: Number, texts: Texts) -> str:
    """Name what is compared: access at the headline, or who lacks a right, by the name of the right."""
    if asked_for.get("right"):
        return texts("impact.lack", right=right_label(run, str(asked_for["right"]), texts))
    return texts(
        "impact.access",
        service=service_label(run, number.service, texts),
        cutoff=number.cutoff_min,
        period=period_label(run, number.period, texts),
    )


def _both(run: Run, asked_for: Mapping[str, Any], number: Number, texts: Texts) -> str:
    """Write the numbers of both groups, where the run has both."""
    name = "right_headcount" if asked_for.get("right") else "mean_access"
    where: dict[str, object] = {"standard": str(asked_for.get("right"))}
    if not asked_for.get("right"):
        where = {"service": number.service, "period": number.period, "cutoff_min": number.cutoff_min}
    groups = (str(asked_for.get(key)) for key in ("group", "other"))
    first, second = (run.numbers.one(name, group=group, **where) for group in groups)
    if first is None or second is None or math.isnan(first.value) or math.isnan(second.value):
        return ""
    return texts("impact.both", first=value_words(first, texts), second=value_words(second, texts))


def _covered_share(run: Run, asked_for: Mapping[str, Any], number: Number) -> float:
    """Share of the residents of both groups, each once, of whom the comparison speaks."""
    groups = {str(asked_for.get(key) or "all") for key in ("group", "other")}
    if "all" in groups:
        groups = {"all"}
    asked = sum(_residents_of(run, group) for group in groups)
    if not asked or not math.isfinite(number.covered_population):
        return 0.0
    return min(1.0, number.covered_population / asked)


def _residents_of(run: Run, group: str) -> float:
    """Residents of a group: everybody, an income tenth, or a group that the census counts by cell.

    Of a group of the census, those in cells with too few of it to be shown are missing.
    """
    if group == "all":
        return float(np.nansum(run.residents()))
    if group.startswith("decile_"):
        inside = run.column("income_decile") == float(group.removeprefix("decile_"))
        return float(np.nansum(run.residents()[inside]))
    return float(np.nansum(run.column(group)))


def _asked(run: Run, name: str) -> Mapping[str, Any]:
    """Entry of a comparison in the configuration that made the run; empty where it has none."""
    listed = (run.manifest.get("config") or {}).get("comparisons") or []
    return next((entry for entry in listed if entry.get("name") == name), {})


def _checked(frame: Mapping[str, Any], what: str, texts: Texts) -> str:
    return texts("rights.verified" if frame.get(f"{what}_verified") else "rights.unverified")
