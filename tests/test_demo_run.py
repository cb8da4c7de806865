"""The demo city from end to end: what was planted is found, as ``configs/demo-truth.yaml`` states it."""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import yaml
from builders_finished import finished_demo
from demo_truth import area_polygon, cells_in, evaluate, holds, read_truth, share_of_gap_closed

from access import pipeline
from access.explain import explain
from access.indicator_registry import registry
from access.indicators import KEY

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "configs" / "demo.yaml"
TRUTH = read_truth()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run folder of the shipped demo configuration; its cache holds the generated city."""
    return finished_demo(tmp_path_factory)


@pytest.fixture(scope="module")
def cells(demo: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(demo / "cells.parquet")


@pytest.mark.parametrize("statement", TRUTH["statements"], ids=lambda statement: statement["id"])
def test_what_is_planted_is_found(statement: dict[str, Any], cells: gpd.GeoDataFrame) -> None:
    found = evaluate(statement, TRUTH, cells)
    assert holds(statement, found), f"{statement['en']} found {found:.3f}"


def test_the_configuration_has_the_periods_of_the_truth() -> None:
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    keys = ("service_date", "departure_start", "departure_window_min")
    periods = {period["name"]: {key: period[key] for key in keys} for period in config["periods"]}
    assert periods == TRUTH["periods"]


def in_the_register(cells: gpd.GeoDataFrame, area: str) -> float:
    """Share of an area's residents who live in a zone of the register."""
    inside = cells_in(cells, area_polygon(TRUTH, area))
    people = cells["population"].where(inside, 0.0)
    return float(people[cells["zone_id"].notna()].sum() / people.sum())


@pytest.mark.parametrize(("area", "bound"), TRUTH["register"]["found"].items())
def test_the_register_finds_the_planted_zones(
    area: str, bound: dict[str, float], cells: gpd.GeoDataFrame, demo: Path
) -> None:
    assert in_the_register(cells, area) >= bound["of_residents_at_least"]
    assert TRUTH["areas"][area]["name"] in set(gpd.read_parquet(demo / "zones.parquet")["name"])


@pytest.mark.parametrize(("area", "bound"), TRUTH["register"]["not_found"].items())
def test_the_register_leaves_out_who_is_rich_or_well_served(
    area: str, bound: dict[str, float], cells: gpd.GeoDataFrame
) -> None:
    assert in_the_register(cells, area) <= bound["of_residents_at_most"]


def test_every_number_of_the_demo_has_a_source_and_one_base_row(demo: Path) -> None:
    table = pd.read_parquet(demo / "indicators.parquet")
    assert sorted(set(table["indicator"]) - set(registry())) == []
    base = table[table["interval_kind"].isna() | (table["interval_kind"] == "input uncertainty")]
    assert not base.duplicated(list(KEY)).any()
    drawn = base[base["low"].notna()]
    assert (drawn["low"] <= drawn["high"]).all()
    shown = drawn[drawn["value"].notna() & drawn["group"].eq("all")]
    inside = shown["value"].between(shown["low"] - 1e-9, shown["high"] + 1e-9)
    assert inside.mean() > 0.97  # realisations of the travel times are few: an odd number may lie outside


def test_transit_segregates_more_at_its_kernel_on_foot_than_by_vehicle(demo: Path) -> None:
    """A vehicle brings everybody near more people, so its surroundings look more like the city."""
    table = pd.read_parquet(demo / "indicators.parquet").set_index("indicator")["value"]
    assert table["segregation_reach_transit"] < table["segregation_reach_walk"]


def test_every_resident_and_job_is_inside(cells: gpd.GeoDataFrame) -> None:
    assert cells["population"].sum() == pytest.approx(TRUTH["residents"])
    assert cells["n_jobs"].sum() == pytest.approx(TRUTH["jobs"])


def test_the_reports_name_the_worst_served_neighbourhoods(demo: Path) -> None:
    for language in ("en", "fr"):
        page = (demo / f"report.{language}.html").read_text(encoding="utf-8")
        assert TRUTH["areas"]["estate"]["name"] in page
        assert TRUTH["areas"]["settlement"]["name"] in page


