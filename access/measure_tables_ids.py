"""Ids of tables as positions: which distinct ids a column has, and which of them each row names.

Ids may be text, integers or categories of these; they are matched by value. Integers never match text: that
is an error with the way out, since such tables would silently have no place in common.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import InputDataError

Positions = npt.NDArray[np.int32]
Index = pd.Index  # of text or integers


class Coded(NamedTuple):
    """A column as positions in its distinct values."""

    codes: Positions  # (n_rows,); -1 = missing
    values: Any  # pd.Index of distinct values, in any order; some may be used by no row


def coded(column: pd.Series[Any]) -> Coded:
    """Code a column; fast for categories, for text of Arrow, and where equal ids follow each other."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Coded(column.cat.codes.to_numpy().astype(np.int32, copy=False), column.cat.categories)
    if column.dtype == object and len(column) > 1:
        # Hashing text row by row is slow; comparing neighbours is not, and matrices are sorted by one id.
        names = column.to_numpy()
        starts = _starts_of_runs(names)
        if len(starts) < len(names) / 4:
            codes, values = pd.factorize(names[starts])
            lengths = np.diff(np.append(starts, len(names)))
            return Coded(np.repeat(codes.astype(np.int32), lengths), pd.Index(values))
    codes, distinct = pd.factorize(column)
    return Coded(codes.astype(np.int32), pd.Index(distinct))


def _starts_of_runs(names: npt.NDArray[np.object_]) -> npt.NDArray[np.intp]:
    """Return where another id begins; every row where ids cannot be compared (``pd.NA``)."""
    try:
        differs = (names[1:] != names[:-1]).astype(bool)
    except TypeError:
        return np.arange(len(names))
    return np.flatnonzero(np.concatenate([[True], differs]))


def used(column: Coded) -> Any:
    """Return the distinct values that rows name, unsorted, as an Index."""
    counted = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    return column.values[counted > 0]


def positions_in(column: Coded, known: Any) -> Positions:
    """Return the position of each row's value in an Index of all values; -1 where it is not there."""
    if len(column.values) == 0:
        return column.codes
    return known.get_indexer(column.values).astype(np.int32)[column.codes]  # type: ignore[no-any-return]


def sorted_union(parts: list[Any], what: str) -> Any:
    """Return the distinct values of several Indexes, sorted.

    Raises
    ------
    InputDataError
        If they cannot be sorted because text and numbers are mixed.
    """
    union = parts[0] if len(parts) == 1 else parts[0].append(parts[1:])
    union = union.unique()
    try:
        return union.sort_values()
    except TypeError:
        raise InputDataError(
            f"{what} mixes text and numbers; make all of them text, for example with .astype(str)"
        ) from None


def kind_of(ids: Any) -> str:
    """Say of what kind ids are: text, integers, or what else pandas finds; "none" where there are none."""
    if len(ids) == 0:
        return "none"
    found = pd.api.types.infer_dtype(ids, skipna=True)
    return {"string": "text", "integer": "integers"}.get(found, found)


def check_same_kind(ids: Any, where: str, others: Any, other_where: str) -> None:
    """Raise InputDataError if ids of two tables cannot match because one has text and the other numbers."""
    kind, other = kind_of(ids), kind_of(others)
    if "none" not in (kind, other) and kind != other:
        raise InputDataError(
            f"ids are {kind} in {where} and {other} in {other_where}, so that none would match; convert "
            f"one of them, for example with .astype(str)"
        )
