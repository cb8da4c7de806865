"""Segregation through travel: who can meet whom, with travel time in the place of distance.

The spatial information theory index and exposure (Reardon & O'Sullivan 2004) with proximity
``phi_ij = f(transit minutes from cell i to cell j)``.

A faster network lowers this index mechanically: everybody then reaches more people, so all surroundings look
more like the city. It is therefore always returned beside two others, over the same cells:

- ``walk``: the same decay of walking minutes, which no timetable changes;
- ``equal_population``: the nearest people by transit time, the same number for every cell. Only who is
  nearer than whom counts, not how fast: a network twice as fast everywhere leaves it as it is. Residents who
  cannot reach so many within the longest journey have all that they reach around them, and their share is
  told: to leave the worst connected out would hide those whom this is about.

Counts by bracket must be apportioned to cells, which takes the mix of a zone as that of all its cells: at the
scale of a zone and below, real surroundings are less mixed than they look here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from access.decay import Decay
from access.engine.arrays import WalkLinks
from access.errors import InputDataError
from access.matrix_reader import MatrixBlock
from access.segregation_counts import ONE_MEAN_ONLY, GroupCounts
from access.segregation_mix import Measured, exposures, information_theory, is_covered, why_undefined
from access.segregation_rows import Row, row
from access.segregation_surroundings import (
    has_fewer,
    minute_weights,
    surroundings_by_travel,
    surroundings_on_foot,
)

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Kernel = Literal["transit", "walk", "equal_population"]
KERNELS: tuple[Kernel, ...] = get_args(Kernel)

NEAREST_SHARE = 0.05
"""Surroundings of equal size hold a twentieth of all people counted; our proposal."""


class TravelSegregation(NamedTuple):
    """Segregation as travellers meet it, in the three ways that belong together."""

    information: dict[Kernel, Measured]  # spatial H over the same cells
    exposure: dict[Kernel, Floats]  # (n_groups, n_groups): around the average member of group m, share of n
    surroundings: dict[Kernel, Floats]  # (n_cells, n_groups) people around each cell; 0 = nobody
    places: dict[str, Floats]  # by service: (n_cells, n_classes) places around, weighted as transit is
    residents: GroupCounts
    covered: Bools  # (n_cells,) inhabited cells that all three speak of
    nearest_people: float  # size of surroundings of equal size
    fewer: float  # share of the covered people who cannot reach so many; NaN where nobody is covered
    note: str  # who is left out


def segregation_through_travel(
    blocks: Iterable[MatrixBlock],
    residents: GroupCounts,
    decay: Decay | Floats,
    *,
    walks: WalkLinks | Iterable[MatrixBlock],
    nearest_people: float | None = None,
    places: Mapping[str, Floats] | None = None,
) -> TravelSegregation:
    """Measure segregation by travel time, beside walking and an equal-population reach.

    Parameters
    ----------
    blocks : iterable of MatrixBlock
        All of a matrix of whole minutes by transit between the cells, each value once; read once.
    residents : GroupCounts, (n_cells, n_groups)
        Counts by group on the cells, from ``access.segregation_counts.group_counts``.
    decay : Decay, or array of float, shape (256,)
        Weight of a person so many minutes away, by transit or on foot.
    walks : WalkLinks or iterable of MatrixBlock
        Walks between cells, or a matrix of walking minutes. Walks longer than those given weigh nothing.
    nearest_people : float, optional
        How many people (in the unit counted) make surroundings of equal size; a twentieth of all without it.
    places : mapping of str to array of float, shape (n_cells, n_classes), optional
        By service: opportunities in each cell by class, such as from ``access.reach_mix.places_by_class``;
        what is around each cell comes back in ``places``, found in the same reading of the matrix.

    Raises
    ------
    InputDataError
        ``nearest_people`` is not above 0, or more than there are.
    ValueError
        As ``minute_weights``; places for another number of cells.
    """
    people = residents.counts
    wanted = NEAREST_SHARE * float(people.sum()) if nearest_people is None else float(nearest_people)
    if nearest_people is not None and not 0 < wanted <= people.sum():
        raise InputDataError(
            f"nearest_people: must be above 0 and at most the {people.sum():g} {residents.of} counted, "
            f"got {nearest_people:g}"
        )
    weights = minute_weights(decay)
    places = dict(places or {})
    around = surroundings_by_travel(blocks, people, weights, wanted, _side_by_side(places, len(people)))
    surroundings: dict[Kernel, Floats] = {
        "transit": around.weighted,
        "walk": surroundings_on_foot(walks, people, weights),
        "equal_population": around.nearest,
    }
    covered = np.logical_and.reduce([is_covered(people, one) for one in surroundings.values()])
    same = np.where(covered[:, np.newaxis], people, 0.0)
    return TravelSegregation(
        {kernel: _information(residents, same, surroundings[kernel]) for kernel in KERNELS},
        {kernel: exposures(same, surroundings[kernel]) for kernel in KERNELS},
        surroundings,
        _apart(around.places, places),
        residents,
        covered,
        wanted,
        _share(same, has_fewer(around.nearest, wanted)),
        f"of {residents.of}; {_share(people, ~covered):.1%} left out, in cells without links to a street",
    )


def travel_rows(found: TravelSegregation, **where: object) -> list[Row]:
    """Return the rows of indicators; ``where`` gives their keys, such as ``period="peak"``.

    ``segregation_reach_{kernel}`` is spatial H, ``segregation_reach_isolation_{kernel}`` the share of the own
    group around the average member of each group.
    """
    return list(_rows(found, where))


def note_of(found: TravelSegregation, kernel: Kernel) -> str:
    """Return what the rows of a kernel say of themselves."""
    if kernel != "equal_population":
        return found.note
    return (
        f"the {found.nearest_people:,.0f} nearest by transit, fewer for {found.fewer:.1%} who reach no more; "
        f"{found.note}"
    )


def _rows(found: TravelSegregation, where: Mapping[str, object]) -> Iterator[Row]:
    for kernel in KERNELS:
        information, note = found.information[kernel], note_of(found, kernel)
        yield row(f"segregation_reach_{kernel}", "all", information, "index", note, **where)
        members = np.where(found.covered[:, np.newaxis], found.residents.counts, 0.0).sum(axis=0)
        for number, name in enumerate(found.residents.names):
            reason = information.reason or (None if members[number] > 0 else "nobody is in this group")
            value = float("nan") if reason else float(found.exposure[kernel][number, number])
            isolation = Measured(value, float(members[number]), reason)
            yield row(f"segregation_reach_isolation_{kernel}", name, isolation, "share", note, **where)


def _side_by_side(places: Mapping[str, Floats], n_cells: int) -> Floats | None:
    for service, amounts in places.items():
        if amounts.ndim != 2 or len(amounts) != n_cells:
            raise ValueError(f"places {service!r}: shape {amounts.shape} is not ({n_cells} cells, n_classes)")
    return np.hstack(list(places.values())) if places else None


def _apart(around: Floats, places: Mapping[str, Floats]) -> dict[str, Floats]:
    found, first = {}, 0
    for service, amounts in places.items():
        found[service] = around[:, first : first + amounts.shape[1]]
        first += amounts.shape[1]
    return found


def _information(residents: GroupCounts, covered_people: Floats, around: Floats) -> Measured:
    if residents.by_mean_income:
        return Measured(float("nan"), float(covered_people.sum()), ONE_MEAN_ONLY)
    if why_undefined(residents.counts) is None and not covered_people.any():
        return Measured(float("nan"), 0.0, "no inhabited cell is reached, not even from itself")
    return information_theory(covered_people, around)


def _share(people: Floats, some: Bools) -> float:
    """Share of all people who live in some of the cells; NaN without people."""
    total = float(people.sum())
    return float(people[some].sum()) / total if total > 0 else float("nan")
