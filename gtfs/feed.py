"""Reads GTFS feeds into ``gtfs_kit.Feed`` objects and joins several into one.

gtfs-kit's own ``combine_feeds`` is not used: it unites stops, routes and trips of different operators that
look alike (stops within 10 m, equal names) and leaves the trip and route columns of transfers.txt unprefixed.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import gtfs_kit
import pandas as pd
from gtfs_kit import shapes as gtfs_kit_shapes

from gtfs.archive import FeedArchive, open_archive
from gtfs.errors import FeedError, FeedQualityWarning
from gtfs.tables import COLUMN_TYPES, NEEDED_COLUMNS, NOT_IN_GTFS_KIT, read_table

_ID_COLUMNS = frozenset(
    {
        "agency_id",
        "stop_id",
        "parent_station",
        "from_stop_id",
        "to_stop_id",
        "route_id",
        "from_route_id",
        "to_route_id",
        "service_id",
        "shape_id",
        "trip_id",
        "from_trip_id",
        "to_trip_id",
        "block_id",
        "fare_id",
        "zone_id",
        "origin_id",
        "destination_id",
        "contains_id",
        "attribution_id",
        "level_id",
        "pathway_id",
        "location_group_id",
        "location_id",
    }
)
"""Columns that name something inside their own feed, in whatever table they stand."""

SEPARATOR = ":"
"""Stands between the feed's name and the id when several feeds are merged."""


def read_feed(path: Path, name: str | None = None) -> gtfs_kit.Feed:
    """Read one GTFS feed, a zip or a folder.

    Parameters
    ----------
    path : zip archive or folder with the tables at its top level.
    name : how messages call the feed; default the file name.

    Returns
    -------
    gtfs_kit.Feed
        Tables with gtfs-kit's column types, except that headways and transfer times are Int32 and that
        columns gtfs-kit does not know are text. Its attribute ``pathways``, which gtfs-kit does not know, is
        pathways.txt or None; other tables gtfs-kit does not know (fares v2) are not read.

    Raises
    ------
    FeedError
        The archive is not usable (see ``gtfs.archive.open_archive``) or a table that travel times depend on
        cannot be read. A table they do not depend on is left out with a ``FeedQualityWarning``.
    """
    archive = open_archive(Path(path), name)
    tables = {table: _table_or_none(archive, table) for table in COLUMN_TYPES}
    empty = [f"{table}.txt" for table in ("stops", "routes", "trips", "stop_times") if tables[table] is None]
    if tables["calendar"] is None and tables["calendar_dates"] is None:
        empty.append("calendar.txt or calendar_dates.txt")
    if empty:
        raise FeedError(f"{archive.label}: no rows in {', '.join(empty)}; the feed describes no service")
    return feed_of(_distance_units(tables["shapes"]), tables)


def feed_of(dist_units: str, tables: Mapping[str, pd.DataFrame | None]) -> gtfs_kit.Feed:
    """Put tables, one for each of ``COLUMN_TYPES``, into gtfs-kit's object; those it does not know, too."""
    known = {name: table for name, table in tables.items() if name not in NOT_IN_GTFS_KIT}
    feed = gtfs_kit.Feed(dist_units=dist_units, **known)
    for name in NOT_IN_GTFS_KIT:
        setattr(feed, name, tables[name])
    return feed


def _table_or_none(archive: FeedArchive, table: str) -> pd.DataFrame | None:
    file = f"{table}.txt"
    if file not in archive.names:
        return None
    try:
        content = archive.read(file)
        return read_table(content, table, archive.label) if content.strip() else None
    except FeedError as error:
        if table in NEEDED_COLUMNS:
            raise
        warnings.warn(
            f"{error}; left out: no travel time depends on {file}", FeedQualityWarning, stacklevel=3
        )
        return None


def _distance_units(shapes: pd.DataFrame | None) -> str:
    """Unit of shape_dist_traveled; only its proportions matter here, so a shaky guess does no harm."""
    try:
        return str(gtfs_kit_shapes.infer_dist_units(shapes))
    except Exception:  # shapes.txt may lack any column; see above
        return "km"


def merge_feeds(feeds: Mapping[str, gtfs_kit.Feed]) -> gtfs_kit.Feed:
    """Join feeds into one; nothing is united, the operators stay apart.

    Parameters
    ----------
    feeds : name -> feed, in the order in which their rows are to stand.

    Returns
    -------
    gtfs_kit.Feed
        The feed itself if there is one; else a new feed in which every id reads ``name:id``.

    Raises
    ------
    FeedError
        There is no feed, or a name is empty or contains a colon.
    """
    if not feeds:
        raise FeedError("no GTFS feed was given; at least one is needed to compute travel times by transit")
    if len(feeds) == 1:
        return next(iter(feeds.values()))
    wrong = [name for name in feeds if not name or SEPARATOR in name]
    if wrong:
        raise FeedError(
            f"the feed names {wrong} cannot be used as prefixes; "
            f"give each feed a short name without {SEPARATOR!r}"
        )
    merged = {}
    for table in COLUMN_TYPES:
        parts = [
            _prefixed(getattr(feed, table), name)
            for name, feed in feeds.items()
            if getattr(feed, table, None) is not None
        ]
        merged[table] = pd.concat(parts, ignore_index=True) if parts else None
    return feed_of(next(iter(feeds.values())).dist_units, merged)


def _prefixed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = [column for column in table.columns if column in _ID_COLUMNS]
    return table.assign(**{column: _prefixed_ids(table[column], name) for column in columns})


def _prefixed_ids(ids: pd.Series[str], name: str) -> pd.Series[str]:
    codes, values = pd.factorize(ids)  # ids repeat a lot: prefix each value once
    prefixed = pd.array([f"{name}{SEPARATOR}{value}" for value in values], dtype="string")
    return pd.Series(prefixed.take(codes, allow_fill=True), index=ids.index)
