"""The mix of reach: how mixed the people and places are that residents can reach.

Entropy of the mix around a cell, normalised: 0 where everybody around belongs to one group, 1 where all
groups are around in equal numbers. The city's own mix, beside it, is what everybody would have around in a
city without distances. Also: who low-income residents can meet, and ICE, the index of concentration at the
extremes (Massey 2001), over what a cell reaches: (affluent - poor) / all, from -1 to 1.

Reach means could meet, not do meet: nobody's movements are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.segregation_counts import GroupCounts
from access.segregation_mix import Measured, entropies, mixes, why_undefined
from access.segregation_reach import KERNELS, Kernel, TravelSegregation, note_of
from access.segregation_rows import Row, row

Floats = npt.NDArray[np.float64]


def places_by_class(opportunities: Floats, class_of_cell: Floats, n_classes: int) -> Floats:
    """Return opportunities by the class of the cell that they are in, ``(n_cells, n_classes)``.

    Parameters
    ----------
    opportunities : array of float, shape (n_cells,)
        Jobs, shops ... in each cell, >= 0.
    class_of_cell : array of float, shape (n_cells,)
        Class from 1 on, such as the income decile; NaN = not known, such places belong to no class and are
        not counted.
    n_classes : int
        Number of classes.

    Raises
    ------
    ValueError
        A class is not a whole number from 1 to ``n_classes``.
    """
    known = ~np.isnan(class_of_cell)
    classes = class_of_cell[known]
    if ((classes < 1) | (classes > n_classes) | (classes != np.floor(classes))).any():
        raise ValueError(f"class_of_cell must be whole numbers from 1 to {n_classes}, or NaN")
    found = np.zeros((len(opportunities), n_classes))
    found[np.flatnonzero(known), classes.astype(np.int64) - 1] = opportunities[known]
    return found


def residents_by_class(population: Floats, class_of_cell: Floats, n_classes: int) -> GroupCounts:
    """Return residents by the class of their cell, where only one mean income a cell is known.

    From these a mix of reach can be had, blind to the mix within cells; segregation indices cannot, and
    ``segregation_through_travel`` leaves them undefined.

    Parameters
    ----------
    population : array of float, shape (n_cells,)
        Residents, >= 0.
    class_of_cell, n_classes
        As ``places_by_class``, 1 the poorest. Residents of cells without a class are not counted.

    Raises
    ------
    ValueError
        As ``places_by_class``.
    """
    names = tuple(f"class_{number}" for number in range(1, n_classes + 1))
    counts = places_by_class(population, class_of_cell, n_classes)
    of = "residents, by the mean income of their cell"
    return GroupCounts(names, counts, ~np.isnan(class_of_cell), ordered=True, of=of, by_mean_income=True)


def mix_entropy(around: Floats, n_groups: int | None = None) -> Floats:
    """Return the entropy of the mix around each cell, from 0 to 1; NaN where nobody is around.

    Parameters
    ----------
    around : array of float, shape (n_cells, n_groups)
        People or places around, weighted, by group.
    n_groups : int, optional
        Number of groups that 1 stands for in equal numbers; those with anybody anywhere without it. With
        only one such group every entropy is 0.
    """
    groups = int((around.sum(axis=0) > 0).sum()) if n_groups is None else n_groups
    return entropies(mixes(around)) / float(np.log(max(groups, 2)))


def concentration_at_extremes(around: Floats, poor: Sequence[int], affluent: Sequence[int]) -> Floats:
    """Return ICE of what is around each cell: -1 only the poor, 1 only the affluent; NaN where nobody is."""
    around_mix = mixes(around)
    found: Floats = around_mix[:, list(affluent)].sum(axis=1) - around_mix[:, list(poor)].sum(axis=1)
    return found


class ReachMix(NamedTuple):
    """What cells can reach, arrays of shape ``(n_cells,)``; NaN = nobody, or no place, is around."""

    people: dict[Kernel, Floats]  # by kernel: entropy of the people around
    places: dict[str, Floats]  # by service: entropy of the places around, by transit
    extremes: dict[Kernel, Floats]  # by kernel: ICE of the people around
    rows: list[Row]


def mix_of_reach(
    found: TravelSegregation, *, poor: Sequence[str], affluent: Sequence[str], **where: object
) -> ReachMix:
    """Measure the mix of reach from the surroundings that ``segregation_through_travel`` has found.

    Parameters
    ----------
    found : TravelSegregation
        With ``places``, where the mix of places is wanted.
    poor, affluent : sequences of str
        Groups that count as low-income and as affluent, such as the lowest and highest brackets.
    **where
        Keys of the rows, such as ``period="peak"``.

    Raises
    ------
    ValueError
        A group is not one of those counted, or is both poor and affluent.
    """
    names = found.residents.names
    strangers = sorted({*poor, *affluent} - set(names))
    if strangers or set(poor) & set(affluent):
        raise ValueError(
            f"poor and affluent must be different groups of {', '.join(names)}; got {', '.join(poor)} and "
            f"{', '.join(affluent)}"
        )
    low, high = ([names.index(name) for name in some] for some in (poor, affluent))
    n_groups = int((found.residents.counts.sum(axis=0) > 0).sum())
    people = {kernel: mix_entropy(found.surroundings[kernel], n_groups) for kernel in KERNELS}
    places = {service: mix_entropy(around) for service, around in found.places.items()}
    extremes = {
        kernel: concentration_at_extremes(found.surroundings[kernel], low, high) for kernel in KERNELS
    }
    mix = ReachMix(people, places, extremes, [])
    mix.rows.extend(_rows(found, mix, low, where))
    return mix


def _rows(found: TravelSegregation, mix: ReachMix, low: list[int], where: dict[str, object]) -> Iterator[Row]:
    people = np.where(found.covered[:, np.newaxis], found.residents.counts, 0.0)
    city = mix_entropy(people.sum(axis=0, keepdims=True))
    undefined = why_undefined(found.residents.counts) or (None if people.any() else "nobody is covered")
    of_city = Measured(float(city[0]) if undefined is None else float("nan"), float(people.sum()), undefined)
    yield row("mix_of_reach_city", "all", of_city, "index", f"all {found.residents.of} at once", **where)
    for kernel in KERNELS:
        note = note_of(found, kernel)
        for name, values in (("mix_of_reach_people", mix.people), ("extremes_in_reach", mix.extremes)):
            yield from _means(f"{name}_{kernel}", values[kernel], found, people, note, where)
        around = mixes(found.surroundings[kernel])
        others = 1.0 - around[:, low].sum(axis=1)
        met = _mean(others, people[:, low].sum(axis=1), "no low-income residents are covered")
        note = f"low-income: {', '.join(found.residents.names[one] for one in low)}; {note}"
        yield row(f"exposure_of_low_income_{kernel}", "low_income", met, "share", note, **where)
    for service, entropy in mix.places.items():
        at = {**where, "service": service}
        yield from _means("mix_of_reach_places", entropy, found, people, found.note, at)


def _means(
    indicator: str,
    values: Floats,
    found: TravelSegregation,
    people: Floats,
    note: str,
    where: dict[str, object],
) -> Iterator[Row]:
    everybody = _mean(values, people.sum(axis=1), "nobody who is covered reaches any")
    yield row(indicator, "all", everybody, "index", note, **where)
    for number, name in enumerate(found.residents.names):
        members = _mean(values, people[:, number], "nobody of this group who is covered reaches any")
        yield row(indicator, name, members, "index", note, **where)


def _mean(values: Floats, weights: Floats, reason: str) -> Measured:
    """Mean over residents; those without a value are not covered."""
    known = ~np.isnan(values) & (weights > 0)
    total = float(weights[known].sum())
    if total == 0:
        return Measured(float("nan"), 0.0, reason)
    return Measured(float((values[known] * weights[known]).sum()) / total, total)
