"""The panel of the chosen cell: first words at once, clock and reach map by their own callbacks."""

from __future__ import annotations

from typing import Any, NamedTuple

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards import ids
from dashboards.aria import aria
from dashboards.cell_panel_facts import (
    cell_name,
    cell_sentence,
    people_lines,
    reach_table,
    rights_sentence,
    rights_table,
    zone_line,
)
from dashboards.components import table_block
from dashboards.gaps_choice import Choice
from dashboards.gaps_reach import DAY_MIN, STEP_MIN, at_of, is_on
from dashboards.notes_panels import notes_on, to_the_form
from dashboards.run_data import RunData
from dashboards.view import View
from dashboards.words import Words

HEAD, NUMBERS, RIGHTS = "gaps-cell-head", "gaps-cell-numbers", "gaps-cell-rights"
CLOCK, CLOSE, REACH_BUTTON = "gaps-clock", "gaps-cell-close", "gaps-reach-button"
REACH_PART, REACH_CHOICES, REACH_TOLD = "gaps-reach-part", "gaps-reach-choices", "gaps-reach-told"
AT = "at"


class PanelParts(NamedTuple):
    """What the panel holds: its head, its numbers, its rights; the last two are empty without a cell."""

    head: list[Component]
    numbers: list[Component]
    rights: list[Component]


def panel_parts(data: RunData, view: View, choice: Choice, words: Words) -> PanelParts:
    """Return the panel of the cell of a view; the invitation to choose one where there is none."""
    row = data.row_of.get(view.cell)
    if row is None:
        hint = html.P(words("gaps.panel.hint"), className="muted")
        return PanelParts([html.H2(words("gaps.panel.title")), hint], [], [])
    numbers = [
        html.H3(words("gaps.cell.reach_title")),
        *_some(table_block(reach_table(data, row, choice, words))),
    ]
    rights = [html.H3(words("gaps.right.title")), html.P(rights_sentence(data, row, words))]
    table = table_block(rights_table(data, row, words))
    if table is not None:
        rights.append(html.Details([html.Summary(words("gaps.right.open")), table]))
    rights.append(html.P([words("gaps.cell.id"), " ", html.Code(view.cell)], className="muted"))
    rights += [*notes_on(data, "cell", view.cell, words), *to_the_form(data, words)]
    return PanelParts(_head(data, row, choice, words), numbers, rights)


def _head(data: RunData, row: int, choice: Choice, words: Words) -> list[Component]:
    close = html.Button(
        "×", id=CLOSE, className="gaps-cell-close", title=words("gaps.panel.close"),
        **aria(label=words("gaps.panel.close")),
    )  # fmt: skip
    facts = [
        html.Div([html.Dt(line.name), html.Dd([line.text, *_note(line.note)])])
        for line in people_lines(data, row, words)
    ]
    zone = zone_line(data, row, words)
    return [
        html.Div([html.H2(cell_name(data, row, words)), close], className="gaps-cell-title"),
        html.P(cell_sentence(data, row, choice, words), className="gaps-cell-lead"),
        html.Dl(facts, className="gaps-cell-facts"),
        *([html.P(zone, className="gaps-cell-zone")] if zone else []),
    ]


def cell_panel(data: RunData, view: View, choice: Choice, words: Words, *, at_once: bool = True) -> Component:
    """Return the panel with all its places; the clock is filled by a callback of its own.

    Parameters
    ----------
    at_once : bool
        Whether its numbers are at hand; else they too come by a callback.
    """
    parts = panel_parts(data, view, choice, words) if at_once else PanelParts([], [], [])
    return html.Section(
        [
            html.Div(parts.head, id=HEAD, **aria(live="polite")),
            _reach_part(data, view, words),
            html.Div(parts.numbers, id=NUMBERS),
            html.Div(waiting(view, words), id=CLOCK),
            html.Div(parts.rights, id=RIGHTS),
            dcc.Store(id=ids.held("cell"), data=view.cell),
            dcc.Store(id=ids.held("reach"), data="1" if is_on(view) else ""),
        ],
        className="gaps-panel",
        **aria(label=words("gaps.panel.label")),
    )


def waiting(view: View, words: Words) -> list[Component]:
    """Return what stands where the clock of a cell will be; nothing without a cell."""
    if not view.cell:
        return []
    return [html.H3(words("gaps.clock.title")), html.P(words("gaps.clock.waiting"), className="muted")]


def _reach_part(data: RunData, view: View, words: Words) -> Component:
    """The button that shows what can be reached from the cell, and the slider over the day."""
    on = is_on(view)
    button = html.Button(
        words("gaps.reach.open"), id=REACH_BUTTON, className="wide-button",
        **aria(pressed="true" if on else "false"),
    )  # fmt: skip
    hours = [{"value": hour * 60, "label": words.texts.clock(hour * 3600)} for hour in range(0, 24, 6)]
    slider = dmc.Slider(
        id=ids.control(AT), min=0, max=DAY_MIN - STEP_MIN, step=STEP_MIN, value=at_of(view, data.run),
        marks=hours, label=None, thumbLabel=words("gaps.reach.when"), updatemode="mouseup",
        className="at-slider",
    )  # fmt: skip
    # What ``assets/gaps.js`` shows while the engine is asked.
    computing: dict[str, Any] = {"data-computing": words("gaps.reach.computing")}
    choices = html.Div(
        [
            html.P(words("gaps.reach.when"), className="control-label"),
            slider,
            html.P(id=REACH_TOLD, className="reach-told", role="status", **computing),
        ],
        id=REACH_CHOICES,
        hidden=not on,
    )
    return html.Div([button, choices], id=REACH_PART, className="reach-part", hidden=not view.cell)


def _note(text: str) -> list[Component]:
    return [html.Small(text)] if text else []


def _some(block: Component | None) -> list[Component]:
    return [] if block is None else [block]
