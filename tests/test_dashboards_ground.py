"""The ground of a map: which lines of the run's own data, cut, simplified, and the same when read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders_config import changed
from builders_gtfs import GtfsBuilder
from builders_report import hex_disc, write_run
from builders_streets import write_osm_pbf, write_street_grid

from access.config import RunConfig
from access.network_cache import save_groups
from access.streets import read_streets_pbf
from dashboards.cell_geometry import web_mercator
from dashboards.ground_file import decode_ground, encode_ground
from dashboards.ground_lines import Ground, GroundPart, PlaceName, ground_of
from dashboards.run_data import RunData, Runs
from dashboards.transit_lines import stops_of, transit_lines

LON, LAT = -51.2, -30.05  # middle of the disc of builders_report
FEEDS = [{"file": "bus.zip", "name": "bus"}, {"file": "tram.zip", "name": "tram"}]
CONFIG = RunConfig.model_validate(changed({"schedule.feeds": FEEDS})).model_dump(mode="json")


def write_feeds(folder: Path) -> None:
    bus = GtfsBuilder()
    for place, stop in enumerate("ABCD"):
        bus.stop(stop, LON + 0.002 * place, LAT)
    bus.stop("unused", LON, LAT + 0.01)
    bus.route("10", route_color="00FF00", route_long_name="A to D")
    bus.route("idle")
    bus.trip("t1", [("A", "08:00:00"), ("B", "08:05:00")], route="10", direction_id=0)
    bus.trip("t2", [(s, f"09:0{n}:00") for n, s in enumerate("ABCD")], route="10", direction_id=0)
    bus.trip("t3", [(s, f"10:0{n}:00") for n, s in enumerate("ABCD")], route="10", direction_id=0)
    bus.trip("t4", [(s, f"11:0{n}:00") for n, s in enumerate("DCBA")], route="10", direction_id=1)
    bus.write(folder / "bus.zip")
    tram = GtfsBuilder()
    tram.stop("A", LON, LAT)
    tram.stop("Z", LON, LAT + 0.02)
    tram.route("T", route_type=0)
    for sequence, (lon, lat) in enumerate([(LON, LAT), (LON + 0.005, LAT + 0.01), (LON, LAT + 0.02)]):
        tram.row("shapes.txt", shape_id="s", shape_pt_lon=lon, shape_pt_lat=lat, shape_pt_sequence=sequence)
    tram.trip("u1", [("A", "08:00:00"), ("Z", "08:05:00")], route="T", shape_id="s")
    tram.write(folder / "tram.zip")


def write_streets(folder: Path) -> Path:
    nodes = {n: (LON + 0.001 * n, LAT + 0.001 * (n % 2)) for n in range(1, 9)}
    nodes |= {20: (LON, LAT), 21: (LON + 0.01, LAT), 22: (LON + 0.01, LAT + 0.01), 23: (LON, LAT + 0.01)}
    nodes |= {30: (LON + 20, LAT), 31: (LON + 20.01, LAT)}
    ways: dict[int, Any] = {
        1: ([1, 2], {"highway": "primary"}),
        2: ([2, 3], {"highway": "primary_link"}),
        3: ([3, 4], {"highway": "tertiary"}),
        4: ([4, 5], {"highway": "residential"}),
        5: ([5, 6], {"highway": "footway"}),
        6: ([6, 7], {"railway": "rail"}),
        7: ([7, 8], {"railway": "rail", "service": "yard"}),
        8: ([20, 21, 22, 23, 20], {"natural": "water"}),
        9: ([8, 1], {"waterway": "river"}),
        10: ([30, 31], {"highway": "motorway"}),
        11: ([20, 999], {"highway": "primary"}),
    }
    return write_osm_pbf(folder / "streets.osm.pbf", nodes, ways)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    folder = tmp_path_factory.mktemp("data")
    write_feeds(folder)
    pbf = write_streets(folder)
    return run_with(folder.parent / "whole", folder, pbf.stat().st_size)


def run_with(run: Path, data_folder: Path, n_bytes: int, **changes: Any) -> RunData:
    inputs = [{"file": "streets.osm.pbf", "sha256": "", "bytes": n_bytes}]
    write_run(run, data_folder=str(data_folder), inputs=inputs, config=CONFIG, **changes)
    runs = Runs([run])
    return runs.get(runs.first)


def kinds(ground: Ground) -> dict[str, int]:
    return {part.kind: len(part.shapes) for part in ground.parts}


def test_lines_are_of_the_kinds_that_help_to_find_ones_way(data: RunData) -> None:
    ground = ground_of(data)
    assert ground.source == "osm"
    # Footways, yards and what lies 20 degrees away are not drawn; a link belongs to its main road; a way that
    # lacks a node is left out.
    assert kinds(ground) == {
        "water": 1,
        "stream": 1,
        "street3": 1,
        "street2": 1,
        "street1": 1,
        "rail": 1,
        "bus": 2,
        "fixed": 1,
    }


def test_lines_lie_where_the_streets_are(data: RunData) -> None:
    street = next(part for part in ground_of(data).parts if part.kind == "street1").shapes[0]
    x_m, y_m = web_mercator(LON + 0.001 * np.array([1, 2, 3]), LAT + 0.001 * np.array([1, 0, 1]))
    ends = {tuple(np.round(point, 3)) for point in street[[0, -1]]}
    assert ends == {(round(x_m[0], 3), round(y_m[0], 3)), (round(x_m[2], 3), round(y_m[2], 3))}


def test_names_come_with_most_residents_first_and_lie_in_their_neighbourhood(data: RunData) -> None:
    names = ground_of(data).names
    residents = data.run.cells.groupby("zone")["population"].sum()
    assert [name.name for name in names] == sorted(residents.index, key=lambda name: -residents[name])
    centre = next(name for name in names if name.name == "Centro")
    x_m, y_m = web_mercator(np.array([LON]), np.array([LAT]))
    assert (centre.x_m, centre.y_m) == pytest.approx((x_m[0], y_m[0]), abs=1500)


def test_a_streets_file_that_has_changed_its_length_is_not_believed(data: RunData, tmp_path: Path) -> None:
    other = run_with(tmp_path / "other", Path(data.run.manifest["data_folder"]), 17)
    ground = ground_of(other)
    assert (ground.source, set(kinds(ground))) == ("", {"bus", "fixed"})


def test_without_the_streets_file_all_streets_of_the_ready_network_are_drawn(
    data: RunData, tmp_path: Path
) -> None:
    streets, _ = read_streets_pbf(write_street_grid(tmp_path / "grid.osm.pbf", 3, 3))
    save_groups(tmp_path / "network", {"streets": streets}, {})
    other = run_with(tmp_path / "other", tmp_path / "gone", 0, network_cache=str(tmp_path / "network"))
    ground = ground_of(other)
    assert ground.source == "network"
    assert "street2" not in kinds(ground)  # this grid lies in another country: cut away
    near = streets._replace(node_lon=LON + streets.node_lon - 2.0, node_lat=LAT + streets.node_lat - 48.0)
    save_groups(tmp_path / "near", {"streets": near}, {})
    other = run_with(tmp_path / "third", tmp_path / "gone", 0, network_cache=str(tmp_path / "near"))
    assert kinds(ground_of(other))["street2"] >= 1


def test_a_run_whose_inputs_are_gone_has_names_only_and_one_without_names_has_nothing(tmp_path: Path) -> None:
    gone = run_with(tmp_path / "gone", tmp_path / "nowhere", 5)
    assert (transit_lines(gone), stops_of(gone)) == ([], [])
    ground = ground_of(gone)
    assert (ground.parts, len(ground.names), ground.source) == ([], 3, "")
    bare = write_run(tmp_path / "bare", hex_disc().drop(columns="zone"))
    runs = Runs([bare])
    assert encode_ground(ground_of(runs.get("bare"))) == b""


def test_a_damaged_streets_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "streets.osm.pbf").write_bytes(b"not a pbf")
    ground = ground_of(run_with(tmp_path / "run", tmp_path, 9))
    assert ground.source == ""


def test_a_route_is_drawn_once_for_each_direction_the_way_most_trips_take(data: RunData) -> None:
    ten = next(line for line in transit_lines(data) if line.route_id == "10")
    assert [len(way) for way in ten.coordinates] == [4, 4]
    assert ten.coordinates[0] == list(reversed(ten.coordinates[1]))
    assert (ten.mode, ten.colour, ten.long_name, ten.feed) == ("BUS", "#00ff00", "A to D", "bus")


def test_a_route_with_a_shape_follows_it_and_one_without_trips_is_left_out(data: RunData) -> None:
    lines = {line.route_id: line for line in transit_lines(data)}
    assert set(lines) == {"10", "T"}
    assert [len(way) for way in lines["T"].coordinates] == [3]
    assert (lines["T"].mode, lines["T"].colour) == ("TRAM", "")


def test_stops_are_those_where_trips_call_told_apart_by_feed(data: RunData) -> None:
    found = [(stop.stop_id, stop.feed) for stop in stops_of(data)]
    assert found == [(stop, "bus") for stop in "ABCD"] + [(stop, "tram") for stop in "AZ"]


def test_a_ground_comes_back_within_half_a_step(data: RunData) -> None:
    ground = ground_of(data)
    again = decode_ground(encode_ground(ground))
    assert (again.source, kinds(again)) == (ground.source, kinds(ground))
    assert [name.name for name in again.names] == [name.name for name in ground.names]
    for part, other in zip(ground.parts, again.parts, strict=True):
        for line, same in zip(part.shapes, other.shapes, strict=True):
            assert np.abs(line - same).max() < 0.2


def test_names_without_lines_and_other_bytes() -> None:
    ground = Ground([], [PlaceName("Île", 1.0, 2.0)], "")
    assert decode_ground(encode_ground(ground)) == ground
    with pytest.raises(ValueError, match="instead of"):
        decode_ground(b"FRC1" + bytes(40))


def test_lines_across_the_whole_grid_do_not_overflow() -> None:
    line = np.array([[0.0, 0.0], [65_535.0, 65_535.0], [0.0, 65_535.0], [32_768.0, 0.0]])
    again = decode_ground(encode_ground(Ground([GroundPart("rail", [line])], [], "osm")))
    assert np.array_equal(again.parts[0].shapes[0], line)
