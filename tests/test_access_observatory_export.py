"""A store as a folder of Parquet files and back: nothing is lost, nothing comes in that does not fit."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from builders_filed_store import filed_store
from builders_observatory import Planted, ids_of, quiet, small_store
from click.testing import CliRunner

from access import cli, observatory_export, observatory_folder
from access.cli_store import store_commands
from access.errors import StoreError
from access.observatory_check import problems_of, problems_of_archive
from access.observatory_dictionary import dictionary_json, dictionary_text
from access.observatory_export import export
from access.observatory_folder import FolderStore
from access.observatory_import import merge
from access.observatory_schema import schema
from access.observatory_store import reading, writing
from access.observatory_tally import tally

CITIES = ("portville", "smalltown")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("two") / "store.duckdb"
    for city in CITIES:
        filed_store(path, city=city, n=1)
    return path


@pytest.fixture(scope="module")
def exported(two: Path) -> Path:
    folder = two.with_name("exported")
    with reading(two) as store:
        export(store, folder)
    return folder


@pytest.fixture
def changed(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "changed"))


def bring(source: Path, target: Path) -> None:
    with writing(target) as store:
        merge(FolderStore(source), store, lambda _: False)


def command(*arguments: object) -> str:
    done = CliRunner().invoke(store_commands, [str(one) for one in arguments])
    assert done.exit_code == 0, done.output + repr(done.exception)
    return done.output


def test_what_is_exported_and_imported_is_the_same_store(two, tmp_path):
    folder, again = tmp_path / "folder", tmp_path / "again.duckdb"
    assert "Cities: 2; snapshots: 2; rows: " in command("export", two, folder, "--all-notes")
    assert "new snapshots: 2; there already: 0" in command("import", again, folder)
    with reading(two) as one, reading(again) as other:
        for name in schema().tables:
            pd.testing.assert_frame_equal(one.rows(name), other.rows(name))
    said = command("import", again, folder, "--lang", "fr")
    assert "nouveaux relevés\u00a0: 0\u00a0; déjà présents\u00a0: 2" in said
    with reading(again) as other, reading(two) as one:
        assert len(other.rows("note")) == len(one.rows("note"))


def test_large_files_are_read_in_parts_and_small_ones_whole_with_the_same_rows(exported, two, monkeypatch):
    asked = [("cell", {"snapshot": ids_of(two, "smalltown")[0]}), ("cell", {"income_decile": [1, None]})]
    asked += [("indicator", {"snapshot": ids_of(two, "smalltown"), "cutoff_min": None}), ("city", {})]
    small = [FolderStore(exported).rows(name, **equals) for name, equals in asked]
    monkeypatch.setattr(observatory_folder, "SMALL_BYTES", 0)
    large = [FolderStore(exported).rows(name, **equals) for name, equals in asked]
    with reading(two) as store:
        for one, other, (name, equals) in zip(small, large, asked, strict=True):
            assert len(one)
            pd.testing.assert_frame_equal(one, other)
            pd.testing.assert_frame_equal(one, store.rows(name, **equals))


def test_cells_and_zones_are_geoparquet_in_wgs84(exported):
    cells = gpd.read_parquet(exported / "cell.parquet")
    assert cells.crs == "OGC:CRS84"
    assert cells.geometry.is_valid.all()
    assert cells.contains(gpd.GeoSeries.from_xy(cells["lon"], cells["lat"], crs=cells.crs)).all()
    zones = gpd.read_parquet(exported / "zone.parquet")
    assert list(zones["name"]) == ["East", "East"]


def test_observations_that_are_not_shown_stay_behind_unless_asked_for(two, exported, tmp_path):
    assert set(pd.read_parquet(exported / "note.parquet")["state"]) == {"shown"}
    said = command("export", two, tmp_path / "some", "--city", "smalltown")
    assert "Observations of citizens that are not shown and stayed behind: 1 (--all-notes" in said


def test_one_city_goes_without_the_others_and_two_folders_become_one_store(two, tmp_path):
    with reading(two) as opened:
        for city in CITIES:
            export(opened, tmp_path / city, cities=[city], all_notes=True)
        with pytest.raises(StoreError, match="paris: not in this store; it has portville, smalltown"):
            export(opened, tmp_path / "none", cities=["paris"])
    alone = FolderStore(tmp_path / "smalltown")
    assert list(alone.rows("city")["city"]) == ["smalltown"]
    assert (
        {*alone.rows("cell")["snapshot"]} == {*alone.rows("tally")["snapshot"]} == {*ids_of(two, "smalltown")}
    )
    command("import", tmp_path / "both.duckdb", *(tmp_path / city for city in CITIES))
    with reading(tmp_path / "both.duckdb") as both, reading(two) as opened:
        for name in ("city", "snapshot", "cell", "note", "answer", "tally"):
            pd.testing.assert_frame_equal(both.rows(name), opened.rows(name))


def test_a_city_that_comes_under_another_name_is_told(two, tmp_path):
    command("export", filed_store(tmp_path / "typo.duckdb", city="smalltwon"), tmp_path / "typo")
    here = Path(shutil.copy(two, tmp_path / "here.duckdb"))
    said = command("import", here, tmp_path / "typo")
    assert "smalltwon is a new city of this store and lies where smalltown does" in said
    assert "lies where" not in command("import", here, tmp_path / "typo")


def test_an_export_never_overwrites_and_leaves_nothing_half(two, tmp_path, monkeypatch):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with reading(two) as store, pytest.raises(StoreError, match="is there and has content"):
        export(store, folder)

    def full(_: str) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(observatory_export, "dictionary_text", full)
    with reading(two) as store, pytest.raises(StoreError, match="the disk is full"):
        export(store, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_the_dictionary_tells_every_column_in_both_languages(exported):
    told = json.loads((exported / "dictionary.json").read_text(encoding="utf-8"))
    assert told == json.loads(dictionary_json())
    for language in ("en", "fr"):
        text = (exported / f"dictionary.{language}.md").read_text(encoding="utf-8")
        assert text == dictionary_text(language)
        assert text == command("dictionary", "--lang", language)
        for name, table in schema().tables.items():
            assert f"## {name}" in text
            assert set(told["tables"][name]["columns"]) == set(table.names)
            for column in table.columns:
                meaning = column.french if language == "fr" else column.english
                assert f"| `{column.name}` | {column.kind} | {meaning} |" in text
    assert json.loads(command("dictionary", "--json")) == told


def test_one_changed_byte_is_found_and_named(changed, tmp_path):
    path = changed / "cell_value.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (changed / "zone.parquet").unlink()
    with pytest.raises(
        StoreError, match=r"(?s)2 files are not those .*cell_value.parquet: changed.*zone.*missing"
    ):
        bring(changed, tmp_path / "new.duckdb")
    assert not (tmp_path / "new.duckdb").exists()


def edit_manifest(folder: Path, **values: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def test_what_is_no_export_of_this_version_is_refused(changed, tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(StoreError, match=r"no export of a store, manifest.json is missing or damaged"):
            FolderStore(folder)
    edit_manifest(changed, schema_version=9)
    with pytest.raises(StoreError, match=r"a store of version 9; .* Use a newer fairreach"):
        FolderStore(changed)
    edit_manifest(changed, schema_version=0)
    with pytest.raises(StoreError, match=r"an export of version 0; .*export it again"):
        FolderStore(changed)
    edit_manifest(changed, schema_version=1, files={"../../etc/passwd": {"sha256": "x"}})
    with pytest.raises(StoreError, match=r"passwd: missing\n(.*\n)*.*city.parquet: not in manifest.json"):
        FolderStore(changed)


def test_an_export_that_somebody_made_to_look_whole_is_checked_within(changed, tmp_path):
    rows = pd.read_parquet(changed / "cell_value.parquet")
    rows.assign(value=rows["value"] * 2).to_parquet(changed / "cell_value.parquet")
    files = json.loads((changed / "manifest.json").read_text())["files"]
    files["cell_value.parquet"]["sha256"] = observatory_export.sha256_of(changed / "cell_value.parquet")
    edit_manifest(changed, files=files)
    with pytest.raises(
        StoreError, match=r"not whole; nothing was imported\n(.*\n)*.*table cell_value: the rows"
    ):
        bring(changed, tmp_path / "new.duckdb")
    assert not (tmp_path / "new.duckdb").exists()


def test_everything_that_both_have_otherwise_is_named_and_nothing_changed(exported, tmp_path):
    target = filed_store(tmp_path / "target.duckdb", n=1)
    with writing(target) as store:
        store.connection.execute("UPDATE city SET name_fr = 'Autreville'")
        store.connection.execute("UPDATE answer SET text = 'No'")
        store.connection.execute("UPDATE snapshot SET results_hash = 'other', filed_at = '2021-01-01'")
        store.connection.execute("UPDATE indicator SET value = 7 WHERE indicator = 'palma_ratio'")
        store.connection.execute("UPDATE cell SET income = 1")
    before = target.read_bytes()
    with pytest.raises(StoreError, match="3 conflicts with what is there already") as refused:
        bring(exported, target)
    said = str(refused.value)
    assert "city smalltown: name_fr is 'Petiteville', here 'Autreville'" in said
    assert "answer answer smalltown: text is 'A bus more an hour', here 'No'" in said
    assert "the same inputs, options and method gave other results before: cell, income of 89" in said
    assert "nothing was imported" in said
    assert "filed_at" not in said
    done = CliRunner().invoke(store_commands, ["import", str(target), str(exported)])
    assert str(done.exception).startswith(f"{exported}: 3 conflicts with")  # which folder of several
    assert target.read_bytes() == before


def test_a_city_of_the_same_name_elsewhere_is_a_conflict(exported, tmp_path, monkeypatch):
    import builders_observatory

    monkeypatch.setitem(builders_observatory.CENTRES, "smalltown", (10.0, 10.0))
    builders_observatory.cells_of.cache_clear()
    target = small_store(tmp_path / "other.duckdb", [Planted(quiet(9)[8].observed_on)])
    builders_observatory.cells_of.cache_clear()
    with pytest.raises(
        StoreError, match="city smalltown: lies elsewhere, its cells are not those of the city"
    ):
        bring(exported, target)


def test_a_copy_takes_archived_inputs_along(tmp_path, two):
    sha256 = "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"  # of b"data"
    source, target = Path(shutil.copy(two, tmp_path / "source.duckdb")), tmp_path / "target.duckdb"
    kept = Path(f"{source}.inputs", sha256[:2], sha256)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"data")
    with writing(source) as store:
        snapshot = store.rows("snapshot")["snapshot"][0]
        row = {"snapshot": snapshot, "file": "kept.csv", "sha256": sha256, "archived": True}
        store.add("input", pd.DataFrame([row]))
        store.remove("tally", snapshot=snapshot)
        store.add("tally", tally(store, snapshot))
    assert "new snapshots: 2" in command("copy", source, target)
    assert Path(f"{target}.inputs", sha256[:2], sha256).read_bytes() == b"data"
    with reading(target) as store:
        assert list(store.rows("input", file="kept.csv")["archived"]) == [True]
        assert problems_of_archive(store, target) == []
    elsewhere = tmp_path / "elsewhere" / "store.duckdb"
    with reading(source) as store, writing(elsewhere) as other:
        merged = merge(store, other, lambda _: False)  # as from an export, which has no inputs
        assert sha256 in merged.not_archived
        assert problems_of(other) == []


def test_the_command_line_says_what_is_wrong_without_a_traceback(tmp_path, capsys):
    for arguments in (["check", "none.duckdb"], ["export", "none.duckdb", "x"], ["migrate", "none.duckdb"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(["store", arguments[0], str(tmp_path / arguments[1]), *arguments[2:]])
        assert ended.value.code == 2
        assert "none.duckdb: no store there" in capsys.readouterr().err


def test_a_store_of_this_version_needs_no_migration(two):
    assert "is of version 1 already" in command("migrate", two)
