"""Whether a run that is filed already gives the same results again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from access.errors import StoreError
from access.observatory_rows import COMPARED
from access.observatory_schema import Table, schema
from access.observatory_store import Store
from access.observatory_tables import to_arrow, to_frame

ROUNDING = 1e-9
"""Relative difference that another machine's arithmetic may make."""


def check_same(store: Store, tables: Mapping[str, pd.DataFrame], results_hash: str) -> None:
    """Refuse results that differ from those filed under the same snapshot.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Rows of the run, and ``snapshot`` with its one row.
    results_hash : str
        Of the results that are filed.

    Raises
    ------
    StoreError
        Naming the first table and column that differ by more than rounding.
    """
    row = tables["snapshot"].iloc[0]
    if row["results_hash"] == results_hash:
        return
    for name in COMPARED:
        table = schema().tables[name]
        filed = store.rows(name, snapshot=row["snapshot"])
        again = to_frame(to_arrow(table, tables[name]), table)
        differs = _difference(table, filed, again)
        if differs:
            raise StoreError(
                f"snapshot {row['snapshot']} ({row['city']}, {row['observed_on']}): the same inputs, options "
                f"and method gave other results before: {name}, {differs}. One of the two runs cannot "
                "be made again; make both anew, or file this one under another name (--city)"
            )


def _difference(table: Table, filed: pd.DataFrame, again: pd.DataFrame) -> str:
    """Say what differs between two sets of rows; empty where they are the same but for rounding."""
    if len(filed) != len(again):
        return f"{len(again)} rows instead of {len(filed)}"
    order = list(table.key)
    first, second = (
        frame.sort_values(order, ignore_index=True, na_position="first") for frame in (filed, again)
    )
    for column in table.columns:
        one, other = first[column.name], second[column.name]
        if column.kind == "real":
            numbers = one.to_numpy(np.float64), other.to_numpy(np.float64)
            same = np.isclose(*numbers, rtol=ROUNDING, atol=0, equal_nan=True)
        else:
            same = ((one == other) | (one.isna() & other.isna())).fillna(value=False).to_numpy(bool)
        if not same.all():
            at = int(np.flatnonzero(~same)[0])
            told = f"{other.iloc[at]} instead of {one.iloc[at]} (rows that differ: {int((~same).sum())})"
            of = "/".join(str(value) for value in first.loc[at, order[1:]].dropna())
            return f"{column.name} of {of} is {told}"
    return ""
