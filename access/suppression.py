"""Small counts of residents are not shown, nor so many others that they could be reckoned from the rest.

*Primary*: a count above 0 and below the minimum (default 20) is hidden. *Secondary*: a reader who adds and
subtracts what is shown must not find that a hidden count is below the minimum: the largest value it could
have must reach the minimum. Further counts, the smallest that help, are hidden until this holds; where it
cannot hold otherwise, totals are hidden too.

Decisions
---------
- **Zero is shown**: it speaks of nobody. (Its complement may be small; see ``access.suppression_results``.)
- The reader is taken to know the rule, thus that hidden whole counts are at least 1, and all totals shown.
- Counts with fractions (residents spread over cells) are handled alike, hidden ones being 0 or more.
- Hidden counts that are large themselves (secondary) need no protection.
- Tables are protected one by one; what follows from several tables together, or from other publications, is
  not examined.

Source: cell suppression in two-way tables with its audit by linear programmes (Zayatz 1992, US Bureau of the
Census RR-92/02; Hundepool et al. 2012, Statistical Disclosure Control). The choice of further cells is a
heuristic of ours, by closed rectangles; the audit is exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.errors import InputDataError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
DEFAULT_MINIMUM = 20
ROUNDING = 1e-6  # residents; sums of fractions are never exact


class SuppressedCounts(NamedTuple):
    """What to hide of a list of counts."""

    counts: Bools  # (n,)
    total: bool


class SuppressedTable(NamedTuple):
    """What to hide of a table and of its totals."""

    cells: Bools  # (n_rows, n_columns)
    row_totals: Bools  # (n_rows,)
    column_totals: Bools  # (n_columns,)
    total: bool


def is_small(counts: Floats, minimum: float) -> Bools:
    """Return where a count is above 0 and below the minimum; NaN is no count."""
    return np.asarray((counts > ROUNDING) & (counts < minimum - ROUNDING))


def suppress_counts(counts: Floats, minimum: float = DEFAULT_MINIMUM) -> SuppressedCounts:
    """Choose what to hide of counts whose total is shown.

    Parameters
    ----------
    counts : array of float, shape (n,)
        Residents; 0 or more.
    minimum : float
        Counts below are hidden.

    Raises
    ------
    InputDataError
        If a count is negative or missing, or the minimum below 1.
    """
    _check(counts, minimum, "counts")
    hidden = is_small(counts, minimum)
    least = _least(counts)
    candidates = [row for row in np.argsort(counts, kind="stable").tolist() if counts[row] > ROUNDING]
    while hidden.any():
        largest_possible = counts[hidden].sum() - (hidden.sum() - 1) * least
        if hidden.sum() >= 2 and largest_possible >= minimum - ROUNDING:
            break
        following = [row for row in candidates if not hidden[row]]
        if not following:  # all is hidden; the total would give the rest away
            return SuppressedCounts(hidden, total=True)
        hidden[following[0]] = True
    return SuppressedCounts(hidden, total=False)


def suppress_table(table: Floats, minimum: float = DEFAULT_MINIMUM) -> SuppressedTable:
    """Choose what to hide of a table of groups by categories whose totals are shown.

    Parameters
    ----------
    table : array of float, shape (n_rows, n_columns)
        Residents; 0 or more.
    minimum : float
        Counts below are hidden, totals too.

    Raises
    ------
    InputDataError
        If a count is negative or missing, or the minimum below 1.
    """
    _check(table, minimum, "table")
    full = _with_totals(table)
    hidden = is_small(full, minimum)
    small = [(int(row), int(column)) for row, column in np.argwhere(hidden)]
    safe: set[tuple[int, int]] = set()
    for place in small:
        while place not in safe and not hidden[-1, -1]:
            possible = largest_possible(full, hidden, *place)
            # One possible table can show several counts to be safe; hiding more keeps them so.
            safe |= {other for other in small if possible[other] >= minimum - ROUNDING}
            if place not in safe:
                hidden = _hiding_more(full, hidden, place, minimum)
    return SuppressedTable(hidden[:-1, :-1], hidden[:-1, -1], hidden[-1, :-1], bool(hidden[-1, -1]))


def largest_possible(full: Floats, hidden: Bools, row: int, column: int) -> Floats:
    """Return a table that agrees with all that is shown and has the largest value in one hidden place.

    Parameters
    ----------
    full : array of float, shape (n_rows + 1, n_columns + 1)
        Counts with their totals in the last row and column.
    hidden : array of bool
        What the reader does not see.

    Returns
    -------
    array of float
        Shape of ``full``; infinite in that place if nothing limits it.
    """
    from scipy.optimize import linprog

    places = np.argwhere(hidden)
    equations, shown = _equations(full, hidden, places)
    aim = np.where((places == (row, column)).all(axis=1), -1.0, 0.0)
    found = linprog(aim, A_eq=equations, b_eq=shown, bounds=(_least(full), None), method="highs")
    possible = full.copy()
    if found.status == 0:
        possible[tuple(places.T)] = found.x
    elif found.status == 3:  # unbounded
        possible[row, column] = np.inf
    return possible  # otherwise rounding only: nothing but the truth is possible


def _with_totals(table: Floats) -> Floats:
    rows = np.column_stack([table, table.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


def _equations(full: Floats, hidden: Bools, places: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return what each row and column, with its total taken negative, says of the hidden counts."""
    sign_in_row = np.append(np.ones(full.shape[1] - 1), -1.0)
    sign_in_column = np.append(np.ones(full.shape[0] - 1), -1.0)
    seen = np.where(hidden, 0.0, full)
    rows = np.zeros((full.shape[0], len(places)))
    columns = np.zeros((full.shape[1], len(places)))
    number = np.arange(len(places))
    rows[places[:, 0], number] = sign_in_row[places[:, 1]]
    columns[places[:, 1], number] = sign_in_column[places[:, 0]]
    shown = np.concatenate([-(seen @ sign_in_row), -(sign_in_column @ seen)])
    equations = np.vstack([rows, columns])
    used = np.abs(equations).any(axis=1)
    return equations[used], shown[used]


