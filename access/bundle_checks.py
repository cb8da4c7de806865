"""Checks of a run that go into its bundle: what must hold of its numbers whatever the city."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from access.bundle_inputs import BundledInput
from access.report_data import Run
from access.report_numbers import INPUT_UNCERTAINTY
from access.texts import Texts

State = Literal["passed", "failed", "not checked"]

_ROUNDING = 1e-6


class Check(NamedTuple):
    """One check: ``passed``, ``failed`` or ``not checked``, and the counts by which."""

    name: str
    state: State
    counts: Mapping[str, float] = {}

    def words(self, texts: Texts) -> str:
        """Say what was checked and what came out."""
        state = texts(f"bundle.check.{self.state.replace(' ', '_')}")
        counts = {key: texts.number(n) for key, n in self.counts.items()}
        return texts("bundle.check.line", state=state, what=texts(f"bundle.checked.{self.name}", **counts))


def checks_of(run: Run, folder: Path, inputs: Sequence[BundledInput]) -> list[Check]:
    """Check hashes, sums, ranges and the order of cutoffs of a run."""
    indicators = pd.read_parquet(folder / "indicators.parquet")
    return [_hashes(inputs), _residents(run), _ranges(indicators), *_cutoffs(run), _shares(indicators)]


def _hashes(inputs: Sequence[BundledInput]) -> Check:
    n, left_out = sum(each.included for each in inputs), sum(not each.included for each in inputs)
    return Check("inputs", "passed", {"n": n, "left_out": left_out})


def _residents(run: Run) -> Check:
    """Residents of all cells add up to what the run says lies inside the study area."""
    told: Mapping[str, Any] = (run.manifest.get("residents") or {}).get("population") or {}
    inside, found = told.get("inside"), float(np.nansum(run.residents()))
    if inside is None:
        return Check("residents_unknown", "not checked")
    gap = abs(found - float(inside))
    state: State = "passed" if gap <= max(1.0, _ROUNDING * float(inside)) else "failed"
    return Check("residents", state, {"found": found, "inside": float(inside)})


def _ranges(indicators: pd.DataFrame) -> Check:
    """No range is upside down; how many numbers lie outside their own range is told."""
    known = indicators.dropna(subset=["low", "high"])
    wrong = int((known["low"] > known["high"] + _ROUNDING * known["high"].abs()).sum())
    own = known[known["interval_kind"] == INPUT_UNCERTAINTY].dropna(subset=["value"])
    slack = 1e-9 * own["value"].abs().clip(lower=1.0)
    outside = int(((own["value"] < own["low"] - slack) | (own["value"] > own["high"] + slack)).sum())
    counts = {"n": len(known), "wrong": wrong, "outside": outside}
    return Check("ranges", "failed" if wrong else "passed", counts)


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
        yield Check("cutoffs", "failed" if worse else "passed", {"n": pairs, "worse": worse})


def _shares(indicators: pd.DataFrame) -> Check:
    """Shares lie between 0 and 1."""
    shares = indicators[indicators["unit"] == "share"]["value"].dropna()
    wrong = int(((shares < -_ROUNDING) | (shares > 1 + _ROUNDING)).sum())
    return Check("shares", "failed" if wrong else "passed", {"n": len(shares), "wrong": wrong})
