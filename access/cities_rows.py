"""Rows of indicators of several cities: which of them are the same number, and which only one city has.

Decided so:

R1. A row is told by indicator, service, kind of period, cutoff, standard and group. Names of periods are each
    city's own and do not count; two periods of one kind, or one without a kind, cannot be told apart. Periods
    of departure and of arrival are different kinds.
R2. Of cities that define a row in different ways those that agree are compared, the largest set of them; of
    sets as large the one with the first city.
R3. A row is compared if at least two cities have a value. What one city alone has is refused, with the first
    reason that explains why: none of the others has such an indicator, service, standard, kind of period,
    cutoff or group; or none has them together.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from access.cities_method import definition_of, differing
from access.observatory_store import Store

KEY = ("indicator", "service", "kind", "cutoff_min", "standard", "group")
"""Columns that tell rows of several cities apart; "" where one does not apply."""

VALUES = ("value", "low", "high", "interval_kind", "sources", "draws", "covered_population", "unit", "source")

INPUT_RANGE = "input uncertainty"
"""The range that is shown where a number has several."""

ARRIVAL = ":arrival"
"""Ends the kind of a period whose window is one of arrivals."""


class Refusal(NamedTuple):
    """What is not compared, and why.

    Attributes
    ----------
    reason : str
        A key of texts: ``no_snapshot``, a name of ``access.cities_method.OF_EVERY_NUMBER``, ``definition``,
        ``two_periods``, ``no_kind``; of what one city alone has the name of the column that the others lack,
        or ``together``.
    cities : tuple of str
        Whom it concerns.
    had : tuple of str
        What these have, in the words of configurations.
    others : tuple of str
        What the others have; of a definition what differs.
    rows : int
        Number of rows; 0 where a whole city is refused.
    """

    reason: str
    cities: tuple[str, ...]
    had: tuple[str, ...]
    others: tuple[str, ...]
    rows: int


def rows_of(
    store: Store,
    city: str,
    snapshot: str,
    method: Mapping[str, Any],
    periods: pd.DataFrame,
    indicators: Sequence[str] | None = None,
) -> tuple[pd.DataFrame, list[Refusal]]:
    """Return the rows of a city with the kind of their period; those whose kind cannot be told are refused.

    Parameters
    ----------
    method : mapping
        As a store's column ``method_json`` holds it.
    periods : DataFrame
        Rows of the table ``period``.
    indicators : sequence of str, optional
        Only these.
    """
    wanted = {} if indicators is None else {"indicator": list(indicators)}
    found = store.rows("indicator", snapshot=snapshot, **wanted)
    found = found[found["value"].notna()]
    kinds, counts = _kinds(method, periods)
    kind = found["period"].map(kinds)
    unnamed = found["period"].notna() & kind.isna()
    twice = kind.map(counts).fillna(0) > 1
    problems = [
        Refusal(reason, (city,), tuple(sorted(found.loc[wrong, "period"].unique())), (), int(wrong.sum()))
        for reason, wrong in (("no_kind", unnamed), ("two_periods", twice))
        if wrong.any()
    ]
    rows = found.assign(kind=kind, city=city)[~unnamed & ~twice]
    rows = rows.assign(**{name: rows[name].astype("string").fillna("") for name in KEY})
    # Of several ranges of one number that of the inputs is shown.
    first = rows["interval_kind"].ne(INPUT_RANGE).fillna(value=True).sort_values(kind="stable").index
    rows = rows.loc[first].drop_duplicates(list(KEY)).sort_index()
    return rows[[*KEY, "city", "period", *VALUES]].reset_index(drop=True), problems


def _kinds(method: Mapping[str, Any], periods: pd.DataFrame) -> tuple[dict[str, str], dict[str, int]]:
    """Kind of each period of a city, and how many of its periods are of a kind."""
    given = method.get("periods") or []
    arrivals = {period["name"] for period in given if period.get("arrival_start") is not None}
    kinds = {
        str(row["period"]): f"{row['kind']}{ARRIVAL if row['period'] in arrivals else ''}"
        for row in periods.to_dict("records")
        if not pd.isna(row["kind"])
    }
    counts: dict[str, int] = defaultdict(int)
    for kind in kinds.values():
        counts[kind] += 1
    return kinds, counts


def defined_alike(
    rows: pd.DataFrame, methods: Mapping[str, Mapping[str, Any]]
) -> tuple[pd.DataFrame, list[Refusal]]:
    """Leave out rows that cities define in another way than those that agree (R2).

    Parameters
    ----------
    rows : DataFrame
        With ``KEY`` and ``city``.
    methods : mapping
        Method of each city, in order.
    """
    pairs = rows[["indicator", "standard", "city"]].drop_duplicates()
    wrong: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for (indicator, standard), group in pairs.groupby(["indicator", "standard"], sort=False):
        row = {"indicator": indicator, "standard": standard}
        having = [city for city in methods if city in set(group["city"])]
        defined = {city: definition_of(methods[city], row) for city in having}
        for city, names in _unlike(defined).items():
            wrong[str(indicator), str(standard), city] = names
    asked = zip(rows["indicator"], rows["standard"], rows["city"], strict=True)
    out = pd.Series([key in wrong for key in asked], index=rows.index, dtype=bool)
    concerned: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for indicator, standard, city in rows.loc[out, ["indicator", "standard", "city"]].to_numpy().tolist():
        concerned[wrong[indicator, standard, city]].append((city, standard or indicator))
    refused = [
        Refusal("definition", _in_order({city for city, _ in found}), _in_order({had for _, had in found}),
                names, len(found))
        for names, found in sorted(concerned.items())
    ]  # fmt: skip
    return rows[~out], refused


def _unlike(defined: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Cities that define a row in another way than those that agree (R2), and in what they differ."""
    sets: dict[str, list[str]] = defaultdict(list)
    for city, definition in defined.items():
        sets[json.dumps(definition, sort_keys=True, default=str)].append(city)
    if len(sets) < 2:
        return {}
    model = max(sets.values(), key=len)  # the first of the largest
    others = [city for cities in sets.values() if cities is not model for city in cities]
    found = {city: tuple(differing(defined[city], defined[model[0]])) for city in others}
    if len(model) == 1:  # nobody agrees with anybody
        found[model[0]] = found[others[0]]
    return found


