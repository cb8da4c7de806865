"""What a folder that was begun does not share with a run that would go on with it, in lines for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from access.search_fingerprint import differences

COMPARED = {"result": "result", "program": "program", "options": "option", "inputs": "input"}
"""Parts of a manifest that a continued run must share with the one begun, and what to call one entry."""
MADE_WITH = "made_with"
"""Part of a manifest with the options that its inputs were made with; it only explains what differs."""
EXPLAINED_BY = {
    "columns": {"percentiles"},
    "departure_start_s": {"departure_start", "arrival_start"},
    "arrive_by": {"departure_start", "arrival_start"},
}
"""Entries that need not be told where one of these options has changed; so are entries of the same name."""


def manifest_differences(begun: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say in lines what a folder that was begun does not share with a run that would continue it.

    Options that the inputs were made with come first; on their own they are no difference.
    """
    found = {
        (kind, name): line
        for part, kind in COMPARED.items()
        for name, line in differences(begun.get(part, {}), now[part]).items()
    }
    before, after = begun.get(MADE_WITH) or {}, now.get(MADE_WITH) or {}
    changed = [name for name in before if name in after and before[name] != after[name]] if found else []
    lines = [f"{name}: {_told_value(before[name])}, now {_told_value(after[name])}" for name in changed]
    explained = {(kind, name) for kind, name in found if {name, *EXPLAINED_BY.get(name, ())} & set(changed)}
    return lines + [f"{kind} {line}" for (kind, name), line in found.items() if (kind, name) not in explained]


def _told_value(value: object) -> str:
    if isinstance(value, list):
        return " and ".join(map(str, value))
    return "none" if value is None else str(value)
