"""The evidence report: every sentence from a claim, what is not carried is withheld, pages are tagged."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders_bundle import write_run_with_inputs
from builders_evidence import row
from click.testing import CliRunner

from access.bundle_folders import manifest_in_bundle
from access.claims import Verdict
from access.cli import commands
from access.datasets import sha256_of
from access.errors import AccessError, ResultError
from access.evidence import gather, pdf_of, report_pdf
from access.evidence_city import city_statements
from access.evidence_figures import map_figure
from access.evidence_frames import frames_by_area
from access.evidence_statement import PALMA, Statement, covered_of, covered_words, numbered
from access.evidence_trace import input_names
from access.evidence_words import report_words
from access.evidence_zone import register_statement, zone_id_of, zone_statements
from access.indicator_registry import entry
from access.report_data import Run, read_run
from access.report_numbers import Numbers
from access.report_zones import zones_of
from access.texts import LANGUAGES, Texts
from access.zone_sheet_facts import manifest_sha256, zone_ids

EN, FR = Texts("en"), Texts("fr")
JOBS: dict[str, Any] = {"service": "jobs", "period": "midday", "cutoff_min": 45}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run_with_inputs(tmp_path_factory.mktemp("evidence"))


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return read_run(folder)


def said(run: Run, indicator: str, texts: Texts = EN, **where: str) -> list[Statement]:
    return [
        each
        for each in city_statements(run, texts)
        if each.method == indicator and all(each.source.key.get(key) == value for key, value in where.items())
    ]


def with_rows(run: Run, *rows: dict[str, Any]) -> Run:
    """The same run with only these numbers."""
    return run._replace(numbers=Numbers(list(rows)))


def test_a_comparison_whose_range_lies_on_one_side_is_said(run: Run) -> None:
    (palma,) = said(run, "ratio_richest10_poorest40")
    assert palma.state == "carried"
    assert palma.said.startswith("The tenth with the highest incomes reaches more jobs within 45 minutes")
    assert (palma.value, palma.range) == ("3.80", "3.20 to 4.40")
    assert any(band.startswith("choice of the cutoff") and "2.70 to 6.10" in band for band in palma.bands)


def test_a_comparison_whose_range_holds_the_line_is_withheld_with_the_reason(run: Run) -> None:
    (leaning,) = said(run, "concentration_index")
    assert leaning.state == "withheld"
    assert leaning.claim.verdict is Verdict.RANGE_HOLDS_NO_DIFFERENCE
    assert leaning.reason == "the range from −0.010 to 0.050 holds 0"
    assert leaning.said.startswith("Whether, over all incomes,")


def test_the_other_side_is_said_too(run: Run) -> None:
    less = row("ratio_richest10_poorest40", 0.5, unit="ratio", **JOBS)
    less |= {"low": 0.4, "high": 0.6, "interval_kind": "input uncertainty"}
    (palma,) = said(with_rows(run, less), "ratio_richest10_poorest40")
    assert "reaches fewer jobs" in palma.said


def test_a_number_and_both_ends_of_its_range_have_one_precision(run: Run) -> None:
    def told(value: float, low: float, high: float, unit: str, texts: Texts = EN) -> tuple[str, str]:
        number = row("gini", value, unit=unit, **JOBS) | {"low": low, "high": high}
        (gini,) = said(with_rows(run, number | {"interval_kind": "input uncertainty"}), "gini", texts)
        assert gini.value in gini.said
        return gini.value, gini.range

    assert told(6.24, 3.61, 10.974, "ratio") == ("6.24", "3.61 to 10.97")
    assert told(0.075, 0.059, 0.1, "ratio", FR) == ("0,075", "de 0,059 à 0,100")
    assert told(0.097, 0.089, 0.103, "share") == ("9.7%", "8.9% to 10.3%")
    assert told(0.9, 0.88, 0.9999, "share") == ("90.0%", "88.0% to 99.9%")  # never 100 % for almost all
    assert told(3.42, 0, 12.2, "jobs") == ("3.4", "0 to 12.2")  # an exact 0 has no digits
    assert told(1200.4, 900.2, 1300.6, "residents") == ("1,200", "900 to 1,301")


def test_a_line_that_asks_what_a_right_asks_is_told_once(run: Run) -> None:
    line = {"name": "line", "service": "school", "at_least": 1, "at_least_share": None, "within_min": 15}
    line |= {"label": {"en": "a school", "fr": "une école"}, "source": {"en": "us", "fr": "nous"}}
    right = {key: line[key] for key in ("service", "at_least", "at_least_share", "within_min", "label")}
    right |= {"name": "right", "modes": ["transit"], "level": None, "for_whom": "everyone"}
    where = {"unit": "residents", "period": "midday", "covered_population": 30000.0}
    rows = [
        row("below_line_residents", 40.0, standard="line", **where),
        row("right_residents", 40.0, standard="right", **where),
    ]

    def methods(**changed: Any) -> list[str]:
        manifest = {**run.manifest, "sufficiency": [line], "rights": [right | changed]}
        manifest["config"] = {"rights": {"groups": {"children": ["children"]}}}
        other = with_rows(run, *rows)._replace(manifest=manifest)
        return [each.method for each in city_statements(other, EN) if each.value == "40"]

    assert methods() == ["right_residents"]
    both = ["below_line_residents", "right_residents"]
    assert methods(within_min=30) == methods(at_least=2) == methods(service="hospital") == both
    assert methods(for_whom="children") == methods(modes=["walk"]) == both


def test_a_number_without_a_range_is_only_described_and_a_comparison_without_one_withheld(run: Run) -> None:
    bare = with_rows(
        run, row("gini", 0.3, **JOBS), row("ratio_richest10_poorest40", 3.0, unit="ratio", **JOBS)
    )
    (gini,) = said(bare, "gini")
    assert (gini.state, gini.claim.verdict) == ("described", Verdict.NOT_QUANTIFIED)
    (palma,) = said(bare, "ratio_richest10_poorest40")
    assert palma.state == "withheld"


def test_a_number_of_too_few_residents_is_withheld(run: Run) -> None:
    few = row("gini", 0.3, **JOBS) | {"low": 0.2, "high": 0.4, "interval_kind": "input uncertainty"}
    (gini,) = said(with_rows(run, few | {"covered_population": 900.0}), "gini")
    assert (gini.state, gini.claim.verdict) == ("withheld", Verdict.COVERAGE_TOO_LOW)
    assert "0.3" not in gini.said


def test_what_is_suppressed_is_withheld_and_gives_no_number_away(run: Run) -> None:
    hidden = row("right_residents", math.nan, unit="residents", standard="school_15", period="midday")
    hidden |= {"note": "suppressed: fewer than 20 residents"}
    (right,) = said(with_rows(run, hidden), "right_residents", standard="school_15")
    assert (right.state, right.reason) == ("withheld", EN("evidence.suppressed"))
    assert right.plain()["claim"]["value"] is None  # type: ignore[index]
    rights = {each.source.key.get("right"): each for each in zone_statements(run, "a_east", EN)}
    assert (rights["hospital_45"].state, rights["hospital_45"].value) == (
        "withheld",
        "suppressed (too few residents)",
    )
    assert math.isnan(rights["hospital_45"].claim.value)


def test_a_right_that_could_not_be_judged_says_what_is_missing(run: Run) -> None:
    entry = {
        "name": "bank",
        "label": {"en": "a bank", "fr": "une banque"},
        "missing": [{"mode": "transit", "why": "service"}],
    }
    other = run._replace(manifest={**run.manifest, "rights": [entry]})
    (bank,) = said(other, "right_residents", standard="bank")
    assert (bank.said, bank.reason) == ("How many lack “a bank”.", "no data on these places in this run")


def test_a_zone_found_often_enough_is_said_to_be_one(run: Run) -> None:
    def first(share: float, least: float) -> Statement:
        assert run.zones is not None
        zones = run.zones.copy()
        zones["share_of_draws"] = share
        rule = {**run.manifest.get("exclusion", {}), "min_share_of_draws": least}
        changed = run._replace(zones=zones, manifest={**run.manifest, "exclusion": rule})
        return next(iter(zone_statements(changed, "b_west", EN)))

    assert first(0.93, 0.8).state == "carried"
    assert first(0.8, 0.8).state == "carried"  # at least
    assert (first(0.7, 0.8).state, "70% of" in first(0.7, 0.8).reason) == ("withheld", True)
    assert first(math.nan, 0.8).claim.verdict is Verdict.NOT_DEFINED


def test_an_unknown_zone_and_another_runs_comparison_are_refused(folder: Path) -> None:
    with pytest.raises(ResultError, match="has no zone 'gone'"):
        gather(folder, "en", "gone")
    with pytest.raises(ResultError, match="is no comparison"):
        gather(folder, "en", comparison=folder)
    with pytest.raises(ValueError, match="language 'de'"):
        report_pdf(folder, "de")


def test_statements_are_numbered_and_the_withheld_stand_last(run: Run) -> None:
    listed = numbered([*city_statements(run, EN), *zone_statements(run, "b_west", EN)])
    ids = [each.id for each in listed]
    assert ids == [
        *(f"S{n}" for n in range(1, ids.index("W1") + 1)),
        *(f"W{n}" for n in range(1, len(ids) - ids.index("W1") + 1)),
    ]
    assert listed[0].chapter == "zone"
    assert all((each.state == "withheld") == each.id.startswith("W") for each in listed)


def test_every_said_number_is_the_row_that_it_names(folder: Path, run: Run) -> None:
    table = pd.read_parquet(folder / "indicators.parquet").astype(object)
    for each in city_statements(run, EN):
        if each.state == "withheld" or each.source.file != "indicators.parquet":
            continue
        found = table[table["interval_kind"].isna() | table["interval_kind"].eq("input uncertainty")]
        for key, value in each.source.key.items():
            found = found[
                found[key].map(lambda cell: "" if pd.isna(cell) else str(cell).removesuffix(".0")) == value
            ]
        assert each.claim.value in found["value"].to_list(), each


def test_both_languages_say_the_same_statements(run: Run) -> None:
    english, french = (
        [(e.state, e.source, e.claim.verdict) for e in city_statements(run, t)] for t in (EN, FR)
    )
    assert english == french
    assert not any(" de emplois" in each.said for each in city_statements(run, FR))


def test_inputs_are_followed_back(run: Run) -> None:
    assert input_names(run, "mean_access", ["jobs"]) == ("feed.zip", "people.csv", "shared/jobs.csv")
    assert input_names(run, "segregation_dissimilarity") == ("people.csv",)
    assert input_names(run, "right_residents", ["hospitals"]) == ("feed.zip", "people.csv")


def test_covered_are_those_whom_the_number_concerns(run: Run) -> None:
    residents = float(run.residents()[run.column("income_decile") == 9].sum())
    number = run.numbers.one("mean_access", group="decile_9", **JOBS)
    assert number is not None
    assert covered_of(run, number._replace(covered_population=residents / 2)) == pytest.approx(0.5)
    assert covered_of(run, number._replace(covered_population=math.nan)) == 0.0


def test_of_a_part_of_the_order_of_incomes_only_that_part_is_told_as_covered(run: Run) -> None:
    [ratio] = said(run, PALMA)
    number = run.numbers.one(PALMA, group="all", **JOBS)
    assert number is not None
    ranked = number.covered_population
    assert ratio.covered.startswith(
        f"{EN.number(ranked / 2)} of the {EN.number(ranked)} residents who have a"
    )
    poorest = covered_words(number, 1.0, FR, "poorest40")
    assert poorest.startswith(
        f"{FR.number(0.4 * ranked)} des {FR.number(ranked)} habitants qui ont une place"
    )
    assert "order of incomes" not in covered_words(number._replace(indicator="gini"), 1.0, EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_frames_of_four_areas_have_a_status_and_its_day(language: str) -> None:
    areas = frames_by_area(language)
    assert len(areas) == 4
    for frame in (frame for frames in areas.values() for frame in frames):
        assert frame.status
        assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", frame.status_date)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_tagged_and_every_figure_has_words(folder: Path, language: str) -> None:
    made = gather(folder, language, "b_west")
    pdf = pdf_of(made)
    assert b"pdfuaid:part" in pdf
    assert b"/MarkInfo<</Marked true" in pdf
    assert f"/Lang({language})".encode() in pdf
    assert set(made.figures) >= {"map", "rights-lacking"}
    for name, figure in made.figures.items():
        assert len(made.words["figures"][name]["alt"]) > 60
        assert ".parquet" in figure.made
    words = json.dumps(made.words, ensure_ascii=False).lower()
    assert "violat" not in words
    assert "accessibilité" not in words
    assert "transport public" not in words
    for mark in (b"/StructTreeRoot", b"/DisplayDocTitle true", b"<dc:title>"):
        assert mark in pdf
    assert pdf.count(b"/Alt") == len(made.figures)


def test_the_structure_of_the_report_is_that_of_its_pages(folder: Path, tmp_path: Path) -> None:
    program = shutil.which("pdfinfo")
    if program is None:
        pytest.skip("needs pdfinfo of poppler")
    made = gather(folder, "en", "b_west")
    (tmp_path / "report.pdf").write_bytes(pdf_of(made))

    def told(*options: str) -> str:
        done = subprocess.run(
            [program, *options, str(tmp_path / "report.pdf")], capture_output=True, check=True
        )
        return done.stdout.decode()

    about = told()
    assert re.search(r"^Tagged: +yes$", about, re.MULTILINE)
    assert f"{made.words['document']}" in about
    tags = [line.split()[0].rstrip(":") for line in told("-struct").splitlines() if line.strip()]
    assert (tags[0], tags.count("H1"), tags.count("Figure")) == ("Document", 1, len(made.figures))
    tables = ["frames"] * len(made.words["frames"]) + ["withheld", "rights", "made", "inputs"]
    assert tags.count("Table") == tags.count("THead") == len(tables)
    columns = sum(len(made.words[f"{name}_columns"]) for name in tables)
    assert tags.count("TH") == columns
    chapters = [*made.words["chapters"], *made.words["headings"]]
    assert tags.count("H2") == len(chapters)


def test_a_zone_and_a_city_are_not_compared_as_if_the_same_people_were_counted(run: Run) -> None:
    def told(groups: list[str]) -> str:
        rights = [{**each, "for_whom": "children"} for each in run.manifest["rights"]]
        config = {**run.manifest.get("config", {}), "rights": {"groups": {"children": groups}}}
        other = run._replace(manifest={**run.manifest, "rights": rights, "config": config})
        return " ".join(
            each.said for each in zone_statements(other, "b_west", EN) if "whole area" in each.said
        )

    assert "of all residents live where" in told(["age_0_14"])
    assert "of those whose right it is lack it" in told(["age_0_14"])
    assert "of all residents live where" not in told([])


def test_an_index_stands_beside_its_value_in_a_shuffled_city(run: Run) -> None:
    rows = [row("segregation_rank_order", 0.174), row("segregation_rank_order_bias", 0.004)]
    (alone,) = said(with_rows(run, rows[0]), "segregation_rank_order")
    (beside,) = said(with_rows(run, *rows), "segregation_rank_order")
    assert "placed by chance in the same zones, it would be 0.004." in beside.said
    assert "by chance" not in alone.said


@pytest.mark.parametrize("texts", [EN, FR], ids=LANGUAGES)
def test_a_report_says_who_signed_its_bundle_and_which_manifest_is_in_it(folder: Path, texts: Texts) -> None:
    def told(signer: str | None) -> list[str]:
        words: list[str] = gather(folder, texts.language, signer=signer).words["again"]
        return words

    assert texts("evidence.again_signed", signer="d4ee 10ae") in told("d4ee 10ae")
    assert texts("evidence.again_not_signed") in told("")
    alone = told(None)
    assert texts("evidence.again_no_bundle") in alone
    assert texts("evidence.again_bundle") not in alone
    in_bundle = manifest_sha256(
        read_run(folder)._replace(manifest=manifest_in_bundle(read_run(folder).manifest))
    )
    assert texts("evidence.again_manifest", hash=in_bundle) in alone
    assert texts("evidence.again_before", hash=sha256_of(folder / "manifest.json")) in alone


def test_dates_of_legal_texts_are_written_out(run: Run) -> None:
    words = report_words(run, [], {}, FR)
    dates = " ".join(cell for area in words["frames"] for row_ in area["rows"] for cell in row_)
    assert "au 30 juin 2024" in dates
    assert not re.search(r"\d{4}-\d\d-\d\d", dates)
    assert "(1978, " in dates


def test_names_from_the_input_are_never_markup(folder: Path, tmp_path: Path) -> None:
    hostile = '#panic("x") $x$ *b* @ref <l> ` [a](b) \u202e北京'
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    other = tmp_path / "run"
    other.mkdir()
    for path in folder.iterdir():
        if path.is_file():
            (other / path.name).write_bytes(path.read_bytes())
    manifest["name"] = {"en": hostile, "fr": hostile}
    (other / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert report_pdf(other, "en").startswith(b"%PDF")


def test_the_command_writes_a_report_and_a_bundle_that_can_be_checked(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        commands, ["evidence", str(folder), "--lang", "fr", "--out", str(tmp_path), "-q"]
    )
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence.fr.pdf", "evidence.zip"]
    again = CliRunner().invoke(commands, ["reproduce", str(tmp_path / "evidence.zip"), "--verify-only"])
    assert again.exit_code == 0, again.output
    sums = re.search(r"[0-9a-f]{64}", result.output)
    assert sums is not None
    assert sums[0] in again.output


def test_two_scenarios_of_one_file_name_are_refused(folder: Path, tmp_path: Path) -> None:
    arguments = [
        "evidence",
        str(folder),
        "--out",
        str(tmp_path / "o"),
        "--compare",
        "a/x.yaml",
        "--compare",
        "b/X.yaml",
    ]
    result = CliRunner().invoke(commands, arguments)
    assert isinstance(result.exception, AccessError)
    assert "x.yaml is the name of several files" in str(result.exception)


def test_a_comparison_of_groups_names_with_whom_as_its_row_does(run: Run) -> None:
    number = row("benefit_ratio", 0.5, unit="ratio", standard="poor_jobs", group="decile_9", **JOBS)
    number |= {"low": 0.4, "high": 0.6, "interval_kind": "input uncertainty", "note": "against all"}
    (found,) = said(with_rows(run, number), "benefit_ratio")
    assert found.source.key["note"] == "against all"
    assert "the others" not in entry(found.method).formula


def test_a_bicycle_is_told_with_the_limits_and_the_files_of_a_bicycle(folder: Path, run: Run) -> None:
    modes = [{"name": name, "mode": name, "label": {"en": name, "fr": name}} for name in ("bicycle", "car")]
    ratios = [
        row("modal_ratio", 0.4, unit="ratio", standard=name, **JOBS)
        | {"low": 0.3, "high": 0.5, "interval_kind": "input uncertainty"}
        for name in ("bicycle", "car")
    ]
    of_modes = with_rows(run._replace(manifest=run.manifest | {"modes": modes}), *ratios)
    bicycle, car = said(of_modes, "modal_ratio")
    assert "travel_times/bicycle.parquet" in bicycle.files
    assert "travel_times/car.parquet" not in bicycle.files
    assert "travel_times/bicycle.parquet" not in car.files
    for texts in (EN, FR):
        words = report_words(of_modes, numbered([bicycle, car]), {}, texts)
        first, second = words["chapters"][0]["statements"]
        assert "bicycle" in first["method"]
        assert first["limits"] != second["limits"]
        assert not re.search(r"\bcar\b|voiture", first["limits"])
    assert "car" not in entry("modal_ratio").formula


def test_french_never_says_that_what_is_withheld_was_chosen(run: Run) -> None:
    words = report_words(run, numbered(list(city_statements(run, FR))), {}, FR)
    assert "écartés" in words["reading"][0]
    for key in ("reading_said", "withheld_none", "written_statements"):
        assert "retenu" not in FR(f"evidence.{key}", n=1, withheld=1)
    assert "retenu" not in FR("bundle.inside.report")


def test_what_is_copied_from_the_page_is_the_hash_itself(folder: Path, tmp_path: Path) -> None:
    template = files("access").joinpath("templates", "evidence.typ").read_text(encoding="utf-8")
    assert "200b" not in template
    program = shutil.which("pdftotext")
    if program is None:
        return
    (tmp_path / "report.pdf").write_bytes(pdf_of(made := gather(folder, "en")))
    told = subprocess.run(
        [program, "-raw", str(tmp_path / "report.pdf"), "-"], capture_output=True, check=True
    )
    copied = re.sub(r"\s", "", told.stdout.decode())
    for each in made.run.manifest["inputs"]:
        assert each["sha256"] in copied
    assert manifest_sha256(made.run) in copied


@pytest.mark.parametrize("texts", [EN, FR], ids=LANGUAGES)
def test_a_report_on_the_city_speaks_of_its_zones(folder: Path, run: Run, texts: Texts) -> None:
    found = register_statement(run, texts)
    assert (found.state, found.claim.value, found.value) == ("described", 4700.0, texts.number(4700))
    assert found.said.startswith("2 zones")
    none = register_statement(run._replace(zones=None), texts)
    assert (none.state, none.files) == ("withheld", ())
    assert run.zones is not None
    empty = register_statement(run._replace(zones=run.zones.iloc[:0]), texts)
    assert (empty.state, empty.claim.value) == ("described", 0.0)
    made = gather(folder, texts.language)
    assert found.said in [each.said for each in made.statements]
    assert [entry[3] for entry in made.figures["map"].legend][-1] == "outline"
    assert [entry[3] for entry in map_figure(run, "b_west", texts).legend][-2:] == ["outline", "zone"]


def test_a_zone_may_be_asked_for_by_a_name_that_only_one_has(run: Run) -> None:
    name = zones_of(run)[zone_ids(run).index("b_west")].name
    assert zone_id_of(run, "b_west") == zone_id_of(run, name) == zone_id_of(run, name.upper()) == "b_west"
    with pytest.raises(ResultError, match=r"b_west \("):
        zone_id_of(run, "gone")
    assert run.zones is not None
    twins = run._replace(zones=run.zones.assign(name="Same", label_en="Same", label_fr="Same"))
    with pytest.raises(ResultError, match="has 2 zones of the name 'Same'"):
        zone_id_of(twins, "Same")
