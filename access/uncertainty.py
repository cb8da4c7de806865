"""Draws of what residents and incomes of cells may truly be, and which travel times go with each draw.

Cells are a census: nothing was sampled from them, so resampling cells answers no question. What is uncertain
is the input. ``InputDraws`` holds a posterior of population and of income (``access.uncertainty_posterior``)
and makes its draws on demand, so that 500 draws of 50,000 cells are never held at once. Each draw also names
one of the realisations of the travel times (snapping, phase of frequencies) that the caller has computed.

Not drawn is what a source zone has averaged away: where all cells of a census zone share its mean income, the
income of a cell means that of its zone, and how rich and poor live apart within it stays unknown.

Common random numbers: a draw depends on the seed, the purpose ("population", "income", "realisation") and the
number of the draw alone. The same inputs therefore give the same draws in every scenario, and modelling one
more source does not change the draws of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from access.errors import InputDataError
from access.uncertainty_error import InputError as InputError
from access.uncertainty_error import quantity_problems, warn_of_large_error
from access.uncertainty_posterior import LogPosterior, fit_log_posterior

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
FEWEST_DRAWS = 500
CELLS_AT_ONCE = 250_000  # draws x cells held at one time: 2 MB an array, which a processor keeps near


class InputChunk(NamedTuple):
    """Some draws. NaN stays NaN and a cell without residents stays without."""

    number: Labels  # (n,) which draws
    population: Floats  # (n, n_cells)
    income: Floats  # (n, n_cells)
    realisation: Labels  # (n,) position among the realisations of the travel times


@dataclass(frozen=True)
class InputDraws:
    """All draws of a run, made when asked for; build it with ``input_draws``.

    Attributes
    ----------
    n_draws : int
        0 where no source of uncertainty is modelled: then every range is "not quantified".
    realisation : array of int, shape (n_draws,)
        Which realisation of the travel times belongs to each draw; each is used equally often.
    sources : tuple of str
        What is modelled, in the reader's words.
    fingerprint : str
        Equal for draws that are the same number by number.
    """

    population: Floats
    income: Floats
    n_draws: int
    realisation: Labels
    sources: tuple[str, ...]
    seed: int
    fingerprint: str
    _population: _Drawn | None
    _income: _Drawn | None

    def take(self, numbers: Sequence[int] | Labels) -> InputChunk:
        """Make the draws of these numbers, from 0 to ``n_draws`` less one."""
        number = np.asarray(numbers, dtype=np.int64)
        return InputChunk(
            number,
            _stack(self._population, self.population, "population", self.seed, number),
            _stack(self._income, self.income, "income", self.seed, number),
            self.realisation[number],
        )

    def chunks(self, realisation: int | None = None) -> Iterator[InputChunk]:
        """Yield all draws, or those of one realisation of the travel times, some at a time."""
        wanted = np.arange(self.n_draws)
        if realisation is not None:
            wanted = wanted[self.realisation == realisation]
        size = max(1, CELLS_AT_ONCE // max(1, len(self.population)))
        for start in range(0, len(wanted), size):
            yield self.take(wanted[start : start + size])


def input_draws(
    population: Floats,
    income: Floats,
    *,
    seed: int,
    population_error: InputError | None = None,
    income_error: InputError | None = None,
    n_realisations: int = 1,
    realisation_source: str = "travel times: snapping and phase of frequencies",
    n_draws: int = FEWEST_DRAWS,
    minimum: int = FEWEST_DRAWS,
) -> InputDraws:
    """Fit the posterior of what is uncertain; nothing is drawn yet.

    Parameters
    ----------
    population, income : arrays of float, shape (n_cells,)
        As observed. Residents 0 or NaN and income NaN stay as they are.
    seed : int
        0 or more; belongs in the manifest.
    population_error, income_error : InputError, optional
        Without one the quantity is the same in every draw.
    n_realisations : int
        How many realisations of the travel times there are; 1 means they are taken as known.
    realisation_source : str
        What the realisations vary, in the reader's words.
    n_draws : int
        Number of draws.
    minimum : int
        The fewest allowed; lower it in tests only.

    Warns
    -----
    DataQualityWarning
        If the stated error would explain more than half of the variance between cells.

    Raises
    ------
    InputDataError
        If there are fewer draws than allowed or fewer than realisations, or if an array has the wrong shape
        or impossible values; all problems at once. Also as ``fit_log_posterior``.
    """
    quantities = {"population": (population, population_error), "income": (income, income_error)}
    problems = _draw_problems(n_draws, minimum, n_realisations, seed)
    if len(population) != len(income):
        problems.append(f"population is of {len(population)} cells and income of {len(income)}")
    for name, (observed, error) in quantities.items():
        problems.extend(quantity_problems(name, observed, error))
    if problems:
        raise InputDataError("uncertainty of inputs: " + "; ".join(problems))
    for name, (observed, error) in quantities.items():
        warn_of_large_error(name, observed, error)
    drawn = {
        name: None if error is None else _fit(observed, error, generator(seed, name))
        for name, (observed, error) in quantities.items()
    }
    sources = [error.source for _, error in quantities.values() if error is not None]
    if n_realisations > 1:
        sources.append(realisation_source)
    n_draws = n_draws if sources else 0
    return InputDraws(
        population=population,
        income=income,
        n_draws=n_draws,
        realisation=generator(seed, "realisation").permutation(n_draws) % n_realisations,
        sources=tuple(sources),
        seed=seed,
        fingerprint=_fingerprint(quantities, seed, n_draws, n_realisations),
        _population=drawn["population"],
        _income=drawn["income"],
    )


def generator(seed: int, purpose: str, number: int | None = None) -> np.random.Generator:
    """Return the random numbers of one purpose, and of one draw: independent of all others."""
    words = np.frombuffer(hashlib.sha256(purpose.encode()).digest()[:16], dtype="<u4")
    tail = [] if number is None else [number]
    return np.random.default_rng(np.random.SeedSequence([seed, *words.tolist(), *tail]))


def log_sd_of_margin(estimate: Floats, margin: Floats, confidence: float) -> Floats:
    """Return the standard deviation of the log error from a published margin of error.

    Parameters
    ----------
    estimate, margin : arrays of float, shape (n,)
        The estimate, and the half-width of its confidence interval in the same unit.
    confidence : float
        Level of the published interval, between 0 and 1: 0.90 for the American Community Survey.

    Returns
    -------
    array of float, shape (n,)
        ``sqrt(ln(1 + (sd / estimate)^2))``, that of the log-normal with the same relative error; NaN where
        the estimate is 0 or one of the two is missing.

    Raises
    ------
    InputDataError
        If the level is not between 0 and 1 or a margin is negative.
    """
    if not 0 < confidence < 1:
        raise InputDataError(
            f"margin of error: confidence {confidence} must lie between 0 and 1, such as 0.9"
        )
    if (margin < 0).any():
        raise InputDataError(
            f"margin of error: {int((margin < 0).sum())} margins are negative (least {np.nanmin(margin):g}); "
            "codes such as -555555555 mean 'no margin': make them missing"
        )
    sd = margin / norm.ppf(0.5 + confidence / 2)
    relative = np.divide(sd, estimate, out=np.full(len(sd), np.nan), where=estimate > 0)
    return np.asarray(np.sqrt(np.log1p(relative**2)))


def access_covariates(values: Floats, components: int = 2, *, population: Floats | None = None) -> Floats:
    """Return covariates without NaN from the access of cells, for the posterior of income.

    The first principal components of ``ln(1 + access)``, their squares, whether a cell has no value, and
    with residents the logarithm of these, its square and its products with the components: indices weigh
    cells by residents, so the relation in populous cells is the one that counts. Take the access of the base
    scenario for all scenarios, so that the draws stay common.

    Measured on Belo Horizonte with planted errors of 20 % in income (true Palma ratio 3.78 at 30 minutes):
    the middle of the range is off by 0.30 of its width without covariates, by 0.15 with access, by 0.11 with
    residents too. What is left is what the normal model does not know of this city.

    Parameters
    ----------
    values : array of float, shape (n_cells, n_measures)
        Access, 0 or more; NaN where not known.
    components : int
        How many principal components.
    population : array of float, shape (n_cells,), optional
        Residents; fewer than one, or NaN, count as one.

    Returns
    -------
    array of float, shape (n_cells, k)
        ``k`` is at most ``2 * components + 1``, with residents ``3 * components + 3``.
    """
    missing = np.isnan(values)
    logs = np.log1p(np.where(missing, 0.0, values))
    counts = np.maximum((~missing).sum(axis=0), 1)
    centred = np.where(missing, 0.0, logs - np.where(missing, 0.0, logs).sum(axis=0) / counts)
    spread = np.sqrt((centred**2).sum(axis=0) / counts)
    scaled = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    _, axes = np.linalg.eigh(scaled.T @ scaled)
    scores = scaled @ axes[:, ::-1][:, :components]
    columns = [scores, scores**2, missing.any(axis=1, keepdims=True)]
    if population is not None:
        people = np.log(np.where(population > 1, population, 1.0))[:, None]
        columns += [people, people**2, people * scores]
    return np.hstack(columns)


class _Drawn(NamedTuple):
    """The posterior of the cells that have a value, and the totals that are kept."""

    cells: Labels  # positions of the cells with a value above 0
    posterior: LogPosterior
    zone: Labels | None  # (n_counted,) from 0
    total: Floats | None  # (n_zones,)

    def draw(self, seed: int, purpose: str, number: int) -> Floats:
        values = self.posterior.draw(number, generator(seed, purpose, number))
        if self.zone is not None and self.total is not None:
            values = values * (self.total / np.bincount(self.zone, weights=values))[self.zone]
        return values


def _fit(observed: Floats, error: InputError, rng: np.random.Generator) -> _Drawn:
    cells = np.flatnonzero(observed > 0)
    zone = total = None
    if error.totals is not None:
        zone = np.unique(error.totals[cells], return_inverse=True)[1].astype(np.int64)
        total = np.bincount(zone, weights=observed[cells]).astype(np.float64)
    posterior = fit_log_posterior(
        observed[cells],
        np.broadcast_to(error.log_sd, observed.shape)[cells].astype(np.float64),
        correlation=error.correlation,
        block=None if error.block is None else error.block[cells],
        zone=zone,
        covariates=None if error.covariates is None else error.covariates[cells],
        rng=rng,
    )
    return _Drawn(cells, posterior, zone, total)


def _stack(drawn: _Drawn | None, observed: Floats, purpose: str, seed: int, number: Labels) -> Floats:
    values = np.tile(observed.astype(np.float64), (len(number), 1))
    if drawn is not None:
        for row, n in zip(values, number.tolist(), strict=True):
            row[drawn.cells] = drawn.draw(seed, purpose, n)
    return values


def _draw_problems(n_draws: int, minimum: int, n_realisations: int, seed: int) -> list[str]:
    problems = []
    if n_draws < minimum:
        problems.append(f"{n_draws} draws are too few for a range; give at least {minimum}")
    if not 1 <= n_realisations <= n_draws:
        problems.append(
            f"{n_realisations} realisations of the travel times for {n_draws} draws; give 1 or more, "
            "and no more than draws"
        )
    if seed < 0:
        problems.append(f"the seed is {seed}; give a whole number, 0 or more")
    return problems


def _fingerprint(
    quantities: dict[str, tuple[Floats, InputError | None]], seed: int, n_draws: int, n_realisations: int
) -> str:
    digest = hashlib.sha256(repr((seed, n_draws, n_realisations)).encode())
    for name, (observed, error) in quantities.items():
        digest.update(name.encode() + np.ascontiguousarray(observed, dtype=np.float64).tobytes())
        if error is not None:
            digest.update(repr((error.source, error.correlation)).encode())
            for part in (error.log_sd, error.block, error.totals, error.covariates):
                digest.update(b"none" if part is None else np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()
