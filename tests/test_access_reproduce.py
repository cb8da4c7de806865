"""Computing a bundle again: equal numbers say so, others are listed, missing inputs are named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders_bundle import INPUTS, bundle_of, write_run_with_inputs
from click.testing import CliRunner

from access.bundle_sign import new_key
from access.cli import commands
from access.errors import AccessError
from access.reproduce import opened, reproduce
from access.reproduce_compare import compare_folders
from access.reproduce_words import table_line
from access.texts import Texts


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run_with_inputs(tmp_path_factory.mktemp("again"))


def computes(monkeypatch: pytest.MonkeyPatch, run: Path, change: Any = None) -> None:
    """Let the pipeline give this run again, perhaps with a change; its inputs must lie beside the config."""

    def made(config: Path, *, out: Path, **_: Any) -> None:
        for name, content in INPUTS.items():
            assert (config.parent / name).read_bytes() == content
        shutil.copytree(run, out)
        if change is not None:
            change(out)

    monkeypatch.setattr("access.pipeline.run", made)


def test_equal_numbers_say_so(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computes(monkeypatch, run)
    bundle = bundle_of(run, tmp_path / "e.zip").path
    result = CliRunner().invoke(commands, ["reproduce", str(bundle), "-q"])
    assert result.exit_code == 0, result.output
    assert "Identical: all" in result.output
    assert "equal    indicators.parquet" in result.output


def test_one_other_number_is_listed_and_ends_with_one(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(folder: Path) -> None:
        table = pd.read_parquet(folder / "indicators.parquet")
        table.loc[table["indicator"] == "gini", "value"] = np.nextafter(0.31, 1)
        table.to_parquet(folder / "indicators.parquet")

    computes(monkeypatch, run, change)
    bundle = bundle_of(run, tmp_path / "e.zip").path
    arguments = ["reproduce", str(bundle), "-q", "--lang", "fr", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code == 1, result.output
    assert "NON identique" in result.output
    listed = pd.read_csv(tmp_path / "out" / "differences.csv")
    assert set(listed["file"]) == {"indicators.parquet"}
    assert listed["where"].str.contains("indicator=gini").all()
    with opened(bundle) as verified:
        again = reproduce(verified, tmp_path / "within", tolerance=1e-3)
    assert [table.file for table in again.tables if not table.same] != []  # the schools' Gini is far off


def test_inputs_that_are_not_inside_are_named_or_taken(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computes(monkeypatch, run)
    made = bundle_of(
        run, tmp_path / "e.zip", without=["people.csv"], where={"people.csv": "statistics office"}
    )
    own = tmp_path / "own"
    own.mkdir()
    with opened(made.path) as verified:
        with pytest.raises(AccessError, match=r"missing: people\.csv .*get it from: statistics office"):
            reproduce(verified, tmp_path / "one")
        (own / "people.csv").write_text("another")
        with pytest.raises(AccessError, match=r"people\.csv is another file than the run read"):
            reproduce(verified, tmp_path / "two", inputs=own)
        (own / "people.csv").write_bytes(INPUTS["people.csv"])
        assert reproduce(verified, tmp_path / "three", inputs=own).identical


def test_a_changed_bundle_is_refused_before_anything_is_computed(run: Path, tmp_path: Path) -> None:
    bundle = bundle_of(run, tmp_path / "e.zip").path
    whole = bytearray(bundle.read_bytes())
    whole[whole.index(b"id,population") + 3] ^= 1
    bundle.write_bytes(bytes(whole))
    result = CliRunner().invoke(commands, ["reproduce", str(bundle), "-q"])
    assert isinstance(result.exception, AccessError)
    assert "inputs/people.csv: changed since the bundle was made" in str(result.exception)


def test_verify_only_computes_nothing(run: Path, tmp_path: Path) -> None:
    bundle = bundle_of(run, tmp_path / "e.zip").path
    result = CliRunner().invoke(commands, ["reproduce", str(bundle), "--verify-only"])
    assert result.exit_code == 0
    assert "no file is missing or added" in result.output
    assert "Not signed" in result.output


def test_it_is_said_whose_key_signed_and_whether_anybody_named_it(run: Path, tmp_path: Path) -> None:
    known = new_key(tmp_path / "k.pem", public := tmp_path / "k.pub.pem")
    bundle = str(bundle_of(run, tmp_path / "e.zip", key=tmp_path / "k.pem").path)

    def said(*options: object) -> str:
        arguments = ["reproduce", bundle, "--verify-only", *map(str, options)]
        return CliRunner().invoke(commands, arguments).output

    assert f"{known}, which nobody named" in said()
    assert f"{known}, which is the one you named: {public}" in said("--signer", public)
    assert f"{known}, que personne n’a nommée" in said("--lang", "fr")
    assert f"{known}, celle que vous avez nommée\xa0: {public}" in said("--lang", "fr", "--signer", public)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"kind": "run", "bundle_version": 1}, "is a 'run'"),
        ({"kind": "evidence bundle", "bundle_version": 9}, "version 9"),
    ],
)
def test_what_is_no_bundle_of_this_version_is_refused(told: dict[str, Any], why: str, tmp_path: Path) -> None:
    from access.bundle_sums import sums_text

    files = {"bundle.json": json.dumps(told).encode()}
    for name, content in (files | {"SHA256SUMS": sums_text(files)}).items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(AccessError, match=why), opened(tmp_path):
        pass
    with pytest.raises(AccessError, match="no such bundle"), opened(tmp_path / "gone.zip"):
        pass


def test_an_output_folder_in_use_is_refused(run: Path, tmp_path: Path) -> None:
    bundle = bundle_of(run, tmp_path / "e.zip").path
    with opened(bundle) as verified, pytest.raises(AccessError, match="is not empty"):
        reproduce(verified, tmp_path)


def folders(tmp_path: Path, before: pd.DataFrame, again: pd.DataFrame) -> tuple[Path, Path]:
    for name, frame in (("before", before), ("again", again)):
        (tmp_path / name).mkdir()
        frame.to_parquet(tmp_path / name / "t.parquet")
    return tmp_path / "before", tmp_path / "again"


def test_missing_equals_missing_and_the_last_bit_counts(tmp_path: Path) -> None:
    before = pd.DataFrame(
        {"id": ["a", "b", None], "x": [1.0, np.nan, 3.0], "list": [[1.0, np.nan], [], None]}
    )
    again = before.copy()
    again.loc[0, "x"] = np.nextafter(1.0, 2)
    (same,) = compare_folders(*folders(tmp_path, before, before))
    assert same.same
    assert same.values == 9
    (tmp_path / "again" / "t.parquet").unlink()
    again.to_parquet(tmp_path / "again" / "t.parquet")
    (found,) = compare_folders(tmp_path / "before", tmp_path / "again")
    assert (found.differing, found.shown[0].where) == (1, "id=a: x")
    (within,) = compare_folders(tmp_path / "before", tmp_path / "again", tolerance=1e-12)
    assert within.same


def test_lists_rows_and_columns_that_differ_are_found(tmp_path: Path) -> None:
    before = pd.DataFrame({"id": ["a", "b"], "draws": [[1.0, 2.0], [3.0]]})
    again = before.assign(draws=pd.Series([[1.0, 2.5], [3.0]]))
    (found,) = compare_folders(*folders(tmp_path, before, again))
    assert found.differing == 1
    (tmp_path / "two").mkdir()
    (rows,) = compare_folders(*folders(tmp_path / "two", before, before.iloc[:1]))
    assert rows.problem == "2 rows in the bundle, 1 computed again"
    (tmp_path / "three").mkdir()
    (columns,) = compare_folders(*folders(tmp_path / "three", before, before.drop(columns="draws")))
    assert columns.problem == "columns differ: draws"


def test_a_text_that_differs_is_not_told_as_a_number(tmp_path: Path) -> None:
    before = pd.DataFrame({"id": ["a", "b"], "x": [1.0, 2.0], "note": ["few", "none"]})
    (found,) = compare_folders(*folders(tmp_path, before, before.assign(note=["many", "none"])))
    assert table_line(found, Texts("en")) == (
        "DIFFERS  t.parquet: 1 of 6 values, none of them by a number: texts, or a value on one side only"
    )
    (tmp_path / "two").mkdir()
    both = before.assign(note=["many", "none"], x=[1.0, 2.5])
    (found,) = compare_folders(*folders(tmp_path / "two", before, both))
    assert table_line(found, Texts("en")) == (
        "DIFFERS  t.parquet: 2 of 6 values, by at most 0.5 (relative 2.0e-01); 1 of them are texts, or have "
        "a value on one side only"
    )


def test_travel_times_in_other_parts_are_the_same_travel_times(tmp_path: Path) -> None:
    pairs = pd.DataFrame({"from_id": ["a", "a", "b"], "to_id": ["a", "b", "a"], "travel_time": [0, 5, 6]})
    for name, parts in (("before", [pairs]), ("again", [pairs.iloc[2:], pairs.iloc[:2]])):
        folder = tmp_path / name / "travel_times" / "peak.parquet"
        folder.mkdir(parents=True)
        for n, part in enumerate(parts):
            part.astype({"from_id": "category"}).to_parquet(folder / f"part-{n}{name}.parquet", index=False)
    (found,) = compare_folders(tmp_path / "before", tmp_path / "again")
    assert (found.file, found.same, found.values) == ("travel_times/peak.parquet", True, 9)


def test_of_a_manifest_circumstances_do_not_count_and_counts_do(tmp_path: Path) -> None:
    before = {"created": "2026", "seconds_by_stage": {"a": 1}, "counts": {"n": 3}, "cutoffs_min": [30, 45]}
    for name, content in (
        ("a", before),
        ("b", before | {"created": "2027"}),
        ("c", before | {"counts": {"n": 4}}),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(json.dumps(content))
    (same,) = compare_folders(tmp_path / "a", tmp_path / "b")
    assert same.same
    (other,) = compare_folders(tmp_path / "a", tmp_path / "c")
    assert [each.where for each in other.shown] == ["counts.n"]


def test_how_long_a_scenario_took_does_not_count_and_what_it_changed_does(tmp_path: Path) -> None:
    scenario = {"id": "more", "seconds": {"routing": 4.2}, "feeds": {"a": 1}}
    for name, changed in (("a", {}), ("b", {"seconds": {"routing": 9.9}}), ("c", {"feeds": {"a": 2}})):
        (tmp_path / name).mkdir()
        told = {"kind": "comparison", "scenarios": [scenario | changed]}
        (tmp_path / name / "manifest.json").write_text(json.dumps(told))
    (same,) = compare_folders(tmp_path / "a", tmp_path / "b")
    assert same.same
    (other,) = compare_folders(tmp_path / "a", tmp_path / "c")
    assert [each.where for each in other.shown] == ["scenarios.0.feeds.a"]


def test_a_bundle_with_a_comparison_that_took_longer_is_identical(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compared(folder: Path, seconds: float) -> Path:
        folder.mkdir()
        told = {"kind": "comparison", "scenarios": [{"id": "more", "seconds": {"routing": seconds}}]}
        (folder / "manifest.json").write_text(json.dumps(told))
        pd.DataFrame({"indicator": ["gini"], "change": [0.1]}).to_parquet(folder / "table.parquet")
        return folder

    def compare_again(_run: Path, scenarios: list[Path], out: Path, **_: Any) -> list[str]:
        assert [path.read_text() for path in scenarios] == ["name: more\n"]
        compared(out, 9.9)
        return []

    computes(monkeypatch, run)
    monkeypatch.setattr("access.comparison_run.compare_scenarios", compare_again)
    scenario = tmp_path / "more.yaml"
    scenario.write_text("name: more\n")
    comparison = compared(tmp_path / "compared", 4.2)
    bundle = bundle_of(run, tmp_path / "e.zip", comparison=comparison, scenarios=[scenario]).path
    with opened(bundle) as verified:
        again = reproduce(verified, tmp_path / "out")
    assert [each.file for each in again.tables if "comparison" in each.file] == [
        "comparison/manifest.json",
        "comparison/table.parquet",
    ]
    assert again.identical
