"""Counts of few residents in the words of the page: "fewer than 20" instead of the number.

Residents by cell are a published count and stay in ``cells.parquet``; what is hidden here is how many
residents of a kind there are: who lacks, who reaches none, who belongs to a class.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from access.report_data import Run
from access.suppression import DEFAULT_MINIMUM, is_small, suppress_counts
from access.texts import Texts


def fewest_shown(run: Run) -> float:
    """Return the smallest count shown, besides 0; 0 where the run hides none, 20 where it does not say."""
    results = (run.manifest.get("config") or {}).get("results") or {}
    told = results.get("min_residents_shown", DEFAULT_MINIMUM)
    return float(run.manifest.get("suppression_minimum", told) or 0)


def is_few(run: Run, n: float) -> bool:
    """Say whether a count is too small to be shown; 0 speaks of nobody, NaN is no count."""
    return bool(is_small(np.array([n]), fewest_shown(run))[0])


def residents_words(run: Run, n: float, texts: Texts) -> str:
    """Write a count with its noun: "1,200 residents", "fewer than 20 residents"."""
    if is_few(run, n):
        return texts("few.residents", n=texts.number(fewest_shown(run)))
    return texts.plural("residents", n)


def count_words(run: Run, n: float | None, texts: Texts) -> str:
    """Write a count for a table: "1,200", "fewer than 20", or its absence."""
    if n is not None and is_few(run, n):
        return texts("few.number", n=texts.number(fewest_shown(run)))
    return texts.number(n)


def counts_words(run: Run, counts: Sequence[float], texts: Texts) -> list[tuple[str, bool]]:
    """Write counts that add up to a known total, and say of each whether it is shown.

    Besides small counts those are hidden from which a small one could be found by subtraction.
    """
    minimum, listed = fewest_shown(run), np.asarray(counts, dtype=np.float64)
    hidden = (
        suppress_counts(listed, minimum).counts if minimum >= 1 else np.zeros(len(listed), dtype=np.bool_)
    )
    return [
        (count_words(run, n, texts) if is_few(run, n) or not hide else texts("few.with_another"), not hide)
        for n, hide in zip(counts, hidden.tolist(), strict=True)
    ]
