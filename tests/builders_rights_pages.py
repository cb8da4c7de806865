"""The disc of hexagons with everything, and with its rights cell by cell, as the pages on rights read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from builders_evidence import write_evidence_run
from builders_report import hex_disc

from dashboards.run_data import RunData, Runs

#: School (one place): met up to ring 4. Hospital (100 places): a tenth less with every ring.
MET_UP_TO_RING = 4
NO_DATA, NOT_SNAPPED = 40, (100, 200)


def ring_of_cells(cells: gpd.GeoDataFrame) -> Any:
    """Ring of each cell of the disc, from its income."""
    return np.round((5000.0 - cells["income"]) / 400.0).astype(int).to_numpy()


def rights_of_disc(cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """One row a cell and right; cell 40 has no data, 100 and 200 hang on no street."""
    ring = ring_of_cells(cells)
    school = np.where(ring <= MET_UP_TO_RING, 1.0, 0.0)
    hospital = 100.0 - 10.0 * ring
    frames = []
    for right, value, required in (("school_15", school, 1.0), ("hospital_45", hospital, 100.0)):
        state = np.where(value >= required, "met", "unmet").astype(object)
        state[NO_DATA] = "no data"
        state[list(NOT_SNAPPED)] = "not snapped"
        known = np.isin(state.astype(str), ["met", "unmet"])
        frames.append(
            pd.DataFrame(
                {
                    "id": cells["id"],
                    "catalogue": "fr",
                    "right": right,
                    "period": "midday",
                    "walking": "usual",
                    "state": state,
                    "value": np.where(known, value, np.nan),
                    "required": np.where(known, required, np.nan),
                    "shortfall": np.where(known, np.clip(1 - value / required, 0, 1), np.nan),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def write_rights_run(folder: Path, **changes: Any) -> Path:
    """Write the disc with evidence, rights by cell, and how many of them each cell lacks."""
    write_evidence_run(folder, **changes)
    cells = gpd.read_parquet(folder / "cells.parquet")
    rights = rights_of_disc(hex_disc())
    rights.to_parquet(folder / "rights.parquet")
    judged = rights[rights["state"].isin(["met", "unmet"])]
    lacking = (judged["state"] == "unmet").groupby(judged["id"]).sum()
    cells["rights_lacking_fr"] = cells["id"].map(lacking).astype("Int64")
    outer = (ring_of_cells(hex_disc()) == 8) & (cells["population"] > 0)
    zone_of_cell = cells["zone"].map({"Oeste": "b_west", "Leste": "a_east"}).where(outer)
    cells["zone_id"] = zone_of_cell.astype("string")
    cells.to_parquet(folder / "cells.parquet")
    return folder


def data_of(folder: Path) -> RunData:
    """Read a run folder as the app does."""
    runs = Runs([folder])
    return runs.get(runs.first)
