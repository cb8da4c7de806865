"""Rank-order information theory index H^R: income segregation from counts by income bracket.

At each bracket limit the households are split into those below and those above; H(p) is the information
theory index of these two groups, p the share below. H^R is the mean of H(p) over all income ranks p, weighted
by the entropy E(p) (Reardon 2011; Reardon & Bischoff 2011). It does not change with the unit of money, with
inflation or with a change that keeps the order of incomes.

Between the bracket limits H(p) is a polynomial fitted by least squares, each squared residual weighted by
E(p)^2, of degree ``min(4, brackets - 2)``. With fewer than 3 brackets there is no curve, and H^R is not
defined. H at p = 0.1 (poverty) and p = 0.9 (affluence) are read from the same curve, but only between the
outermost limits: nothing is extrapolated.

A city where incomes are shuffled over the zones has an H^R above 0, since small zones differ by chance: about
``(zones - 1) / households``. That is the finite-sample bias, found here by shuffling. It is reported beside
the index, not taken off it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.segregation_mix import Measured, information_theory, why_undefined

Floats = npt.NDArray[np.float64]

HIGHEST_DEGREE = 4
FEWEST_BRACKETS = 3
INTEGRALS = (1.0, 1 / 2, 11 / 36, 5 / 24, 137 / 900)
"""``2 ln 2`` times the integral of ``E(p) p^m`` from 0 to 1, E in bits, for m = 0 to 4 (Reardon 2011)."""
POVERTY, AFFLUENCE = 0.1, 0.9
DRAWS = 200


class HCurve(NamedTuple):
    """Segregation by income rank."""

    below: Floats  # (n_limits,) share p of the households below each bracket limit, rising, within 0 and 1
    segregation: Floats  # (n_limits,) H between the households below and above
    coefficients: Floats  # (degree + 1,) of the fitted polynomial, that of p^0 first; empty = none

    def at(self, p: float) -> float:
        """Return the fitted H at income rank ``p``."""
        return float(np.polynomial.polynomial.polyval(p, self.coefficients))


class RankOrder(NamedTuple):
    """Rank-order segregation of a city, each number beside what chance alone would give."""

    information: Measured  # H^R
    poverty: Measured  # H at p = 0.1
    affluence: Measured  # H at p = 0.9
    information_bias: Measured  # the same three in cities with shuffled incomes, means of the draws
    poverty_bias: Measured
    affluence_bias: Measured
    curve: HCurve
    draws: int


def rank_order(counts: Floats, *, draws: int = DRAWS, seed: int = 0) -> RankOrder:
    """Measure income segregation by rank, with its two tails and its finite-sample bias.

    Parameters
    ----------
    counts : array of float, shape (n_zones, n_brackets)
        Households (or people) by income bracket, the poorest first; finite and >= 0. Empty zones and empty
        brackets do no harm.
    draws : int
        Number of shuffled cities for the bias; 0 leaves it out ("not defined").
    seed : int
        Of the shuffles.
    """
    curve = h_curve(counts)
    found = _three(counts, curve)
    total = float(counts.sum())
    if np.isnan(found[0].value) or draws == 0:
        reason = found[0].reason or "no shuffled cities were asked for"
        biases = [Measured(float("nan"), total, reason)] * 3
        draws = 0
    else:
        cities = shuffled_cities(counts, draws, seed)
        chance = np.array([[one.value for one in _three(city, h_curve(city))] for city in cities])
        biases = [
            Measured(float(mean), total) if one.reason is None else one
            for one, mean in zip(found, chance.mean(axis=0), strict=True)
        ]
    return RankOrder(*found, biases[0], biases[1], biases[2], curve, draws)


def h_curve(counts: Floats) -> HCurve:
    """Return H at each bracket limit and the polynomial through them.

    Limits with nobody below or nobody above say nothing and are left out; those between which nobody is are
    one limit.
    """
    counts = counts[counts.sum(axis=1) > 0]
    counts = counts[:, counts.sum(axis=0) > 0]
    if len(counts) == 0 or counts.shape[1] < 2:
        return HCurve(np.empty(0), np.empty(0), np.empty(0))
    total = counts.sum()
    below = np.cumsum(counts, axis=1)[:, :-1]
    share_below = below.sum(axis=0) / total
    all_in_zone = counts.sum(axis=1, keepdims=True)
    of_zones = (all_in_zone * binary_entropies(below / all_in_zone)).sum(axis=0) / total
    of_city = binary_entropies(share_below)
    segregation = 1.0 - of_zones / of_city
    return HCurve(share_below, segregation, _fitted(share_below, segregation, of_city))


def binary_entropies(p: Floats) -> Floats:
    """Return ``E(p) = -(p log2 p + (1 - p) log2(1 - p))`` in bits, 0 at the ends."""
    p = np.clip(p, 0.0, 1.0)  # sums of fractions may overstep by a rounding error
    inside = (p > 0) & (p < 1)
    safe = np.where(inside, p, 0.5)
    return np.where(inside, -(safe * np.log2(safe) + (1 - safe) * np.log2(1 - safe)), 0.0)


def shuffled_cities(counts: Floats, draws: int, seed: int) -> Iterator[Floats]:
    """Yield the city with its incomes dealt anew: zones keep their size, brackets their number of households.

    Households are dealt out one by one, so counts are rounded to whole numbers first. Tables with these
    margins are drawn by Patefield's method (``scipy.stats.random_table``).
    """
    from scipy.stats import random_table  # half a second to import

    whole = np.rint(counts).astype(np.int64)
    if whole.sum() == 0:
        return
    tables = random_table(whole.sum(axis=1), whole.sum(axis=0))
    generator = np.random.default_rng(seed)
    for _ in range(draws):  # one by one: all of a large city's draws need not fit memory
        yield tables.rvs(random_state=generator).astype(np.float64)


def information_bias(counts: Floats, *, draws: int = DRAWS, seed: int = 0) -> Measured:
    """Return the mean information theory index H of shuffled cities: what chance alone gives."""
    total = float(counts.sum())
    reason = why_undefined(counts) or (None if draws else "no shuffled cities were asked for")
    if reason is not None:
        return Measured(float("nan"), total, reason)
    values = [information_theory(city, city).value for city in shuffled_cities(counts, draws, seed)]
    return Measured(float(np.mean(values)), total)


def _fitted(below: Floats, segregation: Floats, weights: Floats) -> Floats:
    brackets = len(below) + 1
    if brackets < FEWEST_BRACKETS:
        return np.empty(0)
    degree = min(HIGHEST_DEGREE, brackets - 2)
    design = np.vander(below, degree + 1, increasing=True)
    # residuals times E: their squares have the weight E^2
    solution = np.linalg.lstsq(design * weights[:, np.newaxis], segregation * weights, rcond=None)[0]
    return np.asarray(solution, dtype=np.float64)


def _three(counts: Floats, curve: HCurve) -> tuple[Measured, Measured, Measured]:
    """H^R and the tails at poverty and affluence."""
    total = float(counts.sum())
    reason = why_undefined(counts)
    brackets = int((counts.sum(axis=0) > 0).sum())
    if reason is None and brackets < FEWEST_BRACKETS:
        reason = (
            f"only {brackets} income brackets have anybody in them; a curve needs {FEWEST_BRACKETS} or more"
        )
    if reason is not None:
        nothing = Measured(float("nan"), total, reason)
        return nothing, nothing, nothing
    value = float(curve.coefficients @ np.array(INTEGRALS[: len(curve.coefficients)]))
    return Measured(value, total), _tail(curve, POVERTY, total), _tail(curve, AFFLUENCE, total)


def _tail(curve: HCurve, p: float, total: float) -> Measured:
    lowest, highest = float(curve.below[0]), float(curve.below[-1])
    if lowest <= p <= highest:
        return Measured(curve.at(p), total)
    if p < lowest:
        have = f"the lowest bracket holds {lowest:.0%} of all"
        need = f"a limit with {p:.0%} or fewer below it"
    else:
        have = f"the highest bracket holds {1 - highest:.0%} of all"
        need = f"a limit with {1 - p:.0%} or fewer above it"
    return Measured(float("nan"), total, f"{have}; needs {need}: nothing is extrapolated")
