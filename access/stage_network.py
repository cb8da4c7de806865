"""Stage of a run: streets, cells and stops joined into walks that a search can use."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from access.config import TravelConfig
from access.config_file import LoadedConfig
from access.engine.arrays import WalkLinks
from access.errors import DataQualityWarning, InputDataError
from access.network import reversed_walks, walk_links
from access.snapping import SNAPPED, Snap, SnapReport, check_snap, snap
from access.station_walks import station_walks
from access.street_modes import read_street_modes_pbf
from access.streets import (
    StreetGraph,
    StreetReport,
    download_streets,
    read_streets_graphml,
    read_streets_pbf,
)
from access.vector_files import read_zones
from gtfs.feed import SEPARATOR
from gtfs.timetable import Schedule

Floats = npt.NDArray[np.float64]
LEFT_OUT = "their residents are left out of every result"
RIDDEN_THROUGH = "can only be ridden through"


def load_streets(loaded: LoadedConfig) -> tuple[StreetGraph, StreetReport]:
    """Read the streets from whichever source the configuration names."""
    source = loaded.config.streets
    bound = loaded.config.travel.step_free
    if bound:
        return _step_free_streets(loaded, bound)
    if source.osm_pbf:
        return read_streets_pbf(loaded.path(source.osm_pbf))
    if source.graphml:
        return read_streets_graphml(loaded.path(source.graphml))
    if source.boundary:
        return download_streets(
            boundary=read_zones(loaded.path(source.boundary), layer=source.boundary_layer)
        )
    return download_streets(place=source.place)


def _step_free_streets(loaded: LoadedConfig, bound: str) -> tuple[StreetGraph, StreetReport]:
    source = loaded.config.streets.osm_pbf
    if source is None:
        raise InputDataError(
            "travel.step_free needs the tags of streets.osm_pbf; give it, or leave step_free out"
        )
    read = read_street_modes_pbf(loaded.path(source), step_free_bounds=(bound,))
    if bound not in read.step_free:
        raise InputDataError(
            f"travel.step_free: not one street is known to be passable without steps, so that the {bound} "
            f"case is empty ({read.step_free_report.summary()})"
        )
    warnings.warn(read.step_free_report.summary(), DataQualityWarning, stacklevel=3)
    return read.step_free[bound]


@dataclass(frozen=True)
class SnappedCells:
    """Cells on the streets; they are origins and destinations alike."""

    snap: Snap
    report: SnapReport
    direct: WalkLinks  # cell to cell

    @property
    def snapped(self) -> npt.NDArray[np.bool_]:
        """Whether each cell is joined to a street."""
        return np.asarray(self.snap.state == SNAPPED)


@dataclass(frozen=True)
class SnappedStops:
    """Stops of one timetable on the streets."""

    snap: Snap
    report: SnapReport
    access: WalkLinks  # cell to stop
    footpaths: WalkLinks  # stop to stop
    egress: WalkLinks  # stop to cell


def snap_cells(streets: StreetGraph, lon: Floats, lat: Floats, max_snap_m: float) -> tuple[Snap, SnapReport]:
    """Join cells to the streets.

    Raises
    ------
    InputDataError
        If no cell is near any street.
    """
    snapped = snap(streets, lon, lat, max_snap_m)
    return snapped, check_snap(streets, lon, lat, snapped, "cells", LEFT_OUT)


def cell_walks(
    streets: StreetGraph, cells: tuple[Snap, SnapReport], travel: TravelConfig, threads: int | None
) -> SnappedCells:
    """Find the walks between cells."""
    snapped, report = cells
    direct = walk_links(
        streets,
        snapped,
        snapped,
        max_walk_min=travel.max_walk_min,
        walk_speed_km_h=travel.walk_speed_km_h,
        same_points=True,
        threads=threads,
    )
    return SnappedCells(snapped, report, direct)


def snap_stops(streets: StreetGraph, schedule: Schedule, max_snap_m: float) -> tuple[Snap, SnapReport]:
    """Join the stops of a schedule to the streets.

    Raises
    ------
    InputDataError
        If no stop of a feed that is served is near any street: that operator would count for nothing.
    """
    timetable = schedule.timetable
    lon, lat = timetable.stop_lon, timetable.stop_lat
    snapped = snap(streets, lon, lat, max_snap_m)
    report = check_snap(streets, lon, lat, snapped, "stops", RIDDEN_THROUGH)
    served = np.zeros(timetable.n_stops, dtype=np.bool_)
    served[timetable.visit_stop] = True
    feed = np.array([name.partition(SEPARATOR)[0] if SEPARATOR in name else "" for name in schedule.stop_ids])
    lost = [
        f"{name or 'the feed'} ({int((feed == name).sum()):,} stops)"
        for name in sorted(set(feed[served]))
        if not (snapped.state[served & (feed == name)] == SNAPPED).any()
    ]
    if lost:
        raise InputDataError(
            f"no stop of {', '.join(lost)} is near a street, so its vehicles could not be used; give streets "
            "of the same area, or leave the feed out"
        )
    return snapped, report


def stop_walks(
    streets: StreetGraph,
    cells: SnappedCells,
    stops: tuple[Snap, SnapReport],
    travel: TravelConfig,
    threads: int | None,
    schedule: Schedule | None = None,
) -> SnappedStops:
    """Find the walks to, from and between stops; with a schedule, through its stations along pathways."""
    snapped, report = stops
    speed = travel.walk_speed_km_h
    access = walk_links(
        streets, cells.snap, snapped, max_walk_min=travel.max_walk_min, walk_speed_km_h=speed, threads=threads
    )
    footpaths = walk_links(
        streets,
        snapped,
        snapped,
        max_walk_min=travel.max_transfer_walk_min,
        walk_speed_km_h=speed,
        same_points=True,
        threads=threads,
    )
    egress = reversed_walks(access, len(snapped.state))
    if schedule is not None:
        access, footpaths, egress, _ = station_walks(
            schedule,
            access,
            footpaths,
            egress,
            on_street=snapped.state == SNAPPED,
            walk_speed_km_h=speed,
            max_walk_min=travel.max_walk_min,
            max_transfer_walk_min=travel.max_transfer_walk_min,
        )
    return SnappedStops(snapped, report, access, footpaths, egress)
