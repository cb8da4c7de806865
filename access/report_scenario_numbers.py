"""Changes in words: signed figures, before and after, and the interval of a paired difference."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from access.comparison_cutoffs import holds_zero
from access.comparison_notes import words_of
from access.report_numbers import COUNT_UNITS, INDEX_UNITS, OUTSIDE_MARK, SHARE_UNITS, figure
from access.report_section import group_label
from access.report_tables import Table
from access.texts import Texts

_MINUS = "\u2212"
#: Decimals of indices and ratios in a comparison, the same for a number, its change and its range.
_INDEX_DECIMALS = 3
#: "de" before a vowel, or before the silent h of hospitals.
_ELIDED = re.compile(r"\b([dD])e (?=[aàâeéèêiîoôuûy]|hôp)")


def value_of(row: Mapping[Any, Any] | None, column: str) -> float:
    """Number in a row; NaN where there is no row or no number."""
    value = None if row is None else row.get(column)
    try:
        return math.nan if value is None else float(value)
    except (TypeError, ValueError):
        return math.nan


def note_of(row: Mapping[Any, Any] | None) -> str:
    """Note of a row as text; empty without one."""
    note = None if row is None else row.get("note")
    return note if isinstance(note, str) else ""


def is_hidden(row: Mapping[Any, Any] | None) -> bool:
    """Say whether numbers of the row are suppressed."""
    return "suppressed" in note_of(row)


def plain_figure(row: Mapping[Any, Any] | None, column: str, texts: Texts) -> str:
    """Number of a row by its unit, or why there is none."""
    value = value_of(row, column)
    if math.isnan(value):
        return absence(row, texts)
    return plain_value(value, str((row or {}).get("unit") or ""), texts)


def plain_value(value: float, unit: str, texts: Texts) -> str:
    """Write a number by the habits of its unit; indices and ratios with as many decimals as their change."""
    if unit in INDEX_UNITS and math.isfinite(value) and value != 0:
        return texts.number(value, _INDEX_DECIMALS)
    return figure(value, unit, texts)


def absence(row: Mapping[Any, Any] | None, texts: Texts) -> str:
    """Say why a number is missing: suppressed, not defined, no data."""
    if is_hidden(row):
        return texts("range.suppressed")
    return texts("not_defined" if "not defined" in note_of(row) else "no_data")


def signed_figure(value: float, unit: str, texts: Texts, decimals: int | None = None) -> str:
    """Write a change with its sign, by the habits of its unit; of a share in percentage points.

    ``decimals`` are those of its row (``decimals_of``), for amounts; default by the size of the change.
    """
    if math.isnan(value):
        return texts("no_data")
    if abs(value) < 1e-12:
        return texts.number(0)
    sign = "+" if value > 0 else _MINUS
    if unit.partition(",")[0] in SHARE_UNITS:
        return f"{sign}{texts('scenario.points', n=texts.number(100 * abs(value), 1))}"
    if unit in INDEX_UNITS:
        step = 10.0**-_INDEX_DECIMALS
        if round(abs(value), _INDEX_DECIMALS) == 0:
            return texts("scenario.smaller_than", n=texts.number(step, _INDEX_DECIMALS))
        return f"{sign}{texts.number(abs(value), _INDEX_DECIMALS)}"
    if decimals is not None and unit not in COUNT_UNITS:
        words = texts.number(round(abs(value), decimals), decimals)
        return f"{sign}{words}" if any(digit in "123456789" for digit in words) else words
    if 0 < abs(value) < 0.01:
        return f"{sign}{texts.number(abs(value), 4)}"
    return f"{sign}{figure(abs(value), unit, texts)}"


def signed(value: float, texts: Texts) -> str:
    """Write a change of an amount with its sign: "+1,200", "0"; what is missing in its own words."""
    tiny = 0 < abs(value) < 0.01
    words = texts.number(value, 4) if tiny else texts.amount(value)
    return f"+{words}" if value > 0 and math.isfinite(value) else words


def decimals_of(row: Mapping[Any, Any] | None) -> int | None:
    """Decimals of a change and of both ends of its range: by the largest of them, so that they line up.

    None where there is no range, so that the change has those of its own size.
    """
    sizes = [abs(number) for number in (_change_of(row), value_of(row, "low"), value_of(row, "high"))]
    largest = max(sizes)
    if not all(map(math.isfinite, sizes)) or largest == 0:
        return None
    return min(4, max(0, 1 - math.floor(math.log10(largest))))


def mean_words(row: Mapping[Any, Any], texts: Texts) -> str:
    """Mean change of a group, with the decimals of its range."""
    return signed_figure(value_of(row, "mean_change"), str(row.get("unit") or ""), texts, decimals_of(row))


def change_words(row: Mapping[Any, Any] | None, texts: Texts) -> str:
    """Change of a row, or why there is none."""
    value = value_of(row, "change")
    if math.isnan(value):
        return absence(row, texts)
    return signed_figure(value, str((row or {}).get("unit") or ""), texts, decimals_of(row))


def interval_words(row: Mapping[Any, Any] | None, texts: Texts, unit: str | None = None) -> str:
    """Interval of the paired difference, or not quantified; marked where the change lies outside.

    Where it holds 0, the words say at the number that the change is not told from chance.
    """
    if math.isnan(value_of(row, "change")) and math.isnan(value_of(row, "mean_change")):
        return texts("range.none")
    low, high = value_of(row, "low"), value_of(row, "high")
    if math.isnan(low) or math.isnan(high):
        return texts("range.not_quantified")
    unit = str((row or {}).get("unit") or "") if unit is None else unit
    ends = (_end(end, unit, decimals_of(row), texts) for end in (low, high))
    words = texts("range.from_to", **dict(zip(("low", "high"), ends, strict=True)))
    if holds_zero(_change_of(row), low, high):
        words = texts("scenario.by_chance", range=words)
    return words if _inside(row, low, high) else f"{words}\u00a0{OUTSIDE_MARK}"


def _end(value: float, unit: str, decimals: int | None, texts: Texts) -> str:
    """Write an end of a range; one that rounds to nothing is 0 with the decimals of the others."""
    if unit in INDEX_UNITS and value != 0 and round(value, _INDEX_DECIMALS) == 0:
        return texts.number(0, _INDEX_DECIMALS)
    return signed_figure(value, unit, texts, decimals)


def _change_of(row: Mapping[Any, Any] | None) -> float:
    return value_of(row, "change" if math.isfinite(value_of(row, "change")) else "mean_change")


def _inside(row: Mapping[Any, Any] | None, low: float, high: float) -> bool:
    """Say whether the change of a row lies within its own interval, rounding aside."""
    change = _change_of(row)
    rounding = 1e-9 * max(1.0, abs(change))
    return low - rounding <= change <= high + rounding


def count_figure(row: Mapping[Any, Any] | None, column: str, texts: Texts) -> str:
    """Residents of a row, or that they are too few to be shown."""
    value = value_of(row, column)
    return absence(row, texts) if math.isnan(value) else texts.number(value)


def before_after(row: Mapping[Any, Any] | None, texts: Texts) -> str:
    """Write "37,169 \u2192 37,251 (+82)"; a number that stays alone; or why there is none."""
    base, value = plain_figure(row, "base", texts), plain_figure(row, "value", texts)
    change = value_of(row, "change")
    if abs(change) < 1e-12 or (math.isnan(change) and base == value):
        return base
    return texts("scenario.before_after", base=base, value=value, change=change_words(row, texts))


def elided(sentence: str, texts: Texts) -> str:
    """Write "nombre d\u2019emplois" for "nombre de emplois" in French; English stays."""
    return _ELIDED.sub("\\1\u2019", sentence) if texts.language == "fr" else sentence


def with_mark_told(table: Table, texts: Texts) -> Table:
    """Say under a table of a comparison why a number can lie outside its range, where one does."""
    if not any(OUTSIDE_MARK in cell for row in table.rows for cell in row):
        return table
    return table._replace(note=f"{table.note} {texts('scenario.mark_note')}".lstrip())


def reason_words(row: Mapping[Any, Any] | None, texts: Texts) -> str:
    """Note of a row in the words of the language."""
    return words_of(note_of(row) or None, texts.language)


def group_words(group: str, texts: Texts) -> str:
    """Name of a group of residents, those of the order of incomes among them."""
    key = f"scenario.group.{group}"
    return texts(key) if texts.has(key) else group_label(group, texts)


def scenario_table(
    texts: Texts,
    caption: str,
    columns: Iterable[str],
    rows: Iterable[tuple[str, ...]],
    n_headers: int = 1,
    note: str = "",
    word_columns: tuple[int, ...] = (),
) -> Table | None:
    """Return a table whose columns are named by the texts of scenarios, else of runs; None without rows."""
    listed = tuple(rows)
    if not listed:
        return None
    names = tuple(
        texts(f"scenario.column.{key}" if texts.has(f"scenario.column.{key}") else f"table.{key}")
        for key in columns
    )
    return Table(caption, names, listed, n_headers, note, word_columns)
