"""Lay out the inputs and the configuration of a filed run again, so that it can be computed as it was.

Inputs may be taken from other snapshots, role by role: so the past is computed with today's options, and a
change between two snapshots is taken apart into its inputs.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from access.config import RunConfig
from access.errors import StoreError
from access.observatory_archive_files import archived as archived
from access.observatory_archive_files import checked
from access.observatory_method import config_of
from access.observatory_mix import Source, Tree, laid_out, marked, mixed
from access.observatory_store import reading, shown
from access.rights_catalogue import SERVICES, SHIPPED, Right

CONFIG = "config.yaml"


class Filed(NamedTuple):
    """What a store remembers of the making of a snapshot."""

    snapshot: str
    city: str
    observed_on: dt.date
    manifest: Mapping[str, Any]
    config: RunConfig

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each input by its name."""
        return {entry["file"]: entry["sha256"] for entry in self.manifest["inputs"]}


def filed(location: str | Path, snapshot: str) -> Filed:
    """Read what is needed to make a snapshot again.

    Raises
    ------
    StoreError
        If the store has no such snapshot.
    """
    columns = ["snapshot", "city", "observed_on", "manifest_json"]
    with reading(location) as store:
        rows = store.rows("snapshot", columns, snapshot=snapshot)
    if rows.empty:
        where = shown(location)
        raise StoreError(f"snapshot {snapshot!r}: not in {where}; `fairreach store check` lists what is")
    row = rows.iloc[0]
    manifest = json.loads(row["manifest_json"])
    return Filed(
        snapshot, row["city"], row["observed_on"], manifest, config_of(manifest, f"snapshot {snapshot}")
    )


def restore(
    location: str | Path,
    snapshot: str,
    folder: Path,
    replaced: Mapping[str, str] | None = None,
    *,
    taken_from: Mapping[str, str] | None = None,
) -> Path:
    """Lay out a run's inputs and configuration in a folder; ``access.pipeline.run`` can compute it.

    Parameters
    ----------
    location : str or Path
        The store; its archive must have the files.
    snapshot : str
        Whose configuration is used.
    folder : Path
        New or empty.
    replaced : mapping of str to str, optional
        Input of the run -> SHA-256 of the archived file that takes its place.
    taken_from : mapping of str to str, optional
        Role (``access.observatory_mix.ROLES``) -> snapshot whose files, columns and, of a timetable, service
        days are used.

    Returns
    -------
    Path
        Of ``config.yaml``; results would go to ``results`` in the same folder.

    Raises
    ------
    StoreError
        If a snapshot or file is not there, the archive is damaged, or the folder is not empty.
    """
    own = filed(location, snapshot)
    others = {role: filed(location, other) for role, other in (taken_from or {}).items()}
    strange = sorted({*(replaced or {})} - {*own.hashes})
    if strange:
        raise StoreError(
            f"input {', '.join(strange)}: snapshot {snapshot} has none; it has {', '.join(own.hashes)}"
        )
    return lay_out(location, mixture(own, others, replaced), own, folder)


def mixture(own: Filed, others: Mapping[str, Filed], replaced: Mapping[str, str] | None = None) -> Tree:
    """Return the configuration of a snapshot with parts of others, as ``access.observatory_mix`` marks it."""
    tree = marked(own.config, {**own.hashes, **(replaced or {})}, own.snapshot)
    for role, other in others.items():
        days = {"own": own.observed_on, "other": other.observed_on}
        tree = mixed(tree, marked(other.config, other.hashes, other.snapshot), role, days)
    return tree


def lay_out(location: str | Path, tree: Tree, own: Filed, folder: Path, *, files: bool = True) -> Path:
    """Write a configuration and its inputs into a new or empty folder; return the configuration's path.

    Parameters
    ----------
    tree : dict
        As ``mixture`` gives it.
    own : Filed
        Whose catalogues of rights are used.
    files : bool
        Without them only the configuration and its catalogues are written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(f"{folder}: is not empty; name a new folder")
    plain, named = laid_out(tree)
    found = {name: _archived(location, source) for name, source in named.items()} if files else {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in found.items():
            _link(path, folder / name)
        plain = {**plain, "dataset": None, "results": {**plain["results"], "folder": str(folder / "results")}}
        if plain["rights"]:
            plain["rights"] = {**plain["rights"], "catalogues": _catalogues(own, folder)}
        text = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
        (folder / CONFIG).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be written ({error.strerror or error}); name another folder"
        ) from error
    return folder / CONFIG


def _archived(location: str | Path, source: Source) -> Path:
    return checked(location, source.sha256, f"{source.file} of snapshot {source.snapshot}")


def _link(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where that cannot be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _catalogues(own: Filed, folder: Path) -> list[str]:
    """Write the run's own catalogues of rights as its manifest records them; return how to name all."""
    names = []
    given = own.config.rights.catalogues if own.config.rights else []
    for name, told in zip(given, own.manifest.get("rights_catalogues", []), strict=False):
        if name in SHIPPED:
            names.append(name)
            continue
        rights = [right for right in own.manifest["rights"] if right["catalogue"] == told["name"]]
        further = sorted({right["service"] for right in rights} - {*SERVICES})
        content = {
            **{key: told[key] for key in ("name", "label", "note")},
            "services": {
                service: dict.fromkeys(("en", "fr"), service.replace("_", " ")) for service in further
            },
            "rights": [{key: right[key] for key in Right.model_fields} for right in rights],
        }
        file = name if _stays_inside(name) else f"{told['name']}-rights.yaml"
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        names.append(file)
    return names


def _stays_inside(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts
