"""Travel times of a run computed once more under another assumption, reduced at once to what cells reach.

Slow walkers, other walking speeds, other points for the residents of a cell, other minutes for headway
service: none of these is written as a matrix; blocks of it pass through memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.batches import Network, batched_network
from access.cells import CellPoints
from access.config import TravelConfig
from access.engine.arrays import least_access_s
from access.matrix_reader import MatrixBlock
from access.reach_of_cells import Reach, reach_of_cells
from access.search import PreparedSearch
from access.snapping import SNAPPED, Snap, snap
from access.stage_inputs import Inputs
from access.stage_network import SnappedCells, SnappedStops, cell_walks, stop_walks
from access.stage_places import Cells
from access.stage_timetable import PeriodPlan, schedules_again
from access.stage_travel_times import search_of_period
from access.travel_times import percentiles_of_network
from access.uncertainty import generator
from gtfs.day_tables import DayTables
from gtfs.frequencies import RandomPhases

Floats = npt.NDArray[np.float64]
SOURCES_A_BLOCK = 1024


@dataclass
class KnownPrograms:
    """What the engine has worked out of the timetable of each period, for the next realisation.

    It depends on the timetable and the walks between stops alone (``access.engine.program``), which other
    homes do not change; where either differs it is worked out anew.
    """

    _of: dict[str, tuple[PreparedSearch, Network]] = field(default_factory=dict)

    def network(self, period: str, search: PreparedSearch) -> Network:
        """Return the network of a search, with the programs of the last one of its period if they fit."""
        known = self._of.get(period)
        programs = known[1].programs if known and _same_programs(known[0], search) else None
        network = batched_network(search, programs)
        self._of[period] = search, network
        return network


def _same_programs(one: PreparedSearch, other: PreparedSearch) -> bool:
    same = one.timetable is other.timetable and one.search == other.search
    same &= least_access_s(one.access) == least_access_s(other.access)
    before, after = one.footpaths, other.footpaths
    same &= np.array_equal(before.start, after.start) and np.array_equal(before.target, after.target)
    return same and np.array_equal(before.walk_s, after.walk_s)


def blocks_of_search(
    search: PreparedSearch,
    percentile: float,
    threads: int | None = None,
    network: Network | None = None,
) -> Iterator[MatrixBlock]:
    """Compute a matrix block by block: whole rows, or whole columns of an arrive-by search."""
    network = batched_network(search) if network is None else network
    everyone = np.arange(search.n_targets)
    for first in range(0, len(network.sources), SOURCES_A_BLOCK):
        some = network.sources[first : first + SOURCES_A_BLOCK]
        minutes = percentiles_of_network(network.of_sources(some), [percentile], threads)[0]
        if search.arrive_by:
            yield MatrixBlock(everyone, some, np.ascontiguousarray(minutes.T))
        else:
            yield MatrixBlock(some, everyone, minutes)


def with_travel(inputs: Inputs, **changes: object) -> Inputs:
    """Return the same inputs with other options of travel."""
    config = inputs.loaded.config
    travel = TravelConfig.model_validate(config.travel.model_dump() | changes)
    changed = config.model_copy(update={"travel": travel})
    return replace(inputs, loaded=replace(inputs.loaded, config=changed))


def walks_again(
    inputs: Inputs, cells: SnappedCells, stops: SnappedStops, threads: int | None
) -> tuple[SnappedCells, SnappedStops]:
    """Find all walks anew between the same places, under the inputs' options of travel."""
    travel = inputs.loaded.config.travel
    again = cell_walks(inputs.streets, (cells.snap, cells.report), travel, threads)
    schedule = inputs.timetables.any_schedule()
    return again, stop_walks(inputs.streets, again, (stops.snap, stops.report), travel, threads, schedule)


