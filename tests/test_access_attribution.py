"""Why a number moved: the Shapley value by hand and by a slow twin, and what is told of mixtures."""

from __future__ import annotations

import itertools
import math
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from builders_observatory import Planted, ids_of, quarters, small_store
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from access import attribution
from access.attribution import attributed, why
from access.attribution_pick import picked_keys, picked_snapshots
from access.attribution_shares import shapley, subsets
from access.attribution_text import attribution_lines, name_of, signed
from access.attribution_zones import in_zones, zone_key
from access.cli import commands
from access.errors import StoreError
from access.observatory_read import KEY
from access.observatory_store import reading, writing
from access.texts import Texts

NOBODY = frozenset()
JOBS = ("mean_access", "jobs", "peak", 45, None, "all")


def test_one_cause_explains_all():
    assert shapley({NOBODY: 10.0, frozenset({"timetable"}): 4.0}, ["timetable"]) == {"timetable": -6.0}


def test_without_a_cause_there_is_no_part():
    assert shapley({NOBODY: 10.0}, []) == {}


def test_a_joint_effect_is_shared_equally():
    # neither a new line nor new homes alone bring anybody anywhere, both together do
    values = {NOBODY: 0.0, frozenset("a"): 0.0, frozenset("b"): 0.0, frozenset("ab"): 8.0}
    assert shapley(values, ["a", "b"]) == {"a": 4.0, "b": 4.0}


def test_what_never_changes_anything_has_no_part():
    values = {NOBODY: 1.0, frozenset("a"): 3.0, frozenset("b"): 1.0, frozenset("ab"): 3.0}
    assert shapley(values, ["a", "b"]) == {"a": 2.0, "b": 0.0}


def test_a_mixture_without_a_value_is_named():
    with pytest.raises(ValueError, match=r"no value of a\+b"):
        shapley({NOBODY: 1.0, frozenset("a"): 1.0, frozenset("b"): 2.0}, ["a", "b"])


@st.composite
def games(draw):
    players = list("abcd")[: draw(st.integers(0, 4))]
    return players, {chosen: draw(st.floats(-1e6, 1e6)) for chosen in subsets(players)}


@given(games())
def test_parts_are_the_mean_over_all_orders_and_add_up(game):
    players, values = game
    slow = dict.fromkeys(players, 0.0)
    orders = list(itertools.permutations(players))
    for order in orders:
        before = NOBODY
        for player in order:
            after = before | {player}
            slow[player] += (values[after] - values[before]) / len(orders)
            before = after
    parts = shapley(values, players)
    assert parts == pytest.approx(slow, abs=1e-6)
    assert sum(parts.values()) == pytest.approx(values[frozenset(players)] - values[NOBODY], abs=1e-5)


def test_what_no_input_explains_is_the_residual():
    values = {NOBODY: 100.0, frozenset({"timetable"}): 90.0}
    found = attributed(("s1", "s2"), JOBS, (101.0, 88.0), values, ["timetable"])
    assert found.parts == {"timetable": -10.0}
    assert found.residual == -3.0
    assert found.shares["timetable"] == pytest.approx(10 / 13)


@pytest.mark.parametrize("lacking", [None, math.inf, math.nan])
def test_a_mixture_without_data_explains_nothing(lacking):
    values = {NOBODY: 100.0, frozenset({"timetable"}): lacking}
    found = attributed(("s1", "s2"), JOBS, (100.0, 90.0), values, ["timetable"])
    assert (found.parts, found.residual) == ({}, None)


def test_a_number_that_stood_still_has_no_shares():
    values = {NOBODY: 5.0, frozenset("a"): 6.0, frozenset("b"): 4.0, frozenset("ab"): 5.0}
    found = attributed(("s1", "s2"), JOBS, (5.0, 5.0), values, ["a", "b"])
    assert found.parts == {"a": 1.0, "b": -1.0}
    assert found.shares == {}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    days = quarters(2)
    return small_store(tmp_path / "store.duckdb", [Planted(days[0]), Planted(days[1], access=0.8)])


@pytest.fixture
def mixed(monkeypatch):
    """Mixtures that need no run: the timetable takes 30 off, the residents bring 10."""
    asked = []

    def run(location, before, after, players, wanted, areas, threads, told):
        asked.append((before, after, tuple(wanted)))
        return {
            chosen: dict.fromkeys(
                wanted, 100.0 - 30 * ("timetable" in chosen) + 10 * ("population" in chosen)
            )
            for chosen in subsets(players)
        }

    monkeypatch.setattr(attribution, "_mixtures", run)
    monkeypatch.setattr(attribution, "changed", lambda *_: ["timetable", "population"])
    return asked


