"""A back-test in lines, in English or French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from access.backtest import BackTest
from access.texts import Texts
from access.warning_rules import shipped_rules

MOST_LINES = 40
"""Alerts listed at most; all are in the JSON."""


def back_test_lines(found: BackTest, texts: Texts) -> list[str]:
    """Return what a back-test found, for people."""
    if not found.days:
        return [texts("history.backtest.no_snapshots")]
    head = texts(
        "history.backtest.replayed",
        n=texts.number(len(found.days)),
        first=texts.day(found.days[0]),
        last=texts.day(found.days[-1]),
        rules=texts.number(len(found.rules)),
    )
    if found.truth is None:
        return [head, texts("history.backtest.no_truth"), *_alert_lines(found.said_table, texts)]
    lines = [head, "", texts("history.backtest.planted")] if found.truth.planted else [head]
    what = {each.id: each.what.in_language(texts.language) for each in found.truth.planted}
    for row in found.planted.to_dict("records"):
        day = texts.capital(texts.day(row["begins"]))
        lines.append("  " + texts("history.backtest.event", day=day, what=what[row["id"]]))
        lines.append(f"    {verdict({**row, 'rules': _rules(row['rules'], texts)}, texts)}")
    lines += ["", _false_line(found, texts), *_alert_lines(found.false_alarms, texts)]
    if len(found.beside):
        lines += ["", texts.plural("history.backtest.beside", len(found.beside))]
        lines += _alert_lines(found.beside, texts)
    return lines


def verdict(row: Mapping[Any, Any], texts: Texts) -> str:
    """Say in one sentence what became of something planted."""
    never = row["delay"] is None or pd.isna(row["delay"])
    if row["effect"] == "good":
        if not row["alerts"]:
            return texts("history.backtest.cleared_nothing")
        if never:
            return texts.plural("history.backtest.cleared_not", row["alerts"])
        told = {"within": texts.number(row["delay"]), "standing": texts.number(row["standing"])}
        return texts.plural("history.backtest.cleared", row["alerts"], **told)
    if never:
        return texts("history.backtest.missed")
    key = "found" if row["found"] else "late"
    return texts(
        f"history.backtest.{key}",
        day=texts.day(row["said_on"]),
        n=texts.number(row["delay"]),
        within=texts.number(row["within"]),
        alerts=texts.number(row["alerts"]),
        rules=row["rules"],
    )


def _rules(names: object, texts: Texts) -> str:
    """Return rules by their titles; one that does not come with the program keeps its short name."""
    titles = {rule.name: rule.label.in_language(texts.language) for rule in shipped_rules().rules}
    return "; ".join(titles.get(name, name) for name in str(names or "").split(", ") if name)


def _false_line(found: BackTest, texts: Texts) -> str:
    if found.false_per_50 is None:
        return texts("history.backtest.no_noise")
    return texts.plural(
        "history.backtest.false_alarms",
        len(found.false_alarms),
        snapshots=texts.number(found.noise_snapshots),
        applied=texts.number(found.snapshot_rules),
        rate=texts.number(found.false_per_50, 1),
    )


def _alert_lines(table: pd.DataFrame, texts: Texts) -> list[str]:
    lines = [
        "  "
        + texts(
            "history.backtest.said",
            day=texts.capital(texts.day(row["day"])),
            state=texts(f"history.backtest.state.{row['state']}"),
            rule=_rules(row["rule"], texts),
            text=row[f"text_{texts.language}"],
        )
        for row in table.head(MOST_LINES).to_dict("records")
    ]
    left = len(table) - MOST_LINES
    return [*lines, texts.plural("history.backtest.more", left)] if left > 0 else lines
