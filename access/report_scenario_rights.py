"""Rights gained and lost: residents by right and group, and the rights of which nothing moves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from access.comparison_reader import ScenarioRead
from access.report_rights_words import entries_of, right_label, word
from access.report_scenario_numbers import (
    count_figure,
    group_words,
    scenario_table,
    value_of,
)
from access.report_scenario_winners import moves
from access.report_section import Section, joined, some
from access.report_tables import Table
from access.texts import Texts

Row = Mapping[Any, Any]


def rights_section(scenario: ScenarioRead, texts: Texts) -> Section:
    """Who gains and who loses which right."""
    rows = scenario.rights.to_dict("records")
    if not rows:
        return Section("rights", absent=texts("page.no_rights"))
    moving = moving_rights(rows)
    still = [
        right for right in dict.fromkeys(_key(row) for row in rows if _has_data(row)) if right not in moving
    ]
    without = dict.fromkeys(_key(row) for row in rows if row["group"] == "all" and not _has_data(row))
    notes = []
    if moving:
        notes += [texts("scenario.rights_note"), *_whom(scenario, moving, texts)]
    if still:
        names = joined((right_label(scenario.run, right, texts) for _, right in still), texts)
        notes.append(texts("scenario.rights_still", rights=names))
    if without:
        names = joined((right_label(scenario.run, right, texts) for _, right in without), texts)
        notes.append(texts("scenario.rights_without", rights=names))
    sentences = () if moving else (texts("scenario.no_right_moves", n=texts.number(len(still))),)
    return Section("rights", sentences, some(rights_table(scenario, moving, texts)), tuple(notes))


def moving_rights(rows: list[dict[Any, Any]]) -> list[tuple[str, str]]:
    """Catalogue and name of the rights that anybody gains or loses, in the order of the table."""
    return list(dict.fromkeys(_key(row) for row in rows if moves(row)))


def rights_table(scenario: ScenarioRead, moving: list[tuple[str, str]], texts: Texts) -> Table | None:
    """One row a right that moves and group of residents; tenths stand in the file only."""
    rows = []
    for key in moving:
        for row in scenario.rights.to_dict("records"):
            group = str(row["group"])
            if _key(row) != key or group.startswith("decile_"):
                continue
            rows.append(
                (
                    texts.capital(right_label(scenario.run, key[1], texts)),
                    group_words(group, texts),
                    count_figure(row, "residents", texts),
                    count_figure(row, "base_unmet", texts),
                    count_figure(row, "gaining", texts),
                    count_figure(row, "losing", texts),
                    count_figure(row, "unmet", texts),
                )
            )
    keys = ("right", "group", "assessed", "unmet_before", "gaining_right", "losing_right", "unmet_after")
    return scenario_table(texts, texts("scenario.rights_caption"), keys, rows, 2)


def _whom(scenario: ScenarioRead, moving: list[tuple[str, str]], texts: Texts) -> Iterator[str]:
    """Say of the rights of some people only whom they are counted for."""
    entries = {str(entry.get("name")): entry for entry in entries_of(scenario.run)}
    as_all = [pair[0] for pair in scenario.run.manifest.get("rights_counted_as_everyone") or []]
    for _, right in moving:
        whom = (entries.get(right) or {}).get("for_whom") or "everyone"
        if whom != "everyone":
            key = "scenario.right_for_all" if right in as_all else "scenario.right_for"
            yield texts(key, right=right_label(scenario.run, right, texts), whom=word(texts, whom))


def _key(row: Row) -> tuple[str, str]:
    return str(row.get("catalogue") or ""), str(row["right"])


def _has_data(row: Row) -> bool:
    known = not math.isnan(value_of(row, "residents")) and not math.isnan(value_of(row, "gaining"))
    return known or moves(row)
