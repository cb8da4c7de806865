"""Small changes of a timetable that a search tries: what they are called and what they change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple, get_args

from access.scenario import Scenario

Kind = Literal["headway", "span", "stop", "extension", "split"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DayKind = Literal["weekdays", "saturday", "sunday"]
"""As ``days`` of a modification."""

DAY_WORDS: dict[DayKind, dict[str, str]] = {
    "weekdays": {"en": "on weekdays", "fr": "en semaine"},
    "saturday": {"en": "on Saturdays", "fr": "le samedi"},
    "sunday": {"en": "on Sundays", "fr": "le dimanche"},
}
KIND_WORDS: dict[Kind, dict[str, str]] = {
    "headway": {"en": "more frequent", "fr": "fréquence accrue"},
    "span": {"en": "longer hours", "fr": "horaires étendus"},
    "stop": {"en": "a stop more", "fr": "un arrêt de plus"},
    "extension": {"en": "extended", "fr": "prolongement"},
    "split": {"en": "a branch", "fr": "une antenne"},
}


class Window(NamedTuple):
    """A part of a day in which people travel."""

    day: DayKind
    start_s: int  # first departure
    end_s: int  # after the last departure


@dataclass(frozen=True)
class Candidate:
    """One change that might close a gap.

    Attributes
    ----------
    key : str
        Its name in files, unique in a list.
    line : str
        What the ranked list has one line for: a route, a kind of change and a kind of day, or a zone.
        Candidates of one line are its variants.
    weaker : int
        0 = the strongest of its kind and hours, 1 = the next, ...
    title : dict of str to str
        One sentence by language.
    modifications : tuple of dict
        One or two timetable modifications, as in a scenario file.
    """

    key: str
    line: str
    kind: Kind
    feed: str
    route_id: str
    route_name: str
    when: dict[str, str]
    title: dict[str, str]
    modifications: tuple[dict[str, Any], ...]
    weaker: int = 0

    @property
    def route(self) -> tuple[str, str]:
        """Feed and route: of one route at most one change is in a package."""
        return self.feed, self.route_id

    def scenario(self) -> Scenario:
        """Return the change as a scenario of its own."""
        return scenario_of([self], self.title)


def scenario_of(candidates: Iterable[Candidate], name: dict[str, str]) -> Scenario:
    """Return several changes as one scenario."""
    return Scenario.model_validate(scenario_text(candidates, name))


def scenario_text(candidates: Iterable[Candidate], name: dict[str, str]) -> dict[str, Any]:
    """Return the same as a scenario file has it."""
    changes = [change for candidate in candidates for change in candidate.modifications]
    return {"name": dict(name), "modifications": changes}


def day_kind(day: date) -> DayKind:
    """Return the kind of day of a date."""
    return "weekdays" if day.weekday() < 5 else ("saturday" if day.weekday() == 5 else "sunday")


def clock(seconds: float) -> str:
    """Return a time of day as a scenario file has it: ``07:30``, ``25:10``, ``08:00:30``."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{rest:02d}" if rest else "")


def unique(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Drop candidates that change the same as an earlier one, and number keys that stand twice."""
    seen: set[str] = set()
    keys: dict[str, int] = {}
    kept = []
    for candidate in candidates:
        if repr(candidate.modifications) in seen:
            continue
        seen.add(repr(candidate.modifications))
        keys[candidate.key] = keys.get(candidate.key, 0) + 1
        if keys[candidate.key] > 1:
            raise ValueError(f"two candidates are called {candidate.key}")
        kept.append(candidate)
    return kept
