"""How far a number moved between two snapshots, and how sure that is: draw by draw.

Where both snapshots were drawn from the same residents and incomes, the difference is taken draw by draw, and
what recomputed travel times add is the spread of the *difference* (``access.comparison_certainty_paired``).
Where the residents or incomes are of another vintage their errors are taken as independent: the draws of one
are put in another order before they are subtracted, and both spreads of travel times count.

The range is that of the draws (95 %). The chance of seeing such a change where there is none is *not* counted
in draws: of 500 draws none may lie beyond zero, which only says "less than 1 in 500", and among 40 tests that
is too coarse to tell chance from change. So it is taken from a normal distribution with the mean and the
standard deviation of the differences, widened by what the number does between snapshots anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from access.errors import InputDataError
from access.index_draws import IndexDraws
from access.index_sheet import IndexKey
from access.uncertainty import generator

Floats = npt.NDArray[np.float64]
Worse = Literal["lower", "higher"]

ROUNDING = 5e-4
"""Draws are kept with 4 significant digits: half a step of the last one, as a share of the number."""

OF_NORMAL = 0.6745
"""Median of the size of a normal number with standard deviation 1."""


@dataclass(frozen=True)
class Draws:
    """Draws of one number of one snapshot.

    Attributes
    ----------
    inputs : array of float, shape (n_draws,)
        At the snapshot's own travel times; NaN where the number is not defined.
    travel : array of float, shape (n_realisations + 1,)
        For residents and incomes as observed: own travel times first. Empty = never computed again.
    fingerprint : str
        Equal where draws can be paired.
    """

    inputs: Floats
    travel: Floats
    fingerprint: str


@dataclass(frozen=True)
class Difference:
    """A change of a number, later minus earlier.

    Attributes
    ----------
    mean, sd : float
        Of the differences.
    low, high : float
        Range of 95 %.
    paired : bool
        Whether draw by draw; else with independent errors.
    """

    mean: float
    sd: float
    low: float
    high: float
    paired: bool

    def p_value(self, worse: Worse, usual_sd: float = 0.0) -> float:
        """Return the chance of a change at least as much for the worse where nothing changed.

        One-sided, because a rule asks whether a number got worse and not whether it moved.

        Parameters
        ----------
        worse : "lower" or "higher"
        usual_sd : float
            Standard deviation of what the number does between snapshots anyway (``usual_change``).
        """
        sd = float(np.hypot(self.sd, usual_sd))
        size = self.mean if worse == "higher" else -self.mean
        if sd == 0:
            return 0.0 if size > 0 else 1.0
        return float(ndtr(-size / sd))


def difference(before: Draws, now: Draws, seed: int = 0) -> Difference | None:
    """Return the change between two snapshots; None where it cannot be quantified.

    It cannot where fewer than 95 % of the draws are defined in one of both, or travel times were computed
    again in one of both only, or in pairs that differ in number.

    Parameters
    ----------
    before, now : Draws
    seed : int
        Of the order in which independent draws are subtracted, and of the spread of travel times.
    """
    if not len(before.inputs) or not len(now.inputs):
        return None
    paired = before.fingerprint == now.fingerprint and before.inputs.shape == now.inputs.shape
    if paired:
        moved = now.inputs - before.inputs
    else:
        rng = generator(seed, "order of independent draws")
        n = min(len(before.inputs), len(now.inputs))
        moved = rng.permutation(now.inputs)[:n] - rng.permutation(before.inputs)[:n]
    if bool(len(before.travel)) != bool(len(now.travel)):
        return None
    if len(before.travel):
        found = _with_travel(moved, before.travel, now.travel, seed, paired=paired)
        if found is None:
            return None
        moved = found
    return _summary(moved, max(_size(before.inputs), _size(now.inputs)), paired=paired)


def _with_travel(moved: Floats, before: Floats, now: Floats, seed: int, *, paired: bool) -> Floats | None:
    """Add the spread that recomputed travel times give the difference."""
    if np.isnan(before).any() or np.isnan(now).any() or min(len(before), len(now)) < 3:
        return None
    if paired and len(before) == len(now):
        return _spread(moved, before, now, seed)
    # homes and minutes are others in both: what each adds is independent of the other
    with_now = _spread(moved, np.full(len(now), now[0]), now, seed)
    return _spread(with_now, before, np.full(len(before), before[0]), seed + 1)


def _spread(moved: Floats, before: Floats, now: Floats, seed: int) -> Floats:
    """Apply ``with_paired_spread`` to one number."""
    from access.comparison_certainty_paired import with_paired_spread

    key = IndexKey("difference", "all")
    drawn = IndexDraws({key: moved[:, None]}, len(moved), 1, ("inputs",), "")
    sheets_before = [{key: np.array([value])} for value in before]
    sheets_now = [{key: np.array([value])} for value in now]
    return np.asarray(with_paired_spread(drawn, sheets_before, sheets_now, seed).numbers[key][:, 0])


def _summary(moved: Floats, size: float, *, paired: bool) -> Difference | None:
    draws = IndexDraws({IndexKey("difference", "all"): moved[:, None]}, len(moved), 1, ("inputs",), "")
    interval = draws.interval(IndexKey("difference", "all"))
    if not np.isfinite(interval.low[0]):
        return None
    known = moved[~np.isnan(moved)]
    if not known.any():
        return Difference(0.0, 0.0, 0.0, 0.0, paired)
    sd = float(np.hypot(np.std(known, ddof=1), ROUNDING * size))
    return Difference(float(known.mean()), sd, float(interval.low[0]), float(interval.high[0]), paired)


def _size(numbers: Floats) -> float:
    return float(np.nanmax(np.abs(numbers), initial=0.0))


def usual_change(values: Floats, least_changes: int, at_most: float, assumed: float = 0.0) -> float:
    """Return the standard deviation of what a number does between snapshots when nothing happens.

    From the median size of its changes between neighbours, which a few real changes among them do not move
    (a robust moving range; Shewhart's chart for single values takes the mean).

    Parameters
    ----------
    values : array of float, shape (n_snapshots,)
        In order of days; NaN = not known, which ends a pair of neighbours.
    least_changes : int
        Fewer known changes say nothing.
    assumed : float
        Returned where they are fewer.
    at_most : float
        Largest standard deviation given: a city whose timetable is never twice the same must not be able to
        hide a cut behind it.

    Raises
    ------
    InputDataError
        If ``at_most`` is below 0.
    """
    if at_most < 0:
        raise InputDataError(f"usual change of at most {at_most:g}: give 0 or more")
    changes = np.abs(np.diff(values))
    changes = changes[~np.isnan(changes)]
    if len(changes) < least_changes:
        return assumed
    return min(float(np.median(changes)) / OF_NORMAL, at_most)
