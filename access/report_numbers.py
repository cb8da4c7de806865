"""Rows of ``indicators.parquet`` for the report: look-ups, and a number with its range in words.

A number has one base row, whose range (if any) is input uncertainty, and any number of further rows whose
``interval_kind`` says of what their range speaks: sensitivity to a choice, variability over departures. The
kinds are never pooled. A value that is missing has its reason in ``note``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from access.texts import Texts

INPUT_UNCERTAINTY = "input uncertainty"
#: Stands in a table behind a range that does not hold its number.
OUTSIDE_MARK = "\u2020"
#: Units of values between 0 and 1 that are written in percent.
SHARE_UNITS = ("share",)
#: Units of numbers that are written with decimals.
INDEX_UNITS = ("index", "ratio", "rights")
#: Units of whole numbers.
COUNT_UNITS = ("residents", "persons", "households")


class Number(NamedTuple):
    """One row of the table of indicators; missing numbers are NaN, missing texts empty."""

    indicator: str
    service: str
    period: str
    cutoff_min: int | None
    standard: str
    group: str
    value: float
    low: float
    high: float
    interval_kind: str
    sources: str
    draws: int | None
    covered_population: float
    unit: str
    note: str

    @property
    def is_base(self) -> bool:
        """Whether this row gives the number itself, not a sensitivity or a variability of it."""
        return self.interval_kind in ("", INPUT_UNCERTAINTY)

    @property
    def has_range(self) -> bool:
        """Whether both ends of the range are known."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def is_outside(self) -> bool:
        """Whether the number lies outside its own range of input uncertainty, rounding aside."""
        if not (self.is_base and self.has_range and math.isfinite(self.value)):
            return False
        rounding = 1e-9 * max(1.0, abs(self.value))
        return not self.low - rounding <= self.value <= self.high + rounding


class Numbers:
    """All rows of a run, found by the name of their indicator."""

    def __init__(self, rows: Iterable[Mapping[Any, Any]]) -> None:
        self._rows: dict[str, list[Number]] = {}
        for row in rows:
            number = number_of(row)
            self._rows.setdefault(number.indicator, []).append(number)

    def names(self) -> list[str]:
        """Return the names of the indicators of the run, in alphabetical order."""
        return sorted(self._rows)

    def of(self, indicator: str, **where: object) -> list[Number]:
        """Return the base rows of an indicator whose fields equal ``where``, in the order of the run.

        A number that has both a row with a range and one without appears once, with its range.
        """
        found: dict[tuple[object, ...], Number] = {}
        for number in self._matching(indicator, where):
            if number.is_base:
                key = (*number[1:6], number.note)  # two comparisons of one right differ in their note
                if key not in found or (number.interval_kind and not found[key].interval_kind):
                    found[key] = number
        return list(found.values())

    def one(self, indicator: str, **where: object) -> Number | None:
        """Return the first base row that matches, or None."""
        return next(iter(self.of(indicator, **where)), None)

    def bands(self, indicator: str, **where: object) -> list[Number]:
        """Return the rows of sensitivity and variability that match."""
        return [number for number in self._matching(indicator, where) if not number.is_base]

    def _matching(self, indicator: str, where: Mapping[str, object]) -> Iterable[Number]:
        for number in self._rows.get(indicator, ()):
            if all(getattr(number, field) == wanted for field, wanted in where.items()):
                yield number


def number_of(row: Mapping[Any, Any]) -> Number:
    """Read one row; columns that an older run does not have are missing values."""
    return Number(
        indicator=_text(row.get("indicator")),
        service=_text(row.get("service")),
        period=_text(row.get("period")),
        cutoff_min=_whole(row.get("cutoff_min")),
        standard=_text(row.get("standard")),
        group=_text(row.get("group")) or "all",
        value=_float(row.get("value")),
        low=_float(row.get("low")),
        high=_float(row.get("high")),
        interval_kind=_text(row.get("interval_kind")),
        sources=_text(row.get("sources")),
        draws=_whole(row.get("draws")),
        covered_population=_float(row.get("covered_population")),
        unit=_text(row.get("unit")),
        note=_text(row.get("note")),
    )


