"""What a positive quantity of cells may truly be, given what was observed: draws from a posterior.

Adding noise to observed numbers answers the wrong question: the observed numbers hold one error already, a
second one makes the city look more mixed than it is. What is drawn here is the truth given the observation.

The model, on the log scale, for cell *i* in block *b* and zone *z*::

    observed   y_i     = theta_i + e_i                     e_i = s_i (sqrt(rho) u_b + sqrt(1 - rho) v_i)
    truth      theta_i = mu_z + x_i . beta + a_b + c_i     a_b ~ N(0, A), c_i ~ N(0, C), u_b, v_i ~ N(0, 1)

*Known, from the caller:* the standard deviation ``s_i`` of the error, the share ``rho`` of its variance that
all cells of a block have in common, the blocks, the zones, the covariates ``x``. *Estimated:* ``mu``,
``beta`` (flat priors), ``A`` and ``C`` (flat priors on their roots, integrated on a grid, so that not knowing
them widens the ranges). *Assumed:* errors are normal on the log scale and do not depend on the truth; cells
differ from their block as a normal; blocks of one zone are exchangeable. Given ``A`` and ``C`` everything is
normal and the draws are exact: (mu, beta), then (a, u) of each block, then each cell, in O(n).

Why covariates: an index relates two things, such as access and income. A posterior of income that has not
seen access takes part of their relation for error and pulls every gap towards equality, as noise does. Give
the access values (or what they follow, such as the distance to the centre) as covariates.

Sources: Fay and Herriot (1979) for the area-level model with known error variances; Gelman (2006) for flat
priors on standard deviations; the algebra is that of the normal mixed model (Searle, Casella and McCulloch
1992).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.errors import InputDataError

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
FEWEST_CELLS = 20  # below, the two variances of the prior cannot be told from the error
GRID = 7  # points a side of the grid over the two standard deviations
SUPPORT = 64  # pairs (A, C) drawn from their posterior; draw d uses pair d mod 64
CELLS_FOR_VARIANCES = 10_000  # of a larger city; fewer cells leave the variances less sure, never more
_NEGLIGIBLE = 9.0  # log-likelihood below the maximum: less than 1/8000 of its density


class _Sums(NamedTuple):
    """The normal equations for one pair of variances."""

    roots: tuple[float, float]  # (sqrt A, sqrt C)
    log_likelihood: float  # restricted: intercepts and coefficients integrated out
    coefficients: Floats  # (k,)
    coefficients_root: Floats  # (k, k) lower Cholesky root of their covariance
    by_zone: Floats  # (n_zones, k + 2) products of the intercept with [1, x, y]
    by_block: Floats  # (n_blocks, 2, k + 2) products of (sqrt(A) a, u) with [1, x, y]
    covariance: Floats  # (n_blocks, 3) of (a / sqrt(A), u): variance, covariance, variance


@dataclass(frozen=True)
class LogPosterior:
    """The posterior of log values of cells, ready to be drawn from; see the module for the model.

    Build it with ``fit_log_posterior``. Cells are kept in the order of zones and blocks.

    Attributes
    ----------
    order : array of int, shape (n_cells,)
        Position in the caller's arrays of each cell kept here.
    supports : tuple
        Solutions at pairs of variances drawn from their posterior.
    """

    order: Labels
    log_observed: Floats  # (n,) centred
    centre: float
    covariates: Floats  # (n, k)
    shared_sd: Floats  # (n,) sqrt(rho) s
    own_variance: Floats  # (n,) (1 - rho) s^2
    block: Labels  # (n,) from 0
    zone: Labels  # (n,) from 0
    zone_of_block: Labels  # (n_blocks,)
    supports: tuple[_Sums, ...]

    @property
    def reliability(self) -> float:
        """Mean share of what sets cells apart that is truth and not error: 1 is no error, 0 is all error."""
        kept = [self._own_weight(solved.roots[1]).mean() for solved in self.supports]
        return float(np.mean(kept))

    def draw(self, draw: int, rng: np.random.Generator) -> Floats:
        """Return one draw of the true values, shape (n_cells,), positive, in the caller's order.

        ``draw`` is the number of the draw, which picks the pair of variances; all else comes from ``rng``,
        in the same amount whatever the pair.
        """
        solved = self.supports[draw % len(self.supports)]
        root_a, root_c = solved.roots
        intercept, slope = _draw_fixed(solved, rng)
        common, shared_error = self._draw_blocks(solved, intercept, slope, rng)
        prior_mean = (intercept[self.zone_of_block] + root_a * common)[self.block] + self.covariates @ slope
        kept = self._own_weight(root_c)
        surprise = self.log_observed - self.shared_sd * shared_error[self.block] - prior_mean
        spread = root_c * np.sqrt(1 - kept)
        theta = prior_mean + kept * surprise + spread * rng.standard_normal(len(kept))
        values = np.empty(len(theta))
        values[self.order] = np.exp(theta + self.centre)
        return values

    def _own_weight(self, root_c: float) -> Floats:
        return np.asarray(root_c**2 / (root_c**2 + self.own_variance))

    def _draw_blocks(
        self, solved: _Sums, intercept: Floats, slope: Floats, rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        weights = np.empty((len(self.zone_of_block), len(slope) + 2))
        weights[:, 0], weights[:, 1:-1], weights[:, -1] = -intercept[self.zone_of_block], -slope, 1.0
        residual = np.einsum("bgq,bq->bg", solved.by_block, weights)
        var_a, cov, var_u = solved.covariance.T
        first, second = rng.standard_normal((2, len(var_a)))
        root = np.sqrt(var_a)
        below = cov / root
        common = var_a * residual[:, 0] + cov * residual[:, 1] + root * first
        shared = cov * residual[:, 0] + var_u * residual[:, 1] + below * first
        return common, shared + np.sqrt(np.maximum(var_u - below**2, 0.0)) * second


def fit_log_posterior(
    observed: Floats,
    error_sd: Floats,
    *,
    correlation: float = 0.0,
    block: Labels | None = None,
    zone: Labels | None = None,
    covariates: Floats | None = None,
    rng: np.random.Generator,
) -> LogPosterior:
    """Fit the model of this module to observed positive values.

    Parameters
    ----------
    observed : array of float, shape (n_cells,)
        Above zero.
    error_sd : array of float, shape (n_cells,)
        Standard deviation of the error of the logarithm; about the relative error.
    correlation : float
        Share of the error's variance common to a block, 0 to 1; needs ``block`` when above 0.
    block, zone : arrays of int, shape (n_cells,), optional
        Labels. A block that lies in several zones is cut at their borders. Without blocks cells are
        independent around the mean of their zone; without zones there is one.
    covariates : array of float, shape (n_cells, k), optional
        No NaN. Columns that add nothing are left out.
    rng : Generator
        Picks the pairs of variances.

    Raises
    ------
    InputDataError
        Fewer than 20 cells, or fewer than 5 beyond the intercepts and coefficients to be estimated.
    """
    n = len(observed)
    zone = np.zeros(n, dtype=np.int64) if zone is None else zone
    has_blocks = block is not None
    block = zone if block is None else block
    order = np.lexsort((block, zone))
    new_zone = np.r_[True, np.diff(zone[order]) != 0]
    new_block = new_zone | np.r_[True, np.diff(block[order]) != 0]
    log_observed = np.log(observed[order])
    centre = float(log_observed.mean())
    x = _useful(np.empty((n, 0)) if covariates is None else covariates[order])
    left = n - int(new_zone.sum()) - x.shape[1]
    if n < FEWEST_CELLS or left < 5:
        raise InputDataError(
            f"uncertainty of inputs: {n} cells with a value in {new_zone.sum()} zones are too few to tell "
            f"error from truth (at least {FEWEST_CELLS} cells, and 5 more than zones and covariates have); "
            "use larger zones, or leave the error of this input out: its range is then not quantified"
        )
    sd = error_sd[order]
    base = LogPosterior(
        order=order,
        log_observed=log_observed - centre,
        centre=centre,
        covariates=x,
        shared_sd=np.sqrt(correlation) * sd if has_blocks else np.zeros(n),
        own_variance=((1 - correlation) if has_blocks else 1.0) * sd**2,
        block=np.cumsum(new_block) - 1,
        zone=np.cumsum(new_zone) - 1,
        zone_of_block=(np.cumsum(new_zone) - 1)[new_block],
        supports=(),
    )
    return replace(base, supports=_drawn_supports(base, has_blocks, rng))


def _useful(x: Floats) -> Floats:
    """Standardise columns and keep those that are no combination of the columns before and a constant."""
    kept: list[Floats] = []
    basis = [np.ones(len(x)) / np.sqrt(len(x))]
    for column in x.T:
        spread = column.std()
        rest = (column - column.mean()) / spread if spread > 0 else np.zeros(len(x))
        scaled = rest
        for direction in basis:
            rest = rest - direction * (direction @ rest)
        length = float(np.linalg.norm(rest))
        if length > 1e-6 * np.sqrt(len(x)):
            basis.append(rest / length)
            kept.append(scaled)
    return np.column_stack(kept) if kept else np.empty((len(x), 0))


def _drawn_supports(base: LogPosterior, has_blocks: bool, rng: np.random.Generator) -> tuple[_Sums, ...]:
    """Integrate the two variances: a wide grid, a fine one where the likelihood is, then draws from it."""
    products = _Products(_sampled(base, has_blocks, rng))
    largest = 2 * max(float(base.log_observed.std()), 1e-6)
    wide = np.geomspace(largest / 200, largest, GRID)
    roots_a, roots_c = (wide if has_blocks else np.zeros(1)), wide
    for _ in range(2):
        log_l = np.array([[products.solve(a, c).log_likelihood for c in roots_c] for a in roots_a])
        likely = log_l > log_l.max() - _NEGLIGIBLE
        roots_a = _around(roots_a, likely.any(axis=1))
        roots_c = _around(roots_c, likely.any(axis=0))
    log_l = np.array([[products.solve(a, c).log_likelihood for c in roots_c] for a in roots_a])
    mass = np.exp(log_l - log_l.max()) * np.multiply.outer(_widths(roots_a), _widths(roots_c))
    cumulated = np.cumsum(mass) / mass.sum()
    picked = np.searchsorted(cumulated, (rng.permutation(SUPPORT) + rng.random(SUPPORT)) / SUPPORT)
    products = _Products(base)
    solved: dict[int, _Sums] = {}
    for pick in picked.tolist():
        if pick not in solved:
            solved[pick] = products.solve(roots_a[pick // len(roots_c)], roots_c[pick % len(roots_c)])
    return tuple(solved[pick] for pick in picked.tolist())


def _sampled(base: LogPosterior, has_blocks: bool, rng: np.random.Generator) -> LogPosterior:
    """Return a part of a large city, whole blocks where there are any: enough to learn two variances from."""
    n = len(base.block)
    if n <= CELLS_FOR_VARIANCES:
        return base
    unit = base.block if has_blocks else np.arange(n)
    chosen = np.zeros(int(unit[-1]) + 1, dtype=bool)
    chosen[rng.permutation(len(chosen))[: max(1, len(chosen) * CELLS_FOR_VARIANCES // n)]] = True
    keep = chosen[unit]
    new_block = np.r_[True, np.diff(base.block[keep]) != 0]
    zone = base.zone[keep]
    zone = np.cumsum(np.r_[True, np.diff(zone) != 0]) - 1
    return replace(
        base,
        log_observed=base.log_observed[keep],
        covariates=base.covariates[keep],
        shared_sd=base.shared_sd[keep],
        own_variance=base.own_variance[keep],
        block=np.cumsum(new_block) - 1,
        zone=zone,
        zone_of_block=zone[new_block],
    )


def _around(roots: Floats, likely: npt.NDArray[np.bool_]) -> Floats:
    """Return a grid from the point before the first likely one to the point after the last."""
    if len(roots) == 1:
        return roots
    found = np.flatnonzero(likely)
    low = roots[found[0] - 1] if found[0] > 0 else roots[0]
    return np.linspace(low, roots[min(found[-1] + 1, len(roots) - 1)], GRID)


def _widths(roots: Floats) -> Floats:
    return np.gradient(roots) if len(roots) > 1 else np.ones(1)


class _Products:
    """Sums of products over blocks, for any pair of variances."""

    def __init__(self, base: LogPosterior) -> None:
        n = len(base.block)
        self.base = base
        self.z = np.column_stack([np.ones(n), base.covariates, base.log_observed])  # (n, q)
        self.starts = np.flatnonzero(np.r_[True, np.diff(base.block) != 0])
        self.zone_starts = np.flatnonzero(np.r_[True, np.diff(base.zone_of_block) != 0])
        q = self.z.shape[1]
        self.pairs = np.triu_indices(q)
        self.square = np.empty((q, q), dtype=np.int64)  # where the product of two columns stands
        self.square[self.pairs] = self.square.T[self.pairs] = np.arange(len(self.pairs[0]))
        self.columns = np.column_stack(
            [
                self.z[:, self.pairs[0]] * self.z[:, self.pairs[1]],
                base.shared_sd[:, None] * self.z,
                base.shared_sd**2,
            ]
        )
        self.one_error = np.ptp(base.own_variance) == 0
        self.unweighted = np.add.reduceat(self.columns, self.starts) if self.one_error else None

    def solve(self, root_a: float, root_c: float) -> _Sums:
        variance = root_c**2 + self.base.own_variance
        sums = self._weighted_sums(1 / variance)
        n_pairs, q = len(self.pairs[0]), self.z.shape[1]
        gram = sums[:, self.square]  # (n_blocks, q, q)
        by_block = np.stack([root_a * gram[:, 0], sums[:, n_pairs:-1]], axis=1)
        p11 = 1 + root_a**2 * gram[:, 0, 0]
        p12 = root_a * by_block[:, 1, 0]
        p22 = 1 + sums[:, -1]
        det = p11 * p22 - p12**2
        covariance = np.column_stack([p22, -p12, p11]) / det[:, None]
        inverse = covariance[:, [0, 1, 1, 2]].reshape(-1, 2, 2)
        gram = gram - by_block.transpose(0, 2, 1) @ (inverse @ by_block)
        zones = np.add.reduceat(gram, self.zone_starts)
        first = zones[:, 0]
        rest = zones[:, 1:, 1:].sum(axis=0) - (first[:, 1:] / first[:, :1]).T @ first[:, 1:]
        root = np.linalg.cholesky(np.linalg.inv(rest[:-1, :-1])) if q > 2 else np.empty((0, 0))
        coefficients = root @ (root.T @ rest[:-1, -1])
        left = rest[-1, -1] - coefficients @ rest[:-1, -1]
        logs = np.log(variance).sum() + np.log(det).sum() + np.log(first[:, 0]).sum()
        log_likelihood = -0.5 * (logs - 2 * np.log(np.diag(root)).sum() + left)
        roots = (float(root_a), float(root_c))
        return _Sums(roots, float(log_likelihood), coefficients, root, first, by_block, covariance)

    def _weighted_sums(self, weights: Floats) -> Floats:
        """Return sums over blocks, (n_blocks, n_columns); one error for all needs no walk over the cells."""
        if self.unweighted is not None:
            return np.asarray(weights[0] * self.unweighted)
        return np.asarray(np.add.reduceat(weights[:, None] * self.columns, self.starts))


def _draw_fixed(solved: _Sums, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw the intercept of each zone and the coefficients."""
    slope = solved.coefficients + solved.coefficients_root @ rng.standard_normal(len(solved.coefficients))
    ones, with_x, with_y = solved.by_zone[:, 0], solved.by_zone[:, 1:-1], solved.by_zone[:, -1]
    intercept = (with_y - with_x @ slope) / ones + rng.standard_normal(len(ones)) / np.sqrt(ones)
    return intercept, slope
