"""What the report says of its own method: rules of travel, names, counts, and what was left out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from builders_report import gaps, hex_disc, indicator_rows, write_run

from access import report
from access.report import write_report
from access.report_data import read_run
from access.report_findings import findings
from access.report_gaps import far_cell_table, gap_table
from access.report_map import access_map
from access.report_method import count_table, engine_sentences, seconds_table, travel_rules
from access.report_tables import service_table
from access.texts import LANGUAGES, Texts

EN, FR = Texts("en"), Texts("fr")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole disc with its report."""
    folder = write_run(tmp_path_factory.mktemp("run"))
    write_report(folder)
    return folder


def test_incomes_that_are_known_are_never_called_unknown(tmp_path: Path) -> None:
    """All incomes equal: one decile for everybody, and none in the first and last."""
    disc = hex_disc()
    equal = disc.assign(income_decile=pd.array([5] * len(disc), dtype="Int64"))
    text = " ".join(findings(read_run(write_run(tmp_path / "equal", equal)), EN))
    assert "not known in this run" not in text
    assert "fall into the poorest tenth, nor into the richest" in text
    poor_only = equal.assign(income_decile=equal["income_decile"].mask(equal.index == 3, 1))
    text = " ".join(findings(read_run(write_run(tmp_path / "poor", poor_only)), EN))
    assert "fall into the richest tenth" in text
    both = poor_only.assign(income_decile=poor_only["income_decile"].mask(poor_only.index == 4, 10))
    without = indicator_rows(disc).query("group == 'all'")
    text = " ".join(findings(read_run(write_run(tmp_path / "both", both, without)), EN))
    assert "There are no figures by income decile in this run." in text
    none = read_run(write_run(tmp_path / "none", disc.drop(columns=["income_decile"]), without))
    assert "Incomes are not known in this run" in " ".join(findings(none, EN))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_trip_and_the_boarding_slack_are_stated(folder: Path, language: str) -> None:
    text = (folder / f"report.{language}.html").read_text(encoding="utf-8")
    longest = {"en": "the longest trip (90 minutes)", "fr": "la durée maximale d’un trajet (90 minutes)"}
    assert text.count(longest[language]) == 2  # note of the services, and how to read "not reached"
    assert Texts.capital(longest[language]) in text
    assert {"en": "at least 60 seconds", "fr": "au moins 60 secondes"}[language] in text


def test_an_old_run_says_nothing_of_a_longest_trip_it_does_not_know(tmp_path: Path) -> None:
    old = {"walk_speed_km_h": 3.6, "max_walk_min": 30, "max_transfer_walk_min": 15}
    run = read_run(write_run(tmp_path, walking=old))
    assert travel_rules(run, EN) == (
        "Walking at 3.6\u00a0km/h, at most 30\u00a0minutes at a stretch; "
        "between two vehicles, at most 15 minutes."
    )
    assert "do not reach one within the longest trip. No" in service_table(run, EN).note
    run = read_run(write_run(tmp_path, walking=old, config={"travel": {"max_duration_min": 75}}))
    assert "The longest trip (75 minutes)" in travel_rules(run, EN)


def test_no_word_is_doubled_and_nothing_is_said_to_be_to_the_door(folder: Path) -> None:
    english, french = ((folder / f"report.{name}.html").read_text(encoding="utf-8") for name in LANGUAGES)
    assert "Walking: walking" not in english
    assert "Marche\u00a0: marche" not in french
    assert "Times are not to the door." in english
    assert "Les temps ne vont pas jusqu’à la porte." in french
    assert "oor-to-door" not in english
    assert "porte à porte" not in french


def test_name_and_credits_are_given_in_the_language_of_the_page(tmp_path: Path) -> None:
    folder = write_run(tmp_path, name={"en": "Hexville (demo)", "fr": "Hexville (démo)"})
    write_report(folder)
    english, french = ((folder / f"report.{name}.html").read_text(encoding="utf-8") for name in LANGUAGES)
    assert "<h1>Access gaps: Hexville (demo)</h1>" in english
    assert "<h1>Écarts d’accès\u00a0: Hexville (démo)</h1>" in french
    assert "<li>Our own survey</li>" in english
    assert "<li>Notre enquête</li>" in french
    for text in (english, french):
        assert "{&#39;en&#39;" not in text
        assert "))" not in text
    run = read_run(folder)
    assert access_map(run, FR).title.endswith("Hexville (démo)")
    around = report.surroundings(run, FR).attribution
    assert around == "Sources\u00a0: © OpenStreetMap contributors (ODbL)\u00a0; Notre enquête."


