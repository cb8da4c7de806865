"""The Belo Horizonte data with the outputs of the R package accessibility: see SOURCES.md beside them."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest


def folder() -> Path:
    """Return the folder; where it is absent the test is skipped, in CI it fails."""
    data = os.environ.get("FAIRREACH_DATA")
    found = Path(data) / "belo-horizonte" if data else None
    if found is None or not (found / "travel_matrix.parquet").is_file():
        reason = "needs the Belo Horizonte data: set FAIRREACH_DATA to the folder that holds belo-horizonte/"
        if os.environ.get("FAIRREACH_REQUIRE_DATA"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def land_use() -> pd.DataFrame:
    return pd.read_csv(folder() / "land_use.csv")


def travel_matrix() -> pd.DataFrame:
    return pd.read_parquet(folder() / "travel_matrix.parquet")


def golden(name: str) -> pd.DataFrame:
    """Read one of the outputs of R; ``NA`` and ``NaN`` are NaN."""
    return pd.read_csv(folder() / "golden" / f"{name}.csv")
