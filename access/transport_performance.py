"""EU transport performance: the share of the people nearby who can be reached in time.

100 x (population within 30 minutes of travel) / (population within 7.5 km in a straight line), cell by cell
(Poelman, Dijkstra and Ackermans 2020, European Commission). 7.5 km in 30 minutes is 15 km/h. The variant of
the UK Office for National Statistics takes 45 minutes and 11.25 km, the same speed. Above 100 where lines
reach beyond the circle. That of a city is the mean weighted by the residents of the origins.

Whole minutes count as R5 does, ``minutes < cutoff``; the sources do not say which of the two they take. The
cell's own people are near, and reached if its own time is below the cutoff. The circle is closed: exactly
7.5 km is near. Distances are great circles on a sphere of 6,371,008.8 m (IUGG mean radius).

People beyond the edge of the data are in neither number; near the edge the circle and the reach are both cut,
which ``destinations`` that go further than the cells avoid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.decay_shapes import Binary
from access.engine.arrays import UNREACHED_MIN, Minutes
from access.errors import AccessError, InputDataError
from access.weights import ByteCosts

Floats = npt.NDArray[np.float64]
EARTH_RADIUS_M = 6_371_008.8
BLOCK_PAIRS = 4_000_000
"""Pairs at a time: 100 MB of distances."""


class Variant(NamedTuple):
    """Which time is compared with which distance."""

    cutoff_min: int
    radius_m: float


EU = Variant(30, 7_500.0)
ONS = Variant(45, 11_250.0)


class TransportPerformance(NamedTuple):
    """All arrays of shape ``(n_origins,)``."""

    performance: Floats  # percent; NaN where nobody lives nearby
    reached: Floats  # people
    nearby: Floats  # people


def transport_performance(
    minutes: Minutes,
    origins: tuple[Floats, Floats],
    destinations: tuple[Floats, Floats],
    population: Floats,
    variant: Variant = EU,
) -> TransportPerformance:
    """Return the share of the people nearby who can be reached in time.

    Parameters
    ----------
    minutes : array of uint8, shape (n_origins, n_destinations)
        Whole minutes; 255 = not reached. Read in blocks of origins, so it may be mapped from disk.
    origins, destinations : (lon, lat), arrays of float
        Degrees.
    population : array of float, shape (n_destinations,)
        People at the destinations, >= 0.
    variant : Variant
        ``EU``, ``ONS`` or another one.

    Raises
    ------
    AccessError
        If the variant's time is not 1 to 254 minutes or its radius not above 0.
    InputDataError
        If shapes do not fit, or coordinates or population are impossible; all problems at once.
    """
    if not (1 <= variant.cutoff_min < UNREACHED_MIN and 0 < variant.radius_m < np.inf):
        raise AccessError(f"{variant}: give 1 to 254 minutes and a radius above 0 m, such as 30 and 7500")
    _check(minutes, origins, destinations, population)
    there = _on_unit_sphere(*destinations)
    # A chord compares as its arc does, and costs one product.
    longest = 2 * np.sin(min(variant.radius_m / EARTH_RADIUS_M, np.pi) / 2)
    reached, nearby = np.zeros(len(minutes)), np.zeros(len(minutes))
    for block in _blocks(len(minutes), minutes.shape[1]):
        reached[block] = ByteCosts(minutes[block]).weigh(Binary(variant.cutoff_min)).to_origins(population)
        here = _on_unit_sphere(origins[0][block], origins[1][block])
        squared = np.maximum(2 - 2 * (here @ there.T), 0.0)
        nearby[block] = (squared <= longest**2 * (1 + 1e-9)) @ population
    performance = np.divide(100 * reached, nearby, out=np.full(len(minutes), np.nan), where=nearby > 0)
    return TransportPerformance(performance, reached, nearby)


def _blocks(n_origins: int, n_destinations: int) -> Iterator[slice]:
    step = max(1, BLOCK_PAIRS // max(1, n_destinations))
    for start in range(0, n_origins, step):
        yield slice(start, start + step)


def _on_unit_sphere(lon: Floats, lat: Floats) -> Floats:
    """Return points of shape (n, 3)."""
    lon, lat = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _check(
    minutes: Minutes, origins: tuple[Floats, Floats], destinations: tuple[Floats, Floats], population: Floats
) -> None:
    problems = []
    shapes = (*(len(axis) for axis in (*origins, *destinations)), len(population))
    expected = (minutes.shape[0],) * 2 + (minutes.shape[1],) * 3
    if shapes != expected:
        problems.append(
            f"lengths of origins' lon, lat, destinations' lon, lat and population are {shapes}; a matrix of "
            f"{minutes.shape[0]} x {minutes.shape[1]} needs {expected}"
        )
    for name, (lon, lat) in (("origins", origins), ("destinations", destinations)):
        if not ((np.abs(lon) <= 180).all() and (np.abs(lat) <= 90).all()):
            problems.append(f"{name} must have lon from -180 to 180 and lat from -90 to 90 degrees")
    if not ((population >= 0) & np.isfinite(population)).all():
        problems.append("population must be finite and 0 or more; put 0 where nobody lives")
    if problems:
        raise InputDataError("transport performance: " + "; ".join(problems))
