"""Arrive-by searches as departures on a mirrored clock.

Who must be there by 08:30 asks for the latest departure, and time run backward turns that into the earliest
arrival: on the clock ``t' = mirror_s - t`` vehicles run from their last visit to their first, people get off
where they got on, and the walk from the door to the stop comes last. So the mirrored network is searched by
the same kernels, from the destinations, and a mirrored arrival is a departure from home.

Only the slack before a boarding (R1 of ``access.engine.plain``) does not mirror by itself: a passenger is at
a stop ``boarding_slack_s`` before every boarding and not after every alighting. Between two rides it lies
within the same transfer either way. On the way from home it is added to the mirrored egress; at the end of a
journey, where kernels would ask for it before the mirrored first boarding, it is taken off the mirrored
access, which may so become negative.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from access.engine.arrays import WalkLinks
from access.engine.program import reversed_links
from gtfs.timetable import Timetable


def mirrored_timetable(timetable: Timetable, mirror_s: int) -> Timetable:
    """Run all vehicles backward on the clock ``mirror_s - t``.

    Trips and visits come in opposite order: visit ``v`` becomes ``n_visits - 1 - v``. T1 to T3 hold; T4 does
    not, and transfer rules are left out, since they are part of the footpaths by now.
    """
    return timetable._replace(
        trip_start=_frozen(timetable.trip_start[-1] - timetable.trip_start[::-1]),
        trip_route=_frozen(timetable.trip_route[::-1]),
        trip_block=_frozen(timetable.trip_block[::-1]),
        trip_day=_frozen(timetable.trip_day[::-1]),
        visit_stop=_frozen(timetable.visit_stop[::-1]),
        arrival_s=_frozen(np.int32(mirror_s) - timetable.departure_s[::-1]),
        departure_s=_frozen(np.int32(mirror_s) - timetable.arrival_s[::-1]),
        pickup=_frozen(timetable.drop_off[::-1]),
        drop_off=_frozen(timetable.pickup[::-1]),
        transfers=type(timetable.transfers)(*(_frozen(rule[:0]) for rule in timetable.transfers)),
    )


def mirrored_walks(
    access: WalkLinks,
    footpaths: WalkLinks,
    egress: WalkLinks,
    direct: WalkLinks,
    n_destinations: int,
    boarding_slack_s: int,
) -> tuple[WalkLinks, WalkLinks, WalkLinks, WalkLinks]:
    """Return access (destination to stop), footpaths, egress (stop to origin) and direct walks."""
    n_stops = len(footpaths.start) - 1
    from_destinations = reversed_links(egress, n_destinations)
    to_origins = reversed_links(access, n_stops)
    return (
        from_destinations._replace(walk_s=_frozen(from_destinations.walk_s - np.int32(boarding_slack_s))),
        reversed_links(footpaths, n_stops),
        to_origins._replace(walk_s=_frozen(to_origins.walk_s + np.int32(boarding_slack_s))),
        reversed_links(direct, n_destinations),
    )


def _frozen(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array = np.ascontiguousarray(values)
    array.flags.writeable = False
    return array
