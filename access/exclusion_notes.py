"""What a reader of the register must know beside the zones: the rule, and who could not be judged."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from access.exclusion_rule import ZoneRule

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Facts = dict[str, float | str | None]


def register_facts(
    rule: ZoneRule, people: Floats, income: Floats, unmet: Floats, qualifies: Bools, small_groups: Ints
) -> Facts:
    """Return the rule and the residents that it reaches or does not reach, as numbers for the record.

    Parameters
    ----------
    small_groups : array of int, shape (n_cells,)
        Group of each cell that qualifies but lies in no zone, below 0 for all others.
    """
    small = small_groups >= 0
    return {
        "income_line_kind": rule.income_line.kind,
        "income_line": rule.income_line.level(income, people),
        "min_rights_unmet": rule.min_rights_unmet,
        "min_residents": rule.min_residents,
        "min_share_of_draws": rule.min_share_of_draws,
        "residents": float(people.sum()),
        "residents_qualifying": float(people[qualifies].sum()),
        "residents_income_unknown": float(people[np.isnan(income)].sum()),
        "residents_rights_unknown": float(people[np.isnan(unmet)].sum()),
        "small_groups": float(len(np.unique(small_groups[small]))),
        "residents_in_small_groups": float(people[small].sum()),
    }


def register_notes(facts: Mapping[str, float | str | None], smallest_count: float) -> list[str]:
    """Return what the facts mean as plain sentences; counts below ``smallest_count`` are not told."""

    def people(fact: str) -> str:
        number = float(facts[fact] or 0.0)
        return f"fewer than {smallest_count:,.0f}" if number < smallest_count else f"{number:,.0f}"

    notes = []
    if facts["draws"] == 0:
        notes.append("No draws of the inputs: whether the zones are stable is not known.")
    if facts["residents_income_unknown"]:
        notes.append(
            f"{people('residents_income_unknown')} residents live in cells without a known income; these "
            "cells belong to no zone."
        )
    if facts["residents_rights_unknown"]:
        notes.append(
            f"{people('residents_rights_unknown')} residents live in cells where no right could be judged; "
            "these cells belong to no zone."
        )
    if facts["small_groups"]:
        groups = "1 group" if facts["small_groups"] == 1 else f"{facts['small_groups']:,.0f} groups"
        notes.append(
            f"{groups} of cells too small for a zone: all criteria are met, with "
            f"{people('residents_in_small_groups')} residents in all, but each holds fewer than the "
            f"{facts['min_residents']:,.0f} of a zone."
        )
    return notes


def without_small_counts(facts: Facts, smallest_count: float) -> Facts:
    """Return the facts with NaN for numbers of residents above 0 and below ``smallest_count``."""
    return {
        name: float("nan")
        if name.startswith("residents_") and isinstance(value, float) and 0 < value < smallest_count
        else value
        for name, value in facts.items()
    }
