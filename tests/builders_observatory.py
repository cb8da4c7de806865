"""A small store for tests: nineteen cells of an invented town, and what is planted in each snapshot."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import h3
import numpy as np
import pandas as pd
import shapely

from access.observatory_schema import schema
from access.observatory_store import reading, writing
from access.observatory_tables import to_arrow, to_frame

CENTRES = {"smalltown": (45.0, 5.0), "portville": (43.5, 1.5), "smalltwon": (45.0, 5.0)}
N_CELLS = 19
MINIMUM = 10
"""Smallest number of residents that is shown (``results.min_residents_shown``)."""
DRAWS, REALISATIONS = 200, 6
PERIODS = {
    "peak": ("weekday morning peak", "pointe du matin en semaine", "weekday_peak", "07:30"),
    "midday": ("weekday midday", "milieu de journée en semaine", "weekday_midday", "12:00"),
    "saturday": ("Saturday morning", "samedi matin", "saturday", "10:00"),
}
RIGHTS = {"eu_hospital": ("hospital", "midday", 45), "eu_food": ("food_shop", "saturday", 15)}
"""Right -> service, period, cutoff_min."""
GROUPS: dict[str, Sequence[int]] = {"all": range(N_CELLS), "decile_1": (0, 1)}


@dataclass(frozen=True)
class Planted:
    """What one snapshot holds; every default is a quiet day.

    Attributes
    ----------
    access : float or dict of cell number to float
        Factor on the access of every cell, or of some.
    residents : float or dict of cell number to float
        The same of residents.
    unmet : dict of right to cell numbers
        Cells whose residents lack a right.
    zones : dict of name to cell numbers
    segregation : float
        Rank-order index H^R; the tail of poverty is 1.5 times as high.
    draws : bool
        False = a run of before there were draws.
    vintage : str
        Of residents and incomes: only draws of one vintage can be paired.
    noise : float
        Standard deviation, as a share of an index, of what its travel times alone add to a snapshot.
    """

    observed_on: dt.date
    access: float | Mapping[int, float] = 1.0
    residents: float | Mapping[int, float] = 1.0
    unmet: Mapping[str, Sequence[int]] = field(
        default_factory=lambda: {"eu_hospital": (0, 1), "eu_food": (0,)}
    )
    zones: Mapping[str, Sequence[int]] = field(default_factory=dict)
    segregation: float = 0.2
    gini: float = 0.3
    suppressed: Sequence[int] = ()
    not_snapped: Sequence[int] = ()
    draws: bool = True
    vintage: str = "2020"
    noise: float = 0.003
    feed: str = "bus"
    trips_week: float = 1000.0
    vehicle_hours_week: float = 700.0
    last_day: dt.date | None = None
    stops_wheelchair: int | None = 40
    trips_wheelchair: int | None = 800


def quarters(n: int, first: dt.date = dt.date(2020, 1, 15)) -> list[dt.date]:
    """Return so many days, three months apart."""
    return [dt.date(first.year + (first.month - 1 + 3 * k) // 12, (first.month - 1 + 3 * k) % 12 + 1, 15)
            for k in range(n)]  # fmt: skip


def quiet(n: int, first: dt.date = dt.date(2020, 1, 15)) -> list[Planted]:
    """Return so many snapshots in which nothing happens."""
    return [Planted(day) for day in quarters(n, first)]


@cache
def cells_of(city: str) -> tuple[str, ...]:
    """Return the cells of a city: the middle one first, then rings around it."""
    middle = h3.latlng_to_cell(*CENTRES[city], 9)
    return tuple(cell for ring in range(3) for cell in sorted(h3.grid_ring(middle, ring)))


def small_store(
    path: Path,
    snapshots: Sequence[Planted],
    *,
    city: str = "smalltown",
    series: str = "method-1",
    name_en: str = "Smalltown",
    name_fr: str = "Petiteville",
    method: Mapping[str, object] | None = None,
) -> Path:
    """Write snapshots into a store, made where there is none; call it again for more snapshots or cities.

    The id of a snapshot is ``snapshot_id(city, series, observed_on)``.
    """
    frames: dict[str, list[pd.DataFrame]] = {}
    for planted in snapshots:
        for table, rows in _tables(planted, city, series).items():
            frames.setdefault(table, []).append(pd.DataFrame(rows))
    told = {"version": 1, "resolution": 9, "cutoffs_min": [15, 45], **(method or {})}
    with writing(path) as store:
        if store.rows("city", city=city).empty:
            store.add("city", pd.DataFrame([{"city": city, "name_en": name_en, "name_fr": name_fr}]))
        if store.rows("series", series=f"{city}-{series}").empty:
            row = {
                "series": f"{city}-{series}",
                "city": city,
                "method": series,
                "method_json": json.dumps(told),
                "resolution": 9,
                "income_unit_en": "crowns a month",
                "income_unit_fr": "couronnes par mois",
            }
            store.add("series", pd.DataFrame([row]))
        for table, parts in frames.items():
            store.add(table, pd.concat(parts, ignore_index=True))
    return path


class MemoryStore:
    """The same rows without a file, for tests of what reads a store: made in a moment."""

    def __init__(
        self, snapshots: Sequence[Planted], *, city: str = "smalltown", series: str = "method-1"
    ) -> None:
        frames: dict[str, list[dict[str, object]]] = {
            "city": [{"city": city, "name_en": city.capitalize(), "name_fr": city.capitalize()}],
            "series": [{"series": f"{city}-{series}", "city": city, "method": series}],
        }
        for planted in snapshots:
            for table, rows in _tables(planted, city, series).items():
                frames.setdefault(table, []).extend(rows)
        self.frames = frames
        self.tables: dict[str, pd.DataFrame] = {}

    def rows(self, table: str, columns: Sequence[str] | None = None, /, **equals: object) -> pd.DataFrame:
        found = self.table(table)
        for name, value in equals.items():
            if value is None:
                found = found[found[name].isna()]
            elif isinstance(value, list | tuple | set):
                found = found[found[name].isin(list(value))]
            else:
                found = found[found[name] == value]
        return found[list(columns or schema().tables[table].names)].reset_index(drop=True)

    def table(self, name: str) -> pd.DataFrame:
        """Return a whole table, made when asked for; what a test puts into ``tables`` takes its place."""
        if name not in self.tables:
            table = schema().tables[name]
            found = to_frame(to_arrow(table, pd.DataFrame(self.frames.get(name, []))), table)
            self.tables[name] = found.sort_values(list(table.key), na_position="first", ignore_index=True)
        return self.tables[name]


def snapshot_id(city: str, series: str, observed_on: dt.date) -> str:
    """Return the id that ``small_store`` gives a snapshot."""
    return hashlib.sha256(f"{city} {series} {observed_on}".encode()).hexdigest()[:12]


def ids_of(path: Path, city: str = "smalltown") -> list[str]:
    """Return the snapshots of a city, in the order of their days."""
    with reading(path) as store:
        found = store.rows("snapshot", ["snapshot", "observed_on"], city=city)
    return list(found.sort_values("observed_on")["snapshot"])


def _tables(planted: Planted, city: str, series: str) -> dict[str, list[dict[str, object]]]:
    snapshot = snapshot_id(city, series, planted.observed_on)
    state = _Cells(planted)
    indicators = _indicators(planted, state)
    rows = {
        "snapshot": [_snapshot_row(planted, state, city, series, indicators)],
        "period": [_period_row(name, planted) for name in PERIODS],
        "input": _input_rows(planted),
        "feed": [_feed_row(planted)],
        "cell": _cell_rows(planted, state, city),
        "cell_value": [
            {"cell": cell, "measure": "jobs_in_45min_peak", "value": state.access[number]}
            for number, cell in enumerate(cells_of(city))
        ],
        "cell_right": _cell_right_rows(planted, state, city),
        "indicator": [row for row, _ in indicators],
        "zone": _zone_rows(planted, state, city),
        "zone_right": _zone_right_rows(planted, state, city),
        "finding": [
            {"language": "en", "number": 0, "text": "An invented finding."},
            {"language": "fr", "number": 0, "text": "Un constat inventé."},
        ],
    }
    if planted.draws:
        rows["draw"] = _draw_rows(planted, indicators)
    return {table: [{"snapshot": snapshot, **row} for row in found] for table, found in rows.items() if found}


class _Cells:
    """Numbers of the cells of one snapshot, shape (n_cells,)."""

    def __init__(self, planted: Planted) -> None:
        number = np.arange(N_CELLS)
        self.residents = np.round((500 + 50 * number) * _factor(planted.residents))
        self.access = 1000.0 * (number + 1) * _factor(planted.access)
        self.access[list(planted.not_snapped)] = np.nan
        self.income = 1000.0 + 100 * number
        self.decile = 1 + number // 2


def _factor(given: float | Mapping[int, float]) -> np.ndarray:
    factor = np.ones(N_CELLS)
    if isinstance(given, Mapping):
        factor[list(given)] = list(given.values())
        return factor
    return factor * given


def _snapshot_row(
    planted: Planted, state: _Cells, city: str, series: str, indicators: Sequence[tuple[dict, bool]]
) -> dict[str, object]:
    day = planted.observed_on
    manifest = {
        "fairreach_version": "0.5.0",
        "name": city,
        "suppression_minimum": MINIMUM,
        "config": {"results": {"min_residents_shown": MINIMUM}, "uncertainty": {"seed": 1}},
    }
    headline = [row for row, _ in indicators if row["indicator"] == "mean_access" and row["group"] == "all"]
    return {
        "series": f"{city}-{series}",
        "city": city,
        "observed_on": day,
        "run_created": f"{day}T12:00:00Z",
        "filed_at": f"{day}T13:00:00Z",
        "fairreach_version": "0.5.0",
        "config_hash": "c" * 64,
        "results_hash": "d" * 64,
        "residents": float(state.residents.sum()),
        "cells": N_CELLS,
        "headline_json": json.dumps(headline),
        "manifest_json": json.dumps(manifest),
    }


def _period_row(name: str, planted: Planted) -> dict[str, object]:
    english, french, kind, start = PERIODS[name]
    return {
        "period": name,
        "name_en": english,
        "name_fr": french,
        "kind": kind,
        "service_date": planted.observed_on,
        "departure_start": start,
        "window_min": 60,
        "state": "ok",
    }


def _input_rows(planted: Planted) -> list[dict[str, object]]:
    content = {
        f"{planted.feed}.zip": ("timetable", f"{planted.trips_week} {planted.access}"),
        "streets.osm.pbf": ("streets", "streets"),
        "census.gpkg": ("population", f"{planted.vintage} {planted.residents}"),
        "jobs.csv": ("opportunities", "jobs"),
    }
    return [
        {
            "file": file,
            "role": role,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "bytes": 1000,
            "archived": False,
        }
        for file, (role, text) in content.items()
    ]


def _feed_row(planted: Planted) -> dict[str, object]:
    day = planted.observed_on
    return {
        "feed": planted.feed,
        "sha256": hashlib.sha256(f"{planted.trips_week} {planted.access}".encode()).hexdigest(),
        "first_day": day - dt.timedelta(days=30),
        "last_day": planted.last_day or day + dt.timedelta(days=200),
        "routes": 10,
        "stops": 100,
        "trips_week": planted.trips_week,
        "vehicle_hours_week": planted.vehicle_hours_week,
        "week_from": day - dt.timedelta(days=day.weekday()),
        "stops_wheelchair": planted.stops_wheelchair,
        "trips_wheelchair": planted.trips_wheelchair,
    }


def _cell_rows(planted: Planted, state: _Cells, city: str) -> list[dict[str, object]]:
    member = {number: name for name, numbers in planted.zones.items() for number in numbers}
    rows = []
    for number, cell in enumerate(cells_of(city)):
        lat, lon = h3.cell_to_latlng(cell)
        hidden = number in planted.suppressed
        rows.append(
            {
                "cell": cell,
                "population": None if hidden else state.residents[number],
                "income": None if hidden else state.income[number],
                "income_decile": None if hidden else int(state.decile[number]),
                "zone": "North" if number % 2 else "South",
                "zone_id": _zone_id(city, planted, member[number]) if number in member else None,
                "headline": state.access[number],
                "snap": "not snapped" if number in planted.not_snapped else "snapped",
                "suppressed": hidden,
                "lon": lon,
                "lat": lat,
                "geometry": outline((cell,)),
            }
        )
    return rows


@cache
def outline(cells: tuple[str, ...]) -> bytes:
    """Return the outline of cells as well-known binary."""
    shapes = [shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]) for cell in cells]
    return shapely.to_wkb(shapely.union_all(shapes))


def _cell_right_rows(planted: Planted, state: _Cells, city: str) -> list[dict[str, object]]:
    rows = []
    for right, (_, period, _) in RIGHTS.items():
        for number, cell in enumerate(cells_of(city)):
            unmet = number in planted.unmet.get(right, ())
            judged = not np.isnan(state.access[number])
            rows.append(
                {
                    "cell": cell,
                    "catalogue": "eu",
                    "right": right,
                    "period": period,
                    "walking": "usual",
                    "state": ("unmet" if unmet else "met") if judged else "not snapped",
                    "value": (0.0 if unmet else 2.0) if judged else None,
                    "required": 1.0,
                    "shortfall": float(unmet) if judged else None,
                }
            )
    return rows


def _indicators(planted: Planted, state: _Cells) -> list[tuple[dict[str, object], bool]]:
    """Return rows of indicators, and of each whether it has draws."""
    rows = []
    judged = ~np.isnan(state.access)
    for group, members in GROUPS.items():
        within = np.isin(np.arange(N_CELLS), list(members)) & judged
        people = state.residents[within]
        mean = float((people * state.access[within]).sum() / people.sum())
        place = ("jobs", "peak", 45)
        rows.append((_row("mean_access", place, None, group, mean, 0.02, people.sum(), "jobs"), True))
        for right, reached in RIGHTS.items():
            lacking = within & np.isin(np.arange(N_CELLS), list(planted.unmet.get(right, ())))
            number = float(state.residents[lacking].sum())
            share = number / people.sum()
            rows.append(
                (
                    _row("right_residents", reached, right, group, number, 0.05, people.sum(), "residents"),
                    True,
                )
            )
            rows.append(
                (_row("right_headcount", reached, right, group, share, 0.05, people.sum(), "share"), True)
            )
    everybody = state.residents.sum()
    gini = _row("gini", ("jobs", "peak", 45), None, "all", planted.gini, 0.02, everybody, "index")
    rows.append((gini, True))
    for name, times in (("segregation_rank_order", 1.0), ("segregation_poverty_tail", 1.5)):
        value = planted.segregation * times
        row = _row(name, (None, None, None), None, "all", value, 0.0, everybody, "index")
        rows.append((row | {"low": None, "high": None, "interval_kind": None, "draws": None}, False))
    return rows


def _row(
    indicator: str,
    place: tuple[str | None, str | None, int | None],
    standard: str | None,
    group: str,
    value: float,
    spread: float,
    covered: float,
    unit: str,
) -> dict[str, object]:
    service, period, cutoff_min = place
    return {
        "indicator": indicator,
        "service": service,
        "period": period,
        "cutoff_min": cutoff_min,
        "standard": standard,
        "group": group,
        "value": value,
        "low": value * (1 - 1.96 * spread),
        "high": value * (1 + 1.96 * spread),
        "interval_kind": "input uncertainty",
        "sources": "population: invented; income: invented",
        "draws": DRAWS,
        "covered_population": float(covered),
        "unit": unit,
        "source": "invented",
        "note": None,
    }


def _draw_rows(planted: Planted, indicators: Sequence[tuple[dict, bool]]) -> list[dict[str, object]]:
    rows = []
    for row, drawn in indicators:
        if not drawn:
            continue
        key = {
            name: row[name] for name in ("indicator", "service", "period", "cutoff_min", "standard", "group")
        }
        value = float(row["value"])
        spread = (float(row["high"]) - value) / 1.96
        name = " ".join(str(part) for part in key.values())
        common = _noise(f"{planted.vintage} {name}", DRAWS)
        homes = _noise(f"homes {name}", REALISATIONS)
        own = _noise(f"{planted.observed_on} {name}", REALISATIONS)
        travel = value * (1 + 0.01 * homes + planted.noise * own)
        for kind, numbers in (
            ("inputs", np.maximum(0.0, value + spread * common)),
            ("travel", np.concatenate([[value], np.maximum(0.0, travel)])),
        ):
            blob = numbers.astype("<f4").tobytes()
            rows.append({**key, "kind": kind, "numbers": blob, "fingerprint": planted.vintage})
    return rows


def _noise(seed: str, n: int) -> np.ndarray:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    return np.random.default_rng(number).standard_normal(n)


def _zone_id(city: str, planted: Planted, name: str) -> str:
    """Return what the register calls a zone: one of its cells, the first by index."""
    return min(cells_of(city)[number] for number in planted.zones[name])


def _zone_rows(planted: Planted, state: _Cells, city: str) -> list[dict[str, object]]:
    rows = []
    for name, numbers in planted.zones.items():
        cells = sorted(cells_of(city)[number] for number in numbers)
        rows.append(
            {
                "zone_id": _zone_id(city, planted, name),
                "name": name,
                "label_en": f"{name} (underserved zone)",
                "label_fr": f"{name} (zone mal desservie)",
                "population": float(state.residents[list(numbers)].sum()),
                "cells": ",".join(cells),
                "income_ratio": 0.5,
                "access_ratio": 0.3,
                "rights_unmet": "eu_hospital",
                "depth": 0.4,
                "share_of_draws": 0.97,
                "geometry": outline(tuple(cells)),
            }
        )
    return rows


def _zone_right_rows(planted: Planted, state: _Cells, city: str) -> list[dict[str, object]]:
    rows = []
    for name, numbers in planted.zones.items():
        judged = float(state.residents[list(numbers)].sum())
        for right in RIGHTS:
            lacking = [number for number in numbers if number in planted.unmet.get(right, ())]
            unmet = float(state.residents[lacking].sum())
            rows.append(
                {
                    "zone_id": _zone_id(city, planted, name),
                    "right": right,
                    "judged_residents": judged,
                    "unmet_residents": unmet,
                    "unmet_share": unmet / judged,
                    "depth": unmet / judged,
                }
            )
    return rows
