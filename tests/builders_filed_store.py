"""A small store as filing leaves it: with the tally of every snapshot, answers and notes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
from builders_observatory import Planted, ids_of, quiet, small_store

from access.observatory_store import writing
from access.observatory_tally import tally


def filed_store(path: Path, *, city: str = "smalltown", n: int = 2) -> Path:
    """Write a city with so many snapshots, the last of which has a zone; call it again for another city."""
    *before, last = quiet(n)
    small_store(
        path, [*before, Planted(last.observed_on, zones={"East": (3, 4, 5)}, suppressed=(7,))], city=city
    )
    with writing(path) as store:
        for snapshot in ids_of(path, city):
            store.add("tally", tally(store, snapshot))
        store.add("note", pd.DataFrame([note(city, "shown"), note(city, "waiting")]))
        answer = {"answer": f"answer {city}", "city": city, "alert": "a1", "text": "A bus more an hour"}
        store.add(
            "answer", pd.DataFrame([{**answer, "answered_on": dt.date(2020, 5, 4), "state": "promised"}])
        )
    return path


def note(city: str, state: str) -> dict[str, object]:
    """Return an observation, with letters that other programs stumble over."""
    text = "l’ascenseur, “cassé” 50 %\n\tdepuis lundi"
    return {"note": f"{state} {city}", "city": city, "kind": "broken_lift", "text": text, "state": state}
