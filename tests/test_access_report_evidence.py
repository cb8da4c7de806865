"""Sections of evidence on the disc of hexagons: rights, inequality, groups, supply, zones, certainty."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders_evidence import (
    every_word_run,
    inequality_rows,
    manifest_entries,
    ranged,
    row,
    write_evidence_run,
    zones,
)
from builders_report import hex_disc, indicator_rows, write_run

from access import report
from access.report import write_report
from access.report_certainty import kind_words
from access.report_charts import decile_chart
from access.report_claims import covered_share, side_of
from access.report_data import Run, read_run
from access.report_evidence import evidence_sections
from access.report_ground import ground
from access.report_inequality import curve, curve_chart, curve_table
from access.report_numbers import Numbers, figure, range_words, value_words
from access.report_rights_tables import basket_table, penalty_table, threshold_table
from access.report_rights_words import is_proposal
from access.report_section import group_label
from access.report_zone_gap import missing_words
from access.report_zones import (
    register_table,
    zone_map,
    zone_marks,
    zone_rights_table,
    zones_of,
)
from access.texts import LANGUAGES, Texts

EN, FR = Texts("en"), Texts("fr")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The disc with all evidence and its report."""
    folder = write_evidence_run(tmp_path_factory.mktemp("evidence"))
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return read_run(folder)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of the time before rights: no row, file or entry of the new kinds."""
    cells = hex_disc()
    rows = indicator_rows(cells).query("indicator == 'mean_access' and group == 'all'")
    return read_run(write_run(tmp_path_factory.mktemp("bare"), cells, rows))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the PNG, which take most of the time."""
    monkeypatch.setattr(report, "map_png", lambda *_, **__: b"")


def more_rows(folder: Path, *rows: dict[str, object]) -> None:
    """Put further numbers before those of a run."""
    path = folder / "indicators.parquet"
    table = pd.concat([pd.DataFrame(rows), pd.read_parquet(path)], ignore_index=True)
    table.astype({"cutoff_min": "Int64"}).to_parquet(path)


def page(folder: Path, language: str) -> str:
    return (folder / f"report.{language}.html").read_text(encoding="utf-8")


# ---- nothing there


def test_a_run_without_evidence_says_so_in_words(bare: Run) -> None:
    sections = evidence_sections(bare, EN)
    absent = {name for name, section in sections.items() if section.absent}
    assert absent == {*sections} - {"certainty"}
    assert sections["underserved"].absent.endswith("This does not mean that there are none.")
    assert "every range is “not quantified”" in sections["certainty"].sentences[0]


def test_a_register_that_is_not_defined_says_why(tmp_path: Path) -> None:
    why = {"state": "not defined", "reason": {"en": "incomes are not known", "fr": "revenus inconnus"}}
    run = read_run(write_run(tmp_path, exclusion=why))
    assert "incomes are not known." in evidence_sections(run, EN)["underserved"].absent
    assert "revenus inconnus." in evidence_sections(run, FR)["underserved"].absent


def test_an_empty_register_is_a_finding(tmp_path: Path, undrawn: None) -> None:
    folder = write_evidence_run(tmp_path)
    zones().iloc[:0].to_parquet(folder / "zones.parquet")
    run = read_run(folder)
    section = evidence_sections(run, EN)["underserved"]
    assert section.sentences == ("No zone meets the rule of the register (underserved zone).",)
    assert zone_map(run, EN) is None
    assert not section.absent
    assert write_report(folder, languages=("en",))[-1].name == "report.en.html"
    assert not (folder / "zones.png").exists()


# ---- numbers and their ranges


def test_the_base_row_is_the_one_with_input_uncertainty() -> None:
    ratio = {"indicator": "gini", "value": 0.3}
    numbers = Numbers(
        [
            ratio | {"low": 0.1, "high": 0.6, "interval_kind": "sensitivity: cutoff"},
            ratio,
            ratio | {"low": 0.2, "high": 0.4, "interval_kind": "input uncertainty"},
        ]
    )
    found = numbers.one("gini")
    assert found is not None
    assert (found.low, found.high) == (0.2, 0.4)
    assert len(numbers.of("gini")) == 1
    assert [band.interval_kind for band in numbers.bands("gini")] == ["sensitivity: cutoff"]
    assert numbers.one("theil") is None


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("not defined: nobody lives there", "not defined"),
        ("not defined; of school_age", "not defined"),
        (
            "suppressed: fewer than 20 residents, or it would give such a count away",
            "suppressed (too few residents)",
        ),
        (None, "no data"),
    ],
)
def test_three_absences_have_words_of_their_own(note: str | None, words: str) -> None:
    number = Numbers([row("gini", np.nan, note=note)]).one("gini")
    assert value_words(number, EN) == words
    assert range_words(number, EN) == "–"


