"""Parts of the page Over time: choices, the number's chart, the map of change, timetables, the back-test."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
import pandas as pd
from dash import html
from dash.development.base_component import Component

from access.observatory_store import Store
from access.report_map import CellMap
from access.report_tables import Table
from dashboards import ids
from dashboards.aria import aria
from dashboards.charts import Chart
from dashboards.charts_time import series_chart, starts_at_zero
from dashboards.components import chart_block, choice, how_button, table_block
from dashboards.map_view import map_block, paint_of
from dashboards.maps_change import Change, cells_of, change_map, change_of, map_twin, sentence_of
from dashboards.run_data import RunData
from dashboards.store_data import StoreData
from dashboards.time_choice import Choice, cities_in, city_key, series_in
from dashboards.time_numbers import Option, family_of, name_of, options_of, points_of, run_of_snapshot
from dashboards.time_words import short_day
from dashboards.view import View
from dashboards.words import Words

MAP = "time"
CHART, MAP_PART, MAP_SAID, MAP_TABLE, ALERTS = (
    "time-chart",
    "time-map",
    "time-map-said",
    "time-map-table",
    "time-alerts",
)
CHART_HEIGHT_PX = 380
ALERT_COLOUR = "#c2006b"
Children = list[Component]


def choices(store: StoreData, chosen: Choice, view: View, words: Words) -> Component:
    """Return the choices of city, series and number; a choice of one is none."""
    parts: Children = []
    towns = cities_in(store).to_dict("records")
    if len(towns) > 1:
        listed = [
            {"value": city_key(view, str(row["city"])), "label": city_label(row, words)} for row in towns
        ]
        parts.append(choice("city", words("time.choose.city"), listed, city_key(view, chosen.city)))
    listed_series = series_in(store, chosen.city).to_dict("records")
    if len(listed_series) > 1:
        series = [{"value": str(row["series"]), "label": _series_label(row, words)} for row in listed_series]
        made = choice("series", words("time.choose.series"), series, chosen.series)
        parts.append(html.Div(made, className="time-series"))
    parts.append(_number_choice(store, chosen, words))
    return html.Div(parts, className="time-choices")


def city_label(row: Any, words: Words) -> str:
    """Name of a city of the store in the language of the page."""
    return words.label({"en": row.get("name_en"), "fr": row.get("name_fr")}, str(row["city"]))


def _series_label(row: Any, words: Words) -> str:
    texts = words.texts
    return words(
        "time.series",
        method=str(row.get("method") or row["series"])[:8],
        n=texts.number(row["snapshots"]),
        first=short_day(row["first"], words),
        last=short_day(row["last"], words),
    )


def _number_choice(store: StoreData, chosen: Choice, words: Words) -> Component:
    newest = chosen.snapshots[-1]
    run, groups = run_of_snapshot(store, newest), dict[str, list[dict[str, str]]]()
    for option in options_of(store, newest):
        item = {"value": option.key, "label": words.texts.capital(name_of(option.number, run, words))}
        groups.setdefault(family_of(option.number, words), []).append(item)
    data = [{"group": name, "items": items} for name, items in groups.items()]
    return dmc.Select(
        id=ids.control("number"),
        label=words("time.choose.number"),
        data=data,
        value=chosen.number,
        allowDeselect=False,
        searchable=True,
        nothingFoundMessage=words("time.choose.no_number"),
        size="sm",
        className="time-number",
        maxDropdownHeight=360,
    )


def chosen_option(store: StoreData, chosen: Choice) -> Option | None:
    """Return the number that is followed; None where the store has none."""
    found = options_of(store, chosen.snapshots[-1])
    return next((option for option in found if option.key == chosen.number), None)


def number_chart(store: StoreData, chosen: Choice, words: Words) -> Chart | None:
    """Return the chart of the number that is followed."""
    option = chosen_option(store, chosen)
    if option is None:
        return None
    points = points_of(store, chosen.city, chosen.series, option.number)
    name = name_of(option.number, run_of_snapshot(store, chosen.snapshots[-1]), words)
    return series_chart(points, words.texts.capital(name), words)


def chart_panel(store: StoreData, chosen: Choice, words: Words, *, is_of_run: bool) -> Children:
    """Return the number over time with its table; how it is made is told where a run of the city is open."""
    option, chart = chosen_option(store, chosen), number_chart(store, chosen, words)
    if option is None or chart is None:
        return [html.P(words("time.chart.nothing"), className="muted")]
    points = points_of(store, chosen.city, chosen.series, option.number)
    key = "zero" if starts_at_zero(points) else "not_zero"
    block = chart_block(chart.figure, chart.sentence, chart.table, words, "chart-time", CHART_HEIGHT_PX)
    return [
        html.Div(block, className="by-day"),
        html.P(
            [words(f"time.chart.{key}"), *([how_button(option.key, words)] if is_of_run else [])],
            className="muted",
        ),
    ]


def map_panel(store: StoreData, chosen: Choice, data: RunData | None, view: View, words: Words) -> Children:
    """Return the choice of two snapshots and the map of what changed between them."""
    if not chosen.before:
        return [html.P(words("time.map.one_snapshot"), className="muted")]
    if data is None:
        return [html.P(words("time.map.no_run"), className="muted")]
    found, made = change_and_map(store, chosen, data, words)
    frame = map_block(
        MAP,
        data,
        view,
        words,
        label=words("time.map.label"),
        height="min(34rem, 70vh)",
        paint=painted(found, made, words),
        keep_view=False,
    )
    return [
        _pair(chosen, words),
        html.P(sentence_of(found, words), id=MAP_SAID, **aria(live="polite")),
        frame,
        html.Div(map_table_part(found, made, words), id=MAP_TABLE),
    ]


def change_and_map(store: StoreData, chosen: Choice, data: RunData, words: Words) -> tuple[Change, CellMap]:
    """Compare the two snapshots that are chosen."""
    found = change_of(cells_of(store, chosen.before), cells_of(store, chosen.after), data)
    return found, change_map(found, chosen, words)


def painted(found: Change, made: CellMap, words: Words) -> dict[str, Any]:
    """Return what paints the map of change; the pointer tells the change."""
    return paint_of(made, found.change, words, run=found.run)


def map_table_part(found: Change, made: CellMap, words: Words) -> Children:
    """Return the twin of the map in numbers, and how many places it cannot show."""
    twin = table_block(map_twin(found, made, words))
    lost = (
        [html.P(words.plural("time.map.outside", found.outside), className="muted")] if found.outside else []
    )
    return [html.Details([html.Summary(words("as_table")), twin]), *lost]


def outline_of(data: RunData, cells: tuple[str, ...], label: str) -> dict[str, Any]:
    """Return the outline of some cells of a run as the overlay of a map; empty where it has none of them."""
    import shapely

    rows = [data.row_of[cell] for cell in cells if cell in data.row_of]
    features = []
    if rows:
        shape = shapely.union_all(list(data.run.cells.geometry.to_crs("EPSG:4326").iloc[rows]))
        properties = {"kind": "zone", "id": "alert", "label": "", "name": label, "colour": ALERT_COLOUR}
        geometry = shapely.geometry.mapping(shapely.set_precision(shape, 1e-6))
        features.append(
            {
                "type": "Feature",
                "geometry": geometry,
                "properties": {**properties, "weight": 4, "clickable": False},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def _pair(chosen: Choice, words: Words) -> Component:
    days = [
        {"value": name, "label": short_day(day, words)}
        for name, day in zip(chosen.snapshots, chosen.days, strict=True)
    ]
    return html.Div(
        [
            choice("before", words("time.choose.before"), days[:-1], chosen.before),
            choice("after", words("time.choose.after"), days[1:], chosen.after),
        ],
        className="time-choices",
    )


def feeds_table(store: StoreData, chosen: Choice, words: Words) -> Table | None:
    """Return the timetables of the snapshots: until when they hold, how much runs; None without any."""

    def read(opened: Store) -> pd.DataFrame:
        return opened.rows("feed", snapshot=list(chosen.snapshots))

    frame = store.kept(("feeds", chosen.city, chosen.series), read)
    if frame.empty:
        return None
    texts, none = words.texts, words.texts("range.none")
    place = {name: number for number, name in enumerate(chosen.snapshots)}
    ordered = frame.assign(place=frame["snapshot"].map(place)).sort_values(
        ["place", "feed"], ascending=[False, True]
    )

    def count(value: Any) -> str:
        return none if pd.isna(value) else texts.number(float(value))

    rows = tuple(
        (
            short_day(chosen.day_of(str(row["snapshot"])), words),
            str(row["feed"]),
            short_day(row["last_day"], words) if not pd.isna(row["last_day"]) else none,
            count(row["routes"]),
            count(row["trips_week"]),
            count(row["vehicle_hours_week"]),
            words("time.feeds.absent")
            if pd.isna(row["stops_wheelchair"])
            else count(row["stops_wheelchair"]),
        )
        for row in ordered.to_dict("records")
    )
    keys = ("day", "feed", "valid_until", "routes", "trips", "hours", "wheelchair")
    heads = tuple(words(f"time.column.{key}") for key in keys)
    return Table(words("time.feeds.caption"), heads, rows, n_headers=2, word_columns=(2, 6))
