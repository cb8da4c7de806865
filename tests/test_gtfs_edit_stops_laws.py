"""Any changes of stops, one after the other, leave a feed that can be read, or are refused with reasons."""

from __future__ import annotations

from builders_edits import edit, feed_of, runs_on, snapshot
from builders_gtfs import GtfsBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs.errors import ScenarioError
from gtfs.modifications import AddTrips, Modification, MoveStop, RemoveStops, RemoveTrips, Reroute

STOPS = "ABCDEF"
stop = st.sampled_from(STOPS)
place = st.fixed_dictionaries({
    "name": st.sampled_from(["Rue Haute", "Église"]),
    "lat": st.floats(-30.05, -30.0), "lon": st.floats(-51.25, -51.15),
})  # fmt: skip
specs = st.lists(stop | place, max_size=3)


def text(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


@st.composite
def feeds(draw) -> GtfsBuilder:
    """Up to four trips on two routes, with blank times, loops, headways, shapes, blocks and rules."""
    feed = GtfsBuilder()
    feed.line_of_stops(STOPS)
    for sequence, lat in enumerate((-30.0, -30.02, -30.05), start=1):
        feed.row("shapes.txt", shape_id="s", shape_pt_lat=lat, shape_pt_lon=-51.2, shape_pt_sequence=sequence)
    n_trips = draw(st.integers(1, 4))
    for number in range(n_trips):
        stops = draw(st.lists(stop, min_size=2, max_size=5))
        clock, visits = draw(st.integers(0, 25)) * 3600, []
        for at, name in enumerate(stops):
            stay = draw(st.integers(0, 60))
            blank = 0 < at < len(stops) - 1 and draw(st.booleans())
            visits.append((name, None, None) if blank else (name, text(clock), text(clock + stay)))
            clock += stay + draw(st.integers(0, 600))
        shape, block = draw(st.sampled_from(["s", None])), draw(st.sampled_from(["b", None]))
        way = draw(st.sampled_from([0, 1, None]))
        feed.trip(f"t{number}", visits, route=draw(st.sampled_from("RQ")), shape_id=shape, block_id=block,
                  direction_id=way)  # fmt: skip
        if draw(st.booleans()):
            feed.frequency(f"t{number}", "00:30:00", "02:00:00", 1200, draw(st.sampled_from([0, 1])))
    feed.transfer("A", "B", 1, from_trip_id="t0", to_trip_id=f"t{n_trips - 1}")
    return feed


@st.composite
def changes(draw) -> Modification:
    kind = draw(st.sampled_from(["move", "remove", "reroute", "add", "trips"]))
    route = draw(st.sampled_from("RQ"))
    if kind == "move":
        return MoveStop(stop=draw(stop), lat=draw(st.floats(-30.05, -30.0)), lon=-51.21)
    if kind == "remove":
        stops = draw(st.lists(stop, min_size=1, max_size=3, unique=True))
        return RemoveStops(routes=route, stops=stops, seconds_saved_at_each_stop=draw(st.integers(0, 90)))
    if kind == "trips":
        return RemoveTrips(routes=route)
    if kind == "add":
        stops = [*draw(specs), "A", "C"]
        by_headway = {"start_time": "10:00", "end_time": "11:00", "headway_min": 20}
        entry = draw(st.sampled_from([by_headway, {"first_departures": ["00:00", "26:00"]}]))
        return AddTrips(stops=stops, route=draw(st.sampled_from([route, None])), frequencies=[entry],
                        speed_km_h=20, bidirectional=draw(st.booleans()))  # fmt: skip
    ends = draw(st.sampled_from([("from_stop",), ("to_stop",), ("from_stop", "to_stop")]))
    return Reroute(routes=route, stops=draw(specs), speed_km_h=draw(st.integers(5, 60)),
                   **{end: draw(stop) for end in ends})  # fmt: skip


@settings(max_examples=20, deadline=None, derandomize=True)
@given(feeds(), st.lists(changes(), min_size=1, max_size=3))
def test_what_comes_out_can_be_read_and_what_went_in_stays(tmp_path_factory, builder, wanted):
    feed = feed_of(builder, tmp_path_factory.mktemp("feed"))
    before = snapshot(feed)
    try:
        found = edit(feed, *wanted)
    except ScenarioError:
        assert snapshot(feed) == before
        return
    assert snapshot(feed) == before
    made = found.feeds["bus"]
    vehicles = runs_on(made)
    assert all(made.stop_times["trip_id"].isin(made.trips["trip_id"]))
    assert made.trips["trip_id"].is_unique
    assert made.stops["stop_id"].is_unique
    known = set(made.stops["stop_id"])
    assert all(call[0] in known for _, calls in vehicles for call in calls)
    if made.shapes is not None:
        assert set(made.trips["shape_id"].dropna()) <= set(made.shapes["shape_id"])
    else:
        assert made.trips["shape_id"].isna().all()
    for report in found.reports:
        assert report.text["en"]
        assert report.text["fr"]
