"""Notes as files: CSV for a spreadsheet, JSON for a program, GeoJSON for a map."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from access.errors import InputDataError
from access.notes import STATES, newest_first
from access.notes_places import timetable
from access.observatory_read import snapshots_of
from access.observatory_store import Store
from access.whole_files import write_whole

COLUMNS = (
    "note",
    "city",
    "kind",
    "attached",
    "attached_to",
    "happened_on",
    "language",
    "text",
    "submitted_at",
    "state",
    "moderated_at",
    "reason",
)
#: First letters that make a spreadsheet read a text as a formula, in narrow and in wide letters.
_FORMULA_START = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def notes_of(store: Store, city: str, states: tuple[str, ...] = STATES) -> pd.DataFrame:
    """Return all columns of a city's notes in some states, the newest day first."""
    return newest_first(store.rows("note", list(COLUMNS), city=city, state=list(states)))


def export_notes(
    store: Store, location: str | Path, city: str, out: Path, states: tuple[str, ...] = ("shown",)
) -> int:
    """Write notes to a file and return how many; the end of its name says which kind of file.

    Parameters
    ----------
    out : Path
        ``*.csv``, ``*.json`` or ``*.geojson``.
    states : tuple of str
        By default only what a moderator has let through.

    Raises
    ------
    InputDataError
        For another ending, or where the file cannot be written.
    """
    writers: dict[str, Callable[[pd.DataFrame], str]] = {
        ".csv": _csv,
        ".json": lambda notes: _json(records_of(notes)),
        ".geojson": lambda notes: _json(_features(store, location, city, notes)),
    }
    writer = writers.get(out.suffix.lower())
    if writer is None:
        raise InputDataError(f"--out {out}: end its name with {', '.join(writers)}")
    notes = notes_of(store, city, states)
    text = writer(notes)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, text.encode())
    except OSError as error:
        raise InputDataError(
            f"--out {out}: cannot be written ({error.strerror}); name another file"
        ) from error
    return len(notes)


def records_of(notes: pd.DataFrame) -> list[dict[str, str | None]]:
    """Return notes as rows of texts; what is missing is None."""
    return [
        {str(name): None if pd.isna(value) else str(value) for name, value in row.items()}
        for row in notes.to_dict("records")
    ]


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _csv(notes: pd.DataFrame) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in records_of(notes):
        writer.writerow([_safe(value or "") for value in row.values()])
    return f"\ufeff{file.getvalue()}"


def _safe(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.lstrip(" \u00a0\u202f").startswith(_FORMULA_START) else text


def _features(store: Store, location: str | Path, city: str, notes: pd.DataFrame) -> dict[str, Any]:
    """Return GeoJSON; what has no place of its own (a route, an alert) has no geometry."""
    places = _places(store, location, city, notes)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row["note"],
                "geometry": places.get((str(row["attached"]), str(row["attached_to"]))),
                "properties": row,
            }
            for row in records_of(notes)
        ],
    }


def _places(
    store: Store, location: str | Path, city: str, notes: pd.DataFrame
) -> Mapping[tuple[str, str], dict[str, Any]]:
    """Return the geometry of cells and zones as last seen, and of stops."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    order = {name: place for place, name in enumerate(snapshots_of(store, city)["snapshot"])}
    for attached, column in (("cell", "cell"), ("zone", "zone_id")):
        wanted = [*notes.loc[notes["attached"] == attached, "attached_to"].unique()]
        rows = store.rows(attached, ["snapshot", column, "geometry"], **{column: wanted})
        rows = rows.assign(place=rows["snapshot"].map(order)).dropna(subset=["place", "geometry"])
        for name, outline in rows.sort_values("place")[[column, "geometry"]].itertuples(index=False):
            found[attached, str(name)] = json.loads(shapely.to_geojson(shapely.from_wkb(outline)))
    of_stops = {*notes.loc[notes["attached"] == "stop", "attached_to"]}
    if of_stops:
        try:
            stops = timetable(store, location, city).stops
        except InputDataError:
            return found  # without the archive nobody knows where they are
        seen = stops[stops["id"].isin(of_stops)].dropna()
        for name, lon, lat in zip(seen["id"], seen["lon"], seen["lat"], strict=True):
            found["stop", str(name)] = {"type": "Point", "coordinates": [float(lon), float(lat)]}
    return found