def shared_rows(rows: pd.DataFrame, cities: Sequence[str]) -> tuple[pd.DataFrame, list[Refusal]]:
    """Return the rows that two cities have, those of a key together, and why others are refused (R3)."""
    if len(cities) < 2:
        return rows.iloc[:0], []
    number = rows.groupby(list(KEY), sort=False).ngroup()
    together = number.map(number.value_counts()) > 1
    order = rows["city"].map({city: place for place, city in enumerate(cities)})
    shared = rows.assign(number=number, order=order)[together].sort_values(["number", "order"])
    alone = rows[~together]
    having = {city: _values(rows[rows["city"].eq(city)]) for city in cities}
    lacks: dict[tuple[str, str], list[tuple[str, set[str]]]] = defaultdict(list)
    for row in alone.to_dict("records"):
        others = [having[city] for city in cities if city != row["city"]]
        name, known = _lack(row, others)
        lacks[row["city"], name].append((row.get(name, ""), known))
    refused = []
    for (city, name), found in sorted(lacks.items()):
        had = {value for value, _ in found}
        known = {value for _, values in found for value in values}
        refused.append(Refusal(name, (city,), _in_order(had), _in_order(known - had), len(found)))
    return shared.drop(columns=["number", "order"]).reset_index(drop=True), refused


def _values(rows: pd.DataFrame) -> dict[str, dict[str, set[str]]]:
    """Values of each column by indicator."""
    return {
        str(indicator): {name: set(group[name]) for name in KEY}
        for indicator, group in rows.groupby("indicator", sort=False)
    }


def _lack(row: Mapping[Any, Any], others: Sequence[dict[str, dict[str, set[str]]]]) -> tuple[str, set[str]]:
    """Name the first column whose value no other city has for this indicator (R3), and what they have."""
    same = [other[row["indicator"]] for other in others if row["indicator"] in other]
    if not same:
        return "indicator", set()
    for name in ("service", "standard", "kind", "cutoff_min", "group"):
        known = set().union(*(values[name] for values in same))
        if row[name] not in known:
            return name, known
    return "together", set()


def _in_order(values: set[str]) -> tuple[str, ...]:
    """Values in order, numbers by size; what does not apply is none."""
    return tuple(sorted(values - {""}, key=lambda text: (int(text), "") if text.isdigit() else (0, text)))
