"""Observations of citizens: handed in, looked at by a person, then shown beside computed numbers.

They never enter a computation. A note says what happened, where (a cell, stop, route, zone or alert) and on
which day; who wrote it is not asked and not stored, and a text that seems to tell it is refused before
anything is written. A new note waits; it is shown once a moderator has read it. Its id is a hash of its
content, so that the same note handed in twice is one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from access.errors import InputDataError, StoreError
from access.notes_check import Note, brief, checked, cleaned, id_of
from access.notes_personal import personal_data
from access.notes_places import known_ids, names_of_places
from access.observatory_read import series_of
from access.observatory_store import Store, reading, rewrite, writing
from access.texts import Texts

STATES = ("waiting", "shown", "refused")
SHOWN_COLUMNS = ("note", "kind", "attached", "attached_to", "happened_on", "language", "text")
MOST_WAITING = 1000
"""Of one city, by the form: more are not taken until some have been looked at."""


class Filed(NamedTuple):
    """How many notes were new, and how many the store had already."""

    new: int
    known: int


def submit(
    location: str | Path,
    city: str,
    kind: str,
    attached: str,
    attached_to: str,
    happened_on: str | dt.date | None,
    language: str,
    text: str,
    *,
    told_in: str | None = None,
) -> list[str]:
    """Hand in one note, which then waits for moderation.

    Parameters
    ----------
    location : str or Path
        The store.
    city : str
        Short name.
    kind, attached, language : str
        One of ``notes_check.KINDS``, ``notes_places.ATTACHED``, ``texts.LANGUAGES``.
    attached_to : str
        Id of what was observed; it must be known to the store.
    happened_on : str or date, optional
        ISO 8601.
    text : str
        Plain text; markup in it stays text.
    told_in : {"en", "fr"}, optional
        Language of the problems; default that of the note.

    Returns
    -------
    list of str
        Every reason why it is refused; empty if it was taken.

    Raises
    ------
    StoreError
        If the store or the city is not there, or the store is being written.
    """
    texts = Texts(told_in or (language if language in ("en", "fr") else "en"))
    given = {
        "kind": kind,
        "attached": attached,
        "attached_to": attached_to,
        "happened_on": happened_on,
        "language": language,
        "text": text,
    }
    with reading(location) as store:
        series_of(store, city)
        if len(store.rows("note", ["note"], city=city, state="waiting")) >= MOST_WAITING:
            return [texts("notes.problem.full", n=texts.number(MOST_WAITING))]
        notes, problems = check_all(store, location, city, [given], texts)
    if not problems:
        file_notes(location, city, notes)
    return [problem for of_note in problems.values() for problem in of_note]


def shown(
    store: Store, city: str, attached: str | None = None, attached_to: str | None = None
) -> pd.DataFrame:
    """Return the notes of a city that a moderator has let through, the newest day first.

    Parameters
    ----------
    store : Store
        Open.
    attached, attached_to : str, optional
        Only notes on this kind of thing, or on this one.

    Returns
    -------
    DataFrame
        ``SHOWN_COLUMNS``; ``text`` is plain text from strangers: show it as text only.
    """
    asked: dict[str, Any] = {"city": city, "state": "shown"}
    asked |= {
        name: value
        for name, value in (("attached", attached), ("attached_to", attached_to))
        if value is not None
    }
    return newest_first(store.rows("note", list(SHOWN_COLUMNS), **asked))


def newest_first(notes: pd.DataFrame) -> pd.DataFrame:
    """Sort notes by their day, the newest first and those without one last, then by id."""
    day = pd.to_datetime(notes["happened_on"])
    order = pd.DataFrame({"day": day, "note": notes["note"]}).sort_values(
        ["day", "note"], ascending=[False, True], na_position="last"
    )
    return notes.loc[order.index].reset_index(drop=True)


def check_all(
    store: Store, location: str | Path, city: str, given: Sequence[Mapping[str, Any]], texts: Texts
) -> tuple[list[Note], dict[int, list[str]]]:
    """Check notes; return the good ones, and by number from 0 the problems of the others."""
    today = dt.datetime.now(dt.UTC).date()
    places = names_of_places(store, location, city)
    notes: dict[int, Note] = {}
    problems: dict[int, list[str]] = {}
    for number, each in enumerate(given):
        found = checked(each, today, texts, places)
        if isinstance(found, Note):
            notes[number] = found
        else:
            problems[number] = found
    for number, problem in _unknown(store, location, city, given, texts).items():
        problems.setdefault(number, []).append(problem)
        notes.pop(number, None)
    return list(notes.values()), problems


def _unknown(
    store: Store, location: str | Path, city: str, given: Sequence[Mapping[str, Any]], texts: Texts
) -> dict[int, str]:
    """Return by number what is said of notes on things that the city does not have."""
    by_kind: dict[str, dict[int, str]] = defaultdict(dict)
    for number, each in enumerate(given):
        named = id_of(each)
        if named:
            by_kind[str(each["attached"])][number] = named
    told: dict[int, str] = {}
    for attached, ids in by_kind.items():
        try:
            known = known_ids(store, location, city, attached, {*ids.values()})
        except InputDataError:
            told |= dict.fromkeys(ids, texts("notes.problem.no_timetable"))
            continue
        what = texts(f"notes.attached.{attached}")
        told |= {
            number: texts("notes.problem.unknown", what=what, came=brief(came), city=city)
            for number, came in ids.items()
            if came not in known
        }
    return told


def file_notes(location: str | Path, city: str, notes: Iterable[Note]) -> Filed:
    """Store checked notes, which then wait; those that the store has already are left as they are."""
    rows = {note_id(city, note): note for note in notes}
    today = dt.datetime.now(dt.UTC).date()
    with writing(location) as store:
        there = {*store.rows("note", ["note"], note=list(rows))["note"]}
        new = [
            {"note": name, "city": city, **note._asdict(), "submitted_at": today, "state": "waiting"}
            for name, note in rows.items()
            if name not in there
        ]
        store.add("note", pd.DataFrame(new))
    return Filed(len(new), len(there))


def note_id(city: str, note: Note) -> str:
    """Return the id of a note: 12 hex digits of the SHA-256 of its content."""
    content = json.dumps([city, *map(str, note)], ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:12]


def moderate(
    location: str | Path,
    notes: Sequence[str],
    state: str,
    reason: str | None = None,
    *,
    erase: bool = False,
) -> None:
    """Let notes be shown, or refuse them with a reason; either may be changed later.

    Parameters
    ----------
    notes : sequence of str
        Ids.
    state : {"shown", "refused"}
    reason : str, optional
        Needed to refuse; without personal data.
    erase : bool
        Also remove the text, from the file too; such a note can only be refused.

    Raises
    ------
    InputDataError
        With every problem; nothing is changed then.
    """
    told = cleaned(reason)
    with reading(location) as store:
        known = store.rows("note", note=list(notes))
    problems = [f"note {brief(name)}: not in the store" for name in notes if name not in {*known["note"]}]
    if state not in ("shown", "refused"):
        problems.append(f"state {state!r}: choose shown or refused")
    if state == "refused" and not told:
        problems.append("a note is refused with a reason, which its author can read; give one")
    if erase and state == "shown":
        problems.append("a note whose text is erased cannot be shown")
    erased = [] if state != "shown" else list(known.loc[known["text"].isna(), "note"])
    problems += [f"note {name}: its text was erased; it cannot be shown" for name in erased]
    problems += [
        f"the reason holds personal data: {each.kind} {each.beginning}" for each in personal_data(told)
    ]
    if problems:
        raise InputDataError("notes: nothing was changed\n" + "\n".join(f"  - {each}" for each in problems))
    today = dt.datetime.now(dt.UTC).date()
    with writing(location) as store:
        rows = store.rows("note", note=list(notes))
        if len(rows) != len({*notes}):
            raise StoreError("notes: one of them was removed meanwhile; nothing was changed")
        changed = rows.assign(state=state, moderated_at=today, reason=told if state == "refused" else None)
        store.remove("note", note=list(notes))
        store.add("note", changed.assign(text=None) if erase else changed)
    if erase:
        rewrite(location)
