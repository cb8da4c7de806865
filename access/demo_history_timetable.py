"""The timetables of one moment of the demo city's history: its lines and headways, jittered."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from access import demo_plan as plan
from access.demo_gtfs import Edition, write_gtfs
from access.demo_history_plan import DEPARTURE_NOISE_MIN, RUN_TIME_NOISE, Moment
from access.demo_plan import Floats, Ints
from access.demo_transit import Feed, make_feed

HOLIDAYS = ((5, 1), (7, 14), (12, 25))


def write_timetables(folder: Path, moment: Moment, size: plan.CitySize, seed: int) -> None:
    """Write ``bus.zip`` and ``tram.zip`` of a moment."""
    for number, name in enumerate(("bus", "tram")):
        feed = make_feed(name, size, seed, moment.lines, moment.headways)
        rng = np.random.default_rng([seed, 71, moment.number, number])
        write_gtfs(folder / f"{name}.zip", retimed(feed, rng), _edition(moment, name))


def retimed(feed: Feed, rng: np.random.Generator) -> Feed:
    """Return the feed with every line a little earlier or later, and a little slower or faster.

    The lines of a planner's new timetable move together: one shift in whole minutes for each line, direction
    and kind of day, one factor on the run times of each line and direction.
    """
    group = (feed.trip_line * 2 + feed.trip_direction) * 3 + feed.trip_service
    n_groups = 6 * len(feed.lines)
    shift_s = 60 * rng.integers(-DEPARTURE_NOISE_MIN, DEPARTURE_NOISE_MIN + 1, n_groups)
    factor = np.repeat(1 + RUN_TIME_NOISE * rng.standard_normal(n_groups // 3).clip(-2, 2), 3)
    visits = np.diff(feed.trip_start)
    start_s = np.repeat(feed.departure_s[feed.trip_start[:-1]], visits)
    shift, slower = np.repeat(shift_s[group], visits), np.repeat(factor[group], visits)
    return feed._replace(
        arrival_s=_moved(feed.arrival_s, start_s, shift, slower),
        departure_s=_moved(feed.departure_s, start_s, shift, slower),
    )


def _moved(times_s: Ints, start_s: Ints, shift_s: Ints, factor: Floats) -> Ints:
    """Return moved times; what the feed leaves blank (-1) stays blank."""
    moved: Ints = np.rint(start_s + shift_s + (times_s - start_s) * factor).astype(np.int64)
    return np.where(times_s < 0, -1, np.maximum(moved, 0))


def _edition(moment: Moment, name: str) -> Edition:
    first, last = moment.first_day, moment.last_day[name]
    years = range(first.year, last.year + 1)
    days = [f"{year}{month:02d}{day:02d}" for year in years for month, day in HOLIDAYS]
    span = f"{first:%Y%m%d}", f"{last:%Y%m%d}"
    holidays = tuple(day for day in days if span[0] <= day <= span[1])
    wheelchair = name != "bus" or moment.wheelchair_in_bus
    return Edition(*span, f"demo {moment.observed_on}", holidays, wheelchair)
