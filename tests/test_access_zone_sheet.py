"""The sheet of a zone: one tagged page, in both languages, whatever the names."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from builders_evidence import manifest_entries, zone_rights
from builders_reading import PLAIN, reading_ease, sentences_in
from builders_rights_pages import write_rights_run

from access.errors import ResultError
from access.report_data import Run, read_run
from access.results import write_json
from access.texts import LANGUAGES, Texts
from access.zone_sheet import zone_sheet, zone_sheet_pictures
from access.zone_sheet_facts import facts_of, manifest_sha256, zone_ids
from access.zone_sheet_figures import locator_map, rights_chart
from access.zone_sheet_words import LONGEST_NAME, sheet_words, shortened

EN, FR = Texts("en"), Texts("fr")
PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
HOSTILE = '#set page(width: 1cm) $x^2$ "quoted" *bold* @ref <lab> \\ `raw` [a](b) ${1} {{x}} //comment /*'


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_run(write_rights_run(tmp_path_factory.mktemp("sheet") / "run"))


def renamed(run: Run, name: str) -> Run:
    """The same run with another name for its western zone."""
    assert run.zones is not None
    zones = run.zones.copy()
    zones["name"] = zones["name"].astype(object)
    zones.loc[zones["zone_id"] == "b_west", "name"] = name
    return run._replace(zones=zones)


def words_of(run: Run, texts: Texts = EN, zone: str = "b_west") -> dict[str, Any]:
    return sheet_words(run, facts_of(run, zone, texts), texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_is_one_tagged_page_with_language_and_title(run: Run, language: str) -> None:
    pdf = zone_sheet(run, "b_west", language)
    assert len(PAGE.findall(pdf)) == 1
    assert b"pdfuaid:part" in pdf
    assert b"/MarkInfo<</Marked true" in pdf
    assert f"/Lang({language})".encode() in pdf
    assert b"/DisplayDocTitle true" in pdf
    assert b"/Alt" in pdf


def test_equal_input_gives_equal_bytes(run: Run) -> None:
    assert zone_sheet(run, "b_west", "en") == zone_sheet(run, "b_west", "en")


def test_an_unknown_zone_or_language_is_refused(run: Run) -> None:
    with pytest.raises(ResultError, match="no zone 'gone'; it has a_east, b_west"):
        zone_sheet(run, "gone", "en")
    with pytest.raises(ValueError, match="language 'de'"):
        zone_sheet(run, "b_west", "de")
    with pytest.raises(ResultError, match="it has none"):
        zone_sheet(run._replace(zones=None), "b_west", "en")


def test_the_words_hold_the_facts_of_the_zone(run: Run) -> None:
    told = words_of(run)
    assert told["lead"] == "2,300 residents live here (11% of all in the study area)."
    assert told["lacked"] == ["A primary school", "A hospital"]
    assert told["rows"][0] == [
        "1",
        "A primary school",
        "100%",
        "19%",
        "7 min too far, or more, for half of those who lack it",
    ]
    assert told["sure"][0].startswith("We made small changes to the data 500 times")
    assert "found again in 93% of these" in told["sure"][0]
    assert "edge of the study area" in told["sure"][-1]
    assert told["sources"].startswith("© OpenStreetMap contributors")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("zone", ["a_east", "b_west"])
def test_the_sheet_is_in_plain_words(run: Run, zone: str, language: str) -> None:
    """All of it but names, tables, hashes and sources; each section by itself may be a little harder."""
    told = words_of(run, Texts(language), zone)
    parts = {
        name: [*sentences_in(told[name])]
        for name in ("lead", "people", "lacked_lead", "sure", "map_caption", "rows_note", "day", "limits")
    }
    assert reading_ease([text for texts in parts.values() for text in texts], language) >= PLAIN
    hard = {
        name: ease for name, texts in parts.items() if (ease := reading_ease(texts, language)) < PLAIN - 10
    }
    assert hard == {}


def test_the_percentile_of_the_day_is_told(run: Run) -> None:
    middle, other = (words_of(run._replace(manifest={**run.manifest, "percentile": p})) for p in (50, 75))
    assert "we take the middle one" in middle["day"][1]
    assert "Of 100 travel times in these hours 75 are no longer" in other["day"][1]


def test_french_is_french(run: Run) -> None:
    told = words_of(run, FR)
    assert told["language"] == "fr"
    assert told["lead"].startswith("2\u202f300 habitants vivent ici")
    assert told["headings"]["sure"] == "Avec quelle certitude"


def test_what_is_not_known_is_said_and_few_are_hidden(run: Run) -> None:
    told = words_of(run, zone="a_east")
    assert told["people"][0] == "Their incomes are not known."
    assert told["sure"][0].startswith("We did not test")
    hidden = next(row for row in told["rows"] if row[1] == "A hospital")
    assert hidden[2:] == ["suppressed (too few residents)", "5.6%", "–"]
    assert len(PAGE.findall(zone_sheet(run, "a_east", "en"))) == 1


def test_a_zone_without_numbers_on_rights_has_a_sheet(run: Run) -> None:
    assert len(PAGE.findall(zone_sheet(run._replace(zone_rights=None), "b_west", "en"))) == 1


@pytest.mark.parametrize(
    "name",
    [
        HOSTILE,
        "שכונת הגנים",
        "حي الزهور",
        "北京市朝阳区",
        "Ville 😀",
        "a\x00b\u202ec\ue000d\u200b",
        "   ",
        "W" * 400,
    ],
    ids=["markup", "hebrew", "arabic", "chinese", "emoji", "controls", "blank", "one long word"],
)
def test_any_name_comes_out_as_plain_text_on_one_page(run: Run, name: str) -> None:
    pdf = zone_sheet(renamed(run, name), "b_west", "en")
    assert len(PAGE.findall(pdf)) == 1


def test_markup_in_a_name_changes_nothing_but_the_name(run: Run) -> None:
    """Were it read as markup, the page would be 1 cm wide and the title would lack its signs."""
    told = words_of(renamed(run, HOSTILE))
    assert told["title"].startswith(HOSTILE[:80])
    pdf = zone_sheet(renamed(run, HOSTILE), "b_west", "en")
    assert re.search(rb"/MediaBox ?\[0 0 595\.\d+ 841\.\d+\]", pdf)


def test_a_name_that_turns_writing_round_loses_its_marks(run: Run) -> None:
    assert "\u202e" not in words_of(renamed(run, "evil\u202etxt"))["title"]


def test_long_texts_are_cut_with_an_ellipsis() -> None:
    assert shortened("x" * 500, LONGEST_NAME) == "x" * (LONGEST_NAME - 1) + "…"
    assert shortened("a  b\n\tc", 10) == "a b c"
    assert shortened("3\u202f999 habitants", 40) == "3\u202f999 habitants"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_content_fits_on_one_page(tmp_path: Path, language: str) -> None:
    """Thirty rights with long labels, forty sources, a notice of 3,000 letters, a name of 600."""
    entries = manifest_entries()
    long = "a place that is very far away and has a very long name in every language " * 3
    rights = [
        entries["rights"][1] | {"name": f"right_{n}", "label": {"en": f"{n} {long}", "fr": f"{n} {long}"}}
        for n in range(30)
    ]
    folder = write_rights_run(
        tmp_path / "run",
        rights=rights,
        attribution=[f"Source number {n}, a public body with a long name (2019)" for n in range(40)],
        notice={"en": "These data have limits. " * 125, "fr": "Ces données ont des limites. " * 125},
    )
    table = zone_rights()
    first = table[table["zone_id"] == "b_west"].iloc[:1]
    pd.concat([first.assign(right=f"right_{n}") for n in range(30)]).to_parquet(
        folder / "zone_rights.parquet"
    )
    zones = gpd.read_parquet(folder / "zones.parquet")
    zones["rights_unmet"] = ",".join(f"right_{n}" for n in range(30))
    zones["name"] = "An extremely long name of a place " * 18
    zones.to_parquet(folder / "zones.parquet")
    made = read_run(folder)
    assert len(zone_sheet_pictures(made, "b_west", language, ppi=20)) == 1
    assert len(PAGE.findall(zone_sheet(made, "b_west", language))) == 1
    told = words_of(made, Texts(language))
    assert len(told["rows"]) == 8
    assert "22" in told["rows_note"]
    assert len(told["lacked"]) == 8
    assert told["sources"].endswith("manifest.json.") or told["sources"].endswith("du calcul.")


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    folder = write_rights_run(tmp_path / "run")
    made = read_run(folder)
    write_json(folder / "manifest.json", made.manifest)
    file = (folder / "manifest.json").read_bytes()
    assert manifest_sha256(read_run(folder)) == hashlib.sha256(file).hexdigest()
    assert manifest_sha256(made) in words_of(made)["check"]


def test_figures_hold_no_text_and_are_equal_for_equal_input(run: Run) -> None:
    drawn = locator_map(run, "b_west", EN)
    assert drawn == locator_map(run, "b_west", EN)
    assert "<text" not in drawn
    assert "<text" not in rights_chart([0.5, float("nan")], [0.1, 0.2], FR)


def test_zones_stand_most_residents_first(run: Run) -> None:
    assert zone_ids(run) == ["a_east", "b_west"]
    assert zone_ids(run._replace(zones=None)) == []
