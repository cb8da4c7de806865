"""Compare single values: numbers to the last bit, missing ones, lists and mappings part by part."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def differing(before: pd.Series[Any], again: pd.Series[Any], tolerance: float) -> np.ndarray[Any, Any]:
    """Return the places at which two columns differ."""
    if pd.api.types.is_numeric_dtype(before) and pd.api.types.is_numeric_dtype(again):
        a = before.to_numpy(dtype=np.float64, na_value=np.nan)
        b = again.to_numpy(dtype=np.float64, na_value=np.nan)
        if tolerance:
            same = np.isclose(b, a, rtol=tolerance, atol=0.0, equal_nan=True)
        else:
            same = (a == b) | (np.isnan(a) & np.isnan(b))
        return np.flatnonzero(~same)
    pairs = zip(before.to_numpy(dtype=object), again.to_numpy(dtype=object), strict=True)
    return np.array([n for n, (a, b) in enumerate(pairs) if not equal(a, b, tolerance)], dtype=np.int64)


def equal(a: Any, b: Any, tolerance: float) -> bool:
    """Compare two values: lists and mappings part by part, numbers by the tolerance."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(equal(a[key], b[key], tolerance) for key in a)
    if isinstance(a, list | tuple | np.ndarray) and isinstance(b, list | tuple | np.ndarray):
        return len(a) == len(b) and all(equal(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if is_missing(a) or is_missing(b):
        return is_missing(a) and is_missing(b)
    if _is_number(a) and _is_number(b) and tolerance:
        return math.isclose(float(a), float(b), rel_tol=tolerance)
    return bool(a == b)


def is_missing(value: Any) -> bool:
    """Whether a value is none: None, NA, NaN."""
    return value is None or value is pd.NA or (isinstance(value, float | np.floating) and math.isnan(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)


def distance(old: Any, new: Any) -> tuple[float, float]:
    """Return the absolute and the relative distance of two values; NaN where one is no number."""
    if not (_is_number(old) and _is_number(new)) or is_missing(old) or is_missing(new):
        return math.nan, math.nan
    by = abs(float(new) - float(old))
    return by, by / max(abs(float(old)), abs(float(new))) if by else 0.0


def shown_value(value: Any) -> str:
    """Write a value for a list of differences, long ones cut."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = repr(value.item()) if isinstance(value, np.generic) else str(value)
    return text if len(text) <= 80 else text[:79] + "…"
