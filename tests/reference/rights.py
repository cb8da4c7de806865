"""Rights, the slow and obvious way: one cell, one mode at a time, with None for what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Known = float | None


def state_of(required: Known, reached: Sequence[Known], snapped: bool) -> str:
    """One cell: what each mode reaches there, None where that mode was not computed."""
    if not snapped:
        return "not snapped"
    if required is None:
        return "no data"
    if any(amount is not None and amount >= required for amount in reached):
        return "met"
    return "no data" if any(amount is None for amount in reached) else "unmet"


def shortfall_of(required: Known, reached: Sequence[Known], state: str) -> Known:
    if state not in ("met", "unmet") or required is None:
        return None
    best = max(amount for amount in reached if amount is not None)
    return 0.0 if state == "met" else (required - best) / required


def poverty(states: Sequence[str], gaps: Sequence[Known], people: Sequence[float]) -> Mapping[str, float]:
    covered = lacking = depth = severity = 0.0
    for state, gap, count in zip(states, gaps, people, strict=True):
        if state == "met":
            covered += count
        if state == "unmet" and gap is not None:
            covered += count
            lacking += count
            depth += count * gap
            severity += count * gap * gap
    return {"covered": covered, "lacking": lacking, "depth": depth, "severity": severity}


def basket(states_by_right: Sequence[Sequence[str]], cell: int) -> int | None:
    """Rights that one cell lacks; None where one of them has no state there."""
    here = [states[cell] for states in states_by_right]
    return here.count("unmet") if set(here) <= {"met", "unmet"} else None
