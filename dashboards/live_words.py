"""Places that were looked up, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.words import Words

if TYPE_CHECKING:
    from access.place_search import FoundPlace


def place_label(place: FoundPlace, words: Words) -> str:
    """Name a place as a list of results shows it: name, neighbourhood, kind, and what is to be known of it.

    Plain text; names come from the run's inputs and must be shown as text.
    """
    parts = [place.name, place.detail, words(f"live.kind.{place.kind}")]
    if place.street_only:
        parts.append(words("live.street_only"))
    if place.outside:
        parts.append(words("live.outside"))
    return " · ".join(part for part in parts if part)
