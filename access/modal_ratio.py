"""What public transport reaches beside what the car reaches, at one cutoff.

The ratio A_transit / A_car (1 = as much as by car) and the gap (A_car - A_transit) / A_car (0 = no gap,
1 = nothing reached by transit, below 0 = transit reaches more); they add up to 1. Both are in use without one
author to name.

Both are not defined (NaN) where the car reaches nothing, or where one of the two is not known. A time of car
travel without parking and walking makes the car look better than it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from access.errors import InputDataError

Floats = npt.NDArray[np.float64]


def modal_ratio(transit: Floats, car: Floats) -> Floats:
    """Return access by transit over access by car, each by the same cutoff and opportunities.

    Parameters
    ----------
    transit, car : arrays of float, shape (n_cells,)
        Access >= 0; NaN = not known.

    Returns
    -------
    array of float, shape (n_cells,)
        NaN where the car reaches nothing or one is not known.

    Raises
    ------
    InputDataError
        If the arrays differ in shape or hold negative or infinite values.
    """
    transit, car = (np.asarray(access, dtype=np.float64) for access in (transit, car))
    _check(transit, car)
    ratio: Floats = np.divide(transit, car, out=np.full(car.shape, np.nan), where=car > 0)
    return ratio


def modal_gap(transit: Floats, car: Floats) -> Floats:
    """Return the part of the access by car that transit lacks: one minus ``modal_ratio``.

    Parameters, result and errors as there.
    """
    return 1 - modal_ratio(transit, car)


def _check(transit: Floats, car: Floats) -> None:
    problems = []
    if transit.shape != car.shape:
        problems.append(f"transit has shape {transit.shape}, car {car.shape}; one number a cell is needed")
    for name, access in (("transit", transit), ("car", car)):
        if (access < 0).any() or np.isinf(access).any():
            problems.append(f"access by {name} must be finite and 0 or more, NaN where it is not known")
    if problems:
        raise InputDataError("modal ratio: " + "; ".join(problems))