def test_counts_have_names_in_both_languages_and_one_decimal(folder: Path) -> None:
    run = read_run(folder)
    english, french = count_table(run, EN), count_table(run, FR)
    assert english is not None
    assert french is not None
    rows = dict(english.rows)
    assert rows["Residents: with a known income, in percent"] == "99.8"
    assert rows["Residents: outside the cells"] == "0"
    rows = dict(french.rows)
    assert rows["Habitants\u00a0: au revenu connu, en pour cent"] == "99,8"
    assert rows["Lieux à atteindre\u00a0: écoles"] == "12"
    unknown = [french.rows[place][0] for place in french.english_rows]
    assert unknown == ["Rues\u00a0: bridges found", "Odd one"]
    page = (folder / "report.fr.html").read_text(encoding="utf-8")
    assert '<th scope="row" lang="en">Odd one</th>' in page
    assert 'scope="row" lang="en"' not in (folder / "report.en.html").read_text(encoding="utf-8")


def test_seconds_are_listed_by_stage(folder: Path) -> None:
    table = seconds_table(read_run(folder), FR)
    assert table is not None
    assert table.rows == (("Temps de trajet", "1,2"), ("Packing", "2,0"))
    assert table.english_rows == (1,)


def test_gaps_are_counted_and_nothing_is_not_listed(folder: Path, tmp_path: Path) -> None:
    assert gap_table(read_run(folder), EN) is None
    assert far_cell_table(read_run(folder), EN) is None
    table = gap_table(read_run(write_run(tmp_path, **gaps())), EN)
    assert table is not None
    assert [row[1] for row in table.rows] == ["1,234", "3", "2", "4", "13"]
    assert table.rows[0][0].startswith("Jobs in cells not linked to the streets")
    assert table.rows[1][0] == "Residents: rows of the source without a value"


def test_cells_far_from_a_street_are_listed_from_the_farthest(tmp_path: Path) -> None:
    table = far_cell_table(read_run(write_run(tmp_path, **gaps())), EN)
    assert table is not None
    assert table.rows[0] == ("cell_16", "Leste", "417", "50")
    assert len(table.rows) == 15
    assert "a straight line that nobody may be able to walk" in table.note
    assert table.note.endswith("17 cells in all; the 15 farthest are listed.")
    one = {"longest_links": gaps()["longest_links"][:1]}
    table = far_cell_table(read_run(write_run(tmp_path, **one)), FR)
    assert table is not None
    assert table.rows == (("cell_00", "sans données", "401", "50"),)
    assert "en tout" not in table.note


R5 = {
    "name": "r5",
    "r5py": "1.1.3",
    "java": 21,
    "jar": "r5-v7.4.jar",
    "jar_sha256": "ab12",
    "monte_carlo_draws": 60,
}


def test_the_engine_is_named_in_both_languages(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "own", engine={"name": "fairreach"}))
    assert "computed by the engine of fairreach" in travel_rules(run, EN)
    assert "par le moteur de fairreach" in travel_rules(run, FR)
    run = read_run(write_run(tmp_path / "r5", engine=R5))
    assert engine_sentences(run, EN) == [
        "Travel times are computed by R5 (r5-v7.4.jar, SHA-256 ab12) through r5py 1.1.3 with Java 21.",
        "Where a timetable has headways instead of departures, R5 draws 60 timetables at random, so that "
        "results vary a little from run to run.",
    ]
    assert "R5 tire au hasard 60 horaires" in travel_rules(run, FR)
    write_report(tmp_path / "r5")
    assert "(r5-v7.4.jar, SHA-256 ab12)" in (tmp_path / "r5" / "report.en.html").read_text(encoding="utf-8")


def test_an_engine_that_tells_less_is_named_as_far_as_it_does(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "a", engine={**R5, "jar": None, "monte_carlo_draws": 0}))
    assert engine_sentences(run, EN) == [
        "Travel times are computed by R5, as r5py 1.1.3 brings it, with Java 21.",
        "Where a timetable has headways instead of departures, R5 counts half a headway as the wait.",
    ]
    run = read_run(write_run(tmp_path / "b", engine={**R5, "monte_carlo_draws": None}))
    assert len(engine_sentences(run, FR)) == 1
    assert engine_sentences(read_run(write_run(tmp_path / "old")), EN) == []
