"""Names and states for screen readers, as keywords of Dash's HTML components."""

from __future__ import annotations

from typing import Any


def aria(**states: str) -> dict[str, Any]:
    """Return ``aria-...`` attributes: ``html.Nav(links, **aria(label="Pages"))``."""
    return {f"aria-{name}": value for name, value in states.items()}


def in_english(*, so: bool = True) -> dict[str, Any]:
    """Return the attribute of a text that is English in every language."""
    return {"lang": "en"} if so else {}
