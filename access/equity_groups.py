"""Groups beside one another: what each has, its share of the whole, and how two groups compare.

A group is given by its residents in each cell, since cells are mixed: the residents of one income decile,
those of a minority, those without a car. Where every cell belongs to one group as a whole, a column of labels
does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.equity import Summary, weighted_mean
from access.equity_input import known_cells
from access.errors import InputDataError

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.generic] | pd.api.extensions.ExtensionArray


class GroupShares(NamedTuple):
    """One row a group, in the order of their labels; all arrays of shape ``(n_groups,)``."""

    group: npt.NDArray[np.generic]
    population: Floats  # residents with known access
    population_share: Floats  # of the residents with known access and a group
    mean: Floats  # NaN where nobody in the group has a value
    access_share: Floats  # of the access of all these residents together; NaN where nobody reaches anything


def shares_by_group(values: Floats, population: Floats, groups: Labels) -> GroupShares:
    """Return mean access, share of residents and share of access of each group.

    A group whose share of access is below its share of residents has less than its part.

    Parameters
    ----------
    values, population : arrays of float, shape (n_cells,)
        Access and residents.
    groups : array, shape (n_cells,)
        Label of each cell, such as its income decile; cells without one (NaN, None) are left out.

    Raises
    ------
    InputDataError
        As ``known_cells``, or if no cell has a label.
    """
    codes, labels = label_codes("shares by group", groups, len(values))
    cells = known_cells("shares by group", values, population)
    code = codes[cells.known]
    grouped = code >= 0
    people, amount = (
        np.bincount(code[grouped], weights=weights[grouped], minlength=len(labels)).astype(np.float64)
        for weights in (cells.population, cells.population * cells.values)
    )
    return GroupShares(labels, people, _part(people), _ratio(amount, people), _part(amount))


def difference_of_groups(values: Floats, residents: Floats, other_residents: Floats) -> Summary:
    """Return mean access of a group minus that of another; below 0 the group has less.

    Parameters
    ----------
    values : array of float, shape (n_cells,)
        Access.
    residents, other_residents : arrays of float, shape (n_cells,)
        Residents of the group and of the one it is compared with, in each cell.

    Returns
    -------
    Summary
        NaN where one of the two groups has nobody with known access; covered are the residents of both.

    Raises
    ------
    InputDataError
        As ``known_cells``.
    """
    mean, other, covered = _two_means(values, residents, other_residents)
    return Summary(mean - other, covered)


def ratio_of_groups(values: Floats, residents: Floats, other_residents: Floats) -> Summary:
    """Return mean access of a group over that of another: 1 is equal, below 1 the group has less.

    Parameters, covered population and errors as ``difference_of_groups``; also NaN where the other group
    reaches nothing.
    """
    mean, other, covered = _two_means(values, residents, other_residents)
    return Summary(mean / other if other > 0 else float("nan"), covered)


def label_codes(
    index: str, groups: Labels, n_cells: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.generic]]:
    """Number the labels of cells in their order, -1 = no label; return the numbers and the labels.

    Raises
    ------
    InputDataError
        If there is not one label a cell, or none at all.
    """
    if len(groups) != n_cells:
        raise InputDataError(f"{index}: {len(groups)} group labels for {n_cells} cells; one a cell is needed")
    codes, labels = pd.factorize(pd.Series(groups), sort=True)
    if len(labels) == 0:
        raise InputDataError(f"{index}: none of the {n_cells} cells has a group; give a column with labels")
    return codes.astype(np.int64), np.asarray(labels)


def _two_means(values: Floats, residents: Floats, other: Floats) -> tuple[float, float, float]:
    means = []
    for people in (residents, other):
        cells = known_cells("comparison of groups", values, people)
        means.append(weighted_mean(cells.values, cells.population))
    return means[0].value, means[1].value, means[0].covered_population + means[1].covered_population


def _part(amounts: Floats) -> Floats:
    return _ratio(amounts, np.full(len(amounts), amounts.sum()))


def _ratio(above: Floats, below: Floats) -> Floats:
    ratio: Floats = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return ratio
