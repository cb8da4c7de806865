"""What an alert says, in one or two sentences, in both languages; never "violation", always what was measured."""

from __future__ import annotations

from collections.abc import Mapping

from access.indicator_registry import registry
from access.report_section import group_label
from access.rights_catalogue import SERVICES
from access.texts import LANGUAGES, Texts
from access.warning_data import ALL_FEEDS
from access.warning_episodes import Episode, Seen
from access.warning_history import History
from access.warning_rules import ChangeRule, Counting, DataRule, LevelRule


def words_of(episode: Episode, history: History, counting: Counting) -> dict[str, str]:
    """Return what an alert says in each language: of a cleared one what it was when it last held."""
    held = [seen for _, status, seen in episode.track if status in ("holds", "between")]
    found = {}
    for language in LANGUAGES:
        texts = Texts(language)
        text = _Told(episode, history, held[-1], texts).sentence()
        if episode.state(counting) == "cleared":
            day = texts.day(history.days[episode.track[-1][0]])
            text = texts("warning.cleared", text=text, day=day)
        found[language] = text
    return found


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
        assert isinstance(rule, DataRule)  # noqa: S101
        return self._data(rule)

    def _level(self) -> str:
        return self.texts(
            "warning.level",
            residents=self.texts.plural("residents", self.seen.residents or 0),
            right=self._name("right"),
            period=self._name("period"),
            now=self.texts.number(self.seen.now),
            before=self.texts.number(self.seen.before),
            day=self._day(self.episode.frozen.reference),
            range=self._range(0),
        )

    def _change(self, rule: ChangeRule) -> str:
        seen, texts = self.seen, self.texts
        decimals = 0 if seen.before is None or abs(seen.before) >= 10 else 3
        share = abs((seen.now or 0) - (seen.before or 0)) / abs(seen.before) if seen.before else float("inf")
        told = {
            "group": texts.capital(group_label(self.subject.get("group", "all"), texts)),
            "percent": texts.percent(share),
            "day": self._day(self.episode.frozen.reference),
            "now": texts.number(seen.now, decimals),
            "before": texts.number(seen.before, decimals),
            "range": self._range(decimals),
        }
        indicator = self.subject["indicator"]
        if indicator == "mean_access":
            service, period = self._name("service"), self._name("period")
            cutoff = self.subject.get("cutoff_min", "")
            first = texts("warning.change.access", service=service, period=period, cutoff=cutoff, **told)
            residents = texts.plural("residents", seen.residents or 0)
            where = texts("warning.change.where", residents=residents, least=texts.percent(rule.least_change))
            return f"{first} {where}" if seen.cells else first
        entry = registry().get(indicator)
        told["title"] = entry.title.of(texts.language) if entry else indicator
        told["group"] = group_label(self.subject.get("group", "all"), texts)
        return texts(f"warning.change.{rule.worse}", place=self._place(), **told)

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
        name = texts("warning.data.all_feeds") if feed == ALL_FEEDS else feed
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
        short = self.subject.get(kind, "")
        label: Mapping[str, str] | None = self.history.names.get(kind, {}).get(short)
        if label is None and kind == "service" and short in SERVICES:
            return str(getattr(SERVICES[short], self.texts.language))
        return self.texts.label(label, fallback=short.replace("_", " "))
