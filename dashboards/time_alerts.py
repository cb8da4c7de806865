"""Alerts of a store as the page Over time shows them: what holds, since when, for whom, and the answers.

Everything comes from the store: ``access.warning`` finds the alerts, answers are a table of it. A history of
ten years has dozens of alerts, each with dozens of snapshots: more than a browser can draw at once. So those
that hold stand as short cards; how one was found, and what is over, comes when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from access.report_tables import Table
from dashboards.aria import aria
from dashboards.components import table_block
from dashboards.time_alert_details import alert_details
from dashboards.time_alert_words import answer_words, moved_of, people_of, rule_words, text_of
from dashboards.time_alerts_read import STATES, Told
from dashboards.time_words import short_day
from dashboards.words import Words

OPEN = STATES[:3]
#: Cards shown at once; further alerts are rows of a table.
MOST_SHOWN = 10
MOST_ROWS = 30
#: Kinds of ids: buttons that ask for more, and what they fill.
CHOOSE, ASK, FOUND, LIST, LISTED, PICK, PICKED = (
    "alert-choose",
    "alert-ask",
    "alert-found",
    "alert-list",
    "alert-listed",
    "alert-pick",
    "alert-picked",
)
#: Alerts that have no card: those that hold beyond ``MOST_SHOWN``, and those that are over.
MORE, CLEARED = "more", "cleared"


def alerts_panel(
    told: Sequence[Told], words: Words, *, on_map: bool, not_judged: Sequence[str] = ()
) -> list[Component]:
    """Return the alerts that hold, buttons that ask for the others, and what no rule could judge.

    Parameters
    ----------
    on_map : bool
        Whether the page has a map on which an alert's places can be outlined.
    not_judged : sequence of str
        As ``dashboards.time_alerts_read.not_judged_in``.
    """
    holding = [each for each in told if each.alert.state in OPEN]
    parts: list[Component] = [html.P(summary_of(told, words))]
    parts += [_card(each, words, on_map=on_map) for each in holding[:MOST_SHOWN]]
    for which in (MORE, CLEARED):
        if n := len(without_card(told, which)):
            title = words.plural(f"time.alerts.{which}", n)
            parts.append(
                html.Div(
                    [
                        _opening(title, {"type": LIST, "which": which}),
                        html.Div(id={"type": LISTED, "which": which}),
                    ]
                )
            )
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


def without_card(told: Sequence[Told], which: str) -> list[Told]:
    """Return the alerts that hold but have no card, or those that are over, the latest first.

    Parameters
    ----------
    which : str
        ``MORE`` or ``CLEARED``; nothing of another.
    """
    if which == MORE:
        return [each for each in told if each.alert.state in OPEN][MOST_SHOWN:]
    if which == CLEARED:
        over = [each for each in told if each.alert.state not in OPEN]
        return sorted(over, key=lambda each: str(each.alert.last), reverse=True)
    return []


def alert_list(told: Sequence[Told], which: str, words: Words) -> list[Component]:
    """Return the alerts without a card as a table, and the choice of one whose details are wanted."""
    listed = without_card(told, which)
    rows = tuple(
        (
            text_of(each.alert, words),
            rule_words(each.alert.rule, words),
            short_day(each.alert.since, words),
            short_day(each.alert.last, words),
        )
        for each in listed[:MOST_ROWS]
    )
    if not rows:
        return []
    columns = ("alert", "rule", "since", "until" if which == CLEARED else "last")
    heads = tuple(words(f"time.column.{name}") for name in columns)
    title = words.plural(f"time.alerts.{which}", len(listed))
    n_left = len(listed) - len(rows)
    left = [html.P(words.plural("time.alerts.left", n_left), className="muted")] if n_left else []
    made = table_block(Table(title, heads, rows, word_columns=(1, 2, 3)))
    return [html.Div([html.Div(made, className="alert-rows"), *left, *_pick(listed, which, words)])]


def picked_details(told: Told, words: Words, *, on_map: bool) -> Component:
    """Return an alert that has no card, with all that is known of it."""
    return _article(
        told, words, [*_buttons(told, words, on_map=on_map, ask=False), *alert_details(told, words)]
    )


def alert_table(told: Sequence[Told], words: Words) -> Table | None:
    """Return every alert as a row, for downloads; None without one."""
    if not told:
        return None
    rows = tuple(
        (
            text_of(each.alert, words),
            words(f"time.state.{each.alert.state}"),
            short_day(each.alert.since, words),
            short_day(each.alert.last, words),
            people_of(each.alert, words),
            moved_of(each.alert, words),
            "; ".join(answer_words(answer, words) for answer in each.answers)
            or words("time.alerts.no_answer"),
        )
        for each in told
    )
    columns = ("alert", "state", "since", "last", "residents", "moved", "answer")
    heads = tuple(words(f"time.column.{name}") for name in columns)
    return Table(words("time.part.alerts"), heads, rows, word_columns=(1, 2, 3, 5, 6))


def _card(told: Told, words: Words, *, on_map: bool) -> Component:
    found = html.Div(id={"type": FOUND, "alert": told.alert.alert})
    return _article(told, words, [*_buttons(told, words, on_map=on_map, ask=True), found])


def _article(told: Told, words: Words, more: list[Component]) -> Component:
    alert = told.alert
    since = words("time.since", day=short_day(alert.since, words), n=words.number(alert.n_snapshots))
    people = people_of(alert, words)
    about = f"{since} · {words('time.concerned', residents=people)}" if people else since
    tag = html.Span(words(f"time.state.{alert.state}"), className=f"alert-state alert-{alert.state}")
    return html.Article(
        [
            html.H3([tag, " ", text_of(alert, words)]),
            html.P(about, className="alert-about"),
            *_answers_told(told, words),
            *more,
        ],
        className="alert",
        id=f"alert-{alert.alert}",
    )


def _answers_told(told: Told, words: Words) -> list[Component]:
    if not told.answers:
        return [html.P(words("time.alerts.no_answer"), className="muted")]
    listed = [html.Li(answer_words(answer, words)) for answer in told.answers]
    return [html.P(html.Strong(words("time.alerts.answers"))), html.Ul(listed)]


def _buttons(told: Told, words: Words, *, on_map: bool, ask: bool) -> list[Component]:
    name = told.alert.alert
    buttons: list[Component] = []
    if ask:
        buttons.append(_opening(words("time.alerts.details"), {"type": ASK, "alert": name}))
    if on_map and told.alert.cells:
        buttons.append(
            html.Button(
                words("time.alerts.on_map"),
                id={"type": CHOOSE, "alert": name},
                className="plain-button",
                type="button",
                **aria(pressed="false"),
            )
        )
    return [html.Div(buttons, className="alert-buttons")] if buttons else []


def _opening(title: str, name: dict[str, Any]) -> Component:
    """Return a button that shows, and hides again, what the server is asked for."""
    return html.Button(title, id=name, className="plain-button", type="button", **aria(expanded="false"))


def _pick(listed: Sequence[Told], which: str, words: Words) -> list[Component]:
    """Return the choice of one alert, and the place of its details."""
    options: list[dict[str, Any]] = [
        {
            "value": each.alert.alert,
            "label": f"{short_day(each.alert.since, words)} · {text_of(each.alert, words)}",
        }
        for each in listed
    ]
    return [
        dmc.Select(
            id={"type": PICK, "which": which},
            label=words("time.alerts.pick"),
            placeholder=words("time.alerts.pick_none"),
            data=options,
            searchable=True,
            nothingFoundMessage=words("time.alerts.not_found"),
            size="sm",
            className="alert-pick",
            maxDropdownHeight=360,
        ),
        html.Div(id={"type": PICKED, "which": which}, **aria(live="polite")),
    ]
