"""Section on segregation: who lives apart from whom, at home and through travel, beside what chance gives.

Numbers by group and by way of travelling stand in tables of their own, so that those that must be read
together (by transit, on foot, among the nearest people) stand side by side.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from access.indicator_registry import Indicator, of_family, registry
from access.report_data import Run
from access.report_findings import service_label
from access.report_numbers import Number, range_words, sure_words, value_words, why_not_defined
from access.report_schools import school_sentences, school_table
from access.report_section import Section, group_label, reasons_of, some, table_of
from access.report_tables import Table
from access.texts import Texts

#: Indicators that have a sentence, in its order.
TOLD = (
    "segregation_rank_order", "segregation_poverty_tail", "segregation_affluence_tail",
    "segregation_dissimilarity", "segregation_reach_transit", "segregation_reach_walk",
    "segregation_reach_equal_population", "exposure_of_low_income_transit", "mix_of_reach_people_transit",
)  # fmt: skip
OF_ZONES = (
    "segregation_dissimilarity", "segregation_information", "segregation_rank_order",
    "segregation_poverty_tail", "segregation_affluence_tail", "mix_of_reach_city",
)  # fmt: skip
KERNELS = ("transit", "walk", "equal_population")
BY_KERNEL = (
    "segregation_reach", "mix_of_reach_people", "extremes_in_reach", "exposure_of_low_income",
)  # fmt: skip
#: A reason that so many numbers share is not repeated in the tables.
N_SHARED = 3
OF_GROUP = ("segregation_group_share", "segregation_dissimilarity", "segregation_isolation")


def segregation_section(run: Run, texts: Texts) -> Section:
    """Indices of the run, and which data would be needed for those that are not defined."""
    given = run.manifest.get("segregation") or {}
    undefined = given.get("not_defined") or [] if isinstance(given, dict) else given
    missing = tuple(texts.label(note) for note in undefined)
    numbers = [number for indicator in _indicators() for number in run.numbers.of(indicator.name)]
    if not numbers and not missing:
        return Section("segregation", absent=texts("page.no_segregation"))
    tables = some(
        zone_index_table(run, texts),
        group_table(run, texts),
        kernel_table(run, texts),
        place_table(run, texts),
        school_table(run, texts),
    )
    notes = (*missing, *((texts("segregation.kernels"), texts("segregation.all_rows")) if numbers else ()))
    titles = {indicator.name: indicator.title.of("en") for indicator in _indicators()}
    return Section(
        "segregation",
        (*_sentences(run, texts), *school_sentences(run, texts)),
        tables,
        notes,
        reasons_of(numbers, titles),
    )


def zone_index_table(run: Run, texts: Texts) -> Table | None:
    """Indices between census zones, each beside its value in a shuffled city; then the profile by radius."""
    told_once = _told_once(run)
    found = [
        (name, number)
        for name in OF_ZONES
        if (number := run.numbers.one(name, group="all")) and why_not_defined(number) not in told_once
    ]
    rows = [
        (
            registry()[name].title.of(texts.language),
            value_words(number, texts),
            value_words(chance, texts)
            if (chance := run.numbers.one(f"{name}_bias"))
            else texts("range.none"),
            range_words(number, texts),
            texts.number(number.covered_population),
        )
        for name, number in found
    ]
    rows += [
        (
            f"{registry()[number.indicator].title.of(texts.language)} ({_group(number, texts)})",
            value_words(number, texts),
            texts("range.none"),
            range_words(number, texts),
            texts.number(number.covered_population),
        )
        for number in run.numbers.of("segregation_information_profile")
        if why_not_defined(number) not in told_once
    ]
    keys = ("index", "value", "by_chance", "range", "counted")
    caption = texts("table.segregation_caption")
    return table_of(texts, caption, keys, rows, note=texts("table.segregation_note"), word_columns=(3,))


def group_table(run: Run, texts: Texts) -> Table | None:
    """Each group: its share of all, how it lives apart, and how much of its own it has within reach."""
    reach = tuple(f"segregation_reach_isolation_{kernel}" for kernel in KERNELS)
    names = [name for name in (*OF_GROUP, *reach) if run.numbers.of(name)]
    groups = dict.fromkeys(
        n.group for name in names for n in run.numbers.of(name) if n.group != "all" and not why_not_defined(n)
    )
    if not groups:
        return None
    rows = tuple(
        (
            texts.capital(group_label(group, texts)),
            *(value_words(run.numbers.one(name, group=group), texts) for name in names),
        )
        for group in groups
    )
    titles = (registry()[name].title.of(texts.language) for name in names)
    columns = (texts("table.group"), *titles)
    return Table(texts("table.segregation_groups_caption"), columns, rows, note=texts("table.no_range_note"))


def kernel_table(run: Run, texts: Texts) -> Table | None:
    """What is measured through travel, by transit, on foot and among the nearest people, side by side."""
    rows = []
    for name in BY_KERNEL:
        numbers = [run.numbers.one(f"{name}_{kernel}") for kernel in KERNELS]
        if any(number is not None and not why_not_defined(number) for number in numbers):
            label = texts(f"segregation.{name}")
            rows.append((label, *(value_words(number, texts) for number in numbers)))
    keys = ("index", "by_transit", "on_foot", "among_nearest")
    caption = texts("table.kernels_caption")
    return table_of(texts, caption, keys, rows, note=texts("table.no_range_note"))


def place_table(run: Run, texts: Texts) -> Table | None:
    """Income mix of the places within reach, by service."""
    rows = [
        (
            texts.capital(service_label(run, number.service, texts)),
            value_words(number, texts),
            range_words(number, texts),
        )
        for number in run.numbers.of("mix_of_reach_places", group="all")
    ]
    keys = ("service", "value", "range")
    caption = registry()["mix_of_reach_places"].title.of(texts.language)
    return table_of(texts, caption, keys, rows, word_columns=(2,))


def _told_once(run: Run) -> set[str]:
    """Reasons that several numbers share: told once under the tables, not in a row for each."""
    reasons = Counter(
        why_not_defined(number) for indicator in _indicators() for number in run.numbers.of(indicator.name)
    )
    return {reason for reason, n in reasons.items() if reason and n >= N_SHARED}


def _sentences(run: Run, texts: Texts) -> Iterator[str]:
    """One sentence a number: its value, how to read it, how many are counted, how sure."""
    for name in TOLD:
        number = next(iter(run.numbers.of(name)), None)
        everybody = run.numbers.one(name, group="all") or number
        if everybody is None or not math.isfinite(everybody.value):
            continue
        yield texts(
            "family.sentence",
            title=registry()[name].title.of(texts.language),
            value=value_words(everybody, texts),
            reading=registry()[name].reading.of(texts.language),
            covered=texts.number(everybody.covered_population),
            sure=texts.capital(sure_words(everybody, texts)),
        )


def _group(number: Number, texts: Texts) -> str:
    """Radius of a profile, in the language of the page."""
    metres = number.group.removeprefix("within ").removesuffix(" m")
    if metres.isdigit():
        return texts("segregation.within", metres=texts.number(float(metres)))
    return group_label(number.group, texts)


def _indicators() -> list[Indicator]:
    return of_family("segregation")