def one_key(store: Path) -> tuple:
    with reading(store) as opened:
        rows = opened.rows("indicator", [*KEY], indicator="mean_access", group="all")
    return attribution.key_of(rows.to_dict("records")[0])


def test_an_answer_is_kept_and_not_computed_again(store, mixed):
    first, second = ids_of(store)
    key = one_key(store)
    found = why(store, first, second, [key])
    assert found[0].parts == {"timetable": -30.0, "population": 10.0}
    assert why(store, first, second, [key]) == found
    assert len(mixed) == 1
    with reading(store) as opened:
        rows = opened.rows("attribution")
    assert list(rows["residual"]) == [pytest.approx(found[0].after - found[0].before + 20.0)]


def test_a_number_that_is_not_there_is_named(store, mixed):
    first, second = ids_of(store)
    with pytest.raises(StoreError, match="mean_access teleports peak"):
        why(store, first, second, [("mean_access", "teleports", "peak", 45, None, "all")])
    assert mixed == []


def test_snapshots_of_two_methods_are_not_compared(tmp_path):
    days = quarters(2)
    path = small_store(tmp_path / "store.duckdb", [Planted(days[0])])
    small_store(path, [Planted(days[1])], series="method-2")
    with pytest.raises(StoreError, match="different series"):
        why(path, *ids_of(path), [JOBS])


def test_a_snapshot_that_is_not_there_is_named(store):
    with pytest.raises(StoreError, match="beef"):
        why(store, "beef", ids_of(store)[1], [JOBS])


def test_a_day_stands_for_its_last_filed_snapshot(store):
    first, second = ids_of(store)
    ends = picked_snapshots(store, ["2020-01-15", second])
    assert [end.snapshot for end in ends] == [first, second]
    with pytest.raises(StoreError, match=r"2021-01-01: no snapshot of the series in use.*2020-01-15"):
        picked_snapshots(store, ["2021-01-01", second])


def test_a_question_that_fits_nothing_says_what_there_is(store):
    ids = ids_of(store)
    with pytest.raises(StoreError, match=r"no number fits; choose among .*peak"):
        picked_keys(store, ids, "mean_access", {"period": "midnight"})
    with pytest.raises(StoreError, match=r"'mean_acess': not in these snapshots; they have .*mean_access"):
        picked_keys(store, ids, "mean_acess", {})


def test_the_same_files_and_days_have_not_changed(store):
    first, second = ids_of(store)
    with writing(store) as opened:
        rows = opened.rows("snapshot")
        same = (
            '{"inputs": [{"file": "a", "sha256": "1", "keys": ["people.file"]}], '
            '"service_dates": {"peak": "d"}}'
        )
        other = same.replace('"1"', '"2"').replace('"d"', '"e"')
        opened.remove("snapshot", snapshot=[first, second])
        rows["manifest_json"] = [same if snapshot == first else other for snapshot in rows["snapshot"]]
        opened.add("snapshot", rows)
    with reading(store) as opened:
        assert attribution.changed(opened, first, first) == []
        assert attribution.changed(opened, first, second) == ["timetable", "population"]


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "Residents and incomes: +10"), ("fr", "Habitants et revenus")]
)
def test_the_command_tells_causes_in_both_languages(store, mixed, lang, words):
    args = ["why", str(store), "2020-01-15", "2020-04-15", "--indicator", "mean_access", "--lang", lang]
    told = CliRunner().invoke(commands, args, catch_exceptions=False)
    assert told.exit_code == 0, told.output
    assert words in told.output
    assert "Shapley" in told.output


def test_a_sign_is_written_and_what_rounding_leaves_of_nothing_is_zero():
    texts = Texts("en")
    assert signed(12.0, texts, 0) == "+12"
    assert signed(-1200.0, texts, 0) == "\u22121,200"
    assert signed(0.0003, texts, 3) == "0"
    assert signed(-0.4, texts, 0) == "0"
    assert signed(None, texts, 0) == "no data"


LABELS = {
    "right": {"eu_jobs": {"en": "a third of all jobs", "fr": "un tiers des emplois"}},
    "service": {"jobs": {"en": "jobs", "fr": "emplois"}},
    "period": {"peak": {"en": "weekday morning peak", "fr": "pointe du matin en semaine"}},
}


@pytest.mark.parametrize(
    ("key", "lang", "name"),
    [
        (JOBS, "en", "Mean access (all residents, jobs within 45 minutes, weekday morning peak)"),
        (JOBS, "fr", "Accès moyen (tous les habitants, emplois en 45 minutes, pointe du matin en semaine)"),
        (
            ("right_residents", "jobs", "peak", 60, "eu_jobs", "decile_1"),
            "en",
            "Residents who lack a right – a third of all jobs (poorest tenth, weekday morning peak)",
        ),
        (("gini", "no_label", None, 45, None, None), "en", "Gini index (no label within 45 minutes)"),
    ],
)
def test_a_number_is_named_as_the_warnings_name_it_and_by_its_code_only_without_a_label(key, lang, name):
    assert name_of(key, lang, LABELS) == name


