"""Rows of a travel matrix as pairs of positions with one cost, in memory or read again for each product."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.decay_shapes import Decay
from access.engine.weighing import count_repeated
from access.errors import DataQualityWarning, InputDataError
from access.measure_tables_ids import Coded, coded, positions_in, sorted_union, used
from access.measure_tables_source import TravelMatrix, n_rows, name_of, parts
from access.weights import Costs, LongCosts

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int32]

ROWS_IN_MEMORY = 30_000_000
"""Files up to this many rows are held as positions and costs, 16 bytes a row: half a gigabyte."""

MOST_PAIRS_CHECKED = 2**33
"""Possible pairs, one bit each, up to which rows that repeat a pair are looked for: a gigabyte."""


class Pairs(NamedTuple):
    """What ``read_costs`` finds."""

    costs: Costs
    from_ids: Any  # pd.Index, sorted
    to_ids: Any
    group_values: list[Any]  # for each column of groups its distinct values, sorted
    has_from: Flags  # (n_groups * n_from_ids,) whether there is any row
    has_to: Flags


class _Part(NamedTuple):
    """One part of the rows, coded by itself."""

    origin: Coded
    destination: Coded
    groups: list[Coded]
    cost: Floats


class _Layout(NamedTuple):
    """All ids and values of groups, by which parts are placed."""

    from_ids: Any
    to_ids: Any
    group_values: list[Any]

    @property
    def n_groups(self) -> int:
        return int(np.prod([len(values) for values in self.group_values], dtype=np.int64))

    def costs_of(self, part: _Part) -> LongCosts:
        """Place one part."""
        origin = positions_in(part.origin, self.from_ids)
        destination = positions_in(part.destination, self.to_ids)
        if part.groups:
            group = np.zeros(len(part.cost), np.int32)
            for column, values in zip(part.groups, self.group_values, strict=True):
                group = group * np.int32(len(values)) + positions_in(column, values)
            origin = origin + group * np.int32(len(self.from_ids))
            destination = destination + group * np.int32(len(self.to_ids))
        n_groups = self.n_groups
        return LongCosts(
            origin, destination, part.cost, n_groups * len(self.from_ids), n_groups * len(self.to_ids)
        )


def read_costs(matrix: TravelMatrix, travel_cost: str, groups: Sequence[str], *, once: bool) -> Pairs:
    """Read pairs and one cost; see ``access.measure_tables_door.travel_table``.

    Parameters
    ----------
    once : bool
        Whether a pair counts once, at its lowest cost, however many rows it has.

    Raises
    ------
    InputDataError
        Ids or groups are missing, costs are negative or no numbers, or rows of a table too large for memory
        repeat a pair.
    """
    where = name_of(matrix)
    in_memory = isinstance(matrix, pd.DataFrame) or n_rows(matrix) <= ROWS_IN_MEMORY
    kept: list[_Part] = []
    seen: list[_Part] = []
    for frame in parts(matrix, ["from_id", "to_id", travel_cost, *groups]):
        part = _part_of(frame, travel_cost, groups, where)
        kept += [part] if in_memory else []
        seen.append(_only_ids(part))
    layout = _layout_of(seen, groups, where)
    has_from = np.zeros(layout.n_groups * len(layout.from_ids), dtype=bool)
    has_to = np.zeros(layout.n_groups * len(layout.to_ids), dtype=bool)
    costs: Costs
    if in_memory:
        costs = _joined([layout.costs_of(part) for part in kept])
        costs = _each_once(costs, where) if once else costs
        placed: Iterator[LongCosts] = iter([costs])
    else:
        costs = StreamedCosts(matrix, travel_cost, tuple(groups), layout)
        placed = _refuse_repeated(costs, where) if once else costs.parts()
    for part_costs in placed:
        has_from[part_costs.origin] = True
        has_to[part_costs.destination] = True
    return Pairs(costs, layout.from_ids, layout.to_ids, layout.group_values, has_from, has_to)


@dataclass(frozen=True, eq=False)
class StreamedCosts:
    """Costs of a table of any size: its files are read part by part, again for each product."""

    matrix: TravelMatrix
    travel_cost: str
    groups: tuple[str, ...]
    layout: _Layout

    @property
    def n_origins(self) -> int:
        """Number of origins, times groups."""
        return self.layout.n_groups * len(self.layout.from_ids)

    @property
    def n_destinations(self) -> int:
        """Number of destinations, times groups."""
        return self.layout.n_groups * len(self.layout.to_ids)

    def parts(self) -> Iterator[LongCosts]:
        """Read the rows, some at a time."""
        for frame in parts(self.matrix, ["from_id", "to_id", self.travel_cost, *self.groups]):
            yield self.layout.costs_of(_part_of(frame, self.travel_cost, self.groups, name_of(self.matrix)))

    def weigh(self, decay: Decay) -> StreamedWeights:
        """Weigh each pair, whenever it is read."""
        return StreamedWeights(self, decay)


@dataclass(frozen=True, eq=False)
class StreamedWeights:
    """Weights of a table of any size."""

    costs: StreamedCosts
    decay: Decay

    def to_origins(self, amounts: npt.ArrayLike) -> Floats:
        """Return ``sum_j f(c_ij) a_j``, shape (n_origins,)."""
        sums = np.zeros(self.costs.n_origins)
        for part in self.costs.parts():
            sums += part.weigh(self.decay).to_origins(amounts)
        return sums

    def to_destinations(self, amounts: npt.ArrayLike) -> Floats:
        """Return ``sum_i f(c_ij) a_i``, shape (n_destinations,)."""
        sums = np.zeros(self.costs.n_destinations)
        for part in self.costs.parts():
            sums += part.weigh(self.decay).to_destinations(amounts)
        return sums


def _part_of(frame: pd.DataFrame, travel_cost: str, groups: Sequence[str], where: str) -> _Part:
    """Code and check some rows."""
    columns = {name: coded(frame[name]) for name in ("from_id", "to_id", *groups)}
    problems = [f"{name} has missing values" for name, column in columns.items() if (column.codes < 0).any()]
    cost = frame[travel_cost]
    try:
        values: Floats = cost.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        problems.append(f"{travel_cost} must be numbers, got {cost.dtype}")
    else:
        if (values < 0).any():
            problems.append(f"{travel_cost} must not be negative, got {np.nanmin(values):g}")
    if problems:
        raise InputDataError(f"{where}: {'; '.join(problems)}")
    return _Part(columns["from_id"], columns["to_id"], [columns[name] for name in groups], values)


def _only_ids(part: _Part) -> _Part:
    """Keep of a part what tells which ids and groups there are."""
    none = np.zeros(0, np.int32)
    columns = [Coded(none, used(column)) for column in (part.origin, part.destination, *part.groups)]
    return _Part(columns[0], columns[1], columns[2:], np.zeros(0))


def _layout_of(seen: Sequence[_Part], groups: Sequence[str], where: str) -> _Layout:
    return _Layout(
        sorted_union([part.origin.values for part in seen], f"{where}: from_id"),
        sorted_union([part.destination.values for part in seen], f"{where}: to_id"),
        [
            sorted_union([part.groups[i].values for part in seen], f"{where}: {name}")
            for i, name in enumerate(groups)
        ],
    )


def _joined(placed: Sequence[LongCosts]) -> LongCosts:
    first = placed[0]
    if len(placed) == 1:
        return first
    origin, destination, cost = (
        np.concatenate([getattr(part, name) for part in placed]) for name in ("origin", "destination", "cost")
    )
    return LongCosts(origin, destination, cost, first.n_origins, first.n_destinations)


def _each_once(costs: LongCosts, where: str) -> LongCosts:
    """Keep the cheapest row of each pair, and warn if there were others."""
    possible = costs.n_origins * costs.n_destinations
    if possible <= MOST_PAIRS_CHECKED:
        seen = np.zeros(possible // 8 + 1, np.uint8)
        repeated = count_repeated(costs.origin, costs.destination, costs.n_destinations, seen)
    else:
        pair = costs.origin.astype(np.int64) * costs.n_destinations + costs.destination
        repeated = len(pair) - len(np.unique(pair))
    if not repeated:
        return costs
    warnings.warn(
        f"{where} has {repeated} rows that repeat a pair of from_id and to_id: each pair counts once, at its "
        f"lowest cost (duplicate_pairs='sum' counts a place once for each row; group_by tells rows apart)",
        DataQualityWarning,
        stacklevel=5,
    )
    order = np.lexsort((costs.cost, costs.destination, costs.origin))
    origin, destination = costs.origin[order], costs.destination[order]
    first = np.concatenate([[True], (np.diff(origin) != 0) | (np.diff(destination) != 0)])
    return LongCosts(
        origin[first], destination[first], costs.cost[order][first], costs.n_origins, costs.n_destinations
    )


def _refuse_repeated(costs: StreamedCosts, where: str) -> Iterator[LongCosts]:
    """Pass the parts on; a pair met again is an error, since its cheapest row cannot be known in time."""
    possible = costs.n_origins * costs.n_destinations
    if possible > MOST_PAIRS_CHECKED:
        yield from costs.parts()
        return
    seen = np.zeros(possible // 8 + 1, np.uint8)
    for part in costs.parts():
        repeated = count_repeated(part.origin, part.destination, part.n_destinations, seen)
        if repeated:
            raise InputDataError(
                f"{where}: {repeated} rows repeat a pair of ids in a table too large for memory; "
                f"keep one row a pair, name columns that tell them apart in group_by, or pass "
                f"duplicate_pairs='sum'"
            )
        yield part