def test_values_are_written_by_their_unit() -> None:
    assert figure(0.187, "share", EN) == "19%"
    assert figure(-0.02, "share", EN) == "−2.0%"
    assert figure(12_345.6, "residents", EN) == "12,346"
    assert figure(0.0123, "index", EN) == "0.012"
    assert figure(3.8, "ratio", FR) == "3,80"
    assert figure(27_000.4, "jobs", EN) == "27,000"


def test_a_range_says_from_to_or_that_there_is_none(run: Run) -> None:
    where = {"service": "jobs", "group": "all"}
    assert range_words(run.numbers.one("gini", **where), EN) == "0.290 to 0.330"
    assert range_words(run.numbers.one("theil_between_share", **where), EN) == "not quantified"


# ---- claims


def test_a_claim_needs_the_whole_range_on_one_side(run: Run) -> None:
    ratio = run.numbers.one("ratio_richest10_poorest40", service="jobs")
    concentration = run.numbers.one("concentration_index", service="jobs")
    schools = run.numbers.one(
        "ratio_richest10_poorest40", service="schools", interval_kind="input uncertainty"
    )
    assert ratio is not None
    assert concentration is not None
    assert schools is not None
    assert side_of(run, ratio, 1, EN).side == 1
    assert side_of(run, schools, 1, EN).side == -1
    withheld = side_of(run, concentration, 0, EN)
    assert withheld.side == 0
    assert withheld.reason == "the range from −0.010 to 0.050 holds 0"


def test_a_claim_without_range_or_coverage_is_withheld_with_its_reason(run: Run) -> None:
    ratio = run.numbers.one("ratio_richest10_poorest40", service="jobs")
    assert ratio is not None
    assert "is not quantified" in side_of(run, ratio._replace(low=np.nan), 1, EN).reason
    few = side_of(run, ratio._replace(covered_population=10_850.0), 1, EN)
    assert few == (0, "the value covers 50% of the residents only (at least 80% are needed)")
    assert side_of(run, ratio._replace(value=np.nan), 1, EN).reason == "not defined"


def test_an_index_of_two_deciles_is_held_against_their_residents(run: Run) -> None:
    """The disc has no decile 1; decile 10 is ring 0 with one cell of 100 residents."""
    difference = run.numbers.one("difference_decile10_decile1")
    assert difference is not None
    assert covered_share(run, difference._replace(covered_population=100.0)) == 1.0
    assert covered_share(run, difference._replace(covered_population=50.0)) == 0.5
    assert covered_share(run, difference._replace(indicator="gini", covered_population=np.nan)) == 0.0


def test_withheld_and_made_claims_stand_on_the_page(folder: Path) -> None:
    text = page(folder, "en")
    assert "So the richest 10% reach more on average than the poorest 40%, whatever value" in text
    assert "is not claimed here: the range from −0.010 to 0.050 holds 0" in text
    assert "n’est pas affirmé ici" in page(folder, "fr")


# ---- rights


def test_each_right_has_a_sentence_with_its_threshold(run: Run) -> None:
    sentences = evidence_sections(run, EN)["rights"].sentences
    assert sentences[0] == (
        "“a primary school” (weekday midday): 4,000 residents lack it, 19% of the 21,400 assessed "
        "(children of school age, who are not counted apart: all residents); "
        "range by the modelled errors of the inputs: 3,700 to 4,300. "
        "The number in it is our proposal, not law."
    )
    assert sentences[1].endswith("The number in it comes from: Report of 1999.")
    assert sentences[2].startswith("800 residents (3.7% of those for whom all 2 rights of “France”")


