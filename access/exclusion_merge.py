"""From cells that qualify to zones: cells that touch are merged, small groups are left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from access.contiguity import Bools, Links
from access.errors import InputDataError
from access.exclusion_rule import ZoneRule

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NO_ZONE = -1
RESIDENTS_TO_PERSIST = 0.5


class Draws(NamedTuple):
    """Some draws of what the inputs may truly be."""

    population: Floats  # (n_draws, n_cells)
    income: Floats  # (n_draws, n_cells), NaN where not known
    rights_unmet: Floats  # (n_draws, n_cells) or (n_cells,) if travel times are not drawn


class Stability(NamedTuple):
    """In how many draws cells and zones are found again."""

    n_draws: int
    share_of_cells: Floats  # (n_cells,) share of draws in which the cell lies in some zone
    share_of_zones: Floats  # (n_zones,) share of draws in which the zone persists


def merge_cells(qualifies: Bools, links: Links) -> Ints:
    """Return the number of the group of each cell, from 0, ``NO_ZONE`` where it does not qualify.

    Cells of one group are joined by a chain of links between cells that all qualify. Groups are numbered by
    their first cell.
    """
    groups = np.full(len(qualifies), NO_ZONE, dtype=np.int64)
    rows = np.flatnonzero(qualifies)
    if len(rows):
        _, label = connected_components(_between(links, qualifies, rows), directed=False)
        _, first = np.unique(label, return_index=True)
        groups[rows] = np.argsort(np.argsort(first))[label]
    return groups


def zones_of_cells(qualifies: Bools, population: Floats, links: Links, min_residents: float) -> Ints:
    """Return the zone of each cell, from 0, ``NO_ZONE`` for cells that do not qualify or in small groups."""
    groups = merge_cells(qualifies, links)
    inside = groups != NO_ZONE
    if not inside.any():
        return groups
    residents = np.bincount(groups[inside], weights=population[inside])
    large = residents >= min_residents
    number = np.where(large, np.cumsum(large) - 1, NO_ZONE)
    return np.where(inside, number[np.where(inside, groups, 0)], NO_ZONE)


def stability(zones: Ints, chunks: Iterable[Draws], rule: ZoneRule, links: Links) -> Stability | None:
    """Apply the same definition to every draw and count how often cells and zones are found again.

    A zone persists in a draw if at least half of the residents that the draw gives it live in zones of that
    draw, whatever their outlines; one to which the draw gives no residents does not persist.

    Parameters
    ----------
    zones : array of int, shape (n_cells,)
        Zones of the base run, as ``zones_of_cells`` returns them.
    chunks : iterable of Draws
        All draws, some at a time.

    Returns
    -------
    Stability or None
        None without a draw: stability is then not known.

    Raises
    ------
    InputDataError
        If a chunk does not fit the cells.
    """
    n_zones = int(zones.max(initial=NO_ZONE)) + 1
    found_cells, found_zones, n_draws = np.zeros(len(zones)), np.zeros(n_zones), 0
    inside = zones != NO_ZONE
    for chunk in chunks:
        _check(chunk, len(zones))
        unmet = np.broadcast_to(chunk.rights_unmet, chunk.population.shape)
        for population, income, rights in zip(chunk.population, chunk.income, unmet, strict=True):
            people = np.nan_to_num(population)
            qualifies = rule.qualifies(rights, income, people)
            again = zones_of_cells(qualifies, people, links, rule.min_residents) != NO_ZONE
            found_cells += again
            residents = np.bincount(zones[inside], weights=people[inside], minlength=n_zones)
            kept = np.bincount(zones[inside], weights=(people * again)[inside], minlength=n_zones)
            found_zones += (residents > 0) & (kept >= RESIDENTS_TO_PERSIST * residents)
        n_draws += len(chunk.population)
    if n_draws == 0:
        return None
    return Stability(n_draws, found_cells / n_draws, found_zones / n_draws)


def _between(links: Links, qualifies: Bools, rows: Ints) -> sparse.csr_array:
    """Return the links between the cells that qualify."""
    if len(rows) == len(qualifies):
        return links
    return links[rows][:, rows]


def _check(chunk: Draws, n_cells: int) -> None:
    shapes = [values.shape for values in chunk]
    fits = len(shapes[0]) == 2 and shapes[0][1] == n_cells and shapes[1] == shapes[0]
    if not fits or shapes[2] not in (shapes[0], (n_cells,)):
        raise InputDataError(
            f"exclusion zones: draws of {n_cells} cells came with shapes {', '.join(map(str, shapes))}; give "
            "population and income as (n_draws, n_cells) and rights unmet as the same or (n_cells,)"
        )
