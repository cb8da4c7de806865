"""What a replay said, and the tables of a back-test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from access.backtest_truth import Planted, Truth

if TYPE_CHECKING:
    from access.warning import Alert

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

    @property
    def highest(self) -> str:
        """Highest state that it ever reached."""
        return max((state for state in self.states.values() if state in OPEN_STATES), key=OPEN_STATES.index)

    def first(self, *states: str) -> int | None:
        """Return the first snapshot with one of these states."""
        return next((number for number, state in sorted(self.states.items()) if state in states), None)


PLANTED_COLUMNS = [
    "id",
    "effect",
    "begins",
    "said_on",
    "delay",
    "warned_delay",
    "within",
    "found",
    "alerts",
    "standing",
    "rules",
]
ALERT_COLUMNS = ["day", "rule", "kind", "state", "subject", "text_en", "text_fr"]
WHOLE_NUMBERS = ("delay", "warned_delay", "within", "standing")


def planted_table(
    truth: Truth | None,
    matched: Mapping[str, Sequence[Said]],
    brought: Mapping[str, Sequence[Said]],
    days: Sequence[date],
) -> pd.DataFrame:
    """Return one row for each thing planted within the history, as ``BackTest.planted``.

    Parameters
    ----------
    matched, brought : mapping of str to sequence of Said
        Alerts that find each, and these with all that came of it.
    days : sequence of date
        Of the snapshots.
    """
    rows: list[dict[str, Any]] = []
    for each in truth.planted if truth is not None else ():
        shows = next((n for n, day in enumerate(days) if day >= each.begins), None)
        if shows is None or truth is None:
            continue  # the history ends before
        if each.effect == "good":
            told = _good(each, brought, shows, truth.settles_snapshots)
        else:
            told = _harm(matched[each.id], shows, each.within_snapshots or truth.within_snapshots)
        said_on = None if told["delay"] is None else days[shows + told["delay"] - 1]
        rows.append({"id": each.id, "effect": each.effect, "begins": each.begins, "said_on": said_on, **told})
    return pd.DataFrame(rows, columns=PLANTED_COLUMNS).astype(dict.fromkeys(WHOLE_NUMBERS, "Int64"))


def _harm(found: Sequence[Said], shows: int, within: int) -> dict[str, Any]:
    """Return when a harm was said, counted from the first snapshot that shows it."""
    warned = [at for at in (one.first("warning", "entrenched") for one in found) if at is not None]
    delay = min((one.at - shows + 1 for one in found), default=None)
    return {
        "delay": delay,
        "warned_delay": min((at - shows + 1 for at in warned), default=None),
        "within": within,
        "found": delay is not None and delay <= within,
        "alerts": len(found),
        "rules": _rules(found),
    }


def _good(planted: Planted, brought: Mapping[str, Sequence[Said]], shows: int, within: int) -> dict[str, Any]:
    """Return what something good cleared of the alerts that stood before it."""
    found = [one for name in planted.clears for one in brought.get(name, ())]
    standing = [one for one in found if one.states.get(shows - 1) in OPEN_STATES]
    delays = [_cleared_after(one, shows) for one in standing]
    delay = half_cleared(delays)
    return {
        "delay": delay,
        "within": within,
        "found": delay is not None and delay <= within,
        "alerts": len(standing),
        "standing": delays.count(None),
        "rules": _rules(standing),
    }


def _cleared_after(said: Said, shows: int) -> int | None:
    """Return after how many snapshots an alert was cleared, None = never."""
    return next((n - shows + 1 for n, state in sorted(said.states.items())
                 if n >= shows and state == "cleared"), None)  # fmt: skip


def half_cleared(delays: Sequence[int | None]) -> int | None:
    """Return after how many snapshots at least half were cleared; None = never, or there is none."""
    cleared = sorted(number for number in delays if number is not None)
    needed = (len(delays) + 1) // 2
    return cleared[needed - 1] if needed and len(cleared) >= needed else None


def _rules(said: Sequence[Said]) -> str:
    return ", ".join(sorted({one.alert.rule for one in said}))


def alert_table(said: Sequence[Said], days: Sequence[date]) -> pd.DataFrame:
    """Return one row for each alert, as ``BackTest.false_alarms``."""
    rows = [
        {
            "day": days[one.at],
            "rule": one.alert.rule,
            "kind": one.alert.kind,
            "state": one.highest,
            "subject": ", ".join(f"{name}={value}" for name, value in one.alert.subject.items()),
            "text_en": one.alert.text.get("en", ""),
            "text_fr": one.alert.text.get("fr", ""),
        }
        for one in said
    ]
    return pd.DataFrame(rows, columns=ALERT_COLUMNS)
