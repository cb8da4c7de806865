"""The path of a changed trip: what it still follows of the old shape, and straight lines to new stops.

Without this a changed trip would lose its shape and its kilometres would be counted along straight lines,
while the base's are counted along streets: every detour would look like a saving.

Where the shape passes the stops is found from the coordinates alone, since ``shape_dist_traveled`` is mostly
blank. Of all ways to give each stop a place on the shape, in their order, that with the least sum of squared
distances is taken; a line that goes along one street twice is placed rightly, where the nearest point of each
stop by itself would jump ahead.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gtfs.splice import Stretch
from gtfs.stop_times import EARTH_RADIUS_M

STEP_M = 20.0
"""A stop is placed on the shape to about half this."""

Points = npt.NDArray[np.float64]
"""(n, 2) longitude and latitude in degrees."""


def splice_shape(shape: Points, stops: Points, stretch: Stretch, new: Points) -> Points:
    """Return the shape with the stretch between two stops replaced by straight lines through new ones.

    Preconditions: the shape has a point, the pattern a stop; all coordinates are numbers.

    Parameters
    ----------
    shape : the old path.
    stops : of the old pattern, in the order of travel.
    stretch : which of the stops stay at either end, see ``gtfs.splice.find_stretch``.
    new : stops that come between; none to cut the shape.

    Returns
    -------
    array of float, shape (n, 2)
        Without equal neighbours; a single point where nothing is left but one place.
    """
    fine = _densified(shape)
    at = _places_along(fine, stops)
    parts = [new]
    if stretch.first >= 0:
        parts.insert(0, fine[: at[stretch.first] + 1])
    if stretch.last < len(stops):
        parts.append(fine[at[stretch.last] :])
    path = np.concatenate(parts)
    moves = np.ones(len(path), dtype=bool)
    moves[1:] = (np.diff(path, axis=0) != 0).any(axis=1)
    return path[moves]


def _densified(shape: Points) -> Points:
    """Points of the shape and others between them, at most ``STEP_M`` apart."""
    steps = np.maximum(np.ceil(_lengths_m(shape[:-1], shape[1:]) / STEP_M), 1).astype(np.int64)
    segment = np.repeat(np.arange(len(steps)), steps)
    share = (np.arange(len(segment)) - np.repeat(np.cumsum(steps) - steps, steps)) / steps[segment]
    between = shape[segment] + share[:, np.newaxis] * (shape[segment + 1] - shape[segment])
    return np.concatenate([between, shape[-1:]])


def _lengths_m(a: Points, b: Points) -> npt.NDArray[np.float64]:
    """Distances on a plane that touches the Earth at the points: exact enough for the length of a street."""
    metres = np.radians(b - a) * EARTH_RADIUS_M
    metres[..., 0] *= np.cos(np.radians(a[..., 1]))
    return np.asarray(np.hypot(metres[..., 0], metres[..., 1]))


def _places_along(path: Points, stops: Points) -> npt.NDArray[np.int64]:
    """Index of a point of the path for each stop, never falling, with the least sum of squared distances."""
    n_points = len(path)
    best = np.zeros(n_points)  # cost of the stops so far, the last of them at this point or before
    came_from = np.empty((len(stops), n_points), dtype=np.int64)
    points = np.arange(n_points)
    for number, stop in enumerate(stops):
        cost = best + _lengths_m(np.broadcast_to(stop, path.shape), path) ** 2
        best = np.minimum.accumulate(cost)
        # Where the minimum was last lowered; equal costs keep the earlier point.
        lowered = np.append(True, cost[1:] < best[:-1])
        came_from[number] = np.maximum.accumulate(np.where(lowered, points, 0))
    at = np.empty(len(stops), dtype=np.int64)
    limit = n_points - 1
    for number in range(len(stops) - 1, -1, -1):
        limit = at[number] = came_from[number, limit]
    return at
