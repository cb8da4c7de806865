"""Charts of the page Gaps: bars by income tenth, curves of shares, who reaches how much.

Each is a figure, a sentence that says what it shows, and the same numbers as a table. Colours stay apart in
grey and with every common colour blindness; lines differ in their dashes too.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from access.equity_curves import ShareCurve, concentration_curve, lorenz_curve
from access.report_charts import N_DECILES
from access.report_classes import weighted_mean, weighted_median
from access.report_findings import period_label, service_label
from access.report_inequality import CURVES, N_POINTS, curve
from access.report_numbers import Number, range_words
from access.report_tables import Table
from dashboards.gaps_choice import (
    Choice,
    FloatArray,
    access_of,
    group_name,
    is_own_percentile,
    residents_of,
    rounded,
    run_of,
)
from dashboards.run_data import RunData
from dashboards.words import Words

BLUE, PINK, GREY, INK = "#364fc7", "#c2006b", "#6b6b6b", "#1a1a1a"
LINES = {"lorenz": (BLUE, "solid"), "concentration": (PINK, "dash")}
_TENTHS = np.linspace(0.1, 1.0, 10)
#: Bars of the distribution, at most.
MOST_BARS = 12
#: Steps of an axis of shares, at most.
N_TICKS = 5


class Chart(NamedTuple):
    """A figure, what it says in a sentence, and its numbers."""

    figure: go.Figure
    sentence: str
    table: Table | None


def decile_chart(data: RunData, choice: Choice, words: Words) -> Chart | None:
    """Mean access by income tenth with the range of each; None where no tenth has a value."""
    texts, run, access = words.texts, run_of(data, choice), access_of(data, choice)
    counts = [residents_of(data, f"decile_{n}").people for n in range(1, N_DECILES + 1)]
    rows = [_decile_number(data, choice, n) for n in range(1, N_DECILES + 1)]
    # The run counted everybody; its cells leave out tenths that are not shown since few people live there.
    means = [
        weighted_mean(access, np.nan_to_num(count)) if row is None else row.value
        for count, row in zip(counts, rows, strict=True)
    ]
    if not np.isfinite(means).any():
        return None
    overall = weighted_mean(access, data.residents)
    service = service_label(run, choice.service, texts)
    poorest = np.where(np.isfinite(means), means, np.nan)
    names = [words.number(n) for n in range(1, N_DECILES + 1)]
    labels = [rounded(mean, texts) for mean in means]
    ranges = [row if row is not None and row.has_range else None for row in rows]
    up = [row.high - mean if row else 0.0 for row, mean in zip(ranges, means, strict=True)]
    down = [mean - row.low if row else 0.0 for row, mean in zip(ranges, means, strict=True)]
    bars = go.Bar(
        x=names, y=poorest, marker_color=[BLUE, *["#9aa5dc"] * 8, BLUE], text=labels, textposition="inside",
        insidetextanchor="start", textangle=-90, constraintext="none",
        hovertemplate="%{x}: %{text}<extra></extra>",
        error_y={"type": "data", "array": up, "arrayminus": down, "color": INK, "thickness": 1.5, "width": 4}
        if any(ranges) else None,
        textfont={"size": 12, "color": ["#ffffff", *[INK] * 8, "#ffffff"]},
    )  # fmt: skip
    figure = plain_figure(words, y_title=texts.capital(service), x_title=words("gaps.chart.tenths_axis"))
    figure.add_trace(bars)
    figure.update_xaxes(type="category", tickangle=0)
    if math.isfinite(overall):
        figure.add_hline(
            y=overall, line={"color": GREY, "dash": "dot", "width": 1.5},
            annotation={"text": words("gaps.chart.mean", n=rounded(overall, texts)), "font_size": 12},
            annotation_position="top left",
        )  # fmt: skip
    caption = texts(
        "table.deciles_caption", cutoff=choice.cutoff_min, period=period_label(run, choice.period, texts)
    )
    table = Table(
        f"{texts.capital(service)}: {caption[0].lower()}{caption[1:]}",
        (
            words("gaps.chart.tenth"), words("gaps.chart.mean_column"), texts("table.range"),
            texts("table.residents"),
        ),
        tuple(
            (name, texts.amount(mean), range_words(row, texts), texts.number(_counted(row, count)))
            for name, mean, row, count in zip(names, means, rows, counts, strict=True)
        ),
        word_columns=(2,),
    )  # fmt: skip
    return Chart(figure, _decile_sentence(means, any(ranges), service, choice, words), table)


def _counted(row: Number | None, count: FloatArray) -> float:
    """Return the residents that a mean speaks of: as the run says, else those of the cells."""
    return float(np.nansum(count)) if row is None else row.covered_population


def _decile_number(data: RunData, choice: Choice, n: int) -> Number | None:
    if not is_own_percentile(data, choice):
        return None
    service, cutoff_min, period = choice.headline
    return data.run.numbers.one(
        "mean_access", service=service, period=period, cutoff_min=cutoff_min, group=f"decile_{n}"
    )


def _decile_sentence(means: list[float], has_ranges: bool, service: str, choice: Choice, words: Words) -> str:
    texts = words.texts
    known = [n for n, mean in enumerate(means, start=1) if math.isfinite(mean)]
    low, high = known[0], known[-1]
    sentence = words(
        "gaps.chart.deciles", low=_of_tenth(low, words), high=_of_tenth(high, words), service=service,
        cutoff=choice.cutoff_min, n_low=rounded(means[low - 1], texts),
        n_high=rounded(means[high - 1], texts),
    )  # fmt: skip
    return f"{sentence} {words('gaps.chart.whiskers' if has_ranges else 'gaps.chart.no_whiskers')}"


def _of_tenth(n: int, words: Words) -> str:
    key = f"gaps.the.decile_{n}"
    return words(key) if words.has(key) else words("gaps.the.tenth", n=n)


def curves_chart(data: RunData, choice: Choice, words: Words) -> Chart | None:
    """Return the Lorenz and the concentration curve of a choice; None where there is nothing to share."""
    texts, run = words.texts, run_of(data, choice)
    found = {kind: shares for kind in CURVES if (shares := _curve_of(data, choice, kind)) is not None}
    if not found:
        return None
    steps = np.linspace(0, 1, N_POINTS)
    figure = plain_figure(
        words, x_title=words("gaps.chart.people_axis"), y_title=words("gaps.chart.access_axis"), percent=True
    )
    figure.add_trace(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", line={"color": GREY, "dash": "dot", "width": 1.5},
            name=words("gaps.chart.equal"), hoverinfo="skip",
        )
    )  # fmt: skip
    for kind, shares in found.items():
        colour, dash = LINES[kind]
        figure.add_trace(
            go.Scatter(
                x=steps, y=shares, mode="lines", line={"color": colour, "dash": dash, "width": 2.5},
                name=words(f"gaps.chart.{kind}"),
                customdata=[(words.percent(float(x)), words.percent(float(y)))
                            for x, y in zip(steps, shares, strict=True)],
                hovertemplate=words("gaps.chart.curve_hover") + "<extra></extra>",
            )
        )  # fmt: skip
    rows = tuple(
        (
            texts.percent(float(tenth)),
            *(texts.percent(float(shares[round(tenth * (N_POINTS - 1))])) for shares in found.values()),
        )
        for tenth in _TENTHS
    )
    service = service_label(run, choice.service, texts)
    caption = texts(
        "table.curves_caption", service=service, cutoff=choice.cutoff_min,
        period=period_label(run, choice.period, texts),
    )  # fmt: skip
    columns = (texts("table.first_residents"), *(texts(f"table.{kind}_share") for kind in found))
    table = Table(caption, columns, rows, note=texts("table.curves_note"))
    return Chart(figure, _curve_sentence(found, service, choice, words), table)


def _curve_of(data: RunData, choice: Choice, kind: str) -> FloatArray | None:
    """Shares of access at ``N_POINTS`` steps of residents: those of the run, else computed from its cells."""
    if is_own_percentile(data, choice) and (shares := curve(run_of(data, choice), kind)) is not None:
        return shares
    access = access_of(data, choice)
    if kind == "lorenz":
        made = lorenz_curve(access, data.residents)
    else:
        income = data.run.column("income")
        if not np.isfinite(income).any():
            return None
        made = concentration_curve(access, income, data.residents)
    return _at_steps(made)


def _at_steps(made: ShareCurve) -> FloatArray | None:
    if made.covered_population <= 0 or np.isnan(made.access_share).any():
        return None
    steps = np.linspace(0, 1, N_POINTS)
    return np.asarray(np.interp(steps, made.population_share, made.access_share), dtype=np.float64)


def _curve_sentence(found: dict[str, FloatArray], service: str, choice: Choice, words: Words) -> str:
    half = round(0.5 * (N_POINTS - 1))
    parts = [
        words(
            f"gaps.chart.{kind}_sentence", share=words.percent(float(shares[half])), service=service,
            cutoff=choice.cutoff_min,
        )
        for kind, shares in found.items()
    ]  # fmt: skip
    return " ".join(parts)


def spread_chart(data: RunData, choice: Choice, words: Words) -> Chart | None:
    """How many residents of the group reach how much; None where nothing is known of them."""
    texts, run, access = words.texts, run_of(data, choice), access_of(data, choice)
    count = np.nan_to_num(residents_of(data, choice.group).people)
    known = np.isfinite(access) & (count > 0)
    if not known.any():
        return None
    edges = spread_edges(access[known])
    people, _ = np.histogram(access[known], bins=edges, weights=count[known])
    share = people / people.sum()
    service = service_label(run, choice.service, texts)
    names = [
        texts("map.class_range", low=texts.amount(low), high=texts.amount(high))
        for low, high in pairwise(edges)
    ]
    figure = plain_figure(
        words,
        x_title=texts.capital(
            words("gaps.chart.reached_axis", service=service, cutoff=choice.cutoff_min)
        ),
        y_title=words("gaps.chart.share_axis"),
    )  # fmt: skip
    figure.update_xaxes(tickformat=",~r", tickangle=0)
    middles = (edges[:-1] + edges[1:]) / 2
    figure.add_trace(
        go.Bar(
            x=middles, y=share, width=np.diff(edges) * 0.96, marker_color=BLUE,
            customdata=list(zip(names, (words.percent(float(part)) for part in share), strict=True)),
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_yaxes(**percent_ticks(float(share.max()), words))
    median = weighted_median(access, count)
    figure.add_vline(x=median, line={"color": PINK, "dash": "dash", "width": 2})
    sentence = words(
        "gaps.chart.spread" if median > 0 else "gaps.chart.spread_none",
        group=group_name(choice.group, words), n=texts.amount(median),
        service=service, cutoff=choice.cutoff_min,
    )  # fmt: skip
    rows = tuple((name, texts.percent(float(part))) for name, part in zip(names, share, strict=True))
    columns = (words("gaps.chart.reached_column"), words("gaps.chart.share_axis"))
    caption = words(
        "gaps.chart.spread_caption",
        service=service,
        cutoff=choice.cutoff_min,
        group=group_name(choice.group, words),
    )
    return Chart(figure, sentence, Table(caption, columns, rows))


def spread_edges(values: FloatArray) -> FloatArray:
    """Edges of at most ``MOST_BARS`` bars of one round width, from 0 past the largest value."""
    top = float(values.max())
    if top <= 0:
        return np.array([0.0, 1.0])
    step = 10.0 ** math.floor(math.log10(top))
    width = next(w for w in (0.1 * step, 0.2 * step, 0.5 * step, step) if top / w < MOST_BARS)
    if np.all(values == np.round(values)):
        width = max(1.0, math.ceil(width))
    return np.arange(math.floor(top / width) + 2, dtype=np.float64) * width


def percent_ticks(top: float, words: Words) -> dict[str, list[float] | list[str]]:
    """Return ticks of an axis of shares from 0, written as the language writes them, at most six."""
    step = next((each for each in (0.01, 0.02, 0.05, 0.1) if top / each <= N_TICKS), 0.2)
    at = [step * k for k in range(math.floor(top / step + 1e-9) + 1)]
    return {"tickvals": at, "ticktext": [words.percent(each) for each in at]}


def plain_figure(words: Words, x_title: str = "", y_title: str = "", *, percent: bool = False) -> go.Figure:
    """Return an empty figure in the look of the app: white, quiet, numbers as the language writes them."""
    axis = {"gridcolor": "#e4e4e4", "zerolinecolor": "#8a8a8a", "linecolor": "#8a8a8a", "automargin": True}
    shares: dict[str, Any] = {"range": [0, 1.02], **percent_ticks(1.0, words)} if percent else {}
    figure = go.Figure()
    figure.update_layout(
        template="none",
        separators=", " if words.language == "fr" else ".,",
        font={"family": "system-ui, DejaVu Sans, Arial, sans-serif", "size": 13, "color": INK},
        margin={"l": 60, "r": 15, "t": 15, "b": 45},
        bargap=0.25,
        xaxis={**axis, "title": {"text": x_title, "standoff": 8}, **shares},
        yaxis={
            **axis,
            "title": {"text": y_title, "standoff": 8},
            "rangemode": "tozero",
            **(shares if percent else {"tickformat": ",~r"}),
        },
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hoverlabel={"font_size": 13},
        paper_bgcolor="#ffffff",
        plot_bgcolor="#ffffff",
        dragmode=False,
    )
    return figure
