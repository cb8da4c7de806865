"""How large the change of a cell may be by chance alone: the noise floor of the paired difference.

Base and scenario are computed again a few times, each time from the same other homes in each cell and with
the same other minutes for headway service in both. What a scenario leaves alone then differs by exactly
nothing; what it changes differs a little more here, a little less there. The mean of these paired differences
has the half-width of the paired t interval (Law, Simulation Modeling and Analysis, chapter on comparing
alternative system configurations, with common random numbers): ``t * s / sqrt(n)``, Student's t with one
degree of freedom less than realisations.

A cell's change is that of its residents on average, over their homes and over the minutes that a headway
leaves open; that is why the interval is of the mean and not of one more realisation. The change that a run
shows is of one point a cell and one minute a headway. Only what the realisations confirm of it counts: the
part up to their mean, if both have the same sign. The floor is the half-width and what is not confirmed:

    ``floor = t * s / sqrt(n) + |own| - confirmed``, ``confirmed = min(|own|, |mean|)``, 0 if signs differ.

So a change exceeds its floor exactly where the confirmed part exceeds the half-width. Where nothing truly
changes on average that happens in at most the stated share of cells, whatever the run's own change.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from access.errors import InputDataError

Floats = npt.NDArray[np.float64]
COVERAGE = 0.95


def noise_floor(own: Floats, differences: Floats, coverage: float = COVERAGE) -> Floats:
    """Return the largest change of each cell that may be noise.

    Parameters
    ----------
    own : array of float, shape (n_cells,)
        Change of the run itself, scenario minus base; NaN = not known.
    differences : array of float, shape (n_realisations, n_cells)
        The same of each realisation, homes and minutes in common; at least 2.
    coverage : float
        Of the paired t interval.

    Returns
    -------
    array of float, shape (n_cells,)
        0 or more; NaN where the change or one of the realisations is not known.

    Raises
    ------
    InputDataError
        If shapes do not fit, there are fewer than 2 realisations, or the coverage is not between 0 and 1.
    """
    _check(own, differences, coverage)
    mean = differences.mean(axis=0)
    half_width = paired_half_width(differences, coverage)
    confirmed = np.clip(np.sign(own) * mean, 0.0, np.abs(own))
    return np.asarray(half_width + np.abs(own) - confirmed)


def paired_half_width(differences: Floats, coverage: float = COVERAGE) -> Floats:
    """Return the half-width of the paired t interval of the mean, shape (n_cells,)."""
    n = len(differences)
    spread = np.std(differences, axis=0, ddof=1)
    return np.asarray(student.ppf((1 + coverage) / 2, n - 1) * spread / np.sqrt(n))


def _check(own: Floats, differences: Floats, coverage: float) -> None:
    problems = []
    if differences.ndim != 2 or own.shape != differences.shape[1:]:
        problems.append(f"differences have shape {differences.shape} for {len(own)} cells")
    if len(differences) < 2:
        problems.append(f"{len(differences)} realisations show no spread; give at least 2")
    if not 0 < coverage < 1:
        problems.append(f"coverage {coverage} must lie between 0 and 1, such as 0.95")
    if problems:
        raise InputDataError("noise floor: " + "; ".join(problems))
