"""What a store is asked for most: its cities, their series, snapshots in order, and numbers over time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from access.errors import StoreError
from access.observatory_store import Store

KEY = ("indicator", "service", "period", "cutoff_min", "standard", "group")
"""Columns that name an indicator; one that does not apply is null."""


def cities(store: Store) -> pd.DataFrame:
    """Return city, name_en and name_fr of every city, by short name."""
    return store.rows("city")


def cities_with_snapshots(store: Store) -> pd.DataFrame:
    """Return the same of the cities that have a snapshot; others have timetables that a watch looked at."""
    found = cities(store)
    filed = set(store.rows("snapshot", ["city"])["city"])
    return found[found["city"].isin(filed)].reset_index(drop=True)


def series_of(store: Store, city: str) -> pd.DataFrame:
    """Return the series of a city with ``snapshots``, ``first`` and ``last`` observed day; that in use last.

    The series in use is the one that reaches the latest day, of several the one in which something was filed
    last. So a past that is being computed again takes over when it has caught up, not with its first day.

    Raises
    ------
    StoreError
        If the store has no such city, or no snapshot of it.
    """
    found = store.rows("series", city=city)
    if found.empty:
        names = list(cities(store)["city"])
        if city in names:
            raise StoreError(
                f"city {city!r}: has timetables in this store, but no snapshot; file a run of it"
            )
        known = ", ".join(names) or "none"
        raise StoreError(f"city {city!r}: not in this store; it has {known}")
    filed = store.rows("snapshot", ["series", "observed_on", "filed_at"], city=city)
    by_series = filed.groupby("series").agg(
        snapshots=("observed_on", "size"),
        first=("observed_on", "min"),
        last=("observed_on", "max"),
        filed_at=("filed_at", "max"),
    )
    joined = found.merge(by_series, left_on="series", right_index=True, how="left")
    return joined.sort_values(["last", "filed_at", "series"], na_position="first", ignore_index=True)


def snapshots_of(store: Store, city: str, series: str | None = None) -> pd.DataFrame:
    """Return the snapshots of a series in the order of their days; without ``series`` of the one in use.

    Of several on one day the one filed last comes last.
    """
    chosen = series or str(series_of(store, city)["series"].iloc[-1])
    columns = ["snapshot", "series", "city", "observed_on", "filed_at", "residents", "cells"]
    found = store.rows("snapshot", columns, city=city, series=chosen)
    return found.sort_values(["observed_on", "filed_at", "snapshot"], ignore_index=True)


def days_of_other_methods(store: Store, city: str, series: str | None = None) -> list[dt.date]:
    """Return the days of a city that only other series than this one observed, in order.

    Without ``series`` of the one in use; who looks at it alone should be told of them.
    """
    chosen = series or str(series_of(store, city)["series"].iloc[-1])
    filed = store.rows("snapshot", ["series", "observed_on"], city=city)
    mine = filed["series"] == chosen
    return sorted({*filed.loc[~mine, "observed_on"]} - {*filed.loc[mine, "observed_on"]})


def numbers_over_time(store: Store, city: str, series: str | None = None, /, **key: Any) -> pd.DataFrame:
    """Return rows of indicators of every snapshot of a series, with ``observed_on``, in order of days.

    Parameters
    ----------
    **key
        Values of ``KEY``; a column left out may be anything, None asks for null.
    """
    order = snapshots_of(store, city, series)
    found = store.rows("indicator", snapshot=list(order["snapshot"]), **key)
    place = {name: number for number, name in enumerate(order["snapshot"])}
    days = dict(zip(order["snapshot"], order["observed_on"], strict=True))
    found = found.assign(order=found["snapshot"].map(place), observed_on=found["snapshot"].map(days))
    return found.sort_values(["order", *KEY], ignore_index=True).drop(columns="order")
