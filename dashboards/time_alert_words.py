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


def text_of(alert: Any, words: Words) -> str:
    """Return the sentence of an alert; without one the name of its rule."""
    return words.label(dict(alert.text), alert.rule)


def people_of(alert: Any, words: Words) -> str:
    """Return how many residents an alert concerns; empty where that is not known."""
    return words.texts.plural("residents", alert.residents) if is_known(alert.residents) else ""


def moved_of(alert: Any, words: Words) -> str:
    """Return the value before and now; one of them alone where the other is not known."""
    if alert.kind == OF_DATA:
        return ""
    unit = alert.unit or ""
    before, now = (
        figure(value, unit, words.texts) if is_known(value) else "" for value in (alert.before, alert.now)
    )
    return words("time.moved", before=before, now=now) if before and now else now


def rule_words(name: str, words: Words) -> str:
    """Name of a rule that comes with the program; another one as it is written."""
    label = _rule_labels().get(name)
    return name if label is None else label[words.texts.language]


@functools.cache
def _rule_labels() -> dict[str, dict[str, str]]:
    from access.warning_rules import shipped_rules

    return {rule.name: {"en": rule.label.en, "fr": rule.label.fr} for rule in shipped_rules().rules}


def input_words(name: str, words: Words) -> str:
    """Name of an input in words; one that no text knows as it is written."""
    key = f"time.input.{name}"
    return words(key) if words.has(key) else name


def signed(value: float, unit: str | None, words: Words) -> str:
    """Write a change with its sign."""
    said = figure(abs(value), unit or "", words.texts)
    return said if value == 0 else f"{'+' if value > 0 else chr(0x2212)}{said}"


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
