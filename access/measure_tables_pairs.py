"""Pairs of a travel matrix with their costs, held in memory or read again for each product."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.decay_shapes import Decay
from access.engine.weighing import count_repeated
from access.errors import DataQualityWarning, InputDataError
from access.measure_tables_rows import CodedRows, Layout, PlacedRows, coded_rows, layout_of, only_ids
from access.measure_tables_source import TravelMatrix, n_rows, name_of, parts
from access.weights import LongCosts

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ROWS_IN_MEMORY = 30_000_000
"""Files up to this many rows are held as positions and costs, 16 bytes a row: half a gigabyte."""

MOST_PAIRS_CHECKED = 2**33
"""Possible pairs, one bit each, up to which a table too large for memory is searched for repeated pairs."""


class Pairs(NamedTuple):
    """What ``read_pairs`` finds."""

    costs: LongCosts | StreamedCosts
    layout: Layout
    has_from: Flags  # (n_origins,) whether there is any row
    has_to: Flags  # (n_destinations,)


@dataclass(frozen=True, eq=False)
class StreamedCosts:
    """Costs of a table of any size, one or several a pair, read part by part for each product."""

    matrix: TravelMatrix
    travel_costs: tuple[str, ...]
    groups: tuple[str, ...]
    layout: Layout

    @property
    def n_origins(self) -> int:
        """Number of origins, each once a group."""
        return self.layout.n_origins

    @property
    def n_destinations(self) -> int:
        """Number of destinations, each once a group."""
        return self.layout.n_destinations

    def rows(self) -> Iterator[PlacedRows]:
        """Read the rows with all their costs, some at a time."""
        where = name_of(self.matrix)
        for frame in parts(self.matrix, ["from_id", "to_id", *self.travel_costs, *self.groups]):
            yield self.layout.place(coded_rows(frame, self.travel_costs, self.groups, where))

    def parts(self) -> Iterator[LongCosts]:
        """Read the pairs with the first of their costs, some at a time."""
        for rows in self.rows():
            yield _long_costs(rows, self.layout)

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


def read_pairs(
    matrix: TravelMatrix, travel_costs: Sequence[str], groups: Sequence[str], *, once: bool
) -> Pairs:
    """Read pairs; see ``access.measure_tables_door.travel_table``.

    Parameters
    ----------
    travel_costs : sequence of str
        With several the costs are always streamed, from a frame as well.
    once : bool
        Whether a pair counts once, at its lowest cost, however many rows it has. Not with several costs, of
        which none is the lowest.

    Raises
    ------
    InputDataError
        Columns have values that they must not have, or rows of a table too large for memory repeat a pair.
    """
    where = name_of(matrix)
    small = isinstance(matrix, pd.DataFrame) or n_rows(matrix) <= ROWS_IN_MEMORY
    in_memory = small and len(travel_costs) == 1
    kept: list[CodedRows] = []
    seen: list[CodedRows] = []
    for frame in parts(matrix, ["from_id", "to_id", *travel_costs, *groups]):
        rows = coded_rows(frame, travel_costs, groups, where)
        kept += [rows] if in_memory else []
        seen.append(only_ids(rows))
    layout = layout_of(seen, groups, where)
    costs: LongCosts | StreamedCosts
    if in_memory:
        costs = _joined([_long_costs(layout.place(rows), layout) for rows in kept])
        costs = _each_once(costs, len(layout.to_ids), where) if once else costs
        placed: Iterable[LongCosts] = [costs]
    else:
        costs = StreamedCosts(matrix, tuple(travel_costs), tuple(groups), layout)
        placed = _refuse_repeated(costs, where) if once else costs.parts()
    has_from, has_to = np.zeros(layout.n_origins, dtype=bool), np.zeros(layout.n_destinations, dtype=bool)
    for part in placed:
        has_from[part.origin] = True
        has_to[part.destination] = True
    return Pairs(costs, layout, has_from, has_to)


def _long_costs(rows: PlacedRows, layout: Layout) -> LongCosts:
    return LongCosts(rows.origin, rows.destination, rows.costs[0], layout.n_origins, layout.n_destinations)


def _joined(placed: Sequence[LongCosts]) -> LongCosts:
    first = placed[0]
    if len(placed) == 1:
        return first
    origin, destination, cost = (
        np.concatenate([getattr(part, name) for part in placed]) for name in ("origin", "destination", "cost")
    )
    return LongCosts(origin, destination, cost, first.n_origins, first.n_destinations)


def _each_once(costs: LongCosts, n_to_ids: int, where: str) -> LongCosts:
    """Keep the cheapest row of each pair, and warn if there were others."""
    repeated = _count_repeated(costs, n_to_ids)
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


def _count_repeated(costs: LongCosts, n_to_ids: int) -> int:
    """Count rows that repeat a pair, by one bit a possible pair or, where these are too many, by sorting."""
    possible = costs.n_origins * n_to_ids
    if possible <= 256 * (len(costs.cost) + 2**20):
        return int(count_repeated(costs.origin, costs.destination, n_to_ids, bits(possible)))
    pair = costs.origin.astype(np.int64) * costs.n_destinations + costs.destination
    return len(pair) - len(np.unique(pair))


def bits(possible: int) -> npt.NDArray[np.uint8]:
    """Return one cleared bit for each possible pair."""
    return np.zeros(possible // 8 + 1, np.uint8)


def _refuse_repeated(costs: StreamedCosts, where: str) -> Iterator[LongCosts]:
    """Pass the parts on; a pair met again is an error, since its cheapest row cannot be known in time."""
    n_to_ids = len(costs.layout.to_ids)
    possible = costs.n_origins * n_to_ids
    seen = bits(possible) if possible <= MOST_PAIRS_CHECKED else None
    for part in costs.parts():
        if seen is not None:
            repeated = count_repeated(part.origin, part.destination, n_to_ids, seen)
            if repeated:
                raise InputDataError(
                    f"{where}: {repeated} rows repeat a pair of ids in a table too large for memory; keep "
                    f"one row a pair, name columns that tell them apart in group_by, or pass "
                    f"duplicate_pairs='sum'"
                )
        yield part
