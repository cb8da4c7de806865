"""Charts of the page Segregation: groups apart at home, chance, distance, whom one can reach, schools.

Each is a figure, a sentence that says what it shows, and its numbers as a table. Symbols differ besides
colours. A number that is not defined or hidden has no mark; the table says why.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from access.indicator_registry import registry
from access.report_data import Run
from access.report_findings import service_label
from access.report_numbers import Number, range_words, value_words, with_range
from access.report_section import group_label
from access.report_segregation import KERNELS
from access.report_tables import Table
from dashboards.charts import BLUE, GREY, INK, PINK, Chart, plain_figure
from dashboards.words import Words

TEAL = "#00695c"
#: Colour and symbol of each series, in order; symbols tell them apart in print and for colour-blind readers.
_LOOKS = ((BLUE, "circle"), (PINK, "square"), (TEAL, "diamond"), (INK, "cross"))
#: Indices that have a value in a shuffled city.
WITH_CHANCE = (
    "segregation_rank_order",
    "segregation_information",
    "segregation_poverty_tail",
    "segregation_affluence_tail",
)
_PIXELS_A_ROW, _LETTERS_A_LINE = 34, 32


class Series(NamedTuple):
    """One mark a group: its name, and its number by group."""

    name: str
    numbers: dict[str, Number]


def group_chart(run: Run, words: Words) -> Chart | None:
    """Dissimilarity of each group; None where no group has one."""
    series = [Series("", _by_group(run.numbers.of("segregation_dissimilarity")))]
    return _dots(series, "groups", "segregation_dissimilarity", words)


def chance_chart(run: Run, words: Words) -> Chart | None:
    """Indices of the city beside those of a shuffled one; None where the run has no such pair."""
    texts = words.texts
    rows: list[tuple[str, Number, Number]] = []
    for name in WITH_CHANCE:
        number, chance = run.numbers.one(name, group="all"), run.numbers.one(f"{name}_bias")
        if number is not None and chance is not None and math.isfinite(number.value + chance.value):
            rows.append((plain_index(name, words), number, chance))
    if not rows:
        return None
    figure = plain_figure(words, x_title=_wrapped(words("segregation.chart.chance_axis")))
    names = [name for name, _, _ in rows]
    looks = {"city": (BLUE, "circle"), "shuffled": (GREY, "diamond-open")}
    for (key, (colour, symbol)), numbers in zip(
        looks.items(), ([row[1] for row in rows], [row[2] for row in rows]), strict=True
    ):
        figure.add_trace(
            _marks(words(f"segregation.chart.chance_{key}"), names, numbers, colour, symbol, words)
        )
    _by_name(figure, names)
    first_name, first, by_chance = rows[0]
    sentence = words(
        "segregation.chart.chance",
        index=first_name,
        value=value_words(first, texts),
        chance=value_words(by_chance, texts),
    )
    keys = ("index", "value", "by_chance", "range", "counted")
    table = Table(
        words("segregation.part.chance"),
        tuple(texts(f"table.{key}") for key in keys),
        tuple(
            (
                name,
                value_words(number, texts),
                value_words(chance, texts),
                range_words(number, texts),
                texts.number(number.covered_population),
            )
            for name, number, chance in rows
        ),
        word_columns=(3,),
    )
    return Chart(figure, sentence, table)


def profile_chart(run: Run, words: Words) -> Chart | None:
    """Segregation of the surroundings by radius; None where the run has fewer than two radii."""
    texts = words.texts
    known = {radius_m(n): n for n in run.numbers.of("segregation_information_profile")}
    rows = [(r, known[r]) for r in sorted(known) if r > 0 and math.isfinite(known[r].value)]
    if len(rows) < 2:
        return None
    names = [_metres(r, words) for r, _ in rows]
    figure = plain_figure(
        words, x_title=words("segregation.chart.profile_axis"), y_title=words("segregation.chart.profile_y")
    )
    values = [number.value for _, number in rows]
    figure.add_trace(
        go.Scatter(
            x=names,
            y=values,
            mode="lines+markers+text",
            text=[value_words(number, texts) for _, number in rows],
            textposition="top center",
            cliponaxis=False,
            line={"color": BLUE, "width": 2.5},
            marker={"size": 9},
            error_y=_errors([number for _, number in rows]),
            hovertemplate="%{x}: %{text}<extra></extra>",
        )
    )
    figure.update_xaxes(type="category")
    figure.update_yaxes(range=[0, max(values) * 1.2])
    sentence = words(
        "segregation.chart.profile",
        first=value_words(rows[0][1], texts),
        near=names[0],
        last=value_words(rows[-1][1], texts),
        far=names[-1],
    )
    table = Table(
        registry()["segregation_information_profile"].title.of(texts.language),
        (words("segregation.chart.radius"), texts("table.value"), texts("table.range")),
        tuple(
            (name, value_words(number, texts), range_words(number, texts))
            for name, (_, number) in zip(names, rows, strict=True)
        ),
        word_columns=(2,),
    )
    return Chart(figure, sentence, table)


def mix_chart(run: Run, words: Words) -> Chart | None:
    """Income mix of the people within reach of each group, by way of reaching."""
    return _dots(_of_kernels(run, "mix_of_reach_people", words), "mix", "mix_of_reach_people_transit", words)


def extremes_chart(run: Run, words: Words) -> Chart | None:
    """Poor or affluent within reach of each group, by way of reaching."""
    series = _of_kernels(run, "extremes_in_reach", words)
    return _dots(series, "extremes_in_reach", "extremes_in_reach_transit", words, axis="extremes_axis")


def isolation_chart(run: Run, words: Words) -> Chart | None:
    """Share of its own group within reach of each group, beside its share of the city."""
    series = _of_kernels(run, "segregation_reach_isolation", words)
    share = Series(words("segregation.chart.own_share"), _by_group(run.numbers.of("segregation_group_share")))
    has_any = any(each.numbers for each in series)
    return _dots(
        [*series, share] if has_any else [], "isolation", "segregation_reach_isolation_transit", words
    )


def school_chart(run: Run, indicator: str, words: Words) -> Chart | None:
    """Schools in reach, their mix, or the share of one's own group, by income tenth and kind of school."""
    numbers = run.numbers.of(indicator)
    kinds = dict.fromkeys((n.service, n.period, n.cutoff_min) for n in numbers)
    series = [
        Series(
            words.texts.capital(service_label(run, kind[0], words.texts)),
            _by_group([n for n in numbers if (n.service, n.period, n.cutoff_min) == kind]),
        )
        for kind in kinds
    ]
    minutes = next((cutoff for _, _, cutoff in kinds if cutoff is not None), None)
    return _dots(series, indicator, indicator, words, minutes=words.number(minutes))


