"""Lines and stops of a run's timetables, for maps: where each route runs, from the feeds that the run read.

Ids are those of the feeds, as scenarios name them and ``fairreach scenario list`` prints them; ``feed`` tells
apart equal ids of several feeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.config import RunConfig
from access.config_file import LoadedConfig
from access.errors import AccessError
from access.stage_timetable import read_feeds
from access.transit_modes import mode_of_route
from dashboards.kept import kept
from dashboards.run_data import RunData
from gtfs.errors import FeedError

Position = tuple[float, float]  # longitude, latitude in degrees


class TransitLine(NamedTuple):
    """One route of a feed."""

    route_id: str
    short_name: str
    long_name: str
    mode: str  # as access.transit_modes: BUS, TRAM, SUBWAY, RAIL...
    colour: str  # "#rrggbb" of the feed, empty where it has none
    coordinates: list[list[Position]]  # one line for each direction, as a GeoJSON MultiLineString
    feed: str


class TransitStop(NamedTuple):
    """One place where trips call."""

    stop_id: str
    name: str
    lon: float
    lat: float
    feed: str


def transit_lines(data: RunData) -> list[TransitLine]:
    """Return the routes of a run, in the order of its feeds; none where its timetables are gone.

    For each direction the way that most of its trips take (on ties the first in the feed): along the feed's
    shape where it has one, else from stop to stop. Routes without trips are left out.
    """
    return list(_transit(data)[0])


def stops_of(data: RunData) -> list[TransitStop]:
    """Return the stops where trips call, in the order of the feeds; none where the timetables are gone."""
    return list(_transit(data)[1])


def _transit(data: RunData) -> tuple[list[TransitLine], list[TransitStop]]:
    def read() -> tuple[list[TransitLine], list[TransitStop]]:
        feeds = _feeds(data)  # large, and let go
        return _all_lines(feeds), _all_stops(feeds)

    return kept(data, "transit", read)


def _feeds(data: RunData) -> Mapping[str, Any]:
    """Read the feeds of a run; empty where they are gone or cannot be read any more."""
    manifest = data.run.manifest
    try:
        config = RunConfig.model_validate(manifest["config"])
        folder = Path(manifest["data_folder"])
        return read_feeds(LoadedConfig(config, folder / "config.yaml", folder))
    except (KeyError, ValueError, OSError, AccessError, FeedError):
        return {}


def _all_lines(feeds: Mapping[str, Any]) -> list[TransitLine]:
    return [line for name, feed in feeds.items() for line in _lines(feed, name)]


def _lines(feed: Any, name: str) -> list[TransitLine]:
    ways = _ways(feed)
    routes = feed.routes
    found = []
    for row in range(len(routes)):
        route = str(routes["route_id"].iloc[row])
        if route not in ways:
            continue
        short, long, colour = (
            _text(routes, column, row) for column in ("route_short_name", "route_long_name", "route_color")
        )
        mode = mode_of_route(int(routes["route_type"].iloc[row]))
        found.append(TransitLine(route, short, long, mode, _hex(colour), ways[route], name))
    return found


def _ways(feed: Any) -> dict[str, list[list[Position]]]:
    """Route -> a line for each direction."""
    trips = _representatives(feed)
    shapes = _shapes(feed)
    by_stops = _by_stops(feed, trips[~trips["shape"].isin(list(shapes))]["trip_id"])
    ways: dict[str, list[list[Position]]] = {}
    for route, trip, shape in zip(trips["route_id"], trips["trip_id"], trips["shape"], strict=True):
        line = shapes.get(shape) or by_stops.get(trip) or []
        if len(line) > 1:
            ways.setdefault(str(route), []).append(line)
    return ways


def _representatives(feed: Any) -> pd.DataFrame:
    """One trip for each route and direction: of the commonest shape, or of as many stops as is commonest."""
    trips = feed.trips
    columns = {"route_id": trips["route_id"], "trip_id": trips["trip_id"]}
    direction = trips["direction_id"] if "direction_id" in trips.columns else pd.Series(0, index=trips.index)
    shape = trips["shape_id"] if "shape_id" in trips.columns else pd.Series("", index=trips.index)
    table = pd.DataFrame({**columns, "direction": direction.astype("object").fillna(-1), "shape": shape})
    table["shape"] = table["shape"].astype("object").fillna("")
    # Trips without a shape run alike where they call at as many stops; finer would not be seen on a map.
    calls = feed.stop_times.groupby("trip_id", sort=False).size()
    table["way"] = table["shape"].where(
        table["shape"] != "", table["trip_id"].map(calls).fillna(0).astype(str)
    )
    keys = ["route_id", "direction", "way"]
    table["n"] = table.groupby(keys, sort=False)["trip_id"].transform("size")
    first = table.sort_values("n", ascending=False, kind="stable").drop_duplicates(["route_id", "direction"])
    return first.sort_index()


def _shapes(feed: Any) -> dict[str, list[Position]]:
    shapes = getattr(feed, "shapes", None)
    if shapes is None or shapes.empty:
        return {}
    ordered = shapes.sort_values(["shape_id", "shape_pt_sequence"], kind="stable")
    return {
        str(name): _pairs(part["shape_pt_lon"].to_numpy(float), part["shape_pt_lat"].to_numpy(float))
        for name, part in ordered.groupby("shape_id", sort=False)
    }


def _by_stops(feed: Any, trip_ids: pd.Series) -> dict[str, list[Position]]:
    """Trip -> the places of its stops in order; a stop without a place is left out."""
    calls = feed.stop_times[feed.stop_times["trip_id"].isin(trip_ids.tolist())]
    if calls.empty:
        return {}
    calls = calls.sort_values(["trip_id", "stop_sequence"], kind="stable")
    places = feed.stops.set_index("stop_id")[["stop_lon", "stop_lat"]]
    at = places.reindex(calls["stop_id"]).to_numpy(dtype=np.float64)
    trip = calls["trip_id"].to_numpy()
    starts = np.flatnonzero(np.r_[True, trip[1:] != trip[:-1]])
    return {
        str(trip[start]): _pairs(part[:, 0], part[:, 1])
        for start, part in zip(starts, np.split(at, starts[1:]), strict=True)
    }


def _pairs(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> list[Position]:
    known = np.isfinite(lon) & np.isfinite(lat)
    return list(zip(lon[known].tolist(), lat[known].tolist(), strict=True))


def _all_stops(feeds: Mapping[str, Any]) -> list[TransitStop]:
    found = []
    for name, feed in feeds.items():
        called = set(feed.stop_times["stop_id"].dropna())
        stops = feed.stops[feed.stops["stop_id"].isin(called)]
        names = stops["stop_name"] if "stop_name" in stops.columns else stops["stop_id"]
        places = stops[["stop_lon", "stop_lat"]].to_numpy(dtype=np.float64)
        for stop, label, (lon, lat) in zip(stops["stop_id"], names, places.tolist(), strict=True):
            if np.isfinite(lon) and np.isfinite(lat):
                found.append(TransitStop(str(stop), label if isinstance(label, str) else "", lon, lat, name))
    return found


def _text(table: pd.DataFrame, column: str, row: int) -> str:
    value = table[column].iloc[row] if column in table.columns else ""
    return value.strip() if isinstance(value, str) else ""


def _hex(colour: str) -> str:
    digits = colour.lower().lstrip("#")
    return f"#{digits}" if len(digits) == 6 and set(digits) <= set("0123456789abcdef") else ""
