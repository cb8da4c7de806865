"""What is wrong with a what-if question, in words that the page can show in its language.

Problems of the app itself have a text in every language; what the program finds in a scenario is told in
English, and marked so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboards.words import Words

MOST_PROBLEMS = 50
_PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:)?(?:[/\\][^/\\\s'\",;:()]+)+[/\\]([^/\\\s'\",;:()]+)")
#: How ``access.scenario_streets`` says that an end of a new way is too far from every street.
_JOINS_NONE = re.compile(
    r"its (?P<end>start|end) at (?P<lon>[\d.-]+), (?P<lat>[\d.-]+) \(lon, lat\) joins no street within "
    r"(?P<within>[\d.]+) m: (?:there is none|the nearest is (?P<nearest>[\d.,]+) m away)"
)


@dataclass(frozen=True)
class Problem:
    """One problem.

    Attributes
    ----------
    key : str
        Of the text, below ``jobs.problem``; empty where ``english`` says it.
    values : mapping of str to int, float or str
        Placeholders of the text; numbers are written as the language does.
    english : str
        What the program found, in English.
    """

    key: str = ""
    values: Mapping[str, int | float | str] = field(default_factory=dict)
    english: str = ""

    @property
    def english_only(self) -> bool:
        """Whether it must be marked as English on a page of another language."""
        return not self.key

    def said(self, words: Words) -> str:
        """Return the problem in the language of the words."""
        if not self.key:
            return self.english
        values = {
            name: words.number(value) if isinstance(value, int | float) else value
            for name, value in self.values.items()
        }
        return words(f"jobs.problem.{self.key}", **values)


class ScenarioProblems(Exception):  # noqa: N818 - a list of problems, raised
    """A question that cannot be computed as it is; all problems at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.english or problem.key for problem in problems))
        self.problems = tuple(problems[:MOST_PROBLEMS])

    def texts(self, words: Words) -> list[str]:
        """Return every problem in the language of the words."""
        return [problem.said(words) for problem in self.problems]


def english_problems(error: Exception) -> list[Problem]:
    """Return what an error of the program lists, without the folders of this machine."""
    listed = getattr(error, "problems", None) or [str(error)]
    return [_known(without_paths(str(text))) for text in listed[:MOST_PROBLEMS]]


def _known(text: str) -> Problem:
    """Return a problem that a form can lead to in the words of the app, and any other in English."""
    found = _JOINS_NONE.search(text)
    if found is None:
        return Problem(english=text)
    end, lat, lon, within_m, nearest_m = found.group("end", "lat", "lon", "within", "nearest")
    values: dict[str, int | float | str] = {"place": f"{lat}, {lon}", "within_m": float(within_m)}
    if nearest_m is None:
        return Problem(f"joins_none_{end}", values)
    return Problem(
        f"joins_none_{end}_near", {**values, "nearest_m": round(float(nearest_m.replace(",", "")))}
    )


def without_paths(text: str) -> str:
    """Cut every path down to the name of its file."""
    return _PATH.sub(r"\1", text)
