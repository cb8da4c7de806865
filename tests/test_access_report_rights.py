"""Rights on the page where a run has several catalogues, rights to one place or rights of some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders_report_rights import basket, deep, two_catalogues_run

from access.report_data import Run, read_run
from access.report_groups import lack_by_group_table
from access.report_rights import rights_section
from access.report_rights_tables import basket_table, lacking_table, threshold_table
from access.texts import Texts

EN, FR = Texts("en"), Texts("fr")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_run(two_catalogues_run(tmp_path_factory.mktemp("rights")))


def test_where_there_are_several_catalogues_each_right_names_its_own(run: Run) -> None:
    table = lacking_table(run, EN)
    assert table is not None
    assert [row[0] for row in table.rows] == [
        "A primary school (France)", "A hospital (France)", "A primary school (Europe)",
    ]  # fmt: skip
    assert any("“a primary school (Europe)”" in sentence for sentence in rights_section(run, EN).sentences)


def test_depth_that_equals_the_share_is_not_repeated_and_the_note_says_why(run: Run) -> None:
    table = lacking_table(run, EN)
    assert table is not None
    assert "Depth" not in table.columns
    assert "they always do where a right asks for one place" in table.note
    assert table.rows[0][2:] == ("2,140", "2,000 to 2,200", "10%", "not quantified", "21,400")


def test_depth_that_differs_somewhere_has_a_column_that_repeats_no_share(tmp_path: Path) -> None:
    table = lacking_table(read_run(two_catalogues_run(tmp_path, *deep("eu_work", 0.2, 0.1))), EN)
    assert table is not None
    assert table.columns[6:8] == ("Depth", "Severity")
    assert [row[6:8] for row in table.rows] == [("as the share", "as the share")] * 3 + [("0.100", "0.050")]
    assert "where a right asks for one place, both equal the share" in table.note


def test_notes_of_laws_changes_of_numbers_and_words_of_the_catalogue_are_told(run: Run) -> None:
    table = threshold_table(run, EN)
    assert table is not None
    assert table.rows[2][2].endswith("Grants nothing that can be claimed.")
    assert table.rows[2][3].endswith("changed by us from what was published: 20 minutes became 30")
    assert "changed" not in table.rows[1][3]
    assert "France: No minutes are law." in rights_section(run, EN).notes
    assert "France\u00a0: Aucune minute n’est loi." in rights_section(run, FR).notes


def test_lacking_two_rights_is_told_only_where_two_could_be_judged(run: Run) -> None:
    sentences = rights_section(run, EN).sentences
    assert (
        "100 residents (0.5% of those for whom all 2 rights of “France” with data could be judged) lack two "
        "of these rights or more at once."
    ) in sentences
    assert (
        "How many lack several rights of “Europe” at once is not told: fewer than two of its rights could be "
        "judged."
    ) in sentences
    assert not any("“Europe” with data" in sentence for sentence in sentences)


def test_a_basket_says_that_it_counts_everybody_for_rights_of_some(run: Run) -> None:
    """The right of people of working age has no data, so it is in no basket."""
    table = basket_table(run, EN)
    assert table is not None
    assert table.note.endswith("count all residents, also for rights of children of school age.")
    assert "working age" not in table.note


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((20_000.0, 1_300.0, np.nan, 60.0), "100 residents (0.5% of"),  # 21,400 - 20,000 - 1,300
        ((20_000.0, 1_390.0, np.nan, np.nan), "fewer than 20 residents lack two or more"),
    ],
)
def test_hidden_counts_of_a_basket_do_not_make_the_others_smaller(
    tmp_path: Path, counts: tuple[float, ...], words: str
) -> None:
    run = read_run(two_catalogues_run(tmp_path, *basket("fr", *counts)))
    assert any(sentence.startswith(words) for sentence in rights_section(run, EN).sentences)
    table = basket_table(run, EN)
    assert table is not None
    assert table.rows[0][4] == "93%"  # 20,000 of the 21,400 judged, whatever is hidden
    assert table.rows[2][4] == "–"


def test_groups_without_a_share_say_whose_right_it_is(run: Run) -> None:
    table = lack_by_group_table(run, EN)
    assert table is not None
    assert [row[3] for row in table.rows] == [
        "counted for children of school age only",
        "20%",
        "a right of children of school age",
    ]
    french = lack_by_group_table(run, FR)
    assert french is not None
    assert french.rows[0][3] == "compté seulement pour\u00a0: enfants d’âge scolaire"
