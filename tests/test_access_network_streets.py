"""Streets by mode: two bounds of travel without steps, each with its own streets and timetable."""

from __future__ import annotations

import warnings
from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from builders_api import EIGHT, both_ends, one_street, points, write_files
from builders_city import bus_feed
from builders_streets import at, write_osm_pbf

from access import TransportNetwork, travel_time_matrix
from access.errors import AccessError, DataQualityWarning, InputDataError
from gtfs.errors import FeedQualityWarning, ServiceError

KNOWN = {"highway": "footway", "wheelchair": "yes"}
WALK = ["WALK"]


@pytest.fixture
def stairs(tmp_path: Path) -> TransportNetwork:
    """Three ways from the west to the east end, 600 m apart.

    Straight by steps, 600 m; round by a path of unknown surface, 300 + 600 + 300 = 1,200 m; farther round by
    a known one, 600 + 600 + 600 = 1,800 m.
    """
    nodes = {1: at(0, 0), 2: at(600, 0), 3: at(0, 300), 4: at(600, 300), 5: at(0, -600), 6: at(600, -600)}
    ways = {
        1: ([1, 2], {"highway": "steps"}),
        2: ([1, 3, 4, 2], {"highway": "footway"}),
        3: ([1, 5, 6, 2], KNOWN),
    }
    return TransportNetwork(write_osm_pbf(tmp_path / "a.osm.pbf", nodes, ways), cache=tmp_path / "cache")


def test_the_worst_case_walks_only_what_is_known(stairs: TransportNetwork) -> None:
    """At 3.6 km/h 600, 1,200 and 1,800 m take 10, 20 and 30 minutes."""
    ends = points(west=0, east=600)
    found = {}
    for bound in (None, "best", "worst", None):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            times = travel_time_matrix(stairs, ends, transport_modes=WALK, step_free=bound)
        found[bound] = times["travel_time"].tolist()
        assert times.attrs["fairreach"]["options"]["step_free"] == bound
        assert [warning.category for warning in told] == ([DataQualityWarning] if bound else [])
    assert found == {None: [0, 10, 10, 0], "best": [0, 20, 20, 0], "worst": [0, 30, 30, 0]}


def test_what_is_known_is_told_also_from_the_cache(stairs: TransportNetwork, tmp_path: Path) -> None:
    """1,800 m of 3,600 are known to be passable, 600 known not to be."""
    again = TransportNetwork(stairs.osm_pbf, cache=tmp_path / "cache")
    for network in (stairs, again):
        with pytest.warns(DataQualityWarning, match="50.0% of the street length is known to be passable"):
            report = network.step_free_report
        assert (report.yes_m, report.no_m, report.unknown_m) == pytest.approx((1800, 600, 1200), rel=0.01)
    assert len(list((tmp_path / "cache").glob("stepfree-*.npz"))) == 1


def test_the_worst_case_joins_points_within_100_m_only(stairs: TransportNetwork) -> None:
    frame = points(west=0, east=600)
    frame["geometry"] = [frame.geometry[0], shapely.Point(at(600, -720))]
    options = {"transport_modes": WALK, "snap_to_network": 500}
    with pytest.warns(DataQualityWarning):
        best = travel_time_matrix(stairs, frame, step_free="best", **options)
    with (
        pytest.warns(DataQualityWarning, match="1 of 2 origins are not joined"),
        pytest.warns(DataQualityWarning, match="step-free"),
    ):
        worst = travel_time_matrix(stairs, frame, step_free="worst", **options)
    assert best["travel_time"].notna().sum() == 4
    assert worst["travel_time"].notna().sum() == 1
    assert worst.attrs["fairreach"]["options"]["snap_to_network_m"] == 100


def test_walks_of_a_case_are_kept_apart_where_points_join_the_same_edges(tmp_path: Path) -> None:
    """The stairs are the last edge: 100 + 600 + 100 m with them, 200 + 600 + 200 m without."""
    nodes = {1: at(0, 300), 2: at(600, 300), 5: at(0, 0), 6: at(600, 0)}
    ways = {1: ([5, 1, 2, 6], {"highway": "footway"}), 2: ([5, 6], {"highway": "steps"})}
    network = TransportNetwork(write_osm_pbf(tmp_path / "a.osm.pbf", nodes, ways), cache=tmp_path / "cache")
    ends = points(west=0, east=600)
    ends["geometry"] = [shapely.Point(at(0, 100)), shapely.Point(at(600, 100))]
    assert travel_time_matrix(network, ends, transport_modes=WALK)["travel_time"].tolist() == [0, 13, 13, 0]
    with pytest.warns(DataQualityWarning, match="step-free"):
        best = travel_time_matrix(network, ends, transport_modes=WALK, step_free="best")
    assert best["travel_time"].tolist() == [0, 16, 16, 0]


