"""Which rows of a copied file name something that an edit removed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import gtfs_kit
import pandas as pd

WITHOUT_TRAVEL_TIMES = frozenset({"attributions", "fare_rules"})
"""Tables that gtfs-kit knows, that name ids of others and that no travel time depends on."""

_IDS = {
    "stop": (("stops", "stop_id"),),
    "route": (("routes", "route_id"),),
    "trip": (("trips", "trip_id"),),
    "service": (("calendar", "service_id"), ("calendar_dates", "service_id")),
    "shape": (("shapes", "shape_id"),),
    "agency": (("agency", "agency_id"),),
    "fare": (("fare_attributes", "fare_id"),),
    "zone": (("stops", "zone_id"),),
}
"""Kind of thing -> where its ids are defined."""

_REFERENCES = {
    "stop_id": "stop",
    "from_stop_id": "stop",
    "to_stop_id": "stop",
    "parent_station": "stop",
    "route_id": "route",
    "from_route_id": "route",
    "to_route_id": "route",
    "trip_id": "trip",
    "from_trip_id": "trip",
    "to_trip_id": "trip",
    "service_id": "service",
    "prior_notice_service_id": "service",
    "shape_id": "shape",
    "agency_id": "agency",
    "fare_id": "fare",
    "origin_id": "zone",
    "destination_id": "zone",
    "contains_id": "zone",
}
"""Column -> kind of thing it names, in whatever file it stands."""

_TRANSLATED = {
    "stops": "stop",
    "routes": "route",
    "trips": "trip",
    "stop_times": "trip",
    "agency": "agency",
    "fare_attributes": "fare",
}
"""``table_name`` in translations.txt -> kind of thing its ``record_id`` names."""


def removed_ids(base: gtfs_kit.Feed, edited: gtfs_kit.Feed) -> dict[str, frozenset[str]]:
    """Return by kind the ids that the base defines and the edited feed does not."""
    return {kind: _defined(base, kind) - _defined(edited, kind) for kind in _IDS}


def _defined(feed: gtfs_kit.Feed, kind: str) -> frozenset[str]:
    found: set[str] = set()
    for name, column in _IDS[kind]:
        table: pd.DataFrame | None = getattr(feed, name, None)
        if table is not None and column in table.columns:
            found |= set(table[column].dropna())
    return frozenset(found)


def without_dangling(
    content: bytes, table: str, removed: Mapping[str, frozenset[str]]
) -> tuple[bytes | None, int]:
    """Leave out the rows of a file that name something removed.

    Parameters
    ----------
    content : bytes
        The file as it is.
    table : str
        Its name without ``.txt``.
    removed : mapping
        See ``removed_ids``.

    Returns
    -------
    bytes or None
        The very same bytes if no row has to go; None if no row remains.
    int
        Number of rows left out.
    """
    if not any(removed.values()):
        return content, 0
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return content, 0  # no table that could be looked into: as good or bad as in the base
    if not rows:
        return content, 0
    header = [name.strip() for name in rows[0]]
    kept = [row for row in rows[1:] if not _dangles(row, header, table, removed)]
    n_dangling = len(rows) - 1 - len(kept)
    if not n_dangling:
        return content, 0
    if not any(any(cell.strip() for cell in row) for row in kept):
        return None, n_dangling
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([rows[0], *kept])
    return text.getvalue().encode(), n_dangling


def _dangles(row: list[str], header: list[str], table: str, removed: Mapping[str, frozenset[str]]) -> bool:
    cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
    if any(cells[column] in removed[kind] for column, kind in _REFERENCES.items() if column in cells):
        return True
    kind = _TRANSLATED.get(cells.get("table_name", "")) if table == "translations" else None
    return kind is not None and cells.get("record_id") in removed[kind]
