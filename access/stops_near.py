"""Which points have no stop within the walking limit, so that no vehicle can bring them anywhere."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import WalkLinks
from gtfs.timetable import Timetable

Flags = npt.NDArray[np.bool_]


class WithoutStop(NamedTuple):
    """Points that cannot walk to, or be walked to from, any stop."""

    origins: Flags  # (n_origins,) no stop at which one may ever board
    destinations: Flags  # (n_destinations,) no stop at which one may ever leave a vehicle


def without_stop(
    timetable: Timetable, access: WalkLinks, egress: WalkLinks, n_destinations: int
) -> WithoutStop:
    """Find the points that have no stop within the walking limit.

    Parameters
    ----------
    timetable : Timetable
        Of the service day and the nights around it; visits closed to boarding do not make a stop.
    access, egress : WalkLinks
        Walks within the limit: origin to stop, stop to destination.
    n_destinations : int
        Number of destinations.
    """
    boards, leaves = (np.zeros(timetable.n_stops, np.bool_) for _ in range(2))
    boards[timetable.visit_stop[timetable.pickup]] = True
    leaves[timetable.visit_stop[timetable.drop_off]] = True
    n_origins = len(access.start) - 1
    origin = np.repeat(np.arange(n_origins), np.diff(access.start))
    stop = np.repeat(np.arange(len(egress.start) - 1), np.diff(egress.start))
    origins, destinations = np.ones(n_origins, np.bool_), np.ones(n_destinations, np.bool_)
    origins[origin[boards[access.target]]] = False
    destinations[egress.target[leaves[stop]]] = False
    return WithoutStop(origins, destinations)
