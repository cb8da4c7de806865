"""Several scenarios side by side: one row a number, one column a scenario, beside the base."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from access.comparison_reader import ScenarioRead
from access.comparison_side_by_side import ACCESS_PER_VEHICLE_HOUR, VEHICLE_HOURS, label_of
from access.report_rights_words import right_label
from access.report_scenario_numbers import plain_value, signed, signed_figure, value_of
from access.report_scenario_winners import adds_residents
from access.report_tables import Table
from access.texts import Texts

Row = Mapping[Any, Any]


def side_table(scenarios: Sequence[ScenarioRead], frame: pd.DataFrame, texts: Texts) -> Table:
    """Table of all scenarios; rights of which nothing moves in any of them are left out."""
    rows = []
    for row in frame.to_dict("records"):
        values = [value_of(row, scenario.id) for scenario in scenarios]
        if str(row["what"]).startswith("right_") and not any(
            value > 0 or math.isnan(value) for value in values
        ):
            continue
        base = value_of(row, "base")
        rows.append(
            (
                texts.capital(_label(scenarios, row, texts)),
                texts("range.none") if math.isnan(base) else _figure(base, row, texts),
                *(
                    _cell(value, base, row, scenario, texts)
                    for value, scenario in zip(values, scenarios, strict=True)
                ),
            )
        )
    names = [texts.label(scenario.entry["name"]) for scenario in scenarios]
    columns = (texts("table.index"), texts("scenario.column.base"), *names)
    notes = [texts("scenario.side_note")]
    if any(adds_residents(scenario) for scenario in scenarios):
        notes.append(texts("scenario.side_added"))
    return Table(texts("scenario.side_caption"), columns, tuple(rows), note=" ".join(notes))


def _label(scenarios: Sequence[ScenarioRead], row: Row, texts: Texts) -> str:
    sure = all(scenario.quantified for scenario in scenarios)
    label = label_of(str(row["what"]), str(row["group"]), texts.language, beyond_noise=sure)
    standard = row.get("standard")
    if not isinstance(standard, str):
        return label
    return texts("scenario.label_of_right", label=label, right=right_label(scenarios[0].run, standard, texts))


def _cell(value: float, base: float, row: Row, scenario: ScenarioRead, texts: Texts) -> str:
    """Number of a scenario, with its change where the base has one; a dash where there is none."""
    if math.isnan(value):
        note = row.get(f"{scenario.id}: note")
        hidden = isinstance(note, str) and "suppressed" in note
        return texts("range.suppressed" if hidden else "range.none")
    if math.isnan(base):
        return _figure(value, row, texts)
    shown = signed_figure(value - base, str(row.get("unit") or ""), texts)
    return texts("range.beside", value=_figure(value, row, texts), range=shown)


def _figure(value: float, row: Row, texts: Texts) -> str:
    if row["what"] == ACCESS_PER_VEHICLE_HOUR:
        return signed(value, texts)
    if row["what"] == VEHICLE_HOURS:
        return texts.amount(value)
    return plain_value(value, str(row.get("unit") or ""), texts)
