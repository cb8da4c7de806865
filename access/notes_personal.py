"""What in a citizen's text may tell who somebody is: such a text is refused before it is stored.

Patterns find what has a form: addresses of e-mail and of the web, telephone numbers, number plates, accounts
of social networks, long numbers, and names written as names (with a title, after "my name is", or a common
given name before a word in capitals). A name in small letters, or a rare one, passes them: that is why a
person looks at every note before it is shown. Names of the city's stops, routes and zones are no personal
data, nor are those of streets and places (``avenue Victor Hugo``).
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import NamedTuple

import yaml

KINDS = ("email", "address", "phone", "long_number", "plate", "account", "name")


class Found(NamedTuple):
    """One thing found: its kind, one of ``KINDS``, and its first letters."""

    kind: str
    beginning: str


_ENDINGS = (
    "com|org|net|info|edu|gov|eu|fr|uk|de|es|pt|br|ch|ca|us|nl|pl|ro|ma|tn|dz|sn|ci|mx|ar|cl|io|app|dev|page|"
    "site|online|link|gle|ly|gl"
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
_WORD = rf"{_CAPITAL}[\w'’-]+"

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "email",
        re.compile(
            r"[\w.+-]+\s*(?:@|[(\[{]\s*(?:at|a|arobase)\s*[)\]}]|\sarobase\s)\s*[\w-]+\s*"
            r"(?:\.|[(\[{]\s*(?:dot|point)\s*[)\]}]|\s(?:dot|point)\s)\s*[a-z]{2,}"
            r"|\w\sat\s[\w-]+\sdot\s[a-z]{2,}",
            re.IGNORECASE,
        ),
    ),
    (
        "address",
        re.compile(
            rf"(?:https?|ftp)\s*:\s*/\s*/|\bwww\.|\b[\w-]+\.(?:{_ENDINGS})\b|\b[\w-]+\.[a-z]{{2,}}/\w|"
            r"\b(?:mailto|javascript|tel|sms):\S|\bdata:\w+/",
            re.IGNORECASE,
        ),
    ),
    (
        "account",
        re.compile(
            r"(?<![\w.])@\w[\w.]{2,}"
            r"|\b(?:insta(?:gram)?|twitter|tiktok|snap(?:chat)?|facebook|fb|telegram|whatsapp|linkedin|mastodon"
            r"|bluesky)\s*:?\s*[@/:]\s*\w+",
            re.IGNORECASE,
        ),
    ),
    (
        "plate",
        re.compile(
            r"\b[A-Za-z]{2}[- ]\d{3}[- ][A-Za-z]{2}\b"  # France, Italy
            r"|\b\d{1,4} ?(?!AM|PM|BUS|TER|RER|KM)[A-Z]{2,3} ?(?:\d{2}|2[AB])\b"  # France until 2009
            r"|\b[A-Z]{2}\d{2} ?[A-Z]{3}\b"  # United Kingdom
            r"|\b[A-Z]{3}[- ]?\d[A-Z0-9]\d{2}\b"  # Brazil
            r"|\b(?!BUS|TER|RER)[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2} ?\d{1,4}[EH]?\b(?<=\d{3}.|.\d{3})"  # Germany
            r"|\b\d{4} ?[B-DF-HJ-NP-TV-Z]{3}\b"  # Spain
        ),
    ),
)  # fmt: skip
_DAY_OR_TIME = re.compile(
    r"(?<![\d./-])(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}\s?[:hH]\s?\d{2}|\d{1,2}\s?h\b)"
    r"(?![./-]?\d)"
)
_NUMBER = re.compile(r"[+(]?\d(?:[\s./()\u2010-\u2015-]{0,3}\d)+")
_FEWEST_DIGITS, _MOST_OF_PHONE = 8, 15

_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|mister|madam|mme|mmes|mlle|monsieur|madame|mademoiselle|mm?(?=\.)|"
    rf"sr|sra|senhora?|señora?|herr|frau)\b\.?\s+(?-i:{_WORD})",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:my name is|my name's|je m['’]appelle|mon nom est|(?:is|was) called|named|nommée?|s['’]appelle|"
    rf"prénommée?|signed|signée?|me chamo|meu nome é|me llamo)\s*:?\s+(?-i:{_WORD})"
    r"|(?:^|[.;,\n]\s*)(?:name|surname|nom|prénom|nome)\s*:\s*\w+",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")


def personal_data(text: str, places: Iterable[str] = ()) -> list[Found]:
    """Return what may tell who somebody is, each kind once.

    Parameters
    ----------
    text : str
        As a citizen wrote it.
    places : iterable of str
        Names of stops, routes, zones and quarters, which are not looked at.
    """
    plain = _plain(text)
    found = [Found(kind, _begin(hit[0])) for kind, form in _FORMS if (hit := form.search(plain))]
    found += _numbers(plain)
    found += _names(_without_places(plain, places))
    kinds: dict[str, Found] = {}
    for each in found:
        kinds.setdefault(each.kind, each)
    return list(kinds.values())


@functools.cache
def _listed(name: str) -> frozenset[str]:
    """Return one list of ``data/names_of_people.yaml``."""
    source = files("access.data").joinpath("names_of_people.yaml")
    return frozenset(str(yaml.safe_load(source.read_text(encoding="utf-8"))[name]).split())


def _plain(text: str) -> str:
    """Return the text with wide and styled letters as usual ones and without invisible ones."""
    usual = unicodedata.normalize("NFKC", text)
    return "".join(c for c in usual if unicodedata.category(c) != "Cf")


def _begin(text: str) -> str:
    clean = " ".join(text.split())
    return f"{clean[:3]}…" if len(clean) > 3 else clean


def _numbers(text: str) -> Iterator[Found]:
    """Find runs of digits as long as a telephone number or longer, days and times of day left out."""
    for hit in _NUMBER.finditer(_DAY_OR_TIME.sub(" , ", text)):
        digits = sum(c.isdigit() for c in hit[0])
        if digits > _MOST_OF_PHONE:
            yield Found("long_number", _begin(hit[0]))
        elif digits >= _FEWEST_DIGITS:
            yield Found("phone", _begin(hit[0]))


def _without_places(text: str, places: Iterable[str]) -> str:
    """Blank the names of places, the longest first; a name of one short word stays."""
    low = text.casefold()
    if len(low) != len(text):
        return text
    for name in sorted({" ".join(place.split()).casefold() for place in places}, key=len, reverse=True):
        if len(name) < 5 or name not in low:
            continue
        for hit in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", low):
            low = low[: hit.start()] + "·" * (hit.end() - hit.start()) + low[hit.end() :]
    return "".join("·" if mark == "·" else letter for letter, mark in zip(text, low, strict=True))


def _names(text: str) -> Iterator[Found]:
    for form in (_TITLE, _SAID):
        for hit in form.finditer(text):
            if not _of_place(text[: hit.start()]):
                yield Found("name", _begin(hit[0]))
    words = list(_WORDS.finditer(text))
    for first, second in itertools.pairwise(words):
        between = text[first.end() : second.start()]
        if between.strip(" \u00a0-") or not between or not _is_name(first[0], second[0]):
            continue
        after = {word.strip(".,;:!?").casefold() for word in text[second.end() :].split(maxsplit=2)[:2]}
        if not after & _listed("after_place") and not _of_place(text[: first.start()]):
            yield Found("name", _begin(first[0]))


def _is_name(first: str, second: str) -> bool:
    """Say whether two words that follow each other read as a person's name."""
    capitals = first[:1].isupper() and second[:1].isupper()
    if not capitals or second.casefold().strip(".") in _listed("after_place") | _listed("before_place"):
        return False
    if _is_given(first) and not first.endswith("."):
        return True
    initial = len(first) == 2 and first.endswith(".")
    return (initial and len(second.strip(".")) > 2) or (
        first.isupper() and len(first) > 3 and _is_given(second)
    )


def _is_given(word: str) -> bool:
    low = unicodedata.normalize("NFKD", word.strip(".").casefold())
    plain = "".join(c for c in low if not unicodedata.combining(c))
    return plain in _listed("given") or all(part in _listed("given") for part in plain.split("-"))


def _of_place(before: str) -> bool:
    """Say whether what stands before a name makes it that of a street or a place."""
    words = [word.casefold() for word in re.findall(r"[^\W\d_]+", before[-60:])]
    while words and words[-1] in _listed("joining"):
        words.pop()
    return bool(words) and words[-1] in _listed("before_place")
