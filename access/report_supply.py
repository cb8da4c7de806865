"""Section on standards of supply: who lives near what leaves often, with its range and its source."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from access.indicator_registry import Indicator, of_family
from access.report_data import Run
from access.report_numbers import Number, range_words, sure_words, value_words
from access.report_section import Section, reasons_of, some, table_of
from access.texts import Texts

#: What the program advises whoever configures a run, which is of no use to a reader.
_ADVICE = re.compile(r"\s*; (?:say|indiquez) whole_timetable[^)]*")
#: Ending of the counts that stand beside a share.
UNTOLD = "_residents"


def supply_section(run: Run, texts: Texts) -> Section:
    """SDG 11.2.1, European typology, frequent transit, PTAL: shares of residents, and who is counted."""
    record = run.manifest.get("supply") or {}
    absent = tuple(
        texts("supply.no_data", standard=_standard(name, texts), reason=_why(texts.label(reason), texts))
        for name, reason in (record.get("no_data") or {}).items()
    )
    rows = tuple(_supply_rows(run, texts))
    if not rows and not absent:
        return Section("supply", absent=texts("page.no_supply"))
    keys = ("supply_standard", "class", "share_of_residents", "range", "residents", "covered")
    caption = texts("table.supply_caption", day=texts.day(record.get("service_date")))
    table = table_of(texts, caption, keys, rows, 2, texts("table.range_note"), word_columns=(3,))
    sentences = tuple(_headline_sentences(run, texts))
    notes = (*absent, texts("supply.not_reach"), *_source_notes(run, texts))
    # What has no data is told above, in the language of the page.
    reasons = tuple(
        _ADVICE.sub("", str(note)) for note in record.get("notes") or [] if ": no data: " not in note
    )
    return Section("supply", sentences, some(table), notes, (*_reasons(run), *reasons))


def _why(reason: str, texts: Texts) -> str:
    """Write a reason of the program as a sentence, without its advice."""
    return texts.capital(_ADVICE.sub("", reason))


def _supply_rows(run: Run, texts: Texts) -> Iterator[tuple[str, ...]]:
    """One row a class of a standard, for all residents."""
    for indicator, number in _numbers(run):
        if number.group != "all" or not indicator.name.endswith("_share"):
            continue
        twin = indicator.name.removesuffix("share") + "residents"
        residents = run.numbers.one(twin, standard=number.standard, group="all", period=number.period)
        yield (
            indicator.title.of(texts.language),
            _class_words(number.standard, texts),
            value_words(number, texts),
            range_words(number, texts),
            value_words(residents, texts),
            texts.number(number.covered_population),
        )


def _source_notes(run: Run, texts: Texts) -> Iterator[str]:
    """Source of each standard, once, and whether it was verified."""
    for indicator in of_family("supply"):
        if indicator.name.endswith("_share") and run.numbers.of(indicator.name):
            key = "supply.source" if indicator.source.verified else "supply.unverified"
            title = indicator.title.of(texts.language)
            yield texts(key, title=title, source=indicator.source.text)


def _class_words(standard: str, texts: Texts) -> str:
    """Class or band of a standard, after its colon."""
    name = standard.partition(":")[2]
    key = f"supply_class.{name}"
    return texts(key) if texts.has(key) else name.replace("_", " ") or texts("supply.met")


def _standard(name: str, texts: Texts) -> str:
    key = f"supply_standard.{name}"
    return texts(key) if texts.has(key) else name


def _numbers(run: Run) -> Iterator[tuple[Indicator, Number]]:
    for indicator in of_family("supply"):
        for number in run.numbers.of(indicator.name):
            yield indicator, number


def _headline_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """One sentence for the first number of each indicator that speaks of everybody: value, reading, range."""
    told: set[str] = set()
    for indicator, number in _numbers(run):
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


def _reasons(run: Run) -> tuple[str, ...]:
    titles = {indicator.name: indicator.title.of("en") for indicator in of_family("supply")}
    return reasons_of([number for _, number in _numbers(run)], titles)
