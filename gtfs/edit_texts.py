"""Sentences of match reports in both languages: what happened, how often and to what."""

from __future__ import annotations

from collections.abc import Sequence

from gtfs.match import counted, quoted

Text = dict[str, str]
"""A sentence: ``{"en": ..., "fr": ...}``."""

Nouns = tuple[str, str, str, str]
"""Singular and plural, English then French."""


def told(en: str, fr: str, kind: str, ids: Sequence[str]) -> Text:
    """Return "removed, fewer than two stops left: 2 trips ('t1', 't2')"; kind is a key of ``match.NOUNS``."""
    return {
        "en": f"{en}: {counted(kind, len(ids), 'en')} ({quoted(ids)})",
        "fr": f"{fr} : {counted(kind, len(ids), 'fr')} ({quoted(ids)})",
    }


def number_of(n: int, nouns: Nouns) -> Text:
    """Return "1 shape drawn anew", "2 tracés redessinés"."""
    return {
        "en": f"{n} {nouns[0] if n == 1 else nouns[1]}",
        "fr": f"{n} {nouns[2] if n < 2 else nouns[3]}",
    }
