"""Notes as lines for the terminal, in English or French."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from access.notes import STATES
from access.notes_export import notes_of, records_of
from access.notes_places import chosen_city
from access.observatory_store import reading
from access.texts import Texts


def listed(location: str | Path, city: str | None, state: str, language: str) -> Iterator[str]:
    """Yield the lines of a city's notes in one state, or in ``all``; where there are none, that.

    Below notes that wait stands what a moderator looks for.
    """
    texts = Texts(language)
    with reading(location) as store:
        chosen = chosen_city(store, city)
        notes = notes_of(store, chosen, STATES if state == "all" else (state,))
    if notes.empty:
        yield texts("notes.none", city=chosen)
    for note in records_of(notes):
        day = texts.day(note["happened_on"]) if note["happened_on"] else texts("notes.no_day")
        attached, state = texts(f"notes.attached.{note['attached']}"), texts(f"notes.state.{note['state']}")
        yield f"{note['note']}  {state}  {day}  {attached} {note['attached_to']}"
        kind = texts.capital(texts(f"notes.kind.{note['kind']}"))
        yield texts("notes.line", kind=kind, text=note["text"] or texts("notes.erased"))
        if note["reason"]:
            yield texts("notes.reason", reason=note["reason"])
    if "waiting" in set(notes["state"]):
        yield texts("notes.look_for")
