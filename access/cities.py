"""Cities side by side: the newest snapshot of each, as far as the numbers mean the same.

Decided so:

C1. The newest snapshot is the last day of the series in use (``access.observatory_read.series_of``).
C2. Cities whose method differs in what touches every number (``access.cities_method``) are not compared. The
    largest set of cities that agree is, or that of the reference; of sets as large the one with the first
    name.
C3. What a row is, and which rows are compared, stands in ``access.cities_rows``.
C4. Nothing is converted or computed anew: values, ranges and what is hidden are those of the runs. Incomes
    never appear; groups by income are tenths of each city's own residents.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from access.cities_method import JUDGED, OF_EVERY_NUMBER, of_every_number
from access.cities_rows import KEY, VALUES, Refusal, defined_alike, rows_of, shared_rows
from access.errors import StoreError
from access.observatory_read import cities as cities_in
from access.observatory_read import series_of, snapshots_of
from access.observatory_store import Store


@dataclass(frozen=True)
class City:
    """The newest snapshot of one city."""

    city: str
    name: Mapping[str, str]  # by language
    snapshot: str
    observed_on: dt.date
    residents: float
    cells: int
    resolution: int | None
    income_unit: Mapping[str, str] | None  # by language
    method: Mapping[str, Any]
    manifest: Mapping[str, Any]
    periods: pd.DataFrame  # rows of the table period


@dataclass(frozen=True)
class Comparison:
    """Cities side by side.

    Attributes
    ----------
    names : mapping
        Names by language of every city of the store.
    cities : tuple of City
        Those compared; fewer than two: nothing is.
    rows : DataFrame
        ``KEY``, ``city``, ``period`` and ``VALUES``: one row for each number of each city, keys together.
    refused : tuple of Refusal
        Whole cities first.
    """

    names: Mapping[str, Mapping[str, str]]
    cities: tuple[City, ...]
    rows: pd.DataFrame
    refused: tuple[Refusal, ...]


def compare_cities(
    store: Store, *, reference: str | None = None, indicators: Sequence[str] | None = None
) -> Comparison:
    """Compare the newest snapshot of every city of a store.

    Parameters
    ----------
    store : Store
    reference : str, optional
        City to which the others are compared; default the largest set of cities that agree (C2).
    indicators : sequence of str, optional
        Only these.

    Raises
    ------
    StoreError
        If the store has no city of the reference's name, or no snapshot of it.
    """
    known, refused = _newest(store)
    if reference is not None and reference not in {city.city for city in known}:
        there = ", ".join(city.city for city in known) or "none"
        raise StoreError(f"city {reference!r}: no snapshot of it in this store; it has {there}")
    agreeing, differ = _agreeing(known, reference)
    refused += differ
    compared = [city.city for city in agreeing]
    frames = []
    for city in agreeing:
        rows, problems = rows_of(store, city.city, city.snapshot, city.method, city.periods, indicators)
        frames.append(rows)
        refused += problems
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*KEY, "city", *VALUES])
    whole, unlike = defined_alike(whole, {city.city: city.method for city in agreeing})
    shared, alone = shared_rows(whole, compared)
    names = {str(row["city"]): _names(row) for row in cities_in(store).to_dict("records")}
    return Comparison(names, tuple(agreeing), shared, tuple(refused + unlike + alone))


def _newest(store: Store) -> tuple[list[City], list[Refusal]]:
    """Newest snapshot of each city (C1), and the cities without one."""
    found, without = [], []
    for row in cities_in(store).to_dict("records"):
        city = str(row["city"])
        if store.rows("snapshot", ["snapshot"], city=city).empty:
            without.append(Refusal("no_snapshot", (city,), (), (), 0))
            continue
        series = series_of(store, city).iloc[-1]
        last = snapshots_of(store, city, str(series["series"])).iloc[-1]
        head = store.rows("snapshot", ["manifest_json"], snapshot=last["snapshot"])["manifest_json"].iloc[0]
        unit = {language: series[f"income_unit_{language}"] for language in ("en", "fr")}
        found.append(
            City(
                city=city,
                name=_names(row),
                snapshot=str(last["snapshot"]),
                observed_on=last["observed_on"],
                residents=float(last["residents"]),
                cells=int(last["cells"]),
                resolution=None if pd.isna(series["resolution"]) else int(series["resolution"]),
                income_unit=None if pd.isna(unit["en"]) else {key: str(text) for key, text in unit.items()},
                method={**_content(series["method_json"]), JUDGED: _judged(store, last["snapshot"])},
                manifest=_content(head),
                periods=store.rows("period", snapshot=last["snapshot"]),
            )
        )
    return found, without


def _names(row: Mapping[Any, Any]) -> dict[str, str]:
    return {language: str(row[f"name_{language}"] or row["city"]) for language in ("en", "fr")}


def _some(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _judged(store: Store, snapshot: str) -> list[str]:
    """Rights that the data of a snapshot can judge."""
    found = store.rows("indicator", ["standard"], snapshot=snapshot, indicator="right_headcount", group="all")
    return sorted(found["standard"].dropna().unique())


def _content(text: Any) -> dict[str, Any]:
    content = json.loads(text) if isinstance(text, str) else None
    return content if isinstance(content, dict) else {}


def _agreeing(known: Sequence[City], reference: str | None) -> tuple[list[City], list[Refusal]]:
    """Cities whose method is the same where every number depends on it (C2), and how the others differ."""
    methods = {city.city: of_every_number(city.method, city.resolution) for city in known}
    sets: dict[tuple[str, ...], list[City]] = defaultdict(list)
    for city in known:
        sets[tuple(methods[city.city].values())].append(city)
    if not sets:
        return [], []

    def rank(cities: list[City]) -> tuple[bool, int, str]:
        names = [city.city for city in cities]
        return reference not in names, -len(names), min(names)

    chosen = min(sets.values(), key=rank)
    model = methods[chosen[0].city]
    refused = []
    for name in OF_EVERY_NUMBER:
        by_value: dict[str, list[str]] = defaultdict(list)
        for city in known:
            if methods[city.city][name] != model[name]:
                by_value[methods[city.city][name]].append(city.city)
        for value, cities in by_value.items():
            refused.append(Refusal(name, tuple(cities), _some(value), _some(model[name]), 0))
    return chosen, refused
