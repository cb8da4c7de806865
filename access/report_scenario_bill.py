"""The bill: vehicle-hours, kilometres and vehicles before and after, and what access a vehicle-hour buys."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from access.comparison_bill import ALL_ROUTES, DAY, MEASURES, WEEK, change_of_bill
from access.comparison_notes import words_of
from access.comparison_reader import ScenarioRead
from access.comparison_side_by_side import ACCESS_PER_VEHICLE_HOUR
from access.report_findings import period_label, service_label
from access.report_scenario_numbers import (
    elided,
    scenario_table,
    signed,
    value_of,
)
from access.report_section import Section, some
from access.report_tables import Table
from access.texts import Texts

Row = Mapping[Any, Any]


def bill_section(scenario: ScenarioRead, per_hour: Row | None, texts: Texts) -> Section:
    """What the scenario asks of the operator.

    Parameters
    ----------
    per_hour
        Row of the table of scenarios side by side on access per vehicle-hour; None without one.
    """
    if scenario.bill.empty:
        return Section("bill", absent=texts("scenario.no_bill"))
    tables = some(total_table(scenario, texts), route_table(scenario, texts))
    return Section(
        "bill", tuple(bill_sentences(scenario, per_hour, texts)), tables, (texts("scenario.bill_note"),)
    )


def bill_sentences(scenario: ScenarioRead, per_hour: Row | None, texts: Texts) -> Iterable[str]:
    """Change of a week in one sentence, and access for the poorest 40 % per vehicle-hour more."""
    hours, km, vehicles = (change_of_bill(scenario.bill, name, WEEK) for name in MEASURES[:3])
    if hours == 0 and km == 0:
        yield texts("scenario.bill_unchanged")
    else:
        yield texts(
            "scenario.bill_week",
            hours=signed(hours, texts),
            km=signed(km, texts),
            vehicles=signed(vehicles, texts),
        )
    if per_hour is None:
        return
    value = value_of(per_hour, scenario.id)
    if math.isnan(value):
        yield texts("scenario.per_hour_none", reason=words_of(_note(per_hour, scenario.id), texts.language))
    else:
        service = service_label(scenario.run, scenario.run.headline.service, texts)
        yield elided(texts("scenario.per_hour", n=signed(value, texts), service=service), texts)


def total_table(scenario: ScenarioRead, texts: Texts) -> Table | None:
    """Sums of all routes by week, service day and period: before, after, change."""
    sums = scenario.bill[scenario.bill["route_id"] == ALL_ROUTES]
    rows = []
    for (scope, period, date), here in sums.groupby(["scope", "period", "date"], sort=False):
        numbers = {str(row["measure"]): row for row in here.to_dict("records")}
        cells = [_before_after(numbers.get(name), texts) for name in MEASURES]
        rows.append((_scope_words(scenario, str(scope), str(period), texts), texts.day(str(date)), *cells))
    keys = ("scope", "date", *MEASURES)
    return scenario_table(texts, texts("scenario.bill_caption"), keys, rows, 2)


def route_table(scenario: ScenarioRead, texts: Texts) -> Table | None:
    """Routes whose week changes, with the largest change of vehicle-hours first."""
    week = scenario.bill[(scenario.bill["scope"] == WEEK) & (scenario.bill["route_id"] != ALL_ROUTES)]
    rows: list[tuple[float, tuple[str, ...]]] = []
    for (_, name), here in week.groupby(["route_id", "route_name"], sort=False):
        numbers = {str(row["measure"]): row for row in here.to_dict("records")}
        if not any(value_of(row, "change") for row in numbers.values()):
            continue
        size = -abs(value_of(numbers.get("vehicle_hours"), "change"))
        rows.append((size, (str(name), *(_before_after(numbers.get(m), texts) for m in MEASURES))))
    keys = ("route", *MEASURES)
    ordered = [row for _, row in sorted(rows, key=lambda pair: pair[0])]
    return scenario_table(texts, texts("scenario.routes_caption"), keys, ordered)


def _before_after(row: Row | None, texts: Texts) -> str:
    """Write "120 \u2192 131 (+11)"; a number that stays alone. Hours below 1,000 have one decimal."""
    if row is None:
        return texts("no_data")
    base, value, change = (value_of(row, name) for name in ("base", "value", "change"))
    hours = str(row["measure"]) == "vehicle_hours"
    decimals = 1 if hours and max(abs(base), abs(value)) < 1000 else 0
    if change == 0:
        return texts.number(base, decimals)
    words = texts.number(change, decimals)
    return texts(
        "scenario.before_after",
        base=texts.number(base, decimals),
        value=texts.number(value, decimals),
        change=f"+{words}" if change > 0 else words,
    )


def _scope_words(scenario: ScenarioRead, scope: str, period: str, texts: Texts) -> str:
    if scope in (WEEK, DAY):
        return texts(f"scenario.scope_{scope}")
    return texts.capital(period_label(scenario.run, period, texts))


def _note(row: Row, name: str) -> str | None:
    note = row.get(f"{name}: note")
    return note if isinstance(note, str) else None


def per_hour_row(side_by_side: pd.DataFrame) -> Row | None:
    """Row on access per vehicle-hour of the table of scenarios side by side."""
    rows = side_by_side[side_by_side["what"] == ACCESS_PER_VEHICLE_HOUR].to_dict("records")
    return rows[0] if rows else None
