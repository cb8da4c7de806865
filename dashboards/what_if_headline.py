"""The numbers of the sentence that is read first: who gains, who loses, how sure, what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

ALL, POOREST, PALMA = "all", "poorest40", "ratio_richest10_poorest40"
_COUNTS = ("gaining", "losing", "within_noise", "unchanged", "no_data")


def headline_of(
    where: Mapping[str, Any], frames: Mapping[str, pd.DataFrame], side: pd.DataFrame, *, quantified: bool
) -> dict[str, Any]:
    """Return the numbers of the headline; NaN = not known, not defined or hidden.

    Parameters
    ----------
    where : mapping
        ``service, period, cutoff_min``.
    frames : mapping of str to DataFrame
        ``table, winners, benefit`` of a comparison, as shown.
    side : DataFrame
        ``access.comparison_side_by_side.side_by_side`` of this scenario alone.
    quantified : bool
        Whether counts are beyond the noise; else they go by the sign.

    Returns
    -------
    dict
        ``where``; ``quantified``; ``residents`` and ``residents_gaining``, ``_losing``, ``_within_noise``,
        ``_unchanged``, ``_no_data``; ``mean``, ``mean_poorest40`` and ``palma``, each a dict of ``base``,
        ``value``, ``change``, ``low`` and ``high`` (the interval is of the change); ``share_poorest40`` with
        ``share_direction``; ``vehicle_hours`` (``base``, ``value``, ``change`` of a week);
        ``gain_per_vehicle_hour`` (what each of the poorest 40 % gains for each vehicle-hour a week more) and
        ``gain_per_vehicle_hour_note``; ``total_gain`` and ``total_loss`` (opportunities x residents) and
        ``total_per_vehicle_hour``.
    """
    everybody = _row(_at(frames["winners"], where), measure="access", group=ALL)
    poorest = _row(_at(frames["winners"], where), measure="access", group=POOREST)
    share = _row(_at(frames["benefit"], where), measure="share", group=POOREST)
    hours = _row(side, what="vehicle_hours_week")
    per_hour = _row(side, what="gain_poorest40_per_vehicle_hour")
    value, note = _value_columns(side)
    vehicle_hours = _difference(hours.get("base"), hours.get(value))
    table = _at(frames["table"], where)
    total_gain, total_loss = _number(everybody.get("gain")), _number(everybody.get("loss"))
    return {
        **where,
        "quantified": quantified,
        "residents": _number(everybody.get("residents")),
        **{f"residents_{name}": _number(everybody.get(f"residents_{name}")) for name in _COUNTS},
        "mean": _mean(everybody, _row(table, indicator="mean_access", group=ALL)),
        "mean_poorest40": _mean(poorest, _row(table, indicator="mean_access", group=POOREST)),
        "palma": _of_table(_row(table, indicator=PALMA, group=ALL)),
        "share_poorest40": _number(share.get("value")),
        "share_direction": _text(share.get("direction")),
        "vehicle_hours": vehicle_hours,
        "gain_per_vehicle_hour": _number(per_hour.get(value)),
        "gain_per_vehicle_hour_note": _text(per_hour.get(note)),
        "total_gain": total_gain,
        "total_loss": total_loss,
        "total_per_vehicle_hour": _per_hour(total_gain - total_loss, vehicle_hours["change"]),
    }


def _at(frame: pd.DataFrame, where: Mapping[str, Any]) -> pd.DataFrame:
    chosen = np.ones(len(frame), dtype=bool)
    for name, value in where.items():
        chosen &= frame[name].eq(value).fillna(False).to_numpy(dtype=bool)
    return frame[chosen]


def _row(frame: pd.DataFrame, **values: str) -> dict[str, Any]:
    for name, value in values.items():
        frame = frame[frame[name].eq(value).fillna(False).to_numpy(dtype=bool)]
    return {} if frame.empty else {str(key): value for key, value in frame.iloc[0].to_dict().items()}


def _value_columns(side: pd.DataFrame) -> tuple[str, str]:
    """Return the names of the columns of the scenario: its numbers and its notes."""
    first = list(side.columns).index("base") + 1
    return str(side.columns[first]), str(side.columns[first + 1])


def _mean(winners: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, float]:
    """Return the mean before and after; the change and its interval are of the residents of the base."""
    found = {name: _number(table.get(name)) for name in ("base", "value")}
    names = {"change": "mean_change", "low": "low", "high": "high"}
    return found | {name: _number(winners.get(column)) for name, column in names.items()}


def _of_table(row: Mapping[str, Any]) -> dict[str, float]:
    return {name: _number(row.get(name)) for name in ("base", "value", "change", "low", "high")}


def _difference(base: Any, value: Any) -> dict[str, float]:
    before, after = _number(base), _number(value)
    return {"base": before, "value": after, "change": round(after - before, 6)}


def _per_hour(gained: float, hours: float) -> float:
    """Return what is gained by all residents together per vehicle-hour more; not defined without one more."""
    return gained / hours if hours > 0 else float("nan")


def _number(value: Any) -> float:
    return float("nan") if value is None or pd.isna(value) else float(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
