"""Departures and arrivals by stop, route and direction."""

from __future__ import annotations

import math

import numpy as np
import pytest
from builders_supply import every, make_schedule

from gtfs.supply import (
    Service,
    arrivals_between,
    clusters_of,
    count_service,
    departures_between,
    headway_min,
    places_of,
)
from gtfs.supply_directions import trip_directions
from gtfs.timetable import Schedule

HOUR = 3600


def counted(
    schedule: Schedule, start_h: float, end_h: float, *, by_place: bool = True
) -> dict[tuple[str, str, int], int]:
    """``{(stop, route, direction): vehicles}``."""
    timetable = schedule.timetable
    group = places_of(timetable) if by_place else np.arange(timetable.n_stops, dtype=np.int32)
    calls = departures_between(timetable, round(HOUR * start_h), round(HOUR * end_h))
    service = count_service(calls, group, trip_directions(timetable))
    return named(schedule, service)


def named(schedule: Schedule, service: Service) -> dict[tuple[str, str, int], int]:
    rows = zip(*(column.tolist() for column in service), strict=True)
    return {(schedule.stop_ids[group], schedule.route_ids[route], way): n for group, route, way, n in rows}


def test_two_stops_and_three_routes_counted_on_paper() -> None:
    schedule = make_schedule("""
        1: A 8:00, B 8:10
        1: A 8:30, B 8:40
        2: A 8:15, B 8:20, C 8:30
        3: B 8:50, A 8:55, C 9:00
    """)
    assert counted(schedule, 8, 9) == {
        ("A", "1", 0): 2,
        ("A", "2", 0): 1,
        ("B", "2", 0): 1,
        ("A", "3", 0): 1,
        ("B", "3", 0): 1,
    }


def test_the_last_stop_of_a_trip_has_no_departure_and_the_first_no_arrival() -> None:
    schedule = make_schedule("1: A 8:00, B 8:10, C 8:20")
    departures = departures_between(schedule.timetable, 8 * HOUR, 9 * HOUR)
    arrivals = arrivals_between(schedule.timetable, 8 * HOUR, 9 * HOUR)
    assert [schedule.stop_ids[stop] for stop in departures.stop] == ["A", "B"]
    assert [schedule.stop_ids[stop] for stop in arrivals.stop] == ["B", "C"]
    assert arrivals.time_s.tolist() == [8 * HOUR + 600, 8 * HOUR + 1200]


def test_a_visit_without_boarding_is_no_departure_and_one_without_alighting_no_arrival() -> None:
    schedule = make_schedule("1: A 8:00, B 8:10 no-pickup, C 8:20 no-drop-off, D 8:30")
    departures = departures_between(schedule.timetable, 8 * HOUR, 9 * HOUR)
    arrivals = arrivals_between(schedule.timetable, 8 * HOUR, 9 * HOUR)
    assert [schedule.stop_ids[stop] for stop in departures.stop] == ["A", "C"]
    assert [schedule.stop_ids[stop] for stop in arrivals.stop] == ["B", "D"]


def test_the_window_holds_its_first_second_and_not_its_end() -> None:
    schedule = make_schedule("1: A 8:00, B 8:10\n1: A 9:00, B 9:10\n1: A 7:59:59, B 8:09")
    assert counted(schedule, 8, 9) == {("A", "1", 0): 1}


def test_a_vehicle_counts_in_the_window_in_which_it_leaves_not_arrives() -> None:
    schedule = make_schedule("1: A 7:50, B 7:58/8:01, C 8:10")
    assert counted(schedule, 8, 9) == {("B", "1", 0): 1}


def test_trips_after_midnight_and_of_the_night_before_count_where_they_fall() -> None:
    schedule = make_schedule("N: A -0:10, B 0:20, C 0:30\nN: A 24:30, B 24:40, C 24:50")
    assert counted(schedule, 0, 1) == {("B", "N", 0): 1}
    assert counted(schedule, 24, 25) == {("A", "N", 0): 1, ("B", "N", 0): 1}


