"""Small counts on the page: tooltips, classes of the maps, findings and tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders_report import few_people_run, hex_disc, write_run

from access.report_data import read_run
from access.report_findings import findings
from access.report_gaps import far_cell_table
from access.report_map import access_map, cell_titles
from access.report_method import snap_table
from access.report_small import count_words, counts_words, fewest_shown, residents_words
from access.report_tables import map_table, sufficiency_table
from access.texts import Texts

EN, FR = Texts("en"), Texts("fr")


def test_the_minimum_is_that_of_the_manifest_then_of_the_configuration_then_20(tmp_path: Path) -> None:
    config = {"results": {"min_residents_shown": 30}}
    assert fewest_shown(read_run(write_run(tmp_path / "a", suppression_minimum=50, config=config))) == 50
    assert fewest_shown(read_run(write_run(tmp_path / "b", config=config))) == 30
    assert fewest_shown(read_run(write_run(tmp_path / "c"))) == 20
    open_run = read_run(write_run(tmp_path / "d", config={"results": {"min_residents_shown": None}}))
    assert fewest_shown(open_run) == 0
    assert [words for words, _ in counts_words(open_run, [3.0, 40.0], EN)] == ["3", "40"]


def test_below_the_minimum_is_hidden_and_nobody_or_the_minimum_is_shown(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path))
    written = [count_words(run, n, EN) for n in (0.0, 0.4, 1.0, 19.0, 20.0, None, np.nan)]
    assert written == ["0", *["fewer than 20"] * 3, "20", "no data", "no data"]
    assert residents_words(run, 19.0, FR) == "moins de 20 habitants"
    assert residents_words(run, 1200.0, EN) == "1,200 residents"


def test_a_small_class_takes_another_with_it(tmp_path: Path) -> None:
    """Total 1,008: with 8 alone hidden it would be found by subtraction; so 100, the next, is hidden too."""
    run = read_run(write_run(tmp_path))
    words = counts_words(run, [8.0, 100.0, 900.0, 0.0], EN)
    assert [shown for _, shown in words] == [False, False, True, True]
    assert [word for word, _ in words] == [
        "fewer than 20", "not shown, so that another is not found", "900", "0",
    ]  # fmt: skip


def test_a_tooltip_of_few_residents_has_neither_their_number_nor_their_decile(tmp_path: Path) -> None:
    disc = hex_disc()
    disc.loc[5, "population"] = 8.0
    run = read_run(write_run(tmp_path, disc))
    place = run.cells.index[run.cells["population"] == 8.0][0]
    title = cell_titles(run, EN)[place]
    assert title.startswith("Centro · fewer than 20 residents · ")
    assert "decile" not in title
    assert "jobs" in title  # what a place reaches is no secret
    other = cell_titles(run, EN)[(place + 1) % len(run.cells)]
    assert "100 residents" in other or "0 residents" in other


def test_few_residents_who_reach_none_are_told_without_number_and_share(tmp_path: Path) -> None:
    run = read_run(few_people_run(tmp_path))
    assert "fewer than 20 residents cannot reach any jobs within 45 minutes." in findings(run, EN)
    assert any(line.endswith("45 minutes\u00a0: moins de 20 habitants.") for line in findings(run, FR))
    drawn = access_map(run, EN)
    rows = {row[0]: row[1:3] for row in map_table(run, drawn, EN).rows}
    assert rows["none within 45 minutes"] == ("fewer than 20", "–")
    assert sum(row[1] == "–" for row in rows.values()) >= 2


def test_tables_of_the_method_and_of_lines_hide_small_counts(tmp_path: Path) -> None:
    disc = hex_disc()
    disc.loc[100, "population"] = 5.0
    link = {"id": "far", "zone": "Leste", "snap_m": 900.0, "population": 11.0}
    run = read_run(write_run(tmp_path, disc, longest_links=[link]))
    far, snap = far_cell_table(run, EN), snap_table(run, EN)
    assert far is not None
    assert far.rows == (("far", "Leste", "900", "fewer than 20"),)
    assert snap is not None
    assert snap.rows[2][2] == "fewer than 20"


@pytest.mark.parametrize(("people", "words"), [(6.0, ("fewer than 20", "–")), (100.0, ("100", "0.6%"))])
def test_few_residents_below_a_line_are_hidden(tmp_path: Path, people: float, words: tuple[str, str]) -> None:
    """One cell of the disc below the line, with 6 or with 100 residents."""
    disc = hex_disc()
    below = disc["below_jobs_line_midday"].fillna(False).astype(bool) & (disc["population"] > 0)
    disc["population"] = disc["population"].mask(below, 0.0)
    disc.loc[below.idxmax(), "population"] = people
    run = read_run(write_run(tmp_path, disc))
    table = sufficiency_table(run, EN)
    assert table is not None
    assert table.rows[0][2] == words[0]
    assert (table.rows[0][3] == "–") == (words[1] == "–")
