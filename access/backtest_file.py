"""Results of a back-test as JSON beside the store, for the app and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from access.backtest import BackTest
from access.errors import StoreError
from access.observatory_store import is_server
from access.results import json_text
from access.whole_files import write_whole

FORM = 2
"""Of the record; results of another form are read as none."""


def as_record(found: BackTest, city: str) -> dict[str, Any]:
    """Return a back-test as plain values.

    ``planted`` has a row for each thing planted with ``what_en`` and ``what_fr``; ``false_alarms`` and
    ``beside`` a row for each alert; ``said`` one for every alert, with the day and the highest state.
    """
    what = {each.id: each.what for each in found.truth.planted} if found.truth is not None else {}
    planted = [
        {**row, "what_en": what[row["id"]].en, "what_fr": what[row["id"]].fr} for row in _rows(found.planted)
    ]
    return {
        "form": FORM,
        "city": city,
        "first": str(found.days[0]) if found.days else None,
        "last": str(found.days[-1]) if found.days else None,
        "snapshots": len(found.days),
        "rules": list(found.rules),
        "with_truth": found.truth is not None,
        "within_snapshots": found.truth.within_snapshots if found.truth is not None else None,
        "planted": planted,
        "misses": found.misses,
        "noise_snapshots": found.noise_snapshots,
        "snapshot_rules": found.snapshot_rules,
        "false_alarms": _rows(found.false_alarms),
        "false_per_50": found.false_per_50,
        "beside": _rows(found.beside),
        "said": _rows(found.said_table),
    }


def place_of(location: str | Path, city: str) -> Path:
    """Return where results of a city lie: beside the store's file.

    Raises
    ------
    StoreError
        If the store is on a server.
    """
    if is_server(location):
        raise StoreError("back-test: a server has no place beside it; write the results with --json FILE")
    path = Path(location)
    return path.with_name(f"{path.name}.backtest-{city}.json")


def save_back_test(location: str | Path, city: str, found: BackTest) -> Path:
    """Write results beside the store and return the file."""
    place = place_of(location, city)
    write_whole(place, json_text(as_record(found, city)).encode())
    return place


def load_back_test(location: str | Path, city: str) -> dict[str, Any] | None:
    """Return results that lie beside the store, or None where there are none that can be read."""
    if is_server(location):
        return None
    try:
        record = json.loads(place_of(location, city).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(record, dict) and (record.get("form"), record.get("city")) == (FORM, city)
    return record if known else None


def _rows(table: Any) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON values: days as text, what is missing as None."""
    rows: list[dict[str, Any]] = json.loads(
        table.assign(**{name: table[name].astype("string") for name in ("day", "begins", "said_on")
                        if name in table}).to_json(orient="records", force_ascii=False)
    )  # fmt: skip
    return rows
