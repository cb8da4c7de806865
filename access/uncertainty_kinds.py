"""The kinds of range, each a type of its own, so that none can be taken for another or mixed with it.

- *Input uncertainty*: how far a number may be off because population, income or travel times are not known
  exactly. Comes only from draws (``access.index_draws``).
- *Sensitivity*: how the number moves when a choice is made differently (the cutoff, the walking speed, the
  date of service, the resolution of cells). A choice has no probability: a band is no confidence interval.
- *Variability*: how the number moves over the departure minutes of a period. It is a property of the service
  that passengers live with, no error.

There is on purpose no function that joins two of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from access.errors import InputDataError

Floats = npt.NDArray[np.float64]
INPUT_UNCERTAINTY = "input uncertainty"
SPATIAL_PROCESS = "if this city were one draw of a spatial process"


class Choice(StrEnum):
    """What a sensitivity band varies."""

    CUTOFF = "cutoff"
    WALKING_SPEED = "walking speed"
    SERVICE_DATE = "service date"
    CELL_SIZE = "cell size"


class Spread(StrEnum):
    """What a variability runs over."""

    DEPARTURE_MINUTES = "departure minutes"


@dataclass(frozen=True)
class InputInterval:
    """Range of a number under the uncertainty of its inputs; arrays of shape ``(n_measures,)``.

    Attributes
    ----------
    low, high, median : array of float
        NaN = not quantified: nothing modelled, or the number is not defined in too many draws.
    defined : array of float
        Share of the draws in which the number is defined.
    draws : int
        0 where nothing is modelled.
    sources : tuple of str
        What was modelled.
    coverage : float
        Nominal probability, 0.95 by default.
    """

    low: Floats
    high: Floats
    median: Floats
    defined: Floats
    draws: int
    sources: tuple[str, ...]
    coverage: float

    @property
    def kind(self) -> str | None:
        """The name of the kind; None = not quantified."""
        return INPUT_UNCERTAINTY if self.draws > 0 else None


@dataclass(frozen=True)
class SensitivityBand:
    """Least and greatest value over the variants of one choice."""

    low: Floats
    high: Floats
    choice: Choice
    variants: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The name of the kind, with what was varied."""
        return f"sensitivity: {self.choice}"


@dataclass(frozen=True)
class Variability:
    """Spread of a number over the departures of a period: the 10th and the 90th percentile by default."""

    low: Floats
    high: Floats
    over: Spread
    percentiles: tuple[float, float]

    @property
    def kind(self) -> str:
        """The name of the kind, with what it runs over."""
        return f"variability: {self.over}"


@dataclass(frozen=True)
class ProcessInterval:
    """Range of a spatial block bootstrap: about other cities of the same process, not about this one."""

    low: float
    high: float
    blocks: int
    simulated_coverage: float
    coverage: float

    @property
    def kind(self) -> str:
        """The name of the kind."""
        return SPATIAL_PROCESS


def band(choice: Choice, values_by_variant: Mapping[str, npt.ArrayLike]) -> SensitivityBand:
    """Return the least and greatest value over the variants of one choice, the one used included.

    Parameters
    ----------
    choice : Choice
        What is varied.
    values_by_variant : mapping of str to number or array
        Values of each variant, of one shape; at least two variants. NaN (not defined) in a variant makes the
        band NaN there: a band over the variants that worked would look too narrow.

    Raises
    ------
    InputDataError
        If there are fewer than two variants or their shapes differ.
    TypeError
        If a variant is itself a range: ranges of two kinds are never pooled.
    """
    pooled = [name for name, value in values_by_variant.items() if _is_range(value)]
    if pooled:
        raise TypeError(
            f"sensitivity to {choice}: {', '.join(pooled)} is a range, not a number; ranges of different "
            "kinds are stated side by side and never pooled"
        )
    arrays = [np.atleast_1d(np.asarray(value, dtype=np.float64)) for value in values_by_variant.values()]
    if len(arrays) < 2 or len({array.shape for array in arrays}) > 1:
        raise InputDataError(
            f"sensitivity to {choice}: needs the same numbers of at least two variants; got "
            + (", ".join(f"{k} {a.shape}" for k, a in zip(values_by_variant, arrays, strict=True)) or "none")
        )
    stacked = np.stack(arrays)
    return SensitivityBand(stacked.min(axis=0), stacked.max(axis=0), choice, tuple(values_by_variant))


def variability(
    low: npt.ArrayLike, high: npt.ArrayLike, percentiles: tuple[float, float] = (10, 90)
) -> Variability:
    """Name two percentiles over the departure minutes as what they are.

    Raises
    ------
    InputDataError
        If ``low`` exceeds ``high`` somewhere: for travel times the 90th percentile is the longer one, for
        access the smaller one; give them in the order of the numbers.
    """
    least, greatest = (np.atleast_1d(np.asarray(bound, dtype=np.float64)) for bound in (low, high))
    if (least > greatest).any():
        raise InputDataError(
            f"variability: the low end exceeds the high end in {int((least > greatest).sum())} places; more "
            "minutes mean less access, so swap the percentiles"
        )
    return Variability(least, greatest, Spread.DEPARTURE_MINUTES, percentiles)


def _is_range(value: object) -> bool:
    return isinstance(value, InputInterval | SensitivityBand | Variability | ProcessInterval)
