"""Schools in the section on segregation: how many a child can reach, and with whom."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from access.indicator_registry import registry
from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_numbers import Number, sure_words, value_words
from access.report_section import group_label, joined
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
                        _group_words(run, group, texts),
                        *(value_words(number, texts) if number else texts("range.none") for number in found),
                    )
                )
    if not rows:
        return None
    titles = (registry()[name].title.of(texts.language) for name in (*BY_GROUP, *OF_ALL))
    columns = (texts("table.service"), texts("table.group"), *titles)
    note = f"{texts('table.no_range_note')} {_who(run, texts)}"
    return Table(texts("table.schools_caption"), columns, tuple(rows), 2, note)


def school_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """For each kind of school, how many children (or residents, if no other are counted) reach none."""
    kind = "children" if _counts_children(run) else "residents"
    for service, period, cutoff_min in _kinds(run):
        where = {"service": service, "period": period, "cutoff_min": cutoff_min, "group": "all"}
        number = run.numbers.one("schools_reach_none", **where)
        if number is not None and math.isfinite(number.value):
            yield texts(
                f"schools.none_{kind}",
                service=service_label(run, service, texts),
                cutoff=cutoff_min,
                n=texts.number(number.value),
                covered=texts.number(number.covered_population),
                share=texts.percent(_share(number)),
                sure=sure_words(number, texts),
                who=" ".join((_who(run, texts), *_left_out(run, number, texts))),
            )


def _counts_children(run: Run) -> bool:
    """Whether children are counted apart; the run notes of whom each number is."""
    numbers = [number for name in (*BY_GROUP, *OF_ALL) for number in run.numbers.of(name)]
    return not any(number.note.startswith("of residents") for number in numbers)


def _who(run: Run, texts: Texts) -> str:
    """Say which residents stand for the children."""
    if not _counts_children(run):
        return texts("schools.residents")
    groups = _census_groups(run)
    if not groups:
        return texts("schools.children_any")
    return texts("schools.children", groups=joined([group_label(group, texts) for group in groups], texts))


def _census_groups(run: Run) -> list[str]:
    """Groups of the census that the configuration takes for children of school age."""
    groups = run.option("rights", "groups") or {}
    return [str(group) for group in groups.get("school_age") or []]


def _left_out(run: Run, number: Number, texts: Texts) -> Iterator[str]:
    """Say how many are left out for want of a known income; nothing where that is nobody, or not known.

    Children of cells with few of them are not in the cells, so that the number of all children is taken from
    the rights that are counted for them.
    """
    if _counts_children(run):
        rights = [n for n in run.numbers.of("right_residents", group="all") if "of school_age" in n.note]
        assessed = max((n.covered_population for n in rights), default=math.nan)
        if math.isnan(assessed):
            return
        key, missing = "schools.left_out_income", assessed - number.covered_population
    else:
        key, missing = "schools.left_out", float(np.nansum(run.residents())) - number.covered_population
    if missing < 0.5:
        return
    minimum = float(run.option("results", "min_residents_shown") or 0)
    few = missing < minimum
    yield texts(key, n=texts("schools.fewer_than", n=texts.number(minimum)) if few else texts.number(missing))


def _group_words(run: Run, group: str, texts: Texts) -> str:
    if group != "all" or not _counts_children(run):
        return group_label(group, texts)
    return texts("schools.all_children")


def _kinds(run: Run) -> list[tuple[str, str, int | None]]:
    """Service, period and limit of travel time of which the run speaks."""
    numbers = [n for name in BY_GROUP for n in run.numbers.of(name)]
    return list(dict.fromkeys((n.service, n.period, n.cutoff_min) for n in numbers))


def _share(number: Number) -> float | None:
    return number.value / number.covered_population if number.covered_population > 0 else None