def test_a_loop_that_passes_a_stop_twice_is_one_vehicle_there() -> None:
    schedule = make_schedule("1: A 8:00, B 8:10, C 8:20, B 8:30, A 8:40")
    assert counted(schedule, 8, 9) == {("A", "1", 0): 1, ("B", "1", 0): 1, ("C", "1", 0): 1}


def test_two_platforms_of_a_station_are_one_place_but_two_stops() -> None:
    lines = "S1: P1 8:00, X 8:10\nS1: P2 8:30, X 8:40\nS1: Q 8:20, P1 8:45, P2 8:46, X 8:50"
    schedule = make_schedule(lines, stations={"P1": "STATION", "P2": "STATION"}, types={"S1": 2})
    by_place = counted(schedule, 8, 9)
    assert by_place[("STATION", "S1", 0)] == 3
    by_stop = counted(schedule, 8, 9, by_place=False)
    assert (by_stop[("P1", "S1", 0)], by_stop[("P2", "S1", 0)]) == (2, 2)


def test_a_boarding_area_belongs_to_the_station_of_its_platform() -> None:
    schedule = make_schedule("1: A 8:00, B 8:10", stations={"A": "PLATFORM", "PLATFORM": "STATION"})
    place = places_of(schedule.timetable)
    assert [schedule.stop_ids[at] for at in place] == ["STATION", "B", "STATION", "STATION"]


def test_headway_is_the_window_by_its_vehicles_and_infinite_without_any() -> None:
    found = headway_min(np.array([6, 1, 0]), 8 * HOUR, 9 * HOUR)
    assert found.tolist() == [10.0, 60.0, math.inf]


class TestClusters:
    def clusters(self, within_m: float, **where: tuple[float, float]) -> list[int]:
        stops = sorted(where)
        schedule = make_schedule(f"1: {stops[0]} 8:00, {stops[1]} 8:10", stops=stops, where=where)
        return clusters_of(schedule.timetable, within_m).tolist()

    def test_stops_across_the_street_are_one_cluster_and_those_further_off_another(self) -> None:
        assert self.clusters(50, A=(0, 0), B=(0, 30), C=(0, 200)) == [0, 0, 1]

    def test_exactly_the_distance_joins(self) -> None:
        assert self.clusters(50, A=(0, 0), B=(0, 49.999)) == [0, 0]
        assert self.clusters(50, A=(0, 0), B=(0, 50.01)) == [0, 1]

    def test_the_bays_of_a_bus_station_are_joined_by_a_chain(self) -> None:
        assert self.clusters(50, A=(0, 0), B=(40, 0), C=(80, 0)) == [0, 0, 0]

    def test_a_station_joins_its_stops_however_far_and_without_coordinates(self) -> None:
        schedule = make_schedule("1: A 8:00, B 8:10", stations={"A": "S", "B": "S"})
        lon = schedule.timetable.stop_lon.copy()
        lon[schedule.stop_ids.index("B")] = np.nan
        timetable = schedule.timetable._replace(stop_lon=lon)
        assert clusters_of(timetable, 50).tolist() == [0, 0, 0]


