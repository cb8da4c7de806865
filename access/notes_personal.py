"""What in a citizen's text may tell who somebody is: such a text is refused before it is stored.

Patterns find what has a form: addresses of e-mail and of the web, telephone numbers in digits or in words,
number plates, accounts of social networks, long numbers, a house number with its street, and names that stand
where names do (after a title, "my name is", a driver or a neighbour; a given name with a surname). A bare
first name, a rare name in small letters or a person described without a name have no form: that is why a
person looks at every note before it is shown. Names of the city's stops, routes and zones are no personal
data, nor are those of streets and places without a house number (``avenue Victor Hugo``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from access.notes_personal_found import Found, found_as
from access.notes_personal_homes import homes_in
from access.notes_personal_names import names_in
from access.notes_personal_numbers import numbers_in

KINDS = ("email", "address", "phone", "long_number", "plate", "account", "name", "home")


_ENDINGS = (
    "com|org|net|info|edu|gov|eu|fr|uk|de|es|pt|br|ch|ca|us|nl|pl|ro|ma|tn|dz|sn|ci|mx|ar|cl|io|app|dev|page|"
    "site|online|link|gle|ly|gl"
)

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
    blanked = _without_places(plain, places)
    found = [found_as(kind, hit[0]) for kind, form in _FORMS if (hit := form.search(plain))]
    found += numbers_in(plain)
    found += names_in(plain, blanked)
    found += homes_in(plain, blanked)
    kinds: dict[str, Found] = {}
    for each in found:
        kinds.setdefault(each.kind, each)
    return list(kinds.values())


def _plain(text: str) -> str:
    """Return the text with wide and styled letters as usual ones and without invisible ones."""
    usual = unicodedata.normalize("NFKC", text)
    return "".join(c for c in usual if unicodedata.category(c) != "Cf")


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
