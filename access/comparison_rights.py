"""Who gains or loses a right between a base and a scenario, by cell and by group of residents.

A right is gained where it was not met and is met, lost where it was met and is not. A cell whose right has no
data (or that is not snapped) in one of the two neither gains nor loses it; its residents stand apart. Rights
flip at an exact amount: there is no floor below which a flip is noise, which is why the interval of the
difference of residents stands in the table.

Counted are the residents of the base whom the right is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.comparison_notes import NO_DATA, joined
from access.indicators import Row
from access.rights import MET, UNMET, EvaluatedRight
from access.rights_residents import RightsResidents, counted_groups

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class RightChange(NamedTuple):
    """One right in the cells of base and scenario, arrays of shape ``(n_cells,)``."""

    right: EvaluatedRight  # of the base
    counts: bool  # in both; otherwise residents cannot be counted by it
    gained: Flags
    lost: Flags
    unmet: Flags  # in the base, where it is known in both
    known: Flags  # met or not, in both


def changes_of_rights(
    base: Sequence[EvaluatedRight], scenario: Sequence[EvaluatedRight]
) -> list[RightChange]:
    """Compare every right that both have evaluated; those of one only are left out."""
    other = {(each.catalogue, each.right.name): each for each in scenario}
    found = []
    for each in base:
        then = other.get((each.catalogue, each.right.name))
        if then is None:
            continue
        was, now = each.state, then.state
        known = np.isin(was, (MET, UNMET)) & np.isin(now, (MET, UNMET))
        found.append(
            RightChange(
                each,
                each.counts and then.counts,
                known & (was == UNMET) & (now == MET),
                known & (was == MET) & (now == UNMET),
                known & (was == UNMET),
                known,
            )
        )
    return found


def rights_rows(
    changes: Sequence[RightChange], residents: RightsResidents, shares: Mapping[str, Floats]
) -> Iterator[Row]:
    """Yield who gains and loses each right, one row a right and group.

    Parameters
    ----------
    changes : sequence of RightChange
        The rights.
    residents : RightsResidents
        Those of the base.
    shares : mapping of str to array of float, shape (n_cells,)
        Further groups of places, such as ``poorest40``, as shares of each cell, 0 to 1.

    Yields
    ------
    dict
        ``catalogue, right, group, residents`` (with a state in both), ``base_unmet, unmet, gaining, losing,
        no_data`` (residents without a state in one of the two), ``note``; ``unmet`` is ``base_unmet - gaining
        + losing``. Where the right cannot be counted in one of the two all numbers are NaN: no data.
    """
    for change in changes:
        right = change.right.right
        groups, whom = counted_groups(right.for_whom, residents)
        people = residents.concerned.get(right.for_whom, residents.population)
        everybody = dict(groups) | {name: people * share for name, share in shares.items()}
        for group, counts in everybody.items():
            row: Row = {"catalogue": change.right.catalogue, "right": right.name, "group": group}
            numbers = _numbers(change, counts)
            if not change.counts:
                yield row | dict.fromkeys(numbers, float("nan")) | {"note": joined(NO_DATA, whom)}
            else:
                yield row | numbers | {"note": whom}


def names_by_cell(changes: Sequence[RightChange], *, gained: bool) -> list[str]:
    """Return the rights that each cell gains (or loses), joined by commas; empty where none."""
    if not changes:
        return []
    flags = np.stack([change.gained if gained else change.lost for change in changes], axis=1)
    names = [change.right.right.name for change in changes]
    return [",".join(name for name, flag in zip(names, row, strict=True) if flag) for row in flags]


def _numbers(change: RightChange, counts: Floats) -> Row:
    gaining, losing, unmet = (
        float(counts[chosen].sum()) for chosen in (change.gained, change.lost, change.unmet)
    )
    known = float(counts[change.known].sum())
    return {
        "residents": known,
        "base_unmet": unmet,
        "unmet": unmet - gaining + losing,
        "gaining": gaining,
        "losing": losing,
        "no_data": float(counts[~change.known].sum()),
    }
