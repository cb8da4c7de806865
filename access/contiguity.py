"""Which H3 cells of a run touch each other: the neighbourhoods of spatial statistics and of zones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import h3
import numpy as np
import numpy.typing as npt
from scipy import sparse

from access.errors import InputDataError

Bools = npt.NDArray[np.bool_]
Links: TypeAlias = "sparse.csr_array"


def contiguity(cells: Sequence[str]) -> Links:
    """Return who touches whom among the cells, a symmetric array of float 0 and 1, shape (n_cells, n_cells).

    Cells touch when they share an edge: six neighbours, at the twelve pentagons of the world five. A cell is
    no neighbour of itself. Neighbours that are not in ``cells`` do not exist: a cell without any is an
    island, with an empty row.

    Raises
    ------
    InputDataError
        If a cell is no H3 index, is listed twice, or if resolutions differ.
    """
    _check(cells)
    row_of = {cell: row for row, cell in enumerate(cells)}
    pairs = [
        (row, row_of[neighbour])
        for row, cell in enumerate(cells)
        for neighbour in _neighbours(cell)
        if neighbour in row_of
    ]
    return _links(pairs, len(cells))


def links_across_empty_cells(cells: Sequence[str], inhabited: Bools) -> Links:
    """Return which cells face each other across exactly one cell in which nobody lives.

    A cell that is not in ``cells`` counts as empty: runs that cover inhabited cells leave the others out. A
    larger gap, or one cell in which somebody lives, separates.

    Parameters
    ----------
    cells : sequence of str
        Cells of one resolution, each once.
    inhabited : array of bool, shape (n_cells,)

    Raises
    ------
    InputDataError
        As ``contiguity``.
    """
    _check(cells)
    row_of = {cell: row for row, cell in enumerate(cells)}
    around: dict[str, list[int]] = {}
    for row, cell in enumerate(cells):
        for neighbour in _neighbours(cell):
            known = row_of.get(neighbour)
            if known is None or not inhabited[known]:
                around.setdefault(neighbour, []).append(row)
    pairs = {(a, b) for rows in around.values() for a in rows for b in rows if a != b}
    return _links(sorted(pairs), len(cells))


def _neighbours(cell: str) -> Iterable[str]:
    return (other for other in h3.grid_disk(cell, 1) if other != cell)


def _links(pairs: Sequence[tuple[int, int]], n_cells: int) -> Links:
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return sparse.csr_array((np.ones(len(first)), (first, second)), shape=(n_cells, n_cells))


def _check(cells: Sequence[str]) -> None:
    invalid = [cell for cell in cells if not h3.is_valid_cell(cell)]
    if invalid:
        raise InputDataError(
            f"cells: {len(invalid)} of {len(cells)} are no H3 cells (such as {invalid[0]!r}); "
            "give indexes like 89a8100c3bbffff"
        )
    resolutions = sorted({h3.get_resolution(cell) for cell in cells})
    if len(resolutions) > 1:
        raise InputDataError(
            f"cells: resolutions {', '.join(map(str, resolutions))} are mixed; "
            "neighbours exist within one resolution"
        )
    if len(set(cells)) < len(cells):
        raise InputDataError(f"cells: {len(cells) - len(set(cells))} are listed twice; give each once")
