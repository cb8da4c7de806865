"""From what rules see at each snapshot to alerts that begin, persist and clear.

The snapshots are walked once, in order; nothing looks ahead, so what is said at a snapshot does not depend on
later ones. At each snapshot the open alerts of a rule are followed first. Then the rule tests what may be
new, the chances of all its tests are adjusted together (Benjamini and Hochberg 1995), and what is large
enough and significant begins an alert. What an alert is compared with is frozen when it begins: a cut stays a
cut until what was lost is back, however long the worse number has been the usual one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from access.hot_spots import benjamini_hochberg
from access.warning_rules import Counting, Rule

Floats = npt.NDArray[np.float64]
Status = Literal["holds", "between", "good", "unknown"]
"""Of an alert at a snapshot: thresholds met; less, but not yet good; good; not known."""
State = Literal["notice", "warning", "entrenched", "cleared"]


@dataclass(frozen=True)
class Seen:
    """What a rule saw; ``cells`` are positions in ``History.cells``."""

    before: float | None = None
    now: float | None = None
    low: float | None = None
    high: float | None = None
    residents: float | None = None
    cells: tuple[int, ...] = ()
    unit: str | None = None
    change: float | None = None  # along a trend


@dataclass(frozen=True)
class Candidate:
    """What a rule tested.

    Attributes
    ----------
    subject : dict of str to str
        What it is about; never what changes from snapshot to snapshot.
    p_value : float or None
        None = a count without error, which is no test.
    enough : bool
        Whether all thresholds are met.
    frozen
        What the rule compares with as long as the alert lasts.
    """

    subject: Mapping[str, str]
    p_value: float | None
    enough: bool
    seen: Seen
    frozen: Any


class NotJudged(NamedTuple):
    """What a rule could not test at a snapshot, and why (a key of the texts ``warning.not_judged``)."""

    rule: str
    subject: Mapping[str, str]
    snapshot: int
    reason: str


@dataclass
class Episode:
    """An alert as it grows.

    Attributes
    ----------
    since : int
        Snapshot at which it began.
    track : list of (int, Status, Seen)
        Every snapshot from then until it cleared.
    n_snapshots : int
        Snapshots that count and at which it held.
    """

    rule: Rule
    subject: Mapping[str, str]
    since: int
    frozen: Any
    p_value: float | None
    track: list[tuple[int, Status, Seen]]
    n_snapshots: int = 1
    cleared: bool = False
    _held_on: dt.date = field(default=dt.date.min, repr=False)
    _good_on: dt.date | None = field(default=None, repr=False)
    _n_good: int = field(default=0, repr=False)

    @property
    def reference(self) -> int | None:
        """Snapshot that the alert is compared with."""
        found: int | None = getattr(self.frozen, "reference", None)
        return found

    @property
    def held(self) -> tuple[int, Seen]:
        """Last snapshot at which it held, and what was seen there."""
        return next((snapshot, seen) for snapshot, status, seen in reversed(self.track) if status == "holds")

    def state(self, counting: Counting) -> State:
        """Return how far it has come."""
        if self.cleared:
            return "cleared"
        if self.n_snapshots >= counting.entrenched_after:
            return "entrenched"
        return "warning" if self.n_snapshots >= counting.warning_after else "notice"

    def follow(self, snapshot: int, day: dt.date, status: Status, seen: Seen, counting: Counting) -> None:
        """Take in what the rule saw at the next snapshot."""
        self.track.append((snapshot, status, seen))
        if status in ("holds", "between"):
            self._n_good, self._good_on = 0, None
        if status == "holds" and (day - self._held_on).days >= counting.least_days_apart:
            self.n_snapshots, self._held_on = self.n_snapshots + 1, day
        if status == "good":
            if self._good_on is None or (day - self._good_on).days >= counting.least_days_apart:
                self._n_good, self._good_on = self._n_good + 1, day
            was_warning = self.n_snapshots >= counting.warning_after
            self.cleared = self._n_good >= (counting.cleared_after if was_warning else 1)


class Watch(Protocol):
    """One rule over one history; ``begun`` are the alerts of all rules that began so far."""

    rule: Rule
    begun: Sequence[Episode]

    def candidates(self, now: int, opened: Sequence[Episode]) -> Iterator[Candidate | NotJudged]:
        """Test what may be new at a snapshot; ``opened`` are the rule's open alerts."""
        ...

    def follow(self, episode: Episode, now: int) -> tuple[Status, Seen]:
        """See how an open alert stands."""
        ...


