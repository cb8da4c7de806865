"""edit_feeds: order, feeds that are meant, contradictions, all problems at once, reports; draft helpers."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from builders_gtfs import GtfsBuilder
from builders_timetable_edits import (
    WEDNESDAY,
    assert_same,
    built,
    edit,
    edited,
    line,
    running,
    tables,
    vehicles,
    visits,
)

from gtfs.draft import Copy, Draft
from gtfs.draft_patterns import pattern_id
from gtfs.errors import FeedError, ScenarioError
from gtfs.feed import read_feed
from gtfs.match import counted, days_text, nearest
from gtfs.modifications import (
    AddTrips,
    AdjustDwellTime,
    AdjustFrequency,
    AdjustSpan,
    AdjustSpeed,
    FrequencyEntry,
    Modification,
    MoveStop,
    PatternTimetable,
    RemoveStops,
    RemoveTrips,
    Reroute,
)
from gtfs.scenario import EDITS, edit_feeds
from gtfs.schedule import build_schedule


def other_feed() -> GtfsBuilder:
    """Route T1 over A and Z: stop A is in the line's feed, too."""
    feed = GtfsBuilder()
    feed.line_of_stops("AZ", lon=-51.3)
    feed.trip("tram", visits("AZ", "08:00"), route="T1")
    return feed


def headway(route: str = "9") -> AdjustFrequency:
    return AdjustFrequency(
        route=route, entries=[FrequencyEntry(start_time="06:00", end_time="10:00", headway_min=10)]
    )


def new_trips(**options: object) -> AddTrips:
    departures = [PatternTimetable(first_departures=["08:00"], hop_times=[60])]
    return AddTrips(stops=["A", "B"], frequencies=departures, **options)  # type: ignore[arg-type]


def test_no_modification_leaves_the_very_same_feeds() -> None:
    feed = built(line())
    result = edit(feed)
    assert result.feeds["bus"] is feed
    assert (result.reports, result.changed) == ([], frozenset())


def test_a_modification_acts_on_the_feed_that_has_its_ids() -> None:
    feeds = {"bus": built(line()), "tram": built(other_feed())}
    result = edit_feeds(feeds, [RemoveTrips(routes=["T1"])])
    assert result.changed == {"tram"}
    assert result.feeds["bus"] is feeds["bus"]
    assert len(result.feeds["tram"].trips) == 0
    assert list(result.feeds) == ["bus", "tram"]
    assert result.reports[0].feed == "tram"


def test_a_pattern_tells_its_feed() -> None:
    feeds = {"bus": built(line()), "tram": built(other_feed())}
    pattern = pattern_id("T1", None, ["A", "Z"])
    assert edit_feeds(feeds, [RemoveTrips(patterns=[pattern])]).changed == {"tram"}


def test_a_route_tells_its_feed_though_its_stops_are_in_another_one_too() -> None:
    feeds = {"bus": built(line()), "tram": built(other_feed())}
    change = AdjustSpeed(routes=["9"], scale=2, hops=[("A", "B")])
    assert edit_feeds(feeds, [change]).changed == {"bus"}


def test_ids_of_several_feeds_need_the_name_of_one() -> None:
    feeds = {"bus": built(line()), "tram": built(other_feed())}
    with pytest.raises(ScenarioError, match="'A' are in the feeds 'bus', 'tram'; add feed:"):
        edit_feeds(feeds, [MoveStop(stop="A", lat=-30.0, lon=-51.2)])


def test_ids_of_no_feed_are_one_problem_with_the_nearest_of_the_feed_that_has_it() -> None:
    feeds = {"bus": built(line()), "tram": built(other_feed())}
    with pytest.raises(ScenarioError, match=r"no feed has a route '92'; nearest: '9' \(9 Harbour\) in bus$"):
        edit_feeds(feeds, [RemoveTrips(routes=["92"])])


def test_a_feed_that_is_none_is_an_error() -> None:
    with pytest.raises(ScenarioError, match="no feed 'metro'; the feeds are 'bus'"):
        edit(built(line()), RemoveTrips(routes=["9"], feed="metro"))


