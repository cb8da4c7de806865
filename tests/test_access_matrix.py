"""``travel_time_matrix`` and ``travel_time_array``: r5py's words and columns, the engine's numbers."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders_api import EIGHT, HOUR, TEN_MIN, both_ends, clock, one_street, points, write_files
from builders_city import EAST_M
from builders_gtfs import GtfsBuilder
from builders_streets import at, write_street_grid

from access import TransportNetwork, travel_time_array, travel_time_matrix, unreached_reason
from access.driving import DrivingRules
from access.errors import AccessError, DataQualityWarning, InputDataError
from access.network import reversed_walks, walk_links
from access.snapping import NO_COORDINATES, SNAPPED, TOO_FAR, snap
from access.streets import read_streets_pbf
from access.travel_options import TravelArguments, travel_options
from access.travel_times import travel_time_percentiles
from gtfs.errors import FeedQualityWarning, ServiceError
from gtfs.feed import merge_feeds, read_feed
from gtfs.schedule import build_schedule

MINUTES = [31, 30, 29, 28, 27, 26, 25, 24, 33, 32]
"""West to east, departures 08:00 to 08:09; see ``builders_api``."""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> TransportNetwork:
    return one_street(tmp_path_factory.mktemp("street"))


def west_to_east(times: pd.DataFrame) -> list[Any]:
    rows = times[(times["from_id"] == "west") & (times["to_id"] == "east")]
    columns = [name for name in times.columns if name.startswith("travel_time")]
    return [None if pd.isna(value) else int(value) for value in rows[columns].to_numpy().ravel()]


# what comes back


def test_the_median_alone_is_called_travel_time(network: TransportNetwork) -> None:
    times = travel_time_matrix(network, both_ends(), departure=EIGHT)
    assert times.columns.tolist() == ["from_id", "to_id", "travel_time"]
    assert west_to_east(times) == [sorted(MINUTES)[4]]
    assert type(times) is pd.DataFrame


def test_several_percentiles_have_a_column_each_in_the_order_asked_for(network: TransportNetwork) -> None:
    times = travel_time_matrix(network, both_ends(), departure=EIGHT, percentiles=[100, 5, 50, 2.5])
    wanted = ["travel_time_p100", "travel_time_p5", "travel_time_p50", "travel_time_p2.5"]
    assert times.columns.tolist() == ["from_id", "to_id", *wanted]
    assert west_to_east(times) == [33, 24, 28, 24]


def test_one_percentile_that_is_not_the_median_keeps_its_number(network: TransportNetwork) -> None:
    times = travel_time_matrix(network, both_ends(), departure=EIGHT, percentiles=[5])
    assert times.columns.tolist() == ["from_id", "to_id", "travel_time_p5"]


def test_every_pair_is_there_sorted_as_the_frames_are(network: TransportNetwork) -> None:
    origins, destinations = points(b=0, a=500), points(z=EAST_M, y=0, x=200)
    times = travel_time_matrix(network, origins, destinations, departure=EIGHT)
    assert list(zip(times["from_id"], times["to_id"], strict=True)) == [
        (o, d) for o in ("b", "a") for d in ("z", "y", "x")
    ]
    assert times.index.equals(pd.RangeIndex(6))


def test_minutes_are_whole_can_be_subtracted_and_are_missing_where_not_reached(
    network: TransportNetwork,
) -> None:
    times = travel_time_matrix(network, both_ends(), departure=EIGHT, percentiles=[5, 95])
    assert times["travel_time_p5"].dtype == "Int16"
    spread = times["travel_time_p5"] - times["travel_time_p95"]
    assert spread.iloc[1] == 24 - 33
    assert times["travel_time_p5"].isna().tolist() == [False, False, True, False]  # the bus goes east only


def test_ids_keep_their_type(network: TransportNetwork) -> None:
    ends = both_ends().assign(id=[7, 3])
    times = travel_time_matrix(network, ends, departure=EIGHT)
    assert times["from_id"].dtype == np.int64
    assert times["to_id"].tolist() == [7, 3, 7, 3]


def test_reached_only_leaves_out_what_is_missing(network: TransportNetwork) -> None:
    times = travel_time_matrix(network, both_ends(), departure=EIGHT, reached_only=True)
    assert times["to_id"].tolist() == ["west", "east", "east"]
    assert times["travel_time"].tolist() == [0, 28, 0]


def test_reached_only_keeps_pairs_reached_in_some_percentile(network: TransportNetwork) -> None:
    times = travel_time_matrix(
        network,
        both_ends(),
        departure=EIGHT,
        percentiles=[5, 100],
        max_time=timedelta(minutes=30),
        reached_only=True,
    )
    assert west_to_east(times) == [24, None]
    assert len(times) == 3


def test_only_255_is_unreached(network: TransportNetwork) -> None:
    times = travel_time_array(network, both_ends(), departure=EIGHT)
    bytes_of = np.array([[[0, 254], [255, 1]]], np.uint8)
    frame = dataclasses.replace(times, minutes=bytes_of).to_frame()
    assert frame["travel_time"].fillna(-1).tolist() == [0, 254, -1, 1]


def test_several_departures_add_a_column(network: TransportNetwork) -> None:
    asked = [clock("2024-03-06 09:00"), EIGHT]
    times = travel_time_matrix(network, both_ends(), departure=asked, departure_time_window=TEN_MIN)
    assert times.columns.tolist() == ["from_id", "to_id", "departure", "travel_time"]
    assert times["departure"].tolist() == [pd.Timestamp(asked[0])] * 4 + [pd.Timestamp(asked[1])] * 4
    assert west_to_east(times) == [28, 28]
    assert times[times["departure"] == EIGHT]["from_id"].tolist() == ["west", "west", "east", "east"]


def test_departures_may_come_from_pandas(network: TransportNetwork) -> None:
    asked = pd.date_range("2024-03-06 08:00", periods=2, freq="h")
    times = travel_time_matrix(network, both_ends(), departure=asked)
    assert times["departure"].nunique() == 2


def test_seconds_of_the_departure_count(network: TransportNetwork) -> None:
    """08:07:20 is at the stop at 08:09:00 and may board from 08:10:00 on; a second later it is too late."""
    one_minute = {"departure_time_window": timedelta(minutes=1)}
    just = travel_time_matrix(
        network, both_ends(), departure=EIGHT.replace(minute=7, second=20), **one_minute
    )
    late = travel_time_matrix(
        network, both_ends(), departure=EIGHT.replace(minute=7, second=21), **one_minute
    )
    assert [west_to_east(just), west_to_east(late)] == [[24], [34]]


def test_arrive_by_counts_back_from_each_minute(network: TransportNetwork) -> None:
    """To be there by 08:31:40 one leaves at 08:07:20. By 08:35 that is 27:40; by 08:31 the bus before."""
    one_minute = {"departure_time_window": timedelta(minutes=1), "arrive_by": True}
    times = travel_time_matrix(network, both_ends(), departure=EIGHT.replace(minute=35), **one_minute)
    assert west_to_east(times) == [27]
    times = travel_time_matrix(
        network,
        both_ends(),
        departure=[EIGHT.replace(minute=31), EIGHT.replace(minute=41)],
        **one_minute,
    )
    assert times.columns.tolist() == ["from_id", "to_id", "arrival", "travel_time"]
    assert west_to_east(times) == [33, 33]


def test_arriving_shortly_after_midnight_uses_the_evening_before(network: TransportNetwork) -> None:
    midnight = clock("2024-03-07 00:30")
    with pytest.warns(
        DataQualityWarning,
        match="nothing leaves between 22:30:00 of the day before and 00:40:00 on 2024-03-07; that day its",
    ):
        times = travel_time_matrix(
            network, both_ends(), departure=midnight, arrive_by=True, allow_no_service=True
        )
    assert west_to_east(times) == [None]


# same points


def test_a_point_reaches_itself_in_no_time_also_in_a_second_frame(network: TransportNetwork) -> None:
    beside = gpd.GeoDataFrame(
        {"id": ["here"]}, geometry=gpd.points_from_xy(*np.array([at(50, 90)]).T), crs=4326
    )
    same = travel_time_matrix(network, beside, beside.copy(), departure=EIGHT)
    assert same["travel_time"].tolist() == [0]
    other = travel_time_matrix(network, beside, beside.assign(id="there"), departure=EIGHT)
    assert other["travel_time"].tolist() == [3]  # 90 m to the street and 90 m back: another door


def test_the_same_id_elsewhere_is_another_place(network: TransportNetwork) -> None:
    times = travel_time_matrix(
        network, points(a=0, b=600), points(x=0, b=1200, a=0), transport_modes=["WALK"]
    )
    assert times["travel_time"].tolist() == [0, 20, 0, 10, 10, 10]


def test_origins_are_destinations_where_none_are_given(network: TransportNetwork) -> None:
    ends = both_ends()
    alone = travel_time_matrix(network, ends, departure=EIGHT)
    pd.testing.assert_frame_equal(alone, travel_time_matrix(network, ends, ends, departure=EIGHT))
    pd.testing.assert_frame_equal(alone, travel_time_matrix(network, ends, ends.copy(), departure=EIGHT))


# modes


def test_walking_alone_needs_no_departure_and_goes_as_far_as_max_time(network: TransportNetwork) -> None:
    """10 km at 6 km/h are 100 minutes."""
    times = travel_time_matrix(network, both_ends(), transport_modes=["WALK"], speed_walking=6)
    assert west_to_east(times) == [100]
    times = travel_time_matrix(
        network, both_ends(), transport_modes=["WALK"], speed_walking=6, max_time=timedelta(minutes=99)
    )
    assert west_to_east(times) == [None]
    limited = travel_time_matrix(
        network, both_ends(), transport_modes=["WALK"], speed_walking=6, max_time_walking=HOUR
    )
    assert west_to_east(limited) == [None]


def test_walking_beside_transit_is_limited_to_half_an_hour(network: TransportNetwork) -> None:
    near = points(west=0, near=1795, far=1805)
    times = travel_time_matrix(network, near, departure=EIGHT)
    assert times["travel_time"].fillna(255).tolist()[:3] == [0, 29, 255]


def test_all_percentiles_of_a_walk_are_equal(network: TransportNetwork) -> None:
    times = travel_time_matrix(
        network, points(a=0, b=600), transport_modes=["WALK"], percentiles=[5, 50], departure=EIGHT
    )
    assert times["travel_time_p5"].tolist() == times["travel_time_p50"].tolist() == [0, 10, 10, 0]


def test_cycling_and_driving_take_the_faster_way_of_those_asked_for(network: TransportNetwork) -> None:
    """10 km: 50 minutes at 12 km/h, 40 at 15; by car less than by bicycle; 0.6 km on foot 10 minutes."""
    bicycle = travel_time_matrix(network, both_ends(), transport_modes=["BICYCLE"])
    assert west_to_east(bicycle) == [50]
    faster = travel_time_matrix(network, both_ends(), transport_modes=["BICYCLE"], speed_cycling=15)
    assert west_to_east(faster) == [40]
    car = travel_time_matrix(network, both_ends(), transport_modes=["CAR"])
    assert west_to_east(car)[0] < 40
    parked = DrivingRules(parking_min=10)
    slower = travel_time_matrix(network, both_ends(), transport_modes=["CAR"], driving_rules=parked)
    assert west_to_east(slower)[0] == west_to_east(car)[0] + 10
    either = travel_time_matrix(
        network, points(a=0, b=600), transport_modes=["CAR", "WALK"], driving_rules=parked
    )
    assert either["travel_time"].tolist() == [0, 10, 10, 0]


def test_a_bicycle_competes_with_transit(network: TransportNetwork) -> None:
    times = travel_time_matrix(network, both_ends(), departure=EIGHT, transport_modes=["TRANSIT", "BICYCLE"])
    assert times["travel_time"].tolist() == [0, 28, 50, 0]  # no bus goes west


@pytest.mark.parametrize("modes", [["BUS"], ["TRANSIT"], ["transit", "walk"], ("BUS", "RAIL")])
def test_modes_that_bring_the_bus(network: TransportNetwork, modes: Any) -> None:
    assert west_to_east(travel_time_matrix(network, both_ends(), departure=EIGHT, transport_modes=modes)) == [
        28
    ]


def test_a_mode_that_no_route_has_is_no_service(network: TransportNetwork) -> None:
    asked: dict[str, Any] = {"departure": EIGHT, "transport_modes": ["SUBWAY", "FERRY", "WALK"]}
    with pytest.raises(ServiceError, match="has no FERRY and no SUBWAY; it has BUS") as caught:
        travel_time_matrix(network, both_ends(), **asked)
    assert "choose other modes, or say with allow_no_service=True" in str(caught.value)
    with pytest.warns(DataQualityWarning, match="it has BUS; this counts as no service"):
        times = travel_time_matrix(network, both_ends(), **asked, allow_no_service=True)
    assert west_to_east(times) == [None]


def test_members_of_an_enumeration_serve_as_modes(network: TransportNetwork) -> None:
    import enum

    modes = enum.Enum("TransportMode", {"TRANSIT": "TRANSIT", "WALK": "WALK"})
    times = travel_time_matrix(
        network, both_ends(), departure=EIGHT, transport_modes=[modes.TRANSIT, modes.WALK]
    )
    assert west_to_east(times) == [28]


def test_limits_reach_the_search(network: TransportNetwork) -> None:
    """No walk of 100 m to the bus in a minute; a slack of 160 s misses the bus of each 08:06 and later."""
    with pytest.warns(DataQualityWarning, match="no stop is within walking reach of any origin"):
        short = travel_time_matrix(
            network, both_ends(), departure=EIGHT, max_time_walking=timedelta(seconds=99)
        )
    assert west_to_east(short) == [None]
    slack = travel_time_matrix(
        network, both_ends(), departure=EIGHT, boarding_slack=timedelta(seconds=160), percentiles=[1, 100]
    )
    assert west_to_east(slack) == [26, 35]  # 08:05 leaves 26:40 before arrival, 08:06 takes the bus after
    brief = travel_time_matrix(network, both_ends(), departure=EIGHT, max_time=timedelta(minutes=27))
    assert west_to_east(brief) == [None]
    ridden = travel_time_matrix(network, both_ends(), departure=EIGHT, max_public_transport_rides=1)
    assert west_to_east(ridden) == [28]


def test_changing_vehicles_has_limits_of_its_own(tmp_path: Path) -> None:
    """From B to C it is 1,000 m, 16:40 minutes; leaving at 08:00 one is there at 08:51:40."""
    osm_pbf, _ = write_files(tmp_path)
    feed = GtfsBuilder()
    for stop, east_m in (("A", 100), ("B", 3000), ("C", 4000), ("D", EAST_M - 100)):
        feed.stop(stop, *at(east_m, 0))
    feed.trip("first", [("A", "08:10:00"), ("B", "08:16:00")])
    feed.trip("second", [("C", "08:40:00"), ("D", "08:50:00")])
    network = TransportNetwork(osm_pbf, feed.write(tmp_path / "two.zip"), cache=tmp_path / "cache")
    options: dict[str, Any] = {"departure": EIGHT, "departure_time_window": timedelta(minutes=1)}
    assert west_to_east(travel_time_matrix(network, both_ends(), **options)) == [None]
    options["max_time_transfer"] = timedelta(minutes=17)
    assert west_to_east(travel_time_matrix(network, both_ends(), **options)) == [51]
    one_ride = travel_time_matrix(network, both_ends(), max_public_transport_rides=1, **options)
    assert west_to_east(one_ride) == [None]


# crs, caller's data, r5py's ways


@pytest.mark.parametrize("crs", ["EPSG:4326", "OGC:CRS84", "EPSG:3857", "EPSG:32631"])
def test_any_crs_gives_the_same_times(network: TransportNetwork, crs: str) -> None:
    ends = points(crs=crs, west=0, east=EAST_M)
    assert west_to_east(travel_time_matrix(network, ends, departure=EIGHT)) == [28]


def test_the_callers_frames_are_left_unchanged(network: TransportNetwork) -> None:
    origins, destinations = points("EPSG:3857", west=0), both_ends()
    before = pickle.dumps((origins, destinations))
    travel_time_matrix(network, origins, destinations, departure=EIGHT)
    assert pickle.dumps((origins, destinations)) == before


def test_a_network_may_be_named_by_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "cache"))
    osm_pbf, gtfs = write_files(tmp_path)
    times = travel_time_matrix((osm_pbf, [gtfs]), both_ends(), departure=EIGHT)
    assert west_to_east(times) == [28]
    with pytest.raises(AccessError, match="transport_network is a int; give a TransportNetwork, or a tuple"):
        travel_time_matrix(5, both_ends(), departure=EIGHT)  # type: ignore[arg-type]


def test_r5py_parameters_are_all_known() -> None:
    """Parameters of r5py 1.1's RegionalTask and TravelTimeMatrix, but for ``origin`` that it sets itself."""
    r5py_names = {
        *("transport_network", "origins", "destinations", "snap_to_network", "departure"),
        *(
            "departure_time_window",
            "percentiles",
            "transport_modes",
            "access_modes",
            "egress_modes",
            "max_time",
        ),
        *("max_time_walking", "max_time_cycling", "max_time_driving", "speed_walking", "speed_cycling"),
        *("max_public_transport_rides", "max_bicycle_traffic_stress"),
    }
    assert r5py_names <= set(inspect.signature(travel_time_matrix).parameters)


