"""Several scenarios of one base in one table: what a reader compares first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from access.comparison import Comparison
from access.comparison_benefit import DifferenceRange, MeanChange, gain_per_vehicle_hour
from access.comparison_cells import Better
from access.comparison_notes import NO_BILL, NO_DATA, OTHER_CHANGES
from access.errors import InputDataError

ACCESS_PER_VEHICLE_HOUR = "gain_poorest40_per_vehicle_hour"
VEHICLE_HOURS = "vehicle_hours_week"
FROM_TABLE = (
    ("mean_access", "all"),
    ("mean_access", "poorest40"),
    ("mean_access", "richest10"),
    ("ratio_richest10_poorest40", "all"),
    ("concentration_index", "all"),
    ("gini", "all"),
)
"""Indicator and group, at the headline."""

LABELS: dict[tuple[str, str], dict[str, str]] = {
    ("mean_access", "all"): {
        "en": "mean of all residents",
        "fr": "moyenne de tous les habitants",
    },
    ("mean_access", "poorest40"): {
        "en": "mean of the poorest 40 %",
        "fr": "moyenne des 40 % les plus pauvres",
    },
    ("mean_access", "richest10"): {
        "en": "mean of the richest 10 %",
        "fr": "moyenne des 10 % les plus riches",
    },
    ("ratio_richest10_poorest40", "all"): {
        "en": "richest 10 % over poorest 40 %",
        "fr": "10 % les plus riches sur 40 % les plus pauvres",
    },
    ("concentration_index", "all"): {"en": "concentration index", "fr": "indice de concentration"},
    ("gini", "all"): {"en": "Gini index", "fr": "indice de Gini"},
    ("residents_gaining", "all"): {"en": "residents gaining", "fr": "habitants qui gagnent"},
    ("residents_losing", "all"): {"en": "residents losing", "fr": "habitants qui perdent"},
    ("right_gaining", "all"): {
        "en": "residents gaining the right",
        "fr": "habitants qui gagnent le droit",
    },
    ("right_losing", "all"): {
        "en": "residents losing the right",
        "fr": "habitants qui perdent le droit",
    },
    (VEHICLE_HOURS, "all"): {"en": "vehicle-hours a week", "fr": "véhicules-heures par semaine"},
    (ACCESS_PER_VEHICLE_HOUR, "poorest40"): {
        "en": "gained by each of the poorest 40 % per vehicle-hour a week more",
        "fr": "gain de chacun des 40 % les plus pauvres par véhicule-heure hebdomadaire de plus",
    },
}
"""What readers call a row: by ``what`` and ``group``."""


_BEYOND_NOISE = {"en": "{label} beyond the noise", "fr": "{label} au-delà du bruit"}


def label_of(what: str, group: str, language: str, *, beyond_noise: bool = False) -> str:
    """Return what readers call a row; of residents who gain or lose access whether noise is set apart."""
    label = LABELS[what, group][language]
    if beyond_noise and what in ("residents_gaining", "residents_losing"):
        return _BEYOND_NOISE[language].format(label=label)
    return label


class WeeklyHours(NamedTuple):
    """Vehicle-hours of a whole week (``gtfs.vehicles``)."""

    base: float
    scenario: float


class _Line(NamedTuple):
    """One row of one scenario."""

    what: str
    standard: str | None
    group: str
    unit: str
    better: Better | None
    base: float  # NaN = does not apply
    value: float
    note: str | None


_KEY = ("what", "standard", "group", "unit", "better")


def side_by_side(
    comparisons: Sequence[Comparison], hours: Sequence[WeeklyHours | None] | None = None
) -> pd.DataFrame:
    """Return one row a number and one column a scenario, beside the base.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Of one base; at least one.
    hours : sequence of WeeklyHours or None, optional
        The bill of each, where it is known.

    Returns
    -------
    DataFrame
        ``what, standard`` (of a right its name), ``group, unit, better, base``, then for each scenario a
        column of its English name, and ``<name>: note``. ``base`` is NaN where it does not apply.

    Raises
    ------
    InputDataError
        If there is none, two have one name, bases differ, or there is not one bill each.
    """
    bills = [None] * len(comparisons) if hours is None else list(hours)
    _check(comparisons, bills)
    found: dict[tuple[object, ...], dict[str, object]] = {}
    for comparison, bill in zip(comparisons, bills, strict=True):
        name = comparison.scenario["en"]
        for line in _lines(comparison, bill):
            key = tuple(getattr(line, part) for part in _KEY)
            row = found.setdefault(key, dict(zip(_KEY, key, strict=True)) | {"base": line.base})
            row |= {name: line.value, f"{name}: note": line.note}
    names = [comparison.scenario["en"] for comparison in comparisons]
    columns = [*_KEY, "base", *names, *(f"{name}: note" for name in names)]
    return pd.DataFrame(list(found.values()), columns=columns).astype(dict.fromkeys(["base", *names], float))


def gain_of_poorest40(comparison: Comparison) -> MeanChange:
    """Return the mean change of the poorest 40 % at the headline, residents of the base."""
    rows = _at_headline(comparison.winners, comparison)
    chosen = rows[(rows["measure"] == "access") & (rows["group"] == "poorest40")]
    if chosen.empty:
        return MeanChange(float("nan"), 0.0)
    row = chosen.iloc[0]
    low, high = float(row["low"]), float(row["high"])
    interval = None if np.isnan(low) else DifferenceRange(low, high, "", "", 0)
    return MeanChange(float(row["mean_change"]), float(row["residents"]), interval)


def _lines(comparison: Comparison, bill: WeeklyHours | None) -> Iterator[_Line]:
    table = _at_headline(comparison.table, comparison)
    for indicator, group in FROM_TABLE:
        chosen = table[(table["indicator"] == indicator) & (table["group"] == group)]
        for row in chosen.head(1).to_dict("records"):
            yield _Line(
                indicator,
                None,
                group,
                str(row["unit"]),
                "more" if indicator == "mean_access" else None,
                float(row["base"]),
                float(row["value"]),
                _text(row["note"]),
            )
    yield from _counts(comparison)
    yield from _bill(comparison, bill)


def _counts(comparison: Comparison) -> Iterator[_Line]:
    """Yield residents who gain and who lose, at the headline and each right that has data."""
    winners = _at_headline(comparison.winners, comparison)
    everybody = winners[(winners["measure"] == "access") & (winners["group"] == "all")]
    nothing = float("nan")
    directions: tuple[tuple[str, Better], ...] = (("gaining", "more"), ("losing", "less"))
    for row in everybody.to_dict("records"):
        for way, better in directions:
            count = float(row[f"residents_{way}"])
            note = _text(row["note"])
            yield _Line(f"residents_{way}", None, "all", "residents", better, nothing, count, note)
    rights = comparison.rights
    for row in rights[(rights["group"] == "all") & rights["residents"].notna()].to_dict("records"):
        for way, better in directions:
            right, note = str(row["right"]), _text(row["note"])
            yield _Line(f"right_{way}", right, "all", "residents", better, nothing, float(row[way]), note)


def _bill(comparison: Comparison, bill: WeeklyHours | None) -> Iterator[_Line]:
    nothing = float("nan")
    before, after = bill or (nothing, nothing)
    note = None if bill else NO_BILL
    yield _Line(VEHICLE_HOURS, None, "all", "h", None, before, after, note)
    change = gain_of_poorest40(comparison)
    if np.isnan(change.mean):
        value, note = nothing, NO_DATA
    elif not comparison.timetables_only:
        value, note = nothing, OTHER_CHANGES
    else:
        value, note = gain_per_vehicle_hour(change, after - before)
    unit = f"{comparison.headline['service']}/h"
    yield _Line(ACCESS_PER_VEHICLE_HOUR, None, "poorest40", unit, "more", nothing, value, note)


def _at_headline(frame: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    where: Mapping[str, object] = comparison.headline
    chosen = np.ones(len(frame), dtype=bool)
    for name in ("service", "period", "cutoff_min"):
        chosen &= (frame[name] == where[name]).fillna(False).to_numpy(dtype=bool)
    return frame[chosen]


def _text(note: object) -> str | None:
    return note if isinstance(note, str) else None


def _check(comparisons: Sequence[Comparison], bills: Sequence[WeeklyHours | None]) -> None:
    if not comparisons:
        raise InputDataError("scenarios side by side: there is none; give at least one comparison")
    names = [comparison.scenario["en"] for comparison in comparisons]
    problems = []
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        problems.append(f"{', '.join(twice)} stands twice; give each scenario a name of its own")
    bases = {(comparison.base["en"], *map(str, comparison.headline.values())) for comparison in comparisons}
    if len(bases) > 1:
        problems.append(f"they have different bases or headlines: {sorted(bases)}")
    if len(bills) != len(comparisons):
        problems.append(f"{len(bills)} bills for {len(comparisons)} comparisons; give one each, or None")
    if problems:
        raise InputDataError("scenarios side by side: " + "; ".join(problems))
