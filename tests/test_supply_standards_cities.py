"""Standards of supply on two cities: Porto Alegre, whose bus timetable is a sample, and the demo city."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from access.collected_warnings import collected_warnings
from access.config_file import load_config
from access.engine.arrays import WalkLinks
from access.progress import Progress
from access.stage_inputs import Inputs, read_inputs
from access.stage_network import cell_walks, snap_cells, snap_stops, stop_walks
from access.supply_standards import SupplyStandards, supply_standards
from gtfs.feed import read_feed
from gtfs.supply_directions import trip_directions

CONFIGS = Path(__file__).parents[1] / "configs"


class City(NamedTuple):
    inputs: Inputs
    snapped: np.ndarray
    access: WalkLinks


def city(config: str) -> City:
    """Inputs of a shipped configuration and the walks from its cells to its stops."""
    with collected_warnings():
        return read_city(config)


def read_city(config: str) -> City:
    inputs = read_inputs(load_config(CONFIGS / config), Progress(6, False))
    settings, points = inputs.loaded.config, inputs.cells.points
    schedule = inputs.timetables.any_schedule()
    cells = cell_walks(
        inputs.streets,
        snap_cells(inputs.streets, points.lon, points.lat, settings.max_snap_m),
        settings.travel,
        None,
    )
    on_streets = snap_stops(inputs.streets, schedule, settings.max_snap_m)
    stops = stop_walks(inputs.streets, cells, on_streets, settings.travel, None, schedule)
    return City(inputs, cells.snapped, stops.access)


def standards(place: City, day: int = 0) -> SupplyStandards:
    settings, residents = place.inputs.loaded.config, place.inputs.residents
    schedules = place.inputs.timetables.schedules
    groups = {"all": residents.population}
    for number in (1, 10):
        groups[f"decile_{number}"] = np.where(residents.decile == number, residents.population, 0.0)
    return supply_standards(
        schedules[sorted(schedules)[day]],
        place.access,
        walk_speed_km_h=settings.travel.walk_speed_km_h,
        max_walk_min=settings.travel.max_walk_min,
        residents=groups,
        snapped=place.snapped,
        whole_timetable={feed.name: feed.whole_timetable for feed in settings.schedule.feeds},
    )


def values(found: SupplyStandards, indicator: str, group: str = "all") -> dict[str, float]:
    """Values by standard."""
    return {
        str(row["standard"]): float(row["value"])  # type: ignore[arg-type]
        for row in found.rows
        if (row["indicator"], row["group"]) == (indicator, group)
    }


@pytest.fixture(scope="module")
def sampled(porto_alegre: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIRREACH_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("FAIRREACH_DATA", str(porto_alegre.parent))
        return city("porto-alegre.yaml")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> City:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIRREACH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return city("demo.yaml")


@pytest.mark.real_data
class TestPortoAlegre:
    def test_a_sample_of_the_buses_gives_no_typology_no_peak_and_no_level(self, sampled: City) -> None:
        found = standards(sampled)
        assert set(found.no_data) == {"eu_departures_typology", "people_near_frequent_transit", "ptal"}
        for reason in found.no_data.values():
            assert "eptc: departures only from 11:20 to 17:" in reason.en
            assert "trensurb" not in reason.en
        assert {row["standard"] for row in found.rows} == {"sdg_11_2_1"}

    def test_nine_in_ten_residents_are_near_a_stop_and_fewer_of_the_poorest(self, sampled: City) -> None:
        found = standards(sampled)
        assert 0.85 < values(found, "sdg_11_2_1_share")["sdg_11_2_1"] < 0.97
        assert values(found, "sdg_11_2_1_share", "decile_1")["sdg_11_2_1"] < 0.8
        assert any("stops that are served at other times" in note for note in found.notes)

    def test_directions_found_from_stops_are_those_that_the_feed_gives(self, sampled: City) -> None:
        """86 of the bus routes run both ways; each way is one direction and no two are mixed."""
        schedule = next(iter(sampled.inputs.timetables.schedules.values()))
        feed = read_feed(sampled.inputs.loaded.path("gtfs_eptc.zip"), "eptc")
        given = feed.trips.set_index("trip_id")["direction_id"].to_dict()
        pairs = {
            (int(route), int(given[trip_id.removeprefix("eptc:")]), int(found))
            for trip_id, route, found in zip(
                schedule.trip_ids,
                schedule.timetable.trip_route,
                trip_directions(schedule.timetable),
                strict=True,
            )
            if trip_id.startswith("eptc:")
        }
        by_feed = {(route, direction) for route, direction, _ in pairs}
        by_stops = {(route, direction) for route, _, direction in pairs}
        assert len(pairs) == len(by_feed) == len(by_stops) == 201


class TestDemoCity:
    def test_every_resident_is_in_one_class_and_one_band(self, place: City) -> None:
        found = standards(place)
        assert found.no_data == {}
        population = place.inputs.residents.population[place.snapped].sum()
        for indicator in ("eu_typology_residents", "ptal_residents"):
            assert sum(values(found, indicator).values()) == pytest.approx(population)

    def test_the_poorest_tenth_has_no_frequent_transit_and_no_better_level_than_1a(self, place: City) -> None:
        found = standards(place)
        assert values(found, "near_frequent_transit_share", "decile_1") == {"people_near_frequent_transit": 0}
        assert values(found, "near_frequent_transit_share")["people_near_frequent_transit"] > 0.2
        levels = values(found, "ptal_share", "decile_1")
        assert levels["ptal:0"] + levels["ptal:1a"] == pytest.approx(1)
        classes = values(found, "eu_typology_share", "decile_1")
        assert classes["eu_departures_typology:low"] + classes[
            "eu_departures_typology:none"
        ] == pytest.approx(1)

    def test_fewer_are_near_a_stop_that_is_served_on_sunday(self, place: City) -> None:
        weekday, saturday, sunday = (
            values(standards(place, day), "sdg_11_2_1_share")["sdg_11_2_1"] for day in range(3)
        )
        assert weekday >= saturday > sunday
