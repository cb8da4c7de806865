"""The rules ``change`` and ``level``: a number that is worse than before, a right that is newly unmet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from access.observatory_differences import Difference, usual_change
from access.warning_episodes import (
    Candidate,
    Episode,
    Floats,
    NotJudged,
    Seen,
    Status,
    begun_last,
    reference_of,
)
from access.warning_history import MET, UNMET, History, Key, Number, RightKey
from access.warning_places import at_least, cells_that_fell, judged_residents, residents_of
from access.warning_rules import ChangeRule, LevelRule, Rules

NO_DRAWS, NO_DATA = "no_draws", "no_data"


class Ranged(Protocol):
    """A change with a range."""

    @property
    def low(self) -> float:
        """Lower end."""
        ...

    @property
    def high(self) -> float:
        """Upper end."""
        ...


class FrozenChange(NamedTuple):
    """What a change is compared with."""

    key: Key
    reference: int


class FrozenLevel(NamedTuple):
    """Cells that newly lacked a right, and what was compared."""

    key: Key
    right: RightKey
    reference: int
    cells: tuple[int, ...]


class ChangeWatch:
    """``ChangeRule``: the paired difference with the reference, in size, residents and significance."""

    def __init__(self, rule: ChangeRule, history: History, rules: Rules) -> None:
        self.rule = rule
        self.history = history
        self.rules = rules
        self.begun: Sequence[Episode] = ()
        self.keys = history.watched(rule.indicators, rule.groups)

    def candidates(self, now: int, opened: Sequence[Episode]) -> Iterator[Candidate | NotJudged]:
        """Test every number of the rule against its reference."""
        for key in self.keys:
            subject = subject_of(key)
            values = self.history.numbers[key].value
            first = begun_last(opened, subject)
            reference = reference_of(values, self.history.days, now, first, self.rules.counting)
            if reference is None:
                continue
            moved = self.history.difference(key, reference, now)
            if np.isnan(values[now]) or moved is None:
                reason = NO_DATA if np.isnan(values[now]) else NO_DRAWS
                yield NotJudged(self.rule.name, subject, now, reason)
                continue
            p_value = p_of(moved, values, reference, self.rule.worse, self.rules)
            seen = self._seen(key, reference, now, moved)
            enough = self._large(key, reference, now, seen) and told_apart(moved, self.rule.worse)
            yield Candidate(subject, p_value, enough, seen, FrozenChange(key, reference))

    def follow(self, episode: Episode, now: int) -> tuple[Status, Seen]:
        """Compare with the frozen reference, to see whether what was lost is back.

        Large enough and told apart from the reference, it holds; only one of the two, it neither counts nor
        clears. Less than the threshold and not told apart is good, and so is less than the clearing share.
        """
        key, reference = episode.frozen
        values = self.history.numbers[key].value
        moved = self.history.difference(key, reference, now)
        if np.isnan(values[now]) or moved is None:
            return "unknown", Seen()
        seen = self._seen(key, reference, now, moved)
        large = self._large(key, reference, now, seen)
        apart = told_apart(moved, self.rule.worse)
        if large and apart:
            return "holds", seen
        worse = worsening(values, reference, now, self.rule.worse)
        back = worse < self.rules.counting.clearing_share * self.rule.least_change
        return ("good" if back or not (large or apart) else "between"), seen

    def _large(self, key: Key, reference: int, now: int, seen: Seen) -> bool:
        worse = worsening(self.history.numbers[key].value, reference, now, self.rule.worse)
        if worse < self.rule.least_change:
            return False
        if self.rule.least_residents is None:
            return True
        judged = judged_residents(self.history, key, now)
        return (seen.residents or 0.0) >= at_least(self.rule.least_residents, self.rule.least_share, judged)

    def _seen(self, key: Key, reference: int, now: int, moved: Difference | None) -> Seen:
        number = self.history.numbers[key]
        cells = cells_that_fell(self.history, key, reference, now, self.rule.least_change)
        concerned = number.covered[now] if cells is None else residents_of(self.history, cells, now)
        return Seen(
            before=float(number.value[reference]),
            now=float(number.value[now]),
            low=moved.low if moved else None,
            high=moved.high if moved else None,
            residents=None if np.isnan(concerned) else float(concerned),
            cells=cells or (),
            unit=number.unit,
        )


class LevelWatch:
    """``LevelRule``: residents of cells that met a right at the reference and lack it now."""

    def __init__(self, rule: LevelRule, history: History, rules: Rules) -> None:
        self.rule = rule
        self.history = history
        self.rules = rules
        self.begun: Sequence[Episode] = ()
        self.rights = [
            (key, right)
            for right in history.rights
            for key in history.numbers
            if key.indicator == "right_residents"
            and key.group == "all"
            and (key.standard, key.period) == (right.right, right.period)
        ]

    def candidates(self, now: int, opened: Sequence[Episode]) -> Iterator[Candidate | NotJudged]:
        """Count who newly lacks each right, and test whether more residents lack it than before."""
        for key, right in self.rights:
            subject = subject_of(key)
            number = self.history.numbers[key]
            first = begun_last(opened, subject)
            reference = reference_of(number.value, self.history.days, now, first, self.rules.counting)
            if reference is None:
                continue
            moved = self.history.difference(key, reference, now)
            if np.isnan(number.value[now]) or moved is None:
                reason = NO_DATA if np.isnan(number.value[now]) else NO_DRAWS
                yield NotJudged(self.rule.name, subject, now, reason)
                continue
            states = self.history.rights[right]
            cells = np.flatnonzero((states[reference] == MET) & (states[now] == UNMET))
            frozen = FrozenLevel(key, right, reference, tuple(int(cell) for cell in cells))
            seen = self._seen(frozen, now, moved)
            enough = (seen.residents or 0.0) >= self._least(number, now) and told_apart(moved, "higher")
            p_value = p_of(moved, number.value, reference, "higher", self.rules)
            yield Candidate(subject, p_value, enough, seen, frozen)

    def follow(self, episode: Episode, now: int) -> tuple[Status, Seen]:
        """Count who of those that lost the right still lacks it.

        It holds as long as these are many and more residents than at the reference lack the right, beyond
        the range; many of them whom others' gains outweigh neither count nor clear.
        """
        frozen: FrozenLevel = episode.frozen
        number = self.history.numbers[frozen.key]
        states = self.history.rights[frozen.right][now, list(frozen.cells)]
        if np.isnan(number.value[now]) or not ((states == MET) | (states == UNMET)).any():
            return "unknown", Seen()
        moved = self.history.difference(frozen.key, frozen.reference, now)
        seen = self._seen(frozen, now, moved)
        residents, least = seen.residents or 0.0, self._least(number, now)
        if residents < self.rules.counting.clearing_share * least:
            return "good", seen
        holds = residents >= least and moved is not None and told_apart(moved, "higher")
        return ("holds" if holds else "between"), seen

    def _least(self, number: Number, now: int) -> float:
        return at_least(self.rule.least_residents, self.rule.least_share, float(number.covered[now]))

    def _seen(self, frozen: FrozenLevel, now: int, moved: Difference | None) -> Seen:
        number = self.history.numbers[frozen.key]
        states = self.history.rights[frozen.right][now]
        lacking = [cell for cell in frozen.cells if states[cell] == UNMET]
        people = self.history.residents[now]
        shown = tuple(cell for cell in lacking if not np.isnan(people[cell]))
        return Seen(
            before=float(number.value[frozen.reference]),
            now=float(number.value[now]),
            low=moved.low if moved else None,
            high=moved.high if moved else None,
            residents=float(np.nansum(people[lacking])) * self._part(number, frozen.right, now),
            cells=shown,
            unit=number.unit,
        )

    def _part(self, number: Number, right: RightKey, now: int) -> float:
        """Return the share of residents whom the right is for: by cell it is not known."""
        judged = self.history.rights[right][now] >= MET
        everybody = float(np.nansum(self.history.residents[now][judged]))
        covered = number.covered[now]
        return 1.0 if np.isnan(covered) or everybody <= 0 else min(1.0, covered / everybody)


def worsening(values: Floats, reference: int, now: int, worse: str) -> float:
    """Return by how much a number is worse than its reference, as a share of it; below 0 = better.

    From 0 upwards is a worsening without limit; a number that must not fall cannot fall from 0.
    """
    change = values[now] - values[reference]
    change = change if worse == "higher" else -change
    if values[reference] == 0:
        return float("inf") if change > 0 else 0.0
    return float(change / abs(values[reference]))


def p_of(moved: Difference, values: Floats, reference: int, worse: str, rules: Rules) -> float:
    """Return the p-value of a change, with what the number does between snapshots up to the reference."""
    noise, size = rules.noise, abs(float(values[reference]))
    at_most, assumed = noise.at_most_share * size, noise.assumed_share * size
    usual = usual_change(values[: reference + 1], noise.least_changes, at_most, assumed)
    return moved.p_value("higher" if worse == "higher" else "lower", usual)


def told_apart(moved: Ranged, worse: str) -> bool:
    """Say whether the range of a change lies on the worse side of 0; one that touches 0 does not."""
    return moved.low > 0 if worse == "higher" else moved.high < 0


def subject_of(key: Key) -> Mapping[str, str]:
    """Return what an alert is about, from the name of a number."""
    named = {
        "indicator": key.indicator,
        "service": key.service,
        "period": key.period,
        "cutoff_min": key.cutoff_min,
        "right": key.standard,
        "group": key.group,
    }
    return {name: str(value) for name, value in named.items() if value is not None}
