"""The examples of the Python API run as they stand, and its tables name what there is."""

from __future__ import annotations

import inspect
import re
import warnings
from pathlib import Path
from typing import Any

import builders_belo_horizonte as belo_horizonte
import numpy as np
import pandas as pd
import pytest
import yaml

import access
from access import cumulative_cutoff, pipeline, travel_time_matrix
from access.errors import DataQualityWarning
from access.unreached import REASONS
from gtfs.errors import FeedQualityWarning

DOCS = Path(__file__).parents[1] / "docs"
DOCUMENTS = sorted(DOCS.glob("python-api*.md"))
EACH_DOCUMENT = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)

OF_THE_R_PACKAGE = {
    "balancing_cost",
    "concentration_index",
    "cost_to_closest",
    "cumulative_cutoff",
    "cumulative_interval",
    "fgt_poverty",
    "floating_catchment_area",
    "gini_index",
    "gravity",
    "palma_ratio",
    "spatial_availability",
    "theil_t",
}
"""Functions of tables that the R package accessibility has too; its decays stand in a table of their own."""


def blocks(document: Path) -> list[str]:
    return re.findall(
        r"^```python\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def rows_for_users_of_r(document: Path) -> list[tuple[str, str]]:
    """Return the calls of R and of Python that the table sets side by side."""
    return re.findall(
        r"^\| `(\w+\(\.\.\..*?)` \| `(.+?)` \|", document.read_text(encoding="utf-8"), re.MULTILINE
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``results/demo``: the demo's run with one period, the car and larger cells."""
    folder = tmp_path_factory.mktemp("finished")
    settings = yaml.safe_load((DOCS.parent / "configs" / "demo.yaml").read_text(encoding="utf-8"))
    for section in ("rights", "comparisons", "uncertainty", "income_brackets"):
        settings.pop(section, None)
    settings["cells"]["h3_resolution"] = 8
    settings["periods"] = settings["periods"][:1]
    settings["modes"] = [mode for mode in settings["modes"] if mode["name"] == "car"]
    settings["opportunities"] = [one for one in settings["opportunities"] if one["name"] == "jobs"]
    settings["measures"]["sufficiency"] = []
    config = folder / "demo.yaml"
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        warnings.simplefilter("ignore", FeedQualityWarning)
        pipeline.run(config, show_bar=False, out=folder / "results" / "demo")
    return folder


@EACH_DOCUMENT
def test_the_examples_run_one_after_the_other(
    document: Path, finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(finished)
    names: dict[str, Any] = {}
    found = blocks(document)
    assert len(found) >= 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        warnings.simplefilter("ignore", FeedQualityWarning)
        for number, block in enumerate(found):
            exec(compile(block, f"{document.name} block {number + 1}", "exec"), names)  # noqa: S102
    assert names["times"]["travel_time_p50"].notna().any()
    assert capsys.readouterr().out
    check_numbers_told(names)


def check_numbers_told(names: dict[str, Any]) -> None:
    """Check what the text around the examples says of their results."""
    reached = names["reached"].set_index("id")["jobs"].to_dict()
    assert sorted(reached.values()) == [0, 50, 600, 600]
    assert reached["centre"] == 600
    assert names["palma"]["palma_ratio"].tolist() == pytest.approx([600 / 25])
    assert names["palma"].attrs["covered_population"] == [1000]
    assert names["shared_out"]["jobs"].sum() == pytest.approx(650)
    assert names["poverty"]["FGT0"].tolist() == pytest.approx([0.6])
    whole = access.palma_ratio(
        names["reached"], names["land_use"], "jobs", "population", "income_per_capita", marginal_cell="whole"
    )
    assert whole["palma_ratio"].tolist() == pytest.approx([18])

    assert (names["table"]["jobs_45"] == names["table"]["jobs_in_45min_peak"]).all()
    # Cells with few residents show no income, the indicators know them all.
    indicators = pd.read_parquet(names["run"] / "indicators.parquet")
    of_all = indicators.query(
        "indicator == 'ratio_richest10_poorest40' and cutoff_min == 45 and interval_kind.isna()"
    ).iloc[0]
    assert names["palma_45"]["palma_ratio"].tolist() == pytest.approx([of_all["value"]], rel=0.01)
    cells = names["cells"]
    hidden = cells.loc[cells["suppressed"], "population"].sum()
    missing = of_all["covered_population"] - names["palma_45"].attrs["covered_population"][0]
    assert 0 < missing <= hidden


@EACH_DOCUMENT
def test_every_call_for_users_of_r_runs_on_the_tables_above(document: Path) -> None:
    names: dict[str, Any] = {name: getattr(access, name) for name in access.__all__}
    tables = next(block for block in blocks(document) if "travel = pd.DataFrame" in block)
    exec(compile(tables, document.name, "exec"), {"pd": pd}, names)  # noqa: S102
    rows = rows_for_users_of_r(document)
    for r, python in rows:
        assert r.partition("(")[0] == python.partition("(")[0]
        found = eval(python, names)  # noqa: S307
        assert len(found) >= 1
    assert {python.partition("(")[0] for _, python in rows} == OF_THE_R_PACKAGE
    text = document.read_text(encoding="utf-8")
    options = "\n".join(python for _, python in rows)
    for option in ("comparison", "balance", "no_demand", "pool_intervals", "marginal_cell", "ties", "bounds"):
        assert f"{option}=" in options
    assert 'duplicate_pairs="sum"' in text


def column(name: str, column_name: str) -> list[float]:
    return belo_horizonte.golden(name)[column_name].tolist()


def scalars(*wanted: tuple[str, str]) -> list[float]:
    """Indices by R of jobs within 30 minutes, with access as doubles and rows sorted by id."""
    rows = belo_horizonte.golden("inequality_scalars").query("access == 'cumcut_jobs_active@30'")
    rows = rows[rows["storage"] == "double"].fillna({"params": ""}).set_index(["index", "params"])["value"]
    return [float(rows.loc[key]) for key in wanted]


def numbers_of_r(python: str) -> list[float]:
    """Return what R found in Belo Horizonte for one call of the table."""
    by_income = "income=income_per_capita;access rows sorted by id"
    line = "poverty_line=95368"
    cumulative = belo_horizonte.golden("cumcut_jobs_active").query("travel_time == 30")["jobs"]
    return {
        "cumulative_cutoff": lambda: cumulative.tolist(),
        "cumulative_interval": lambda: column("cumint_jobs_30_60_inc1_median", "jobs"),
        "cost_to_closest": lambda: column("ctc_jobs_n1_3", "travel_time"),
        "balancing_cost": lambda: column("balcost_jobs_inc1", "travel_time"),
        "gravity": lambda: column("gravity_jobs_active", "bin45" if "binary" in python else "exp0.05"),
        "floating_catchment_area": lambda: column("fca_2sfca_jobs", "exp0.05"),
        "spatial_availability": lambda: column("sa_jobs", "exp0.1"),
        "palma_ratio": lambda: scalars(("palma_ratio", "income=income_per_capita")),
        "gini_index": lambda: scalars(("gini_index", "")),
        "concentration_index": lambda: scalars(
            (
                "concentration_index",
                f"type={'corrected' if 'corrected' in python else 'standard'};{by_income}",
            )
        ),
        "theil_t": lambda: scalars(("theil_t", "no groups")),
        "fgt_poverty": lambda: scalars(("fgt0", line), ("fgt1", line), ("fgt2", line)),
    }[python.partition("(")[0]]()


@pytest.mark.real_data
@EACH_DOCUMENT
def test_every_call_for_users_of_r_returns_the_numbers_of_r(document: Path) -> None:
    names: dict[str, Any] = {name: getattr(access, name) for name in access.__all__}
    travel, land_use = belo_horizonte.travel_matrix(), belo_horizonte.land_use()
    reached = cumulative_cutoff(travel, land_use, "jobs", "travel_time", 30, comparison="<=")
    names |= {"travel": travel, "land_use": land_use, "reached": reached}
    for _, python in rows_for_users_of_r(document):
        found = eval(python, names)  # noqa: S307
        ours = found.to_numpy()[0] if python.startswith("fgt_poverty") else found.iloc[:, -1]
        np.testing.assert_allclose(
            ours.astype(float), numbers_of_r(python), rtol=1e-9, atol=0, err_msg=python
        )


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = blocks(DOCS.parent / "README.md")
    assert len(found) == 1
    exec(compile(found[0], "README.md", "exec"), {})  # noqa: S102
    assert "travel_time_p50" in capsys.readouterr().out


def test_every_parameter_stands_in_the_table() -> None:
    text = (DOCS / "python-api.md").read_text(encoding="utf-8")
    table = text.partition("## Parameters")[2].partition("\n## ")[0]
    named = set(
        re.findall(
            r"`([a-z_]+)`", "\n".join(line.split("|")[1] for line in table.splitlines() if "|" in line)
        )
    )
    parameters = set(inspect.signature(travel_time_matrix).parameters)
    assert parameters - {"transport_network", "origins", "destinations"} <= named
    assert named - {"parameter"} <= parameters


@EACH_DOCUMENT
def test_every_public_name_and_reason_is_explained(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    public = set(access.__all__) - {"__version__", "TravelTimes"}
    assert {name for name in public if not re.search(rf"`{name}[`(]", text)} == set()
    assert {reason for reason in REASONS if f"`{reason}`" not in text} == set()


@EACH_DOCUMENT
def test_links_within_a_document_lead_to_a_heading(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    headings = re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links
    assert links <= anchors
