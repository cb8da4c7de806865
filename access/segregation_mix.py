"""Who lives among whom: mixes of groups, their entropy, information theory index and exposure.

Everything here takes two arrays of shape ``(n_places, n_groups)``: the residents of each place, and the
people of its surroundings. Surroundings are whatever the caller says: the zone itself, everybody within a
distance, everybody within minutes of travel. Places without residents have no weight; residents whose
surroundings hold nobody are not covered and are left out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Measured(NamedTuple):
    """An index, the people it speaks of and, where it is not defined, why."""

    value: float  # NaN = not defined
    covered_population: float  # people or households, whichever was counted
    reason: str | None = None


def mixes(counts: Floats) -> Floats:
    """Return the share of each group in each place, NaN where nobody is.

    Parameters
    ----------
    counts : array of float, shape (n_places, n_groups)
        People by group, >= 0.

    Returns
    -------
    array of float, shape (n_places, n_groups)
        Rows add up to 1.
    """
    totals = counts.sum(axis=1, keepdims=True)
    found = np.full(counts.shape, np.nan)
    np.divide(counts, totals, out=found, where=totals > 0)
    return found


def entropies(shares: Floats) -> Floats:
    """Return sum p ln(1 / p) along the last axis, with 0 ln 0 = 0; NaN where a share is NaN."""
    terms = np.where(shares > 0, 0.0, shares)  # 0 ln 0 = 0, NaN stays
    np.log(shares, out=terms, where=shares > 0)
    found: Floats = -(shares * terms).sum(axis=-1) + 0.0  # no negative zero
    return found


def information_theory(residents: Floats, surroundings: Floats) -> Measured:
    """Return the (spatial) information theory index H: how much less mixed surroundings are than the city.

    ``H = 1 - sum_i t_i E_i / (T E)`` with ``E_i`` the entropy of the surroundings of place i, ``t_i`` its
    residents and E the entropy of all residents. 0: every surrounding is as mixed as the city; 1: nobody has
    anybody of another group around. With ``surroundings = residents`` it is Theil's H (Reardon & Firebaugh
    2002), otherwise the spatial one (Reardon & O'Sullivan 2004), which is a little below 0 where residents'
    surroundings are more even than the city.

    Parameters
    ----------
    residents, surroundings : arrays of float, shape (n_places, n_groups)
        People by group, finite and >= 0.
    """
    covered = is_covered(residents, surroundings)
    people = residents[covered]
    reason = why_undefined(people)
    total = float(people.sum())
    if reason is not None:
        return Measured(float("nan"), total, reason)
    whole = float(entropies(people.sum(axis=0) / total))
    around = entropies(mixes(surroundings[covered]))
    return Measured(1.0 - float((people.sum(axis=1) * around).sum()) / (total * whole), total)


def exposures(residents: Floats, surroundings: Floats) -> Floats:
    """Return the mix that the average member of each group has around.

    Entry ``[m, n]`` is ``sum_i (t_im / T_m) p_in``: the exposure mPn of group m to group n (Bell 1954;
    spatial: Reardon & O'Sullivan 2004). The diagonal is isolation, mPm.

    Returns
    -------
    array of float, shape (n_groups, n_groups)
        Rows add up to 1; NaN for a group of which nobody is covered.
    """
    covered = is_covered(residents, surroundings)
    people = residents[covered]
    met: Floats = people.T @ mixes(surroundings[covered])
    members = people.sum(axis=0)[:, np.newaxis]
    found = np.full(met.shape, np.nan)
    np.divide(met, members, out=found, where=members > 0)
    return found


def is_covered(residents: Floats, surroundings: Floats) -> Bools:
    """Return which places have residents with somebody around."""
    covered: Bools = (residents.sum(axis=1) > 0) & (surroundings.sum(axis=1) > 0)
    return covered


def why_undefined(residents: Floats) -> str | None:
    """Return why nothing can be said about segregation between these places, None where it can."""
    if not (residents.sum(axis=1) > 0).any():
        return "nobody is counted in any place"
    if (residents.sum(axis=1) > 0).sum() == 1:
        return "all people are counted in one place: there is nothing to compare it with"
    if (residents.sum(axis=0) > 0).sum() < 2:
        return "all people are in one group: there is nobody to be apart from"
    return None
