"""Early warning: what got worse in a city between its snapshots, for how long, where and for whom.

The rules are data (``configs/warnings.yaml``); this module applies them to a store. Nothing is written, and
the same store and rules give the same alerts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from access.observatory_store import Store
from access.warning_change import ChangeWatch, LevelWatch
from access.warning_data import DataWatch
from access.warning_episodes import Episode, NotJudged, Seen, State, Watch, walk
from access.warning_history import History
from access.warning_history_read import history_of
from access.warning_rules import (
    ChangeRule,
    DataRule,
    LevelRule,
    Rule,
    Rules,
    SegregationRule,
    TrendRule,
    ZoneRule,
    shipped_rules,
)
from access.warning_segregation import SegregationWatch
from access.warning_trend import TrendWatch
from access.warning_words import words_of
from access.warning_zones import ZoneWatch

WATCHES: Mapping[type, type] = {
    LevelRule: LevelWatch,
    ChangeRule: ChangeWatch,
    TrendRule: TrendWatch,
    ZoneRule: ZoneWatch,
    SegregationRule: SegregationWatch,
    DataRule: DataWatch,
}


class AlertPoint(NamedTuple):
    """One snapshot of an alert.

    Attributes
    ----------
    holds : bool or None
        Whether every threshold was met; None = not known.
    now : float or None
        The number, in the alert's unit.
    """

    observed_on: dt.date
    snapshot: str
    holds: bool | None
    now: float | None


@dataclass(frozen=True)
class Alert:
    """One thing that got worse.

    Attributes
    ----------
    alert : str
        Hash of city, rule, subject and the day it began: the same whenever it is computed again.
    kind : str
        level, change, trend, spatial, segregation or data.
    since, since_snapshot
        First snapshot at which it was told; what a trend is told of began before, at ``reference_snapshot``.
    held, held_snapshot
        Last one at which every threshold was met. Numbers, residents, cells and text are of it.
    last, last_snapshot
        Last one at which it was judged; where it is cleared, the one that cleared it.
    n_snapshots : int
        Snapshots at which it held and that count.
    subject : dict of str to str
        What it is about: indicator, service, period, cutoff_min, group, right, zone, zone_id, feed, fact, as
        they apply.
    residents : float or None
        Whom it concerns: who lost a right, or live where access fell, or in a zone; of the Gini index,
        which has no place, all whom it covers. None = not known (an index of segregation counts what the
        census counts, residents or households), or too few to be shown.
    cells : tuple of str
        Where; cells with too few residents to be shown are left out.
    before, now, low, high : float or None
        The number at the reference and when it last held, and the range of their difference. Of a trend:
        where its line begins, the number, and the range of the change along the line. What the number was
        later is in ``history``.
    p_value : float or None
        Of the test that began it, one-sided, before it was adjusted for the other tests; None = a count.
    text : dict of str to str
        What it says, by language; and where it does not hold any more, since when.
    reference_snapshot : str or None
        Earlier snapshot that it is compared with, or at which a trend began; None where there is none.
    """

    alert: str
    rule: str
    kind: str
    city: str
    series: str
    state: State
    since: dt.date
    since_snapshot: str
    held: dt.date
    held_snapshot: str
    last: dt.date
    last_snapshot: str
    n_snapshots: int
    subject: Mapping[str, str]
    residents: float | None
    cells: tuple[str, ...]
    before: float | None
    now: float | None
    low: float | None
    high: float | None
    p_value: float | None
    unit: str | None
    history: tuple[AlertPoint, ...]
    text: Mapping[str, str]
    reference_snapshot: str | None = None


class Judged(NamedTuple):
    """What the rules found, and what they could not test at the newest snapshot."""

    alerts: list[Alert]
    not_judged: list[NotJudged]


def alerts_of(
    store: Store,
    city: str,
    rules: Rules | None = None,
    *,
    series: str | None = None,
    until: str | None = None,
) -> list[Alert]:
    """Return the alerts of a city, open ones first, the longest first; cleared ones last.

    Parameters
    ----------
    store : Store
        Open to read.
    city : str
    rules : Rules, optional
        Without it those that come with the program.
    series : str, optional
        Without it the newest.
    until : str, optional
        A snapshot: only it and earlier ones are seen, as if no later one were filed.

    Raises
    ------
    StoreError
        If the store has no such city, series or snapshot.
    """
    given = rules or shipped_rules()
    return judge(history_of(store, city, given, series), given, until).alerts


def judge(history: History, rules: Rules, until: str | None = None) -> Judged:
    """Apply rules to a history that was read once; ``until`` as ``alerts_of``."""
    seen = history.upto(until)
    kinds = [*WATCHES]  # a trend asks what level and change have told at the same snapshot
    ordered = sorted(rules.rules, key=lambda rule: kinds.index(type(rule)))
    watches: list[Watch] = [WATCHES[type(rule)](rule, history, rules) for rule in ordered]
    episodes, not_judged = walk(watches, history.days[:seen], rules.counting, rules.false_discovery_rate)
    alerts = [_alert(episode, history, rules) for episode in episodes]
    order = {rule.name: number for number, rule in enumerate(rules.rules)}
    rank = {"entrenched": 0, "warning": 1, "notice": 2, "cleared": 3}
    alerts.sort(key=lambda alert: (rank[alert.state], alert.since, order[alert.rule], alert.alert))
    return Judged(alerts, [one for one in not_judged if one.snapshot == seen - 1])


def alert_id(city: str, rule: Rule, subject: Mapping[str, str], since: dt.date) -> str:
    """Return what an alert is known by: 12 hexadecimal digits."""
    told = json.dumps([city, rule.name, sorted(subject.items()), since.isoformat()])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _alert(episode: Episode, history: History, rules: Rules) -> Alert:
    last = max(snapshot for snapshot, status, _ in episode.track if status != "unknown")
    held, seen = episode.held
    since = history.days[episode.since]
    return Alert(
        alert=alert_id(history.city, episode.rule, episode.subject, since),
        rule=episode.rule.name,
        kind=episode.rule.kind,
        city=history.city,
        series=history.series,
        state=episode.state(rules.counting),
        since=since,
        since_snapshot=history.snapshots[episode.since],
        held=history.days[held],
        held_snapshot=history.snapshots[held],
        last=history.days[last],
        last_snapshot=history.snapshots[last],
        n_snapshots=episode.n_snapshots,
        subject=dict(episode.subject),
        residents=_shown(seen, history.minimum),
        cells=tuple(history.cells[cell] for cell in seen.cells),
        before=seen.before,
        now=seen.now,
        low=seen.low,
        high=seen.high,
        p_value=episode.p_value,
        unit=seen.unit,
        history=tuple(
            AlertPoint(
                history.days[snapshot],
                history.snapshots[snapshot],
                None if status == "unknown" else status == "holds",
                one.now,
            )
            for snapshot, status, one in episode.track
        ),
        text=words_of(episode, history, rules.counting),
        reference_snapshot=None if episode.reference is None else history.snapshots[episode.reference],
    )


def _shown(seen: Seen, minimum: float) -> float | None:
    """Return the residents concerned as whole people; None where they are too few to be shown."""
    if seen.residents is None or seen.residents < minimum:
        return None
    return float(round(seen.residents))
