"""``TransportNetwork``: files read once, kept, and never stale."""

from __future__ import annotations

import os
import shutil
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders_api import EIGHT, both_ends, one_street, points, write_files
from builders_city import EAST_M, bus_feed, write_streets
from builders_gtfs import GtfsBuilder
from builders_streets import at, write_osm_pbf

import access.streets as module
from access import TransportNetwork, network_store, travel_time_array, travel_time_matrix
from access.cycling import CyclingRules
from access.driving import DrivingRules
from access.errors import AccessError, DataQualityWarning, InputDataError
from access.network_files import feed_names
from gtfs.errors import FeedError

Count = Callable[[], int]
FOOTPATH_AND_ROAD = [(0, 0), (600, 0), (0, 100), (600, 100)]


@pytest.fixture
def street_readings(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Count how often streets are read from their file."""
    calls: list[Path] = []
    read = module.read_streets_pbf

    def counted(path: Path) -> Any:
        calls.append(path)
        return read(path)

    monkeypatch.setattr(module, "read_streets_pbf", counted)
    return lambda: len(calls)


def kept(folder: Path) -> dict[str, int]:
    """Count the kept files by what they are."""
    names = [path.name.split("-")[0] for path in folder.glob("*.npz")]
    return {name: names.count(name) for name in names}


# cache


def test_a_hit_equals_a_miss_to_the_byte(tmp_path: Path, street_readings: Count) -> None:
    first = one_street(tmp_path)
    again = one_street(tmp_path)
    nothing = one_street(tmp_path, cache=False)
    assert street_readings() == 2  # first and nothing
    one, two, three = (
        travel_time_array(network, both_ends(), departure=EIGHT) for network in (first, again, nothing)
    )
    assert one.minutes.tobytes() == two.minutes.tobytes() == three.minutes.tobytes()
    for name in first.streets._fields:
        values = [getattr(network.streets, name) for network in (first, again, nothing)]
        assert len({np.asarray(value).tobytes() for value in values}) == 1, name
        assert len({np.asarray(value).dtype for value in values}) == 1, name
    days = [network.service_day(EIGHT.date(), 32 * 3600) for network in (first, again, nothing)]
    assert {day.schedule.timetable.departure_s.tobytes() for day in days} == {
        days[0].schedule.timetable.departure_s.tobytes()
    }
    assert days[0].schedule.stop_ids == days[1].schedule.stop_ids == ["A", "B"]
    assert days[0].schedule.counts == days[1].schedule.counts
    assert days[0].feeds == days[1].feeds
    assert kept(tmp_path / "cache") == {"streets": 1, "feeds": 1, "day": 1, "stops": 1, "snap": 1, "walks": 3}


def test_nothing_is_kept_where_nothing_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "users"))
    travel_time_matrix(one_street(tmp_path, cache=False), both_ends(), departure=EIGHT)
    assert not (tmp_path / "users").exists()
    one_street(tmp_path, cache=None)
    assert kept(tmp_path / "users" / "networks") == {"streets": 1, "feeds": 1}


def rewrite_streets(folder: Path) -> None:
    """Leave out the last 500 m of the street."""
    nodes = {1 + i: at(500 * i, 0) for i in range(EAST_M // 500)}
    write_osm_pbf(folder / "streets.osm.pbf", nodes, {1: (list(nodes), {"highway": "residential"})})


def rewrite_feed(folder: Path) -> None:
    feed = bus_feed()
    feed.trip("more", [("A", "08:05:00"), ("B", "08:25:00")])
    feed.write(folder / "bus.zip")


@pytest.mark.parametrize(
    ("rewrite", "missed"),
    [
        (rewrite_streets, {"streets": 2, "feeds": 1, "day": 1, "stops": 2, "snap": 2, "walks": 6}),
        (rewrite_feed, {"streets": 1, "feeds": 2, "day": 2, "stops": 2, "snap": 1, "walks": 3}),
    ],
)
def test_a_changed_file_misses_what_depends_on_it(
    tmp_path: Path, rewrite: Callable[[Path], None], missed: dict[str, int]
) -> None:
    one_street(tmp_path)
    before = travel_time_array(one_street(tmp_path), both_ends(), departure=EIGHT)
    rewrite(tmp_path)
    after = travel_time_array(one_street(tmp_path), both_ends(), departure=EIGHT)
    assert kept(tmp_path / "cache") == missed
    assert not np.array_equal(before.minutes, after.minutes)


def test_walks_of_other_streets_are_other_walks(tmp_path: Path) -> None:
    """Half-way the other street makes a detour; the same places on the same edges are farther apart."""
    straight = one_street(tmp_path)
    nodes = {1 + i: at(500 * i, 1000 * (i == 10)) for i in range(EAST_M // 500 + 1)}
    path = write_osm_pbf(tmp_path / "bent.osm.pbf", nodes, {1: (list(nodes), {"highway": "residential"})})
    bent = TransportNetwork(path, cache=tmp_path / "cache")
    longitude, latitude = np.array([at(0, 0), at(EAST_M, 0)]).T
    ends = straight.snap(longitude, latitude)
    limits = {"max_walk_min": 300, "walk_speed_km_h": 3.6}
    walk_s = [network.walks(ends, ends, **limits).walk_s.max() for network in (straight, bent, straight)]
    assert walk_s[0] == walk_s[2]
    assert walk_s[1] - walk_s[0] == pytest.approx(2 * (500**2 + 1000**2) ** 0.5 - 1000, abs=3)


def test_points_join_the_streets_of_each_mode(tmp_path: Path) -> None:
    """A footpath at the door, a road 100 m off: cars start there."""
    nodes = {number: at(east_m, north_m) for number, (east_m, north_m) in enumerate(FOOTPATH_AND_ROAD, 1)}
    ways = {
        1: ([1, 2], {"highway": "footway"}),
        2: ([3, 4], {"highway": "residential"}),
        3: ([1, 3], {"highway": "path"}),
    }
    network = TransportNetwork(write_osm_pbf(tmp_path / "a.osm.pbf", nodes, ways), cache=tmp_path / "cache")
    longitude, latitude = np.array([at(300, 0)]).T
    for rules, link_m in ((None, 0), (DrivingRules(), 100), (CyclingRules(), 0), (None, 0)):
        found = network.snap(longitude, latitude, rules=rules)
        assert found.link_m.tolist() == pytest.approx([link_m], abs=0.5)
    parked = DrivingRules(parking_min=1)
    ends = network.snap(*np.array([at(0, 100), at(600, 100)]).T, rules=parked)
    times = [
        network.rides(ends, ends, rules, max_duration_min=60).walk_s[1] for rules in (DrivingRules(), parked)
    ]
    assert times[1] - times[0] == 60


def test_the_horizon_and_the_radius_count_in_what_is_kept(tmp_path: Path) -> None:
    """24 buses a day; of the day after, those from 07:00 to 07:50 leave before 32:00 and all before 48:00."""
    osm_pbf, _ = write_files(tmp_path)
    feed = bus_feed()
    feed.rows["stops.txt"][0].update(stop_lat=at(100, 300)[1])
    network = TransportNetwork(osm_pbf, feed.write(tmp_path / "off.zip"), cache=tmp_path / "cache")
    days = [network.service_day(EIGHT.date(), hours * 3600).schedule for hours in (32, 48)]
    assert [day.timetable.n_trips for day in days] == [24 + 6, 24 + 24]
    with pytest.warns(DataQualityWarning, match="1 of 2 stops are not joined"):
        near = network.snap_stops(days[0], 32 * 3600, 200)
    far = network.snap_stops(days[0], 32 * 3600, 400)
    assert [(snap.state == 0).tolist() for snap in (near, far)] == [[False, True], [True, True]]


def test_a_changed_option_or_version_misses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = one_street(tmp_path)
    travel_time_matrix(network, both_ends(), departure=EIGHT)
    travel_time_matrix(network, both_ends(), departure=EIGHT, speed_walking=5)
    assert kept(tmp_path / "cache")["walks"] == 6
    travel_time_matrix(network, both_ends(), departure=EIGHT, snap_to_network=100)
    assert kept(tmp_path / "cache")["snap"] == 2
    monkeypatch.setattr(network_store, "program_fingerprint", lambda: "another version")
    travel_time_matrix(one_street(tmp_path), both_ends(), departure=EIGHT)
    assert kept(tmp_path / "cache")["streets"] == 2


def test_files_are_known_by_content_not_by_name(tmp_path: Path, street_readings: Count) -> None:
    one_street(tmp_path)
    (tmp_path / "moved").mkdir()
    shutil.copy(tmp_path / "streets.osm.pbf", tmp_path / "moved" / "other.osm.pbf")
    TransportNetwork(tmp_path / "moved" / "other.osm.pbf", cache=tmp_path / "cache")
    assert street_readings() == 1


def test_a_large_file_is_hashed_once_while_it_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from access import file_fingerprint

    hashed: list[Path] = []
    sha256_of = file_fingerprint.sha256_of
    monkeypatch.setattr(file_fingerprint, "sha256_of", lambda path: (hashed.append(path), sha256_of(path))[1])
    monkeypatch.setattr(file_fingerprint, "SETTLED_S", -1.0)
    file = tmp_path / "large"
    file.write_text("one")
    first = file_fingerprint.content_fingerprint(file, tmp_path)
    assert file_fingerprint.content_fingerprint(file, tmp_path) == first
    assert len(hashed) == 1
    status = file.stat()
    file.write_text("two")  # the same size
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))  # and the old time
    assert file_fingerprint.content_fingerprint(file, tmp_path) != first
    assert file_fingerprint.content_fingerprint(file, None) != first
    assert len(hashed) == 3


def test_a_file_that_has_just_changed_is_not_remembered(tmp_path: Path) -> None:
    from access.file_fingerprint import content_fingerprint

    (tmp_path / "young").write_text("one")
    content_fingerprint(tmp_path / "young", tmp_path)
    assert list(tmp_path.glob("*.sha256")) == []


def test_a_folder_of_tables_is_known_by_all_its_files(tmp_path: Path) -> None:
    from access.file_fingerprint import content_fingerprint

    feed = bus_feed().write(tmp_path / "feed")
    first = content_fingerprint(feed, tmp_path)
    (feed / "stops.txt").write_text((feed / "stops.txt").read_text() + "\n")
    assert content_fingerprint(feed, tmp_path) != first


def test_warnings_about_the_files_come_also_from_the_cache(tmp_path: Path) -> None:
    """Stop C is 50 km off: the second network says so as the first did."""
    osm_pbf, _ = write_files(tmp_path)
    feed = bus_feed()
    feed.stop("C", *at(0, 50_000))
    feed.trip("far", [("A", "08:00:00"), ("C", "09:30:00")])
    feed.write(tmp_path / "bus.zip")
    found = []
    for _ in range(2):
        network = TransportNetwork(osm_pbf, tmp_path / "bus.zip", cache=tmp_path / "cache")
        with pytest.warns(DataQualityWarning, match="1 of 3 stops are not joined to the streets") as caught:
            travel_time_matrix(network, both_ends(), departure=EIGHT)
        found.append([str(warning.message) for warning in caught])
    assert found[0] == found[1]


def test_a_damaged_cache_is_worked_out_anew(tmp_path: Path) -> None:
    wanted = travel_time_array(one_street(tmp_path), both_ends(), departure=EIGHT).minutes
    for path in (tmp_path / "cache").glob("*.npz"):
        path.write_bytes(path.read_bytes()[:60])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = travel_time_array(one_street(tmp_path), both_ends(), departure=EIGHT).minutes
    assert np.array_equal(found, wanted)
    assert {warning.category for warning in caught} == {RuntimeWarning}
    assert len(caught) == 8


# inputs


def test_missing_files_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match=r"no file .*a\.osm\.pbf(.|\n)*no file or folder .*b\.zip"):
        TransportNetwork(tmp_path / "a.osm.pbf", [tmp_path / "b.zip"], cache=False)


def test_what_is_no_path_is_refused(tmp_path: Path) -> None:
    osm_pbf, gtfs = write_files(tmp_path)
    wrong: Any = None
    with pytest.raises(AccessError, match="gtfs has None; give the path of a GTFS feed or a list of paths"):
        TransportNetwork(osm_pbf, wrong, cache=False)
    with pytest.raises(AccessError, match=r"osm_pbf is None; give the path(.|\n)*gtfs has 5; give"):
        TransportNetwork(wrong, [gtfs, 5], cache=False)  # type: ignore[list-item]


def test_one_file_given_twice_warns(tmp_path: Path) -> None:
    osm_pbf, gtfs = write_files(tmp_path)
    with pytest.warns(
        DataQualityWarning, match="are the same feed, so its vehicles count twice; give it once"
    ):
        TransportNetwork(osm_pbf, [gtfs, gtfs], cache=False)


def test_a_bad_feed_is_refused_when_the_network_is_made(tmp_path: Path) -> None:
    osm_pbf, _ = write_files(tmp_path)
    feed = bus_feed()
    feed.drop("stops.txt")
    with pytest.raises(FeedError, match=r"the feed has no stops\.txt"):
        TransportNetwork(osm_pbf, feed.write(tmp_path / "bad.zip"), cache=tmp_path / "cache")


def test_stops_far_from_the_streets_are_refused(tmp_path: Path) -> None:
    osm_pbf, _ = write_files(tmp_path)
    feed = GtfsBuilder()
    feed.trip("elsewhere", [("X", "08:00:00"), ("Y", "09:30:00")])
    network = TransportNetwork(osm_pbf, feed.write(tmp_path / "far.zip"), cache=False)
    with pytest.raises(InputDataError, match="none of the 2 stops is near a street"):
        travel_time_matrix(network, both_ends(), departure=EIGHT)


def test_several_feeds_stay_apart(tmp_path: Path) -> None:
    """The same feed twice under two names: the same times."""
    osm_pbf, gtfs = write_files(tmp_path)
    (tmp_path / "b").mkdir()
    shutil.copy(gtfs, tmp_path / "b" / "bus.zip")
    with pytest.warns(DataQualityWarning, match="bus.zip are the same feed, so its vehicles count twice"):
        network = TransportNetwork(str(osm_pbf), [str(gtfs), str(tmp_path / "b" / "bus.zip")], cache=False)
    assert network.feed_names == ("bus", "bus-2")
    times = travel_time_array(network, both_ends(), departure=EIGHT)
    assert times.minutes[0, 0, 1] == 28
    assert network.service_day(EIGHT.date(), 32 * 3600).schedule.stop_ids == [
        "bus:A",
        "bus:B",
        "bus-2:A",
        "bus-2:B",
    ]


def test_feed_names_are_unique_and_without_colon() -> None:
    paths = [Path("x/a.zip"), Path("y/a.zip"), Path("a"), Path("b:c.zip"), Path("a-2.zip")]
    assert feed_names(paths) == ["a", "a-2", "a-3", "b_c", "a-2-2"]


def test_a_quiet_feed_beside_another_warns(tmp_path: Path) -> None:
    osm_pbf, gtfs = write_files(tmp_path)
    train = GtfsBuilder()
    train.stop("S", *at(200, 0))
    train.stop("T", *at(9000, 0))
    train.trip("late", [("S", "20:00:00"), ("T", "20:10:00")])
    network = TransportNetwork(osm_pbf, [gtfs, train.write(tmp_path / "train.zip")], cache=False)
    with pytest.warns(DataQualityWarning, match="train: nothing leaves between 08:00:00 and 09:00:00"):
        travel_time_matrix(network, both_ends(), departure=EIGHT)


def test_from_directory_takes_the_extract_and_all_timetables(tmp_path: Path) -> None:
    write_files(tmp_path)
    shutil.make_archive(str(tmp_path / "photos"), "zip", tmp_path, "streets.osm.pbf")
    network = TransportNetwork.from_directory(tmp_path, cache=False)
    assert [path.name for path in network.gtfs] == ["bus.zip"]
    assert repr(network) == "TransportNetwork(streets.osm.pbf: 20 street edges; bus.zip)"
    with TransportNetwork.from_directory(str(tmp_path), cache=tmp_path / "cache") as same:
        assert same.osm_pbf == network.osm_pbf


def test_from_directory_does_not_guess_between_extracts(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match=r"needs one OpenStreetMap extract .* found none"):
        TransportNetwork.from_directory(tmp_path)
    write_streets(tmp_path / "a.osm.pbf")
    write_streets(tmp_path / "b.osm.pbf")
    with pytest.raises(InputDataError, match=r"found a\.osm\.pbf, b\.osm\.pbf; keep one"):
        TransportNetwork.from_directory(tmp_path)


def test_a_zip_that_is_damaged_is_not_passed_over(tmp_path: Path) -> None:
    write_streets(tmp_path / "a.osm.pbf")
    (tmp_path / "bus.zip").write_bytes(b"PK")
    with pytest.raises(FeedError, match=r"bus: .* is not a zip archive"):
        TransportNetwork.from_directory(tmp_path, cache=False)


def test_ways_inside_stations_count_also_from_the_cache(tmp_path: Path) -> None:
    """Platform A is entered 400 m from the west end, a minute away: 400 s, 60 s, 60 s before the bus.

    Departures 08:00 and 08:01 take the bus at 08:10, arriving 08:31:40; 08:02 to 08:09 the one at 08:20.
    """
    osm_pbf, _ = write_files(tmp_path)
    feed = bus_feed()
    feed.stop("S", *at(100, 0), location_type=1)
    feed.stop("E", *at(400, 0), location_type=2, parent_station="S")
    feed.rows["stops.txt"][0]["parent_station"] = "S"
    feed.row(
        "pathways.txt",
        pathway_id="p",
        from_stop_id="E",
        to_stop_id="A",
        pathway_mode=1,
        is_bidirectional=1,
        traversal_time=60,
    )
    gtfs = feed.write(tmp_path / "station.zip")
    for _ in range(2):
        network = TransportNetwork(osm_pbf, gtfs, cache=tmp_path / "cache")
        times = travel_time_array(network, both_ends(), departure=EIGHT, percentiles=[10, 20, 30, 100])
        assert times.minutes[:, 0, 1].tolist() == [30, 31, 32, 39]
        assert network.service_day(EIGHT.date(), 32 * 3600).has_pathways


# r5py's other members


def test_extent_is_the_box_around_the_streets(tmp_path: Path) -> None:
    west, south, east, north = one_street(tmp_path).extent.bounds
    assert (west, east) == pytest.approx((at(0, 0)[0], at(EAST_M, 0)[0]))
    assert south == north == pytest.approx(48)


def test_snap_to_network_moves_points_to_the_street(tmp_path: Path) -> None:
    network = one_street(tmp_path)
    off = gpd.GeoSeries(
        [shapely.Point(at(730, 200)), shapely.Point(at(0, 5000)), None], index=[5, 6, 7], crs=4326
    )
    snapped = network.snap_to_network(off)
    assert snapped.index.tolist() == [5, 6, 7]
    assert snapped.crs == off.crs
    assert (snapped[5].x, snapped[5].y) == pytest.approx(at(730, 0), abs=1e-6)
    assert snapped.is_empty.tolist() == [False, True, True]
    assert network.snap_to_network(off, radius=100).is_empty.all()
    assert network.snap_to_network(off.to_crs(3857)).crs == "EPSG:3857"
    with pytest.raises(AccessError, match="joined to streets for walking only"):
        network.snap_to_network(off, street_mode="CAR")


def test_a_street_network_of_osmnx_serves_for_walking_and_driving(tmp_path: Path) -> None:
    osmnx = pytest.importorskip("osmnx")
    import networkx as nx

    graph = nx.MultiDiGraph(crs="epsg:4326", simplified=False)
    for node, metres in enumerate((0, 600)):
        lon, lat = at(metres, 0)
        graph.add_node(node, x=lon, y=lat)
    graph.add_edge(0, 1, osmid=1, length=600.0, highway="residential")
    graph.add_edge(1, 0, osmid=1, length=600.0, highway="residential")
    osmnx.save_graphml(graph, tmp_path / "town.graphml")
    network = TransportNetwork(tmp_path / "town.graphml", cache=False)
    ends = points(a=0, b=600)
    assert travel_time_matrix(network, ends, transport_modes=["WALK"])["travel_time"].tolist() == [
        0,
        10,
        10,
        0,
    ]
    rules = DrivingRules(speed_by_class_km_h={"residential": 12})  # 600 m in 3 minutes
    by_car = travel_time_matrix(network, ends, transport_modes=["CAR"], driving_rules=rules)
    assert by_car["travel_time"].tolist() == [0, 3, 3, 0]
    with pytest.raises(
        InputDataError, match=r"does not say where one may cycle; cycling needs an \.osm\.pbf"
    ):
        travel_time_matrix(network, ends, transport_modes=["BICYCLE"])


def test_importing_the_names_is_lazy() -> None:
    import subprocess
    import sys

    code = (
        "import sys, access; assert 'pandas' not in sys.modules; assert 'numba' not in sys.modules\n"
        "import access.matrix; from access import travel_time_matrix, TransportNetwork\n"
        "assert callable(travel_time_matrix); \n"
        "heavy = {'gtfs_kit', 'osmium', 'osmnx', 'geopandas', 'scipy.sparse', 'pydantic'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert set(access.__all__) <= set(dir(access)); assert not hasattr(access, 'nonsense')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# the real city


@pytest.mark.real_data
def test_the_real_city_is_ready_in_a_moment_from_the_cache(porto_alegre: Path, tmp_path: Path) -> None:
    """Streets, timetable, snapped cells and all walks: below 0.3 CPU seconds; here a loose limit."""
    table = pd.read_csv(porto_alegre / "land_use_h3.csv")
    cells = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326)
    feeds = [porto_alegre / "gtfs_eptc.zip", porto_alegre / "gtfs_trensurb.zip"]

    def ready() -> tuple[TransportNetwork, Any, float]:
        from access.travel_request import travel_request

        start_s = time.process_time()
        network = TransportNetwork(porto_alegre / "osm.pbf", feeds, cache=tmp_path)
        request = travel_request(network, cells, None, {"departure": EIGHT.replace(2019, 5, 15, 12)})
        window = request.options.windows[0]
        arguments = request.search_arguments(request.day(window), window)
        return network, arguments, time.process_time() - start_s

    with pytest.warns(DataQualityWarning, match="not joined"):
        _, first, _ = ready()
    with pytest.warns(DataQualityWarning, match="not joined"):
        _, again, seconds = ready()
    assert seconds < 1.0
    for name in ("access", "footpaths", "egress", "direct"):
        for one, other in zip(first[name], again[name], strict=True):
            assert one.tobytes() == other.tobytes()
