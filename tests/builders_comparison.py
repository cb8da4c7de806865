"""A comparison without an engine: the disc of hexagons (builders_report.py) before and after a made-up line.

Ring r gains or loses so that expected values can be added in the head: rings 0 to 2 gain 100 jobs (beyond a
floor of 20), ring 3 gains 10 (within the noise), rings 4 and 5 change nothing, ring 6 loses 50, ring 7 loses
500; ring 8 reaches nothing before and after. Every inhabited cell has 100 residents.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely
from builders_evidence import manifest_entries
from builders_report import CENTRE, hex_disc, manifest

from access.comparison import Comparison
from access.comparison_files import ComparedScenario
from access.comparison_register import RegisterChange
from access.results import write_json
from access.scenario import Scenario
from access.self_checks import Check

CHANGE_OF_RING = np.array([100.0, 100, 100, 10, 0, 0, -50, -500, 0, 0])
FLOOR = 20.0
WHERE = {"service": "jobs", "period": "midday", "cutoff_min": 45}


def ring_of(cells: gpd.GeoDataFrame) -> np.ndarray:
    """Ring of each cell around the centre."""
    return np.array([h3.grid_distance(CENTRE, cell) for cell in cells["id"]])


def cells() -> gpd.GeoDataFrame:
    """Cells of the comparison."""
    disc = hex_disc()
    ring = ring_of(disc)
    base = disc["jobs_in_45min_midday"].to_numpy()
    change = np.where(np.isnan(base), np.nan, CHANGE_OF_RING[ring])
    states = np.select(
        [np.isnan(change), change == 0, np.abs(change) <= FLOOR, change > 0],
        ["no data", "unchanged", "within noise", "gain"],
        "loss",
    )
    frame = disc[["id", "population", "income", "income_decile", "zone", "geometry"]].copy()
    return gpd.GeoDataFrame(
        frame.assign(
            headline_base=base,
            headline_value=base + change,
            headline_change=change,
            headline_floor=np.where(np.isnan(change), np.nan, FLOOR),
            headline_state=pd.Categorical(states),
            rights_gained=np.where(ring == 1, "school_15", ""),
            rights_lost="",
        ),
        crs=disc.crs,
    )


def winner(group: str, residents: float, *counts: float, **more: Any) -> dict[str, Any]:
    """Row of who gains and loses: residents gaining, losing, within noise, unchanged, without data."""
    names = ("gaining", "losing", "within_noise", "unchanged", "no_data")
    told = {f"residents_{name}": count for name, count in zip(names, counts, strict=True)}
    numbers = {"gain": 0.0, "loss": 0.0, "mean_change": 0.0, "low": np.nan, "high": np.nan, "unit": "jobs"}
    return {"measure": "access", **WHERE, "group": group, "residents": residents, **told, **numbers,
            "note": None, **more}  # fmt: skip


def winners() -> pd.DataFrame:
    """Who gains: 1,900 residents of 21,700, of whom 300 are without data (3 cells)."""
    return pd.DataFrame(
        [
            winner("all", 21_700, 1900, 7800, 1800, 9900, 300, gain=190_000.0, loss=2_280_000.0,
                   mean_change=-97.0, low=-120.0, high=-80.0),
            winner("decile_1", 0, 0, 0, 0, 0, 0, mean_change=np.nan),
            winner("decile_2", 4800, 0, 0, 0, 4700, 100),
            winner("decile_10", 100, 100, 0, 0, 0, 0, gain=10_000.0, mean_change=100.0),
            winner("poorest40", 8000, 0, 7800, 0, 100, 100, loss=2_280_000.0, mean_change=-280.0,
                   low=-300.0, high=-260.0),
            winner("richest10", 2100, 1900, 0, 200, 0, 0, gain=190_000.0, mean_change=91.0, low=80.0,
                   high=100.0),
        ]
    )  # fmt: skip


def number(indicator: str, group: str, base: float, value: float, unit: str, **more: Any) -> dict[str, Any]:
    """Row of the table of numbers."""
    row = {"indicator": indicator, **WHERE, "standard": None, "group": group, "base": base, "value": value,
           "change": value - base, "low": np.nan, "high": np.nan, "interval_kind": None, "sources": None,
           "draws": None, "unit": unit, "note": None, "relative_change": np.nan, "better": None}  # fmt: skip
    return row | more


def table() -> pd.DataFrame:
    """Numbers before and after, one of them with an interval, one not defined."""
    frame = pd.DataFrame(
        [
            number("mean_access", "all", 4000.0, 3903.0, "jobs", low=-120.0, high=-80.0),
            number("mean_access", "poorest40", 1500.0, 1220.0, "jobs"),
            number("mean_access", "richest10", 8900.0, 8991.0, "jobs"),
            number("ratio_richest10_poorest40", "all", 5.93, 7.37, "ratio", low=1.2, high=1.7),
            number("concentration_index", "all", 0.2, 0.23, "index"),
            number("theil_between_share", "all", 0.5, 0.45, "share"),
            number("gini", "all", np.nan, np.nan, "index", note="not defined in the base"),
            number("mean_access", "all", 2.0, 2.004, "schools", service="schools"),
        ]
    )
    return frame.astype({"cutoff_min": "Int64"})


def rights() -> pd.DataFrame:
    """Two rights: 600 residents gain the first, few lose it; the second has no data."""

    def row(right: str, group: str, *numbers: float) -> dict[str, Any]:
        names = ("residents", "base_unmet", "unmet", "gaining", "losing", "no_data")
        told = dict(zip(names, numbers, strict=True))
        return {"catalogue": "fr", "right": right, "group": group, **told, "note": None}

    nothing = (np.nan, np.nan, np.nan, np.nan, np.nan, 21_700.0)
    return pd.DataFrame(
        [
            row("school_15", "all", 21_400, 9000, 8400, 600, 0, 300),
            row("school_15", "poorest40", 8000, 7000, 6900, 100, 0, 0),
            row("hospital_45", "all", 21_400, 5000, 5000, 0, 0, 300),
            row("work_60", "all", *nothing),
        ]
    )


def benefit() -> pd.DataFrame:
    """Shares and ratios: one given, one withheld."""
    row = {**WHERE, "direction": None, "change_group": 1.0, "change_against": 1.0, "note": None}
    return pd.DataFrame(
        [
            row | {"measure": "share", "group": "poorest40", "against": "richer60", "value": np.nan,
                   "note": "one group gains, the other loses"},
            row | {"measure": "ratio", "group": "decile_1", "against": "decile_10", "value": 0.5,
                   "direction": "gain"},
        ]
    ).astype({"cutoff_min": "Int64"})  # fmt: skip


def bill() -> pd.DataFrame:
    """A week, a day, a window, and one route: 70 vehicle-hours more a week."""
    rows = []
    week, day = ("week", "", "2019-05-13"), ("midday", "2019-05-15")
    places = ((*week, "all", ""), ("day", *day, "all", ""), ("window", *day, "all", ""), (*week, "9", "9"))
    numbers = (("vehicle_hours", 700.0, 770.0), ("vehicle_km", 14_000.0, 15_400.0),
               ("peak_vehicles", 9.0, 11.0), ("trips", 1000.0, 1100.0))  # fmt: skip
    for place in places:
        for measure, base, value in numbers:
            rows.append((*place, measure, base, value, value - base))
    columns = ("scope", "period", "date", "route_id", "route_name", "measure", "base", "value", "change")
    return pd.DataFrame(rows, columns=list(columns))


def register() -> RegisterChange:
    """One zone that enters, one that leaves."""
    shapes = [shapely.MultiPolygon([cell]) for cell in hex_disc().geometry[:2]]
    zones = gpd.GeoDataFrame(
        {
            "zone": ["z1", None], "zone_base": [None, "z2"], "state": ["enters", "leaves"],
            "name": ["Leste", "Oeste"], "label_en": ["Leste (underserved zone)", None],
            "label_fr": ["Leste (zone mal desservie)", None], "residents_base": [0.0, 300.0],
            "residents": [500.0, 0.0], "residents_entering": [500.0, 0.0], "residents_leaving": [0.0, 300.0],
            "share_of_draws_base": [0.4, 0.9], "share_of_draws": [0.8, np.nan], "draws": [50, 50],
        },
        geometry=shapes, crs="EPSG:4326",
    )  # fmt: skip
    return RegisterChange(zones, 300.0, 500.0)


CHECKS = [
    Check("travel times", "passed", {"en": "none longer", "fr": "aucun plus long"}),
    Check("total of population", "failed", {"en": "100 are missing", "fr": "il en manque 100"}),
    Check("total of jobs", "not checked", {"en": "no jobs", "fr": "pas d’emplois"}),
]
SCENARIO = """\
name: {en: A bus every 10 minutes, fr: Un bus toutes les 10 minutes}
description: {en: One line runs more often., fr: Une ligne passe plus souvent.}
modifications:
  - type: add-streets
    comment: a footbridge
    line_strings: [[[-51.2, -30.05], [-51.201, -30.051]]]
  - {type: close-streets, crossing: [[-51.21, -30.05], [-51.211, -30.051]]}
  - {type: add-opportunities, service: schools, at: {lat: -30.06, lon: -51.2}, name: New school}
  - {type: remove-opportunities, service: schools, at: {lat: -30.04, lon: -51.2}}
