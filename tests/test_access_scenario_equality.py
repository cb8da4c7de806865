"""A scenario equals a full computation of the edited files, minute by minute, for every type of modification.

The base is the demo city in two periods. Timetable types are compared with everything read anew from the
exported GTFS; streets with an edited ``.osm.pbf``; places with edited tables.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import builders_city as city
import numpy as np
import osmium
import pandas as pd
import pytest
import yaml
from builders_streets import at

from access.demo_city import write_demo_city
from access.evaluated import Evaluated
from access.scenario import Scenario
from access.stage_inputs import Inputs
from access.warm_run import WarmRun, warm_from_config
from gtfs.export import write_feed

DEMO = Path(__file__).parents[1] / "configs" / "demo.yaml"
PERIODS = ("peak", "sunday")

TIMETABLE: dict[str, dict[str, Any]] = {
    "remove-trips": {"routes": ["7"]},
    "add-trips": {
        "name": "20",
        "stops": [{"name": "Les Berges", "lat": 44.96165, "lon": -26.9449}, "bus-8E-2S-N", "bus-8E-1S-N"],
        "speed_km_h": 18,
        "frequencies": [{"start_time": "05:30", "end_time": "22:00", "headway_min": 15}],
    },
    "adjust-frequency": {
        "route": "9",
        "entries": [{"start_time": "05:06", "end_time": "21:00", "headway_min": 10, "days": "weekdays"}],
    },
    "adjust-speed": {"routes": ["2"], "scale": 1.7},
    "adjust-dwell-time": {"routes": ["1", "2"], "dwell_secs": 45},
    "remove-stops": {"routes": ["9"], "stops": ["bus-3W-6S-E"], "seconds_saved_at_each_stop": 20},
    "reroute": {
        "routes": ["9"],
        "from_stop": "bus-0E-1S-N",
        "stops": [{"name": "North of the square", "lat": 45.0092, "lon": -26.9999}],
        "speed_km_h": 20,
    },
    "move-stop": {"stop": "bus-4W-11S-N", "lat": 44.9551, "lon": -27.0262},
    "adjust-span": {
        "route": "9",
        "first_departure": "07:00",
        "last_departure": "21:00",
        "headway_min": 60,
        "days": ["sunday"],
    },
}


def scenario(*modifications: dict[str, Any]) -> Scenario:
    return Scenario.model_validate({"name": "test", "modifications": list(modifications)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of the demo city, with a configuration beside them that leaves out what is drawn."""
    folder = tmp_path_factory.mktemp("demo") / "city"
    write_demo_city(folder, size="small", seed=1)
    config = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    for key in ("dataset", "uncertainty", "comparisons", "income_brackets"):
        config.pop(key)
    config["periods"] = [period for period in config["periods"] if period["name"] in PERIODS]
    config["modes"] = [mode for mode in config["modes"] if mode["mode"] == "bicycle"]
    (folder / "city.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def warm(folder: Path) -> WarmRun:
    return warm_from_config(folder / "city.yaml")


def copied(folder: Path, target: Path) -> Path:
    shutil.copytree(folder, target)
    return target


def numbers(evaluated: Evaluated) -> dict[tuple[object, ...], float]:
    keys = ("indicator", "service", "period", "cutoff_min", "standard", "group")
    return {tuple(row.get(key) for key in keys): float(str(row["value"])) for row in evaluated.rows}


def assert_equal(one: Evaluated, full: Evaluated) -> None:
    """Every minute of every pair and percentile, every column of cells, every number."""
    assert one.times
    assert one.times.keys() == full.times.keys()
    for period, minutes in one.times.items():
        np.testing.assert_array_equal(minutes, full.times[period], err_msg=period)
    for mine, theirs in zip(one.periods, full.periods, strict=True):
        assert mine.access.columns.keys() == theirs.access.columns.keys()
        for name, column in mine.access.columns.items():
            pd.testing.assert_series_equal(pd.Series(column), pd.Series(theirs.access.columns[name]))
    for name, column in one.rights.evidence.columns.items():
        pd.testing.assert_series_equal(pd.Series(column), pd.Series(full.rights.evidence.columns[name]))
    mine_, theirs_ = numbers(one), numbers(full)
    assert mine_.keys() == theirs_.keys()
    for key, value in mine_.items():
        assert value == pytest.approx(theirs_[key], rel=1e-12, nan_ok=True), key


def differs(one: Evaluated, base: Evaluated) -> bool:
    return any((minutes != base.times[period]).any() for period, minutes in one.times.items())


@pytest.mark.parametrize("kind", TIMETABLE)
def test_a_timetable_change_equals_a_full_computation_of_its_export(
    kind: str, warm: WarmRun, folder: Path, tmp_path: Path
) -> None:
    evaluated = warm.evaluate(scenario({"type": kind, "feed": "bus", **TIMETABLE[kind]}))
    assert differs(evaluated, warm.base), "the modification changes no travel time: this proves nothing"
    edited = copied(folder, tmp_path / "edited")
    write_feed(evaluated.feeds["bus"], edited / "bus.zip", folder / "bus.zip")
    assert_equal(evaluated, warm_from_config(edited / "city.yaml").base)


def test_the_base_and_its_feeds_stay_as_they_were(warm: WarmRun) -> None:
    before = {name: feed.stop_times.copy() for name, feed in warm.feeds.items()}
    minutes = {period: found.copy() for period, found in warm.base.times.items()}
    warm.evaluate(scenario(*({"type": kind, "feed": "bus", **TIMETABLE[kind]} for kind in ("move-stop",))))
    for name, feed in warm.feeds.items():
        pd.testing.assert_frame_equal(feed.stop_times, before[name])
    for period, found in warm.base.times.items():
        np.testing.assert_array_equal(found, minutes[period])


class _Edited(osmium.SimpleHandler):  # type: ignore[misc]
    """Copies an extract without some ways."""

    def __init__(self, writer: osmium.SimpleWriter, without: set[int]) -> None:
        super().__init__()
        self.writer, self.without = writer, without

    def node(self, node: Any) -> None:
        self.writer.add_node(node)

    def way(self, way: Any) -> None:
        if way.id not in self.without:
            self.writer.add_way(way)


def write_edited_streets(
    source: Path, target: Path, *, without: set[int] = frozenset(), line: list[int] | None = None
) -> None:
    target.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(target)) as writer:
        _Edited(writer, set(without)).apply_file(str(source))
        if line is not None:
            way = osmium.osm.mutable.Way(id=10**9, nodes=line, tags={"highway": "footway", "bridge": "yes"})
            writer.add_way(way)


