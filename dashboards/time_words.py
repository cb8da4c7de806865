"""Days of snapshots in words."""

from __future__ import annotations

from typing import Any

from dashboards.words import Words


def short_day(day: Any, words: Words) -> str:
    """Write a day without its day of the week: ``15 May 2019``; "no data" where there is none."""
    told = words.texts.day(day if day is None or hasattr(day, "year") else str(day))
    weekday, _, rest = told.partition(" ")
    return rest if rest[:1].isdigit() and weekday.isalpha() else told
