"""A statement of an evidence report: a sentence that a claim allows, or one that is withheld and why.

Three states. *Carried*: the whole range of the number is on the side of which the sentence speaks, or the
sentence is the number with its range. *Described*: the number is told as what this model gives, since no
range of it is known. *Withheld*: the sentence is not said; the reason is listed instead (``access.claims``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from access.claims import COVERED_AT_LEAST, Claim, Verdict, claim_above, claim_below, claim_number
from access.comparison_groups import INCOME_RANGES
from access.report_certainty import kind_words
from access.report_claims import covered_share
from access.report_data import Run
from access.report_numbers import Number, absence_words, from_to, range_words, value_words
from access.report_rights_words import entries_of
from access.texts import Texts

#: Indicators that compare a group with another one, or with all; the note of the row says with which.
COMPARED_WITH = ("benefit_ratio", "burden_ratio")
PALMA = "ratio_richest10_poorest40"
Chapter = Literal["city", "groups", "rights", "zone", "scenario"]
CHAPTERS: tuple[Chapter, ...] = ("zone", "scenario", "city", "groups", "rights")
State = Literal["carried", "described", "withheld"]


@dataclass(frozen=True)
class Source:
    """Where a number stands: a file of the results and what finds it there, both as written there."""

    file: str
    key: Mapping[str, str]


@dataclass(frozen=True)
class Statement:
    """One statement; texts are in the language asked for, numbers as the claim holds them."""

    id: str
    chapter: Chapter
    state: State
    said: str  # the sentence; of a withheld one, what is not claimed
    reason: str  # why it is only described, or withheld; empty where it is carried
    claim: Claim
    value: str
    range: str
    covered: str
    method: str  # name of the indicator in the registry
    source: Source
    inputs: tuple[str, ...]  # files of the manifest that went into it
    bands: tuple[str, ...] = ()  # what other ranges say: sensitivity, variability
    files: tuple[str, ...] = field(default=())  # further files of the results on the way

    def plain(self) -> dict[str, object]:
        """Return it for JSON; NaN becomes None."""
        claim = {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in self.claim._asdict().items()
        }
        return {
            "id": self.id, "chapter": self.chapter, "state": self.state, "said": self.said,
            "reason": self.reason, "claim": claim | {"verdict": str(self.claim.verdict)},
            "value": self.value, "range": self.range, "covered": self.covered, "method": self.method,
            "source": {"file": self.source.file, "key": dict(self.source.key)},
            "inputs": list(self.inputs), "bands": list(self.bands), "files": list(self.files),
        }  # fmt: skip


def numbered(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements in the order of the chapters, those that are said first: S1 ..., then W1 ..."""
    order = {chapter: place for place, chapter in enumerate(CHAPTERS)}
    listed = sorted(statements, key=lambda each: order[each.chapter])
    said = [each for each in listed if each.state != "withheld"]
    withheld = [each for each in listed if each.state == "withheld"]
    return [replace(each, id=f"S{place}") for place, each in enumerate(said, start=1)] + [
        replace(each, id=f"W{place}") for place, each in enumerate(withheld, start=1)
    ]


def judged_number(run: Run, number: Number) -> Claim:
    """Judge the statement of a number itself."""
    return claim_number(number.value, low=number.low, high=number.high, covered_share=covered_of(run, number))


def judged_against(run: Run, number: Number, line: float) -> tuple[Claim, int]:
    """Judge "above the line" and "below the line"; return the claim and the side carried (1, -1, 0)."""
    known = {"low": number.low, "high": number.high, "covered_share": covered_of(run, number)}
    above = claim_above(number.value, line, **known)
    below = claim_below(number.value, line, **known)
    if below.carried:
        return below, -1
    return above, int(above.carried)


def covered_of(run: Run, number: Number) -> float:
    """Share of those whom a number could speak of that it speaks of, 0 to 1.

    Those are all residents; of a right, those whose right it is; of a group, its residents; of an index of
    households, the households of the census.
    """
    asked = _asked(run, number)
    if asked is None:
        return covered_share(run, number)
    if not asked or not math.isfinite(number.covered_population):
        return 0.0
    return min(1.0, number.covered_population / asked)


