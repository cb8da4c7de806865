"""Where a number of access got worse, and how many residents live there.

The store knows by cell how many live there and to which tenth by income the cell belongs; who of a group of
the census (households without a car, older people) lives in which cell it does not know. Of such a group the
places are told, and all who live in them.
"""

from __future__ import annotations

import numpy as np

from access.warning_history import History, Key, measure_of

DECILE = "decile_"


def cells_that_fell(
    history: History, key: Key, before: int, now: int, least_change: float
) -> tuple[int, ...] | None:
    """Return the cells whose access is lower by a share or more; None where cells do not tell.

    Parameters
    ----------
    key : Key
        A number of access; of a tenth by income only its cells count.
    before, now : int
        Snapshots.
    least_change : float
        Share of the access before; a cell that fell by exactly as much counts.

    Returns
    -------
    tuple of int or None
        Positions in ``History.cells``, without cells whose residents are hidden. None for indicators that
        are no mean over cells.
    """
    measure = history.measures.get(measure_of(key)) if key.indicator == "mean_access" else None
    if measure is None:
        return None
    with np.errstate(invalid="ignore"):
        lower = measure[now] <= (1 - least_change) * measure[before]
        found = lower & (measure[before] > 0) & ~np.isnan(history.residents[now])
        if is_decile(key):
            found &= history.deciles[now] == float(str(key.group).removeprefix(DECILE))
    return tuple(int(cell) for cell in np.flatnonzero(found))


def residents_of(history: History, cells: tuple[int, ...], now: int) -> float:
    """Return how many live in cells; those of hidden cells are not counted."""
    return float(np.nansum(history.residents[now, list(cells)]))


def judged_residents(history: History, key: Key, now: int) -> float:
    """Return of how many residents a least share is taken; NaN where that is not known.

    Those whom the number covers, and all residents where a place is told by all who live there.
    """
    if key.group == "all" or is_decile(key):
        return float(history.numbers[key].covered[now])
    everybody = float(np.nansum(history.residents[now]))
    return everybody if everybody > 0 else float("nan")


def at_least(least_residents: float, least_share: float, judged: float) -> float:
    """Return how many residents make an alert: a number, or a share of those judged if that is more."""
    return least_residents if np.isnan(judged) else max(least_residents, least_share * judged)


def is_decile(key: Key) -> bool:
    """Say whether a number is that of a tenth by income."""
    return str(key.group).startswith(DECILE)
