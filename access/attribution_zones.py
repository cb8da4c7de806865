"""The number behind an alert about a zone: how many residents of its cells live in zones of the register."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import pandas as pd

from access.observatory_store import Store

ZONE_RESIDENTS = "zone_residents"
"""Name of the number in the table ``attribution``; its ``standard`` is the zone."""


def zone_key(zone_id: str) -> tuple[str | int | None, ...]:
    """Return the key of a zone's number, values of ``access.observatory_read.KEY``."""
    return (ZONE_RESIDENTS, None, None, None, zone_id, "all")


def in_zones_filed(store: Store, snapshot: str, cells: Collection[str]) -> float:
    """Return residents of ``cells`` that live in zones of a filed snapshot."""
    zones = store.rows("zone", ["cells"], snapshot=snapshot)["cells"]
    people = store.rows("cell", ["cell", "population"], snapshot=snapshot, cell=sorted(cells))
    return in_zones(zones, people.set_index("cell")["population"], cells)


def in_zones_of_run(folder: Path, cells: Collection[str]) -> float:
    """Return the same of a run folder; a run without a register has nobody in zones."""
    file = folder / "zones.parquet"
    zones = pd.read_parquet(file, columns=["cells"])["cells"] if file.exists() else pd.Series(dtype=str)
    people = pd.read_parquet(folder / "cells.parquet", columns=["id", "population"])
    return in_zones(zones, people.set_index("id")["population"], cells)


def in_zones(zones: Iterable[str], residents: pd.Series[float], cells: Collection[str]) -> float:
    """Return residents of ``cells`` in any zone; a cell whose residents are hidden counts none.

    Parameters
    ----------
    zones : iterable of str
        Cells of each zone, joined by commas.
    residents : Series
        By cell.
    """
    inside = {cell for zone in zones for cell in zone.split(",")} & set(cells)
    return float(residents[residents.index.isin(inside)].sum())
