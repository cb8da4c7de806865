"""Small counts hidden in the tables about what fails, as in those of a run.

- A count of residents above 0 and below the minimum is hidden, with what follows from it (the sum of what
  these residents lose). So are others of the same family of groups (tenths; poorest 40 % and the others) from
  which it could be found by subtraction, and the total where nothing else helps.
- A group hidden in ``groups`` is hidden in ``ranking``, too.
- Ranks stay: the order does not say how many lose.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.comparison_groups import RICHER60
from access.suppression import is_small, suppress_counts

Bools = npt.NDArray[np.bool_]
FEW = "few"
EVERYBODY, POOREST, RICHEST, LAST_TENTH = "all", "poorest40", "richest10", "decile_10"
_OF_LOSING = ("residents_losing", "loss", "gain", "mean_loss")
_OF_ALL = (*_OF_LOSING, "mean_loss_share", "poorest40_share_of_loss")
_OF_POOREST = (
    "residents_losing_poorest40", "loss_poorest40", "mean_loss_poorest40", "poorest40_share_of_loss",
)  # fmt: skip
_ALONE = {"residents_losing_right": ("rights_lost",), "residents_off_streets": ()}


def without_few(
    ranking: pd.DataFrame, groups: pd.DataFrame, minimum: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables without counts of few residents, which ``note`` then says.

    Parameters
    ----------
    ranking, groups : DataFrame
        See ``access.criticality_tables``.
    minimum : float
        Residents; below 1 hides nothing.
    """
    if minimum < 1 or ranking.empty:
        return ranking, groups
    hidden = _hidden_groups(groups, minimum)
    shown = groups.copy()
    _hide(shown, hidden, _OF_LOSING)
    small = is_small(np.nan_to_num(groups["residents"].to_numpy(np.float64)), minimum)
    _hide(shown, small, ("residents", "mean_base", *_OF_LOSING))
    return _ranking(ranking, groups[hidden], minimum), shown


def _ranking(ranking: pd.DataFrame, hidden: pd.DataFrame, minimum: float) -> pd.DataFrame:
    shown = ranking.copy()
    keys = pd.MultiIndex.from_frame(ranking[["kind", "id"]])
    for group, columns in ((EVERYBODY, _OF_ALL), (POOREST, _OF_POOREST)):
        of_group = pd.MultiIndex.from_frame(hidden.loc[hidden["group"] == group, ["kind", "id"]])
        _hide(shown, np.asarray(keys.isin(of_group)), columns)
    for count, more in _ALONE.items():
        small = is_small(np.nan_to_num(ranking[count].to_numpy(np.float64)), minimum)
        _hide(shown, small, (count,))
        for column in more:
            shown.loc[small, column] = ""
    return shown


def _hidden_groups(groups: pd.DataFrame, minimum: float) -> Bools:
    """Rows whose residents who lose are not shown."""
    losing = np.nan_to_num(groups["residents_losing"].to_numpy(np.float64))
    hidden = np.asarray(is_small(losing, minimum))
    names = groups["group"].astype(str).to_numpy()
    for rows in groups.reset_index(drop=True).groupby(["kind", "id"], sort=False).indices.values():
        place = {names[row]: row for row in rows}
        tenths = [row for row in rows if names[row].startswith("decile_")]
        halves = [place[name] for name in (POOREST, RICHER60) if name in place]
        for family in (tenths, halves):
            if len(family) > 1:
                found = suppress_counts(losing[family], minimum)
                hidden[family] |= found.counts
                hidden[place[EVERYBODY]] |= found.total
        if RICHEST in place and LAST_TENTH in place:  # the same people
            hidden[place[RICHEST]] |= hidden[place[LAST_TENTH]]
    return hidden


def _hide(table: pd.DataFrame, rows: Bools, columns: tuple[str, ...]) -> None:
    if rows.any():
        table.loc[rows, list(columns)] = np.nan
        table.loc[rows, "note"] = FEW
