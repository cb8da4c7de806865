"""Section on rights: who lacks which, by whose principle and whose threshold, how many at once, and when."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from access.report_data import Run
from access.report_numbers import Number, sure_words, value_words
from access.report_rights_tables import (
    basket_table,
    everybody_counted,
    excluded_table,
    lacking_table,
    penalty_table,
    threshold_table,
)
from access.report_rights_words import (
    baskets,
    beside,
    catalogue_label,
    entries_of,
    is_proposal,
    judged_residents,
    n_judged,
    n_lacking,
    penalty_case,
    word,
)
from access.report_rights_words import right_label as right_label
from access.report_rights_words import service_words as service_words
from access.report_section import Section, period_or_all, reasons_of, some
from access.report_small import is_few, residents_words
from access.texts import Texts

INDICATORS = ("right_residents", "right_headcount", "right_depth", "right_severity")
#: So many rights have a sentence of their own, those that most residents lack; the table has all.
N_SENTENCES = 8


def rights_section(run: Run, texts: Texts) -> Section:
    """Everything on rights; a run without a catalogue says so."""
    if not entries_of(run) and not run.numbers.of("right_headcount"):
        return Section("rights", absent=texts("page.no_rights"))
    numbers = [number for name in INDICATORS for number in run.numbers.of(name)]
    tables = some(
        lacking_table(run, texts),
        threshold_table(run, texts),
        basket_table(run, texts),
        penalty_table(run, texts),
        excluded_table(run, texts),
    )
    notes = (
        texts("rights.how_counted"),
        texts("rights.no_legal_finding"),
        *_catalogue_notes(run, texts),
    )
    sentences = (
        *_right_sentences(run, texts),
        *_basket_sentences(run, texts),
        *_penalty_sentences(run, texts),
    )
    return Section("rights", sentences, tables, notes, reasons_of(numbers, {}))


def _catalogue_notes(run: Run, texts: Texts) -> Iterator[str]:
    """What each catalogue says of itself."""
    for entry in run.manifest.get("rights_catalogues") or []:
        if note := texts.label(entry.get("note")):
            label = texts.label(entry.get("label"), fallback=str(entry.get("name")))
            yield texts("rights.catalogue_note", catalogue=label, note=note)


def _right_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """One sentence a right: how many lack it, of whom, how sure, whose threshold."""
    numbers = [n for n in run.numbers.of("right_residents", group="all") if math.isfinite(n.value)]
    numbers.sort(key=lambda number: (-number.value, number.standard))
    for number in numbers[:N_SENTENCES]:
        entry: Mapping[str, Any] = next(
            (entry for entry in entries_of(run) if entry.get("name") == number.standard), {}
        )
        sentence = texts(
            "rights.sentence",
            right=right_label(run, number.standard, texts),
            period=period_or_all(run, number.period, texts),
            residents=texts.plural("residents", number.value),
            share=value_words(beside(run, "right_headcount", number), texts),
            covered=texts.number(number.covered_population),
            whom=_whom(run, entry, texts),
            sure=sure_words(number, texts),
        )
        threshold = entry.get("threshold") or {}
        if is_proposal(threshold):
            yield f"{sentence} {texts('rights.sentence_proposal')}"
        else:
            yield f"{sentence} {texts('rights.sentence_source', source=texts.label(threshold.get('source')))}"
    if len(numbers) > N_SENTENCES:
        yield texts("rights.sentence_more", n=len(numbers) - N_SENTENCES)


def _whom(run: Run, entry: Mapping[str, Any], texts: Texts) -> str:
    """Whose right it is; where these people are not counted apart, that all residents are counted."""
    whom = word(texts, entry.get("for_whom") or "everyone")
    counted_as_all = [pair[0] for pair in run.manifest.get("rights_counted_as_everyone") or []]
    return texts("rights.as_everyone", whom=whom) if entry.get("name") in counted_as_all else whom


def _penalty_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """For each case in which rights are lost, the right that most residents lose."""
    worst: dict[str, Number] = {}
    for number in run.numbers.of("penalty_residents", group="all"):
        case = penalty_case(run, number, texts)
        if number.value > 0 and (case not in worst or number.value > worst[case].value):
            worst[case] = number
    for case, number in worst.items():
        yield texts(
            "rights.penalty",
            case=texts.capital(case),
            right=right_label(run, number.standard, texts),
            residents=texts.plural("residents", number.value),
            share=value_words(beside(run, "penalty_share", number), texts),
            sure=sure_words(number, texts),
        )


def _basket_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """How many lack two rights or more of a catalogue at once, where two or more could be judged."""
    for catalogue, numbers in baskets(run).items():
        label, judged = catalogue_label(run, catalogue, texts), n_judged(numbers)
        if judged < 2:
            yield texts("rights.basket_too_few", catalogue=label)
            continue
        everybody, several = judged_residents(numbers), _lacking_several(numbers)
        if everybody and math.isfinite(several):
            yield texts(
                "rights.basket_few" if is_few(run, several) else "rights.basket",
                catalogue=label,
                judged=judged,
                residents=residents_words(run, several, texts),
                share=texts.percent(several / everybody),
            )
    if everybody_told := everybody_counted(run, texts):
        yield everybody_told


def _lacking_several(numbers: list[Number]) -> float:
    """Residents who lack two rights or more; where a count is hidden, all but those who lack none or one."""
    of_two = [number.value for number in numbers if n_lacking(number) >= 2]
    if all(math.isfinite(value) for value in of_two):
        return sum(of_two)
    return judged_residents(numbers) - sum(number.value for number in numbers if n_lacking(number) < 2)
