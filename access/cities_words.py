"""The comparison of cities in words: tables, notes and what is not compared, in English and French."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from access.cities import Comparison
from access.cities_rows import ARRIVAL, KEY, Refusal
from access.indicator_registry import families, registry
from access.report_section import group_label
from access.report_tables import Table
from access.rights_catalogue import SERVICES
from access.texts import Texts

GROUPS = ("all", "decile_1", "decile_10")
"""Groups that tables show; exports have all."""

FAR_APART_DAYS = 366
"""Service days farther apart than this are named."""

_LISTED = 8  # of what a refusal names


def city_headings(found: Comparison, words: Texts) -> list[str]:
    """Say of each city that is compared which day its numbers are of, and its size."""
    return [
        words(
            "cities.heading",
            name=words.label(city.name),
            day=words.day(city.observed_on),
            residents=words.plural("residents", city.residents),
            cells=words.number(city.cells),
        )
        for city in found.cities
    ]


def city_tables(found: Comparison, words: Texts, groups: tuple[str, ...] | None = GROUPS) -> list[Table]:
    """Return a table for each family of indicators: a row for each number, a column for each city.

    Parameters
    ----------
    groups : tuple of str, optional
        Groups of residents to show; None shows all.
    """
    rows = found.rows if groups is None else found.rows[found.rows["group"].isin(groups)]
    if rows.empty or len(found.cities) < 2:
        return []
    names = (words("cities.what"), *(words.label(city.name) for city in found.cities))
    known = registry()
    family = rows["indicator"].map(lambda name: known[name].family if name in known else "")
    tables = []
    for key, title in families().items():
        mine = rows[family.eq(key)]
        if not mine.empty:
            tables.append(Table(title.of(words.language), names, tuple(_lines(mine, found, words))))
    return tables


def _lines(rows: pd.DataFrame, found: Comparison, words: Texts) -> Iterator[tuple[str, ...]]:
    order = {name: place for place, name in enumerate(registry())}
    number = rows.groupby(list(KEY), sort=False).ngroup()
    ordered = rows.assign(number=number, order=rows["indicator"].map(order)).sort_values(["order", "number"])
    for _, group in ordered.groupby(["order", "number"], sort=False):
        by_city = {row["city"]: row for row in group.to_dict("records")}
        first: dict[Any, Any] = group.iloc[0].to_dict()
        cells = [
            number_words(by_city[city.city], words) if city.city in by_city else words("cities.none")
            for city in found.cities
        ]
        yield row_label(first, found, words), *cells


def row_label(row: Mapping[Any, Any], found: Comparison, words: Texts) -> str:
    """Name a row: indicator, destinations or right, limit, kind of period and group."""
    parts = []
    if row["standard"]:
        parts += [label for label in [_standard(row["standard"], found, words)] if label]
    elif row["service"]:
        parts.append(_service(row["service"], found, words))
    if row["cutoff_min"] and not row["standard"]:
        parts.append(words("cities.minutes_within", n=words.number(int(row["cutoff_min"]))))
    if row["kind"]:
        parts.append(kind_label(row["kind"], words))
    parts.append(_group(row["group"], words))
    return words("cities.label", title=_title(row["indicator"], words), parts=", ".join(parts))


def _title(indicator: str, words: Texts) -> str:
    entry = registry().get(indicator)
    return entry.title.of(words.language) if entry else indicator.replace("_", " ")


def _group(group: str, words: Texts) -> str:
    label = group_label(group, words)
    return label[:1].lower() + label[1:]


def kind_label(kind: str, words: Texts) -> str:
    """Name a kind of period."""
    plain = kind.removesuffix(ARRIVAL)
    label = words(f"word.{plain}") if words.has(f"word.{plain}") else plain.replace("_", " ")
    return words("cities.arrivals", kind=label) if kind.endswith(ARRIVAL) else label


def _service(name: str, found: Comparison, words: Texts) -> str:
    for city in found.cities:
        for service in city.manifest.get("services") or []:
            if service["name"] == name:
                return words.label(service["label"])
    return SERVICES[name].in_language(words.language) if name in SERVICES else name.replace("_", " ")


def _standard(name: str, found: Comparison, words: Texts) -> str:
    """Label of a right, a line or a catalogue; of a standard its class, empty where its title says all."""
    catalogue, lacking, n = name.partition("_lacking_")
    for city in found.cities:
        for key in ("rights", "sufficiency"):
            for entry in city.manifest.get(key) or []:
                if entry["name"] == name:
                    return words.label(entry["label"])
        for entry in city.manifest.get("rights_catalogues") or []:
            if entry["name"] == catalogue:
                label = words.label(entry["label"])
                return words.plural("cities.lacking", int(n), catalogue=label) if lacking else label
    if name in registry() or name == "sdg_11_2_1":
        return ""
    return name.partition(":")[2].replace("_", " ") or name.replace("_", " ")


def number_words(row: Mapping[Any, Any], words: Texts) -> str:
    """Write a value of a row of ``Comparison.rows``, with its range where that is known."""
    write = _writer(str(row["unit"]), row["value"], words)
    value = write(row["value"])
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return value
    return words("cities.with_range", value=value, low=write(row["low"]), high=write(row["high"]))


def _writer(unit: str, value: float, words: Texts) -> Callable[[float], str]:
    if unit == "share":
        return words.percent
    if unit == "percent":
        return lambda number: words.percent(number / 100)
    if unit.startswith("min"):
        return lambda number: words("cities.minutes", n=words.number(number, 1))
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 3
    return lambda number: words.number(number, decimals)


def city_notes(found: Comparison, words: Texts) -> list[str]:
    """Say what must be known to read the tables; nothing where there are none."""
    if found.rows.empty:
        return [words("cities.few")]
    notes = [words("cities.note.ranges"), words("cities.note.own_tenths")]
    if found.rows["indicator"].isin(["mean_access", "difference_decile10_decile1"]).any():
        notes.append(words("cities.note.counts"))
    units = {words.label(city.income_unit) for city in found.cities if city.income_unit}
    if len(units) > 1:
        notes.append(words("cities.note.purchasing_power", units=_semicolon(words).join(sorted(units))))
    days = [city.observed_on for city in found.cities]
    if (max(days) - min(days)).days > FAR_APART_DAYS:
        listed = [f"{words.label(city.name)}, {words.day(city.observed_on)}" for city in found.cities]
        notes.append(words("cities.note.days", days=_semicolon(words).join(listed)))
    return [*notes, *_windows(found, words), *_choices(found, words)]


def _semicolon(words: Texts) -> str:
    return "; " if words.language == "en" else " ; "


def _windows(found: Comparison, words: Texts) -> Iterator[str]:
    """Kinds of period that are compared and whose windows differ."""
    for kind in dict.fromkeys(found.rows["kind"]):
        windows = {}
        for city in found.cities:
            mine = city.periods[city.periods["kind"].eq(kind.removesuffix(ARRIVAL))]
            if not mine.empty:
                row = mine.iloc[0]
                windows[city.city] = (row["departure_start"], row["window_min"])
        if kind and len(set(windows.values())) > 1:
            told = [
                f"{words.label(city.name)} {windows[city.city][0]} + {windows[city.city][1]} min"
                for city in found.cities
                if city.city in windows
            ]
            yield words("cities.note.windows", kind=kind_label(kind, words), windows=", ".join(told))


def _choices(found: Comparison, words: Texts) -> Iterator[str]:
    """Services of rights that are compared and for which cities count other destinations."""
    for service in dict.fromkeys(found.rows["service"]):
        chosen = {
            city.city: names
            for city in found.cities
            for name, names in (city.method.get("rights") or {}).get("services") or []
            if name == service
        }
        if len({tuple(names) for names in chosen.values()}) > 1:
            told = [
                f"{words.label(city.name)} – "
                + ", ".join(_service(name, found, words) for name in chosen[city.city])
                for city in found.cities
                if city.city in chosen
            ]
            label = _service(service, found, words)
            yield words("cities.note.services", service=label, choices=_semicolon(words).join(told))


def refusal_lines(found: Comparison, words: Texts) -> list[str]:
    """Say what is not compared and why, whole cities first."""
    return [_refusal(refused, found, words) for refused in found.refused]


def _refusal(refused: Refusal, found: Comparison, words: Texts) -> str:
    names: dict[str, Callable[[str], str]] = {
        "indicator": lambda text: _title(text, words),
        "service": lambda text: _service(text, found, words),
        "standard": lambda text: _standard(text, found, words) or text,
        "definition": lambda text: _defined(text, found, words),
        "kind": lambda text: kind_label(text, words),
        "group": lambda text: _group(text, words),
    }
    name = names.get(refused.reason, str)
    other = str if refused.reason == "definition" else name
    told = {
        "cities": _semicolon(words).join(words.label(found.names[city]) for city in refused.cities),
        "had": _short([name(text) for text in refused.had], words),
        "others": _short([other(text) for text in refused.others], words),
    }
    n = words.plural("cities.refusal.rows", refused.rows)
    return words(f"cities.refusal.{refused.reason}", **told, n=n)


def _defined(text: str, found: Comparison, words: Texts) -> str:
    """Name a right, a line or a catalogue, or an indicator that has none of them."""
    return _title(text, words) if text in registry() else _standard(text, found, words) or text


def _short(parts: list[str], words: Texts) -> str:
    """List what a refusal names, shortened; nothing is said as such."""
    once = list(dict.fromkeys(parts))
    if len(once) > _LISTED + 1:
        more = words.number(len(once) - _LISTED)
        return words("cities.refusal.more", listed=", ".join(once[:_LISTED]), n=more)
    return ", ".join(once) or words("cities.refusal.nothing")
