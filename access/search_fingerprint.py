"""What a search was made of, as short texts to keep beside a result and compare with another search.

Every array goes into a SHA-256 of its input and every plain value is kept as it is, so that a result which is
continued can say *what* differs: "max_duration_min was 120 and is 90", "walks from origins to stops differ".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from access._version import __version__
from access.search import PreparedSearch

INPUT_NAMES = {
    "access": "walks from origins to stops",
    "footpaths": "walks between stops",
    "egress": "walks from stops to destinations",
    "direct": "walks from origins to destinations",
    "timetable": "timetable",
    "stop_of": "rules of the feed about stops",
    "visit_of": "rules of the feed about trips",
}
OPTION_NAMES = {"first_departure_s": "departure_start_s", "n_departures": "departure_window_min"}

MAKES_RESULTS = ("engine", "batches.py", "opportunities.py", "pairs.py", "search.py", "travel_times.py")
"""Source files on which the bytes of a result depend once the search is given."""


def described_search(search: PreparedSearch) -> tuple[dict[str, str], dict[str, object]]:
    """Return the digest of each input and the value of each option."""
    inputs: dict[str, str] = {}
    options: dict[str, object] = {}
    for field in fields(search):
        value = getattr(search, field.name)
        leaves = list(_leaves(value, field.name))
        if any(isinstance(leaf, np.ndarray) for _, leaf in leaves):
            inputs[INPUT_NAMES.get(field.name, field.name)] = digest_of(value)
        else:
            options |= {OPTION_NAMES.get(name, name): _plain(leaf) for name, leaf in leaves}
    return inputs, options


def digest_of(value: object) -> str:
    """Return the SHA-256 of arrays, NamedTuples of arrays and plain values, with names, types and shapes."""
    digest = hashlib.sha256()
    for name, leaf in _leaves(value, ""):
        if isinstance(leaf, np.ndarray) and leaf.dtype != object:
            digest.update(f"{name} {leaf.dtype} {leaf.shape} ".encode())
            digest.update(np.ascontiguousarray(leaf).data)
        else:
            plain = leaf.tolist() if isinstance(leaf, np.ndarray) else _plain(leaf)
            digest.update(f"{name} {plain!r} ".encode())
    return digest.hexdigest()


@cache
def described_program() -> dict[str, str]:
    """Return version and source of what makes results, and of the libraries that shape their bytes."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for name in MAKES_RESULTS:
        for file in sorted((here / name).rglob("*.py")) if (here / name).is_dir() else [here / name]:
            digest.update(f"{file.name} ".encode() + file.read_bytes())
    return {"fairreach": __version__, "source": digest.hexdigest(), "pyarrow": pa.__version__}


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """Say in a line for each entry what differs between two descriptions (inputs, options or program)."""
    lines = {}
    for name in [*before, *(name for name in now if name not in before)]:
        old, new = before.get(name), now.get(name)
        if old != new:
            digests = {len(text) for text in (old, new) if isinstance(text, str)} == {64}
            lines[name] = f"{name} differs" if digests else f"{name} was {old!r} and is {new!r}"
    return lines


def _leaves(value: object, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        for field, part in zip(value._fields, value, strict=True):
            yield from _leaves(part, field)
    elif isinstance(value, list | tuple) and any(isinstance(part, np.ndarray | tuple) for part in value):
        for number, part in enumerate(value):
            yield from _leaves(part, f"{name}[{number}]")
    else:
        yield name, value


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    return list(value) if isinstance(value, tuple) else value
