"""Slow, obvious twin of the posterior of cells: one dense multivariate normal; shares no code with access."""

from __future__ import annotations

import numpy as np


def mean_and_covariance(
    log_observed: np.ndarray,
    error_sd: np.ndarray,
    correlation: float,
    block: np.ndarray,
    zone: np.ndarray,
    covariates: np.ndarray,
    root_a: float,
    root_c: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of the true log values for given variances; a flat prior is a wide one."""
    n = len(log_observed)
    fixed = np.column_stack([zone == z for z in np.unique(zone)] + [covariates]).astype(float)
    prior = 1e5 * fixed @ fixed.T
    error = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if block[i] == block[j] and zone[i] == zone[j]:
                prior[i, j] += root_a**2
                error[i, j] += correlation * error_sd[i] * error_sd[j]
        prior[i, i] += root_c**2
        error[i, i] += (1 - correlation) * error_sd[i] ** 2
    gain = prior @ np.linalg.inv(prior + error)
    centre = log_observed.mean()
    return centre + gain @ (log_observed - centre), prior - gain @ prior


def restricted_log_likelihood(
    log_observed: np.ndarray,
    error_sd: np.ndarray,
    correlation: float,
    block: np.ndarray,
    fixed: np.ndarray,
    root_a: float,
    root_c: float,
) -> float:
    """Return the log likelihood with the fixed effects integrated out, up to a constant (Harville 1974)."""
    same = block[:, None] == block[None, :]
    n = len(log_observed)
    spread = (root_a**2 + correlation * np.outer(error_sd, error_sd)) * same
    spread = spread + np.diag(root_c**2 + (1 - correlation) * error_sd**2) * np.eye(n)
    inverse = np.linalg.inv(spread)
    information = fixed.T @ inverse @ fixed
    best = np.linalg.solve(information, fixed.T @ inverse @ log_observed)
    rest = log_observed - fixed @ best
    logs = np.linalg.slogdet(spread)[1] + np.linalg.slogdet(information)[1]
    return float(-0.5 * (logs + rest @ inverse @ rest))
