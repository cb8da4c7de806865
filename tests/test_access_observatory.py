"""Runs filed as snapshots: once, in their place, under their city's name, with their inputs."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import h3
import numpy as np
import pandas as pd
import pytest
from builders_observed import one_draw, write_inputs, write_observed
from builders_report import hex_disc
from click.testing import CliRunner

from access.cli_observe import observe as command
from access.errors import StoreError
from access.observatory import ADDED_DRAWS, Observed, city_name, observe, observe_all
from access.observatory_head import head_of
from access.observatory_place import common_share
from access.observatory_store import reading
from access.observatory_tally import tally
from access.report_data import read_run


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Observed]:
    """A folder with inputs, a run of them, and a store in which it is filed; and what filing it said."""
    folder = tmp_path_factory.mktemp("town")
    run = write_observed(folder / "run", write_inputs(folder / "inputs"))
    return folder, observe(run, folder / "store.duckdb")


@pytest.fixture
def inputs(town: tuple[Path, Observed], tmp_path: Path) -> Path:
    """Copies of the town's input files."""
    return Path(shutil.copytree(town[0] / "inputs", tmp_path / "inputs"))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where there is no store yet."""
    return tmp_path / "new.duckdb"


@pytest.fixture
def filed(town: tuple[Path, Observed], tmp_path: Path) -> tuple[Path, Observed]:
    """A store of its own with the town's run, and what filing it said."""
    shutil.copytree(town[0] / "store.duckdb.inputs", tmp_path / "store.duckdb.inputs")
    return Path(shutil.copy(town[0] / "store.duckdb", tmp_path)), town[1]


def test_a_run_becomes_a_snapshot_with_its_numbers(tmp_path: Path, inputs: Path, store: Path) -> None:
    run = write_observed(tmp_path / "run", inputs, draws=one_draw())
    done = observe(run, store)
    assert (done.city, done.new, done.observed_on) == ("hexville", True, dt.date(2024, 3, 6))
    with reading(store) as opened:
        snapshot = opened.rows("snapshot").iloc[0]
        cells = opened.rows("cell").set_index("cell")
        values = opened.rows("cell_value")
        indicators = opened.rows("indicator")
        feed = opened.rows("feed").iloc[0]
        draw = opened.rows("draw").iloc[0]
        counted = opened.rows("tally")
        again = tally(opened, done.snapshot)
        named = opened.rows("city").iloc[0]
    disc = read_run(run).cells.set_index("id")
    assert str(tmp_path) not in snapshot["manifest_json"]
    assert (named["name_en"], named["name_fr"]) == ("Hexville", "Hexaville")
    assert snapshot["residents"] == disc["population"].sum()
    assert snapshot["cells"] == len(disc) == len(cells)
    np.testing.assert_array_equal(
        cells["headline"].to_numpy(float), disc.loc[cells.index, "jobs_in_45min_midday"].to_numpy(float)
    )
    measures = set(values["measure"])
    assert "nearest_schools_min_midday" in measures
    assert not {"households", "n_jobs", "jobs_in_30min_midday"} & measures
    assert len(indicators) == len(pd.read_parquet(run / "indicators.parquet"))
    assert (feed["feed"], feed["trips_week"], feed["routes"]) == ("bus", 14.0, 1)
    assert np.frombuffer(draw["numbers"], "<f4").tolist() == [1.0, 2.0]
    pd.testing.assert_frame_equal(counted, again.sort_values("table", ignore_index=True), check_dtype=False)


def test_the_same_run_again_changes_nothing(tmp_path: Path, inputs: Path, store: Path) -> None:
    run = write_observed(tmp_path / "run", inputs)
    first = observe(run, store)
    before = store.read_bytes()
    second = observe(run, store)
    assert second == first._replace(new=False)
    assert store.read_bytes() == before


def test_the_same_run_twice_in_one_command_is_filed_once(tmp_path: Path, inputs: Path, store: Path) -> None:
    run = write_observed(tmp_path / "run", inputs)
    assert [done.new for done in observe_all([run, run], store)] == [True, False]


