"""How an alert was found, for whoever asks: its number, range and rule, its causes, snapshot by snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dash import html
from dash.development.base_component import Component

from access.report_tables import Table
from dashboards.components import table_block
from dashboards.time_alert_words import OF_DATA, amount, later_of, moved_of, rule_words
from dashboards.time_alerts_read import Cause, Told
from dashboards.time_words import short_day
from dashboards.words import Words

_HOLDS = {True: "holds", False: "holds_not", None: "holds_unknown"}


def alert_details(told: Told, words: Words) -> list[Component]:
    """Return what was measured, why it moved as far as that was computed, and each snapshot as a row."""
    facts = [part for name, said in _facts(told.alert, words) for part in (html.Dt(name), html.Dd(said))]
    return [html.Dl(facts), *_why(told, words), *_history(told.alert, words)]


def _facts(alert: Any, words: Words) -> Iterator[tuple[str, str]]:
    """Name the number as the sentence of the alert does: when it last held, and what became of it."""
    texts, over = words.texts, alert.state == "cleared"
    if moved := moved_of(alert, words):
        held = words("time.fact.held", day=short_day(alert.held, words))
        yield words("time.fact.moved") if alert.held == alert.last else held, moved
    low, high = amount(alert.low, alert, words), amount(alert.high, alert, words)
    if low and high:
        yield words("time.fact.range"), texts("range.from_to", low=low, high=high)
    if later := later_of(alert, words):
        yield words(f"time.fact.{'cleared' if over else 'later'}", day=short_day(alert.last, words)), later
    yield words("time.fact.rule"), words("time.rule", rule=rule_words(alert.rule, words), alert=alert.alert)


def _history(alert: Any, words: Words) -> list[Component]:
    """Return what was found in each snapshot, as a table; nothing without a history."""
    rows = tuple(
        (
            short_day(point.observed_on, words),
            words(f"time.alerts.{_HOLDS[point.holds]}"),
            amount(point.now, alert, words) or words.texts("range.none"),
        )
        for point in alert.history
    )
    columns = (words("time.column.day"), words("time.column.holds"), words.texts("table.value"))
    made = table_block(Table(words("time.alerts.history"), columns, rows, word_columns=(1,)))
    return [html.Div(made, className="by-day")] if rows and made is not None else []


def _why(told: Told, words: Words) -> list[Component]:
    """Return which inputs moved the number, as far as that was computed."""
    if told.causes:
        return [part for cause in told.causes for part in _cause(cause, told.alert, words)]
    if told.alert.kind == OF_DATA or told.alert.reference_snapshot is None:
        return []
    key = "none_over" if told.alert.state == "cleared" else "none"  # the command explains what still holds
    return [html.P(words(f"time.why.{key}"), className="muted")]


def _cause(cause: Cause, alert: Any, words: Words) -> list[Component]:
    """Return from where to where the number moved, and a line for each input."""
    from access.attribution_text import attribution_lines, decimals_of_change

    found, decimals = cause.found, decimals_of_change(cause.found)
    head = words(
        "time.why.moved",
        before=words.texts.number(found.before, decimals),
        after=words.texts.number(found.after, decimals),
        from_day=short_day(cause.from_day, words),
        to_day=short_day(alert.since, words),
    )
    _, *lines = attribution_lines(found, (cause.from_day, alert.since), "", words.texts)
    listed = html.Ul([html.Li(line.strip()) for line in lines])
    return [html.P([html.Strong(words("time.why.title")), " ", head]), listed]
