"""transfers.txt as index arrays of a timetable. Source: GTFS Schedule Reference, ``transfers.txt``."""

from __future__ import annotations

from typing import NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.timetable import TransferRules
from gtfs.visits import lookup

_LAST_TYPE = 5
_SIDES = ("from", "to")


class TripCopies(NamedTuple):
    """Which timetable trips come from which row of trips.txt. All arrays have shape ``(n_trips,)``."""

    row: npt.NDArray[np.int64]
    day: npt.NDArray[np.int8]


def read_transfers(feed: gtfs_kit.Feed, copies: TripCopies) -> tuple[TransferRules, int]:
    """Rules that concern this timetable, and the number of rows dropped because they name something unknown.

    A blank type is 0 (recommended point), a blank time -1. A rule that names trips is repeated for each of
    their copies, both of the same service day; it is left out, uncounted, if such a trip is not in the
    timetable. For headway-based trips this gives every pair of their vehicles. Rules keep the order of the
    file.
    """
    table = feed.transfers
    if table is None:
        none = np.zeros(0, dtype=np.int32)
        return TransferRules(none, none, none, none, none, none, none.astype(np.int8), none), 0
    ends = {}
    known = np.ones(len(table), dtype=bool)
    for kind, ids in (
        ("stop", feed.stops["stop_id"]),
        ("route", feed.routes["route_id"]),
        ("trip", feed.trips["trip_id"]),
    ):
        for side in _SIDES:
            column = f"{side}_{kind}_id"
            given = _column(table, column)
            ends[f"{side}_{kind}"] = lookup(ids, given)
            known &= given.isna().to_numpy() | (ends[f"{side}_{kind}"] >= 0)
    kinds = _numbers(table, "transfer_type", 0)
    known &= (kinds >= 0) & (kinds <= _LAST_TYPE)
    rules = pd.DataFrame(ends | {"type": kinds, "time": _numbers(table, "min_transfer_time", -1)})[known]
    rules = _with_copies(rules, copies)
    columns = {column: rules[column].to_numpy(dtype=np.int32) for column in rules}
    return TransferRules(
        from_stop=columns["from_stop"],
        to_stop=columns["to_stop"],
        from_route=columns["from_route"],
        to_route=columns["to_route"],
        from_trip=columns["from_trip"],
        to_trip=columns["to_trip"],
        transfer_type=columns["type"].astype(np.int8),
        min_transfer_time_s=columns["time"],
    ), int((~known).sum())


def _with_copies(rules: pd.DataFrame, copies: TripCopies) -> pd.DataFrame:
    """Replace rows of trips.txt by timetable trips, same day with same day."""
    plain = rules[(rules["from_trip"] < 0) & (rules["to_trip"] < 0)]
    limited = rules.drop(plain.index)
    if limited.empty:
        return plain
    days = pd.DataFrame({"day": np.unique(copies.day)})
    limited = limited.rename_axis("rule").reset_index().merge(days, how="cross")
    trips = pd.DataFrame({"row": copies.row, "day": copies.day, "trip": np.arange(len(copies.row))})
    for side in _SIDES:
        column = f"{side}_trip"
        unlimited = limited[limited[column] < 0]
        found = limited.merge(trips, left_on=[column, "day"], right_on=["row", "day"])
        found = found.drop(columns=[column, "row"]).rename(columns={"trip": column})
        limited = pd.concat([unlimited, found])
    limited = (
        limited.sort_values(["rule", "day", "from_trip", "to_trip"]).set_index("rule").drop(columns="day")
    )
    return pd.concat([plain, limited]).sort_index(kind="stable").astype({"from_trip": int, "to_trip": int})


def _column(table: pd.DataFrame, column: str) -> pd.Series[str]:
    if column in table.columns:
        return table[column]
    return pd.Series(pd.array([None] * len(table), dtype="string"))


def _numbers(table: pd.DataFrame, column: str, missing: int) -> npt.NDArray[np.int64]:
    if column not in table.columns:
        return np.full(len(table), missing, dtype=np.int64)
    return table[column].to_numpy(dtype=np.int64, na_value=missing)
