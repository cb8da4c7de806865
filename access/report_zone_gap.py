"""What each zone of the register misses most: the rights that tie, their places, and how far these are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from access.report_data import Run
from access.report_rights import right_label, service_words
from access.report_section import joined
from access.texts import Texts

#: So many rights that a zone misses equally are named; more are counted.
N_TIES = 3


class Missing(NamedTuple):
    """A right that a zone misses, the places it is about, and the median minutes that they are too far."""

    right: str
    service: str
    minutes: float


def missing_words(run: Run, ties: tuple[Missing, ...], texts: Texts, *, with_rights: bool = True) -> str:
    """Which places would close most of the gap, and by how much they are too far.

    Rights that a zone misses equally are all named, or counted where they are many.
    """
    if not ties:
        return texts("no_data")
    if len(ties) > N_TIES:
        return texts("zones.missing_alike", n=len(ties))
    return joined([_one_missing(run, missing, texts, with_rights) for missing in ties], texts)


def _one_missing(run: Run, missing: Missing, texts: Texts, with_rights: bool) -> str:
    words = service_words(run, missing.service, texts)
    if with_rights:
        words = texts("zones.missing_for", service=words, right=right_label(run, missing.right, texts))
    if math.isnan(missing.minutes):
        return words
    length = "" if with_rights else "_short"
    if math.isinf(missing.minutes):
        return texts(f"zones.out_of_reach{length}", what=words)
    return texts(f"zones.too_far{length}", what=words, minutes=texts.number(missing.minutes))


def ties_of(run: Run, row: Mapping[Any, Any]) -> tuple[Missing, ...]:
    """Rights that a zone misses most: the one of the register, and all that it misses exactly as much."""
    first = Missing(
        text_in(row, "missing_right"), text_in(row, "missing_destinations"), number_in(row, "missing_minutes")
    )
    if not first.right:
        return ()
    table = run.zone_rights
    if table is None or "depth" not in table.columns:
        return (first,)
    mine = table[table["zone_id"].astype(str) == text_in(row, "zone_id")].to_dict("records")
    most = next((_gap(other) for other in mine if other["right"] == first.right), None)
    alike = [
        Missing(text_in(other, "right"), text_in(other, "destinations"), number_in(other, "missing_minutes"))
        for other in mine
        if most is not None and _gap(other) == most
    ]
    return tuple(alike) or (first,)


def _gap(row: Mapping[Any, Any]) -> tuple[float, float]:
    """Depth and share, by which the register ranks rights; rounding makes no difference."""
    return round(number_in(row, "depth"), 9), round(number_in(row, "unmet_share"), 9)


def number_in(row: Mapping[Any, Any], column: str) -> float:
    """Return the number of a column; NaN where it is missing."""
    value = row.get(column)
    return math.nan if value is None or value is pd.NA else float(value)


def text_in(row: Mapping[Any, Any], column: str) -> str:
    """Return the text of a column; empty where it is missing."""
    value = row.get(column)
    return value if isinstance(value, str) else ""
