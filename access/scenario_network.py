"""A scenario applied to a city: its timetables, streets, people and places, and the walks that follow.

Each half is edited from what the base has (order: ``configs/scenarios/README.md``), then cells and stops are
joined to the streets and walks are found by the stages of a run. Walks are taken over from the base only
where neither their places nor the streets differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from access.run_network import RunNetwork
from access.scenario import Scenario
from access.scenario_far_stops import refuse_far_stops
from access.scenario_streets import StreetsEdited, edit_streets, resnapped
from access.snapping import Snap, check_snap
from access.stage_inputs import Inputs, Sources
from access.stage_network import (
    LEFT_OUT,
    RIDDEN_THROUGH,
    SnappedCells,
    SnappedStops,
    cell_walks,
    snap_cells,
    snap_stops,
    stop_walks,
)
from access.stage_timetable import schedules_of
from access.watch import Watch
from gtfs.errors import ScenarioError
from gtfs.feed import merge_feeds
from gtfs.match import MatchReport
from gtfs.scenario import EditedFeeds, edit_feeds
from gtfs.timetable import Schedule

if TYPE_CHECKING:
    import gtfs_kit

    from access.planned_feeds import Planned
    from access.scenario_places import PlacesEdited

Joints = TypeVar("Joints")


@dataclass(frozen=True)
class ChangedNetwork:
    """The network of a scenario, and what of it differs from the base.

    Attributes
    ----------
    streets, points : bool
        Whether streets for walking differ, and whether cells have other points.
    travels : bool
        Whether any travel time can differ.
    added : mapping of str to float
        Residents and opportunities declared, by name; see ``access.evaluated.Evaluated``.
    joints_moved : int
        Cells and stops that join the streets elsewhere.
    """

    network: RunNetwork
    feeds: Mapping[str, gtfs_kit.Feed]
    reports: Sequence[MatchReport]
    streets: bool
    points: bool
    travels: bool
    added: Mapping[str, float]
    joints_moved: int


@dataclass(frozen=True)
class _Edits:
    """What the halves of a scenario make of the base's inputs; None where it does not touch them."""

    timetables: EditedFeeds | None = None
    streets: StreetsEdited | None = None
    places: PlacesEdited | None = None

    @property
    def reports(self) -> list[MatchReport]:
        found = [
            report
            for half in (self.timetables, self.streets, self.places)
            if half is not None
            for report in half.reports
        ]
        return sorted(found, key=lambda report: report.number)


def changed_network(
    base: RunNetwork, sources: Sources, scenario: Scenario, watch: Watch, planned: Planned | None = None
) -> ChangedNetwork:
    """Apply a scenario; neither the base nor its sources change.

    Parameters
    ----------
    planned : mapping of str to gtfs_kit.Feed, optional
        Timetables in place of those of the run, which the scenario then edits.

    Raises
    ------
    ScenarioError
        With every problem of timetables, streets and places found.
    """
    if planned:
        from access.planned_feeds import in_place

        sources = in_place(sources, planned)
    edits = edited(base, sources, scenario)
    if planned:
        from access.planned_feeds import with_planned

        edits = replace(edits, timetables=with_planned(edits.timetables, sources, planned))
    watch.lap("changes")
    inputs = base.inputs
    schedules = inputs.timetables.schedules
    if edits.timetables is not None:
        days = list(schedules)
        merged = merge_feeds(edits.timetables.feeds)
        schedules = schedules_of(inputs.loaded.config, merged, days)
        inputs = replace(inputs, timetables=replace(inputs.timetables, schedules=schedules))
    watch.lap("timetable")
    if edits.places is not None:
        places = edits.places.inputs
        inputs = replace(inputs, cells=places.cells, residents=places.residents, services=places.services)
    if edits.streets is not None:
        inputs = replace(inputs, streets=edits.streets.streets)
    cells, n_cells_moved = _cells(base, inputs, edits.streets)
    stops, n_stops_moved = _stops(base, inputs, cells, edits.streets, scenario, planned=bool(planned))
    if edits.places is not None or cells is not base.cells:
        read = replace(inputs.services, found=inputs.services.as_read or inputs.services.found)
        inputs = replace(inputs, services=read.on_streets(cells.snapped))
    watch.lap("walks")
    now, before = inputs.cells.points, base.inputs.cells.points
    return ChangedNetwork(
        network=base._replace(inputs=inputs, cells=cells, stops=stops),
        feeds=edits.timetables.feeds if edits.timetables else sources.feeds,
        reports=edits.reports,
        streets=edits.streets is not None,
        points=not (np.array_equal(now.lon, before.lon) and np.array_equal(now.lat, before.lat)),
        travels=edits.timetables is not None or stops is not base.stops,
        added=edits.places.added if edits.places else {},
        joints_moved=n_cells_moved + n_stops_moved,
    )