def test_new_stops_only_do_not_tell_the_feed() -> None:
    feeds = {"bus": built(line()), "tram": built(other_feed())}
    places = [{"lat": -30.0, "lon": -51.2}, {"lat": -30.1, "lon": -51.2}]
    change = AddTrips(stops=places, frequencies=[{"first_departures": ["08:00"]}], speed_km_h=20)  # type: ignore[arg-type, list-item]
    with pytest.raises(
        ScenarioError, match="says not which feed it means; add feed: with one of 'bus', 'tram'"
    ):
        edit_feeds(feeds, [change])


def test_all_problems_are_listed_at_once_with_the_numbers_of_the_file() -> None:
    changes = [RemoveTrips(routes=["x"]), RemoveTrips(trips=["out0"]), AdjustSpeed(trips=["y"], scale=2)]
    with pytest.raises(ScenarioError, match="the scenario cannot be applied: 2 problems") as error:
        edit_feeds({"bus": built(line())}, changes, numbers=[3, 5, 8])
    assert [problem.split(":")[0] for problem in error.value.problems] == [
        "modification 8 (adjust-speed)",
        "modification 3 (remove-trips)",
    ]
    assert isinstance(error.value, FeedError)


def test_reports_come_in_the_order_of_the_file() -> None:
    result = edit(built(line()), RemoveTrips(trips=["hill"]), AdjustSpeed(routes=["9"], scale=2))
    assert [(report.number, report.type) for report in result.reports] == [
        (1, "remove-trips"),
        (2, "adjust-speed"),
    ]


def test_every_type_has_a_function() -> None:
    import importlib

    for place in EDITS.values():
        module, function = place.split(":")
        assert callable(getattr(importlib.import_module(module), function)), place


def test_patterns_are_those_before_the_scenario_and_copies_belong_to_them() -> None:
    feed = built(line())
    (pattern,) = Draft(feed, "bus").patterns(["out0"])
    result = edit(feed, headway(), RemoveTrips(patterns=[pattern.id]))
    assert {trip[0][0] for _, _, trip in vehicles(result.feeds["bus"])} == {"B", "D"}


def test_a_trip_removed_by_its_id_is_not_its_copies_in_new_service() -> None:
    early = FrequencyEntry(first_departures=["04:00"], source_trip="out0")
    change = AdjustFrequency(route="9", entries=[early], retain_trips_outside_frequency_entries=True)
    found = running(edited(built(line()), change, RemoveTrips(trips=["out0"])), WEDNESDAY)
    assert "out0" not in found
    assert "out0~1~0400" in found


def test_a_headway_trip_removed_by_its_id_goes_with_all_its_parts() -> None:
    feed = GtfsBuilder()
    feed.trip("t", visits("AB", "00:00"))
    feed.frequency("t", "06:00:00", "09:00:00", 1200)
    faster = AdjustSpeed(routes=["R"], scale=2, start_time="07:00", end_time="08:00")
    assert len(edited(built(feed), faster).trips) == 2
    assert len(edited(built(feed), faster, RemoveTrips(trips=["t"])).trips) == 0


def test_trips_that_another_modification_took_are_told() -> None:
    with pytest.raises(
        ScenarioError, match="trips 'out0': no trip is left to change; another modification took"
    ):
        edit(built(line()), headway(), RemoveTrips(trips=["out0"]))