def test_the_shared_keywords_are_the_same_everywhere() -> None:
    matrix = inspect.signature(travel_time_matrix).parameters
    options = inspect.signature(travel_options).parameters
    own = {"transport_network", "origins", "destinations", "reached_only"}
    assert set(matrix) - own == set(options) - {"problems"} == set(TravelArguments.__annotations__)
    assert {n: p.default for n, p in matrix.items() if n not in own} == {
        n: p.default for n, p in options.items() if n != "problems"
    }


# array form


def test_the_array_form_holds_the_same_numbers(network: TransportNetwork) -> None:
    origins, destinations = points(west=0, mid=5000), both_ends()
    times = travel_time_array(network, origins, destinations, departure=EIGHT, percentiles=[5, 50])
    assert times.minutes.dtype == np.uint8
    assert times.minutes.shape == (2, 2, 2)
    assert times.minutes[:, 0, 1].tolist() == [24, 28]
    assert times.from_ids.tolist() == ["west", "mid"]
    assert times.origin_state.tolist() == [SNAPPED, SNAPPED]
    frame = travel_time_matrix(network, origins, destinations, departure=EIGHT, percentiles=[5, 50])
    pd.testing.assert_frame_equal(times.to_frame(), frame)
    assert times.to_frame().attrs == frame.attrs


