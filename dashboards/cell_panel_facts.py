"""What is known of one cell: people and incomes, what is reached and missed, rights, and its zone."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from access.report_findings import counted, period_label, service_label, total_of
from access.report_rights_words import demand, entries_of, right_label, service_words
from access.report_small import residents_words
from access.report_tables import Table
from access.report_zones import term
from dashboards.gaps_choice import Choice, FloatArray, access_of, is_own_percentile, run_of
from dashboards.gaps_kept import kept
from dashboards.gaps_words import when_words
from dashboards.maps import nearest_of
from dashboards.run_data import RunData
from dashboards.words import Words

STATES = ("unmet", "met", "no data", "not snapped")


class Line(NamedTuple):
    """One thing known of a cell: its name, what it is, and perhaps its unit."""

    name: str
    text: str
    note: str = ""


def cell_name(data: RunData, row: int, words: Words) -> str:
    """Name of the neighbourhood of a cell, or that it has none."""
    zone = data.run.cells["zone"].iloc[row] if "zone" in data.run.cells.columns else None
    return zone if isinstance(zone, str) and zone else words("gaps.cell.no_name")


def worse_than(access: FloatArray, residents: FloatArray, row: int) -> float:
    """Share of residents who reach more than those of a cell: 0 where nobody does; ties reach no more.

    NaN where the cell has no data. It speaks of residents whose access is known.
    """
    known = np.isfinite(access) & (residents > 0)
    if not math.isfinite(access[row]) or not known.any():
        return math.nan
    return float(residents[known & (access > access[row])].sum() / residents[known].sum())


def cell_sentence(data: RunData, row: int, choice: Choice, words: Words) -> str:
    """Say what is reached from a cell, of how much, and how many residents reach more."""
    texts, run = words.texts, run_of(data, choice)
    access = access_of(data, choice)
    if not run.snapped()[row]:
        return words("gaps.cell.not_linked")
    if not math.isfinite(access[row]):
        return words(
            "gaps.cell.no_data",
            service=service_label(run, choice.service, texts),
            period=period_label(run, choice.period, texts),
        )
    total = total_of(run, choice.service)
    key = "gaps.cell.reach_of_total" if total else "gaps.cell.reach"
    sentence = words(
        key,
        n=counted(run, choice.service, access[row], texts),
        share=texts.percent(access[row] / total if total else None),
        cutoff=choice.cutoff_min,
        period=when_words(data, choice, words),
    )
    return f"{sentence} {rank_words(worse_than(access, data.residents, row), words)}"


def rank_words(share: float, words: Words) -> str:
    """Say the place of a cell among residents; empty where it has none."""
    if math.isnan(share):
        return ""
    if share == 0:
        return words("gaps.cell.rank_best")
    return words("gaps.cell.rank", share=words.percent(share))


def people_lines(data: RunData, row: int, words: Words) -> list[Line]:
    """Residents, income and income tenth of a cell; what is hidden since few live there says so."""
    run, texts = data.run, words.texts
    residents = float(data.residents[row])
    if math.isnan(residents):
        people = texts("no_data")
    else:
        people = words("gaps.cell.nobody") if residents == 0 else residents_words(run, residents, texts)
    lines = [Line(words("gaps.cell.residents"), people)]
    if residents == 0 or "income" not in run.cells.columns:
        return lines
    income, decile = run.column("income")[row], run.column("income_decile")[row]
    if is_hidden(data, row) and math.isnan(income):
        return [*lines, Line(words("gaps.cell.income"), words("gaps.cell.hidden"))]
    unit = texts.label(run.manifest.get("income_unit"))
    lines.append(Line(words("gaps.cell.income"), texts.number(income), "" if math.isnan(income) else unit))
    tenth = texts("no_data") if math.isnan(decile) else words("gaps.cell.tenth_of", n=int(decile))
    return [*lines, Line(words("gaps.cell.tenth"), tenth)]


def is_hidden(data: RunData, row: int) -> bool:
    """Whether groups and incomes of a cell are not shown since few people live there."""
    cells = data.run.cells
    return bool(cells["suppressed"].iloc[row]) if "suppressed" in cells.columns else False


def reach_table(data: RunData, row: int, choice: Choice, words: Words) -> Table:
    """Per service: reached of all, minutes to the nearest, and how many residents reach more."""
    texts, run = words.texts, run_of(data, choice)
    rows = []
    for service in run.services:
        name = str(service["name"])
        of_service = choice._replace(service=name)
        access = access_of(data, of_service)
        total = total_of(run, name)
        rows.append(
            (
                texts.capital(service_label(run, name, texts)),
                _reached(run.snapped()[row], access[row], words),
                texts.amount(total - access[row])
                if total and math.isfinite(access[row])
                else texts("range.none"),
                _minutes(data, row, of_service, words),
                _more(worse_than(access, data.residents, row), words),
            )
        )
    keys = ("service", "reached", "missed", "nearest", "more")
    caption = words(
        "gaps.cell.reach_caption", cutoff=choice.cutoff_min, period=period_label(run, choice.period, texts)
    )
    note = words("gaps.cell.more_note")
    if not is_own_percentile(data, choice):
        note += " " + words("gaps.cell.nearest_note")
    return Table(caption, tuple(words(f"gaps.cell.column.{key}") for key in keys), tuple(rows), note=note)


def _reached(snapped: bool, access: float, words: Words) -> str:
    if math.isfinite(access):
        return words.texts.amount(access)
    return words.texts("no_data") if snapped else words("gaps.cell.not_linked_short")


def _minutes(data: RunData, row: int, choice: Choice, words: Words) -> str:
    """Minutes to the nearest place; from a cell to itself they are 0, which says nothing of the way there."""
    run = run_of(data, choice)
    minutes = float(nearest_of(run, choice)[row])
    if minutes == 0 and run.column(f"n_{choice.service}")[row] > 0:
        return words("gaps.cell.in_the_cell")
    if math.isfinite(minutes):
        return words("gaps.minutes", range=words.number(minutes))
    return words.number(minutes)


def _more(share: float, words: Words) -> str:
    return words.texts("range.none") if math.isnan(share) else words.percent(share)


def rights_of(data: RunData, row: int) -> list[dict[str, Any]]:
    """Rows of ``rights.parquet`` about one cell, each with the right's whole entry; empty without rights."""
    if data.run.rights is None:
        return []
    table = data.run.rights
    places = kept(data, ("rights by cell",), lambda: table.groupby("id", sort=False).indices)
    found = places.get(data.cell_ids[row])
    if found is None:
        return []
    entries = {str(entry.get("name")): entry for entry in entries_of(data.run)}
    rows: list[dict[Any, Any]] = table.iloc[found].to_dict("records")
    return [{**each, "entry": entries.get(str(each["right"]), {})} for each in rows]