SPEED = {"routes": ["9"], "scale": 2.0}
CONTRADICTIONS: list[tuple[Modification, Modification, str]] = [
    (headway(), headway(), "both are adjust-frequency of route '9'; write one with all entries"),
    (RemoveTrips(routes=["9"]), headway(), "route '9' is removed and also changed by adjust-frequency"),
    (
        RemoveTrips(routes=["9"]),
        AdjustSpan(route="9", first_departure="05:00", headway_min=10),
        "route '9' is removed and also changed by adjust-span",
    ),
    (
        RemoveTrips(routes=["7", "9"]),
        AdjustSpeed(**SPEED),
        "route '9' is removed and also changed by adjust-spe",
    ),
    (RemoveTrips(trips=["out0"]), AdjustSpeed(trips=["out0"], scale=2), "trip 'out0' is removed and also"),
    (RemoveTrips(routes=["9"]), RemoveTrips(routes=["9"]), "both remove route '9'; keep one"),
    (RemoveTrips(routes=["9"]), new_trips(route="9"), "route '9' is removed and gets new trips"),
    (AdjustSpeed(**SPEED), AdjustSpeed(**SPEED, start_time="07:00"), "both change the speed of route '9'"),
    (
        AdjustDwellTime(routes=["9"], dwell_secs=10),
        AdjustDwellTime(routes=["9"], stops=["B"], scale=2),
        "both change the stays of route '9'; write one",
    ),
    (MoveStop(stop="A", lat=1, lon=1), MoveStop(stop="A", lat=2, lon=2), "both move stop 'A'; keep one"),
    (MoveStop(stop="A", lat=1, lon=1), RemoveStops(stops=["A"]), "stop 'A' is closed and moved; keep one"),
    (
        RemoveStops(routes=["9"], stops=["B"]),
        Reroute(routes=["9"], from_stop="B", to_stop="D", hop_times=[60]),
        "stop 'B' is removed from route '9', whose new way needs it",
    ),
]


@pytest.mark.parametrize(("one", "other", "message"), CONTRADICTIONS)
def test_contradictions_are_refused_in_either_order(
    one: Modification, other: Modification, message: str
) -> None:
    for pair in ([one, other], [other, one]):
        with pytest.raises(ScenarioError, match=f"modifications 1 and 2 contradict each other: {message}"):
            edit(built(line()), *pair)


@pytest.mark.parametrize(
    "pair",
    [
        (headway("9"), headway("7")),
        (AdjustSpeed(**SPEED, end_time="07:00"), AdjustSpeed(**SPEED, start_time="07:00")),
        (AdjustSpeed(**SPEED, hops=[("A", "B")]), AdjustSpeed(**SPEED, hops=[("B", "C")])),
        (RemoveTrips(routes=["9"], days=["sunday"]), AdjustSpeed(**SPEED)),
        (RemoveTrips(trips=["out0"]), AdjustSpeed(**SPEED)),
        (
            AdjustDwellTime(routes=["9"], stops=["B"], dwell_secs=9),
            AdjustDwellTime(routes=["9"], stops=["C"], dwell_secs=9),
        ),
    ],
)
def test_modifications_that_agree_are_applied(pair: tuple[Modification, Modification]) -> None:
    assert len(edit(built(line()), *pair).reports) == 2


def test_the_same_ids_in_other_feeds_do_not_contradict() -> None:
    feeds = {"one": built(line()), "two": built(line())}
    one, two = (AdjustFrequency(**{**headway().model_dump(), "feed": name}) for name in feeds)
    assert edit_feeds(feeds, [one, two]).changed == {"one", "two"}


# --- draft ----------------------------------------------------------------------------------------------


def test_new_ids_collide_with_nothing_before_or_now() -> None:
    draft = Draft(built(line()), "bus")
    draft.remove(["out0"])
    assert draft.new_ids("trips", ["out0", "out1", "new", "new"]) == ["out0~2", "out1~2", "new", "new~2"]


def test_copies_move_in_time_and_keep_their_origin() -> None:
    feed = built(line())
    before = tables(feed)
    draft = Draft(feed, "bus")
    first = draft.copy_trips([Copy("out0", "daily", "x", 3600), Copy("back0", "daily", "x")])
    assert first == ["x", "x~2"]
    assert draft.visits(["x"]).arrival_s.tolist() == [3600, 4200, 4800, 5400]
    assert draft.origin(draft.copy_trips([Copy("x", "daily", "y")])[0]) == "out0"
    assert_same(feed, before)


