"""Files of what is shown: spreadsheets in two languages, cells, pictures; nothing runs, nothing leaks."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from builders_report import few_people_run, write_run

from access.report_data import read_run
from access.report_map import access_map
from access.report_tables import Table
from dashboards.downloads import (
    FORMATS,
    MadeFile,
    Shown,
    about_text,
    csv_text,
    made_file,
    plain_number,
    safe_text,
    slug,
)
from dashboards.downloads_callbacks import answer
from dashboards.downloads_columns import column_words
from dashboards.pages import BY_NAME
from dashboards.run_data import RunData, Runs
from dashboards.view import View
from dashboards.words import words

EN, FR = words("en"), words("fr")
DAY = date(2026, 3, 4)
TABLE = Table("Jobs by group", ("Group", "Jobs"), (("all", "1,234.5"), ("poor", "−12%")))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    folder = write_run(tmp_path_factory.mktemp("downloads") / "run")
    return RunData("disc", folder, read_run(folder))


def view(language: str = "en", page: str = "gaps") -> View:
    return View(page, language, "disc", "jobs", 45, 50, "midday")


def shown(data: RunData, language: str = "en") -> Shown:
    cells = data.run.cells[["id", "population", "jobs_in_45min_midday"]]
    return Shown("gaps", [TABLE], cells, access_map(data.run, words(language).texts))


def make(data: RunData, form: str, language: str = "en", what: Shown | None = None) -> MadeFile | None:
    return made_file(form, what or shown(data, language), data, view(language), words(language), DAY)


@pytest.mark.parametrize(
    "text", ["=1+1", "+CMD()", "-2+3", "@SUM(A1)", "\tx", "\r=1", " =1", "＝1", "＋1", "-cmd|' /C calc'!A0"]
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe_text(text) == f"'{text}"
    written = next(iter(csv.reader(io.StringIO(csv_text(["a"], [[text]], EN).split("\n", 1)[1]))))
    assert written == [f"'{text}"]


@pytest.mark.parametrize("text", ["jobs", "", "a=b", "3 to 4", "–", "'x"])
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("1,234.5", "en", "1234.5"), ("−12%", "en", "-12%"), ("-3", "en", "-3"), ("+4", "en", "4"),
        ("1\u202f234,5", "fr", "1234.5"), ("−12\u202f%", "fr", "-12%"), ("0,5", "fr", "0.5"),
        ("3 to 4", "en", None), ("1,5", "en", None), ("< 20", "en", None), ("", "en", None),
        ("-2+3", "en", None), ("2019-05-15", "en", None),
    ],
)  # fmt: skip
def test_numbers_of_a_language_become_plain_numbers(text: str, language: str, number: str | None) -> None:
    assert plain_number(text, language) == number


def test_negative_numbers_stay_numbers() -> None:
    assert csv_text(["a", "b"], [[-1.5, "−2"]], EN) == "a,b\r\n-1.5,-2\r\n"


def test_french_spreadsheets_read_semicolons_and_commas() -> None:
    assert csv_text(["a", "b"], [[0.25, "1\u202f234,5"]], FR) == "a;b\r\n0,25;1234,5\r\n"


def test_missing_is_empty_infinite_is_words_and_yes_is_a_word() -> None:
    row = [None, np.nan, pd.NA, np.inf, True, np.float64(2.0), np.int64(3)]
    assert csv_text(["a"] * 7, [row], EN).split("\r\n")[1] == ",,,not reached,true,2,3"


def test_a_single_table_comes_alone_with_a_byte_order_mark(data: RunData) -> None:
    made = make(data, "csv", what=Shown("gaps", [TABLE]))
    assert made is not None
    assert made.name == "disc-gaps-2026-03-04.csv"
    assert made.content.decode("utf-8") == "\ufeffGroup,Jobs\r\nall,1234.5\r\npoor,-12%\r\n"


def test_tables_and_cells_come_as_a_zip_that_tells_what_they_are(data: RunData) -> None:
    made = make(data, "csv", "fr")
    assert made is not None
    package = zipfile.ZipFile(io.BytesIO(made.content))
    assert package.namelist() == ["about.txt", "01-jobs-by-group.csv", "cellules.csv"]
    about = package.read("about.txt").decode("utf-8-sig")
    assert "OpenStreetMap" in about
    assert "Un disque de cellules inventé." in about
    assert "/gaps?lang=fr&run=disc&service=jobs" in about
    cells = list(csv.reader(io.StringIO(package.read("cellules.csv").decode("utf-8-sig")), delimiter=";"))
    assert cells[0] == ["Cellule (H3)", "Habitants", "jobs_in_45min_midday"]
    assert len(cells) == 1 + len(data.cell_ids)


def test_no_file_names_a_folder_of_the_server(data: RunData) -> None:
    made = make(data, "csv")
    assert made is not None
    assert str(data.folder).encode() not in made.content
    assert str(data.folder) not in about_text(shown(data), ["a.csv"], data, view(), EN, DAY)


def test_the_package_has_the_cells_as_they_are(data: RunData, tmp_path: Path) -> None:
    made = make(data, "gpkg")
    assert made is not None
    file = tmp_path / "x.gpkg"
    file.write_bytes(made.content)
    read = gpd.read_file(file).set_index("id")
    expected = data.run.cells.set_index("id")
    assert pyogrio.list_layers(file)[0, 0] == "gaps"
    assert list(read.columns) == ["population", "jobs_in_45min_midday", "geometry"]
    assert read.loc[expected.index, "population"].to_list() == expected["population"].to_list()
    assert read.crs == expected.crs


def test_the_package_leaves_nothing_behind(
    data: RunData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert make(data, "gpkg") is not None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("form", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_the_map_is_drawn_with_title_limits_and_sources(data: RunData, form: str, start: bytes) -> None:
    made = make(data, form)
    assert made is not None
    assert made.content.startswith(start)
    if form == "svg":
        text = made.content.decode()
        assert "Hexville" in text
        assert "OpenStreetMap" in text
        assert "A made-up disc of cells." in text
        assert "<script" not in text


def test_small_counts_are_hidden_in_the_legend_of_the_drawing(tmp_path: Path) -> None:
    folder = few_people_run(tmp_path / "few")
    few = RunData("few", folder, read_run(folder))
    made = make(few, "svg", what=Shown("gaps", [], None, access_map(few.run, EN.texts)))
    assert made is not None
    text = made.content.decode()
    assert "fewer than 20 residents" in text
    assert ">7 residents" not in text


@pytest.mark.parametrize("form", FORMATS)
def test_a_view_with_nothing_to_download_gives_none(data: RunData, form: str) -> None:
    assert make(data, form, what=Shown("gaps", [])) is None


def test_another_form_is_refused(data: RunData) -> None:
    with pytest.raises(ValueError, match="choose from csv, gpkg, png, svg"):
        make(data, "exe")


def test_names_of_files_hold_letters_digits_and_hyphens_only() -> None:
    assert slug("Écoles / santé: ../../x") == "ecoles-sante-x"
    assert slug("///") == "table"
    assert len(slug("word " * 50)) <= 60


def test_a_form_that_the_browser_made_up_is_answered_in_words(data: RunData) -> None:
    runs = Runs([data.folder])
    sent, said = answer("../../etc/passwd", {"page": "method", "lang": "fr"}, runs)
    assert not isinstance(sent, dict)
    assert said == FR("downloads.failed")


def test_a_run_that_is_gone_is_answered_in_words(tmp_path: Path) -> None:
    assert answer("csv", {"page": "method"}, Runs([tmp_path / "nowhere"]))[1] == EN("downloads.failed")


def test_pages_that_show_something_give_it(data: RunData) -> None:
    runs = Runs([data.folder])
    sent, said = answer("csv", {"page": "method", "lang": "en"}, runs)
    assert sent["filename"].startswith("run-method-")
    assert sent["filename"].endswith(".zip")
    assert sent["filename"] in said
    assert BY_NAME["method"].shown is not None


def test_columns_that_no_text_knows_keep_their_name(data: RunData) -> None:
    assert column_words("jobs_in_45min_midday", data.run, words("fr")) == "jobs_in_45min_midday"
    assert column_words("mix_of_reach_people_walk", data.run, words("fr")).endswith("à pied")
    assert column_words("rights_lacking_fr_words", data.run, words("en")).endswith("(fr), in words")
