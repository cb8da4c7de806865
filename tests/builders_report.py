"""A run folder without a run: a disc of hexagons whose access falls from the centre outwards.

Everything follows from the ring of a cell (0 in the centre), so that expected values can be worked out
by hand: ring r has 6 r cells, residents 100 a cell, jobs within 45 minutes 1000 (10 - r), and so on.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely

CENTRE = h3.latlng_to_cell(-30.05, -51.2, 9)
N_RINGS = 10


def hex_disc(n_rings: int = N_RINGS) -> gpd.GeoDataFrame:
    """Cells of the disc with ring number, residents, income decile, zone and access."""
    ids = [cell for ring in range(n_rings) for cell in sorted(h3.grid_ring(CENTRE, ring))]
    ring = np.concatenate([np.full(len(h3.grid_ring(CENTRE, r)), r) for r in range(n_rings)])
    outlines = [shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]) for cell in ids]
    cells = gpd.GeoDataFrame({"id": ids}, geometry=outlines, crs="EPSG:4326")
    west = np.array([h3.cell_to_latlng(cell)[1] for cell in ids]) < -51.2
    cells["population"] = np.where(ring == 9, 0.0, 100.0)
    cells["households"] = cells["population"] / 2.5
    cells["income"] = 5000.0 - 400.0 * ring
    cells["income_decile"] = pd.array(np.where(ring < 9, 10 - ring, 1), dtype="Int64")
    cells.loc[ring == 9, "income_decile"] = pd.NA
    cells["zone"] = np.where(ring <= 4, "Centro", np.where(west, "Oeste", "Leste"))
    cells["snap"] = "snapped"
    cells["snap_m"] = 20.0
    jobs = np.where(ring < 8, 1000.0 * (10 - ring), 0.0)
    for cutoff, factor in ((30, 0.4), (45, 1.0), (60, 1.3)):
        cells[f"jobs_in_{cutoff}min_midday"] = jobs * factor
        cells[f"schools_in_{cutoff}min_midday"] = np.maximum(0.0, np.round(factor * (8 - ring)))
    cells["nearest_jobs_min_midday"] = np.where(ring < 8, 5.0 + 4 * ring, np.inf)
    cells["nearest_schools_min_midday"] = 3.0 + 5 * ring
    cells["below_jobs_line_midday"] = pd.array(ring >= 6, dtype="boolean")
    cells.loc[ring == 9, "below_jobs_line_midday"] = pd.NA
    cells["n_jobs"] = np.where(ring == 0, 11000, 0)
    # Two cells (rings 6 and 8) hang on no street; one (ring 4) is snapped but without data.
    unknown = [column for column in cells.columns if "_in_" in column or column.startswith("nearest_")]
    cells.loc[[40, 100, 200], unknown] = np.nan
    cells.loc[[40, 100, 200], "below_jobs_line_midday"] = pd.NA
    cells.loc[100, "snap"] = "off_main_component"
    cells.loc[200, "snap"] = "too_far"
    return cells


def indicator_rows(cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """Indicators of the disc, worked out plainly from its cells."""
    rows: list[dict[str, Any]] = []

    def add(indicator: str, service: str, cutoff: int | None, group: str, value: float, unit: str) -> None:
        covered = float(cells["population"].sum())
        rows.append(
            {
                "indicator": indicator, "service": service, "period": "midday", "cutoff_min": cutoff,
                "group": group, "value": value, "unit": unit, "covered_population": covered, "note": None,
            }
        )  # fmt: skip

    known = cells["jobs_in_45min_midday"].notna() & (cells["population"] > 0)
    inhabited = cells[known]
    for service in ("jobs", "schools"):
        for cutoff in (30, 45, 60):
            column = inhabited[f"{service}_in_{cutoff}min_midday"]
            add("mean_access", service, cutoff, "all", column.mean(), service)
            for decile, values in column.groupby(inhabited["income_decile"]):
                add("mean_access", service, cutoff, f"decile_{decile}", values.mean(), service)
            # decile 1 of the disc is empty on purpose: its lowest decile is 2
            rich = column[inhabited["income_decile"] == 10].mean()
            poor = column[inhabited["income_decile"] <= 4].mean()
            add("ratio_richest10_poorest40", service, cutoff, "all", rich / poor, "ratio")
        nearest = inhabited[f"nearest_{service}_min_midday"]
        add("nearest_mean_min", service, None, "all", nearest[np.isfinite(nearest)].mean(), "min")
        add("nearest_unreached_residents", service, None, "all", 100.0 * np.isinf(nearest).sum(), "residents")
    table = pd.DataFrame(rows)
    table["cutoff_min"] = table["cutoff_min"].astype("Int64")
    return table


def counts() -> dict[str, Any]:
    """Counts under the names that the stages of a run give them, and two that no text knows."""
    return {
        "timetable": {"stops": 42, "routes": 3, "service days": 2, "trips": 900, "periods with data": 1,
                      "periods without": 1},
        "streets": {"edges": 5000, "parts put aside": 4, "bridges_found": 7},
        "cells": {"cells": 271, "placed at their residents": 217},
        "residents": {"residents in the cells": 21700, "outside": 0, "% with a known income": 99.8},
        "opportunities": {"jobs": 11000, "schools": 12, "services without data": 1},
        "network": {"cells on the streets": 269, "stops on the streets": 40, "walks between stops": 100,
                    "walks between cells and stops": 1000},
        "travel times": {"periods": 1, "pairs reached": 60000},
        "measures": {"columns": 20, "indicators": 80},
        "results": {"files": 12},
        "odd_one": 5,
    }  # fmt: skip


def gaps() -> dict[str, Any]:
    """Entries of the manifest on what was left out or estimated, one of each kind."""
    return {
        "unsnapped_opportunities": {"jobs": 1234, "schools": 0},
        "residents": {
            "population": {"total": 21700, "missing": 3},
            "households": {"total": 8680, "missing": 2},
            "age_0_14": {"total": 4000, "missing": 0},
        },
        "zones_by_area": 4,
        "grid_outside_zones": 13.0,
        "longest_links": [
            {
                "id": f"cell_{n:02d}",
                "zone": None if n == 0 else "Leste",
                "snap_m": 401.0 + n,
                "population": 50.0,
            }
            for n in range(17)
        ],
    }


def manifest() -> dict[str, Any]:
    """Manifest of the disc: midday with data, night without."""
    return {
        "name": "Hexville",
        "notice": {"en": "A made-up disc of cells.", "fr": "Un disque de cellules inventé."},
        "created": "2026-01-02T03:04:05Z",
        "fairreach_version": "0.1.0",
        "service_dates": {"midday": "2019-05-15", "night": "2019-05-15"},
        "periods": [
            {
                "name": "midday", "label": {"en": "weekday midday", "fr": "milieu de journée"},
                "service_date": "2019-05-15", "departure_start": "12:30", "departure_window_min": 120,
                "state": "ok", "reason": None,
            },
            {
                "name": "night", "label": {"en": "night", "fr": "nuit"}, "service_date": "2019-05-15",
                "departure_start": "23:30", "departure_window_min": 60, "state": "no data",
                "reason": "no departure between 23:30 and 00:30",
            },
        ],
        "services": [
            {"name": "jobs", "label": {"en": "jobs", "fr": "emplois"}, "state": "ok", "total": 11000},
            {"name": "schools", "label": {"en": "schools", "fr": "écoles"}, "state": "ok", "total": 12},
            {"name": "health", "label": {"en": "clinics", "fr": "centres de santé"}, "state": "no data",
             "total": None},
        ],
        "cutoffs_min": [30, 45, 60],
        "percentile": 50,
        "walking": {"walk_speed_km_h": 3.6, "max_walk_min": 30, "max_transfer_walk_min": 15,
                    "max_duration_min": 90, "boarding_slack_s": 60},
        "headline": {"service": "jobs", "cutoff_min": 45, "period": "midday"},
        "sufficiency": [
            {"name": "jobs_line",
             "label": {"en": "4,001 jobs in 45 minutes", "fr": "4 001 emplois en 45 minutes"},
             "service": "jobs", "at_least": 4001, "within_min": 45,
             "source": {"en": "our proposal", "fr": "notre proposition"}},
        ],
        "income_unit": {"en": "R$ a month", "fr": "R$ par mois"},
        "inputs": [{"file": "streets.osm.pbf", "sha256": "0" * 64, "bytes": 1234567}],
        "warnings": ["feed bus: 12 % of stop times were filled"],
        "counts": counts(),
        "seconds_by_stage": {"travel times": 1.25, "packing": 2.0},
        "attribution": ["© OpenStreetMap contributors (ODbL)",
                        {"en": "Our own survey", "fr": "Notre enquête"}],
        "service_share": ["bus: 95 of 100 trips of a typical Wednesday run on 2019-05-15"],
        "validation": {"bus": "1 finding\ninvalid_color: 1"},
        "snap": {"snapped": 269, "too_far": 1, "off_main_component": 1, "no_coordinates": 0},
    }  # fmt: skip


def write_run(
    folder: Path,
    cells: gpd.GeoDataFrame | None = None,
    indicators: pd.DataFrame | None = None,
    **changes: Any,
) -> Path:
    """Write the disc as a run folder; ``changes`` replace entries of the manifest (None: absent)."""
    folder.mkdir(parents=True, exist_ok=True)
    cells = hex_disc() if cells is None else cells
    indicators = indicator_rows(cells) if indicators is None else indicators
    cells.to_parquet(folder / "cells.parquet")
    indicators.to_parquet(folder / "indicators.parquet")
    (folder / "headline.json").write_text("[]", encoding="utf-8")
    entries = {key: value for key, value in (manifest() | changes).items() if value is not None}
    (folder / "manifest.json").write_text(json.dumps(entries), encoding="utf-8")
    return folder


def few_people_run(folder: Path) -> Path:
    """Write the disc with 7 residents of low income, who reach no jobs; nobody else has a low income."""
    cells = hex_disc()
    none = (cells["jobs_in_45min_midday"] == 0) & (cells["population"] > 0)
    poor = (cells["income_decile"] <= 4).fillna(False).astype(bool) | none
    cells["population"] = cells["population"].mask(poor, 0.0)
    cells.loc[none.idxmax(), "population"] = 7.0
    return write_run(folder, cells, indicator_rows(hex_disc()))
