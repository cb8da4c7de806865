"""Who gains and who loses, cell by cell in plain loops: the slow twin of the comparison of scenarios."""

from __future__ import annotations

import math


def state(base: float, value: float, floor: float | None, better: str) -> str:
    """What happens to one cell."""
    if math.isnan(base) or math.isnan(value):
        return "no data"
    if base == value:
        return "unchanged"
    if math.isfinite(base) and math.isfinite(value) and floor is not None and not abs(value - base) > floor:
        return "within noise"
    more = value > base
    return "gain" if more == (better == "more") else "loss"


def group_change(
    base: list[float], value: list[float], floor: list[float] | None, residents: list[float], better: str
) -> dict[str, float]:
    """Sums over the residents of one group."""
    found = {
        "residents": 0.0, "gaining": 0.0, "losing": 0.0, "within_noise": 0.0, "unchanged": 0.0,
        "no_data": 0.0, "gain": 0.0, "loss": 0.0,
    }  # fmt: skip
    summed = numbered = 0.0
    names = {"gain": "gaining", "loss": "losing", "within noise": "within_noise"}
    for cell, people in enumerate(residents):
        what = state(base[cell], value[cell], floor[cell] if floor else None, better)
        found["residents"] += people
        found[names.get(what, what.replace(" ", "_"))] += people
        both_finite = math.isfinite(base[cell]) and math.isfinite(value[cell])
        if both_finite and what in ("gain", "loss"):
            found[what] += people * abs(value[cell] - base[cell])
        if both_finite or what == "unchanged":
            numbered += people
            summed += people * (value[cell] - base[cell]) if both_finite else 0.0
    found["mean_change"] = summed / numbered if numbered else math.nan
    return found


def monotone(base: list[list[int]], scenario: list[list[int]], direction: str) -> int:
    """How many pairs of one matrix moved the wrong way."""
    wrong = 0
    for row, other in zip(base, scenario, strict=True):
        for was, now in zip(row, other, strict=True):
            wrong += {"not longer": now > was, "not shorter": now < was, "equal": now != was}[direction]
    return wrong
