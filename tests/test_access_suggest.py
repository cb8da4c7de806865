"""Suggestions for a city small enough to know the best change by arithmetic."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import builders_city as city
import numpy as np
import pandas as pd
import pytest
import yaml
from builders_rights import raw_catalogue, raw_right
from builders_suggest import write_rare_bus_city

from access.errors import AccessError, ResultError
from access.pipeline import run
from access.rights import UNMET
from access.scenario_file import load_scenario
from access.stage_measures import headline_access
from access.suggest import write_suggestions
from access.suggest_list import candidates_of
from access.suggest_quick import Quick
from access.suggest_ranking import ranked_table
from access.suggest_trial import Trial, try_candidates
from access.warm_run import WarmRun, load_run, warm_from_config


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = write_rare_bus_city(tmp_path_factory.mktemp("street"))
    return run(file, show_bar=False).folder


@pytest.fixture(scope="module")
def warm(run_folder: Path) -> WarmRun:
    return load_run(run_folder, threads=1)


@pytest.fixture(scope="module")
def trial(warm: WarmRun) -> Trial:
    quick = Quick.of(warm, "poorest40")
    return try_candidates(quick, candidates_of(quick), 100)


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_poor_reach_nothing_and_are_400_jobs_behind(trial: Trial) -> None:
    assert (trial.base_value, trial.gap) == (0, 400)  # 60 residents reach 0 jobs, 40 reach 1,000


def test_a_bus_every_half_hour_between_7_and_9_is_the_best_change(trial: Trial) -> None:
    first = ranked_table(trial).iloc[0]
    assert first["key"] == "bus-poor-headway-weekdays-0700-0900-30min"
    assert first["title_en"] == "Line poor: every 30 minutes instead of 60, on weekdays, 07:00–09:00"
    assert first["title_fr"] == ("Ligne poor : toutes les 30 minutes au lieu de 60, en semaine, 07:00–09:00")
    # two buses of 20 minutes more on five days
    assert first["extra_vehicle_hours"] == pytest.approx(2 * 20 / 60 * 5)
    assert first["improvement"] == 1000
    assert first["share_closed"] == pytest.approx(1000 / 400)
    assert first["share_closed_per_vehicle_hour"] == pytest.approx(2.5 / (10 / 3))
    assert first["in_package"]


def test_more_of_the_same_is_listed_beneath_and_the_empty_bus_is_no_line(trial: Trial) -> None:
    table = ranked_table(trial)
    assert table["rank"].dropna().unique().tolist() == [1]
    beneath = table[table["rank"] == 1]
    assert beneath["variant"].tolist() == list(range(1, len(beneath) + 1))
    assert set(beneath["route_id"]) == {"poor"}
    assert (beneath["improvement"] == 1000).all()
    assert beneath["extra_vehicle_hours"].iloc[1:].is_monotonic_increasing
    empty = table[table["route_id"] == "empty"]
    assert len(empty) > 0
    assert (empty["improvement"] == 0).all()


def test_package_is_the_one_change_that_helps(trial: Trial) -> None:
    assert [trial.candidates[n].key for n in trial.found.package] == [
        "bus-poor-headway-weekdays-0700-0900-30min"
    ]
    assert trial.package.value == 1000


def test_candidates_over_the_budget_are_billed_and_not_computed(warm: WarmRun) -> None:
    quick = Quick.of(warm, "poorest40")
    trial = try_candidates(quick, candidates_of(quick), 4)
    states = {c.key: found.state for c, found in zip(trial.candidates, trial.tried, strict=True)}
    assert states["bus-poor-headway-weekdays-0700-0900-30min"] == "computed"
    assert states["bus-poor-headway-weekdays-0700-0900-15min"] == "over budget"
    dear = next(found for found in trial.tried if found.state == "over budget")
    assert dear.extra_vehicle_hours > 4
    assert np.isnan(dear.improvement)
    assert trial.found.cost <= 4


def test_quick_answer_equals_the_full_evaluation_of_every_candidate(warm: WarmRun) -> None:
    quick = Quick.of(warm, "poorest40")
    inputs = warm.base.network.inputs
    np.testing.assert_array_equal(quick.base.headline, headline_access(inputs, warm.base.periods)[1])
    for candidate in candidates_of(quick):
        full = warm.evaluate(candidate.scenario())
        expected = headline_access(full.network.inputs, full.periods)[1]
        np.testing.assert_array_equal(quick.of_scenario(candidate.scenario()).headline, expected)


def test_the_same_again(warm: WarmRun, trial: Trial) -> None:
    quick = Quick.of(warm, "poorest40")
    again = try_candidates(quick, candidates_of(quick), 100)
    pd.testing.assert_frame_equal(ranked_table(again), ranked_table(trial))
    assert again.found == trial.found


def test_palma_ratio_is_not_defined_where_the_poor_reach_nothing(warm: WarmRun) -> None:
    quick = Quick.of(warm, "palma")
    trial = try_candidates(quick, candidates_of(quick), 100)
    assert np.isnan(trial.base_value)
    assert not ranked_table(trial)["rank"].notna().any()


def test_rights_are_answered_as_in_the_full_evaluation(tmp_path: Path) -> None:
    slow = raw_right(name="slow", within_min=45, for_whom="slow_walkers")
    catalogue = raw_catalogue(raw_right(within_min=45), slow)
    (tmp_path / "rights.yaml").write_text(yaml.safe_dump(catalogue), encoding="utf-8")
    periods = [{**city.CONFIG["periods"][0], "kind": "weekday_peak"}]
    rights = {"catalogues": ["rights.yaml"], "services": {"hospital": ["jobs"]}}
    warm = warm_from_config(write_rare_bus_city(tmp_path, periods=periods, rights=rights), threads=1)
    quick = Quick.of(warm, "rights")
    assert quick.objective.value(quick.base) == 120  # 60 residents lack both rights
    candidates = candidates_of(quick)
    for candidate in candidates[:3]:
        evaluated = warm.evaluate(candidate.scenario()).rights.evaluated
        assert evaluated is not None
        expected = np.sum([each.state == UNMET for each in evaluated.as_written], axis=0)
        np.testing.assert_array_equal(quick.of_scenario(candidate.scenario()).rights_unmet, expected)
    table = ranked_table(try_candidates(quick, candidates, 100))
    assert table["route_id"].iloc[0] == "poor"
    assert (table["improvement"].iloc[0], table["share_closed"].iloc[0]) == (120, 1)


def test_rights_without_a_catalogue_are_refused(warm: WarmRun) -> None:
    with pytest.raises(AccessError, match="objective rights: the run names no catalogue of rights"):
        Quick.of(warm, "rights")


def test_writes_a_folder_that_compare_can_use_and_leaves_the_run_alone(
    run_folder: Path, tmp_path: Path
) -> None:
    before, out = hashes(run_folder), tmp_path / "suggestions"
    lines = write_suggestions(run_folder, out, 100, "poorest40", threads=1)
    assert hashes(run_folder) == before
    assert "Line poor: every 30 minutes instead of 60" in "\n".join(lines)
    table = pd.read_parquet(out / "suggestions.parquet")
    assert table["scenario"].iloc[0] == "scenario-1.yaml"
    assert table["interval_kind"].iloc[0] == "not quantified"  # the run draws nothing
    assert len(pd.read_csv(out / "suggestions.csv")) == len(table)
    scenario = load_scenario(out / "scenario-1.yaml")
    assert scenario.feeds.keys() == {"bus"}
    assert load_scenario(out / "scenario-package.yaml").modifications == scenario.modifications
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["kind"], manifest["complete"], manifest["gap"]) == ("suggestions", True, 400)
    base = (
        "Base: 0 jobs within 45 minutes (morning), mean of the poorest 40 % of residents. "
        "Gap: 400 jobs behind the mean of all residents."
    )
    assert " ".join(line.strip() for line in lines).startswith(base)
    pages = {
        language: (out / f"report.{language}.html").read_text(encoding="utf-8") for language in ("en", "fr")
    }
    assert base in pages["en"]
    assert "Base : 0 emplois en 45 minutes" in pages["fr"].replace("\u00a0", " ")
    for language, words in (("en", "Gap closed per 10 vehicle-hours a week"), ("fr", "Écart comblé")):
        assert words in pages[language]
        assert "<svg" in pages[language]
        assert "750" in pages[language]  # 1000 of 400 jobs with 10 / 3 vehicle-hours: 750 % for ten
    assert "Line poor: every 30 minutes instead of 60" in pages["en"]
    assert "More than 100 %" in "\n".join(lines)  # 1000 of 400
    assert "accessibilité" not in pages["fr"]
    assert "référence" not in pages["fr"]
    assert not {"src=", "<script", "@import"} & set(pages["en"].split())
    assert write_suggestions(run_folder, out, 1, "poorest40", threads=1)  # its own folder is replaced
    assert not (out / "scenario-1.yaml").exists()


def test_time_limit_leaves_an_incomplete_record(run_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "suggestions"
    lines = write_suggestions(run_folder, out, 100, "poorest40", time_limit_min=1e-9, threads=1)
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["complete"], manifest["stopped"]) == (False, "time limit")
    assert "INCOMPLETE" in "\n".join(lines)
    assert "INCOMPLÈTE" in (out / "report.fr.html").read_text(encoding="utf-8")


def test_ctrl_c_keeps_what_was_found(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, asked = Quick.answer, []

    def interrupted(quick: Quick, network: Any) -> Any:
        asked.append(network)
        if len(asked) > 4:
            raise KeyboardInterrupt
        return answer(quick, network)

    monkeypatch.setattr(Quick, "answer", interrupted)
    out = tmp_path / "suggestions"
    write_suggestions(run_folder, out, 100, "poorest40", threads=1)
    table = pd.read_parquet(out / "suggestions.parquet")
    assert table["rank"].iloc[0] == 1
    assert (table["state"] == "not computed").any()
    assert json.loads((out / "manifest.json").read_text())["stopped"] == "interrupted"


def test_ctrl_c_while_the_bar_moves_keeps_the_candidate_just_computed(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_bar: object, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("access.progress._Remaining.advance", interrupted)
    out = tmp_path / "suggestions"
    lines = write_suggestions(run_folder, out, 100, "poorest40", threads=1)
    states = pd.read_parquet(out / "suggestions.parquet")["state"].value_counts()
    assert states["computed"] == 2
    assert "Note: The search is INCOMPLETE (interrupted): the best so far is shown." in lines
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["complete"], manifest["stopped"]) == (False, "interrupted")


def test_list_cut_short_says_how_many_were_left_out(run_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "suggestions"
    lines = write_suggestions(run_folder, out, 100, "poorest40", max_candidates=2, threads=1)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["candidates"] == 2
    left = f"{manifest['candidates_left_out']} less promising candidates were left out"
    assert left in "\n".join(lines)


def test_impossible_wishes_are_refused_together(run_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(
        AccessError, match=r"objective .gini. is not known.*budget is 0.*max_candidates is 0.*limit"
    ):
        write_suggestions(run_folder, tmp_path / "out", 0, "gini", max_candidates=0, time_limit_min=0)


def test_nothing_is_written_into_the_run_or_over_other_files(run_folder: Path, tmp_path: Path) -> None:
    for out in (run_folder, run_folder / "suggestions"):
        with pytest.raises(ResultError, match="lies in the run"):
            write_suggestions(run_folder, out, 10, "poorest40")
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ResultError, match=r"holds thesis\.txt, which no suggestions writes"):
        write_suggestions(run_folder, tmp_path, 10, "poorest40")