def walk(
    watches: Sequence[Watch], days: Sequence[dt.date], counting: Counting, false_discovery_rate: float
) -> tuple[list[Episode], list[NotJudged]]:
    """Walk the snapshots once; return every alert that began, and what could not be judged."""
    episodes: list[Episode] = []
    not_judged: list[NotJudged] = []
    for watch in watches:
        watch.begun = episodes
    for now, day in enumerate(days):
        for watch in watches:
            own = [each for each in episodes if each.rule is watch.rule and not each.cleared]
            for each in own:
                each.follow(now, day, *watch.follow(each, now), counting)
            tested: list[Candidate] = []
            still_open = [each for each in own if not each.cleared]
            for found in watch.candidates(now, still_open):
                if isinstance(found, NotJudged):
                    not_judged.append(found)
                else:
                    tested.append(found)
            for candidate in significant(tested, false_discovery_rate):
                track: list[tuple[int, Status, Seen]] = [(now, "holds", candidate.seen)]
                begun = Episode(
                    watch.rule,
                    candidate.subject,
                    now,
                    candidate.frozen,
                    candidate.p_value,
                    track,
                    _held_on=day,
                )
                episodes.append(begun)
    return episodes, not_judged


def significant(tested: Sequence[Candidate], false_discovery_rate: float) -> list[Candidate]:
    """Return what begins an alert: enough, and significant among all that was tested with it.

    Tests of what is not large enough count among the tests: leaving them out would choose the tests by their
    result. What has no p-value is a count without error, and enough is enough.
    """
    chances = np.array([np.nan if one.p_value is None else one.p_value for one in tested], dtype=float)
    adjusted = benjamini_hochberg(chances) if len(chances) else chances
    return [
        one
        for one, p_value in zip(tested, adjusted, strict=True)
        if one.enough and (np.isnan(p_value) or p_value <= false_discovery_rate)
    ]


def reference_of(
    values: Floats, days: Sequence[dt.date], now: int, first: int, counting: Counting
) -> int | None:
    """Return the snapshot that ``now`` is compared with: of the last few the one with the median value.

    One snapshot alone may be an outlier, and everything after it would look like a change. Of an even number
    the later of the two in the middle is taken, so that one or two earlier snapshots give the newest; of
    equal ones the newest.
    Snapshots closer together than ``least_days_apart`` count once, the later of them; where only such are
    known, the newest.

    Parameters
    ----------
    values : array of float, shape (n_snapshots,)
        NaN = not known, never a reference.
    first : int
        Snapshots before are not looked at: an alert that is open began there.
    """
    known = [number for number in range(first, now) if not np.isnan(values[number])]
    if not known:
        return None
    chosen: list[int] = []
    later = days[now]
    for number in reversed(known):
        if (later - days[number]).days >= counting.least_days_apart:
            chosen.append(number)
            later = days[number]
        if len(chosen) == counting.reference_snapshots:
            break
    if not chosen:
        return known[-1]
    ranked = sorted(chosen, key=lambda number: (values[number], number))
    middle = {values[number] for number in ranked[(len(ranked) - 1) // 2 : len(ranked) // 2 + 1]}
    return max(number for number in ranked if values[number] in middle)


def begun_last(opened: Sequence[Episode], subject: Mapping[str, str]) -> int:
    """Return where the newest open alert of a subject began; 0 without one."""
    return max((each.since for each in opened if dict(each.subject) == dict(subject)), default=0)
