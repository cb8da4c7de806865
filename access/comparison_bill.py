"""The bill of a base beside that of a scenario: what each asks of the operator, by week, day and period.

What a vehicle-hour is, and what is left out (layover, empty runs), stands in ``gtfs.vehicles``. All feeds of
a run are billed together, so that peak vehicles are the most of all operators on the road at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gtfs.feed import merge_feeds
from gtfs.schedule import DEFAULT_HORIZON_S
from gtfs.trip_measures import measure_trips
from gtfs.vehicles import bill_of_day, bill_of_window
from gtfs.vehicles_week import bill_of_week

if TYPE_CHECKING:
    from access.evaluated import Evaluated

MEASURES = ("vehicle_hours", "vehicle_km", "peak_vehicles", "trips")
WEEK, DAY, WINDOW = "week", "day", "window"
ALL_ROUTES = "all"
_PLACE = ("scope", "period", "date", "route_id", "route_name")
BILL_COLUMNS = (*_PLACE, "measure", "base", "value", "change")


def bill_of(evaluated: Evaluated) -> pd.DataFrame:
    """Bill one state of a city.

    Returns
    -------
    DataFrame
        ``scope`` (``week``, Monday to Sunday around the service day of the headline; ``day``, each service
        day, named by the first period on it; ``window`` of each period), ``period``, ``date`` (of a week its
        Monday), ``route_id`` (``all`` for the sum), ``route_name`` and the ``MEASURES``. Peak vehicles of a
        week are those of its busiest day. A window that ends after 32:00 has no row.
    """
    inputs = evaluated.network.inputs
    merged = merge_feeds(dict(evaluated.feeds))
    measures = measure_trips(merged)
    schedules = inputs.timetables.schedules
    plans = [plan for plan in inputs.timetables.plans if plan.has_data]
    headline = inputs.loaded.config.measures.headline.period
    around = next((plan for plan in plans if plan.config.name == headline), plans[0]).service_date
    week = bill_of_week(merged, around, "all feeds", measures)
    rows = list(_rows((WEEK, "", str(week.monday)), week.total, week.by_route))
    seen = set()
    for plan in plans:
        schedule, day = schedules[plan.service_date], str(plan.service_date)
        if day not in seen:
            seen.add(day)
            bill = bill_of_day(schedule, merged, measures)
            rows += _rows((DAY, plan.config.name, day), bill.total, bill.by_route)
        if plan.config.start_s >= 0 and plan.config.end_s <= DEFAULT_HORIZON_S:
            bill = bill_of_window(schedule, plan.config.start_s, plan.config.end_s, merged, measures)
            rows += _rows((WINDOW, plan.config.name, day), bill.total, bill.by_route)
    return pd.DataFrame(rows, columns=[*_PLACE, *MEASURES])


def _rows(
    place: tuple[str, str, str], total: pd.Series[float], by_route: pd.DataFrame
) -> Iterator[tuple[object, ...]]:
    yield (*place, ALL_ROUTES, "", *(float(total[name]) for name in MEASURES))
    for row in by_route.to_dict("records"):
        yield (*place, row["route_id"], row["route_name"], *(float(row[name]) for name in MEASURES))


def difference_of_bills(base: pd.DataFrame, scenario: pd.DataFrame) -> pd.DataFrame:
    """Put two bills of ``bill_of`` side by side.

    Returns
    -------
    DataFrame
        ``BILL_COLUMNS``, one row a place and measure. A route that runs in one of the two only costs 0 in the
        other. Routes are listed only where anything changes; the sums always.
    """
    old, new = (
        bill.melt(id_vars=list(_PLACE), value_vars=list(MEASURES), var_name="measure", value_name=name)
        for bill, name in ((base, "base"), (scenario, "value"))
    )
    key = [*_PLACE, "measure"]
    order = pd.concat([old[key], new[key]]).drop_duplicates(ignore_index=True)
    table = order.merge(old, on=key, how="left").merge(new, on=key, how="left")
    table[["base", "value"]] = table[["base", "value"]].fillna(0.0)
    table["change"] = table["value"] - table["base"]
    same = np.isclose(table["change"], 0.0, atol=1e-9)
    table["change"] = table["change"].mask(same, 0.0)
    changed = table.loc[~same, list(_PLACE)].drop_duplicates()
    keep = table["route_id"].eq(ALL_ROUTES) | pd.MultiIndex.from_frame(table[list(_PLACE)]).isin(
        pd.MultiIndex.from_frame(changed)
    )
    return table.loc[keep, list(BILL_COLUMNS)].reset_index(drop=True)


def sums_of_bill(bill: pd.DataFrame, measure: str, scope: str) -> tuple[float, float] | None:
    """Return one sum of ``difference_of_bills`` before and after; None where there is none."""
    here = bill[bill["measure"].eq(measure) & bill["scope"].eq(scope) & bill["route_id"].eq(ALL_ROUTES)]
    return None if here.empty else (float(here["base"].iloc[0]), float(here["value"].iloc[0]))


def change_of_bill(bill: pd.DataFrame, measure: str, scope: str) -> float:
    """Return the change of one sum of ``difference_of_bills``; NaN where there is none."""
    sums = sums_of_bill(bill, measure, scope)
    return float("nan") if sums is None else round(sums[1] - sums[0], 9)
