"""Numbers before and after, with the interval of the paired difference: indices, services, periods."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from access.comparison_reader import ScenarioRead
from access.indicator_registry import registry
from access.report_findings import period_label, service_label
from access.report_scenario_numbers import (
    before_after,
    change_words,
    group_words,
    interval_words,
    plain_figure,
    reason_words,
    scenario_table,
    value_of,
)
from access.report_scenario_winners import words_at
from access.report_section import Section, joined, some
from access.report_tables import Table
from access.texts import Texts

Row = Mapping[Any, Any]
#: Indicator and group, at the headline, in the order of the table.
INDICES = (
    ("mean_access", "all"), ("mean_access", "poorest40"), ("mean_access", "richest10"),
    ("ratio_richest10_poorest40", "all"), ("ratio_decile10_decile1", "all"), ("concentration_index", "all"),
    ("gini", "all"), ("theil_between_share", "all"),
)  # fmt: skip


def indices_section(scenario: ScenarioRead, texts: Texts) -> Section:
    """Indices of the headline, then every service and period."""
    table = index_table(scenario, texts)
    if table is None:
        return Section("indices", absent=texts("page.no_inequality"))
    notes = [texts("scenario.indices_note"), texts("reading.ratio")]
    if still := still_periods(scenario):
        names = joined((period_label(scenario.run, period, texts) for period in still), texts)
        notes.append(texts("scenario.still_periods", periods=names))
    return Section("indices", (), some(table, service_table(scenario, texts)), tuple(notes))


def index_table(scenario: ScenarioRead, texts: Texts) -> Table | None:
    """Means and indices at the headline: base, scenario, change, interval of the change."""
    records = scenario.headline(scenario.table).to_dict("records")
    rows: list[tuple[str, ...]] = []
    remarks: list[str] = []
    for indicator, group in INDICES:
        row = next((r for r in records if r["indicator"] == indicator and r["group"] == group), None)
        if row is not None:
            rows.append((_name(indicator, group, texts), *_numbers(row, texts)))
            remarks.append(reason_words(row, texts))
    keys = ("index", "base", "after", "change_of", "interval")
    caption = texts("scenario.indices_caption", **words_at(scenario, texts))
    note = " ".join(dict.fromkeys(remark for remark in remarks if remark))
    return scenario_table(texts, caption, keys, rows, note=note)


def service_table(scenario: ScenarioRead, texts: Texts) -> Table | None:
    """Mean access and ratio of rich to poor of every service and period, at the headline's cutoff.

    Periods in which nothing changes are left out; ``still_periods`` names them.
    """
    run, rows, still = scenario.run, [], still_periods(scenario)
    records = [row for row in _services(scenario) if str(row["period"]) not in still]
    of = {(str(r["service"]), str(r["period"]), str(r["indicator"])): r for r in records}
    for service, period in dict.fromkeys((name, when) for name, when, _ in of):
        mean = of.get((service, period, "mean_access"))
        ratio = of.get((service, period, "ratio_richest10_poorest40"))
        rows.append(
            (
                texts.capital(service_label(run, service, texts)),
                period_label(run, period, texts),
                before_after(mean, texts),
                interval_words(mean, texts),
                before_after(ratio, texts),
                interval_words(ratio, texts),
            )
        )
    keys = ("service", "period", "mean_change_of", "mean_interval", "ratio_change_of", "ratio_interval")
    caption = texts("scenario.services_caption", cutoff=run.headline.cutoff_min)
    return scenario_table(texts, caption, keys, rows, 2)


def still_periods(scenario: ScenarioRead) -> list[str]:
    """Periods in which the change of no service is other than 0, nor its range; in the order of the table."""
    moving: dict[str, bool] = {}
    for row in _services(scenario):
        base, value = value_of(row, "base"), value_of(row, "value")
        appears = math.isnan(base) != math.isnan(value)
        moves = appears or any(abs(value_of(row, name)) > 0 for name in ("change", "low", "high"))
        moving[str(row["period"])] = moving.get(str(row["period"]), False) or moves
    return [period for period, moves in moving.items() if not moves]


def _services(scenario: ScenarioRead) -> list[Row]:
    """Rows of mean access and ratio of all residents, at the headline's cutoff."""
    return [
        row
        for row in scenario.table.to_dict("records")
        if row["group"] == "all"
        and row["cutoff_min"] == scenario.run.headline.cutoff_min
        and row["indicator"] in ("mean_access", "ratio_richest10_poorest40")
    ]


def _name(indicator: str, group: str, texts: Texts) -> str:
    title = registry()[indicator].title.of(texts.language)
    if group == "all" and indicator != "mean_access":
        return title
    return texts("scenario.index_of_group", index=title, group=group_words(group, texts))


def _numbers(row: Row | None, texts: Texts) -> tuple[str, str, str, str]:
    return (
        plain_figure(row, "base", texts),
        plain_figure(row, "value", texts),
        change_words(row, texts),
        interval_words(row, texts),
    )
