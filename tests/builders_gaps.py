"""A run of eight cells whose numbers are added by hand, for the tests of the page Gaps.

=== ====== ====== ===== ====== ======================
row people tenth  zone  jobs   what else
=== ====== ====== ===== ====== ======================
0   300    1      South 0
1   300    1      South 100
2   400    2      South 200
3   500    10     North 400
4   500    10     North 800
5   10     hidden North 400    few people
6   0      none   North 50     nobody
7   100    2      East  no     not linked to a street
=== ====== ====== ===== ====== ======================
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from builders_report import hex_disc, write_run

from access.report_data import read_run
from dashboards.gaps_choice import Choice
from dashboards.run_data import RunData

JOBS = (0.0, 100.0, 200.0, 400.0, 800.0, 400.0, 50.0, np.nan)
PEOPLE = (300.0, 300.0, 400.0, 500.0, 500.0, 10.0, 0.0, 100.0)
SERVICES = [
    {"name": "jobs", "label": {"en": "jobs", "fr": "emplois"}, "state": "ok", "total": 1000},
    {"name": "clinics", "label": {"en": "clinics", "fr": "cliniques"}, "state": "no data", "total": None},
]
RIGHT = {
    "name": "jobs_300", "label": {"en": "300 jobs", "fr": "300 emplois"}, "catalogue": "own",
    "service": "jobs",
    "within_min": 45, "at_least": 300.0, "at_least_share": None, "when": "weekday_midday",
    "for_whom": "everyone",
    "period": "midday", "required": 300.0, "state": "ok", "missing": [],
}  # fmt: skip
CHOICE = Choice("jobs", 45, "midday", 50)


def cells_by_hand() -> gpd.GeoDataFrame:
    """The eight cells."""
    cells = hex_disc().head(8).sort_values("id", ignore_index=True)[["id", "geometry"]]
    cells["population"] = PEOPLE
    cells["income"] = [100.0, 110.0, 200.0, 900.0, 950.0, np.nan, np.nan, 210.0]
    cells["income_decile"] = pd.array([1, 1, 2, 10, 10, pd.NA, pd.NA, 2], dtype="Int64")
    cells["older"] = [30.0, 0.0, 40.0, 50.0, 50.0, np.nan, 0.0, 10.0]
    cells["zone"] = ["South"] * 3 + ["North"] * 4 + ["East"]
    cells["snap"] = ["snapped"] * 7 + ["too_far"]
    cells["suppressed"] = [False] * 5 + [True, False, False]
    cells["n_jobs"] = [0.0, 0, 100, 200, 700, 0, 0, 0]
    for cutoff in (30, 45, 60):
        cells[f"jobs_in_{cutoff}min_midday"] = JOBS
    cells["nearest_jobs_min_midday"] = [np.inf, 22.0, 12.0, 4.0, 0.0, 4.0, 30.0, np.nan]
    return gpd.GeoDataFrame(cells, crs="EPSG:4326")


def numbers_by_hand(low: float = 10.0, high: float = 15.0) -> pd.DataFrame:
    """Mean access of all and of the tenths, and the ratio of richest to poorest (12) with its range."""
    base = {"service": "jobs", "period": "midday", "cutoff_min": 45, "unit": "jobs", "note": None}
    means = {"all": 714_000 / 2010, "decile_1": 50.0, "decile_2": 200.0, "decile_10": 600.0}
    ranged = {"interval_kind": "input uncertainty", "covered_population": 1600.0}
    rows: list[dict[str, Any]] = [
        base | ranged | {"indicator": "mean_access", "group": group, "value": mean, "low": mean - 10,
                         "high": mean + 20}
        for group, mean in means.items()
    ]  # fmt: skip
    rows.append(
        base | ranged | {"indicator": "ratio_decile10_decile1", "group": "all", "unit": "ratio",
                         "value": 12.0, "low": low, "high": high}
    )  # fmt: skip
    table = pd.DataFrame(rows)
    table["cutoff_min"] = table["cutoff_min"].astype("Int64")
    return table


def rights_by_hand(ids: list[str]) -> pd.DataFrame:
    """300 jobs: rows 3 to 6 have them, row 7 is not snapped; a second right has no data anywhere."""
    states = ["unmet", "unmet", "unmet", "met", "met", "met", "unmet", "not snapped"]
    rows = [
        {"id": cell, "catalogue": "own", "right": "jobs_300", "period": "midday", "walking": "usual",
         "state": state, "value": jobs, "required": 300.0,
         "shortfall": max(0.0, 300 - jobs) / 300 if jobs == jobs else np.nan}
        for cell, state, jobs in zip(ids, states, JOBS, strict=True)
    ]  # fmt: skip
    rows += [
        {"id": cell, "catalogue": "own", "right": "unheard_of", "period": "midday", "walking": "usual",
         "state": "no data", "value": np.nan, "required": 1.0, "shortfall": np.nan}
        for cell in ids
    ]  # fmt: skip
    return pd.DataFrame(rows)


def run_by_hand(
    folder: Path,
    cells: gpd.GeoDataFrame | None = None,
    numbers: pd.DataFrame | None = None,
    *,
    rights: bool = True,
    zones: bool = True,
    **changes: Any,
) -> RunData:
    """Write and read the run; ``changes`` replace entries of the manifest."""
    cells = cells_by_hand() if cells is None else cells
    entries: dict[str, Any] = {
        "services": SERVICES,
        "rights": [RIGHT],
        "config": {"people": {"groups": {"older": "x"}}},
    }
    write_run(folder, cells, numbers_by_hand() if numbers is None else numbers, **(entries | changes))
    if rights:
        rights_by_hand([str(cell) for cell in cells["id"]]).to_parquet(folder / "rights.parquet")
    if zones:
        register = gpd.GeoDataFrame(
            {"zone_id": ["z"], "name": ["South End"], "population": [600.0], "share_of_draws": [0.9]},
            geometry=[cells.geometry.iloc[0]], crs="EPSG:4326",
        )  # fmt: skip
        register.to_parquet(folder / "zones.parquet")
    return RunData("by-hand", folder, read_run(folder))
