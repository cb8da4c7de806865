"""How a number was made: its row of the run's table, its formula, its limits and what went into it.

A number is asked for by its keys, ``indicator|service|period|cutoff|standard|group``. They are looked up in
the run; nothing that a browser sends is computed with, shown or opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from access.indicator_registry import Indicator, registry, unit_words
from access.report_certainty import kind_words, limit_sentences
from access.report_comparison import mode_label
from access.report_findings import percentile_name, period_label, service_label, window
from access.report_method import travel_rules
from access.report_numbers import INPUT_UNCERTAINTY, Number, figure, value_words, why_not_defined
from access.report_rights_words import catalogue_label, right_label
from access.report_section import group_label, joined, period_or_all
from access.report_tables import Table
from dashboards.input_files import input_files_table
from dashboards.run_data import RunData
from dashboards.words import Words

KEYS = ("indicator", "service", "period", "cutoff_min", "standard", "group")
LONGEST_KEY = 400
#: First words of the program for what a range models, and their texts.
_MODELLED = {"population": "certainty.input.population", "income": "certainty.input.income"}


#: The program notes where households are counted, not residents.
_HOUSEHOLDS = re.compile(r"\b(of|all) households\b")


class Key(NamedTuple):
    """What a number is asked for by; an empty part does not apply."""

    indicator: str
    service: str = ""
    period: str = ""
    cutoff_min: int | None = None
    standard: str = ""
    group: str = "all"


class Spread(NamedTuple):
    """One range of a number: of what it speaks, its ends, what that means, what was modelled."""

    kind: str
    ends: str
    meaning: str
    modelled: str = ""


class Row(NamedTuple):
    """One number under the keys: two comparisons of one right differ in their note only."""

    value: str
    covered: str
    spreads: tuple[Spread, ...]
    note: str  # words of the program, English


class Made(NamedTuple):
    """All there is to say about a number, in one language."""

    title: str
    about: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    formula: Indicator
    unit: str
    settings: tuple[str, ...]
    inputs: Table
    keys: tuple[tuple[str, str], ...]


def key_of(text: object) -> Key | None:
    """Read the keys of a number; None where they are none of a known indicator."""
    parts = text.split("|") if isinstance(text, str) and len(text) <= LONGEST_KEY else []
    if not 1 <= len(parts) <= len(KEYS) or parts[0] not in registry():
        return None
    indicator, service, period, cutoff, standard, group = [*parts, *[""] * (len(KEYS) - len(parts))]
    if cutoff and not (cutoff.isascii() and cutoff.isdigit()):
        return None
    return Key(indicator, service, period, int(cutoff) if cutoff else None, standard, group or "all")


def key_text(number: Number) -> str:
    """Return the keys of a number as text, for ``components.how_button``."""
    cutoff = "" if number.cutoff_min is None else str(number.cutoff_min)
    return "|".join((number.indicator, number.service, number.period, cutoff, number.standard, number.group))


def how_made(data: RunData, key: Key, words: Words) -> Made | None:
    """Tell how a number of a run was made.

    Returns
    -------
    Made or None
        Without rows where the run has no number under the keys, but its services and periods are those of
        the run (a number of the cells); None where the keys are not of this run at all.
    """
    run, texts = data.run, words.texts
    where = key._asdict()
    found = run.numbers.of(**where)
    if not found and not _is_of_run(data, key):
        return None
    indicator = registry()[key.indicator]
    unit = found[0].unit if found else indicator.unit
    return Made(
        title=indicator.title.of(texts.language),
        about=tuple(_about(data, key, words)),
        rows=tuple(_row(data, number, where, words) for number in found),
        formula=indicator,
        unit=_unit(data, unit, words),
        settings=tuple(_settings(data, key, words)),
        inputs=input_files_table(run, words),
        keys=tuple((name, str(value)) for name, value in where.items() if value not in ("", None)),
    )


def _is_of_run(data: RunData, key: Key) -> bool:
    run = data.run
    services = {str(service["name"]) for service in run.services} | {""}
    periods = {str(period["name"]) for period in run.periods} | {""}
    groups = {number.group for name in run.numbers.names() for number in run.numbers.of(name)} | {"all"}
    cutoffs = {*run.cutoffs_min, None}
    return (
        key.service in services
        and key.period in periods
        and key.group in groups
        and key.cutoff_min in cutoffs
        and not key.standard
    )


def _about(data: RunData, key: Key, words: Words) -> Iterator[tuple[str, str]]:
    run, texts = data.run, words.texts
    if key.service:
        yield words("how.service"), service_label(run, key.service, texts)
    if key.cutoff_min is not None:
        yield words("how.within"), words("how.minutes", n=texts.number(key.cutoff_min))
    if key.period:
        yield words("how.period"), period_or_all(run, key.period, texts)
    if key.standard:
        yield words("how.standard"), _standard(data, key.standard, words)
    low_income = key.group == "low_income"
    yield words("how.group"), words("how.low_income") if low_income else group_label(key.group, texts)


def _standard(data: RunData, name: str, words: Words) -> str:
    """Name of a sufficiency line, right, catalogue, standard of supply, mode or comparison."""
    run, texts = data.run, words.texts
    lines = {str(line.get("name")): line for line in run.manifest.get("sufficiency") or []}
    if name in lines:
        return texts.label(lines[name].get("label"), name)
    if any(entry.get("name") == name for entry in run.manifest.get("rights") or []):
        return right_label(run, name, texts)
    if any(entry.get("name") == name for entry in run.manifest.get("modes") or []):
        return mode_label(run, name, texts)
    if any(entry.get("name") == name for entry in run.manifest.get("rights_catalogues") or []):
        return catalogue_label(run, name, texts)
    standard, _, part = name.partition(":")
    if texts.has(f"supply_standard.{standard}"):
        known = texts(f"supply_standard.{standard}")
        band = texts(f"supply_class.{part}") if texts.has(f"supply_class.{part}") else part
        return f"{known}, {band}" if part else known
    return name.replace("_", " ")


def _row(data: RunData, number: Number, where: Mapping[str, Any], words: Words) -> Row:
    texts = words.texts
    bands = data.run.numbers.bands(**where)
    spreads = [_spread(each, words) for each in (number, *bands) if each.has_range]
    covered = ""
    if not why_not_defined(number) and number.covered_population > 0:
        kind = "how.covered_households" if _HOUSEHOLDS.search(number.note) else "how.covered_n"
        covered = words(kind, n=texts.number(number.covered_population))
    return Row(
        value_words(number, texts),
        covered,
        tuple(spreads),
        number.note,
    )


def _spread(number: Number, words: Words) -> Spread:
    texts = words.texts
    low, high = (figure(end, number.unit, texts) for end in (number.low, number.high))
    ends = words("how.range", low=low, high=high)
    kind = number.interval_kind or INPUT_UNCERTAINTY
    if kind == INPUT_UNCERTAINTY:
        meaning = texts("certainty.kind_input_uncertainty")
        if number.is_outside:
            meaning += " " + texts("range.outside_note")
        return Spread(words("how.input_errors"), ends, meaning, _modelled(number, words))
    start = kind.partition(":")[0]
    if start in ("sensitivity", "variability"):
        meaning = texts(f"certainty.kind_{start}")
        return Spread(texts.capital(kind_words(kind, texts)), ends, meaning)
    return Spread(texts.capital(kind_words(kind, texts)), ends, "", _modelled(number, words))


def _modelled(number: Number, words: Words) -> str:
    """Say which errors a range models and by how many draws."""
    texts = words.texts
    names = []
    for source in filter(None, (part.strip() for part in number.sources.split(";"))):
        head = source.partition(":")[0]
        if head in _MODELLED:
            names.append(texts(_MODELLED[head]))
        else:
            names.append(words("how.travel_times") if head == "travel times" else source)
    if not names:
        return ""
    told = joined(names, texts)
    if number.draws is None:
        return words("how.sources_of", sources=told)
    return words("how.by_draws", draws=texts.number(number.draws), sources=told)


def _unit(data: RunData, unit: str, words: Words) -> str:
    """Name of a unit; that of access is the service itself."""
    if any(service["name"] == unit for service in data.run.services):
        return service_label(data.run, unit, words.texts)
    try:
        return unit_words(unit, words.texts.language)
    except KeyError:  # a unit of this run only, such as a currency
        return unit


def _settings(data: RunData, key: Key, words: Words) -> Iterator[str]:
    """Say what of the configuration the number depends on, one sentence each."""
    run, texts = data.run, words.texts
    if key.period:
        period = run.period(key.period)
        if period.get("label"):
            day = period.get("service_date") or (run.manifest.get("service_dates") or {}).get(key.period)
            label = texts.capital(period_label(run, key.period, texts))
            when = words("how.period_line", period=label, day=texts.day(day), window=window(period, texts))
            yield when
        yield words("how.percentile", percentile=percentile_name(run, texts))
        if key.cutoff_min is not None:
            yield words("how.comparison")
        yield travel_rules(run, texts)
    yield from limit_sentences(run, texts)
