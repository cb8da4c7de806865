"""How far two matrices of travel times agree, whichever engines they come from.

Differences are whole minutes, second engine minus first: positive where the second is slower. They are taken
over pairs that both engines reach; pairs that only one reaches are counted beside them, and those among them
whose time lies within ``LIMIT_MIN`` of the longest trip apart, since a minute decides there. A cell and
itself are no pair (both engines say 0), nor is one with a cell that either engine has not snapped.

Percentiles of differences are nearest ranks, as those of travel times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.engine.arrays import UNREACHED_MIN, Minutes
from access.errors import AccessError
from access.search import nearest_rank

WITHIN_MIN = (0, 1, 2, 5)
SIGNED_PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
ABSOLUTE_PERCENTILES = (50, 75, 90, 95, 99, 100)
LIMIT_MIN = 5
_LARGEST = 254


class Agreement(NamedTuple):
    """How two engines agree at one percentile of travel time."""

    n_pairs: int
    n_both: int
    n_first_only: int
    n_second_only: int
    n_one_only_at_limit: int  # among the two before, within LIMIT_MIN of the longest trip
    n_neither: int
    within: dict[int, float]  # minutes -> share of pairs reached by both; NaN without any
    signed: dict[int, float]  # percentile -> minutes, second minus first
    absolute: dict[int, float]  # percentile -> minutes


class Pairs(NamedTuple):
    """Which pairs of two matrices are compared."""

    origins: npt.NDArray[np.int64]  # (n_origins,) the cell of each row
    compared: npt.NDArray[np.bool_]  # (n_origins, n_cells)


def pairs_to_compare(origins: npt.NDArray[np.int64], usable: npt.NDArray[np.bool_], n_cells: int) -> Pairs:
    """Leave out pairs of a cell with itself and with cells that are not ``usable`` (n_cells,)."""
    compared = usable[origins][:, None] & usable[None, :]
    compared[np.arange(len(origins)), origins] = False
    if compared.shape != (len(origins), n_cells):
        raise AccessError(f"{len(usable)} cells are marked as usable or not, but there are {n_cells}")
    return Pairs(origins, compared)


def agreement(first: Minutes, second: Minutes, pairs: Pairs, max_duration_min: int) -> Agreement:
    """Compare two matrices (n_origins, n_cells) of whole minutes, 255 where not reached.

    Raises
    ------
    AccessError
        If their shapes differ.
    """
    _check_shapes(first, second, pairs)
    reached_first, reached_second = ((matrix != UNREACHED_MIN) & pairs.compared for matrix in (first, second))
    both = reached_first & reached_second
    one_only = reached_first ^ reached_second
    at_limit = one_only & (np.minimum(first, second) > max_duration_min - LIMIT_MIN)
    counts = np.bincount(second[both].astype(np.int64) - first[both] + _LARGEST, minlength=2 * _LARGEST + 1)
    n_pairs, n_both = int(pairs.compared.sum()), int(both.sum())
    n_first_only = int((reached_first & ~reached_second).sum())
    n_one_only = int(one_only.sum())
    absolute = _absolute(counts)
    return Agreement(
        n_pairs=n_pairs,
        n_both=n_both,
        n_first_only=n_first_only,
        n_second_only=n_one_only - n_first_only,
        n_one_only_at_limit=int(at_limit.sum()),
        n_neither=n_pairs - n_both - n_one_only,
        within={m: float(absolute[: m + 1].sum() / n_both) if n_both else np.nan for m in WITHIN_MIN},
        signed={p: _percentile(counts, p) - _LARGEST for p in SIGNED_PERCENTILES},
        absolute={p: _percentile(absolute, p) for p in ABSOLUTE_PERCENTILES},
    )


def _check_shapes(first: Minutes, second: Minutes, pairs: Pairs) -> None:
    if not first.shape == second.shape == pairs.compared.shape:
        raise AccessError(
            f"matrices of {first.shape} and {second.shape} cannot be compared over pairs of "
            f"{pairs.compared.shape}"
        )


def _absolute(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Fold the counts of -254 to 254 minutes into those of 0 to 254."""
    folded = counts[_LARGEST:].copy()
    folded[1:] += counts[:_LARGEST][::-1]
    return folded


def _percentile(counts: npt.NDArray[np.int64], percentile: int) -> float:
    """Nearest rank in a histogram; NaN where it is empty."""
    n = int(counts.sum())
    if n == 0:
        return np.nan
    return float(np.searchsorted(np.cumsum(counts), nearest_rank(percentile, n)))


