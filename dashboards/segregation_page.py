"""The page Segregation: who lives apart, and whom one can reach; charts come after the words."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from access.indicator_registry import Indicator, registry
from access.report_schools import school_sentences
from access.report_segregation import OF_ZONES, segregation_section
from access.report_tables import map_table
from dashboards import ids
from dashboards.aria import aria
from dashboards.charts import Chart
from dashboards.charts_segregation import (
    WITH_CHANCE,
    chance_chart,
    extremes_chart,
    group_chart,
    height_px,
    isolation_chart,
    mix_chart,
    plain_index,
    profile_chart,
    school_chart,
)
from dashboards.components import chart_block, choice, download_menu, how_button, table_block, waiting
from dashboards.downloads import Shown
from dashboards.map_view import map_block, paint_of
from dashboards.maps_segregation import chosen_kernel, column_of, kernels_of, map_sentence, mix_map
from dashboards.run_data import RunData, Runs
from dashboards.segregation_actions import (
    Asked,
    all_tables,
    groups_table,
    index_table,
    lead,
    low_income_words,
    places_table,
    schools_table,
    through_travel_table,
)
from dashboards.view import View, view_of_table
from dashboards.words import Words, words

MAP, KERNEL = "segregation", "kernel"
MAP_SAID, MAP_TABLE = "segregation-map-said", "segregation-map-table"
LATER, LATER_ASKED = "segregation-later", "segregation-asked"
#: What waits for the charts, about as high as they will be.
_WAITING_PX = 640
Children = list[Component]


def layout(data: RunData, view: View, words: Words) -> Component:
    """Return the page of a run: sentences, map, and a place for the charts."""
    title = html.H1(words("segregation.title"), tabIndex="-1")
    section = segregation_section(data.run, words.texts)
    if section.absent:
        return html.Div([title, html.P(section.absent)])
    told = [
        html.P([each.sentence, how_button(each.how, words)], className="lead")
        for each in lead(data.run, words)
    ]
    low_income = low_income_words(data.run, words)
    return html.Div(
        [
            title,
            *told,
            html.P(words("segregation.intro"), className="muted"),
            *([html.P(low_income, className="muted")] if low_income else []),
            download_menu(words),
            *_map(data, view, words),
            dcc.Store(id=LATER_ASKED, data=view.run),
            html.Div(waiting(_WAITING_PX, words), id=LATER),
        ],
        className="prose",
    )


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page: the charts, which come after the map, and the choice of the map."""

    @app.callback(Output(LATER, "children"), Input(LATER_ASKED, "data"), State(ids.VIEW, "data"))
    def charts(_asked: str, table: dict[str, Any]) -> Children:
        view = view_of_table(table, runs)
        return sections(runs.get(view.run), words(view.language))

    @app.callback(
        Output(ids.of_map("paint", MAP), "data"),
        Output(MAP_SAID, "children"),
        Output(MAP_TABLE, "children"),
        Input(ids.control(KERNEL), "value"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def repaint(kernel: str, table: dict[str, Any]) -> tuple[dict[str, Any], str, Children]:
        view = view_of_table(table, runs)
        data, said = runs.get(view.run), words(view.language)
        chosen = chosen_kernel(data, kernel)
        if not chosen:
            raise PreventUpdate
        return _paint(data, chosen, said), map_sentence(data, chosen, said), _map_twin(data, chosen, said)


def shown(data: RunData, view: View, words: Words) -> Shown:
    """Return the tables of the page and the map of the mix."""
    kernel = chosen_kernel(data, view.more.get(KERNEL))
    tables = all_tables(data.run, words)
    if not kernel:
        return Shown("segregation", tables)
    columns = ["id", "population", *(column_of(each) for each in kernels_of(data))]
    return Shown("segregation", tables, data.run.cells[columns], mix_map(data, kernel, words))


def sections(data: RunData, words: Words) -> Children:
    """Return everything below the map: charts with their tables, schools, notes."""
    run = data.run
    parts = {
        "home": [
            *_undefined(data, words),
            *_chart(group_chart(run, words), "groups", words, groups_table(run, words)),
        ],
        "chance": _chance(data, words),
        "profile": _chart(profile_chart(run, words), "profile", words),
        "travel": _travel(data, words),
        "places": _table(places_table(run, words), words),
        "schools": _schools(data, words),
        "notes": _notes(data, words),
    }
    return [
        html.Section([html.H2(words(f"segregation.part.{name}")), *content])
        for name, content in parts.items()
        if content
    ]


def _map(data: RunData, view: View, words: Words) -> Children:
    kernel = chosen_kernel(data, view.more.get(KERNEL))
    title = html.H2(words("segregation.part.map"))
    if not kernel:
        return [title, html.P(words("segregation.map.none"))]
    choices = [
        {"value": each, "label": words.texts.capital(words(f"segregation.kernel.{each}"))}
        for each in kernels_of(data)
    ]
    choose, label = words("segregation.map.choose"), words("segregation.map.label")
    twin = html.Div(_map_twin(data, kernel, words), id=MAP_TABLE)
    control = choice(KERNEL, choose, choices, kernel, maw="20rem")
    return [
        title,
        control,
        html.P(map_sentence(data, kernel, words), id=MAP_SAID, **aria(live="polite")),
        map_block(MAP, data, view, words, label=label, paint=_paint(data, kernel, words)),
        html.Details([html.Summary(words("as_table")), twin]),
        html.P(words("segregation.kernel_note"), className="muted"),
    ]


def _paint(data: RunData, kernel: str, words: Words) -> dict[str, Any]:
    cell_map, values = mix_map(data, kernel, words), data.run.column(column_of(kernel))
    return paint_of(cell_map, values, words, decimals=2, run=data.run)


def _map_twin(data: RunData, kernel: str, words: Words) -> Children:
    twin = table_block(map_table(data.run, mix_map(data, kernel, words), words.texts))
    return [] if twin is None else [twin]


def _undefined(data: RunData, words: Words) -> Children:
    """Say which data would be needed for what is not defined."""
    return [html.P(words.texts.label(reason), className="notice") for reason in _reasons_told(data)]


def _chance(data: RunData, words: Words) -> Children:
    """Return the indices beside chance, and in plain words what each says; nothing without chance."""
    chart = chance_chart(data.run, words)
    if chart is None:
        return []
    entries = [registry()[name] for name in OF_ZONES if data.run.numbers.one(name, group="all")]
    language = words.texts.language
    listed = [
        part
        for each in entries
        for part in (html.Dt(_index_name(each, words)), html.Dd(each.reading.of(language)))
    ]
    readings = html.Details([html.Summary(words("segregation.readings")), html.Dl(listed)])
    return [*_chart(chart, "chance", words, index_table(data.run, words)), readings]


def _index_name(indicator: Indicator, words: Words) -> str:
    name = indicator.title.of(words.texts.language)
    if indicator.name not in WITH_CHANCE:
        return name
    return words("segregation.index.named", plain=plain_index(indicator.name, words), name=name)


def _travel(data: RunData, words: Words) -> Children:
    run = data.run
    # Without counts by income the only index of zones is the mix of the whole city, to compare with.
    city = _table(index_table(run, words), words) if chance_chart(run, words) is None else []
    return [
        *_table(through_travel_table(run, words), words),
        *city,
        *_chart(mix_chart(run, words), "mix", words),
        *_chart(extremes_chart(run, words), "extremes", words),
        *_chart(isolation_chart(run, words), "isolation", words),
    ]


def _schools(data: RunData, words: Words) -> Children:
    run, texts = data.run, words.texts
    charts = ("schools_in_reach", "schools_mix", "schools_isolation")
    table = table_block(schools_table(run, words))
    return [
        *(html.P(sentence) for sentence in school_sentences(run, texts)),
        *(part for name in charts for part in _chart(school_chart(run, name, words), name, words)),
        *([table] if table is not None else []),
    ]


def _notes(data: RunData, words: Words) -> Children:
    section = segregation_section(data.run, words.texts)
    reasons = [html.Li(reason, lang="en") for reason in section.reasons]
    # What the page has said already, and in which file of the run its numbers are, is not told here.
    known = {
        *(words.texts.label(each) for each in _reasons_told(data)),
        words.texts("segregation.all_rows"),
    }
    return [
        *(html.P(note) for note in section.notes if note not in known),
        *(
            [html.Details([html.Summary(words.texts("page.not_defined")), html.Ul(reasons)])]
            if reasons
            else []
        ),
    ]


def _reasons_told(data: RunData) -> list[Any]:
    given = data.run.manifest.get("segregation") or {}
    return list(given.get("not_defined") or [] if isinstance(given, dict) else given)


def _chart(chart: Chart | None, name: str, words: Words, asked: Asked | None = None) -> Children:
    """Return a chart with its table; ``asked`` is a fuller table in place of its own."""
    if chart is None:
        return _table(asked, words)
    own = chart.table if asked is None else None
    block = chart_block(
        chart.figure, chart.sentence, own, words, f"chart-segregation-{name}", height_px=height_px(chart)
    )
    return [block, *_table(asked, words)]


def _table(asked: Asked | None, words: Words) -> Children:
    made = table_block(asked.table, asked.how, words) if asked is not None else None
    return [] if made is None else [made]
