"""How the warnings would have done in the past: the results of a back-test that lie beside the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from access.backtest_file import load_back_test
from access.backtest_text import verdict
from access.report_tables import Table
from dashboards.components import table_block
from dashboards.store_data import StoreData
from dashboards.time_alert_words import rules_words
from dashboards.time_words import short_day
from dashboards.words import Words

#: False alarms listed at most.
MOST_LISTED = 40


def backtest_panel(store: StoreData, city: str, words: Words) -> list[Component]:
    """Return the section of the back-test; nothing without one that can be read."""
    found = back_test_of(store, city)
    if found is None:
        return []
    try:
        parts = _parts(found, words)
    except (KeyError, TypeError, ValueError):  # a file of another version, or changed by hand
        parts = [html.P(words("backtest.unreadable"), className="muted")]
    return [html.Section([html.H2(words("time.part.backtest")), *parts])]


def back_test_of(store: StoreData, city: str) -> dict[str, Any] | None:
    """Return the results that lie beside the store; None where there are none of the city."""
    if store.beside is None:
        return None
    try:
        return load_back_test(store.beside, city)
    except ValueError:  # a name of a city that is no name of a file
        return None


def _parts(found: Mapping[str, Any], words: Words) -> list[Component]:
    texts = words.texts
    head = texts(
        "history.backtest.replayed",
        n=texts.number(found["snapshots"]),
        first=short_day(found["first"], words),
        last=short_day(found["last"], words),
        rules=texts.number(len(found["rules"])),
    )
    if not found["with_truth"]:
        told = words.plural("backtest.said", len(found["said"]))
        return [html.P(head), html.P(f"{told} {texts('history.backtest.no_truth')}")]
    return [
        html.P(head),
        html.P(_score(found, words), className="lead"),
        html.Div(table_block(planted_table(found, words)), className="back-test-rows"),
        html.P(_false_alarms(found, words)),
        *_listed(found, words),
    ]


def _score(found: Mapping[str, Any], words: Words) -> str:
    """Say how many of the harms that were planted were found in time."""
    harms = [row for row in found["planted"] if row["effect"] == "harm"]
    return words(
        "backtest.score",
        found=words.number(len(harms) - len(found["misses"])),
        of=words.number(len(harms)),
        within=words.number(found["within_snapshots"]),
    )


def planted_table(found: Mapping[str, Any], words: Words) -> Table:
    """Return what was planted, and what the warnings said of it."""
    texts = words.texts
    rows = tuple(
        (
            words.label({"en": row["what_en"], "fr": row["what_fr"]}),
            short_day(row["begins"], words),
            verdict({**row, "rules": rules_words(row["rules"], words)}, texts),
        )
        for row in found["planted"]
    )
    columns = tuple(words(f"backtest.column.{name}") for name in ("what", "begins", "verdict"))
    return Table(words("backtest.planted"), columns, rows, word_columns=(1, 2))


def _false_alarms(found: Mapping[str, Any], words: Words) -> str:
    texts = words.texts
    if found["false_per_50"] is None:
        return texts("history.backtest.no_noise")
    return texts.plural(
        "history.backtest.false_alarms",
        len(found["false_alarms"]),
        snapshots=texts.number(found["noise_snapshots"]),
        applied=texts.number(found["snapshot_rules"]),
        rate=texts.number(float(found["false_per_50"]), 1),
    )


def _listed(found: Mapping[str, Any], words: Words) -> list[Component]:
    rows = found["false_alarms"][:MOST_LISTED]
    if not rows:
        return []
    items = [
        html.Li(
            words(
                "backtest.alarm",
                day=short_day(row["day"], words),
                text=words.label({"en": row["text_en"], "fr": row["text_fr"]}),
            )
        )
        for row in rows
    ]
    return [html.Details([html.Summary(words("backtest.which")), html.Ul(items)])]
