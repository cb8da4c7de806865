"""What two states of a feed do not share, in short lines of English and French."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from gtfs.difference_bill import ALL_ROUTES, BY_STRAIGHT_LINES

LANGUAGES = ("en", "fr")
_NARROW_NO_BREAK_SPACE = "\u202f"
_SHOWN = 5

_KINDS = {
    "route": {"en": "Routes", "fr": "Lignes"},
    "pattern": {"en": "Patterns", "fr": "Parcours"},
    "trip": {"en": "Trips", "fr": "Courses"},
    "stop": {"en": "Stops", "fr": "Arrêts"},
}
_CHANGES = {
    "added": {"en": "added", "fr": "ajout"},
    "removed": {"en": "removed", "fr": "suppression"},
    "changed": {"en": "changed", "fr": "modification"},
}
_WHAT = {
    "stops": {"en": "with other stops", "fr": "avec d’autres arrêts"},
    "times": {"en": "with other times", "fr": "avec d’autres horaires"},
    "days": {"en": "on other days", "fr": "d’autres jours"},
    "headways": {"en": "with other headways", "fr": "avec d’autres intervalles"},
    "route": {"en": "of another route", "fr": "d’une autre ligne"},
    "position": {"en": "moved", "fr": "à un autre endroit"},
    "name": {"en": "renamed", "fr": "sous un autre nom"},
    "not served": {"en": "no longer served", "fr": "désormais sans desserte"},
    "newly served": {"en": "newly served", "fr": "avec une desserte nouvelle"},
}
_MEASURES = {
    "trips": {"en": "trips", "fr": "courses"},
    "vehicle_hours": {"en": "vehicle-hours", "fr": "véhicules-heures"},
    "vehicle_km": {"en": "vehicle-kilometres", "fr": "véhicules-kilomètres"},
    "peak_vehicles": {"en": "vehicles at once", "fr": "véhicules à la fois"},
}
_DECIMALS = {"vehicle_hours": 1}


_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip


def lines_of(
    things: pd.DataFrame,
    bill: pd.DataFrame,
    week_of: date,
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, list[str]]:
    """Return the lines by language; one alone where nothing differs.

    Parameters
    ----------
    things, bill : frames of ``gtfs.difference.FeedDifference``.
    week_of : any date of the week that is billed.
    labels : period -> what readers call it, ``{"en": ..., "fr": ...}``; default its name.
    """
    return {language: _lines(things, bill, week_of, language, labels or {}) for language in LANGUAGES}


def _date_text(day: date, language: str) -> str:
    """Return "2026-03-09" or "9 mars 2026"."""
    if language == "en":
        return str(day)
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def number_text(value: float, language: str, decimals: int = 0, *, signed: bool = False) -> str:
    """Write a number with the marks of a language; never "-0"."""
    value = round(value, decimals) + 0.0
    text = f"{value:+,.{decimals}f}" if signed and value else f"{value:,.{decimals}f}"
    if language == "fr":
        text = text.replace(",", _NARROW_NO_BREAK_SPACE).replace(".", ",")
    return text.replace("-", "\u2212")


def _lines(
    things: pd.DataFrame,
    bill: pd.DataFrame,
    week_of: date,
    language: str,
    labels: Mapping[str, Mapping[str, str]],
) -> list[str]:
    en = language == "en"
    lines = [_kind_line(things, kind, language) for kind in _KINDS if (things["kind"] == kind).any()]
    if not lines:
        lines = ["Timetables: no difference" if en else "Horaires : aucune différence"]
    monday = week_of - timedelta(days=week_of.weekday())
    for period in bill["period"].unique():
        rows = bill[(bill["period"] == period) & (bill["route_id"] == ALL_ROUTES)]
        where = labels.get(period, {}).get(language, period)
        if period == "week":
            first = _date_text(monday, language)
            where = f"Week from Monday {first}" if en else f"Semaine du lundi {first}"
        between = "; " if en else " ; "
        lines.append(
            _colon(where, between.join(_bill_text(row, language) for _, row in rows.iterrows()), language)
        )
    if (bill["note"] == BY_STRAIGHT_LINES).any():
        lines.append(
            "The change in kilometres of routes whose shapes changed is by straight lines between stops"
            if en
            else "L’écart de kilomètres des lignes dont le tracé a changé est à vol d’oiseau entre arrêts"
        )
    return lines


def _kind_line(things: pd.DataFrame, kind: str, language: str) -> str:
    rows = things[things["kind"] == kind]
    parts = []
    for change in _CHANGES:
        ids = rows.loc[rows["change"] == change, "id"].drop_duplicates()
        if not len(ids):
            continue
        text = f"{number_text(len(ids), language)} {_CHANGES[change][language]}"
        if language == "fr" and len(ids) > 1:
            text += "s"
        if kind in ("route", "stop"):
            text += f" ({_shown(rows.loc[ids.index], language)})"
        if change == "changed" and kind in ("trip", "stop"):
            text += f": {_whats(rows[rows['change'] == change], language)}".replace(":", _mark(language), 1)
        parts.append(text)
    return _colon(_KINDS[kind][language], ", ".join(parts), language)


def _shown(rows: pd.DataFrame, language: str) -> str:
    names = [
        name if name and name == name_id else f"{name} [{name_id}]" if name else name_id
        for name, name_id in zip(rows["name"], rows["id"], strict=True)
    ]
    more = len(names) - _SHOWN
    tail = [] if more <= 0 else [f"and {more} more" if language == "en" else f"et {more} de plus"]
    return ", ".join([*names[:_SHOWN], *tail])


def _whats(rows: pd.DataFrame, language: str) -> str:
    parts = []
    kinds = rows["what"].where(
        rows["what"] != "served", rows["value"].map({0.0: "not served", 1.0: "newly served"})
    )
    for what in _WHAT:
        of_kind = rows[kinds == what]
        if of_kind.empty:
            continue
        text = f"{number_text(len(of_kind), language)} {_WHAT[what][language]}"
        if what == "times":
            text += f" ({_span(of_kind['value'] / 60, 'min', language)})"
        if what == "position" and of_kind["value"].notna().any():
            text += f" ({_span(of_kind['value'], 'm', language)})"
        parts.append(text)
    return ", ".join(parts)


def _span(values: pd.Series[float], unit: str, language: str) -> str:
    ends = [float(values.min()), float(values.max())]
    decimals = 0 if max(abs(ends[0]), abs(ends[1])) >= 10 else 1
    texts = [number_text(value, language, decimals, signed=unit == "min") for value in ends]
    between = " to " if language == "en" else " à "
    return f"{texts[0] if texts[0] == texts[1] else between.join(texts)} {unit}"


def _bill_text(row: pd.Series[Any], language: str) -> str:
    measure = str(row["measure"])
    decimals = _DECIMALS.get(measure, 0)
    before, after = (number_text(row[column], language, decimals) for column in ("base", "value"))
    name = _MEASURES[measure][language]
    if before == after:
        return f"{name} {before}"
    change = number_text(row["change"], language, decimals, signed=True)
    return f"{name} {before} \u2192 {after} ({change})"


def _mark(language: str) -> str:
    return ":" if language == "en" else " :"


def _colon(before: str, after: str, language: str) -> str:
    return f"{before}{_mark(language)} {after}"
