"""Pages set by typst as tagged PDF (PDF/UA-1) or as pictures, from a template and plain words.

Words are handed to the template as data, so that no name from the input is ever read as markup. Pages are set
with the fonts that typst brings along. Where a name needs a letter that these do not have, fonts of the
machine are asked, and at last the letter is shown as a box: PDF/UA allows no missing letter.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

_BOX = "\u25a1"
_NO_LETTER = re.compile(r'the text `"(?P<text>.*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
#: Writings that the fonts have for the most part: of these single letters are replaced, of others all.
_KNOWN_WRITINGS = ("LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC")
_MOST_TRIES = 60


def typeset_pdf(template: str, told: Any, figures: Mapping[str, str]) -> bytes:
    """Return the pages as one PDF that meets PDF/UA-1.

    Parameters
    ----------
    template : str
        File of ``access/templates``.
    told : tree of dict, list, str, numbers and None
        Words, for the template as JSON in ``sys.inputs.told``.
    figures : mapping of str to str
        Drawings as SVG, by the name under which ``sys.inputs`` has them.

    Raises
    ------
    typst.TypstError
        If the template is wrong.
    """
    return bytes(_set(template, told, figures, format="pdf", pdf_standards=["ua-1"]))


def typeset_pictures(template: str, told: Any, figures: Mapping[str, str], ppi: float = 110.0) -> list[bytes]:
    """Return the pages as PNG, one each. Parameters as ``typeset_pdf``."""
    made = _set(template, told, figures, format="png", ppi=ppi)
    return list(made) if isinstance(made, list) else [bytes(made)]


def _set(template: str, told: Any, figures: Mapping[str, str], **how: Any) -> Any:
    """Set the pages; a letter that no font has is replaced, and the pages set again."""
    import typst

    text = files("access").joinpath("templates", template).read_bytes()
    only_own_fonts = True
    for _ in range(_MOST_TRIES):
        sent = {**figures, "told": json.dumps(told, ensure_ascii=False)}
        try:
            return typst.compile(text, sys_inputs=sent, ignore_system_fonts=only_own_fonts, **how)
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
