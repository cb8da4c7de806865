"""Changes between versions of a feed: renumbered ids are none; what is planted is found by name and place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from builders_gtfs import GtfsBuilder

from gtfs.feed_changes import FeedChanges, changes_between
from gtfs.feed_changes_content import feed_content

METRE = 1 / 111_195  # degrees of latitude


class Town:
    """Two lines of two agencies over six stops; what a test plants is an attribute."""

    def __init__(self) -> None:
        self.stops = {name: (-51.2, -30.0 - 0.005 * number) for number, name in enumerate("ABCDEF")}
        self.lines = {"10": ["A", "B", "C"], "20": ["D", "E", "F"]}
        self.hours = {"10": range(6, 22), "20": range(8, 20)}
        self.agency_of = {"10": "North", "20": "South"}
        self.minutes = 30
        self.id: Callable[[str], str] = lambda name: name
        self.named = True
        self.end = "20241231"

    def write(self, path: Path) -> Path:
        feed = GtfsBuilder()
        for agency in dict.fromkeys(self.agency_of.values()):
            feed.row("agency.txt", agency_id=self.id(agency), agency_name=agency,
                     agency_url="https://example.org", agency_timezone="America/Sao_Paulo")  # fmt: skip
        for name, (lon, lat) in self.stops.items():
            feed.row("stops.txt", stop_id=self.id(name), stop_name=f"Stop {name}", stop_lon=lon, stop_lat=lat)
        feed.service(self.id("daily"), end=self.end)
        for line, stops in self.lines.items():
            feed.row("routes.txt", route_id=self.id(line), agency_id=self.id(self.agency_of[line]),
                     route_short_name=line if self.named else "", route_type=3)  # fmt: skip
            for hour in self.hours[line]:
                visits = [
                    (self.id(stop), f"{hour:02}:{number * self.minutes // (len(stops) - 1):02}:00")
                    for number, stop in enumerate(stops)
                ]
                feed.trip(self.id(f"{line}-{hour}"), visits, route=self.id(line), service=self.id("daily"))
        return feed.write(path)


def compared(tmp_path: Path, plant: Callable[[Town], object], start: Town | None = None) -> FeedChanges:
    before = (start or Town()).write(tmp_path / "before.zip")
    town = Town()
    if start is not None:
        town.__dict__ |= start.__dict__
        town.stops, town.lines = dict(start.stops), dict(start.lines)
        town.hours, town.agency_of = dict(start.hours), dict(start.agency_of)
    plant(town)
    return changes_between(before, town.write(tmp_path / "after.zip"))


def set_to(**values: object) -> Callable[[Town], None]:
    return lambda town: town.__dict__.update(values)


@pytest.mark.parametrize("named", [True, False])
def test_other_ids_are_no_change_even_if_they_are_those_of_others(tmp_path: Path, named: bool) -> None:
    names = [*"ABCDEF", "10", "20", "North", "South", "daily"]
    trips = [f"{line}-{hour}" for line in ("10", "20") for hour in range(24)]
    shuffled = [*names, *trips]
    shuffled = shuffled[7:] + shuffled[:7]
    other = dict(zip([*names, *trips], shuffled, strict=True))
    start = Town()
    start.named = named
    found = compared(tmp_path, set_to(id=other.__getitem__), start)
    assert found.same_service
    assert (found.routes_same, found.stops_same) == (2, 6)
    assert found.before == found.after


def test_another_end_of_the_calendar_is_told_by_the_facts_only(tmp_path: Path) -> None:
    found = compared(tmp_path, set_to(end="20250630"))
    assert found.same_service
    assert str(found.after.last_day) == "2025-06-30"


def test_trips_a_week_and_the_last_departure(tmp_path: Path) -> None:
    found = compared(tmp_path, lambda town: town.hours.update({"10": range(6, 20)}))
    (route,) = found.routes
    assert (route.kind, route.name, route.agency) == ("changed", "10", "North")
    assert (route.trips_week_before, route.trips_week) == (112, 98)
    assert (route.vehicle_hours_week_before, route.vehicle_hours_week) == (56, 49)
    assert (route.last_departure_before_s, route.last_departure_s) == (21 * 3600, 19 * 3600)
    assert (route.first_departure_before_s, route.first_departure_s) == (6 * 3600, 6 * 3600)
    assert (route.patterns_same, route.patterns_added, route.patterns_removed) == (1, 0, 0)
    assert (found.routes_same, found.stops) == (1, ())


def test_a_slower_ride_costs_vehicle_hours_and_no_trips(tmp_path: Path) -> None:
    found = compared(tmp_path, set_to(minutes=40))
    assert [route.trips_week == route.trips_week_before for route in found.routes] == [True, True]
    assert found.after.vehicle_hours_week == pytest.approx(found.before.vehicle_hours_week * 4 / 3)


def test_routes_added_and_removed_take_their_stops_along(tmp_path: Path) -> None:
    def plant(town: Town) -> None:
        del town.lines["20"]
        town.lines["30"] = ["A", "G"]
        town.hours["30"], town.agency_of["30"] = range(6, 7), "North"
        town.stops["G"] = (-51.3, -30.1)

    found = compared(tmp_path, plant)
    assert [(route.kind, route.name) for route in found.routes] == [("removed", "20"), ("added", "30")]
    assert found.routes[0].trips_week == 0
    assert found.routes[0].last_departure_s is None
    assert [(stop.kind, stop.name) for stop in found.stops] == [
        ("removed", "Stop D"), ("removed", "Stop E"), ("removed", "Stop F"), ("added", "Stop G"),
    ]  # fmt: skip


def test_a_line_of_another_name_and_the_same_way_was_renamed(tmp_path: Path) -> None:
    def plant(town: Town) -> None:
        town.lines = {"10": town.lines["10"], "21": ["D", "E", "F"]}
        town.hours["21"], town.agency_of["21"] = town.hours["20"], "South"

    (route,) = compared(tmp_path, plant).routes
    assert (route.kind, route.name_before, route.name) == ("changed", "20", "21")
    assert route.trips_week == route.trips_week_before


def test_two_lines_of_one_name_in_two_towns_stay_apart(tmp_path: Path) -> None:
    start = Town()
    start.lines = {"1": ["A", "B", "C"], " 1": ["D", "E", "F"]}  # one name, two ids
    start.hours = {"1": range(6, 22), " 1": range(8, 20)}
    start.agency_of = {"1": "North", " 1": "North"}
    start.id = lambda name: name.replace(" ", "x")
    found = compared(tmp_path, lambda town: town.hours.update({" 1": range(8, 10)}), start)
    (route,) = found.routes
    assert (route.trips_week_before, route.trips_week, found.routes_same) == (84, 14, 1)


def test_another_operator_of_the_same_line_is_no_new_line(tmp_path: Path) -> None:
    assert compared(tmp_path, set_to(agency_of={"10": "North", "20": "East"})).same_service


def test_another_operator_that_also_goes_another_way_is_no_new_line(tmp_path: Path) -> None:
    def plant(town: Town) -> None:
        town.agency_of = {"10": "North", "20": "East"}
        town.lines["20"] = ["D", "A", "F"]

    (route,) = compared(tmp_path, plant).routes
    assert (route.kind, route.name, route.agency) == ("changed", "20", "East")


def test_a_line_without_a_name_that_goes_another_way_keeps_its_id(tmp_path: Path) -> None:
    start = Town()
    start.named = False
    (route,) = compared(tmp_path, lambda town: town.lines.update({"20": ["D", "A", "F"]}), start).routes
    assert (route.kind, route.name) == ("changed", "20")


def test_another_way_through_the_same_stops_is_another_pattern(tmp_path: Path) -> None:
    found = compared(tmp_path, lambda town: town.lines.update({"10": ["A", "C", "B"]}))
    (route,) = found.routes
    assert (route.patterns_same, route.patterns_added, route.patterns_removed) == (0, 1, 1)
    assert not found.stops


@pytest.mark.parametrize(
    ("metres", "kinds"), [(0, []), (49, []), (51, ["moved"]), (400, ["moved"]), (2000, ["moved"])]
)
def test_a_stop_counts_as_moved_beyond_fifty_metres(tmp_path: Path, metres: float, kinds: list[str]) -> None:
    found = compared(
        tmp_path, lambda town: town.stops.update({"F": (-51.2, town.stops["F"][1] - metres * METRE)})
    )
    assert [stop.kind for stop in found.stops] == kinds
    assert not found.routes
    if kinds:
        assert found.stops[0].moved_m == pytest.approx(metres, abs=0.2)


def test_a_stop_of_the_same_name_and_another_id_far_away_is_another_stop(tmp_path: Path) -> None:
    def plant(town: Town) -> None:
        town.stops["F"] = (-51.2, town.stops["F"][1] - 2000 * METRE)
        town.id = lambda name: f"new {name}"

    found = compared(tmp_path, plant)
    assert [(stop.kind, stop.name) for stop in found.stops] == [("removed", "Stop F"), ("added", "Stop F")]


def test_two_poles_of_one_name_keep_their_own_side(tmp_path: Path) -> None:
    """Both sides of a street, 20 m apart, with swapped ids: each is joined to the pole at its place."""
    feeds = []
    for number, (one, other) in enumerate([("p", "q"), ("q", "p")]):
        feed = GtfsBuilder()
        for stop, lat in ((one, -30.0), (other, -30.0 - 20 * METRE), ("end", -30.1)):
            name = "Market" if stop != "end" else "End"
            feed.row("stops.txt", stop_id=stop, stop_name=name, stop_lon=-51.2, stop_lat=lat)
        feed.trip("t1", [(one, "08:00:00"), ("end", "08:30:00")])
        feed.trip("t2", [("end", "09:00:00"), (other, "09:30:00")])
        feeds.append(feed.write(tmp_path / f"{number}.zip"))
    assert changes_between(*feeds).same_service


def test_a_renamed_stop_keeps_its_place(tmp_path: Path) -> None:
    before, after = Town().write(tmp_path / "a.zip"), tmp_path / "b"
    Town().write(after)
    stops = (after / "stops.txt").read_text().replace("Stop F", "Town hall")
    (after / "stops.txt").write_text(stops)
    found = changes_between(before, after)
    assert [(stop.kind, stop.name_before, stop.name) for stop in found.stops] == [
        ("renamed", "Stop F", "Town hall")
    ]
    assert (found.stops_same, found.routes) == (5, ())


def test_headways_count_as_vehicles_and_give_the_span_of_the_day(tmp_path: Path) -> None:
    def version(name: str, end: str) -> Path:
        feed = GtfsBuilder()
        feed.trip("t1", [("A", "00:00:00"), ("B", "00:30:00")])
        feed.frequency("t1", "06:00:00", end, 1800)
        return feed.write(tmp_path / name)

    (route,) = changes_between(version("a.zip", "22:00:00"), version("b.zip", "20:00:00")).routes
    assert (route.trips_week_before, route.trips_week) == (32 * 7, 28 * 7)
    assert (route.first_departure_s, route.last_departure_s) == (6 * 3600, 20 * 3600)


def test_a_route_that_runs_outside_the_reference_week_is_a_route(tmp_path: Path) -> None:
    feed = GtfsBuilder()
    feed.service("daily")
    feed.exception("fair", "20250301")
    feed.trip("t1", [("A", "08:00:00"), ("B", "09:00:00")])
    feed.trip("t2", [("B", "08:00:00"), ("A", "09:00:00")], route="Fair", service="fair")
    content = feed_content(feed.write(tmp_path / "f.zip"))
    assert [(route.name, route.trips_week) for route in content.routes] == [("R", 7.0), ("Fair", 0.0)]
    assert content.facts.routes == 2


def test_stops_without_places_or_names_still_join_by_name_and_id(tmp_path: Path) -> None:
    def version(name: str, lat: str) -> Path:
        feed = GtfsBuilder()
        feed.row("stops.txt", stop_id="A", stop_name="A", stop_lat=lat, stop_lon=lat)
        feed.row("stops.txt", stop_id="B", stop_lat="-30.1", stop_lon="-51.2")
        feed.trip("t1", [("A", "08:00:00"), ("B", "08:30:00")])
        return feed.write(tmp_path / name)

    assert changes_between(version("a.zip", ""), version("b.zip", "")).same_service


def test_as_plain_values_it_is_json(tmp_path: Path) -> None:
    import json

    found = compared(tmp_path, lambda town: town.hours.update({"10": range(6, 20)})).as_json()
    assert json.loads(json.dumps(found)) == found
    assert found["before"]["first_day"] == "2024-01-01"