def test_a_threshold_is_never_called_law_without_a_source(run: Run) -> None:
    assert is_proposal({"status": "our proposal", "source": "somebody"})
    assert is_proposal({"status": "published", "source": None})
    assert not is_proposal({"status": "law", "source": "Act"})
    table = threshold_table(run, EN)
    assert table is not None
    assert table.rows[0][1:] == (
        "primary schools: at least 1, in less than 15 min, weekday midday, children of school age",
        "Schools for all · Act, article 1 · law · checked against the source",
        "our proposal · we propose it",
    )
    assert table.rows[1][1].startswith("own service: at least 10% of all, in less than 45 min")
    assert table.rows[1][2].endswith("law · not verified against the source")


def test_baskets_count_rights_lacking_at_once(run: Run) -> None:
    table = basket_table(run, EN)
    assert table is not None
    assert [r[1:3] for r in table.rows] == [("none", "17,000"), ("1", "3,600"), ("2", "800")]
    assert table.rows[2][4] == "3.7%"


def test_rights_lost_stand_case_by_case_with_the_worst_in_a_sentence(run: Run) -> None:
    table = penalty_table(run, EN)
    assert table is not None
    assert table.columns == ("Right", "Night", "Walking slowly")
    assert table.rows == (
        ("A primary school", "700 (not quantified)", "300 (not quantified)"),
        ("A hospital", "0", "–"),
    )
    assert (
        "Night: the right that most lose is “a primary school”, 700 residents (4.0% of those who have it as "
        "it is written); the range is not quantified."
    ) in evidence_sections(run, EN)["rights"].sentences


def test_what_was_left_out_is_named_with_its_reason(folder: Path) -> None:
    text = page(folder, "en")
    for words in ("Sunday, walking slowly", "the run has no such period", "all counts of this right"):
        assert words in text
    assert "le calcul n’a pas cette période" in page(folder, "fr")


# ---- inequality and groups


def test_curves_are_read_at_even_steps(run: Run) -> None:
    lorenz = curve(run, "lorenz")
    assert lorenz is not None
    assert lorenz[[0, 25, 50, 75, 100]] == pytest.approx([0, 0.1, 0.2, 0.6, 1])
    table = curve_table(run, EN)
    assert table is not None
    assert table.rows[4] == ("50%", "20%", "30%")
    chart = curve_chart(run, EN)
    assert chart is not None
    assert [line.kind for line in chart.lines] == ["lorenz", "concentration"]
    assert curve(run._replace(curves=None), "lorenz") is None
    assert curve_chart(run._replace(curves=run.curves.iloc[:0]), EN) is None  # type: ignore[union-attr]
    assert "holds 20% of all access; equal would be 50%" in " ".join(
        evidence_sections(run, EN)["inequality"].sentences
    )


def test_bars_have_whiskers_where_a_range_is_known(run: Run) -> None:
    chart = decile_chart(run, EN)
    assert chart is not None
    assert chart.has_ranges
    whiskers = [bar.label for bar in chart.bars if bar.low_y is not None]
    assert whiskers == ["9"]
    nine = chart.bars[8]
    assert nine.low_y is not None
    assert nine.high_y is not None
    assert nine.high_y < nine.y < nine.low_y  # upwards is smaller


def test_groups_are_compared_and_overlap_is_told(run: Run) -> None:
    section = evidence_sections(run, EN)["groups"]
    assert section.sentences[0].endswith("49% of the poorest tenth lack it, 19% of the richest.")
    assert "describes this model only" in section.sentences[1]
    assert section.tables[0].columns[2:] == (
        "All residents", "Poorest tenth", "Richest tenth", "People of 65 and over",
    )  # fmt: skip
    assert any(s.startswith("Households without a car: 3,000 jobs") for s in section.sentences)


def test_a_comparison_says_how_sure_it_is_and_on_what_frame(run: Run) -> None:
    section = evidence_sections(run, EN)["impact"]
    assert section.sentences == (
        "Access to jobs within 45 minutes (weekday midday), the ninth tenth compared with all: 9,000 against "
        "3,925, a ratio of 0.75; range by the modelled errors of the inputs: 0.70 to 0.82. The threshold is "
        "0.80, set by: a board. There is no verdict: the range from 0.70 to 0.82 holds 0.80.",
        "No row.",
        "Gone: no data for this comparison.",
    )
    assert section.tables[0].rows == (
        (
            "An act",
            "Compare.",
            "Act, article 2 (1999, checked against the source)",
            "Binds some. (2026-01, not verified against the source)",
        ),
    )


