"""The headline of cities side by side: a dot and its range a city, a sentence, and the same as a table.

Of the numbers that may be compared the share of all destinations is shown, at the headline of the first city
that has it there: numbers of destinations would tell more of the size of a city than of its transport.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from access.cities import Comparison
from access.cities_rows import KEY
from access.cities_words import number_words, row_label
from access.report_tables import Table
from dashboards.charts import BLUE, INK, Chart, percent_ticks, plain_figure
from dashboards.words import Words

#: The first that is compared is shown.
INDICATORS = ("share_of_total", "mean_access")
_ROOM = 1.08
_LABEL_LETTERS = 18  # a line of a label; a narrow screen has room for the dots then
_SHARE = "share"
_HEIGHT_PX, _OF_A_CITY_PX = 110, 44
Row = Mapping[Any, Any]


def headline_rows(found: Comparison) -> Sequence[Row]:
    """Return the row of each city that has the headline's number; empty where it cannot be compared."""
    everybody = found.rows[found.rows["group"].eq("all")]
    for indicator in INDICATORS:
        rows = everybody[everybody["indicator"].eq(indicator)]
        for city in found.cities:
            headline = city.manifest.get("headline") or {}
            here = rows[
                rows["city"].eq(city.city)
                & rows["service"].eq(str(headline.get("service")))
                & rows["cutoff_min"].eq(str(headline.get("cutoff_min")))
                & rows["period"].eq(str(headline.get("period"))).fillna(value=False)
            ]
            if here.empty:
                continue
            same = rows[(rows[list(KEY)] == here.iloc[0][list(KEY)]).all(axis=1)]
            if len(same) > 1:
                return same.sort_values(["value", "city"], ascending=[False, True]).to_dict("records")
    return []


def cities_chart(found: Comparison, words: Words) -> Chart | None:
    """Return the chart, the highest city on top; None where the headline cannot be compared."""
    rows = headline_rows(found)
    if not rows:
        return None
    texts = words.texts
    title = row_label(rows[0], found, texts)
    names = [_name(row, found, words) for row in rows]
    said = [number_words(row, texts) for row in rows]
    figure = plain_figure(words)
    figure.add_trace(
        go.Scatter(
            x=[float(row["value"]) for row in rows],
            y=[str(row["city"]) for row in rows],  # two cities may have one name
            mode="markers",
            marker={"color": BLUE, "size": 12},
            error_x=_ranges(rows),
            customdata=[f"{name}: {value}" for name, value in zip(names, said, strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    # Half a city of room above the first and below the last.
    figure.update_yaxes(
        type="category",
        range=[len(rows) - 0.5, -0.5],
        rangemode="normal",
        tickvals=[str(row["city"]) for row in rows],
        ticktext=["<br>".join(textwrap.wrap(name, _LABEL_LETTERS)) for name in names],
        ticklabelstandoff=8,
    )
    high = max(end for row in rows for end in _ends(row))
    low = min(0.0, *(end for row in rows for end in _ends(row)))
    figure.update_xaxes(range=[low * _ROOM, high * _ROOM or 1.0], zeroline=True)
    if str(rows[0]["unit"]) == _SHARE:
        figure.update_xaxes(**percent_ticks(high * _ROOM, words))
    table = Table(
        title, (words("cities_page.city"), texts("table.value")), tuple(zip(names, said, strict=True))
    )
    return Chart(figure, sentence_of(rows, title, found, words), table)


def sentence_of(rows: Sequence[Row], title: str, found: Comparison, words: Words) -> str:
    """Say the number of each city, and whether the data tell the highest from the lowest."""
    told = [
        words("cities_page.chart.city", city=_name(row, found, words), value=number_words(row, words.texts))
        for row in rows
    ]
    first, last = rows[0], rows[-1]
    if not (_has_range(first) and _has_range(last)):
        key = "unknown"
    else:
        key = "apart" if float(last["high"]) < float(first["low"]) else "overlap"
    listed = words("cities_page.chart.and").join(told)
    told_of_all = words("cities_page.chart.sentence", title=title, cities=listed)
    return f"{told_of_all} {words(f'cities_page.chart.{key}')}"


def height_px(found: Comparison) -> int:
    """Return a height in which each city has room."""
    return _HEIGHT_PX + _OF_A_CITY_PX * len(headline_rows(found))


def _name(row: Row, found: Comparison, words: Words) -> str:
    return words.label(dict(found.names[str(row["city"])]), str(row["city"]))


def _has_range(row: Row) -> bool:
    return _finite(row["low"]) and _finite(row["high"])


def _ends(row: Row) -> tuple[float, ...]:
    ends = (row["low"], row["high"]) if _has_range(row) else ()
    return tuple(float(end) for end in (row["value"], *ends))


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _ranges(rows: Sequence[Row]) -> dict[str, object] | None:
    """Ends of the ranges as distances from the values; None where no city has one."""
    if not any(_has_range(row) for row in rows):
        return None
    up = [max(0.0, max(_ends(row)) - float(row["value"])) for row in rows]
    down = [max(0.0, float(row["value"]) - min(_ends(row))) for row in rows]
    return {"type": "data", "array": up, "arrayminus": down, "color": INK, "thickness": 1.5, "width": 6}
