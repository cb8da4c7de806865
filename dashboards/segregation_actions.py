"""What the page Segregation says: its first sentences, its tables with the keys of their numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from access.indicator_registry import registry
from access.report_data import Run
from access.report_numbers import Number, sure_words, value_words
from access.report_schools import school_table
from access.report_section import group_label, joined
from access.report_segregation import (
    BY_KERNEL,
    OF_ZONES,
    group_table,
    kernel_table,
    place_table,
    zone_index_table,
)
from access.report_tables import Table
from dashboards.charts_segregation import WITH_CHANCE, plain_index
from dashboards.how import key_text
from dashboards.words import Words

_CLASS = re.compile(r"class_\d+")


class Told(NamedTuple):
    """A sentence and the keys of the number that it tells."""

    sentence: str
    how: str


class Asked(NamedTuple):
    """A table, and for each row the keys of a number of it; empty where it has none."""

    table: Table
    how: tuple[str, ...]


def lead(run: Run, words: Words) -> list[Told]:
    """Return the few sentences that say most; empty where nothing is defined."""
    return [*_home(run, words), *_exposure(run, words), *_mix(run, words)]


def index_table(run: Run, words: Words) -> Asked | None:
    """Indices between zones beside chance, each row with the keys of its number."""
    keys = {
        registry()[name].title.of(words.texts.language): number
        for name in OF_ZONES
        if (number := run.numbers.one(name, group="all")) is not None
    }
    made = _asked(zone_index_table(run, words.texts), keys)
    return None if made is None else Asked(_plain_rows(run, made.table, words), made.how)


def _plain_rows(run: Run, table: Table, words: Words) -> Table:
    """Put plain words before the names that only specialists know; say who is counted where cells are."""
    named = {
        title: words("segregation.index.named", plain=plain_index(name, words), name=title)
        for name in WITH_CHANCE
        if (title := registry()[name].title.of(words.texts.language))
    }
    rows = tuple((named.get(row[0], row[0]), *row[1:]) for row in table.rows)
    of_cells = all(run.numbers.one(name, group="all") is None for name in WITH_CHANCE)
    note = f"{table.note} {words('segregation.counted')}" if of_cells else table.note
    return table._replace(rows=rows, note=note.strip())


def without_file_names(table: Table | None, words: Words) -> Table | None:
    """Say where ranges are to be found on the page, in place of the file of the run that holds them."""
    if table is None:
        return None
    note = table.note.replace(words.texts("table.no_range_note"), words("segregation.ranges"))
    return table._replace(note=note)


def through_travel_table(run: Run, words: Words) -> Asked | None:
    """Numbers through travel by transit, on foot, among the nearest; the keys are those by transit."""
    keys = {
        words.texts(f"segregation.{name}"): number
        for name in BY_KERNEL
        if (number := run.numbers.one(f"{name}_transit")) is not None
    }
    return _asked(without_file_names(kernel_table(run, words.texts), words), keys)


def groups_table(run: Run, words: Words) -> Asked | None:
    """Numbers of each group; the keys are those of its dissimilarity."""
    keys = {
        words.texts.capital(group_label(number.group, words.texts)): number
        for number in run.numbers.of("segregation_dissimilarity")
        if number.group != "all"
    }
    return _asked(without_file_names(group_table(run, words.texts), words), keys)


def places_table(run: Run, words: Words) -> Asked | None:
    """Mix around places by service."""
    table = place_table(run, words.texts)
    numbers = run.numbers.of("mix_of_reach_places", group="all")
    if table is None:
        return None
    if any(number.value == 0 for number in numbers):
        table = table._replace(note=f"{table.note} {words('segregation.zero')}".strip())
    return Asked(table, tuple(key_text(number) for number in numbers))


def schools_table(run: Run, words: Words) -> Table | None:
    """Return schools within reach of children, and their mix."""
    return without_file_names(school_table(run, words.texts), words)


def all_tables(run: Run, words: Words) -> list[Table]:
    """Return every table of the page, in its order."""
    asked = (
        index_table(run, words),
        groups_table(run, words),
        through_travel_table(run, words),
        places_table(run, words),
    )
    tables = [each.table for each in asked if each is not None]
    schools = schools_table(run, words)
    return [*tables, *([] if schools is None else [schools])]


def low_income_words(run: Run, words: Words) -> str:
    """Say whom the run counts as low-income; empty where it does not."""
    number = run.numbers.one("exposure_of_low_income_transit")
    told = next((part for part in (number.note.split(";") if number else ()) if "low-income:" in part), "")
    groups = [name.strip() for name in told.partition(":")[2].split(",") if name.strip()]
    if not groups:
        return ""
    if all(_CLASS.fullmatch(name) for name in groups):
        return words("segregation.low_income_tenths", n=words.number(len(groups)))
    return words(
        "segregation.low_income",
        groups=joined([group_label(name, words.texts) for name in groups], words.texts),
    )


def _home(run: Run, words: Words) -> Iterator[Told]:
    numbers = [
        n for n in run.numbers.of("segregation_dissimilarity") if n.group != "all" and math.isfinite(n.value)
    ]
    if not numbers:
        return
    texts, most = words.texts, max(numbers, key=lambda n: n.value)
    group = group_label(most.group, texts)
    sentence = words(
        "segregation.lead_home",
        group=texts.capital(group) if words.language == "en" else group,
        share=texts.percent(most.value),
    )
    yield Told(_with_certainty(sentence, most, words), key_text(most))


def _exposure(run: Run, words: Words) -> Iterator[Told]:
    transit, walk = (run.numbers.one(f"exposure_of_low_income_{way}") for way in ("transit", "walk"))
    if transit is None or not math.isfinite(transit.value):
        return
    here = value_words(transit, words.texts)
    if walk is None or not math.isfinite(walk.value):
        sentence = words("segregation.lead_exposure_transit", transit=here)
    else:
        sentence = words("segregation.lead_exposure", transit=here, walk=value_words(walk, words.texts))
    yield Told(_with_certainty(sentence, transit, words), key_text(transit))


def _mix(run: Run, words: Words) -> Iterator[Told]:
    ways = [run.numbers.one(f"mix_of_reach_people_{way}", group="all") for way in ("transit", "walk")]
    city = run.numbers.one("mix_of_reach_city")
    known = [n for n in (*ways, city) if n is not None and math.isfinite(n.value)]
    if len(known) < 3:
        return
    transit, walk, whole = (value_words(number, words.texts) for number in known)
    sentence = words("segregation.lead_mix", transit=transit, walk=walk, city=whole)
    yield Told(_with_certainty(sentence, known[0], words), key_text(known[0]))


def _with_certainty(sentence: str, number: Number, words: Words) -> str:
    return f"{sentence} {words.texts.capital(sure_words(number, words.texts))}."


def _asked(table: Table | None, numbers: dict[str, Number]) -> Asked | None:
    if table is None:
        return None
    known = (numbers.get(row[0]) for row in table.rows)
    return Asked(table, tuple("" if number is None else key_text(number) for number in known))
