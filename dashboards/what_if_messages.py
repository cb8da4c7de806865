"""What the server and a worker tell each other about what-if questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dashboards.what_if_problems import Problem

FIRST, EXPORT, CERTAINTY = 0, 1, 2
"""Kinds of a job, and their order in the queue of the worker."""


@dataclass(frozen=True)
class Job:
    """To compute: a question, or the GTFS export of a scenario.

    Attributes
    ----------
    number : int
        Each is given once, so that an answer to a job given up is never taken for that of another.
    feeds : mapping of str to bytes
        Planned timetables by name of the feed; ``planned`` are their SHA-256.
    """

    number: int
    kind: int
    key: str
    scenario: Mapping[str, Any]
    feeds: Mapping[str, bytes] = field(default_factory=dict)
    planned: Mapping[str, str] = field(default_factory=dict)


class Cancel(NamedTuple):
    """Nobody waits for this job any more."""

    number: int


class Ready(NamedTuple):
    """The run is in memory."""

    seconds: float


class Unusable(NamedTuple):
    """The run cannot be loaded; the worker ends."""

    problems: Sequence[Problem]


class Begun(NamedTuple):
    """The worker takes up a job, or its second step."""

    number: int


class Step(NamedTuple):
    """A step is done; ``share`` of the whole job."""

    number: int
    step: str
    share: float


class Answer(NamedTuple):
    """A pickled ``WhatIfResult``; ``final`` ends the job."""

    number: int
    content: bytes
    final: bool


class Exported(NamedTuple):
    """Files of a GTFS export, by name; ends the job."""

    number: int
    files: Mapping[str, bytes]


class Failed(NamedTuple):
    """The job cannot be computed; ends it."""

    number: int
    problems: Sequence[Problem]


class Dropped(NamedTuple):
    """The job was given up as asked; ends it."""

    number: int
