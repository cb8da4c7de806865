"""The city on one street (``builders_city``) for users of the Python API.

A bus leaves stop A, 100 m from the west end, every ten minutes from 07:00 to 10:50 and takes 20 minutes to
B, 100 m short of the east end. Leaving the west end at 08:00 one is at A at 08:01:40, may board from 08:02:40
on, rides at 08:10, is at B at 08:30 and at the east end at 08:31:40: 31 minutes. The departures 08:00 to
08:09 take 31, 30, 29, 28, 27, 26, 25, 24, 33 and 32 minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
from builders_city import EAST_M, bus_feed, write_streets
from builders_streets import at

from access import TransportNetwork


def clock(text: str) -> datetime:
    """Return the time of a clock on the spot, such as ``"2024-03-06 08:00"``."""
    return datetime.fromisoformat(text)


EIGHT = clock("2024-03-06 08:00")
HOUR = timedelta(hours=1)
TEN_MIN = timedelta(minutes=10)


def write_files(folder: Path) -> tuple[Path, Path]:
    """Write streets and timetable, unless they are there; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    osm_pbf, gtfs = folder / "streets.osm.pbf", folder / "bus.zip"
    if not gtfs.exists():
        write_streets(osm_pbf)
        bus_feed().write(gtfs)
    return osm_pbf, gtfs


def one_street(folder: Path, **options: Any) -> TransportNetwork:
    """Return the network of the city, with its cache in the folder."""
    osm_pbf, gtfs = write_files(folder)
    return TransportNetwork(osm_pbf, [gtfs], **{"cache": folder / "cache", **options})


def points(crs: str | None = "EPSG:4326", **east_m: float) -> gpd.GeoDataFrame:
    """Return points on the street, so many metres from its west end."""
    places = [at(metres, 0) for metres in east_m.values()]
    lon, lat = zip(*places, strict=True)
    geometry = gpd.points_from_xy(lon, lat, crs="EPSG:4326")
    frame = gpd.GeoDataFrame({"id": list(east_m)}, geometry=geometry)
    return frame.set_crs(None, allow_override=True) if crs is None else frame.to_crs(crs)


def both_ends() -> gpd.GeoDataFrame:
    """Return the two ends of the street, with jobs."""
    return points(west=0, east=EAST_M).assign(jobs=[5, 1000])
