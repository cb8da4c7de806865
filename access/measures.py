"""Access measures of one origin-destination matrix of whole minutes.

Convention, that of R5 (``StepDecayFunction``): times are truncated to whole
minutes and an opportunity counts as reached within T when ``minutes < T``, so 30:00 to 30:59 is *not* within
30. A matrix entry of 255 (``UNREACHED_MIN``) is never reached.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from access.engine.arrays import UNREACHED_MIN, Minutes

Floats = npt.NDArray[np.float64]


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
    served = np.flatnonzero(opportunities > 0)
    weights = opportunities[served]
    at_minute = np.empty((len(minutes), 255))
    for origin, row in enumerate(minutes):
        at_minute[origin] = np.bincount(row[served], weights=weights, minlength=256)[:UNREACHED_MIN]
    return at_minute


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
    enough = by_minute[:, 1:] >= n * (1 - 1e-12)
    first = enough.argmax(axis=1).astype(np.float64)
    return np.where(enough.any(axis=1), first, np.inf)
