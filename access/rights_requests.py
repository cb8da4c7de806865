"""What rights ask of travel times: which service, within how many minutes, when, how, and at which walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from access.config import PeriodKind
from access.rights_catalogue import Mode, Right, RightsCatalogue, Walking

Floats = npt.NDArray[np.float64]
PERIOD_KINDS: tuple[PeriodKind, ...] = get_args(PeriodKind)


class Missing(StrEnum):
    """Why there is no answer."""

    SERVICE = "service"  # no opportunities of this run stand for it, or their file has no data
    PERIOD = "period"  # the run has no period of this kind
    TIMETABLE = "timetable"  # it has one, but the timetable does not cover it
    MODE = "mode"  # the run does not compute this mode
    WALKING = "walking speed"  # the run does not compute slow walking
    DURATION = "duration"  # the minutes of the right exceed the longest trip computed
    TOTAL = "total"  # the study area has none of the service: a share of it is not defined


class Situation(NamedTuple):
    """When, and how fast people walk."""

    period: PeriodKind
    walking: Walking


class Request(NamedTuple):
    """What a right asks of travel times: opportunities of a service in less than so many minutes."""

    service: str
    within_min: int
    mode: Mode
    period: PeriodKind | None  # None: the mode has no timetable
    walking: Walking


Reach = Callable[[Request], Floats | Missing]
"""Answers a request: opportunities reached by cell, shape ``(n_cells,)``, or why there is no answer."""


def requests_of(catalogues: Iterable[RightsCatalogue]) -> list[Request]:
    """Return everything that ``evaluate_rights`` will ask for, each once, in order."""
    rights = [right for catalogue in catalogues for right in catalogue.rights]
    asked = [
        request
        for right in rights
        for situation in (as_written(right), *other_situations(right))
        for request in requests_in(right, situation)
    ]
    return list(dict.fromkeys(asked))


def as_written(right: Right) -> Situation:
    """Return the situation in which a right must hold."""
    return Situation(right.when, right.walking)


def other_situations(right: Right) -> Iterator[Situation]:
    """Yield the situations a right is compared with: other parts of the week, and slow walking."""
    if "transit" in right.modes:
        for period in PERIOD_KINDS:
            if period != right.when:
                yield Situation(period, right.walking)
    if right.walking == "usual" and {"transit", "walk"} & {*right.modes}:
        yield Situation(right.when, "slow")


def requests_in(right: Right, situation: Situation) -> Iterator[Request]:
    """Yield what a right asks in one situation, mode by mode."""
    for mode in right.modes:
        yield Request(
            right.service,
            right.within_min,
            mode,
            situation.period if mode == "transit" else None,
            situation.walking if mode in ("transit", "walk") else "usual",
        )
