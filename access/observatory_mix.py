"""The configuration of a filed run, with the parts of one role taken from another snapshot.

A part is what a configuration says of one kind of input: its files and how they are to be read. What belongs
to the method (resolution, names of groups and services, cutoffs) stays that of the run itself, so that
mixtures of two snapshots can be compared. With a timetable come the service days that it was observed on.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from access.config import RunConfig
from access.config_checks import input_files
from access.errors import StoreError

Tree = dict[str, Any]
ROLES = ("timetable", "streets", "population", "income", "opportunities", "other")
"""Parts that can be taken from another snapshot; ``other`` are the boundary and the neighbourhoods."""


class Source(NamedTuple):
    """A file that a mixture reads."""

    snapshot: str
    file: str  # as the configuration of its own run names it
    sha256: str


def marked(config: RunConfig, hashes: Mapping[str, str], snapshot: str) -> Tree:
    """Return a configuration as plain values with a ``Source`` in the place of each file's name.

    Parameters
    ----------
    hashes : mapping of str to str
        SHA-256 by file.
    """
    tree: Tree = config.model_dump(mode="json")
    for key, file in input_files(config).items():
        holder, last = _holder(tree, key)
        holder[last] = Source(snapshot, file, hashes[file])
    return tree


def mixed(own: Tree, other: Tree, role: str, days: Mapping[str, dt.date]) -> Tree:
    """Return ``own`` with the part of one role taken from ``other``; both as ``marked`` gives them.

    Parameters
    ----------
    role : str
        One of ``ROLES``.
    days : mapping of str to date
        Base service day of ``own`` and of ``other``, for a period that only ``own`` has.

    Raises
    ------
    StoreError
        If there is no such role, or ``other`` knows nothing of a service that ``own`` measures.
    """
    if role not in ROLES:
        raise StoreError(f"role {role!r}: there is none; there are {', '.join(ROLES)}")
    tree = copy.deepcopy(own)
    if role == "timetable":
        tree["schedule"] = copy.deepcopy(other["schedule"])
        tree["periods"] = list(_periods(own["periods"], other["periods"], days))
    elif role == "streets":
        tree["streets"] = {**other["streets"], "max_snap_m": own["streets"]["max_snap_m"]}
    elif role == "opportunities":
        tree["opportunities"] = _opportunities(own["opportunities"], other["opportunities"])
        tree["services_file"] = other["services_file"]
    elif role == "other":
        tree["cells"] = {**other["cells"], **{k: own["cells"][k] for k in ("h3_resolution", "buffer_m")}}
        tree["zones"] = other["zones"]
    else:
        for section in (
            ("people", "population_grid") if role == "population" else ("income", "income_brackets")
        ):
            tree[section] = copy.deepcopy(other[section])
    return tree


def laid_out(tree: Tree) -> tuple[Tree, dict[str, Source]]:
    """Return the configuration with plain names of files, and what must lie under each of them.

    A file keeps its name unless another of the same name, or one outside the folder, stands in its way.
    """
    plain = copy.deepcopy(tree)
    names: dict[str, Source] = {}
    for holder, key, source in list(_sources(plain)):
        name = next(name for name in _names(source) if names.get(name, source).sha256 == source.sha256)
        names.setdefault(name, source)
        holder[key] = name
    return plain, names


def _names(source: Source) -> Iterator[str]:
    """Yield names for a file, from its own to one that no other content has."""
    parts = source.file.replace("\\", "/").split("/")
    if ".." not in parts and parts[0] and ":" not in parts[0]:
        yield source.file
        yield f"from-{source.snapshot}/{source.file}"
    yield f"from-{source.snapshot}/{source.sha256[:12]}/{parts[-1]}"


def _sources(tree: Any) -> Iterator[tuple[Any, Any, Source]]:
    """Yield every place of a file in a tree: what holds it, its key, and the file."""
    if isinstance(tree, Source):
        return
    items: Sequence[tuple[Any, Any]] = ()
    if isinstance(tree, dict):
        items = list(tree.items())
    elif isinstance(tree, list):
        items = list(enumerate(tree))
    for key, value in items:
        if isinstance(value, Source):
            yield tree, key, value
        else:
            yield from _sources(value)


def _holder(tree: Tree, key: str) -> tuple[Any, str]:
    """Return the mapping that holds a key of ``input_files``, and its last part."""
    *path, last = key.split(".")
    place: Any = tree
    for step in path:
        if not isinstance(place, list):
            place = place[step]
        elif step.isdigit():
            place = place[int(step)]
        else:
            place = next(each for each in place if each["name"] == step)
    return place, last


def _periods(own: Sequence[Tree], other: Sequence[Tree], days: Mapping[str, dt.date]) -> Iterator[Tree]:
    """Yield own periods on the other's service days; one that the other lacks is as far from its base day."""
    theirs = {period["name"]: period["service_date"] for period in other}
    for period in own:
        day = period["service_date"]
        if period["name"] in theirs:
            day = theirs[period["name"]]
        elif day is not None:
            day = str(days["other"] + (dt.date.fromisoformat(day) - days["own"]))
        yield {**period, "service_date": day}


def _opportunities(own: Sequence[Tree], other: Sequence[Tree]) -> list[Tree]:
    theirs = {each["name"]: each for each in other}
    absent = [each["name"] for each in own if each["name"] not in theirs]
    if absent:
        raise StoreError(
            f"opportunities {', '.join(absent)}: the other snapshot has none of that name; it has "
            f"{', '.join(theirs)}"
        )
    return [{**theirs[each["name"]], "label": each["label"]} for each in own]
