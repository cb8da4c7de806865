"""The door of what-if questions: what a browser sends becomes a checked scenario with a key of its own.

Equal questions of equal runs have equal keys and share one answer; other ones never do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from access.scenario import Scenario
from access.scenario_problems import problems_in
from dashboards.what_if_problems import Problem, ScenarioProblems

LARGEST_SCENARIO_BYTES = 200_000
MOST_MODIFICATIONS = 200
MOST_POINTS = 2_000
"""Points of one line, corners of one area, stops of one route."""

DEEPEST = 12


@dataclass(frozen=True)
class Question:
    """A checked question.

    Attributes
    ----------
    key : str
        SHA-256 of run, scenario and planned timetables.
    scenario : dict
        As a scenario file holds it, plain values only.
    feeds : mapping of str to bytes
        Planned timetables (GTFS zips) in place of those of the run, by name of the feed.
    """

    key: str
    scenario: dict[str, Any]
    feeds: Mapping[str, bytes] = field(default_factory=dict)


def question_of(
    run_key: str, scenario: object, feeds: Mapping[str, tuple[str, bytes]] | None = None
) -> Question:
    """Check a scenario that a browser sent.

    Parameters
    ----------
    run_key : str
        ``key_of_run``.
    scenario : object
        Anything; should be a mapping with the keys of a scenario file.
    feeds : mapping of str to (str, bytes), optional
        Hash and content of planned timetables, by name of the feed they replace.

    Raises
    ------
    ScenarioProblems
        With every problem found.
    """
    feeds = feeds or {}
    checked = checked_scenario(scenario, may_be_empty=bool(feeds))
    plain = plain_scenario(checked)
    planned = {name: upload for name, (upload, _) in feeds.items()}
    asked = canonical([run_key, checked.model_dump(mode="json"), planned])
    key = hashlib.sha256(asked.encode()).hexdigest()
    return Question(key, plain, {name: content for name, (_, content) in feeds.items()})


def key_of_run(manifest: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a run's manifest."""
    return hashlib.sha256(canonical(manifest).encode()).hexdigest()


def canonical(content: Any) -> str:
    """Return one text for equal contents, whatever the order of their keys."""
    return json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def plain_scenario(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as its file would hold it: plain values, only what was given."""
    found: dict[str, Any] = {"name": scenario.name.model_dump()}
    if scenario.description:
        found["description"] = scenario.description.model_dump()
    if scenario.feeds:
        found["feeds"] = dict(scenario.feeds)
    found["modifications"] = [
        {"type": change.type, **change.model_dump(mode="json", exclude_none=True, exclude_unset=True)}
        for change in scenario.modifications
    ]
    return found


def checked_scenario(scenario: object, *, may_be_empty: bool = False) -> Scenario:
    """Check sizes first, then every key; all problems of either at once.

    Raises
    ------
    ScenarioProblems
        With every problem found.
    """
    if not isinstance(scenario, Mapping):
        raise ScenarioProblems([Problem("not_a_mapping")])
    problems = list(_too_large(scenario))
    if problems:
        raise ScenarioProblems(problems)
    try:
        checked = Scenario.model_validate(scenario)
    except ValidationError as error:
        found = [Problem(english=text) for text in problems_in(scenario, error.errors())]
        raise ScenarioProblems(found or [Problem("not_a_mapping")]) from None
    if not checked.modifications and not may_be_empty:
        raise ScenarioProblems([Problem("no_change")])
    return checked


def _too_large(scenario: Mapping[str, Any]) -> list[Problem]:
    """Return what is larger or deeper than any real scenario."""
    if _depth(scenario) > DEEPEST:
        return [Problem("too_deep")]
    try:
        size = len(json.dumps(dict(scenario), default=str))
    except (TypeError, ValueError):
        return [Problem("not_a_mapping")]
    if size > LARGEST_SCENARIO_BYTES:
        return [Problem("too_large", {"limit": LARGEST_SCENARIO_BYTES // 1000, "came": size // 1000})]
    changes = scenario.get("modifications")
    if not isinstance(changes, list):
        return []
    if len(changes) > MOST_MODIFICATIONS:
        return [Problem("too_many_changes", {"limit": MOST_MODIFICATIONS, "came": len(changes)})]
    return [
        Problem("too_many_points", {"number": number, "limit": MOST_POINTS, "came": longest})
        for number, change in enumerate(changes, start=1)
        if (longest := _longest(change)) > MOST_POINTS
    ]


def _depth(content: Any) -> int:
    """Return how deep mappings and lists lie in each other, without going deeper than needed."""
    level, depth = [content], 0
    while level and depth <= DEEPEST:
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, Mapping) else outer)
            if isinstance(inner, Mapping | list | tuple)
        ]
        depth += 1
    return depth


def _longest(content: Any) -> int:
    """Return the length of the longest list in a modification."""
    if isinstance(content, Mapping):
        return max((_longest(value) for value in content.values()), default=0)
    if isinstance(content, list | tuple):
        return max(len(content), *(_longest(value) for value in content), 0)
    return 0
