"""Refuses stops that a scenario puts where nobody can walk to, such as in a river."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from access.scenario import Numbered
from access.snapping import LONGEST_SNAP_M, SNAPPED, snap
from access.stage_inputs import Inputs
from gtfs.errors import ScenarioError
from gtfs.feed import SEPARATOR
from gtfs.modifications import AddTrips, Modification, MoveStop, Reroute
from gtfs.timetable import Schedule

_DIGITS = 6


def refuse_far_stops(
    inputs: Inputs,
    schedule: Schedule,
    changed: npt.NDArray[np.int64],
    modifications: Sequence[Numbered[Modification]],
    title: str,
) -> None:
    """Refuse changed stops from which no street is within the limit of the run.

    Parameters
    ----------
    inputs : with the streets of the scenario.
    schedule : timetable of the scenario, on any day.
    changed : stops that are new or moved, by position in the schedule.
    modifications : ``Scenario.timetable``, to say which of them put a stop there.
    title : what the error calls the scenario.

    Raises
    ------
    ScenarioError
        Lists every such stop.
    """
    limit_m = inputs.loaded.config.max_snap_m
    timetable = schedule.timetable
    joints = snap(inputs.streets, timetable.stop_lon[changed], timetable.stop_lat[changed], limit_m)
    lost = changed[joints.state != SNAPPED]
    if not len(lost):
        return
    lon, lat = timetable.stop_lon[lost], timetable.stop_lat[lost]
    far_m = snap(inputs.streets, lon, lat, LONGEST_SNAP_M).link_m
    by_place = _who_put(modifications)
    problems = [
        by_place.get(_place(lon_, lat_), "")
        + _named(schedule, int(stop), len(inputs.loaded.config.schedule.feeds))
        + f" at lat {lat_:.5f}, lon {lon_:.5f} "
        + (f"is {metres:,.0f} m from the nearest street" if np.isfinite(metres) else "is near no street")
        + f"; at most {limit_m:,.0f} m are walked: check the order of lat and lon, or move it to a street"
        for stop, lon_, lat_, metres in zip(lost, lon, lat, far_m, strict=True)
    ]
    raise ScenarioError(f"{title}: the scenario puts stops where nobody can walk to", problems)


def _who_put(modifications: Sequence[Numbered[Modification]]) -> dict[tuple[float, float], str]:
    """Place -> "modification 2 (add-trips): ", of stops that are made or moved."""
    found: dict[tuple[float, float], str] = {}
    for number, change in modifications:
        places: list[tuple[float, float]] = []
        if isinstance(change, MoveStop):
            places = [(change.lon, change.lat)]
        elif isinstance(change, AddTrips | Reroute):
            places = [
                (stop.lon, stop.lat) for stop in change.stops if stop.lon is not None and stop.lat is not None
            ]
        for lon, lat in places:
            found.setdefault(_place(lon, lat), f"modification {number} ({change.type}): ")  # type: ignore[attr-defined]
    return found


def _place(lon: float, lat: float) -> tuple[float, float]:
    return round(float(lon), _DIGITS), round(float(lat), _DIGITS)


def _named(schedule: Schedule, stop: int, n_feeds: int) -> str:
    """Return "stop 'new-port' (Port) of bus"; ids of several feeds are merged as ``bus:new-port``."""
    name, identifier = schedule.stop_names[stop], schedule.stop_ids[stop]
    feed, _, own = identifier.partition(SEPARATOR)
    return f"stop {own!r} ({name}) of {feed}" if n_feeds > 1 else f"stop {identifier!r} ({name})"
