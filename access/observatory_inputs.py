"""The inputs of a filed run: what each file is for, whether it is archived, and facts of its timetables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from access.config import RunConfig
from gtfs.feed_facts import FeedFacts, feed_facts

ROLES = ("timetable", "streets", "population", "income", "opportunities", "other")
"""Of files; one with several has the first of these."""

_BEGINNINGS = {
    "timetable": ("schedule.",),
    "streets": ("streets.",),
    "population": ("people.", "population_grid."),
    "income": ("income",),
    "opportunities": ("opportunities.", "services_file"),
}


def role_of(keys: Sequence[str]) -> str:
    """Return what a file is for, from the keys of the configuration that name it."""
    for role, beginnings in _BEGINNINGS.items():
        if any(key.startswith(beginnings) for key in keys):
            return role
    return "other"


def input_rows(manifest: Mapping[str, Any], archived: Mapping[str, bool]) -> pd.DataFrame:
    """Return rows of the table ``input``; ``archived`` says by SHA-256 what the archive has."""
    rows = [
        {
            "file": entry["file"],
            "role": role_of(entry["keys"]),
            "sha256": entry["sha256"],
            "bytes": entry["bytes"],
            "archived": archived.get(entry["sha256"], False),
        }
        for entry in manifest["inputs"]
    ]
    return pd.DataFrame(rows)


def feed_rows(
    config: RunConfig, manifest: Mapping[str, Any], files: Mapping[str, Path], known: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """Return rows of the table ``feed``, and notes on timetables whose facts could not be counted.

    Parameters
    ----------
    files : mapping of str to Path
        By SHA-256, the inputs that are still there.
    known : DataFrame
        Rows of ``feed`` of earlier snapshots: a file that was counted before is not read again.
    """
    hashes = {entry["file"]: entry["sha256"] for entry in manifest["inputs"]}
    rows, notes = [], []
    for feed in config.schedule.feeds:
        sha256 = hashes[feed.file]
        row: dict[str, Any] = {"feed": feed.name, "sha256": sha256}
        counted = known[(known["sha256"] == sha256) & known["trips_week"].notna()] if len(known) else known
        if len(counted):
            row |= {name: counted[name].iloc[-1] for name in FeedFacts._fields}
        elif sha256 in files:
            row |= feed_facts(files[sha256])._asdict()
        else:
            notes.append(
                f"{feed.file}: gone or changed since the run, so its trips and stops are not counted"
            )
        rows.append(row)
    return pd.DataFrame(rows), notes
