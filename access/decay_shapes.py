"""The shapes of decay: how much an opportunity counts at a travel cost, as frozen values.

A weight is 1 at the door and 0 where a place is not reached: an infinite or unknown (NaN) cost weighs 0 in
every shape. Costs are in whatever unit the travel costs have, minutes as a rule; parameters have that unit,
and must have been checked (``access.decay`` does).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from access.errors import AccessError

Floats = npt.NDArray[np.float64]
Comparison = Literal["<", "<="]


@dataclass(frozen=True)
class Decay(ABC):
    """A weight for every travel cost, at most 1 and never rising with the cost."""

    def weights(self, cost: npt.ArrayLike) -> Floats:
        """Return the weights of travel costs >= 0, same shape; 0 where a cost is infinite or NaN."""
        costs = np.asarray(cost, dtype=np.float64)
        reached = np.isfinite(costs)
        if reached.all():
            return self._of(costs)
        return np.where(reached, self._of(np.where(reached, costs, 0.0)), 0.0)

    def __call__(self, cost: npt.ArrayLike) -> Floats:
        """Same as ``weights``, as the decays of the R package accessibility are functions."""
        return self.weights(cost)

    @property
    @abstractmethod
    def argument(self) -> float | str:
        """The parameter, or several in one text, as column ``decay_function_arg`` holds it."""

    @abstractmethod
    def _of(self, cost: Floats) -> Floats:
        """Weights of finite costs."""


@dataclass(frozen=True)
class Binary(Decay):
    """1 within the cutoff, else 0."""

    cutoff: float
    comparison: Comparison = "<"

    @property
    def argument(self) -> float:  # noqa: D102
        return self.cutoff

    def _of(self, cost: Floats) -> Floats:
        within = cost < self.cutoff if self.comparison == "<" else cost <= self.cutoff
        return np.where(within, 1.0, 0.0)


@dataclass(frozen=True)
class Linear(Decay):
    """``max(0, 1 - cost / cutoff)``, from 1 at the door to 0 at the cutoff."""

    cutoff: float

    @property
    def argument(self) -> float:  # noqa: D102
        return self.cutoff

    def _of(self, cost: Floats) -> Floats:
        if self.cutoff == 0:
            return np.where(cost == 0, 1.0, 0.0)
        weights: Floats = np.maximum(0.0, 1.0 - cost / self.cutoff)
        return weights


@dataclass(frozen=True)
class LinearR5(Decay):
    """1 up to half a width before the cutoff, 0 from half a width after it, straight between."""

    cutoff: float
    width: float

    @property
    def argument(self) -> str:  # noqa: D102
        return f"c{number_text(self.cutoff)};w{number_text(self.width)}"

    def _of(self, cost: Floats) -> Floats:
        end = self.cutoff + self.width / 2
        if self.width == 0:
            return np.where(cost < self.cutoff, 1.0, 0.0)
        return np.clip((end - cost) / self.width, 0.0, 1.0)


@dataclass(frozen=True)
class Exponential(Decay):
    """``exp(-decay_value * cost)``."""

    decay_value: float

    @property
    def argument(self) -> float:  # noqa: D102
        return self.decay_value

    def _of(self, cost: Floats) -> Floats:
        return np.exp(-self.decay_value * cost)


@dataclass(frozen=True)
class HalfLife(Decay):
    """``0.5 ** (cost / cutoff)``: half as much with every further cutoff."""

    cutoff: float

    @property
    def argument(self) -> float:  # noqa: D102
        return self.cutoff

    def _of(self, cost: Floats) -> Floats:
        return np.exp2(-cost / self.cutoff)


@dataclass(frozen=True)
class Logistic(Decay):
    """``g(0) / g(cost)`` with ``g(c) = 1 + exp((c - cutoff) pi / (sd sqrt 3))``: 1 at the door."""

    cutoff: float
    sd: float

    @property
    def argument(self) -> str:  # noqa: D102
        return f"c{number_text(self.cutoff)};sd{number_text(self.sd)}"

    def _of(self, cost: Floats) -> Floats:
        scale = math.pi / (self.sd * math.sqrt(3))
        weights: Floats = expit((self.cutoff - cost) * scale) * (1 + math.exp(-self.cutoff * scale))
        return weights


@dataclass(frozen=True)
class Power(Decay):
    """``cost ** -decay_value``, at most 1: costs up to 1 weigh 1."""

    decay_value: float

    @property
    def argument(self) -> float:  # noqa: D102
        return self.decay_value

    def _of(self, cost: Floats) -> Floats:
        # A power is at most 1 exactly where the cost is at least 1.
        return np.maximum(cost, 1.0) ** -self.decay_value


@dataclass(frozen=True)
class Stepped(Decay):
    """1 before the first step, then from each step on (the step included) its weight."""

    steps: tuple[float, ...]
    step_weights: tuple[float, ...]

    @property
    def argument(self) -> str:  # noqa: D102
        steps, weights = (",".join(map(number_text, v)) for v in (self.steps, self.step_weights))
        return f"s({steps});w({weights})"

    def _of(self, cost: Floats) -> Floats:
        levels = np.array([1.0, *self.step_weights])
        return levels[np.searchsorted(np.array(self.steps), cost, side="right")]


@dataclass(frozen=True)
class Gaussian(Decay):
    """``exp(-cost^2 / (2 sd^2))``."""

    sd: float

    @property
    def argument(self) -> float:  # noqa: D102
        return self.sd

    def _of(self, cost: Floats) -> Floats:
        return np.exp(-0.5 * (cost / self.sd) ** 2)


@dataclass(frozen=True)
class Custom(Decay):
    """A function of the user, from an array of costs to one of weights."""

    function: Callable[[Floats], npt.ArrayLike]

    @property
    def argument(self) -> str:  # noqa: D102
        return getattr(self.function, "__name__", "custom")

    def _of(self, cost: Floats) -> Floats:
        weights = np.array(self.function(cost), dtype=np.float64)
        if weights.shape != cost.shape or not np.isfinite(weights).all() or (weights < 0).any():
            raise AccessError(
                f"decay function {self.argument} must return one finite weight of at least 0 for each cost; "
                f"for {cost.size} costs it returned {weights.shape}, from {weights.min(initial=np.inf):g}"
            )
        return weights


def number_text(value: float) -> str:
    """Write a number as R does: 15 significant digits, no needless zeros."""
    return f"{value:.15g}"
