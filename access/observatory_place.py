"""Whether the cells of a run can be those of the city whose name it is filed under."""

from __future__ import annotations

from collections.abc import Sequence

import h3
import pandas as pd

from access.errors import StoreError
from access.observatory_store import Store

COMMON = 0.5
"""Share of the smaller place's cells that both must have: a city may grow, another city has none of them."""


def check_place(store: Store, city: str, cells: pd.DataFrame) -> None:
    """Refuse a run whose cells are not those of the last snapshot under the same name.

    Parameters
    ----------
    store : Store
    city : str
        Short name; a city that the store does not have fits anything.
    cells : DataFrame
        With the column ``cell``.

    Raises
    ------
    StoreError
        If fewer than half of the cells of the smaller of the two are in both.
    """
    share = _share_of_last(store, city, cells)
    if share is not None and share < COMMON:
        raise StoreError(
            f"city {city!r}: only {share:.0%} of the cells of this run lie in the place of that name; "
            "if it is another city, give it a name of its own (--city)"
        )


def same_place(store: Store, city: str, cells: pd.DataFrame) -> list[str]:
    """Return other cities of the store whose last snapshot is of this place: perhaps a name typed wrongly.

    A city that the store has already has been told of when it came.
    """
    known = [str(name) for name in store.rows("city", ["city"])["city"]]
    if city in known:
        return []
    return [name for name in known if (_share_of_last(store, name, cells) or 0.0) >= COMMON]


def _share_of_last(store: Store, city: str, cells: pd.DataFrame) -> float | None:
    """Return which share of cells is that of a city's snapshot filed last; None without a snapshot."""
    before = last_cells(store, city)
    return None if before is None else common_share(before["cell"].tolist(), cells["cell"].tolist())


def last_cells(store: Store, city: str) -> pd.DataFrame | None:
    """Return the cells of a city's snapshot filed last, with the column ``cell``; None without a snapshot."""
    filed = store.rows("snapshot", ["snapshot", "filed_at"], city=city)
    if filed.empty:
        return None
    last = filed.sort_values(["filed_at", "snapshot"])["snapshot"].iloc[-1]
    return store.rows("cell", ["cell"], snapshot=last)


def common_share(first: Sequence[str], second: Sequence[str]) -> float:
    """Return which share of the smaller of two sets of cells is in both; of other sizes by their parents."""
    if not first or not second:
        return 0.0
    resolution = min(h3.get_resolution(first[0]), h3.get_resolution(second[0]))
    here, there = ({h3.cell_to_parent(cell, resolution) for cell in cells} for cells in (first, second))
    return len(here & there) / min(len(here), len(there))