def test_equal_inputs_with_other_results_are_an_error_that_names_them(
    tmp_path: Path, inputs: Path, filed: tuple[Path, Observed]
) -> None:
    store, _ = filed
    other = write_observed(tmp_path / "other", inputs, factor=1.001)
    with pytest.raises(
        StoreError, match=r"gave other results before: cell, headline of 89[0-9a-f]+ is .* instead of .*"
    ):
        observe(other, store)


def test_rounding_of_another_machine_is_no_other_result(
    tmp_path: Path, inputs: Path, filed: tuple[Path, Observed]
) -> None:
    store, _ = filed
    other = write_observed(tmp_path / "other", inputs, factor=1 + 1e-13)
    assert not observe(other, store).new


def test_draws_that_an_older_run_lacked_are_added(
    tmp_path: Path, inputs: Path, filed: tuple[Path, Observed]
) -> None:
    store, first = filed
    done = observe(write_observed(tmp_path / "again", inputs, draws=one_draw()), store)
    assert not done.new
    assert done.notes == (ADDED_DRAWS,)
    with reading(store) as opened:
        counted = opened.rows("tally")
        assert counted.set_index("table").loc["draw", "rows"] == 1
        assert len(counted) == len(tally(opened, first.snapshot))


def test_another_day_is_another_snapshot_of_the_same_series(
    tmp_path: Path, inputs: Path, filed: tuple[Path, Observed]
) -> None:
    store, first = filed
    later = write_observed(tmp_path / "later", inputs, {"schedule.service_date": "2024-06-05"})
    second = observe(later, store)
    assert first.series == second.series
    assert first.snapshot != second.snapshot
    assert second.notes == ()


def test_an_older_day_is_filed_in_its_place_and_said(
    tmp_path: Path, inputs: Path, filed: tuple[Path, Observed]
) -> None:
    store, _ = filed
    older = write_observed(tmp_path / "older", inputs, {"schedule.service_date": "2024-01-10"})
    done = observe(older, store)
    assert done.new
    assert "2024-01-10 is before the last snapshot of hexville (2024-03-06)" in done.notes[0]


def test_another_timetable_on_the_same_day_stands_beside_the_first(
    tmp_path: Path, inputs: Path, filed: tuple[Path, Observed]
) -> None:
    store, _ = filed
    other = write_observed(tmp_path / "other", write_inputs(tmp_path / "more", trips=3))
    done = observe(other, store)
    assert done.new
    assert "several snapshots of 2024-03-06" in done.notes[0]


def test_another_method_is_another_series(tmp_path: Path, inputs: Path, filed: tuple[Path, Observed]) -> None:
    store, first = filed
    faster = write_observed(tmp_path / "faster", inputs, {"travel.walk_speed_km_h": 4.5})
    second = observe(faster, store)
    assert (first.city, first.series) != (second.city, second.series)
    assert first.city == second.city


def test_two_cities_under_one_name_are_refused(
    tmp_path: Path, inputs: Path, filed: tuple[Path, Observed]
) -> None:
    store, _ = filed
    moved = hex_disc()
    centre = h3.latlng_to_cell(48.0, 2.0, 9)
    moved["id"] = sorted(h3.grid_disk(centre, 20))[: len(moved)]
    far = write_observed(tmp_path / "far", inputs, {"schedule.service_date": "2024-06-05"}, cells=moved)
    with pytest.raises(StoreError, match=r"city 'hexville': only 0% of the cells .* \(--city\)"):
        observe(far, store)
    assert observe(far, store, city="there").new


