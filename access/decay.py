"""Decays by the names of the R package accessibility: how much an opportunity counts at a travel cost.

Each constructor returns a frozen value, to be called with costs or handed to ``access.gravity`` and the
competition measures. Given several parameters it returns ``Decays``, and a measure then has one row for each,
told apart by column ``decay_function_arg``. Several parameters of ``decay_logistic``, ``decay_linear_r5`` and
``decay_stepped`` are paired, not crossed.

Costs are in the unit of the travel costs, minutes as a rule; so are the parameters. A cost that is infinite
or NaN is not reached and weighs 0 in every decay.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import overload

import numpy as np
import numpy.typing as npt

from access.decay_shapes import (
    Binary,
    Comparison,
    Decay,
    Exponential,
    Floats,
    Gaussian,
    HalfLife,
    Linear,
    LinearR5,
    Logistic,
    Power,
    Stepped,
)
from access.errors import AccessError

__all__ = [
    "Decay", "Decays", "decay_binary", "decay_exponential", "decay_gaussian", "decay_half_life",
    "decay_linear", "decay_linear_r5", "decay_logistic", "decay_power", "decay_stepped",
]  # fmt: skip

Several = Sequence[float]


class Decays(tuple[Decay, ...]):
    """Several decays of one shape, in the order of their parameters."""

    __slots__ = ()

    def __call__(self, cost: npt.ArrayLike) -> dict[float | str, Floats]:
        """Return the weights of each decay by its ``argument``."""
        return {decay.argument: decay.weights(cost) for decay in self}


@overload
def decay_binary(cutoff: float, comparison: Comparison = "<") -> Decay: ...
@overload
def decay_binary(cutoff: Several, comparison: Comparison = "<") -> Decays: ...
def decay_binary(cutoff: float | Several, comparison: Comparison = "<") -> Decay | Decays:
    """Weigh 1 within the cutoff and 0 beyond: gravity becomes the cumulative measure.

    Parameters
    ----------
    cutoff : float or sequence of float
        Cost within which a place counts, >= 0.
    comparison : {"<", "<="}
        ``"<"`` is R5's convention and the default: travel times cut to whole minutes are within 30 minutes
        when they are less than 30. ``"<="`` is the convention of the R package accessibility.
    """
    check_comparison(comparison)
    return _one_or_several("cutoff", cutoff, lambda value: Binary(value, comparison), zero=True)


@overload
def decay_linear(cutoff: float) -> Decay: ...
@overload
def decay_linear(cutoff: Several) -> Decays: ...
def decay_linear(cutoff: float | Several) -> Decay | Decays:
    """Weigh ``max(0, 1 - cost / cutoff)``: the convention of the R package accessibility.

    ``decay_linear_r5`` is R5's linear decay, which is another one. With a cutoff of 0 the formula divides 0
    by 0 at cost 0, where R returns NaN; here a place at the door weighs 1, as with any other cutoff.

    Parameters
    ----------
    cutoff : float or sequence of float
        Cost from which on a place weighs nothing, >= 0.
    """
    return _one_or_several("cutoff", cutoff, Linear, zero=True)


@overload
def decay_linear_r5(cutoff: float, width: float) -> Decay: ...
@overload
def decay_linear_r5(cutoff: Several, width: Several) -> Decays: ...
def decay_linear_r5(cutoff: float | Several, width: float | Several) -> Decay | Decays:
    """Weigh 1 before ``cutoff - width / 2``, 0 from ``cutoff + width / 2`` on, and straight between.

    The linear decay of R5 (Conveyal), which computes it on seconds.

    Parameters
    ----------
    cutoff : float or sequence of float
        Cost at which a place weighs one half, > 0.
    width : float or sequence of float
        Length of the slope, >= 0 and at most twice the cutoff, so that a place at the door weighs 1.
    """
    cutoffs, widths = _values("cutoff", cutoff), _values("width", width, zero=True)
    _check_paired("cutoff", cutoffs, "width", widths)
    problems = [
        f"width must be at most twice the cutoff, got {w:g} with cutoff {c:g}"
        for c, w in zip(cutoffs, widths, strict=True)
        if w > 2 * c
    ]
    _raise_all(problems)
    return _single([LinearR5(c, w) for c, w in zip(cutoffs, widths, strict=True)])


@overload
def decay_exponential(decay_value: float) -> Decay: ...
@overload
def decay_exponential(decay_value: Several) -> Decays: ...
def decay_exponential(decay_value: float | Several) -> Decay | Decays:
    """Weigh ``exp(-decay_value * cost)``.

    R5 calls this "fixed exponential"; its "exponential" is ``decay_half_life``.

    Parameters
    ----------
    decay_value : float or sequence of float
        Loss a unit of cost, >= 0.
    """
    return _one_or_several("decay_value", decay_value, Exponential, zero=True)


@overload
def decay_half_life(cutoff: float) -> Decay: ...
@overload
def decay_half_life(cutoff: Several) -> Decays: ...
def decay_half_life(cutoff: float | Several) -> Decay | Decays:
    """Weigh ``0.5 ** (cost / cutoff)``: half at the cutoff, a quarter at twice of it. R5's "exponential".

    Parameters
    ----------
    cutoff : float or sequence of float
        Cost at which a place weighs one half, > 0.
    """
    return _one_or_several("cutoff", cutoff, HalfLife)


@overload
def decay_logistic(cutoff: float, sd: float) -> Decay: ...
@overload
def decay_logistic(cutoff: Several, sd: Several) -> Decays: ...
def decay_logistic(cutoff: float | Several, sd: float | Several) -> Decay | Decays:
    """Weigh along a logistic curve around the cutoff, scaled to 1 at the door.

    ``g(0) / g(cost)`` with ``g(c) = 1 + exp((c - cutoff) pi / (sd sqrt 3))``, as in R5 and in the R package
    accessibility; at the cutoff the weight is therefore a little above one half.

    Parameters
    ----------
    cutoff : float or sequence of float
        Cost at the inflection, > 0.
    sd : float or sequence of float
        Standard deviation of the curve, > 0; near 0 it is nearly binary.
    """
    cutoffs, sds = _values("cutoff", cutoff), _values("sd", sd)
    _check_paired("cutoff", cutoffs, "sd", sds)
    return _single([Logistic(c, s) for c, s in zip(cutoffs, sds, strict=True)])


@overload
def decay_power(decay_value: float) -> Decay: ...
@overload
def decay_power(decay_value: Several) -> Decays: ...
def decay_power(decay_value: float | Several) -> Decay | Decays:
    """Weigh ``cost ** -decay_value`` and never more than 1, which is the weight of all costs up to 1.

    Parameters
    ----------
    decay_value : float or sequence of float
        Exponent, >= 0.
    """
    return _one_or_several("decay_value", decay_value, Power, zero=True)


@overload
def decay_stepped(steps: Several, weights: Several) -> Decay: ...
@overload
def decay_stepped(steps: Sequence[Several], weights: Sequence[Several]) -> Decays: ...
def decay_stepped(steps: Several | Sequence[Several], weights: Several | Sequence[Several]) -> Decay | Decays:
    """Weigh 1 before the first step, and from each step on, the step itself included, its weight.

    So at a cost equal to a step the *next* weight counts already, as with ``comparison="<"``. The last weight
    holds for all higher costs that are reached; it need not be 0.

    Parameters
    ----------
    steps : sequence of float, or sequence of such sequences
        Costs > 0, rising.
    weights : sequence of float, or sequence of such sequences
        From 0 to 1, one for each step.
    """
    several = len(steps) > 0 and np.ndim(steps[0]) > 0
    all_steps = list(steps) if several else [steps]
    all_weights = list(weights) if several else [weights]
    if len(all_steps) != len(all_weights):
        raise AccessError(f"weights must be given for each of {len(all_steps)} steps, got {len(all_weights)}")
    return _single([_stepped(s, w) for s, w in zip(all_steps, all_weights, strict=True)])


@overload
def decay_gaussian(sd: float) -> Decay: ...
@overload
def decay_gaussian(sd: Several) -> Decays: ...
def decay_gaussian(sd: float | Several) -> Decay | Decays:
    """Weigh ``exp(-cost^2 / (2 sd^2))``.

    Parameters
    ----------
    sd : float or sequence of float
        Standard deviation, > 0: the cost at which the curve is steepest.
    """
    return _one_or_several("sd", sd, Gaussian)


def check_comparison(comparison: str) -> None:
    """Raise AccessError unless ``comparison`` is ``"<"`` or ``"<="``."""
    if comparison not in ("<", "<="):
        raise AccessError(
            f'comparison must be "<" (R5) or "<=" (R package accessibility), got {comparison!r}'
        )


def _one_or_several(
    name: str, values: float | Several, make: Callable[[float], Decay], *, zero: bool = False
) -> Decay | Decays:
    return _single([make(value) for value in _values(name, values, zero=zero)])


def _single(decays: list[Decay]) -> Decay | Decays:
    """One decay as itself, several as ``Decays``: in R a number is a list of one."""
    return decays[0] if len(decays) == 1 else Decays(decays)


def _values(name: str, values: float | Several, *, zero: bool = False) -> list[float]:
    """Check one or several parameters: numbers, finite, positive (or 0 where that has a meaning)."""
    allowed = "finite and at least 0" if zero else "finite and above 0"
    try:
        numbers = [float(value) for value in np.atleast_1d(np.asarray(values, dtype=np.float64))]
    except (TypeError, ValueError):
        raise AccessError(f"{name} must be a number or a list of numbers, got {values!r}") from None
    if not numbers:
        raise AccessError(f"{name} must have at least one value, got none")
    bad = [n for n in numbers if not math.isfinite(n) or n < 0 or (n == 0 and not zero)]
    if bad:
        raise AccessError(f"{name} must be {allowed}, got {', '.join(f'{n:g}' for n in bad)}")
    return numbers


def _check_paired(name: str, values: list[float], other: str, others: list[float]) -> None:
    if len(values) != len(others):
        raise AccessError(
            f"{name} and {other} are paired and must be of one length, got {len(values)} and {len(others)}"
        )


def _stepped(steps: object, weights: object) -> Stepped:
    """Check and make one stepped decay."""
    costs = _values("steps", steps)  # type: ignore[arg-type]
    levels = _values("weights", weights, zero=True)  # type: ignore[arg-type]
    problems = []
    if len(costs) != len(levels):
        problems.append(f"weights must be as many as steps, got {len(levels)} for {len(costs)} steps")
    if any(later <= earlier for earlier, later in pairwise(costs)):
        problems.append(f"steps must rise from one to the next, got {costs}")
    if any(level > 1 for level in levels):
        problems.append(f"weights must be from 0 to 1, got {levels}")
    _raise_all(problems)
    return Stepped(tuple(costs), tuple(levels))


def _raise_all(problems: list[str]) -> None:
    if problems:
        raise AccessError("; ".join(problems))
