"""Ratios of the changes of two groups, withheld where the one divided by hardly changes.

A ratio of 400 says that the second group gains next to nothing, not that the first gains much. Decided here:
a ratio is withheld where the group divided by

- has an interval whose end next to 0 is under a quarter of its change (the ratio could then be four times as
  large, or more), or
- has under 5 % of its residents with a known change gaining beyond the noise (losing, where it loses): a few
  cells would carry the ratio.

Shares of a sum are kept: they lie between 0 and 1 and are not blown up.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

NEAR_ZERO = 0.25
FEW_MOVING = 0.05
TOO_LITTLE = "the group divided by changes too little for a ratio"
_PLACE = ("service", "period", "cutoff_min")

Row = Mapping[Hashable, Any]


def steady_ratios(benefit: pd.DataFrame, winners: pd.DataFrame) -> pd.DataFrame:
    """Return shares and ratios of one scenario without ratios by a group that hardly changes.

    Parameters
    ----------
    benefit, winners
        ``comparison_frames.BENEFIT_COLUMNS`` and ``WINNERS_COLUMNS`` of one scenario; a group that is not
        in ``winners`` is not judged.
    """
    if benefit.empty or winners.empty:
        return benefit
    access = winners[winners["measure"].eq("access")].to_dict("records")
    groups = {(*(row[name] for name in _PLACE), row["group"]): row for row in access}
    withheld = np.zeros(len(benefit), dtype=bool)
    for n, row in enumerate(benefit.to_dict("records")):
        against = groups.get((*(row[name] for name in _PLACE), row["against"]))
        if row["measure"] == "ratio" and np.isfinite(row["value"]) and against is not None:
            withheld[n] = changes_little(against)
    return benefit.assign(
        value=benefit["value"].astype("float64").mask(withheld),
        direction=benefit["direction"].astype(object).mask(withheld, None),
        note=benefit["note"].astype(object).mask(withheld, TOO_LITTLE),
    )


def changes_little(group: Row) -> bool:
    """Say whether a group changes too little to be divided by, from its row of ``winners``."""
    change, low, high = (float(group[name]) for name in ("mean_change", "low", "high"))
    nearest = low if change > 0 else -high
    if np.isfinite(nearest) and nearest < NEAR_ZERO * abs(change):
        return True
    moving = float(group["residents_gaining" if change > 0 else "residents_losing"])
    known = float(group["residents"]) - np.nan_to_num(float(group["residents_no_data"]))
    return bool(moving < FEW_MOVING * known)  # a hidden count (NaN) is not judged
