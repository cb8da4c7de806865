"""Alerts of a store as the page Over time shows them: what holds, since when, for whom, why, the answers.

Everything comes from the store: ``access.warning`` finds the alerts, authorities' answers and what the causes
were are tables of it. Texts of answers are shown as text only.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component

from access.report_numbers import figure
from access.report_tables import Table
from dashboards.aria import aria
from dashboards.components import table_block
from dashboards.time_alerts_read import STATES, Told
from dashboards.time_numbers import read_json
from dashboards.time_words import short_day
from dashboards.words import Words

OPEN = STATES[:3]
#: Cards shown at once; further ones are folded.
MOST_SHOWN = 6
_HOLDS = {True: "holds", False: "holds_not", None: "holds_unknown"}
#: Kinds of rules whose number is in the sentence already, and which has no causes to be reckoned.
_OF_DATA = "data"


def alerts_panel(
    told: Sequence[Told], words: Words, *, on_map: bool, not_judged: Sequence[str] = ()
) -> list[Component]:
    """Return the alerts that hold, then those that are over, folded, and what no rule could judge.

    Parameters
    ----------
    on_map : bool
        Whether the page has a map on which an alert's places can be outlined.
    not_judged : sequence of str
        As ``dashboards.time_alerts_read.not_judged_in``.
    """
    holding = [each for each in told if each.alert.state in OPEN]
    over = [each for each in told if each.alert.state not in OPEN]
    parts: list[Component] = [html.P(summary_of(told, words))]
    parts += [_card(each, words, on_map=on_map) for each in holding[:MOST_SHOWN]]
    for key, folded in (("more", holding[MOST_SHOWN:]), ("cleared", over)):
        if folded:
            title = words.plural(f"time.alerts.{key}", len(folded))
            cards = [_card(each, words, on_map=on_map) for each in folded]
            parts.append(html.Details([html.Summary(title), *cards]))
    if not_judged:
        head, *lines = not_judged
        listed = html.Ul([html.Li(line) for line in lines])
        parts.append(html.Div([html.P(html.Strong(head)), listed], className="not-judged"))
    return parts


def summary_of(told: Sequence[Told], words: Words) -> str:
    """Say in a sentence how many alerts hold, and how many of them have an answer."""
    holding = [each for each in told if each.alert.state in OPEN]
    if not holding:
        return words("time.alerts.none")
    answered = sum(bool(each.answers) for each in holding)
    told_of = (
        words.plural("time.alerts.answered", answered) if answered else words("time.alerts.none_answered")
    )
    return f"{words.plural('time.alerts.holding', len(holding))} {told_of}"


def alert_table(told: Sequence[Told], words: Words) -> Table | None:
    """Return every alert as a row, for downloads; None without one."""
    if not told:
        return None
    rows = tuple(
        (
            _text(each.alert, words),
            words(f"time.state.{each.alert.state}"),
            short_day(each.alert.since, words),
            short_day(each.alert.last, words),
            _people(each.alert, words),
            _moved(each.alert, words),
            "; ".join(_answer_words(answer, words) for answer in each.answers)
            or words("time.alerts.no_answer"),
        )
        for each in told
    )
    columns = ("alert", "state", "since", "last", "residents", "moved", "answer")
    heads = tuple(words(f"time.column.{name}") for name in columns)
    return Table(words("time.part.alerts"), heads, rows, word_columns=(1, 2, 3, 5, 6))


def _card(told: Told, words: Words, *, on_map: bool) -> Component:
    alert = told.alert
    facts = [part for name, said in _facts(alert, words) for part in (html.Dt(name), html.Dd(said))]
    since = words("time.since", day=short_day(alert.since, words), n=words.number(alert.n_snapshots))
    about = " · ".join(part for part in (since, _concerned(alert, words)) if part)
    tag = html.Span(words(f"time.state.{alert.state}"), className=f"alert-state alert-{alert.state}")
    return html.Article(
        [
            html.H3([tag, " ", _text(alert, words)]),
            html.P(about, className="alert-about"),
            *_why(told, words),
            *_answers_told(told, words),
            html.Details(
                [html.Summary(words("time.alerts.details")), html.Dl(facts), *_history(alert, words)]
            ),
            *([_on_map(alert, words)] if on_map and alert.cells else []),
        ],
        className="alert",
        id=f"alert-{alert.alert}",
    )


def _text(alert: Any, words: Words) -> str:
    return words.label(dict(alert.text), alert.rule)


def _facts(alert: Any, words: Words) -> Iterator[tuple[str, str]]:
    texts = words.texts
    if moved := _moved(alert, words):
        yield words("time.fact.moved"), moved
    if _known(alert.low) and _known(alert.high):
        unit = alert.unit or ""
        low, high = (figure(end, unit, texts) for end in (alert.low, alert.high))
        yield words("time.fact.range"), texts("range.from_to", low=low, high=high)
    yield words("time.fact.rule"), words("time.rule", rule=rule_words(alert.rule, words), alert=alert.alert)


def _people(alert: Any, words: Words) -> str:
    return words.texts.plural("residents", alert.residents) if _known(alert.residents) else ""


def _moved(alert: Any, words: Words) -> str:
    """Return the value before and now; one of them alone where the other is not known."""
    if alert.kind == _OF_DATA:
        return ""
    unit = alert.unit or ""
    before, now = (
        figure(value, unit, words.texts) if _known(value) else "" for value in (alert.before, alert.now)
    )
    return words("time.moved", before=before, now=now) if before and now else now


def _history(alert: Any, words: Words) -> list[Component]:
    """Return what was found in each snapshot, as a table; nothing without a history."""
    unit = alert.unit or ""
    rows = tuple(
        (
            short_day(point.observed_on, words),
            words(f"time.alerts.{_HOLDS[point.holds]}"),
            figure(point.now, unit, words.texts) if _known(point.now) else words.texts("range.none"),
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
            words(
                "time.why.part", name=input_words(name, words), value=_signed(value, told.alert.unit, words)
            )
            for name, value in _parts(cause)
        ]
        if _known(cause.get("residual")):
            value = _signed(float(cause["residual"]), told.alert.unit, words)
            parts.append(words("time.why.part", name=input_words("residual", words), value=value))
        if parts:
            found.append(html.P([html.Strong(words("time.why.title")), " ", "; ".join(parts), "."]))
    if found or told.alert.kind == _OF_DATA:
        return found
    return [html.P(words("time.why.none"), className="muted")]


def _concerned(alert: Any, words: Words) -> str:
    people = _people(alert, words)
    return words("time.concerned", residents=people) if people else ""


def rule_words(name: str, words: Words) -> str:
    """Name of a rule that comes with the program; another one as it is written."""
    label = _rule_labels().get(name)
    return name if label is None else label[words.texts.language]


@functools.cache
def _rule_labels() -> dict[str, dict[str, str]]:
    from access.warning_rules import shipped_rules

    return {rule.name: {"en": rule.label.en, "fr": rule.label.fr} for rule in shipped_rules().rules}


def input_words(name: str, words: Words) -> str:
    """Name of an input in words; one that no text knows as it is written."""
    key = f"time.input.{name}"
    return words(key) if words.has(key) else name


def _parts(cause: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Read the parts of a number's change, largest first; damaged ones are none."""
    found = read_json(cause.get("parts_json"))
    known = [(str(name), float(value)) for name, value in found.items() if _known(value)]
    return sorted(known, key=lambda part: -abs(part[1]))


