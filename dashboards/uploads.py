"""What browsers upload: scenario files and planned timetables, looked at before anything reads them.

Nothing is written to disk here, and no name that a browser or an archive gives is ever used as one. A
timetable is known by the SHA-256 of its content.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

import yaml

from access.checked_yaml import mapping_of
from access.errors import ConfigError
from access.scenario_problems import GUIDE
from dashboards.upload_zip import LARGEST_ZIP_BYTES, check_zip
from dashboards.what_if_problems import Problem, ScenarioProblems
from dashboards.what_if_question import DEEPEST, checked_scenario, plain_scenario
from dashboards.what_if_store import Store

LARGEST_YAML_BYTES = 400_000
MOST_UPLOAD_BYTES = 200 * 2**20
"""Of all timetables kept in memory together."""

_MB = 2**20


def scenario_of_upload(contents: str) -> dict[str, Any]:
    """Read an uploaded scenario file.

    Parameters
    ----------
    contents : str
        As ``dcc.Upload`` gives it: ``data:...;base64,...``.

    Returns
    -------
    dict
        The scenario, checked, as plain values.

    Raises
    ------
    ScenarioProblems
        With every problem found.
    """
    limit = {"limit": LARGEST_YAML_BYTES // 1000}
    content = _decoded(contents, LARGEST_YAML_BYTES, Problem("yaml_too_large", limit), 1000)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioProblems([Problem("yaml_not_text")]) from None
    _check_yaml(text)
    try:
        raw = mapping_of(text, "", GUIDE)
    except ConfigError as error:
        raise ScenarioProblems([Problem(english=problem) for problem in error.problems]) from None
    return plain_scenario(checked_scenario(raw))


class Uploads:
    """Planned timetables in memory, by the SHA-256 of their content; the least recently used go first."""

    def __init__(self, most_bytes: int = MOST_UPLOAD_BYTES) -> None:
        self._kept: Store[bytes] = Store(most_bytes)

    def keep_timetable(self, contents: str) -> str:
        """Check an uploaded GTFS zip and keep it.

        Parameters
        ----------
        contents : str
            As ``dcc.Upload`` gives it: ``data:...;base64,...``.

        Returns
        -------
        str
            Its SHA-256, by which ``WhatIf.start`` knows it.

        Raises
        ------
        ScenarioProblems
            With every problem found.
        """
        limit = {"limit": LARGEST_ZIP_BYTES // _MB}
        content = _decoded(contents, LARGEST_ZIP_BYTES, Problem("upload_too_large", limit), _MB)
        problems = check_zip(content)
        if problems:
            raise ScenarioProblems(problems)
        found = hashlib.sha256(content).hexdigest()
        self._kept.put(found, content, len(content))
        return found

    def get(self, upload: str) -> bytes | None:
        """Return an upload by its SHA-256; None once it made room for others."""
        return self._kept.get(upload)


def _decoded(contents: str, most_bytes: int, too_large: Problem, unit: int) -> bytes:
    """Return the bytes of an upload; the size is looked at before anything is decoded."""
    _, comma, encoded = contents.partition(",") if isinstance(contents, str) else ("", "", "")
    size = len(encoded) * 3 // 4
    if size > most_bytes + 2:
        came = {"came": -(-size // unit)}
        raise ScenarioProblems([Problem(too_large.key, {**too_large.values, **came})])
    try:
        content = base64.b64decode(encoded, validate=True) if comma else b""
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise ScenarioProblems([Problem("upload_empty")])
    return content


def _check_yaml(text: str) -> None:
    """Refuse references, which can grow without bound, and depths that no scenario has; nothing is built."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.AliasEvent):
                raise ScenarioProblems([Problem("yaml_alias")])
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise ScenarioProblems([Problem("too_deep")])
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        return  # reading it tells where
