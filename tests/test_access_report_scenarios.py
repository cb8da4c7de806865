"""The pages and maps of a comparison on the disc of hexagons (builders_comparison.py)."""

from __future__ import annotations

import re
import shutil
import struct
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders_comparison import (
    CHECKS,
    benefit,
    cells,
    compared,
    comparison,
    register,
    rights,
    scenario_named,
    table,
    warm_run,
    winner,
    winners,
)

from access import report_scenarios
from access.comparison_files import write_comparison
from access.comparison_ratios import TOO_LITTLE, steady_ratios
from access.comparison_reader import ScenarioRead, read_comparison
from access.report_overlay import Overlay, overlay_of, svg_overlay
from access.report_scenario_change import asked_words, modification_table, named_places
from access.report_scenario_chart import side_chart
from access.report_scenario_indices import index_table, indices_section, service_table, still_periods
from access.report_scenario_map import (
    Scale,
    compact,
    difference_map,
    difference_titles,
    scale_of,
    without_few,
)
from access.report_scenario_method import seconds_table
from access.report_scenario_numbers import (
    before_after,
    change_words,
    elided,
    interval_words,
    signed,
    signed_figure,
    with_mark_told,
)
from access.report_scenario_side import side_table
from access.report_scenario_winners import (
    benefit_table,
    per_resident,
    short_section,
    winner_sentences,
)
from access.report_scenarios import write_comparison_report
from access.texts import LANGUAGES, Texts, flatten, load_tree

EN, FR = Texts("en"), Texts("fr")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenarios with maps and pages."""
    place = tmp_path_factory.mktemp("comparison")
    name = {"en": "Nothing <b>new</b>", "fr": "Rien de neuf"}
    other = replace(
        compared(place),
        scenario=scenario_named(name),
        file=None,
        comparison=comparison(scenario=name, noise_quantified=False),
        register=None,
    )
    return write_comparison(place / "out", warm_run(place / "run"), [compared(place), other])


@pytest.fixture(scope="module")
def first(folder: Path) -> ScenarioRead:
    return read_comparison(folder).scenarios[0]


def page(folder: Path, language: str = "en") -> str:
    return (folder / f"report.{language}.html").read_text(encoding="utf-8")


def read_with(tmp_path: Path, **changes: Any) -> ScenarioRead:
    """One scenario whose comparison has other frames, written and read again."""
    made = replace(compared(tmp_path), comparison=comparison(**changes))
    out = write_comparison(tmp_path / "out", warm_run(tmp_path / "run"), [made], report=False)
    return read_comparison(out).scenarios[0]


class Outline(HTMLParser):
    """Tags with their attributes, and whether they are closed in order."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


# ---- the page as a document


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_well_formed_and_needs_nothing_from_outside(folder: Path, language: str) -> None:
    text = page(folder, language)
    outline = Outline(text)
    assert outline.open == []
    assert outline.of("html") == [{"lang": language}]
    assert not outline.of("script", "link", "iframe", "object", "embed")
    assert "http:" not in text
    assert "https:" not in text
    assert not re.search(r"url\((?!#)", text)
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for a in outline.of("a")} <= set(ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_tables_and_drawings_can_be_read_aloud(folder: Path, language: str) -> None:
    outline = Outline(page(folder, language))
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
    assert len(outline.of("table")) == len(outline.of("caption"))
    assert all(a.get("scope") in ("col", "row") for a in outline.of("th"))
    drawings = [a for a in outline.of("svg") if a.get("aria-hidden") != "true"]
    assert len(drawings) == 4
    assert all(a.get("role") == "img" and a.get("aria-label") for a in drawings)


def test_sections_stand_in_their_order(folder: Path) -> None:
    ids = re.findall(r'<h3 id="a-bus-every-10-minutes-(\w+)"', page(folder))
    assert tuple(ids) == report_scenarios.SECTIONS
    assert re.findall(r'<h2 id="([\w-]+)"', page(folder)) == [
        "a-bus-every-10-minutes", "nothing-b-new-b", "side", "method", "data",
    ]  # fmt: skip


def test_text_from_scenarios_is_escaped(folder: Path) -> None:
    assert "<b>new" not in page(folder)
    assert "Nothing &lt;b&gt;new&lt;/b&gt;" in page(folder)


def test_the_maps_are_1600_by_1200(folder: Path) -> None:
    for name in ("map-a-bus-every-10-minutes.png", "map-a-bus-every-10-minutes.fr.png"):
        header = (folder / name).read_bytes()[:24]
        assert struct.unpack(">II", header[16:24]) == (1600, 1200)


def test_equal_folders_give_equal_pages(folder: Path) -> None:
    before = page(folder)
    write_comparison_report(folder, ("en",))
    assert page(folder) == before


def test_no_language_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="none given; choose from en, fr"):
        write_comparison_report(folder, ())


