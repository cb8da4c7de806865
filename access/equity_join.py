"""The door of the equity functions that take tables: columns checked, access and residents joined by id."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.equity import Summary
from access.errors import DataQualityWarning, InputDataError
from access.measure_tables_ids import check_same_kind

Floats = npt.NDArray[np.float64]
ID = "id"


class GroupOfRows(NamedTuple):
    """The rows of one group of ``group_by``, ready for an index."""

    labels: tuple[object, ...]  # one for each column of group_by
    cells: pd.DataFrame  # `access` and one column for each wanted one, float where a number is meant


def joined_by_group(
    index: str,
    accessibility_data: pd.DataFrame,
    sociodemographic_data: pd.DataFrame,
    opportunity: str,
    wanted: Mapping[str, str],
    group_by: str | Sequence[str],
    *,
    labels: Sequence[str] = (),
) -> list[GroupOfRows]:
    """Join access to residents and cut it into groups, sorted by their labels.

    Within a group the rows of ``accessibility_data`` come first, in their order; those of
    ``sociodemographic_data`` that it has not follow with access NaN.

    Parameters
    ----------
    index : str
        Name of the index, for messages.
    accessibility_data, sociodemographic_data : DataFrame
        With ``id``; the first with ``opportunity`` and the columns of ``group_by``.
    opportunity : str
        Column of access.
    wanted : mapping of str to str
        Columns of ``sociodemographic_data`` by the name they get.
    group_by : str or sequence of str
        Columns of ``accessibility_data``; each combination of their labels is one group.
    labels : sequence of str
        Those of ``wanted`` that hold labels and not numbers.

    Raises
    ------
    InputDataError
        If a table is empty, a column is missing or not a number, or an id is missing or comes twice; all
        problems at once.

    Warns
    -----
    DataQualityWarning
        If access is given for ids that ``sociodemographic_data`` has not: they are left out.
    """
    group_by = columns_to_group_by(group_by)
    numbers = [column for name, column in wanted.items() if name not in labels]
    problems = [
        *_problems("accessibility_data", accessibility_data, [opportunity], group_by, group_by),
        *_problems("sociodemographic_data", sociodemographic_data, numbers, list(wanted.values()), ()),
    ]
    if problems:
        raise InputDataError(f"{index}: " + "; ".join(problems))
    ids, known = (pd.Index(table[ID]) for table in (accessibility_data, sociodemographic_data))
    check_same_kind(ids, "accessibility_data", known, "sociodemographic_data")
    people = pd.DataFrame({ID: sociodemographic_data[ID]}).assign(
        **{
            name: sociodemographic_data[column] if name in labels else _floats(sociodemographic_data[column])
            for name, column in wanted.items()
        }
    )
    _warn_of_strangers(index, accessibility_data[ID], people[ID])
    reach = pd.DataFrame({ID: accessibility_data[ID], "access": _floats(accessibility_data[opportunity])})
    if not group_by:
        return [GroupOfRows((), _with_everybody(reach, people))]
    keys = [accessibility_data[column] for column in group_by]
    return [
        GroupOfRows(key, _with_everybody(rows, people))
        for key, rows in reach.groupby(keys, sort=True, dropna=False, observed=True)
    ]


def columns_to_group_by(group_by: str | Sequence[str] | None) -> list[str]:
    """Return the columns of ``group_by``; one column may be named without a list, None is none."""
    if group_by is None:
        return []
    return [group_by] if isinstance(group_by, str) else list(group_by)


def columns_of(group: GroupOfRows, *names: str) -> tuple[Floats, ...]:
    """Return columns of a group as arrays."""
    return tuple(group.cells[name].to_numpy(dtype=np.float64) for name in names)


def index_table(
    name: str, groups: Sequence[GroupOfRows], found: Sequence[Summary], group_by: str | Sequence[str]
) -> pd.DataFrame:
    """Return one row a group with one index, found for each."""
    covered = [summary.covered_population for summary in found]
    return table_of_groups(groups, group_by, {name: [summary.value for summary in found]}, covered)


def table_of_groups(
    groups: Sequence[GroupOfRows],
    group_by: str | Sequence[str],
    columns: Mapping[str, Sequence[object]],
    covered: Sequence[float],
) -> pd.DataFrame:
    """Return one row a group: its labels, then the results; residents covered as ``attrs``."""
    labels = {
        name: [group.labels[k] for group in groups] for k, name in enumerate(columns_to_group_by(group_by))
    }
    table = pd.DataFrame({**labels, **columns})
    table.attrs["covered_population"] = list(covered)
    return table


def _with_everybody(reach: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    joined = reach.merge(people, on=ID, how="left")
    rest = people[~people[ID].isin(reach[ID])]
    return joined if rest.empty else pd.concat([joined, rest], ignore_index=True)


def _problems(
    table: str, frame: pd.DataFrame, numbers: Sequence[str], others: Sequence[str], key: Sequence[str]
) -> list[str]:
    absent = [column for column in dict.fromkeys([ID, *numbers, *others]) if column not in frame.columns]
    if absent:
        there = ", ".join(map(repr, frame.columns))
        return [f"{table} lacks {', '.join(map(repr, absent))}; its columns are {there}"]
    if frame.empty:
        return [f"{table} has no rows"]
    found = [
        f"{table}: column {column!r} must hold numbers, it is {frame[column].dtype}"
        for column in numbers
        if not _can_be_ordered(frame[column])
    ]
    if frame[ID].isna().any():
        found.append(f"{table}: {int(frame[ID].isna().sum())} rows have no id")
    twice = frame.duplicated([ID, *key])
    if twice.any():
        within = (
            f" within one group of {', '.join(key)}" if key else "; give the columns that differ as group_by"
        )
        if table == "sociodemographic_data":
            within = "; give one row a cell"
        found.append(f"{table}: id {frame.loc[twice, ID].iloc[0]!r} comes twice{within}")
    return found


def _can_be_ordered(column: pd.Series) -> bool:
    """Say whether a column holds numbers, or categories with an order, such as R's ordered income groups."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return bool(column.dtype.ordered)
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _warn_of_strangers(index: str, ids: pd.Series, known: pd.Series) -> None:
    strangers = ids[~ids.isin(known)].unique()
    if len(strangers):
        warnings.warn(
            f"{index}: {len(strangers)} ids of accessibility_data are not in sociodemographic_data, such as "
            f"{strangers[0]!r}: nobody is known to live there, they are left out",
            DataQualityWarning,
            stacklevel=4,
        )


def _floats(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.cat.codes.astype("float64").where(column.notna())
    return pd.Series(column.to_numpy(dtype="float64", na_value=float("nan")), index=column.index)
