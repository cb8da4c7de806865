"""The ranking of what may fail as tables; counts of few residents are not shown.

``ranking``: one row an element, the worst first. ``groups``: one row an element and group of residents.
``cells``: one row an element and cell that loses or gains anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.comparison_groups import RICHER60
from access.criticality import Criticality, Failure
from access.criticality_shown import POOREST, without_few

Floats = npt.NDArray[np.float64]

RUNS, DOES_NOT_RUN = "computed", "does not run in the headline's period"
RANKING = (
    "rank", "kind", "id", "name", "state", "vehicles", "vehicle_hours_week", "residents_losing", "loss",
    "gain", "mean_loss", "mean_loss_share", "residents_losing_poorest40", "loss_poorest40",
    "mean_loss_poorest40", "poorest40_share_of_loss", "residents_losing_right", "rights_lost",
    "residents_off_streets", "note",
)  # fmt: skip
"""``loss`` and ``gain`` are person-opportunities, ``mean_loss`` opportunities a resident with a number,
``mean_loss_share`` the same as a share of what they reach with everything, ``vehicles`` those on the road in
the headline's period."""
GROUPS = (
    "kind",
    "id",
    "group",
    "residents",
    "residents_losing",
    "loss",
    "gain",
    "mean_base",
    "mean_loss",
    "note",
)
CELLS = ("kind", "id", "cell", "base", "value", "loss", "rights_lost")


class Tables(NamedTuple):
    """What is written."""

    ranking: pd.DataFrame
    groups: pd.DataFrame
    cells: pd.DataFrame


def tables_of(found: Criticality, hours: Mapping[str, float], period: str, minimum: float) -> Tables:
    """Rank the failures and put everything into tables.

    Parameters
    ----------
    found : Criticality
        What was computed.
    hours : mapping of str to float
        Vehicle-hours a week by route id.
    period : str
        That of the headline.
    minimum : float
        Counts of residents below it are not shown (``access.suppression``); 0 shows all.
    """
    groups = pd.DataFrame(
        [row for failure in found.failures for row in _group_rows(failure, found)], columns=list(GROUPS)
    )
    rows = [_row(failure, found, hours, period) for failure in found.failures]
    ranking = _ranked(pd.DataFrame(rows, columns=list(RANKING)))
    cells = pd.concat([_cells(failure, found) for failure in found.failures], ignore_index=True)
    return Tables(*without_few(ranking, groups, minimum), cells)


def _row(failure: Failure, found: Criticality, hours: Mapping[str, float], period: str) -> dict[str, object]:
    element = failure.element
    everybody = found.groups["all"]
    lost = np.zeros(len(everybody), dtype=bool)
    for flags in failure.rights_lost.values():
        lost |= flags
    row: dict[str, object] = {
        "kind": element.kind,
        "id": element.id,
        "name": element.name,
        "state": RUNS if failure.loss is not None else DOES_NOT_RUN,
        "vehicles": element.trips.get(period, np.nan),
        "vehicle_hours_week": hours.get(element.id, np.nan),
        "residents_losing_right": float(everybody[lost].sum()),
        "rights_lost": ",".join(name for name, flags in failure.rights_lost.items() if flags.any()),
        "residents_off_streets": float(everybody[failure.off_streets].sum()),
        "note": "",
    }
    if failure.loss is None:
        return row
    whole, poorest, richer = (_numbers(failure.loss, found, name) for name in ("all", POOREST, RICHER60))
    of_known = poorest["loss"] + richer["loss"]  # residents whose income is known, as in comparisons
    share = poorest["loss"] / of_known if of_known > 0 else np.nan
    base = whole["mean_base"]
    return row | {
        "residents_losing": whole["residents_losing"],
        "loss": whole["loss"],
        "gain": whole["gain"],
        "mean_loss": whole["mean_loss"],
        "mean_loss_share": whole["mean_loss"] / base if base > 0 else np.nan,
        "residents_losing_poorest40": poorest["residents_losing"],
        "loss_poorest40": poorest["loss"],
        "mean_loss_poorest40": poorest["mean_loss"],
        "poorest40_share_of_loss": share,
    }


def _numbers(loss: Floats, found: Criticality, group: str) -> dict[str, float]:
    """Sums over one group; NaN where incomes are not known and the group does not exist."""
    names = ("residents", "residents_losing", "loss", "gain", "mean_base", "mean_loss")
    residents = found.groups.get(group)
    if residents is None:
        return dict.fromkeys(names, float("nan"))
    known = np.isfinite(loss)
    who, change = residents[known], loss[known]
    n = float(who.sum())
    sums = float(who @ np.maximum(change, 0.0)), float(who @ np.maximum(-change, 0.0))
    mean_base = float(who @ found.base.access[known]) / n if n else float("nan")
    mean_loss = (sums[0] - sums[1]) / n if n else float("nan")
    return dict(zip(names, (n, float(who[change > 0].sum()), *sums, mean_base, mean_loss), strict=True))


def _group_rows(failure: Failure, found: Criticality) -> list[dict[str, object]]:
    if failure.loss is None:
        return []
    place = {"kind": failure.element.kind, "id": failure.element.id, "note": ""}
    return [{**place, "group": name, **_numbers(failure.loss, found, name)} for name in found.groups]


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """K4: by loss, then that of the poorest 40 %, then kind and id; equal losses share a rank."""
    order = rows.assign(poor=rows["loss_poorest40"].fillna(0.0).astype(float)).sort_values(
        ["loss", "poor", "kind", "id"], ascending=[False, False, True, True], na_position="last"
    )
    ranked = rows.loc[order.index].reset_index(drop=True)
    ranked["rank"] = ranked["loss"].rank(method="min", ascending=False).astype("Int64")
    numbers = [
        name for name in RANKING if name not in ("rank", "kind", "id", "name", "state", "rights_lost", "note")
    ]
    return ranked.astype(dict.fromkeys(numbers, np.float64))


def _cells(failure: Failure, found: Criticality) -> pd.DataFrame:
    """Cells with another access, with a right less, or off the streets."""
    n_cells = len(found.base.access)
    loss = np.full(n_cells, np.nan) if failure.loss is None else failure.loss
    flags = np.stack([*failure.rights_lost.values(), np.zeros(n_cells, dtype=bool)])
    touched = np.flatnonzero((np.nan_to_num(loss) != 0) | flags.any(axis=0) | failure.off_streets)
    names = [*failure.rights_lost]
    rights = [
        ",".join(name for name, flag in zip(names, flags[:-1, cell], strict=True) if flag) for cell in touched
    ]
    return pd.DataFrame(
        {
            "kind": failure.element.kind,
            "id": failure.element.id,
            "cell": np.asarray(found.cell_ids, dtype=object)[touched],
            "base": found.base.access[touched],
            "value": found.base.access[touched] - loss[touched],
            "loss": loss[touched],
            "rights_lost": rights,
        },
        columns=list(CELLS),
    )
