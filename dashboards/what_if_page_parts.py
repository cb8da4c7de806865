"""Pieces of the page "what if" that callbacks draw: lists, progress, results, the comparison of scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards import what_if_page_ids as page
from dashboards.aria import aria
from dashboards.charts_what_if import winners_chart
from dashboards.components import chart_block, table_block
from dashboards.evidence_panel import scenario_evidence
from dashboards.run_data import RunData
from dashboards.what_if_form_read import City, Place, point_words
from dashboards.what_if_form_values import filled_of
from dashboards.what_if_form_view import PLACES
from dashboards.what_if_result import WhatIfResult
from dashboards.what_if_shown import (
    SECTIONS,
    compared_table,
    headline_sentences,
    method_of,
    read_of,
    sections_of,
    title_of,
    whole_table,
)
from dashboards.what_if_shown_changes import sentence_of
from dashboards.words import Words

#: Sections that stand closed at first; their titles say what is in them.
FOLDED = ("indices", "register", "changed", "checks")
EXPORTS = ("yaml", "gtfs", "gpkg", "csv")


def alert(title: str, problems: Sequence[str], in_english: Sequence[str] = ()) -> Component:
    """Return problems as a list that screen readers say at once."""
    items = [html.Li(text) for text in problems]
    items += [html.Li(text, lang="en") for text in in_english]
    return html.Div([html.P(title), html.Ul(items)], role="alert", className="problem")


def small_button(text: str, label: str, identifier: Any) -> Component:
    """Return a button whose name says what it acts on."""
    return html.Button(text, id=identifier, type="button", className="small-button", **aria(label=label))


def place_list(kind: str, places: Sequence[Place], words: Words) -> Component:
    """Return the places chosen, each with buttons to move and remove it."""
    if not places:
        return html.P(words("what_if.places.none"), className="muted")
    items = []
    for number, named in enumerate(places):
        place = named._replace(name=point_words(named.name, words))
        buttons = []
        if PLACES.get(kind) == "way" and len(places) > 1:
            buttons = [
                small_button(
                    "\u2191", words("what_if.places.up", name=place.name), page.act("place-up", number)
                ),
                small_button(
                    "\u2193", words("what_if.places.down", name=place.name), page.act("place-down", number)
                ),
            ]
        gone = words("what_if.places.remove", name=place.name)
        buttons.append(small_button("\u00d7", gone, page.act("place-remove", number)))
        new_stop = kind in ("new_line", "reroute") and not place.stop
        name = words("what_if.places.new_of_way", name=place.name) if new_stop else place.name
        items.append(html.Li([html.Span(name), html.Span(buttons, className="what-if-buttons")]))
    return html.Ol(items, className="what-if-list")


def change_list(changes: Sequence[Mapping[str, Any]], city: City, words: Words) -> Component:
    """Return the changes of the scenario, each in a sentence with buttons to edit and remove it."""
    if not changes:
        return html.P(words("what_if.list.empty"), className="muted")
    items = []
    for number, change in enumerate(changes):
        said = sentence_of(change, city, words)
        buttons = []
        if filled_of(change, city) is not None:
            label = words("what_if.list.edit", change=said)
            buttons.append(small_button(words("what_if.list.edit_short"), label, page.act("edit", number)))
        label = words("what_if.list.remove", change=said)
        buttons.append(small_button(words("what_if.list.remove_short"), label, page.act("remove", number)))
        note = (
            []
            if len(buttons) > 1
            else [html.Br(), html.Span(words("what_if.list.by_hand"), className="muted")]
        )
        items.append(html.Li([html.Span([said, *note]), html.Span(buttons, className="what-if-buttons")]))
    return html.Ol(items, className="what-if-list", **aria(label=words("what_if.list.caption")))


def progress_block(state: str, step: str, share: float, seconds: float, words: Words) -> Component:
    """Return how far a computation is: words, and a bar."""
    parts = [words(f"what_if.state.{state}"), step, f"{words.number(seconds, 0)} s"]
    *said, so_far = (part for part in parts if part)
    percent = round(100 * min(1.0, max(0.0, share)))
    bar = dmc.ProgressRoot(
        dmc.ProgressSection(value=percent, **aria(label=words("what_if.compute.progress"))), size="lg"
    )
    # What goes on is said by screen readers when it changes; the seconds are only shown.
    return html.Div([html.P([html.Span(" · ".join(said), role="status"), f" · {so_far}"]), bar])


def headline_block(data: RunData, result: WhatIfResult, words: Words) -> list[Component]:
    """Return the first sentences, marked where the noise is still being computed."""
    name = words.label(result.name)
    told: list[Component] = [html.H2(words("what_if.result.title", name=name), id="what-if-result-title")]
    if not result.final:
        mark = html.Strong(words("what_if.first_result"), className="what-if-first")
        told.append(html.P([mark, " ", words("what_if.first_result_note")]))
    first, *others = headline_sentences(data, result, words)
    told.append(html.P(first, className="what-if-lead"))
    if others:
        told.append(html.P(" ".join(others)))
    if result.final and result.note:
        told.append(html.P(words.label(result.note), className="muted"))
    return told


def result_block(data: RunData, result: WhatIfResult, words: Words) -> list[Component]:
    """Return everything below the map that a result tells."""
    sections = sections_of(data, result, words)
    made: list[Component] = [_downloads(result, words), scenario_evidence(words)]
    chart = winners_chart(read_of(data, result), words)
    for name in SECTIONS:
        section = sections[name]
        parts: list[Component] = []
        if name == "groups" and chart is not None and not section.absent:
            parts.append(
                chart_block(
                    chart.figure, chart.sentence, chart.table, words, "what-if-winners", chart.height_px
                )
            )
        if section.absent:
            parts.append(html.P(section.absent, className="muted"))
        parts += [html.P(sentence) for sentence in section.sentences]
        parts += [block for table in section.tables if (block := table_block(table)) is not None]
        parts += [html.P(note, className="muted") for note in section.notes]
        title = html.H2(title_of(name, words))
        if name in FOLDED:
            made.append(html.Details([html.Summary(title), *parts], className="what-if-folded"))
        else:
            made.append(html.Section([title, *parts]))
    if result.warnings:
        made.append(html.Ul([html.Li(text, lang="en") for text in result.warnings]))
    lines, limits = method_of(data, result, words)
    listed = [html.Ul([html.Li(text) for text in each]) for each in (lines, limits)]
    limits_title = html.P(words.texts("scenario.limits_title"), className="what-if-strong")
    summary = html.Summary(html.H2(words("what_if.result.more")))
    made.append(html.Details([summary, listed[0], limits_title, listed[1]], className="what-if-folded"))
    return made


def _downloads(result: WhatIfResult, words: Words) -> Component:
    buttons = [
        html.Button(
            words(f"what_if.export.{kind}"),
            id=page.act("export", kind),
            type="button",
            className="small-button",
        )
        for kind in EXPORTS
        if kind != "gtfs" or not result.bill.empty
    ]
    title = words("what_if.export.title")
    told = html.Div(id=page.EXPORT_TOLD, **aria(live="polite"))
    return html.Div([*buttons, told], role="group", className="what-if-actions", **aria(label=title))


def distinct_names(kept: Sequence[Mapping[str, Any]], words: Words) -> dict[str, str]:
    """Return what each scenario is called, by its key; further ones of the same name get a number."""
    found: dict[str, str] = {}
    for each in kept:
        name = words.label(each.get("name"), words("what_if.unnamed"))
        taken, n, shown = set(found.values()), 1, name
        while shown in taken:
            n += 1
            shown = f"{name} ({n})"
        found[str(each["key"])] = shown
    return found


def side_block(
    data: RunData,
    kept: Sequence[Mapping[str, Any]],
    results: Mapping[str, WhatIfResult],
    shown: str,
    words: Words,
) -> list[Component]:
    """Return the scenarios computed in this browser, side by side, with buttons to show and remove each."""
    if not kept:
        return []
    known = [results[each["key"]] for each in kept if each["key"] in results]
    names = distinct_names(kept, words)
    items = []
    for each in kept:
        name = names[each["key"]]
        gone = [] if each["key"] in results else [f" ({words('what_if.side.expired')})"]
        buttons = [
            small_button(
                words(f"what_if.side.{what}_short"),
                words(f"what_if.side.{what}", name=name),
                page.act(what, each["key"]),
            )
            for what in ("show", "drop")
        ]
        title = html.Strong(name) if each["key"] == shown else html.Span(name)
        items.append(html.Li([html.Span([title, *gone]), html.Span(buttons, className="what-if-buttons")]))
    made: list[Any] = [
        html.H2(words("what_if.side.title")),
        html.P(words("what_if.side.help"), className="muted"),
        html.Ul(items, className="what-if-list"),
        table_block(compared_table(known, words, names)),
    ]
    if len(known) > 1:
        more = table_block(whole_table(data, known, words))
        made.append(html.Details([html.Summary(words("what_if.side.whole")), more]))
    return [each for each in made if each is not None]