def test_above_the_limit_of_cells_the_picture_stands_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_scenarios, "MAX_SVG_CELLS", 270)
    monkeypatch.setattr(report_scenarios, "map_png", lambda *_, **__: b"")
    figure, _ = report_scenarios.map_figure(read_comparison(folder).scenarios[0], EN)
    assert figure["svg"] is None
    assert figure["png"] == ""


# ---- who wins, who loses


def test_winners_in_a_sentence_by_hand(first: ScenarioRead) -> None:
    """Of 21,700 residents 300 are without data: 21,400 known; 1,900 gain (8.9 %), 7,800 lose (36 %).

    Of the cells, 19 gain 100 of 8,000 or more; 35 lose 50 of 4,000 (1.25 %), 42 lose 500 of 3,000 or fewer.
    """
    assert winner_sentences(first, EN)[0] == (
        "Of 21,400 residents whose access is known, 1,900 (8.9%; of these, 0 by a tenth or more, 1,900 by "
        "less than 2%) reach more jobs within 45 minutes and 7,800 (36%; of these, 4,200 by a tenth or more, "
        "3,500 by less than 2%) reach fewer; for 1,800 (8.4%) the change cannot be told from noise, for "
        "9,900 (46%) nothing changes (weekday midday)."
    )


def test_a_share_is_withheld_with_its_reason(first: ScenarioRead) -> None:
    told = winner_sentences(first, EN)[1]
    assert "changes on average by −280 for residents of the poorest 40% (range −300 to −260)" in told
    assert told.endswith(
        "Which part goes to the poorest 40% is not stated. One of the two groups gains while the other "
        "loses: a share or ratio would mislead."
    )


def test_rights_in_a_sentence_name_the_right_gained_most(first: ScenarioRead) -> None:
    assert winner_sentences(first, FR)[2] == (
        "Sur 3 droits, 1 est gagné ou perdu par quelqu’un. Le plus gagné\u00a0: «\u00a0une école "
        "primaire\u00a0», par 600 habitants. Personne n’en perd."
    )


def test_gain_and_loss_per_resident_are_over_those_with_data(first: ScenarioRead) -> None:
    row = winner("x", 1100, 100, 200, 0, 700, 100, gain=5000.0, loss=20_000.0)
    assert per_resident(row) == (5.0, 20.0)
    chart = side_chart(first, EN)
    assert chart is not None
    bars = {bar.label: bar for bar in chart.bars}
    assert (bars["Poorest 40%"].gain_width, bars["Poorest 40%"].gain) == (0.0, "")
    assert bars["Poorest 40%"].loss == "−289"  # 2,280,000 over 7,900
    assert bars["Poorest tenth"].loss == "–"  # nobody: no number, no bar
    assert bars["Richest tenth"].gain == "+100"


def test_nobody_who_gains_or_loses_is_said_so(tmp_path: Path) -> None:
    still = pd.DataFrame([winner("all", 1000, 0, 0, 40, 960, 0)])
    read = read_with(tmp_path, winners=still)
    assert "change beyond the noise of the computation" in winner_sentences(read, EN)[0]
    assert winner_sentences(read, EN)[1] == (
        "Incomes are not known in this run, so gains and losses cannot be divided between rich and poor."
    )


# ---- what the first number hangs on


