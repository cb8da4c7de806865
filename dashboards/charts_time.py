"""A number over time: a point a snapshot with its range, a sentence, and the same as a table.

A snapshot that lacks the number leaves a gap in the line; the table says why.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from access.report_numbers import figure as figure_words
from access.report_numbers import range_words, value_words, with_range
from access.report_tables import Table
from dashboards.charts import BLUE, INK, Chart, plain_figure
from dashboards.time_numbers import Point
from dashboards.time_words import short_day
from dashboards.words import Words

#: Units whose axis is written in percent.
_SHARE = "share"
_ROOM = 0.08


def series_chart(points: Sequence[Point], name: str, words: Words) -> Chart | None:
    """Return a number over time; None where no snapshot has it."""
    known = [point for point in points if _value(point) is not None]
    if not known:
        return None
    unit = known[0].number.unit if known[0].number else ""
    figure = plain_figure(words)
    figure.add_trace(
        go.Scatter(
            x=[_day(point) for point in points],
            y=[_value(point) for point in points],
            mode="lines+markers",
            connectgaps=False,
            line={"color": BLUE, "width": 2.5},
            marker={"color": BLUE, "size": 9},
            error_y=_ranges(points),
            customdata=[_told(point, words) for point in points],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    # Days of snapshots, in words of the language: at most seven, or they would lie on each other.
    shown = _spread(points)
    figure.update_xaxes(
        type="date",
        tickvals=[_day(point) for point in shown],
        ticktext=[short_day(point.day, words) for point in shown],
        tickangle=-35,
        title_text="",
    )
    _axis_of_values(figure, known, unit, words)
    return Chart(figure, sentence_of(points, name, words), _table(points, name, words))


def sentence_of(points: Sequence[Point], name: str, words: Words) -> str:
    """Say from where to where the number went, and since when."""
    known = [point for point in points if _value(point) is not None]
    if not known:
        return words("time.chart.none", name=name)
    first, last = known[0], known[-1]
    values = {
        "name": name,
        "first": value_words(first.number, words.texts),
        "last": _with_known_range(last, words),
        "from_day": short_day(first.day, words),
        "to_day": short_day(last.day, words),
    }
    if len(known) == 1:
        return words("time.chart.once", **values)
    key = "same" if values["first"] == value_words(last.number, words.texts) else "moved"
    return words(f"time.chart.{key}", n=words.number(len(known)), **values)


def _table(points: Sequence[Point], name: str, words: Words) -> Table:
    texts = words.texts
    rows = tuple(
        (
            short_day(point.day, words),
            value_words(point.number, texts),
            range_words(point.number, texts),
            texts.number(point.number.covered_population) if point.number else texts("range.none"),
        )
        for point in points
    )
    columns = (
        words("time.column.day"),
        texts("table.value"),
        texts("table.range"),
        texts("table.counted"),
    )
    return Table(name, columns, rows, note=words("time.chart.table_note"), word_columns=(2,))


def _value(point: Point) -> float | None:
    number = point.number
    return number.value if number is not None and math.isfinite(number.value) else None


def _day(point: Point) -> str:
    return str(point.day)


def _told(point: Point, words: Words) -> str:
    return words("time.chart.point", day=short_day(point.day, words), value=_with_known_range(point, words))


def _with_known_range(point: Point, words: Words) -> str:
    """Write the value, with its range where that is known."""
    has_range = point.number is not None and point.number.has_range
    return (with_range if has_range else value_words)(point.number, words.texts)


def _ranges(points: Sequence[Point]) -> dict[str, object] | None:
    """Ends of the ranges as distances from the values; None where no snapshot has one."""
    numbers = [point.number if _value(point) is not None else None for point in points]
    if not any(number is not None and number.has_range for number in numbers):
        return None
    up = [max(0.0, n.high - n.value) if n is not None and n.has_range else 0.0 for n in numbers]
    down = [max(0.0, n.value - n.low) if n is not None and n.has_range else 0.0 for n in numbers]
    return {"type": "data", "array": up, "arrayminus": down, "color": INK, "thickness": 1.5, "width": 4}


def _axis_of_values(figure: go.Figure, known: Sequence[Point], unit: str, words: Words) -> None:
    """Write the axis as the values are written; it starts at 0 unless what moves would not be seen then.

    It starts higher where all values and ranges lie within the upper half: the words under the chart say so.
    """
    ends = [end for point in known if point.number is not None for end in _ends(point)]
    low, high = min(ends), max(ends)
    room = _ROOM * ((high - low) or abs(high) or 1.0)
    start = low - room if low < 0 or low > high / 2 else 0.0
    figure.update_yaxes(range=[start, high + room], rangemode="normal", zeroline=low < 0)
    if unit.partition(",")[0] == _SHARE:
        steps = [start + k * (high + room - start) / 4 for k in range(5)]
        figure.update_yaxes(
            tickvals=steps, ticktext=[figure_words(step, unit, words.texts) for step in steps]
        )


def starts_at_zero(points: Sequence[Point]) -> bool:
    """Say whether the axis of a chart starts at 0, or somewhere below it."""
    ends = [end for point in points if _value(point) is not None for end in _ends(point)]
    return not ends or min(ends) < 0 or min(ends) <= max(ends) / 2


def _ends(point: Point) -> tuple[float, ...]:
    number = point.number
    if number is None:
        return ()
    return (number.value, number.low, number.high) if number.has_range else (number.value,)


def _spread(points: Sequence[Point], most: int = 7) -> list[Point]:
    """Return at most so many of the points, spread over all, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    step = (len(points) - 1) / (most - 1)
    return [points[round(k * step)] for k in range(most)]
