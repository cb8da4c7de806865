"""Modifications of one scenario that contradict each other, found without looking into the feeds."""

from __future__ import annotations

from collections.abc import Sequence

from gtfs.modifications import Modification

Meant = tuple[int, str, Modification]
"""Number in the file, name of the feed, modification."""


def contradictions(meant: Sequence[Meant]) -> list[str]:
    """Say what contradicts what, one text a pair; none where all agree."""
    return []