class TestDirections:
    def ways(self, lines: str, **options: dict[str, str]) -> list[int]:
        return trip_directions(make_schedule(lines, **options).timetable).tolist()  # type: ignore[arg-type]

    def test_there_and_back_are_two(self) -> None:
        assert self.ways("1: A 8:00, B 8:10, C 8:20\n1: C 8:30, B 8:40, A 8:50") == [0, 1]

    def test_the_commoner_way_is_number_0(self) -> None:
        assert self.ways("1: A 8:00, B 8:10\n1: B 8:20, A 8:30\n1: B 8:40, A 8:50") == [1, 0, 0]

    def test_short_trips_run_the_way_of_the_long_ones(self) -> None:
        assert self.ways("1: A 8:00, B 8:10, C 8:20, D 8:30\n1: B 8:40, C 8:50") == [0, 0]

    def test_an_express_runs_the_way_of_the_trip_that_stops_everywhere(self) -> None:
        lines = "1: A 8:00, B 8:10, C 8:20, D 8:30\n1: A 8:40, C 8:50\n1: D 9:00, B 9:10"
        assert self.ways(lines) == [0, 0, 1]

    def test_the_two_sides_of_a_street_are_two_ways_though_they_share_no_stop(self) -> None:
        assert self.ways("1: A1 8:00, B1 8:10, C1 8:20\n1: C2 8:30, B2 8:40, A2 8:50") == [0, 1]

    def test_platforms_tell_no_way_where_the_stations_do(self) -> None:
        lines = "1: A1 8:00, B1 8:10, C1 8:20\n1: A2 8:30, B2 8:40, C2 8:50\n1: C1 9:00, B1 9:10, A1 9:20"
        stations = {f"{name}{n}": name for name in "ABC" for n in (1, 2)}
        assert self.ways(lines, stations=stations) == [0, 0, 1]

    def test_a_ring_is_one_way_wherever_its_trips_begin_and_the_other_way_round_is_another(self) -> None:
        lines = "1: A 8:00, B 8:10, C 8:20, D 8:30, A 8:40\n1: C 9:00, D 9:10, A 9:20, B 9:30, C 9:40\n"
        assert self.ways(lines + "1: A 10:00, D 10:10, C 10:20, B 10:30, A 10:40") == [0, 0, 1]

    def test_a_trip_there_and_back_in_one_goes_with_the_outward_trips(self) -> None:
        lines = """
            1: A 8:00, B 8:10, C 8:20, B 8:30, A 8:40
            1: A 9:00, B 9:10, C 9:20
            1: C 10:00, B 10:10, A 10:20
        """
        assert self.ways(lines) == [0, 0, 1]

    def test_a_common_loop_at_the_terminus_does_not_make_two_ways_one(self) -> None:
        there = "1: A1 8:00, B1 8:01, C1 8:02, D1 8:03, E1 8:04, X 8:05, Y 8:06"
        back = "1: X 9:00, Y 9:01, E2 9:02, D2 9:03, C2 9:04, B2 9:05, A2 9:06"
        assert self.ways(f"{there}\n{back}") == [0, 1]

    def test_routes_are_numbered_each_for_itself(self) -> None:
        assert self.ways("1: A 8:00, B 8:10\n2: B 8:20, A 8:30") == [0, 0]

    def test_a_timetable_without_trips_has_no_directions(self) -> None:
        schedule = make_schedule("1: A 8:00, B 8:10")
        empty = np.zeros(0, np.int32)
        timetable = schedule.timetable._replace(
            trip_start=np.zeros(1, np.int64), trip_route=empty, visit_stop=empty
        )
        assert trip_directions(timetable).tolist() == []


@pytest.mark.parametrize(("minutes", "vehicles"), [(10, 6), (60, 1), (7, 9)])
def test_an_hour_of_departures(minutes: float, vehicles: int) -> None:
    schedule = make_schedule(every(minutes, "8:00", "8:59", "1", ["A", "B"]))
    assert counted(schedule, 8, 9) == {("A", "1", 0): vehicles}


def test_the_timetable_is_left_unchanged() -> None:
    schedule = make_schedule("1: A 8:00, B 8:10 no-drop-off")
    before = schedule.timetable.pickup.copy(), schedule.timetable.drop_off.copy()
    departures_between(schedule.timetable, 0, 24 * HOUR)
    arrivals_between(schedule.timetable, 0, 24 * HOUR)
    assert np.array_equal(schedule.timetable.pickup, before[0])
    assert np.array_equal(schedule.timetable.drop_off, before[1])