def test_stops_join_streets_without_steps(tmp_path: Path) -> None:
    """Stop A lies at the head of stairs, 60 m north of the road: 117 m by the stairs, 100 + 60 m without."""
    nodes = {1 + i: at(500 * i, -60) for i in range(21)} | {22: at(100, 0)}
    ways = {1: (list(range(1, 22)), {"highway": "residential"}), 2: ([1, 22], {"highway": "steps"})}
    streets = write_osm_pbf(tmp_path / "a.osm.pbf", nodes, ways)
    network = TransportNetwork(streets, write_files(tmp_path)[1], cache=tmp_path / "cache")
    start, end = points(west=0), points(east=9900)
    start["geometry"], end["geometry"] = [shapely.Point(at(0, -60))], [shapely.Point(at(9900, -60))]
    reached = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how much is known
        for bound in (None, "best"):
            for minutes in (2, 3):
                times = travel_time_matrix(
                    network,
                    start,
                    end,
                    departure=EIGHT,
                    step_free=bound,
                    max_time_walking=timedelta(minutes=minutes),
                )
                reached[bound, minutes] = bool(times["travel_time"].notna().all())
    assert reached == {(None, 2): True, (None, 3): True, ("best", 2): False, ("best", 3): True}


def test_vehicles_of_unknown_access_are_boarded_in_the_best_case_only(tmp_path: Path) -> None:
    network = one_street(tmp_path)
    ends = both_ends()
    usual = travel_time_matrix(network, ends, departure=EIGHT)
    with (
        pytest.warns(DataQualityWarning, match="step-free"),
        pytest.warns(FeedQualityWarning, match="of 0 of 2 served stops and of 0 of 24 trips"),
    ):
        best = travel_time_matrix(network, ends, departure=EIGHT, step_free="best")
    assert best["travel_time"].tolist() == usual["travel_time"].tolist()
    assert usual["travel_time"][1] == 28
    with pytest.raises(InputDataError, match="not one street is known to be passable without steps"):
        travel_time_matrix(network, ends, departure=EIGHT, step_free="worst")


def test_the_worst_case_boards_what_is_known_to_be_accessible(tmp_path: Path) -> None:
    """The street is known; of two otherwise equal feeds one says that bus and stops are accessible."""
    nodes = {1 + i: at(500 * i, 0) for i in range(21)}
    streets = write_osm_pbf(tmp_path / "known.osm.pbf", nodes, {1: (list(nodes), KNOWN)})
    _, silent = write_files(tmp_path)
    feed = bus_feed()
    for table, column in (("stops.txt", "wheelchair_boarding"), ("trips.txt", "wheelchair_accessible")):
        for row in feed.rows[table]:
            row[column] = "1"
    told = feed.write(tmp_path / "told.zip")
    ends = both_ends()
    network = TransportNetwork(streets, told, cache=tmp_path / "cache")
    usual = travel_time_matrix(network, ends, departure=EIGHT)
    with pytest.warns(FeedQualityWarning, match="of 2 of 2"), pytest.warns(DataQualityWarning):
        worst = travel_time_matrix(network, ends, departure=EIGHT, step_free="worst")
    assert worst["travel_time"].tolist() == usual["travel_time"].tolist()
    assert worst["travel_time"][1] == 28
    network = TransportNetwork(streets, silent, cache=tmp_path / "cache")
    with (
        pytest.warns(FeedQualityWarning, match="takes all others as not accessible"),
        pytest.warns(DataQualityWarning),
        pytest.raises(ServiceError, match=r"what leaves .* without steps: .*; step_free=\"best\" takes"),
    ):
        travel_time_matrix(network, ends, departure=EIGHT, step_free="worst")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"step_free": "maybe"}, "step_free is 'maybe'; allowed are 'best', 'worst' and None"),
        (
            {"step_free": "best", "transport_modes": ["BICYCLE", "CAR"]},
            "step_free is 'best' with BICYCLE and CAR; it concerns walking and transit",
        ),
    ],
)
def test_wrong_bounds(stairs: TransportNetwork, options: dict[str, object], problem: str) -> None:
    with pytest.raises(AccessError, match=problem):
        travel_time_matrix(stairs, points(a=0), **{"transport_modes": WALK, **options})
