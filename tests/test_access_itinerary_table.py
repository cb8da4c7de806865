"""``detailed_itineraries``: the legs of the journeys whose times the matrix has."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from builders_api import EIGHT, TEN_MIN, both_ends, clock, one_street, points, write_files
from builders_city import EAST_M, bus_feed
from builders_gtfs import GtfsBuilder
from builders_streets import at

from access import TransportNetwork, detailed_itineraries, travel_time_matrix
from access.datasets import dataset_folder
from access.errors import AccessError, DataQualityWarning

MIN = timedelta(minutes=1)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> TransportNetwork:
    return one_street(tmp_path_factory.mktemp("street"))


def seconds(text: str) -> timedelta:
    minutes, rest = text.split(":")
    return timedelta(minutes=int(minutes), seconds=int(rest))


def test_a_journey_leg_by_leg(network: TransportNetwork) -> None:
    """08:00 100 m to A, 08:01:40 there, bus 08:10 to 08:30, 100 m more: 31:40."""
    found = detailed_itineraries(network, points(west=0), points(east=EAST_M), departure=EIGHT)
    assert found["transport_mode"].tolist() == ["WALK", "BUS", "WALK"]
    assert found["segment"].tolist() == [0, 1, 2]
    assert found["option"].tolist() == [0, 0, 0]
    assert found["departure_time"].tolist() == [
        pd.Timestamp(text) for text in ("2024-03-06 08:00", "2024-03-06 08:10", "2024-03-06 08:30")
    ]
    assert found["travel_time"].tolist() == [seconds("1:40"), seconds("20:00"), seconds("1:40")]
    assert found["wait_time"].tolist() == [seconds("0:00"), seconds("8:20"), seconds("0:00")]
    assert found["distance"].isna().tolist() == [False, True, False]
    assert found["distance"].dropna().tolist() == pytest.approx([100, 100], abs=1)
    ride = found.iloc[1]
    assert (ride["feed"], ride["start_stop_id"], ride["end_stop_id"]) == ("bus", "A", "B")
    assert found["end_stop_id"].tolist()[0] == "A"
    assert found["start_stop_id"].isna().tolist() == [True, False, False]


@pytest.mark.parametrize("arrive_by", [False, True])
def test_the_legs_add_up_to_the_matrix(network: TransportNetwork, arrive_by: bool) -> None:
    origins, destinations = points(a=0, b=700, c=5000), points(a=0, y=900, z=EAST_M)
    for minute in range(10):
        options = {"departure": EIGHT + minute * MIN, "arrive_by": arrive_by}
        found = detailed_itineraries(network, origins, destinations, force_all_to_all=True, **options)
        times = travel_time_matrix(network, origins, destinations, departure_time_window=MIN, **options)
        total = (found["travel_time"] + found["wait_time"]).groupby([found["from_id"], found["to_id"]])
        for row in times.itertuples():
            one = total.get_group((row.from_id, row.to_id))
            if pd.isna(row.travel_time):
                assert one.isna().all()
            else:
                assert one.sum() // MIN == row.travel_time


def test_each_minute_of_a_window_is_an_option(network: TransportNetwork) -> None:
    found = detailed_itineraries(
        network, points(west=0), points(east=EAST_M), departure=EIGHT, departure_time_window=TEN_MIN
    )
    total = (found["travel_time"] + found["wait_time"]).groupby(found["option"]).sum()
    assert [one // MIN for one in total] == [31, 30, 29, 28, 27, 26, 25, 24, 33, 32]


def test_who_must_be_there_waits_at_the_destination(network: TransportNetwork) -> None:
    """To be there at 08:05 one is there at 08:01:40 and waits 3:20."""
    found = detailed_itineraries(
        network, points(west=0), points(east=EAST_M), departure=EIGHT + 5 * MIN, arrive_by=True
    )
    assert found["transport_mode"].tolist() == ["WALK", "BUS", "WALK", "WAIT"]
    assert found["wait_time"].tolist()[-1] == seconds("3:20")
    assert found["travel_time"].tolist()[-1] == timedelta(0)


def test_a_pair_without_a_journey_has_one_row(network: TransportNetwork) -> None:
    found = detailed_itineraries(network, points(east=EAST_M), points(west=0), departure=EIGHT)
    assert len(found) == 1
    assert found.drop(columns=["from_id", "to_id", "option"]).isna().all(axis=None)


def test_pairs_one_by_one_or_all(network: TransportNetwork) -> None:
    from_points, to_points = points(a=0, b=500), points(c=100, d=900)
    one_by_one = detailed_itineraries(network, from_points, to_points, departure=EIGHT)
    assert list(zip(one_by_one["from_id"], one_by_one["to_id"], strict=True)) == [("a", "c"), ("b", "d")]
    assert len(detailed_itineraries(network, from_points, departure=EIGHT)) == 4
    same = detailed_itineraries(network, points(a=0), departure=EIGHT)
    assert same["transport_mode"].tolist() == ["WALK"]
    assert same["travel_time"].tolist() == [timedelta(0)]


@pytest.mark.parametrize("arrive_by", [False, True])
def test_on_foot_also_where_nothing_runs(network: TransportNetwork, arrive_by: bool) -> None:
    near = {"origins": points(a=0), "destinations": points(b=600)}
    walking = detailed_itineraries(network, **near, transport_modes=["WALK"])
    night = {"departure": clock("2024-03-06 22:00"), "arrive_by": arrive_by, "allow_no_service": True}
    with pytest.warns(DataQualityWarning, match="counts as no service"):
        quiet = detailed_itineraries(network, **near, **night)
    for found in (walking, quiet):
        assert found["travel_time"].tolist() == [seconds("10:00")]
        assert found["distance"].tolist() == pytest.approx([600], abs=1)
    assert walking["departure_time"].isna().all()
    asked = clock("2024-03-06 21:50") if arrive_by else clock("2024-03-06 22:00")
    assert quiet["departure_time"].tolist() == [pd.Timestamp(asked)]


def test_ids_are_those_of_each_feed(tmp_path: Path) -> None:
    usual = one_street(tmp_path)
    feed = bus_feed()
    feed.raw("notes.txt", "the same vehicles of another company")
    other = feed.write(tmp_path / "other.zip")
    both = TransportNetwork(usual.osm_pbf, [usual.gtfs[0], other], cache=False)
    found = detailed_itineraries(both, points(west=0), points(east=EAST_M), departure=EIGHT)
    ride = found.iloc[1]
    assert ride["feed"] in ("bus", "other")
    assert (ride["start_stop_id"], ride["end_stop_id"]) == ("A", "B")
    assert ":" not in ride["route_id"] + ride["trip_id"]


def test_a_seat_kept_from_one_trip_to_the_next_is_two_legs(tmp_path: Path) -> None:
    """From A 08:10 to M 08:20, on as another trip at 08:25, at B 08:35; 5 minutes in the vehicle between."""
    osm_pbf, _ = write_files(tmp_path)
    feed = GtfsBuilder()
    for name, east_m in (("A", 100), ("M", 5000), ("B", EAST_M - 100)):
        feed.stop(name, *at(east_m, 0))
    feed.trip("t1", [("A", "08:10:00"), ("M", "08:20:00")], block_id="b")
    feed.trip("t2", [("M", "08:25:00"), ("B", "08:35:00")], block_id="b")
    feed.trip("back", [("B", "09:10:00"), ("A", "09:20:00")])
    network = TransportNetwork(osm_pbf, feed.write(tmp_path / "block.zip"), cache=False)
    found = detailed_itineraries(network, points(west=0), points(east=EAST_M), departure=EIGHT)
    assert found["transport_mode"].tolist() == ["WALK", "BUS", "BUS", "WALK"]
    assert found["trip_id"].tolist()[1:3] == ["t1", "t2"]
    assert found["wait_time"].tolist()[1:3] == [seconds("8:20"), seconds("5:00")]
    assert (found["travel_time"] + found["wait_time"]).sum() == seconds("36:40")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"transport_modes": ["TRANSIT", "CAR"]}, "transport_modes has CAR; legs are known on foot"),
        ({"departure": [EIGHT, EIGHT + MIN]}, "2 departures were given; call it for each"),
        ({"percentiles": [50]}, "detailed_itineraries looks at each departure"),
        ({"destinations": points(x=1)}, "2 origins and 1 destinations make no pairs"),
        ({"origins": 3, "destinations": 4}, "origins is a int; it must be a GeoDataFrame"),
    ],
)
def test_what_cannot_be_found(network: TransportNetwork, options: dict[str, Any], problem: str) -> None:
    asked = {"origins": both_ends(), "destinations": both_ends(), "departure": EIGHT, **options}
    with pytest.raises(AccessError, match=problem):
        detailed_itineraries(network, **asked)


def test_the_demo_city_adds_up_to_its_matrix() -> None:
    """Two feeds, changes between them, at a time of day with much service."""
    city = dataset_folder("demo-city-small")
    network = TransportNetwork(city / "streets.osm.pbf", [city / "bus.zip", city / "tram.zip"])
    table = pd.read_csv(city / "population_grid.csv")
    cells = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326)
    origins, destinations = cells.iloc[::150], cells.iloc[75::150]
    options = {"departure": clock("2026-03-11 07:30")}
    found = detailed_itineraries(network, origins, destinations, force_all_to_all=True, **options)
    times = travel_time_matrix(network, origins, destinations, departure_time_window=MIN, **options)
    assert {"BUS", "TRAM", "WALK"} <= set(found["transport_mode"].dropna())
    total = (found["travel_time"] + found["wait_time"]).groupby([found["from_id"], found["to_id"]])
    minutes = total.sum() // MIN
    reached = times.dropna()
    assert len(reached) > 20
    for row in reached.itertuples():
        assert minutes[row.from_id, row.to_id] == row.travel_time
    missing = found[found["segment"].isna()]
    assert len(missing) == len(times) - len(reached)
