"""What two runs must have in common for their numbers to stand in one series: the method, and its hash.

The method is everything that defines the numbers apart from the inputs: what is measured, how people walk and
travel, when, in which cells, with which rights and which draws. Names, labels and sources are left out, and
so are files, their columns and service days, which change from snapshot to snapshot.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from access.config import RunConfig
from access.errors import StoreError

METHOD_VERSION = 1
"""Raise it where equal inputs and options give other numbers than before."""

WORDS = ("label", "source", "group_label", "other_label", "term", "congestion_period", "note")
"""Keys that only speak to readers."""

OF_RIGHT = (
    "catalogue",
    "name",
    "service",
    "at_least",
    "at_least_share",
    "within_min",
    "modes",
    "when",
    "for_whom",
)
"""What defines a right, as the manifest of a run records it."""


def config_of(manifest: Mapping[str, Any], what: str) -> RunConfig:
    """Return the configuration that a manifest records, with today's defaults for keys that it lacks.

    Raises
    ------
    StoreError
        If this version of the program cannot read it; ``what`` names the run.
    """
    try:
        return RunConfig.model_validate(manifest.get("config"))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
        raise StoreError(
            f"{what}: its configuration cannot be read by this version of fairreach ({problems}); "
            "run it again"
        ) from None


def method_of(
    config: RunConfig, rights: Iterable[Mapping[str, Any]], engine: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the method as plain values, the same for the same method.

    Parameters
    ----------
    config : RunConfig
    rights : iterable of mapping
        Definitions of all rights, with the keys ``OF_RIGHT`` and any others.
    engine : mapping
        The manifest's record of the engine.
    """
    given = config.model_dump(mode="json")
    sensitivity = {key: value for key, value in given["sensitivity"].items() if key != "service_dates"}
    periods = [{k: v for k, v in period.items() if k != "service_date"} for period in given["periods"]]
    brackets = config.income_brackets
    method = {
        "version": METHOD_VERSION,
        "engine": dict(engine),
        "cells": {key: given["cells"][key] for key in ("h3_resolution", "cover", "buffer_m")},
        "max_snap_m": config.streets.max_snap_m,
        "groups": sorted(config.people.groups),
        "residents_on_grid": config.population_grid is not None,
        "income_unit": config.income.unit.en if config.income else None,
        "income_bounds": sorted(map(str, brackets.upper_bounds.values())) if brackets else None,
        "opportunities": [
            {"name": o["name"], "where": _pairs(o["where"]), "service": o["service"]}
            for o in given["opportunities"]
        ],
        "travel": given["travel"],
        "periods": periods,
        "modes": given["modes"],
        "measures": given["measures"],
        "rights": _rights(given["rights"], rights),
        "uncertainty": given["uncertainty"],
        "sensitivity": sensitivity,
        "comparisons": given["comparisons"],
        "exclusion": given["exclusion"],
        "min_residents_shown": config.results.min_residents_shown,
    }
    without: dict[str, Any] = _without_words(method)
    return without


def method_of_manifest(manifest: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Return the method of a finished run.

    Raises
    ------
    StoreError
        As ``config_of``.
    """
    engine = manifest.get("engine") or {"name": "fairreach"}
    return method_of(config_of(manifest, what), manifest.get("rights") or [], engine)


def method_hash(method: Mapping[str, Any]) -> str:
    """Return the hash that tells methods apart, 16 hex digits."""
    return digest(method)[:16]


def config_hash(config: RunConfig) -> str:
    """Return the SHA-256 of a configuration, but for where its files and its results lie."""
    given = config.model_dump(mode="json", exclude={"dataset": True, "results": {"folder"}})
    return digest(given)


def series_id(city: str, method: str) -> str:
    """Return the short name of the snapshots of one city made by one method."""
    return digest([city, method])[:12]


def snapshot_id(city: str, method: str, config: str, inputs: Iterable[str]) -> str:
    """Return what tells a snapshot from all others: city, method, configuration and hashes of the inputs."""
    return digest([city, method, config, sorted(inputs)])[:12]


def digest(content: Any) -> str:
    """Return the SHA-256 of plain values, whatever the order of keys; 200 and 200.0 are one number."""
    text = json.dumps(
        _numbers(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _numbers(content: Any) -> Any:
    """Write whole numbers in one way only: a default and a value read from a file may differ in it."""
    if isinstance(content, Mapping):
        return {key: _numbers(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_numbers(value) for value in content]
    if isinstance(content, float) and content.is_integer():
        return int(content)
    return content


def _rights(given: Mapping[str, Any] | None, rights: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    if given is None:
        return None
    defined = sorted(
        ({key: right.get(key) for key in OF_RIGHT} for right in rights),
        key=lambda right: (str(right["catalogue"]), str(right["name"])),
    )
    kept = {key: value for key, value in given.items() if key != "catalogues"}
    named = {key: _pairs(kept[key]) for key in ("services", "groups")}
    return {**kept, **named, "defined": defined}


def _pairs(named: Mapping[str, Any]) -> list[list[Any]]:
    """Return a mapping whose keys are the user's own words, so that none is taken for one of ours."""
    return [[key, named[key]] for key in sorted(named)]


def _without_words(content: Any) -> Any:
    """Leave out what only speaks to readers, however deep it stands."""
    if isinstance(content, dict):
        return {key: _without_words(value) for key, value in content.items() if key not in WORDS}
    if isinstance(content, list):
        return [_without_words(value) for value in content]
    return content
