"""What is handed to anybody lets nobody find out how many live in a hidden cell."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders_filed_store import filed_store
from builders_observatory import Planted, cells_of, ids_of, small_store
from click.testing import CliRunner

from access.cli_store import store_commands
from access.errors import StoreError
from access.observatory_export import export
from access.observatory_folder import FolderStore
from access.observatory_public import LEFT_OUT, PublicRows, round_step, to_step
from access.observatory_store import reading

TOWN = "smalltown"
HIDDEN = cells_of(TOWN)[7]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One snapshot: cell 7 is hidden, and lies in the zone West; the zone East has none."""
    path = tmp_path_factory.mktemp("public") / "s.db"
    zones = {"West": (6, 7, 8), "East": (1, 2)}
    return small_store(path, [Planted(dt.date(2026, 3, 11), zones=zones, suppressed=(7,))])


@pytest.fixture(scope="module")
def folder(store: Path) -> Path:
    path = store.with_name("public")
    with reading(store) as opened:
        export(opened, path, public=True)
    return path


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{name}.parquet")


def test_of_a_hidden_cell_there_is_only_the_outline(folder: Path) -> None:
    cells = table(folder, "cell").set_index("cell")
    assert cells.loc[HIDDEN, ["population", "income", "headline", "lon", "lat"]].isna().all()
    assert cells.loc[HIDDEN, "suppressed"]
    assert cells.loc[HIDDEN, "geometry"] is not None
    assert cells.drop(HIDDEN)["population"].notna().all()
    for name in ("cell_value", "cell_right"):
        assert HIDDEN not in set(table(folder, name)["cell"])
        assert not table(folder, name).empty


def test_of_a_zone_with_a_hidden_cell_no_count_can_be_taken_apart(folder: Path) -> None:
    zones = table(folder, "zone").set_index("name")
    assert zones.loc["West", ["population", "income_ratio", "access_ratio", "depth"]].isna().all()
    assert zones.loc["East", "population"] > 0
    rights = table(folder, "zone_right").merge(zones["zone_id"].reset_index(), on="zone_id")
    of_west = rights[rights["name"] == "West"]
    assert of_west[["judged_residents", "unmet_residents", "unmet_share", "depth"]].isna().all(axis=None)
    assert set(of_west["note"]) <= {LEFT_OUT}


def test_nothing_exact_is_left_about_all_residents(store: Path, folder: Path) -> None:
    """A total less the shown cells would be the hidden one; a hash of the rows could be tried out."""
    told = table(folder, "snapshot").iloc[0]
    assert told["residents"] % 100 == 0
    assert told[["results_hash", "headline_json", "manifest_json"]].isna().all()
    for name in ("tally", "draw", "finding"):
        assert table(folder, name).empty
    with reading(store) as opened:
        assert not opened.rows("draw").empty
    indicators = table(folder, "indicator")
    covered = indicators["covered_population"].dropna()
    assert (covered % 100 == 0).all()
    counts = indicators.loc[indicators["unit"].eq("residents"), "value"].dropna()
    assert (counts % 100 == 0).all()


def indicator(value: float, covered: float, unit: str, note: str | None = None) -> dict[str, object]:
    numbers = {"value": value, "low": value * 0.98, "high": value * 1.02, "covered_population": covered}
    return {"indicator": "x", "unit": unit, "note": note} | numbers


def test_numbers_are_as_coarse_as_a_hundred_residents_are() -> None:
    rows = pd.DataFrame(
        [
            indicator(4512.0, 90_123.0, "residents"),
            indicator(0.05012, 90_123.0, "share"),
            indicator(37_169.1, 90_123.0, "jobs"),
            indicator(0.05012, 5_012.0, "share"),
            indicator(0.5, 1_999.0, "share"),
            indicator(np.nan, 0.0, "ratio", "not defined: nobody"),
            indicator(np.inf, 90_123.0, "ratio"),
        ]
    )
    with_store = PublicRows(None)  # type: ignore[arg-type]
    shown = with_store.of("indicator", rows)
    assert list(shown["value"].iloc[:4]) == [4500.0, 0.05, 37_150.0, 0.06]
    assert shown["value"].iloc[4:6].isna().all()
    assert shown["value"].iloc[6] == np.inf
    assert list(shown["note"].iloc[4:6]) == [LEFT_OUT, "not defined: nobody"]
    assert list(shown["covered_population"].dropna()) == [90_100.0, 90_100.0, 90_100.0, 5_000.0, 90_100.0]
    assert rows["value"].iloc[0] == 4512.0  # the caller's table is as it was


def test_causes_are_told_as_coarsely_as_the_numbers_that_they_explain() -> None:
    parts = json.dumps({"timetable": 312.4, "population": -17.0})
    row = {"indicator": "right_residents", "before": 4512.0, "after": 4812.4, "residual": 5.0}
    shown = PublicRows(None).of("attribution", pd.DataFrame([row | {"parts_json": parts}]))  # type: ignore[arg-type]
    assert list(shown[["before", "after", "residual"]].iloc[0]) == [4500.0, 4800.0, 0.0]
    assert json.loads(shown["parts_json"].iloc[0]) == {"timetable": 300.0, "population": 0.0}


@pytest.mark.parametrize(
    ("least", "step"), [(0.0011, 0.002), (0.001, 0.001), (0.3, 0.5), (41, 50), (51, 100), (0, 0)]
)
def test_steps_are_one_two_and_five(least: float, step: float) -> None:
    assert round_step(least) == pytest.approx(step)
    assert to_step(7.0, 0) == 7.0


def test_a_public_export_is_not_imported_and_takes_no_unread_notes(
    store: Path, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=r"a public export.*cannot be imported.*without --public"):
        FolderStore(folder)
    with reading(store) as opened, pytest.raises(StoreError, match="--public or --all-notes"):
        export(opened, tmp_path / "both", public=True, all_notes=True)
    assert not (tmp_path / "both").exists()


def test_every_export_says_for_whom_it_is(store: Path, folder: Path, tmp_path: Path) -> None:
    def told(*options: str) -> str:
        return CliRunner().invoke(store_commands, ["export", str(store), *options]).output

    assert "For institutions: with the residents of cells where few live (1)" in told(str(tmp_path / "whole"))
    assert "For anybody: without the residents of cells where few live (1)" in told(
        str(tmp_path / "p"), "--public"
    )
    assert "it cannot be imported" in (folder / "README.en.md").read_text(encoding="utf-8")
    whole = (tmp_path / "whole" / "README.fr.md").read_text(encoding="utf-8")
    assert "les habitants de chaque maille y sont" in whole
    assert json.loads((folder / "manifest.json").read_text())["public"] is True


def test_a_whole_export_comes_back_as_it_was(tmp_path: Path) -> None:
    """Residents of hidden cells stay in it: without them the rows would not be those that were filed."""
    path = filed_store(tmp_path / "s.db", n=1)
    with reading(path) as opened:
        export(opened, tmp_path / "whole")
        before = opened.rows("cell", snapshot=ids_of(path)[-1])
    shutil.rmtree(f"{path}.inputs", ignore_errors=True)
    after = FolderStore(tmp_path / "whole").rows("cell", snapshot=ids_of(path)[-1])
    pd.testing.assert_frame_equal(before, after)
