"""Travel costs between origins and destinations, and their weighted sums, without a matrix of floats.

Every access measure is a few products with the weights ``f(c_ij)``: gravity is ``to_origins`` of the
opportunities, passive access ``to_destinations`` of the population, and a floating catchment area one after
the other. A pair that is missing, not reached (byte 255) or without a cost (NaN, infinite) weighs 0, and
what weighs 0 is left out whatever its amount is: an infinite or NaN amount counts only where it is reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from access.decay_shapes import Decay
from access.engine.arrays import UNREACHED_MIN, Minutes
from access.engine.weighing import sum_over_destinations, sum_over_origins, sum_pairs

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int32]


class Weights(Protocol):
    """Weights ``f(c_ij)`` of all pairs of origins and destinations."""

    def to_origins(self, amounts: npt.ArrayLike) -> Floats:
        """Return ``sum_j f(c_ij) a_j``, shape (n_origins,), of amounts (n_destinations,)."""

    def to_destinations(self, amounts: npt.ArrayLike) -> Floats:
        """Return ``sum_i f(c_ij) a_i``, shape (n_destinations,), of amounts (n_origins,)."""


class Costs(Protocol):
    """Travel costs of pairs of origins and destinations."""

    @property
    def n_origins(self) -> int:
        """Number of origins, reached or not."""

    @property
    def n_destinations(self) -> int:
        """Number of destinations, reached or not."""

    def weigh(self, decay: Decay) -> Weights:
        """Weigh all pairs by a decay."""


@dataclass(frozen=True, eq=False)
class ByteCosts:
    """A matrix of whole minutes as a run and the engine keep it, which may be mapped from disk."""

    minutes: Minutes  # (n_origins, n_destinations); 255 = not reached

    @property
    def n_origins(self) -> int:
        """Number of rows."""
        return len(self.minutes)

    @property
    def n_destinations(self) -> int:
        """Number of columns."""
        return int(self.minutes.shape[1])

    def weigh(self, decay: Decay) -> ByteWeights:
        """Weigh the 255 possible minutes; 255 itself weighs 0."""
        table = decay.weights(np.arange(256, dtype=np.float64))
        table[UNREACHED_MIN] = 0.0
        return ByteWeights(self.minutes, table)


@dataclass(frozen=True, eq=False)
class ByteWeights:
    """Weights of a matrix of whole minutes: a table of 256 weights."""

    minutes: Minutes
    table: Floats  # (256,)

    def to_origins(self, amounts: npt.ArrayLike) -> Floats:
        """Return ``sum_j f(c_ij) a_j``, shape (n_origins,)."""
        finite, strange = _parted(_amounts(amounts, self.minutes.shape[1]))
        sums = np.zeros(self.minutes.shape[0])
        sum_over_destinations(self.minutes, self.table, finite, sums)
        for destination, amount in strange.items():
            sums += self._times(self.minutes[:, destination], amount)
        return sums

    def to_destinations(self, amounts: npt.ArrayLike) -> Floats:
        """Return ``sum_i f(c_ij) a_i``, shape (n_destinations,)."""
        finite, strange = _parted(_amounts(amounts, self.minutes.shape[0]))
        sums = np.zeros(self.minutes.shape[1])
        sum_over_origins(self.minutes, self.table, finite, sums)
        for origin, amount in strange.items():
            sums += self._times(self.minutes[origin], amount)
        return sums

    def _times(self, minutes: Minutes, amount: float) -> Floats:
        """Weigh an amount that is not finite: nothing where the weight is 0."""
        weights = self.table[minutes]
        return np.where(weights != 0, amount, 0.0)


@dataclass(frozen=True, eq=False)
class LongCosts:
    """A long table of pairs, each at most once; pairs that are not in it are not reached."""

    origin: Positions  # (n_pairs,) position of the origin, 0 to n_origins - 1
    destination: Positions  # (n_pairs,) position of the destination, 0 to n_destinations - 1
    cost: Floats  # (n_pairs,) >= 0; NaN or infinite = not reached
    n_origins: int
    n_destinations: int

    def parts(self) -> list[LongCosts]:
        """Return all pairs, in one part: tables larger than memory come in several."""
        return [self]

    def weigh(self, decay: Decay) -> LongWeights:
        """Weigh each pair."""
        return LongWeights(
            self.origin, self.destination, decay.weights(self.cost), self.n_origins, self.n_destinations
        )


@dataclass(frozen=True, eq=False)
class LongWeights:
    """Weights of a long table of pairs."""

    origin: Positions
    destination: Positions
    weight: Floats  # (n_pairs,)
    n_origins: int
    n_destinations: int

    def to_origins(self, amounts: npt.ArrayLike) -> Floats:
        """Return ``sum_j f(c_ij) a_j``, shape (n_origins,)."""
        sums = np.zeros(self.n_origins)
        sum_pairs(self.origin, self.destination, self.weight, _amounts(amounts, self.n_destinations), sums)
        return sums

    def to_destinations(self, amounts: npt.ArrayLike) -> Floats:
        """Return ``sum_i f(c_ij) a_i``, shape (n_destinations,)."""
        sums = np.zeros(self.n_destinations)
        sum_pairs(self.destination, self.origin, self.weight, _amounts(amounts, self.n_origins), sums)
        return sums


def _amounts(amounts: npt.ArrayLike, expected: int) -> Floats:
    """Amounts as the kernels take them: a wrong length would be read beyond its end."""
    values = np.ascontiguousarray(amounts, dtype=np.float64)
    if values.shape != (expected,):
        raise ValueError(f"amounts must have shape ({expected},), got {values.shape}")
    return values


def _parted(amounts: Floats) -> tuple[Floats, dict[int, float]]:
    """Return the finite amounts, 0 elsewhere, and the others by position."""
    strange = np.flatnonzero(~np.isfinite(amounts))
    if not len(strange):
        return amounts, {}
    return np.where(np.isfinite(amounts), amounts, 0.0), dict(
        zip(strange.tolist(), amounts[strange].tolist(), strict=True)
    )