def nearest_node(inputs: Inputs, lon: float, lat: float) -> int:
    streets = inputs.streets
    far = np.hypot((streets.node_lon - lon) * 0.707, streets.node_lat - lat)
    return int(np.where(streets.main, far, np.inf).argmin())


@pytest.mark.parametrize("linkable", [False, True])
def test_a_footbridge_equals_a_full_computation_with_it_in_the_streets(
    linkable: bool, warm: WarmRun, folder: Path, tmp_path: Path
) -> None:
    inputs = warm.base.network.inputs
    banks = [nearest_node(inputs, -26.975646, 45.009014), nearest_node(inputs, -26.971165, 45.009016)]
    streets = inputs.streets
    line = [[float(streets.node_lon[node]), float(streets.node_lat[node])] for node in banks]
    evaluated = warm.evaluate(scenario({"type": "add-streets", "line_strings": [line], "linkable": linkable}))
    assert differs(evaluated, warm.base)
    edited = copied(folder, tmp_path / "edited")
    osm_ids = [int(streets.node_id[node]) for node in banks]
    write_edited_streets(folder / "streets.osm.pbf", edited / "streets.osm.pbf", line=osm_ids)
    assert_equal(evaluated, warm_from_config(edited / "city.yaml").base)


def test_a_closed_street_equals_a_full_computation_without_it(
    warm: WarmRun, folder: Path, tmp_path: Path
) -> None:
    inputs = warm.base.network.inputs
    streets = inputs.streets
    longest = [way for way in pd.Series(streets.edge_way).value_counts().index[:20] if way > 0]
    way = int(longest[0])
    evaluated = warm.evaluate(scenario({"type": "close-streets", "ways": [way]}))
    assert differs(evaluated, warm.base)
    edited = copied(folder, tmp_path / "edited")
    write_edited_streets(folder / "streets.osm.pbf", edited / "streets.osm.pbf", without={way})
    assert_equal(evaluated, warm_from_config(edited / "city.yaml").base)


def test_a_clinic_that_opens_and_a_school_that_closes_equal_edited_tables(
    warm: WarmRun, folder: Path, tmp_path: Path
) -> None:
    schools = pd.read_csv(folder / "schools.csv")
    gone = schools[schools["level"] == "primary"].iloc[3]
    evaluated = warm.evaluate(
        scenario(
            {"type": "add-opportunities", "service": "care", "at": {"lat": 44.9613, "lon": -26.9449}},
            {"type": "remove-opportunities", "service": "primary_schools", "where": {"id": [gone["id"]]}},
        )
    )
    edited = copied(folder, tmp_path / "edited")
    health = pd.read_csv(folder / "health.csv")
    clinic = {"id": "H9", "lon": -26.9449, "lat": 44.9613, "kind": "clinic", "beds": 0, "name": "New"}
    pd.concat([health, pd.DataFrame([clinic])]).to_csv(edited / "health.csv", index=False)
    schools[schools["id"] != gone["id"]].to_csv(edited / "schools.csv", index=False)
    assert_equal(evaluated, warm_from_config(edited / "city.yaml").base)


@pytest.mark.filterwarnings("ignore:income deciles")  # two cells cannot be cut into tenths
def test_new_residents_equal_an_edited_table(tmp_path: Path) -> None:
    base = warm_from_config(city.write_city(tmp_path / "base"))
    lon, lat = at(60, 0)
    evaluated = base.evaluate(
        scenario({"type": "add-residents", "at": {"lat": lat, "lon": lon}, "count": 30, "households": 15})
    )
    edited = copied(tmp_path / "base", tmp_path / "edited")
    with (edited / "people.csv").open("a") as people:
        people.write(f"{lon},{lat},30,15\n")
    full = warm_from_config(edited / "city.yaml").base
    assert full.measures.people.population.sum() == 130
    assert_equal(evaluated, full)


def test_a_city_without_transit_still_walks_and_says_so(warm: WarmRun) -> None:
    everything = [
        {"type": "remove-trips", "feed": name, "routes": feed.routes["route_id"].to_list()}
        for name, feed in warm.feeds.items()
    ]
    with pytest.warns(UserWarning, match="All travel times are walks"):
        evaluated = warm.evaluate(scenario(*everything))
    for period, minutes in evaluated.times.items():
        assert (minutes >= warm.base.times[period]).all()
        assert ((minutes < 255).sum(axis=2) > 1).any(), "people still walk"
