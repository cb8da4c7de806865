"""Sections on standards of supply and on segregation: every number with its range, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Iterator

from access.indicator_registry import Indicator, of_family
from access.report_data import Run
from access.report_numbers import Number, range_words, sure_words, value_words
from access.report_section import Section, group_label, period_or_all, reasons_of, some, table_of
from access.report_tables import Table
from access.texts import Texts

#: Endings of indicators that stand in a table only: what is told beside another number.
UNTOLD = ("_residents", "_bias", "_profile", "_group_share")


def supply_section(run: Run, texts: Texts) -> Section:
    """SDG 11.2.1, European typology, frequent transit, PTAL: shares of residents, and who is counted."""
    record = run.manifest.get("supply") or {}
    absent = tuple(
        texts("supply.no_data", standard=_standard(name, texts), reason=texts.label(reason))
        for name, reason in (record.get("no_data") or {}).items()
    )
    rows = tuple(_supply_rows(run, texts))
    if not rows and not absent:
        return Section("supply", absent=texts("page.no_supply"))
    keys = ("supply_standard", "class", "share_of_residents", "range", "residents", "covered", "source")
    caption = texts("table.supply_caption", day=texts.day(record.get("service_date")))
    table = table_of(texts, caption, keys, rows, 2, texts("table.range_note"), word_columns=(3, 6))
    sentences = tuple(_headline_sentences(run, "supply", texts))
    notes = (*absent, texts("supply.not_reach"))
    reasons = tuple(str(note) for note in record.get("notes") or [])
    return Section("supply", sentences, some(table), notes, (*_reasons(run, "supply"), *reasons))


def _supply_rows(run: Run, texts: Texts) -> Iterator[tuple[str, ...]]:
    """One row a class of a standard, for all residents."""
    for indicator, number in _numbers(run, "supply"):
        if number.group != "all" or not indicator.name.endswith("_share"):
            continue
        twin = indicator.name.removesuffix("share") + "residents"
        residents = run.numbers.one(twin, standard=number.standard, group="all", period=number.period)
        source = indicator.source.text
        yield (
            indicator.title.of(texts.language),
            _class_words(number.standard, texts),
            value_words(number, texts),
            range_words(number, texts),
            value_words(residents, texts),
            texts.number(number.covered_population),
            source if indicator.source.verified else texts("supply.unverified", source=source),
        )


def _class_words(standard: str, texts: Texts) -> str:
    """Class or band of a standard, after its colon."""
    name = standard.partition(":")[2]
    key = f"supply_class.{name}"
    return texts(key) if texts.has(key) else name.replace("_", " ") or texts("supply.met")


def _standard(name: str, texts: Texts) -> str:
    key = f"supply_standard.{name}"
    return texts(key) if texts.has(key) else name


def segregation_section(run: Run, texts: Texts) -> Section:
    """Indices of who lives apart from whom, and what cannot be said with these data."""
    given = run.manifest.get("segregation") or {}
    undefined = given.get("not_defined") or [] if isinstance(given, dict) else given
    missing = tuple(texts.label(note) for note in undefined)
    table = _family_table(run, "segregation", texts("table.segregation_caption"), texts)
    if table is None and not missing:
        return Section("segregation", absent=texts("page.no_segregation"))
    notes = (*missing, *((texts("segregation.kernels"),) if table is not None else ()))
    sentences = tuple(_headline_sentences(run, "segregation", texts))
    return Section("segregation", sentences, some(table), notes, _reasons(run, "segregation"))


def _numbers(run: Run, family: str) -> Iterator[tuple[Indicator, Number]]:
    for indicator in of_family(family):
        for number in run.numbers.of(indicator.name):
            yield indicator, number


def _family_table(run: Run, family: str, caption: str, texts: Texts) -> Table | None:
    rows = (
        (
            indicator.title.of(texts.language),
            _of_what(number, texts),
            period_or_all(run, number.period, texts),
            value_words(number, texts),
            range_words(number, texts),
            texts.number(number.covered_population),
        )
        for indicator, number in _numbers(run, family)
    )
    keys = ("index", "class_or_group", "period", "value", "range", "covered")
    return table_of(texts, caption, keys, rows, 3, texts("table.range_note"), word_columns=(4,))


def _headline_sentences(run: Run, family: str, texts: Texts) -> Iterator[str]:
    """One sentence for the first number of each indicator that speaks of everybody: value, reading, range."""
    told: set[str] = set()
    for indicator, number in _numbers(run, family):
        silent = number.group != "all" or ":" in number.standard or indicator.name.endswith(UNTOLD)
        if silent or indicator.name in told or not math.isfinite(number.value):
            continue
        told.add(indicator.name)
        yield texts(
            "family.sentence",
            title=indicator.title.of(texts.language),
            value=value_words(number, texts),
            reading=indicator.reading.of(texts.language),
            covered=texts.number(number.covered_population),
            sure=texts.capital(sure_words(number, texts)),
        )


def _of_what(number: Number, texts: Texts) -> str:
    """Group, kernel or radius that a number speaks of."""
    parts = [number.standard.replace("_", " ")] if number.standard else []
    if number.group != "all" or not parts:
        parts.append(group_label(number.group, texts))
    return " · ".join(parts)


def _reasons(run: Run, family: str) -> tuple[str, ...]:
    titles = {indicator.name: indicator.title.of("en") for indicator in of_family(family)}
    return reasons_of([number for _, number in _numbers(run, family)], titles)
