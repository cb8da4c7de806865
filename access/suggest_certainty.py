"""Intervals of the leaders: the same draws and realisations for base and candidate (common random numbers).

They come from ``access.comparison_certainty``, as those of a comparison do. No index of the draws measures
the objective ``rights``: its interval is not quantified.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from access.comparison_certainty import CertaintyOfBase
from access.index_sheet import PALMA, POOREST40, IndexKey, mean_of
from access.range_columns import place_of
from access.scenario import Scenario
from access.suggest_quick import Quick

NOT_QUANTIFIED = "not quantified"


class Interval(NamedTuple):
    """Interval of an improvement over the base, in the unit of the objective."""

    low: float
    high: float
    kind: str  # what it speaks of, NOT_QUANTIFIED without


NO_INTERVAL = Interval(float("nan"), float("nan"), NOT_QUANTIFIED)


class Certainty:
    """Draws and realisations of a base, for several candidates."""

    def __init__(self, quick: Quick) -> None:
        self._quick = quick
        self._place, self._key, self._sign = _index_of(quick)
        self._base = None if self._key is None else CertaintyOfBase.of(quick.warm)

    def interval(self, scenario: Scenario) -> Interval:
        """Return the interval of what a scenario improves."""
        if self._base is None or self._key is None:
            return NO_INTERVAL
        found = self._base.of_scenario(self._quick.warm.evaluate(scenario))
        interval = found.ranges().get((self._place, self._key))
        if interval is None:
            return NO_INTERVAL
        ends = sorted((self._sign * interval.low, self._sign * interval.high))
        return Interval(ends[0], ends[1], f"{interval.interval_kind}: {interval.sources}")


def _index_of(quick: Quick) -> tuple[tuple[object, ...], IndexKey | None, float]:
    """Return the column and index that measure the objective, and whether more of it is better."""
    headline = quick.headline
    where = {
        "service": headline.service,
        "period": headline.period,
        "cutoff_min": headline.cutoff_min,
    }
    place = place_of("access", where)
    if quick.objective.name == "poorest40":
        return place, mean_of(POOREST40), 1.0
    return (place, PALMA, -1.0) if quick.objective.name == "palma" else (place, None, np.nan)
