"""Scenarios of citizens and of the authority on the page Over time."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
from builders_observatory import ids_of, quarters, quiet, small_store

from access.observatory_store import writing
from dashboards.proposals_panel import proposals_in, proposals_section
from dashboards.run_data import RunData
from dashboards.store_data import StoreData
from dashboards.time_choice import Choice
from dashboards.words import Words, words

EN, FR = words("en"), words("fr")
TOWN = "smalltown"


def filed(name: str, snapshot: str, by: str, value: float, *, sure: bool) -> dict[str, Any]:
    row = {"standard": None, "group": "all", "unit": "residents", "better": None, "note": None, "base": None}
    results = {
        "headline": {"cutoff_min": 45},
        "called": {"service": {"en": "jobs", "fr": "emplois"}, "period": {"en": "morning", "fr": "matin"}},
        "labels": {},
        "noise_quantified": sure,
        "rows": [row | {"what": "residents_gaining", "value": value}],
    }
    return {
        "scenario": name,
        "city": TOWN,
        "name_en": f"<b>Plan</b> {name}",
        "name_fr": f"Projet {name}",
        "by_whom": by,
        "filed_at": "2026-01-01T00:00:00+00:00",
        "run_snapshot": snapshot,
        "yaml": "name: x",
        "results_json": json.dumps(results),
    }


def store_with(path: Path, *, empty: bool = False) -> tuple[StoreData, Choice]:
    small_store(path, quiet(2))
    first, second = ids_of(path)
    rows = [
        filed("a", second, "authority", 700, sure=True),
        filed("b", second, "citizens", 800, sure=False),
        filed("c", first, "citizens", 900, sure=True),
    ]
    if not empty:
        with writing(path) as opened:
            opened.add("counter_scenario", pd.DataFrame(rows))
    return StoreData(path), Choice(TOWN, "s", (first, second), tuple(quarters(2)), "", first, second)


def text_of(component: Any) -> str:
    if isinstance(component, list | tuple):
        return " ".join(text_of(part) for part in component)
    return text_of(component.children) if hasattr(component, "children") else str(component or "")


@pytest.mark.parametrize(
    ("said", "by", "noise"),
    [(EN, "by citizens", "by the sign alone"), (FR, "de citoyens", "d’après le seul signe")],
    ids=["en", "fr"],
)
def test_citizens_scenarios_stand_beside_the_authoritys_and_those_by_sign_are_marked(
    tmp_path: Path, said: Words, by: str, noise: str
) -> None:
    newest, oldest = proposals_in(*store_with(tmp_path / "s.duckdb"), said)
    assert len(newest.table.columns) == 4
    assert newest.table.columns[3].endswith(f"b* ({by})")
    assert newest.table.rows[0][2:] == ("700", "800*")
    assert noise in newest.table.note
    assert [len(each.listed) for each in (newest, oldest)] == [2, 1]
    assert by in newest.listed[1]
    assert oldest.table.note == ""  # none of those is counted by the sign


@pytest.mark.parametrize("said", [EN, FR], ids=["en", "fr"])
def test_without_a_scenario_it_says_how_to_hand_one_in(tmp_path: Path, said: Words) -> None:
    store, chosen = store_with(tmp_path / "s.duckdb", empty=True)
    run = cast(RunData, SimpleNamespace(name="disc"))
    shown = text_of(proposals_section(store, chosen, run, said))
    assert said("time.proposals.none") in shown
    assert "fairreach proposals add s.duckdb disc SCENARIO.yaml --by citizens" in shown
    assert str(tmp_path) not in shown


def test_a_scenario_against_another_series_is_not_shown(tmp_path: Path) -> None:
    store, chosen = store_with(tmp_path / "s.duckdb")
    other = Choice(TOWN, "t", chosen.snapshots[:1], chosen.days[:1], "", "", "")
    assert len(proposals_in(store, other, EN)) == 1
