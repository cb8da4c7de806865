"""Folders of the computer that made a run, replaced by the places that its files have in a bundle.

A bundle goes to the other side, and a folder often holds a user's name. What a manifest says of folders is
therefore told by the place in the bundle (``inputs/feed.zip`` for ``/data/planning/feed.zip``), and a home
folder that is left by ``~``. Equal manifests give equal texts whoever makes the bundle; the run is only read.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from access.bundle_inputs import FOLDER, places_of

NETWORKS, RESULTS = "networks", "results"
TEXTS = (".json", ".yaml", ".html")
_ROOT = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")  # an absolute path begins so
_ABSOLUTE = re.compile(rf"({_ROOT.pattern})[^\s/\\][^\n]*[/\\]?")  # at the beginning of a text
_BEFORE, _BEHIND = r"(?<![\w.])", r"(?![\w-]|\.\w)"  # a name ends where no letter of a longer one follows
_HOME = re.compile(rf"{_BEFORE}(?:(?:/home|[A-Za-z]:[\\/]Users|/Users)[\\/][^\\/\s]+|/root){_BEHIND}")


@dataclass(frozen=True)
class Renamed:
    """What is written instead of the names of a computer: of whole values, and inside texts."""

    whole: Mapping[str, str]
    inside: Mapping[str, str]

    def text(self, text: str) -> str:
        """Replace every known folder and file inside a text, then home folders that are left."""
        if self.inside:
            longest_first = sorted(self.inside, key=lambda name: (-len(name), name))
            known = re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, longest_first))}){_BEHIND}")
            text = known.sub(lambda found: self.inside[found[0]], text)
        return _HOME.sub("~", text)

    def value(self, told: Any) -> Any:
        """Return a value of JSON with every text replaced; keys of mappings are texts too."""
        if isinstance(told, Mapping):
            return {self.text(str(key)): self.value(each) for key, each in told.items()}
        if isinstance(told, list | tuple):
            return [self.value(each) for each in told]
        if not isinstance(told, str):
            return told
        return self.whole[told] if told in self.whole else self.text(told)


def renamed_of(manifest: Mapping[str, Any], *results: str) -> Renamed:
    """Return what replaces the folders that a run's manifest names.

    Parameters
    ----------
    manifest : mapping
        Of the run.
    results : str
        Names of the folder of the run, which are ``results`` in a bundle.
    """
    places = places_of([str(each["file"]) for each in manifest.get("inputs") or []])
    inside = dict.fromkeys(results, RESULTS)
    data = str(manifest.get("data_folder") or "")
    inside[data] = FOLDER
    for file, place in places.items():
        inside |= dict.fromkeys(_joined(data, file), f"{FOLDER}/{place}")
    for key, name in _places_of_keys(manifest).items():
        inside[str(manifest[key])] = name
    named = {name.rstrip("/\\"): place for name, place in inside.items() if _ABSOLUTE.match(name)}
    strange = {file: place for file, place in places.items() if file != place}
    climbing = {file: f"{FOLDER}/{place}" for file, place in strange.items() if ".." in file}
    return Renamed(strange, climbing | named)


def _joined(folder: str, file: str) -> Iterator[str]:
    """Yield the ways in which the path of an input can be written."""
    if _ROOT.match(file):
        yield file
        return
    if folder:
        base = folder.rstrip("/\\")
        yield f"{base}/{file}"
        yield "\\".join((base, file.replace("/", "\\")))


def _places_of_keys(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return what a bundle says for the network's cache and the configuration: their last names."""

    def last(key: str) -> str:
        return PurePosixPath(str(manifest[key]).replace("\\", "/")).name

    found = {}
    if manifest.get("network_cache"):
        found["network_cache"] = f"{NETWORKS}/{last('network_cache')}"
    if manifest.get("config_file"):
        found["config_file"] = last("config_file")
    return found


def manifest_in_bundle(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest of a run as a bundle holds it. Done twice, it changes nothing more."""
    told: dict[str, Any] = renamed_of(manifest).value(manifest)
    kept = {"data_folder": FOLDER} if manifest.get("data_folder") else {}
    return {**told, **_places_of_keys(manifest), **kept}


def comparison_in_bundle(comparison: Mapping[str, Any], renamed: Renamed, sha256: str) -> dict[str, Any]:
    """Return the manifest of a comparison as a bundle holds it.

    ``sha256`` is that of the run's manifest in the bundle, to which the comparison then refers.
    """
    told: dict[str, Any] = renamed.value(comparison)
    if isinstance(told.get("base"), dict):
        told["base"] = {**told["base"], "folder": RESULTS, "manifest_sha256": sha256}
        told["base"] |= _places_of_keys(told["base"])
    return told


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Write a manifest as a run writes it."""
    return (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def paths_of_this_machine(told: Any) -> Iterator[str]:
    """Yield the absolute paths in a manifest: a bundle hands them on, and with them perhaps a user's name."""
    if isinstance(told, Mapping):
        for value in told.values():
            yield from paths_of_this_machine(value)
    elif isinstance(told, list):
        for value in told:
            yield from paths_of_this_machine(value)
    elif isinstance(told, str) and _ABSOLUTE.match(told):
        yield told


def files_that_name(contents: Mapping[str, Path | bytes], renamed: Renamed) -> Iterator[tuple[str, str]]:
    """Yield each file of a bundle in which a folder of this computer stands still, and that folder.

    Compressed files are not looked into.
    """
    homes = {found[0] for name in renamed.inside if (found := _HOME.match(name))}
    folders = sorted({*homes, *(name for name in renamed.inside if _ROOT.match(name))})
    if not folders:
        return
    wanted = b"|".join(re.escape(name.encode("utf-8")) for name in folders)
    known = re.compile(rb"(?<![\w./-])(?:%b)(?![\w-])" % wanted)  # /root does not stand in a/rooted
    for file, content in contents.items():
        if folder := _first(known, content):
            yield file, folder.decode("utf-8")


def _first(known: re.Pattern[bytes], content: Path | bytes) -> bytes:
    """Return what a pattern finds first; empty if nothing."""
    if isinstance(content, bytes):
        found = known.search(content)
        return found[0] if found else b""
    if not content.stat().st_size:
        return b""  # an empty file cannot be mapped
    with content.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        found = known.search(mapped)
        return bytes(found[0]) if found else b""