def test_rows_added_to_a_table_take_its_types_and_new_columns_are_blank_before() -> None:
    draft = Draft(built(line()), "bus")
    draft.append("frequencies", pd.DataFrame([{"trip_id": "out0", "headway_secs": 60}]))
    assert draft.table("frequencies")["headway_secs"].dtype == "Int32"
    draft.append("stops", pd.DataFrame([{"stop_id": "N", "wheelchair_boarding": 1}]))
    assert draft.stops["wheelchair_boarding"].isna().tolist() == [True] * 4 + [False]
    assert draft.stops["stop_lon"].dtype == np.float64


def test_a_table_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match=r"the feed bus has no shapes.txt"):
        Draft(built(line()), "bus").table("shapes")


def test_patterns_say_route_direction_ends_and_length() -> None:
    patterns = Draft(built(line()), "bus").patterns(["hill", "out0", "out1", "back0"])
    assert [(p.id[:-4], len(p.trips)) for p in patterns] == [
        ("9:0:A>D:4:", 2), ("7:0:B>D:2:", 1), ("9:1:D>A:4:", 1)
    ]  # fmt: skip
    assert pattern_id("9", None, ["A", "B"]).startswith("9:-:A>B:2:")
    assert pattern_id("9", 0, ["A", "B", "D"]) != pattern_id("9", 0, ["A", "C", "D"])


# --- words ----------------------------------------------------------------------------------------------


def test_counts_in_both_languages() -> None:
    assert counted("trips", 1, "en") == "1 trip"
    assert counted("trips", 0, "fr") == "0 course", "French: the plural begins with two"
    assert counted("trips", 1200, "en") == "1,200 trips"
    assert counted("trips", 1200, "fr") == "1\u202f200 courses"


def test_days_in_both_languages() -> None:
    assert days_text([0, 1, 2, 3, 4], "en") == "Monday to Friday"
    assert days_text([5, 6], "fr") == "samedi, dimanche"
    assert days_text(range(7), "fr") == "tous les jours"
    assert days_text([0, 2, 4], "en") == "Monday, Wednesday, Friday"


def test_nearest_names_by_id_and_by_name() -> None:
    known = {"101": "Harbour", "102": "Hill", "T1": ""}
    assert nearest("harbor", known) == "nearest: '101' (Harbour)"
    assert nearest("t1", known).startswith("nearest: 'T1'")
    assert nearest("zzz", known) == "nearest: '101' (Harbour), '102' (Hill), 'T1'"
    assert nearest("x", {}) == "the feed has none"


# --- real data ------------------------------------------------------------------------------------------


@pytest.mark.real_data
def test_an_edit_of_one_route_of_porto_alegre_takes_a_tenth_of_a_second(porto_alegre) -> None:
    """130,019 rows of stop_times.txt; processor time, the best of five, since other programs run as well."""
    feed = read_feed(porto_alegre / "gtfs_eptc.zip")
    before = tables(feed)
    n_trips = len(feed.trips)
    changes: list[Modification] = [
        AdjustFrequency(
            route="T1", entries=[FrequencyEntry(start_time="06:00", end_time="22:00", headway_min=10)]
        ),
        AdjustSpeed(routes=["T1"], scale=1.2),
        RemoveTrips(routes=["T1"]),
        AdjustSpan(route="T1", last_departure="23:00", headway_min=15),
        AdjustDwellTime(routes=["T1"], dwell_secs=10),
    ]
    for change in changes:
        seconds = []
        for _ in range(5):
            start = time.process_time()
            result = edit_feeds({"bus": feed}, [change])
            seconds.append(time.process_time() - start)
        assert min(seconds) < 0.15, (change, seconds)
        build_schedule(result.feeds["bus"], pd.Timestamp("2019-05-15").date())
    assert len(feed.trips) == n_trips
    assert_same(feed, before)


def test_everything_removed_gives_a_schedule_without_vehicles() -> None:
    after = edited(built(line()), RemoveTrips(routes=["9", "7"]))
    assert running(after, WEDNESDAY) == []