def test_a_city_filed_anew_under_another_name_is_told_once(
    tmp_path: Path, inputs: Path, filed: tuple[Path, Observed]
) -> None:
    run = write_observed(tmp_path / "typo", inputs)
    done = observe(run, filed[0], city="hexvile")
    [note] = [note for note in done.notes if "lies where" in note]
    assert note.startswith("hexvile is a new city of this store and lies where hexville does")
    assert note.endswith("file it with --city hexville")
    later = write_observed(tmp_path / "later", inputs, {"schedule.service_date": "2024-06-05"})
    assert not any("lies where" in note for note in observe(later, filed[0], city="hexvile").notes)


def test_a_city_that_grows_is_the_same_city_also_in_smaller_cells() -> None:
    centre = h3.latlng_to_cell(48.0, 2.0, 9)
    small, large = list(h3.grid_disk(centre, 3)), list(h3.grid_disk(centre, 9))
    assert common_share(small, large) == 1.0
    finer = [child for cell in small for child in h3.cell_to_children(cell, 10)]
    assert common_share(finer, large) > 0.9
    assert common_share(small, [h3.latlng_to_cell(10.0, 2.0, 9)]) == 0.0
    assert common_share([], small) == 0.0


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"kind": "comparison"}, "a comparison, not a run"),
        ({"config": None}, "its manifest lacks config"),
        ({"config": {"name": "x"}}, "its configuration cannot be read by this version"),
    ],
)
def test_what_is_no_run_is_refused(
    tmp_path: Path, inputs: Path, store: Path, entries: dict[str, object], told: str
) -> None:
    run = write_observed(tmp_path / "run", inputs, **entries)
    with pytest.raises(StoreError, match=told):
        observe(run, store)
    assert not store.exists()


def test_a_run_without_service_day_stands_for_no_day(tmp_path: Path, inputs: Path, store: Path) -> None:
    run = write_observed(tmp_path / "run", inputs, {"schedule.service_date": "auto"}, service_dates={})
    with pytest.raises(StoreError, match="no service day"):
        observe(run, store)


def test_the_day_that_auto_chose_is_the_day_of_the_snapshot(tmp_path: Path, inputs: Path) -> None:
    chosen = {"schedule.service_date": "auto"}
    run = write_observed(tmp_path / "run", inputs, chosen, service_dates={"midday": "2024-02-07"})
    assert head_of(run, None).observed.observed_on == dt.date(2024, 2, 7)


def test_every_folder_that_is_no_run_is_named_before_anything_is_filed(
    tmp_path: Path, inputs: Path, store: Path
) -> None:
    good = write_observed(tmp_path / "run", inputs)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError) as raised:
        observe_all([good, tmp_path / "nothing", broken], store)
    assert "nothing: no manifest.json" in str(raised.value)
    assert "cannot be read" in str(raised.value)
    assert not store.exists()


def test_a_damaged_table_is_named(tmp_path: Path, inputs: Path, store: Path) -> None:
    run = write_observed(tmp_path / "run", inputs)
    (run / "indicators.parquet").write_bytes(b"no table")
    with pytest.raises(StoreError, match=r"indicators\.parquet: cannot be read"):
        observe(run, store)
    (run / "indicators.parquet").unlink()
    pd.DataFrame({"indicator": ["a"]}).to_parquet(run / "indicators.parquet")
    with pytest.raises(StoreError, match="no column group, value"):
        observe(run, store)
    assert not store.exists()


def test_inputs_are_kept_once_and_hidden_things_stay_hidden(
    tmp_path: Path, inputs: Path, filed: tuple[Path, Observed]
) -> None:
    store, _ = filed
    later = {"schedule.service_date": "2024-06-05"}
    observe(write_observed(tmp_path / "later", inputs, later), store)
    kept = [path for path in Path(f"{store}.inputs").rglob("*") if path.is_file()]
    assert len(kept) == 4
    with reading(store) as opened:
        assert opened.rows("input")["archived"].all()
        roles = opened.rows("input", ["file", "role"]).drop_duplicates().set_index("file")["role"]
    assert roles.to_dict() == {
        "bus.zip": "timetable", "jobs.csv": "opportunities", "people.csv": "population",
        "streets.osm.pbf": "streets",
    }  # fmt: skip


