"""Where low values gather: one-sided Gi* with permutation p-values, on access and on income together.

Gi* of a cell compares the sum over the cell and its neighbours with what the whole map would lead one to
expect (Getis & Ord 1992; Ord & Getis 1995, with the focal cell and weights of 0 and 1). It describes a map;
it does not say that a place is treated badly, and it does not define a zone.

Decisions
---------
- **Total permutations.** Under the null hypothesis the values lie on the map in any order, the focal cell's
  among them; mean and variance in the formula of Gi* are those of this null. (esda holds the focal value
  fixed, which asks another question: are the *neighbours* of this cell low?)
- **One reference a size of neighbourhood.** With weights of 0 and 1, a permuted sum depends on the map only
  through how many cells are added up. So one sample of sums of 1, 2, ... 7 values drawn without replacement
  serves all cells of that size: the same p-values as permuting the map for each cell, at a thousandth of the
  work. P-values of one size share the sampling error.
- **p = (1 + permutations at or below) / (1 + permutations)**, ties counted as at or below.
- **The larger p of both.** Low access and low income is rejected as chance only where both are
  (intersection-union test, Berger 1982).
- A cell without a value (NaN) is in nobody's neighbourhood and has no p-value.
- Cells of one value: z is not defined (NaN) and p is 1, since nothing is lower than the rest.

The bivariate local Moran statistic (Anselin 1995) is for the map only: it relates a cell's income to the
access of its *neighbours*, so that its low-low cells need not be badly served themselves.
"""

from __future__ import annotations

import math
import warnings
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from access.contiguity import Links
from access.errors import InputDataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FALSE_DISCOVERY_RATE = 0.05
SAME_SUM = 1e-9  # of the spread of the values: sums that differ by rounding only are ties
DRAWN_AT_ONCE = 1_000_000
QUADRANTS = ("", "high income, high access", "low income, high access", "low income, low access",
             "high income, low access")  # fmt: skip


class HotSpots(NamedTuple):
    """Cells where low access and low income gather, arrays of shape (n_cells,)."""

    z_access: Floats  # Gi* of access, below 0 = less than the map; NaN = no value or not defined
    z_income: Floats
    p_value: Floats  # the larger of both one-sided p-values, NaN = no value
    adjusted_p: Floats  # Benjamini-Hochberg; at or below the false discovery rate = significant
    n_permutations: int


class BivariateMoran(NamedTuple):
    """Own income against the neighbours' access, arrays of shape (n_cells,); for maps only."""

    statistic: Floats  # NaN = no value
    p_value: Floats  # two-sided
    quadrant: npt.NDArray[np.str_]  # one of QUADRANTS, "" = no value


def permutations_needed(
    n_cells: int, smallest_zone_cells: int, false_discovery_rate: float = FALSE_DISCOVERY_RATE
) -> int:
    """Return how many permutations let Benjamini-Hochberg find a zone of so few cells.

    A permutation p-value is at least 1 / (permutations + 1); m cells are found among n only if theirs are at
    most ``rate * m / n``. With fewer permutations nothing can be found, however extreme.

    Raises
    ------
    InputDataError
        If the numbers are not positive, or the rate is not below 1.
    """
    if n_cells < 1 or smallest_zone_cells < 1 or not 0 < false_discovery_rate < 1:
        raise InputDataError(
            f"hot spots: {n_cells} cells, smallest zone of {smallest_zone_cells} cells and a false discovery "
            f"rate of {false_discovery_rate:g}; give at least 1 cell, 1 cell and a rate between 0 and 1"
        )
    return max(1, math.ceil(n_cells / (false_discovery_rate * smallest_zone_cells) - 1e-9) - 1)


