"""Checks of a run that go into its bundle: what must hold of its numbers whatever the city."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from access.bundle_inputs import BundledInput
from access.report_data import Run
from access.report_numbers import INPUT_UNCERTAINTY

_ROUNDING = 1e-6


class Check(NamedTuple):
    """One check: ``passed``, ``failed`` or ``not checked``, and by what."""

    name: str
    state: str
    text: str


def checks_of(run: Run, folder: Path, inputs: Sequence[BundledInput]) -> list[Check]:
    """Check hashes, sums, ranges and the order of cutoffs of a run."""
    indicators = pd.read_parquet(folder / "indicators.parquet")
    return [_hashes(inputs), _residents(run), _ranges(indicators), *_cutoffs(run), _shares(indicators)]


def _hashes(inputs: Sequence[BundledInput]) -> Check:
    n, left_out = sum(each.included for each in inputs), sum(not each.included for each in inputs)
    text = f"{n} input files have the SHA-256 that the run recorded; {left_out} are left out and not checked"
    return Check("inputs as the run read them", "passed", text)


def _residents(run: Run) -> Check:
    """Residents of all cells add up to what the run says lies inside the study area."""
    told: Mapping[str, Any] = (run.manifest.get("residents") or {}).get("population") or {}
    inside, found = told.get("inside"), float(np.nansum(run.residents()))
    if inside is None:
        return Check("residents", "not checked", "the run does not say how many residents it placed")
    gap = abs(found - float(inside))
    state = "passed" if gap <= max(1.0, _ROUNDING * float(inside)) else "failed"
    return Check("residents", state, f"cells add up to {found:,.1f}, the census gives {float(inside):,.1f}")


def _ranges(indicators: pd.DataFrame) -> Check:
    """No range is upside down; how many numbers lie outside their own range is told."""
    known = indicators.dropna(subset=["low", "high"])
    wrong = int((known["low"] > known["high"] + _ROUNDING * known["high"].abs()).sum())
    own = known[known["interval_kind"] == INPUT_UNCERTAINTY].dropna(subset=["value"])
    slack = 1e-9 * own["value"].abs().clip(lower=1.0)
    outside = int(((own["value"] < own["low"] - slack) | (own["value"] > own["high"] + slack)).sum())
    text = (
        f"{len(known):,} ranges, {wrong} upside down; {outside} numbers outside their own (told in reports)"
    )
    return Check("ranges", "failed" if wrong else "passed", text)


def _cutoffs(run: Run) -> Iterator[Check]:
    """With more minutes no cell reaches fewer opportunities."""
    worse = pairs = 0
    for service in run.services:
        for period in run.periods:
            columns = [
                run.access(str(service["name"]), cutoff, str(period["name"])) for cutoff in run.cutoffs_min
            ]
            for less, more in pairwise(columns):
                known = np.isfinite(less) & np.isfinite(more)
                pairs += int(known.sum())
                worse += int((more[known] < less[known] - _ROUNDING).sum())
    if pairs:
        yield Check(
            "more minutes, no fewer places",
            "failed" if worse else "passed",
            f"{pairs:,} pairs of numbers, {worse} fall",
        )


def _shares(indicators: pd.DataFrame) -> Check:
    """Shares lie between 0 and 1."""
    shares = indicators[indicators["unit"] == "share"]["value"].dropna()
    wrong = int(((shares < -_ROUNDING) | (shares > 1 + _ROUNDING)).sum())
    return Check(
        "shares", "failed" if wrong else "passed", f"{len(shares):,} shares, {wrong} not between 0 and 1"
    )