def test_without_the_archive_facts_of_the_timetable_are_counted_all_the_same(
    tmp_path: Path, inputs: Path, store: Path
) -> None:
    observe(write_observed(tmp_path / "run", inputs), store, archive=False)
    assert not Path(f"{store}.inputs").exists()
    with reading(store) as opened:
        assert opened.rows("feed")["trips_week"].tolist() == [14.0]
        assert not opened.rows("input")["archived"].any()


def test_inputs_that_are_gone_or_changed_are_told(tmp_path: Path, inputs: Path, store: Path) -> None:
    run = write_observed(tmp_path / "run", inputs)
    (inputs / "bus.zip").write_bytes(b"another timetable")
    (inputs / "jobs.csv").unlink()
    done = observe(run, store)
    told = " ".join(done.notes)
    assert "bus.zip: changed since the run; not archived" in told
    assert "jobs.csv: gone from" in told
    with reading(store) as opened:
        archived = opened.rows("input").set_index("file")["archived"]
        assert pd.isna(opened.rows("feed")["trips_week"].iloc[0])
    assert archived.to_dict() == {
        "bus.zip": False, "jobs.csv": False, "people.csv": True, "streets.osm.pbf": True
    }  # fmt: skip


def test_a_timetable_that_was_counted_before_is_not_needed_again(
    tmp_path: Path, inputs: Path, store: Path
) -> None:
    later = write_observed(tmp_path / "later", inputs, {"schedule.service_date": "2024-06-05"})
    observe(write_observed(tmp_path / "run", inputs), store, archive=False)
    shutil.rmtree(inputs)
    observe(later, store, archive=False)
    with reading(store) as opened:
        assert opened.rows("feed")["trips_week"].tolist() == [14.0, 14.0]


def test_a_folder_as_input_is_refused_with_the_way_out(tmp_path: Path, inputs: Path, store: Path) -> None:
    content = (inputs / "bus.zip").read_bytes()
    (inputs / "bus.zip").unlink()
    (inputs / "bus.zip").mkdir()
    (inputs / "bus.zip" / "stops.txt").write_bytes(content)
    run = write_observed(tmp_path / "run", inputs)
    with pytest.raises(StoreError, match=r"bus\.zip: the archive keeps files, not folders.*--no-archive"):
        observe(run, store)
    assert not store.exists()


def test_a_full_disk_files_nothing(
    tmp_path: Path, inputs: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("access.observatory_archive_files._copied", full)
    with pytest.raises(StoreError, match="the disk is full; nothing was filed"):
        observe(write_observed(tmp_path / "run", inputs), store)
    assert not store.exists()
    assert not [path for path in Path(f"{store}.inputs").rglob("*") if path.is_file()]


def test_short_names_of_cities_are_plain(tmp_path: Path, inputs: Path, store: Path) -> None:
    assert city_name("Évry-Courcouronnes (Essonne)") == "evry-courcouronnes-essonne"
    assert city_name("東京") == "city"
    with pytest.raises(StoreError, match=r"city 'Hex Ville': .* such as 'hex-ville'"):
        observe(write_observed(tmp_path / "run", inputs), store, city="Hex Ville")


def test_the_command_says_what_it_did(tmp_path: Path, inputs: Path, store: Path) -> None:
    run = write_observed(tmp_path / "run", inputs)
    runner = CliRunner()
    first = runner.invoke(command, [str(run), "--store", str(store), "--city", "hex"])
    assert first.exit_code == 0
    assert "hex on 2024-03-06, snapshot" in first.output
    assert first.output.strip().endswith("filed")
    again = runner.invoke(command, [str(run), "--store", str(store), "--city", "hex"])
    assert "was filed before, nothing changed" in again.output
    assert runner.invoke(command, ["--store", str(store)]).exit_code == 2
    assert json.loads((run / "manifest.json").read_text(encoding="utf-8"))["name"]["en"] == "Hexville"