def largest_differences(
    first: Minutes, second: Minutes, pairs: Pairs, ids: Sequence[str], names: tuple[str, str], n_largest: int
) -> pd.DataFrame:
    """List the pairs that differ most, largest first, then those that only one engine reaches.

    Parameters
    ----------
    ids, names
        Of the cells, and of the two engines (their minutes become columns ``minutes_<name>``).
    n_largest
        At most so many of each of the two kinds; equal differences keep the order of origins and cells.

    Returns
    -------
    pandas.DataFrame
        ``from_id``, ``to_id``, the minutes of both (NA where not reached), ``difference_min`` (second minus
        first, NA where one does not reach).
    """
    _check_shapes(first, second, pairs)
    reached_first, reached_second = ((matrix != UNREACHED_MIN) & pairs.compared for matrix in (first, second))
    difference = second.astype(np.int16) - first
    sizes = np.where(reached_first & reached_second, np.abs(difference), 0).ravel()
    largest = _first_of_largest(sizes, n_largest)
    # The quicker the one that reaches, the stranger that the other does not.
    quickness = np.where(reached_first ^ reached_second, UNREACHED_MIN - np.minimum(first, second), 0).ravel()
    one_only = _first_of_largest(quickness, n_largest)
    rows, columns = np.unravel_index(np.concatenate([largest, one_only]), first.shape)
    id_of_cell = np.asarray(ids, dtype=object)
    table = pd.DataFrame({"from_id": id_of_cell[pairs.origins[rows]], "to_id": id_of_cell[columns]})
    for name, matrix in zip(names, (first, second), strict=True):
        minutes = pd.Series(matrix[rows, columns].astype(np.int64), dtype="Int64")
        table[f"minutes_{name}"] = minutes.mask(minutes == int(UNREACHED_MIN))
    table["difference_min"] = table[f"minutes_{names[1]}"] - table[f"minutes_{names[0]}"]
    return table


def _first_of_largest(sizes: npt.NDArray[np.generic], n: int) -> npt.NDArray[np.int64]:
    """Return the places of the ``n`` largest sizes above 0, largest first, equal ones in their order."""
    n = min(n, int(np.count_nonzero(sizes)))
    if n == 0:
        return np.zeros(0, np.int64)
    least = np.partition(sizes, len(sizes) - n)[len(sizes) - n]
    candidates = np.flatnonzero(sizes >= least)
    return candidates[np.argsort(-sizes[candidates].astype(np.int64), kind="stable")][:n]


def by_cell(first: Minutes, second: Minutes, pairs: Pairs, percentile: int = 95) -> npt.NDArray[np.float64]:
    """Return the percentile of absolute differences over the pairs that lead to each cell, in minutes.

    Returns
    -------
    float64 array (n_cells,)
        NaN for a cell that no pair compared by both reaches.
    """
    _check_shapes(first, second, pairs)
    both = pairs.compared & (first != UNREACHED_MIN) & (second != UNREACHED_MIN)
    result = np.full(first.shape[1], np.nan)
    for cell in np.flatnonzero(both.any(axis=0)):
        here = both[:, cell]
        sizes = np.sort(np.abs(second[here, cell].astype(np.int16) - first[here, cell]))
        result[cell] = sizes[nearest_rank(percentile, len(sizes)) - 1]
    return result


def summary_lines(found: Agreement, names: tuple[str, str]) -> list[str]:
    """Say an agreement in lines for the terminal."""

    def share(n: int) -> str:
        return f"{n:,} ({100 * n / found.n_pairs:.2f} %)" if found.n_pairs else "0"

    if not found.n_both:
        return [f"{found.n_pairs:,} pairs, none of them reached by both engines"]
    within = ", ".join(f"{minutes} min: {100 * part:.2f} %" for minutes, part in found.within.items())
    signed = ", ".join(f"p{p}: {minutes:+.0f}" for p, minutes in found.signed.items())
    absolute = ", ".join(f"p{p}: {minutes:.0f}" for p, minutes in found.absolute.items())
    return [
        f"{found.n_pairs:,} pairs, reached by both {share(found.n_both)}, by {names[0]} only "
        f"{share(found.n_first_only)}, by {names[1]} only {share(found.n_second_only)} "
        f"(within {LIMIT_MIN} min of the longest trip: {found.n_one_only_at_limit:,})",
        f"equal within {within}",
        f"minutes {names[1]} minus {names[0]}: {signed}",
        f"minutes of difference either way: {absolute}",
    ]
