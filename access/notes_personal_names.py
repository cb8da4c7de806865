"""Names of people in a text: where names stand, and given names beside a surname.

A word after a role (driver, neighbour, my son) is a name if it is a listed given name or surname in any
letters, or if it alone begins with a capital. In small letters, names that are also common words (``said``,
``claire``) are none.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from access.notes_personal_found import Found, either_of, found_as, listed, without_accents

_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
_WORD = rf"{_CAPITAL}[\w'’-]+"
_ANY_WORD = r"[^\W\d_][\w'’-]+"
_OFTEN_CAPITAL = 0.6
_TO_WHOM = "with|avec|chez|ask(?: for)?|contact|contacter|contactez|demander|demandez|com"

_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|mister|madam|mme|mmes|mlle|monsieur|madame|mademoiselle|mm?(?=\.)|"
    rf"sr|sra|senhora?|señora?|herr|frau)\b\.?\s+(?:(?-i:{_WORD})|(?P<listed>{_ANY_WORD}))",
    re.IGNORECASE,
)
_SHORT_TITLE = re.compile(rf"\b(?:mr|mrs|mme|mlle)\b\.?\s+(?P<word>{_ANY_WORD})", re.IGNORECASE)
_SAID = re.compile(
    r"\b(?:my name is|my name's|(?:his|her|their|whose) name (?:is|was)|je m['’]appelle|mon nom est"
    rf"|(?:il|elle) s['’]appelle|me chamo|meu nome é|me llamo)\s*:?\s+{_ANY_WORD}"
    r"|\b(?:(?:is|was) called|named|nommée?|s['’]appelle|prénommée?|signed|signée?)\s*:?\s+"
    rf"(?:(?-i:{_WORD})|(?P<listed>{_ANY_WORD}))"
    r"|(?:^|[.;,\n]\s*)(?:name|surname|nom|prénom|nome)\s*:\s*\w+",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")


def names_in(text: str, blanked: str) -> Iterator[Found]:
    """Find names of people.

    Parameters
    ----------
    text : str
    blanked : str
        The same, letter by letter, with the names of the city's places blanked.
    """
    for form in (_TITLE, _SAID):
        for hit in form.finditer(blanked):
            small = hit["listed"]
            if (small is None or _is_known(small)) and not _of_place(blanked[: hit.start()]):
                yield found_as("name", hit[0])
    for hit in _SHORT_TITLE.finditer(blanked):
        if without_accents(hit["word"]) not in listed("no_name") and not _of_place(blanked[: hit.start()]):
            yield found_as("name", hit[0])
    yield from _beside_role(text, blanked)
    yield from _whole_names(blanked)


def _beside_role(text: str, blanked: str) -> Iterator[Found]:
    """Find names after a role, or before one: ``driver Karim``, ``karim, the driver``.

    A listed name counts also where a place has that name.
    """
    roles = either_of("roles")
    named = rf"(?<![\w-])(?:{roles})['’]s name (?:is|was)\s+(?P<word>{_ANY_WORD})"
    whole = rf"(?<![\w-])(?:{roles})\s+(?P<word>{_ANY_WORD})\s+(?P<family>{_ANY_WORD})"
    for form in (named, whole):
        for hit in re.finditer(form, blanked, re.IGNORECASE):
            sure = form is named or (_is_surname(hit["family"]) and _is_known(hit["family"]))
            if sure and without_accents(hit["word"]) not in listed("no_name"):
                yield found_as("name", hit[0])
    after = rf"(?<![\w-])(?:{roles})s?(?:\s+(?:is|was|est|était)\s+|\s*[,:(«\"-]\s*|\s+)(?P<word>{_ANY_WORD})"
    for hit in re.finditer(after, text, re.IGNORECASE):
        between = text[hit.start() : hit.start("word")]
        at, word = hit.start("word"), hit["word"]
        alone = word[:1].isupper() and blanked[at] != "·" and not _often_capital(text)
        direct = re.search(r"[,-]\s*$|\s(?:is|was|est|était)\s+$", between, re.IGNORECASE) is None
        if _is_known(word) or (alone and direct and _may_be_name(word)):
            yield found_as("name", hit[0])
    to_whom = rf"(?<![\w-])(?:{_TO_WHOM})\s+({_ANY_WORD})"
    before = rf"(?<!\w)({_ANY_WORD})\s*,?\s+(?:the|our|my|le|la|notre|mon|ma|un|une|a|o|os)\s+(?:{roles})\b"
    for form in (to_whom, before):
        for hit in re.finditer(form, blanked, re.IGNORECASE):
            if _is_known(hit[1]) and not _of_place(blanked[: hit.start(1)]):
                yield found_as("name", hit[1])


def _whole_names(text: str) -> Iterator[Found]:
    """Find a given name beside a surname, an initial or another word in capitals."""
    words = list(_WORDS.finditer(text))
    for first, second in itertools.pairwise(words):
        between = text[first.end() : second.start()]
        if between.strip(" \u00a0-") or not between or not _is_name(first[0], second[0]):
            continue
        after = {word.strip(".,;:!?").casefold() for word in text[second.end() :].split(maxsplit=2)[:2]}
        if not after & listed("after_place") and not _of_place(text[: first.start()]):
            yield found_as("name", first[0])


def _is_name(first: str, second: str) -> bool:
    """Say whether two words that follow each other read as a person's name."""
    if second.casefold().strip(".") in listed("after_place") | listed("before_place"):
        return False
    if _is_surname(second) and _is_known(first) and _is_given(first) and not first.endswith("."):
        return True
    if _is_surname(first) and _is_known(second) and _is_given(second) and not first.endswith("."):
        return True
    if not (first[:1].isupper() and second[:1].isupper()):
        return False
    if _is_given(first) and not first.endswith("."):
        return True
    initial = len(first) == 2 and first.endswith(".")
    return (initial and len(second.strip(".")) > 2) or (
        first.isupper() and len(first) > 3 and _is_given(second)
    )


def _is_given(word: str) -> bool:
    plain = without_accents(word.strip("."))
    return plain in listed("given") or all(part in listed("given") for part in plain.split("-"))


def _is_surname(word: str) -> bool:
    return without_accents(word.strip(".")) in listed("family")


def _is_known(word: str) -> bool:
    """Say whether a word is a listed name, and in small letters no common word."""
    bare = re.sub(r"['’]s$", "", word).strip(".")
    common = without_accents(bare) in listed("also_words") and not bare[:1].isupper()
    return (_is_given(bare) or _is_surname(bare)) and not common


def _may_be_name(word: str) -> bool:
    """Say whether a word with a capital may be a name: no day, place, line or operator."""
    plain = without_accents(re.sub(r"['’]s$", "", word))
    short = word.isupper() and (len(word) < 3 or not re.search("[aeiouy]", plain))
    known = listed("before_place") | listed("after_place") | listed("before_number") | listed("no_name")
    return not short and plain not in known and word.casefold() not in known


def _often_capital(text: str) -> bool:
    """Say whether a text is written in capitals, or every word with one: they tell nothing there."""
    words = [word for word in _WORDS.findall(text) if len(word) > 1]
    capitals = len([word for word in words if word[:1].isupper()])
    return bool(capitals > 2 and capitals > _OFTEN_CAPITAL * len(words))


def _of_place(before: str) -> bool:
    """Say whether what stands before a name makes it that of a street or a place."""
    words = [word.casefold() for word in re.findall(r"[^\W\d_]+", before[-60:])]
    while words and words[-1] in listed("joining"):
        words.pop()
    return bool(words) and words[-1] in listed("before_place")
