"""The rules ``data``: a timetable that ends, trips that are gone, fields on wheelchairs that vanish.

These are counts, without error: enough is enough. A timetable is known by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from access.warning_episodes import (
    Candidate,
    Episode,
    Floats,
    NotJudged,
    Seen,
    Status,
    begun_last,
    reference_of,
)
from access.warning_history import History
from access.warning_rules import DataRule, Rules

FIELDS = ("stops_wheelchair", "trips_wheelchair")
ALL_FEEDS = "*"
"""Stands for all timetables of a city together."""


class FrozenFeed(NamedTuple):
    """Which fact of which timetable, and what it was at the reference."""

    feed: str
    fact: str
    before: float
    reference: int | None


class DataWatch:
    """``DataRule`` for every timetable of a city."""

    def __init__(self, rule: DataRule, history: History, rules: Rules) -> None:
        self.rule = rule
        self.history = history
        self.rules = rules
        self.begun: Sequence[Episode] = ()
        self.names = sorted({name for feeds in history.feeds for name in feeds})

    def candidates(self, now: int, opened: Sequence[Episode]) -> Iterator[Candidate | NotJudged]:
        """Look at every timetable of the snapshot."""
        if not self.history.feeds[now]:
            yield NotJudged(self.rule.name, {}, now, "no_feeds")
            return
        if self.rule.what == "expires":
            yield from self._ending(now, opened)
            return
        facts = FIELDS if self.rule.what == "fields_vanish" else ("trips_week",)
        for fact in facts:
            for feed in self._feeds(now, fact):
                yield from self._fallen(feed, fact, now, opened)

    def follow(self, episode: Episode, now: int) -> tuple[Status, Seen]:
        """See whether a new timetable, the trips or the fields are there."""
        feed, fact, before, _ = episode.frozen
        if not self.history.feeds[now]:
            return "unknown", Seen()
        if fact == "last_day":
            left = self._days_left(feed, now)
            if left is None:
                return ("good" if self._replaced(feed, episode.since, now) else "unknown"), Seen(unit="days")
            return ("holds" if left < self._days else "good"), Seen(now=left, unit="days")
        value = self._values(feed, fact)[now]
        gone = np.isnan(value)
        if gone and feed not in self.history.feeds[now] and feed != ALL_FEEDS:
            return "unknown", Seen()
        seen = Seen(before=before, now=None if gone else float(value), unit=fact)
        if gone or value <= (1 - self._least_change) * before:
            return "holds", seen
        limit = 1 - self.rules.counting.clearing_share * self._least_change
        return ("between" if value <= limit * before else "good"), seen

    def _replaced(self, feed: str, since: int, now: int) -> bool:
        """Say whether a timetable went and one came that was not there; one that only went is not good."""
        here = set(self.history.feeds[now])
        return feed not in here and bool(here - set(self.history.feeds[since]))

    @property
    def _days(self) -> int:
        return self.rule.days or 0

    @property
    def _least_change(self) -> float:
        return self.rule.least_change or 0.0

    def _ending(self, now: int, opened: Sequence[Episode]) -> Iterator[Candidate]:
        for feed in sorted(self.history.feeds[now]):
            subject = {"feed": feed}
            if any(dict(each.subject) == subject for each in opened):
                continue
            left = self._days_left(feed, now)
            if left is not None:
                seen = Seen(now=left, unit="days")
                yield Candidate(
                    subject, None, left < self._days, seen, FrozenFeed(feed, "last_day", np.nan, None)
                )

    def _fallen(
        self, feed: str, fact: str, now: int, opened: Sequence[Episode]
    ) -> Iterator[Candidate | NotJudged]:
        subject = {"feed": feed, "fact": fact}
        values = self._values(feed, fact)
        first = begun_last(opened, subject)
        if any(dict(each.subject) == subject and np.isnan(values[now]) for each in opened):
            return  # it is gone already
        reference = reference_of(values, self.history.days, now, first, self.rules.counting)
        if reference is None:
            return
        before, value = float(values[reference]), float(values[now])
        gone = bool(np.isnan(value))
        if gone and fact == "trips_week":
            yield NotJudged(self.rule.name, subject, now, "no_data")
            return
        enough = before > 0 and (gone or value <= (1 - self._least_change) * before)
        seen = Seen(before=before, now=None if gone else value, unit=fact)
        yield Candidate(subject, None, enough, seen, FrozenFeed(feed, fact, before, reference))

    def _feeds(self, now: int, fact: str) -> list[str]:
        """Return the timetables to look at, and all together where they are not the same as before."""
        here = sorted(self.history.feeds[now])
        if fact == "trips_week" and now and set(here) != set(self.history.feeds[now - 1]):
            return [*here, ALL_FEEDS]
        return here

    def _values(self, feed: str, fact: str) -> Floats:
        """Return a fact in every snapshot; of all together the sum, not known where one is not."""

        def value(feeds: dict[str, dict[str, object]], name: str) -> float:
            found = feeds.get(name, {}).get(fact)
            return np.nan if found is None else float(str(found))

        if feed != ALL_FEEDS:
            return np.array([value(feeds, feed) for feeds in self.history.feeds])
        return np.array(
            [sum(value(feeds, name) for name in feeds) if feeds else np.nan for feeds in self.history.feeds]
        )

    def _days_left(self, feed: str, now: int) -> float | None:
        last = self.history.feeds[now].get(feed, {}).get("last_day")
        return None if last is None else float((last - self.history.days[now]).days)
