"""A finished run of the city on one street (``builders_city``), computed once for all live questions.

Its bus leaves every ten minutes from 7:00 to 10:50, 100 s of walking and 60 s of waiting from the west end,
and takes 20 minutes to 100 s of walking from the east end: who leaves at 8:05 is there at 8:31:40.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import builders_city as city
import numpy as np

from access import pipeline

PERCENTILES = [10, 50, 90]


@functools.cache
def finished_run() -> Path:
    """Return the run folder; never write into it."""
    folder = Path(tempfile.mkdtemp(prefix="live-city-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    travel = {"percentile": 50, "further_percentiles": [10, 90]}
    config = city.write_city(folder, travel=travel, periods=[*city.CONFIG["periods"], by_arrival()])
    before = os.environ.get("FAIRREACH_CACHE")
    os.environ["FAIRREACH_CACHE"] = str(folder / "cache")
    try:
        return pipeline.run(config, show_bar=False).folder
    finally:
        if before is None:
            del os.environ["FAIRREACH_CACHE"]
        else:
            os.environ["FAIRREACH_CACHE"] = before


def by_arrival() -> dict[str, Any]:
    """A period of those who must be there in time."""
    label = {"en": "to be there", "fr": "pour y être"}
    return {"name": "be_there", "label": label, "arrival_start": "09:00", "departure_window_min": 30}


def manifest_of(run: Path) -> dict[str, Any]:
    """Read the manifest of a run."""
    found: dict[str, Any] = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    return found


def copied(run: Path, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Copy a run and its ready network, to be changed; return the new folder and manifest."""
    manifest = manifest_of(run)
    shutil.copytree(run, folder / "run")
    shutil.copytree(manifest["network_cache"], folder / "network")
    manifest["network_cache"] = str(folder / "network")
    (folder / "run" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder / "run", manifest


def without_opportunities(network: Path) -> None:
    """Make a ready network like those that were kept before it told what there is to reach."""
    (network / "opportunities.npz").unlink()
    names = json.loads((network / "names.json").read_text(encoding="utf-8"))
    del names["services"]
    (network / "names.json").write_text(json.dumps(names), encoding="utf-8")


def ends(cell_ids: list[str]) -> tuple[str, str]:
    """Return the cells at the west and the east end of the street."""
    import h3

    lon = np.array([h3.cell_to_latlng(cell)[1] for cell in cell_ids])
    return cell_ids[int(lon.argmin())], cell_ids[int(lon.argmax())]