def _asked(run: Run, number: Number) -> float | None:
    """How many people a number could speak of; None = as ``covered_share`` says."""
    if number.indicator.startswith("segregation_"):
        households = (run.manifest.get("residents") or {}).get("households") or {}
        return float(households.get("inside") or 0) or None
    entry = next((each for each in entries_of(run) if each.get("name") == number.standard), None)
    if number.indicator.startswith("right_") and entry is not None:
        return _of_groups(run, groups_of_right(run, entry)) or None
    if number.group.startswith("decile_"):
        inside = run.column("income_decile") == float(number.group.removeprefix("decile_"))
        return float(np.nansum(run.residents()[inside]))
    return None


def groups_of_right(run: Run, entry: Mapping[str, object]) -> list[str]:
    """Columns of the cells that count those whose right it is; empty where all residents are counted."""
    counted_as_all = {pair[0] for pair in run.manifest.get("rights_counted_as_everyone") or []}
    if entry.get("name") in counted_as_all:
        return []
    named = run.option("rights", "groups") or {}
    return [str(name) for name in named.get(str(entry.get("for_whom") or ""), [])]


def _of_groups(run: Run, groups: Sequence[str]) -> float:
    """Residents of the groups as the census counts them in the study area."""
    totals = run.manifest.get("residents") or {}
    if groups and all(group in totals for group in groups):
        return float(sum(totals[group].get("inside") or 0 for group in groups))
    return float(np.nansum(run.residents())) if not groups else 0.0


def reason_words(claim: Claim, number: Number, texts: Texts) -> str:
    """Say why a claim is not carried, in half a sentence; empty where it is."""
    match claim.verdict:
        case Verdict.CARRIED:
            return ""
        case Verdict.NOT_DEFINED:
            hidden = number.note.startswith("suppressed")
            return texts("evidence.suppressed") if hidden else absence_words(number, texts)
        case Verdict.COVERAGE_TOO_LOW:
            share, floor = texts.percent(claim.covered_share), texts.percent(COVERED_AT_LEAST)
            return texts("claim.coverage_too_low", share=share, floor=floor)
        case Verdict.NOT_QUANTIFIED:
            return texts("claim.not_quantified")
    line = texts.number(claim.line, 0 if claim.line == round(claim.line) else 2)
    return texts("claim.range_holds", range=from_to(number, texts), line=line)


def key_words(number: Number) -> dict[str, str]:
    """Return what finds the row of a number in ``indicators.parquet``, as written there."""
    key = {name: getattr(number, name) for name in ("indicator", "service", "period", "cutoff_min")}
    key |= {"standard": number.standard, "group": number.group}
    if number.indicator in COMPARED_WITH and number.note.startswith("against "):
        key["note"] = number.note  # whom the group is compared with; the formula leaves that to the row
    return {name: str(value) for name, value in key.items() if value not in ("", None)}


def facts_of_number(number: Number, claim: Claim, texts: Texts) -> dict[str, str]:
    """Return the words that stand below a sentence: value, range, people covered."""
    return {
        "value": value_words(number, texts),
        "range": range_words(number, texts),
        "covered": covered_words(number, claim.covered_share, texts),
    }


def covered_words(number: Number, share: float, texts: Texts, group: str = "all") -> str:
    """Say of how many people or households a number speaks.

    Parameters
    ----------
    number : Number
        The number, or for a ``group`` that is a part of the order of incomes the one that says how many
        have a place in it.
    share : float
        Of those whom the number could speak of.
    group : str
        As in ``access.comparison_groups.INCOME_RANGES``; others are the number's own.
    """
    n = number.covered_population
    if not math.isfinite(n):
        return texts("no_data")
    parts = [INCOME_RANGES[group]] if group in INCOME_RANGES else []
    if number.indicator == PALMA and not parts:
        parts = [INCOME_RANGES["poorest40"], INCOME_RANGES["richest10"]]
    told = {"n": texts.number(n), "share": texts.percent(share)}
    if parts:
        within = n * sum(high - low for low, high in parts)
        return texts("evidence.ranked_covered", **told, part=texts.number(within))
    unit = "households_covered" if number.indicator.startswith("segregation_") else "people_covered"
    return texts(f"evidence.{unit}", **told)


def band_words(run: Run, number: Number, texts: Texts) -> tuple[str, ...]:
    """Say the ranges of other kinds of a number: never pooled with the first."""
    where = {name: getattr(number, name) for name in ("service", "period", "cutoff_min", "standard", "group")}
    return tuple(
        texts("evidence.band", kind=kind_words(band.interval_kind, texts), range=from_to(band, texts))
        for band in run.numbers.bands(number.indicator, **where)
        if band.has_range
    )
