"""Addresses of homes in a text: a house number with its street, an apartment, a British postcode.

A street without a number is a place that anybody may name. A number that belongs to a line, a stop, a
platform or a day is none of a house: ``bus 12 rue de la Gare`` is bus 12 at that street. Where a number
stands alone before a street it is taken for a house's, also in ``le 12 rue de la Gare``: whoever means the
line can write so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from access.notes_personal_found import DAY_OR_TIME, Found, either_of, found_as, listed

_HOUSE = r"(?<![\w./:,'’-])\d{1,4}(?:\s?(?:bis|ter|quater|[a-d]))?(?![\w.]*\d)"
_OF_ITS_OWN = r"(?:de\s+la\s+|de\s+l['’]\s*|des\s+|du\s+)"

_FRENCH = re.compile(
    rf"(?P<number>{_HOUSE})\s*,?\s+(?:(?:rue|avenue|av\.|boulevard|bd|all[ée]e|chemin|impasse|ruelle|faubourg"
    r"|mont[ée]e|lotissement|lieu-dit)\s+(?P<next>[\w'’-]+)"
    r"|(?:place|cours|quai|route|passage|square|cit[ée]|r[ée]sidence|villa|esplanade|promenade|sentier)\s+"
    rf"(?:(?-i:(?:d[eu]s?\s+(?:l[ae]s?\s+)?|d['’]|l['’]|de\s+l['’])?[A-ZÀ-Þ])[\w'’-]+|{_OF_ITS_OWN}(?P<after>\w+)))",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    rf"(?P<number>{_HOUSE})\s*,?\s+(?P<name>[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’-]*){{0,2}}?)\s+"
    r"(?:street|road|avenue|lane|boulevard|crescent|terrace|st|rd|ave|blvd"
    r"|(?-i:Way|Place|Court|Close|Drive|Square|Gardens|Grove|Park|Hill|Row|Mews))\b(?:\W+(?P<next>\w+))?",
    re.IGNORECASE,
)
_PORTUGUESE = re.compile(
    r"\b(?:rua|avenida|av\.?|travessa|alameda|praça|estrada|beco|calle|avenue|rue|boulevard)\s+"
    r"(?P<name>[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w'’-]*){0,4}?)"
    r"(?:\s*,\s*(?:n[º°o.]*\s*)?|\s+(?:n[º°o]\.?|num[ée]ro|número|au)\s*|\s+)(?P<number>\d{1,5})\b"
    r"(?![.:/h]?\d)(?:(?P<end>\s*(?:[.,;!?)]|$))|\s+(?P<next>\w+))",
    re.IGNORECASE,
)
_APARTMENT = re.compile(
    r"\b(?:apartment|apt|appartement|appt|apartamento|apto)\b\.?\s*(?:n[°ºo]\s*)?\d+\w?\b"
    r"|\bflat\s+\d+[a-z]?(?=\s*[,.;]|\s*$|\s+(?:of|at|in)\b)",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d(?![AP]M)[A-Z]{2}\b")
_AND = r"(?:\s*(?:et|and|e|&|/)\s*)"


def homes_in(text: str, blanked: str) -> Iterator[Found]:
    """Find addresses of homes.

    Parameters
    ----------
    text : str
    blanked : str
        The same, letter by letter, with the names of the city's places blanked: a number that stands in such
        a name is none of a house.
    """
    plain = DAY_OR_TIME.sub(lambda hit: "·" * len(hit[0]), text)
    for form, is_none in ((_FRENCH, _not_french), (_ENGLISH, _not_english), (_PORTUGUESE, _not_portuguese)):
        for hit in form.finditer(plain):
            at = hit.start("number")
            if blanked[at] != "·" and not is_none(hit) and not _of_line_or_day(plain[:at]):
                yield found_as("home", hit[0])
    for form in (_APARTMENT, _POSTCODE):
        if found := form.search(plain):
            yield found_as("home", found[0])


def _of_line_or_day(before: str) -> bool:
    """Say whether what stands before a number makes it that of a line, a stop or a day."""
    words = rf"(?<!\w)(?:{either_of('before_number')})s?\.?\s*(?:n[°ºo]\.?\s*|number\s+|num[ée]ro\s+)?"
    return re.search(rf"{words}(?:[A-Z]?\d+{_AND})*$", before[-80:], re.IGNORECASE) is not None


def _not_french(hit: re.Match[str]) -> bool:
    follows = (hit["next"] or hit["after"] or "").casefold()
    return follows in listed("no_street") or follows in listed("vehicles")


def _not_english(hit: re.Match[str]) -> bool:
    """Say that no street's name stands between number and street, or that it only begins another word."""
    words = {word.strip(".").casefold() for word in hit["name"].split()}
    follows = (hit["next"] or "").casefold()
    counted = words & (listed("counted") | listed("no_street") | listed("vehicles"))
    return bool(counted) or follows in listed("after_street")


def _not_portuguese(hit: re.Match[str]) -> bool:
    words = {word.casefold() for word in hit["name"].split()} - listed("joining")
    if words & (listed("before_number") | listed("counted") | listed("no_street")):
        return True
    told = re.search(r",|\bn[º°o]|num[ée]ro|número|\bau\b", hit[0], re.IGNORECASE) is not None
    follows = (hit["next"] or "").casefold()
    return follows in listed("counted") | listed("vehicles") or (hit["end"] is None and not told)
