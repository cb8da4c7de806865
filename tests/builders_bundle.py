"""A small run with inputs and a configuration, and the bundle of it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import yaml
from builders_rights_pages import write_rights_run

from access.bundle import Asked, Bundle, write_bundle

INPUTS = {"feed.zip": b"PK feed", "people.csv": b"id,population\na,1\n", "shared/jobs.csv": b"id,jobs\na,2\n"}
KEYS = {
    "feed.zip": ["schedule.feeds.0.file"],
    "people.csv": ["people.file"],
    "shared/jobs.csv": ["opportunities.jobs.file"],
}


def write_run_with_inputs(folder: Path) -> Path:
    """Write the disc with evidence as ``folder/run``, its inputs as ``folder/data``; return the run."""
    data = folder / "data"
    for name, content in INPUTS.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(content)
    listed = [
        {
            "file": name,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "keys": KEYS[name],
        }
        for name, content in INPUTS.items()
    ]
    run = write_rights_run(folder / "run")
    manifest: dict[str, Any] = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {
        "inputs": listed,
        "data_folder": str(data),
        "fairreach_version": "0.1.0",
        "packages": {"numpy": "2.2"},
    }
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    config = {
        "dataset": "somewhere",
        "schedule": {"feeds": [{"file": "feed.zip"}]},
        "people": {"file": "people.csv"},
        "opportunities": [{"name": "jobs", "file": "shared/jobs.csv"}],
        "results": {"folder": "results/x", "min_residents_shown": 20},
    }
    (run / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return run


def bundle_of(run: Path, target: Path, **asked: Any) -> Bundle:
    """Write the bundle of a run, without a report."""
    return write_bundle(run, target, Asked(**asked))


def unpacked(bundle: Path, folder: Path) -> Path:
    """Unpack a bundle with another program than ours."""
    shutil.unpack_archive(bundle, folder, "zip")
    return folder