def _signed(value: float, unit: str | None, words: Words) -> str:
    """Write a change with its sign."""
    said = figure(abs(value), unit or "", words.texts)
    return said if value == 0 else f"{'+' if value > 0 else chr(0x2212)}{said}"


def _answers_told(told: Told, words: Words) -> list[Component]:
    if not told.answers:
        return [html.P(words("time.alerts.no_answer"), className="muted")]
    listed = [html.Li(_answer_words(answer, words)) for answer in told.answers]
    return [html.P(html.Strong(words("time.alerts.answers"))), html.Ul(listed)]


def _answer_words(answer: Mapping[str, Any], words: Words) -> str:
    """Return an answer as one text: who, when, what, until when, and how it stands."""
    state = str(answer.get("state") or "")
    parts = [
        words("time.answer.by", who=answer.get("by_whom"), day=short_day(answer.get("answered_on"), words)),
        str(answer.get("text") or ""),
        str(answer.get("action") or ""),
        words("time.answer.due", day=short_day(answer["action_due"], words))
        if _is_given(answer.get("action_due"))
        else "",
        words(f"time.answer.{state}") if words.has(f"time.answer.{state}") else "",
    ]
    return " ".join(part if part.endswith((".", ":", "!", "?")) else f"{part}." for part in parts if part)


def _on_map(alert: Any, words: Words) -> Component:
    return html.Button(
        words("time.alerts.on_map"),
        id={"type": "alert-choose", "alert": alert.alert},
        className="plain-button",
        type="button",
        **aria(pressed="false"),
    )


def _known(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_given(value: Any) -> bool:
    return value is not None and not pd.isna(value)
