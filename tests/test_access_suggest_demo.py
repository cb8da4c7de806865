"""The demo city: what is planted as its remedy is found among the first suggestions, by no special case."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from access.demo_city import write_demo_city
from access.pipeline import run
from access.suggest_list import candidates_of
from access.suggest_quick import Quick
from access.suggest_ranking import ranked_table
from access.suggest_trial import try_candidates
from access.warm_run import load_run

CONFIGS = Path(__file__).parents[1] / "configs"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::access.errors.DataQualityWarning")
def test_the_planted_remedy_is_in_the_first_three(tmp_path: Path) -> None:
    remedy = yaml.safe_load((CONFIGS / "demo-truth.yaml").read_text(encoding="utf-8"))["remedy"]
    config = yaml.safe_load((CONFIGS / "demo.yaml").read_text(encoding="utf-8"))
    for key in ("dataset", "uncertainty", "comparisons", "income_brackets", "modes"):
        config.pop(key)
    config["periods"] = [period for period in config["periods"] if period["name"] in ("peak", "midday")]
    config["results"] = {"folder": str(tmp_path / "run")}
    write_demo_city(tmp_path / "city", size="small", seed=1)
    (tmp_path / "city" / "city.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    folder = run(tmp_path / "city" / "city.yaml", show_bar=False).folder

    quick = Quick.of(load_run(folder), "poorest40")
    candidates = candidates_of(quick)
    assert {candidate.kind for candidate in candidates} >= {"headway", "extension", "span"}
    table = ranked_table(try_candidates(quick, candidates, 600)).set_index("key")

    change = remedy["change"]
    key = f"{change['feed']}-{change['route_id']}-headway-weekdays-all-day-{change['headway_min']}min"
    assert table.loc[key, "rank"] <= 3
    assert table.loc[key, "share_closed"] >= 0.5
    assert not table.loc[key, "small"]
