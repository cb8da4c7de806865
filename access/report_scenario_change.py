"""What a scenario changes, in words: each modification as asked for, and what it met in the city."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml

from access.comparison_reader import ScenarioRead
from access.report_scenario_numbers import (
    scenario_table,
)
from access.report_section import Section, some
from access.report_tables import Table
from access.texts import Texts

#: Said elsewhere in the table, or free text.
_NOT_ASKED = ("type", "comment", "feed")
_LONGEST_ASKED = 240
#: A cell in the words of a report, by its H3 index.
_IN_CELL = re.compile(r"\b(?:in cell|dans la cellule) ([0-9a-f]{15})\b")


def changed_section(scenario: ScenarioRead, texts: Texts) -> Section:
    """Description, table of modifications, and what kind of changes they are."""
    description = texts.label(scenario.entry.get("description"))
    table = modification_table(scenario, texts)
    if table is None:
        return Section("changed", absent=texts("scenario.nothing_asked"))
    notes = (texts("scenario.order"),) if len(table.rows) > 1 else ()
    return Section("changed", (description,) if description else (), some(table), notes)


def modification_table(scenario: ScenarioRead, texts: Texts) -> Table | None:
    """One row a modification: its number, kind, comment, what it asks for, what it met, what it warns of."""
    reports = {int(report["number"]): report for report in scenario.entry.get("reports") or []}
    rows = []
    written = _as_written(scenario)
    zones = zones_of(scenario.run.cells)
    for number, asked in enumerate(scenario.entry.get("modifications") or [], start=1):
        report = reports.get(number) or {}
        comment = str(asked.get("comment") or "")
        kind = type_words(str(asked.get("type")), texts)
        rows.append(
            (
                texts.number(number),
                texts("scenario.label_of_right", label=kind, right=comment) if comment else kind,
                asked_words(written[number - 1] if written else asked),
                named_places(texts.label(report.get("text"), texts("no_data")), zones, texts),
                "; ".join(str(warning) for warning in report.get("warnings") or []) or texts("range.none"),
            )
        )
    columns = ("number", "change", "asked", "met", "warnings")
    return scenario_table(
        texts, texts("scenario.changed_caption"), columns, rows, 2,
        word_columns=(2, 3, 4),
    )  # fmt: skip


def zones_of(cells: pd.DataFrame) -> dict[str, str]:
    """Name of the quarter of each cell that lies in one."""
    if "zone" not in cells.columns:
        return {}
    named = cells[cells["zone"].notna()]
    return dict(zip(named["id"].astype(str), named["zone"].astype(str), strict=True))


def named_places(words: str, zones: Mapping[str, str], texts: Texts) -> str:
    """Name the quarter instead of a cell's index, where it is known: "in Les Berges"."""

    def name(found: re.Match[str]) -> str:
        zone = zones.get(found.group(1))
        return texts("scenario.in_quarter", zone=zone) if zone else found.group(0)

    return _IN_CELL.sub(name, words)


def _as_written(scenario: ScenarioRead) -> list[Mapping[str, Any]]:
    """Modifications with every value as the file spells it; none where there is no file."""
    text = scenario.entry.get("text")
    found = yaml.load(text, Loader=yaml.BaseLoader) if text else None  # noqa: S506 (all scalars stay text)
    listed = found.get("modifications") if isinstance(found, dict) else None
    asked = scenario.entry.get("modifications") or []
    return listed if isinstance(listed, list) and len(listed) == len(asked) else []


def type_words(kind: str, texts: Texts) -> str:
    """Name of a type of modification; one that no text knows is named as in the file."""
    key = f"scenario.type.{kind.replace('-', '_')}"
    return texts(key) if texts.has(key) else kind


def asked_words(asked: Mapping[str, Any]) -> str:
    """Parameters as the file gives them, shortened where they are long; the whole text stands below."""
    parts = []
    for key, value in asked.items():
        if key in _NOT_ASKED or value in (None, "", [], {}):
            continue
        parts.append(f"{key}: {_short(value)}")
    words = "; ".join(parts)
    return words if len(words) <= _LONGEST_ASKED else words[: _LONGEST_ASKED - 3].rstrip() + "..."


def _short(value: Any) -> str:
    value = _plain(value)
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(", ", ": ")).replace('"', "")
    return str(value)


def _plain(value: Any) -> Any:
    """Write whole numbers without decimals, as a file would."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
