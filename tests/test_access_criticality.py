"""What is lost if a route or a street fails: a street reckoned by hand, ranking, interruption, files.

The one-street city: 60 poor residents in the west, 40 rich ones and all 1,000 jobs in the east, 10 km away.
Route ``main`` takes the west there. ``spur`` runs beside it to a stop nobody needs, ``night`` late only.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders_city as city
import numpy as np
import pandas as pd
import pytest
import yaml
from builders_gtfs import GtfsBuilder
from builders_rights import raw_catalogue, raw_right
from builders_streets import at

from access import criticality as module
from access.criticality import Criticality, Failure, Reached, criticality, used_plans, write_criticality
from access.criticality_elements import ROUTE, Element, chosen, full_names, routes_of_run, street_cuts
from access.criticality_files import CRITICALITY, check_out, lines_of, write_files
from access.criticality_page import failure_map, page
from access.criticality_shown import FEW
from access.criticality_tables import DOES_NOT_RUN, RANKING, tables_of
from access.errors import ConfigError, ResultError
from access.pipeline import run
from access.report_data import read_run
from access.rights_reach import as_written_only
from access.scenario import Scenario
from access.stage_measures import headline_access
from access.texts import Texts
from access.warm_run import WarmRun, warm_from_config

JOBS = raw_right(name="a_job", service="primary_school", at_least=1, within_min=60)
HEADLINE = {"place": "Street", "service": "jobs", "cutoff": "60", "period": "morning"}
NEAR = raw_right(name="a_near_job", service="primary_school", at_least=1, within_min=20)  # never in the west


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def write_city(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rights.yaml").write_text(yaml.safe_dump(raw_catalogue(JOBS, NEAR)), encoding="utf-8")
    period = {**city.CONFIG["periods"][0], "kind": "weekday_peak"}
    rights = {"catalogues": ["rights.yaml"], "services": {"primary_school": ["jobs"]}}
    config = city.write_city(folder, periods=[period], rights=rights)
    feed = GtfsBuilder()
    for stop, metres in (("A", 1_100), ("M", 5_000), ("B", city.EAST_M - 100)):
        feed.stop(stop, *at(metres, 0))
    for start in range(7 * 60, 11 * 60, 10):
        feed.trip(f"m{start}", [("A", clock(start)), ("B", clock(start + 20))], route="main")
        feed.trip(f"s{start}", [("A", clock(start)), ("M", clock(start + 10))], route="spur")
    feed.trip("n", [("A", "22:00:00"), ("B", "22:20:00")], route="night")
    feed.write(folder / "bus.zip")
    return config


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_city(tmp_path_factory.mktemp("street"))


@pytest.fixture(scope="module")
def warm(config: Path) -> WarmRun:
    return warm_from_config(config)


@pytest.fixture(scope="module")
def found(warm: WarmRun) -> Criticality:
    return criticality(warm)


def close(tmp_path: Path, metres: float, name: str = "cut.yaml", **more: Any) -> Path:
    """A scenario file that cuts the street at so many metres."""
    line = [list(at(metres, -100)), list(at(metres, 100))]
    cut = {"type": "close-streets", "crossing": line, **more}
    file = tmp_path / name
    file.write_text(yaml.safe_dump({"name": "A bridge", "modifications": [cut]}), encoding="utf-8")
    return file


def by_id(found: Criticality) -> dict[str, Failure]:
    return {failure.element.id: failure for failure in found.failures}


def test_the_only_way_to_the_jobs_costs_the_west_all_of_them_and_the_right(found: Criticality) -> None:
    failure = by_id(found)["main"]
    assert failure.loss is not None
    assert sorted(failure.loss.tolist()) == [0.0, 1000.0]  # the east walks
    assert failure.rights_lost["a_job"].tolist() == (failure.loss == 1000).tolist()
    assert not failure.rights_lost["a_near_job"].any()  # what nobody had is not lost
    ranking = tables_of(found, {"main": 93.3}, "peak", 0).ranking
    worst = ranking.iloc[0]
    assert (worst["rank"], worst["id"], worst["kind"]) == (1, "main", ROUTE)
    assert worst["loss"] == 60 * 1000
    assert worst["residents_losing"] == worst["residents_losing_right"] == 60
    assert worst["mean_loss"] == 600
    assert worst["mean_loss_share"] == 0.6
    assert worst["rights_lost"] == "a_job"
    assert worst["vehicle_hours_week"] == 93.3
    assert worst["residents_losing_poorest40"] == pytest.approx(40)  # all of the poorest 40 of 100
    assert worst["poorest40_share_of_loss"] == pytest.approx(2 / 3)


def test_a_route_nobody_needs_loses_nothing_and_is_ranked_so(found: Criticality) -> None:
    failure = by_id(found)["spur"]
    assert failure.loss is not None
    assert (failure.loss == 0).all()
    row = tables_of(found, {}, "peak", 20).ranking.set_index("id").loc["spur"]
    assert (row["rank"], row["loss"], row["residents_losing"], row["residents_losing_right"]) == (2, 0, 0, 0)
    assert np.isnan(row["poorest40_share_of_loss"])  # a share of nothing
    assert np.isnan(row["vehicle_hours_week"])


def test_a_route_that_is_not_on_the_road_has_no_number_and_no_rank(found: Criticality) -> None:
    assert by_id(found)["night"].loss is None
    tables = tables_of(found, {}, "peak", 20)
    row = tables.ranking.iloc[-1]
    assert (row["id"], row["state"], row["vehicles"]) == ("night", DOES_NOT_RUN, 0)
    assert pd.isna(row["rank"])
    assert np.isnan(row["loss"])
    assert "night" not in set(tables.groups["id"])
    assert "night" not in set(tables.cells["id"])


def test_groups_and_cells_say_who_and_where(found: Criticality) -> None:
    tables = tables_of(found, {}, "peak", 0)
    groups = tables.groups[tables.groups["id"] == "main"].set_index("group")
    everybody = groups.loc["all"].to_dict()
    assert (everybody["residents"], everybody["loss"], everybody["mean_base"]) == (100, 60_000, 1000)
    assert groups.loc["poorest40", "mean_loss"] == pytest.approx(1000)
    assert groups.loc["richest10", "loss"] == 0
    (row,) = tables.cells.to_dict("records")
    assert (row["id"], row["base"], row["value"], row["loss"]) == ("main", 1000, 0, 1000)
    assert row["cell"] in found.cell_ids
    assert row["rights_lost"] == "a_job"


def test_few_residents_are_not_shown(found: Criticality) -> None:
    tables = tables_of(found, {}, "peak", 61)
    row = tables.ranking.set_index("id").loc["main"]
    hidden = ["residents_losing", "loss", "mean_loss", "residents_losing_right"]
    assert row[hidden].isna().all()
    assert row["note"] == FEW
    assert row["rank"] == 1  # the order says nothing of how many
    spur = tables.ranking.set_index("id").loc["spur"]
    assert (spur["residents_losing"], spur["note"]) == (0, "")


def test_few_that_could_be_found_by_subtraction_are_not_shown() -> None:
    groups = {
        "all": np.array([90.0, 10.0]),
        "poorest40": np.array([90.0, 0.0]),
        "richer60": np.array([0.0, 10.0]),
    }
    base = Reached(np.array([5.0, 5.0]), {})
    found = Criticality([a_failure("a", [1.0, 2.0])], base, groups, ["x", "y"], 1)
    tables = tables_of(found, {}, "peak", 20)
    of_group = tables.groups.set_index("group")["residents_losing"]
    assert np.isnan(of_group["richer60"])  # 10
    assert np.isnan(of_group["poorest40"])  # 100 - 90 = 10
    row = tables.ranking.iloc[0]
    assert (row["residents_losing"], row["loss"], row["note"]) == (100, 110, FEW)
    assert row[["residents_losing_poorest40", "loss_poorest40", "poorest40_share_of_loss"]].isna().all()


def test_routes_are_called_by_number_and_way() -> None:
    routes = pd.DataFrame(
        {
            "route_id": ["a", "b", "c", "d"],
            "route_short_name": ["9", None, "T1", "7"],
            "route_long_name": ["Les Peupliers - Vieille Ville", "Funicular", "T1", None],
        }
    )
    assert full_names(routes) == ["9 Les Peupliers - Vieille Ville", "Funicular", "T1", "7"]


def test_what_is_computed_in_short_equals_a_whole_scenario(warm: WarmRun, found: Criticality) -> None:
    for route in ("main", "spur"):
        removed = {"type": "remove-trips", "routes": [route]}
        whole = warm.evaluate(Scenario.model_validate({"name": "x", "modifications": [removed]}))
        access = headline_access(whole.network.inputs, whole.periods)[1]
        failure = by_id(found)[route]
        assert access is not None
        assert failure.loss is not None
        np.testing.assert_array_equal(found.base.access - failure.loss, access)
        for each in as_written_only(warm.catalogues, whole.reach):
            before, lost = found.base.rights[each.right.name], failure.rights_lost[each.right.name]
            np.testing.assert_array_equal(lost, before != each.state)


def test_the_run_stays_as_it_was(warm: WarmRun) -> None:
    before = copy.deepcopy(warm.feeds["bus"].trips), warm.base.times["peak"].copy()
    criticality(warm, ["main"])
    pd.testing.assert_frame_equal(warm.feeds["bus"].trips, before[0])
    np.testing.assert_array_equal(warm.base.times["peak"], before[1])


def test_a_cut_where_nobody_walks_loses_nothing(warm: WarmRun, tmp_path: Path) -> None:
    result = criticality(warm, ["spur"], [close(tmp_path, 2_600)])
    cut, spur = result.failures
    assert (cut.element.kind, cut.element.id, cut.element.name) == ("streets", "cut#1", "A bridge")
    assert cut.loss is not None
    assert (cut.loss == 0).all()
    ranking = tables_of(result, {}, "peak", 20).ranking
    assert ranking["rank"].tolist() == [1, 1]  # equal losses share a rank
    assert ranking["id"].tolist() == ["spur", "cut#1"]  # then by kind and id
    assert spur.element.id == "spur"


def test_a_cut_between_home_and_stop_loses_the_jobs_and_the_right(warm: WarmRun, tmp_path: Path) -> None:
    (cut, _) = criticality(warm, ["spur"], [close(tmp_path, 750, comment="Level crossing")]).failures
    assert cut.element.name == "Level crossing"
    assert cut.loss is not None
    west = int(np.argmax(warm.base.measures.people.population == 60))
    assert cut.loss[west] == 1000
    assert cut.loss.sum() == 1000
    assert cut.rights_lost["a_job"][west]
    assert not cut.off_streets.any()


def test_an_interruption_keeps_what_is_done(warm: WarmRun, monkeypatch: pytest.MonkeyPatch) -> None:
    compute: Callable[..., Failure] = module._failure
    done = 0

    def interrupted(*arguments: Any) -> Failure:
        nonlocal done
        done += 1
        if done == 2:
            raise KeyboardInterrupt
        return compute(*arguments)

    monkeypatch.setattr(module, "_failure", interrupted)
    result = criticality(warm)
    assert result.interrupted
    assert (len(result.failures), result.n_asked) == (1, 3)
    assert result.failures[0].element.id == "main"  # runs most, with spur, and stands first
    ranking = tables_of(result, {}, "peak", 20).ranking
    assert lines_of(ranking, result, HEADLINE, 20)[0].startswith("INTERRUPTED: 1 of 3 were computed")


def test_ctrl_c_while_the_bar_moves_keeps_the_element_just_computed(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_bar: object, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("access.progress._Remaining.advance", interrupted)
    lines = write_criticality(run_folder, tmp_path / "out")
    assert lines[0] == "INTERRUPTED: 2 of 3 were computed; the rest is not known."
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["interrupted"], manifest["elements_computed"]) == (True, 2)
    assert "Interrompu\u00a0: 2 sur 3" in (tmp_path / "out" / "report.fr.html").read_text(encoding="utf-8")


def test_an_interruption_before_anything_is_done_is_one(
    warm: WarmRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Failure:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_failure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        criticality(warm)


def test_an_unknown_route_is_refused_with_the_nearest(warm: WarmRun) -> None:
    with pytest.raises(ResultError, match=r"no route 'mian'; nearest: 'main'[\s\S]*no route 'x'"):
        criticality(warm, ["mian", "main", "x"])


def test_routes_of_several_feeds_are_found_with_and_without_the_name_of_the_feed(warm: WarmRun) -> None:
    feeds = {"bus": warm.feeds["bus"], "tram": warm.feeds["bus"]}
    inputs = warm.base.network.inputs
    routes = routes_of_run(inputs.timetables, feeds, used_plans(warm), 120)
    assert [route.id for route in routes[:4]] == ["bus:main", "bus:spur", "bus:night", "tram:main"]
    assert [route.id for route in chosen(routes, ["tram:main", "spur"])] == [
        "tram:main",
        "bus:spur",
        "tram:spur",
    ]
    assert chosen(routes, None) == routes
    assert routes[0].scenario.name.fr == "sans main"


def test_vehicles_are_those_on_the_road_while_people_travel(warm: WarmRun) -> None:
    inputs = warm.base.network.inputs
    routes = {route.id: route for route in routes_of_run(inputs.timetables, warm.feeds, used_plans(warm), 30)}
    # People leave 08:00 to 09:00 and travel for 31 minutes at most: trips that end at 08:00 or later
    # (from 07:40 on) and leave by 09:31 (to 09:30) are 12; the spur takes 10 minutes, so from 07:50 on: 11.
    assert routes["main"].trips == {"peak": 12}
    assert routes["spur"].trips == {"peak": 11}
    assert routes["night"].trips == {"peak": 0}
    assert not routes["night"].runs_in("peak")


def test_a_file_without_a_cut_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "no.yaml"
    file.write_text("name: x\nmodifications:\n  - {type: remove-trips, routes: [main]}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="none is a close-streets, so there is nothing to cut"):
        street_cuts([file])


def test_several_cuts_of_a_file_stand_apart(tmp_path: Path) -> None:
    file = close(tmp_path, 50)
    text = yaml.safe_load(file.read_text(encoding="utf-8"))
    text["modifications"] *= 2
    file.write_text(yaml.safe_dump(text), encoding="utf-8")
    assert [(cut.id, cut.name) for cut in street_cuts([file])] == [
        ("cut#1", "A bridge (1)"),
        ("cut#2", "A bridge (2)"),
    ]


def a_failure(name: str, loss: list[float], kind: str = ROUTE) -> Failure:
    scenario = Scenario.model_validate({"name": name, "modifications": []})
    nobody = np.zeros(len(loss), dtype=bool)
    return Failure(Element(kind, name, name, scenario, {"peak": 1}), np.array(loss), nobody, {})


def test_ties_are_broken_by_the_poor_then_by_id_and_gains_stand_apart() -> None:
    groups = {"all": np.array([10.0, 10.0, 10.0]), "poorest40": np.array([10.0, 2.0, 0.0])}
    base = Reached(np.array([5.0, 5.0, np.nan]), {})
    failures = [
        a_failure("0 rich", [0, 3, np.nan]),
        a_failure("b", [3, 0, np.nan]),
        a_failure("a", [3, 0, np.nan]),
        a_failure("most", [4, -1, np.nan]),
    ]
    ranking = tables_of(Criticality(failures, base, groups, ["x", "y", "z"], 4), {}, "peak", 0).ranking
    assert ranking["id"].to_list() == ["most", "a", "b", "0 rich"]
    assert ranking["rank"].to_list() == [1, 2, 2, 2]
    assert ranking["gain"].to_list() == [10, 0, 0, 0]
    assert ranking["mean_loss"].to_list() == [1.5, 1.5, 1.5, 1.5]  # of the 20 residents with a number
    assert ranking.columns.to_list() == list(RANKING)


def test_without_incomes_nothing_is_said_of_the_poor() -> None:
    found = Criticality(
        [a_failure("a", [1.0])], Reached(np.array([5.0]), {}), {"all": np.array([10.0])}, ["x"], 1
    )
    row = tables_of(found, {}, "peak", 20).ranking.iloc[0]
    assert np.isnan(row["loss_poorest40"])
    assert np.isnan(row["poorest40_share_of_loss"])
    lines = lines_of(tables_of(found, {}, "peak", 0).ranking, found, HEADLINE, 0)
    assert lines == [
        "What is lost without each line or street: jobs within 60 minutes, morning; Street",
        "Losses are means per resident, in jobs.",
        "",
        "rank  without  residents  mean loss,  share of    mean loss,  their share  residents who",
        "                who lose         all    access  poorest 40 %  of the loss   lose a right",
        "   1  line a          10         1.0   20.00 %             -            -              0",
    ]


def test_a_headline_without_data_is_refused(warm: WarmRun) -> None:
    inputs = warm.base.network.inputs
    empty = dataclasses.replace(warm, base=dataclasses.replace(warm.base, periods=[]))
    assert inputs is empty.base.network.inputs
    with pytest.raises(ResultError, match=r"headline of the run \(jobs, peak\) has no data"):
        criticality(empty)


@pytest.fixture(scope="module")
def run_folder(config: Path) -> Path:
    return run(config, show_bar=False).folder


def fingerprint(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_folder_holds_tables_maps_and_pages_and_the_run_is_only_read(
    run_folder: Path, tmp_path: Path
) -> None:
    before, out = fingerprint(run_folder), tmp_path / "out"
    lines = write_criticality(run_folder, out, streets=[close(tmp_path, 2_600)])
    assert fingerprint(run_folder) == before
    assert lines[5].split()[:4] == ["1", "line", "main", "60"]
    assert "1 line is not on the road" in "\n".join(lines)
    assert lines[-1] == f"Report  {out / 'report.en.html'}  (français : report.fr.html)"
    names = sorted(path.name for path in out.iterdir())
    assert names == [
        "cells.parquet", "groups.csv", "groups.parquet", "manifest.json", "map-1-main.fr.png",
        "map-1-main.png", "ranking.csv", "ranking.parquet", "report.en.html", "report.fr.html",
    ]  # fmt: skip
    assert all(CRITICALITY.files.fullmatch(name) for name in names)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["elements_computed"], manifest["interrupted"]) == (
        "criticality",
        4,
        False,
    )
    ranking = pd.read_parquet(out / "ranking.parquet")
    assert ranking["vehicle_hours_week"].iloc[0] == pytest.approx(7 * 24 / 3)  # 24 trips of 20 minutes a day
    english, french = (
        (out / f"report.{language}.html").read_text(encoding="utf-8") for language in ("en", "fr")
    )
    assert "What is lost if it fails" in english
    assert "Line main" in english
    assert (
        "Not on the road when a journey of morning can use them; nothing can be said of them: night"
        in english
    )
    assert "La ligne main" in french
    assert "accès aux emplois en 60" in french
    write_criticality(run_folder, out, routes=["spur"])  # takes the place of the earlier one
    assert "None of them takes any access away." in (out / "report.en.html").read_text(encoding="utf-8")
    assert not list(out.glob("*.png"))


def test_the_run_itself_and_other_folders_are_refused(run_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="is the run itself, which is never changed"):
        check_out(run_folder, run_folder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.doc").write_text("x")
    with pytest.raises(ResultError, match=r"holds thesis\.doc, which no criticality writes"):
        write_criticality(run_folder, tmp_path / "mine")


def test_maps_need_a_folder_and_a_loss(
    warm: WarmRun, found: Criticality, run_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(ResultError, match="maps need the folder of the run"):
        write_files(tmp_path / "out", warm, found)
    schedule = warm.base.network.inputs.timetables.any_schedule()
    with pytest.raises(ValueError, match="night: does not run, so there is nothing to draw"):
        failure_map(read_run(run_folder), found, by_id(found)["night"], schedule, Texts("en"))


def test_an_interruption_is_told_on_the_page(found: Criticality, run_folder: Path) -> None:
    ranking = tables_of(found, {}, "peak", 20).ranking
    french = page(read_run(run_folder), ranking, [], (1, 3), 20, Texts("fr"))
    assert "Interrompu\u00a0: 1 sur 3 ont été calculés" in french
    assert "<td>60</td>" in french
    few = tables_of(found, {}, "peak", 61).ranking
    assert "<td>fewer than 61</td>" in page(read_run(run_folder), few, [], (3, 3), 61, Texts("en"))


def test_cells_off_the_streets_have_no_number_and_are_counted() -> None:
    groups = {"all": np.array([30.0, 10.0]), "poorest40": np.array([16.0, 0.0])}
    failure = dataclasses.replace(
        a_failure("cut", [np.nan, 2.0], "streets"), off_streets=np.array([True, False])
    )
    found = Criticality([failure], Reached(np.array([5.0, 5.0]), {}), groups, ["x", "y"], 1)
    tables = tables_of(found, {}, "peak", 0)
    row = tables.ranking.iloc[0]
    assert (row["residents_off_streets"], row["loss"], row["mean_loss"]) == (30, 20, 2)
    assert tables.cells["cell"].to_list() == ["x", "y"]
    assert np.isnan(tables.cells["loss"].iloc[0])
