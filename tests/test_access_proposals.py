"""Proposals: filed with who made them, beside each other by the snapshot they change."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from builders_observatory import ids_of, quiet, small_store
from builders_what_if import EVERY_5, FEW, finished_city
from click.testing import CliRunner

from access.cli_notes import COMMANDS
from access.errors import ConfigError, InputDataError, StoreError
from access.observatory import observe
from access.observatory_store import reading, writing
from access.proposals import add_proposal, proposals_of, side_by_side_of
from access.proposals_list import listed_proposals

TOWN = "smalltown"


def row(what: str, base: float | None, value: float | None, **more: Any) -> dict[str, Any]:
    given = {"standard": None, "group": "all", "unit": "residents", "better": None, "note": None}
    return given | {"what": what, "base": base, "value": value} | more


def filed(
    name: str, snapshot: str, by: str, rows: list[dict[str, Any]], *, sure: bool = True
) -> dict[str, str]:
    labels = {"school": {"en": "a school", "fr": "une école"}}
    called = {"service": {"en": "jobs", "fr": "emplois"}, "period": {"en": "morning", "fr": "matin"}}
    results = {"headline": {"cutoff_min": 45}, "called": called, "labels": labels, "rows": rows}
    results["noise_quantified"] = sure
    return {
        "scenario": name,
        "city": TOWN,
        "name_en": f"Plan {name}",
        "name_fr": f"Projet {name}",
        "by_whom": by,
        "filed_at": f"2026-01-01T00:00:0{len(name)}+00:00",
        "run_snapshot": snapshot,
        "yaml": "name: x",
        "results_json": json.dumps(results),
    }


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = small_store(tmp_path_factory.mktemp("proposals") / "store.duckdb", quiet(2))
    first, second = ids_of(path)
    hidden = row("right_losing", None, None, standard="school", note="suppressed (fewer than 10 residents)")
    still = row("right_gaining", None, 0, standard="school")
    mean = row("mean_access", 1000, 1100, unit="jobs")
    gain = row("residents_gaining", None, 700)
    with writing(path) as opened:
        rows = [
            filed("a", second, "authority", [mean, hidden, gain]),
            filed("bb", second, "citizens", [mean | {"value": 900}, still, gain], sure=False),
            filed("ccc", first, "citizens", [mean]),
        ]
        opened.add("counter_scenario", pd.DataFrame(rows))
    return path


def test_proposals_of_one_snapshot_have_a_column_each(store: Path) -> None:
    with reading(store) as opened:
        found = proposals_of(opened, TOWN, ids_of(store)[-1])
    table = side_by_side_of(found).set_index("what")
    assert list(found["scenario"]) == ["a", "bb"]
    assert table.loc["mean_access", ["base", "a", "bb"]].tolist() == [1000, 1100, 900]
    assert pd.isna(table.loc["right_gaining", "a"])


def test_proposals_of_several_snapshots_are_not_put_side_by_side(store: Path) -> None:
    with reading(store) as opened:
        found = proposals_of(opened, TOWN)
    assert len(found) == 3
    with pytest.raises(StoreError, match="different snapshots"):
        side_by_side_of(found)


def test_the_list_tells_who_proposed_what_and_hides_few_residents(store: Path) -> None:
    lines = list(listed_proposals(store, None, "en"))
    assert "  [1] a  by the authority  Plan a" in lines
    assert "  [2]* bb  by citizens  Plan bb" in lines
    assert "  Jobs within 45 minutes, morning" in lines
    assert sum("by the sign alone" in line for line in lines) == 1
    mean = next(line.split() for line in lines if "1,100 (+100)" in line and "900" in line)
    assert mean[-4:] == ["1,100", "(+100)", "900", "(−100)"]
    assert any("losing the right: a school" in line and "suppressed" in line for line in lines)
    assert not any("gaining the right" in line for line in lines)
    (gaining,) = (line for line in lines if "gaining" in line)
    assert re.fullmatch(r"  Residents gaining beyond the noise +– +700 +700\*", gaining)


def test_the_list_in_french_is_french(store: Path) -> None:
    told = "\n".join(listed_proposals(store, TOWN, "fr"))
    assert "de l’autorité  Projet a" in told
    assert "privés" not in told
    assert "1\u202f100 (+100)" in told


def test_a_city_without_proposals_says_so(tmp_path: Path) -> None:
    path = small_store(tmp_path / "store.duckdb", quiet(1))
    assert list(listed_proposals(path, None, "en")) == ["No proposals for smalltown."]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_city(tmp_path_factory.mktemp("city"))


def written(folder: Path, *modifications: dict[str, Any], **more: Any) -> Path:
    content = {"name": {"en": "More buses", "fr": "Plus de bus"}, "modifications": [*modifications], **more}
    file = folder / "plan.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def test_a_proposal_needs_a_filed_run_and_no_personal_data(run: Path, store: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"not filed in .*fairreach observe"):
        add_proposal(store, run, written(tmp_path, EVERY_5), "citizens")
    named = written(
        tmp_path, EVERY_5 | {"comment": "ask John Smith"}, description={"en": "ring 0612345678", "fr": "rien"}
    )
    with pytest.raises(InputDataError, match=r"(?s)description.en: phone.*modification 1: comment: name"):
        add_proposal(store, run, named, "citizens")
    with pytest.raises(InputDataError, match="--by 'me': choose one of authority, citizens"):
        add_proposal(store, run, written(tmp_path, EVERY_5), "me")
    with pytest.raises(ConfigError, match="no such file"):
        add_proposal(store, run, tmp_path / "gone.yaml", "citizens")


def test_proposals_are_computed_filed_and_listed(run: Path, tmp_path: Path) -> None:
    store = str(tmp_path / "store.duckdb")
    observe(run, store, archive=False)

    def call(*arguments: str) -> str:
        found = CliRunner().invoke(COMMANDS[1], list(arguments), catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found.output

    more = str(written(tmp_path, EVERY_5))
    assert call("add", store, str(run), more, "--by", "citizens", "--quick").endswith(": filed\n")
    assert call("add", store, str(run), more, "--by", "citizens", "--quick").endswith(": filed again\n")
    entries = [{**EVERY_5["entries"][0], "headway_min": 30}]
    fewer = written(tmp_path, EVERY_5 | {"entries": entries}, name={"en": "Few buses", "fr": "Moins de bus"})
    call("add", store, str(run), str(fewer), "--by", "authority")
    listed = call("list", store)
    assert "by citizens  More buses" in listed
    assert "by the authority  Few buses" in listed
    with reading(store) as opened:
        table = side_by_side_of(proposals_of(opened, opened.rows("city")["city"].iloc[0]))
    counts = table[table["unit"] == "residents"].select_dtypes("number").drop(columns="base")
    assert not ((counts > 0) & (counts < FEW)).any(axis=None)