def test_causes_are_told_with_the_decimals_of_the_alert():
    care = ("mean_access", "care", "peak", 45, None, "all")
    values = {NOBODY: 15.743, frozenset({"timetable"}): 14.674}
    found = attributed(("s1", "s2"), care, (15.743, 14.674), values, ["timetable"])
    lines = attribution_lines(found, (date(2020, 1, 1), date(2020, 4, 1)), "care", Texts("en"))
    assert "15.7 on Wednesday 1 January 2020, 14.7 on" in lines[0]
    assert lines[1] == "  Timetable: \u22121.1 (+100% of the change)"


def test_no_data_in_a_mixture_is_said():
    found = attributed(("s1", "s2"), JOBS, (100.0, 90.0), {NOBODY: None}, [])
    lines = attribution_lines(found, (date(2020, 1, 1), date(2020, 4, 1)), name_of(JOBS, "en"), Texts("en"))
    assert "no data or speaks of too few residents" in lines[1]
    assert not pd.isna(found.before)


def test_residents_of_cells_in_zones_count_once_and_hidden_ones_not_at_all():
    residents = pd.Series({"a": 10.0, "b": 20.0, "c": float("nan"), "d": 40.0})
    assert in_zones(["a,b", "b,c"], residents, ["a", "b", "c", "x"]) == 30.0
    assert in_zones([], residents, ["a"]) == 0.0


@pytest.mark.parametrize(("near", "ranges"), [({("zone",): ("a",)}, {"draws": 200}), ({}, None)])
def test_zones_are_explained_by_runs_with_draws_as_only_stable_zones_count(
    tmp_path, monkeypatch, near, ranges
):
    ran = []

    def restored(_location, _snapshot, folder, **_kept):
        folder.mkdir()
        config = folder / "config.yaml"
        config.write_text(yaml.safe_dump({"uncertainty": {"draws": 200}}), encoding="utf-8")
        return config

    def run(config, out, **_kept):
        ran.append(yaml.safe_load(config.read_text(encoding="utf-8"))["uncertainty"])
        out.mkdir()
        columns = {name: pd.Series(dtype="object") for name in (*KEY, "value")}
        pd.DataFrame(columns).to_parquet(out / "indicators.parquet")
        return SimpleNamespace(folder=out)

    monkeypatch.setattr("access.observatory_archive.restore", restored)
    monkeypatch.setattr("access.pipeline.run", run)
    monkeypatch.setattr(attribution, "in_zones_of_run", lambda *_: 0.0)
    attribution._mixtures("s", "a", "b", ["timetable"], [], near, None, None)
    assert ran == [ranges, ranges]


def test_a_zone_is_explained_by_the_residents_of_its_cells(tmp_path, mixed):
    days = quarters(2)
    path = small_store(
        tmp_path / "s.duckdb", [Planted(days[0]), Planted(days[1], zones={"Estate": (0, 1, 2)})]
    )
    first, second = ids_of(path)
    with reading(path) as store:
        zone = store.rows("zone", ["zone_id", "cells"], snapshot=second).iloc[0]
        people = store.rows("cell", ["cell", "population"], snapshot=second)
    key = zone_key(zone["zone_id"])
    found = why(path, first, second, [], areas={key: zone["cells"].split(",")})
    mine = people["population"][people["cell"].isin(zone["cells"].split(","))].sum()
    assert (found[0].before, found[0].after) == (0.0, mine)
    assert found[0].key == key
    assert why(path, first, second, [], areas={key: zone["cells"].split(",")}) == found
    assert len(mixed) == 1


def test_alerts_that_began_together_are_explained_by_the_same_runs(tmp_path, mixed):
    days = quarters(5)
    cut = Planted(days[4], access=0.6, zones={"Estate": (0, 1, 2, 3, 4, 5)})
    path = small_store(tmp_path / "s.duckdb", [*(Planted(day) for day in days[:4]), cut])
    told = CliRunner().invoke(commands, ["warn", str(path), "--why"], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    assert "Residents here who live in an underserved zone" in told.output
    assert told.output.count("Residents and incomes: +10") == 3
    pairs = [(before, after) for before, after, _ in mixed]
    assert len(pairs) == len(set(pairs))
    explained = [key[0] for _, _, keys in mixed for key in keys]
    assert "zone_residents" in explained
    assert "mean_access" in explained
