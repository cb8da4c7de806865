"""How an alert was found, for whoever asks: its number, range and rule, its causes, snapshot by snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from access.report_numbers import figure
from access.report_tables import Table
from dashboards.components import table_block
from dashboards.time_alert_words import OF_DATA, input_words, is_known, moved_of, rule_words, signed
from dashboards.time_alerts_read import Told
from dashboards.time_numbers import read_json
from dashboards.time_words import short_day
from dashboards.words import Words

_HOLDS = {True: "holds", False: "holds_not", None: "holds_unknown"}


def alert_details(told: Told, words: Words) -> list[Component]:
    """Return what was measured, why it moved as far as that was computed, and each snapshot as a row."""
    facts = [part for name, said in _facts(told.alert, words) for part in (html.Dt(name), html.Dd(said))]
    return [html.Dl(facts), *_why(told, words), *_history(told.alert, words)]


def _facts(alert: Any, words: Words) -> Iterator[tuple[str, str]]:
    texts = words.texts
    if moved := moved_of(alert, words):
        yield words("time.fact.moved"), moved
    if is_known(alert.low) and is_known(alert.high):
        unit = alert.unit or ""
        low, high = (figure(end, unit, texts) for end in (alert.low, alert.high))
        yield words("time.fact.range"), texts("range.from_to", low=low, high=high)
    yield words("time.fact.rule"), words("time.rule", rule=rule_words(alert.rule, words), alert=alert.alert)


def _history(alert: Any, words: Words) -> list[Component]:
    """Return what was found in each snapshot, as a table; nothing without a history."""
    unit = alert.unit or ""
    rows = tuple(
        (
            short_day(point.observed_on, words),
            words(f"time.alerts.{_HOLDS[point.holds]}"),
            figure(point.now, unit, words.texts) if is_known(point.now) else words.texts("range.none"),
        )
        for point in alert.history
    )
    columns = (words("time.column.day"), words("time.column.holds"), words.texts("table.value"))
    made = table_block(Table(words("time.alerts.history"), columns, rows, word_columns=(1,)))
    return [made] if rows and made is not None else []


def _why(told: Told, words: Words) -> list[Component]:
    """Return which inputs moved the number, as far as that was computed."""
    found: list[Component] = []
    for cause in told.causes:
        parts = [
            words("time.why.part", name=input_words(name, words), value=signed(value, told.alert.unit, words))
            for name, value in _parts(cause)
        ]
        if is_known(cause.get("residual")):
            value = signed(float(cause["residual"]), told.alert.unit, words)
            parts.append(words("time.why.part", name=input_words("residual", words), value=value))
        if parts:
            found.append(html.P([html.Strong(words("time.why.title")), " ", "; ".join(parts), "."]))
    if found or told.alert.kind == OF_DATA:
        return found
    return [html.P(words("time.why.none"), className="muted")]


def _parts(cause: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Read the parts of a number's change, largest first; damaged ones are none."""
    found = read_json(cause.get("parts_json"))
    known = [(str(name), float(value)) for name, value in found.items() if is_known(value)]
    return sorted(known, key=lambda part: -abs(part[1]))
