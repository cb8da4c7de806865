"""Trend, zones, segregation and data, each on a small store or by hand."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from builders_observatory import MemoryStore, Planted, quarters, quiet, snapshot_id

from access.warning import Alert, alerts_of, judge
from access.warning_history_read import history_of
from access.warning_rules import Rules, shipped_rules
from access.warning_trend import measurements, trend

DAYS = quarters(12)
YEARS = np.arange(8) / 4


def only(*names: str) -> Rules:
    """The shipped rules of these names."""
    rules = shipped_rules()
    return rules.model_copy(update={"rules": [rule for rule in rules.rules if rule.name in names]})


def alerts(rule: str, days: Sequence[Planted]) -> list[Alert]:
    return alerts_of(MemoryStore(days), "smalltown", only(rule))


# --- trend


def test_five_snapshots_in_order_have_a_chance_of_one_in_120() -> None:
    found = trend(YEARS[:5], np.array([1.0, 2, 4, 5, 9]), "higher")
    assert found.p_value == pytest.approx(1 / math.factorial(5))
    assert trend(YEARS[:5], np.array([1.0, 2, 4, 5, 9]), "lower").p_value == pytest.approx(1)


def test_the_slope_is_the_median_of_all_pairs() -> None:
    values = np.array([10.0, 12, 11, 14, 90, 16, 17, 18])
    slow = np.median(
        [(values[j] - values[i]) / (YEARS[j] - YEARS[i]) for i, j in itertools.combinations(range(8), 2)]
    )
    found = trend(YEARS, values, "higher")
    assert found.change == pytest.approx(slow * YEARS[-1])
    assert found.low <= found.change < found.high


def test_a_step_is_the_whole_change_and_a_slope_is_shared() -> None:
    step = trend(YEARS, np.array([1.0, 1.1, 1, 1.1, 9, 9.1, 9, 9.2]), "higher")
    slope = trend(YEARS, np.arange(8.0), "higher")
    assert step.largest_step > 0.9
    assert slope.largest_step == pytest.approx(1 / 7)
    assert trend(YEARS, np.arange(8.0), "lower").largest_step == math.inf


def test_a_constant_number_has_no_trend() -> None:
    found = trend(YEARS, np.ones(8), "higher")
    assert (found.change, found.p_value) == (0, 1)


def test_four_quarters_of_one_census_are_one_measurement() -> None:
    values = np.array([5.0, 5, 5, 5, 6, 6, np.nan, 6, 7])
    assert measurements(values, 8, 0) == [0, 4, 8]
    assert measurements(values, 7, 5) == [5]


def growing(per_quarter: float, first: int = 2, n: int = 12) -> list[Planted]:
    """Residents of the two cells without a hospital grow from the third snapshot on."""
    return [
        Planted(day, residents=dict.fromkeys((0, 1), 1 + per_quarter * max(0, k - first)))
        for k, day in enumerate(DAYS[:n])
    ]


def test_an_estate_that_grows_where_no_hospital_is_near_is_a_trend() -> None:
    found = alerts("right_slips", growing(0.15))
    one = next(one for one in found if one.subject["right"] == "eu_hospital")
    assert one.state == "entrenched"
    assert one.p_value is not None
    assert one.p_value < 0.05
    assert "up little by little, " in one.text["en"]
    assert "hausse progressive, " in one.text["fr"]


def test_a_trend_ends_when_it_stops_though_what_was_lost_is_not_back() -> None:
    grown = growing(0.15, n=9)
    same = [Planted(day, residents=dict.fromkeys((0, 1), 1.9)) for day in quarters(21)[9:]]
    one = next(one for one in alerts("right_slips", [*grown, *same]) if one.subject["right"] == "eu_hospital")
    held = {point.observed_on: point.holds for point in one.history}
    assert held[DAYS[9]]
    assert one.state == "cleared"


def test_a_trend_is_told_from_where_it_began_however_long_ago_it_was_found() -> None:
    """The window of twelve snapshots leaves the first ones behind; what is told does not."""
    days = [Planted(day, residents=dict.fromkeys((0, 1), 1 + 0.15 * k)) for k, day in enumerate(quarters(16))]
    told = []
    for n in (8, 16):
        [one] = [one for one in alerts("right_slips", days[:n]) if one.subject["right"] == "eu_hospital"]
        assert one.state == "entrenched"
        assert one.low is not None
        assert one.low > 0
        told.append(one)
    assert told[0].since == told[1].since > DAYS[0]
    assert told[0].reference_snapshot == told[1].reference_snapshot
    assert told[1].before == pytest.approx(1050, rel=0.01)
    assert told[1].residents == pytest.approx(1050 * 0.15 * 15, rel=0.02)
    assert "since Wednesday 15 January 2020" in told[1].text["en"]


def test_a_trend_that_could_be_chance_by_its_range_holds_no_longer() -> None:
    grown = growing(0.15, n=8)
    wild = [Planted(day, residents=dict.fromkeys((0, 1), factor))
            for day, factor in zip(quarters(13)[8:], (1.0, 2.6, 0.9, 2.7, 1.9), strict=True)]  # fmt: skip
    [one] = [one for one in alerts("right_slips", [*grown, *wild]) if one.subject["right"] == "eu_hospital"]
    assert [point.holds for point in one.history][-1] is False


def test_neither_quiet_years_nor_a_single_step_are_a_trend() -> None:
    step = [Planted(day, residents=dict.fromkeys((0, 1), 1 + (k > 5))) for k, day in enumerate(DAYS[:12])]
    assert alerts("right_slips", quiet(12)) == []
    assert alerts("right_slips", step) == []


def test_two_cuts_that_were_told_are_no_trend() -> None:
    """Steps of a half each pass the test of a single step; both were told when they came."""
    restless = [0.001, -0.002, 0.0, 0.002]  # equal numbers would be one measurement
    levels = [level + more for level in (1.0, 0.85, 0.7) for more in restless]
    days = [Planted(day, access=level) for day, level in zip(DAYS, levels, strict=True)]
    told = alerts_of(MemoryStore(days), "smalltown", only("access_falls", "access_slips"))
    assert {one.rule for one in told} == {"access_falls"}
    assert {one.since for one in told} == {DAYS[4], DAYS[8]}


# --- zones

HILL: Mapping[str, Sequence[int]] = {"Hill": (1, 2, 3)}


def with_zones(*zones: Mapping[str, Sequence[int]]) -> list[Planted]:
    return [Planted(day, zones=each) for day, each in zip(DAYS, zones, strict=False)]


def test_a_zone_that_appears_is_told_with_its_residents_and_cells() -> None:
    [found] = alerts("zone_appears", with_zones({}, {}, HILL, HILL))
    assert found.residents == 550 + 600 + 650
    assert len(found.cells) == 3
    assert (found.state, found.since) == ("warning", DAYS[2])
    assert found.text["fr"] == "Une nouvelle zone mal desservie\u00a0: Hill, 1\u202f800 habitants."


def test_a_zone_under_another_name_and_cut_in_two_is_the_same_zone() -> None:
    two = {"Valley": (1,), "Slope": (2, 3)}
    [found] = alerts("zone_appears", with_zones({}, HILL, two, HILL))
    assert (found.n_snapshots, found.since) == (3, DAYS[1])
    assert alerts("zone_grows", with_zones({}, HILL, two, HILL)) == []


def test_a_zone_that_is_away_for_one_snapshot_has_not_appeared_anew() -> None:
    found = alerts("zone_appears", with_zones(HILL, HILL, {}, HILL, HILL))
    assert found == []


def test_a_zone_that_joins_a_larger_one_is_not_cleared() -> None:
    larger = {"Heights": (1, 2, 3, 7, 8, 9)}
    [found] = alerts("zone_appears", with_zones({}, HILL, HILL, larger, larger))
    [grown] = alerts("zone_grows", with_zones({}, HILL, HILL, larger, larger))
    assert grown.residents == 850 + 900 + 950
    assert (found.state, found.n_snapshots) == ("entrenched", 4)


def test_a_zone_that_grows_is_told_with_those_who_joined() -> None:
    [found] = alerts("zone_grows", with_zones(HILL, HILL, {"Hill": (1, 2, 3, 8)}))
    assert found.residents == 500 + 50 * 8
    assert found.before == 550 + 600 + 650
    assert alerts("zone_appears", with_zones(HILL, HILL, {"Hill": (1, 2, 3, 8)})) == []


def test_a_zone_of_the_first_snapshot_stays_and_is_entrenched_after_four() -> None:
    [found] = alerts("zone_stays", with_zones(HILL, HILL, HILL, HILL))
    assert (found.state, found.since) == ("entrenched", DAYS[0])
    assert alerts("zone_stays", with_zones({}, HILL, HILL, HILL)) == []
    assert alerts("zone_appears", with_zones(HILL, HILL, HILL, HILL)) == []


def test_a_zone_of_few_residents_is_none() -> None:
    days = [Planted(day, zones=zones, residents=0.2) for day, zones in zip(DAYS, ({}, HILL), strict=False)]
    assert alerts("zone_appears", days) == []


# --- segregation


def moved(*values: float) -> list[Planted]:
    return [Planted(day, segregation=value) for day, value in zip(DAYS, values, strict=False)]


def test_an_index_without_a_range_makes_no_alert_and_is_listed() -> None:
    """Two censuses, then a new one: how much censuses differ is not known."""
    rules = only("segregation_rises")
    history = history_of(MemoryStore(moved(0.2, 0.2, 0.2, 0.201, 0.25)), "smalltown", rules)
    judged = judge(history, rules)
    assert judged.alerts == []
    assert {one.reason for one in judged.not_judged} == {"no_range"}


def test_an_index_that_leaves_the_range_of_its_earlier_values_is_told() -> None:
    found = alerts("segregation_rises", moved(0.200, 0.202, 0.199, 0.201, 0.198, 0.230))
    assert {one.subject["indicator"] for one in found} == {
        "segregation_rank_order",
        "segregation_poverty_tail",
    }
    assert all(one.p_value is not None and one.p_value < 0.01 for one in found)


def test_a_restless_index_and_one_that_falls_are_none() -> None:
    assert alerts("segregation_rises", moved(0.20, 0.22, 0.19, 0.21, 0.18, 0.225)) == []
    assert alerts("segregation_rises", moved(0.200, 0.202, 0.199, 0.201, 0.198, 0.150)) == []


# --- data


def test_a_timetable_with_29_days_left_ends_soon_and_one_with_30_does_not() -> None:
    def left(days: int) -> list[Alert]:
        return alerts("feed_expires", [Planted(DAYS[0], last_day=DAYS[0] + dt.timedelta(days=days))])

    [found] = left(29)
    assert (found.now, found.unit) == (29, "days")
    assert found.text["en"] == "The timetable “bus” has service for 29 more days."
    assert left(30) == []
    [ended] = left(-3)
    assert "no service after" in ended.text["en"]


def test_a_new_timetable_clears_the_end_of_the_old_one() -> None:
    soon = Planted(DAYS[0], last_day=DAYS[0] + dt.timedelta(days=5))
    [same_name] = alerts("feed_expires", [soon, Planted(DAYS[1])])
    [other_name] = alerts("feed_expires", [soon, Planted(DAYS[1], feed="night")])
    assert same_name.state == other_name.state == "cleared"


def test_an_ending_timetable_that_goes_without_another_is_not_cleared() -> None:
    ends = DAYS[0] + dt.timedelta(days=5)
    store = MemoryStore([Planted(DAYS[0], last_day=ends), Planted(DAYS[1], feed="bus")])
    for day, name in ((DAYS[0], "tram"), (DAYS[1], "tram")):
        [row] = [
            row
            for row in store.frames["feed"]
            if row["snapshot"] == snapshot_id("smalltown", "method-1", day)
        ]
        store.frames["feed"].append({**row, "feed": name, "last_day": None if day == DAYS[1] else ends})
    found = {one.subject["feed"]: one for one in alerts_of(store, "smalltown", only("feed_expires"))}
    assert found["bus"].state == "cleared"
    assert found["tram"].state == "notice"
    assert [point.holds for point in found["tram"].history] == [True, None]
    del store.frames["feed"][-1]
    store.tables.clear()
    found = {one.subject["feed"]: one for one in alerts_of(store, "smalltown", only("feed_expires"))}
    assert found["tram"].state == "notice"


def test_a_fifth_of_the_trips_gone_is_told_and_less_is_not() -> None:
    [found] = alerts("fewer_trips", [*quiet(3), Planted(DAYS[3], trips_week=800)])
    assert (found.before, found.now) == (1000, 800)
    assert alerts("fewer_trips", [*quiet(3), Planted(DAYS[3], trips_week=801)]) == []


def test_a_timetable_that_came_under_another_name_is_compared_with_all_of_before() -> None:
    assert alerts("fewer_trips", [*quiet(3), Planted(DAYS[3], feed="night", trips_week=950)]) == []
    [found] = alerts("fewer_trips", [*quiet(3), Planted(DAYS[3], feed="night", trips_week=500)])
    assert found.text["en"].startswith("All timetables together: 500 trips")


def test_a_field_on_wheelchairs_that_vanishes_is_told_and_one_that_never_was_is_not() -> None:
    never = [Planted(day, stops_wheelchair=None, trips_wheelchair=None) for day in DAYS[:4]]
    gone = [*quiet(3), Planted(DAYS[3], stops_wheelchair=None)]
    halved = [*quiet(3), Planted(DAYS[3], trips_wheelchair=400)]
    assert alerts("wheelchair_fields_vanish", never) == []
    [found] = alerts("wheelchair_fields_vanish", gone)
    assert (found.before, found.now, found.subject["fact"]) == (40, None, "stops_wheelchair")
    assert "no longer says which stops" in found.text["en"]
    [found] = alerts("wheelchair_fields_vanish", halved)
    assert (found.before, found.now) == (800, 400)


def test_a_field_that_stays_away_is_entrenched_and_told_once() -> None:
    gone = [Planted(day, stops_wheelchair=None) for day in DAYS[3:8]]
    [found] = alerts("wheelchair_fields_vanish", [*quiet(3), *gone])
    assert (found.state, found.n_snapshots) == ("entrenched", 5)