"""


def comparison(**changes: Any) -> Comparison:
    """Frames of the disc, whole; ``changes`` replace attributes."""
    name = {"en": "A bus every 10 minutes", "fr": "Un bus toutes les 10 minutes"}
    made = Comparison(
        scenario=name, base={"en": "Hexville", "fr": "Hexville"}, headline=dict(WHERE), table=table(),
        cells=cells(), winners=winners(), benefit=benefit(), rights=rights(), checks=CHECKS,
        noise_quantified=True,
    )  # fmt: skip
    return replace(made, **changes)


def evaluated(feeds: dict[str, Any], n_reports: int = 1) -> Any:
    """What the folder needs of an evaluated scenario."""
    from gtfs.match import MatchReport

    text = {"en": "1 new street, 150 m", "fr": "1 nouvelle rue, 150 m"}
    reports = [MatchReport(1, "add-streets", "", {"lines": 1}, text, ("the ends lie 3 m off",))][:n_reports]
    return SimpleNamespace(feeds=feeds, reports=reports, rows=[], added={"schools": 1.0}, joints_moved=0,
                           seconds={"measures": 0.5})  # fmt: skip


def warm_run(folder: Path, feeds: dict[str, Any] | None = None, **changes: Any) -> Any:
    """Return what the folder needs of a warm run, with the manifest of the disc in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    told = manifest() | manifest_entries() | {"rights_counted_as_everyone": []} | changes
    write_json(folder / "manifest.json", told)
    base = SimpleNamespace(rows=[], measures=SimpleNamespace(people=SimpleNamespace(named={})))
    return SimpleNamespace(folder=folder, manifest=told, base=base, feeds=feeds or {})


def compared(folder: Path, feeds: dict[str, Any] | None = None, **changes: Any) -> ComparedScenario:
    """One scenario with everything; ``changes`` replace attributes of ``ComparedScenario``."""
    from access.scenario_file import load_scenario

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "scenario.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    made = ComparedScenario(
        scenario=load_scenario(file), file=file, evaluated=evaluated(feeds or {}), comparison=comparison(),
        bill=bill(), register=register(), warnings=["feed bus is another one"], seconds={"ranges": 2.0},
    )  # fmt: skip
    return replace(made, **changes)


def scenario_named(name: dict[str, str], *modifications: dict[str, Any]) -> Scenario:
    """A scenario made in Python."""
    return Scenario.model_validate({"name": name, "modifications": list(modifications)})
