"""Words, numbers and dates of the report in English and French.

All words live in ``texts/<language>.yaml`` and ``<language>.<part>.yaml``, one key tree for all languages; a
key is written with dots (``map.legend.no_data``). Numbers follow the habits of the language: ``1,234.5`` and
``12%`` in English, ``1 234,5`` and ``12 %`` (narrow no-break spaces) in French.

Three absences keep their own words: a missing value is "no data", an infinite one is "not reached",
and 0 is the number 0.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from typing import Any

import yaml

LANGUAGES = ("en", "fr")
_NARROW_NO_BREAK_SPACE = "\u202f"
_NO_BREAK_SPACE = "\u00a0"
_MINUS = "\u2212"
_SECONDS_PER_DAY = 86_400


class Texts:
    """The words of one language, and how it writes numbers, shares, dates and times of day.

    Parameters
    ----------
    language
        ``en`` or ``fr``.

    Raises
    ------
    ValueError
        For another language.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            message = f"language {language!r}: no texts; choose from {', '.join(LANGUAGES)}"
            raise ValueError(message)
        self.language = language
        self._tree = load_tree(language)
        self._texts = dict(flatten(self._tree))
        if language == "fr":
            self._texts = {key: french_spaces(text) for key, text in self._texts.items()}

    def __call__(self, key: str, **values: object) -> str:
        """Text at a dotted key, its ``{placeholders}`` filled; KeyError for an unknown key."""
        text = self._texts[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Say whether the key exists."""
        return key in self._texts

    def plural(self, key: str, n: float, **values: object) -> str:
        """Text at ``key.one`` or ``key.other``; French uses the singular for 0 too."""
        rounded = round(n)
        one = rounded in (0, 1) if self.language == "fr" else rounded == 1
        return self(f"{key}.{'one' if one else 'other'}", n=self.number(n), **values)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """Write a number; None or NaN is "no data", infinity "not reached".

        A positive number that would be rounded to 0 is written as less than the smallest step: "< 0.01".

        Parameters
        ----------
        value
            Any number; rounded half to even.
        decimals
            Digits after the decimal mark.
        """
        if value is None or math.isnan(value):
            return self("no_data")
        if math.isinf(value):
            return self("not_reached")
        step = 10.0**-decimals
        if value > 0 and float(f"{value:.{decimals}f}") == 0:
            return f"<{_NARROW_NO_BREAK_SPACE}{self.number(step, decimals)}"
        text = f"{abs(value):,.{decimals}f}"
        if value < 0 and any(digit in "123456789" for digit in text):
            text = _MINUS + text
        if self.language == "fr":
            text = text.replace(",", _NARROW_NO_BREAK_SPACE).replace(".", ",")
        return text

    def amount(self, value: float | None) -> str:
        """Write a count of opportunities: whole from 10 on; one decimal below, two below 1."""
        if value is None or not math.isfinite(value) or value == round(value) or abs(value) >= 10:
            return self.number(value)
        return self.number(value, 1 if abs(value) >= 1 else 2)

    def percent(self, share: float | None) -> str:
        """Write a share (0 to 1) in percent; one decimal below 10 %, and never 0 % for a few."""
        if share is None or not math.isfinite(share):
            return self.number(share)
        percent = 100 * share
        sign = f"{_NARROW_NO_BREAK_SPACE}%" if self.language == "fr" else "%"
        decimals = 1 if 0 < percent < 9.95 else 0
        if 99.5 <= percent < 100:
            percent, decimals = min(percent, 99.9), 1
        return self.number(percent, decimals) + sign

    def day(self, iso_date: str | date | None) -> str:
        """Write a date (``2019-05-15``) with its day of the week; anything else comes back unchanged."""
        if iso_date is None:
            return self("no_data")
        try:
            day = iso_date if isinstance(iso_date, date) else date.fromisoformat(str(iso_date)[:10])
        except ValueError:
            return str(iso_date)
        weekday = self._tree["calendar"]["weekdays"][day.weekday()]
        month = self._tree["calendar"]["months"][day.month - 1]
        number = self("calendar.first_day") if day.day == 1 else str(day.day)
        return f"{weekday} {number} {month} {day.year}"

    def clock(self, time_s: int) -> str:
        """Write a time of day given in seconds after midnight; past 24:00 the next day is named."""
        minutes = time_s // 60
        hours, minutes = divmod(minutes, 60)
        text = self("calendar.clock", hours=hours % 24, minutes=minutes)
        return self("calendar.next_day", time=text) if time_s >= _SECONDS_PER_DAY else text

    @staticmethod
    def capital(text: str) -> str:
        """Start with a capital, and leave the rest as it is."""
        return text[:1].upper() + text[1:]

    def label(self, value: object, fallback: str = "") -> str:
        """Pick this language's text from ``{"en": ..., "fr": ...}``; a plain text stays as it is.

        A language without a text falls back on English, then on any other, then on ``fallback``.
        """
        if isinstance(value, Mapping):
            for language in (self.language, *LANGUAGES):
                if value.get(language):
                    return str(value[language])
            return fallback
        return str(value) if value else fallback


def french_spaces(text: str) -> str:
    """Put no-break spaces before ``: ; ? ! » %`` and after ``«``, where plain spaces stand."""
    return re.sub(r"(?<=«) | (?=[:;?!»%])", _NO_BREAK_SPACE, text)


@functools.cache
def load_tree(language: str) -> dict[str, Any]:
    """Read the tree of texts of one language, once; nobody may change it.

    ``<language>.yaml`` holds the words of reports; each ``<language>.<part>.yaml`` those of one part more.

    Raises
    ------
    RuntimeError
        If two files have a key in common.
    """
    tree: dict[str, Any] = {}
    for source in sorted(files("access").joinpath("texts").iterdir(), key=lambda file: file.name):
        if not source.name.startswith(f"{language}."):
            continue
        part = yaml.safe_load(source.read_text(encoding="utf-8")) or {}
        twice = sorted({*tree} & {*part})
        if twice:
            raise RuntimeError(f"texts: {', '.join(twice)} stands in {source.name} and in another file")
        tree |= part
    return tree


def flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (dotted key, text) for each leaf; items of a list are numbered from 0."""
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from flatten(value, f"{key}.")
        elif isinstance(value, list):
            yield from ((f"{key}.{i}", str(item)) for i, item in enumerate(value))
        else:
            yield key, str(value)
