"""Whether a number carries the sentence that somebody wants to say about it.

A sentence such as "the richest tenth reaches 1.4 times as many jobs as the poorest" is withheld, with the
reason, where the range of the ratio holds 1 or too many residents are missing. Without a range a number may
be *described* ("in this model ..."), never compared with a line as if it were certain.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np

COVERED_AT_LEAST = 0.8  # share of the residents whose values are known: our proposal, no standard


class Verdict(StrEnum):
    """What may be said, and why no more."""

    CARRIED = "carried"
    NOT_DEFINED = "not defined"
    COVERAGE_TOO_LOW = "covered population too low"
    RANGE_HOLDS_NO_DIFFERENCE = "range holds the line"
    ON_THE_OTHER_SIDE = "range lies on the other side"
    NOT_QUANTIFIED = "range not quantified"


class Claim(NamedTuple):
    """A statement and whether it is carried; the numbers a sentence needs are kept beside it."""

    carried: bool
    verdict: Verdict
    description_allowed: bool  # the bare number may be stated, with what is missing
    value: float
    low: float  # NaN = not quantified
    high: float
    line: float  # what the value is held against; NaN = nothing
    covered_share: float
    covered_at_least: float


def claim_above(
    value: float,
    line: float,
    *,
    low: float | None,
    high: float | None,
    covered_share: float,
    covered_at_least: float = COVERED_AT_LEAST,
) -> Claim:
    """Judge "the value lies above the line": carried where its whole range does.

    For "the richest reach r times what the poorest reach" the line is 1, for a difference it is 0.

    Parameters
    ----------
    value : float
        NaN = not defined.
    line : float
        What must be exceeded; a range that touches it does not.
    low, high : float or None
        Range of the value; None or NaN = not quantified.
    covered_share : float
        Share of the residents the value speaks of, 0 to 1; NaN counts as none.
    covered_at_least : float
        The least share that carries a statement about the city.

    Raises
    ------
    ValueError
        If the share or its threshold does not lie between 0 and 1, or the range is upside down.
    """
    return _judge(value, line, low, high, covered_share, covered_at_least, above=True)


def claim_below(
    value: float,
    line: float,
    *,
    low: float | None,
    high: float | None,
    covered_share: float,
    covered_at_least: float = COVERED_AT_LEAST,
) -> Claim:
    """Judge "the value lies below the line"; otherwise as ``claim_above``."""
    return _judge(value, line, low, high, covered_share, covered_at_least, above=False)


def claim_number(
    value: float,
    *,
    low: float | None,
    high: float | None,
    covered_share: float,
    covered_at_least: float = COVERED_AT_LEAST,
) -> Claim:
    """Judge a statement of the number itself, such as "12,000 residents are below the line".

    Carried with its range; without one it is a description. Parameters and errors as ``claim_above``.
    """
    return _judge(value, float("nan"), low, high, covered_share, covered_at_least, above=True)


def _judge(
    value: float,
    line: float,
    low: float | None,
    high: float | None,
    covered_share: float,
    covered_at_least: float,
    *,
    above: bool,
) -> Claim:
    low, high = (float("nan") if bound is None else float(bound) for bound in (low, high))
    if low > high:
        raise ValueError(f"range from {low} to {high} is upside down; give the lower end first")
    if covered_share < 0 or covered_share > 1 + 1e-9 or not 0 <= covered_at_least <= 1:
        raise ValueError(
            f"covered share {covered_share} and its threshold {covered_at_least} are shares: from 0 to 1, "
            "not residents and not percent"
        )
    verdict = _verdict(value, line, low, high, covered_share >= covered_at_least, above)
    described = verdict not in (Verdict.NOT_DEFINED, Verdict.COVERAGE_TOO_LOW)
    carried = verdict is Verdict.CARRIED
    return Claim(carried, verdict, described, value, low, high, line, covered_share, covered_at_least)


def _verdict(value: float, line: float, low: float, high: float, covered: bool, above: bool) -> Verdict:
    """Apply the reasons in order: the first that holds is the one to be told."""
    if np.isnan(value):
        return Verdict.NOT_DEFINED
    if not covered:
        return Verdict.COVERAGE_TOO_LOW
    if np.isnan(low) or np.isnan(high):
        return Verdict.NOT_QUANTIFIED
    if np.isnan(line) or (low > line if above else high < line):
        return Verdict.CARRIED
    return (
        Verdict.ON_THE_OTHER_SIDE
        if (high < line if above else low > line)
        else Verdict.RANGE_HOLDS_NO_DIFFERENCE
    )
