"""Section on certainty: what each kind of range says, the bands of the headline, what is not quantified."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from access.indicator_registry import registry
from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_inequality import INDICES
from access.report_numbers import Number, range_words, value_words
from access.report_section import Section, joined, some, table_of
from access.report_tables import Table
from access.texts import Texts

#: Words for the kinds of range; what follows them in a run are values, such as minutes or dates.
KIND_KEYS = {
    "sensitivity: cutoff": "cutoff",
    "sensitivity: walking speed": "walking_speed",
    "sensitivity: service date": "service_date",
    "sensitivity: cell size": "cell_size",
    "variability: departure minutes": "departure_minutes",
    "if this city were one draw of a spatial process": "spatial_process",
}
#: With fewer realisations of travel times, it is said on how few values their part of a range rests.
FEW_REALISATIONS = 100
KINDS = ("input_uncertainty", "sensitivity", "variability", "null")


def certainty_section(run: Run, texts: Texts) -> Section:
    """How sure the numbers are; a run that models no error says that it does not know."""
    sentences = [*_draw_sentences(run, texts)]
    table = band_table(run, texts)
    if table is None:
        sentences.append(texts("certainty.no_bands"))
    notes = [texts(f"certainty.kind_{kind}") for kind in KINDS]
    if n_outside := _n_outside(run):
        notes.append(texts.plural("certainty.outside", n_outside))
    notes += [texts("certainty.census"), *_assumptions(run, texts), *limit_sentences(run, texts)]
    refused = (run.manifest.get("uncertainty") or {}).get("spatial_process_refused") or {}
    reasons = tuple(f"{name}, block bootstrap refused: {why}" for name, why in refused.items())
    return Section("certainty", tuple(sentences), some(table), tuple(notes), reasons)


def band_table(run: Run, texts: Texts) -> Table | None:
    """Sensitivity and variability of the headline's numbers: one row a number and kind, never pooled."""
    rows = (
        (
            _index_words(number, texts),
            kind_words(number.interval_kind, texts),
            value_words(number, texts),
            range_words(number, texts),
        )
        for number in _bands(run)
    )
    service, cutoff_min, period = run.headline
    caption = texts(
        "table.bands_caption",
        service=service_label(run, service, texts),
        cutoff=cutoff_min,
        period=period_label(run, period, texts),
    )
    keys = ("index", "range_kind", "value", "range")
    return table_of(texts, caption, keys, rows, 2, texts("table.bands_note"), word_columns=(3,))


def _index_words(number: Number, texts: Texts) -> str:
    """Name of an indicator; with its unit where that is minutes, which a number alone does not tell."""
    indicator = registry()[number.indicator]
    title = indicator.title.of(texts.language)
    return f"{title} ({texts('table.minutes_unit')})" if number.unit.startswith("min") else title


def kind_words(kind: str, texts: Texts) -> str:
    """Name of a kind of range; one that no text knows is named as in the run."""
    for start, key in KIND_KEYS.items():
        if kind.startswith(start):
            found = re.findall(r"\d[\d.-]*", kind.removeprefix(start).removeprefix(", H3"))
            comma = texts.language == "fr"
            values = joined([each.replace(".", ",") if comma else each for each in found], texts)
            with_values = values and texts.has(f"kind.{key}_at")
            return texts(f"kind.{key}_at", values=values) if with_values else texts(f"kind.{key}")
    return kind


def _n_outside(run: Run) -> int:
    """How many numbers lie outside their own range, rounding aside."""
    return sum(number.is_outside for name in run.numbers.names() for number in run.numbers.of(name))


def _bands(run: Run) -> Iterator[Number]:
    service, cutoff_min, period = run.headline
    for name in ("mean_access", *INDICES, "nearest_mean_min"):
        cutoff = None if name == "nearest_mean_min" else cutoff_min
        where = {"service": service, "period": period, "cutoff_min": cutoff, "group": "all"}
        base = run.numbers.one(name, **where)
        for number in run.numbers.bands(name, **where):
            yield number if base is None or math.isnan(base.value) else number._replace(value=base.value)


def _draw_sentences(run: Run, texts: Texts) -> Iterator[str]:
    made = run.manifest.get("uncertainty") or {}
    if not made.get("draws"):
        yield texts("certainty.not_modelled")
        return
    sources = joined(_sources(made, texts), texts)
    yield texts(
        "certainty.modelled",
        draws=texts.number(made["draws"]),
        seed=made.get("seed", texts("no_data")),
        coverage=texts.percent(made.get("coverage") or 0.95),
        sources=sources or texts("no_data"),
    )
    if made.get("travel_realisations"):
        n = int(made["travel_realisations"])
        yield texts("certainty.travel", n=texts.number(n))
        yield texts("certainty.travel_centred")
        if n < FEW_REALISATIONS:
            yield texts("certainty.travel_few", n=texts.number(n))
    else:
        yield texts("certainty.no_travel")


def _sources(made: Mapping[str, Any], texts: Texts) -> list[str]:
    """Name what is modelled: the inputs with an assumption, else the sources as the program names them."""
    named = [_input_name(entry, texts) for entry in made.get("assumptions") or [] if "of" in entry]
    return named or [texts.label(source) for source in made.get("sources") or []]


def _input_name(entry: Mapping[str, Any], texts: Texts) -> str:
    key = f"certainty.input.{entry['of']}"
    return texts(key) if texts.has(key) else str(entry["of"]).replace("_", " ")


def _assumptions(run: Run, texts: Texts) -> Iterator[str]:
    """One sentence an input: how large its error is, how much neighbours share, who says so."""
    for entry in (run.manifest.get("uncertainty") or {}).get("assumptions") or []:
        if "of" not in entry:
            yield texts("certainty.assumption", words=texts.label(entry))
            continue
        relative = entry.get("relative_error")
        yield texts(
            "certainty.relative_error" if relative else "certainty.margin_of_error",
            name=texts.capital(_input_name(entry, texts)),
            size=texts.percent(relative or entry.get("confidence")),
            correlation=texts.percent(entry.get("correlation")),
            source=texts.label(entry.get("source"), fallback=texts("no_data")),
        )


def limit_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """Say which small counts are hidden, and what counts beyond the study area."""
    minimum = run.manifest.get("suppression_minimum") or run.option("results", "min_residents_shown")
    if minimum:
        yield texts("certainty.suppressed", n=texts.number(float(minimum)))
    if run.buffer_m:
        yield texts("certainty.buffer", metres=texts.number(run.buffer_m))
    else:
        yield texts("certainty.study_area" if run.option("cells", "study_area") else "certainty.edge")
