"""The rule ``spatial``: a zone of the register appears, grows or stays.

The register calls a zone by one of its cells, which may change from run to run. So zones are known by where
they are. A zone is a known one if at least half of its residents live in cells that were in a zone before, or
if it holds at least half of the residents of a zone of before. An alert holds as long as at least half of the
residents of *its* cells live in some zone, however those are cut, merged or named now. The register has its
own test (``access.exclusion``); here zones are counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from access.warning_episodes import Candidate, Episode, NotJudged, Seen, Status
from access.warning_history import History, ZoneSeen
from access.warning_rules import Rules, ZoneRule


class FrozenZone(NamedTuple):
    """Where an alert is, and what it was compared with."""

    cells: frozenset[int]
    reference: int | None
    before: float | None


class ZoneWatch:
    """``ZoneRule`` over the registers of a series."""

    def __init__(self, rule: ZoneRule, history: History, rules: Rules) -> None:
        self.rule = rule
        self.history = history
        self.rules = rules
        self.begun: Sequence[Episode] = ()
        self.has_register = any(history.zones)

    def candidates(self, now: int, opened: Sequence[Episode]) -> Iterator[Candidate | NotJudged]:
        """Look at every zone of the snapshot."""
        if not self.has_register:
            return
        earlier = self._earlier(now)
        alerted = {cell for each in opened for cell in each.frozen.cells}
        for zone in self.history.zones[now]:
            found = None
            if self.rule.what == "stays":
                found = self._stays(zone, now, alerted)
            elif earlier:
                found = self._new_part(zone, now, earlier, alerted)
            if found is not None:
                yield found

    def follow(self, episode: Episode, now: int) -> tuple[Status, Seen]:
        """See whether the alert's cells still lie in zones."""
        frozen: FrozenZone = episode.frozen
        inside = frozen.cells & self._in_zones(now)
        share = self._residents(inside, now) / (self._residents(frozen.cells, now) or 1.0)
        seen = self._seen(frozen, inside, now)
        if share >= self.rule.same_zone_share:
            return "holds", seen
        clearing = self.rules.counting.clearing_share * self.rule.same_zone_share
        return ("between" if share >= clearing else "good"), seen

    def _earlier(self, now: int) -> list[int]:
        return list(range(max(0, now - self.rules.counting.reference_snapshots), now))

    def _stays(self, zone: ZoneSeen, now: int, alerted: Collection[int]) -> Candidate | None:
        """Return a zone that the first snapshot of the series had: nobody saw it appear."""
        if now or self._share(zone.cells, alerted, now) >= self.rule.same_zone_share:
            return None
        enough = zone.population >= self._least(now)
        frozen = FrozenZone(zone.cells, None, None)
        return Candidate(_subject(zone), None, enough, self._seen(frozen, zone.cells, now), frozen)

    def _new_part(
        self, zone: ZoneSeen, now: int, earlier: Sequence[int], alerted: Collection[int]
    ) -> Candidate | None:
        """Return a zone that is new, or what a known one has gained."""
        ever = {cell for number in earlier for cell in self._in_zones(number)}
        known = self._share(zone.cells, ever, now) >= self.rule.same_zone_share
        known = known or any(
            self._goes_on(before, zone, now) for n in earlier for before in self.history.zones[n]
        )
        if known is (self.rule.what == "appears"):
            return None
        new = zone.cells if self.rule.what == "appears" else zone.cells - ever
        if not new or self._share(new, alerted, now) >= self.rule.same_zone_share:
            return None
        gained = self._residents(new, now)
        enough = gained >= self._least(now)
        before = None
        if self.rule.what == "grows":
            before = self._residents(zone.cells, now) - gained
            enough &= gained >= self.rule.least_growth * before
        frozen = FrozenZone(frozenset(new), earlier[-1], before)
        return Candidate(_subject(zone), None, enough, self._seen(frozen, frozen.cells, now), frozen)

    def _goes_on(self, before: ZoneSeen, zone: ZoneSeen, now: int) -> bool:
        return self._share(before.cells, zone.cells, now) >= self.rule.same_zone_share

    def _in_zones(self, snapshot: int) -> frozenset[int]:
        return frozenset(cell for zone in self.history.zones[snapshot] for cell in zone.cells)

    def _residents(self, cells: Collection[int], now: int) -> float:
        """Return the residents of cells; hidden ones count as none, so the number is a least one."""
        return float(np.nansum(self.history.residents[now, list(cells)])) if cells else 0.0

    def _share(self, cells: Collection[int], within: Collection[int], now: int) -> float:
        """Return the share of residents of cells who live in some others; of the cells if all is hidden."""
        residents = self._residents(cells, now)
        inside = set(cells) & set(within)
        if residents > 0:
            return self._residents(inside, now) / residents
        return len(inside) / len(cells) if cells else 0.0

    def _least(self, now: int) -> float:
        everybody = float(np.nansum(self.history.residents[now]))
        return max(self.rule.least_residents, self.rule.least_share * everybody)

    def _seen(self, frozen: FrozenZone, inside: Collection[int], now: int) -> Seen:
        people = self.history.residents[now]
        residents = self._residents(inside, now)
        return Seen(
            before=frozen.before,
            now=residents,
            residents=residents,
            cells=tuple(sorted(cell for cell in inside if not np.isnan(people[cell]))),
            unit="residents",
        )


def _subject(zone: ZoneSeen) -> dict[str, str]:
    return {"zone": zone.name or zone.zone_id, "zone_id": zone.zone_id}
