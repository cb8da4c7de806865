"""The report on a disc of hexagons (builders_report.py), whole and with pieces missing."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from builders_evidence import every_word_run, few_zones_run, verdicts_run, write_evidence_run, zones
from builders_report import few_people_run, gaps, hex_disc, indicator_rows, manifest, write_run
from builders_report_rights import basket, deep, two_catalogues_run

from access import report
from access.errors import ResultError
from access.report import write_report
from access.report_charts import decile_chart
from access.report_data import Run, read_run
from access.report_findings import findings, window
from access.report_map import access_map, class_colours, coincidence_map
from access.report_png import scale_bar_m, wrap
from access.report_tables import service_table, sufficiency_table, zone_table
from access.texts import LANGUAGES, Texts, flatten

EN, FR = Texts("en"), Texts("fr")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole disc with its report."""
    folder = write_run(tmp_path_factory.mktemp("run"))
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.en.html").read_text(encoding="utf-8")


class Outline(HTMLParser):
    """Collects what the checks below look at, and whether tags are closed in order."""

    VOID = frozenset({"meta", "img", "link", "br", "hr", "input"})

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


# ---- files


def test_files_are_written_in_order_and_named_by_language(tmp_path: Path) -> None:
    folder = write_run(tmp_path)
    names = [path.name for path in write_report(folder)]
    assert names == [
        "map.png", "map_low_income.png", "report.en.html",
        "map.fr.png", "map_low_income.fr.png", "report.fr.html",
    ]  # fmt: skip
    assert all((folder / name).stat().st_size > 10_000 for name in names)


def test_equal_runs_give_equal_bytes(folder: Path, tmp_path: Path) -> None:
    again = write_run(tmp_path)
    for path in write_report(again):
        here, there = (hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, folder / path.name))
        assert here == there, path.name


def test_the_map_is_1600_by_1200(folder: Path) -> None:
    header = (folder / "map.png").read_bytes()[:24]
    assert struct.unpack(">II", header[16:24]) == (1600, 1200)


