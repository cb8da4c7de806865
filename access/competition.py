"""Access under competition: opportunities that many people can reach are worth less to each of them.

All measures are a few products with the weights f(c_ij) of ``access.weights``, so that no matrix of floats is
ever held. What is decided here, for all of them:

- opportunities that nobody competes for (no demand within reach) are worth nothing to anybody, instead of
  0 / 0 or infinity: ``nobody_competes_for`` counts them;
- demand and opportunities that are not known (NaN) make NaN of what they reach;
- who reaches nothing has 0.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from access.weights import Weights

Floats = npt.NDArray[np.float64]
NoDemand = Literal["zero", "as_r"]


def two_step(
    weights: Weights, opportunities: Floats, demand: Floats, *, no_demand: NoDemand = "zero"
) -> Floats:
    """Return opportunities per person by the two-step floating catchment area (2SFCA).

    R_j = O_j / sum_k P_k f(c_kj); A_i = sum_j R_j f(c_ij) (Luo and Wang 2003). The demand-weighted sum of A
    is the number of opportunities that somebody competes for.

    Parameters
    ----------
    weights : Weights
        Of n_origins x n_destinations pairs.
    opportunities : array of float, shape (n_destinations,)
        At the destinations, >= 0.
    demand : array of float, shape (n_origins,)
        People who compete, >= 0.
    no_demand : {"zero", "as_r"}
        ``"as_r"``: as the R package accessibility, opportunities whose only comers are cells without demand
        are infinitely many for these.

    Returns
    -------
    array of float, shape (n_origins,)
        Opportunities per person.
    """
    competing = weights.to_destinations(demand)
    return weights.to_origins(_each(opportunities, competing, no_demand))


def balanced(
    weights: Weights, opportunities: Floats, demand: Floats, *, no_demand: NoDemand = "zero"
) -> Floats:
    """Return opportunities per person by the balanced floating catchment area (BFCA).

    Each person's demand is spread over all destinations in reach by f^i = f_ij / sum_j f_ij, and each
    opportunity over all origins by f^j = f_ij / sum_i f_ij: R_j = O_j / sum_i P_i f^i, A_i = sum_j R_j f^j
    (Paez, Higgins and Vivona 2019; Pereira et al. 2021). Nobody is counted twice as demand.

    Parameters and result as ``two_step``.
    """
    ones_i, ones_j = np.ones(len(demand)), np.ones(len(opportunities))
    competing = weights.to_destinations(_each(demand, weights.to_origins(ones_j)))
    ratio = _each(opportunities, competing, no_demand)
    return weights.to_origins(_each(ratio, weights.to_destinations(ones_i)))


def spatial_availability(
    weights: Weights, opportunities: Floats, demand: Floats, alpha: float = 1.0
) -> Floats:
    """Return the opportunities of each origin when all are shared out: they add up to all opportunities.

    V_i = P_i^a sum_j f_ij O_j / sum_k P_k^a f_kj, to which the balancing factors of demand and of impedance
    (Soukhov et al. 2023) come down. A count: for equity indices take ``per_person``.

    Parameters
    ----------
    weights, opportunities, demand
        As ``two_step``.
    alpha : float
        Exponent of demand, >= 0; above 1 large cells compete more. Nobody stays nobody, also with 0.

    Returns
    -------
    array of float, shape (n_origins,)
        Opportunities; the sum is that of all opportunities that somebody competes for.
    """
    strength = demand_strength(demand, alpha)
    return strength * weights.to_origins(_each(opportunities, weights.to_destinations(strength)))


def demand_strength(demand: Floats, alpha: float) -> Floats:
    """Return demand to the power of alpha; nobody is 0 whatever alpha is."""
    return np.where(demand == 0, 0.0, demand**alpha)


def per_person(available: Floats, demand: Floats) -> Floats:
    """Return spatial availability per person, NaN where nobody lives: what equity indices take."""
    share: Floats = np.divide(available, demand, out=np.full(len(demand), np.nan), where=demand > 0)
    return share


def nobody_competes_for(weights: Weights, opportunities: Floats, demand: Floats) -> float:
    """Return how many opportunities no demand reaches."""
    return float(np.nansum(opportunities[weights.to_destinations(demand) == 0]))


def _each(amounts: Floats, among: Floats, no_demand: NoDemand = "zero") -> Floats:
    """Divide amounts among competitors; where there are none nobody has any, or as in R infinitely many."""
    shares: Floats = np.divide(amounts, among, out=np.zeros(len(amounts)), where=among != 0)
    if no_demand == "as_r":
        shares[(among == 0) & (amounts > 0)] = np.inf
    return shares
