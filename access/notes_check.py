"""Whether an observation can be taken as it is; every reason why not, in the reader's words."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

from access.notes_personal import personal_data
from access.notes_places import ATTACHED
from access.texts import LANGUAGES, Texts

KINDS = (
    "missed_connection",
    "broken_lift",
    "dangerous_path",
    "late_or_missing",
    "not_accessible",
    "other",
)
FIELDS = ("kind", "attached", "attached_to", "happened_on", "language", "text")
FEWEST_LETTERS, MOST_LETTERS = 10, 1000
_LONGEST_ID = 120
_FIRST_DAY = dt.date(2000, 1, 1)


class Note(NamedTuple):
    """One observation as it is stored, cleaned; ``happened_on`` is None where the day is not known."""

    kind: str
    attached: str
    attached_to: str
    happened_on: dt.date | None
    language: str
    text: str


def checked(given: Mapping[str, Any], today: dt.date, texts: Texts, places: list[str]) -> Note | list[str]:
    """Return an observation, or every reason why it is refused.

    Whether what it is attached to exists is not looked at here.

    Parameters
    ----------
    given : mapping
        ``FIELDS`` as they came, of any kind.
    today : date
        No observation may be of a later day.
    texts : Texts
        Language of the reasons.
    places : list of str
        Names of places, which are no personal data.
    """
    problems = []
    for field, allowed in (("kind", KINDS), ("attached", ATTACHED), ("language", LANGUAGES)):
        if given.get(field) not in allowed:
            came = brief(given.get(field))
            problems.append(texts("notes.problem.choice", field=field, came=came, allowed=", ".join(allowed)))
    named = id_of(given)
    if not named and given.get("attached") in ATTACHED:
        problems.append(texts("notes.problem.no_id"))
    day = day_of(given.get("happened_on"))
    if day is _WRONG or (isinstance(day, dt.date) and not _FIRST_DAY <= day <= today):
        came = brief(given.get("happened_on"))
        problems.append(texts("notes.problem.day", came=came, first=texts.day(_FIRST_DAY)))
    problems += _text_problems(given.get("text"), texts, places)
    if problems:
        return problems
    happened_on = day if isinstance(day, dt.date) else None
    attached, text = str(given["attached"]), cleaned(given["text"])
    return Note(str(given["kind"]), attached, named, happened_on, str(given["language"]), text)


def id_of(given: Mapping[str, Any]) -> str:
    """Return what a note names by its id; empty where it names nothing that can be looked for."""
    named = cleaned(given.get("attached_to"))
    if given.get("attached") not in ATTACHED or len(named) > _LONGEST_ID:
        return ""
    return named.lower() if given["attached"] == "cell" else named


def cleaned(text: Any) -> str:
    """Return a text in one line, composed (NFC), without invisible letters: they could hide or turn words."""
    if text is None or isinstance(text, float):  # an empty cell of a table
        return ""
    composed = unicodedata.normalize("NFC", str(text))
    kept = (
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in composed
        if unicodedata.category(c) not in ("Cf", "Co", "Cn", "Cs")
    )
    return " ".join("".join(kept).split())


def brief(came: Any) -> str:
    """Return what came, short enough for a message."""
    text = cleaned(came)
    return repr(text if len(text) <= 40 else text[:39] + "…")


_WRONG = object()


def day_of(came: Any) -> dt.date | object | None:
    """Return a day, None for none given, or something that is no day."""
    if isinstance(came, dt.datetime):
        return came.date()
    if isinstance(came, dt.date):
        return came
    text = cleaned(came)
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else _WRONG
    except ValueError:
        return _WRONG


def _text_problems(came: Any, texts: Texts, places: list[str]) -> list[str]:
    if isinstance(came, str) and len(came) > 20 * MOST_LETTERS:  # nothing is searched in so much
        return [texts("notes.problem.long", n=texts.number(len(came)), most=texts.number(MOST_LETTERS))]
    text = cleaned(came)
    if len(text) < FEWEST_LETTERS:
        return [texts("notes.problem.short", n=len(text), fewest=FEWEST_LETTERS)]
    if len(text) > MOST_LETTERS:
        return [texts("notes.problem.long", n=texts.number(len(text)), most=texts.number(MOST_LETTERS))]
    return [
        texts("notes.problem.personal", beginning=found.beginning, what=texts(f"notes.personal.{found.kind}"))
        for found in personal_data(text, places)
    ]
