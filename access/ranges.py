"""Ranges beside the numbers of a run: each row of range says of what it is one, and none is pooled."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from access.indicators import Row, key_of

INPUT_UNCERTAINTY = "input uncertainty"
CUTOFF = "sensitivity: cutoff"
WALKING_SPEED = "sensitivity: walking speed"
SERVICE_DATE = "sensitivity: service date"
CELL_SIZE = "sensitivity: cell size"
DEPARTURES = "variability: departure minutes"
WITHOUT_BAND = frozenset({"share_of_total", "nearest_unreached_residents", "below_line_residents"})
"""Numbers that follow from others with a band."""


def bands(rows: Sequence[Row], variants: Sequence[Sequence[Row]], kind: str) -> Iterator[Row]:
    """Yield, for each number that all variants have too, the same row with the range over all of them.

    Parameters
    ----------
    rows : sequence of dict
        The numbers of the run.
    variants : sequence of sequence of dict
        The same numbers under other choices, such as another cutoff.
    kind : str
        What was varied.
    """
    values = [_values(others) for others in variants]
    for row in rows:
        key, value = key_of(row), row["value"]
        if row["indicator"] in WITHOUT_BAND or not _finite(value):
            continue
        found = [others.get(key) for others in values]
        if all(_finite(other) for other in found):
            several = [float(other) for other in (value, *found)]  # type: ignore[arg-type]
            yield {**row, "low": min(several), "high": max(several), "interval_kind": kind}


def _values(rows: Sequence[Mapping[str, object]]) -> dict[tuple[object, ...], object]:
    return {key_of(row): row["value"] for row in rows}


def _finite(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)
