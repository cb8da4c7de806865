"""What changes of streets, places and people matched, in English and French words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from access.scenario import Numbered
from gtfs.errors import ScenarioError
from gtfs.match import MatchReport


@dataclass
class Words:
    """Sentences about one modification, collected while it is applied."""

    counts: dict[str, int]
    said: list[tuple[str, str]] = field(default_factory=list)
    warned: list[tuple[str, str]] = field(default_factory=list)

    def say(self, en: str, fr: str) -> None:
        """Add a sentence."""
        self.said.append((en, fr))

    def warn(self, en: str, fr: str) -> None:
        """Add what must not be overlooked."""
        self.warned.append((en, fr))

    def report(self, one: Numbered[Any]) -> MatchReport:
        """Put everything together; streets and land use belong to no feed."""
        english, french = zip(*self.said, *self.warned, strict=True)
        text = {"en": "; ".join(english), "fr": " ; ".join(french)}
        warned = tuple(en for en, _ in self.warned)
        return MatchReport(one.number, one.change.type, "", dict(self.counts), text, warned)


def number_in(value: float, language: str) -> str:
    """Return "1,234.5" or "1 234,5", with at most one decimal and none that is 0."""
    text = f"{value:,.1f}".removesuffix(".0")
    return text if language == "en" else text.replace(",", "\u202f").replace(".", ",")


def quantity(n: float, one: str, several: str, language: str) -> str:
    """Return "1 way", "2,000 ways", "0 voie", "2 000 voies"."""
    singular = n == 1 if language == "en" else abs(n) < 2
    return f"{number_in(n, language)} {one if singular else several}"


def distance(metres: float, language: str) -> str:
    """Return "35 m" or "1.2 km"."""
    if metres < 1000:
        return f"{number_in(round(metres), language)} m"
    return f"{number_in(metres / 1000, language)} km"


def problem_of(one: Numbered[Any], error: ScenarioError) -> list[str]:
    """Say which modification each problem of an error belongs to."""
    return [f"modification {one.number} ({one.change.type}): {problem}" for problem in error.problems]


def refused(problems: Sequence[str]) -> ScenarioError:
    """Return the error that lists all problems."""
    noun = "problem" if len(problems) == 1 else "problems"
    return ScenarioError(f"the scenario cannot be applied: {len(problems)} {noun}", problems)
