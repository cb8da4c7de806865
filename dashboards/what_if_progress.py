"""How far a what-if question is, as a share of all its steps.

First results come first; then the base is travelled again, then the scenario; the register comes last.
"""

from __future__ import annotations

#: How much of the first results each of their steps takes, roughly, in order.
FIRST_SHARES = {
    "changes": 0.1,
    "timetable": 0.2,
    "walks": 0.25,
    "travel times": 0.55,
    "modes": 0.6,
    "measures": 0.9,
    "comparison": 1.0,
}
FIRST_SHARE, BASE_SHARE, SCENARIO_SHARE = 0.2, 0.3, 0.35
"""Of the whole; the rest is the register."""


def share_of_first(step: str) -> float:
    """Return the share that is told at a step of the first results."""
    return FIRST_SHARE * FIRST_SHARES.get(step, 0.0)


def share_of_base(done: int, total: int) -> float:
    """Return the share while the base is travelled again."""
    return FIRST_SHARE + BASE_SHARE * done / total


def share_of_scenario(done: int, total: int) -> float:
    """Return the share while the scenario is travelled again."""
    return FIRST_SHARE + BASE_SHARE + SCENARIO_SHARE * done / total


def share_of_register(done: int, total: int) -> float:
    """Return the share while the register is computed."""
    before = FIRST_SHARE + BASE_SHARE + SCENARIO_SHARE
    return before + (1 - before) * done / total