def reach_again(
    inputs: Inputs,
    cells: SnappedCells,
    stops: SnappedStops,
    plans: Sequence[PeriodPlan],
    opportunities: Mapping[str, Floats],
    limits_min: Sequence[int],
    threads: int | None = None,
    programs: KnownPrograms | None = None,
) -> dict[str, dict[str, Reach]]:
    """Return what every cell reaches: by period and service."""
    percentile = inputs.loaded.config.travel.percentile
    n_cells = len(inputs.cells.ids)
    found = {}
    for plan in plans:
        search = search_of_period(inputs, cells, stops, plan)
        network = programs.network(plan.config.name, search) if programs else None
        blocks = blocks_of_search(search, percentile, threads, network)
        found[plan.config.name] = reach_of_cells(blocks, n_cells, opportunities, limits_min)
    return found


def realised(
    inputs: Inputs,
    cells: SnappedCells,
    stops: SnappedStops,
    headway_days: Mapping[date, DayTables] | None,
    realisation: Realisation,
    threads: int | None,
) -> tuple[Inputs, SnappedCells, SnappedStops]:
    """Return one realisation of what the inputs leave open: where in a cell, and when in a headway.

    Each cell's point is the home of one of its residents, drawn anew; headway-based vehicles leave at another
    share of their headway, one for each row of frequencies.txt. ``headway_days`` are the service days with
    such vehicles, None where there are none.
    """
    points = drawn_points(inputs.cells, realisation.random_homes())
    moved, walks = walks_from(inputs, cells, stops, points, threads)
    return with_phases(inputs, headway_days, realisation), moved, walks


class Realisation(NamedTuple):
    """One of the realisations of the travel times; its random numbers depend on these two alone."""

    seed: int
    number: int

    def random_homes(self) -> np.random.Generator:
        """Return random numbers for the homes of cells."""
        return generator(self.seed, "travel times", self.number)

    def phases(self) -> RandomPhases:
        """Return where headway-based vehicles leave; equal for all rows that a scenario leaves alone."""
        return RandomPhases(self.seed, self.number)


def with_phases(
    inputs: Inputs, headway_days: Mapping[date, DayTables] | None, realisation: Realisation
) -> Inputs:
    """Return the same inputs with headway-based vehicles elsewhere in their headways."""
    if headway_days is None:
        return inputs
    schedules = schedules_again(inputs.loaded, headway_days, realisation.phases())
    return replace(inputs, timetables=replace(inputs.timetables, schedules=schedules))


def walks_from(
    inputs: Inputs, cells: SnappedCells, stops: SnappedStops, points: CellPoints, threads: int | None
) -> tuple[SnappedCells, SnappedStops]:
    """Find all walks anew from other points of the cells.

    A point that would not join the streets is not used: the cell keeps its own.
    """
    streets, max_snap_m = inputs.streets, inputs.loaded.config.max_snap_m
    drawn = snap(streets, points.lon, points.lat, max_snap_m)
    usable = (drawn.state == SNAPPED) & (cells.snap.state == SNAPPED)
    mixed = Snap(
        np.where(usable, drawn.edge, cells.snap.edge),
        np.where(usable, drawn.along_mm, cells.snap.along_mm),
        np.where(usable, drawn.link_mm, cells.snap.link_mm),
        cells.snap.state,
    )
    travel = inputs.loaded.config.travel
    moved = cell_walks(streets, (mixed, cells.report), travel, threads)
    schedule = inputs.timetables.any_schedule()
    return moved, stop_walks(streets, moved, (stops.snap, stops.report), travel, threads, schedule)


def drawn_points(cells: Cells, random: np.random.Generator) -> CellPoints:
    """Draw one home in each cell, by residents; a cell without any keeps its point."""
    homes = cells.homes
    up_to = np.concatenate([[0.0], np.cumsum(homes.residents)])
    below, above = up_to[homes.start[:-1]], up_to[homes.start[1:]]
    place = below + random.random(len(cells.ids)) * (above - below)
    home = np.searchsorted(up_to, place, side="right") - 1
    lived_in = np.diff(homes.start) > 0
    home = np.clip(home, homes.start[:-1], np.maximum(homes.start[1:] - 1, 0))
    lon, lat = cells.points.lon.copy(), cells.points.lat.copy()
    lon[lived_in], lat[lived_in] = homes.lon[home[lived_in]], homes.lat[home[lived_in]]
    return CellPoints(lon, lat, cells.points.source)
