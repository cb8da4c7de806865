"""The panel that tells how a number was made: it slides in beside the page it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from access.report_findings import attribution
from dashboards.components import table_block
from dashboards.how import Made, Row, Spread, how_made, key_of
from dashboards.run_data import RunData
from dashboards.words import Words

DRAWER, BODY, ASKED = "how-drawer", "how-body", "how-asked"


def drawer() -> list[Component]:
    """Return what stands once in the app: the panel, closed, and the store of the number asked for."""
    panel = dmc.Drawer(
        html.Div(id=BODY),
        id=DRAWER,
        opened=False,
        position="right",
        size="34rem",
        padding="md",
        title="",
        closeButtonProps={"aria-label": "Close"},
        zIndex=1100,  # above the panes of a map
        transitionProps={"duration": 120},
    )
    return [dcc.Store(id=ASKED), panel]


def panel_of(data: RunData, asked: object, words: Words) -> list[Component]:
    """Return the content of the panel for the keys that a browser sent; polite where they are unknown."""
    key = key_of(asked)
    made = how_made(data, key, words) if key is not None else None
    if made is None:
        return [html.H3(words("how.unknown_title")), html.P(words("how.unknown"))]
    return [
        html.P(made.title, className="how-title"),
        _definitions(made.about),
        *_numbers(made, words),
        *_method(made, words),
        *_part(words("how.settings"), [html.Ul([html.Li(line) for line in made.settings])]),
        *_inputs(data, made, words),
        *_repeat(data, made, words),
    ]


def _numbers(made: Made, words: Words) -> Iterator[Component]:
    if not made.rows:
        yield html.P(words("how.no_row"))
    for row in made.rows:
        value: list[Component] = [html.Strong(row.value, className="how-value")]
        if row.covered:
            value.append(html.Span(row.covered, className="muted"))
        yield html.P(value, className="how-number")
        yield from _part(words("how.sure"), list(_spreads(row, words)))
        if row.note:
            yield from _part(words("how.notes"), [html.P(row.note, lang="en")])


def _spreads(row: Row, words: Words) -> Iterator[Component]:
    if not row.spreads:
        yield html.P(words("how.not_quantified"))
    for spread in row.spreads:
        yield _spread(spread)


def _spread(spread: Spread) -> Component:
    rest = " ".join(filter(None, (spread.meaning, spread.modelled)))
    return html.Div(
        [
            html.P([html.Strong(spread.ends), html.Span(spread.kind, className="how-kind")]),
            html.P(rest, className="muted"),
        ],
        className="how-spread",
    )


def _method(made: Made, words: Words) -> list[Component]:
    formula, language = made.formula, words.texts.language
    checked = words("how.verified" if formula.source.verified else "how.not_verified")
    return [
        *_part(words("how.reading"), [html.P(formula.reading.of(language))]),
        *_part(words("how.limits"), [html.P(formula.limits.of(language))]),
        *_part(words("how.formula"), [html.Code(formula.formula, className="formula", lang="en")]),
        _definitions(
            (
                (words("how.parameters"), formula.parameters.of(language)),
                (words("how.unit"), made.unit),
                (words("how.source"), [html.Span(formula.source.text, lang="en"), f". {checked}"]),
            )
        ),
        *([] if language == "en" else [html.P(words("how.english"), className="muted")]),
    ]


def _inputs(data: RunData, made: Made, words: Words) -> list[Component]:
    credits_ = [html.Li(credit) for credit in attribution(data.run, words.texts)]
    return [
        html.Details([html.Summary(words("how.inputs")), table_block(made.inputs)]),
        *([html.Details([html.Summary(words("how.credits")), html.Ul(credits_)])] if credits_ else []),
    ]


def _repeat(data: RunData, made: Made, words: Words) -> list[Component]:
    texts = words.texts
    told = words(
        "how.repeat_words",
        version=data.run.manifest.get("fairreach_version") or texts("no_data"),
        day=texts.day(data.run.manifest.get("created")),
    )
    row = ", ".join(f"{name} = {value}" for name, value in made.keys)
    where = [html.P([words("how.row"), " ", html.Code(row)])] if made.rows else []
    link = dcc.Link(words("how.method_indicator"), href=f"/method?find={made.formula.name}")
    content = [html.Code(words("how.command"), className="formula"), html.P(told), *where, html.P(link)]
    return _part(words("how.repeat"), content)


def _part(title: str, content: list[Any]) -> list[Component]:
    return [html.H3(title), *content]


def _definitions(pairs: tuple[tuple[str, Any], ...]) -> Component:
    """Return a list of names and what they are."""
    return html.Dl([part for name, text in pairs for part in (html.Dt(name), html.Dd(text))])
