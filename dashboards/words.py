"""Words and numbers of the app in every language: one file a language, ``texts/<language>.yaml``.

A language is there because its file is: adding a third one is adding a file. Words of results (sections of
evidence, names of indicators) come from ``access.texts``; a language that it does not have is told them in
English.
"""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import Any

import yaml

from access.texts import LANGUAGES as RESULT_LANGUAGES
from access.texts import Texts, flatten, french_spaces

DEFAULT_LANGUAGE = "en"


class Words:
    """The words of one language.

    Parameters
    ----------
    language : str
        One of ``languages()``.

    Attributes
    ----------
    texts : access.texts.Texts
        Words of results, and how the language writes numbers, shares, dates and times of day.

    Raises
    ------
    ValueError
        For another language.
    """

    def __init__(self, language: str) -> None:
        if language not in languages():
            raise ValueError(f"language {language!r}: no texts; choose from {', '.join(languages())}")
        self.language = language
        self.texts = Texts(language if language in RESULT_LANGUAGES else DEFAULT_LANGUAGE)
        self._words = words_of(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return the text at a dotted key, its ``{placeholders}`` filled; KeyError for an unknown key."""
        text = self._words[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Say whether the key exists."""
        return key in self._words

    def number(self, value: float | None, decimals: int = 0) -> str:
        """Write a number; None or NaN is "no data", infinity "not reached"."""
        return self.texts.number(value, decimals)

    def percent(self, share: float | None) -> str:
        """Write a share (0 to 1) in percent."""
        return self.texts.percent(share)

    def label(self, value: object, fallback: str = "") -> str:
        """Pick this language's text from ``{"en": ..., "fr": ...}``."""
        return self.texts.label(value, fallback)

    def plural(self, key: str, n: float, **values: object) -> str:
        """Text at ``key.one`` or ``key.other``; French uses the singular for 0 too."""
        one = round(n) in (0, 1) if self.language == "fr" else round(n) == 1
        return self(f"{key}.{'one' if one else 'other'}", n=self.number(n), **values)


@functools.cache
def languages() -> tuple[str, ...]:
    """Return every language there is a file for, English first."""
    found = {file.name.partition(".")[0] for file in _files()}
    return (DEFAULT_LANGUAGE, *sorted(found - {DEFAULT_LANGUAGE}))


@functools.cache
def words(language: str) -> Words:
    """Return the words of a language, read once."""
    return Words(language)


@functools.cache
def words_of(language: str) -> dict[str, str]:
    """Return all texts of a language by dotted key."""
    found: dict[str, str] = {}
    for file in _files():
        if file.name.partition(".")[0] == language:
            tree = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
            found |= dict(flatten(tree))
    return {key: french_spaces(text) for key, text in found.items()} if language == "fr" else found


def _files() -> list[Any]:
    folder = files("dashboards").joinpath("texts")
    return sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda f: f.name)
