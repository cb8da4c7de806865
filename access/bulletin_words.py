"""All words of a bulletin, as one tree of plain texts: short words, short sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from access.bulletin_facts import BulletinFacts
from access.bulletin_figures import over_time
from access.bulletin_moved import RIGHT, Moved
from access.report_section import group_label
from access.rights_catalogue import SERVICES
from access.texts import Texts
from access.warning import Alert
from access.warning_words import whole_percent
from access.zone_sheet_words import shortened

MOST_MOVED, MOST_ALERTS, MOST_PROMISES, MOST_NOTES = 8, 6, 5, 5
LONGEST_NAME, LONGEST_SENTENCE, LONGEST_NOTE = 80, 420, 260
_SECTIONS = ("better", "worse", "same", "alerts", "promises", "notes", "limits", "check")


def bulletin_words(facts: BulletinFacts, texts: Texts) -> dict[str, Any]:
    """Return the tree of texts that ``templates/bulletin.typ`` sets."""
    place = shortened(texts.label(facts.history.city_names, fallback=facts.city), LONGEST_NAME)
    when = texts(f"bulletin.quarter_{facts.quarter.number}", year=facts.quarter.year)
    alerts = [_alert(facts, each, texts) for each in facts.opened]
    promises = list(_promises(facts, texts))
    return {
        "language": texts.language,
        "document": texts("bulletin.document", place=place, when=when),
        "title": texts("bulletin.title", place=place),
        "when": texts.capital(when),
        "lead": list(_lead(facts, texts)),
        "headings": {name: texts(f"bulletin.{name}_heading") for name in _SECTIONS},
        "compared": bool(facts.moved),
        "better": _some(_of_way(facts, "better", texts), "better_none", MOST_MOVED, texts),
        "worse": _some(_of_way(facts, "worse", texts), "worse_none", MOST_MOVED, texts),
        "same": list(_same(facts, texts)),
        "chart_alt": _chart_alt(facts, texts),
        "chart_caption": _chart_caption(facts, texts),
        "alerts": _some(alerts, "alerts_none", MOST_ALERTS, texts),
        "ended": texts.plural("bulletin.ended", len(facts.ended)) if facts.ended else "",
        "promises": _some(promises, "promises_none", MOST_PROMISES, texts),
        "notes_lead": _notes_lead(facts, texts),
        "notes": list(_notes(facts, texts)),
        "limits": list(_limits(facts, texts)),
        "check": _check(facts, texts),
    }


def _lead(facts: BulletinFacts, texts: Texts) -> Iterator[str]:
    days = facts.history.days
    if facts.now is None:
        newest = max(day for day in days if day <= facts.quarter.last)
        yield texts("bulletin.lead_none", day=texts.day(newest))
        return
    now = texts.day(days[facts.now])
    if facts.before is None:
        yield texts("bulletin.lead_first", day=now)
        return
    yield texts("bulletin.lead", now=now, before=texts.day(days[facts.before]))
    yield _counts(facts, texts)


def _counts(facts: BulletinFacts, texts: Texts) -> str:
    ways = [each.way for each in facts.moved]
    better, worse = ways.count("better"), ways.count("worse")
    if not better and not worse:
        known = len(ways) - ways.count("unknown")
        if not known:
            return texts("bulletin.nothing_compared")
        told = texts("bulletin.count_none", n=texts.number(known))
        new = sum(alert.since >= facts.quarter.first for alert in facts.opened)
        return f"{told} {texts.plural('bulletin.count_alerts', new)}" if new else told
    counted = (("better", better), ("worse", worse))
    both = (
        texts.plural(f"bulletin.count_{way}", n) if n else texts(f"bulletin.{way}_none") for way, n in counted
    )
    return " ".join(both)


def _some(items: list[str], nothing: str, most: int, texts: Texts) -> list[str]:
    """Return the first of a list with the others counted, or what is said where it is empty."""
    if len(items) > most:
        return [*items[:most], texts.plural("bulletin.more", len(items) - most)]
    return items or [texts(f"bulletin.{nothing}")]


def _of_way(facts: BulletinFacts, way: str, texts: Texts) -> list[str]:
    return [_sentence(facts, each, texts) for each in facts.moved if each.way == way]


def _sentence(facts: BulletinFacts, moved: Moved, texts: Texts) -> str:
    numbers = {"before": rounded(moved.before, texts), "now": rounded(moved.now, texts)}
    key = moved.key
    if key.indicator == RIGHT:
        right = texts.capital(_name(facts, "right", key.standard, texts))
        return texts("bulletin.right" if moved.now else "bulletin.right_all", right=right, **numbers)
    return texts(
        "bulletin.access",
        group=texts.capital(group_label(key.group or "all", texts)),
        service=_name(facts, "service", key.service, texts),
        cutoff=key.cutoff_min,
        **numbers,
    )


def _same(facts: BulletinFacts, texts: Texts) -> Iterator[str]:
    if not facts.moved:
        yield texts("bulletin.nothing_compared")
        return
    same = sum(each.way == "same" for each in facts.moved)
    unknown = sum(each.way == "unknown" for each in facts.moved)
    if same:
        yield texts.plural("bulletin.same", same)
    elif not unknown:
        yield texts("bulletin.same_none")
    if unknown:
        yield texts.plural("bulletin.unknown", unknown)


def rounded(value: float, texts: Texts) -> str:
    """Write a number with three digits that count: a bulletin is no table."""
    if math.isfinite(value) and abs(value) >= 1000:
        step = 10.0 ** (math.floor(math.log10(abs(value))) - 2)
        return texts.number(round(value / step) * step)
    return texts.amount(value)


def _name(facts: BulletinFacts, kind: str, short: str | None, texts: Texts) -> str:
    name = short or ""
    label = facts.history.names.get(kind, {}).get(name)
    if label is None and kind == "service" and name in SERVICES:
        return str(getattr(SERVICES[name], texts.language))
    return shortened(texts.label(label, fallback=name.replace("_", " ")), LONGEST_NAME)


def _alert(facts: BulletinFacts, alert: Alert, texts: Texts) -> str:
    state = texts(f"bulletin.state_{alert.state}", day=texts.day(alert.since))
    answer = facts.answers.get(alert.alert)
    answered = (
        texts("bulletin.answered", by=shortened(answer.by_whom, LONGEST_NAME))
        if answer
        else texts("bulletin.no_answer")
    )
    return f"{state} {shortened(alert.text[texts.language], LONGEST_SENTENCE)} {answered}"


def _promises(facts: BulletinFacts, texts: Texts) -> Iterator[str]:
    for promise in facts.promises:
        late = promise.action_due is not None and promise.action_due <= facts.quarter.last
        said = shortened(promise.action or promise.text, LONGEST_NOTE)
        by = shortened(promise.by_whom, LONGEST_NAME)
        key = "bulletin.promise_late" if late else "bulletin.promise_due"
        yield texts(key, by=by, said=said, day=texts.day(promise.action_due))


def _notes_lead(facts: BulletinFacts, texts: Texts) -> str:
    if facts.notes.empty:
        return texts("bulletin.notes_none")
    counts = facts.notes["kind"].value_counts(sort=False).sort_index()
    kinds = [f"{texts(f'notes.kind.{kind}')} ({texts.number(n)})" for kind, n in counts.items()]
    return texts.plural("bulletin.notes_lead", len(facts.notes), kinds=", ".join(kinds))


def _notes(facts: BulletinFacts, texts: Texts) -> Iterator[dict[str, str]]:
    """Yield what citizens wrote and where, each with its own language."""
    for note in facts.notes.head(MOST_NOTES).to_dict("records"):
        where = texts(f"notes.attached.{note['attached']}")
        yield {
            "language": str(note["language"]),
            "text": shortened(str(note["text"]), LONGEST_NOTE),
            "where": texts("bulletin.note_where", what=where, id=shortened(str(note["attached_to"]), 40)),
        }


def _chart_caption(facts: BulletinFacts, texts: Texts) -> str:
    if not over_time(facts) or facts.headline is None:
        return ""
    service = _name(facts, "service", facts.headline.service, texts)
    period = _name(facts, "period", facts.headline.period, texts)
    return texts("bulletin.chart_caption", service=service, cutoff=facts.headline.cutoff_min, period=period)


def _chart_alt(facts: BulletinFacts, texts: Texts) -> str:
    lines = over_time(facts)
    told = []
    for group, values in lines.items():
        known = [value for value in values if math.isfinite(value)]
        told.append(
            texts(
                "bulletin.chart_line",
                group=texts(f"bulletin.line_{group}"),
                n=len(known),
                first=rounded(float(known[0]), texts),
                last=rounded(float(known[-1]), texts),
            )
        )
    return texts("bulletin.chart_alt", lines=" ".join(told)) if told else ""


def _limits(facts: BulletinFacts, texts: Texts) -> Iterator[str]:
    yield texts("bulletin.limits_schedule")
    least = facts.least
    yield texts(
        "bulletin.limits_moved",
        change=whole_percent(least.change, texts),
        people=texts.number(least.residents),
        share=whole_percent(least.share, texts),
    )
    yield texts("bulletin.limits_chance")
    yield texts("bulletin.limits_notes")


def _check(facts: BulletinFacts, texts: Texts) -> str:
    used = [facts.history.snapshots[n] for n in (facts.before, facts.now) if n is not None]
    named = ", ".join(used) or texts("no_data")
    return texts("bulletin.check", snapshots=named, series=facts.history.series)