def edited(base: RunNetwork, sources: Sources, scenario: Scenario) -> _Edits:
    """Let each half of a scenario edit what it is about; all their problems at once.

    Raises
    ------
    ScenarioError
        If a modification fits nothing or contradicts another.
    """
    problems: list[str] = []
    timetables = streets = places = None
    if scenario.timetable:
        numbers, changes = zip(*scenario.timetable, strict=True)
        try:
            timetables = edit_feeds(sources.feeds, changes, numbers=numbers)
        except ScenarioError as error:
            problems += error.problems
    if scenario.streets:
        try:
            streets = edit_streets(base.inputs.streets, scenario.streets)
        except ScenarioError as error:
            problems += error.problems
    if scenario.land_use:
        from access.scenario_places import edited_places

        try:
            places = edited_places(base.inputs, sources.places, scenario.land_use)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        noun = "problem" if len(problems) == 1 else "problems"
        raise ScenarioError(
            f"{scenario.title}: the scenario cannot be applied: {len(problems)} {noun}", problems
        )
    return _Edits(timetables, streets, places)


class _Joined(NamedTuple, Generic[Joints]):
    """Cells or stops with their walks, and how many of them join the streets elsewhere than in the base."""

    walks: Joints
    n_moved: int


def _cells(base: RunNetwork, inputs: Inputs, streets: StreetsEdited | None) -> _Joined[SnappedCells]:
    """Join cells to the streets and find the walks between them, where either differs."""
    config, points = inputs.loaded.config, inputs.cells.points
    before = base.inputs.cells.points
    anew = (points.lon != before.lon) | (points.lat != before.lat)
    if streets is None and not anew.any():
        return _Joined(base.cells, 0)
    if streets is None:
        found = snap_cells(inputs.streets, points.lon, points.lat, config.max_snap_m)
        moved = anew
    else:
        snapped, moved = resnapped(
            streets, base.cells.snap, points.lon, points.lat, config.max_snap_m, anew=anew
        )
        report = check_snap(inputs.streets, points.lon, points.lat, snapped, "cells", LEFT_OUT)
        found = snapped, report
    return _Joined(cell_walks(inputs.streets, found, config.travel, base.threads), int(moved.sum()))


def _stops(
    base: RunNetwork,
    inputs: Inputs,
    cells: SnappedCells,
    streets: StreetsEdited | None,
    scenario: Scenario,
    *,
    planned: bool = False,
) -> _Joined[SnappedStops]:
    """Join stops to the streets and find their walks, where stops, streets or cells differ."""
    config = inputs.loaded.config
    schedule, before = inputs.timetables.any_schedule(), base.inputs.timetables.any_schedule()
    changed = changed_stops(before, schedule)
    same = len(changed) == 0 and schedule.stop_ids == before.stop_ids
    if same and streets is None and cells is base.cells:
        return _Joined(base.stops, 0)
    if not planned:  # a whole timetable may leave the streets of the run, as that of the run may
        refuse_far_stops(inputs, schedule, changed, scenario.timetable, scenario.title)
    moved = changed
    if streets is not None:
        timetable = schedule.timetable
        lon, lat = timetable.stop_lon, timetable.stop_lat
        known, anew = _joints_before(base.stops.snap, before, schedule, changed)
        snapped, other = resnapped(streets, known, lon, lat, config.max_snap_m, anew=anew)
        moved = np.flatnonzero(other)
        found = snapped, check_snap(inputs.streets, lon, lat, snapped, "stops", RIDDEN_THROUGH)
    elif same:
        found = base.stops.snap, base.stops.report
    else:
        found = snap_stops(inputs.streets, schedule, config.max_snap_m)
    walks = stop_walks(inputs.streets, cells, found, config.travel, base.threads, schedule)
    known_before = np.isin(np.array(schedule.stop_ids)[moved], before.stop_ids)
    return _Joined(walks, int(known_before.sum()))


def _joints_before(
    joints: Snap, before: Schedule, after: Schedule, changed: npt.NDArray[np.int64]
) -> tuple[Snap, npt.NDArray[np.bool_]]:
    """Return where the stops of a schedule join the streets of the base, and which are new or moved."""
    known = {name: at for at, name in enumerate(before.stop_ids)}
    at = np.array([known.get(name, 0) for name in after.stop_ids], dtype=np.int64)
    anew = np.zeros(len(at), dtype=np.bool_)
    anew[changed] = True
    known_joints = Snap(joints.edge[at], joints.along_mm[at], joints.link_mm[at], joints.state[at])
    return known_joints, anew


def changed_stops(before: Schedule, after: Schedule) -> npt.NDArray[np.int64]:
    """Return the stops of a schedule, by position, that another lacks or has elsewhere."""
    known = {name: at for at, name in enumerate(before.stop_ids)}
    at = np.array([known.get(name, -1) for name in after.stop_ids], dtype=np.int64)
    moved = np.zeros(len(at), dtype=np.bool_)
    for column in ("stop_lon", "stop_lat"):
        old, new = getattr(before.timetable, column), getattr(after.timetable, column)
        there = np.append(old, np.nan)[at]
        moved |= (there != new) & ~(np.isnan(there) & np.isnan(new))
    return np.flatnonzero((at < 0) | moved)