def plain_index(indicator: str, words: Words) -> str:
    """Name of an index of ``WITH_CHANCE`` in plain words."""
    return words(f"segregation.index.{indicator.removeprefix('segregation_')}")


def radius_m(number: Number) -> float:
    """Return the radius of a row of the profile, from ``within 500 m``; 0 for another group."""
    text = number.group.removeprefix("within ").removesuffix(" m")
    return float(text) if text.isdigit() else 0.0


def group_name(group: str, words: Words) -> str:
    """Name of a group, short for income tenths."""
    if group.startswith("decile_"):
        n = group.removeprefix("decile_")
        end = {"1": "poorest", "10": "richest"}.get(n, "tenth")
        return words(f"segregation.chart.{end}", n=n) if end == "tenth" else words(f"segregation.chart.{end}")
    return words.texts.capital(group_label(group, words.texts))


def _of_kernels(run: Run, name: str, words: Words) -> list[Series]:
    return [
        Series(
            words.texts.capital(words(f"segregation.kernel.{kernel}")),
            _by_group(run.numbers.of(f"{name}_{kernel}")),
        )
        for kernel in KERNELS
    ]


def _by_group(numbers: Sequence[Number]) -> dict[str, Number]:
    return {number.group: number for number in numbers if number.group != "all"}


