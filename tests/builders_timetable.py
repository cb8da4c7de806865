"""Small timetables and walks for tests: written by hand in a mini-language, or random but always valid.

One trip a line, one visit between commas: stop, time (arrival/departure where they differ), flags::

    A 8:00, B 8:10/8:12, C 8:20 no-drop-off

Times are H:MM or H:MM:SS after 00:00 of the service day; a leading minus is the day before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from access.engine.arrays import WalkLinks
from gtfs.timetable import NO_INDEX, Timetable, TransferRules

DAY_S = 86_400


def clock_s(text: str) -> int:
    """Seconds after midnight of ``8:00``, ``8:00:30`` or ``-0:10``."""
    sign = -1 if text.startswith("-") else 1
    hours, minutes, *rest = (int(part) for part in text.lstrip("-").split(":"))
    return sign * (3600 * hours + 60 * minutes + sum(rest))


def make_timetable(trips: Iterable[list[tuple[int, int, int, bool, bool]]], n_stops: int) -> Timetable:
    """Timetable of trips given as visits ``(stop, arrival_s, departure_s, pickup, drop_off)``."""
    ordered = sorted(trips, key=lambda visits: visits[0][2])  # T4
    visits = [visit for trip in ordered for visit in trip]
    stop, arrival_s, departure_s, pickup, drop_off = zip(*visits, strict=True) if visits else ((),) * 5
    none = np.zeros(0, np.int32)
    n_trips = len(ordered)
    timetable = Timetable(
        stop_lon=np.zeros(n_stops),
        stop_lat=np.zeros(n_stops),
        stop_station=np.full(n_stops, NO_INDEX),
        trip_start=np.cumsum([0] + [len(trip) for trip in ordered]).astype(np.int64),
        trip_route=np.zeros(n_trips, np.int32),
        trip_block=np.full(n_trips, NO_INDEX),
        trip_day=np.zeros(n_trips, np.int8),
        visit_stop=np.array(stop, np.int32),
        arrival_s=np.array(arrival_s, np.int32),
        departure_s=np.array(departure_s, np.int32),
        pickup=np.array(pickup, np.bool_),
        drop_off=np.array(drop_off, np.bool_),
        transfers=TransferRules(none, none, none, none, none, none, none.astype(np.int8), none),
    )
    for array in (*timetable[:-1], *timetable.transfers):
        array.flags.writeable = False
    return timetable


def make_links(walks: Iterable[Mapping[int, int]]) -> WalkLinks:
    """Walks from ``{target: seconds}`` of each source."""
    rows = [sorted(row.items()) for row in walks]
    return WalkLinks(
        start=np.cumsum([0] + [len(row) for row in rows]).astype(np.int64),
        target=np.array([target for row in rows for target, _ in row], np.int32),
        walk_s=np.array([walk_s for row in rows for _, walk_s in row], np.int32),
    )


@dataclass
class Town:
    """A hand-written case: one origin ``home`` and one destination ``work``, stops named by letters.

    Walks are in seconds: ``access={"A": 60}``, ``egress={"B": 60}``, ``footpaths={"B-C": 120}`` (one way),
    ``direct`` from home to work.
    """

    trips: str
    access: Mapping[str, int] = field(default_factory=lambda: {"A": 0})
    egress: Mapping[str, int] = field(default_factory=lambda: {"Z": 0})
    footpaths: Mapping[str, int] = field(default_factory=dict)
    direct: int | None = None

    def stop(self, name: str) -> int:
        """Index of a stop."""
        return self._stops().index(name)

    def journey_input(self) -> dict[str, Any]:
        """The arguments that describe the town to ``access.travel_times``."""
        stops = self._stops()
        footpaths: list[dict[int, int]] = [{} for _ in stops]
        for pair, walk_s in self.footpaths.items():
            source, target = pair.split("-")
            footpaths[stops.index(source)][stops.index(target)] = walk_s
        return {
            "timetable": make_timetable([self._visits(line) for line in self._lines()], len(stops)),
            "access": make_links([{stops.index(name): walk_s for name, walk_s in self.access.items()}]),
            "footpaths": make_links(footpaths),
            "egress": make_links([{0: self.egress[name]} if name in self.egress else {} for name in stops]),
            "direct": make_links([{} if self.direct is None else {0: self.direct}]),
            "n_destinations": 1,
        }

    def _lines(self) -> list[str]:
        return [line.strip() for line in self.trips.strip().splitlines() if line.strip()]

    def _stops(self) -> list[str]:
        in_trips = {visit.split()[0] for line in self._lines() for visit in line.split(",")}
        in_walks = {name for pair in self.footpaths for name in pair.split("-")}
        return sorted(in_trips | in_walks | set(self.access) | set(self.egress))

    def _visits(self, line: str) -> list[tuple[int, int, int, bool, bool]]:
        visits = []
        for text in line.split(","):
            name, times, *flags = text.split()
            arrival, _, departure = times.partition("/")
            arrival_s = clock_s(arrival)
            departure_s = clock_s(departure) if departure else arrival_s
            pickup, drop_off = "no-pickup" not in flags, "no-drop-off" not in flags
            visits.append((self.stop(name), arrival_s, departure_s, pickup, drop_off))
        return visits


@st.composite
def random_journey_inputs(draw: st.DrawFn) -> dict[str, Any]:
    """A random valid town with a search: ties, overtaking, loops, 0 s rides, midnight, isolated stops."""
    n_stops = draw(st.sampled_from([1, 2, 3, 4, 4, 5, 6]))
    n_origins = draw(st.integers(1, 2))
    n_destinations = draw(st.integers(1, 3))
    n_trips = draw(st.sampled_from([0, 2, 4, 8, 10, 12]))
    start_s = draw(st.sampled_from([0, 45, 8 * 3600, 8 * 3600 + 30, DAY_S - 300]))
    window_min = draw(st.integers(1, 10))
    first_s = st.integers(-4, 2 * window_min + 16).map(lambda half_min: start_s + 30 * half_min)
    ride_s = st.sampled_from([0, 0, 1, 30, 60, 60, 119, 300])
    dwell_s = st.sampled_from([0, 0, 0, 20, 60])
    mostly = st.sampled_from([True, True, True, True, True, False])
    ride = st.tuples(st.integers(0, n_stops - 1), ride_s, dwell_s, mostly, mostly)
    trip = st.tuples(first_s, st.lists(ride, min_size=2, max_size=5))
    trips = draw(st.lists(trip, min_size=n_trips, max_size=n_trips))
    walk_s = st.sampled_from([0, 0, 1, 30, 30, 59, 60, 61, 120, 240, 600])

    def walks(n_sources: int, n_targets: int, fewest: int, most: int) -> WalkLinks:
        fewest, most = min(fewest, n_targets), min(most, n_targets)
        row = st.dictionaries(st.integers(0, n_targets - 1), walk_s, min_size=fewest, max_size=most)
        return make_links(draw(st.lists(row, min_size=n_sources, max_size=n_sources)))

    return {
        "timetable": make_timetable([_timed(first, rides) for first, rides in trips], n_stops),
        "access": walks(n_origins, n_stops, draw(st.sampled_from([0, 2, 2, 2])), 4),
        "footpaths": walks(n_stops, n_stops, 0, 3),
        "egress": walks(n_stops, n_destinations, 0, 2),
        "direct": walks(n_origins, n_destinations, 0, 1),
        "n_destinations": n_destinations,
        "departure_start_s": start_s,
        "departure_window_min": window_min,
        "max_duration_min": draw(st.integers(1, 30)),
        "boarding_slack_s": draw(st.sampled_from([1, 1, 30, 60, 61])),
        "max_rides": draw(st.sampled_from([None, None, 1, 2, 2, 3])),
    }


def busy_journey_input(seed: int) -> dict[str, Any]:
    """A random valid town with many trips and at most two rides, where more rides are often faster."""
    random = np.random.default_rng(seed)
    n_stops, start_s, window_min = 8, 8 * 3600, 10
    trips = []
    for _ in range(30):
        first_s = start_s + 30 * int(random.integers(-4, 2 * window_min + 30))
        n_visits = random.integers(2, 6)
        stop = random.integers(0, n_stops, n_visits).tolist()
        ride_s = random.choice([0, 30, 60, 120, 300], n_visits).tolist()
        dwell_s = random.choice([0, 0, 0, 20, 60], n_visits).tolist()
        trips.append(
            _timed(first_s, [(*visit, True, True) for visit in zip(stop, ride_s, dwell_s, strict=True)])
        )

    def walks(n_sources: int, n_targets: int, most: int, longest_s: int) -> WalkLinks:
        rows = []
        for _ in range(n_sources):
            targets = random.choice(n_targets, random.integers(1, most + 1), replace=False).tolist()
            rows.append({target: 30 * int(random.integers(0, longest_s // 30 + 1)) for target in targets})
        return make_links(rows)

    return {
        "timetable": make_timetable(trips, n_stops),
        "access": walks(1, n_stops, 3, 600),
        "footpaths": walks(n_stops, n_stops, 2, 240),
        "egress": walks(n_stops, 2, 2, 240),
        "direct": make_links([{}]),
        "n_destinations": 2,
        "departure_start_s": start_s,
        "departure_window_min": window_min,
        "max_duration_min": 60,
        "boarding_slack_s": 1,
        "max_rides": 2,
    }


def _timed(
    first_s: int, rides: list[tuple[int, int, int, bool, bool]]
) -> list[tuple[int, int, int, bool, bool]]:
    """Visits of one trip from its rides ``(stop, ride_s to it, dwell_s at it, pickup, drop_off)``."""
    visits: list[tuple[int, int, int, bool, bool]] = []
    departure_s = first_s
    for stop, ride_s, dwell_s, pickup, drop_off in rides:
        arrival_s = departure_s + ride_s if visits else first_s
        departure_s = arrival_s + dwell_s
        visits.append((stop, arrival_s, departure_s, pickup, drop_off))
    return visits
