"""Where a scenario changes the timetable: pieces of line and stops, new, gone or with other times.

A piece of line is the straight line between two stops that follow each other on a trip. Pieces are compared
by route and by where their stops lie, so that a diverted route shows the part it leaves and the part it
takes, and a stop that is moved shows both places.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

if TYPE_CHECKING:
    import gtfs_kit

NEW, REMOVED, CHANGED = "new", "removed", "changed"
_TIMES = ["trip_id", "stop_sequence", "stop_id", "arrival_time", "departure_time"]
_ENDS = ["lon", "lat", "to_lon", "to_lat"]
LINE_COLUMNS = ("feed", "route_id", "route_name", "change", "geometry")
STOP_COLUMNS = ("feed", "stop_id", "stop_name", "change", "geometry")


def changed_lines(
    before: Mapping[str, gtfs_kit.Feed], after: Mapping[str, gtfs_kit.Feed]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Find pieces of line and stops that differ between two states of the same feeds.

    Returns
    -------
    lines : GeoDataFrame
        ``feed, route_id, route_name, change`` and a MultiLineString in EPSG:4326, one row a route and kind of
        change: ``new`` pieces, ``removed`` ones, and pieces that stay but whose trips ``changed``.
    stops : GeoDataFrame
        ``feed, stop_id, stop_name, change`` and a Point; ``new`` and ``removed`` mean served by a trip only
        after or only before. A stop that lies elsewhere has one row of each.
    """
    lines: list[gpd.GeoDataFrame] = []
    stops: list[gpd.GeoDataFrame] = []
    for name in sorted(set(before) & set(after)):
        if before[name] is after[name]:
            continue
        lines.append(_lines_of_feed(name, before[name], after[name]))
        stops.append(_stops_of_feed(name, before[name], after[name]))
    return _joined(lines, LINE_COLUMNS), _joined(stops, STOP_COLUMNS)


def _lines_of_feed(name: str, before: gtfs_kit.Feed, after: gtfs_kit.Feed) -> gpd.GeoDataFrame:
    """Compare the pieces of the routes of which any trip differs."""
    marks_before, marks_after = _trip_marks(before), _trip_marks(after)
    differing = set(_unlike(marks_before, marks_after)) | set(_unlike(marks_after, marks_before))
    routes = set(marks_before["route_id"][marks_before["trip_id"].isin(differing)])
    routes |= set(marks_after["route_id"][marks_after["trip_id"].isin(differing)])
    moved = _moved_stops(before, after)
    routes |= _routes_at(before, moved) | _routes_at(after, moved)
    old, new = _pieces(before, routes), _pieces(after, routes)
    old_changed = _pieces(before, routes, differing)
    new_changed = _pieces(after, routes, differing)
    key = ["route_id", *_ENDS]
    both = old.merge(new, on=key, how="outer", indicator=True)
    touched = pd.concat([old_changed, new_changed]).drop_duplicates(key)
    both = both.merge(touched.assign(touched=True), on=key, how="left")
    change = both["_merge"].astype(object).map({"left_only": REMOVED, "right_only": NEW, "both": CHANGED})
    both = both.assign(change=change)
    both = both[(both["change"] != CHANGED) | both["touched"].eq(True)]
    names = _route_names(after) | _route_names(before)
    rows = [
        (name, route, names.get(str(route), str(route)), kind, _multi_line(group))
        for (route, kind), group in both.groupby(["route_id", "change"], sort=True)
    ]
    return gpd.GeoDataFrame(rows, columns=list(LINE_COLUMNS), geometry="geometry", crs="EPSG:4326")


def _trip_marks(feed: gtfs_kit.Feed) -> pd.DataFrame:
    """One number a trip that any other stop, time, service or headway would change; with its route."""
    trips = feed.trips[["trip_id", "route_id", "service_id"]].astype(str)
    mark = pd.util.hash_pandas_object(trips, index=False)
    mark = pd.Series(mark.to_numpy(), index=trips["trip_id"])
    for table in (feed.stop_times[_TIMES], getattr(feed, "frequencies", None)):
        if table is None or table.empty:
            continue
        rows = pd.util.hash_pandas_object(table.astype(str), index=False)
        summed = rows.groupby(table["trip_id"].astype(str).to_numpy()).sum()
        mark = mark + summed.reindex(mark.index, fill_value=0).astype(mark.dtype)
    marks: pd.DataFrame = trips.assign(mark=mark.to_numpy())
    return marks


