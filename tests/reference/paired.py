"""Which change of a cell exceeds the noise, and the range of a paired difference: slow and obvious.

Nothing here is taken from the package; Student's t is integrated by hand.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def student_quantile(p: float, degrees: int) -> float:
    """Quantile above one half, by bisection of the integral of the density (trapezoids of 1/2000)."""
    scale = math.gamma((degrees + 1) / 2) / (math.sqrt(degrees * math.pi) * math.gamma(degrees / 2))

    def density(x: float) -> float:
        return scale * (1 + x * x / degrees) ** (-(degrees + 1) / 2)

    step, area, x = 1 / 2000, 0.5, 0.0
    while area < p:
        area += step * (density(x) + density(x + step)) / 2
        x += step
    return x


def exceeds_noise(own: float, differences: Sequence[float]) -> bool:
    """Whether what the realisations confirm of a change exceeds the half-width of their mean."""
    n, mean = len(differences), statistics.fmean(differences)
    half_width = student_quantile(0.975, n - 1) * statistics.stdev(differences) / math.sqrt(n)
    if own > 0 and mean > 0:
        return min(own, mean) > half_width
    if own < 0 and mean < 0:
        return min(-own, -mean) > half_width
    return False
