"""The first number of a comparison at every cutoff of the run, so that nothing hangs on the choice of one.

Which part of a change goes to the poorest 40 % can be 6 % within 30 minutes and 43 % within 60: whoever reads
one number must see the others beside it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd


class AtCutoff(NamedTuple):
    """What changes within one cutoff, for the headline's service and period."""

    cutoff_min: int
    share: float  # of the change, going to the poorest 40 %; NaN = not to be given, or no incomes
    direction: str | None  # "gain" or "loss", of the share
    mean_change: float  # of all residents; NaN = not shown
    low: float
    high: float

    @property
    def by_chance(self) -> bool:
        """Whether the mean change is not told from chance: its interval holds 0."""
        return holds_zero(self.mean_change, self.low, self.high)


def at_cutoffs(winners: pd.DataFrame, benefit: pd.DataFrame, headline: Mapping[str, Any]) -> list[AtCutoff]:
    """Return share and mean change at every cutoff, ascending.

    Parameters
    ----------
    winners, benefit
        ``comparison_frames.WINNERS_COLUMNS`` and ``BENEFIT_COLUMNS`` of one scenario.
    headline
        ``service`` and ``period``.
    """
    means = _rows(winners, headline, "access", "all")
    shares = {int(row["cutoff_min"]): row for row in _rows(benefit, headline, "share", "poorest40")}
    found = []
    for row in sorted(means, key=lambda row: int(row["cutoff_min"])):
        share = shares.get(int(row["cutoff_min"]), {})
        way = share.get("direction")
        found.append(
            AtCutoff(
                int(row["cutoff_min"]),
                float(share.get("value", np.nan)),
                way if isinstance(way, str) else None,
                *(float(row[name]) for name in ("mean_change", "low", "high")),
            )
        )
    return found


def holds_zero(change: float, low: float, high: float) -> bool:
    """Say whether a change is not told from chance; no change at all, or no interval, is no such case."""
    return bool(np.isfinite([change, low, high]).all() and low <= 0 <= high and (low < high or change != 0))


def _rows(
    frame: pd.DataFrame, headline: Mapping[str, Any], measure: str, group: str
) -> list[dict[Hashable, Any]]:
    chosen = frame["measure"].eq(measure) & frame["group"].eq(group) & frame["cutoff_min"].notna()
    for name in ("service", "period"):
        chosen &= frame[name].eq(headline[name])
    return frame[chosen.fillna(False)].to_dict("records")