def low_access_and_income(
    access: Floats,
    income: Floats,
    links: Links,
    *,
    smallest_zone_cells: int = 1,
    n_permutations: int | None = None,
    seed: int = 0,
) -> HotSpots:
    """Find the cells where access and income are both lower than chance would have it.

    Parameters
    ----------
    access, income : arrays of float, shape (n_cells,)
        NaN where not known; a cell takes part where both are. Give NaN for cells without residents.
    links : sparse array of 0 and 1, shape (n_cells, n_cells)
        As ``access.contiguity.contiguity`` returns it.
    smallest_zone_cells : int
        Size of the smallest zone that must be possible to find; sets the number of permutations.
    n_permutations : int, optional
        More or fewer than ``permutations_needed`` says.

    Raises
    ------
    InputDataError
        If shapes do not fit or values are infinite.
    """
    _check(links, access=access, income=income)
    known = ~(np.isnan(access) | np.isnan(income))
    if n_permutations is None:
        n_permutations = permutations_needed(max(1, int(known.sum())), smallest_zone_cells)
    both = [np.where(known, values, np.nan) for values in (access, income)]
    streams = np.random.default_rng(seed).spawn(2)
    p_values = [
        p_low(values, links, n_permutations, stream) for values, stream in zip(both, streams, strict=True)
    ]
    larger = np.maximum(*p_values)
    z_access, z_income = (getis_ord_star(values, links) for values in both)
    return HotSpots(z_access, z_income, larger, benjamini_hochberg(larger), n_permutations)


def getis_ord_star(values: Floats, links: Links) -> Floats:
    """Return Gi* of each cell as a standard score, NaN where it has no value or is not defined.

    ``(sum_j w_ij x_j - xbar W_i) / (S sqrt((n W_i - W_i^2) / (n - 1)))`` with w of 0 and 1, w_ii = 1, W_i the
    cells of the neighbourhood and S the standard deviation with n below the line (Ord & Getis 1995). Not
    defined where all values are equal, or where a neighbourhood is the whole map.
    """
    known = ~np.isnan(values)
    sums, sizes = _neighbourhoods(values, links)
    n = int(known.sum())
    scores = np.full(len(values), np.nan)
    if n < 2:
        return scores
    mean, deviation = values[known].mean(), values[known].std()
    if np.ptp(values[known]) <= SAME_SUM * np.abs(values[known]).max():
        return scores
    defined = known & (sizes < n)
    size = sizes[defined]
    spread = deviation * np.sqrt((n * size - size**2) / (n - 1))
    scores[defined] = (sums[defined] - mean * size) / spread
    return scores


