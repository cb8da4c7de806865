"""Winners and losers by tenth of income as bars to both sides of a zero line."""

from __future__ import annotations

import math
from typing import NamedTuple

import plotly.graph_objects as go

from access.comparison_reader import ScenarioRead
from access.report_scenario_numbers import group_words
from access.report_scenario_winners import access_rows, per_resident, words_at
from access.report_tables import Table
from dashboards.words import Words

GAIN_COLOUR, LOSS_COLOUR = "#2a69a8", "#b35a0c"
#: Height of one group, and of title, axis and legend together.
GROUP_PX, AROUND_PX = 30, 130


class WinnersChart(NamedTuple):
    """The figure, what it says in a sentence, its table, and its height."""

    figure: go.Figure
    sentence: str
    table: Table
    height_px: int


def winners_chart(read: ScenarioRead, words: Words) -> WinnersChart | None:
    """Draw gain and loss per resident: everybody, then the tenths of income from the poorest.

    Gains go right and losses left; losses carry a pattern, so that the sides can be told without colours.
    None where no group has data. Numbers that are hidden (few residents) have no bar and a dash in the table.
    """
    texts = words.texts
    pairs = {group: per_resident(row) for group, row in access_rows(read).items()}
    tenths = [f"decile_{n}" for n in range(1, 11) if f"decile_{n}" in pairs]
    shown = [group for group in ("all", *tenths) if group in pairs]
    if not any(math.isfinite(value) for group in shown for value in pairs[group]):
        return None
    labels = [texts.capital(group_words(group, texts)) for group in shown]
    gains, losses = ([pairs[group][side] for group in shown] for side in (0, 1))
    at = words_at(read, texts)
    figure = go.Figure(
        [
            _bars(labels, gains, 1, texts("scenario.chart_gain"), GAIN_COLOUR, "", words),
            _bars(labels, losses, -1, texts("scenario.chart_loss"), LOSS_COLOUR, "/", words),
        ]
    )
    figure.update_layout(
        template="plotly_white",
        barmode="overlay",
        bargap=0.3,
        font={"family": "system-ui, sans-serif", "size": 13, "color": "#1a1a1a"},
        margin={"l": 10, "r": 10, "t": 10, "b": 40},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        separators=", " if words.language == "fr" else ".,",
        xaxis={"zeroline": True, "zerolinecolor": "#1a1a1a", "zerolinewidth": 2, "fixedrange": True},
        yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True},
        dragmode=False,
    )
    rows = tuple(
        (label, _words(gain, words), _words(loss, words))
        for label, gain, loss in zip(labels, gains, losses, strict=True)
    )
    caption = texts("scenario.chart_title", **at)
    columns = (texts("table.group"), texts("scenario.column.gain"), texts("scenario.column.loss"))
    sentence = f"{caption}. {words('what_if.result.winners_sentence')}"
    height = AROUND_PX + GROUP_PX * len(shown)
    return WinnersChart(figure, sentence, Table(caption, columns, rows), height)


def _bars(
    labels: list[str], values: list[float], sign: int, name: str, colour: str, pattern: str, words: Words
) -> go.Bar:
    known = [value if math.isfinite(value) else 0.0 for value in values]
    return go.Bar(
        y=labels,
        x=[sign * value for value in known],
        orientation="h",
        name=name,
        text=[_bar_words(value, sign, words) for value in values],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="none",
        marker={"color": colour, "pattern": {"shape": pattern, "fgcolor": "#ffffff", "size": 6}},
    )


def _bar_words(value: float, sign: int, words: Words) -> str:
    if not math.isfinite(value) or value == 0:
        return ""
    return f"{'+' if sign > 0 else chr(0x2212)}{words.texts.amount(value)}"


def _words(value: float, words: Words) -> str:
    return words.texts("range.none") if math.isnan(value) else words.texts.amount(value)
