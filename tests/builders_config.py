"""A small valid configuration as text and as a mapping, to change one thing at a time."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

MINIMAL: dict[str, Any] = {
    "name": "Testville",
    "schedule": {"feeds": [{"file": "bus.zip", "name": "bus"}], "service_date": "2025-03-05"},
    "streets": {"osm_pbf": "streets.osm.pbf"},
    "cells": {"cover": "population"},
    "people": {"kind": "points", "file": "people.csv", "population_column": "population"},
    "opportunities": [
        {"name": "jobs", "label": {"en": "jobs", "fr": "emplois"}, "kind": "points", "file": "jobs.csv"}
    ],
    "periods": [{"name": "peak", "label": {"en": "peak", "fr": "pointe"}, "departure_start": "08:00"}],
    "measures": {
        "cutoffs_min": [30],
        "headline": {"service": "jobs", "cutoff_min": 30, "period": "peak"},
    },
    "results": {"folder": "results"},
}


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The minimal configuration with dotted keys set, e.g. ``{"travel.percentile": 90}``."""
    config = copy.deepcopy(MINIMAL)
    for dotted, value in changes.items():
        *parents, last = dotted.split(".")
        section: Any = config
        for part in parents:
            section = section[int(part)] if part.isdigit() else section.setdefault(part, {})
        section[int(last) if last.isdigit() else last] = value
    return config


def write_config(folder: Path, changes: dict[str, Any] | None = None, *, with_files: bool = True) -> Path:
    """Write the configuration, and empty files for its inputs where asked."""
    config = changed(changes or {})
    path = folder / "city.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    if with_files:
        for name in ("bus.zip", "streets.osm.pbf", "people.csv", "jobs.csv"):
            (folder / name).touch()
    return path
