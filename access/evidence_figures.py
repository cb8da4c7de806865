"""The figures of an evidence report as SVG, with what must be said of each in words.

No text from input stands in a drawing: rows carry the numbers of their statements, tenths of incomes their
number, so that no name can be drawn wrongly. Letters are drawn as outlines; no font is needed to show them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from access.comparison_reader import ScenarioRead
from access.evidence_statement import Statement
from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_map import access_map, legend_lines
from access.report_numbers import Number, figure, with_range
from access.report_scenario_numbers import change_words, interval_words, value_of
from access.report_section import group_label
from access.report_zones import register
from access.texts import Texts
from access.zone_sheet_figures import (
    INK,
    PLAIN_STYLE,
    ZONE,
    draw_zone,
    fill_shape,
    finish_map,
    merged_shape,
    svg_of,
)

_MM = 1 / 25.4
_WIDTH_MM = 178.0
_MARK, _PALE = "#8f004f", "#b9b9b9"
_HATCH = {"dots": "...", "lines": "////", "crosses": "xxx", "": ""}


@dataclass(frozen=True)
class FigureTold:
    """A drawing, what it shows in words, and what it was made from."""

    svg: str
    caption: str
    alt: str
    made: str
    legend: tuple[tuple[str, str, str, str], ...] = ()  # colour, words, residents, pattern


def map_figure(run: Run, zone_id: str | None, texts: Texts) -> FigureTold:
    """Draw what is reached from each cell at the headline, with the zones of the register outlined."""
    told = access_map(run, texts)
    crs = run.cells.estimate_utm_crs()
    cells = run.cells[["geometry"]].to_crs(crs)
    west, south, east, north = cells.total_bounds
    height_mm = min(120.0, 120.0 * (north - south) / (east - west) + 8)
    with mpl.rc_context(PLAIN_STYLE):
        drawn = Figure(figsize=(120 * _MM, height_mm * _MM))
        axes = drawn.add_axes((0, 0, 1, 1))
        for place, entry in enumerate(told.legend):
            look: dict[str, Any] = {"facecolor": entry.colour, "linewidth": 0}
            if _HATCH.get(entry.pattern):
                look |= {"hatch": _HATCH[entry.pattern], "edgecolor": _PALE}
            fill_shape(axes, merged_shape(cells[told.entry_of_cell == place]), **look)
        if run.zones is not None and len(run.zones):
            zones = register(run).to_crs(crs)
            ids = zones["zone_id"].astype(str).to_list()
            for number, (each, shape) in enumerate(zip(ids, zones.geometry, strict=True), start=1):
                if shape is not None:  # a light edge, to be seen on dark cells
                    fill_shape(axes, shape, facecolor="none", edgecolor="white", linewidth=2.0, zorder=2)
                draw_zone(axes, shape, str(number), here=each == zone_id)
        finish_map(axes, (west, south, east, north), texts)
        svg = svg_of(drawn)
    lines = legend_lines(run, told, texts)
    legend = tuple(
        (entry.colour, texts.capital(entry.label), line, entry.pattern)
        for entry, line in zip(told.legend, lines, strict=True)
    )
    numbers = texts("between_sources").join(f"{label} ({line})" for _, label, line, _ in legend)
    if run.zones is not None and len(run.zones):
        legend += tuple(_zone_entries(zone_id, texts))
    return FigureTold(
        svg,
        f"{told.title}. {told.subtitle}.",
        texts("evidence.map_alt", title=told.title, numbers=numbers),
        texts(
            "evidence.map_made",
            service=run.headline.service,
            cutoff=run.headline.cutoff_min,
            period=run.headline.period,
        ),
        legend,
    )


def _zone_entries(zone_id: str | None, texts: Texts) -> Iterator[tuple[str, str, str, str]]:
    """Yield what the outlines of the map mean; the zone that the report is about is hatched."""
    yield INK, texts("evidence.legend_zones"), "", "outline"
    if zone_id is not None:
        yield ZONE, texts("evidence.legend_this_zone"), "", "zone"


def tenths_figure(run: Run, texts: Texts) -> FigureTold | None:
    """Draw mean access of each tenth of incomes with its range; None where the run has none."""
    service, cutoff_min, period = run.headline
    groups = [f"decile_{n}" for n in range(1, 11)]
    where: dict[str, object] = {"service": service, "period": period, "cutoff_min": cutoff_min}
    found = [run.numbers.one("mean_access", group=group, **where) for group in groups]
    if any(number is None or not math.isfinite(number.value) for number in found):
        return None
    numbers = [number for number in found if number is not None]
    words = {
        "service": service_label(run, service, texts), "cutoff": cutoff_min,
        "period": period_label(run, period, texts),
    }  # fmt: skip
    spans = [(n.value, n.low, n.high) for n in numbers]
    labels = [str(n) for n in range(1, 11)]
    told = [f"{group_label(n.group, texts)}: {with_range(n, texts)}" for n in numbers]
    return FigureTold(
        _dots(spans, labels, texts, unit=numbers[0].unit),
        texts("evidence.tenths_caption", **words),
        texts("evidence.tenths_alt", numbers=texts("between_sources").join(told), **words),
        texts("evidence.tenths_made", service=service, cutoff=cutoff_min, period=period),
    )


def rights_figure(run: Run, statements: Sequence[Statement], texts: Texts) -> FigureTold | None:
    """Draw the share of residents who lack each right with its range, by the numbers of the statements."""
    rows: list[tuple[Statement, Number]] = []
    for statement in statements:
        if statement.chapter != "rights" or statement.state == "withheld":
            continue
        number = run.numbers.one("right_headcount", standard=statement.source.key["standard"], group="all")
        if number is not None and math.isfinite(number.value):
            rows.append((statement, number))
    if not rows:
        return None
    told = [f"{statement.id}: {with_range(number, texts)}" for statement, number in rows]
    return FigureTold(
        _dots([(n.value, n.low, n.high) for _, n in rows], [s.id for s, _ in rows], texts, unit="share"),
        texts("evidence.rights_caption"),
        texts("evidence.rights_alt", numbers=texts("between_sources").join(told)),
        texts("evidence.rights_made"),
    )


def scenario_figure(run: Run, scenario: ScenarioRead, texts: Texts) -> FigureTold | None:
    """Draw how mean access of each tenth of incomes changes, with the range of the paired difference."""
    frame = scenario.headline(scenario.table)
    rows = {str(row["group"]): row for row in frame.to_dict("records") if row["indicator"] == "mean_access"}
    groups = [f"decile_{n}" for n in range(1, 11)]
    if any(not math.isfinite(value_of(rows.get(group), "change")) for group in groups):
        return None
    spans = [tuple(value_of(rows[group], name) for name in ("change", "low", "high")) for group in groups]
    words = {
        "scenario": texts.label(scenario.entry["name"]),
        "service": service_label(run, run.headline.service, texts),
        "cutoff": run.headline.cutoff_min,
        "period": period_label(run, run.headline.period, texts),
    }
    told = [
        f"{group_label(group, texts)}: {change_words(row, texts)} ({interval_words(row, texts)})"
        for group, row in ((group, rows[group]) for group in groups)
    ]
    return FigureTold(
        _dots([(a, b, c) for a, b, c in spans], [str(n) for n in range(1, 11)], texts, unit="", line=0.0),
        texts("evidence.change_caption", **words),
        texts("evidence.change_alt", numbers=texts("between_sources").join(told), **words),
        texts("evidence.change_made", scenario=scenario.id),
    )


def _dots(
    spans: Sequence[tuple[float, float, float]],
    labels: Sequence[str],
    texts: Texts,
    *,
    unit: str,
    line: float | None = None,
) -> str:
    """Draw a dot a row, with a bar from the low to the high end; a dot without a bar has no range."""
    n = len(spans)
    height_mm = 9 + 6.5 * n
    with mpl.rc_context(PLAIN_STYLE):
        drawn = Figure(figsize=(_WIDTH_MM * _MM, height_mm * _MM))
        axes = drawn.add_axes((0.06, 7 / height_mm, 0.91, 6.5 * n / height_mm))
        place = np.arange(n)
        for row, (value, low, high) in enumerate(spans):
            if math.isfinite(low) and math.isfinite(high):
                axes.plot(
                    [low, high], [row, row], color=_MARK, linewidth=2.4, solid_capstyle="butt", alpha=0.45
                )
            axes.plot([value], [row], "o", color=_MARK, markersize=4.5)
        _axes(axes, place, labels, texts, unit=unit, line=line)
        return svg_of(drawn)


def _axes(
    axes: Axes,
    place: np.ndarray[Any, Any],
    labels: Sequence[str],
    texts: Texts,
    *,
    unit: str,
    line: float | None,
) -> None:
    axes.set_yticks(place, list(labels))
    axes.set_ylim(len(labels) - 0.4, -0.6)
    if line is None:
        most = axes.get_xlim()[1]
        axes.set_xlim(0, min(most, 1.0) if unit == "share" else most)
    else:
        axes.axvline(line, color=INK, linewidth=0.8)
    ticks = [tick for tick in axes.get_xticks() if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]]
    axes.set_xticks(ticks, [figure(float(tick), unit, texts) for tick in ticks])
    axes.tick_params(labelsize=7.5, length=2, width=0.5)
    axes.grid(axis="x", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
