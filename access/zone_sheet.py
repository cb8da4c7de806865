"""The sheet of one zone of the register: one A4 page as a tagged PDF (PDF/UA-1), in English or French.

The words come from ``access.zone_sheet_words``, the figures from ``access.zone_sheet_figures``; the template
``templates/zone_sheet.typ`` is handed both as data, so that no name from the input is ever read as markup.
The page is set with the fonts that typst brings along. Where a name needs a letter that these do not have,
fonts of the machine are asked, and at last the letter is shown as a box: PDF/UA allows no missing letter.
"""

from __future__ import annotations

import json
import re
import unicodedata
from importlib.resources import files
from typing import Any

from access.report_data import Run
from access.texts import Texts
from access.zone_sheet_facts import facts_of
from access.zone_sheet_figures import locator_map, rights_chart
from access.zone_sheet_words import MOST_RIGHTS, sheet_words

_TEMPLATE = "zone_sheet.typ"
_BOX = "\u25a1"
_NO_LETTER = re.compile(r'the text `"(?P<text>.*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
#: Writings that the fonts have for the most part: of these single letters are replaced, of others all.
_KNOWN_WRITINGS = ("LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC")
_MOST_TRIES = 60


def zone_sheet(run: Run, zone_id: str, language: str) -> bytes:
    """Return the sheet of a zone as a PDF of one page.

    Parameters
    ----------
    run : access.report_data.Run
        A run with a register of zones.
    zone_id : str
        One of the register.
    language : {"en", "fr"}
        Language of the sheet.

    Raises
    ------
    ResultError
        If the register has no such zone.
    ValueError
        For another language.
    """
    return bytes(_set(_inputs(run, zone_id, language), format="pdf", pdf_standards=["ua-1"]))


def zone_sheet_pictures(run: Run, zone_id: str, language: str, ppi: float = 110.0) -> list[bytes]:
    """Return the pages of the sheet as PNG; one, unless its words are longer than a page can hold."""
    made = _set(_inputs(run, zone_id, language), format="png", ppi=ppi)
    return list(made) if isinstance(made, list) else [bytes(made)]


def _inputs(run: Run, zone_id: str, language: str) -> dict[str, Any]:
    """Return words and figures of a sheet: ``told`` (a tree of texts), ``map`` and ``chart`` (SVG)."""
    texts = Texts(language)
    facts = facts_of(run, zone_id, texts)
    rights = facts.rights[:MOST_RIGHTS]
    shares = [right.share for right in rights], [right.share_of_all for right in rights]
    return {
        "told": sheet_words(run, facts, texts),
        "map": locator_map(run, zone_id, texts),
        "chart": rights_chart(*shares, texts) if rights else "",
    }


def _set(inputs: dict[str, Any], **how: Any) -> Any:
    """Set the page; a letter that no font has is replaced, and the page set again."""
    import typst

    template = files("access").joinpath("templates", _TEMPLATE).read_bytes()
    told = inputs["told"]
    only_own_fonts = True
    for _ in range(_MOST_TRIES):
        sent = {**inputs, "told": json.dumps(told, ensure_ascii=False)}
        try:
            return typst.compile(template, sys_inputs=sent, ignore_system_fonts=only_own_fonts, **how)
        except typst.TypstError as problem:
            found = _NO_LETTER.search(problem.message)
            if found is None:
                raise
            if not only_own_fonts:
                told = _without(told, _unescaped(found["text"]))
            only_own_fonts = False
    raise RuntimeError(f"no page after {_MOST_TRIES} tries: the words have letters that no font has")


def _without(told: Any, missing: str) -> Any:
    """Replace letters that no font has in every text of a tree; of a foreign writing, all its letters."""
    kinds = {_writing(letter) for letter in missing} - {*_KNOWN_WRITINGS, ""}

    def clean(text: str) -> str:
        return "".join(_BOX if c in missing or (ord(c) > 127 and _writing(c) in kinds) else c for c in text)

    if isinstance(told, dict):
        return {key: _without(each, missing) for key, each in told.items()}
    if isinstance(told, list):
        return [_without(each, missing) for each in told]
    return clean(told) if isinstance(told, str) else told


def _writing(letter: str) -> str:
    """Return the first word of a letter's Unicode name: CJK, HANGUL, LATIN ...; empty for one without."""
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
