"""Access measures the obvious way, by joining and grouping frames. Shares no code with the program."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd


def joined(matrix: pd.DataFrame, land: pd.DataFrame, opportunity: str, active: bool) -> pd.DataFrame:
    here, there = ("from_id", "to_id") if active else ("to_id", "from_id")
    table = matrix.merge(land[["id", opportunity]], left_on=there, right_on="id", how="left")
    return table.assign(here=table[here], amount=table[opportunity])


def everybody(matrix: pd.DataFrame, active: bool) -> pd.Index:
    return pd.Index(sorted(matrix["from_id" if active else "to_id"].unique()))


def cumulative(
    matrix: pd.DataFrame,
    land: pd.DataFrame,
    opportunity: str,
    cutoff: float,
    *,
    cost: str = "travel_time",
    active: bool = True,
    including: bool = False,
) -> pd.Series:
    table = joined(matrix, land, opportunity, active)
    table = table[table[cost] <= cutoff] if including else table[table[cost] < cutoff]
    return table.groupby("here")["amount"].sum().reindex(everybody(matrix, active), fill_value=0)


def gravity(
    matrix: pd.DataFrame,
    land: pd.DataFrame,
    opportunity: str,
    weight: Callable[[pd.Series], pd.Series],
    *,
    cost: str = "travel_time",
    active: bool = True,
) -> pd.Series:
    table = joined(matrix, land, opportunity, active)
    table = table[table[cost].notna()]
    weighted = weight(table[cost]) * table["amount"]
    return weighted.groupby(table["here"]).sum().reindex(everybody(matrix, active), fill_value=0)


def nth_closest(
    matrix: pd.DataFrame, land: pd.DataFrame, opportunity: str, n: float, *, active: bool = True
) -> pd.Series:
    table = joined(matrix, land, opportunity, active)
    table = table[(table["amount"] > 0) & table["travel_time"].notna()]
    found = {}
    for place in everybody(matrix, active):
        rows = table[table["here"] == place].sort_values("travel_time")
        enough = rows["amount"].cumsum() >= (n if n != 1 else 0)
        found[place] = rows["travel_time"][enough].min() if enough.any() else np.inf
    return pd.Series(found, dtype=float)


def balancing(
    matrix: pd.DataFrame,
    land: pd.DataFrame,
    opportunity: str,
    demand: str,
    *,
    including: bool,
    more: bool,
) -> pd.Series:
    people = land.set_index("id")[demand]
    table = joined(matrix, land, opportunity, True)
    known = table["travel_time"].dropna()
    last = int(known.max()) if len(known) else 0
    found = {}
    for place in everybody(matrix, True):
        rows = table[table["here"] == place]
        found[place] = np.nan
        for minute in range(last + (1 if including else 2)):
            within = rows["travel_time"] <= minute if including else rows["travel_time"] < minute
            there = rows["amount"][within].sum()
            if people[place] == 0 or there > people[place] or (not more and there >= people[place]):
                found[place] = minute
                break
    return pd.Series(found, dtype=float)


def two_step(
    matrix: pd.DataFrame,
    land: pd.DataFrame,
    opportunity: str,
    demand: str,
    weight: Callable[[pd.Series], pd.Series],
) -> pd.Series:
    """2SFCA of a matrix in which every place with opportunities is reached by somebody."""
    table = matrix.merge(land[["id", demand]], left_on="from_id", right_on="id", how="left")
    table = table.merge(land[["id", opportunity]], left_on="to_id", right_on="id", how="left")
    table["weight"] = weight(table["travel_time"])
    competing = (table[demand] * table["weight"]).groupby(table["to_id"]).transform("sum")
    table["share"] = (table[opportunity] / competing).where(table[opportunity] > 0, 0) * table["weight"]
    return table.groupby("from_id")["share"].sum()


def availability(
    matrix: pd.DataFrame,
    land: pd.DataFrame,
    opportunity: str,
    demand: str,
    weight: Callable[[pd.Series], pd.Series],
) -> pd.Series:
    """Spatial availability with alpha = 1, in the same places."""
    per_person = two_step(matrix, land, opportunity, demand, weight)
    return per_person * land.set_index("id")[demand][per_person.index]
