"""Counts by group, checked once: the input of all segregation indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import InputDataError
from access.vector_files import number_problems

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ONE_MEAN_ONLY = (
    "only one mean income a zone is known: how mixed a zone is cannot be seen; needs counts of households "
    "(or people) by income bracket in each zone"
)
NO_GROUPS = "no counts by group are known; needs counts of households (or people) by group in each zone"


class GroupCounts(NamedTuple):
    """People or households by place and group.

    A place with any count missing is not known: its row is 0 throughout and ``known`` is False.
    """

    names: tuple[str, ...]
    counts: Floats  # (n_places, n_groups), finite, >= 0
    known: Bools  # (n_places,)
    ordered: bool  # groups are income brackets, the poorest first
    of: str  # what is counted: households, people, children
    by_mean_income: bool = False  # each place is of one group, by its mean: no segregation index can be had

    @property
    def left_out(self) -> int:
        """Number of places without complete counts."""
        return int((~self.known).sum())


def group_counts(
    table: pd.DataFrame,
    groups: Mapping[str, float] | Sequence[str],
    *,
    what: str = "segregation",
    of: str = "households",
) -> GroupCounts:
    """Check and take the counts by group out of a table of places.

    Parameters
    ----------
    table : DataFrame, (n_places, ...)
        Counts that add up, not negative; NaN = not known.
    groups : mapping of str to float, or sequence of str
        Columns. A mapping says that they are income brackets, from the poorest, each with its upper limit
        (inf for the last); a sequence that they have no order.
    what, of : str
        How messages call the input, and what is counted.

    Raises
    ------
    InputDataError
        A column is missing, named twice, text, negative or infinite; no place has all counts; limits do not
        rise.
    """
    names = tuple(groups)
    ordered = isinstance(groups, Mapping)
    problems = number_problems(table, names)
    if len(set(names)) < len(names):
        problems.append("a group is named twice")
    if not names:
        problems.append("no groups are named")
    if isinstance(groups, Mapping):
        limits = np.array(list(groups.values()), dtype=np.float64)
        if np.isnan(limits).any() or (np.diff(limits) <= 0).any():
            told = ", ".join(f"{limit:g}" for limit in limits)
            problems.append(f"upper limits of income brackets must rise from the poorest on, are {told}")
    if problems:
        raise InputDataError(f"{what}: " + "; ".join(problems))
    values = table[list(names)].to_numpy(dtype=np.float64, na_value=np.nan)
    known = ~np.isnan(values).any(axis=1)
    if not known.any():
        raise InputDataError(f"{what}: none of the {len(table)} places has all of {', '.join(names)}")
    return GroupCounts(names, np.where(known[:, np.newaxis], values, 0.0), known, ordered, of)
