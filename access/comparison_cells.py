"""What changes in each cell between a base and a scenario, and whether it can be told from noise.

Decided here, in writing:

- A change is one of the *place*: value in the scenario minus value in the base, whoever lives there.
- A cell gains or loses if its change *exceeds* its noise floor; exactly the floor is noise. Where the noise
  was not computed (no floor) the sign decides, and those who show it must say so.
- A floor that is not known in a cell (NaN) keeps the cell within the noise: the burden is on the change.
- Equal up to rounding (1e-9 of the value, sums of fractions) is unchanged, whatever the floor.
- A cell that is not snapped to a street in one of the two has no change: "no data", neither gain nor loss.
- Of minutes less is better. A time never reached (inf) that becomes finite is a gain *without a number of
  minutes*, the reverse a loss without one: their change is NaN, their state says what happened. Such a step
  is above any floor. Never reached in both is unchanged.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from access.errors import InputDataError
from access.rights import ROUNDING

Floats = npt.NDArray[np.float64]
States = npt.NDArray[np.int8]
Better = Literal["more", "less"]

STATES = ("gain", "loss", "within noise", "unchanged", "no data")
GAIN, LOSS, WITHIN_NOISE, UNCHANGED, NO_DATA = range(5)


class CellChange(NamedTuple):
    """One number a cell in the base and in a scenario, arrays of shape ``(n_cells,)``."""

    base: Floats  # NaN = not snapped, inf = never reached
    value: Floats  # in the scenario
    change: Floats  # value - base; 0 where unchanged, NaN where there is no number
    state: States  # positions in STATES
    better: Better

    @property
    def improvement(self) -> Floats:
        """The change with gains above 0: more opportunities, or fewer minutes."""
        return self.change if self.better == "more" else -self.change


def change_of_cells(
    base: Floats, value: Floats, floor: Floats | None = None, *, better: Better = "more"
) -> CellChange:
    """Compare one number a cell.

    Parameters
    ----------
    base, value : arrays of float, shape (n_cells,)
        In the base and in the scenario; NaN = not snapped, inf = never reached.
    floor : array of float, shape (n_cells,), optional
        Largest change that may be noise, 0 or more; NaN = not known there. Without it the sign decides.
    better : str
        ``"more"`` (opportunities) or ``"less"`` (minutes).

    Raises
    ------
    InputDataError
        If the shapes differ or a floor is negative.
    """
    _check(base, value, floor)
    known = ~np.isnan(base) & ~np.isnan(value)
    finite = np.isfinite(base) & np.isfinite(value)
    before, after = (np.where(finite, amount, 0.0) for amount in (base, value))
    change = np.where(finite, after - before, np.nan)
    same = np.abs(change) <= ROUNDING * np.maximum(1.0, np.abs(before))
    same |= np.isinf(base) & np.isinf(value)
    change[same] = 0.0
    with np.errstate(invalid="ignore"):
        up = value > base
    gained = up if better == "more" else ~up
    state = np.where(gained, GAIN, LOSS)
    if floor is not None:
        exceeds = np.abs(change) > floor  # False where either is NaN
        state = np.where(finite & ~exceeds, WITHIN_NOISE, state)
    state = np.where(same, UNCHANGED, state)
    return CellChange(base, value, change, np.where(known, state, NO_DATA).astype(np.int8), better)


def relative_change(base: float, value: float) -> float:
    """Return the change as a share of the base; NaN of a base of 0 or none, or without a finite number."""
    return (value - base) / base if np.isfinite(value) and np.isfinite(base) and base > 0 else float("nan")


def _check(base: Floats, value: Floats, floor: Floats | None) -> None:
    shapes = {"base": base.shape, "scenario": value.shape}
    if floor is not None:
        shapes["floor"] = floor.shape
    problems = [f"shapes differ: {shapes}"] if len(set(shapes.values())) > 1 else []
    if floor is not None and (floor < 0).any():
        problems.append(f"{int((floor < 0).sum())} noise floors are below 0; give 0 or more")
    if problems:
        raise InputDataError("change of cells: " + "; ".join(problems))