def _unlike(marks: pd.DataFrame, others: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the trips that the other feed does not have as they are."""
    known = pd.MultiIndex.from_frame(others[["trip_id", "mark"]])
    here = pd.MultiIndex.from_frame(marks[["trip_id", "mark"]])
    unlike: npt.NDArray[np.object_] = marks["trip_id"].to_numpy(dtype=object)[~here.isin(known)]
    return unlike


def _pieces(feed: gtfs_kit.Feed, routes: set[str], trips: set[str] | None = None) -> pd.DataFrame:
    """Pieces of line of some routes (and trips), each once and without direction: route and both ends."""
    chosen = feed.trips[feed.trips["route_id"].astype(str).isin(routes)]
    if trips is not None:
        chosen = chosen[chosen["trip_id"].astype(str).isin(trips)]
    visits = feed.stop_times[feed.stop_times["trip_id"].isin(chosen["trip_id"])]
    visits = visits[["trip_id", "stop_sequence", "stop_id"]].sort_values(["trip_id", "stop_sequence"])
    visits = visits.merge(chosen[["trip_id", "route_id"]], on="trip_id")
    visits = visits.merge(_places(feed), on="stop_id", how="inner")
    visits = visits.sort_values(["trip_id", "stop_sequence"], kind="stable", ignore_index=True)
    trip = visits["trip_id"].to_numpy(dtype=object)
    follows = np.append(trip[:-1] == trip[1:], False)[: len(trip)]
    pieces = pd.DataFrame(
        {
            "route_id": visits["route_id"].astype(str),
            "lon": visits["lon"],
            "lat": visits["lat"],
            "to_lon": visits["lon"].shift(-1),
            "to_lat": visits["lat"].shift(-1),
        }
    )[follows].drop_duplicates(ignore_index=True)
    ends = pieces[_ENDS].to_numpy(dtype=np.float64)
    turned = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    pieces[_ENDS] = np.where(turned[:, np.newaxis], ends[:, [2, 3, 0, 1]], ends)
    return pieces.drop_duplicates(ignore_index=True)


def _places(feed: gtfs_kit.Feed) -> pd.DataFrame:
    """Where the stops are, to a tenth of a metre; stops without a place are left out."""
    stops = feed.stops[["stop_id", "stop_lon", "stop_lat"]].dropna()
    return pd.DataFrame(
        {
            "stop_id": stops["stop_id"],
            "lon": stops["stop_lon"].astype(float).round(6),
            "lat": stops["stop_lat"].astype(float).round(6),
        }
    )


def _moved_stops(before: gtfs_kit.Feed, after: gtfs_kit.Feed) -> set[str]:
    """Stops of both feeds that do not lie where they did."""
    both = _places(before).merge(_places(after), on="stop_id", suffixes=("", "_after"))
    elsewhere = (both["lon"] != both["lon_after"]) | (both["lat"] != both["lat_after"])
    return set(both.loc[elsewhere, "stop_id"])


def _routes_at(feed: gtfs_kit.Feed, stops: set[str]) -> set[str]:
    """Routes that serve any of these stops."""
    trips = feed.stop_times.loc[feed.stop_times["stop_id"].isin(stops), "trip_id"]
    return set(feed.trips.loc[feed.trips["trip_id"].isin(trips), "route_id"].astype(str))


def _multi_line(pieces: pd.DataFrame) -> shapely.Geometry:
    """Join pieces to lines as long as they go."""
    ends = pieces[_ENDS].to_numpy(dtype=np.float64).reshape(-1, 2, 2)
    straight = [shapely.LineString(corners) for corners in ends]
    merged = shapely.line_merge(shapely.MultiLineString(straight))
    return shapely.MultiLineString([merged]) if isinstance(merged, shapely.LineString) else merged


def _route_names(feed: gtfs_kit.Feed) -> dict[str, str]:
    """Short name of each route, else its long name, else its id."""
    names: dict[str, str] = {}
    for row in feed.routes.to_dict("records"):
        given = (row.get("route_short_name"), row.get("route_long_name"))
        told = [str(name) for name in given if isinstance(name, str) and name]
        names[str(row["route_id"])] = told[0] if told else str(row["route_id"])
    return names


def _stops_of_feed(name: str, before: gtfs_kit.Feed, after: gtfs_kit.Feed) -> gpd.GeoDataFrame:
    """Compare the stops that trips serve, by id and place."""
    old, new = _served(before), _served(after)
    both = old.merge(new, on=["stop_id", "stop_name", "lon", "lat"], how="outer", indicator=True)
    both = both[both["_merge"] != "both"].sort_values(["stop_id", "_merge"], ignore_index=True)
    change = both["_merge"].astype(object).map({"left_only": REMOVED, "right_only": NEW})
    return gpd.GeoDataFrame(
        {"feed": name, "stop_id": both["stop_id"], "stop_name": both["stop_name"], "change": change},
        geometry=gpd.points_from_xy(both["lon"], both["lat"]),
        crs="EPSG:4326",
    )


def _served(feed: gtfs_kit.Feed) -> pd.DataFrame:
    """Stops that any trip serves, with name and place."""
    served = feed.stop_times["stop_id"].unique()
    stops = feed.stops[feed.stops["stop_id"].isin(served)]
    names = stops["stop_name"] if "stop_name" in stops.columns else stops["stop_id"]
    named = stops[["stop_id"]].assign(stop_name=names.astype(object).where(names.notna(), ""))
    placed: pd.DataFrame = named.merge(_places(feed), on="stop_id")
    return placed


def _joined(parts: list[gpd.GeoDataFrame], columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Stack the frames; with their columns also where there is none."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return gpd.GeoDataFrame(columns=list(columns), geometry="geometry", crs="EPSG:4326")
    stacked = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs="EPSG:4326")
    return gpd.GeoDataFrame(stacked[list(columns)], geometry="geometry", crs="EPSG:4326")
