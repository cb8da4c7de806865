"""The register of underserved zones before and after: zones that enter, leave, grow, shrink or stay."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from access.comparison_reader import ScenarioRead
from access.report_scenario_numbers import scenario_table, value_of
from access.report_section import Section, some
from access.report_tables import Table
from access.report_zones import term
from access.texts import Texts

STATES = ("enters", "leaves", "grows", "shrinks", "stays")


def register_section(scenario: ScenarioRead, texts: Texts) -> Section:
    """How many zones enter and leave, and all of them as a table."""
    record = scenario.entry.get("register")
    if not record:
        return Section("register", absent=texts("scenario.no_register"))
    if record.get("note"):
        return Section("register", absent=texts.label(record["note"]))
    if scenario.zones.empty:
        return Section("register", absent=texts("scenario.register_empty", term=term(scenario.run, texts)))
    notes = (texts("scenario.register_note"), texts("zones.not_official"), texts("zones.places_not_people"))
    return Section(
        "register", tuple(_sentences(scenario, record, texts)), some(zone_table(scenario, texts)), notes
    )


def _sentences(scenario: ScenarioRead, record: Mapping[str, Any], texts: Texts) -> Iterator[str]:
    states = scenario.zones["state"].astype(str)
    counts = {state: texts.number(int((states == state).sum())) for state in STATES}
    yield texts("scenario.register_counts", term=term(scenario.run, texts), **counts)
    before, after = value_of(record, "residents_base"), value_of(record, "residents")
    yield texts(
        "scenario.register_residents",
        before=texts.plural("residents", before),
        after=texts.plural("residents", after),
    )


def zone_table(scenario: ScenarioRead, texts: Texts) -> Table | None:
    """One row a zone: what happens to it, its residents and its share of draws before and after."""
    ordered = [
        row for state in STATES for row in scenario.zones[scenario.zones["state"] == state].to_dict("records")
    ]
    rows = [
        (
            texts.capital(_name(row, texts)),
            texts(f"scenario.zone_{row['state']}"),
            texts.number(value_of(row, "residents_base")),
            texts.number(value_of(row, "residents")),
            _share(row, "share_of_draws_base", texts),
            _share(row, "share_of_draws", texts),
        )
        for row in ordered
    ]
    keys = ("zone", "zone_state", "residents_before", "residents_after", "draws_before", "draws_after")
    return scenario_table(texts, texts("scenario.register_caption"), keys, rows, 1, word_columns=(1,))


def _name(row: Mapping[Any, Any], texts: Texts) -> str:
    """Name of a zone in the language of the page, else its plain name."""
    named = (row.get(f"label_{texts.language}"), row.get("name"))
    return next((name for name in named if isinstance(name, str) and name), "")


def _share(row: Mapping[Any, Any], column: str, texts: Texts) -> str:
    value = value_of(row, column)
    return texts("range.not_quantified") if math.isnan(value) else texts.percent(value)