def _hiding_more(full: Floats, hidden: Bools, place: tuple[int, int], minimum: float) -> Bools:
    """Return what to hide so that a place is better protected: always more than before."""
    further = _cheapest_rectangle(full, hidden, place, minimum)
    if further is not None:
        return hidden | further
    everything = full > ROUNDING
    if (hidden | ~everything).ravel()[:-1].all():  # all but the total is hidden already
        return everything
    everything[-1, -1] = False
    return everything


def _cheapest_rectangle(full: Floats, hidden: Bools, place: tuple[int, int], minimum: float) -> Bools | None:
    """Return the four corners of the rectangle that protects a place at least cost, None if none adds any.

    Along a rectangle of hidden counts an amount can be moved round: two corners rise, two fall, all sums
    stay. It must be possible to move so much that the small count reaches the minimum; where no rectangle
    allows that, the one that allows most is taken. Rows are preferred to totals.
    """
    row, column = place
    n_rows, n_columns = full.shape
    in_row, in_column = np.ones(n_columns), np.ones(n_rows)
    in_row[-1] = in_column[-1] = -1.0
    dearer = float(full[-1, -1]) * 10
    best: tuple[float, float] | None = None
    chosen = None
    for other_row in range(n_rows):
        for other_column in range(n_columns):
            corners = ((row, other_column), (other_row, column), (other_row, other_column))
            if other_row == row or other_column == column or (n_rows - 1, n_columns - 1) in corners:
                continue
            if any(full[corner] <= ROUNDING for corner in corners) or all(hidden[c] for c in corners):
                continue
            across = -in_row[column] * in_row[other_column]
            along = -in_column[row] * in_column[other_row]
            falling = [
                c for c, rises in zip(corners, (across, along, across * along), strict=True) if rises < 0
            ]
            room = min((float(full[corner]) for corner in falling), default=np.inf) - _least(full)
            new = [corner for corner in corners if not hidden[corner]]
            cost = sum(full[c] + dearer * (c[0] == n_rows - 1 or c[1] == n_columns - 1) for c in new)
            lacking = max(0.0, minimum - float(full[row, column]) - room)
            if best is None or (lacking, cost) < best:
                best, chosen = (lacking, cost), corners
    if chosen is None:
        return None
    corners_of = np.zeros(full.shape, dtype=bool)
    corners_of[tuple(np.array(chosen).T)] = True
    return corners_of


def _least(counts: Floats) -> float:
    """Return the least that a hidden count can be: 1 among whole counts, 0 among fractions."""
    return 1.0 if np.allclose(counts, np.rint(counts), rtol=0, atol=ROUNDING) else 0.0


def _check(counts: Floats, minimum: float, what: str) -> None:
    if np.isnan(counts).any() or (counts < 0).any():
        raise InputDataError(
            f"suppression: the {what} hold negative or missing values; give residents, 0 where nobody lives"
        )
    if not minimum >= 1:
        raise InputDataError(f"suppression: a minimum of {minimum:g} residents; give 1 or more")
