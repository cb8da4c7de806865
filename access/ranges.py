"""Ranges beside the numbers of a run: each row of range says of what it is one, and none is pooled."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from access.indicators import Row, key_of
from access.uncertainty_kinds import Choice, band, variability

Floats = npt.NDArray[np.float64]
WITHOUT_BAND = frozenset({"share_of_total", "nearest_unreached_residents", "below_line_residents"})
"""Numbers that follow from others with a band."""


def sensitivity_bands(
    rows: Sequence[Row], variants: Mapping[str, Sequence[Row]], choice: Choice, what: str
) -> Iterator[Row]:
    """Yield, for each number that all variants have too, the same row with the band over all of them.

    Parameters
    ----------
    rows : sequence of dict
        The numbers of the run.
    variants : mapping of str to sequence of dict
        The same numbers under other choices, such as another cutoff, by its name.
    choice : Choice
        What was varied.
    what : str
        How far, as a reader needs it: ``" 5 min lower and higher"``.
    """
    if not variants:
        return
    if choice is Choice.CUTOFF:
        rows = [row for row in rows if row["cutoff_min"] is not None]
    common, own, others = _common(rows, variants)
    found = band(choice, {"run": own, **others})
    yield from _with_range(common, found.low, found.high, f"{found.kind}{what}")


def departure_variability(
    rows: Sequence[Row], ends: Mapping[int, Sequence[Row]], percentile: int
) -> Iterator[Row]:
    """Yield the spread of each number over the departure minutes: a property of the service, no error.

    Parameters
    ----------
    ends : mapping of int to sequence of dict
        The same numbers at the lowest and highest percentile of travel time.
    percentile : int
        That of the run.
    """
    if not ends:
        return
    common, own, others = _common(rows, ends)
    low, high = sorted({percentile, *ends})[0], sorted({percentile, *ends})[-1]
    stacked = np.stack([own, *others.values()])
    found = variability(stacked.min(axis=0), stacked.max(axis=0), (low, high))
    yield from _with_range(common, found.low, found.high, f"{found.kind}, p{low} to p{high}")


def _common(
    rows: Sequence[Row], variants: Mapping[str, Sequence[Row]] | Mapping[int, Sequence[Row]]
) -> tuple[list[Row], Floats, dict[str, Floats]]:
    """Return the rows that are defined in all variants, with their values in each."""
    values = {str(name): {key_of(row): row["value"] for row in found} for name, found in variants.items()}
    common = [
        row
        for row in rows
        if row["indicator"] not in WITHOUT_BAND
        and _finite(row["value"])
        and all(_finite(found.get(key_of(row))) for found in values.values())
    ]
    keys = [key_of(row) for row in common]
    own = np.array([row["value"] for row in common], dtype=np.float64)
    return common, own, {name: np.array([found[key] for key in keys]) for name, found in values.items()}


def _with_range(rows: Sequence[Row], low: Floats, high: Floats, kind: str) -> Iterator[Row]:
    for row, least, greatest in zip(rows, low.tolist(), high.tolist(), strict=True):
        yield {**row, "low": least, "high": greatest, "interval_kind": kind}


def _finite(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)
