"""A store of the observatory for the pages that read one: a finished run, filed, and what came after it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from access.observatory import observe
from access.observatory_store import reading, writing

TABLES = ("period", "feed", "cell", "indicator", "zone", "zone_right")
N_LATER = 3
DAYS_APART = 91
#: From one snapshot to the next so much of the access of the northern half is lost.
LOST = 0.1


def observed_store(run: Path, file: Path) -> Path:
    """File a run, and three invented snapshots after it in which the north loses access."""
    observe(run, file, archive=False)
    with reading(file) as store:
        first = store.rows("snapshot")
        rows = {table: store.rows(table) for table in TABLES}
    with writing(file) as store:
        for number in range(1, N_LATER + 1):
            name = f"{number:012x}"
            day = first["observed_on"] + dt.timedelta(days=DAYS_APART * number)
            filed_at = f"2099-01-0{number}T00:00:00Z"
            store.add("snapshot", first.assign(snapshot=name, observed_on=day, filed_at=filed_at))
            for table, frame in rows.items():
                store.add(table, later(table, frame, number).assign(snapshot=name))
    return file


def later(table: str, frame: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the rows of a table in the snapshot so many after the first."""
    left = 1 - LOST * number
    changed = frame.copy()
    if table == "cell":
        north = changed["lat"] > changed["lat"].median()
        changed.loc[north, "headline"] *= left
    if table == "indicator":
        means = changed["indicator"] == "mean_access"
        changed.loc[means, ["value", "low", "high"]] *= (1 + left) / 2
    if table == "feed":
        changed["trips_week"] *= left
    return changed
