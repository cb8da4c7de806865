"""Access measures of travel costs by position: a matrix of whole minutes, or pairs with one cost each.

Within a cutoff means ``cost < cutoff`` unless ``comparison="<="``. ``"<"`` is R5's convention
(``StepDecayFunction``): times are cut to whole minutes, so 30:00 to 30:59 is *not* within 30. On whole
minutes it is exact, since minutes cut from seconds are below a whole cutoff exactly where the seconds are. A
matrix entry of 255 (``UNREACHED_MIN``), a missing pair and a NaN cost are never reached.

Matrices are gone through some origins at a time: beside the matrix itself and the result, memory is small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from access.decay_shapes import Binary, Comparison
from access.engine.arrays import UNREACHED_MIN, Minutes
from access.engine.weighing import amounts_by_minute, sum_pairs_within
from access.weights import ByteCosts, LongCosts

Floats = npt.NDArray[np.float64]

PLACES_A_BLOCK = 2048
"""Of 10,000 x 10,000 minutes, columns turned into rows take 20 MB a block, sums by minute 4 MB."""


FEW_CUTOFFS = 6
"""Up to so many, a product for each is faster than sums by minute."""


class PairCosts(Protocol):
    """Pairs with one cost each, in one or several parts (``LongCosts``, or a streamed table)."""

    @property
    def n_origins(self) -> int:
        """Number of origins."""

    @property
    def n_destinations(self) -> int:
        """Number of destinations."""

    def parts(self) -> Iterable[LongCosts]:
        """Return all pairs, some at a time."""


def cumulative(
    costs: ByteCosts | PairCosts,
    amounts: Floats,
    cutoffs: Sequence[float],
    *,
    comparison: Comparison = "<",
    active: bool = True,
) -> Floats:
    """Sum what lies within each cutoff (cumulative opportunities; Hansen 1959 with a step as decay).

    Parameters
    ----------
    costs : ByteCosts or PairCosts
        Travel costs of all pairs.
    amounts : array of float
        Opportunities of each destination or, if passive, people at each origin; NaN = unknown, which makes
        the sums of those who reach it NaN.
    cutoffs : sequence of float
        >= 0, in any order.
    comparison : {"<", "<="}
        When a cost is within a cutoff.
    active : bool
        By origin, what it reaches; else (passive access) by destination, who can reach it.

    Returns
    -------
    array of float, shape (n_cutoffs, n_origins), passive (n_cutoffs, n_destinations)
    """
    limits = np.asarray(cutoffs, dtype=np.float64)
    if isinstance(costs, ByteCosts):
        if len(limits) <= FEW_CUTOFFS:
            weights = [costs.weigh(Binary(limit, comparison)) for limit in limits.tolist()]
            return np.array(
                [w.to_origins(amounts) if active else w.to_destinations(amounts) for w in weights]
            )
        columns = _column_within(limits, comparison)
        within = np.empty((len(limits), costs.n_origins if active else costs.n_destinations))
        for places, by_minute in each_by_minute(costs.minutes, amounts, active=active):
            within[:, places] = by_minute[:, columns].T
        return within
    order = np.argsort(limits)
    sums = np.zeros((costs.n_origins if active else costs.n_destinations, len(limits)))
    for part in costs.parts():
        here, there = (part.origin, part.destination) if active else (part.destination, part.origin)
        sum_pairs_within(here, there, part.cost, limits[order], comparison == "<", amounts, sums)
    result = np.empty((len(limits), len(sums)))
    result[order] = np.cumsum(sums, axis=1).T
    return result


def each_by_minute(
    minutes: Minutes, amounts: Floats, *, active: bool = True
) -> Iterator[tuple[slice, Floats]]:
    """Go through a matrix some places at a time: their positions and ``opportunities_by_minute``.

    Places are origins or, if passive, destinations with the amounts at origins.
    """
    rows = minutes if active else minutes.T
    for first in range(0, len(rows), PLACES_A_BLOCK):
        places = slice(first, min(first + PLACES_A_BLOCK, len(rows)))
        yield places, opportunities_by_minute(np.ascontiguousarray(rows[places]), amounts)


def opportunities_by_minute(minutes: Minutes, opportunities: Floats) -> Floats:
    """Count the opportunities that each origin reaches in strictly less than 0, 1, ... 255 minutes.

    Parameters
    ----------
    minutes : array of uint8, shape (n_origins, n_destinations)
        Whole minutes; 255 = not reached.
    opportunities : array of float, shape (n_destinations,)
        Opportunities or capacity at each destination, >= 0.

    Returns
    -------
    array of float, shape (n_origins, 256)
        Column T is cumulative access within T minutes (Hansen 1959, with a step as decay); never decreasing
        from left to right.
    """
    return summed_by_minute(opportunities_at_minute(minutes, opportunities))


def opportunities_at_minute(minutes: Minutes, opportunities: Floats) -> Floats:
    """Count the opportunities at each whole minute of travel: ``opportunities_by_minute`` before the sums.

    Those of several groups of destinations may be added.

    Returns
    -------
    array of float, shape (n_origins, 255)
        Column T is what takes T minutes.
    """
    served = np.flatnonzero(opportunities)
    at_minute = np.zeros((len(minutes), 256))
    amounts_by_minute(minutes, served, np.asarray(opportunities, np.float64)[served], at_minute)
    return at_minute[:, :UNREACHED_MIN]


def summed_by_minute(at_minute: Floats) -> Floats:
    """Sum up over minutes, so that column T is what is reached in strictly less than T minutes."""
    reached = np.zeros((len(at_minute), 256))
    np.cumsum(at_minute, axis=1, out=reached[:, 1:])
    return reached


def minutes_to_nth(by_minute: Floats, n: float = 1.0) -> Floats:
    """Return the whole minutes within which each origin has reached ``n`` opportunities.

    Parameters
    ----------
    by_minute : array of float, shape (n_origins, 256)
        From ``opportunities_by_minute``.
    n : float
        Number of opportunities, > 0; 1 gives the nearest.

    Returns
    -------
    array of float, shape (n_origins,)
        Minutes, ``inf`` where ``n`` are never reached.

    Raises
    ------
    ValueError
        If ``n`` is not positive.
    """
    if not n > 0:
        raise ValueError(f"n must be a positive number of opportunities, got {n}")
    # Fractions such as ten times 0.1 must add up to 1 in spite of rounding.
    return first_minute(by_minute[:, 1:] >= n * (1 - 1e-12))


def first_minute(enough: npt.NDArray[np.bool_]) -> Floats:
    """Return the first minute that is enough, inf where none is, of an array (n_origins, 255)."""
    first = enough.argmax(axis=1).astype(np.float64)
    return np.where(enough.any(axis=1), first, np.inf)


def _column_within(cutoffs: Floats, comparison: Comparison) -> npt.NDArray[np.int64]:
    """Return the column of ``opportunities_by_minute`` that holds what is within each cutoff."""
    first_beyond = np.ceil(cutoffs) if comparison == "<" else np.floor(cutoffs) + 1
    return np.clip(first_beyond, 0, 255).astype(np.int64)
