"""Rows of a travel matrix, checked and placed: ids and groups become positions, costs become floats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import InputDataError
from access.measure_tables_ids import Coded, coded, positions_in, sorted_union, used

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int32]

_NUMBERS = {"integer", "floating", "mixed-integer-float", "empty"}
"""Of what columns of Python objects may consist."""


class CodedRows(NamedTuple):
    """Some rows, each column coded by itself."""

    origin: Coded
    destination: Coded
    groups: list[Coded]
    costs: list[Floats]  # for each column of costs (n_rows,); NaN = not reached


class PlacedRows(NamedTuple):
    """Some rows by position among all ids, in their group."""

    origin: Positions
    destination: Positions
    costs: list[Floats]


class Layout(NamedTuple):
    """All ids and values of groups: position ``group * n_ids + i`` is the i-th id in a group."""

    from_ids: Any  # pd.Index, sorted
    to_ids: Any
    group_values: list[Any]  # of each column of groups the distinct values, sorted

    @property
    def n_groups(self) -> int:
        """Number of combinations of the values of groups; 1 where there are no groups."""
        return int(np.prod([len(values) for values in self.group_values], dtype=np.int64))

    @property
    def n_origins(self) -> int:
        """Number of origins, each once a group."""
        return self.n_groups * len(self.from_ids)

    @property
    def n_destinations(self) -> int:
        """Number of destinations, each once a group."""
        return self.n_groups * len(self.to_ids)

    def place(self, rows: CodedRows) -> PlacedRows:
        """Place some rows."""
        origin = positions_in(rows.origin, self.from_ids)
        destination = positions_in(rows.destination, self.to_ids)
        if rows.groups:
            group = np.zeros(len(origin), np.int32)
            for column, values in zip(rows.groups, self.group_values, strict=True):
                group = group * np.int32(len(values)) + positions_in(column, values)
            origin = origin + group * np.int32(len(self.from_ids))
            destination = destination + group * np.int32(len(self.to_ids))
        return PlacedRows(origin, destination, rows.costs)


def coded_rows(
    frame: pd.DataFrame, travel_costs: Sequence[str], groups: Sequence[str], where: str
) -> CodedRows:
    """Code and check some rows.

    Raises
    ------
    InputDataError
        Ids or groups are missing, costs are negative or no numbers; all problems are listed.
    """
    columns = {name: coded(frame[name]) for name in ("from_id", "to_id", *groups)}
    problems = [f"{name} has missing values" for name, column in columns.items() if (column.codes < 0).any()]
    costs = [numbers_of(frame[name], name, problems) for name in travel_costs]
    if problems:
        raise InputDataError(f"{where}: {'; '.join(problems)}")
    return CodedRows(columns["from_id"], columns["to_id"], [columns[name] for name in groups], costs)


def only_ids(rows: CodedRows) -> CodedRows:
    """Keep of some rows what tells which ids and groups there are."""
    none = np.zeros(0, np.int32)
    columns = [Coded(none, used(column)) for column in (rows.origin, rows.destination, *rows.groups)]
    return CodedRows(columns[0], columns[1], columns[2:], [])


def layout_of(seen: Sequence[CodedRows], groups: Sequence[str], where: str) -> Layout:
    """Return the sorted ids and values of groups of all parts.

    Raises
    ------
    InputDataError
        Ids mix text and numbers, or there are more places than positions can count.
    """
    layout = Layout(
        sorted_union([rows.origin.values for rows in seen], f"{where}: from_id"),
        sorted_union([rows.destination.values for rows in seen], f"{where}: to_id"),
        [
            sorted_union([rows.groups[i].values for rows in seen], f"{where}: {name}")
            for i, name in enumerate(groups)
        ],
    )
    if max(layout.n_origins, layout.n_destinations) >= 2**31:
        raise InputDataError(
            f"{where}: {layout.n_groups} groups are too many; name fewer columns in group_by"
        )
    return layout


def numbers_of(column: pd.Series[Any], name: str, problems: list[str]) -> Floats:
    """Return a column of numbers >= 0 as floats, NaN where missing; note what is wrong with it."""
    numeric = pd.api.types.is_numeric_dtype(column.dtype)
    if not numeric and column.dtype == object:
        numeric = pd.api.types.infer_dtype(column, skipna=True) in _NUMBERS
    if not numeric:
        problems.append(f"{name} must be numbers, got {column.dtype}")
        return np.full(len(column), np.nan)
    values: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if (values < 0).any():
        problems.append(f"{name} must not be negative, got {np.nanmin(values):g}")
    return values
