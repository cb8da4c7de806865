"""A quarter of a city on one or two pages, in plain words, as a tagged PDF (PDF/UA-1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from access.bulletin_facts import facts_of, quarter_of
from access.bulletin_figures import access_over_time
from access.bulletin_words import bulletin_words
from access.errors import InputDataError
from access.notes_places import chosen_city
from access.observatory_store import reading
from access.texts import Texts
from access.typeset import typeset_pdf, typeset_pictures
from access.whole_files import write_whole

TEMPLATE = "bulletin.typ"


def bulletin(location: str | Path, city: str | None, quarter: str, language: str) -> bytes:
    """Return the bulletin of a city as a PDF.

    Parameters
    ----------
    location : str or Path
        The store.
    city : str, optional
        Needed where the store has several.
    quarter : str
        Such as ``2026Q1``.
    language : {"en", "fr"}

    Raises
    ------
    StoreError, InputDataError
        If the store has no such city, or nothing was known of it by the end of the quarter.
    """
    told, figures = _inputs(location, city, quarter, language)
    return typeset_pdf(TEMPLATE, told, figures)


def bulletin_pictures(
    location: str | Path, city: str | None, quarter: str, language: str, ppi: float = 110.0
) -> list[bytes]:
    """Return the pages as PNG; arguments and errors as ``bulletin``."""
    told, figures = _inputs(location, city, quarter, language)
    return typeset_pictures(TEMPLATE, told, figures, ppi)


def write_bulletin(location: str | Path, city: str | None, quarter: str, language: str, out: Path) -> None:
    """Write the bulletin to a file; an earlier one is replaced when the new one is whole.

    Raises
    ------
    InputDataError
        As ``bulletin``, or if the file cannot be written.
    """
    content = bulletin(location, city, quarter, language)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, content)
    except OSError as error:
        raise InputDataError(
            f"--out {out}: cannot be written ({error.strerror}); name another file"
        ) from error


def _inputs(
    location: str | Path, city: str | None, quarter: str, language: str
) -> tuple[dict[str, Any], dict[str, str]]:
    texts, asked = Texts(language), quarter_of(quarter)
    with reading(location) as store:
        facts = facts_of(store, chosen_city(store, city), asked)
    return bulletin_words(facts, texts), {"chart": access_over_time(facts, texts)}
