"""The rule ``segregation``: an index that leaves its range.

No draws are made of indices of segregation: they are counts of a census, and how far these are from the truth
is not modelled. So the range is the larger of two. One is what shuffled cities give by chance alone (the
finite-sample bias that the run computes). The other is the range in which one more value is expected from the
index's own earlier values, once there are enough *different* ones: equal values in a row are one census seen
again. Student's t, prediction of one more value of a normal sample. Without either there is no alert.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from access.warning_change import p_of, subject_of, worsening
from access.warning_episodes import (
    Candidate,
    Episode,
    NotJudged,
    Seen,
    Status,
    begun_last,
    reference_of,
)
from access.warning_history import History, Key
from access.warning_rules import Rules, SegregationRule
from access.warning_trend import measurements


class FrozenIndex(NamedTuple):
    """What an index is compared with."""

    key: Key
    reference: int
    half_width: float


class SegregationWatch:
    """``SegregationRule`` for each of its indices, of all residents."""

    def __init__(self, rule: SegregationRule, history: History, rules: Rules) -> None:
        self.rule = rule
        self.history = history
        self.rules = rules
        self.begun: Sequence[Episode] = ()
        self.keys = [
            key for key in history.numbers if key.indicator in rule.indicators and key.group == "all"
        ]

    def candidates(self, now: int, opened: Sequence[Episode]) -> Iterator[Candidate | NotJudged]:
        """Compare every index with its range."""
        for key in self.keys:
            subject = subject_of(key)
            values = self.history.numbers[key].value
            first = begun_last(opened, subject)
            reference = reference_of(values, self.history.days, now, first, self.rules.counting)
            if reference is None:
                continue
            if np.isnan(values[now]):
                yield NotJudged(self.rule.name, subject, now, "no_data")
                continue
            half_width, p_value = self._range(key, reference, now)
            if half_width is None:
                yield NotJudged(self.rule.name, subject, now, "no_range")
                continue
            frozen = FrozenIndex(key, reference, half_width)
            yield Candidate(
                subject, p_value, self._status(frozen, now) == "holds", self._seen(frozen, now), frozen
            )

    def follow(self, episode: Episode, now: int) -> tuple[Status, Seen]:
        """Compare with the frozen reference and range."""
        frozen: FrozenIndex = episode.frozen
        if np.isnan(self.history.numbers[frozen.key].value[now]):
            return "unknown", Seen()
        return self._status(frozen, now), self._seen(frozen, now)

    def _status(self, frozen: FrozenIndex, now: int) -> Status:
        values = self.history.numbers[frozen.key].value
        moved = abs(values[now] - values[frozen.reference])
        worse = worsening(values, frozen.reference, now, self.rule.worse)
        if worse >= self.rule.least_change and moved > frozen.half_width:
            return "holds"
        share = self.rules.counting.clearing_share
        within = worse >= share * self.rule.least_change and moved > share * frozen.half_width
        return "between" if within else "good"

    def _range(self, key: Key, reference: int, now: int) -> tuple[float | None, float | None]:
        """Return the half-width of the range of a change, and the p-value where chance was quantified."""
        values = self.history.numbers[key].value
        moved = self.history.difference(key, reference, now)
        if moved is not None:
            p_value = p_of(moved, values, reference, self.rule.worse, self.rules)
            return (moved.high - moved.low) / 2, p_value
        widths: list[float] = []
        chance: float | None = None
        bias = self.history.numbers.get(key._replace(indicator=f"{key.indicator}_bias"))
        if bias is not None and not np.isnan(bias.value[now]):
            widths.append(abs(float(bias.value[now])))
        earlier = values[measurements(values, now - 1, 0)] if now else np.empty(0)
        if len(earlier) >= self.rule.least_values:
            spread = float(np.std(earlier, ddof=1)) * np.sqrt(1 + 1 / len(earlier))
            widths.append(float(student.ppf((1 + self.rule.coverage) / 2, len(earlier) - 1)) * spread)
            away = float(values[now] - earlier.mean()) * (1 if self.rule.worse == "higher" else -1)
            if spread > 0:
                chance = float(student.sf(away / spread, len(earlier) - 1))
        return (max(widths), chance) if widths else (None, None)

    def _seen(self, frozen: FrozenIndex, now: int) -> Seen:
        number = self.history.numbers[frozen.key]
        moved = float(number.value[now] - number.value[frozen.reference])
        return Seen(
            before=float(number.value[frozen.reference]),
            now=float(number.value[now]),
            low=moved - frozen.half_width,
            high=moved + frozen.half_width,
            unit=number.unit,
        )
