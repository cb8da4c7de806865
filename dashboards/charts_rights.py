"""Charts of rights: who lacks a right, group by group; how many lack several; when rights are lost.

Each returns the figure, a sentence that says what it shows, and the table with the same numbers. A number
that the run hides, since few residents are concerned, has no bar; the table says why.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from access.report_data import Run
from access.report_numbers import Number, range_words, value_words
from access.report_rights_words import (
    baskets,
    beside,
    catalogue_label,
    judged_residents,
    n_judged,
    n_lacking,
    right_label,
)
from access.report_section import group_label
from access.report_tables import Table
from dashboards.words import Words

#: With fewer rights judged nobody can be said to lack several, or none, of a catalogue; as in the report.
FEWEST_JUDGED = 2
INK, BLUE, PINK, GREY = "#1a1a1a", "#364fc7", "#c2006b", "#8a8a8a"
FONT = "system-ui, 'DejaVu Sans', 'Segoe UI', Roboto, sans-serif"


_SHARE_STEPS, _MOST_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2), 6


class Chart(NamedTuple):
    """A figure, what it shows in a sentence, and its numbers as a table."""

    figure: go.Figure
    sentence: str
    table: Table


def right_by_group(run: Run, right: str, words: Words) -> Chart | None:
    """Share of each group that lacks a right; None where the run has no numbers by group.

    The table also has the residents and the depth: how much of what the right asks for is missing, averaged
    over all who are judged.
    """
    numbers = _by_group(run.numbers.of("right_headcount", standard=right))
    if not numbers:
        return None
    texts = words.texts
    rows = []
    for number in numbers:
        residents, depth = beside(run, "right_residents", number), beside(run, "right_depth", number)
        rows.append(
            (
                texts.capital(group_label(number.group, texts)),
                value_words(number, texts),
                range_words(number, texts),
                value_words(residents, texts),
                range_words(residents, texts),
                _depth_words(depth, words),
                texts.number(number.covered_population),
            )
        )  # fmt: skip
    label = right_label(run, right, texts)
    keys = ("group", "share", "range", "residents", "range", "depth", "judged")
    table = Table(
        words("rights.by_group_caption", right=label),
        tuple(words(f"rights.column.{key}") for key in keys),
        tuple(rows),
        note=words("rights.by_group_note"),
        word_columns=(2, 4),
    )
    sentence = words("rights.by_group_chart", right=label)
    return Chart(_bars(numbers, words, share=True), f"{sentence} {gap_words(numbers, words)}".strip(), table)


def basket_by_group(run: Run, catalogue: str, words: Words) -> Chart | None:
    """How many rights of a catalogue each group lacks on average; None where the run does not say."""
    numbers = _by_group(run.numbers.of("basket_mean", standard=catalogue))
    if not numbers:
        return None
    texts = words.texts
    rows = tuple(
        (
            texts.capital(group_label(number.group, texts)),
            value_words(number, texts),
            range_words(number, texts),
            texts.number(number.covered_population),
        )
        for number in numbers
    )
    label = catalogue_label(run, catalogue, texts)
    columns = tuple(words(f"rights.column.{key}") for key in ("group", "lacking_mean", "range", "judged"))
    table = Table(words("rights.basket_by_group_caption", catalogue=label), columns, rows, word_columns=(2,))
    sentence = words("rights.basket_by_group_chart", catalogue=label)
    return Chart(_bars(numbers, words, share=False), f"{sentence} {gap_words(numbers, words)}".strip(), table)


def several_chart(run: Run, catalogue: str, words: Words) -> Chart | None:
    """Residents by how many rights of a catalogue they lack at once.

    None where the run does not say, or fewer than two of the rights could be judged: to lack none of one
    right is not to lack none of the catalogue.
    """
    numbers = baskets(run).get(catalogue, [])
    if not numbers or n_judged(numbers) < FEWEST_JUDGED:
        return None
    texts = words.texts
    names = [_lacking_words(n_lacking(number), words) for number in numbers]
    rows = tuple(
        (name, value_words(number, texts), range_words(number, texts))
        for name, number in zip(names, numbers, strict=True)
    )
    label = catalogue_label(run, catalogue, texts)
    columns = tuple(words(f"rights.column.{key}") for key in ("lacking", "residents", "range"))
    table = Table(
        words("rights.several_caption", catalogue=label),
        columns,
        rows,
        note=texts("table.basket_note"),
        word_columns=(2,),
    )
    # Those who lack none are often nearly all: their bar would leave nothing to see of the others.
    lacking = [number for number in numbers if n_lacking(number) > 0]
    figure = go.Figure(
        go.Bar(
            x=[_lacking_words(n_lacking(number), words) for number in lacking],
            y=[_or_none(number.value) for number in lacking],
            error_y=_whiskers(lacking),
            marker={"color": BLUE},
            text=[value_words(number, texts) for number in lacking],
            textposition="none",
            hovertemplate="%{x}: %{text}<extra></extra>",
        )
    )
    figure.update_layout(
        **_layout(words), yaxis_title=words("rights.column.residents"), yaxis_rangemode="tozero"
    )
    figure.update_yaxes(tickformat=",d", gridcolor="#e2e2e2")
    figure.update_xaxes(type="category", title=words("rights.column.lacking"))
    sentence = words("rights.several_chart", catalogue=label)
    return Chart(figure, f"{sentence} {_none_lacking(numbers, words)}".strip(), table)


def gap_words(numbers: Sequence[Number], words: Words) -> str:
    """Say how poorest and richest tenth differ, if their ranges allow to say so; empty without both."""
    of_group = {number.group: number for number in numbers}
    poor, rich = of_group.get("decile_1"), of_group.get("decile_10")
    if poor is None or rich is None or not math.isfinite(poor.value - rich.value):
        return ""
    told = words("rights.gap", poorest=value_words(poor, words.texts), richest=value_words(rich, words.texts))
    if not (poor.has_range and rich.has_range):
        return f"{told} {words.texts('groups.gap_not_quantified')}"
    if poor.low <= rich.high and rich.low <= poor.high:
        return f"{told} {words('rights.gap_withheld')}"
    return told


def _depth_words(depth: Number | None, words: Words) -> str:
    """Write a depth as a number from 0 to 1, so that it is not taken for a share of residents."""
    if depth is None or not math.isfinite(depth.value):
        return value_words(depth, words.texts)
    return words.number(depth.value, 2)


def _by_group(numbers: Sequence[Number]) -> list[Number]:
    """Return one number a group: everybody, income tenths from the poorest, groups of the census."""

    def place(number: Number) -> tuple[int, int]:
        if number.group == "all":
            return 0, 0
        tenth = number.group.removeprefix("decile_")
        return (1, int(tenth)) if tenth.isdigit() else (2, 0)

    first: dict[str, Number] = {}
    for number in numbers:
        first.setdefault(number.group, number)
    return sorted(first.values(), key=place)


def _bars(numbers: Sequence[Number], words: Words, *, share: bool) -> go.Figure:
    """Draw one bar a group, everybody on top, with whiskers where there is a range."""
    texts = words.texts
    names = [texts.capital(group_label(number.group, texts)) for number in numbers]
    kinds = [_kind(number) for number in numbers]
    figure = go.Figure(
        go.Bar(
            x=[_or_none(number.value) for number in numbers],
            y=names,
            orientation="h",
            error_x=_whiskers(numbers),
            marker={
                "color": [{"all": GREY, "tenth": BLUE, "people": PINK}[kind] for kind in kinds],
                "pattern": {"shape": [{"all": "", "tenth": "", "people": "/"}[kind] for kind in kinds]},
            },
            text=[value_words(number, texts) for number in numbers],
            textposition="none",
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    layout = _layout(words)
    figure.update_layout(**layout, height=90 + 24 * len(numbers))
    figure.update_xaxes(rangemode="tozero", gridcolor="#e2e2e2")
    if share:
        ticks = share_ticks(_most(numbers))
        figure.update_xaxes(tickvals=ticks, ticktext=[_tick_words(tick, ticks, words) for tick in ticks])
    figure.update_xaxes(title=words("rights.axis_share" if share else "rights.axis_mean"))
    figure.update_yaxes(autorange="reversed", automargin=True)
    return figure


def share_ticks(most: float) -> list[float]:
    """Return shares from 0 to about the most, in equal steps that are easy to read; at most seven.

    They are written by the app, since the drawing library sets no space before "%".
    """
    step = next((step for step in _SHARE_STEPS if most / step <= _MOST_STEPS), _SHARE_STEPS[-1])
    return [n * step for n in range(max(1, math.ceil(round(most / step, 6))) + 1) if n * step <= 1 + 1e-9]


def _most(numbers: Sequence[Number]) -> float:
    """Return the largest share, ranges included; 0 where none is known."""
    ends = [end for number in numbers for end in (number.value, number.high)]
    return max((end for end in ends if math.isfinite(end)), default=0.0)


def _tick_words(tick: float, ticks: Sequence[float], words: Words) -> str:
    """Write a share of the axis as the language writes it, all ticks with as many decimals."""
    decimals = 1 if len(ticks) > 1 and ticks[1] < 0.01 - 1e-9 else 0
    sign = "\u202f%" if words.language == "fr" else "%"
    return words.number(100 * tick, decimals) + sign


def _kind(number: Number) -> str:
    if number.group == "all":
        return "all"
    return "tenth" if number.group.startswith("decile_") else "people"


def _whiskers(numbers: Sequence[Number]) -> dict[str, object]:
    """Return whiskers from low to high; none where no range is known, and never backwards."""
    up = [max(0.0, n.high - n.value) if n.has_range else 0.0 for n in numbers]
    down = [max(0.0, n.value - n.low) if n.has_range else 0.0 for n in numbers]
    clean = [[x if math.isfinite(x) else 0.0 for x in ends] for ends in (up, down)]
    return {
        "type": "data", "symmetric": False, "array": clean[0], "arrayminus": clean[1],
        "color": INK, "thickness": 1.5, "width": 4,
    }  # fmt: skip


def _layout(words: Words) -> dict[str, object]:
    return {
        "template": "plotly_white",
        "font": {"family": FONT, "size": 13, "color": INK},
        "margin": {"l": 10, "r": 10, "t": 10, "b": 40},
        "separators": ",\u202f" if words.language == "fr" else ".,",
        "bargap": 0.25,
        "dragmode": False,
        "transition": {"duration": 0},
    }


def _none_lacking(numbers: Sequence[Number], words: Words) -> str:
    """Say how many lack none, whom the chart leaves out; empty where that is hidden or not known."""
    everybody = judged_residents(list(numbers))
    none = next((number for number in numbers if n_lacking(number) == 0), None)
    if none is None or not math.isfinite(none.value) or not everybody:
        return ""
    people = words.texts.plural("residents", none.value)
    return words("rights.several_none", people=people, share=words.percent(none.value / everybody))


def _lacking_words(n: int, words: Words) -> str:
    return words.texts.number(n) if n else words.texts("rights.none_lacking")


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
