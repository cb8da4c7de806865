"""What a search found in words: base, gap, list, package, what was not tried.

The page (``suggest_report``) and the terminal say the same sentences.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from access.report_data import Run
from access.report_findings import period_label, service_label
from access.suggest_trial import Trial, per_vehicle_hour
from access.suggest_words import (
    GAP_SENTENCE,
    GENERAL_UNTRIED,
    LEFT_OUT,
    NO_GAP,
    NO_INTERVAL,
    OBJECTIVE,
    PACKAGE,
    SEARCHED,
    STATES,
    STOPPED,
    WHY_SO,
)
from access.texts import Texts

PER_HOURS = 10
"""Vehicle-hours a week for which efficiency is told."""
EXPLAINED = 3
"""First ranks of which the reason is told if they are not in the package."""


def base_lines(trial: Trial, run: Run, texts: Texts) -> list[str]:
    """Return base and gap with units, and how much was searched."""
    name, language = trial.quick.objective.name, texts.language
    decimals = 3 if name == "palma" else 0
    headline = run.headline
    base = OBJECTIVE[name][language].format(
        value=texts.number(trial.base_value, decimals),
        gap=texts.number(trial.gap, decimals),
        service=service_label(run, headline.service, texts),
        cutoff=headline.cutoff_min,
        period=period_label(run, headline.period, texts),
        catalogue=texts.label(trial.quick.catalogue_label),
    )
    searched = SEARCHED[language].format(
        budget=texts.amount(trial.budget),
        candidates=texts.number(len(trial.candidates) + trial.n_left_out),
        computed=texts.number(sum(found.state == "computed" for found in trial.tried)),
        computations=texts.number(trial.found.evaluations),
    )
    if trial.gap > 0:
        return [base, searched]
    return [base.partition(GAP_SENTENCE[language])[0], NO_GAP[language], searched]


def closed_words(share: float, improvement: float, texts: Texts) -> str:
    """Return the share of the gap; without a gap what is improved, in the unit of the objective."""
    if math.isfinite(share):
        return texts.percent(share)
    return texts.number(improvement, 0 if abs(improvement) >= 10 else 4)


def rate_words(share: float, improvement: float, extra_vehicle_hours: float, texts: Texts) -> str:
    """Return the same for each ``PER_HOURS`` vehicle-hours a week; ∞ where it costs nothing more."""
    rates = (per_vehicle_hour(each, extra_vehicle_hours) for each in (share, improvement))
    of_share, of_improvement = (PER_HOURS * rate for rate in rates)
    return "∞" if math.isinf(of_improvement) else closed_words(of_share, of_improvement, texts)


def interval_words(row: Mapping[Any, Any], texts: Texts) -> str:
    """Return the interval of the share closed, or that it is not quantified."""
    low, high = interval_of(row)
    if not (math.isfinite(low) and math.isfinite(high)):
        return NO_INTERVAL[texts.language]
    ends = (
        closed_words(end if math.isfinite(row["share_closed"]) else math.nan, end, texts)
        for end in (low, high)
    )
    return texts("range.from_to", **dict(zip(("low", "high"), ends, strict=True)))


def interval_of(row: Mapping[Any, Any]) -> tuple[float, float]:
    """Return the ends of the interval as shares of the gap, without one as they are; NaN: none."""
    if not math.isfinite(row["share_closed"]):
        return row["low"], row["high"]
    scale = row["share_closed"] / row["improvement"] if row["improvement"] else math.nan
    return row["low"] * scale, row["high"] * scale


def why_so(table: pd.DataFrame, trial: Trial, texts: Texts) -> list[str]:
    """Return why the list is in this order, as far as the lines shown need it."""
    told = [WHY_SO["rank"][texts.language]]
    if table["small"].any():
        best = closed_words(table["share_closed"].max(), table["improvement"].max(), texts)
        told.append(WHY_SO["small"][texts.language].format(best=best))
    return told + _above_one(trial, table["share_closed"].max(), texts)


def _above_one(trial: Trial, share: float, texts: Texts) -> list[str]:
    """Say what more than the whole gap means, for the objective where it needs saying."""
    return (
        [WHY_SO["above_one"][texts.language]]
        if trial.quick.objective.name == "poorest40" and share > 1
        else []
    )


def package_lines(trial: Trial, package_interval: Mapping[str, float] | None, texts: Texts) -> list[str]:
    """Return what the package costs and closes, in sentences."""
    language = texts.language
    if not trial.found.package:
        return [PACKAGE["none"][language]]
    hours = trial.package.extra_vehicle_hours
    share = trial.share_closed(trial.package.improvement)
    key = "together" if math.isfinite(share) else "no_gap"
    improvement = trial.package.improvement
    words = {
        "share": closed_words(share, improvement, texts),
        "rate": rate_words(share, improvement, hours, texts),
    }
    told = [PACKAGE[key][language].format(hours=texts.amount(hours), **words)]
    if package_interval is not None:
        row = {"share_closed": share, "improvement": trial.package.improvement, **package_interval}
        told.append(PACKAGE["interval"][language].format(interval=interval_words(row, texts)))
    return told


def package_members(trial: Trial, language: str) -> list[str]:
    """Return the titles of the changes in the package."""
    return [trial.candidates[number].title[language] for number in trial.found.package]


def why_not(trial: Trial, table: pd.DataFrame, texts: Texts) -> Iterable[str]:
    """Yield why the first ranks are not in the package, after how a package is made."""
    language = texts.language
    if not trial.found.package:
        return
    yield from _above_one(trial, trial.share_closed(trial.found.improvement), texts)
    members = [trial.candidates[number] for number in trial.found.package]
    first = table[(table["rank"] <= EXPLAINED).fillna(False)]
    missing = [
        lines.iloc[0] for _, lines in first.groupby("rank", sort=True) if not lines["in_package"].any()
    ]
    if not missing and not (table["small"] & table["in_package"]).any():
        return
    yield PACKAGE["why"][language]
    left = trial.budget - trial.found.cost
    for row in missing:
        key = "too_dear" if row["extra_vehicle_hours"] > left else "no_more"
        if (row["feed"], row["route_id"]) in {member.route for member in members}:
            key = "same_line"
        yield LEFT_OUT[key][language].format(
            rank=row["rank"],
            route=row["route_name"],
            hours=texts.amount(row["extra_vehicle_hours"]),
            left=texts.amount(left),
        )


def untried(trial: Trial, texts: Texts) -> list[str]:
    """Return what was not computed, and what is no candidate at all."""
    language = texts.language
    states = [found.state for found in trial.tried]
    counts = {state: states.count(state) for state in STATES} | {"left out": trial.n_left_out}  # type: ignore[arg-type]
    told = [] if trial.found.complete else [STOPPED[trial.found.stopped][language]]
    for state, n in counts.items():
        if n:
            one, more = STATES[state][language]
            told.append(one if n == 1 else more.format(n=texts.number(n)))
    return [*told, GENERAL_UNTRIED[language]]