def test_the_array_form_takes_one_departure(network: TransportNetwork) -> None:
    with pytest.raises(AccessError, match="takes one departure, got 2; call it for each"):
        travel_time_array(network, both_ends(), departure=[EIGHT, EIGHT + HOUR])


def test_progress_counts_the_origins_and_threads_change_nothing(network: TransportNetwork) -> None:
    done: list[int] = []
    one = travel_time_matrix(network, both_ends(), departure=EIGHT, progress=done.append, threads=1)
    assert sum(done) == 2
    pd.testing.assert_frame_equal(one, travel_time_matrix(network, both_ends(), departure=EIGHT, threads=3))


# bad input


def test_all_problems_are_told_at_once(network: TransportNetwork) -> None:
    with pytest.raises(AccessError) as caught:
        travel_time_matrix(
            network,
            both_ends().drop(columns="id"),
            points(None, a=0),
            departure=EIGHT,
            percentiles=[0, 101],
            speed_walking=0,
            transport_modes=["TRANSIT", "HORSE"],
            max_time=timedelta(minutes=255),
        )
    text = str(caught.value)
    for part in (
        "origins has no column id",
        "destinations has no crs",
        "percentiles must be above 0",
        "HORSE",
    ):
        assert part in text
    assert "speed_walking is 0; allowed are km/h above 0" in text
    assert "max_time is 255 min; allowed are whole minutes from 1 to 254" in text


