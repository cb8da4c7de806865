"""Schools in the section on segregation: how many a child can reach, and with whom."""

from __future__ import annotations

import math
from collections.abc import Iterator

from access.indicator_registry import registry
from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_numbers import Number, sure_words, value_words
from access.report_section import group_label
from access.report_tables import Table
from access.texts import Texts

GROUPS = ("all", "decile_1", "decile_10")
BY_GROUP = ("schools_in_reach", "schools_mix", "schools_isolation")
OF_ALL = ("schools_reach_none", "schools_segregation")


def school_table(run: Run, texts: Texts) -> Table | None:
    """One row a kind of school and group: schools in reach, mix of the children who reach the same."""
    rows = []
    for service, period, cutoff_min in _kinds(run):
        for group in GROUPS:
            found = [
                run.numbers.one(name, service=service, period=period, cutoff_min=cutoff_min, group=group)
                for name in (*BY_GROUP, *OF_ALL)
            ]
            if any(found):
                label = texts(
                    "schools.kind",
                    service=texts.capital(service_label(run, service, texts)),
                    cutoff=cutoff_min,
                    period=period_label(run, period, texts),
                )
                rows.append(
                    (
                        label,
                        group_label(group, texts) if group != "all" else texts("schools.all_children"),
                        *(value_words(number, texts) if number else texts("range.none") for number in found),
                    )
                )
    if not rows:
        return None
    titles = (registry()[name].title.of(texts.language) for name in (*BY_GROUP, *OF_ALL))
    columns = (texts("table.service"), texts("table.group"), *titles)
    return Table(texts("table.schools_caption"), columns, tuple(rows), 2, texts("table.no_range_note"))


def school_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """For each kind of school, how many children reach none, of how many."""
    for service, period, cutoff_min in _kinds(run):
        where = {"service": service, "period": period, "cutoff_min": cutoff_min, "group": "all"}
        number = run.numbers.one("schools_reach_none", **where)
        if number is not None and math.isfinite(number.value):
            yield texts(
                "schools.none",
                service=service_label(run, service, texts),
                cutoff=cutoff_min,
                n=texts.number(number.value),
                covered=texts.number(number.covered_population),
                share=texts.percent(_share(number)),
                sure=sure_words(number, texts),
            )


def _kinds(run: Run) -> list[tuple[str, str, int | None]]:
    """Service, period and limit of travel time of which the run speaks."""
    numbers = [n for name in BY_GROUP for n in run.numbers.of(name)]
    return list(dict.fromkeys((n.service, n.period, n.cutoff_min) for n in numbers))


def _share(number: Number) -> float | None:
    return number.value / number.covered_population if number.covered_population > 0 else None
