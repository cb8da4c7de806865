"""Live questions of the app: made ready once, in the background, with words where there is no answer."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import get_args

import geopandas as gpd
import numpy as np
import pytest
from builders_live import copied, ends, finished_run
from builders_timetable import clock_s

from access.place_cells import FoundPlace, Kind
from dashboards import live
from dashboards.live_background import Background
from dashboards.live_words import place_label
from dashboards.run_data import RunData, RunError, Runs
from dashboards.words import languages, words


def data_of(folder: Path) -> RunData:
    return Runs([folder]).get(Runs([folder]).first)


@pytest.fixture
def data() -> RunData:
    return data_of(finished_run())


def ready(data: RunData) -> RunData:
    live.prepare(data)
    until = time.monotonic() + 120
    while not live.live_ready(data):
        assert time.monotonic() < until
        time.sleep(0.01)
    return data


# the city


def test_minutes_come_in_the_order_of_the_cells_of_the_page(data: RunData) -> None:
    west, east = ends(data.cell_ids)
    minutes = live.live_city(ready(data)).minutes_from(west, "peak", clock_s("8:05"))
    assert minutes[data.row_of[west]] == 0
    assert minutes[data.row_of[east]] == 26
    assert live.live_problem(data) == ""


def test_the_city_is_made_once_for_a_run(data: RunData) -> None:
    first = live.live_city(ready(data))
    assert live.live_city(data_of(finished_run())) is first


def test_a_network_that_is_gone_is_told_in_both_languages_without_folders(tmp_path: Path) -> None:
    folder, manifest = copied(finished_run(), tmp_path)
    shutil.rmtree(manifest["network_cache"])
    data = data_of(folder)
    with pytest.raises(RunError) as caught:
        live.live_city(data)
    assert caught.value.kind == "no_network"
    assert str(tmp_path) not in caught.value.detail
    assert (live.live_ready(data), live.live_problem(data)) == (False, "no_network")
    for language in languages():
        for kind in ("no_network", "getting_ready", "no_percentile"):
            assert words(language).has(f"run_problem.{kind}")


def test_an_unforeseen_error_is_told_as_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder, _ = copied(finished_run(), tmp_path)

    def broken(data: RunData) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(live, "_city_of", broken)
    with pytest.raises(RunError, match="no_network"):
        live.live_city(data_of(folder))
    assert "cannot be made ready" in caplog.text


def test_what_takes_long_is_told_as_getting_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = copied(finished_run(), tmp_path)
    go_on = threading.Event()

    def slow(data: RunData) -> str:
        go_on.wait(60)
        return "city"

    monkeypatch.setattr(live, "_city_of", slow)
    monkeypatch.setattr(live, "WAIT_S", 0.02)
    data = data_of(folder)
    assert live.live_problem(data) == "getting_ready"
    with pytest.raises(RunError, match="getting_ready"):
        live.live_city(data)
    go_on.set()
    assert live.live_city(ready(data)) == "city"


# other percentiles


def test_values_at_the_runs_own_percentile_are_its_columns(data: RunData) -> None:
    for cutoff in (28, 29, 60):
        expected = data.run.access("jobs", cutoff, "peak")
        assert np.array_equal(live.access_values(data, "jobs", cutoff, "peak", 50), expected)


def test_values_at_other_percentiles(data: RunData) -> None:
    """Of the minutes 24 to 33 the 6th of 60 is 24, the 54th 32."""
    west, _ = ends(data.cell_ids)
    row = data.row_of[west]
    assert live.percentiles_kept(data, "peak") == [10, 50, 90]
    assert live.access_values(data, "jobs", 28, "peak", 10)[row] == 1000
    assert live.access_values(data, "jobs", 29, "peak", 90)[row] == 0
    assert live.access_values(data, "jobs", 60, "peak", 90)[row] == 1000


def test_cells_off_the_streets_have_no_value_at_any_percentile(tmp_path: Path) -> None:
    folder, _ = copied(finished_run(), tmp_path)
    cells = gpd.read_parquet(folder / "cells.parquet")
    west, east = ends(sorted(cells["id"]))
    cells["snap"] = cells["snap"].mask(cells["id"] == west, "too_far")
    cells.to_parquet(folder / "cells.parquet")
    data = data_of(folder)
    values = live.access_values(data, "jobs", 60, "peak", 90)
    assert np.isnan(values[data.row_of[west]])
    assert values[data.row_of[east]] == 1000


def test_values_that_were_not_kept_are_refused_with_words(data: RunData) -> None:
    with pytest.raises(RunError) as caught:
        live.access_values(data, "jobs", 28, "peak", 95)
    assert caught.value.kind == "no_percentile"
    assert "only 10, 50, 90" in caught.value.detail


def test_unknown_services_periods_and_cutoffs_have_no_values(data: RunData) -> None:
    for asked in (("schools", 28, "peak"), ("jobs", 31, "peak"), ("jobs", 28, "../peak")):
        assert np.isnan(live.access_values(data, *asked, 90)).all()
    assert live.percentiles_kept(data, "../../peak") == [50]


# places


def test_places_of_a_run(data: RunData) -> None:
    west, _ = ends(data.cell_ids)
    (found,) = live.find_places(data, "west")
    assert (found.kind, found.cell_id) == ("zone", west)


def test_while_streets_are_read_neighbourhoods_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = copied(finished_run(), tmp_path)
    go_on, index_of = threading.Event(), live._index_of

    def slow(data: RunData, *, streets: bool) -> object:
        if streets:
            go_on.wait(60)
        return index_of(data, streets=streets)

    monkeypatch.setattr(live, "_index_of", slow)
    data = data_of(folder)
    assert [found.name for found in live.find_places(data, "west")] == ["West"]
    assert not live.places_ready(data)
    go_on.set()


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("en", "Rua <b> · Centro · street · house number not known · outside the area of this run"),
        ("fr", "Rua <b> · Centro · rue · numéro de rue inconnu · hors du secteur de ce calcul"),
    ],
)
def test_a_place_in_words(language: str, label: str) -> None:
    place = FoundPlace("street", "Rua <b>", "", 0.0, 0.0, "Centro", street_only=True)
    assert place_label(place, words(language)) == label


def test_every_kind_of_place_has_words() -> None:
    for language in languages():
        assert all(words(language).has(f"live.kind.{kind}") for kind in get_args(Kind))


# the background


@pytest.fixture
def background() -> Background[str]:
    return Background(2)


def test_several_who_ask_at_once_wait_for_one_making(background: Background[str]) -> None:
    made: list[int] = []

    def make() -> str:
        made.append(1)
        time.sleep(0.05)
        return "made"

    found: list[str] = []
    askers = [
        threading.Thread(target=lambda: found.append(background.get("key", make, 5.0))) for _ in range(8)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert (found, made) == (["made"] * 8, [1])


def test_a_failure_is_told_to_all_and_tried_again_after_a_while(
    background: Background[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise KeyError("gone")

    for _ in range(2):
        with pytest.raises(KeyError, match="gone"):
            background.get("key", fail, 5.0)
    with pytest.raises(KeyError, match="gone"):
        background.get("key", lambda: "there", 5.0)
    monkeypatch.setattr("dashboards.live_background.TRY_AGAIN_S", 0.0)
    assert background.get("key", lambda: "there", 5.0) == "there"


def test_no_more_is_kept_than_said(background: Background[str]) -> None:
    for key in "abc":
        background.get(key, lambda key=key: key, 5.0)  # type: ignore[misc]
    assert [background.is_ready(key) for key in "abc"] == [False, True, True]
