"""The few lines that a comparison prints on a terminal."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from access.comparison import Comparison
from access.comparison_cutoffs import AtCutoff, at_cutoffs, holds_zero
from access.comparison_notes import THEY_LOSE, WORDS, words_of
from access.comparison_side_by_side import ACCESS_PER_VEHICLE_HOUR, WeeklyHours, label_of, side_by_side
from access.comparison_sizes import sizes_of
from access.self_checks import TOTAL

MARKS = {"passed": "ok", "failed": "FAILED", "not checked": "not checked"}
LONGEST_NAMES = 60
"""So many letters of all names together still make a table that fits a terminal."""


def comparison_lines(
    comparisons: Sequence[Comparison],
    hours: Sequence[WeeklyHours | None] | None = None,
    smallest_count: float = 0,
    words: Mapping[str, str] | None = None,
) -> list[str]:
    """Return the table of scenarios side by side, who gains and loses, and the checks, as lines of text.

    Parameters
    ----------
    comparisons, hours
        As ``side_by_side``.
    smallest_count : float
        Fewer residents than this are not told (``results.min_residents_shown``).
    words : mapping of str to str, optional
        What readers call services and periods (``words_of_run``); without it they go by their names.

    Raises
    ------
    InputDataError
        As ``side_by_side``.
    """
    frame = side_by_side(comparisons, hours)
    headline = comparisons[0].headline
    names = [comparison.scenario["en"] for comparison in comparisons]
    labels = {right: words["en"] for each in comparisons for right, words in each.labels.items()}
    called = words or {}
    service, period = (called.get(str(headline[name]), str(headline[name])) for name in ("service", "period"))
    sure = all(comparison.noise_quantified for comparison in comparisons)
    table = _table(_told(frame, names), names, service, labels, smallest_count, sure=sure)
    lines = [f"{service}, in less than {headline['cutoff_min']} min, {period}", "", *table, ""]
    for comparison in comparisons:
        of_one = _of_one(comparison, frame, smallest_count)
        lines += [comparison.scenario["en"], *(f"  {line}" for line in of_one)]
    return lines


def words_of_run(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return what readers call the services and periods of a run in English, by name, from its manifest."""
    found: dict[str, str] = {}
    for entry in (*(manifest.get("services") or ()), *(manifest.get("periods") or ())):
        label = entry.get("label")
        told = label.get("en") if isinstance(label, Mapping) else label
        if told:
            found[str(entry["name"])] = str(told)
    return found


def _of_one(comparison: Comparison, frame: pd.DataFrame, few: float) -> list[str]:
    notes = frame[f"{comparison.scenario['en']}: note"].dropna()
    parts = [part for note in notes for part in str(note).split("; ") if part in WORDS]
    told = [f"Note: {words_of(part, 'en')}" for part in dict.fromkeys(parts) if part != THEY_LOSE]  # is told
    found = (_means(comparison), _sizes(comparison, few), _benefit(comparison), _cutoffs(comparison))
    return [*(line for lines in found for line in lines), *told, *_checks(comparison)]


def _means(comparison: Comparison) -> Iterator[str]:
    """Say the mean change of all and of the poorest 40 % with its interval, where that is known."""
    where: Mapping[str, Any] = comparison.headline
    winners = comparison.winners
    here = winners["measure"].eq("access")
    for name in ("service", "period", "cutoff_min"):
        here &= winners[name].eq(where[name]).fillna(False).astype(bool)
    called = {"all": "all residents", "poorest40": "the poorest 40 %"}
    for row in winners[here & winners["group"].isin(list(called))].to_dict("records"):
        change, low, high = (float(row[name]) for name in ("mean_change", "low", "high"))
        if np.isfinite([change, low, high]).all():
            chance = ": not told from chance" if holds_zero(change, low, high) else ""
            ends = f"range {_signed(low)} to {_signed(high)}{chance}"
            yield f"Mean change of {called[row['group']]}: {_signed(change)} ({ends})."


def _sizes(comparison: Comparison, few: float) -> Iterator[str]:
    """Say of those who gain, and who lose, how many do so by much and by little."""
    for state, who in (("gain", "gaining"), ("loss", "losing")):
        if not (comparison.cells["headline_state"] == state).any():
            continue
        sizes = sizes_of(comparison.cells, state, few)
        if not np.isnan(sizes.tenth_or_more):
            yield (
                f"Of the residents {who}, {sizes.tenth_or_more:,.0f} by a tenth or more, "
                f"{sizes.under_2_percent:,.0f} by less than 2 %."
            )


def _cutoffs(comparison: Comparison) -> Iterator[str]:
    """Say share and mean change at every cutoff; nothing where there is one only."""
    found = at_cutoffs(comparison.winners, comparison.benefit, comparison.headline)
    if len(found) < 2:
        return
    *first, last = (f"{each.cutoff_min}" for each in found)
    minutes = f"At {', '.join(first)} and {last} min"
    if any(np.isfinite(each.share) for each in found):
        both_ways = len({each.direction for each in found if each.direction}) > 1
        shares = ", ".join(_share_at(each, both_ways=both_ways) for each in found)
        yield f"{minutes}, share of the poorest 40 %: {shares}."
    yield f"{minutes}, mean change of all residents: {', '.join(map(_mean_at, found))}."


def _share_at(each: AtCutoff, *, both_ways: bool) -> str:
    if np.isnan(each.share):
        return "not given"
    return f"{100 * each.share:.0f} %" + (f" of a {each.direction}" if both_ways else "")


def _mean_at(each: AtCutoff) -> str:
    return _signed(each.mean_change) + (" (not told from chance)" if each.by_chance else "")


def _signed(value: float) -> str:
    if np.isnan(value) or value == 0:
        return "-" if np.isnan(value) else "0"
    return f"{value:+,.0f}" if abs(value) >= 10 else f"{value:+.2g}"


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
            found.append(f"Of the mean {row['direction']} of all, {share} {goes} the poorest 40 %.")
    return found


def _told(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Leave out the rights that nobody gains or loses, and what a vehicle-hour buys where none is added."""
    nothing = ~(frame[list(names)].fillna(0) != 0).any(axis=1)
    may_go = frame["what"].str.startswith("right_") | frame["what"].eq(ACCESS_PER_VEHICLE_HOUR)
    return frame[~(may_go & nothing)]


def _table(
    frame: pd.DataFrame,
    names: Sequence[str],
    service: str,
    labels: Mapping[str, str],
    few: float,
    *,
    sure: bool,
) -> list[str]:
    """Return the table; scenarios of long names go by numbers, which a list before it explains."""
    short = sum(map(len, names)) <= LONGEST_NAMES
    heads = list(names) if short else [f"[{number}]" for number in range(1, len(names) + 1)]
    listed = [] if short else [*(f"{head} {name}" for head, name in zip(heads, names, strict=True)), ""]
    header = ("", "base", *heads)
    body = [
        (
            _label(row, service, labels, sure=sure),
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


def _label(row: Mapping[Hashable, object], service: str, labels: Mapping[str, str], *, sure: bool) -> str:
    label = label_of(str(row["what"]), str(row["group"]), "en", beyond_noise=sure)
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