def several_cutoffs(first: ScenarioRead) -> ScenarioRead:
    """The share of the poorest 40 % is 6 % at 30 minutes, 16 % at 45, withheld at 60."""
    means = {30: (-50.0, -60.0, -40.0), 45: (-97.0, -120.0, -80.0), 60: (2.0, -5.0, 9.0)}
    rows = [
        winner("all", 21_700, 0, 0, 0, 0, 0, cutoff_min=cutoff, mean_change=mean, low=low, high=high)
        for cutoff, (mean, low, high) in means.items()
    ]
    others = first.winners[first.winners["group"] != "all"]
    share = benefit().iloc[:1]
    given = [
        share.assign(cutoff_min=cutoff, value=value, direction="loss", note=None)
        for cutoff, value in ((30, 0.0631), (45, 0.155))
    ]
    return first._replace(
        winners=pd.concat([pd.DataFrame(rows), others], ignore_index=True),
        benefit=pd.concat([*given, share.assign(cutoff_min=60)], ignore_index=True),
    )


def test_every_cutoff_stands_under_the_sentence(first: ScenarioRead) -> None:
    read = several_cutoffs(first)
    assert winner_sentences(read, EN)[2] == (
        "At 30, 45 and 60 minutes: 6%, 16%, not stated (share of the poorest 40%); mean change of all "
        "residents: −50, −97, +2 (not told from chance)."
    )
    assert winner_sentences(read, FR)[2].startswith(
        "En 30, 45 et 60 minutes\u00a0: 6\u202f%, 16\u202f%, non donnée (part des 40"
    )
    poor = read.winners[read.winners["group"] != "poorest40"]
    assert "At 30, 45 and 60 minutes, mean change" in " ".join(
        winner_sentences(read._replace(winners=poor), EN)
    )
    mixed = read.benefit.assign(direction=["gain", "loss", None])
    told = winner_sentences(read._replace(benefit=mixed), EN)[2]
    assert "6% of a gain, 16% of a loss, not stated" in told


def test_residents_who_move_where_cells_join_the_streets_are_told(first: ScenarioRead) -> None:
    def notes(moved: int, people: float, texts: Texts = EN) -> str:
        entry = {**first.entry, "joints_moved": moved, "added": {"population": people}}
        return " ".join(short_section(first._replace(entry=entry), texts).notes)

    assert notes(1, 600).startswith("The new residents move the place where 1 cell joins the streets;")
    assert "2 cells join" in notes(2, 600)
    assert "2 cellules rejoignent" in notes(2, 600, FR)
    assert notes(1, 0) == notes(0, 600) == ""


def test_a_ratio_by_a_group_that_hardly_changes_is_withheld(first: ScenarioRead) -> None:
    """The richest tenth gains 100, from 10 to 190: 10 is under a quarter of 100."""
    rich = winner("decile_10", 100, 100, 0, 0, 0, 0, mean_change=100.0, low=10.0, high=190.0)
    read = first._replace(benefit=steady_ratios(benefit(), pd.DataFrame([rich])))
    made = benefit_table(read, EN)
    assert made is not None
    assert made.rows[1][1:] == ("not stated", "–", "The richest tenth changes too little for a ratio.")
    kept = first._replace(benefit=benefit().assign(value=132.9, note=None))
    whole = benefit_table(kept, EN)
    assert whole is not None
    assert whole.rows[1][1] == "130"


def test_periods_in_which_nothing_changes_are_folded(first: ScenarioRead) -> None:
    more = first.table.iloc[:1].assign(period="night", value=4000.0, change=0.0, low=0.0, high=0.0)
    read = first._replace(table=pd.concat([first.table, more], ignore_index=True))
    assert still_periods(read) == ["night"]
    made = service_table(read, EN)
    assert made is not None
    assert len(made.rows) == 2
    appears = more.assign(base=np.nan, change=np.nan, low=np.nan, high=np.nan)
    assert still_periods(first._replace(table=appears)) == []


def test_a_quarter_is_named_instead_of_a_cell() -> None:
    cell = "8935300700bffff"
    assert named_places(f"600 more in cell {cell}; x", {cell: "Les Berges"}, EN) == (
        "600 more in the quarter “Les Berges”; x"
    )
    assert named_places(f"dans la cellule {cell}", {}, FR) == f"dans la cellule {cell}"


def test_a_number_outside_its_range_says_what_to_quote(first: ScenarioRead) -> None:
    table = first.table.assign(low=-80.0, high=-70.0)
    made = index_table(first._replace(table=table), FR)
    assert made is not None
    assert "Citez l’intervalle, non le nombre." in with_mark_told(made, FR).note
    assert with_mark_told(made._replace(rows=()), FR).note == made.note