def test_points_in_the_sea_stay_and_say_why(network: TransportNetwork) -> None:
    places = [at(0, 0), at(0, -50_000), (float("nan"), float("nan"))]
    frame = gpd.GeoDataFrame(
        {"id": ["street", "sea", "nowhere", "empty", "none"]},
        geometry=[*gpd.points_from_xy(*zip(*places, strict=True)), shapely.Point(), None],
        crs=4326,
    )
    with pytest.warns(DataQualityWarning, match="4 of 5 origins are not joined to the streets"):
        times = travel_time_array(network, frame, departure=EIGHT)
    assert times.origin_state.tolist() == [SNAPPED, TOO_FAR, *[NO_COORDINATES] * 3]
    assert (times.minutes == 255).sum() == 24
    reasons = unreached_reason(times.to_frame())
    assert reasons.isna().sum() == 1
    assert set(reasons.dropna()) == {"not_snapped"}


def test_points_far_from_all_streets_are_refused(network: TransportNetwork) -> None:
    elsewhere = points(a=0).set_geometry(gpd.points_from_xy([10], [10], crs=4326))
    with pytest.raises(InputDataError, match="none of the 1 destinations is near a street"):
        travel_time_matrix(network, both_ends(), elsewhere, departure=EIGHT)


def test_a_radius_decides_who_is_joined(network: TransportNetwork) -> None:
    off = gpd.GeoDataFrame({"id": [1]}, geometry=gpd.points_from_xy(*np.array([at(0, 500)]).T), crs=4326)
    assert travel_time_array(network, off, departure=EIGHT).origin_state.tolist() == [SNAPPED]
    with pytest.raises(InputDataError, match="near a street"):
        travel_time_array(network, off, departure=EIGHT, snap_to_network=400)


