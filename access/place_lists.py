"""Everything with a name in a run: its neighbourhoods, stops and streets, each with the cell it lies in.

Neighbourhoods come from the cells, stops from the ready network, streets, squares and buildings from the
run's ``osm_pbf``, where these are still there; what is gone is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from access.datasets import sha256_of
from access.errors import AccessError, InputDataError
from access.explain_places import plain_name
from access.live_cache import BoundedCache
from access.network_cache import load_group, load_names
from access.place_cells import FoundPlace, Grid
from access.place_streets import NamedPlace, read_named_places
from gtfs.timetable import Timetable

_NAMES_OF_FILE: BoundedCache[list[NamedPlace]] = BoundedCache(4)


class NamedStop(NamedTuple):
    """A stop of the timetable."""

    name: str
    lon: float
    lat: float
    kind: Literal["stop"] = "stop"


def zones_of(grid: Grid) -> list[FoundPlace]:
    """List each neighbourhood once, at the cell nearest to the mean of its cells."""
    rows: dict[str, list[int]] = {}
    for row, zone in enumerate(grid.zones):
        if zone:
            rows.setdefault(zone, []).append(row)
    found = []
    for name, own in sorted(rows.items()):
        middle = own[grid.middle(grid.lon[own], grid.lat[own])]
        at = float(grid.lon[middle]), float(grid.lat[middle])
        found.append(FoundPlace("zone", name, grid.ids[middle], *at, n_cells=len(own)))
    return found


def stops_of(manifest: Mapping[str, Any]) -> list[NamedStop]:
    """List the stops of the ready network that are served; none where it is gone."""
    try:
        folder = Path(str(manifest.get("network_cache") or ""))
        names = load_names(folder)
        day = next(key for key in names if _is_date(key))
        timetable = load_group(folder, f"timetable_{day}", Timetable)
    except (AccessError, StopIteration):
        return []
    served = np.zeros(timetable.n_stops, np.bool_)
    served[timetable.visit_stop] = True
    known = np.flatnonzero(served & np.isfinite(timetable.stop_lon + timetable.stop_lat))
    stops = names[day]["stop_names"], names[day]["stop_ids"]
    return [
        NamedStop(
            str(stops[0][at] or stops[1][at]), float(timetable.stop_lon[at]), float(timetable.stop_lat[at])
        )
        for at in known
    ]


def put_together(grid: Grid, named: Sequence[NamedPlace | NamedStop]) -> list[FoundPlace]:
    """Join what has one name within one neighbourhood (outside: at all), at the one nearest to its middle."""
    lon, lat = (np.array([getattr(place, axis) for place in named], np.float64) for axis in ("lon", "lat"))
    cells = grid.cells_of(lon, lat)
    groups: dict[tuple[str, str, str], list[int]] = {}
    for at, (place, cell) in enumerate(zip(named, cells, strict=True)):
        where = grid.zone_of(cell) or (cell if place.kind == "building" else str(bool(cell)))
        groups.setdefault((place.kind, plain_name(place.name), where), []).append(at)
    found = []
    for own in groups.values():
        at = own[grid.middle(lon[own], lat[own])]
        place, cell = named[at], cells[at]
        found.append(FoundPlace(place.kind, place.name, cell, place.lon, place.lat, grid.zone_of(cell)))
    return found


def streets_of(manifest: Mapping[str, Any]) -> list[NamedPlace] | None:
    """Read the names of the run's streets, once for each file; None where the file is gone or too large."""
    name = ((manifest.get("config") or {}).get("streets") or {}).get("osm_pbf")
    if not name:
        return None
    file = Path(str(manifest.get("data_folder") or "")) / str(name)
    try:
        return _NAMES_OF_FILE.get(sha256_of(file), lambda: read_named_places(file))
    except (InputDataError, OSError):
        return None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
