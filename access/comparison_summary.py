"""The few lines that a comparison prints on a terminal."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from access.comparison import Comparison
from access.comparison_notes import WORDS, words_of
from access.comparison_side_by_side import ACCESS_PER_VEHICLE_HOUR, LABELS, WeeklyHours, side_by_side
from access.self_checks import TOTAL

MARKS = {"passed": "ok", "failed": "FAILED", "not checked": "not checked"}
LONGEST_NAMES = 60
"""So many letters of all names together still make a table that fits a terminal."""


def comparison_lines(
    comparisons: Sequence[Comparison],
    hours: Sequence[WeeklyHours | None] | None = None,
    smallest_count: float = 0,
) -> list[str]:
    """Return the table of scenarios side by side, who gains and loses, and the checks, as lines of text.

    Parameters
    ----------
    comparisons, hours
        As ``side_by_side``.
    smallest_count : float
        Fewer residents than this are not told (``results.min_residents_shown``).

    Raises
    ------
    InputDataError
        As ``side_by_side``.
    """
    frame = side_by_side(comparisons, hours)
    headline = comparisons[0].headline
    names = [comparison.scenario["en"] for comparison in comparisons]
    labels = {right: words["en"] for each in comparisons for right, words in each.labels.items()}
    where = "{service}, in less than {cutoff_min} min, {period}".format(**headline)
    lines = [
        where,
        "",
        *_table(_told(frame, names), names, str(headline["service"]), labels, smallest_count),
        "",
    ]
    for comparison in comparisons:
        lines += [comparison.scenario["en"], *(f"  {line}" for line in _of_one(comparison, frame))]
    return lines


def _of_one(comparison: Comparison, frame: pd.DataFrame) -> list[str]:
    notes = frame[f"{comparison.scenario['en']}: note"].dropna()
    parts = [part for note in notes for part in str(note).split("; ") if part in WORDS]
    told = [f"Note: {words_of(part, 'en')}" for part in dict.fromkeys(parts)]
    return [*_benefit(comparison), *told, *_checks(comparison)]


def _checks(comparison: Comparison) -> list[str]:
    """Say what each check found; totals that add up in one line."""
    totals = [check for check in comparison.checks if check.name.startswith(TOTAL)]
    passed = [check for check in totals if check.state == "passed"]
    lines = [
        f"Check of {check.name}: {MARKS[check.state]}; {check.text['en']}"
        for check in comparison.checks
        if check not in passed
    ]
    if passed:
        of = ", ".join(check.name.removeprefix(TOTAL) for check in passed)
        lines.append(f"Check of totals: ok; as in the base and as declared: {of}")
    return lines


def _benefit(comparison: Comparison) -> list[str]:
    """Say which part of the change goes to the poorest 40 %, or why that is not said."""
    frame, where = comparison.benefit, comparison.headline
    here = frame[
        (frame["measure"] == "share")
        & (frame["service"] == where["service"])
        & (frame["period"] == where["period"])
        & (frame["cutoff_min"] == where["cutoff_min"])
    ]
    found = []
    for row in here.to_dict("records"):
        if np.isnan(row["value"]):
            found.append(f"Share of the poorest 40 %: not given. {words_of(row['note'], 'en')}")
        else:
            share = f"{100 * row['value']:.0f} %"
            goes = "goes to" if row["direction"] == "gain" else "falls on"
            found.append(f"Of the {row['direction']} of access, {share} {goes} the poorest 40 %.")
    return found


def _told(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Leave out the rights that nobody gains or loses."""
    of_right = frame["what"].str.startswith("right_")
    return frame[~of_right | (frame[list(names)].fillna(0) != 0).any(axis=1)]


def _table(
    frame: pd.DataFrame, names: Sequence[str], service: str, labels: Mapping[str, str], few: float
) -> list[str]:
    """Return the table; scenarios of long names go by numbers, which a list before it explains."""
    short = sum(map(len, names)) <= LONGEST_NAMES
    heads = list(names) if short else [f"[{number}]" for number in range(1, len(names) + 1)]
    listed = [] if short else [*(f"{head} {name}" for head, name in zip(heads, names, strict=True)), ""]
    header = ("", "base", *heads)
    body = [
        (
            _label(row, service, labels),
            _number(row["base"], row["what"], few),
            *(_number(row[name], row["what"], few) for name in names),
        )
        for row in frame.to_dict("records")
    ]
    widths = [max(len(line[column]) for line in (header, *body)) for column in range(len(header))]
    return listed + [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (header, *body)
    ]


def _label(row: Mapping[Hashable, object], service: str, labels: Mapping[str, str]) -> str:
    label = LABELS[str(row["what"]), str(row["group"])]["en"]
    if row["what"] == ACCESS_PER_VEHICLE_HOUR:
        return f"{service} {label}"
    right = row["standard"]
    return f"{label}: {labels.get(right, right)}" if isinstance(right, str) else label


def _number(value: float, what: str, few: float) -> str:
    if np.isnan(value):
        return "-"
    if what in ("ratio_richest10_poorest40", "concentration_index", "gini"):
        return f"{value:,.3f}"
    of_residents = what.startswith(("residents_", "right_"))
    if of_residents and 0 < value < few:
        return f"under {few:g}"
    whole = abs(value) >= 100 or of_residents
    return f"{value:,.0f}" if whole or value == round(value) else f"{value:.3g}"
