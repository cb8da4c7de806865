"""Where points join the streets, and the states of those that do not."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from builders_streets import at, write_osm_pbf
from hypothesis import given, settings
from hypothesis import strategies as st

from access.errors import AccessError, DataQualityWarning, InputDataError
from access.snapping import (
    NO_COORDINATES,
    OFF_MAIN_COMPONENT,
    SNAPPED,
    TOO_FAR,
    Snap,
    check_snap,
    snap,
    snap_report,
)
from access.streets import StreetGraph, read_streets_pbf

STREET = {"highway": "residential"}


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> StreetGraph:
    """A crossing with arms of 400 m, and an island street of 100 m, 3 km to the east."""
    path = write_osm_pbf(
        tmp_path_factory.mktemp("streets") / "streets.osm.pbf",
        nodes={
            1: at(0, 0),
            2: at(400, 0),
            3: at(-400, 0),
            4: at(0, 400),
            5: at(0, -400),
            8: at(3000, 0),
            9: at(3100, 0),
        },
        ways={1: ([3, 1, 2], STREET), 2: ([5, 1, 4], STREET), 3: ([8, 9], STREET)},
    )
    return read_streets_pbf(path)[0]


def snap_at(streets: StreetGraph, *places_m: tuple[float, float], max_snap_m: float = 1600.0) -> Snap:
    lon, lat = zip(*(at(*place) for place in places_m), strict=True)
    return snap(streets, lon, lat, max_snap_m)


def test_joins_the_middle_of_a_block_not_the_next_crossing(streets: StreetGraph) -> None:
    found = snap_at(streets, (150, 20))
    edge = found.edge[0]
    assert streets.node_id[[streets.edge_start[edge], streets.edge_target[edge]]].tolist() == [1, 2]
    assert found.along_mm[0] == pytest.approx(150_000, abs=150)
    assert found.link_mm[0] == pytest.approx(20_000, abs=20)


def test_along_is_measured_from_the_start_of_the_edge_whatever_way_it_was_drawn(streets: StreetGraph) -> None:
    found = snap_at(streets, (-100, 5))  # drawn from node 3 to node 1, stored from 1 to 3
    assert streets.node_id[streets.edge_start[found.edge[0]]] == 1
    assert found.along_mm[0] == pytest.approx(100_000, abs=100)


def test_beyond_the_end_of_a_street_the_end_is_joined(streets: StreetGraph) -> None:
    found = snap_at(streets, (430, 40))
    assert found.along_mm[0] == streets.edge_length_mm[found.edge[0]]
    assert found.link_mm[0] == pytest.approx(50_000, abs=60)


def test_a_tie_at_a_crossing_goes_to_the_lowest_edge(streets: StreetGraph) -> None:
    at_crossing = snap(streets, streets.node_lon[[0]], streets.node_lat[[0]])
    assert streets.node_id[0] == 1
    assert at_crossing.edge.tolist() == [0]
    assert at_crossing.link_mm.tolist() == [0]
    # Exactly as far from the street to the east as from the one to the north.
    east = int(np.flatnonzero(streets.node_id == 2)[0])
    assert streets.edge_target[0] == east


def test_the_four_states_are_told_apart(streets: StreetGraph) -> None:
    found = snap_at(streets, (100, 10), (0, 5000), (3050, 10), (np.nan, np.nan))
    assert found.state.tolist() == [SNAPPED, TOO_FAR, OFF_MAIN_COMPONENT, NO_COORDINATES]
    assert found.state_name.tolist() == ["snapped", "too_far", "off_main_component", "no_coordinates"]
    assert found.edge[1:].tolist() == [-1, -1, -1]
    assert found.link_mm[1:].tolist() == [-1, -1, -1]
    assert found.link_m[0] == pytest.approx(10, abs=0.02)
    assert np.isnan(found.link_m[1:]).all()


def test_near_an_island_the_main_streets_are_joined_if_within_the_limit(streets: StreetGraph) -> None:
    assert snap_at(streets, (2900, 0), max_snap_m=2600).state.tolist() == [SNAPPED]
    assert snap_at(streets, (2900, 0), max_snap_m=2400).state.tolist() == [OFF_MAIN_COMPONENT]
    assert snap_at(streets, (2900, 0), max_snap_m=90).state.tolist() == [TOO_FAR]


@pytest.mark.filterwarnings("ignore:streets. .*not.joined to the main network")
def test_a_place_on_an_island_with_streets_of_its_own_is_not_joined_across_the_water(tmp_path: Path) -> None:
    """The island lies 1 km from the mainland and has 40 crossings; one with 39 is a stray path."""
    mainland = {1 + i: at(50 * i, 0) for i in range(60)}
    for n_nodes, expected in ((40, OFF_MAIN_COMPONENT), (39, SNAPPED)):
        island = {1000 + i: at(10 * i, 1000) for i in range(n_nodes)}
        ways = {1: (list(mainland), STREET), 2: (list(island), STREET)}
        streets, _ = read_streets_pbf(write_osm_pbf(tmp_path / f"{n_nodes}.osm.pbf", mainland | island, ways))
        assert snap_at(streets, (100, 990)).state.tolist() == [expected]
        assert snap_at(streets, (100, 250)).state.tolist() == [SNAPPED], "the mainland is nearer"


@pytest.mark.filterwarnings("ignore:streets. .*not.joined to the main network")
def test_within_300_m_the_main_network_wins_over_a_nearer_cut_off_path(tmp_path: Path) -> None:
    mainland = {1 + i: at(50 * i, 0) for i in range(60)}
    park = {1000 + i: at(10 * i, 290) for i in range(40)}
    ways = {1: (list(mainland), STREET), 2: (list(park), STREET)}
    streets, _ = read_streets_pbf(write_osm_pbf(tmp_path / "park.osm.pbf", mainland | park, ways))
    assert snap_at(streets, (100, 295)).state.tolist() == [SNAPPED]
    assert snap_at(streets, (100, 305)).state.tolist() == [OFF_MAIN_COMPONENT]


def test_the_limit_is_measured_to_the_street(streets: StreetGraph) -> None:
    assert snap_at(streets, (200, 101), max_snap_m=100).state.tolist() == [TOO_FAR]
    assert snap_at(streets, (200, 99), max_snap_m=100).state.tolist() == [SNAPPED]


def test_half_a_coordinate_is_no_coordinate(streets: StreetGraph) -> None:
    assert snap(streets, [2.0, np.nan], [np.nan, 48.0]).state.tolist() == [NO_COORDINATES] * 2


def test_a_point_on_an_edge_of_zero_length_is_joined(tmp_path: Path) -> None:
    path = write_osm_pbf(
        tmp_path / "s.osm.pbf", {1: at(0, 0), 2: at(0, 0), 3: at(50, 0)}, {1: ([1, 2, 3], STREET)}
    )
    streets, _ = read_streets_pbf(path)
    found = snap_at(streets, (-10, 0))
    assert (found.edge[0], found.along_mm[0]) == (0, 0)
    assert found.link_mm[0] == pytest.approx(10_000, abs=20)


def test_no_points_give_no_snaps(streets: StreetGraph) -> None:
    assert [len(values) for values in snap(streets, [], [])] == [0, 0, 0, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-700, 700), st.integers(-700, 700)), min_size=1, max_size=5))
def test_no_edge_is_nearer_than_the_one_found(streets: StreetGraph, places_m: list[tuple[int, int]]) -> None:
    found = snap_at(streets, *places_m)
    lon, lat = zip(*(at(*place) for place in places_m), strict=True)
    x_m, y_m = streets.to_metres(lon, lat)
    main = np.flatnonzero(streets.main[streets.edge_start])
    lines = [
        shapely.LineString([(streets.node_x_m[node], streets.node_y_m[node]) for node in (a, b)])
        for a, b in zip(streets.edge_start[main], streets.edge_target[main], strict=True)
    ]
    for i, point in enumerate(shapely.points(x_m, y_m)):
        distances = [point.distance(line) for line in lines]
        assert found.link_mm[i] == round(1000 * min(distances))
        assert found.edge[i] == main[int(np.argmin(distances))]
        line = lines[list(main).index(found.edge[i])]
        assert found.along_mm[i] == pytest.approx(1000 * line.project(point), abs=1)


def test_report_counts_states_and_distances(streets: StreetGraph) -> None:
    found = snap_at(streets, (100, 10), (200, 30), (0, 5000), (3050, 10), (np.nan, np.nan))
    report = snap_report(found, "stops")
    assert (report.n_points, report.n_snapped, report.n_too_far) == (5, 2, 1)
    assert (report.n_off_main_component, report.n_no_coordinates) == (1, 1)
    assert report.link_median_m == pytest.approx(20, abs=0.05)
    assert report.link_max_m == pytest.approx(30, abs=0.05)
    assert report.summary() == (
        "2 of 5 stops joined to streets; median 20 m, farthest 30 m; 1 too far from any street; "
        "1 near streets cut off from the main network only; 1 without coordinates"
    )
    assert report.as_dict()["n_snapped"] == 2


def test_report_of_nothing_snapped_has_no_distance(streets: StreetGraph) -> None:
    report = snap_report(snap_at(streets, (0, 5000)), "stops")
    assert np.isnan(report.link_median_m)
    assert np.isnan(report.link_max_m)


def test_stops_outside_the_streets_are_counted_in_a_warning(streets: StreetGraph) -> None:
    lon, lat = zip(at(100, 10), at(0, 5000), strict=True)
    found = snap(streets, lon, lat)
    with pytest.warns(DataQualityWarning, match="1 of 2 stops are not joined .* can only be ridden through"):
        report = check_snap(streets, lon, lat, found, "stops", "can only be ridden through")
    assert report.n_too_far == 1


def test_all_snapped_needs_no_warning(streets: StreetGraph) -> None:
    lon, lat = zip(at(100, 10), strict=True)
    check_snap(streets, lon, lat, snap(streets, lon, lat), "cells", "are left out")


def test_cells_of_another_place_are_refused_with_both_extents(streets: StreetGraph) -> None:
    found = snap(streets, [-51.2, -51.1], [-30.0, -30.1])
    message = (
        r"none of the 2 cells is near a street: cells cover -51.200 to -51.100, -30.100 to -30.000, "
        r"streets 1.995 to 2.042, 47.996 to 48.004 \(lon, lat\); give streets of the same area"
    )
    with pytest.raises(InputDataError, match=message):
        check_snap(streets, [-51.2, -51.1], [-30.0, -30.1], found, "cells", "are left out")


def test_points_all_without_coordinates_are_refused(streets: StreetGraph) -> None:
    found = snap(streets, [np.nan], [np.nan])
    with pytest.raises(InputDataError, match="stops cover nothing"):
        check_snap(streets, [np.nan], [np.nan], found, "stops", "are left out")


@pytest.mark.parametrize("limit", [0, -5, float("nan"), 2e5])
def test_refuses_a_limit_out_of_range(streets: StreetGraph, limit: float) -> None:
    with pytest.raises(AccessError, match="max_snap_m must lie above 0 and up to 100,000 m, got"):
        snap(streets, [2.0], [48.0], limit)


def test_refuses_coordinates_of_different_length(streets: StreetGraph) -> None:
    with pytest.raises(AccessError, match=r"equal length, got shapes \(2,\) and \(1,\)"):
        snap(streets, [2.0, 2.1], [48.0])


@pytest.mark.real_data
def test_porto_alegre_stops_outside_the_extract_are_not_snapped(porto_alegre: Path) -> None:
    """1,183 stops lie outside the streets, says SOURCES.md."""
    streets, _ = read_streets_pbf(porto_alegre / "osm.pbf")
    tables = []
    for name in ("gtfs_eptc.zip", "gtfs_trensurb.zip"):
        with zipfile.ZipFile(porto_alegre / name) as feed:
            tables.append(pd.read_csv(io.BytesIO(feed.read("stops.txt"))))
    stops = pd.concat(tables)
    report = snap_report(snap(streets, stops.stop_lon, stops.stop_lat), "stops")
    assert report.n_points - report.n_snapped == 1183
