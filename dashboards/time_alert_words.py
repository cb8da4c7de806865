"""What is said of an alert: its sentence, state, rule, number, residents, answers; text only."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from access.report_numbers import figure
from dashboards.time_words import short_day
from dashboards.words import Words

#: Kind of the rules whose number is in the sentence already, and which has no causes to be reckoned.
OF_DATA = "data"
OF_SEGREGATION = "segregation"


def text_of(alert: Any, words: Words) -> str:
    """Return the sentence of an alert; without one the name of its rule."""
    return words.label(dict(alert.text), alert.rule)


def people_of(alert: Any, words: Words) -> str:
    """Return how many residents an alert concerns; empty where that is not known.

    An index of segregation counts households in some cities, and everybody in it in all: it concerns no one
    number of residents.
    """
    if alert.kind == OF_SEGREGATION or not is_known(alert.residents):
        return ""
    return words.texts.plural("residents", alert.residents)


def moved_of(alert: Any, words: Words) -> str:
    """Return the value before, and now or when it last held; one of them alone where one is not known."""
    if alert.kind == OF_DATA:
        return ""
    before, now = (amount(value, alert, words) for value in (alert.before, alert.now))
    if not before or not now:
        return now
    return words("time.moved" if alert.held == alert.last else "time.moved_then", before=before, now=now)


def later_of(alert: Any, words: Words) -> str:
    """Return the value at the last snapshot judged, where the alert no longer held; empty where it holds."""
    if alert.kind == OF_DATA or alert.held == alert.last:
        return ""
    found = next((point.now for point in alert.history if point.observed_on == alert.last), None)
    return amount(found, alert, words) or words.texts("range.none")


def amount(value: float | None, alert: Any, words: Words) -> str:
    """Write a number of an alert with the decimals of its sentence; empty where it is not known."""
    from access.warning_words import decimals_of

    if value is None or not is_known(value):
        return ""
    if "indicator" not in alert.subject:
        return figure(value, alert.unit or "", words.texts)
    return words.number(value, decimals_of(alert.before, alert.now, alert.subject["indicator"]))


def rules_words(names: str, words: Words) -> str:
    """Name rules that are listed with commas."""
    return "; ".join(rule_words(name, words) for name in names.split(", ") if name)


def rule_words(name: str, words: Words) -> str:
    """Name of a rule that comes with the program; another one as it is written."""
    label = _rule_labels().get(name)
    return name if label is None else label[words.texts.language]


@functools.cache
def _rule_labels() -> dict[str, dict[str, str]]:
    from access.warning_rules import shipped_rules

    return {rule.name: {"en": rule.label.en, "fr": rule.label.fr} for rule in shipped_rules().rules}


def answer_words(answer: Mapping[str, Any], words: Words) -> str:
    """Return an answer as one text: who, when, what, until when, and how it stands."""
    state = str(answer.get("state") or "")
    parts = [
        words("time.answer.by", who=answer.get("by_whom"), day=short_day(answer.get("answered_on"), words)),
        str(answer.get("text") or ""),
        str(answer.get("action") or ""),
        words("time.answer.due", day=short_day(answer["action_due"], words))
        if _is_given(answer.get("action_due"))
        else "",
        words(f"time.answer.{state}") if words.has(f"time.answer.{state}") else "",
    ]
    return " ".join(part if part.endswith((".", ":", "!", "?")) else f"{part}." for part in parts if part)


def is_known(value: Any) -> bool:
    """Whether something is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_given(value: Any) -> bool:
    return value is not None and not pd.isna(value)
