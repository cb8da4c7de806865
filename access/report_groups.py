"""Section on groups: which group lacks which right, and what each group of people reaches."""

from __future__ import annotations

import math
from collections.abc import Iterator

from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_numbers import Number, sure_words, value_words
from access.report_rights_words import entries_of, right_label, word
from access.report_section import Section, group_label, period_or_all, some
from access.report_tables import Table
from access.texts import Texts


def groups_section(run: Run, texts: Texts) -> Section:
    """Who lacks what by group; a run without groups says so."""
    tables = some(lack_by_group_table(run, texts), access_by_group_table(run, texts))
    if not tables:
        return Section("groups", absent=texts("page.no_groups"))
    sentences = (*_widest_gap(run, texts), *_group_sentences(run, texts))
    return Section("groups", sentences, tables, (texts("groups.places"),))


def lack_by_group_table(run: Run, texts: Texts) -> Table | None:
    """Share of each group that lacks each right; one row a right and period, one column a group."""
    numbers = run.numbers.of("right_headcount")
    groups = _groups(numbers)
    if len(groups) < 2:
        return None
    rows = []
    for standard, period in dict.fromkeys((number.standard, number.period) for number in numbers):
        of_group = {n.group: n for n in numbers if (n.standard, n.period) == (standard, period)}
        rows.append(
            (
                texts.capital(right_label(run, standard, texts)),
                period_or_all(run, period, texts),
                *(_lack_words(run, of_group, group, texts) for group in groups),
            )
        )
    columns = (
        texts("table.right"),
        texts("table.period"),
        *(texts.capital(group_label(group, texts)) for group in groups),
    )
    return Table(texts("table.lack_caption"), columns, tuple(rows), 2, texts("table.lack_note"))


def _lack_words(run: Run, of_group: dict[str, Number], group: str, texts: Texts) -> str:
    """Write the share of a group that lacks a right, or whose right it is where it is not this group's."""
    if group in of_group:
        return value_words(of_group[group], texts)
    standard = next(iter(of_group.values())).standard
    entry = next((entry for entry in entries_of(run) if entry.get("name") == standard), {})
    whom = entry.get("for_whom") or "everyone"
    if whom == "everyone":
        return texts("no_data")
    counted_as_all = [pair[0] for pair in run.manifest.get("rights_counted_as_everyone") or []]
    return texts(
        "groups.right_of" if standard in counted_as_all else "groups.counted_for", whom=word(texts, whom)
    )


def access_by_group_table(run: Run, texts: Texts) -> Table | None:
    """Mean access of the named groups of people to every service, in the headline's period and cutoff."""
    _, cutoff_min, period = run.headline
    numbers = run.numbers.of("mean_access", period=period, cutoff_min=cutoff_min)
    named = [group for group in _groups(numbers) if not group.startswith("decile_")]
    if len(named) < 2:
        return None
    rows = []
    for service in run.services:
        of_group = {n.group: n for n in numbers if n.service == service["name"]}
        label = texts.capital(service_label(run, str(service["name"]), texts))
        rows.append((label, *(value_words(of_group.get(group), texts) for group in named)))
    columns = (texts("table.service"), *(texts.capital(group_label(group, texts)) for group in named))
    caption = texts("table.groups_caption", cutoff=cutoff_min, period=period_label(run, period, texts))
    return Table(caption, columns, tuple(rows), note=texts("table.groups_note"))


def _groups(numbers: list[Number]) -> list[str]:
    """Groups in the order of the run, everybody first, of the deciles only the poorest and richest."""
    names = list(dict.fromkeys(number.group for number in numbers))
    kept = [name for name in names if not name.startswith("decile_") or name in ("decile_1", "decile_10")]
    return sorted(kept, key=lambda name: name != "all")


def _widest_gap(run: Run, texts: Texts) -> Iterator[str]:
    """The right for which poorest and richest tenth differ most, in the words of both shares."""
    pairs = []
    for poor in run.numbers.of("right_headcount", group="decile_1"):
        rich = run.numbers.one(
            "right_headcount", group="decile_10", standard=poor.standard, period=poor.period
        )
        if rich is not None and math.isfinite(poor.value - rich.value):
            pairs.append((abs(poor.value - rich.value), poor, rich))
    if not pairs:
        return
    _, poor, rich = max(pairs, key=lambda pair: pair[0])
    yield texts(
        "groups.gap",
        right=right_label(run, poor.standard, texts),
        period=period_or_all(run, poor.period, texts),
        poorest=value_words(poor, texts),
        richest=value_words(rich, texts),
    )
    if not (poor.has_range and rich.has_range):
        yield texts("groups.gap_not_quantified")
    elif poor.low <= rich.high and rich.low <= poor.high:
        yield texts("groups.gap_withheld")


def _group_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """One sentence a named group of people: what it reaches, beside what all reach."""
    service, cutoff_min, period = run.headline
    where = {"service": service, "period": period, "cutoff_min": cutoff_min}
    everybody = run.numbers.one("mean_access", group="all", **where)
    for number in run.numbers.of("mean_access", **where):
        named = number.group != "all" and not number.group.startswith("decile_")
        if not named or everybody is None or not math.isfinite(number.value) or not everybody.value > 0:
            continue
        yield texts(
            "groups.mean",
            group=texts.capital(group_label(number.group, texts)),
            n=value_words(number, texts),
            service=service_label(run, service, texts),
            cutoff=cutoff_min,
            share=texts.percent(number.value / everybody.value),
            sure=sure_words(number, texts),
        )
