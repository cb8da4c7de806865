"""A line with two directions and stops across the road, and results of the disc, for the page "what if"."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import builders_comparison as comparison
from builders_gtfs import GtfsBuilder

from access.report_data import Headline, Run
from access.report_numbers import Numbers
from dashboards.run_data import RunData
from dashboards.what_if_answer import Asked, answer_of
from dashboards.what_if_form_read import City
from dashboards.what_if_form_today import today_of_feeds
from dashboards.what_if_result import WhatIfResult
from gtfs.feed import read_feed

DAY = date(2024, 5, 15)  # a Wednesday
SERVICES = {"care": {"en": "clinics", "fr": "centres de santé"}}


def city(folder: Path) -> City:
    """Line R from A by B and C to D every 40 minutes from 6 to 8, and back on the other side of the road.

    Stops are some 1,112 m apart; the other side (a, b, c, d) is 19 m away and has the same names. Line S is
    of another feed and has one direction.
    """
    bus = GtfsBuilder()
    for number, name in enumerate("ABCD"):
        lat = round(-30 - 0.01 * number, 4)
        for side, lon in ((name, -51.2), (name.lower(), -51.2002)):
            bus.row("stops.txt", stop_id=side, stop_name=f"Street {name}", stop_lat=lat, stop_lon=lon)
    bus.route("R", route_long_name="Along the road")
    bus.service("daily")
    for number, start in enumerate((360, 400, 440, 480)):
        for way, stops in (("0", "ABCD"), ("1", "dcba")):
            times = [f"{(start + 3 * k) // 60:02d}:{(start + 3 * k) % 60:02d}:00" for k in range(4)]
            bus.trip(f"{way}-{number}", list(zip(stops, times, strict=True)), direction_id=way)
    tram = GtfsBuilder()
    tram.line_of_stops(["X", "Y"], lon=-51.25)
    tram.route("S", route_type=0)
    tram.service("daily")
    tram.trip("s", [("X", "07:00:00"), ("Y", "07:05:00")], route="S")
    feeds = {
        name: read_feed(builder.write(folder / f"{name}.zip"), name)
        for name, builder in (("bus", bus), ("tram", tram))
    }
    return City(today_of_feeds(feeds, DAY), SERVICES, ("age_0_14",))


def result(folder: Path, *, final: bool = True, **changes: Any) -> tuple[RunData, WhatIfResult]:
    """Return the disc as a run, and the answer to a question of it."""
    warm = comparison.warm_run(folder)
    changed = comparison.comparison(**changes)
    found = comparison.compared(folder, comparison=changed, register=comparison.register() if final else None)
    order = [str(each) for each in comparison.cells()["id"]]
    made = answer_of(warm, found, Asked("a" * 64, "disc", {"name": "x"}, {}, order), final=final)
    where = comparison.WHERE
    headline = Headline(str(where["service"]), int(str(where["cutoff_min"])), str(where["period"]))
    return RunData("disc", folder, Run(comparison.cells(), warm.manifest, headline, {}, Numbers([]))), made