def test_a_verdict_needs_a_range_on_one_side_and_residents_covered(tmp_path: Path) -> None:
    """Everybody is 21,700 residents; the covered ones of both groups are held against them."""
    folder = write_evidence_run(tmp_path)
    benefit = row("benefit_ratio", 0.5, unit="ratio", standard="poor_jobs", service="jobs", period="midday",
                  cutoff_min=45, group="decile_9")  # fmt: skip
    cases = {
        "The whole range lies below the threshold.": ranged(0.4, 0.6),
        "The whole range lies above the threshold.": ranged(0.9, 1.1) | {"value": 1.0},
        "There is no verdict: the value covers 46% of the residents only (at least 80% are needed).": ranged(
            0.4, 0.6
        )
        | {"covered_population": 10_000.0},
    }
    for words, changes in cases.items():
        more_rows(folder, benefit | changes)
        assert evidence_sections(read_run(folder), EN)["impact"].sentences[0].endswith(words)


def test_a_burden_has_the_name_of_its_right(tmp_path: Path) -> None:
    folder = write_evidence_run(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    asked = manifest["config"]["comparisons"][0]
    asked |= {"right": "school_15", "group": "decile_1", "other": "age_65_plus"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    more_rows(folder, row("burden_ratio", 1.7, unit="ratio", standard="poor_jobs") | ranged(1.5, 1.9))
    told = evidence_sections(read_run(folder), EN)["impact"].sentences[0]
    assert told.startswith(
        "Share without “a primary school”, the ninth tenth compared with all: 49% against 29%"
    )


# ---- other modes, supply, segregation, certainty


def test_transit_stands_beside_other_modes_and_beside_nearness(run: Run) -> None:
    section = evidence_sections(run, EN)["compared"]
    assert section.sentences == (
        "Within 45 minutes public transport reaches on average 0.34 times the jobs that a trip by car "
        "reaches (1 is as many; 21,400 residents); range by the modelled errors of the inputs: 0.30 to 0.38.",
        "For 100 people who live within 7.5 km, a resident reaches on average 42 in less than 30 minutes by "
        "public transport and on foot (21,400 residents); the range is not quantified.",
    )
    assert [r[:3] for r in section.tables[0].rows] == [
        ("Jobs", "car", "0.34"), ("Schools", "car", "not defined"),
    ]  # fmt: skip


def test_supply_says_what_is_not_verified_and_what_has_no_data(run: Run) -> None:
    section = evidence_sections(run, EN)["supply"]
    rows = {row[:2]: row for row in section.tables[0].rows}
    assert rows["Convenient access to public transport (SDG 11.2.1)", "standard met"][2] == "91%"
    assert rows["Share of residents by PTAL band", "1a"][2:5] == ("25%", "not quantified", "5,350")
    assert any(
        n.startswith("Share of residents by PTAL") and n.endswith("(not verified).") for n in section.notes
    )
    assert rows["Departures nearby (European typology)", "odd one"][4] == "2,140"
    assert section.notes[:2] == ("PTAL: no data. No routes.", "odd: no data. Why.")
    assert "ptal: unverified constants: K" in section.reasons


def test_advice_to_whoever_configures_is_not_on_the_page(tmp_path: Path) -> None:
    """A reader cannot say whole_timetable; and what has no data is told once."""
    why = {
        "en": "departures until 17:49; say whole_timetable where that is all that runs",
        "fr": "départs jusqu’à 17:49 ; indiquez whole_timetable si rien d’autre ne circule",
    }
    notes = [
        "sdg_11_2_1: few (departures; say whole_timetable where that is all)",
        f"ptal: no data: {why['en']}",
    ]
    made = {"no_data": {"ptal": why}, "notes": notes}
    run = read_run(write_evidence_run(tmp_path, supply=made))
    section = evidence_sections(run, FR)["supply"]
    assert section.notes[0] == "PTAL\u00a0: sans données. Départs jusqu’à 17:49."
    assert "sdg_11_2_1: few (departures)" in section.reasons
    assert not any("whole_timetable" in words for words in (*section.notes, *section.reasons))


def test_groups_of_income_have_words_in_both_languages() -> None:
    assert group_label("households_income_under_1000", EN) == "households with incomes under 1,000"
    assert group_label("households_income_1000_2000", EN) == "households with incomes from 1,000 to 2,000"
    assert group_label("households_income_over_8000", FR) == "ménages aux revenus de plus de 8\u202f000"
    assert group_label("decile_5", FR) == "décile de revenu 5"
    assert group_label("households_odd", EN) == "households odd"


def test_a_reason_that_many_indices_share_is_told_once(tmp_path: Path) -> None:
    folder = write_evidence_run(tmp_path)
    why = {"note": "not defined: only one mean income a zone"}
    names = ("segregation_dissimilarity", "segregation_information", "segregation_rank_order")
    more_rows(
        folder,
        *(row(name, np.nan) | why for name in names),
        row("segregation_reach_walk", np.nan, group="decile_1") | why,
        *(row("segregation_isolation", np.nan, group=f"decile_{n}") | why for n in range(1, 11)),
    )
    section = evidence_sections(read_run(folder), EN)["segregation"]
    assert not any("Dissimilarity" in r[0] for r in section.tables[0].rows)
    assert [r[0] for r in section.tables[1].rows] == ["Income low"]
    told = [reason for reason in section.reasons if "only one mean income" in reason]
    assert len(told) == 1
    assert told[0].startswith("Dissimilarity, ")


def test_ways_of_measuring_segregation_stand_side_by_side(run: Run) -> None:
    zones_table, groups, kernels, places, schools = evidence_sections(run, EN)["segregation"].tables
    rows = {r[0]: r[1:] for r in zones_table.rows}
    assert rows["Rank-order information theory index H^R"][:2] == ("0.120", "0.020")
    assert rows["Segregation of poverty (H at p = 0.1)"][0] == "not defined"
    assert rows["Spatial information theory index by radius (within 500 m)"][0] == "0.080"
    assert groups.rows == (("Income low", "30%", "40%"),)
    assert kernels.rows[0][1:] == ("0.050", "0.100", "no data")
    assert places.rows == (("Jobs", "0.900", "not quantified"),)
    label = "Schools, 30 min (weekday midday)"
    assert schools.rows == (
        (label, "all children", "7.3", "0.710", "–", "3,100", "0.290"),
        (label, "poorest tenth", "3.4", "–", "94%", "–", "–"),
    )
    told = evidence_sections(run, EN)["segregation"].sentences[-1]
    assert told == (
        "3,100 of 4,000 children of school age (78%) reach none of the schools within 30 minutes; the range "
        "is not quantified. Children are those that the census counts as: children under 15."
    )
    assert schools.note.endswith("census counts as: children under 15.")


@pytest.mark.parametrize(
    ("assessed", "left"),
    [
        (4_000.4, ""),
        (4_012.0, " Fewer than 20 without a known income are left out."),
        (4_029.0, " 29 without a known income are left out."),
    ],
)
def test_children_without_a_known_income_are_told(tmp_path: Path, assessed: float, left: str) -> None:
    folder = write_evidence_run(tmp_path)
    more_rows(folder, row("right_residents", 9.0, standard="school_15", note="of school_age")
              | {"covered_population": assessed})  # fmt: skip
    told = evidence_sections(read_run(folder), EN)["segregation"].sentences[-1]
    assert told.endswith("children under 15." + left)


def test_residents_who_stand_for_children_are_called_residents(tmp_path: Path) -> None:
    folder = write_evidence_run(tmp_path)
    table = pd.read_parquet(folder / "indicators.parquet")
    table.loc[table["indicator"].str.startswith("schools"), "note"] = "of residents, by the mean income"
    table.to_parquet(folder / "indicators.parquet")
    section = evidence_sections(read_run(folder), EN)["segregation"]
    assert section.sentences[-1].startswith("3,100 of 4,000 residents of all ages (78%)")
    assert "“children” stands for all residents. 17,700, without a known income" in section.sentences[-1]
    assert section.tables[-1].rows[0][1] == "All residents"
    assert "habitants de tous âges" in evidence_sections(read_run(folder), FR)["segregation"].sentences[-1]


def test_segregation_tells_what_is_missing(run: Run, tmp_path: Path) -> None:
    section = evidence_sections(run, FR)["segregation"]
    assert section.notes[0] == "Il faut des tranches."
    assert section.reasons == ("Segregation of poverty (H at p = 0.1): beyond the outer brackets",)
    only_notes = read_run(write_run(tmp_path, segregation=[{"en": "Brackets are needed."}]))
    assert evidence_sections(only_notes, EN)["segregation"].notes == ("Brackets are needed.",)


def test_kinds_of_range_are_never_pooled(run: Run) -> None:
    section = evidence_sections(run, EN)["certainty"]
    table = section.tables[0]
    assert [r[1:] for r in table.rows] == [
        ("choice of the cutoff (lower and higher by, in minutes: 5)", "3.80", "2.70 to 6.10"),
        ("choice of the walking speed", "3.80", "3.50 to 3.90"),
        ("spread over departure minutes", "3.80", "3.60 to 4.00"),
        ("sensitivity: moon", "3.80", "3.60 to 4.10"),
    ]
    assert section.sentences[2].startswith("The ranges are centred on the number of the run itself")
    assert section.sentences[3].endswith("which makes ranges wider, not narrower.")
    assert "500 draws of the inputs (seed 7)" in section.sentences[0]
    assert "incomes: our assumption and residents" in section.sentences[0]
    assert section.reasons == ("gini, block bootstrap refused: only 12 blocks",)
    assert any("2,000 m beyond the study area" in note for note in section.notes)
    assert any("ewer than 20" in note for note in section.notes)


def test_a_number_outside_its_own_range_is_marked_in_its_table(tmp_path: Path) -> None:
    folder = write_evidence_run(tmp_path)
    jobs: dict[str, object] = {"service": "jobs", "period": "midday", "cutoff_min": 45}
    more_rows(folder, row("gini", 0.4, **jobs) | ranged(0.29, 0.33))  # type: ignore[arg-type]
    sections = evidence_sections(read_run(folder), EN)
    table = sections["inequality"].tables[0]
    assert [r[3] for r in table.rows if r[1] == "Gini index"] == ["0.290 to 0.330\u00a0†"]
    assert table.note.endswith("† The number of the run lies outside its own range; read it with the range.")
    assert any("which does not hold the number" in told for told in sections["inequality"].sentences)
    assert "†" not in "".join(sections["inequality"].sentences)
    assert "†" not in sections["supply"].tables[0].note
    assert any("1 number lies outside" in note for note in sections["certainty"].notes)


def test_values_of_a_choice_are_written_in_the_language_of_the_page() -> None:
    kind = "sensitivity: walking speed 2.88, 4.8 km/h"
    assert "2.88 and 4.8 km/h" in kind_words(kind, EN)
    assert "2,88 et 4,8 km/h" in kind_words(kind, FR)


def test_the_page_does_not_say_that_outside_places_do_not_count_where_they_do(
    folder: Path, tmp_path: Path, undrawn: None
) -> None:
    assert "Places outside the study area are not counted" not in page(folder, "en")
    without = write_evidence_run(tmp_path, study_area_buffer_m=None)
    write_report(without, languages=("en",))
    assert "Places outside the study area are not counted" in page(without, "en")
    assert "Destinations beyond the study area do not count" in page(without, "en")


def test_errors_assumed_are_told_in_words(tmp_path: Path) -> None:
    run = read_run(every_word_run(tmp_path))
    section = evidence_sections(run, EN)["certainty"]
    assert "Modelled: residents by cell and mean income by cell." in section.sentences[0]
    assert (
        "Residents by cell: standard error of 10% of a cell’s value, of whose variance neighbours share 50%. "
        "Source: ours."
    ) in section.notes
    assert "Cells beyond the study area are destinations only." in section.notes


# ---- zones


def test_zones_are_numbered_by_residents_on_map_and_in_table(run: Run) -> None:
    table = register_table(run, EN)
    assert table is not None
    assert [r[:3] for r in table.rows] == [("1", "a_east", "2,400"), ("2", "Oeste <1>", "2,300")]
    assert table.rows[1][4:] == (
        "1.8", "0%", "primary schools (7 min too far)", "93%", "60%", "75%",
    )  # fmt: skip
    shares = zone_rights_table(run, EN)
    assert shares is not None
    assert [r[2:] for r in shares.rows] == [("0%", "suppressed (too few residents)"), ("100%", "50%")]
    marks = zone_marks(run, ground(run.cells))
    assert [mark.number for mark in marks] == ["1", "2"]
    assert marks[0].x > marks[1].x  # the east has most residents


def test_each_zone_has_one_plain_sentence(run: Run) -> None:
    sentences = evidence_sections(run, EN)["underserved"].sentences
    assert (
        sentences[0]
        == "2 zones in the register (“underserved zone”), with 4,700 residents in all, 22% of the study area."
    )
    assert sentences[1] == (
        "No. 1, a_east: 2,400 residents. Whether it would be found with slightly different inputs is not "
        "quantified."
    )
    assert sentences[2] == (
        "No. 2, Oeste <1>: 2,300 residents; at least half of them lack: a primary school and a hospital; "
        "access to jobs is 0% of the mean of all residents; missing most: primary schools (for “a primary "
        "school”), by 7 minutes or more for half of those who lack it. Found again in 93% of the draws of "
        "the inputs. It lies at the edge of the study area: access there is understated."
    )
    notes = evidence_sections(run, EN)["underserved"].notes
    assert notes[0] == "The rights of the catalogue “France” count."
    assert "is below 2,000 (60% of that of the median resident)" in notes[1]
    assert "at least half of its residents live in a zone of the draw" in notes[2]


@pytest.mark.parametrize(
    ("rights", "minutes", "words", "short"),
    [
        (1, np.nan, "primary schools (for “a primary school”)", "primary schools"),
        (
            1,
            np.inf,
            "primary schools (for “a primary school”), out of reach within the longest trip for half of "
            "those who lack it",
            "primary schools (out of reach)",
        ),
        (
            2,
            np.nan,
            "primary schools (for “a primary school”) and primary schools (for “r1”)",
            "primary schools and primary schools",
        ),
        (4, 7.0, "4 rights, all equally", "4 rights, all equally"),
    ],
)
def test_all_rights_that_a_zone_misses_most_are_named_or_counted(
    run: Run, rights: int, minutes: float, words: str, short: str
) -> None:
    """The west misses its schools most; further rights tie with them, and one is missed less."""
    assert run.zone_rights is not None
    one = run.zone_rights.iloc[:1].assign(missing_minutes=minutes)
    ties = [one if n == 0 else one.assign(right=f"r{n}") for n in range(rights)]
    made = run._replace(zone_rights=pd.concat([*ties, one.assign(right="less", depth=0.999)]))
    west = zones_of(made)[1]
    assert missing_words(made, west.ties, EN) == words
    assert missing_words(made, west.ties, EN, with_rights=False) == short


def test_a_right_of_a_zone_that_few_lack_is_suppressed_by_its_note(run: Run) -> None:
    assert run.zone_rights is not None
    hidden = run.zone_rights.assign(unmet_residents=np.nan, unmet_share=np.nan, note="suppressed: few")
    table = zone_rights_table(run._replace(zone_rights=hidden), EN)
    assert table is not None
    assert set(table.rows[0][2:]) == {"suppressed (too few residents)"}


def test_zone_maps_are_written_in_both_languages_and_names_are_escaped(folder: Path) -> None:
    for name in ("zones.png", "zones.fr.png"):
        assert (folder / name).stat().st_size > 10_000
    for language in LANGUAGES:
        assert "Oeste &lt;1&gt;" in page(folder, language)
        assert page(folder, language).count('stroke="#c2006b"') == 2


def test_french_page_says_access_and_never_the_other_word(folder: Path) -> None:
    text = page(folder, "fr")
    assert "ccessibilité" not in text
    assert "zone mal desservie" in text
    assert "Zones mal desservies" in text


def test_no_placeholder_is_left_on_the_page(folder: Path) -> None:
    for language in LANGUAGES:
        assert not re.search(
            r"\{[a-z_]+\}|nan|None", re.sub(r"<style>.*?</style>", "", page(folder, language), flags=re.S)
        )


def test_the_register_survives_an_old_manifest(tmp_path: Path, undrawn: None) -> None:
    folder = write_evidence_run(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for key in manifest_entries():
        manifest.pop(key)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    write_report(folder, languages=("en",))
    assert "underserved zone" in page(folder, "en")


def test_inequality_without_curves_has_no_drawing(tmp_path: Path, undrawn: None) -> None:
    cells = hex_disc()
    table = pd.concat([pd.DataFrame(inequality_rows()), indicator_rows(cells)], ignore_index=True)
    folder = write_run(tmp_path, cells, table.astype({"cutoff_min": "Int64"}))
    write_report(folder, languages=("en",))
    assert "Gini index" in page(folder, "en")
    assert "Lorenz curve" not in page(folder, "en").partition("<main")[2].partition('id="services"')[0]
