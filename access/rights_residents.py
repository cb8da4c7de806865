"""Residents and their rights: who lacks one, by how much, who lacks several, from whom the night takes one.

Counts speak of the residents of cells that have a state; the population they cover stands beside each. Who is
counted is decided by whom the right is for: school-age children where the census tells them apart, else all
residents of the cell, and then the note says so. Baskets count all residents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from access.config_rights import ForWhom
from access.equity import weighted_mean
from access.equity_indices import fgt
from access.errors import InputDataError
from access.rights import (
    MET,
    UNMET,
    Basket,
    EvaluatedRight,
    EvaluatedRights,
    Flags,
    Floats,
    evaluate_rights,
)
from access.rights_catalogue import RightsCatalogue
from access.rights_requests import Reach

Row = dict[str, object]


@dataclass(frozen=True)
class RightsResidents:
    """Who lives in the cells, all arrays of shape ``(n_cells,)``.

    Attributes
    ----------
    population : array of float
        All residents.
    concerned : mapping of ForWhom to array of float
        Residents whom a right is for (``school_age``, ...), where they are known apart.
    parts : mapping of str to array of float
        Share of each cell, 0 to 1, that belongs to a group of *places* (``decile_1``: 1 or 0). It is taken
        of everybody in the cell, also of its children.
    groups : mapping of str to array of float
        Residents of a group of *people* (``age_65_plus``). Counted for rights of everyone only: how many of
        them are also, say, of school age is not known.
    """

    population: Floats
    concerned: Mapping[ForWhom, Floats] = field(default_factory=dict)
    parts: Mapping[str, Floats] = field(default_factory=dict)
    groups: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given: dict[str, Floats] = {"population": self.population, **self.parts, **self.groups}
        given.update(self.concerned.items())
        shapes = {name: counts.shape for name, counts in given.items()}
        problems = [] if len(set(shapes.values())) == 1 else [f"shapes differ: {shapes}"]
        for name, counts in given.items():
            if not np.isfinite(counts).all() or (counts < 0).any():
                problems.append(
                    f"{name} must be finite and 0 or more in every cell; give 0 where nobody lives"
                )
        problems.extend(f"{name} exceeds 1" for name, share in self.parts.items() if (share > 1).any())
        repeated = {"all"} & {*self.parts, *self.groups} | {*self.parts} & {*self.groups}
        problems.extend(f"the group {name!r} stands twice" for name in sorted(repeated))
        if problems:
            raise InputDataError("residents by group: " + "; ".join(problems))


@dataclass(frozen=True)
class RightsAssessment:
    """Rights of a run: by cell, and rows for the table of indicators."""

    evaluated: EvaluatedRights
    rows: list[Row]
    counted_as_everyone: tuple[tuple[str, ForWhom], ...]  # rights whose people are not known apart


def assess_rights(
    catalogues: list[RightsCatalogue],
    reach: Reach,
    totals: Mapping[str, float],
    snapped: Flags,
    residents: RightsResidents,
) -> RightsAssessment:
    """Evaluate every right and count the residents concerned; parameters as ``evaluate_rights``."""
    evaluated = evaluate_rights(catalogues, reach, totals, snapped)
    unknown = tuple(
        (each.right.name, each.right.for_whom)
        for each in evaluated.as_written
        if each.right.for_whom != "everyone" and each.right.for_whom not in residents.concerned
    )
    return RightsAssessment(evaluated, residents_rows(evaluated, residents), unknown)


def residents_rows(evaluated: EvaluatedRights, residents: RightsResidents) -> list[Row]:
    """Return rows for the table of indicators; call it again with other residents for an uncertainty draw.

    Indicators: ``right_headcount``, ``right_depth``, ``right_severity`` (Foster, Greer and Thorbecke 1984,
    over the residents with a state); ``right_residents`` (who lack it); ``basket_residents`` and
    ``basket_mean``; ``penalty_residents`` (who have the right as written and lack it at another time or at
    slow walking; gains are not set against losses), ``penalty_share`` (of those who have it as written).
    ``standard`` is the right's name; of baskets the catalogue's, with ``_lacking_<n>`` where residents are
    counted by number.
    """
    rows: list[Row] = []
    references = {each.right.name: each for each in evaluated.as_written if each.counts}
    for reference in references.values():
        rows.extend(_poverty_rows(reference, residents))
    for basket in evaluated.baskets:
        if basket.rights:
            rows.extend(_basket_rows(basket, residents))
    for other in evaluated.elsewhen:
        if other.counts:
            rows.extend(_penalty_rows(references[other.right.name], other, residents))
    return rows


def counted_groups(
    right_for: ForWhom, residents: RightsResidents
) -> tuple[Iterator[tuple[str, Floats]], str | None]:
    """Return the residents by group whom a right for some people counts, and a note on who they are."""
    people = residents.concerned.get(right_for, residents.population)
    if right_for == "everyone":
        return _groups(residents.population, residents, residents.groups), None
    known = right_for in residents.concerned
    note = f"of {right_for}" if known else f"all residents: {right_for} not known apart"
    return _groups(people, residents, {}), note


def _groups(
    people: Floats, residents: RightsResidents, groups: Mapping[str, Floats]
) -> Iterator[tuple[str, Floats]]:
    yield "all", people
    for name, share in residents.parts.items():
        yield name, people * share
    yield from groups.items()


def _poverty_rows(evaluated: EvaluatedRight, residents: RightsResidents) -> Iterator[Row]:
    groups, note = counted_groups(evaluated.right.for_whom, residents)
    lacks = evaluated.state == UNMET
    gap_note = _joined("all or nothing: equal to the headcount", note) if _all_or_nothing(evaluated) else note
    for group, people in groups:
        poverty = fgt(evaluated.value, evaluated.required, people)
        where = _where(evaluated, group, poverty.covered_population, note)
        yield {
            **where,
            "indicator": "right_residents",
            "value": float(people[lacks].sum()),
            "unit": "residents",
        }
        for name in ("headcount", "depth", "severity"):
            value = float(getattr(poverty, name))
            row = {**where, "indicator": f"right_{name}", "value": value, "unit": "share"}
            yield _defined(row if name == "headcount" else {**row, "note": gap_note})


def _all_or_nothing(evaluated: EvaluatedRight) -> bool:
    """Tell whether cells that lack a right reach nothing at all: one that is required cannot be halved."""
    gaps = evaluated.shortfall[evaluated.state == UNMET]
    return len(gaps) > 0 and bool((gaps == 1).all())


def _basket_rows(basket: Basket, residents: RightsResidents) -> Iterator[Row]:
    of = len(basket.rights)
    for group, people in _groups(residents.population, residents, residents.groups):
        mean = weighted_mean(basket.lacking, people)
        where: Row = {
            "service": None,
            "period": None,
            "cutoff_min": None,
            "group": group,
            "covered_population": mean.covered_population,
        }
        yield _defined(
            {
                **where,
                "indicator": "basket_mean",
                "standard": basket.catalogue,
                "value": mean.value,
                "unit": "rights",
                "note": f"of {of} rights",
            }
        )
        for number in range(of + 1):
            yield {
                **where,
                "indicator": "basket_residents",
                "standard": f"{basket.catalogue}_lacking_{number}",
                "value": float(people[basket.lacking == number].sum()),
                "unit": "residents",
                "note": f"{number} of {of} rights",
            }


def _penalty_rows(
    reference: EvaluatedRight, other: EvaluatedRight, residents: RightsResidents
) -> Iterator[Row]:
    groups, whom = counted_groups(reference.right.for_whom, residents)
    both = (reference.state <= UNMET) & (other.state <= UNMET)
    has = both & (reference.state == MET)
    loses = has & (other.state == UNMET)
    slow = other.situation.walking != reference.situation.walking
    than = "slow walking against usual" if slow else f"against {reference.situation.period}"
    note = _joined(than, whom)
    for group, people in groups:
        where = _where(other, group, float(people[both].sum()), note)
        lost, had = float(people[loses].sum()), float(people[has].sum())
        yield {**where, "indicator": "penalty_residents", "value": lost, "unit": "residents"}
        share = lost / had if had > 0 else float("nan")
        of_those = {**where, "covered_population": had, "indicator": "penalty_share"}
        yield _defined({**of_those, "value": share, "unit": "share"})


def _where(evaluated: EvaluatedRight, group: str, covered: float, note: str | None) -> Row:
    return {
        "service": evaluated.right.service,
        "period": evaluated.situation.period,
        "cutoff_min": evaluated.right.within_min,
        "standard": evaluated.right.name,
        "group": group,
        "covered_population": covered,
        "note": note,
    }


def _defined(row: Row) -> Row:
    """Say in the note where a value is not defined: nobody is covered, or nobody has the right."""
    value, note = row["value"], row["note"]
    if isinstance(value, float) and np.isnan(value):
        return {**row, "note": _joined("not defined", note)}
    return row


def _joined(*texts: object) -> str:
    return "; ".join(str(text) for text in texts if text)
