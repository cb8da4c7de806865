"""Alerts in lines for the terminal, in English or French: open, cleared, and what was not judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from access.texts import Texts
from access.warning import Alert, Judged
from access.warning_answers import follow_up
from access.warning_files import answer_line
from access.warning_history import History
from access.warning_rules import Rules
from access.warning_words import whole_percent


def alert_lines(
    history: History,
    rules: Rules,
    judged: Judged,
    answers: pd.DataFrame,
    causes: Mapping[str, Sequence[str]],
    texts: Texts,
) -> Iterator[str]:
    """Yield what is to be said of one city.

    Parameters
    ----------
    answers : DataFrame
        As ``access.warning_answers.answers_of``.
    causes : dict of str to list of str
        Alert -> lines on why, where that is known.
    """
    city = texts.label(history.city_names)
    if not history.days:
        yield texts("warning.no_snapshots", city=city)
        return
    n, first, last = len(history.days), texts.day(history.days[0]), texts.day(history.days[-1])
    yield texts.plural("warning.head", n, city=city, first=first, last=last)
    opened = [alert for alert in judged.alerts if alert.state != "cleared"]
    cleared = [alert for alert in judged.alerts if alert.state == "cleared"]
    if n > 1 or opened:
        yield texts.plural("warning.open", len(opened)) if opened else texts("warning.none")
    names = {rule.name: rule.label.in_language(texts.language) for rule in rules.rules}
    for alert in opened:
        yield ""
        yield from _one(alert, names, history, answers, causes.get(alert.alert, ()), texts)
    if cleared:
        yield ""
        yield texts("warning.cleared_ones")
    for alert in cleared:
        yield from _one(alert, names, history, answers, causes.get(alert.alert, ()), texts)
    if judged.alerts:
        yield ""
        yield texts("warning.chance", rate=whole_percent(rules.false_discovery_rate, texts))
    if untested := list(not_judged_lines(judged, rules, last, texts)):
        head, *lines = untested
        yield ""
        yield head
        yield from (f"  {line}" for line in lines)


def _one(
    alert: Alert,
    names: Mapping[str, str],
    history: History,
    answers: pd.DataFrame,
    causes: Sequence[str],
    texts: Texts,
) -> Iterator[str]:
    told = {
        "day": texts.day(alert.since),
        "n": texts.plural("warning.snapshots", alert.n_snapshots),
        "rule": names[alert.rule],
        "alert": alert.alert,
    }
    if alert.state == "cleared":
        yield texts("warning.closed", last=texts.day(alert.last), **told)
    else:
        yield texts("warning.line", state=texts.capital(texts(f"warning.state.{alert.state}")), **told)
    yield f"  {alert.text[texts.language]}"
    yield from (f"  {line}" for line in causes)
    for _, answer in answers[answers["alert"] == alert.alert].iterrows():
        known = {str(name): None if pd.isna(value) else value for name, value in answer.items()}
        yield f"  {answer_line(known, texts)}"
        became = follow_up(answer, alert, history.days[-1])
        if texts.has(f"warning.follow_up.{became}"):
            yield f"  {texts(f'warning.follow_up.{became}')}"


def not_judged_lines(judged: Judged, rules: Rules, day: str, texts: Texts) -> Iterator[str]:
    """Yield a heading, then which rule could not test what at the newest snapshot; nothing if all was.

    Parameters
    ----------
    day : str
        Of the newest snapshot, in words.
    """
    names = {rule.name: rule.label.in_language(texts.language) for rule in rules.rules}
    counted = Counter((one.rule, one.reason) for one in judged.not_judged)
    if counted:
        yield texts("warning.not_judged.head", day=day)
    for (rule, reason), n in counted.items():
        words = texts(f"warning.not_judged.{reason}")
        tests = texts.plural("warning.not_judged.tests", n)
        yield texts("warning.not_judged.line", rule=names[rule], reason=words, tests=tests)
