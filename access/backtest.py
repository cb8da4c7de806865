"""Replays a history: what would have been said when, and, where the truth is known, how well that was.

At every snapshot the rules see what had been filed by then and nothing later. Delay counts in snapshots from
the first that shows a harm, which is 1: a harm that is said at once has delay 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from access.backtest_said import OPEN_STATES, Said, alert_table, planted_table
from access.backtest_truth import Planted, Sign, Truth
from access.observatory_store import Store

if TYPE_CHECKING:
    from access.warning import Alert
    from access.warning_rules import Rules


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
        the first that shows it; null = never), ``warned_delay`` (until a warning), ``within`` (its limit),
        ``found`` (boolean: within the limit; of something good: at least half of what it ends was cleared
        while it settles),
        ``alerts`` (that fit it; of something good: that it should end), ``standing`` (of these, never
        cleared) and ``rules``. Without a truth it is empty.
    false_alarms : DataFrame
        Alerts first said in a stretch of noise, also those that fit something planted: ``day``, ``rule``,
        ``kind``, ``state`` (highest ever), ``subject``, ``text_en``, ``text_fr``.
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
        return alert_table(self.said, self.days)

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
    from access.warning_history_read import history_of
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
    brought: dict[str, list[Said]] = {}  # with what else came of it
    if truth is not None:
        for each in truth.planted:
            matched[each.id] = _fitting(said, each, each.found_by, truth, days)
            brought[each.id] = matched[each.id] + _fitting(said, each, each.consequences, truth, days)
    explained = {one.alert.alert for found in brought.values() for one in found}
    loose = [one for one in said if one.alert.alert not in explained] if truth is not None else []
    in_noise = {number for number, day in enumerate(days) if truth is not None and _in_noise(day, truth)}
    return BackTest(
        days=list(days),
        rules=list(rules),
        said=said,
        planted=planted_table(truth, matched, brought, days),
        false_alarms=alert_table([one for one in said if one.at in in_noise], days),
        beside=alert_table([one for one in loose if one.at not in in_noise], days),
        noise_snapshots=len(in_noise),
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


def _fitting(
    said: Sequence[Said], planted: Planted, signs: Sequence[Sign], truth: Truth, days: Sequence[date]
) -> list[Said]:
    """Return the alerts like one of the signs, said from its beginning until it has settled."""
    shown = [number for number, day in enumerate(days) if day >= planted.begins]
    if not shown:
        return []
    end = planted.lasts_until or planted.begins
    last = max((number for number, day in enumerate(days) if day <= end), default=shown[0])
    return [
        one
        for one in said
        if shown[0] <= one.at < last + truth.settles_snapshots
        and any(_is_as(one.alert, sign) for sign in signs)
    ]


def _is_as(alert: Alert, sign: Sign) -> bool:
    if alert.kind != sign.kind or (sign.rule is not None and alert.rule != sign.rule):
        return False
    return all(alert.subject.get(name) == value for name, value in sign.subject.items())


def _in_noise(day: date, truth: Truth) -> bool:
    return any(first <= day <= last for first, last in truth.noise)
