"""Run a configuration with the newest versions of its timetables, and file the run as a snapshot.

The inputs are laid out by links in a folder of their own: the configuration keeps its names of files, and the
files that its feeds had before are left alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from access.config import RunConfig
from access.config_checks import input_files
from access.config_file import load_config
from access.errors import InputDataError, StoreError
from access.feed_watch_kept import kept
from access.feed_watch_versions import Told
from access.observatory_store import is_server, reading

Versions = Mapping[str, str]
"""Feed -> SHA-256 of its version."""


class Snapshot(NamedTuple):
    """A run of the newest versions that was filed."""

    snapshot: str
    observed_on: str
    folder: Path
    notes: tuple[str, ...]


def combinations_to_run(before: Versions, new: Sequence[Told]) -> list[dict[str, str]]:
    """Return the versions to run together, one after the other: those at hand, then with each new one.

    New versions of different feeds that came together are run together; of several of one feed each is run,
    with the newest before it of the others.

    Parameters
    ----------
    before : mapping
        Newest version of each feed before the look; empty where none was seen.
    new : sequence of Told
        In order.
    """
    by_feed: dict[str, list[str]] = {}
    for told in new:
        by_feed.setdefault(told.feed, []).append(told.sha256)
    current, found = dict(before), [dict(before)] if before else []
    for together in zip_longest(*by_feed.values()):
        current |= {
            feed: sha256 for feed, sha256 in zip(by_feed, together, strict=True) if sha256 is not None
        }
        found.append(dict(current))
    return found


def is_filed(location: str | Path, city: str, versions: Versions) -> bool:
    """Say whether a snapshot of the city was made with these versions."""
    if not is_server(location) and not Path(location).exists():
        return False
    with reading(location) as store:
        mine = store.rows("snapshot", ["snapshot"], city=city)["snapshot"].tolist()
        feeds = store.rows("feed", ["snapshot", "feed", "sha256"], snapshot=mine)
    wanted = set(versions.items())
    by_snapshot = feeds.groupby("snapshot")[["feed", "sha256"]]
    return any(wanted <= set(zip(rows["feed"], rows["sha256"], strict=True)) for _, rows in by_snapshot)


def run_and_file(
    config_file: Path,
    location: str | Path,
    city: str,
    versions: Versions,
    runs: Path,
    *,
    show_bar: bool = False,
    threads: int | None = None,
) -> Snapshot:
    """Run a configuration with versions of its feeds and file the run.

    Parameters
    ----------
    config_file : Path
        Its ``schedule.service_date`` should be ``auto``: a fixed day is in few versions of a timetable.
    versions : mapping
        Feeds to replace; those without a version are read from the configuration's own files.
    runs : Path
        Folder of runs; a run gets a folder of its own there, named by day and versions.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If the run cannot be made or filed.
    """
    from access.observatory import observe
    from access.pipeline import run

    name = "-".join(sha256[:8] for _, sha256 in sorted(versions.items()))
    laid_out = lay_out(config_file, location, versions, runs / f"{name}.inputs")
    finished = run(laid_out, out=runs / name, threads=threads, show_bar=show_bar)
    done = observe(finished.folder, location, city=city)
    return Snapshot(done.snapshot, done.observed_on.isoformat(), finished.folder, done.notes)


def lay_out(config_file: Path, location: str | Path, versions: Versions, folder: Path) -> Path:
    """Write a configuration into a folder with links to its inputs, and versions of feeds in their places.

    Returns
    -------
    Path
        Of the configuration.

    Raises
    ------
    ConfigError, InputDataError
        If the configuration cannot be used.
    StoreError
        If a version is not at hand, or the folder cannot be written.
    """
    loaded = load_config(config_file, must_exist=False)
    config = loaded.config
    files = {name: loaded.path(name) for key, name in input_files(config).items()}
    for feed in config.schedule.feeds:
        if feed.name in versions:
            files[feed.file] = _version(location, feed.name, versions[feed.name])
    missing = [
        f"{name}: no such file in {loaded.data_folder}" for name, path in files.items() if not path.exists()
    ]
    if missing:
        raise InputDataError("\n".join(missing))
    content: dict[str, Any] = yaml.safe_load(config_file.read_text(encoding="utf-8"))
    content.pop("dataset", None)
    # Names that lead upwards must not leave the folder.
    up = max((sum(part == ".." for part in Path(name).parts) for name in files), default=0)
    home = folder.joinpath(*["in"] * up)
    try:
        if folder.exists():
            shutil.rmtree(folder)
        home.mkdir(parents=True)
        for name, path in files.items():
            _link(path, home / name)
        for name in _own_catalogues(config):
            _link(config_file.parent / name, home / name)
        written = home / config_file.name
        written.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be written ({error.strerror or error}); name another folder (--runs)"
        ) from None
    return written


def _version(location: str | Path, feed: str, sha256: str) -> Path:
    path = kept(location, sha256)
    if path is None:
        raise StoreError(
            f"feed {feed}: version {sha256[:12]} was seen but its file is not at hand any more; the next "
            "version can be run"
        )
    return path


def _own_catalogues(config: RunConfig) -> list[str]:
    """Catalogues of rights that are files beside the configuration."""
    from access.rights_catalogue import SHIPPED

    given = config.rights.catalogues if config.rights else []
    return [name for name in given if name not in SHIPPED]


def _link(path: Path, target: Path) -> None:
    """Make a file or folder known under another name; an absolute name leads to it anyway."""
    if target == path or target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.symlink_to(path.resolve())
    except OSError:  # a file system without links
        shutil.copytree(path, target) if path.is_dir() else shutil.copyfile(path, target)
