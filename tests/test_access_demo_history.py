"""The demo city's ten years: what is generated holds what ``configs/demo-history.yaml`` says is planted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import yaml
from builders_observatory import Planted, small_store
from demo_truth import read_gtfs_table

from access import demo_history as history_files
from access import demo_history_plan as history
from access import demo_plan as plan
from access.backtest_truth import read_truth
from access.config_file import load_config
from access.demo_city import write_demo_city
from access.demo_history import run_history, write_moment
from access.demo_history_people import BaseCity, census_of, residents_of
from access.demo_history_plan import N_SNAPSHOTS, moment, observed_on
from access.demo_history_timetable import retimed
from access.demo_transit import make_feed
from access.errors import InputDataError

TRUTH = read_truth(Path(__file__).parents[1] / "configs" / "demo-history.yaml")
SMALL = plan.SIZES["small"]
DAYS = [observed_on(number) for number in range(N_SNAPSHOTS)]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseCity:
    folder = tmp_path_factory.mktemp("history") / "base"
    write_demo_city(folder)
    return BaseCity(folder, seed=1)


@pytest.fixture(scope="module")
def written(base: BaseCity, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Folders of the first moment, of one after the fields are lost, and of the last."""
    top = tmp_path_factory.mktemp("moments")
    for number in (0, 35, 39):
        write_moment(top / str(number), number, base, SMALL, 1)
    return {number: top / str(number) for number in (0, 35, 39)}


def test_forty_quarters_are_observed_on_wednesdays():
    assert (DAYS[0], DAYS[-1]) == (date(2016, 3, 9), date(2025, 12, 10))
    assert all(day.weekday() == 2 for day in DAYS)
    gaps = np.diff(pd.to_datetime(pd.Series(DAYS)).to_numpy()).astype("timedelta64[D]").astype(int)
    assert set(gaps) <= {84, 91, 98}


def test_each_thing_planted_begins_with_the_snapshot_that_the_truth_names():
    def first(what) -> date:
        return next(day for number, day in enumerate(DAYS) if what(moment(number)))

    def cut(m: history.Moment) -> bool:
        return m.headways["usual"] == history.USUAL_CUT

    begins = {each.id: each.begins for each in TRUTH.planted}
    assert begins == {
        "estate_cut": first(lambda m: m.headways["estate"] != history.ESTATE_BEFORE),
        "tram_opens": first(lambda m: history.TRAM_2 in m.lines),
        "estate_grows": first(lambda m: m.grown > 0),
        "care_closes": first(lambda m: m.care_closed),
        "buses_cut": first(cut),
        "fields_lost": first(lambda m: not m.wheelchair_in_bus),
        "buses_back": first(lambda m: m.observed_on > begins["buses_cut"] and not cut(m)),
        "tram_expires": first(lambda m: m.last_day["tram"] < m.last_day["bus"]),
        "incomes_part": first(lambda m: m.incomes_apart),
    }  # fmt: skip


def test_nothing_changes_within_a_stretch_of_noise_nor_while_what_came_before_settles():
    def state(number: int) -> tuple:
        now = moment(number)
        ends = {name: day - now.observed_on for name, day in now.last_day.items()}
        return (
            now.lines,
            now.headways,
            now.wheelchair_in_bus,
            ends,
            now.grown,
            now.care_closed,
            now.incomes_apart,
        )

    for first, last in TRUTH.noise:
        rows = [number for number, day in enumerate(DAYS) if first <= day <= last]
        assert rows, f"no snapshot from {first} to {last}"
        before = max(0, rows[0] - TRUTH.settles_snapshots)
        assert all(state(number) == state(before) for number in range(before, rows[-1] + 1))


def test_in_a_quiet_history_nothing_changes_but_days_and_estimates():
    quiet = read_truth(Path(__file__).parents[1] / "configs" / "demo-history-quiet.yaml")
    assert (quiet.city, quiet.planted) == (history_files.QUIET_CITY, [])
    assert quiet.noise == [(DAYS[1], DAYS[-1])]
    first = moment(0)
    for number, day in enumerate(DAYS):
        now = moment(number, planted=False)
        assert (now.observed_on, now.estimates_of) == (day, day.year)
        assert {end - day for end in now.last_day.values()} == {first.last_day["bus"] - DAYS[0]}
        same = replace(now, number=0, observed_on=DAYS[0], estimates_of=2016, last_day=first.last_day)
        assert same == first


def test_a_retimed_line_keeps_its_trips_and_moves_by_minutes():
    feed = make_feed("bus", SMALL, 1)
    moved = retimed(feed, np.random.default_rng(3))
    first = feed.trip_start[:-1]
    shift_min = (moved.departure_s[first] - feed.departure_s[first]) / 60
    assert set(shift_min) <= {-2.0, -1.0, 0.0, 1.0, 2.0}
    assert len(set(shift_min)) > 1
    assert np.array_equal(moved.departure_s < 0, feed.departure_s < 0)
    last = feed.trip_start[1:] - 1
    ratio = (moved.arrival_s[last] - moved.departure_s[first]) / (
        feed.arrival_s[last] - feed.departure_s[first]
    )
    assert (abs(ratio - 1) < 0.05).all()
    by_line = pd.Series(shift_min).groupby([feed.trip_line, feed.trip_direction, feed.trip_service]).nunique()
    assert (by_line == 1).all()  # the trips of a line move together


def test_estimates_of_one_year_are_the_same_and_the_next_differ_a_little(base):
    first, same, later = (residents_of(moment(number), base)[0] for number in (4, 7, 8))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, later)
    assert abs(later.sum() / first.sum() - 1) < 0.01
    by_zone = [np.bincount(base.zone_of_point, counted) for counted in (first, later)]
    large = by_zone[0] > 300
    spread = np.std(by_zone[1][large] / by_zone[0][large])
    assert 0.01 < spread < 0.04


def test_the_new_estate_has_as_many_residents_as_planned(base):
    for number in (15, 16, 20, 39):
        now = moment(number)
        assert residents_of(now, base)[1].sum() == now.grown
    assert [moment(number).grown for number in (15, 16, 20, 39)] == [0, 900, 1_800, 2_700]


@pytest.mark.parametrize("number", [0, 20, 39])
def test_a_census_adds_up(base, number):
    census = census_of(moment(number), base, *residents_of(moment(number), base))
    assert (census[list(plan.AGE_GROUPS)].sum(axis=1) == census["population"]).all()
    assert (census[list(plan.INCOME_BRACKETS)].sum(axis=1) == census["households"]).all()
    assert (census["households_no_car"] <= census["households"]).all()
    assert census["population"].sum() == sum(part.sum() for part in residents_of(moment(number), base))


def test_incomes_part_without_moving_the_middle(base):
    before, after = (census_of(moment(n), base, *residents_of(moment(n), base)) for n in (35, 36))
    rank = before["income_month_mean"].rank(pct=True)
    ratio = after["income_month_mean"] / before["income_month_mean"]
    assert ratio[rank < 0.1].max() < 0.9
    assert ratio[rank > 0.9].min() > 1.1
    poorest = next(iter(plan.INCOME_BRACKETS))
    assert after[poorest].sum() > before[poorest].sum()


def test_the_files_of_a_moment_can_be_run_and_unchanged_ones_are_linked(written, base):
    config = load_config(written[39] / "config.yaml").config
    assert str(config.schedule.service_date) == str(DAYS[39])
    assert (written[39] / "streets.osm.pbf").stat().st_ino == base.files.streets.stat().st_ino


def test_timetables_end_and_say_of_wheelchairs_as_planned(written):
    def last_day(number: int, name: str) -> str:
        return str(read_gtfs_table(written[number] / f"{name}.zip", "feed_info.txt")["feed_end_date"].iloc[0])

    ends = {(number, name): last_day(number, name) for number in (0, 35) for name in ("bus", "tram")}
    assert ends[0, "tram"] == ends[0, "bus"] == "20160907"
    assert (ends[35, "tram"], ends[35, "bus"]) == ("20241228", "20250611")
    assert "wheelchair_boarding" in read_gtfs_table(written[0] / "bus.zip", "stops.txt")
    assert "wheelchair_boarding" not in read_gtfs_table(written[35] / "bus.zip", "stops.txt")
    assert "wheelchair_boarding" in read_gtfs_table(written[35] / "tram.zip", "stops.txt")


def test_care_in_the_north_closes_and_hospitals_stay(written):
    before, after = (pd.read_csv(written[number] / "health.csv") for number in (0, 35))
    assert (before["kind"] == "hospital").sum() == (after["kind"] == "hospital").sum()
    assert set(after["id"]) < set(before["id"])


def test_the_same_moment_gives_the_same_files(written, base, tmp_path):
    write_moment(tmp_path / "again", 35, base, SMALL, 1)
    for file in sorted(written[35].iterdir()):
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes(), file.name


def test_the_run_of_a_moment_knows_no_other_names_than_the_demo_city(written):
    content = yaml.safe_load((written[0] / "config.yaml").read_text(encoding="utf-8"))
    assert content["name"] == {"en": "Marlune, ten years (demo)", "fr": "Marlune, dix ans (démo)"}
    census = gpd.read_file(written[0] / "census.gpkg")
    assert {"population", "households", *plan.INCOME_BRACKETS} <= set(census)


def test_a_history_has_at_most_forty_snapshots(tmp_path):
    with pytest.raises(InputDataError, match="allowed are 1 to 40"):
        run_history(tmp_path / "city", tmp_path / "store.duckdb", snapshots=41)
    assert list(tmp_path.iterdir()) == []


def test_what_the_store_has_is_left_out_and_the_rest_is_run_and_filed(tmp_path, monkeypatch):
    done = []
    small_store(tmp_path / "s.duckdb", [Planted(DAYS[0])], city="portville")
    monkeypatch.setattr("access.demo_history.write_demo_city", lambda *_, **__: None)
    monkeypatch.setattr("access.demo_history.write_moment", lambda folder, *_, **__: folder / "config.yaml")
    monkeypatch.setattr("access.pipeline.run", lambda config, out, **_: out.mkdir(parents=True))
    monkeypatch.setattr("access.observatory.observe", lambda run, store, city: done.append((run.name, city)))
    filed = run_history(tmp_path / "city", tmp_path / "s.duckdb", snapshots=3, city="portville")
    assert filed == DAYS[1:3]
    assert done == [(str(day), "portville") for day in DAYS[1:3]]
    assert not any((tmp_path / "city" / "runs").iterdir())
