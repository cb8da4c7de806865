"""One thing that may tell who somebody is, and the lists of words by which it is found."""

from __future__ import annotations

import functools
import re
import unicodedata
from importlib.resources import files
from typing import NamedTuple

import yaml

DAY_OR_TIME = re.compile(
    r"(?<![\d./-])(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}\s?[:hH]\s?\d{2}|\d{1,2}\s?h\b)"
    r"(?![./-]?\d)"
)


class Found(NamedTuple):
    """One thing found: its kind and its first letters."""

    kind: str
    beginning: str


def found_as(kind: str, text: str) -> Found:
    """Return what was found with no more than its first letters."""
    clean = " ".join(text.split())
    return Found(kind, f"{clean[:3]}…" if len(clean) > 3 else clean)


@functools.cache
def listed(name: str) -> frozenset[str]:
    """Return one list of ``data/names_of_people.yaml``."""
    source = files("access.data").joinpath("names_of_people.yaml")
    return frozenset(str(yaml.safe_load(source.read_text(encoding="utf-8"))[name]).split())


def without_accents(word: str) -> str:
    """Return a word in small letters without accents, as given names and surnames are listed."""
    low = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in low if not unicodedata.combining(c))


@functools.cache
def either_of(name: str) -> str:
    """Return a pattern of any word of a list, the longest first."""
    return "|".join(re.escape(word) for word in sorted(listed(name), key=lambda word: (-len(word), word)))
