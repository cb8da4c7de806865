"""A tiny finished run for what-if questions: the city on one street, and answers that need no worker."""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path
from typing import Any

import builders_city as city
import yaml

from access import pipeline
from access.errors import DataQualityWarning
from dashboards.what_if import Status, WhatIf
from dashboards.what_if_jobs import ENDED

LONGEST_WAIT_S = 120.0
FEW = 50
"""Fewer residents are not told of: the 40 in the east."""

EVERY_5 = {
    "type": "adjust-frequency",
    "route": "R",
    "entries": [{"start_time": "07:00", "end_time": "10:55", "headway_min": 5, "exact": True}],
}
NO_BUS = {"type": "remove-trips", "routes": ["R"]}


def finished_city(folder: Path, **changes: Any) -> Path:
    """Compute a run of the city on one street, with four realisations of travel times."""
    os.environ["FAIRREACH_CACHE"] = str(folder / "cache")
    uncertainty = {"draws": 500, "travel_realisations": 4}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataQualityWarning)
            config = city.write_city(folder, **{"uncertainty": uncertainty, **changes})
            written = yaml.safe_load(config.read_text(encoding="utf-8"))
            written["results"]["min_residents_shown"] = FEW
            config.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
            return pipeline.run(config, show_bar=False).folder
    finally:
        del os.environ["FAIRREACH_CACHE"]


def scenario(*modifications: dict[str, Any], name: str = "test") -> dict[str, Any]:
    """Return a scenario as a browser sends it."""
    return {"name": name, "modifications": list(modifications)}


def waited(asked: WhatIf, run: str, key: str, *until: str) -> Status:
    """Wait until a question has ended, or has come to one of some states."""
    latest = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < latest:
        status = asked.status(run, key)
        if status.state in (*ENDED, *until):
            return status
        time.sleep(0.02)
    raise AssertionError(f"no answer within {LONGEST_WAIT_S:.0f} s: {status}")
