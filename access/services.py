"""The vocabulary of services that OpenStreetMap tags can tell apart: a YAML file, read and checked.

The shipped one is ``access/data/services.yaml`` (``configs/services.yaml`` points to it); a city may bring
its own copy. What its keys mean is written at its top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from access.errors import InputDataError

LANGUAGES = ("en", "fr")
KEYS = ("label", "tags", "level_tags", "capacity_tags")


@dataclass(frozen=True)
class Service:
    """One kind of place, as a vocabulary describes it.

    Attributes
    ----------
    name : str
        Short name, as configurations use it.
    label : mapping of str
        Plural noun for readers, by language (``en``, ``fr``).
    tags : tuple of mappings
        Alternatives: key -> values allowed. An object matches if it fulfils every key of one alternative.
    level_tags, capacity_tags : tuple of str
        Keys that give the level and the capacity, the first present one counts.
    """

    name: str
    label: Mapping[str, str]
    tags: tuple[Mapping[str, frozenset[str]], ...]
    level_tags: tuple[str, ...] = ()
    capacity_tags: tuple[str, ...] = ()

    def matches(self, tags: Mapping[str, str]) -> bool:
        """Tell whether an object with these tags is such a place."""
        return any(
            all(tags.get(key) in values for key, values in alternative.items()) for alternative in self.tags
        )


def read_services(path: Path | None = None) -> dict[str, Service]:
    """Return the services of a vocabulary file by name; without a path, the shipped ones.

    Raises
    ------
    InputDataError
        If the file is missing, is no YAML, or does not describe services; all problems are listed.
    """
    source = str(path) if path else "services.yaml"
    try:
        file = path or resources.files("access") / "data" / "services.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputDataError(
            f"{source}: no such file; leave services_file out for the shipped one"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise InputDataError(f"{source}: not YAML in UTF-8: {error}") from error
    entries = content.get("services") if isinstance(content, dict) else None
    if not isinstance(entries, dict) or not entries:
        raise InputDataError(f"{source}: needs a mapping `services: {{name: {{label: ..., tags: ...}}}}`")
    problems = [problem for name, entry in entries.items() for problem in _problems(str(name), entry)]
    if problems:
        raise InputDataError(f"{source}: " + "; ".join(problems))
    return {str(name): _service(str(name), entry) for name, entry in entries.items()}


def _problems(name: str, entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return [f"{name}: needs label and tags"]
    problems = [
        f"{name}: unknown key {key!r}, allowed are {', '.join(KEYS)}" for key in entry if key not in KEYS
    ]
    label = entry.get("label")
    if not (isinstance(label, dict) and all(isinstance(label.get(x), str) for x in LANGUAGES)):
        problems.append(f"{name}: label needs a text in each of {', '.join(LANGUAGES)}")
    tags = entry.get("tags")
    if not (isinstance(tags, list) and tags and all(_is_alternative(alternative) for alternative in tags)):
        problems.append(f"{name}: tags needs a list of {{key: value}} texts; quote values such as 'yes'")
    for key in ("level_tags", "capacity_tags"):
        listed = entry.get(key, [])
        if not (isinstance(listed, list) and all(isinstance(tag, str) for tag in listed)):
            problems.append(f"{name}: {key} needs a list of tag keys")
    return problems


def _is_alternative(alternative: object) -> bool:
    return (
        isinstance(alternative, dict)
        and bool(alternative)
        and all(
            isinstance(key, str) and all(isinstance(value, str) for value in _values(values))
            for key, values in alternative.items()
        )
    )


def _values(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _service(name: str, entry: dict[str, Any]) -> Service:
    return Service(
        name=name,
        label=dict(entry["label"]),
        tags=tuple({key: frozenset(_values(v)) for key, v in tags.items()} for tags in entry["tags"]),
        level_tags=tuple(entry.get("level_tags", [])),
        capacity_tags=tuple(entry.get("capacity_tags", [])),
    )
