"""What an alert says, in one or two sentences and both languages: always what was measured."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from access.indicator_registry import registry
from access.report_section import group_label
from access.rights_catalogue import SERVICES
from access.texts import LANGUAGES, Texts
from access.warning_data import ALL_FEEDS
from access.warning_episodes import Episode, Seen
from access.warning_history import History
from access.warning_rules import (
    ChangeRule,
    Counting,
    DataRule,
    LevelRule,
    SegregationRule,
    TrendRule,
    ZoneRule,
)


def words_of(episode: Episode, history: History, counting: Counting) -> dict[str, str]:
    """Return what an alert says in each language: what it last was, and since when it is so no more."""
    held, seen = episode.held
    last = max(snapshot for snapshot, status, _ in episode.track if status != "unknown")
    found = {}
    for language in LANGUAGES:
        texts = _texts(language)
        text = _Told(episode, history, seen, texts).sentence()
        days = {"held": texts.day(history.days[held]), "day": texts.day(history.days[last])}
        if episode.state(counting) == "cleared":
            text = texts("warning.cleared", text=text, **days)
        elif held < last:
            text = texts("warning.not_held", text=text, **days)
        found[language] = text
    return found


def decimals_of(before: float | None, now: float | None, indicator: str) -> int:
    """Return with how many decimals a change is told: so many that its range is not rounded to hold 0.

    Residents are whole. Numbers below 10 have three decimals, a change below 10 of larger ones has one.
    """
    before, now = before or 0.0, now or 0.0
    if max(abs(before), abs(now)) < 10:
        return 3
    return 0 if abs(now - before) >= 10 or "residents" in indicator else 1


@functools.cache
def _texts(language: str) -> Texts:
    return Texts(language)


class _Told:
    """The sentences of one alert in one language."""

    def __init__(self, episode: Episode, history: History, seen: Seen, texts: Texts) -> None:
        self.episode = episode
        self.subject = episode.subject
        self.history = history
        self.seen = seen
        self.texts = texts

    def sentence(self) -> str:
        rule = self.episode.rule
        if isinstance(rule, LevelRule):
            return self._level()
        if isinstance(rule, ChangeRule):
            return self._change(rule)
        if isinstance(rule, TrendRule):
            return self._trend(rule)
        if isinstance(rule, SegregationRule):
            return self._moved(rule.worse)
        if isinstance(rule, ZoneRule):
            residents = self.texts.plural("residents", self.seen.residents or 0)
            return self.texts(f"warning.zone.{rule.what}", zone=self.subject["zone"], residents=residents)
        return self._data(rule)

    def _level(self) -> str:
        return self.texts(
            "warning.level",
            residents=self.texts.plural("residents", self.seen.residents or 0),
            right=self._name("right"),
            period=self._name("period"),
            now=self.texts.plural("residents", self.seen.now or 0),
            before=self.texts.number(self.seen.before),
            day=self._day(self.episode.frozen.reference),
            range=self._range(0),
        )

    def _change(self, rule: ChangeRule) -> str:
        if self.subject["indicator"] != "mean_access":
            return self._moved(rule.worse)
        texts = self.texts
        first = texts(
            "warning.change.access",
            group=texts.capital(self._group()),
            service=self._name("service"),
            period=self._name("period"),
            cutoff=self.subject.get("cutoff_min", ""),
            **self._numbers(),
        )
        if not self.seen.cells:
            return first
        residents = texts.plural("residents", self.seen.residents or 0)
        least = whole_percent(rule.least_change, texts)
        return f"{first} {texts('warning.change.where', residents=residents, least=least)}"

    def _moved(self, worse: str) -> str:
        """Return what a number did that has no sentence of its own."""
        told = {"title": self._title(), "group": self._group(), "place": self._place()}
        return self.texts(f"warning.change.{worse}", **told, **self._numbers())

    def _trend(self, rule: TrendRule) -> str:
        seen, texts = self.seen, self.texts
        decimals = self._decimals()
        change = seen.change or 0.0
        return texts(
            f"warning.trend.{rule.worse}",
            title=self._title(),
            group=self._group(),
            place=self._place(),
            change=texts.number(change, decimals),
            day=self._day(self.episode.frozen.reference),
            low=texts.number(seen.low, decimals),
            high=texts.number(seen.high, decimals),
            percent=texts.percent(abs(change / seen.before) if seen.before else None),
            before=texts.number(seen.before, decimals),
            now=texts.number(seen.now, decimals),
        )

    def _numbers(self) -> dict[str, str]:
        seen, texts = self.seen, self.texts
        decimals = self._decimals()
        moved = abs((seen.now or 0.0) - (seen.before or 0.0))
        return {
            "percent": texts.percent(moved / abs(seen.before) if seen.before else None),
            "day": self._day(self.episode.frozen.reference),
            "now": texts.number(seen.now, decimals),
            "before": texts.number(seen.before, decimals),
            "range": self._range(decimals),
        }

    def _decimals(self) -> int:
        return decimals_of(self.seen.before, self.seen.now, self.subject.get("indicator", ""))

    def _title(self) -> str:
        entry = registry().get(self.subject["indicator"])
        title = entry.title.of(self.texts.language) if entry else self.subject["indicator"].replace("_", " ")
        return f"{title} – {self._name('right')}" if "right" in self.subject else title

    def _group(self) -> str:
        label = group_label(self.subject.get("group", "all"), self.texts)
        return label[:1].lower() + label[1:]

    def _place(self) -> str:
        if not {"service", "cutoff_min", "period"} <= set(self.subject):
            return ""
        return self.texts(
            "warning.place",
            service=self._name("service"),
            cutoff=self.subject["cutoff_min"],
            period=self._name("period"),
        )

    def _data(self, rule: DataRule) -> str:
        texts, seen, feed = self.texts, self.seen, self.subject["feed"]
        name = texts("warning.data.all_feeds") if feed == ALL_FEEDS else texts("warning.data.feed", feed=feed)
        if rule.what == "expires":
            if (seen.now or 0) <= 0:
                return texts("warning.data.expired", feed=name)
            return texts.plural("warning.data.expires", seen.now or 0, feed=name)
        before = texts.number(seen.before)
        if rule.what == "fewer_trips":
            return texts("warning.data.fewer_trips", feed=name, now=texts.number(seen.now), before=before)
        fact = self.subject["fact"]
        if seen.now is None:
            field = fact.removesuffix("_wheelchair")
            return texts(f"warning.data.{field}_field", feed=name, before=before)
        return texts(f"warning.data.{fact}", feed=name, now=texts.number(seen.now), before=before)

    def _range(self, decimals: int) -> str:
        seen, texts = self.seen, self.texts
        if seen.low is None or seen.high is None or seen.now is None or seen.before is None:
            return ""
        return texts(
            "warning.change.range",
            change=texts.number(seen.now - seen.before, decimals),
            low=texts.number(seen.low, decimals),
            high=texts.number(seen.high, decimals),
        )

    def _day(self, snapshot: int) -> str:
        return self.texts.day(self.history.days[snapshot])

    def _name(self, kind: str) -> str:
        """Return the name of a service, right or period; the short one where no text knows it."""
        return name_in(self.history.names, kind, self.subject.get(kind, ""), self.texts)


def name_in(names: Mapping[str, Mapping[str, Mapping[str, str]]], kind: str, short: str, texts: Texts) -> str:
    """Return the label of a service, right or period; the short name in words where there is none."""
    label = names.get(kind, {}).get(short)
    if label is None and kind == "service" and short in SERVICES:
        return str(getattr(SERVICES[short], texts.language))
    return texts.label(label, fallback=short.replace("_", " "))


def whole_percent(share: float, texts: Texts) -> str:
    """Write a threshold: 5 % and not 5.0 %."""
    percent = 100 * share
    if abs(percent - round(percent)) > 1e-9:
        return texts.percent(share)
    sign = "\u202f%" if texts.language == "fr" else "%"
    return texts.number(percent) + sign