# ---- map


def test_classes_of_the_map_by_hand(first: ScenarioRead) -> None:
    """19 cells gain 100, 35 lose 50 (one of ring 6 is without data), 42 lose 500.

    From 50 to 500 in four steps of equal ratio: breaks at 89, 158 and 281, thus 90, 200 and 300.
    """
    drawn = difference_map(first.run, "X", True, EN)
    legend = {entry.label: entry.n_cells for entry in drawn.legend}
    assert legend == {
        "gain: 90 to under 200": 19, "loss: under 90": 35, "loss: 300 to 500": 42,
        "within the noise of the computation": 18, "no change": 100, "no data": 3, "nobody lives here": 54,
    }  # fmt: skip
    assert sum(legend.values()) == 271


def test_all_maps_of_a_folder_have_one_scale(first: ScenarioRead) -> None:
    """The other scenario changes ten times as much, so that here the largest class stays empty."""
    larger = first.run.cells.assign(headline_change=first.run.cells["headline_change"] * 10)
    scale = scale_of([first.run, first.run._replace(cells=larger)])
    assert scale.largest == 5000
    alone, together = (difference_map(first.run, "X", True, EN, given).legend for given in (None, scale))
    assert alone[1].label == "loss: under 90"
    assert not any("5,000" in entry.label for entry in together)
    other = difference_map(first.run._replace(cells=larger), "X", True, EN, scale).legend
    assert any(entry.label.endswith(" to 5,000") for entry in other)
    same = {entry.label: entry.colour for entry in other}
    assert all(same.get(entry.label, entry.colour) == entry.colour for entry in together)


