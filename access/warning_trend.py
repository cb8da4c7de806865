"""The rule ``trend``: a number that gets worse little by little, each step too small to be a change.

The slope is the median of the slopes between all pairs of snapshots (Theil 1950, Sen 1968), the chance that
of Mann (1945) and Kendall: neither is moved by one wild snapshot. Both take snapshots as independent; a
number that drifts back and forth over years looks more significant than it is, so a trend must also be large.

Where it began is frozen when it is found, and it is told from there; whether it goes on is judged by the
window that ends at each snapshot, so that a trend that stopped does not hold for ever.

Five snapshots in order have a chance of 1 in 120, and no more can be had from five: where a rule tests many
numbers, that does not survive the adjustment for their number, and the trend is found at the sixth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import kendalltau, theilslopes

from access.warning_change import subject_of, told_apart
from access.warning_episodes import Candidate, Episode, Floats, NotJudged, Seen, Status
from access.warning_history import History, Key
from access.warning_places import at_least, cells_that_fell, judged_residents, residents_of
from access.warning_rules import Rules, TrendRule, Worse

DAYS_A_YEAR = 365.25
COUNTS_RESIDENTS = ("right_residents", "below_line_residents", "nearest_unreached_residents")
"""Numbers that are residents themselves."""


class Trend(NamedTuple):
    """What a window of snapshots shows.

    Attributes
    ----------
    start : float
        Of the line at its beginning.
    change, low, high : float
        Along the window, with the 95 % range of the slope.
    largest_step : float
        Share of the change from first to last that lies between two neighbours; infinite if there is none.
    p_value : float
        One-sided.
    first : int
        Snapshot at which the window begins.
    """

    start: float
    change: float
    low: float
    high: float
    largest_step: float
    p_value: float
    first: int = 0


class FrozenTrend(NamedTuple):
    """A number, and the snapshot from which its trend is told."""

    key: Key
    reference: int


class TrendWatch:
    """``TrendRule`` over a window that ends at each snapshot."""

    def __init__(self, rule: TrendRule, history: History, rules: Rules) -> None:
        self.rule = rule
        self.history = history
        self.rules = rules
        self.begun: Sequence[Episode] = ()
        self.keys = history.watched(rule.indicators, rule.groups)

    def candidates(self, now: int, opened: Sequence[Episode]) -> Iterator[Candidate | NotJudged]:
        """Test the window of every number that has no open trend."""
        open_keys = {each.frozen.key for each in opened}
        for key in self.keys:
            if key in open_keys:
                continue
            first = self._window(key, now)
            chosen = measurements(self.history.numbers[key].value, now, first)
            found = self._trend(key, now, chosen)
            if found is not None:
                steady = found.largest_step <= self.rule.at_most_in_one_step
                enough = steady and self._holds(key, now, found)
                yield Candidate(
                    subject_of(key), found.p_value, enough, self._seen(key, now, found),
                    FrozenTrend(key, found.first),
                )  # fmt: skip

    def follow(self, episode: Episode, now: int) -> tuple[Status, Seen]:
        """See whether the window still gets worse; a level that stays bad is for other rules.

        It holds if the window and all from the beginning on are large and told apart from none. A window
        that is only one of the two neither counts nor clears.
        """
        frozen: FrozenTrend = episode.frozen
        key = frozen.key
        window = self._trend(key, now, self._known(key, self._window(key, now), now))
        whole = self._trend(key, now, self._known(key, frozen.reference, now))
        if window is None or whole is None:
            return "unknown", Seen()
        seen = self._seen(key, now, whole)
        if self._holds(key, now, window) and self._holds(key, now, whole):
            return "holds", seen
        share = self.rules.counting.clearing_share
        still = self._large(key, now, window, share)
        back = not still or not (self._large(key, now, window, 1.0) or told_apart(window, self.rule.worse))
        return ("good" if back else "between"), seen

    def _known(self, key: Key, first: int, now: int) -> list[int]:
        values = self.history.numbers[key].value
        return [number for number in range(first, now + 1) if not np.isnan(values[number])]

    def _trend(self, key: Key, now: int, chosen: Sequence[int]) -> Trend | None:
        """Return the trend of some snapshots; None where they are too few or the last is not known."""
        values = self.history.numbers[key].value
        if np.isnan(values[now]) or len(chosen) < self.rule.least_snapshots:
            return None
        days = np.array([(self.history.days[n] - self.history.days[chosen[0]]).days for n in chosen])
        found = self.history.remembered(
            ("trend", key, tuple(chosen), self.rule.worse),
            lambda: trend(days / DAYS_A_YEAR, values[chosen], self.rule.worse),
        )
        return found._replace(first=chosen[0])

    def _window(self, key: Key, now: int) -> int:
        """Return where the window begins: not before a change that another rule told, which is no trend."""
        kinds, subject = ("level", "change"), dict(subject_of(key))
        told = [one.since for one in self.begun if one.rule.kind in kinds and dict(one.subject) == subject]
        return max([*told, now - self.rule.window_snapshots + 1, 0])

    def _holds(self, key: Key, now: int, found: Trend) -> bool:
        return self._large(key, now, found, 1.0) and told_apart(found, self.rule.worse)

    def _large(self, key: Key, now: int, found: Trend, share: float) -> bool:
        worse = found.change if self.rule.worse == "higher" else -found.change
        relative = np.inf if found.start == 0 and worse > 0 else worse / abs(found.start or 1.0)
        if relative < share * self.rule.least_change:
            return False
        judged = judged_residents(self.history, key, now)
        least = at_least(self.rule.least_residents, self.rule.least_share, judged)
        concerned, _ = self._concerned(key, now, found)
        return concerned >= share * least

    def _concerned(self, key: Key, now: int, found: Trend) -> tuple[float, tuple[int, ...]]:
        """Return who is concerned, and where: more residents where counted, else who lives where it fell."""
        cells = cells_that_fell(self.history, key, found.first, now, self.rule.least_change) or ()
        if key.indicator in COUNTS_RESIDENTS:
            return max(0.0, found.change), cells
        return residents_of(self.history, cells, now), cells

    def _seen(self, key: Key, now: int, found: Trend) -> Seen:
        number = self.history.numbers[key]
        residents, cells = self._concerned(key, now, found)
        return Seen(
            before=found.start,
            now=float(number.value[now]),
            low=found.low,
            high=found.high,
            residents=residents,
            cells=cells,
            unit=number.unit,
            change=found.change,
        )


def measurements(values: Floats, now: int, first: int) -> list[int]:
    """Return the snapshots from ``first`` to ``now`` that measure something anew.

    A number that is exactly the same as at the snapshot before was not measured again (the census of the year
    before). Four equal quarters are one measurement; counted as four they would make two censuses a trend.
    """
    known = [n for n in range(first, now + 1) if not np.isnan(values[n])]
    return [n for place, n in enumerate(known) if place == 0 or values[n] != values[known[place - 1]]]


def trend(years: Floats, values: Floats, worse: Worse) -> Trend:
    """Return what a window shows.

    Parameters
    ----------
    years : array of float, shape (n,)
        Since the first, ascending.
    values : array of float, shape (n,)
        At least 3.
    worse : "lower" or "higher"
    """
    line = theilslopes(values, years)
    span = float(years[-1] - years[0])
    sign = 1.0 if worse == "higher" else -1.0
    moved = sign * float(values[-1] - values[0])
    steps = sign * np.diff(values)
    ties = len(np.unique(values)) < len(values)
    chance = kendalltau(
        years,
        values,
        method="asymptotic" if ties else "exact",
        alternative="greater" if worse == "higher" else "less",
    ).pvalue
    return Trend(
        start=float(line.intercept),
        change=float(line.slope) * span,
        low=float(line.low_slope) * span,
        high=float(line.high_slope) * span,
        largest_step=float(steps.max() / moved) if moved > 0 else float("inf"),
        p_value=1.0 if np.isnan(chance) else float(chance),
    )
