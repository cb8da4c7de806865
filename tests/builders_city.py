"""A whole city on one street, small enough to reckon by hand, as the files a user would have.

The street runs 10 km from west to east. 60 poor residents live at its west end, 40 rich ones at its east end,
where the 1,000 jobs are. A bus leaves 100 m east of the west end every ten minutes and takes 20 minutes to a
stop 100 m short of the east end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
import yaml
from builders_gtfs import GtfsBuilder
from builders_streets import at, write_osm_pbf

EAST_M = 10_000
SERVICE_DATE = "2024-03-06"

CONFIG: dict[str, Any] = {
    "name": "One Street",
    "schedule": {"feeds": [{"file": "bus.zip", "name": "bus"}], "service_date": SERVICE_DATE},
    "streets": {"osm_pbf": "streets.osm.pbf"},
    "cells": {"cover": "population"},
    "people": {
        "kind": "points",
        "file": "people.csv",
        "population_column": "residents",
        "households_column": "households",
    },
    "income": {
        "kind": "polygons",
        "file": "zones.geojson",
        "income_column": "income",
        "households_column": "households",
        "unit": {"en": "crowns a month", "fr": "couronnes par mois"},
    },
    "population_grid": {"file": "people.csv", "weight_column": "residents"},
    "zones": {"file": "zones.geojson", "name_column": "name"},
    "opportunities": [
        {
            "name": "jobs",
            "label": {"en": "jobs", "fr": "emplois"},
            "kind": "points",
            "file": "jobs.csv",
            "count_column": "jobs",
        }
    ],
    "periods": [
        {
            "name": "peak",
            "label": {"en": "morning", "fr": "matin"},
            "departure_start": "08:00",
            "departure_window_min": 60,
        }
    ],
    "measures": {
        "cutoffs_min": [28, 29, 60],
        "headline": {"service": "jobs", "cutoff_min": 60, "period": "peak"},
        "sufficiency": [
            {
                "name": "jobs_28",
                "label": {"en": "a job within 28 minutes", "fr": "un emploi en 28 minutes"},
                "service": "jobs",
                "at_least": 1,
                "within_min": 28,
                "source": {"en": "our proposal", "fr": "notre proposition"},
            }
        ],
    },
    "results": {"folder": "run"},
}


def bus_feed() -> GtfsBuilder:
    """One line, every ten minutes from 07:00 to 10:50, 20 minutes from A to B."""
    feed = GtfsBuilder()
    feed.stop("A", *at(100, 0))
    feed.stop("B", *at(EAST_M - 100, 0))
    for start_min in range(7 * 60, 11 * 60, 10):
        leave, arrive = (f"{m // 60:02d}:{m % 60:02d}:00" for m in (start_min, start_min + 20))
        feed.trip(f"t{start_min}", [("A", leave), ("B", arrive)])
    return feed


def write_streets(path: Path) -> None:
    """One street with a node every 500 m."""
    nodes = {1 + i: at(500 * i, 0) for i in range(EAST_M // 500 + 1)}
    write_osm_pbf(path, nodes, {1: (list(nodes), {"highway": "residential"})})


def zones() -> gpd.GeoDataFrame:
    """The poor west and the rich east."""
    halves = [
        shapely.box(*at(-2000, -2000), *at(5000, 2000)),
        shapely.box(*at(5000, -2000), *at(12000, 2000)),
    ]
    columns = {"name": ["West", "East"], "income": [1000.0, 5000.0], "households": [30.0, 20.0]}
    return gpd.GeoDataFrame(columns, geometry=halves, crs="EPSG:4326")


def write_city(folder: Path, **changes: Any) -> Path:
    """Write every file of the city; return its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    bus_feed().write(folder / "bus.zip")
    write_streets(folder / "streets.osm.pbf")
    west, east = at(0, 0), at(EAST_M, 0)
    (folder / "people.csv").write_text(
        f"lon,lat,residents,households\n{west[0]},{west[1]},60,30\n{east[0]},{east[1]},40,20\n"
    )
    (folder / "jobs.csv").write_text(f"lon,lat,jobs\n{east[0]},{east[1]},1000\n")
    zones().to_file(folder / "zones.geojson", driver="GeoJSON")
    return write_config(folder, {**CONFIG, **changes})


def write_config(folder: Path, config: dict[str, Any]) -> Path:
    """Write a configuration beside its files, with results beside them too."""
    config = {**config, "results": {"folder": str(folder / "run")}}
    path = folder / "city.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path
