"""Replays a history: what would have been said when, and, where the truth is known, how well that was.

At every snapshot the rules see what had been filed by then and nothing later. Delay counts in snapshots from
the first that shows a harm, which is 1: a harm that is said at once has delay 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from access.backtest_truth import Planted, Sign, Truth
from access.observatory_store import Store

if TYPE_CHECKING:
    from access.warning import Alert
    from access.warning_rules import Rules

OPEN_STATES = ("notice", "warning", "entrenched")


@dataclass(frozen=True)
class Said:
    """One alert in the replay.

    Attributes
    ----------
    alert : Alert
        As it stood when it was first said.
    at : int
        Number of the snapshot at which it was first said.
    states : mapping of int to str
        State at every snapshot from then on.
    """

    alert: Alert
    at: int
    states: Mapping[int, str]

    def first(self, *states: str) -> int | None:
        """Return the first snapshot with one of these states."""
        return next((number for number, state in sorted(self.states.items()) if state in states), None)


@dataclass(frozen=True)
class BackTest:
    """What a replay found.

    Attributes
    ----------
    days : list of date
        Of the snapshots.
    rules : list of str
        Names of the rules that were applied.
    said : list of Said
        Every alert, in the order in which they were first said.
    planted : DataFrame
        One row for each thing planted: ``id``, ``effect``, ``begins``, ``said_on``, ``delay`` (snapshots, 1 =
        the first that counts; null = never), ``after`` (the same from the first that shows it),
        ``warned_delay`` (until a warning), ``found`` (boolean: within the snapshots asked for; of something
        good: everything it clears was cleared), ``alerts``, ``rules``.
        Without a truth it is empty.
    false_alarms : DataFrame
        Alerts first said in a stretch of noise: ``day``, ``rule``, ``kind``, ``state`` (highest ever),
        ``subject``, ``text_en``, ``text_fr``.
    beside : DataFrame
        The same of alerts that fit nothing planted outside of such stretches.
    noise_snapshots : int
        Snapshots in stretches of noise.
    """

    days: list[date]
    rules: list[str]
    said: list[Said]
    planted: pd.DataFrame
    false_alarms: pd.DataFrame
    beside: pd.DataFrame
    noise_snapshots: int
    truth: Truth | None = field(repr=False, default=None)

    @property
    def snapshot_rules(self) -> int:
        """How often a rule was applied to a snapshot of noise."""
        return self.noise_snapshots * len(self.rules)

    @property
    def false_per_50(self) -> float | None:
        """False alarms in fifty applications of a rule to a snapshot of noise; None without any."""
        return 50 * len(self.false_alarms) / self.snapshot_rules if self.snapshot_rules else None

    @property
    def said_table(self) -> pd.DataFrame:
        """Every alert, with the columns of ``false_alarms``."""
        return _table(self.said, self.days)

    @property
    def misses(self) -> list[str]:
        """Harms that were never said, or too late."""
        if self.planted.empty:
            return []
        lacking = self.planted[(self.planted["effect"] == "harm") & ~self.planted["found"].astype(bool)]
        return list(lacking["id"])


def back_test(
    store: Store,
    city: str,
    truth: Truth | None = None,
    *,
    rules: Rules | None = None,
    series: str | None = None,
) -> BackTest:
    """Replay the history of a city, snapshot by snapshot.

    Parameters
    ----------
    store : Store
        Open to read.
    city : str
        Short name.
    truth : Truth, optional
        What is known to have happened; without it only what would have been said is told.
    rules : Rules, optional
        Default the shipped ones.
    series : str, optional
        Default the newest.

    Raises
    ------
    StoreError
        If the store has no such city or series.
    """
    from access.warning import judge
    from access.warning_history import history_of
    from access.warning_rules import shipped_rules

    applied = rules if rules is not None else shipped_rules()
    history = history_of(store, city, applied, series)
    seen = [judge(history, applied, snapshot).alerts for snapshot in history.snapshots]
    return judged(history.days, seen, [rule.name for rule in applied.rules], truth)


def judged(
    days: Sequence[date], seen: Sequence[Sequence[Alert]], rules: Sequence[str], truth: Truth | None
) -> BackTest:
    """Hold what was said at each snapshot against what happened.

    Parameters
    ----------
    days : sequence of date
        Of the snapshots, in order.
    seen : sequence of sequence of Alert
        What was said at each, cleared alerts included.
    """
    said = _said(seen)
    matched: dict[str, list[Said]] = {}
    if truth is not None:
        matched = {each.id: [one for one in said if _fits(one, each, truth, days)] for each in truth.planted}
    explained = {one.alert.alert for found in matched.values() for one in found}
    loose = [one for one in said if one.alert.alert not in explained] if truth is not None else []
    noisy = [number for number, day in enumerate(days) if truth is not None and _in_noise(day, truth)]
    return BackTest(
        days=list(days),
        rules=list(rules),
        said=said,
        planted=_planted_table(truth, matched, days),
        false_alarms=_table([one for one in loose if one.at in noisy], days),
        beside=_table([one for one in loose if one.at not in noisy], days),
        noise_snapshots=len(noisy),
        truth=truth,
    )


def _said(seen: Sequence[Sequence[Alert]]) -> list[Said]:
    """Return every alert with its states over the replay, from the snapshot on at which it was open first."""
    first: dict[str, tuple[Alert, int]] = {}
    states: dict[str, dict[int, str]] = {}
    for number, alerts in enumerate(seen):
        for alert in alerts:
            if alert.alert not in first:
                if alert.state not in OPEN_STATES:
                    continue
                first[alert.alert] = (alert, number)
            states.setdefault(alert.alert, {})[number] = alert.state
    return [Said(alert, at, states[name]) for name, (alert, at) in first.items()]


def _fits(said: Said, planted: Planted, truth: Truth, days: Sequence[date]) -> bool:
    """Say whether an alert is a consequence of something planted."""
    shown = [number for number, day in enumerate(days) if day >= planted.begins]
    if not shown or said.at < shown[0]:
        return False
    end = max(planted.counts_from or planted.begins, planted.lasts_until or planted.begins)
    last = max((number for number, day in enumerate(days) if day <= end), default=shown[0])
    if said.at >= last + truth.settles_snapshots:
        return False
    return any(_is_as(said.alert, sign) for sign in planted.found_by)


def _is_as(alert: Alert, sign: Sign) -> bool:
    if alert.kind != sign.kind or (sign.rule is not None and alert.rule != sign.rule):
        return False
    return all(alert.subject.get(name) == value for name, value in sign.subject.items())


def _in_noise(day: date, truth: Truth) -> bool:
    return any(first <= day <= last for first, last in truth.noise)


def _planted_table(
    truth: Truth | None, matched: Mapping[str, Sequence[Said]], days: Sequence[date]
) -> pd.DataFrame:
    columns = [
        "id",
        "effect",
        "begins",
        "said_on",
        "delay",
        "after",
        "warned_delay",
        "found",
        "alerts",
        "rules",
    ]
    rows = []
    for each in truth.planted if truth is not None else ():
        begins = next((n for n, day in enumerate(days) if day >= (each.counts_from or each.begins)), None)
        if begins is None:
            continue  # the history ends before
        showing = next(n for n, day in enumerate(days) if day >= each.begins)
        delays: list[int | None]
        if each.effect == "good":
            found = [one for name in each.clears for one in matched.get(name, ())]
            delays = _clearing(found, begins)
            warned = None
        else:
            found = list(matched[each.id])
            delays = [max(1, one.at - begins + 1) for one in found]  # what is said early counts as at once
            reached = [one.first("warning", "entrenched") for one in found]
            warned = min((max(1, at - begins + 1) for at in reached if at is not None), default=None)
        plain = [number for number in delays if number is not None]
        if each.effect == "good":
            cleared = len(plain) == len(delays)
            delay = max(plain, default=None) if cleared else None
        else:
            cleared = False
            delay = min(plain, default=None)
        timely = delay is not None and truth is not None and delay <= truth.within_snapshots
        rows.append({
            "id": each.id, "effect": each.effect, "begins": each.begins,
            "said_on": days[begins + delay - 1] if delay is not None else None,
            "delay": delay, "after": _after(found, showing) if each.effect == "harm" else delay,
            "warned_delay": warned,
            "found": cleared if each.effect == "good" else timely,
            "alerts": len(found), "rules": ", ".join(sorted({one.alert.rule for one in found})),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype(
        dict.fromkeys(("delay", "after", "warned_delay"), "Int64")
    )


def _after(found: Sequence[Said], showing: int) -> int | None:
    return min((one.at - showing + 1 for one in found), default=None)


def _clearing(found: Sequence[Said], begins: int) -> list[int | None]:
    """Return after how many snapshots each alert that stood before was cleared; None = it still stands."""
    standing = [one for one in found if one.states.get(begins - 1) in OPEN_STATES]
    delays: list[int | None] = []
    for one in standing:
        after = [n for n, state in sorted(one.states.items()) if n >= begins and state == "cleared"]
        delays.append(after[0] - begins + 1 if after else None)
    return delays


def _table(said: Sequence[Said], days: Sequence[date]) -> pd.DataFrame:
    columns = ["day", "rule", "kind", "state", "subject", "text_en", "text_fr"]
    rows = [
        {
            "day": days[one.at],
            "rule": one.alert.rule,
            "kind": one.alert.kind,
            "state": max(
                (state for state in one.states.values() if state in OPEN_STATES), key=OPEN_STATES.index
            ),
            "subject": ", ".join(f"{name}={value}" for name, value in one.alert.subject.items()),
            "text_en": one.alert.text.get("en", ""),
            "text_fr": one.alert.text.get("fr", ""),
        }
        for one in said
    ]
    return pd.DataFrame(rows, columns=columns)
