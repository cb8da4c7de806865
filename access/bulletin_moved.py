"""Which numbers of a bulletin got better or worse: by the same yardstick as the warnings.

Decisions
---------
- The newest snapshot of the quarter is held against the newest one before the quarter. A warning takes the
  median of three, so that an alert that lasts is not begun by one odd snapshot; a bulletin tells of one
  quarter, and the median of three would tell the same step in two bulletins. Slow change is for the warnings.
- A number moved if all of this holds: it moved by the least change of the rules; the range of the difference
  lies on one side of 0; and the chance of such a move, up or down, where nothing happened, adjusted for all
  numbers of the bulletin (Benjamini and Hochberg 1995), is at most the rate of the rules. The chance counts
  what the number does between snapshots anyway (``noise`` of ``configs/warnings.yaml``).
- A right must moreover be gained or lost by as many residents as the rule on rights asks for.
- All else is told as about the same; without draws or data it is not known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from access.hot_spots import benjamini_hochberg
from access.observatory_differences import Difference
from access.warning_change import p_of, told_apart
from access.warning_history import History, Key
from access.warning_places import at_least
from access.warning_rules import ChangeRule, LevelRule, Rules

Way = Literal["better", "worse", "same", "unknown"]
RIGHT = "right_residents"


class Moved(NamedTuple):
    """One number at both snapshots; NaN = no data or hidden, ``low`` and ``high`` None = not known."""

    key: Key
    before: float
    now: float
    low: float | None
    high: float | None
    way: Way


class Least(NamedTuple):
    """What counts as a move.

    Attributes
    ----------
    change : float
        Share of the number before.
    residents, share : float
        Who must gain or lose a right: a number, and a share of those judged; the larger counts.
    """

    change: float
    residents: float
    share: float


def least_of(rules: Rules) -> Least:
    """Return the least change of the rules; of several the smallest, 0 where no rule sets one."""
    changes = [rule.least_change for rule in rules.rules if isinstance(rule, ChangeRule)]
    levels = [rule for rule in rules.rules if isinstance(rule, LevelRule)]
    return Least(
        min(changes, default=0.0),
        min((rule.least_residents for rule in levels), default=0.0),
        min((rule.least_share for rule in levels), default=0.0),
    )


def moved_numbers(history: History, keys: Sequence[Key], before: int, now: int, rules: Rules) -> list[Moved]:
    """Return what each number did between two snapshots, all judged together.

    Parameters
    ----------
    keys : sequence of Key
        The numbers of one bulletin, each in ``history.numbers``.
    before, now : int
        Positions of the snapshots in ``history``.
    """
    differences = [_difference(history, key, before, now) for key in keys]
    chances = [
        math.nan if moved is None else _two_sided(moved, history.numbers[key].value, before, rules)
        for key, moved in zip(keys, differences, strict=True)
    ]
    significant = benjamini_hochberg(np.array(chances, dtype=np.float64)) <= rules.false_discovery_rate
    return [
        _moved(history, key, before, now, moved, bool(sure), least_of(rules))
        for key, moved, sure in zip(keys, differences, significant, strict=True)
    ]


def _difference(history: History, key: Key, before: int, now: int) -> Difference | None:
    values = history.numbers[key].value
    known = not (math.isnan(values[before]) or math.isnan(values[now]))
    return history.difference(key, before, now) if known else None


def _two_sided(moved: Difference, values: np.ndarray, before: int, rules: Rules) -> float:
    """Return the chance of a move at least as far either way."""
    return min(1.0, 2 * min(p_of(moved, values, before, way, rules) for way in ("higher", "lower")))


def _moved(
    history: History, key: Key, before: int, now: int, moved: Difference | None, sure: bool, least: Least
) -> Moved:
    values = history.numbers[key].value
    first, second = float(values[before]), float(values[now])
    if moved is None:
        return Moved(key, first, second, None, None, "unknown")
    way: Way = "same"
    up = second > first
    if sure and _large(history, key, before, now, least) and told_apart(moved, "higher" if up else "lower"):
        way = "worse" if up == (key.indicator == RIGHT) else "better"
    return Moved(key, first, second, moved.low, moved.high, way)


def _large(history: History, key: Key, before: int, now: int, least: Least) -> bool:
    """Say whether a move is as large as the rules ask for; one from 0 has no share and is large enough."""
    number = history.numbers[key]
    size = abs(float(number.value[now] - number.value[before]))
    if key.indicator == RIGHT and size < at_least(least.residents, least.share, float(number.covered[now])):
        return False
    return size > 0 and size >= least.change * abs(float(number.value[before]))
