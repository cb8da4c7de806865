"""Telephone numbers and other long numbers in a text, in digits or in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from access.notes_personal_found import DAY_OR_TIME, Found, found_as

_NUMBER = re.compile(r"[+(]?\d(?:[\s./()\u2010-\u2015-]{0,3}\d)+")
_IN_PAIRS = re.compile(r"(?<!\d)0\d(?:\s*[,;:_|*]\s*\d{2}){4}(?!\d)")
_AFTER_CALL = re.compile(
    r"\b(?:tel|tél|phone|call|ring|mobile|whatsapp|zap|appelez|appeler|téléphone|portable|telefone|celular|ligue)"
    r"\b\W{0,3}(?:[^\W\d_]+\W{1,3}){0,2}(\d(?:[\s./-]?\d){5,})",
    re.IGNORECASE,
)
_FEWEST_DIGITS, _MOST_OF_PHONE = 8, 15

_UNITS = {
    "en": "one|two|three|four|five|six|seven|eight|nine",
    "fr": "une?|deux|trois|quatre|cinq|six|sept|huit|neuf",
    "pt": "uma?|dois|duas|tr[eê]s|quatro|cinco|seis|meia|sete|oito|nove",
}
_ANY_UNIT = "|".join(_UNITS.values())
_FR_TEENS = "onze|douze|treize|quatorze|quinze|seize|dix(?:[\\s-]+(?:sept|huit|neuf))?"
_TWO_DIGITS = (
    rf"(?:quatre[\s-]+vingts?|soixante)(?:[\s-]+(?:et[\s-]+)?(?:{_FR_TEENS}|{_UNITS['fr']}))?"
    rf"|(?:vingt|trente|quarante|cinquante|septante|huitante|nonante)(?:[\s-]+(?:et[\s-]+)?(?:{_UNITS['fr']}))?"
    rf"|{_FR_TEENS}"
    rf"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-]+(?:{_UNITS['en']}))?"
    "|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    rf"|(?:vinte|trinta|quarenta|cinquenta|sessenta|setenta|oitenta|noventa)(?:\s+e\s+(?:{_UNITS['pt']}))?"
    "|dez|onze|doze|treze|quatorze|catorze|quinze|dezesseis|dezassete|dezessete|dezoito|dezenove"
    rf"|double[\s-]+(?:zero|oh|{_ANY_UNIT})"
)
_SPOKEN = re.compile(
    rf"\b(?:(?P<three>triple[\s-]+(?:zero|oh|{_ANY_UNIT}))|(?P<two>{_TWO_DIGITS})"
    rf"|(?P<one>z[eé]ro|oh|nought|{_ANY_UNIT})|(?P<digits>\d{{1,4}}))\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,.;:/_·-]{0,4}(?:(?:and|then|et|puis|e)\s+)?", re.IGNORECASE)


def numbers_in(text: str) -> Iterator[Found]:
    """Find numbers as long as a telephone number or longer, days and times of day left out."""
    plain = DAY_OR_TIME.sub(" , ", text)
    for hit in _NUMBER.finditer(plain):
        digits = sum(c.isdigit() for c in hit[0])
        if digits > _MOST_OF_PHONE:
            yield found_as("long_number", hit[0])
        elif digits >= _FEWEST_DIGITS:
            yield found_as("phone", hit[0])
    if pairs := _IN_PAIRS.search(plain):
        yield found_as("phone", pairs[0])
    if called := _AFTER_CALL.search(plain):
        yield found_as("phone", called[1])
    yield from _spoken(plain)


def _spoken(text: str) -> Iterator[Found]:
    """Find runs of numbers in words, digits among them or not, that together have the digits of a telephone.

    Two words at least: numbers in digits alone are those of lines more often.
    """
    run: list[re.Match[str]] = []
    for hit in _SPOKEN.finditer(text):
        if run and not _BETWEEN.fullmatch(text[run[-1].end() : hit.start()]):
            if _is_phone(run):
                break
            run = []
        run.append(hit)
    if _is_phone(run):
        yield found_as("phone", run[0][0])


def _is_phone(run: list[re.Match[str]]) -> bool:
    sizes = {"one": 1, "two": 2, "three": 3}
    digits = sum(sizes.get(str(hit.lastgroup), len(hit[0])) for hit in run)
    return digits >= _FEWEST_DIGITS and sum(hit.lastgroup != "digits" for hit in run) >= 2
