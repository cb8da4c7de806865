"""Answers of authorities to alerts: what they say, what they promise until when, and what became of it.

An answer is filed once and never changed; a later one of another state (promised, then done) stands beside
it. It is bound to the alert, whose name stays the same whenever alerts are computed again, and is kept when
the alert is cleared or no longer found, so that what was promised can be followed up.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from access.errors import StoreError
from access.notes_check import cleaned
from access.notes_personal import personal_data
from access.observatory_read import cities_with_snapshots, series_of
from access.observatory_store import Store, reading, writing
from access.warning import Alert, alerts_of
from access.warning_rules import Rules

STATES = ("promised", "done", "refused")
LONGEST = 4000
DIRECT = ("email", "phone", "account", "plate")
"""Personal data that no answer needs; addresses of documents and names of offices may stand in one."""

FollowUp = Literal["kept", "stopped", "not_seen", "pending", "overdue", "refused", "alert_not_found"]


class Filed(NamedTuple):
    """What became of an answer; ``new`` is False where the same was filed before."""

    answer: str
    city: str
    new: bool


def answers_of(store: Store, city: str) -> pd.DataFrame:
    """Return the answers of a city, the columns of the table ``answer``, in the order of their days.

    Raises
    ------
    StoreError
        If the store has no such city.
    """
    series_of(store, city)
    found = store.rows("answer", city=city)
    return found.sort_values(["answered_on", "answer"], ignore_index=True)


def file_answer(
    location: str | Path,
    alert: str,
    *,
    by: str,
    on: dt.date,
    text: str,
    state: str,
    action: str | None = None,
    due: dt.date | None = None,
    rules: Rules | None = None,
) -> Filed:
    """File what an authority answers to an alert.

    Parameters
    ----------
    location : str or Path
        Of the store.
    alert : str
        Of any city and series of it.
    by : str
        Institution; no names of people.
    on : date
        Day of the answer.
    text, action : str
        What it says, and what was done or promised; no personal data.
    state : str
        One of ``STATES``.
    due : date, optional
        Until when it was promised.

    Raises
    ------
    StoreError
        With every problem found; nothing is stored then.
    """
    told = {"by": cleaned(by), "text": cleaned(text), "action": cleaned(action)}
    problems = _problems(told, on, due, state)
    with reading(location) as store:
        found = _find(store, alert, rules)
    if found is None:
        problems.append(f"alert {alert!r}: not in this store; `fairreach warn` lists them")
    elif on < found.since:
        problems.append(f"answered on {on}, but the alert began on {found.since}; give a later day")
    if problems or found is None:
        raise StoreError("the answer was not stored: " + "; ".join(problems))
    row = {
        "alert": alert,
        "city": found.city,
        "answered_on": on,
        "by_whom": told["by"],
        "text": told["text"],
        "action": told["action"] or None,
        "action_due": due,
        "state": state,
    }
    name = hashlib.sha256(json.dumps(row, default=str, sort_keys=True).encode()).hexdigest()[:12]
    with writing(location) as store:
        if not store.rows("answer", answer=name).empty:
            return Filed(name, found.city, new=False)
        store.add("answer", pd.DataFrame([{"answer": name, **row}]))
    return Filed(name, found.city, new=True)


def follow_up(answer: pd.Series, alert: Alert | None, newest: dt.date) -> FollowUp:
    """Say what became of an answer, as far as measured.

    ``kept``: said to be done, and the alert is cleared at a snapshot after the answer. ``stopped``: the same
    of a trend, which is cleared when it stops, not when what was lost is back. ``not_seen``: said to be done,
    but the alert still stands. ``pending`` and ``overdue``: promised, and the newest snapshot is before the
    day it was promised for, or on or after it (without a day it stays pending); a promise whose alert is
    cleared is kept.

    Parameters
    ----------
    answer : Series
        Row of ``answers_of``.
    alert : Alert or None
        None = no longer found, as when the method changed.
    newest : date
        Day of the newest snapshot.
    """
    if answer["state"] == "refused":
        return "refused"
    if alert is None:
        return "alert_not_found"
    if alert.state == "cleared" and alert.last >= answer["answered_on"]:
        return "stopped" if alert.kind == "trend" else "kept"
    if answer["state"] == "done":
        return "not_seen"
    due = answer["action_due"]
    return "overdue" if due is not None and not pd.isna(due) and newest >= due else "pending"


def _problems(told: dict[str, str], on: dt.date, due: dt.date | None, state: str) -> list[str]:
    problems = [f"{name} is empty" for name in ("by", "text") if not told[name]]
    for name, text in told.items():
        if len(text) > LONGEST:
            problems.append(f"{name} has {len(text)} characters; give at most {LONGEST}")
        kinds = sorted({one.kind for one in personal_data(text) if one.kind in DIRECT})
        if kinds:
            problems.append(f"{name} may hold personal data ({', '.join(kinds)}); leave that out")
    if state not in STATES:
        problems.append(f"state {state!r}; give one of {', '.join(STATES)}")
    if due is not None and due < on:
        problems.append(f"due on {due}, before the answer of {on}")
    return problems


def _find(store: Store, alert: str, rules: Rules | None) -> Alert | None:
    """Return an alert of any city, of its newest series first."""
    for city in cities_with_snapshots(store)["city"]:
        for series in reversed(_filled(store, str(city))):
            for one in alerts_of(store, str(city), rules, series=series):
                if one.alert == alert:
                    return one
    return None


def _filled(store: Store, city: str) -> Sequence[str]:
    known = series_of(store, city)
    return [str(name) for name in known["series"][known["snapshots"].fillna(0) > 0]]
