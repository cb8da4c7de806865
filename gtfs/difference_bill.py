"""The bill of two states of a timetable side by side, by route and in all.

Kilometres are compared like with like: a route whose trips run along shapes in one state and not all in the
other is measured by straight lines in both, or a lost shape would look like a shorter way. In all, the base
counts as billed and the change is the sum of those of the routes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.vehicles import Bill
from gtfs.vehicles_week import WeekBill

MEASURES = ("trips", "vehicle_hours", "vehicle_km", "peak_vehicles")
ALL_ROUTES = ""

COLUMNS = ("period", "route_id", "route_name", "measure", "base", "value", "change", "note")
"""Long: one row for each period (``week`` or a window), route (``ALL_ROUTES``: all) and measure."""

BY_STRAIGHT_LINES = "straight lines between stops"

_SAME = 1e-9  # sums of the same numbers in another order


def bill_difference(
    before: Mapping[str, Bill | WeekBill], after: Mapping[str, Bill | WeekBill]
) -> pd.DataFrame:
    """Return ``COLUMNS``: the whole and each route that differs, by period.

    Parameters
    ----------
    before, after : mapping
        Bills by period, the same periods in both.
    """
    frames = [_of_period(period, before[period], after[period]) for period in before]
    if not frames:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(frames, ignore_index=True)


def _of_period(period: str, before: Bill | WeekBill, after: Bill | WeekBill) -> pd.DataFrame:
    names = dict(zip(after.by_route["route_id"], after.by_route["route_name"], strict=True))
    names |= dict(zip(before.by_route["route_id"], before.by_route["route_name"], strict=True))
    routes = list(dict.fromkeys([*before.by_route["route_id"], *after.by_route["route_id"]]))
    old, new = (bill.by_route.set_index("route_id").reindex(routes) for bill in (before, after))
    old, new = (table.drop(columns="route_name").fillna(0.0) for table in (old, new))
    alike = _measured_alike(old, new)
    km = [np.where(alike, table["vehicle_km"], table["straight_km"]) for table in (old, new)]
    rows: list[dict[str, object]] = []
    for measure in MEASURES:
        base, value = float(before.total[measure]), float(after.total[measure])
        if measure == "vehicle_km":
            value = base + float((km[1] - km[0]).sum())
        note = BY_STRAIGHT_LINES if measure == "vehicle_km" and not alike.all() else ""
        rows.append(_row(period, ALL_ROUTES, "", measure, base, value, note))
    for measure in MEASURES:
        by_route = km if measure == "vehicle_km" else [table[measure].to_numpy() for table in (old, new)]
        for at in np.flatnonzero(np.abs(by_route[1] - by_route[0]) > _SAME):
            note = BY_STRAIGHT_LINES if measure == "vehicle_km" and not alike[at] else ""
            base, value = (float(each[at]) for each in by_route)
            rows.append(_row(period, routes[at], names[routes[at]], measure, base, value, note))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _measured_alike(old: pd.DataFrame, new: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether the same share of trips runs along shapes in both; a route of one state only agrees."""
    shares = [
        np.divide(
            table["trips_along_shapes"], table["trips"], out=np.zeros(len(table)), where=table["trips"] > 0
        )
        for table in (old, new)
    ]
    runs = (old["trips"].to_numpy() > 0) & (new["trips"].to_numpy() > 0)
    return np.asarray(~runs | (np.abs(shares[0] - shares[1]) < 1e-12))


def _row(
    period: str, route: str, name: str, measure: str, base: float, value: float, note: str
) -> dict[str, object]:
    cells = (period, route, name, measure, base, value, value - base, note)
    return dict(zip(COLUMNS, cells, strict=True))
