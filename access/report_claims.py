"""Whether a number carries a claim, in the words of the page (`access.claims` decides).

A *number* is always printed. A *claim* compares it with something, such as equal access, and is made only
where the whole range lies on one side and enough residents are covered; otherwise the reason is told.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from access.claims import COVERED_AT_LEAST, Verdict, claim_above, claim_below
from access.report_data import Run
from access.report_numbers import Number, from_to
from access.texts import Texts

#: Indices that speak of the residents of two deciles only.
_OF_TWO_DECILES = ("ratio_decile10_decile1", "difference_decile10_decile1")


class Side(NamedTuple):
    """On which side of a line a number lies: 1 above, -1 below, 0 not claimed, for a reason."""

    side: int
    reason: str = ""


def side_of(run: Run, number: Number, line: float, texts: Texts) -> Side:
    """Say on which side of ``line`` a number lies, or why that is not claimed.

    Parameters
    ----------
    run
        The run, for its residents.
    number
        The number with its range.
    line
        What it is compared with: 1 for a ratio, 0 for a difference.
    texts
        Words of one language.
    """
    covered = covered_share(run, number)
    known = {"low": number.low, "high": number.high, "covered_share": covered}
    above = claim_above(number.value, line, **known)
    if above.carried:
        return Side(1)
    if claim_below(number.value, line, **known).carried:
        return Side(-1)
    words = {
        Verdict.NOT_DEFINED: lambda: texts("not_defined"),
        Verdict.COVERAGE_TOO_LOW: lambda: texts(
            "claim.coverage_too_low",
            share=texts.percent(covered),
            floor=texts.percent(COVERED_AT_LEAST),
        ),
        Verdict.NOT_QUANTIFIED: lambda: texts("claim.not_quantified"),
    }
    if above.verdict in words:
        return Side(0, words[above.verdict]())
    return Side(
        0,
        texts(
            "claim.range_holds",
            range=from_to(number, texts),
            line=texts.number(line, 0 if line == round(line) else 2),
        ),
    )


def covered_share(run: Run, number: Number) -> float:
    """Share of the residents whom an index could speak of that it does speak of, 0 to 1."""
    residents = run.residents()
    asked = residents > 0
    if number.indicator in _OF_TWO_DECILES:
        decile = run.column("income_decile")
        asked = asked & ((decile == 1) | (decile == 10))
    everybody = float(residents[asked].sum())
    if not everybody or not math.isfinite(number.covered_population):
        return 0.0
    return min(1.0, number.covered_population / everybody)