def test_the_reports_ask_nothing_of_the_network(demo: Path) -> None:
    for page in demo.glob("report.*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"']?(?:https?:)?//", text)
        assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", text)


def test_the_planted_remedy_closes_most_of_the_estates_gap(
    cells: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The remedy done by hand in the feed: the line's first weekday trip repeated every ten minutes."""
    change, effect = TRUTH["remedy"]["change"], TRUTH["remedy"]["effect"]
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    data = tmp_path / "data" / config["dataset"]
    from access.demo_city import write_demo_city

    write_demo_city(data)
    raise_frequency(data / "bus.zip", change["route_id"], change["headway_min"])
    config["periods"] = [period for period in config["periods"] if period["name"] == effect["period"]]
    for section in ("rights", "comparisons", "uncertainty", "income_brackets", "modes"):  # of no matter here
        del config[section]
    (tmp_path / "remedy.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    monkeypatch.setenv("FAIRREACH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "cache"))
    after = pipeline.run(tmp_path / "remedy.yaml", out=tmp_path / "run", show_bar=False).folder
    closed = share_of_gap_closed(effect, TRUTH, cells, gpd.read_parquet(after / "cells.parquet"))
    assert closed >= effect["at_least"]


def raise_frequency(feed: Path, route_id: str, headway_min: int) -> None:
    """Repeat each weekday trip of a route until the next one, ``headway_min`` apart, by ``frequencies.txt``.

    Trips of the line are 40 minutes apart, so each becomes a template that runs from its own departure on for
    40 minutes, with exact times.
    """
    with zipfile.ZipFile(feed) as archive:
        tables = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    trips = [row for row in read(tables["trips.txt"]) if row["route_id"] == route_id]
    services = {row["service_id"] for row in read(tables["calendar.txt"]) if row["wednesday"] == "1"}
    chosen = {row["trip_id"] for row in trips if row["service_id"] in services}
    first: dict[str, str] = {}
    for row in read(tables["stop_times.txt"]):
        if row["trip_id"] in chosen:
            first.setdefault(row["trip_id"], row["departure_time"])
    assert len(first) > 20
    rows = read(tables["frequencies.txt"])
    rows += [
        {
            "trip_id": trip,
            "start_time": start,
            "end_time": clock(seconds(start) + 40 * 60),
            "headway_secs": str(60 * headway_min),
            "exact_times": "1",
        }
        for trip, start in first.items()
    ]
    tables["frequencies.txt"] = write(rows)
    shutil.move(feed, feed.with_suffix(".old"))
    with zipfile.ZipFile(feed, "w") as archive:
        for name, text in tables.items():
            archive.writestr(name, text)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def write(rows: list[dict[str, str]]) -> str:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def seconds(time: str) -> int:
    hours, minutes, rest = (int(part) for part in time.split(":"))
    return 3600 * hours + 60 * minutes + rest


def clock(time_s: int) -> str:
    return f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}:{time_s % 60:02d}"


def test_explain_gives_the_minutes_of_the_matrix(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole minutes of the median of the window, for pairs that are near, far and not reached."""
    monkeypatch.setenv("FAIRREACH_CACHE", str(demo.parent / "cache"))
    folder = next(path for path in sorted((demo / "travel_times").glob("*.parquet")) if path.is_dir())
    times, period = pd.read_parquet(folder), folder.stem  # a period; modes without transit are files
    for row in times[times["travel_time_p50"] > 20].sample(3, random_state=1).itertuples():
        found = explain(CONFIG, row.from_id, row.to_id, period=period)
        assert found.itinerary is not None
        assert found.itinerary.total_s // 60 == row.travel_time_p50
    all_cells = pd.Index(times["to_id"].unique())
    first = times["from_id"].iloc[0]
    unreached = all_cells.difference(times.loc[times["from_id"] == first, "to_id"])
    if len(unreached):
        assert explain(CONFIG, first, unreached[0], period=period).unreached is not None
