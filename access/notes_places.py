"""What an observation may be attached to: cells, zones, stops, routes and alerts that a city's store knows.

Cells and zones are those of any snapshot of the city; stops and routes those of the timetables of its newest
snapshot, read from the archive beside the store. With several timetables an id reads ``feed:id``, as
everywhere in a run.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from access.errors import InputDataError, StoreError
from access.observatory_read import cities, snapshots_of
from access.observatory_store import Store, shown

ATTACHED = ("cell", "stop", "route", "zone", "alert")
OF_TIMETABLE = ("stop", "route")


class Timetable(NamedTuple):
    """Stops (``id, name, lon, lat``) and routes (``id, name``) of a city's newest snapshot."""

    stops: pd.DataFrame
    routes: pd.DataFrame


def known_ids(store: Store, location: str | Path, city: str, attached: str, ids: Collection[str]) -> set[str]:
    """Return those of some ids that the city has.

    Parameters
    ----------
    store : Store
        Open.
    location : str or Path
        Where it lies: the archive of timetables is beside it.
    attached : str
        One of ``ATTACHED``.

    Raises
    ------
    InputDataError
        If stops or routes are asked for and no timetable is archived.
    """
    if attached in OF_TIMETABLE:
        table = timetable(store, location, city)
        return {*ids} & {*(table.stops if attached == "stop" else table.routes)["id"]}
    if attached == "alert":
        from access.warning import alerts_of

        return {*ids} & {alert.alert for alert in alerts_of(store, city)}
    column = {"cell": "cell", "zone": "zone_id"}[attached]
    snapshots = store.rows("snapshot", ["snapshot"], city=city)["snapshot"]
    found = store.rows(attached, [column], **{"snapshot": [*snapshots], column: [*ids]})
    return {*found[column]}


def timetable(store: Store, location: str | Path, city: str) -> Timetable:
    """Return stops and routes of the newest snapshot of a city.

    Raises
    ------
    InputDataError
        If one of its timetables is not archived.
    """
    from access.observatory_archive import archived

    newest = snapshots_of(store, city)
    feeds = store.rows("feed", ["feed", "sha256"], snapshot=list(newest["snapshot"].tail(1)))
    found = []
    for name, sha256 in feeds.itertuples(index=False):
        path = archived(location, str(sha256))
        if path is None:
            raise _not_archived(location, str(name))
        prefix = f"{name}:" if len(feeds) > 1 else ""
        found.append(_read(str(path), prefix))
    if not found:
        raise _not_archived(location, "the newest snapshot")
    return Timetable(
        pd.concat([each.stops for each in found], ignore_index=True),
        pd.concat([each.routes for each in found], ignore_index=True),
    )


def names_of_places(store: Store, location: str | Path, city: str) -> list[str]:
    """Return names of stops, routes, zones and quarters as far as they are known."""
    return list(_names(store, location, city))


def _names(store: Store, location: str | Path, city: str) -> Iterator[str]:
    newest = list(snapshots_of(store, city)["snapshot"].tail(1))
    for table, column in (("cell", "zone"), ("zone", "name")):
        yield from {*store.rows(table, [column], snapshot=newest)[column].dropna()}
    try:
        running = timetable(store, location, city)
    except InputDataError:
        return  # without an archive their names cannot be known
    yield from {*running.stops["name"], *running.routes["name"]}


def _not_archived(location: str | Path, what: str) -> InputDataError:
    return InputDataError(
        f"{what}: its timetable is not in the archive of {shown(location)}, so stops and routes cannot be "
        "checked; file the run again with `fairreach observe` without --no-archive, or attach the note to a "
        "cell"
    )


@functools.lru_cache(maxsize=32)
def _read(path: str, prefix: str) -> Timetable:
    """Read a feed once; an archived file never changes."""
    from gtfs.archive import open_archive

    archive = open_archive(Path(path))
    stops = _table(archive.read("stops.txt"))
    routes = _table(archive.read("routes.txt"))
    short, long = (_column(routes, f"route_{part}_name") for part in ("short", "long"))
    return Timetable(
        pd.DataFrame(
            {
                "id": prefix + stops["stop_id"],
                "name": _column(stops, "stop_name"),
                "lon": pd.to_numeric(_column(stops, "stop_lon"), errors="coerce"),
                "lat": pd.to_numeric(_column(stops, "stop_lat"), errors="coerce"),
            }
        ),
        pd.DataFrame({"id": prefix + routes["route_id"], "name": (short + " " + long).str.strip()}),
    )


def _table(content: bytes) -> pd.DataFrame:
    table = pd.read_csv(io.BytesIO(content), dtype=str, encoding="utf-8-sig", keep_default_na=False)
    return table.rename(columns=str.strip)


def _column(table: pd.DataFrame, name: str) -> pd.Series[str]:
    return table[name].str.strip() if name in table else pd.Series("", index=table.index)


def chosen_city(store: Store, city: str | None) -> str:
    """Return the city that was named, or the only one of the store.

    Raises
    ------
    StoreError
        If the store has none of that name, or several and none was named.
    """
    known = list(cities(store)["city"])
    if city is None and len(known) == 1:
        return str(known[0])
    if city is None:
        raise StoreError(f"--city: name one of {', '.join(known) or 'none: the store is empty'}")
    if city not in known:
        raise StoreError(f"city {city!r}: not in this store; it has {', '.join(known) or 'none'}")
    return city