def _dots(
    series: Sequence[Series], key: str, indicator: str, words: Words, axis: str = "", **values: str
) -> Chart | None:
    """Return one mark a group and series, groups from top to bottom; None where nothing can be shown."""
    shown = [each for each in series if any(math.isfinite(n.value) for n in each.numbers.values())]
    groups = list(dict.fromkeys(group for each in shown for group in each.numbers))
    if not shown:
        return None
    names = [group_name(group, words) for group in groups]
    figure = plain_figure(words, x_title=_wrapped(words(f"segregation.chart.{axis or f'{key}_axis'}")))
    for (colour, symbol), each in zip(_LOOKS, shown, strict=False):
        here = [
            (name, each.numbers[group])
            for name, group in zip(names, groups, strict=True)
            if group in each.numbers and math.isfinite(each.numbers[group].value)
        ]
        figure.add_trace(
            _marks(each.name, [n for n, _ in here], [number for _, number in here], colour, symbol, words)
        )
    _by_name(figure, names)
    figure.update_layout(showlegend=len(shown) > 1)
    if key == "extremes_in_reach":
        figure.update_xaxes(rangemode="normal", zeroline=True, zerolinewidth=2)
    table = _table(shown, groups, names, registry()[indicator].title.of(words.texts.language), words)
    sentence = words(
        f"segregation.chart.{key}", extremes=_extremes(shown[0], words, named=len(shown) > 1), **values
    )
    return Chart(figure, sentence, table)


def _marks(
    name: str, rows: Sequence[str], numbers: Sequence[Number], colour: str, symbol: str, words: Words
) -> go.Scatter:
    return go.Scatter(
        x=[number.value for number in numbers],
        y=list(rows),
        name=name,
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 1.5, "color": colour}},
        error_x=_errors(numbers),
        text=[with_range(number, words.texts) for number in numbers],
        hovertemplate="%{y}: %{text}<extra>" + name + "</extra>",
    )


def _errors(numbers: Sequence[Number]) -> dict[str, object] | None:
    """Ends of the ranges as distances from the numbers; None where no number has one."""
    if not any(number.has_range for number in numbers):
        return None
    up = [max(0.0, n.high - n.value) if n.has_range else 0.0 for n in numbers]
    down = [max(0.0, n.value - n.low) if n.has_range else 0.0 for n in numbers]
    return {"type": "data", "array": up, "arrayminus": down, "color": INK, "thickness": 1.5, "width": 4}


def _by_name(figure: go.Figure, names: Sequence[str]) -> None:
    """Rows from top to bottom in the order given; the x axis starts at 0 unless values lie below."""
    figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=list(reversed(names)), tickformat=None
    )
    figure.update_xaxes(rangemode="tozero", tickformat=",~r")


def height_px(chart: Chart) -> int:
    """Height in which the rows of a chart are easy to tell apart."""
    rows = len(chart.table.rows) if chart.table is not None else 5
    return max(260, 130 + _PIXELS_A_ROW * rows)


def _table(
    series: Sequence[Series], groups: Sequence[str], names: Sequence[str], caption: str, words: Words
) -> Table:
    texts = words.texts
    columns = [each.name or texts("table.value") for each in series]
    rows = tuple(
        (name, *(_cell(each.numbers.get(group), words) for each in series))
        for name, group in zip(names, groups, strict=True)
    )
    return Table(caption, (words("segregation.chart.group"), *columns), rows)


def _cell(number: Number | None, words: Words) -> str:
    if number is None:
        return words.texts("range.none")
    return with_range(number, words.texts) if number.has_range else value_words(number, words.texts)


def _extremes(series: Series, words: Words, *, named: bool) -> str:
    """Say which group has most and which least, after the name of the series if there are several.

    Equal values: the first. Nothing of a single group.
    """
    known = [n for n in series.numbers.values() if math.isfinite(n.value)]
    if len(known) < 2:
        return ""
    high, low = max(known, key=lambda n: n.value), min(known, key=lambda n: n.value)
    told = words(
        "segregation.chart.extremes",
        high_group=group_label(high.group, words.texts),
        high=value_words(high, words.texts),
        low_group=group_label(low.group, words.texts),
        low=value_words(low, words.texts),
    )
    told = words("segregation.chart.of_series", series=series.name, told=told) if named else told
    return words.texts.capital(told)


def _wrapped(title: str) -> str:
    """Break the title of an axis into lines that a narrow screen can hold."""
    return "<br>".join(textwrap.wrap(title, _LETTERS_A_LINE))


def _metres(radius: float, words: Words) -> str:
    km = radius / 1000
    if radius >= 1000:
        return f"{words.number(km, 0 if km == round(km) else 1)}\u00a0km"
    return f"{words.number(radius)}\u00a0m"
