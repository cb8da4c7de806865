"""The door of all measures on tables: ids become positions, columns become checked arrays, once.

``travel_table`` reads a travel matrix, ``amounts_of`` the columns of land use, and ``TravelTable.result``
makes the table that comes out. All columns are checked before anything is computed, and all problems of a
table are told at once.

What is decided here, for every measure:

- a pair without a row, with a missing (NaN, null) or an infinite cost is not reached;
- ids come from the travel matrix: a place of land use without any row in it does not appear in the result,
  and a place of the matrix that land use lacks has an unknown amount (NaN), with a warning;
- a missing amount is unknown, not 0: who reaches it gets NaN, and nobody else;
- negative or infinite amounts, negative costs and missing ids are errors;
- a pair that occurs more than once counts once, at its lowest cost, with a warning. The R package
  accessibility counts the place as often as it has rows; ``duplicate_pairs="sum"`` does so too;
- no rows give a table without rows.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import AccessError, DataQualityWarning, InputDataError
from access.measure_tables_ids import check_same_kind, coded
from access.measure_tables_pairs import StreamedCosts, read_pairs
from access.measure_tables_rows import numbers_of
from access.measure_tables_source import TravelMatrix, column_names, name_of
from access.weights import LongCosts

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Side = Literal["from", "to"]
DuplicatePairs = Literal["cheapest", "sum"]


@dataclass(frozen=True, eq=False)
class TravelTable:
    """A travel matrix by position, its groups (``group_by``) one after the other.

    Position ``group * len(from_ids) + i`` of ``costs`` is origin ``from_ids[i]`` in a group, and likewise for
    destinations, so that each group is computed by itself. Without ``group_by`` there is one group.
    """

    costs: LongCosts | StreamedCosts
    from_ids: Any  # pd.Index, sorted
    to_ids: Any  # pd.Index, sorted
    groups: pd.DataFrame  # (n_groups, columns of group_by), every combination of their values, sorted
    has_from: Flags  # (n_groups * len(from_ids),) whether there is any row
    has_to: Flags  # (n_groups * len(to_ids),)

    def ids(self, side: Side) -> Any:
        """Return ``from_ids`` or ``to_ids``."""
        return self.from_ids if side == "from" else self.to_ids

    def in_each_group(self, amounts: Floats) -> Floats:
        """Repeat amounts by id, shape (n_ids,), for each group: what the products of ``costs`` take."""
        return np.tile(amounts, len(self.groups))

    def result(
        self,
        side: Side,
        name: str,
        values: npt.NDArray[Any],
        *,
        variants: pd.DataFrame | None = None,
        keep: Flags | None = None,
        study_area: npt.ArrayLike | None = None,
    ) -> pd.DataFrame:
        """Return a table with columns id, groups, variants and ``name``, sorted in this order.

        Parameters
        ----------
        side : {"from", "to"}
            Of whose ids the values are.
        name : str
            Column of the values.
        values : array, shape (n_groups * n_ids,) or (n_variants, n_groups * n_ids)
        variants : DataFrame, shape (n_variants, any), optional
            Columns that tell variants apart, such as cutoffs, in the order in which they shall stand.
        keep : array of bool, shape of ``values``, optional
            Rows that stay.
        study_area : sequence of ids, optional
            Only these ids appear.
        """
        ids = self.ids(side)
        shape = (len(values) if values.ndim == 2 else 1, len(self.groups), len(ids))
        columns = values.reshape(shape).transpose(2, 1, 0)
        chosen = np.ones(columns.shape, dtype=bool)
        if keep is not None:
            chosen &= keep.reshape(shape).transpose(2, 1, 0)
        if study_area is not None:
            chosen &= _within(study_area, ids, side)[:, np.newaxis, np.newaxis]
        place, group, variant = np.nonzero(chosen)
        table: dict[Any, Any] = {"id": ids[place]}
        table |= {column: self.groups[column].to_numpy()[group] for column in self.groups}
        if variants is not None:
            table |= {column: variants[column].to_numpy()[variant] for column in variants}
        return pd.DataFrame(table | {name: columns[chosen]})


def travel_table(
    travel_matrix: TravelMatrix,
    travel_cost: str | Sequence[str],
    *,
    group_by: str | Sequence[str] = (),
    duplicate_pairs: DuplicatePairs = "cheapest",
) -> TravelTable:
    """Read a travel matrix: ``from_id``, ``to_id``, a cost and columns to group by.

    Parameters
    ----------
    travel_matrix : DataFrame, str or Path
        A frame, a Parquet file or a folder of Parquet files, such as a run's travel times. Files that do not
        fit memory are read part by part, again for each product.
    travel_cost : str or sequence of str
        Column of costs >= 0, null or NaN where not reached; or several, for ``cumulative_cutoff``.
    group_by : str or sequence of str
        Further columns, such as the mode or the departure; each combination is computed by itself.
    duplicate_pairs : {"cheapest", "sum"}
        What a pair with several rows (in one group) counts as.

    Raises
    ------
    InputDataError
        With all problems of the columns listed.
    """
    groups, travel_costs = names(group_by), names(travel_cost)
    check_columns(travel_matrix, ["from_id", "to_id", *travel_costs, *groups])
    problems = [f"group_by may not name {name}" for name in groups if name in ("from_id", "to_id", "id")]
    if duplicate_pairs not in ("cheapest", "sum"):
        problems.append(f'duplicate_pairs must be "cheapest" or "sum", got {duplicate_pairs!r}')
    if problems:
        raise AccessError("; ".join(problems))
    once = duplicate_pairs == "cheapest" and len(travel_costs) == 1
    pairs = read_pairs(travel_matrix, travel_costs, groups, once=once)
    combinations = list(product(*pairs.layout.group_values))
    return TravelTable(
        pairs.costs,
        pairs.layout.from_ids,
        pairs.layout.to_ids,
        pd.DataFrame(combinations, columns=groups, index=range(len(combinations))),
        pairs.has_from,
        pairs.has_to,
    )


def amounts_of(
    land_use_data: pd.DataFrame, columns: Sequence[str], ids: Any, *, missing: str = "their access is NaN"
) -> dict[str, Floats]:
    """Return columns of land use in the order of some ids of a travel matrix.

    Parameters
    ----------
    land_use_data : DataFrame
        ``id``, each once, and columns of numbers >= 0.
    columns : sequence of str
        Opportunities, population or the like.
    ids : pd.Index
        ``TravelTable.from_ids`` or ``to_ids``.
    missing : str
        What a missing number does to the result, for the warning.

    Returns
    -------
    dict of str to array of float, shape (n_ids,)
        NaN where the number is missing or the id is not in land use, with a DataQualityWarning.

    Raises
    ------
    InputDataError
        With all problems of the columns listed.
    """
    check_columns(land_use_data, ["id", *columns], "land_use_data")
    known = coded(land_use_data["id"])
    repeated = land_use_data["id"].duplicated()
    problems = [] if (known.codes >= 0).all() else ["id has missing values"]
    if repeated.any():
        problems.append(f"id has {land_use_data['id'][repeated].iloc[0]!r} more than once")
    arrays = {name: _amounts(land_use_data[name], name, problems) for name in columns}
    if problems:
        raise InputDataError(f"land_use_data: {'; '.join(problems)}")
    check_same_kind(ids, "travel_matrix", pd.Index(known.values), "land_use_data")
    place = pd.Index(known.values[known.codes]).get_indexer(ids)
    found = {name: np.append(values, np.nan)[place] for name, values in arrays.items()}
    _warn_of_missing(found, ids, place, missing)
    return found


def names(one_or_several: str | Sequence[str] | None) -> list[str]:
    """Return one name, several or none as a list."""
    if one_or_several is None:
        return []
    return [one_or_several] if isinstance(one_or_several, str) else list(one_or_several)


def check_columns(table: TravelMatrix, columns: Sequence[str], name: str | None = None) -> None:
    """Raise InputDataError if a table lacks columns, naming all of them and those that it has."""
    there = column_names(table)
    missing = [column for column in dict.fromkeys(columns) if column not in there]
    if missing:
        raise InputDataError(
            f"{name or name_of(table)} has no column {', '.join(map(repr, missing))}; "
            f"it has {', '.join(there)}"
        )


def side_of_result(active: bool) -> tuple[Side, Side]:
    """Return whose ids come out and whose amounts count: active is by origin, passive by destination."""
    return ("from", "to") if active else ("to", "from")


def _amounts(column: pd.Series[Any], name: str, problems: list[str]) -> Floats:
    """Return a column as floats, NaN where missing; note what is wrong with it."""
    values = numbers_of(column, name, problems)
    if np.isinf(values).any():
        problems.append(f"{name} must be finite, got an infinite value")
    return values


def _warn_of_missing(found: dict[str, Floats], ids: Any, place: npt.NDArray[Any], effect: str) -> None:
    unknown = place < 0
    if unknown.any():
        warnings.warn(
            f"land_use_data lacks {unknown.sum()} of {len(ids)} ids of the travel matrix, such as "
            f"{ids[unknown][0]!r}: what is there is unknown, and where it counts {effect}",
            DataQualityWarning,
            stacklevel=4,
        )
    for name, values in found.items():
        without = np.isnan(values) & ~unknown
        if without.any():
            warnings.warn(
                f"land_use_data has no {name} for {without.sum()} ids, such as {ids[without][0]!r}: it is "
                f"unknown there, not 0, and where it counts {effect}",
                DataQualityWarning,
                stacklevel=4,
            )


def _within(study_area: npt.ArrayLike, ids: Any, side: Side) -> Flags:
    """Which ids lie in the study area; one without any of them is a mistake."""
    area = pd.Index(np.asarray(study_area))
    check_same_kind(ids, "travel_matrix", area, "study_area")
    inside: Flags = np.asarray(ids.isin(area))
    if len(ids) and not inside.any():
        raise InputDataError(f"study_area has none of the {len(ids)} {side}_ids of the travel matrix")
    return inside
