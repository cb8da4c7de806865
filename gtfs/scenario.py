"""Applies the timetable modifications of a scenario to copies of the feeds.

Modifications act in the order of ``gtfs.modifications.ORDER`` (R5's), whatever the order in the file; those
of one type in the order of the file. Each acts on one feed: the one it names, else the only one that has its
ids. Every modification must match something; all problems are listed at once.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import gtfs_kit

from gtfs.contradictions import contradictions
from gtfs.draft import Draft
from gtfs.draft_select import unknown_anywhere
from gtfs.edit_directions import untold
from gtfs.errors import ScenarioError
from gtfs.match import Match, MatchReport, quoted, report_of
from gtfs.modifications import ORDER, Modification, kind_of

EDITS = {
    "adjust-speed": "gtfs.edit_times:adjust_speed",
    "adjust-dwell-time": "gtfs.edit_times:adjust_dwell_time",
    "move-stop": "gtfs.edit_stops:move_stop",
    "remove-stops": "gtfs.edit_stops:remove_stops",
    "reroute": "gtfs.edit_reroute:reroute",
    "adjust-frequency": "gtfs.edit_frequency:adjust_frequency",
    "adjust-span": "gtfs.edit_span:adjust_span",
    "remove-trips": "gtfs.edit_trips:remove_trips",
    "add-trips": "gtfs.edit_add_trips:add_trips",
}
"""Type of a modification -> the function that applies it, ``(Draft, Modification) -> Match``."""


@dataclass(frozen=True)
class EditedFeeds:
    """What ``edit_feeds`` returns."""

    feeds: dict[str, gtfs_kit.Feed]  # all of them, in the order given; unchanged ones are the objects given
    reports: list[MatchReport]  # one a modification, by its number
    changed: frozenset[str]  # names of the feeds that a modification changed


def edit_feeds(
    feeds: Mapping[str, gtfs_kit.Feed],
    modifications: Sequence[Modification],
    *,
    numbers: Sequence[int] | None = None,
) -> EditedFeeds:
    """Apply modifications to copies of the feeds.

    Parameters
    ----------
    feeds : name -> feed, from ``read_feed``; left unchanged.
    modifications : timetable modifications in the order of the file; none leaves everything as it is.
    numbers : position of each in its file, for messages; default 1, 2, ...

    Raises
    ------
    ScenarioError
        Lists every modification that matches nothing, is ambiguous, contradicts another or makes no sense on
        its feed.
    """
    numbers = list(numbers) if numbers is not None else list(range(1, len(modifications) + 1))
    drafts = {name: Draft(feed, name) for name, feed in feeds.items()}
    problems: list[str] = []
    meant: list[tuple[int, str, Modification]] = []
    for number, change in zip(numbers, modifications, strict=True):
        try:
            meant.append((number, _feed_of(change, drafts), change))
        except ScenarioError as error:
            problems += _numbered(number, change, error)
    against = contradictions(meant)
    problems += against.values()
    disputed = {number for pair in against for number in pair}
    # The others are still tried, so that one look shows all that is wrong.
    matches: list[tuple[int, str, Modification, Match]] = []
    for number, name, change in sorted(meant, key=lambda entry: ORDER[kind_of(entry[2])]):
        if number in disputed:
            continue
        try:
            match = _edit(change)(drafts[name], change)
        except ScenarioError as error:
            problems += _numbered(number, change, error)
            continue
        matches.append((number, name, change, drafts[name].tidy(match)))
    if problems:
        raise _refused(problems)
    changed = frozenset(name for _, name, _ in meant)
    return EditedFeeds(
        feeds={name: drafts[name].feed() if name in changed else feed for name, feed in feeds.items()},
        reports=sorted(_reports(matches), key=lambda report: report.number),
        changed=changed,
    )


def _reports(matches: Sequence[tuple[int, str, Modification, Match]]) -> list[MatchReport]:
    """Put matches into words; of a line changed one way only, see ``gtfs.edit_directions``."""
    reports = []
    for number, feed, change, match in matches:
        kind = kind_of(change)
        if match.one_way:
            others = [
                one
                for other_number, other_feed, other, met in matches
                if other_number != number and other_feed == feed and kind_of(other) == kind
                for one in met.one_way
            ]
            match = replace(match, warnings=[*match.warnings, *untold(match.one_way, others)])
        reports.append(report_of(match, number, kind, feed))
    return reports


def _edit(change: Modification) -> Callable[[Draft, Modification], Match]:
    """Import the function of a type when it is needed."""
    module, function = EDITS[kind_of(change)].split(":")
    edit: Callable[[Draft, Modification], Match] = getattr(importlib.import_module(module), function)
    return edit


def _refused(problems: Sequence[str]) -> ScenarioError:
    noun = "problem" if len(problems) == 1 else "problems"
    return ScenarioError(f"the scenario cannot be applied: {len(problems)} {noun}", problems)


def _numbered(number: int, change: Modification, error: ScenarioError) -> list[str]:
    return [f"modification {number} ({kind_of(change)}): {problem}" for problem in error.problems]


def _feed_of(change: Modification, drafts: Mapping[str, Draft]) -> str:
    """Name of the feed that a modification means."""
    if change.feed is not None:
        if change.feed not in drafts:
            raise ScenarioError(f"no feed {change.feed!r}; the feeds are {quoted(list(drafts))}")
        return change.feed
    if len(drafts) == 1:
        return next(iter(drafts))
    named = change.named()
    if not named:
        raise ScenarioError(f"says not which feed it means; add feed: with one of {quoted(list(drafts))}")
    # A stop id such as "1" may be in every feed, so routes, patterns and trips tell more than stops.
    kind = next(kind for kind in ("routes", "patterns", "trips", "stops") if kind in named)
    named = {kind: named[kind]}
    found = [name for name, draft in drafts.items() if draft.has_any(named)]
    if len(found) == 1:
        return found[0]
    ids = quoted([identifier for identifiers in named.values() for identifier in identifiers])
    if found:
        raise ScenarioError(f"{ids} are in the feeds {quoted(found)}; add feed: with the one that is meant")
    raise ScenarioError(
        f"no feed has {ids}",
        [
            unknown_anywhere(list(drafts.values()), kind, identifier)
            for kind, identifiers in named.items()
            for identifier in identifiers
        ],
    )
