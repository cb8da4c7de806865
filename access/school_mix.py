"""Schools that children can reach, and the income mix of the children who can reach the same school.

For each school, the children of each income bracket who can reach it, weighted by a decay of travel time; for
each child, how many schools it can reach and the mean mix of those. The mix is what distance and transport
allow, not who is enrolled: catchment areas, fees, selection and capacity are not looked at.

Only the columns of the matrix with a school are kept, one byte for each cell and each place with a school.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.decay import Decay
from access.engine.arrays import UNREACHED_MIN, Minutes
from access.matrix_reader import MatrixBlock
from access.reach_mix import mix_entropy
from access.segregation_counts import GroupCounts
from access.segregation_mix import Measured, exposures, information_theory, mixes
from access.segregation_rows import Row, row
from access.segregation_surroundings import minute_weights

Floats = npt.NDArray[np.float64]
ROWS_AT_ONCE = 1024


class SchoolReach(NamedTuple):
    """Schools of one level and the children who can reach them."""

    schools: Floats  # (n_cells,) schools that a child of the cell can reach, weighted by the decay
    children: Floats  # (n_cells, n_groups) children who can reach a school in this cell; 0 without a school
    met: Floats  # (n_cells, n_groups) children around at the schools in reach, schools counting alike: shares
    entropy: Floats  # (n_cells,) of ``met``, 0 to 1; NaN where no school is in reach
    information: Measured  # H between the children of the schools in reach of each cell and of the city
    exposure: Floats  # (n_groups, n_groups): at the schools in reach of group m's children, the share of n
    without: float  # children who can reach none


def schools_in_reach(
    blocks: Iterable[MatrixBlock],
    children: GroupCounts,
    schools: Mapping[str, Floats],
    decay: Decay | Floats,
) -> dict[str, SchoolReach]:
    """Measure how many schools children can reach and how mixed the children of these schools could be.

    Parameters
    ----------
    blocks : iterable of MatrixBlock
        All of a matrix of whole minutes between the cells, each value once; read once.
    children : GroupCounts, (n_cells, n_groups)
        Children of school age (or households, as a stand-in) by income bracket.
    schools : mapping of str to array of float, shape (n_cells,)
        By level, such as primary and secondary: schools in each cell.
    decay : Decay, or array of float, shape (256,)
        Weight of a school so many minutes away, such as ``decay_binary(30)``.

    Raises
    ------
    ValueError
        As ``minute_weights``; schools for another number of cells.
    """
    weights = minute_weights(decay)
    n_cells = len(children.counts)
    for level, amounts in schools.items():
        if amounts.shape != (n_cells,):
            raise ValueError(f"schools {level!r}: shape {amounts.shape} is not ({n_cells} cells,)")
    with_school = np.zeros(n_cells, dtype=np.bool_)
    for amounts in schools.values():
        with_school |= amounts > 0
    columns = np.flatnonzero(with_school)
    minutes = _columns_of(blocks, columns, n_cells)
    return {
        level: _level(minutes, columns, children.counts, amounts[columns], weights)
        for level, amounts in schools.items()
    }


def places_with_school(level: SchoolReach) -> Floats:
    """Return the entropy of the children who can reach each cell's school, 0 to 1; NaN without a school."""
    return mix_entropy(level.children, int((level.children.sum(axis=0) > 0).sum()))


def _columns_of(blocks: Iterable[MatrixBlock], columns: npt.NDArray[np.int64], n_cells: int) -> Minutes:
    minutes = np.full((n_cells, len(columns)), UNREACHED_MIN, dtype=np.uint8)
    for block in blocks:
        wanted, here, there = np.intersect1d(
            columns, block.destinations, assume_unique=True, return_indices=True
        )
        if len(wanted):
            minutes[np.ix_(block.origins, here)] = block.minutes[:, there]
    return minutes


def _level(
    minutes: Minutes, columns: npt.NDArray[np.int64], children: Floats, schools: Floats, weights: Floats
) -> SchoolReach:
    n_cells, n_groups = children.shape
    of_school = np.zeros((len(columns), n_groups))
    for rows, near in _weighted(minutes, weights):
        of_school += near.T @ children[rows]
    of_school[schools == 0] = 0.0
    mix = np.nan_to_num(mixes(of_school))  # a school out of every child's reach has no mix and no weight
    counted = np.where(of_school.sum(axis=1) > 0, schools, 0.0)
    reached, met = np.zeros(n_cells), np.zeros((n_cells, n_groups))
    for rows, near in _weighted(minutes, weights):
        reached[rows] = near @ schools
        met[rows] = near @ (counted[:, np.newaxis] * mix)
    n_present = int((children.sum(axis=0) > 0).sum())
    by_cell = np.zeros((n_cells, n_groups))
    by_cell[columns] = of_school
    return SchoolReach(
        reached,
        by_cell,
        mixes(met),
        mix_entropy(met, n_present),
        information_theory(children, met),
        exposures(children, met),
        float(children[reached == 0].sum()),
    )


def _weighted(minutes: Minutes, weights: Floats) -> Iterator[tuple[slice, Floats]]:
    for first in range(0, len(minutes), ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        yield rows, weights[minutes[rows]]


def school_rows(found: Mapping[str, SchoolReach], children: GroupCounts, **where: object) -> list[Row]:
    """Return the rows of indicators, the level of school as their service; ``where`` gives other keys."""
    return [
        one
        for level, reach in found.items()
        for one in _level_rows(reach, children, {**where, "service": level})
    ]


def _level_rows(reach: SchoolReach, children: GroupCounts, where: dict[str, object]) -> Iterator[Row]:
    of = f"of {children.of}"
    total = float(children.counts.sum())
    yield row("schools_reach_none", "all", Measured(reach.without, total), children.of, of, **where)
    yield row("schools_segregation", "all", reach.information, "index", of, **where)
    groups = {"all": children.counts.sum(axis=1), **dict(zip(children.names, children.counts.T, strict=True))}
    for number, (name, members) in enumerate(groups.items()):
        everybody = float(members.sum())
        nobody = "nobody is in this group" if everybody == 0 else None
        mean = float((reach.schools * members).sum()) / everybody if everybody else float("nan")
        yield row("schools_in_reach", name, Measured(mean, everybody, nobody), "schools", of, **where)
        served = np.where(reach.schools > 0, members, 0.0)
        covered = float(served.sum())
        reason = nobody or (None if covered else "none of them reaches a school")
        entropy = float(np.nansum(reach.entropy * served)) / covered if covered else float("nan")
        yield row("schools_mix", name, Measured(entropy, covered, reason), "index", of, **where)
        if name != "all":
            isolation = float(reach.exposure[number - 1, number - 1]) if covered else float("nan")
            yield row("schools_isolation", name, Measured(isolation, covered, reason), "share", of, **where)
