"""A bundle of evidence: everything the other side needs to check a run and to compute it again.

``write_bundle`` puts into one zip the report, the inputs (or their hashes and where to get them), the
configuration, the environment, the commands, the results, the methods and the checks, each with its hash;
``access.reproduce`` checks and repeats it.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

from access._version import __version__
from access.bundle_checks import Check, checks_of
from access.bundle_folders import (
    RESULTS,
    TEXTS,
    Renamed,
    comparison_in_bundle,
    files_that_name,
    manifest_bytes,
    manifest_in_bundle,
    paths_of_this_machine,
    renamed_of,
)
from access.bundle_inputs import CONFIG, FOLDER, BundledInput, bundled_config, bundled_inputs, files_of
from access.bundle_sign import fingerprint_of, signature_of
from access.bundle_sums import SIGNATURE, SUMS, sums_text
from access.bundle_texts import commands, methods, readme
from access.bundle_zip import write_zip
from access.datasets import sha256_of
from access.errors import ResultError
from access.manifest import package_versions
from access.report_data import read_run
from access.report_findings import attribution
from access.results import COMPARISON, MANIFEST, RUN
from access.texts import LANGUAGES, Texts

KIND, VERSION = "evidence bundle", 1
BUNDLE_JSON = "bundle.json"
COMPARED, SCENARIOS = "comparison", "scenarios"


@dataclass(frozen=True)
class Asked:
    """What a bundle is to hold beside the run itself."""

    reports: Mapping[str, bytes] = field(default_factory=dict)  # by name in the bundle
    comparison: Path | None = None
    scenarios: Sequence[Path] = ()
    without: Sequence[str] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None
    key: Path | None = None
    passphrase: str | None = None


@dataclass(frozen=True)
class Bundle:
    """What was written."""

    path: Path
    sums_sha256: str  # one number that stands for every byte of every file
    checks: list[Check]
    left_out: list[BundledInput]
    signed: bool
    #: Folders of this computer that stand still in it, each with the file that names it.
    machine_paths: list[tuple[str, str]] = field(default_factory=list)


def write_bundle(run: Path, target: Path, asked: Asked) -> Bundle:
    """Write the bundle of a run; ``target`` is replaced when the new one is whole.

    Raises
    ------
    ResultError, InputDataError
        If the run cannot be read, or its inputs are not as they were.
    AccessError
        If the key cannot be used, or the zip not be written.
    """
    read = read_run(run)
    credits_text = " · ".join(attribution(read, Texts("en")))
    inputs = bundled_inputs(read.manifest, asked.without, asked.where, credits_text)
    checks = checks_of(read, run, inputs)
    renamed = renamed_of(read.manifest, str(run), str(run.resolve()))
    results = _results_in_bundle(run, read.manifest, asked.comparison, renamed)
    contents: dict[str, Path | bytes] = {
        **dict(files_of(inputs)),
        **bundled_config(run, read.manifest, inputs),
        **results,
        **asked.reports,
        "environment/environment.json": _json(_environment(read.manifest)),
        "environment/requirements.txt": _requirements(read.manifest),
        "checks.json": _json([_check_told(check) for check in checks]),
    }
    contents |= {f"{SCENARIOS}/{path.name}": path for path in asked.scenarios}
    told = _told(run, read.manifest, inputs, asked)
    contents[BUNDLE_JSON] = _json(told)
    for language in LANGUAGES:
        texts = Texts(language)
        contents[f"README.{language}.md"] = readme(read, told, checks, texts).encode("utf-8")
        contents[f"methods.{language}.md"] = methods(read, texts).encode("utf-8")
    contents["COMMANDS.txt"] = commands(told).encode("utf-8")
    sums = sums_text(contents)
    if asked.key is not None:
        contents[SIGNATURE] = signature_of(sums, asked.key, asked.passphrase)
    write_zip(target, {**contents, SUMS: sums})
    left_out = [each for each in inputs if not each.included]
    return Bundle(
        target, hashlib.sha256(sums).hexdigest(), checks, left_out, asked.key is not None,
        list(dict.fromkeys(_still_named(contents, renamed))),
    )  # fmt: skip


def _results_in_bundle(
    run: Path, manifest: Mapping[str, Any], comparison: Path | None, renamed: Renamed
) -> dict[str, Path | bytes]:
    """Return the files of a run, and of a comparison with it, with folders of the computer replaced."""
    written = manifest_bytes(manifest_in_bundle(manifest))
    before, now = sha256_of(run / MANIFEST), hashlib.sha256(written).hexdigest()
    found: dict[str, Path | bytes] = {
        f"{RESULTS}/{name}": _renamed_file(path, renamed, {})
        for name, path in _results(run, RUN.files.fullmatch).items()
    }
    found[f"{RESULTS}/{MANIFEST}"] = written
    if comparison is None:
        return found
    compared = json.loads((comparison / MANIFEST).read_text(encoding="utf-8"))
    of_comparison = _results(comparison, COMPARISON.files.fullmatch)
    found |= {
        f"{COMPARED}/{name}": _renamed_file(path, renamed, {before: now})
        for name, path in of_comparison.items()
    }
    found[f"{COMPARED}/{MANIFEST}"] = manifest_bytes(comparison_in_bundle(compared, renamed, now))
    return found


def _renamed_file(path: Path, renamed: Renamed, hashes: Mapping[str, str]) -> Path | bytes:
    """Return a file of results; of a text in which something is replaced, the new content."""
    if path.suffix not in TEXTS:
        return path
    text = path.read_text(encoding="utf-8")
    other = renamed.text(text)
    for before, now in hashes.items():  # pages of a comparison print the hash of the run's manifest
        other = other.replace(before, now)
    return path if other == text else other.encode("utf-8")


def _still_named(contents: Mapping[str, Path | bytes], renamed: Renamed) -> Iterator[tuple[str, str]]:
    """Yield each file that names a folder of this computer all the same, and the folder."""
    for name in (f"{RESULTS}/{MANIFEST}", f"{COMPARED}/{MANIFEST}"):
        if isinstance(content := contents.get(name), bytes):
            yield from ((name, path) for path in paths_of_this_machine(json.loads(content)))
    yield from files_that_name(contents, renamed)


def program_sha256() -> str:
    """SHA-256 over the source files of the program that compute: ``access`` and ``gtfs``, by name."""
    digest = hashlib.sha256()
    for package in ("access", "gtfs"):
        root = Path(str(package_files(package)))
        for path in sorted(root.rglob("*.py")):
            digest.update(f"{package}/{path.relative_to(root).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _results(folder: Path, is_one: Any) -> dict[str, Path]:
    """Return the files of a run (a comparison) by their names in its folder."""
    found = {
        name: path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and is_one(name := path.relative_to(folder).as_posix())
    }
    if MANIFEST not in found:
        raise ResultError(f"{folder}: holds no {MANIFEST}; make it again")
    return found


def _told(
    run: Path, manifest: Mapping[str, Any], inputs: Sequence[BundledInput], asked: Asked
) -> dict[str, Any]:
    """Return ``bundle.json``: what the bundle is, of which run, and how to make everything again."""
    return {
        "kind": KIND,
        "bundle_version": VERSION,
        "fairreach_version": __version__,
        "program_sha256": program_sha256(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": {
            "name": manifest.get("name"),
            "created": manifest.get("created"),
            "fairreach_version": manifest.get("fairreach_version"),
            "manifest_sha256": hashlib.sha256(manifest_bytes(manifest_in_bundle(manifest))).hexdigest(),
            "manifest_sha256_before_folders_were_replaced": sha256_of(run / MANIFEST),
            "attribution": manifest.get("attribution") or [],
            "engine": manifest.get("engine"),
        },
        "signed_by": None if asked.key is None else fingerprint_of(asked.key, asked.passphrase),
        "zone": asked.zone,
        "inputs": [each.plain() for each in inputs],
        "scenarios": [f"{SCENARIOS}/{path.name}" for path in asked.scenarios],
        "commands": list(_commands(asked)),
        "not_included": _not_included(manifest),
    }


def _commands(asked: Asked) -> Iterator[str]:
    """Yield what to type in the folder of the unpacked bundle."""
    yield f"fairreach run {FOLDER}/{CONFIG} --out again"
    if asked.scenarios:
        files = " ".join(shlex.quote(f"{SCENARIOS}/{path.name}") for path in asked.scenarios)
        yield f"fairreach compare again {files} --out again-compared"
    yield "fairreach reproduce BUNDLE"


def _not_included(manifest: Mapping[str, Any]) -> list[str]:
    """Name what a run needed that is no file of its own."""
    config = manifest.get("config") or {}
    needed = []
    if (config.get("streets") or {}).get("place"):
        needed.append("streets, downloaded from OpenStreetMap on the day of the run: they may differ by now")
    if (config.get("travel") or {}).get("engine") == "r5":
        needed.append("the R5 program and Java; `fairreach doctor` says how to get them")
    return needed


def _environment(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "of_the_run": {
            key: manifest.get(key) for key in ("fairreach_version", "python", "system", "packages")
        },
        "of_the_bundle": {
            "fairreach_version": __version__,
            "program_sha256": program_sha256(),
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "packages": package_versions(),
        },
    }


def _check_told(check: Check) -> dict[str, Any]:
    words = {language: check.words(Texts(language)) for language in LANGUAGES}
    return {**check._asdict(), "words": words}


def _requirements(manifest: Mapping[str, Any]) -> bytes:
    """Pin every package to the version that computed the run; fairreach itself comes from its sources."""
    lines = [
        f"# fairreach {manifest.get('fairreach_version')} is no package to fetch by name: install the",
        "# sources that go with this bundle; README.en.md says how to check that they are the same.",
    ]
    lines += [f"{name}=={version}" for name, version in sorted((manifest.get("packages") or {}).items())]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n").encode("utf-8")
