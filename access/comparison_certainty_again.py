"""Base and scenarios travelled again from the same other homes, at the same other minutes of headways.

The homes are those of the base for every scenario: a change is one of the place where residents of the base
live, and residents that a scenario adds to a cell are taken to live at the home drawn for it. Rows of
frequencies.txt have minutes of their own (``gtfs.frequencies.RandomPhases``), so that lines which a scenario
leaves alone keep theirs.

Walks are found once a realisation and kept for the scenarios that neither move stops or cells nor have other
streets; of many cells so many as fit ``KEPT_BYTES``, others are found again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from access.cells import CellPoints
from access.engine.arrays import WalkLinks
from access.range_columns import Column
from access.realised_columns import travelled_columns
from access.rights_catalogue import RightsCatalogue
from access.stage_network import SnappedCells, SnappedStops
from access.stage_timetable import days_with_headways
from access.travel_again import KnownPrograms, Realisation, drawn_points, walks_from, with_phases
from gtfs.day_tables import DayTables

if TYPE_CHECKING:
    from access.evaluated import Evaluated

HeadwayDays = Mapping[date, DayTables] | None
KEPT_BYTES = 2**29
"""Walks of all realisations that stay in memory, at most."""


class Walks(NamedTuple):
    """Walks of one realisation."""

    cells: SnappedCells
    stops: SnappedStops
    slow: tuple[SnappedCells, SnappedStops] | None  # of slow walkers, where rights ask for them

    @property
    def n_bytes(self) -> int:
        """Memory they take."""
        pairs = [(self.cells, self.stops), *([self.slow] if self.slow else [])]
        links: list[WalkLinks] = []
        for cells, stops in pairs:
            links += [cells.direct, stops.access, stops.footpaths, stops.egress]
        return sum(array.nbytes for each in links for array in each)


class BaseAgain(NamedTuple):
    """What is kept of one realisation of the base."""

    realisation: Realisation
    points: CellPoints
    columns: list[Column]
    walks: Walks | None


@dataclass
class TravelAgain:
    """Computes realisations of a base, and then of its scenarios."""

    base: Evaluated
    catalogues: list[RightsCatalogue]
    kept_bytes: int = 0
    _programs: KnownPrograms = field(default_factory=KnownPrograms)

    @cached_property
    def _days(self) -> HeadwayDays:
        return headway_days(self.base)

    def of_base(self, realisation: Realisation) -> BaseAgain:
        """Draw the homes of a realisation and travel from them."""
        points = drawn_points(self.base.network.inputs.cells, realisation.random_homes())
        columns, walks = self._travel(self.base, self._days, realisation, points, None, self._programs)
        keep = self.kept_bytes + walks.n_bytes <= KEPT_BYTES
        if keep:
            self.kept_bytes += walks.n_bytes
        return BaseAgain(realisation, points, columns, walks if keep else None)

    def of_scenario(
        self, scenario: Evaluated, days: HeadwayDays, drawn: BaseAgain, programs: KnownPrograms
    ) -> list[Column]:
        """Travel in a scenario from the homes and at the minutes of a realisation of its base.

        ``days`` are its ``headway_days``, ``programs`` are kept from one of its realisations to the next.
        """
        before, after = self.base.network, scenario.network
        same = after.cells is before.cells and after.stops is before.stops
        walks = drawn.walks if same else None
        return self._travel(scenario, days, drawn.realisation, drawn.points, walks, programs)[0]

    def _travel(
        self,
        evaluated: Evaluated,
        days: HeadwayDays,
        realisation: Realisation,
        points: CellPoints,
        walks: Walks | None,
        programs: KnownPrograms,
    ) -> tuple[list[Column], Walks]:
        inputs, cells, stops, threads = evaluated.network
        if walks is None:
            walks = Walks(*walks_from(inputs, cells, stops, points, threads), None)
        inputs = with_phases(inputs, days, realisation)
        reach = evaluated.reach.realised(inputs, walks.cells, walks.stops, evaluated.periods, walks.slow)
        columns, slow = travelled_columns(reach, self.catalogues, programs)
        return columns, walks._replace(slow=slow)


def headway_days(evaluated: Evaluated) -> HeadwayDays:
    """Return the service days where vehicles are placed within headways; None where none are."""
    inputs = evaluated.network.inputs
    return days_with_headways(inputs.loaded, inputs.timetables, evaluated.feeds)
