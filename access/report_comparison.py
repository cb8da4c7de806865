"""Section on transit beside other ways of travelling, and beside nearness."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_numbers import Number, range_words, sure_words, value_words
from access.report_section import Section, reasons_of, some, table_of
from access.report_tables import Table
from access.texts import Texts


def comparison_section(run: Run, texts: Texts) -> Section:
    """What transit reaches beside car and bicycle, and how many of the people nearby; absent-safe."""
    ratios, performance = _ratios(run), _performance(run)
    if not ratios and performance is None:
        return Section("compared", absent=texts("page.no_compared"))
    sentences = (*_ratio_sentences(run, ratios, texts), *_performance_sentence(performance, texts))
    notes = (texts("compared.car"),) if ratios else ()
    reasons = reasons_of(ratios, {"modal_ratio": "Access by transit over access by another mode"})
    return Section("compared", sentences, some(ratio_table(run, texts)), notes, reasons)


def ratio_table(run: Run, texts: Texts) -> Table | None:
    """Mean over residents of transit's access over another mode's: one row a service and mode."""
    rows = (
        (
            texts.capital(service_label(run, number.service, texts)),
            mode_label(run, number.standard, texts),
            value_words(number, texts),
            range_words(number, texts),
            texts.number(number.covered_population),
        )
        for number in _ratios(run)
    )
    _, cutoff_min, period = run.headline
    caption = texts("table.modal_caption", cutoff=cutoff_min, period=period_label(run, period, texts))
    keys = ("service", "compared_with", "ratio_to_mode", "range", "covered")
    return table_of(texts, caption, keys, rows, 2, texts("table.modal_note"), word_columns=(3,))


def mode_label(run: Run, name: str, texts: Texts) -> str:
    """Name of a mode as the configuration gives it."""
    modes: list[dict[str, Any]] = run.manifest.get("modes") or []
    found = next((mode for mode in modes if mode.get("name") == name), {})
    return texts.label(found.get("label"), fallback=name)


def _ratios(run: Run) -> list[Number]:
    _, cutoff_min, period = run.headline
    return run.numbers.of("modal_ratio", period=period, cutoff_min=cutoff_min, group="all")


def _performance(run: Run) -> Number | None:
    return run.numbers.one("transport_performance", period=run.headline.period, group="all")


def _ratio_sentences(run: Run, ratios: list[Number], texts: Texts) -> Iterator[str]:
    """One sentence a mode, on the service of the headline."""
    for number in ratios:
        if number.service == run.headline.service and math.isfinite(number.value):
            yield texts(
                "compared.ratio",
                service=service_label(run, number.service, texts),
                cutoff=number.cutoff_min,
                mode=mode_label(run, number.standard, texts),
                value=value_words(number, texts),
                covered=texts.number(number.covered_population),
                sure=sure_words(number, texts),
            )


def _performance_sentence(number: Number | None, texts: Texts) -> Iterator[str]:
    if number is not None and math.isfinite(number.value):
        yield texts(
            "compared.performance",
            value=texts.number(number.value),
            minutes=number.cutoff_min,
            covered=texts.number(number.covered_population),
            sure=sure_words(number, texts),
        )
