"""A spatial block bootstrap, for those who ask how other cities of the same kind would do.

Its range answers "if this city were one draw of a spatial process", not how well this city is known: cells
are a census. It is optional and often refused. Access is so smooth in space that a city holds few
independent pieces: for fields with the variogram of the city, a nominal 95 % range is simulated first, and
where it holds the mean of the process in less than 90 % of the fields no range is given.

Blocks are drawn with replacement, each with all its cells (Hall 1985; Lahiri 2003); the variogram is
exponential, ``nugget + sill (1 - exp(-h / range))``, fitted by weighted least squares (Cressie 1985).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from scipy.spatial.distance import cdist

from access.errors import InputDataError
from access.uncertainty import generator
from access.uncertainty_kinds import ProcessInterval

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
FEWEST_BLOCKS = 30
LEAST_SIMULATED_COVERAGE = 0.9
CELLS_SIMULATED = 2_000  # at most; a sample of a larger city. Cholesky takes n^3 / 3 steps
FIELDS = 400
DISTANCE_CLASSES = 20
PERMUTATIONS = 99


class IndexKind(StrEnum):
    """What a bootstrap would resample for; the last three are always refused."""

    MEAN = "weighted mean or share"
    INEQUALITY = "inequality or ratio of groups"
    SPATIAL = "spatial index"
    COMPETITION = "competition measure"
    LOCAL = "local statistic (LISA, Gi*)"


_REFUSED = {
    IndexKind.SPATIAL: "it depends on who lives beside whom, which drawing blocks tears apart",
    IndexKind.COMPETITION: "what a cell has depends on all others: a block drawn twice competes with itself",
    IndexKind.LOCAL: "it is about one place, of which there is no second draw",
}


class Variogram(NamedTuple):
    """Half the mean squared difference of two cells by their distance."""

    nugget: float
    sill: float  # beyond the nugget
    range_m: float  # at three times this distance 95 % of the sill is reached


def block_bootstrap(
    statistic: Callable[[Floats], float],
    values: Floats,
    population: Floats,
    xy_m: Floats,
    block: Labels,
    *,
    index_kind: IndexKind,
    seed: int,
    replicates: int = 999,
    coverage: float = 0.95,
) -> ProcessInterval:
    """Return the range of an index over draws of blocks of cells, or refuse with the reason.

    Parameters
    ----------
    statistic : callable
        From residents by cell, shape (n_cells,), to the index; drawing a block twice doubles its residents.
    values, population : arrays of float, shape (n_cells,)
        Access, whose smoothness decides, and residents. Cells without one of them are left out.
    xy_m : array of float, shape (n_cells, 2)
        Coordinates in metres.
    block : array of int, shape (n_cells,)
        Label of the block of each cell.
    index_kind : IndexKind
        What the statistic is.
    seed, replicates, coverage
        Seed of the random numbers, number of draws and nominal probability.

    Raises
    ------
    InputDataError
        Refused: the kind of index, fewer than 30 blocks, a simulated coverage below 90 %, or an index that
        is not defined in some draws.
    """
    refuse = f"block bootstrap ({index_kind}): refused, "
    if index_kind in _REFUSED:
        raise InputDataError(refuse + _REFUSED[index_kind])
    counted = ~np.isnan(values) & (population > 0)
    labels, code = np.unique(block[counted], return_inverse=True)
    if len(labels) < FEWEST_BLOCKS:
        raise InputDataError(
            f"{refuse}{len(labels)} blocks are fewer than {FEWEST_BLOCKS}; use smaller blocks, if access "
            "is not alike beyond them"
        )
    simulated = simulated_coverage(
        values[counted], population[counted], xy_m[counted], code, seed=seed, coverage=coverage
    )
    if simulated < LEAST_SIMULATED_COVERAGE:
        raise InputDataError(
            f"{refuse}in fields as smooth as this city a {coverage:.0%} range would hold the truth in only "
            f"{simulated:.0%} of the cases (at least {LEAST_SIMULATED_COVERAGE:.0%} is asked for); state the "
            "input uncertainty instead"
        )
    rng = generator(seed, "block bootstrap")
    drawn = np.empty(replicates)
    residents = np.zeros(len(values))
    for n, times in enumerate(_block_counts(rng, replicates, len(labels))):
        residents[counted] = population[counted] * times[code]
        drawn[n] = statistic(residents.copy())
    if np.isnan(drawn).any():
        raise InputDataError(
            f"{refuse}the index is not defined in {int(np.isnan(drawn).sum())} of {replicates} draws"
        )
    low, high = np.quantile(drawn, [(1 - coverage) / 2, (1 + coverage) / 2])
    return ProcessInterval(float(low), float(high), len(labels), simulated, coverage)


def simulated_coverage(
    values: Floats,
    population: Floats,
    xy_m: Floats,
    block: Labels,
    *,
    seed: int,
    coverage: float = 0.95,
    fields: int = FIELDS,
    replicates: int = 499,
) -> float:
    """Return how often the range holds the mean of the process, in Gaussian fields with the city's variogram.

    The index simulated is the weighted mean. Of a city of more than 2,000 cells a sample is simulated.

    Parameters
    ----------
    values, population : arrays of float, shape (n_cells,)
        Without NaN; residents above 0.
    xy_m : array of float, shape (n_cells, 2)
        Coordinates in metres.
    block : array of int, shape (n_cells,)
        Labels of blocks.
    seed, coverage, fields, replicates
        Seed, nominal probability, number of simulated fields, draws of blocks in each.
    """
    rng = generator(seed, "coverage of the block bootstrap")
    some = np.arange(len(values))
    if len(values) > CELLS_SIMULATED:
        some = np.sort(rng.choice(len(values), CELLS_SIMULATED, replace=False))
    population, xy_m, code = population[some], xy_m[some], np.unique(block[some], return_inverse=True)[1]
    distance = cdist(xy_m, xy_m)
    shape = fitted_variogram(values[some], distance, rng)
    if shape.sill + shape.nugget == 0:
        return 1.0
    covariance = shape.sill * np.exp(-distance / shape.range_m)
    covariance[np.diag_indices(len(some))] += shape.nugget + 1e-9 * (shape.sill + shape.nugget)
    field = np.linalg.cholesky(covariance) @ rng.standard_normal((len(some), fields))
    n_blocks = int(code.max()) + 1
    amounts = np.zeros((n_blocks, fields))
    np.add.at(amounts, code, field * population[:, None])
    residents = np.bincount(code, weights=population)
    times = _block_counts(rng, replicates, n_blocks)
    means = (times @ amounts) / (times @ residents)[:, None]
    low, high = np.quantile(means, [(1 - coverage) / 2, (1 + coverage) / 2], axis=0)
    return float(((low <= 0) & (high >= 0)).mean())


def fitted_variogram(values: Floats, distance_m: Floats, rng: np.random.Generator) -> Variogram:
    """Fit an exponential variogram up to half the greatest distance.

    The range is at most a third of that distance, since beyond it the city does not show where the sill is.
    Where near cells are no more alike than cells in a shuffled city (99 permutations, 5 %) there is only a
    nugget: a least-squares fit would otherwise find a faint smooth part in any noise.

    Parameters
    ----------
    values : array of float, shape (n_cells,)
        Without NaN.
    distance_m : array of float, shape (n_cells, n_cells)
        Between cells.
    rng : Generator
        Shuffles the cells.
    """
    variance = float(values.var())
    one, other = np.triu_indices(len(values), k=1)
    h = distance_m[one, other]
    reach = float(h.max()) / 2
    if variance == 0:
        return Variogram(0.0, 0.0, max(reach, 1.0))
    if not _near_cells_are_alike(values, one, other, h, rng):
        return Variogram(variance, 0.0, reach / 3)
    near = h <= reach
    step = np.minimum((h[near] / reach * DISTANCE_CLASSES).astype(np.int64), DISTANCE_CLASSES - 1)
    pairs = np.bincount(step, minlength=DISTANCE_CLASSES)
    half_square = 0.5 * (values[one] - values[other])[near] ** 2 / variance
    filled = pairs > 0
    gamma = np.bincount(step, weights=half_square, minlength=DISTANCE_CLASSES)[filled] / pairs[filled]
    at = np.bincount(step, weights=h[near] / reach, minlength=DISTANCE_CLASSES)[filled] / pairs[filled]

    def misfit(parameters: Floats) -> Floats:
        nugget, sill, scale = parameters
        model = nugget + sill * (1 - np.exp(-at / scale))
        return np.asarray(np.sqrt(pairs[filled]) * (gamma / np.maximum(model, 1e-6) - 1))

    found = least_squares(misfit, [0.1, 0.9, 0.15], bounds=([0, 1e-6, 1e-3], [3, 10, 1 / 3])).x
    return Variogram(float(found[0] * variance), float(found[1] * variance), float(found[2] * reach))


def _near_cells_are_alike(
    values: Floats, one: Labels, other: Labels, distance_m: Floats, rng: np.random.Generator
) -> bool:
    """Test the nearest pairs, three a cell, against shuffled cells, one-sided at 5 %."""
    closest = np.argpartition(distance_m, min(3 * len(values), len(distance_m) - 1))[: 3 * len(values)]
    one, other = one[closest], other[closest]
    shuffled = [
        ((p[one] - p[other]) ** 2).sum() for p in (rng.permutation(values) for _ in range(PERMUTATIONS))
    ]
    found = ((values[one] - values[other]) ** 2).sum()
    return bool(1 + np.count_nonzero(np.array(shuffled) <= found) <= 0.05 * (PERMUTATIONS + 1))


def _block_counts(rng: np.random.Generator, replicates: int, n_blocks: int) -> Floats:
    """Return how often each block is drawn, shape (replicates, n_blocks)."""
    return rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), size=replicates).astype(np.float64)
