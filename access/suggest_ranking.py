"""From what every candidate gave to a list that a planner can use.

- One line for a route, a kind of change and a kind of day. Its best variant within the budget stands for it:
  of those that improve at least ``NEARLY`` of what the strongest variant does, the one that improves most per
  extra vehicle-hour (ties: the cheaper). The others follow beneath, the largest improvement first.
- Lines are ranked by improvement per extra vehicle-hour. Lines that improve less than ``SMALLEST_SHARE`` of
  what the best single candidate does come after all others: the cheapest change is seldom a remedy. Ties: the
  cheaper, then the name.
- Variants that improve nothing, cost more than the budget or cannot be done are no lines; the table keeps
  them without a rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from access.suggest_trial import Trial, Tried, per_vehicle_hour

SMALLEST_SHARE = 0.1
NEARLY = 0.9
COLUMNS = (
    "rank",
    "variant",
    "key",
    "line",
    "kind",
    "feed",
    "route_id",
    "route_name",
    "title_en",
    "title_fr",
    "when_en",
    "when_fr",
    "state",
    "extra_vehicle_hours",
    "value",
    "improvement",
    "share_closed",
    "improvement_per_vehicle_hour",
    "share_closed_per_vehicle_hour",
    "low",
    "high",
    "interval_kind",
    "small",
    "in_package",
    "scenario",
    "note",
)


def ranked_table(trial: Trial) -> pd.DataFrame:
    """Return one row a candidate: lines by rank, each with its variants, then candidates without a rank.

    ``rank`` and ``variant`` count from 1; variant 1 stands for its line. ``improvement`` is in the unit of
    the objective, ``share_closed`` of its gap; ``low`` and ``high`` are empty until they are known.
    """
    rows = [_row(trial, number) for number in range(len(trial.candidates))]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = _order(trial)
    table["rank"] = pd.array([order[n][0] if n in order else pd.NA for n in range(len(table))], "Int64")
    table["variant"] = pd.array([order[n][1] if n in order else pd.NA for n in range(len(table))], "Int64")
    table["small"] = [n in order and order[n][2] for n in range(len(table))]
    numbers = dict.fromkeys(("low", "high"), "float64")
    table = table.astype(numbers)
    return table.sort_values(["rank", "variant"], na_position="last", kind="stable").reset_index(drop=True)


def leaders(table: pd.DataFrame, n_lines: int) -> pd.DataFrame:
    """Return the first lines, one row each: the variant that stands for it."""
    return table[(table["variant"] == 1).fillna(False) & (table["rank"] <= n_lines).fillna(False)]


def _order(trial: Trial) -> dict[int, tuple[int, int, bool]]:
    """Return rank, variant and whether its line is small, by position of the candidate."""
    useful = {n: found for n, found in enumerate(trial.tried) if found.improvement > 0}
    lines: dict[str, list[int]] = {}
    for number in useful:
        lines.setdefault(trial.candidates[number].line, []).append(number)
    best = max((found.improvement for found in useful.values()), default=0.0)
    for variants in lines.values():
        variants.sort(key=lambda n: (-useful[n].improvement, useful[n].extra_vehicle_hours, n))
        variants.insert(0, variants.pop(variants.index(_best(variants, useful))))
    placed = sorted(lines, key=lambda line: (*_merit(useful[lines[line][0]], best), line))
    return {
        number: (rank, variant, useful[variants[0]].improvement < SMALLEST_SHARE * best)
        for rank, line in enumerate(placed, start=1)
        for variants in [lines[line]]
        for variant, number in enumerate(variants, start=1)
    }


def _best(variants: Sequence[int], useful: Mapping[int, Tried]) -> int:
    """Return the variant that stands for a line; they come with the largest improvement first."""
    strongest = useful[variants[0]].improvement
    strong = [n for n in variants if useful[n].improvement >= NEARLY * strongest]
    return min(strong, key=lambda n: (*_merit(useful[n], 0.0), n))


def _merit(found: Tried, best: float) -> tuple[bool, float, float]:
    """Return what lines are ranked by, the smallest first."""
    small = found.improvement < SMALLEST_SHARE * best
    rate = per_vehicle_hour(found.improvement, found.extra_vehicle_hours)
    return small, -rate, found.extra_vehicle_hours


def _row(trial: Trial, number: int) -> dict[str, object]:
    candidate, found = trial.candidates[number], trial.tried[number]
    share = trial.share_closed(found.improvement)
    return {
        "key": candidate.key,
        "line": candidate.line,
        "kind": candidate.kind,
        "feed": candidate.feed,
        "route_id": candidate.route_id,
        "route_name": candidate.route_name,
        "title_en": candidate.title["en"],
        "title_fr": candidate.title["fr"],
        "when_en": candidate.when["en"],
        "when_fr": candidate.when["fr"],
        "state": found.state,
        "extra_vehicle_hours": found.extra_vehicle_hours,
        "value": found.value,
        "improvement": found.improvement,
        "share_closed": share,
        "improvement_per_vehicle_hour": per_vehicle_hour(found.improvement, found.extra_vehicle_hours),
        "share_closed_per_vehicle_hour": per_vehicle_hour(share, found.extra_vehicle_hours),
        "low": np.nan,
        "high": np.nan,
        "interval_kind": "",
        "in_package": number in trial.found.package,
        "scenario": "",
        "note": found.why,
    }
