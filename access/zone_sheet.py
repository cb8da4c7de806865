"""The sheet of one zone of the register: one A4 page as a tagged PDF (PDF/UA-1), in English or French.

The words come from ``access.zone_sheet_words``, the figures from ``access.zone_sheet_figures``; the template
``templates/zone_sheet.typ`` is handed both as data (``access.typeset``).
"""

from __future__ import annotations

from typing import Any

from access.report_data import Run
from access.texts import Texts
from access.typeset import typeset_pdf, typeset_pictures
from access.zone_sheet_facts import facts_of
from access.zone_sheet_figures import locator_map, rights_chart
from access.zone_sheet_words import MOST_RIGHTS, sheet_words

_TEMPLATE = "zone_sheet.typ"


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
    return typeset_pdf(_TEMPLATE, *_inputs(run, zone_id, language))


def zone_sheet_pictures(run: Run, zone_id: str, language: str, ppi: float = 110.0) -> list[bytes]:
    """Return the pages of the sheet as PNG; one, unless its words are longer than a page can hold."""
    return typeset_pictures(_TEMPLATE, *_inputs(run, zone_id, language), ppi=ppi)


def _inputs(run: Run, zone_id: str, language: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return words and figures of a sheet: a tree of texts; ``map`` and ``chart`` as SVG."""
    texts = Texts(language)
    facts = facts_of(run, zone_id, texts)
    rights = facts.rights[:MOST_RIGHTS]
    shares = [right.share for right in rights], [right.share_of_all for right in rights]
    figures = {
        "map": locator_map(run, zone_id, texts),
        "chart": rights_chart(*shares, texts) if rights else "",
    }
    return sheet_words(run, facts, texts), figures
