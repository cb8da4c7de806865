"""Evidence in the app: the report on a zone, the commands for a bundle, results of a back-test."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from builders_observatory import quiet, small_store
from builders_rights_pages import data_of, write_rights_run

import access.evidence
from access.backtest_file import place_of
from access.errors import ResultError
from dashboards import evidence_panel
from dashboards.backtest_panel import backtest_panel
from dashboards.evidence_panel import report_file, report_name, scenario_evidence, zone_evidence
from dashboards.run_data import RunData
from dashboards.store_data import StoreData
from dashboards.words import words

EN, FR = words("en"), words("fr")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return data_of(write_rights_run(tmp_path_factory.mktemp("evidence") / "disc"))


def text_of(components: Any) -> str:
    return json.dumps([each.to_plotly_json() for each in components], default=_plain, ensure_ascii=False)


def _plain(thing: Any) -> Any:
    return thing.to_plotly_json() if hasattr(thing, "to_plotly_json") else str(thing)


def test_the_report_of_a_zone_is_sent_in_the_language_asked_for(
    data: RunData, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    def report(run: Path, language: str, zone: str | None = None) -> bytes:
        asked.append((run, language, zone))
        return b"%PDF-1.7"

    monkeypatch.setattr(access.evidence, "report_pdf", report)
    sent, said = report_file(data, "a_east", "fr", EN)
    assert asked == [(data.folder, "fr", "a_east")]
    assert base64.b64decode(sent["content"]) == b"%PDF-1.7"
    assert sent["filename"] == "evidence-disc-a-east.fr.pdf"
    assert sent["filename"] in said


def test_a_language_that_there_is_not_makes_no_report(data: RunData) -> None:
    sent, said = report_file(data, "a_east", "../fr", EN)
    assert not isinstance(sent, dict)
    assert said == EN("evidence_page.failed")


def test_a_report_that_fails_is_told_and_its_place_is_given_back(
    data: RunData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> bytes:
        raise ResultError("no map")

    monkeypatch.setattr(access.evidence, "report_pdf", fails)
    for _ in range(evidence_panel.MOST_AT_ONCE + 1):
        assert report_file(data, "a_east", "en", EN)[1] == EN("evidence_page.failed")


def test_when_enough_reports_are_being_made_another_is_asked_to_wait(
    data: RunData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nested(*_: object, **__: object) -> bytes:
        said.append(report_file(data, "a_east", "en", EN)[1])
        return b""

    said: list[str] = []
    monkeypatch.setattr(access.evidence, "report_pdf", nested)
    report_file(data, "a_east", "en", EN)
    assert said[0] == EN("evidence_page.busy")
    assert len(said) == evidence_panel.MOST_AT_ONCE


def test_names_of_files_hold_letters_and_digits_only() -> None:
    assert report_name("poa", "../a b/é", "en") == "evidence-poa-a-b.en.pdf"


@pytest.mark.parametrize("said", [EN, FR], ids=["en", "fr"])
def test_the_commands_of_a_bundle_name_the_zone_and_never_the_folder(data: RunData, said: Any) -> None:
    shown = text_of(zone_evidence("a_east", said))
    assert f"fairreach evidence RUN --zone a_east --lang {said.language} --out" in shown
    assert str(data.folder) not in shown
    assert "--zone" not in text_of(zone_evidence("$(rm -rf x)", said))
    scenario = text_of([scenario_evidence(said)])
    assert "fairreach compare RUN scenario.yaml --out comparison" in scenario
    assert "fairreach reproduce" in scenario


# Results of a back-test

PLANTED = {
    "id": "cut",
    "effect": "harm",
    "begins": "2020-04-15",
    "said_on": "2020-04-15",
    "delay": 1,
    "warned_delay": 2,
    "within": 2,
    "found": True,
    "alerts": 2,
    "standing": None,
    "rules": "access_falls",
    "what_en": "A line is cut",
    "what_fr": "Une ligne est supprimée",
}
RECORD = {
    "form": 2,
    "city": "smalltown",
    "first": "2020-01-15",
    "last": "2021-01-15",
    "snapshots": 5,
    "rules": ["access_falls", "zone_grows"],
    "with_truth": True,
    "within_snapshots": 2,
    "planted": [PLANTED],
    "misses": [],
    "noise_snapshots": 50,
    "snapshot_rules": 100,
    "false_alarms": [{"day": "2020-07-15", "text_en": "It <b>fell</b>", "text_fr": "Baisse"}],
    "false_per_50": 0.5,
    "beside": [],
    "said": [{}, {}],
}


def with_back_test(folder: Path, record: Any) -> StoreData:
    file = small_store(folder / "store.duckdb", quiet(1))
    place_of(file, "smalltown").write_text(json.dumps(record), encoding="utf-8")
    return StoreData(file)


@pytest.mark.parametrize(("said", "planted"), [(EN, "A line is cut"), (FR, "Une ligne est supprimée")])
def test_a_back_test_says_what_was_found_and_what_was_a_false_alarm(
    tmp_path: Path, said: Any, planted: str
) -> None:
    shown = text_of(backtest_panel(with_back_test(tmp_path, RECORD), "smalltown", said))
    assert planted in shown
    assert said("backtest.score", found="1", of="1", within="2") in shown
    assert said.number(0.5, 1) in shown
    assert "access_falls" not in shown  # the rule has a name


def test_without_a_known_truth_only_the_number_of_alerts_is_told(tmp_path: Path) -> None:
    record = {**RECORD, "with_truth": False, "within_snapshots": None, "planted": []}
    shown = text_of(backtest_panel(with_back_test(tmp_path, record), "smalltown", EN))
    assert EN.plural("backtest.said", 2) in shown


@pytest.mark.parametrize("record", [[], {"city": "portville"}, {"form": 2, "city": "smalltown"}], ids=str)
def test_a_file_that_is_no_back_test_of_the_city_does_no_harm(tmp_path: Path, record: Any) -> None:
    shown = text_of(backtest_panel(with_back_test(tmp_path, record), "smalltown", EN))
    assert (EN("backtest.unreadable") in shown) == (record == {"form": 2, "city": "smalltown"})


def test_a_city_whose_name_is_no_name_of_a_file_has_no_back_test(tmp_path: Path) -> None:
    store = StoreData(small_store(tmp_path / "store.duckdb", quiet(1)))
    assert backtest_panel(store, "../../secret", EN) == []
    assert backtest_panel(StoreData("postgresql://127.0.0.1/none"), "smalltown", EN) == []