def test_inputs_are_left_as_they_are(tmp_path: Path) -> None:
    folder = write_run(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    write_report(folder, languages=("fr",))
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert (folder / "map.png").is_file()


# ---- the page as a document


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_needs_nothing_from_outside(folder: Path, language: str) -> None:
    text = (folder / f"report.{language}.html").read_text(encoding="utf-8")
    outline = Outline(text)
    assert not outline.of("script", "link", "iframe", "object", "embed")
    assert "http:" not in text
    assert "https:" not in text
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert all(str(a.get("href", "#")).startswith("#") for a in outline.of("a"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_well_formed_and_in_its_language(folder: Path, language: str) -> None:
    outline = Outline((folder / f"report.{language}.html").read_text(encoding="utf-8"))
    assert outline.open == []
    assert outline.of("html") == [{"lang": language}]
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for a in outline.of("a")}
    assert targets <= set(ids)


def test_headings_go_down_one_step_at_a_time(page: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))


def test_drawings_have_words_and_tables_have_captions_and_headers(page: str) -> None:
    outline = Outline(page)
    drawings = [a for a in outline.of("svg") if a.get("aria-hidden") != "true"]
    assert len(drawings) == 3
    assert all(a.get("role") == "img" and a.get("aria-label") for a in drawings)
    assert len(outline.of("table")) == len(outline.of("caption")) == 15
    assert all(a.get("scope") in ("col", "row") for a in outline.of("th"))


def test_colours_of_text_have_enough_contrast() -> None:
    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(one), luminance(other)))
        return (high + 0.05) / (low + 0.05)

    for ink, ground in (("#1a1a1a", "#ffffff"), ("#4a4a4a", "#ffffff"), ("#0b4f8a", "#ffffff"),
                        ("#8f3900", "#ffffff"), ("#1a1a1a", "#fff4d6")):  # fmt: skip
        assert contrast(ink, ground) >= 4.5
    css = (Path(report.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
    assert set(re.findall(r"[ ;{]color: (#\w+)", css)) <= {"#1a1a1a", "#4a4a4a", "#0b4f8a"}


def test_each_cell_has_a_tooltip_and_above_the_limit_the_picture_stands_in(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    assert page.count("<title>") == 1 + 2 * 271
    assert "data:image/png;base64," not in page
    monkeypatch.setattr(report, "MAX_SVG_CELLS", 270)
    write_report(write_run(tmp_path), languages=("en",))
    with_picture = (tmp_path / "report.en.html").read_text(encoding="utf-8")
    assert with_picture.count("<title>") == 1
    assert with_picture.count("data:image/png;base64,") == 2


def test_text_from_input_is_escaped(tmp_path: Path) -> None:
    """Neither markup nor a template nor mathematics (``$\\nope$`` would stop matplotlib)."""
    evil = '<script>alert("x")</script> & {place} {{ 7*7 }} $\\nope$ R 5'
    cells = hex_disc()
    cells["zone"] = evil
    write_run(tmp_path, cells, name=evil, notice={"en": evil}, warnings=[evil], attribution=[evil])
    write_report(tmp_path, languages=("en",))
    text = (tmp_path / "report.en.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt; &amp; {place} {{ 7*7 }} $\\nope$ R 5" in text


# ---- every text is used


class Recorder(Texts):
    """Texts that remember which keys were asked for."""

    used: set[str] = set()

    def __call__(self, key: str, **values: object) -> str:
        self.used.add(key)
        return super().__call__(key, **values)


def test_every_text_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a handful of runs that differ in what they hold, each key is asked for at least once."""
    monkeypatch.setattr(report, "Texts", Recorder)
    monkeypatch.setattr(Recorder, "used", set())
    disc = hex_disc()

    def make(name: str, cells: object = None, indicators: object = None, **changes: object) -> None:
        write_report(write_run(tmp_path / name, cells, indicators, **changes))  # type: ignore[arg-type]

    make("whole")
    monkeypatch.setattr(report, "map_png", lambda *_, **__: b"")
    make("no_income", disc.drop(columns=["income_decile", "zone", "snap"]),
         indicator_rows(disc).query("group == 'all'"),
         percentile=85, warnings=[], sufficiency=[],
         services=[manifest()["services"][0] | {"total": None}])  # fmt: skip
    far = disc.assign(jobs_in_45min_midday=disc["jobs_in_45min_midday"] * (disc.index < 20))
    poor_first = indicator_rows(disc)
    poor_first.loc[poor_first["group"] == "decile_10", "value"] = 1.0
    poor_first.loc[len(poor_first)] = poor_first.query("group == 'decile_5'").iloc[0].to_dict() | {
        "group": "decile_1", "service": "jobs", "cutoff_min": 45, "value": 9.0,
    }  # fmt: skip
    nearest = poor_first["indicator"] == "nearest_mean_min"
    make("far", far, poor_first.assign(value=poor_first["value"].mask(nearest), note="not defined"))
    zero = poor_first.assign(value=poor_first["value"].where(poor_first["group"] != "decile_1", 0.0))
    few = disc.assign(jobs_in_45min_midday=50.0, population=disc["population"].where(disc.index > 3))
    make("zero", few, zero)
    rich = poor_first.assign(value=poor_first["value"].where(poor_first["group"] != "decile_10", 90.0))
    rich["value"] = rich["value"].where(rich["indicator"] != "ratio_richest10_poorest40", np.inf)
    spread = disc.assign(jobs_in_45min_midday=np.where(disc.index > 0, 50.0, 70.0))
    make("rich", spread, rich, created="2026-01-01")
    crossed = disc.assign(income_decile=pd.array(np.where(disc.index % 2, 9, 1), dtype="Int64"))
    make("crossed", crossed)
    for tenth in (1, 10):  # the disc itself has no decile 1: an empty poorest tenth
        filled = disc["income_decile"].where(disc["population"] > 0, pd.NA).mask(disc.index == 3, tenth)
        make(f"tenth_{tenth}", disc.assign(income_decile=filled.mask(filled == 11 - tenth, 5)))
    make("equal", disc.assign(income_decile=pd.array([5] * len(disc), dtype="Int64")), **gaps())
    make("old", walking={"walk_speed_km_h": 3.6})
    midday = manifest()["periods"][0] | {"departure_start": None, "arrival_start": "12:30"}
    limits = manifest()["walking"] | {"max_rides": 3, "step_free": "best"}
    modes = [
        {"name": "car", "label": {"en": "car", "fr": "voiture"}, "rules": "free", "max_duration_min": 60}
    ]
    counts = {"read_visits": 100, "filled_visits": 32, "expanded_trips": 5, "by_arrangement_visits": 1,
              "on_demand_trips": 2}  # fmt: skip
    r5 = {"name": "r5", "jar": "r5.jar", "jar_sha256": "0" * 64, "r5py": "1.1", "java": "21",
          "monte_carlo_draws": 60}  # fmt: skip
    make("own_engine", engine={"name": "fairreach"})
    make("r5", engine=r5)
    make("r5_own_jar", engine=r5 | {"jar": None, "jar_sha256": None, "monte_carlo_draws": 0})
    make("blank", timetables={"2019-05-15": counts}, walking=manifest()["walking"] | {"max_rides": None})
    make("school", periods=[midday], walking=limits, modes=modes, seconds_by_stage={"modes": 1.0})
    make("school_85", periods=[midday], percentile=85, walking=limits | {"step_free": "worst"})
    make("dark", headline={"service": "jobs", "cutoff_min": 45, "period": "night"})
    make("means_only", disc, indicator_rows(disc).query("indicator == 'mean_access' and group == 'all'"))
    beside = indicator_rows(disc).assign(interval_kind="input uncertainty", sources="x", draws=500)
    beside = beside.assign(low=beside["value"] + 1, high=beside["value"] + 2)
    spread_min = beside.query("indicator == 'nearest_mean_min'").assign(
        interval_kind="variability: departure minutes"
    )
    make("outside", disc, pd.concat([beside, spread_min], ignore_index=True))
    write_report(every_word_run(tmp_path / "words"))
    write_report(few_zones_run(tmp_path / "few_zones"))
    write_report(few_people_run(tmp_path / "few_people"))
    write_report(two_catalogues_run(tmp_path / "two_catalogues"))
    write_report(
        two_catalogues_run(
            tmp_path / "few_lack", *deep("eu_work", 0.2, 0.1), *basket("fr", 21_390.0, 1.0, 9.0)
        )
    )
    for name, index, value in (("rich", RATIO, 2.0), ("poor", RATIO, 0.5), ("none", DIFFERENCE, 2.0)):
        tenths_run(tmp_path / f"{name}_tenth", 1.0, 2.0, (index, value, value, value))
        write_report(tmp_path / f"{name}_tenth")
    write_report(verdicts_run(tmp_path / "verdicts"))
    evidence = write_evidence_run(tmp_path / "evidence")
    zones().iloc[:0].to_parquet(evidence / "zones.parquet")
    write_report(evidence)
    own = yaml.safe_load(files("access").joinpath("texts", "en.yaml").read_text(encoding="utf-8"))
    keys = {key for key, _ in flatten(own) if not key.startswith(("explain.", "scenario.", "sheet."))}
    read_as_lists = {key for key in keys if key.startswith(("calendar.weekdays", "calendar.months"))}
    assert keys - Recorder.used - read_as_lists == set()


# ---- what it says


def test_half_of_residents_sentence_by_hand(folder: Path) -> None:
    """Rings 0 to 8 have 217 cells, 3 unknown: 214. Rings 0 to 5 hold 90 known cells, ring 6 the next 35:

    125 cells of 214 reach at least 4,000 jobs, 90 reach 5,000; so half reach at least 4,000 of 11,000.
    """
    first = findings(read_run(folder), EN)[0]
    assert first == (
        "Half of the 21,400 residents studied in Hexville can reach at least 4,000 jobs within 45 minutes by "
        "public transport and on foot (weekday midday); that is 36% of all jobs in the study area."
    )


def test_a_missing_decile_is_said_and_not_guessed(folder: Path) -> None:
    """The disc has no decile 1."""
    run = read_run(folder)
    told = [sentence for sentence in findings(run, EN) if "cannot be compared" in sentence]
    assert len(told) == 1
    assert told[0].startswith(
        "Incomes are known, but no residents whose access is known fall into the poorest"
    )
    chart = decile_chart(run, EN)
    assert chart is not None
    assert (chart.bars[0].value, chart.bars[0].height) == ("no data", 0.0)
    assert chart.bars[9].value == "10,000"


def test_none_reached_counts_ring_8_by_hand(folder: Path) -> None:
    """Ring 8 has 48 cells of 100 residents, one not snapped: 4,700 of 21,400."""
    assert "4,700 residents (22%) cannot reach any jobs within 45 minutes." in findings(read_run(folder), EN)


def test_french_findings_use_french_numbers_and_words(folder: Path) -> None:
    text = " ".join(findings(read_run(folder), FR))
    assert text.startswith("Hexville\u00a0: la moitié des 21\u202f400 habitants étudiés peut")
    assert "Sans accès aux emplois en moins de 45 minutes\u00a0: 4\u202f700 habitants (22\u202f%)." in text


def tenths_run(folder: Path, poorest: float, richest: float, *ranges: tuple[str, float, float, float]) -> Run:
    """A run with the means of two tenths, and indices of them as (name, value, low, high)."""
    where = {"service": "jobs", "period": "midday", "cutoff_min": 45}
    means = [where | {"indicator": "mean_access", "group": group, "value": mean, "unit": "jobs"}
             for group, mean in (("decile_1", poorest), ("decile_10", richest))]  # fmt: skip
    indices = [
        where | {"indicator": name, "group": "all", "value": value, "low": low, "high": high, "unit": "ratio",
                 "interval_kind": "input uncertainty", "covered_population": 21_400.0}
        for name, value, low, high in ranges
    ]  # fmt: skip
    disc = hex_disc()
    disc["income_decile"] = disc["income_decile"].mask(disc.index == 3, 1)
    return read_run(write_run(folder, disc, pd.DataFrame(means + indices)))


RATIO, DIFFERENCE = "ratio_decile10_decile1", "difference_decile10_decile1"


SURE = "(range by the modelled errors of the inputs: "
WITHHELD = "Which side has more access is not claimed here: "
BARE = WITHHELD + "its range is not quantified, so the number describes this model only."


@pytest.mark.parametrize(
    ("poorest", "richest", "index", "expected"),
    [
        (100.0, 340.0, (RATIO, 3.4, 3.0, 4.0), f"tenth 340: 3.4 times as many {SURE}3.0 to 4.0)."),
        (400.0, 100.0, (RATIO, 0.25, 0.2, 0.5),
         f"tenth 100: the poorest tenth reaches 4.0 times as many {SURE}2.0 to 5.0)."),
        (100.0, 340.0, (RATIO, 3.4, 0.9, 4.0), f"tenth 340. {WITHHELD}the range from 0.90 to 4.00 holds 1."),
        (100.0, 340.0, (RATIO, 3.4, np.nan, np.nan), f"tenth 340. {BARE}"),
        (0.0, 50.0, (DIFFERENCE, 50.0, 40.0, 60.0),
         "tenth 50. The difference is 50; range by the modelled errors of the inputs: 40 to 60. So the "
         "richest tenth reaches more on average than the poorest tenth, whatever value within the range is "
         "true."),
        (0.0, 50.0, (DIFFERENCE, 50.0, -1.0, 60.0),
         f"tenth 50. {WITHHELD}the range from −1.00 to 60.00 holds 0."),
        (50.0, 0.0, (RATIO, 0.0, 0.0, 0.1),
         "tenth 0. So the poorest tenth reaches more on average than the richest tenth, whatever value "
         "within the range is true."),
        (100.0, 340.0, (RATIO, 3.4, -0.5, 7.0),
         f"tenth 340. {WITHHELD}the range from −0.50 to 7.00 holds 1."),
    ],
)  # fmt: skip
def test_poorest_and_richest_tenth_are_compared_only_where_the_range_carries_it(
    tmp_path: Path, poorest: float, richest: float, index: tuple[str, float, float, float], expected: str
) -> None:
    told = findings(tenths_run(tmp_path, poorest, richest, index), EN)
    assert any(sentence.endswith(expected) for sentence in told)
    assert any(sentence.startswith("In this model") for sentence in told) == ("times" not in expected)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1.2, 2.0, f"On average the richest 10% reach more than the poorest 40%: 1.50 times as much {SURE}"
                   "1.20 to 2.00; 1 means equal access)."),
        (0.9, 2.0, "In this model the richest 10% reach on average 1.50 times what the poorest 40% reach "
                   f"(1 means equal access). {WITHHELD}the range from 0.90 to 2.00 holds 1."),
    ],
)  # fmt: skip
def test_the_ratio_of_rich_to_poor_is_claimed_only_where_its_range_carries_it(
    tmp_path: Path, low: float, high: float, expected: str
) -> None:
    run = tenths_run(tmp_path, 1.0, 2.0, ("ratio_richest10_poorest40", 1.5, low, high))
    assert expected in findings(run, EN)


def test_a_headline_without_data_says_so_with_the_reason(tmp_path: Path) -> None:
    write_run(tmp_path, headline={"service": "jobs", "cutoff_min": 45, "period": "night"})
    write_report(tmp_path, languages=("en",))
    text = (tmp_path / "report.en.html").read_text(encoding="utf-8")
    assert "There are no data on access to jobs for “night”" in text
    assert "no departure between 23:30 and 00:30" in text
    assert not (tmp_path / "map_low_income.png").exists()
    run = read_run(tmp_path)
    assert {entry.key for entry in access_map(run, EN).legend} == {"no_data", "not_linked", "no_residents"}


def test_no_data_is_never_a_zero_in_the_table_of_services(folder: Path) -> None:
    rows = {row[:2]: row[2:] for row in service_table(read_run(folder), EN).rows}
    assert set(rows[("Jobs", "night")]) == {"no data"}
    assert set(rows[("Clinics", "weekday midday")]) == {"no data"}
    assert "no data" not in rows[("Jobs", "weekday midday")]


def test_undefined_is_not_no_data(tmp_path: Path) -> None:
    """The poorest reach nothing; nobody reaches a school; on clinics the run knows nothing."""
    where = {"period": "midday", "note": "not defined", "group": "all", "value": np.nan}
    rows = pd.DataFrame(
        [
            where | {"indicator": "ratio_richest10_poorest40", "service": "jobs", "cutoff_min": 45},
            where | {"indicator": "nearest_mean_min", "service": "schools"},
            where | {"indicator": "nearest_unreached_residents", "service": "schools", "value": 21_400.0},
        ]
    )
    run = read_run(write_run(tmp_path, indicators=rows))
    cells = {row[0]: row[-3:] for row in service_table(run, EN).rows if row[1] == "weekday midday"}
    assert cells["Jobs"] == ("not defined", "no data", "no data")
    assert cells["Schools"] == ("no data", "not reached", "21,400")
    assert cells["Clinics"] == ("no data", "no data", "no data")


def test_columns_left_over_in_a_period_without_data_are_not_shown(tmp_path: Path) -> None:
    """A zero in a period marked "no data" must not come through."""
    cells = hex_disc()
    cells["jobs_in_45min_night"] = 0.0
    cells["below_jobs_line_night"] = True
    run = read_run(write_run(tmp_path, cells, headline={"service": "jobs", "period": "night"}))
    assert np.isnan(run.headline_access()).all()
    table = sufficiency_table(run, EN)
    assert table is not None
    assert table.rows[1][2:5] == ("no data", "no data", "no data")


def test_a_zero_of_a_cell_that_is_not_snapped_is_no_data(tmp_path: Path) -> None:
    cells = hex_disc()
    cells.loc[[100, 200], "jobs_in_45min_midday"] = 0.0
    access = read_run(write_run(tmp_path, cells)).headline_access()
    assert np.isnan(access).sum() == 3


def test_sufficiency_by_hand(folder: Path) -> None:
    """Below: rings 6, 7, 8 with 36 + 42 + 48 cells, less one in ring 6 and one in ring 8; deciles 1 to 4."""
    table = sufficiency_table(read_run(folder), EN)
    assert table is not None
    assert table.rows[0][2:6] == ("12,400", "58%", "12,400", "300")


def test_zones_are_ranked_from_the_lowest_mean(folder: Path, tmp_path: Path) -> None:
    table = zone_table(read_run(folder), EN)
    assert table is not None
    means = [float(row[2].replace(",", "")) for row in table.rows]
    assert [row[0] for row in table.rows][-1] == "Centro"
    assert means == sorted(means)
    tiny = hex_disc()
    tiny.loc[tiny.index[:1], "zone"] = "Tiny"  # 100 residents
    table = zone_table(read_run(write_run(tmp_path, tiny)), EN)
    assert table is not None
    assert "Tiny" not in [row[0] for row in table.rows]


def test_walking_speed_date_and_window_are_always_printed(folder: Path, page: str) -> None:
    assert "walking at 3.6\u00a0km/h" in page
    assert "Wednesday 15 May 2019" in page
    assert "12:30 to 14:30" in page
    assert "faster than this half of the time" in page
    assert "A made-up disc of cells." in page
    assert "0" * 64 in page


def test_window_past_midnight() -> None:
    night = {"departure_start": "23:30", "departure_window_min": 60}
    assert window(night, EN) == "departures 23:30 to 00:30 the next day"
    school = {"departure_start": None, "arrival_start": "08:00", "departure_window_min": 30}
    assert window(school, EN) == "arrivals 08:00 to 08:30"
    assert window({}, EN) == "no data"


# ---- maps


def test_classes_are_written_in_words(folder: Path) -> None:
    run = read_run(folder)
    english, french = ([e.label for e in access_map(run, texts).legend] for texts in (EN, FR))
    assert "6,000 to under 7,000" in english
    assert "de 6\u202f000 à moins de 7\u202f000" in french
    assert not any("<" in label for label in english + french)


def test_legend_counts_every_resident_once(folder: Path) -> None:
    run = read_run(folder)
    for cell_map in (access_map(run, EN), coincidence_map(run, EN)):
        assert cell_map is not None
        assert sum(entry.residents for entry in cell_map.legend) == 21_700
        assert sum(entry.n_cells for entry in cell_map.legend) == 271


def test_the_four_absences_have_looks_of_their_own(folder: Path) -> None:
    legend = {entry.key: entry for entry in access_map(read_run(folder), EN).legend}
    special = [legend[key] for key in ("none_reached", "no_data", "not_linked", "no_residents")]
    assert len({(entry.colour, entry.pattern) for entry in special}) == 4
    assert [entry.n_cells for entry in special] == [47, 1, 2, 54]


def test_classes_go_from_dark_to_light() -> None:
    def lightness(colour: str) -> int:
        return sum(int(colour[i : i + 2], 16) * w for i, w in ((1, 3), (3, 6), (5, 1)))

    colours = class_colours(6)
    assert [lightness(c) for c in colours] == sorted(lightness(c) for c in colours)
    assert len(class_colours(1)) == 1


@pytest.mark.parametrize(("extent_m", "bar_m"), [(9_999, 1000), (10_000, 2000), (26_000, 5000), (600, 100)])
def test_scale_bar_is_a_round_fifth(extent_m: float, bar_m: float) -> None:
    assert scale_bar_m(extent_m) == bar_m


def test_wrapped_lines_fit_and_no_word_is_lost() -> None:
    text = "Limits of these data and a rather long line about R$ 5 and $ 7"
    lines = wrap(text, 12, 150)
    assert len(lines) > 2
    assert " ".join(lines) == text
    assert wrap("incomprehensibilities", 12, 10) == ["incomprehensibilities"]


# ---- what cannot be read


def test_missing_files_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"no cells.parquet, indicators.parquet, headline.json, manifest"):
        write_report(tmp_path)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ResultError, match=r"a result file cannot be read .*; make it again"):
        write_report(tmp_path)
    (tmp_path / "manifest.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ResultError, match=r"manifest.json holds a list, not an object"):
        write_report(tmp_path)


def test_cells_without_their_columns_or_rows_or_crs_are_refused(tmp_path: Path) -> None:
    disc, rows = hex_disc(), indicator_rows(hex_disc())
    write_run(tmp_path, disc.drop(columns=["population"]), rows)
    with pytest.raises(ResultError, match=r"cells.parquet has no column population"):
        write_report(tmp_path)
    write_run(tmp_path, disc.iloc[:0], rows)
    with pytest.raises(ResultError, match=r"cells.parquet has no cells"):
        write_report(tmp_path)
    write_run(tmp_path, disc.set_crs(None, allow_override=True), rows)
    with pytest.raises(ResultError, match=r"no coordinate reference system"):
        write_report(tmp_path)


def test_no_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"languages: none given; choose from en, fr"):
        write_report(tmp_path, languages=())


def test_an_almost_empty_manifest_still_gives_a_report(tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"name": "Bare"}), encoding="utf-8")
    write_report(tmp_path, languages=("en",))
    assert "Access gaps: Bare" in (tmp_path / "report.en.html").read_text(encoding="utf-8")


def test_values_of_headline_json_fill_gaps_but_never_replace_indicators(tmp_path: Path) -> None:
    write_run(tmp_path)
    row = {"indicator": "mean_access", "service": "jobs", "period": "midday", "cutoff_min": 45}
    rows = [row | {"group": "all", "value": 1.0}, row | {"group": "decile_1", "value": 7.0}]
    (tmp_path / "headline.json").write_text(json.dumps({"numbers": rows}), encoding="utf-8")
    run = read_run(tmp_path)
    assert run.value("mean_access", "jobs", "midday", 45, "decile_1") == 7.0
    assert run.value("mean_access", "jobs", "midday", 45) != 1.0
