"""Which routes, patterns, trips and stops two states of a feed do not share, as one long table."""

from __future__ import annotations

from collections.abc import Iterable

import gtfs_kit
import numpy as np
import pandas as pd

from gtfs.difference_trips import TripDifferences, trip_differences
from gtfs.draft_patterns import Pattern, patterns_of
from gtfs.draft_times import coordinates
from gtfs.schedule import route_names
from gtfs.stop_times import great_circle_m

COLUMNS = ("kind", "id", "name", "route_id", "change", "what", "base", "value", "unit")
"""One row a thing and what of it differs.

``kind`` is route, pattern, trip or stop; ``change`` is added, removed or changed; ``what`` says in what a
changed thing differs: trips (of a route or pattern), stops, times, days, headways, route, position, name,
served. ``base`` and ``value`` are numbers of ``unit``, NaN where the thing or the number is not there.
"""

Row = dict[str, object]


def things(base: gtfs_kit.Feed, edited: gtfs_kit.Feed) -> pd.DataFrame:
    """Compare two states of a feed; returns ``COLUMNS``, routes first, then patterns, trips and stops.

    A route without trips and a stop that no trip visits do not serve anybody: a route counts as removed when
    its last trip goes, and a stop that loses its last visit is ``changed``, ``served`` from 1 to 0.
    """
    trips = trip_differences(base, edited)
    rows = [
        *_routes(base, edited, trips),
        *_patterns(base, edited, trips),
        *_trips(base, edited, trips),
        *_stops(base, edited),
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"base": np.float64, "value": np.float64})


def _row(kind: str, name_id: str, change: str, what: str = "", **more: object) -> Row:
    blank: Row = {"name": "", "route_id": "", "base": np.nan, "value": np.nan, "unit": ""}
    return {"kind": kind, "id": name_id, "change": change, "what": what, **blank, **more}


def _change(before: int, after: int) -> str:
    return "added" if not before else "removed" if not after else "changed"


def _routes(base: gtfs_kit.Feed, edited: gtfs_kit.Feed, trips: TripDifferences) -> list[Row]:
    before, after = (feed.trips.groupby("route_id").size() for feed in (base, edited))
    touched = _routes_of(base, trips.all) | _routes_of(edited, trips.all)
    names = _names(base) | _names(edited)
    rows = []
    for route in names:
        if route in touched:
            n_before, n_after = int(before.get(route, 0)), int(after.get(route, 0))
            numbers = {"base": n_before, "value": n_after, "unit": "trips"}
            rows.append(_row("route", route, _change(n_before, n_after), "trips", name=names[route],
                             route_id=route, **numbers))  # fmt: skip
    return rows


def _names(feed: gtfs_kit.Feed) -> dict[str, str]:
    return dict(zip(feed.routes["route_id"].tolist(), route_names(feed.routes), strict=True))


def _routes_of(feed: gtfs_kit.Feed, trips: Iterable[str]) -> set[str]:
    rows = feed.trips["trip_id"].isin(list(trips))
    return set(feed.trips.loc[rows, "route_id"].dropna().tolist())


def _patterns(base: gtfs_kit.Feed, edited: gtfs_kit.Feed, trips: TripDifferences) -> list[Row]:
    touched = _routes_of(base, trips.all) | _routes_of(edited, trips.all)
    before, after = _patterns_of(base, touched), _patterns_of(edited, touched)
    rows = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        found = old or new
        same = old and new and set(old.trips) == set(new.trips)
        if found is None or (same and not trips.changed & set(found.trips)):
            continue
        n_before, n_after = (len(pattern.trips) if pattern else 0 for pattern in (old, new))
        rows.append(_row("pattern", name, _change(n_before, n_after), "trips", route_id=found.route_id,
                         base=n_before, value=n_after, unit="trips"))  # fmt: skip
    return rows


def _patterns_of(feed: gtfs_kit.Feed, routes: set[str]) -> dict[str, Pattern]:
    ids = feed.trips.loc[feed.trips["route_id"].isin(list(routes)), "trip_id"].tolist()
    return {pattern.id: pattern for pattern in patterns_of(feed.trips, feed.stop_times, ids)}


def _trips(base: gtfs_kit.Feed, edited: gtfs_kit.Feed, trips: TripDifferences) -> list[Row]:
    routes = {
        **dict(zip(base.trips["trip_id"], base.trips["route_id"], strict=True)),
        **dict(zip(edited.trips["trip_id"], edited.trips["route_id"], strict=True)),
    }
    rows = [_row("trip", trip, "removed", route_id=routes[trip]) for trip in trips.removed]
    rows += [_row("trip", trip, "added", route_id=routes[trip]) for trip in trips.added]
    for what in ("stops", "times", "days", "headways", "routes"):
        for trip in sorted(getattr(trips, what)):
            shift: Row = {"value": trips.latest_s[trip], "unit": "s"} if what == "times" else {}
            word = "route" if what == "routes" else what
            rows.append(_row("trip", trip, "changed", word, route_id=routes[trip], **shift))
    return rows


def _stops(base: gtfs_kit.Feed, edited: gtfs_kit.Feed) -> list[Row]:
    before, after = _stop_table(base), _stop_table(edited)
    rows = [
        _row("stop", stop, "removed", name=before.loc[stop, "name"])
        for stop in before.index.difference(after.index, sort=False)
    ]
    rows += [
        _row("stop", stop, "added", name=after.loc[stop, "name"])
        for stop in after.index.difference(before.index, sort=False)
    ]
    both = before.index.intersection(after.index, sort=False)
    old, new = before.loc[both], after.loc[both]
    moved_m = great_circle_m(*(table[column].to_numpy() for table in (old, new) for column in ("lon", "lat")))
    placed = [np.isfinite(table["lon"].to_numpy()) for table in (old, new)]
    served = [table["served"].to_numpy() for table in (old, new)]
    names = new["name"].to_numpy()
    for at in np.flatnonzero((moved_m > 0) | (placed[0] != placed[1])):
        rows.append(
            _row("stop", both[int(at)], "changed", "position", name=names[at], value=moved_m[at], unit="m")
        )
    for at in np.flatnonzero(old["name"].to_numpy() != names):
        rows.append(_row("stop", both[int(at)], "changed", "name", name=names[at]))
    for at in np.flatnonzero(served[0] != served[1]):
        numbers = {"base": int(served[0][at]), "value": int(served[1][at])}
        rows.append(_row("stop", both[int(at)], "changed", "served", name=names[at], **numbers))
    return rows


def _stop_table(feed: gtfs_kit.Feed) -> pd.DataFrame:
    ids = feed.stops["stop_id"]
    lon, lat = coordinates(feed.stops)
    names = feed.stops["stop_name"].fillna(ids) if "stop_name" in feed.stops.columns else ids
    trips = feed.stop_times["trip_id"].isin(feed.trips["trip_id"])
    served = ids.isin(feed.stop_times.loc[trips, "stop_id"].unique())
    table = {"name": names.to_numpy(dtype=object), "lon": lon, "lat": lat, "served": served.to_numpy()}
    return pd.DataFrame(table, index=pd.Index(ids.to_numpy(dtype=object)))
