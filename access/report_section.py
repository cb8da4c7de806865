"""What a section of evidence is made of, and words that several of them share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from access.report_data import Run
from access.report_findings import period_label
from access.report_numbers import Number, why_not_defined
from access.report_tables import Table
from access.texts import Texts

#: Names of groups of households by income, as in the census: over_8000, under_1000, 1000_2000.
_BRACKET = re.compile(r"households_income_(?:(?:over_)?(\d+)_?)?(?:(?:under_)?(\d+))?")


class Section(NamedTuple):
    """One section of the page.

    ``sentences`` say one number each; ``reasons`` are words of the program (English in every language) on
    what is not defined. ``absent`` says that the run has nothing of the kind; then the rest is empty.
    """

    name: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    absent: str = ""


def table_of(
    texts: Texts,
    caption: str,
    columns: Iterable[str],
    rows: Iterable[tuple[str, ...]],
    n_headers: int = 1,
    note: str = "",
    word_columns: tuple[int, ...] = (),
) -> Table | None:
    """Return a table, its columns named by keys of the texts; None without rows."""
    listed = tuple(rows)
    if not listed:
        return None
    names = tuple(texts(f"table.{key}") for key in columns)
    return Table(caption, names, listed, n_headers, note, word_columns)


def some(*tables: Table | None) -> tuple[Table, ...]:
    """Return the tables that there are."""
    return tuple(table for table in tables if table is not None)


def group_label(group: str, texts: Texts) -> str:
    """Name of a group of residents; one that no text knows is named as in the run."""
    if group == "all":
        return texts("table.all_residents")
    if group.startswith("decile_"):
        decile = group.removeprefix("decile_")
        return {"1": texts("group.poorest"), "10": texts("group.richest")}.get(
            decile, texts("group.decile", n=decile)
        )
    if found := _BRACKET.fullmatch(group):
        low, high = (texts.number(float(end)) if end else "" for end in found.groups())
        kind = "between" if low and high else "under" if high else "over"
        return texts(f"group.bracket_{kind}", low=low, high=high)
    return texts(f"group.{group}") if texts.has(f"group.{group}") else group.replace("_", " ")


def period_or_all(run: Run, period: str, texts: Texts) -> str:
    """Name of a period; a number of no period in particular says so."""
    if not period:
        return texts("table.any_period")
    word = f"word.{period}"
    known = any(entry["name"] == period for entry in run.periods)
    return texts(word) if not known and texts.has(word) else period_label(run, period, texts)


def reasons_of(numbers: Iterable[Number], titles: dict[str, str]) -> tuple[str, ...]:
    """Reasons why numbers are not defined, each once, with the names of the indicators it holds for."""
    found: dict[str, dict[str, None]] = {}
    for number in numbers:
        if reason := why_not_defined(number):
            found.setdefault(reason, {})[titles.get(number.indicator, number.indicator)] = None
    return tuple(f"{', '.join(names)}: {reason}" for reason, names in found.items())


def joined(words: Iterable[str], texts: Texts) -> str:
    """Join words by commas and "and"."""
    listed = list(words)
    if len(listed) < 2:
        return "".join(listed)
    return texts("list_and", first=", ".join(listed[:-1]), last=listed[-1])
