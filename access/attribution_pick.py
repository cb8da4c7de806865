"""Which snapshots and which numbers a question about causes means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from access.attribution import Key, key_of
from access.errors import StoreError
from access.observatory_read import KEY, snapshots_of
from access.observatory_store import Store, reading

MOST_KEYS = 20
"""Numbers explained at once, so that a question left open does not fill the store."""


class Picked(NamedTuple):
    """A snapshot and the day it observed."""

    snapshot: str
    day: date


def picked_snapshots(
    location: str | Path, asked: Sequence[str], city: str | None = None
) -> tuple[Picked, Picked]:
    """Return the two snapshots that are asked for by id, or by the day that they observed.

    Days are looked up in the series in use of the city; of several on a day the one filed last is meant.

    Raises
    ------
    StoreError
        With every problem: no such snapshot or day, or several cities and none named.
    """
    problems: list[str] = []
    found = []
    with reading(location) as store:
        for text in asked:
            try:
                found.append(_picked(store, text, city))
            except StoreError as error:
                problems.append(str(error))
    if problems:
        raise StoreError("; ".join(dict.fromkeys(problems)))
    return found[0], found[1]


def picked_keys(
    location: str | Path, snapshots: Sequence[str], indicator: str, asked: Mapping[str, Any]
) -> list[Key]:
    """Return the numbers of an indicator that fit what is asked; None asks for any.

    Raises
    ------
    StoreError
        If none fits, or more than ``MOST_KEYS``; the message lists what there is.
    """
    with reading(location) as store:
        rows = store.rows("indicator", [*KEY, "value"], snapshot=list(snapshots), indicator=indicator)
        if rows.empty:
            there = sorted(set(store.rows("indicator", ["indicator"], snapshot=list(snapshots))["indicator"]))
            raise StoreError(f"indicator {indicator!r}: not in these snapshots; they have {', '.join(there)}")
    fitting = rows
    for name, value in asked.items():
        if value is not None:
            fitting = fitting[fitting[name] == value]
    keys = list(dict.fromkeys(key_of(row) for row in fitting.to_dict("records")))
    if keys and len(keys) <= MOST_KEYS:
        return keys
    listed = "; ".join(f"{name}: {_values(rows, name)}" for name in KEY[1:] if _values(rows, name))
    what = f"{len(keys)} numbers fit, at most {MOST_KEYS} are explained at once" if keys else "no number fits"
    raise StoreError(f"indicator {indicator}: {what}; choose among {listed}")


def _picked(store: Store, text: str, city: str | None) -> Picked:
    rows = store.rows("snapshot", ["snapshot", "observed_on"], snapshot=text)
    if len(rows):
        return Picked(text, rows["observed_on"].iloc[0])
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise StoreError(f"snapshot {text!r}: not in this store, and no day such as 2026-03-11") from None
    cities = list(store.rows("city")["city"])
    if city is None and len(cities) != 1:
        raise StoreError(f"day {day}: name a city with --city; the store has {', '.join(cities) or 'none'}")
    order = snapshots_of(store, city or cities[0])
    mine = order[order["observed_on"] == day]
    if mine.empty:
        days = ", ".join(str(each) for each in order["observed_on"])
        raise StoreError(
            f"day {day}: no snapshot of the series in use; it has {days}. One of an earlier method is named "
            "by its id"
        )
    return Picked(str(mine["snapshot"].iloc[-1]), day)


def _values(rows: pd.DataFrame, name: str) -> str:
    return ", ".join(sorted({str(value) for value in rows[name].dropna()}))