def test_the_pages_of_a_folder_use_that_one_scale(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second scenario changes ten times as much; the first map is drawn with its 5,000."""
    shutil.copytree(folder, tmp_path / "out")
    both = gpd.read_parquet(tmp_path / "out" / "cells.parquet")
    second = both["scenario"] == read_comparison(folder).scenarios[1].id
    both.loc[second, "headline_change"] *= 10
    both.to_parquet(tmp_path / "out" / "cells.parquet")
    drawn = []

    def figure(scenario: ScenarioRead, texts: Texts, scale: Scale) -> Any:
        drawn.append(scale)
        raise StopIteration

    monkeypatch.setattr(report_scenarios, "map_figure", figure)
    with pytest.raises(StopIteration):  # the rest is not needed
        write_comparison_report(tmp_path / "out", ["en"])
    assert drawn[0].largest == 5000


def test_a_long_legend_leaves_the_residents_to_the_table(first: ScenarioRead) -> None:
    drawn = difference_map(first.run, "X", True, EN)
    assert len(drawn.legend) == 7
    assert compact(drawn, 3) is drawn
    long = compact(drawn, 4)
    assert [entry.residents for entry in long.legend] == [0.0] * 7
    assert [entry.label for entry in long.legend] == [entry.label for entry in drawn.legend]


def test_one_size_of_change_is_one_class(first: ScenarioRead) -> None:
    flat = first.run.cells.assign(headline_change=np.sign(first.run.cells["headline_change"]) * 50.0)
    assert scale_of([first.run._replace(cells=flat)]) == Scale((), 50.0)
    labels = [entry.label for entry in difference_map(first.run._replace(cells=flat), "X", True, EN).legend]
    assert labels[:2] == ["gain", "loss"]
    still = flat.assign(headline_state="unchanged")
    assert scale_of([first.run._replace(cells=still)]).breaks == ()


def test_few_residents_of_a_class_are_not_in_the_legend(tmp_path: Path) -> None:
    few = cells()
    gain = few["headline_state"] == "gain"
    few["population"] = few["population"].mask(gain, 0.0)
    few.loc[gain.idxmax(), "population"] = 7.0
    read = read_with(tmp_path, cells=few)
    drawn = without_few(read.run, difference_map(read.run, "X", True, EN))
    hidden = [entry.key for entry in drawn.legend if entry.residents == 0]
    assert [key for key in hidden if key.startswith("gain")] != []
    assert len(hidden) >= 2


def test_a_tooltip_tells_before_after_and_noise(first: ScenarioRead) -> None:
    titles = difference_titles(first.run, EN)
    assert "Centro · 100 residents · 10,000 before, 10,100 jobs after (+100) · noise up to 20" in titles
    assert any(
        title.endswith("(+10) · noise up to 20 · within the noise of the computation") for title in titles
    )
    assert sum("no data" in title for title in titles) == 3


def test_what_a_scenario_changes_is_drawn_with_its_legend(folder: Path) -> None:
    text = page(folder)
    for words in ("new stretch", "stretch no longer served", "new stop or place",
                  "stop no longer served, or place that goes"):  # fmt: skip
        assert words in text
    assert "same stretch, other trips" not in text


def test_an_overlay_keeps_the_places_of_its_lines() -> None:
    lines = gpd.GeoDataFrame(
        {"change": ["new"]}, geometry=[shapely.MultiLineString([[(0, 0), (10, 20)]])], crs="EPSG:32722"
    )
    points = gpd.GeoDataFrame({"change": ["removed"]}, geometry=[shapely.Point(5, 5)], crs="EPSG:32722")
    words = {("line", "new"): "a", ("point", "removed"): "b"}
    overlay = overlay_of(lines, points, "EPSG:32722", words)
    assert overlay.legend == (("line", "new", "a"), ("point", "removed", "b"))
    drawn = svg_overlay(overlay, 0.0, 20.0, 2.0)
    assert drawn.lines[0].path == "M0.0 40.0L20.0 0.0"
    assert drawn.points[0][1:] == (10.0, 30.0)
    empty = gpd.GeoDataFrame({"change": []}, geometry=[], crs="EPSG:4326")
    assert overlay_of(empty, empty, "EPSG:32722", words) == Overlay()


# ---- numbers in words


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(1200.0, "jobs", "+1,200"), (-0.05, "share", "−5.0 points"), (0.0, "jobs", "0"),
     (0.003, "jobs", "+0.0030"), (-0.004, "index", "−0.004"), (float("nan"), "jobs", "no data")],
)  # fmt: skip
def test_changes_carry_their_sign(value: float, unit: str, expected: str) -> None:
    assert signed_figure(value, unit, EN) == expected


def test_small_changes_are_not_rounded_to_nothing() -> None:
    assert (signed(0.004, EN), signed(-0.004, FR), signed(12.0, EN)) == ("+0.0040", "−0,0040", "+12")


def test_an_interval_is_told_or_its_lack() -> None:
    row = {"change": 5.0, "low": -1.0, "high": 11.0, "unit": "jobs"}
    assert interval_words(row, EN) == "−1 to +11: not told from chance"
    assert interval_words(row | {"low": 1.0}, EN) == "+1 to +11"
    assert interval_words(row | {"change": 0.0, "low": 0.0, "high": 0.0}, EN) == "0 to 0"
    assert interval_words(row | {"low": None}, EN) == "not quantified"
    assert interval_words(row | {"change": 12.0}, EN) == "−1 to +11: not told from chance\u00a0†"
    assert interval_words(row | {"change": None}, EN) == "–"


def test_numbers_of_one_row_have_the_same_digits() -> None:
    row = {
        "base": 1.7304,
        "value": 1.6884,
        "change": -0.042,
        "low": -0.0492,
        "high": -0.0002,
        "unit": "ratio",
    }
    assert before_after(row, EN) == "1.730 → 1.688 (−0.042)"
    assert interval_words(row, EN) == "−0.049 to 0.000"
    assert change_words(row | {"change": -0.0002}, FR) == "plus petit que 0,001"
    jobs = {"change": 8.7, "low": -29.0, "high": 102.0, "unit": "jobs"}
    assert (change_words(jobs, EN), interval_words(jobs, EN)) == ("+9", "−29 to +102: not told from chance")
    small = {"change": 0.009, "low": 0.0021, "high": 0.02, "unit": "jobs"}
    assert (change_words(small, EN), interval_words(small, EN)) == ("+0.009", "+0.002 to +0.020")


def test_french_elides_before_a_vowel() -> None:
    assert elided("davantage de emplois, de écoles, de hôpitaux, de jardins", FR) == (
        "davantage d’emplois, d’écoles, d’hôpitaux, de jardins"
    )
    assert elided("de emplois", EN) == "de emplois"


def test_before_and_after_stand_in_one_cell() -> None:
    row = {"base": 4.0, "value": 5.0, "change": 1.0, "unit": "jobs"}
    assert before_after(row, EN) == "4 → 5 (+1)"
    assert before_after(row | {"value": 4.0, "change": 0.0}, EN) == "4"
    assert before_after(None, EN) == "no data"


def test_what_is_asked_is_shown_as_the_file_writes_it(first: ScenarioRead) -> None:
    changed = modification_table(first, EN)
    assert changed is not None
    assert changed.rows[0][1:] == (
        "new street for walking: a footbridge", "line_strings: [[[-51.2, -30.05], [-51.201, -30.051]]]",
        "1 new street, 150 m", "the ends lie 3 m off",
    )  # fmt: skip
    assert changed.rows[2][2] == "service: schools; at: {lat: -30.06, lon: -51.2}; name: New school"
    assert (
        asked_words({"type": "x", "count": 600.0, "linkable": False, "empty": []})
        == "count: 600; linkable: false"
    )
    assert len(asked_words({"where": "x" * 500})) == 240


def test_rights_that_nobody_gains_or_loses_are_left_out_side_by_side(folder: Path) -> None:
    found = read_comparison(folder)
    made = side_table(found.scenarios, found.side_by_side, EN)
    rows = {row[0]: row[1:] for row in made.rows}
    assert rows["Vehicle-hours a week"] == ("700", "770 (+70)", "770 (+70)")
    assert rows["Residents gaining"] == ("–", "1,900", "1,900")  # the second does not know its noise
    assert "deciles" not in made.note
    sure = side_table(found.scenarios[:1], found.side_by_side, EN)
    assert "Residents gaining beyond the noise" in [row[0] for row in sure.rows]
    entry = {**found.scenarios[0].entry, "added": {"population": 600.0}}
    grown = side_table([found.scenarios[0]._replace(entry=entry)], found.side_by_side, FR)
    assert "Compte les habitants ajoutés et les nouveaux déciles" in grown.note
    assert not any("hospital" in label for label in rows)
    assert any("primary school" in label for label in rows)


# ---- every text is used


class Recorder(Texts):
    """Texts that remember which keys were asked for."""

    used: set[str] = set()

    def __call__(self, key: str, **values: object) -> str:
        self.used.add(key)
        return super().__call__(key, **values)


def test_every_text_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a handful of comparisons that differ in what they hold, each key is asked for at least once."""
    monkeypatch.setattr(report_scenarios, "Texts", Recorder)
    monkeypatch.setattr(report_scenarios, "map_png", lambda *_, **__: b"")
    monkeypatch.setattr(Recorder, "used", set())

    small = cells().iloc[:60]

    def make(name: str, *, base: dict[str, Any] | None = None, folder: bool = True, **changes: Any) -> None:
        place = tmp_path / name
        frames = {"cells": small} | changes.pop("frames", {})
        made = replace(compared(place), comparison=comparison(**frames), **changes)
        warm = warm_run(place / "run", **(base or {}))
        warm.folder = warm.folder if folder else None
        write_comparison(place / "out", warm, [made], languages=("en",))

    whole = replace(compared(tmp_path), comparison=comparison(cells=small))
    names = [{"en": name, "fr": name} for name in ("two", "three")]
    more = [
        replace(whole, scenario=scenario_named(name), comparison=comparison(scenario=name, cells=small))
        for name in names
    ]
    write_comparison(tmp_path / "three", warm_run(tmp_path / "run"), [whole, *more], languages=("en",))
    moved = rights()
    lost = moved.assign(losing=[700.0, 0, 0, np.nan], gaining=[0.0, 0, 0, np.nan])
    few = moved.assign(losing=[7.0, 0, 0, np.nan], gaining=[7.0, 0, 0, np.nan])
    one_school = [["school_15", "school_age"]]
    by_sign = {"rights": lost, "noise_quantified": False, "cells": cells()}
    make("lost", frames=by_sign, file=None, register=None, base={"rights_counted_as_everyone": one_school})
    make("few", frames={"rights": few, "checks": []}, bill=whole.bill.iloc[:0],
         register=replace(register(), zones=register().zones.iloc[:0]))  # fmt: skip
    make("still", frames={"rights": moved.iloc[2:], "winners": winners().iloc[:0]},
         register=replace(register(), note={"en": "none", "fr": "aucun"}))  # fmt: skip
    nobody = [pd.DataFrame([winner("all", 1000, 0, 0, noise, 1000 - noise, 0)]) for noise in (0, 40)]
    flat = whole.bill.assign(value=whole.bill["base"], change=0.0)
    make("nobody", frames={"winners": nobody[0], "rights": moved.iloc[:0]}, bill=flat)
    make("noise", frames={"winners": nobody[1], "table": table().iloc[:0]})
    gain, loss = (
        benefit().assign(value=0.4, note=None, direction=direction) for direction in ("gain", "loss")
    )
    bare = winners().assign(low=np.nan, high=np.nan)
    added = {"group": "added_residents"}
    no_moves = cells().iloc[:1]
    make("bare", frames={"benefit": gain, "winners": bare, "cells": no_moves}, folder=False)
    growing = winners().assign(low=1.0, high=9.0, mean_change=5.0)
    kept = register().zones
    kept = pd.concat([kept.iloc[:1].assign(state=state) for state in ("grows", "shrinks", "stays")])
    make("gain", frames={"benefit": gain, "winners": growing},
         register=replace(register(), zones=gpd.GeoDataFrame(kept, crs="EPSG:4326")))  # fmt: skip
    make(
        "loss",
        frames={"benefit": loss, "winners": pd.concat([winners(), winners().iloc[:1].assign(**added)])},
    )
    types = {
        key.rpartition(".")[2].replace("_", "-") for key, _ in flatten(load_tree("en")["scenario"]["type"])
    }
    for kind in types:
        report_scenarios.changed_section(
            typed(read_comparison(tmp_path / "three").scenarios[0], kind), Recorder("en")
        )
    read = read_comparison(tmp_path / "three").scenarios[0]
    if texts := Recorder("en"):
        winner_sentences(several_cutoffs(read), texts)
        alone = several_cutoffs(read)
        winner_sentences(alone._replace(winners=alone.winners[alone.winners["group"] == "all"]), texts)
        for n_joints in (1, 2):
            added = {**read.entry, "joints_moved": n_joints, "added": {"population": 9.0}}
            short_section(read._replace(entry=added), texts)
            side_table([read._replace(entry=added)], read_comparison(tmp_path / "three").side_by_side, texts)
        for against in ("richest10", "decile_10", "all"):
            little = benefit().iloc[1:].assign(value=np.nan, against=against, note=TOO_LITTLE)
            benefit_table(read._replace(benefit=little), texts)
        named_places("in cell 8935300700bffff", {"8935300700bffff": "x"}, texts)
        interval_words({"change": 5.0, "low": -1.0, "high": 11.0}, texts)
        both = pd.concat([moved.iloc[:1], moved.iloc[:1].assign(right="hospital_45")])
        winner_sentences(read._replace(rights=both), texts)
        change_words({"change": 0.0001, "unit": "ratio"}, texts)
        night = read.table.iloc[:1].assign(value=4000.0, change=0.0, low=0.0, high=0.0)
        indices_section(read._replace(table=night), texts)
        steps = {key.replace("_", " "): 1.0 for key, _ in flatten(load_tree("en")["scenario"]["step"])}
        seconds_table(read._replace(entry={**read.entry, "seconds": steps}), texts)
        outside = read.winners.assign(low=1.0, high=2.0)
        short_section(read._replace(winners=outside), texts)
    routes = read_comparison(tmp_path / "three").scenarios[0]
    assert routes.entry["checks"][0]["name"] == CHECKS[0].name
    keys = {f"scenario.{key}" for key, _ in flatten(load_tree("en")["scenario"])}
    assert keys - Recorder.used == set()


def typed(scenario: ScenarioRead, kind: str) -> ScenarioRead:
    """The scenario as if its first modification were of this type."""
    entry = {**scenario.entry, "modifications": [{"type": kind}], "text": None}
    return scenario._replace(entry=entry)
