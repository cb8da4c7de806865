"""Which class a cell belongs to on the two maps: pure functions of arrays.

Access map: classes of access with rounded breaks, chosen so that each holds about as many residents
as the next. Four things are never mixed with a class: none within reach (a true 0), no data, not
linked to the streets, and nobody living there.

Coincidence map: access is low below half of the mean over residents (relative sufficiency line of
Karner, Pereira and Farber 2024), income is low in the four lowest of ten deciles (the poorest 40 %
of the Palma ratio). Both are strict: exactly half of the mean is not low.
"""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

N_CLASSES = 6
LOW_ACCESS_SHARE_OF_MEAN = 0.5
LOW_INCOME_DECILES = 4


class Special(IntEnum):
    """Cells of the access map outside the classes 0, 1, 2..."""

    NONE_REACHED = -1
    NO_DATA = -2
    NOT_LINKED = -3
    NO_RESIDENTS = -4


class Coincidence(IntEnum):
    """Cells of the coincidence map."""

    BOTH = 0
    LOW_ACCESS = 1
    LOW_INCOME = 2
    NEITHER = 3
    NO_DATA = 4
    NO_RESIDENTS = 5


def weighted_mean(values: FloatArray, weights: FloatArray) -> float:
    """Mean of the known values with known positive weights; NaN if there are none."""
    known = _weighted(values, weights)
    if not known.any():
        return math.nan
    return float(np.average(values[known], weights=weights[known]))


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """Largest value that at least half of the weight reaches or exceeds; NaN if nothing is known."""
    known = _weighted(values, weights)
    if not known.any():
        return math.nan
    descending = np.argsort(-values[known], kind="stable")
    cumulative = np.cumsum(weights[known][descending])
    row = int(np.searchsorted(cumulative, cumulative[-1] / 2, side="left"))
    return float(values[known][descending][row])


def class_breaks(values: FloatArray, weights: FloatArray, n_classes: int = N_CLASSES) -> tuple[float, ...]:
    """Inner breaks between classes, ascending; class k holds ``breaks[k - 1] <= value < breaks[k]``.

    Weighted quantiles of the positive values, rounded to two significant digits (to whole numbers where
    all values are whole). Breaks that coincide, or leave a class empty at either end, are dropped: there
    may be fewer than ``n_classes - 1``, and none if all values are equal.
    """
    known = _weighted(values, weights) & (values > 0)
    if not known.any():
        return ()
    ascending = np.argsort(values[known], kind="stable")
    ordered, cumulative = values[known][ascending], np.cumsum(weights[known][ascending])
    shares = np.arange(1, n_classes) / n_classes
    quantiles = ordered[np.searchsorted(cumulative, shares * cumulative[-1])]
    whole = bool(np.all(ordered == np.round(ordered)))
    rounded = {_two_digits(float(quantile), whole) for quantile in quantiles}
    return tuple(sorted(b for b in rounded if ordered[0] < b <= ordered[-1]))


def access_classes(
    access: FloatArray, residents: FloatArray, snapped: BoolArray, breaks: tuple[float, ...]
) -> IntArray:
    """Class of each cell, or a `Special`.

    Where several hold, the first of: nobody lives there, not linked to the streets, no data (access or
    residents unknown), none reached, a class.
    """
    classes = np.searchsorted(np.asarray(breaks, dtype=np.float64), access, side="right").astype(np.int64)
    classes[access == 0] = Special.NONE_REACHED
    classes[~np.isfinite(access) | np.isnan(residents)] = Special.NO_DATA
    classes[~snapped] = Special.NOT_LINKED
    classes[residents == 0] = Special.NO_RESIDENTS
    return classes


def coincidence_classes(access: FloatArray, decile: FloatArray, residents: FloatArray) -> IntArray | None:
    """Class of each cell as `Coincidence`, or None where it cannot be told anywhere.

    It cannot where no inhabited cell has both access and an income decile, or where nobody reaches
    anything (the mean is 0, so that no access lies below half of it).
    """
    mean = weighted_mean(access, residents)
    known = np.isfinite(access) & np.isfinite(decile) & (residents > 0)
    if not known.any() or not mean > 0:
        return None
    low_access = access < LOW_ACCESS_SHARE_OF_MEAN * mean
    low_income = decile <= LOW_INCOME_DECILES
    classes = np.full(len(access), int(Coincidence.NEITHER), dtype=np.int64)
    classes[low_access] = Coincidence.LOW_ACCESS
    classes[low_income] = Coincidence.LOW_INCOME
    classes[low_access & low_income] = Coincidence.BOTH
    classes[~known] = Coincidence.NO_DATA
    classes[residents == 0] = Coincidence.NO_RESIDENTS
    return classes


def _weighted(values: FloatArray, weights: FloatArray) -> BoolArray:
    """Where a value is finite and its weight is known and positive."""
    return np.isfinite(values) & np.isfinite(weights) & (weights > 0)


def _two_digits(value: float, whole: bool) -> float:
    """Round to two significant digits; up to a whole number where ``whole``."""
    exponent = math.floor(math.log10(value)) - 1
    rounded = round(value / 10.0**exponent) * 10.0**exponent
    if whole and exponent < 0:
        return float(math.ceil(value))
    return round(rounded, max(0, -exponent))
