"""How to get from one cell to another at a minute, leg by leg, from a run's ready network.

The journey takes as long as ``LiveCity.minutes_from`` says, to the second; of several equally fast ones it is
the one that ``access.itineraries`` chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from access.engine.arrays import UNREACHED_MIN, Minutes
from access.itineraries import Itinerary, ItineraryFinder
from access.live_day import LiveDay
from gtfs.timetable import Schedule, Timetable


@dataclass(frozen=True)
class Journey:
    """A journey between two cells.

    Attributes
    ----------
    from_cell, to_cell : str
        H3 indices; ``to_cell`` is empty where no cell with what was looked for is reached.
    itinerary : Itinerary or None
        None where there is none within the longest travel time of the run.
    """

    from_cell: str
    to_cell: str
    itinerary: Itinerary | None


def itinerary_of(
    day: LiveDay, schedule: Schedule, source: int, target: int, departure_s: int, walk_speed_km_h: float
) -> Itinerary | None:
    """Find the journey of one departure; None where the target is not reached."""
    finder = ItineraryFinder(day.one_departure(departure_s), schedule, walk_speed_km_h)
    return finder.one(source, target)


def schedule_of(timetable: Timetable, service_date: date, names: dict[str, Any]) -> Schedule:
    """Join a timetable of the ready network with its names; it keeps no headsigns."""
    keys = ("stop_ids", "stop_names", "route_ids", "route_names", "route_types", "trip_ids")
    return Schedule(timetable, service_date, **{key: names[key] for key in keys})


def nearest_with(minutes: Minutes, amounts: np.ndarray[Any, Any]) -> int:
    """Return the position of the place reached first that has anything, the first of several; -1: none."""
    there = np.where(amounts > 0, minutes, UNREACHED_MIN)
    at = int(np.argmin(there))
    return at if there[at] != UNREACHED_MIN else -1
