"""What the callbacks of the page Gaps answer: plain functions of a run and a view, without a browser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from dash import html, no_update
from dash.development.base_component import Component

from access.errors import AccessError
from access.report_findings import service_label
from dashboards import gaps_live
from dashboards.actions import Lead, lead_of
from dashboards.aria import aria
from dashboards.cell_panel import PanelParts, panel_parts, waiting
from dashboards.charts import Chart, curves_chart, decile_chart, spread_chart
from dashboards.charts_clock import clock_chart
from dashboards.components import chart_block, how_button, table_block
from dashboards.components import waiting as waiting_block
from dashboards.gaps_choice import Choice, access_of, choice_of, is_own_percentile
from dashboards.gaps_grid import catalogue_names, cell_grid, grid_frame, value_name
from dashboards.gaps_kept import kept
from dashboards.gaps_ranking import ranking_table
from dashboards.gaps_reach import Reach, at_of, is_on, reach_map, reach_sentence
from dashboards.live_background import GETTING_READY
from dashboards.live_words import place_label
from dashboards.map_view import paint_of
from dashboards.maps import Shown, access_cell_map
from dashboards.run_data import RunData, RunError
from dashboards.view import View
from dashboards.words import Words

LONGEST_SEARCH = 120


def painted(data: RunData, view: View, words: Words) -> tuple[Any, list[Component], str, bool]:
    """Return paint, first sentences of the page, what the reach map says, and whether that is settled.

    Where the choice cannot be shown, the map stays and the sentences say why.
    """
    try:
        made, told = paint(data, view, words)
        settled = told != words("gaps.problem.getting_ready")
        return made, lead_block(kept_lead(data, choice_of(view), words), words), told, settled
    except RunError as problem:
        return no_update, problem_block(problem, words), "", problem.kind != GETTING_READY


def first(data: RunData, view: View, words: Words) -> tuple[dict[str, Any] | None, list[Component]]:
    """Return paint and first sentences for the page's first answer; no paint where it could take long.

    The reach map asks the engine, and another percentile is read from a large file: both come by callbacks.
    """
    choice = choice_of(view)
    if not is_own_percentile(data, choice):
        return None, [waiting_block(120, words)]
    painted_now = None if is_on(view) else _paint(data, choice, words)
    return painted_now, lead_block(kept_lead(data, choice, words), words)


def paint(data: RunData, view: View, words: Words) -> tuple[dict[str, Any], str]:
    """Return the paint of the map, and a sentence where it shows minutes from a cell."""
    choice = choice_of(view)
    if not is_on(view):
        return _paint(data, choice, words), ""
    try:
        reach = reach_of(data, view)
    except (AccessError, RunError) as problem:
        return _paint(data, choice, words), gaps_live.why_not(problem, words)
    cell_map, values = reach_map(data, reach, choice, words)
    sentence = reach_sentence(data, reach, choice, words)
    silent = gaps_live.silence(data, view, reach.at_min, words)
    made = paint_of(cell_map, values, words, unit=words("gaps.unit.minutes"), run=data.run)
    return made, f"{silent} {sentence}".strip()


def reach_of(data: RunData, view: View) -> Reach:
    """Ask the engine for the minutes from the cell of a view at its minute.

    Raises
    ------
    RunError, AccessError
        Without the ready network of the run.
    """
    at_min = at_of(view, data.run)
    minutes = gaps_live.minutes_from(data, view.cell, view.period, 60 * at_min)
    return Reach(data.row_of[view.cell], at_min, minutes)


def _paint(data: RunData, choice: Choice, words: Words) -> dict[str, Any]:
    cell_map, values = map_of(data, choice, words)
    return kept(
        data, ("paint", choice, words.language),
        lambda: paint_of(cell_map, values, words, unit=unit_of(data, choice, words), run=data.run),
    )  # fmt: skip


def map_of(data: RunData, choice: Choice, words: Words) -> Shown:
    """Return the map of a choice."""
    return access_cell_map(data, *choice[:5], words, shows=choice.shows)


def unit_of(data: RunData, choice: Choice, words: Words) -> str:
    """Unit of the value under the pointer."""
    if choice.shows in ("nearest", "people"):
        return words(f"gaps.unit.{'minutes' if choice.shows == 'nearest' else 'people'}")
    return service_label(data.run, choice.service, words.texts)


def kept_lead(data: RunData, choice: Choice, words: Words) -> Lead:
    """Return the first sentences of a choice, made once; what the map shows does not change them."""
    plain = choice._replace(shows="access")
    return kept(data, ("lead", plain, words.language), lambda: lead_of(data, plain, words))


def problem_block(problem: RunError, words: Words) -> list[Component]:
    """Return why a choice cannot be shown."""
    return [html.P(gaps_live.why_not(problem, words), role="alert", className="problem")]


def lead_block(lead: Lead, words: Words) -> list[Component]:
    """Return the first sentences: the large one, and a row of facts."""
    button: list[Any] = [" ", _how(lead.how, words("gaps.fact.who"), words)] if lead.how else []
    facts = [
        html.Div([html.H2(fact.title), html.P(fact.text)], className=f"gaps-fact gaps-fact-{fact.kind}")
        for fact in lead.facts
    ]
    return [
        html.P([lead.sentence, *button], className="gaps-lead"),
        html.Div(facts, className="gaps-facts"),
    ]


def chosen(
    data: RunData, view: View, words: Words, before: str | None, click: dict[str, Any] | None
) -> tuple[Any, ...]:
    """Return the panel of the clicked cell, else of the cell of the view; its id, number and key.

    A click beside all cells takes the choice away. What is no cell of the run counts as such a click.

    Parameters
    ----------
    before : str
        Key of the panel shown so far; where the clock says the same, it stays.
    click : dict, optional
        What the map told; None where the view has changed.
    """
    if click is not None:
        number = click.get("cell")
        inside = isinstance(number, int) and 0 <= number < len(data.cell_ids)
        view = replace(view, cell=data.cell_ids[number] if inside else "")  # type: ignore[index]
    try:
        parts = panel_parts(data, view, choice_of(view), words)
    except RunError as problem:
        parts = PanelParts(problem_block(problem, words), [], [])
    key = asked_key(view)
    same_clock = (before or "").split("|")[:4] == key.split("|")[:4]
    return (
        parts.head,
        parts.numbers,
        parts.rights,
        no_update if click is None else view.cell,
        data.row_of.get(view.cell, -1),
        no_update if same_clock else waiting(view, words),
        key,
    )


def asked_key(view: View) -> str:
    """Return what the panel of a view depends on, as ``asked`` in ``assets/gaps.js`` writes it."""
    if not view.cell:
        return ""
    return "|".join((view.cell, view.service, str(view.cutoff_min), view.period, str(view.percentile)))


def clock(data: RunData, view: View, words: Words, shown: str | None) -> tuple[list[Component], bool]:
    """Return the 24 hours of the cell that the panel shows (``asked_key``), and whether that is settled.

    Nothing without a cell. While the engine gets ready it is not settled.
    """
    row = data.row_of.get((shown or "").partition("|")[0])
    if row is None:
        return [], True
    choice = choice_of(view)
    title = html.H3(words("gaps.clock.title"))
    if not data.run.snapped()[row]:
        return [title, html.P(words("gaps.clock.not_linked"), className="muted")], True
    try:
        found = gaps_live.clock(data, data.cell_ids[row], choice)
    except (AccessError, RunError) as problem:
        settled = not (isinstance(problem, RunError) and problem.kind == GETTING_READY)
        return [title, html.P(gaps_live.why_not(problem, words), className="muted")], settled
    chart = clock_chart(
        found.departure_s, np.asarray(found.reached, dtype=np.float64), found.known, data, choice, words
    )
    return [title, _chart(chart, words, "gaps-clock-chart", 230)], True


def charts(data: RunData, view: View, words: Words) -> list[Component]:
    """Return the charts and the ranking of a view."""
    gaps_live.prepare(data)
    choice = choice_of(view)
    try:
        access_of(data, choice)
    except RunError as problem:
        return problem_block(problem, words)
    deciles, curves, spread = (
        make(data, choice, words) for make in (decile_chart, curves_chart, spread_chart)
    )
    key = "|".join((choice.service, choice.period, str(choice.cutoff_min), ""))
    return [
        html.Div(
            [
                _section(
                    "gaps.title.deciles",
                    deciles,
                    "gaps-deciles",
                    words,
                    f"mean_access|{key}|decile_1",
                    wide=True,
                ),
                _section("gaps.title.curves", curves, "gaps-curves", words, f"gini|{key}|all", height_px=360),
                _section("gaps.title.spread", spread, "gaps-spread", words, ""),
                _ranking(data, choice, words, key),
            ],
            className="gaps-charts",
        )
    ]


def _section(
    title: str,
    chart: Chart | None,
    name: str,
    words: Words,
    how: str,
    height_px: int = 320,
    *,
    wide: bool = False,
) -> Component:
    button: list[Any] = [" ", _how(how, words(title), words)] if how and chart is not None else []
    inside = (
        _chart(chart, words, name, height_px)
        if chart is not None
        else html.P(words(f"{title}_absent"), className="muted")
    )
    return html.Section([_titled(words(title), button), inside], className="gaps-wide" if wide else "")


def _how(number: str, what: str, words: Words) -> Component:
    """Return the "?" of a number, named after what it stands beside."""
    button = how_button(number, words)
    setattr(button, "aria-label", words("gaps.how", button=words("how.button"), what=what))
    return button


def _titled(title: str, button: list[Any]) -> Component:
    """Return a heading with its button beside it, not in it: a heading is read out as one name."""
    return html.Div([html.H2(title), *button], className="gaps-title")


def _chart(chart: Chart, words: Words, name: str, height_px: int) -> Component:
    return chart_block(chart.figure, chart.sentence, chart.table, words, name, height_px)


def _ranking(data: RunData, choice: Choice, words: Words, key: str) -> Component:
    table = table_block(ranking_table(data, choice, words))
    inside = table if table is not None else html.P(words("gaps.title.ranking_absent"), className="muted")
    button: list[Any] = (
        [" ", _how(f"mean_access|{key}|{choice.group}", words("gaps.title.ranking"), words)]
        if table is not None
        else []
    )
    return html.Section([_titled(words("gaps.title.ranking"), button), inside], className="gaps-wide")


def grid(data: RunData, view: View, words: Words) -> list[Component]:
    """Return the table of all cells."""
    choice = choice_of(view)
    cell_map, values = map_of(data, choice, words)
    frame = grid_frame(data, choice, cell_map, values)
    hint = html.P(words("gaps.grid.hint"), className="muted")
    made = cell_grid(
        frame, view.cell, value_name(choice, cell_map, words.texts), words, catalogue_names(data, words)
    )
    return [hint, html.Div(made, role="region", **aria(label=words("gaps.grid.label")))]


def found(data: RunData, text: str, words: Words) -> list[dict[str, Any]]:
    """Return what a search finds, as options of the search box; several of one name tell where each lies.

    A place outside the area of the run is told and cannot be chosen.
    """
    text = text.strip()[:LONGEST_SEARCH]
    if len(text) < 2:
        return []
    return [
        {
            "value": f"{place.cell_id}#{number}",
            "label": place_label(place, words),
            "disabled": place.outside or place.cell_id not in data.row_of,
        }
        for number, place in enumerate(gaps_live.places(data, text))
    ]
