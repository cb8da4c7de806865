"""What a quarter's bulletin tells: which numbers moved, which alerts hold, what was promised, what was seen.

Decisions
---------
- The newest snapshot of the quarter is held against the newest one before it, of the same series. Where
  either is missing nothing is said to have moved. What counts as a move: ``access.bulletin_moved``.
- A quarter that has not begun, of which the store has nothing either, has no bulletin.
- Alerts are those that were known at the end of the quarter; those that began in it come first.
- Notes are those that are shown, of a day in the quarter or, without a day, handed in during it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from access.bulletin_moved import RIGHT, Least, Moved, least_of, moved_numbers
from access.errors import InputDataError
from access.notes import newest_first
from access.observatory_store import Store
from access.warning import Alert, judge
from access.warning_history import History, Key
from access.warning_history_read import history_of
from access.warning_rules import Rules, shipped_rules

DUE_WITHIN_DAYS = 92
"""A promise is told so long before its day, which is about one bulletin before."""


class Quarter(NamedTuple):
    """A quarter of a year, ``number`` 1 to 4."""

    year: int
    number: int

    @property
    def first(self) -> dt.date:
        """First day."""
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> dt.date:
        """Last day."""
        following = dt.date(self.year + self.number // 4, 3 * self.number % 12 + 1, 1)
        return following - dt.timedelta(days=1)


class Answer(NamedTuple):
    """The last answer to an alert."""

    alert: str
    by_whom: str
    text: str
    action: str
    action_due: dt.date | None
    state: str


class BulletinFacts(NamedTuple):
    """All that a bulletin tells.

    Attributes
    ----------
    now, before : int or None
        Positions of both snapshots in ``history``.
    headline : Key or None
        Mean access of all residents.
    moved : tuple of Moved
        The headline of all and of the poorest tenth, then each right.
    least : Least
        What counts as a move.
    opened, ended : tuples of Alert
        Alerts that hold; and those that ended within the quarter.
    answers : dict of str to Answer
        The last answer to each of ``opened``, by alert.
    promises : tuple of Answer
        What is due by some weeks after the quarter and not told to be done, the earliest first.
    notes : DataFrame
        ``kind, attached, attached_to, happened_on, language, text``.
    """

    city: str
    quarter: Quarter
    history: History
    now: int | None
    before: int | None
    headline: Key | None
    moved: tuple[Moved, ...]
    least: Least
    opened: tuple[Alert, ...]
    ended: tuple[Alert, ...]
    answers: dict[str, Answer]
    promises: tuple[Answer, ...]
    notes: pd.DataFrame


def quarter_of(text: str) -> Quarter:
    """Read a quarter as ``2026Q1``.

    Raises
    ------
    InputDataError
        If it is written otherwise.
    """
    found = re.fullmatch(r"(\d{4})-?[QT]([1-4])", text.strip().upper())
    if found is None or not 1900 <= int(found[1]) <= 2999:
        raise InputDataError(f"--quarter {text!r}: write the year and the quarter, such as 2026Q1")
    return Quarter(int(found[1]), int(found[2]))


def facts_of(store: Store, city: str, quarter: Quarter, today: dt.date | None = None) -> BulletinFacts:
    """Return what a bulletin tells of a city.

    Parameters
    ----------
    store : Store
        Open; may be closed after.
    today : date, optional
        Without it that of the computer (UTC).

    Raises
    ------
    StoreError
        If the store has no such city.
    InputDataError
        If no snapshot lies before the end of the quarter: nothing was known then. If the quarter has not
        begun.
    """
    rules = shipped_rules()
    history = history_of(store, city, rules)
    _check_known(history, quarter, today or dt.datetime.now(tz=dt.UTC).date())
    upto = [n for n, day in enumerate(history.days) if day <= quarter.last]
    newest = upto[-1]
    now = newest if history.days[newest] >= quarter.first else None
    earlier = [n for n in upto if history.days[n] < quarter.first]
    before = earlier[-1] if earlier else None
    alerts = judge(history, rules, history.snapshots[newest]).alerts
    opened = sorted(
        (alert for alert in alerts if alert.state != "cleared"), key=lambda alert: alert.since < quarter.first
    )
    ended = tuple(alert for alert in alerts if alert.state == "cleared" and alert.last >= quarter.first)
    answers = _answers(store, city, quarter)
    headline = _headline(store, history, newest)
    return BulletinFacts(
        city=city,
        quarter=quarter,
        history=history,
        now=now,
        before=before,
        headline=headline,
        moved=tuple(_moved(history, headline, before, now, rules)),
        least=least_of(rules),
        opened=tuple(opened),
        ended=ended,
        answers={alert.alert: answers[alert.alert] for alert in opened if alert.alert in answers},
        promises=_promises(answers, quarter),
        notes=_notes(store, city, quarter),
    )


def _check_known(history: History, quarter: Quarter, today: dt.date) -> None:
    """Refuse a quarter of which nothing can be told."""
    name, days = f"--quarter {quarter.year}Q{quarter.number}", history.days
    if not days:
        raise InputDataError(f"{name}: nothing was known of {history.city} then, it has no snapshot")
    if days[0] > quarter.last:
        raise InputDataError(
            f"{name}: nothing was known of {history.city} then, its first snapshot is of {days[0]}"
        )
    if quarter.first > max(today, days[-1]):
        raise InputDataError(
            f"{name}: has not begun; the store has snapshots of {history.city} from {days[0]} to {days[-1]}"
        )


def _headline(store: Store, history: History, snapshot: int) -> Key | None:
    """Return the key of the mean access of all residents at the headline."""
    found = store.rows("snapshot", ["headline_json"], snapshot=history.snapshots[snapshot])
    told = json.loads(found["headline_json"].iloc[0] or "[]")
    for row in told if isinstance(told, list) else []:
        if row.get("indicator") == "mean_access" and row.get("group") == "all":
            cutoff = row.get("cutoff_min")
            key = Key("mean_access", row.get("service"), row.get("period"),
                      None if cutoff is None else int(cutoff), None, "all")  # fmt: skip
            return key if key in history.numbers else None
    return None


def _moved(
    history: History, headline: Key | None, before: int | None, now: int | None, rules: Rules
) -> list[Moved]:
    if before is None or now is None:
        return []
    wanted = [] if headline is None else [headline, headline._replace(group="decile_1")]
    wanted += [key for key in history.numbers if key.indicator == RIGHT and key.group == "all"]
    return moved_numbers(history, [key for key in wanted if key in history.numbers], before, now, rules)


def _answers(store: Store, city: str, quarter: Quarter) -> dict[str, Answer]:
    """Return the last answer to each alert, of those given by the end of the quarter."""
    rows = store.rows("answer", city=city)
    found: dict[str, Answer] = {}
    for row in rows.sort_values(["answered_on", "answer"], na_position="first").to_dict("records"):
        answered, due = _day(row["answered_on"]), _day(row["action_due"])
        if answered is None or answered <= quarter.last:
            by_whom, text, action, state = (
                _text(row[name]) for name in ("by_whom", "text", "action", "state")
            )
            found[str(row["alert"])] = Answer(str(row["alert"]), by_whom, text, action, due, state)
    return found


def _promises(answers: dict[str, Answer], quarter: Quarter) -> tuple[Answer, ...]:
    until = quarter.last + dt.timedelta(days=DUE_WITHIN_DAYS)
    due = [
        answer
        for answer in answers.values()
        if answer.state == "promised" and answer.action_due is not None and answer.action_due <= until
    ]
    return tuple(sorted(due, key=lambda answer: (answer.action_due or until, answer.alert)))


def _notes(store: Store, city: str, quarter: Quarter) -> pd.DataFrame:
    columns = ["note", "kind", "attached", "attached_to", "happened_on", "submitted_at", "language", "text"]
    rows = store.rows("note", columns, city=city, state="shown")
    days = [
        _day(happened) or _day(submitted)
        for happened, submitted in zip(rows["happened_on"], rows["submitted_at"], strict=True)
    ]
    within = np.array([day is not None and quarter.first <= day <= quarter.last for day in days], dtype=bool)
    return newest_first(rows[within].reset_index(drop=True))


def _day(value: Any) -> dt.date | None:
    return None if pd.isna(value) else value


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)
