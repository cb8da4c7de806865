"""The modification ``add-trips``, new routes and new stops."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from builders_edits import edit, edited, error_counts, feed_of, runs_on, snapshot, visits
from builders_gtfs import WEEKDAYS, GtfsBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs.errors import ScenarioError
from gtfs.modifications import AddTrips, Reroute
from gtfs.new_routes import new_route
from gtfs.new_stops import slug

NEW = {"name": "Rue Haute", "lat": -30.015, "lon": -51.21}
EVERY_TEN = {"start_time": "06:00", "end_time": "07:00", "headway_min": 10, "hop_times": [300, 300]}


@pytest.fixture
def line(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C"])
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")], direction_id=0, trip_headsign="B")
    return feed_of(feed, tmp_path)


def seconds(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def test_a_line_by_headway_there_and_back(line):
    before = snapshot(line)
    change = AddTrips(
        stops=["A", NEW, "C"], name="20", frequencies=[EVERY_TEN | {"dwell_times": [0, 60, 30]}]
    )
    found = edit(line, change)
    feed = found.feeds["bus"]
    there, back = feed.trips["trip_id"].tolist()[1:]
    assert (there, back) == ("new-20~0~1~0600", "new-20~1~1~0600")
    assert visits(feed, there) == [
        ("A", "06:00", "06:00"), ("new-rue-haute", "06:05", "06:06"), ("C", "06:11", "06:11:30")
    ]  # fmt: skip
    # Back from C: the 30 s there come before the departure.
    assert visits(feed, back) == [
        ("C", "05:59:30", "06:00"), ("new-rue-haute", "06:05", "06:06"), ("A", "06:11", "06:11")
    ]  # fmt: skip
    assert feed.trips["direction_id"].tolist() == [0, 0, 1]
    assert feed.trips["trip_headsign"].tolist() == ["B", "C", "A"]
    rows = feed.frequencies[["trip_id", "start_time", "end_time", "headway_secs", "exact_times"]]
    assert rows.values.tolist() == [
        [there, "06:00:00", "07:00:00", 600, 0], [back, "06:00:00", "07:00:00", 600, 0]
    ]  # fmt: skip
    assert len(runs_on(feed)) == 1 + 6 + 6
    route = feed.routes.set_index("route_id").loc["new-20"]
    assert (route["route_short_name"], route["route_type"], route["agency_id"]) == ("20", 3, "agency")
    assert snapshot(line) == before
    assert found.reports[0].counts == {"new_routes": 1, "headway_services": 2, "new_stops": 1}
    assert found.reports[0].text == {
        "en": "1 new route, 2 headway services, 1 new stop; 06:00-07:00, every day: 6 departures a day "
        "each way",
        "fr": "1 nouvelle ligne, 2 services à intervalle, 1 nouvel arrêt ; 06:00-07:00, tous les jours : "
        "6 départs par jour par sens",
    }


def test_exact_departures_past_midnight_on_a_route_of_the_feed(line):
    change = AddTrips(
        stops=["A", "C"], route="R", bidirectional=False, speed_km_h=40,
        frequencies=[{"first_departures": ["25:10", "05:00"]}],
    )  # fmt: skip
    feed = edited(line, change)
    # A to C is 2,224 m in a straight line, 2,669 m by a factor of 1.2: 240 s.
    assert visits(feed, "R~0~1~2510") == [("A", "25:10", "25:10"), ("C", "25:14", "25:14")]
    assert visits(feed, "R~0~1~0500") == [("A", "05:00", "05:00"), ("C", "05:04", "05:04")]
    assert feed.trips["service_id"].unique().tolist() == ["daily"]
    assert feed.frequencies is None
    assert len(feed.routes) == 1


def test_exact_headways_leave_at_the_start(line):
    entry = {
        "start_time": "06:00",
        "end_time": "06:30",
        "headway_secs": 600,
        "exact": True,
        "hop_times": [60],
    }
    feed = edited(line, AddTrips(stops=["A", "C"], bidirectional=False, frequencies=[entry]))
    new = [calls for trip, calls in runs_on(feed) if trip != "t"]
    assert [calls[0][2] for calls in new] == [seconds("06:00"), seconds("06:10"), seconds("06:20")]


def test_a_stay_before_a_departure_at_midnight_begins_at_midnight(line):
    entry = {"first_departures": ["00:00"], "hop_times": [60], "dwell_times": [30, 0]}
    feed = edited(line, AddTrips(stops=["A", "C"], bidirectional=False, frequencies=[entry]))
    assert visits(feed, "new-line~0~1~0000")[0] == ("A", "00:00", "00:00")


def test_days_are_those_of_the_feed_with_its_holidays(tmp_path):
    feed = GtfsBuilder()
    feed.service("week", WEEKDAYS)
    feed.service("sunday", "0000001")
    feed.exception("week", "20240501", 2)  # a Wednesday, run as a Sunday
    feed.exception("sunday", "20240501", 1)
    feed.trip("w", [("A", "08:00:00"), ("B", "08:10:00")], service="week")
    feed.trip("s", [("A", "09:00:00"), ("B", "09:10:00")], service="sunday")
    line = feed_of(feed, tmp_path)
    change = AddTrips(
        stops=["A", "B"], bidirectional=False,
        frequencies=[{"first_departures": ["10:00"], "hop_times": [60], "days": "weekdays"}],
    )  # fmt: skip
    found = edited(line, change)
    for day, expected in ((date(2024, 4, 30), 1), (date(2024, 5, 1), 0), (date(2024, 5, 5), 0)):
        new = [trip for trip, calls in runs_on(found, day) if trip.startswith("new") and calls[0][1] == 36000]
        assert len(new) == expected


def test_overlapping_entries_add_up_and_are_told(line):
    change = AddTrips(stops=["A", NEW, "C"], frequencies=[EVERY_TEN, EVERY_TEN | {"end_time": "06:30"}])
    found = edit(line, change)
    assert len(runs_on(found.feeds["bus"])) == 1 + 2 * (6 + 3)
    assert found.reports[0].warnings == ("entries 1 and 2 overlap in time: the vehicles of both run",)
    apart = [EVERY_TEN | {"days": "weekdays"}, EVERY_TEN | {"days": "weekend"}]
    assert edit(line, AddTrips(stops=["A", NEW, "C"], frequencies=apart)).reports[0].warnings == ()


def test_two_lines_of_one_name_get_ids_of_their_own(line):
    change = AddTrips(stops=["A", NEW, "C"], name="20", frequencies=[EVERY_TEN])
    found = edit(line, change, change)
    assert found.feeds["bus"].routes["route_id"].tolist() == ["R", "new-20", "new-20~2"]
    assert found.feeds["bus"].trips["trip_id"].is_unique
    assert found.reports[1].counts["new_stops"] == 0
    assert found.reports[1].warnings == ("route 'new-20' is called '20' too; if it is meant, give route",)


def test_a_stop_that_follows_itself_is_refused(line):
    with pytest.raises(ScenarioError, match="'A' follows itself"):
        edit(
            line,
            AddTrips(stops=["A", "A"], frequencies=[{"first_departures": ["10:00"], "hop_times": [60]}]),
        )


def test_unknown_stops_and_an_unknown_route_are_told_at_once(line):
    with pytest.raises(ScenarioError) as raised:
        edit(
            line,
            AddTrips(
                stops=["AA", "BB"],
                route="RR",
                frequencies=[{"first_departures": ["10:00"], "hop_times": [60]}],
            ),
        )
    assert [text in str(raised.value) for text in ("no stop 'AA'", "no stop 'BB'", "no route 'RR'")] == [
        True
    ] * 3


def test_a_station_is_no_stop_for_vehicles(tmp_path):
    feed = GtfsBuilder()
    feed.stop("S", -51.2, -30.0, location_type=1)
    feed.stop("A", -51.2, -30.0, parent_station="S")
    feed.stop("E", -51.2, -30.0, location_type=1)
    feed.stop("B", -51.2, -30.01)
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")])
    entry = {"first_departures": ["10:00"], "hop_times": [60]}
    with pytest.raises(ScenarioError) as raised:
        edit(feed_of(feed, tmp_path), AddTrips(stops=["S", "E"], frequencies=[entry]))
    assert (
        "'S' is no stop at which vehicles call (location_type is not 0); name one of its platforms: 'A'"
        in str(raised.value)
    )
    assert (
        "'E' is no stop at which vehicles call (location_type is not 0); name a stop with location_type 0"
        in str(raised.value)
    )


def test_a_speed_needs_coordinates(tmp_path):
    feed = GtfsBuilder()
    feed.stop("A", "", "")
    feed.stop("B", -51.2, -30.01)
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")])
    change = AddTrips(stops=["A", "B"], speed_km_h=20, frequencies=[{"first_departures": ["10:00"]}])
    with pytest.raises(
        ScenarioError, match=r"stops 'A' have no coordinates: no time follows from speed_km_h"
    ):
        edit(feed_of(feed, tmp_path), change)


def test_a_place_far_from_all_stops_is_an_error(line):
    swapped = {"name": "Rue Haute", "lat": -51.21, "lon": -30.015}
    with pytest.raises(ScenarioError, match=r"'Rue Haute' at lat -51.21, .* are lat and lon swapped\?"):
        edit(line, AddTrips(stops=["A", swapped, "C"], frequencies=[EVERY_TEN]))


def test_a_new_stop_where_a_stop_is_already_is_told(line):
    here = {"name": "A", "lat": -30.0, "lon": -51.2}
    found = edit(line, AddTrips(stops=[here, NEW, "C"], frequencies=[EVERY_TEN]))
    assert found.reports[0].warnings == (
        "new stop 'A' stands where stop 'A' is; if it is the same, give its id",
    )
    assert found.reports[0].counts["new_stops"] == 2


def test_half_a_metre_is_the_same_place_and_two_metres_are_not(line):
    # 0.00001 degrees of latitude are 1.11 m.
    for north, told in ((0.0000045, True), (0.000018, False)):
        near = {"name": "A bis", "lat": -30.0 + north, "lon": -51.2}
        found = edit(line, AddTrips(stops=[near, NEW, "C"], frequencies=[EVERY_TEN]))
        assert bool(found.reports[0].warnings) == told


def test_a_new_stop_without_a_name_is_called_by_its_place(line):
    found = edited(line, AddTrips(stops=[{"lat": -30.015, "lon": -51.21}, NEW, "C"], frequencies=[EVERY_TEN]))
    assert found.stops["stop_name"].iloc[3] == "New stop -30.01500, -51.21000"
    assert found.stops["stop_id"].is_unique


def test_a_mode_that_the_route_does_not_have_is_told(line):
    change = {"stops": ["A", NEW, "C"], "route": "R", "frequencies": [EVERY_TEN]}
    assert edit(line, AddTrips(**change, mode="tram")).reports[0].warnings == (
        "mode 'tram' is not used: route 'R' has route_type 3",
    )
    assert edit(line, AddTrips(**change)).reports[0].warnings == ()
    assert edit(line, AddTrips(**change, mode="bus")).reports[0].warnings == ()


def test_a_feed_without_any_date_is_an_error(tmp_path):
    feed = GtfsBuilder()
    feed.service("never", "0000000")
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")], service="never")
    change = AddTrips(stops=["A", "B"], frequencies=[{"first_departures": ["10:00"], "hop_times": [60]}])
    with pytest.raises(ScenarioError, match="the calendar of bus has no date"):
        edit(feed_of(feed, tmp_path), change)


class _Tables:
    """As much of a draft as a route needs."""

    def __init__(self, routes, agency):
        self.routes, self.tables = routes, {"agency": agency}
        self.added = None

    def new_id(self, kind, wanted):
        return wanted

    def append(self, name, rows):
        self.added = rows.iloc[0].to_dict()


def test_a_route_row_by_name_colour_and_agency(line):
    draft = _Tables(line.routes.assign(agency_id=None), line.agency)
    new_route(draft, "Ligne des Hauts Plateaux", 0, "#ffee00")
    assert draft.added == {
        "route_id": "new-ligne-des-hauts-plateaux", "route_type": 0, "agency_id": "agency",
        "route_long_name": "Ligne des Hauts Plateaux", "route_color": "FFEE00", "route_text_color": "000000",
    }  # fmt: skip
    new_route(draft, "", 3, "101010")
    assert (draft.added["route_short_name"], draft.added["route_text_color"]) == ("new", "FFFFFF")
    draft = _Tables(line.routes.drop(columns="agency_id"), None)
    new_route(draft, "9", 3, None)
    assert draft.added == {"route_id": "new-9", "route_type": 3, "route_short_name": "9"}


def test_of_several_agencies_the_one_with_most_routes_runs_the_new_line(tmp_path):
    feed = GtfsBuilder()
    for agency in ("one", "two"):
        feed.row("agency.txt", agency_id=agency, agency_name=agency, agency_url="https://a.example.org",
                 agency_timezone="America/Sao_Paulo")  # fmt: skip
    for number, agency in enumerate(("one", "two", "two")):
        feed.row(
            "routes.txt", route_id=f"r{number}", agency_id=agency, route_short_name=str(number), route_type=3
        )
        feed.trip(f"t{number}", [("A", "08:00:00"), ("B", "08:10:00")], route=f"r{number}")
    line = feed_of(feed, tmp_path)
    change = AddTrips(stops=["A", NEW, "B"], frequencies=[EVERY_TEN])
    assert edited(line, change).routes["agency_id"].tolist() == ["one", "two", "two", "two"]


def test_names_become_ids():
    assert slug("Rue de l’Église, 12") == "rue-de-leglise-12"
    assert slug("  São João ") == "sao-joao"
    assert slug("北京") == "x"


def without_repeats(stops: list[str]) -> list[str]:
    """No stop follows itself; at least two."""
    kept = [stop for stop, _ in itertools.groupby(stops)]
    return kept if len(kept) > 1 else [*kept, "AB"[kept == ["A"]]]


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    stops=st.lists(st.sampled_from("ABC"), min_size=2, max_size=5).map(without_repeats),
    bidirectional=st.booleans(),
    headway=st.integers(200, 2000), route=st.sampled_from(["R", None]), data=st.data(),
)  # fmt: skip
def test_adding_only_adds(tmp_path_factory, stops, bidirectional, headway, route, data):
    feed = GtfsBuilder()
    feed.line_of_stops("ABC")
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00"), ("C", "08:20:00")])
    feed.trip("h", [("C", "08:00:00"), ("B", "08:10:00")])
    feed.frequency("h", "06:00:00", "07:00:00", 900)
    line = feed_of(feed, tmp_path_factory.mktemp("line"))
    hops = data.draw(st.lists(st.integers(0, 900), min_size=len(stops) - 1, max_size=len(stops) - 1))
    entry = {
        "start_time": "10:00",
        "end_time": "11:00",
        "headway_secs": headway,
        "hop_times": hops,
        "exact": True,
    }
    found = edited(line, AddTrips(stops=stops, route=route, bidirectional=bidirectional, frequencies=[entry]))
    before, after = runs_on(line), runs_on(found)
    assert [run for run in after if run[0] in ("t", "h")] == before
    n_vehicles = -(-3600 // headway)
    assert len(after) - len(before) == n_vehicles * (2 if bidirectional else 1)
    first = min(calls for trip, calls in after if "~0~" in trip)
    clock, expected = seconds("10:00"), []
    for stop, hop in zip(stops, [*hops, 0], strict=True):
        expected.append((stop, clock, clock, True, True))
        clock += hop
    assert expected in [list(calls) for trip, calls in after if "~0~" in trip]
    assert first[0][1] >= 0
    for name in ("stops", "stop_times", "trips", "routes", "frequencies"):
        old, new = getattr(line, name), getattr(found, name)
        assert new.iloc[: len(old)][list(old.columns)].reset_index(drop=True).equals(old)


def test_the_validator_finds_no_new_error(line, tmp_path):
    base = error_counts(line, tmp_path / "base")
    departures = {"first_departures": ["05:00", "25:10"], "hop_times": [60, 60]}
    for number, change in enumerate((
        AddTrips(stops=["A", NEW, "C"], name="20", color="FFEE00", frequencies=[EVERY_TEN, departures]),
        AddTrips(stops=["A", NEW, "C"], route="R", frequencies=[EVERY_TEN, EVERY_TEN]),
        AddTrips(stops=["A", "B", "C"], mode="tram", name="Ligne des Hauteurs", frequencies=[departures]),
    )):  # fmt: skip
        assert error_counts(edited(line, change), tmp_path / str(number)) <= base


@pytest.mark.real_data
def test_real_lines_are_changed_without_new_errors(porto_alegre, tmp_path):
    from gtfs.draft import Draft
    from gtfs.feed import read_feed
    from gtfs.modifications import MoveStop, RemoveStops

    feed = read_feed(porto_alegre / "gtfs_eptc.zip")
    # Its colours are wrong, and the validator passes over routes.txt then.
    feed.routes = feed.routes.drop(columns=["route_color", "route_text_color"])
    [there, _] = Draft(feed, "bus").patterns(
        feed.trips.loc[feed.trips["route_id"] == "T1", "trip_id"].tolist()
    )
    stops, day = there.stops, date(2019, 5, 8)
    new = {"name": "Rua Nova", "lat": -30.0312, "lon": -51.2212}
    changes = [
        MoveStop(stop=stops[20], lat=-30.0312, lon=-51.2212),
        RemoveStops(routes="T1", stops=[stops[5], stops[0]], seconds_saved_at_each_stop=20),
        Reroute(routes="T1", from_stop=stops[10], to_stop=stops[14], stops=[new], speed_km_h=20),
        Reroute(patterns=there.id, from_stop=stops[-1], stops=[new], speed_km_h=20),
        AddTrips(stops=[stops[3], new, stops[9]], speed_km_h=20, name="N1",
                 frequencies=[{"start_time": "06:00", "end_time": "26:00", "headway_min": 10}]),
    ]  # fmt: skip
    found = edited(feed, *changes)
    assert error_counts(found, tmp_path / "edited", day) <= error_counts(feed, tmp_path / "base", day)
    before, after = dict(runs_on(feed, day)), runs_on(found, day)
    assert len(after) == len(before) + 2 * 120
    untouched = [
        trip
        for trip, route in zip(feed.trips["trip_id"], feed.trips["route_id"], strict=True)
        if route != "T1"
    ]
    kept = dict(after)
    assert all(kept[trip] == before[trip] for trip in untouched if trip in before)
    changed = kept[there.trips[0]]
    assert [call[0] for call in changed][-1] == "new-rua-nova"
    assert len(changed) == len(stops) - 2 - 3 + 2