def test_a_date_without_service_is_refused(network: TransportNetwork) -> None:
    with pytest.raises(ServiceError, match="no trip runs on Thursday 2025-03-06") as caught:
        travel_time_matrix(network, both_ends(), departure=clock("2025-03-06 08:00"))
    assert "allow_no_service=True" in str(caught.value)
    assert "Choose another date" in str(caught.value)


def test_a_time_without_service_is_refused_unless_it_is_what_one_measures(network: TransportNetwork) -> None:
    night = clock("2024-03-06 22:00")
    with pytest.raises(ServiceError, match="nothing leaves between 22:00:00 and 24:10:00 on 2024-03-06"):
        travel_time_matrix(network, both_ends(), departure=night)
    with pytest.warns(
        DataQualityWarning, match="that day its vehicles run from .* this counts as no service"
    ):
        times = travel_time_matrix(network, both_ends(), departure=[EIGHT, night], allow_no_service=True)
    assert west_to_east(times) == [28, None]
    assert unreached_reason(times).astype(object).where(lambda r: r.notna(), None).tolist() == [
        *(None, None, "out_of_reach", None),
        *(None, "no_service", "no_service", None),
    ]


def test_a_thin_day_warns(tmp_path: Path) -> None:
    from builders_city import bus_feed

    osm_pbf, _ = write_files(tmp_path)
    feed = bus_feed()
    feed.service("few", "1111111", "20240101", "20240110")
    feed.trip("only", [("A", "08:10:00"), ("B", "08:30:00")], service="few")
    feed.service("daily", "1111111", "20240111", "20241231")
    network = TransportNetwork(osm_pbf, feed.write(tmp_path / "thin.zip"), cache=False)
    with pytest.warns(FeedQualityWarning, match="a thin day"):
        travel_time_matrix(network, both_ends(), departure=clock("2024-01-03 08:00"))


