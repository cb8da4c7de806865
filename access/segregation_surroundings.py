"""Who is around each cell: weighted by minutes of travel, on foot, or the nearest people by travel time.

The matrix of travel times is never weighted as a whole. A block of its rows becomes the number of people of
each group at each whole minute; all that follows comes from there. Blocks of whole columns, of arrive-by
searches, add up over the blocks first, 2 KB a cell and group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from access.decay import Decay
from access.engine.arrays import UNREACHED_MIN, Minutes, WalkLinks
from access.matrix_reader import MatrixBlock

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

ROWS_AT_ONCE = 256
_ENOUGH = 1 - 1e-12
"""Fractions of people that add up to the number wanted must count as that many in spite of rounding."""


class Surroundings(NamedTuple):
    """People around each cell, arrays of shape ``(n_cells, n_groups)``; a row of 0 = nobody."""

    weighted: Floats  # sum over all cells of weight(minutes) x people
    nearest: Floats  # the nearest people by travel time, the same number for every cell
    places: Floats  # (n_cells, n_place_columns) places around, weighted as people are


def minute_weights(decay: Decay | Floats) -> Floats:
    """Return the weight of each whole minute, ``(256,)``; that of 255, not reached, is 0.

    Parameters
    ----------
    decay : Decay, or array of float, shape (256,)
        A decay of ``access.decay`` for costs in minutes, or the weights themselves.

    Raises
    ------
    ValueError
        The weights are not 256, not all finite and at least 0, or all 0.
    """
    if isinstance(decay, Decay):
        weights = np.zeros(256)
        weights[:UNREACHED_MIN] = decay.weights(np.arange(float(UNREACHED_MIN)))
    else:
        weights = np.array(decay, dtype=np.float64)
        if weights.shape != (256,):
            raise ValueError(f"weights by minute must have shape (256,), got {weights.shape}")
        weights[UNREACHED_MIN] = 0.0
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
        raise ValueError("weights by minute must be finite, at least 0 and not all 0")
    return weights


def groups_at_minute(minutes: Minutes, people: Floats) -> Floats:
    """Count the people of each group at each whole minute of travel.

    Parameters
    ----------
    minutes : array of uint8, shape (n_rows, n_cells)
        Whole minutes; 255 = not reached.
    people : array of float, shape (n_cells, n_groups)
        People by group, >= 0.

    Returns
    -------
    array of float, shape (n_rows, n_groups, 255)
        People at exactly that minute.
    """
    lived_in = np.flatnonzero(people.sum(axis=1) > 0)
    weights = np.ascontiguousarray(people[lived_in].T)
    found = np.empty((len(minutes), people.shape[1], int(UNREACHED_MIN)))
    for number, row in enumerate(minutes):
        minute = row[lived_in].astype(np.intp)  # once, not once a group
        for group, amounts in enumerate(weights):
            found[number, group] = np.bincount(minute, weights=amounts, minlength=256)[:UNREACHED_MIN]
    return found


def surroundings_by_travel(
    blocks: Iterable[MatrixBlock],
    people: Floats,
    weights: Floats,
    nearest_people: float,
    places: Floats | None = None,
) -> Surroundings:
    """Reduce a matrix of travel times between cells to who is around each of them.

    Parameters
    ----------
    blocks : iterable of MatrixBlock
        All of a matrix ``(n_cells, n_cells)``, each value once.
    people : array of float, shape (n_cells, n_groups)
        People by group, >= 0.
    weights : array of float, shape (256,)
        From ``minute_weights``.
    nearest_people : float
        How many people make the surroundings of equal size, > 0. Those of the last minute count in
        proportion. Who cannot reach that many has all that are reached.
    places : array of float, shape (n_cells, n_place_columns), optional
        Anything else to weigh in the same reading, such as jobs by class.
    """
    if places is None:
        places = np.empty((len(people), 0))
    found = Surroundings(np.zeros(people.shape), np.zeros(people.shape), np.zeros(places.shape))
    n_groups = people.shape[1]
    for rows, at_minute in _rows_at_minute(blocks, np.hstack([people, places])):
        around = at_minute @ weights[:UNREACHED_MIN]
        found.weighted[rows], found.places[rows] = around[:, :n_groups], around[:, n_groups:]
        found.nearest[rows] = nearest_groups(at_minute[:, :n_groups], nearest_people)
    return found


def nearest_groups(at_minute: Floats, nearest_people: float) -> Floats:
    """Return the mix of the nearest people.

    Parameters
    ----------
    at_minute : array of float, shape (n_rows, n_groups, n_minutes)
        From ``groups_at_minute``.
    nearest_people : float
        How many, > 0.

    Returns
    -------
    array of float, shape (n_rows, n_groups)
        Rows add up to ``nearest_people``; where fewer can be reached, all of them.
    """
    everybody = at_minute.sum(axis=1)
    within = np.cumsum(everybody, axis=1)
    enough = within >= nearest_people * _ENOUGH
    last = np.where(enough[:, -1], enough.argmax(axis=1), enough.shape[1] - 1)
    row = np.arange(len(last))
    up_to = np.cumsum(at_minute, axis=2)[row, :, last]
    ring, in_ring = at_minute[row, :, last], everybody[row, last]
    surplus = np.maximum(within[row, last] - nearest_people, 0.0)
    share = np.divide(surplus, in_ring, out=np.zeros(len(row)), where=in_ring > 0)
    found: Floats = np.maximum(up_to - ring * share[:, np.newaxis], 0.0)
    return found


def has_fewer(nearest: Floats, nearest_people: float) -> npt.NDArray[np.bool_]:
    """Return which rows of ``nearest_groups`` hold fewer people than were asked for."""
    fewer: npt.NDArray[np.bool_] = nearest.sum(axis=1) < nearest_people * _ENOUGH
    return fewer


def surroundings_on_foot(walks: WalkLinks | Iterable[MatrixBlock], people: Floats, weights: Floats) -> Floats:
    """Return the people around each cell weighted by walking minutes, ``(n_cells, n_groups)``.

    Parameters
    ----------
    walks : WalkLinks or iterable of MatrixBlock
        Walks from each cell to the cells near it, or a matrix of walking minutes. Links of seconds are cut to
        whole minutes, as travel times are. A cell with links to others but none to itself counts itself at 0
        minutes; one without any link is not snapped and has nobody around.
    people, weights
        As ``surroundings_by_travel``.
    """
    if not isinstance(walks, WalkLinks):
        found = np.zeros(people.shape)
        for rows, at_minute in _rows_at_minute(walks, people):
            found[rows] = at_minute @ weights[:UNREACHED_MIN]
        return found
    n_cells = len(people)
    minute = np.clip(walks.walk_s // 60, 0, int(UNREACHED_MIN))
    kernel = sparse.csr_array((weights[minute], walks.target, walks.start), shape=(n_cells, n_cells))
    around: Floats = kernel @ people
    n_links = np.diff(walks.start)
    source = np.repeat(np.arange(n_cells), n_links)
    without_itself: npt.NDArray[np.bool_] = n_links > 0
    without_itself[source[source == walks.target]] = False
    around[without_itself] += weights[0] * people[without_itself]
    return around


def _rows_at_minute(blocks: Iterable[MatrixBlock], people: Floats) -> Iterator[tuple[Indices, Floats]]:
    """Yield some cells and who is at each minute from them, every cell once."""
    added: Floats | None = None
    for block in blocks:
        whole_rows = len(block.destinations) == len(people)
        if not whole_rows and added is None:
            added = np.zeros((len(block.origins), people.shape[1], int(UNREACHED_MIN)))
        for first in range(0, len(block.origins), ROWS_AT_ONCE):
            some = slice(first, first + ROWS_AT_ONCE)
            at_minute = groups_at_minute(block.minutes[some], people[block.destinations])
            if whole_rows:
                yield block.origins[some], at_minute
            elif added is not None:
                added[block.origins[some]] += at_minute  # such blocks have all origins
    if added is not None:
        for first in range(0, len(added), ROWS_AT_ONCE):
            rows = np.arange(first, min(first + ROWS_AT_ONCE, len(added)))
            yield rows, added[rows]
