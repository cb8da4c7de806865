"""Proposals side by side, as lines for the terminal or as CSV, in English or French."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from access.comparison_side_by_side import VEHICLE_HOURS, label_of
from access.notes_places import chosen_city
from access.observatory_store import reading
from access.proposals import proposals_of, side_by_side_of
from access.report_scenario_numbers import plain_value, signed, signed_figure
from access.texts import Texts

BY_SIGN = "*"
"""Marks proposals whose noise was not computed, and what they count otherwise than the others."""


def listed_proposals(location: str | Path, city: str | None, language: str) -> Iterator[str]:
    """Yield lines: for each snapshot its proposals, who made them, and what each would change."""
    texts = Texts(language)
    with reading(location) as store:
        chosen = chosen_city(store, city)
        proposals = proposals_of(store, chosen)
        days = store.rows("snapshot", ["snapshot", "observed_on"], city=chosen).set_index("snapshot")
    if proposals.empty:
        yield texts("proposals.none", city=chosen)
    for number, (snapshot, group) in enumerate(proposals.groupby("run_snapshot", sort=False)):
        if number:
            yield ""
        day = days["observed_on"].get(str(snapshot))
        yield texts("proposals.against", snapshot=snapshot, day=texts.day(day))
        yield from _lines(group.reset_index(drop=True), texts)


def _lines(proposals: pd.DataFrame, texts: Texts) -> Iterator[str]:
    heads = [f"[{number}]" for number in range(1, len(proposals) + 1)]
    for head, row in zip(heads, proposals.to_dict("records"), strict=True):
        by = texts(f"proposals.by.{row['by_whom']}")
        mark = "" if row["results"]["noise_quantified"] else BY_SIGN
        yield f"  {head}{mark} {row['scenario']}  {by}  {row[f'name_{texts.language}']}"
    if not all(results["noise_quantified"] for results in proposals["results"]):
        yield f"  {texts('proposals.noise', mark=BY_SIGN)}"
    yield from headline_lines(proposals["results"].iloc[0], texts)
    table = [("", texts("proposals.base"), *heads), *table_rows(proposals, texts)]
    first, *others = (max(map(len, column)) for column in zip(*table, strict=True))
    for what, *numbers in table:
        cells = (number.rjust(width) for number, width in zip(numbers, others, strict=True))
        yield f"  {what.ljust(first)}  {'  '.join(cells)}".rstrip()


def headline_lines(results: Mapping[str, Any], texts: Texts) -> Iterator[str]:
    """Say what is reached, how far and when; all proposals against one snapshot have it in common."""
    if called := results.get("called"):
        service, period = (texts.label(called[key]) for key in ("service", "period"))
        cutoff = results["headline"]["cutoff_min"]
        yield texts("proposals.headline", service=texts.capital(service), cutoff=cutoff, period=period)


def table_rows(proposals: pd.DataFrame, texts: Texts) -> Iterator[tuple[str, ...]]:
    """Yield what a number is, that of the base and of each proposal; rights that none moves are left out."""
    names = list(proposals["scenario"])
    labels: dict[str, Mapping[str, str]] = {}
    for results in proposals["results"]:
        labels |= results["labels"]
    known = [bool(results["noise_quantified"]) for results in proposals["results"]]
    for row in side_by_side_of(proposals).to_dict("records"):
        if str(row["what"]).startswith("right_") and not _moves(row, names):
            continue
        base = "–" if math.isnan(row["base"]) else _figure(row["base"], row, texts)
        by_sign = str(row["what"]) in ("residents_gaining", "residents_losing")
        marks = [BY_SIGN if by_sign and not quantified else "" for quantified in known]
        cells = [f"{_cell(row, name, texts)}{mark}" for name, mark in zip(names, marks, strict=True)]
        yield (_label(row, labels, texts, sure=any(known)), base, *cells)


def _moves(row: Mapping[Any, Any], names: Sequence[str]) -> bool:
    return any(row[name] > 0 or _hidden(row, name) for name in names)


def _hidden(row: Mapping[Any, Any], name: str) -> bool:
    return "suppressed" in str(row[f"{name}: note"])


def _label(
    row: Mapping[Any, Any], labels: Mapping[str, Mapping[str, str]], texts: Texts, *, sure: bool
) -> str:
    label = label_of(str(row["what"]), str(row["group"]), texts.language, beyond_noise=sure)
    if not isinstance(row["standard"], str):
        return texts.capital(label)
    right = texts.label(labels.get(row["standard"]), fallback=row["standard"])
    return texts.capital(texts("scenario.label_of_right", label=label, right=right))


def _cell(row: Mapping[Any, Any], name: str, texts: Texts) -> str:
    value, base = float(row[name]), float(row["base"])
    if math.isnan(value):
        return texts("range.suppressed") if _hidden(row, name) else "–"
    if math.isnan(base):
        return _figure(value, row, texts)
    change = signed_figure(value - base, str(row["unit"] or ""), texts)
    return f"{_figure(value, row, texts)} ({change})"


def _figure(value: float, row: Mapping[Any, Any], texts: Texts) -> str:
    if row["what"] == VEHICLE_HOURS:
        return texts.amount(value)
    if str(row["unit"]).endswith("/h"):
        return signed(value, texts)
    return plain_value(value, str(row["unit"] or ""), texts)
