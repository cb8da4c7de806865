"""Words of a choice that maps, sentences and controls share: classes, periods, how lucky a minute is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from access.report_data import Run
from access.report_findings import period_label
from dashboards.gaps_choice import Choice, FloatArray, is_own_percentile
from dashboards.run_data import RunData
from dashboards.words import Words


def range_labels(breaks: Sequence[float], values: FloatArray, words: Words) -> list[str]:
    """Words for every class between breaks: "under 1,200", "1,200 to under 3,400", "3,400 and more"."""
    texts = words.texts
    if not breaks:
        positive = values[np.isfinite(values) & (values > 0)]
        ends = (float(positive.min()), float(positive.max())) if positive.size else (0.0, 0.0)
        low, high = (texts.amount(end) for end in ends)
        return [low if low == high else texts("map.class_between", low=low, high=high)]
    ends_in_words = [texts.amount(end) for end in breaks]
    between = [texts("map.class_range", low=low, high=high) for low, high in pairwise(ends_in_words)]
    return [
        texts("map.class_below", high=ends_in_words[0]),
        *between,
        texts("map.class_from", low=ends_in_words[-1]),
    ]


def percentile_words(run: Run, words: Words, percentile: int | None = None) -> str:
    """How lucky the minute of departure is: "on a typical minute"."""
    asked = int(run.manifest.get("percentile") or 50) if percentile is None else percentile
    key = f"gaps.percentile.{asked}"
    return words(key) if words.has(key) else words("gaps.percentile.other", n=asked)


def when_words(data: RunData, choice: Choice, words: Words) -> str:
    """Name of the period, and how lucky the minute is where it is not the one the run speaks of."""
    period = period_label(data.run, choice.period, words.texts)
    if is_own_percentile(data, choice):
        return period
    return f"{period}, {percentile_words(data.run, words, choice.percentile)}"
