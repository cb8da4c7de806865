"""Standards of supply: distances, departures, coverage, rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from builders_supply import every, make_schedule, make_walks
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import supply as twin

from access.errors import InputDataError
from access.ptal import ptal_index
from access.supply_standards import SupplyStandards, supply_standards
from access.supply_standards_coverage import departures_by_feed, window_gap
from access.supply_standards_measures import (
    eu_classes,
    eu_departures_per_h,
    frequent_departures_per_h,
    groups_of_routes,
    sdg_distances,
)
from access.supply_standards_rules import (
    EuTypologyRules,
    FrequentTransitRules,
    Placement,
    PtalRules,
    SdgRules,
    SupplyRules,
    constants_of,
)
from access.supply_standards_walks import cell_walks_m
from gtfs.supply import departures_between
from gtfs.supply_directions import trip_directions
from gtfs.timetable import Schedule

HOUR = 3600
ALL_DAY = every(60, "5:00", "22:00", "0", ["FAR1", "FAR2"])


def measure(schedule: Schedule, cells: Sequence[Mapping[str, int]], **options: Any) -> SupplyStandards:
    """Standards for cells of 100 residents each, walks in metres."""
    given = {
        "walk_speed_km_h": 3.6,
        "max_walk_min": 30.0,
        "residents": {"all": np.full(len(cells), 100.0)},
        "snapped": np.ones(len(cells), bool),
        "whole_timetable": {"bus": True},
    }
    return supply_standards(schedule, make_walks(schedule, cells), **{**given, **options})


def value(found: SupplyStandards, indicator: str, standard: str, group: str = "all") -> float:
    rows = [
        row
        for row in found.rows
        if (row["indicator"], row["standard"], row["group"]) == (indicator, standard, group)
    ]
    assert len(rows) == 1
    return float(rows[0]["value"])  # type: ignore[arg-type]


class TestSdg:
    def test_500_m_to_a_bus_and_1000_m_to_a_train_are_near_enough(self) -> None:
        schedule = make_schedule("1: A 12:00, Z 12:10\nT: S 12:00, Y 12:10", types={"T": 2})
        cells = [{"A": 500}, {"A": 501}, {"S": 1000}, {"S": 1001}, {"A": 900, "S": 999}, {}]
        found = measure(schedule, cells)
        assert found.columns["sdg_11_2_1_met"].tolist() == [True, False, True, False, True, False]
        assert found.columns["sdg_11_2_1_low_capacity_m"].tolist() == [
            500,
            501,
            math.inf,
            math.inf,
            900,
            math.inf,
        ]
        assert value(found, "sdg_11_2_1_share", "sdg_11_2_1") == 0.5
        assert value(found, "sdg_11_2_1_residents", "sdg_11_2_1") == 300

    def test_a_tram_counts_as_low_capacity_and_that_is_said_to_be_unverified(self) -> None:
        found = measure(make_schedule("T: S 12:00, Y 12:10", types={"T": 900}), [{"S": 500}, {"S": 501}])
        assert found.columns["sdg_11_2_1_met"].tolist() == [True, False]
        assert any("TRAM counts as low, unverified" in note for note in found.notes)

    @pytest.mark.parametrize(
        ("route_type", "group"),
        [
            *[(3, "low"), (700, "low"), (715, "low"), (11, "low"), (800, "low"), (0, "low"), (906, "low")],
            *[
                (1, "high"),
                (401, "high"),
                (2, "high"),
                (109, "high"),
                (12, "high"),
                (4, "high"),
                (1000, "high"),
            ],
            *[(1200, "high"), (1100, ""), (6, "low"), (1400, "low"), (1700, "low"), (-1, "low")],
        ],
    )
    def test_extended_route_types_have_a_capacity(self, route_type: int, group: str) -> None:
        assert groups_of_routes([route_type], SdgRules().modes).tolist() == [group]

    def test_a_stop_without_service_that_day_does_not_count(self) -> None:
        schedule = make_schedule("1: A 12:00, Z 12:10", stops=["B"])
        found = measure(schedule, [{"B": 10, "A": 501}, {"Z": 10}])
        assert found.columns["sdg_11_2_1_met"].tolist() == [False, False]  # nobody boards at the last stop

    def test_a_stop_served_at_night_counts_on_the_day_of_its_clock_time(self) -> None:
        night = make_schedule("N: A -0:10, B 0:20, C 0:30\n1: X 12:00, Y 12:10\nN: D 24:30, E 24:40")
        found = measure(night, [{"A": 10}, {"B": 10}, {"D": 10}])
        assert found.columns["sdg_11_2_1_met"].tolist() == [False, True, False]

    def test_another_placement_can_be_configured(self) -> None:
        modes = {**SdgRules().modes, "TRAM": Placement("high", False, "our city's")}
        rules = SupplyRules(sdg=SdgRules(modes=modes))
        schedule = make_schedule("T: S 12:00, Y 12:10", types={"T": 0})
        assert measure(schedule, [{"S": 1000}], rules=rules).columns["sdg_11_2_1_met"].tolist() == [True]

    def test_seconds_become_metres_at_the_speed_of_the_run(self) -> None:
        schedule = make_schedule("1: A 12:00, Z 12:10")
        found = measure(schedule, [{"A": 375}, {"A": 376}, {"A": -30}], walk_speed_km_h=4.8)
        assert found.columns["sdg_11_2_1_low_capacity_m"].tolist() == pytest.approx([500, 501.3333, 0])
        assert found.columns["sdg_11_2_1_met"].tolist() == [True, False, True]

    def test_saturdays_are_measured_too(self) -> None:
        schedule = make_schedule("1: A 12:00, Z 12:10", day=date(2024, 5, 18))
        found = measure(schedule, [{"A": 10}])
        assert value(found, "sdg_11_2_1_share", "sdg_11_2_1") == 1
        assert set(found.no_data) == {"eu_departures_typology", "people_near_frequent_transit", "ptal"}
        assert found.no_data["ptal"].en == "needs a weekday; 2024-05-18 is none"


class TestEuTypology:
    def classes(self, lines: str, cells: Sequence[Mapping[str, int]], **options: Any) -> list[str]:
        return measure(make_schedule(lines, **options), cells).columns["eu_typology"].tolist()

    def test_exactly_4_and_exactly_10_an_hour_are_medium(self) -> None:
        rates = [3.99, 4.0, 9.99, 10.0, 10.01, np.nan]
        nothing = np.full(6, np.nan)
        classes = ["low", "medium", "medium", "medium", "high", "none"]
        assert eu_classes(np.array(rates), nothing, EuTypologyRules()).tolist() == classes
        assert eu_classes(nothing, np.array(rates), EuTypologyRules()).tolist() == classes

    def test_the_better_of_the_two_groups_gives_the_class(self) -> None:
        buses, trains = np.array([1.0, 5.0, 11.0]), np.array([5.0, 1.0, 1.0])
        assert eu_classes(buses, trains, EuTypologyRules()).tolist() == ["medium", "medium", "high"]

    def test_56_departures_in_14_hours_are_4_an_hour(self) -> None:
        lines = every(15, "6:00", "19:59", "1", ["A", "Z"])
        found = measure(make_schedule(lines), [{"A": 10}])
        assert found.columns["eu_bus_tram_departures_per_h"].tolist() == [4.0]
        assert found.columns["eu_typology"].tolist() == ["medium"]
        without_one = lines.strip().rpartition("\n")[0]
        assert self.classes(without_one, [{"A": 10}]) == ["low"]

    def test_more_than_10_in_both_groups_is_very_high_and_unverified(self) -> None:
        lines = every(5, "6:00", "19:59", "1", ["A", "Z"]) + every(5, "6:00", "19:59", "M", ["S", "Y"])
        cells = [{"A": 10, "S": 10}, {"A": 10}, {"S": 800}]
        schedule = make_schedule(lines, types={"M": 1})
        found = measure(schedule, cells)
        assert found.columns["eu_typology"].tolist() == ["very high", "high", "high"]
        assert value(found, "eu_typology_residents", "eu_departures_typology:very_high") == 100
        assert value(found, "eu_typology_share", "eu_departures_typology:high") == pytest.approx(2 / 3)
        assert any("very_high" in note for note in found.notes)
        rules = SupplyRules(eu=EuTypologyRules(very_high=False))
        assert measure(schedule, cells, rules=rules).columns["eu_typology"].tolist() == ["high"] * 3

    def test_5_minutes_to_a_bus_and_10_to_a_train_at_5_km_h(self) -> None:
        lines = every(15, "6:00", "19:59", "1", ["A", "Z"]) + every(15, "6:00", "19:59", "M", ["S", "Y"])
        cells = [{"A": 416}, {"A": 417}, {"S": 833}, {"S": 834}]  # 416.67 m and 833.33 m
        found = self.classes(lines, cells, types={"M": 1})
        assert found == ["medium", "none", "medium", "none"]

    def test_the_two_sides_of_a_street_are_summed(self) -> None:
        lines = every(20, "6:00", "19:59", "1", ["A1", "Z1"]) + every(20, "6:00", "19:59", "1", ["A2", "Z2"])
        across = {"A1": (0.0, 0.0), "A2": (0.0, 30.0)}
        found = measure(make_schedule(lines, where=across), [{"A1": 10}])
        assert found.columns["eu_bus_tram_departures_per_h"].tolist() == [6.0]

    def test_of_several_clusters_in_reach_the_best_counts_not_the_sum(self) -> None:
        lines = every(20, "6:00", "19:59", "1", ["A", "Z1"]) + every(30, "6:00", "19:59", "2", ["B", "Z2"])
        found = measure(make_schedule(lines), [{"A": 10, "B": 10}])
        assert found.columns["eu_bus_tram_departures_per_h"].tolist() == [3.0]

    def test_a_vehicle_that_stops_twice_in_a_cluster_is_one_departure(self) -> None:
        lines = every(20, "6:00", "19:59", "1", ["A1", "A2", "Z"])
        beside = {"A1": (0.0, 0.0), "A2": (40.0, 0.0)}
        found = measure(make_schedule(lines, where=beside), [{"A1": 10, "A2": 20}])
        assert found.columns["eu_bus_tram_departures_per_h"].tolist() == [3.0]

    def test_there_and_back_in_one_trip_is_one_departure(self) -> None:
        lines = every(20, "6:00", "19:45", "1", ["A", "B", "C", "B", "A"])
        found = measure(make_schedule(lines), [{"B": 10}])
        assert found.columns["eu_bus_tram_departures_per_h"].tolist() == [3.0]

    def test_buses_at_a_metro_station_are_reached_in_5_minutes_not_in_10(self) -> None:
        lines = every(5, "6:00", "19:59", "1", ["P1", "Z"]) + every(30, "6:00", "19:59", "M", ["P2", "Y"])
        stations = {"P1": "S", "P2": "S"}
        found = self.classes(lines, [{"P1": 800, "P2": 800}], types={"M": 1}, stations=stations)
        assert found == ["low"]

    def test_a_stop_served_at_night_only_is_none(self) -> None:
        lines = ALL_DAY + "N: A 23:00, B 23:10\nN: A 5:30, B 5:40"
        assert self.classes(lines, [{"A": 10}]) == ["none"]


class TestFrequentTransit:
    def per_h(self, lines: str, cells: Sequence[Mapping[str, int]], **options: Any) -> list[float]:
        found = measure(make_schedule(lines, **options), cells)
        return found.columns["frequent_transit_departures_per_h"].tolist()

    def test_6_an_hour_500_m_away_is_frequent(self) -> None:
        schedule = make_schedule(every(10, "7:00", "8:59", "1", ["A", "Z"]))
        found = measure(schedule, [{"A": 500}, {"A": 501}])
        assert found.columns["near_frequent_transit"].tolist() == [True, False]
        assert found.columns["frequent_transit_departures_per_h"].tolist() == [6.0, 0.0]
        assert value(found, "near_frequent_transit_share", "people_near_frequent_transit") == 0.5

    def test_one_departure_less_is_not(self) -> None:
        lines = every(10, "7:00", "8:49", "1", ["A", "Z"])
        found = measure(make_schedule(lines), [{"A": 100}])
        assert found.columns["near_frequent_transit"].tolist() == [False]

    def test_routes_are_summed_and_of_each_the_busier_way_counts(self) -> None:
        lines = (
            every(20, "7:00", "8:59", "1", ["Y", "A", "Z"], 0)
            + every(30, "7:00", "8:59", "1", ["Z", "A", "Y"], 0)
            + every(30, "7:00", "8:59", "2", ["A", "X"])
        )
        assert self.per_h(lines, [{"A": 100}]) == [5.0]

    def test_the_walk_ends_at_a_platform_that_is_served(self) -> None:
        lines = every(10, "7:00", "8:59", "1", ["P1", "Z"])
        stations = {"P1": "S", "P2": "S"}
        assert self.per_h(lines, [{"P2": 100, "P1": 501}, {"P2": 100, "P1": 500}], stations=stations) == [
            0,
            6,
        ]

    def test_another_peak_can_be_chosen(self) -> None:
        rules = SupplyRules(frequent=FrequentTransitRules(window_start_s=17 * HOUR, window_end_s=18 * HOUR))
        schedule = make_schedule(every(10, "17:00", "17:59", "1", ["A", "Z"]))
        found = measure(schedule, [{"A": 100}], rules=rules)
        assert found.columns["near_frequent_transit"].tolist() == [True]


class TestCoverage:
    def gap(self, *leaves_h: float, start_h: float = 6, end_h: float = 20, whole: bool = False) -> str | None:
        leaves_s = np.array([round(HOUR * hour) for hour in leaves_h], np.int32)
        found = window_gap({"bus": leaves_s}, {"bus": whole}, round(HOUR * start_h), round(HOUR * end_h))
        return found and found.en

    def test_a_day_that_begins_before_and_ends_after_covers(self) -> None:
        assert self.gap(5, 12, 22) is None

    def test_up_to_an_hour_may_be_missing_at_the_ends_of_14(self) -> None:
        assert self.gap(7, 19) is None
        assert self.gap(7.01, 19) is not None
        assert self.gap(7, 18.99) is not None

    def test_up_to_a_quarter_of_a_peak_hour(self) -> None:
        assert self.gap(8.5, 9, start_h=8.25, end_h=9.25) is None
        assert self.gap(8.51, 9, start_h=8.25, end_h=9.25) is not None

    def test_a_sample_that_begins_at_11_20_does_not_cover_the_day(self) -> None:
        assert self.gap(11 + 1 / 3, 14, 17.8) == (
            "the timetable does not cover 06:00-20:00: bus: departures only from 11:20 to 17:48; "
            "say whole_timetable where that is all that runs"
        )

    def test_departures_before_and_after_an_empty_window_do_not_cover_it(self) -> None:
        assert "none in the window" in (self.gap(5, 22) or "")

    def test_a_whole_timetable_covers_everything_and_an_empty_day_nothing(self) -> None:
        assert self.gap(whole=True) is None
        assert self.gap(12, whole=True) is None
        assert "bus: nothing leaves on that day" in (self.gap() or "")

    def test_the_reason_is_told_in_french_too(self) -> None:
        found = window_gap({"bus": np.zeros(0, np.int32)}, {}, 6 * HOUR, 20 * HOUR)
        assert found is not None
        assert found.fr.startswith("l’horaire ne couvre pas 06:00-20:00 : bus : aucun départ ce jour-là")

    def test_each_feed_is_looked_at_by_itself(self) -> None:
        schedule = make_schedule("bus:1: A 12:00, B 12:10\nrail:1: C 6:00, D 6:10\nrail:1: C 23:00, D 23:10")
        leaves_s = departures_by_feed(schedule, ["bus", "rail"])
        assert {name: (times / HOUR).tolist() for name, times in leaves_s.items()} == {
            "bus": [12.0],
            "rail": [6.0, 23.0],
        }
        whole = {"bus": False, "rail": False}
        found = measure(schedule, [{"A": 10}], whole_timetable=whole)
        assert "bus: departures only from 12:00 to 12:00" in found.no_data["eu_departures_typology"].en
        assert "rail" not in found.no_data["eu_departures_typology"].en
        assert not any(str(row["standard"]).startswith("eu") for row in found.rows)
        assert not any(name.startswith(("eu", "ptal", "frequent")) for name in found.columns)

    def test_a_silent_feed_makes_sdg_no_data_unless_it_is_whole(self) -> None:
        schedule = make_schedule("bus:1: A 12:00, B 12:10", types={"bus:1": 3, "rail:1": 2})
        found = measure(schedule, [{"A": 10}], whole_timetable={"bus": True, "rail": False})
        assert found.no_data["sdg_11_2_1"].en == "rail: nothing leaves on 2024-05-15"
        found = measure(schedule, [{"A": 10}], whole_timetable={"bus": True, "rail": True})
        assert value(found, "sdg_11_2_1_share", "sdg_11_2_1") == 1

    def test_no_departure_of_a_whole_timetable_is_a_finding(self) -> None:
        found = measure(make_schedule("1: A 12:00, B 12:10"), [{"A": 10}, {}])
        assert found.columns["ptal_band"].tolist() == ["0", "0"]
        assert value(found, "near_frequent_transit_share", "people_near_frequent_transit") == 0

    def test_a_day_on_which_nothing_runs_is_a_finding_if_the_timetable_is_whole(self) -> None:
        schedule = make_schedule("1: A 12:00, B 12:10")
        none = np.zeros(0, np.int32)
        empty = schedule.timetable._replace(
            trip_start=np.zeros(1, np.int64),
            **dict.fromkeys(("trip_route", "trip_block", "visit_stop", "arrival_s", "departure_s"), none),
            **dict.fromkeys(("pickup", "drop_off"), np.zeros(0, bool)),
            trip_day=np.zeros(0, np.int8),
        )
        found = measure(replace(schedule, timetable=empty, trip_ids=[]), [{"A": 10}, {}])
        assert found.no_data == {}
        assert found.columns["eu_typology"].tolist() == ["none", "none"]
        assert found.columns["ptal_index"].tolist() == [0.0, 0.0]
        assert value(found, "sdg_11_2_1_share", "sdg_11_2_1") == 0

    def test_a_sample_of_the_day_weakens_sdg_and_says_so(self) -> None:
        schedule = make_schedule("1: A 12:00, B 12:10")
        found = measure(schedule, [{"A": 10}], whole_timetable={"bus": False})
        assert any(
            "stops that are served at other times of the day only are missing" in note for note in found.notes
        )

    def test_trips_of_the_day_after_say_nothing_of_this_day(self) -> None:
        schedule = make_schedule("1: A 12:00, B 12:10\n1: A 29:00, B 29:10")
        day = np.array([0, 1], np.int8)
        schedule = replace(schedule, timetable=schedule.timetable._replace(trip_day=day))
        assert (departures_by_feed(schedule, ["bus"])["bus"] / HOUR).tolist() == [12.0]


class TestWalksTooShort:
    def test_walks_that_end_before_a_distance_give_no_data(self) -> None:
        schedule = make_schedule(every(10, "6:00", "20:00", "T", ["S", "Y"]), types={"T": 2})
        found = measure(schedule, [{"S": 10}], max_walk_min=15)
        assert found.no_data["sdg_11_2_1"].en == (
            "needs walks of 1,000 m, those of the run end at 900 m; raise max_walk_min"
        )
        assert set(found.no_data) == {"sdg_11_2_1", "ptal"}  # the EU typology looks 833 m far
        assert "s’arrêtent à 900 m" in found.no_data["ptal"].fr

    def test_a_city_without_trains_needs_the_walk_to_a_bus_only(self) -> None:
        schedule = make_schedule(every(10, "6:00", "20:00", "1", ["S", "Y"]))
        found = measure(schedule, [{"S": 10}], max_walk_min=500 / 60)
        assert set(found.no_data) == {"ptal"}


class TestResidents:
    def test_cells_off_the_streets_are_neither_near_nor_far(self) -> None:
        schedule = make_schedule(every(10, "6:00", "20:00", "1", ["A", "Z"]))
        found = measure(schedule, [{"A": 10}, {"A": 900}, {}], snapped=np.array([True, True, False]))
        assert value(found, "sdg_11_2_1_share", "sdg_11_2_1") == 0.5
        assert {row["covered_population"] for row in found.rows} == {200.0}
        assert found.columns["sdg_11_2_1_met"].isna().tolist() == [False, False, True]
        assert found.columns["eu_typology"][2] is None
        assert found.columns["ptal_band"][2] is None
        for name in ("ptal_index", "sdg_11_2_1_low_capacity_m", "frequent_transit_departures_per_h"):
            assert np.isnan(found.columns[name][2])

    def test_shares_by_group_and_classes_that_add_up(self) -> None:
        schedule = make_schedule(every(10, "6:00", "20:00", "1", ["A", "Z"]))
        groups = {"all": np.array([30.0, 70.0]), "children": np.array([9.0, 1.0]), "none": np.zeros(2)}
        found = measure(schedule, [{"A": 10}, {"A": 900}], residents=groups)
        assert value(found, "sdg_11_2_1_share", "sdg_11_2_1") == 0.3
        assert value(found, "sdg_11_2_1_share", "sdg_11_2_1", "children") == 0.9
        assert math.isnan(value(found, "sdg_11_2_1_share", "sdg_11_2_1", "none"))
        undefined = next(row for row in found.rows if row["group"] == "none" and row["unit"] == "share")
        assert undefined["note"] == "not defined: no resident is covered"
        for indicator in ("eu_typology_residents", "ptal_residents"):
            rows = [row for row in found.rows if row["indicator"] == indicator and row["group"] == "children"]
            assert sum(float(row["value"]) for row in rows) == 10  # type: ignore[arg-type]

    def test_each_row_has_its_own_key(self) -> None:
        found = measure(make_schedule(every(10, "6:00", "20:00", "1", ["A", "Z"])), [{"A": 10}])
        keys = [(row["indicator"], row["standard"], row["group"]) for row in found.rows]
        assert len(keys) == len(set(keys)) == 2 * (1 + 5 + 1 + 9)
        assert all(row["source"] for row in found.rows)


class TestRefusals:
    def test_all_problems_are_listed_at_once(self) -> None:
        schedule = make_schedule("1: A 12:00, B 12:10")
        with pytest.raises(
            InputDataError, match=r"walk_speed_km_h must be a positive number, got 0"
        ) as raised:
            measure(
                schedule,
                [{"A": 10}],
                walk_speed_km_h=0,
                max_walk_min=math.nan,
                residents={"all": np.array([-1.0]), "old": np.zeros(2)},
                whole_timetable={},
            )
        text = str(raised.value)
        assert "max_walk_min must be a positive number, got nan" in text
        assert "residents of all must be 0 or more in every cell; write 0 where nobody lives" in text
        assert "residents of old are 2 values; there are 1 cells" in text
        assert "whole_timetable must name every feed of the schedule, got none" in text

    @pytest.mark.parametrize("people", [math.nan, math.inf])
    def test_residents_that_are_no_number(self, people: float) -> None:
        with pytest.raises(InputDataError, match="residents of all must be 0 or more"):
            measure(make_schedule("1: A 12:00, B 12:10"), [{"A": 1}], residents={"all": np.array([people])})

    def test_no_group(self) -> None:
        with pytest.raises(InputDataError, match="residents names no group"):
            measure(make_schedule("1: A 12:00, B 12:10"), [{"A": 1}], residents={})

    def test_walks_of_other_cells(self) -> None:
        with pytest.raises(InputDataError, match=r"access.start has 2 values; 3 sources need 4"):
            measure(make_schedule("1: A 12:00, B 12:10"), [{"A": 1}], snapped=np.ones(3, bool))

    def test_a_feed_that_is_not_named(self) -> None:
        schedule = make_schedule("bus:1: A 12:00, B 12:10\nrail:1: C 6:00, D 6:10")
        with pytest.raises(InputDataError, match=r"routes belong to \['rail'\] too"):
            measure(schedule, [{"A": 1}], whole_timetable={"bus": True, "tram": True})

    @pytest.mark.parametrize(
        ("rules", "message"),
        [
            (
                SupplyRules(sdg=SdgRules(low_capacity_m=0)),
                r"sdg.low_capacity_m must be a positive number, got 0",
            ),
            (
                SupplyRules(ptal=PtalRules(bus_reliability_min=-1)),
                r"bus_reliability_min must be 0 or a positive",
            ),
            (
                SupplyRules(eu=EuTypologyRules(window_end_s=0)),
                r"eu: the window ends at 0 s, not after it starts",
            ),
            (
                SupplyRules(eu=EuTypologyRules(medium_from_per_h=11)),
                r"eu.medium_from_per_h must not be above",
            ),
            (
                SupplyRules(ptal=PtalRules(bands=(("1", 5.0), ("2", 2.0)))),
                r"ptal.bands must rise from above 0",
            ),
            (
                SupplyRules(sdg=SdgRules(modes={"BOAT": Placement("low", False, "")})),
                r"sdg.modes names BOAT; modes",
            ),
            (
                SupplyRules(eu=EuTypologyRules(modes={"BUS": Placement("low", False, "")})),
                r"has the groups low; gr",
            ),
        ],
    )
    def test_constants_that_make_no_sense(self, rules: SupplyRules, message: str) -> None:
        with pytest.raises(InputDataError, match=message):
            measure(make_schedule("1: A 12:00, B 12:10"), [{"A": 1}], rules=rules)


class TestConstants:
    def test_what_could_not_be_verified_is_marked(self) -> None:
        unverified = {record.name for record in constants_of(PtalRules()) if not record.verified}
        assert unverified == {"bus_reliability_min", "rail_reliability_min", "bands"}
        sdg = {record.name: record for record in constants_of(SdgRules())}
        assert sdg["low_capacity_m"].verified
        assert not sdg["mode TRAM"].verified
        assert "secondary source" in sdg["mode TRAM"].source

    def test_a_value_of_ones_own_is_not_verified(self) -> None:
        records = {record.name: record for record in constants_of(SdgRules(low_capacity_m=400.0))}
        assert (records["low_capacity_m"].verified, records["low_capacity_m"].source) == (False, "configured")


STOPS = "ABCDEF"
STATION = {"A": "A", "B": "B", "C": "S", "D": "S", "E": "E", "F": "F", "S": "S"}
KINDS = {"1": 3, "2": 3, "3": 0, "4": 1, "5": 2, "6": 4}
TIMES = st.sampled_from(
    [0, 6 * HOUR, 7 * HOUR, 8 * HOUR, 8 * HOUR + 900, 9 * HOUR + 899, 9 * HOUR + 900, 20 * HOUR]
)


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, int]]]:
    """Trips for the twin, and cells with their walks in metres."""
    visit = st.tuples(st.sampled_from(STOPS), st.sampled_from([0, 60, 600]), st.booleans())
    trips = []
    for _ in range(draw(st.integers(1, 14))):
        leaves_s, visits = draw(TIMES), []
        for stop, ride_s, boards in draw(st.lists(visit, min_size=2, max_size=5)):
            leaves_s += ride_s
            visits.append((stop, leaves_s, boards))
        trips.append({"route": draw(st.sampled_from(sorted(KINDS))), "visits": visits})
    walk_m = st.sampled_from([0, 80, 416, 417, 500, 501, 640, 641, 833, 834, 960, 961, 1000, 1001])
    cells = draw(
        st.lists(st.dictionaries(st.sampled_from(STOPS), walk_m, max_size=6), min_size=1, max_size=4)
    )
    return trips, cells


def as_schedule(trips: list[dict[str, Any]]) -> Schedule:
    lines = []
    for trip in trips:
        visits = [
            f"{stop} {t // 3600}:{t // 60 % 60:02d}:{t % 60:02d}{'' if boards else ' no-pickup'}"
            for stop, t, boards in trip["visits"]
        ]
        lines.append(f"{trip['route']}: " + ", ".join(visits))
    stations = {"C": "S", "D": "S"}
    return make_schedule(
        "\n".join(lines), stops=STOPS, types=KINDS, stations=stations, where={"E": (0, 5e5), "F": (9, 5e5)}
    )


def check_against_twin(trips: list[dict[str, Any]], cells: list[dict[str, int]]) -> None:
    schedule = as_schedule(trips)
    timetable, types = schedule.timetable, schedule.route_types
    ways = trip_directions(timetable)
    trips = sorted(trips, key=lambda trip: trip["visits"][0][1])
    trips = [{**trip, "way": int(way)} for trip, way in zip(trips, ways, strict=True)]
    walks = cell_walks_m(make_walks(schedule, cells), 3.6, 30)
    metres = [{stop: float(m) for stop, m in cell.items()} for cell in cells]

    group = groups_of_routes(types, SdgRules().modes)
    day = departures_between(timetable, 0, 24 * HOUR)
    low_m, high_m = sdg_distances(day, group, walks, timetable.n_stops)
    buses, trains = {"1", "2", "3"}, {"4", "5", "6"}
    assert low_m.tolist() == [twin.nearest(cell, trips, buses, 24 * HOUR) for cell in metres]
    assert high_m.tolist() == [twin.nearest(cell, trips, trains, 24 * HOUR) for cell in metres]

    eu = EuTypologyRules()
    window = eu.window_start_s, eu.window_end_s
    calls = departures_between(timetable, *window)
    found = eu_departures_per_h(timetable, calls, groups_of_routes(types, eu.modes), walks, eu)
    cluster = {**STATION, "F": "E"}
    for values, routes, limit_m in zip(
        found, ({"1", "2", "3", "6"}, {"4", "5"}), (416.67, 833.34), strict=True
    ):
        expected = [twin.best_cluster(cell, trips, routes, cluster, window, limit_m) for cell in metres]
        assert np.nan_to_num(values).tolist() == pytest.approx(expected, rel=1e-12)

    frequent = FrequentTransitRules()
    window = frequent.window_start_s, frequent.window_end_s
    per_h = frequent_departures_per_h(
        timetable, departures_between(timetable, *window), ways, walks, frequent
    )
    expected = [twin.frequent(cell, trips, STATION, window, 500) for cell in metres]
    assert per_h.tolist() == pytest.approx(expected, rel=1e-12)

    rules = PtalRules()
    window = rules.window_start_s, rules.window_end_s
    index = ptal_index(timetable, types, departures_between(timetable, *window), ways, walks, rules)
    kind = {"1": "bus", "2": "bus", "3": "tram", "4": "metro", "5": "rail", "6": "ferry"}
    limit = {"bus": 640.0, "tram": 960.0, "metro": 960.0, "rail": 960.0}
    late = {"bus": 2.0, "tram": 0.75, "metro": 0.75, "rail": 0.75}
    expected = [twin.ptal(cell, trips, STATION, kind, window, limit, late) for cell in metres]
    assert index.tolist() == pytest.approx(expected, rel=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(towns())
def test_random_towns_agree_with_the_twin(town: tuple[list[dict[str, Any]], list[dict[str, int]]]) -> None:
    check_against_twin(*town)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(towns())
def test_many_random_towns_agree_with_the_twin(
    town: tuple[list[dict[str, Any]], list[dict[str, int]]],
) -> None:
    check_against_twin(*town)


def test_a_new_route_never_lowers_a_standard() -> None:
    lines = every(20, "6:00", "20:00", "1", ["A", "B", "Z"])
    more = lines + every(30, "6:00", "20:00", "2", ["B", "Y"])
    cells = [{"A": 100}, {"A": 500, "B": 400}, {"B": 600}, {}]
    before, after = (measure(make_schedule(text, stops=["Y"]), cells).columns for text in (lines, more))
    for name in ("ptal_index", "frequent_transit_departures_per_h", "eu_bus_tram_departures_per_h"):
        assert (after[name] >= before[name]).all()
    assert (after["ptal_index"] > before["ptal_index"]).tolist() == [False, True, True, False]


def test_the_callers_arrays_are_left_unchanged() -> None:
    schedule = make_schedule(every(10, "6:00", "20:00", "1", ["A", "Z"]))
    walks = make_walks(schedule, [{"A": 10}, {"Z": 20}])
    people, snapped = np.array([1.0, 2.0]), np.array([True, False])
    copies = [array.copy() for array in (*walks, people, snapped)]
    options = {"walk_speed_km_h": 3.6, "max_walk_min": 30.0, "whole_timetable": {"bus": True}}
    supply_standards(schedule, walks, residents={"all": people}, snapped=snapped, **options)  # type: ignore[arg-type]
    assert all(np.array_equal(a, b) for a, b in zip(copies, (*walks, people, snapped), strict=True))
