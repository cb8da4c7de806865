"""Read a scenario: YAML text -> checked changes, with all problems listed at once.

A problem names the modification by its number in the file (from 1) and its type, then the key, what came and
what is allowed. How YAML is read and problems are worded: ``checked_yaml.py``, ``scenario_problems.py``.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from access.checked_yaml import read_yaml
from access.config_file import key_reference
from access.errors import ConfigError
from access.scenario import ORDER, TYPES, Scenario
from access.scenario_problems import GUIDE, known_types, problems_in

SHARED_KEYS = ("type", "comment", "feed")
SHOWN_HASH = 12


def load_scenario(path: Path) -> Scenario:
    """Read and check a scenario file.

    Whether its routes, streets and places exist is checked where it meets a run.

    Parameters
    ----------
    path : Path
        YAML file as described in ``configs/scenarios/README.md``.

    Raises
    ------
    ConfigError
        With every problem found, each naming the modification and its key.
    """
    raw = read_yaml(path, "a scenario", GUIDE)
    try:
        scenario = Scenario.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(str(path), list(problems_in(raw, error.errors()))) from None
    if not scenario.modifications:
        raise ConfigError(str(path), [f"modifications: the list is empty; {known_types()}"])
    return scenario.from_file(str(path))


def hash_warnings(scenario: Scenario, manifest: Mapping[str, Any]) -> list[str]:
    """Say which feeds of a run are not those that a scenario was written for.

    Parameters
    ----------
    scenario : Scenario
        With ``feeds``: fingerprints (SHA-256), or at least their first eight digits, by name of the feed.
    manifest : mapping
        That of the run, whose ``inputs`` name the files read and their fingerprints.

    Returns
    -------
    list of str
        One text for each feed that differs or that the run does not have, naming both; mostly empty.
    """
    inputs = {key: entry for entry in manifest["inputs"] for key in entry["keys"]}
    entries = {
        feed["name"]: inputs.get(f"schedule.feeds.{number}.file")
        for number, feed in enumerate(manifest["config"]["schedule"]["feeds"])
    }
    told = []
    for name, wanted in scenario.feeds.items():
        entry = entries.get(name)
        if entry is None:
            told.append(
                f"scenario {scenario.name.en!r} was written for a feed {name!r} ({wanted[:SHOWN_HASH]}), "
                f"which the run does not have; it has {', '.join(sorted(entries))}"
            )
        elif not entry["sha256"].lower().startswith(wanted.lower()):
            told.append(
                f"scenario {scenario.name.en!r} was written for the feed {name!r} with fingerprint "
                f"{wanted[:SHOWN_HASH]}, but the run has {entry['file']} with fingerprint "
                f"{entry['sha256'][:SHOWN_HASH]}: its routes, trips and stops may not be those meant"
            )
    return told


def scenario_reference() -> str:
    """Return all types and keys as Markdown, for ``configs/scenarios/README.md``."""
    return "\n".join(_reference_lines())


def _reference_lines() -> Iterator[str]:
    yield "## Keys of a scenario"
    yield ""
    rows = key_reference(Scenario).splitlines()
    yield from (row for row in rows if not row.startswith("| `modifications[]."))
    yield ""
    yield "## Order of application"
    yield ""
    yield "| order | type | what it does |"
    yield "|---|---|---|"
    types = sorted(TYPES, key=ORDER.__getitem__)
    yield from (f"| {ORDER[type_]} | `{type_}` | {_first_line(TYPES[type_])} |" for type_ in types)
    yield ""
    yield "## Keys of each type"
    for type_ in types:
        yield ""
        yield f"### `{type_}`"
        yield ""
        yield from _rows_of(TYPES[type_])


def _rows_of(model: type[BaseModel]) -> Iterator[str]:
    shared = tuple(f"| `{key}`" for key in SHARED_KEYS)
    yield from (row for row in key_reference(model).splitlines() if not row.startswith(shared))


def _first_line(model: type[BaseModel]) -> str:
    return inspect.getdoc(model).partition("\n\n")[0].replace("\n", " ")  # type: ignore[union-attr]
