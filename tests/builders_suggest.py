"""The one-street city with a bus too rare for the poor, and one that nobody can use, for searches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import builders_city as city
from builders_gtfs import GtfsBuilder
from builders_streets import at


def hourly_feed() -> GtfsBuilder:
    """Two routes at 7, 8, 9 and 10 o'clock: *poor* from the poor to the jobs, *empty* past nobody.

    A ride takes 20 minutes. With the bus of 9:00, who leaves at half past eight is there after about 52
    minutes; with one each half hour, after less than 45 at most minutes.
    """
    feed = GtfsBuilder()
    feed.stop("A", *at(100, 0))
    feed.stop("B", *at(city.EAST_M - 100, 0))
    feed.stop("C", *at(4000, 0))
    feed.stop("D", *at(6000, 0))
    for route, start, end in (("poor", "A", "B"), ("empty", "C", "D")):
        for hour in (7, 8, 9, 10):
            feed.trip(
                f"{route}{hour}", [(start, f"{hour:02d}:00:00"), (end, f"{hour:02d}:20:00")], route=route
            )
    return feed


def write_rare_bus_city(folder: Path, **changes: Any) -> Path:
    """Write the city with its headline at 45 minutes; return its configuration."""
    measures = {"cutoffs_min": [45], "headline": {"service": "jobs", "cutoff_min": 45, "period": "peak"}}
    file = city.write_city(folder, measures=measures, **changes)
    hourly_feed().write(folder / "bus.zip")
    return file
