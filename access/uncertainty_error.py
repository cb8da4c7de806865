"""How far observed values of cells may be from the truth, as known or assumed, and what is refused."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from access.errors import DataQualityWarning

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class InputError:
    """How far observed values of cells may be from the truth: what the caller knows or assumes.

    Attributes
    ----------
    source : str
        Where it comes from, in the reader's words: "income: published margins of error".
    log_sd : float or array of float, shape (n_cells,)
        Standard deviation of the error of the logarithm, about the relative error: 0.1 is 10 %. From
        ``log_sd_of_margin`` where margins are published; else a stated assumption.
    correlation : float
        Share of the error's variance that the cells of a block have in common, 0 to 1.
    block : array of int, shape (n_cells,), optional
        Label of the block, 0 or more: a coarser cell or a source zone. Needed for a correlation; without one
        it still tells the model that near cells are alike.
    totals : array of int, shape (n_cells,), optional
        Label of the zone, 0 or more, whose total the source knows exactly and every draw keeps. Population
        only; cells of one zone then share what one of them gains.
    covariates : array of float, shape (n_cells, k), optional
        What the quantity goes along with, no NaN: ``access_covariates`` for income. Without the access of
        the cells, draws of income pull its relation with access towards none. Residents do better without
        (Belo Horizonte, planted errors of 20 %: the middle of the range of mean access was off by 0.01 of
        its width without and by 0.13 with them).
    """

    source: str
    log_sd: float | Floats
    correlation: float = 0.0
    block: Labels | None = None
    totals: Labels | None = None
    covariates: Floats | None = None


def quantity_problems(name: str, observed: Floats, error: InputError | None) -> list[str]:
    """Return what is wrong with a quantity and its stated error, in words; nothing if it can be used."""
    problems = []
    if np.isinf(observed).any() or ((name == "population" or error is not None) and (observed < 0).any()):
        problems.append(f"{name} must be finite and, to have a relative error, 0 or more; missing is NaN")
    if error is None:
        return problems
    if name == "income" and error.totals is not None:
        problems.append("income: a mean has no total to keep; give totals for residents only")
    counted, n = observed > 0, len(observed)
    if not 0 <= error.correlation <= 1 or (error.correlation > 0 and error.block is None):
        problems.append(
            f"{name}: correlation {error.correlation} must lie between 0 and 1, and above 0 needs blocks"
        )
    for what, labels in (("block", error.block), ("totals", error.totals)):
        if labels is not None and (labels.shape != (n,) or (labels[counted] < 0).any()):
            problems.append(f"{name}: {what} must be one label a cell, 0 or more, of all {n} cells")
    if np.ndim(error.log_sd) and np.shape(error.log_sd) != (n,):
        return [*problems, f"{name}: the error has shape {np.shape(error.log_sd)}; one number, or one a cell"]
    log_sd = np.broadcast_to(error.log_sd, (n,))[counted]
    unusable = ~(log_sd >= 0) | np.isinf(log_sd)
    if unusable.any():
        problems.append(
            f"{name}: {int(unusable.sum())} cells with a value have no error, or a negative one; give these "
            "an assumed relative error"
        )
    x = error.covariates
    if x is not None and (x.ndim != 2 or len(x) != n or not np.isfinite(x).all()):
        problems.append(f"{name}: covariates must be finite, one row for each of the {n} cells")
    return problems


def warn_of_large_error(name: str, observed: Floats, error: InputError | None) -> None:
    """Say where the stated error would explain most of what sets cells apart."""
    if error is None or not (observed > 0).any():
        return
    spread = float(np.log(observed[observed > 0]).std())
    size = float(np.sqrt(np.mean(np.broadcast_to(error.log_sd, observed.shape)[observed > 0] ** 2)))
    if size**2 > spread**2 / 2:
        warnings.warn(
            f"uncertainty of inputs: the stated error of {name} ({size:.0%}) would explain most of the "
            f"differences between cells ({spread:.0%} on the log scale); draws lie near one value, and "
            "ranges by group say little: check the error",
            DataQualityWarning,
            stacklevel=3,
        )
