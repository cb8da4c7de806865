"""Which rights the residents of each cell lack, and by how much: what zones are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import InputDataError

Floats = npt.NDArray[np.float64]
STATES = {"met": 0.0, "unmet": 1.0, "no data": np.nan, "not snapped": np.nan}


@dataclass(frozen=True)
class RightsOfCells:
    """States of rights by cell; arrays have shape (n_rights, n_cells).

    Attributes
    ----------
    names : tuple of str
        Short names of the rights.
    destinations : tuple of str
        The group of destinations that each right asks for (a service such as ``hospital``).
    unmet : array of float
        1 unmet, 0 met, NaN not judged (no data, or the cell is not joined to the streets).
    shortfall : array of float
        How far below the requirement, 0 (met) to 1 (nothing at all); NaN where not judged.
    missing : array of float, optional
        Opportunities missing to the requirement, 0 where met, NaN where not known.
    extra_min : array of float, optional
        Minutes by which the limit is exceeded, 0 where met, inf if never reached, NaN where not known.
    """

    names: tuple[str, ...]
    destinations: tuple[str, ...]
    unmet: Floats
    shortfall: Floats
    missing: Floats | None = None
    extra_min: Floats | None = None

    def __post_init__(self) -> None:
        shape = self.unmet.shape
        problems = []
        if len(shape) != 2 or shape[0] != len(self.names) or len(self.destinations) != len(self.names):
            problems.append(
                f"{len(self.names)} names and {len(self.destinations)} destinations for states of {shape}"
            )
        for name in ("shortfall", "missing", "extra_min"):
            values = getattr(self, name)
            if values is not None and values.shape != shape:
                problems.append(f"{name} has shape {values.shape}, the states {shape}")
        if not np.isin(self.unmet[~np.isnan(self.unmet)], (0, 1)).all():
            problems.append("states must be 1 (unmet), 0 (met) or NaN (not judged)")
        known = self.shortfall[~np.isnan(self.shortfall)]
        if ((known < 0) | (known > 1)).any():
            problems.append("shortfalls must lie from 0 to 1")
        if problems:
            raise InputDataError("rights of cells: " + "; ".join(problems))

    def count_unmet(self) -> Floats:
        """Return how many rights each cell lacks, (n_cells,); NaN where none could be judged."""
        judged = ~np.isnan(self.unmet)
        return np.where(judged.any(axis=0), np.nansum(self.unmet, axis=0), np.nan)


def rights_of_cells(
    table: pd.DataFrame, cells: Sequence[str], destinations: Mapping[str, str] | None = None
) -> RightsOfCells:
    """Turn the long table of rights into states by cell.

    A right that holds in several periods is unmet where it is unmet in one of them, with the largest
    shortfall; periods without data do not count.

    Parameters
    ----------
    table : DataFrame
        ``id, right, period, state, value, required, shortfall``. ``missing`` opportunities are ``required -
        value`` where the value falls short.
    cells : sequence of str
        Cells in the order wanted; others in the table are left out, cells without rows are not judged.
    destinations : mapping of str to str, optional
        The service that each right asks for; by default the right's own name.

    Raises
    ------
    InputDataError
        If columns are missing or a state is none of met, unmet, no data, not snapped.
    """
    needed = ["id", "right", "state", "value", "required", "shortfall"]
    absent = [column for column in needed if column not in table.columns]
    strange = [] if absent else sorted(set(table["state"].dropna().astype(str)) - set(STATES))
    if absent or strange:
        raise InputDataError(
            f"rights: columns missing: {', '.join(absent) or 'none'}; states not known: "
            f"{', '.join(strange) or 'none'}; a table of rights has {', '.join(needed)}, with states "
            f"{', '.join(STATES)}"
        )
    unmet = table["state"].astype(object).map(STATES).astype(float)
    judged = unmet.notna()
    gap = (table["required"].astype(float) - table["value"].astype(float)).clip(lower=0)
    long = pd.DataFrame(
        {
            "id": table["id"].astype(object),
            "right": table["right"].astype(object),
            "unmet": unmet,
            "shortfall": table["shortfall"].astype(float).where(judged),
            "missing": gap.where(judged),
        }
    )
    names = tuple(dict.fromkeys(long["right"]))
    worst = long.groupby(["right", "id"], sort=False).max()
    wanted = pd.MultiIndex.from_product([names, list(cells)], names=["right", "id"])
    shape = (len(names), len(cells))
    unmet_of, shortfall, missing = (
        worst[column].reindex(wanted).to_numpy(float).reshape(shape)
        for column in ("unmet", "shortfall", "missing")
    )
    asked = tuple((destinations or {}).get(name, name) for name in names)
    return RightsOfCells(names, asked, unmet_of, shortfall, missing)