def value_words(number: Number | None, texts: Texts) -> str:
    """Write the value by its unit, as precisely as its range; a missing one by its reason.

    Reasons are: not defined, suppressed, no data.
    """
    if number is None:
        return texts("no_data")
    if math.isnan(number.value):
        return absence_words(number, texts)
    return figure(number.value, number.unit, texts, _finest(number))


def absence_words(number: Number, texts: Texts) -> str:
    """Say why a number has no value: suppressed, not defined, no data."""
    if number.note.startswith("suppressed"):
        return texts("range.suppressed")
    return texts("not_defined" if number.note.startswith("not defined") else "no_data")


def why_not_defined(number: Number) -> str:
    """Return the reason of the program why a number is not defined; empty where it gives none."""
    if not number.note.startswith("not defined"):
        return ""
    return number.note.removeprefix("not defined").lstrip(":; ")


def range_words(number: Number | None, texts: Texts) -> str:
    """Write the range for a table: "a to b", with a mark where the number lies outside, or not quantified.

    A dash where there is no number.
    """
    if number is None or math.isnan(number.value):
        return texts("range.none")
    if not number.has_range:
        return texts("range.not_quantified")
    words = from_to(number, texts)
    return f"{words}\u00a0{OUTSIDE_MARK}" if number.is_outside else words


def from_to(number: Number, texts: Texts) -> str:
    """Write both ends of a range as "a to b", with as many decimals as the value."""
    low, high = (figure(end, number.unit, texts, _finest(number)) for end in (number.low, number.high))
    return texts("range.from_to", low=low, high=high)


def with_range(number: Number | None, texts: Texts) -> str:
    """Write value and range in one cell of a table: "3.80 (3.20 to 4.40)"."""
    if number is None or math.isnan(number.value):
        return value_words(number, texts)
    return texts("range.beside", value=value_words(number, texts), range=range_words(number, texts))


def sure_words(number: Number, texts: Texts) -> str:
    """Say in half a sentence how sure a number is: its range and what that speaks of, or none."""
    if not number.has_range:
        return texts("range.sure_not_quantified")
    words = texts("range.sure", range=from_to(number, texts))
    return f"{words}, {texts('range.outside')}" if number.is_outside else words


def figure(value: float, unit: str, texts: Texts, decimals: int = 0) -> str:
    """Write a value by the habits of its unit: shares in percent, residents whole, indices with decimals.

    ``decimals`` are the fewest, so that a value and its range line up; an exact 0 has none.
    """
    if value != 0 and decimals > _decimals(value, unit):
        if unit.partition(",")[0] not in SHARE_UNITS:
            return texts.number(value, decimals)
        words = texts.number(100 * value, decimals)
        return texts.percent(1.0).replace(texts.number(100), words)  # with the sign of the language
    if unit.partition(",")[0] in SHARE_UNITS:
        return _signed_percent(value, texts)
    if unit in COUNT_UNITS:
        return texts.number(value)
    if unit in INDEX_UNITS and 0 < abs(value) < 10:
        return texts.number(value, 3 if unit == "index" or abs(value) < 0.1 else 2)
    return texts.amount(value)


def _finest(number: Number) -> int:
    """Decimals of a value and of both ends of its range: those of whichever has most."""
    return max(_decimals(each, number.unit) for each in (number.value, number.low, number.high))


def _decimals(value: float, unit: str) -> int:
    """Decimals with which ``figure`` writes a value on its own."""
    size = abs(value)
    if not math.isfinite(size) or size == 0 or unit in COUNT_UNITS:
        return 0
    if unit.partition(",")[0] in SHARE_UNITS:
        return int(100 * size < 9.95 or 99.5 <= 100 * size < 100)
    if unit in INDEX_UNITS and size < 10:
        return 3 if unit == "index" or size < 0.1 else 2
    return 0 if size == round(size) or size >= 10 else 1 if size >= 1 else 2


def _signed_percent(share: float, texts: Texts) -> str:
    return texts.percent(share) if not share < 0 else "\u2212" + texts.percent(-share)


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)


def _float(value: object) -> float:
    return math.nan if value is None or value is pd.NA else float(str(value))


def _whole(value: object) -> int | None:
    number = _float(value)
    return int(number) if math.isfinite(number) else None
