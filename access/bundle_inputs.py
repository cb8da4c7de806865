"""Inputs and configuration of a run as a bundle holds them: in one folder, so that the run can be made again.

The configuration is that of the run but for three things: its files lie beside it (no dataset is named), the
catalogues of rights stand beside it as the run recorded them, and results go to ``results``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from access.bundle_zip import name_problem
from access.datasets import sha256_of
from access.errors import InputDataError, ResultError
from access.rights_catalogue import SERVICES, Right

FOLDER, CONFIG = "inputs", "config.yaml"
#: Keys of a configuration that name one file each; feeds and opportunities are lists of such sections.
_SINGLE = (
    ("streets", "osm_pbf"), ("streets", "graphml"), ("streets", "boundary"), ("cells", "file"),
    ("cells", "study_area"), ("people", "file"), ("income_brackets", "file"), ("population_grid", "file"),
    ("income", "file"), ("zones", "file"),
)  # fmt: skip


@dataclass(frozen=True)
class BundledInput:
    """One input of the run."""

    file: str  # as the run's configuration writes it
    place: str  # in the folder of inputs
    sha256: str  # of the file, or of all files of a folder
    size_bytes: int
    keys: tuple[str, ...]
    source: Path
    included: bool
    where: str  # where to get it, if it is not included

    def plain(self) -> dict[str, Any]:
        """Return what ``bundle.json`` says of it: by its place, its own name may be a path of a computer."""
        return {
            "place": self.place, "sha256": self.sha256, "bytes": self.size_bytes,
            "keys": list(self.keys), "included": self.included, "where": self.where,
        }  # fmt: skip


def bundled_inputs(
    manifest: Mapping[str, Any],
    without: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
    credits_text: str = "",
) -> list[BundledInput]:
    """Return the inputs of a run, each checked against its hash where it is to be included.

    Parameters
    ----------
    manifest : mapping
        Of the run.
    without : sequence of str
        Inputs whose licence forbids to hand them on, by the name in the manifest; ``all`` = every one.
    where : mapping of str to str, optional
        Where to get an input that is left out; without it the credits of the run are told.
    credits_text : str
        Credits of the sources of the run.

    Raises
    ------
    InputDataError
        If a name is none of the run's inputs, or an input is gone or changed since the run; all are listed.
    """
    listed: list[Mapping[str, Any]] = manifest.get("inputs") or []
    known, told = [str(each["file"]) for each in listed], dict(where or {})
    strange = sorted({*without, *told} - {*known, "all"})
    if strange:
        raise InputDataError(
            f"{', '.join(strange)}: no input of this run; its inputs are {', '.join(known)} (or: all)"
        )
    root = Path(str(manifest.get("data_folder") or "."))
    places = places_of(known)
    inputs = []
    for each in listed:
        file = str(each["file"])
        left_out = "all" in without or file in without
        inputs.append(
            BundledInput(
                file,
                places[file],
                str(each["sha256"]),
                int(each.get("bytes") or 0),
                tuple(map(str, each.get("keys") or [])),
                root / file,
                not left_out,
                (told.get(file) or credits_text) if left_out else "",
            )
        )
    problems = [problem for each in inputs if each.included and (problem := _problem(each))]
    if problems:
        raise InputDataError(
            f"inputs of the run are not as they were: {'; '.join(problems)}. Put them back, or leave them "
            "out with --without-inputs FILE, so that the bundle tells their hashes and where to get them"
        )
    return inputs


def _problem(each: BundledInput) -> str:
    if not each.source.exists():
        return f"{each.file}: gone from {each.source.parent}"
    return "" if sha256_of(each.source) == each.sha256 else f"{each.file}: changed since the run"


def places_of(files: Sequence[str]) -> dict[str, str]:
    """Return a safe place for each input: its own relative name, else a numbered one."""
    taken = {CONFIG.casefold()}
    places = {}
    for number, file in enumerate(files, start=1):
        name = PurePosixPath(file.replace("\\", "/")).as_posix()
        if name_problem(name) or name.casefold() in taken:
            plain = re.sub(r"[^A-Za-z0-9._-]+", "_", PurePosixPath(name).name).strip(".") or "file"
            name = f"input-{number}/{plain}"
        taken.add(name.casefold())
        places[file] = name
    return places


def files_of(inputs: Sequence[BundledInput]) -> Iterator[tuple[str, Path]]:
    """Yield each included file by its name in the bundle; of a folder, every file in it."""
    for each in inputs:
        if not each.included:
            continue
        if not each.source.is_dir():
            yield f"{FOLDER}/{each.place}", each.source
            continue
        for path in sorted(path for path in each.source.rglob("*") if path.is_file()):
            yield f"{FOLDER}/{each.place}/{path.relative_to(each.source).as_posix()}", path


def bundled_config(
    run: Path, manifest: Mapping[str, Any], inputs: Sequence[BundledInput]
) -> dict[str, bytes]:
    """Return the configuration by which the run can be made again, and its catalogues, by name in the bundle.

    Raises
    ------
    ResultError
        If the run has no readable ``config.yaml``.
    """
    try:
        config = yaml.safe_load((run / CONFIG).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ResultError(f"{run / CONFIG}: cannot be read ({error}); make the run again") from None
    if not isinstance(config, dict):
        raise ResultError(f"{run / CONFIG}: is no configuration; make the run again")
    places = {each.file: each.place for each in inputs}
    config = _with_places(config, places) | {"dataset": None}
    config["results"] = {**(config.get("results") or {}), "folder": "results"}
    files: dict[str, bytes] = {}
    if config.get("rights"):
        catalogues = dict(_catalogues(manifest))
        config["rights"] = {**config["rights"], "catalogues": list(catalogues)}
        files |= {f"{FOLDER}/{name}": text for name, text in catalogues.items()}
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    return {f"{FOLDER}/{CONFIG}": text.encode("utf-8"), **files}


def _with_places(config: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    """Return the configuration with every input under its name in the bundle."""

    def placed(section: Mapping[str, Any], key: str) -> dict[str, Any]:
        file = section.get(key)
        return {**section, key: places.get(file, file)} if file else dict(section)

    made = dict(config)
    for name, key in _SINGLE:
        if made.get(name):
            made[name] = placed(made[name], key)
    schedule = made.get("schedule") or {}
    made["schedule"] = {**schedule, "feeds": [placed(feed, "file") for feed in schedule.get("feeds") or []]}
    made["opportunities"] = [placed(each, "file") for each in made.get("opportunities") or []]
    return placed(made, "services_file")


def _catalogues(manifest: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Yield the catalogues of rights as the run recorded them, by file name."""
    for told in manifest.get("rights_catalogues") or []:
        rights = [each for each in manifest.get("rights") or [] if each["catalogue"] == told["name"]]
        further = sorted({each["service"] for each in rights} - {*SERVICES})
        content = {
            **{key: told[key] for key in ("name", "label", "note")},
            "services": {
                service: dict.fromkeys(("en", "fr"), service.replace("_", " ")) for service in further
            },
            "rights": [{key: each[key] for key in Right.model_fields} for each in rights],
        }
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        yield f"rights-{told['name']}.yaml", text.encode("utf-8")