def test_a_window_past_the_service_day_is_refused(network: TransportNetwork) -> None:
    with pytest.raises(AccessError, match="travel would end at 48:59 of the service day 2024-03-06"):
        travel_time_matrix(
            network,
            both_ends(),
            departure=clock("2024-03-06 23:59"),
            departure_time_window=timedelta(hours=23),
        )


def test_a_network_without_timetable_knows_streets_only(tmp_path: Path) -> None:
    network = TransportNetwork(write_street_grid(tmp_path / "grid.osm.pbf", 5, 5), cache=tmp_path / "cache")
    corner = points(a=0, b=400)
    with pytest.raises(AccessError, match="this network has no timetable; give a GTFS feed"):
        travel_time_matrix(network, corner, departure=EIGHT)
    assert travel_time_matrix(network, corner, transport_modes=["WALK"])["travel_time"].tolist() == [
        0,
        6,
        6,
        0,
    ]


def test_nothing_warns_where_nothing_is_wrong(network: TransportNetwork) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        travel_time_matrix(network, both_ends(), departure=EIGHT)
    assert caught == []


# the real city


@pytest.mark.real_data
def test_equal_to_the_arrays_of_the_engine(porto_alegre: Path, tmp_path: Path) -> None:
    """The same files by hand: readers, walks and search one by one, for 60 cells."""
    table = pd.read_csv(porto_alegre / "land_use_h3.csv").iloc[::20]
    cells = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326)
    feeds = {name: porto_alegre / f"{name}.zip" for name in ("gtfs_eptc", "gtfs_trensurb")}
    percentiles = [5, 50, 95]
    with pytest.warns(DataQualityWarning, match="not joined"):
        found = travel_time_array(
            (porto_alegre / "osm.pbf", list(feeds.values())),
            cells,
            departure=clock("2019-05-15 12:30"),
            departure_time_window=HOUR,
            percentiles=percentiles,
        )
    streets, _ = read_streets_pbf(porto_alegre / "osm.pbf")
    timetable = build_schedule(
        merge_feeds({name: read_feed(path, name) for name, path in feeds.items()}),
        clock("2019-05-15 00:00").date(),
    ).timetable
    stops = snap(streets, timetable.stop_lon, timetable.stop_lat)
    ends = snap(streets, cells.lon, cells.lat)
    speed = {"walk_speed_km_h": 3.6}
    access = walk_links(streets, ends, stops, max_walk_min=30, **speed)
    wanted = travel_time_percentiles(
        timetable,
        access=access,
        footpaths=walk_links(streets, stops, stops, max_walk_min=15, same_points=True, **speed),
        egress=reversed_walks(access, timetable.n_stops),
        direct=walk_links(streets, ends, ends, max_walk_min=30, same_points=True, **speed),
        n_destinations=len(cells),
        departure_start_s=12 * 3600 + 1800,
        departure_window_min=60,
        percentiles=percentiles,
    )
    assert np.array_equal(found.minutes, wanted)
    assert (wanted < 255).mean() > 0.8
