"""Alerts of a series as the store has them, with the answers to each and what is known of its causes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from access.observatory_store import Store
from dashboards.store_data import StoreData
from dashboards.time_choice import Choice
from dashboards.time_words import short_day
from dashboards.words import Words

if TYPE_CHECKING:
    from access.attribution import Attribution
    from access.warning import Judged

#: The gravest first; what is over comes last.
STATES = ("entrenched", "warning", "notice", "cleared")


class Cause(NamedTuple):
    """Why a number moved up to the snapshot in which its alert began, and the day it moved from."""

    found: Attribution
    from_day: Any


class Told(NamedTuple):
    """An alert with the answers to it and what is known of its causes."""

    alert: Any  # access.warning.Alert
    answers: tuple[Mapping[str, Any], ...]
    causes: tuple[Cause, ...]


def alerts_in(store: StoreData, choice: Choice) -> list[Told]:
    """Return the alerts of a series, the gravest first, then those that concern most residents.

    Raises
    ------
    StoreReadError
        If the store cannot be read.
    """
    found = judged_in(store, choice.city, choice.series).alerts

    def read(opened: Store) -> list[Told]:
        answers = opened.rows("answer", city=choice.city)
        known = opened.rows(
            "attribution", ["from_snapshot", "to_snapshot"], to_snapshot=list(choice.snapshots)
        )
        pairs = set(known.itertuples(index=False, name=None))
        told = [
            Told(each, tuple(_answers(answers, each)), tuple(_causes(opened, pairs, choice, each)))
            for each in found
        ]
        return sorted(told, key=_order)

    return store.kept(("alerts", choice.city, choice.series), read)


def not_judged_in(store: StoreData, choice: Choice, words: Words) -> list[str]:
    """Return a heading, then what the rules could not test at the newest snapshot; empty if all was tested.

    Raises
    ------
    StoreReadError
        If the store cannot be read.
    """
    from access.warning_lines import not_judged_lines
    from access.warning_rules import shipped_rules

    day = short_day(choice.days[-1], words)
    judged = judged_in(store, choice.city, choice.series)
    return list(not_judged_lines(judged, shipped_rules(), day, words.texts))


def judged_in(store: StoreData, city: str, series: str) -> Judged:
    """Apply the rules that come with the program to a series.

    Raises
    ------
    StoreReadError
        If the store cannot be read.
    """

    def read(opened: Store) -> Judged:
        from access.warning import judge
        from access.warning_history_read import history_of
        from access.warning_rules import shipped_rules

        rules = shipped_rules()
        return judge(history_of(opened, city, rules, series), rules)

    return store.kept(("judged", city, series), read)


def cells_of_alert(told: Sequence[Told], name: str) -> tuple[str, ...]:
    """Return the cells that an alert speaks of; none of an alert that is not there."""
    return next((tuple(each.alert.cells) for each in told if each.alert.alert == name), ())


def _answers(frame: pd.DataFrame, alert: Any) -> Iterator[Mapping[str, Any]]:
    here = frame[frame["alert"] == alert.alert].sort_values("answered_on", kind="stable")
    yield from ({str(name): value for name, value in row.items()} for row in here.to_dict("records"))


def _causes(opened: Store, pairs: Collection[tuple[str, str]], choice: Choice, alert: Any) -> Iterator[Cause]:
    """Return what is filed of the very number of an alert, from its reference to where it began."""
    from access.attribution import filed_attributions
    from access.warning_report import explained_by

    ends, key = (alert.reference_snapshot, alert.since_snapshot), explained_by(alert)
    if key is None or ends not in pairs:
        return
    for found in filed_attributions(opened, *ends):
        if found.key == key:
            yield Cause(found, choice.day_of(ends[0]))


def _order(told: Told) -> tuple[Any, ...]:
    alert = told.alert
    state = STATES.index(alert.state) if alert.state in STATES else len(STATES)
    people = float(alert.residents or 0.0)
    return state, -people, str(alert.since), alert.alert