def p_low(values: Floats, links: Links, n_permutations: int, rng: np.random.Generator) -> Floats:
    """Return the one-sided permutation p-value of a low sum over each cell and its neighbours.

    Parameters
    ----------
    values : array of float, shape (n_cells,)
        NaN where not known: such a cell has no p-value (NaN) and is left out of all neighbourhoods.
    """
    known = ~np.isnan(values)
    p_values = np.full(len(values), np.nan)
    if not known.any():
        return p_values
    sums, sizes = _neighbourhoods(values, links)
    largest = int(sizes[known].max())
    tolerance = SAME_SUM * max(float(np.ptp(values[known])), float(np.abs(values[known]).max()), 1e-300)
    references = np.sort(_random_sums(values[known], largest, n_permutations, rng), axis=0)
    for size in range(1, largest + 1):
        here = known & (sizes == size)
        lower = np.searchsorted(references[:, size - 1], sums[here] + tolerance, side="right")
        p_values[here] = (1 + lower) / (1 + n_permutations)
    return p_values


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Return p-values adjusted for the false discovery rate; NaN stays NaN and is no test.

    The adjusted value of the k-th smallest of n is the least ``p n / rank`` among it and all larger ones, at
    most 1 (Benjamini & Hochberg 1995). Cells with an adjusted value at or below the rate are significant.
    """
    tested = np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]
    scaled = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted = np.full(len(p_values), np.nan)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def bivariate_local_moran(
    income: Floats, access: Floats, links: Links, *, n_permutations: int = 999, seed: int = 0
) -> BivariateMoran:
    """Relate each cell's income to the access of its neighbours, by PySAL esda; for maps only.

    esda reports a folded one-sided p-value; here it is doubled, at most 1. The first call in a process
    compiles for about 14 s, so keep it out of interactive pages. Cells without neighbours have no result.

    Parameters
    ----------
    income, access : arrays of float, shape (n_cells,)
        NaN where not known; a cell takes part where both are.
    links : sparse array of 0 and 1, shape (n_cells, n_cells)

    Raises
    ------
    InputDataError
        If shapes do not fit, if values are infinite, or if fewer than three cells that touch others are left
        or all have one income or one access.
    """
    _check(links, access=access, income=income)
    known = ~(np.isnan(access) | np.isnan(income))
    rows = np.flatnonzero(known)
    rows = rows[np.asarray(links[rows][:, rows].sum(axis=1)).ravel() > 0]
    if len(rows) < 3 or np.ptp(income[rows]) == 0 or np.ptp(access[rows]) == 0:
        raise InputDataError(
            f"bivariate local Moran: {len(rows)} cells with neighbours have both values; it needs three, "
            "with more than one income and more than one access"
        )
    from esda import Moran_Local_BV  # type: ignore[import-untyped,unused-ignore]
    from libpysal.weights import WSP, WSP2W

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # islands and disconnected parts are usual here
        weights = WSP2W(WSP(sparse.csr_matrix(links[rows][:, rows])))
        moran = Moran_Local_BV(
            income[rows],
            access[rows],
            weights,
            permutations=n_permutations,
            seed=seed,
            keep_simulations=False,
        )
    statistic, p_value = np.full(len(income), np.nan), np.full(len(income), np.nan)
    quadrant = np.full(len(income), "", dtype=f"<U{max(map(len, QUADRANTS))}")
    statistic[rows] = moran.Is
    p_value[rows] = np.minimum(1.0, 2 * moran.p_sim)
    quadrant[rows] = np.array(QUADRANTS)[moran.q]
    return BivariateMoran(statistic, p_value, quadrant)


def _neighbourhoods(values: Floats, links: Links) -> tuple[Floats, Ints]:
    """Return the sum over each cell and its neighbours, and how many of them have a value."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    sums = filled + links @ filled
    sizes = known + links @ known.astype(np.float64)
    return sums, np.rint(sizes).astype(np.int64)


def _random_sums(values: Floats, largest: int, n_permutations: int, rng: np.random.Generator) -> Floats:
    """Return sums of 1 to ``largest`` values drawn without replacement, (n_permutations, largest)."""
    sums = np.empty((n_permutations, largest))
    at_once = max(1, DRAWN_AT_ONCE // max(largest, len(values) if len(values) < largest**2 else 1))
    for first in range(0, n_permutations, at_once):
        rows = sums[first : first + at_once]
        rows[:] = np.cumsum(values[_random_rows(len(values), largest, len(rows), rng)], axis=1)
    return sums


def _random_rows(n_values: int, n_drawn: int, n_draws: int, rng: np.random.Generator) -> Ints:
    """Return row numbers drawn without replacement, in random order, (n_draws, n_drawn)."""
    if n_values < n_drawn**2:  # repeats would be the rule: shuffle instead
        shuffled = rng.permuted(np.broadcast_to(np.arange(n_values), (n_draws, n_values)), axis=1)
        return np.asarray(shuffled[:, :n_drawn])
    drawn = rng.integers(0, n_values, (n_draws, n_drawn))
    repeated = np.arange(n_draws)
    while len(repeated):
        ordered = np.sort(drawn[repeated], axis=1)
        repeated = repeated[(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)]
        drawn[repeated] = rng.integers(0, n_values, (len(repeated), n_drawn))
    return drawn


def _check(links: Links, **arrays: Floats) -> None:
    shapes = {name: values.shape for name, values in arrays.items()}
    if any(shape != (links.shape[0],) for shape in shapes.values()):
        raise InputDataError(f"hot spots: the links are for {links.shape[0]} cells, the values have {shapes}")
    infinite = [name for name, values in arrays.items() if np.isinf(values).any()]
    if infinite:
        raise InputDataError(
            f"hot spots: {' and '.join(infinite)} has infinite values, of which no sum can be formed; give "
            "opportunities within a limit, not times that may be unreached"
        )