def rights_table(data: RunData, row: int, words: Words) -> Table | None:
    """Rights of a cell: lacking ones first; None where the run has none with data for it."""
    texts, run = words.texts, data.run
    told = [right for right in rights_of(data, row) if right["state"] in ("met", "unmet")]
    if not told:
        return None
    told.sort(key=lambda right: (STATES.index(right["state"]), -_depth(right)))
    rows = tuple(
        (
            texts.capital(right_label(run, str(right["right"]), texts)),
            words(f"gaps.right.{right['state']}"),
            _value(data, right, words),
            demand(run, right["entry"], texts) if right["entry"] else texts.amount(right["required"]),
        )
        for right in told
    )
    keys = ("right", "state", "has", "asks")
    columns = tuple(words(f"gaps.right.column.{key}") for key in keys)
    return Table(words("gaps.right.caption"), columns, rows, word_columns=(1, 2, 3))


def rights_sentence(data: RunData, row: int, words: Words) -> str:
    """Count the rights that a cell lacks, of those that could be judged; say where none could."""
    rights = rights_of(data, row)
    if not rights:
        return words("gaps.right.none_in_run") if data.run.rights is None else words("gaps.right.none_here")
    states = [right["state"] for right in rights]
    judged, lacking = sum(s in ("met", "unmet") for s in states), states.count("unmet")
    if not judged:
        not_linked = "not snapped" in states
        return words("gaps.right.not_linked" if not_linked else "gaps.right.no_data")
    unknown = len(states) - judged
    sentence = words.plural("gaps.right.lacking", lacking, judged=words.number(judged))
    return f"{sentence} {words.plural('gaps.right.unknown', unknown)}" if unknown else sentence


def _depth(right: dict[str, Any]) -> float:
    return float(right["shortfall"]) if math.isfinite(float(right["shortfall"])) else 0.0


def _value(data: RunData, right: dict[str, Any], words: Words) -> str:
    """Write what the cell reaches of what the right speaks of: "24,842 jobs"."""
    value = float(right["value"])
    entry = right["entry"]
    if not math.isfinite(value) or not entry:
        return words.texts.amount(value)
    service = service_words(data.run, str(entry.get("service") or ""), words.texts)
    return words.texts("counted", n=words.texts.amount(value), service=service)


def zone_line(data: RunData, row: int, words: Words) -> str:
    """Say to which zone of the register a cell belongs; empty where to none or without a register."""
    run, texts = data.run, words.texts
    if run.zones is None or "zone_id" not in run.cells.columns:
        return ""
    zone = run.cells["zone_id"].iloc[row]
    found = run.zones[run.zones["zone_id"] == zone] if isinstance(zone, str) else run.zones.iloc[:0]
    if found.empty:
        return words("gaps.cell.no_zone", term=term(run, texts))
    share = float(found["share_of_draws"].iloc[0]) if "share_of_draws" in found.columns else math.nan
    name = str(found["name"].iloc[0])
    sentence = words("gaps.cell.zone", name=name, term=term(run, texts))
    if math.isfinite(share):
        sentence += " " + words("gaps.cell.zone_draws", share=words.percent(share))
    return sentence
