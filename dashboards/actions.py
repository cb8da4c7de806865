"""The first sentences of the page Gaps: who is badly served, by how much, and how sure that is.

A number is told with the range that the modelled errors of the inputs allow; which group has more is claimed
only where the whole range says so (``access.report_claims``).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from access.report_certainty import kind_words
from access.report_claims import Side, side_of
from access.report_classes import Coincidence, coincidence_classes, weighted_mean, weighted_median
from access.report_data import Run
from access.report_findings import no_headline, service_label
from access.report_numbers import Number, from_to
from access.report_section import joined
from access.report_small import is_few, residents_words
from dashboards.gaps_choice import (
    EVERYBODY,
    Choice,
    FloatArray,
    access_of,
    is_own_percentile,
    of_group,
    residents_of,
    rounded,
    run_of,
)
from dashboards.gaps_ranking import worst_zones
from dashboards.gaps_words import percentile_words, when_words
from dashboards.run_data import RunData
from dashboards.words import Words

N_WORST_NAMED = 3
#: Under this share of the mean a tenth is said to reach little.
LITTLE = 0.5
RATIO = "ratio_decile10_decile1"
SENSITIVITY = "sensitivity: "


class Fact(NamedTuple):
    """One thing to know: a short title and a sentence or two."""

    kind: str
    title: str
    text: str


class Lead(NamedTuple):
    """Top of the page: the sentence, the facts below it, and the number that "?" tells the making of."""

    sentence: str
    facts: tuple[Fact, ...]
    how: str


def lead_of(data: RunData, choice: Choice, words: Words) -> Lead:
    """Say in words who is badly served under a choice.

    Parameters
    ----------
    data : RunData
        The run; it may lack incomes, zones and ranges.
    choice : Choice
        What is looked at.
    words : Words
        Language.
    """
    run = run_of(data, choice)
    access = access_of(data, choice)
    if not np.isfinite(access).any():
        return Lead(no_headline(run, words.texts), (), "")
    key = "|".join((choice.service, choice.period, str(choice.cutoff_min), "", ""))
    if choice.group != EVERYBODY:
        how = f"mean_access|{key.removesuffix('|')}|{choice.group}"
        sentence, sure = _of_group(data, run, choice, access, words)
    elif (ratio := _ratio(data, run, choice)) is not None:
        how = f"{RATIO}|{key}"
        sentence, sure = _of_tenths(data, run, choice, access, ratio, words)
    else:
        how = f"mean_access|{key}"
        sentence, sure = _of_all(data, run, choice, access, words)
    facts = (
        _who(data, run, choice, access, words),
        _where(data, choice, access, words),
        Fact("sure", words("gaps.fact.sure"), sure),
    )
    return Lead(sentence, tuple(fact for fact in facts if fact is not None), how)


class Ratio(NamedTuple):
    """How much more the richest tenth reaches than the poorest, on average."""

    value: float
    number: Number | None


def _ratio(data: RunData, run: Run, choice: Choice) -> Ratio | None:
    """Compare the two tenths; None where one of them is empty or the poorest reach nothing."""
    if is_own_percentile(data, choice):
        service, cutoff_min, period = choice.headline
        number = run.numbers.one(
            RATIO, service=service, period=period, cutoff_min=cutoff_min, group=EVERYBODY
        )
        if number is not None:
            return Ratio(number.value, number) if math.isfinite(number.value) else None
    access = access_of(data, choice)
    poorest, richest = (
        weighted_mean(access, np.nan_to_num(residents_of(data, f"decile_{n}").people)) for n in (1, 10)
    )
    return Ratio(richest / poorest, None) if poorest > 0 and math.isfinite(richest) else None


def _of_tenths(
    data: RunData, run: Run, choice: Choice, access: FloatArray, ratio: Ratio, words: Words
) -> tuple[str, str]:
    texts = words.texts
    first = _half(data, run, choice, access, residents_of(data, "decile_1").people, "decile_1", words)
    side = side_of(run, ratio.number, 1.0, texts) if ratio.number is not None else Side(0)
    if side.side > 0:
        second = words("gaps.lead.richer", ratio=texts.number(ratio.value, 1))
    elif side.side < 0:
        second = words("gaps.lead.poorer", ratio=texts.number(1 / ratio.value, 1))
    else:
        second = words("gaps.lead.model", ratio=texts.number(ratio.value, 2))
    if low := _richest_low(data, access, words):
        second += f" {low}"
    return f"{first} {second}", _sure_of_ratio(data, run, choice, ratio, side, words)


def _richest_low(data: RunData, access: FloatArray, words: Words) -> str:
    """Say that even the richest tenth reach under half of the mean; else empty."""
    richest = weighted_mean(access, np.nan_to_num(residents_of(data, "decile_10").people))
    mean = weighted_mean(access, data.residents)
    if not mean > 0 or not richest / mean < LITTLE:
        return ""
    return words("gaps.lead.richest_low", share=words.percent(richest / mean))


def _sure_of_ratio(data: RunData, run: Run, choice: Choice, ratio: Ratio, side: Side, words: Words) -> str:
    texts, number = words.texts, ratio.number
    if not is_own_percentile(data, choice):
        return words("gaps.sure.other_percentile", how=percentile_words(data.run, words))
    if number is None or not number.has_range:
        return words("gaps.sure.not_quantified")
    if side.side == 0:
        return words("gaps.sure.withheld", reason=side.reason)
    low, high = sorted((number.low, number.high) if side.side > 0 else (1 / number.high, 1 / number.low))
    kind = "richer" if side.side > 0 else "poorer"
    sentence = words(
        f"gaps.sure.{kind}", low=texts.number(low, 1), high=texts.number(high, 1), share=_coverage(run, words)
    )
    band = _widest_choice(run, number)
    if band is None or (side.side < 0 and band.low <= 0):
        return sentence
    low, high = (band.low, band.high) if side.side > 0 else (1 / band.high, 1 / band.low)
    told = words(
        "gaps.sure.choice_of_ratio", kind=kind_words(band.interval_kind, texts), low=texts.number(low, 1),
        high=texts.number(high, 1),
    )  # fmt: skip
    return f"{sentence} {told}"


def _widest_choice(run: Run, number: Number) -> Number | None:
    """Return the choice that moves a number most, if it moves it more than errors of the inputs do."""
    bands = run.numbers.bands(
        number.indicator, service=number.service, period=number.period, cutoff_min=number.cutoff_min,
        group=number.group,
    )  # fmt: skip
    choices = [band for band in bands if band.interval_kind.startswith(SENSITIVITY) and band.has_range]
    widest = max(choices, key=lambda band: band.high - band.low, default=None)
    return widest if widest is not None and widest.high - widest.low > number.high - number.low else None


def _of_group(data: RunData, run: Run, choice: Choice, access: FloatArray, words: Words) -> tuple[str, str]:
    """What a group reaches, beside all residents."""
    texts, count = words.texts, residents_of(data, choice.group).people
    mean, everybody = (
        _mean(data, choice, access, count),
        _mean(data, choice._replace(group=EVERYBODY), access, data.residents),
    )
    if math.isnan(mean):
        return words("gaps.lead.nobody", group=of_group(choice.group, words)), words("gaps.sure.nothing")
    first = _half(data, run, choice, access, count, choice.group, words)
    if everybody > 0:
        first += " " + words(
            "gaps.lead.beside_all", n=rounded(mean, texts), share=texts.percent(mean / everybody)
        )
    return first, _sure_of_mean(data, run, choice, words)


def _of_all(data: RunData, run: Run, choice: Choice, access: FloatArray, words: Words) -> tuple[str, str]:
    """What residents reach, where rich and poor cannot be compared."""
    first = _half(data, run, choice, access, data.residents, EVERYBODY, words)
    decile = data.run.column("income_decile")
    if not np.isfinite(decile).any():
        first += " " + words.texts("finding.no_incomes")
    elif weighted_mean(access, np.nan_to_num(residents_of(data, "decile_1").people)) == 0:
        first += " " + words(
            "gaps.lead.poorest_none", service=service_label(run, choice.service, words.texts)
        )
    return first, _sure_of_mean(data, run, choice, words)


def _mean(data: RunData, choice: Choice, access: FloatArray, people: FloatArray) -> float:
    """Return the mean of the run where it has one: it counted those whose group is not shown by cell too."""
    service, cutoff_min, period = choice.headline
    number = None
    if is_own_percentile(data, choice):
        number = data.run.numbers.one(
            "mean_access", service=service, period=period, cutoff_min=cutoff_min, group=choice.group
        )
    return weighted_mean(access, people) if number is None else number.value


def _sure_of_mean(data: RunData, run: Run, choice: Choice, words: Words) -> str:
    if not is_own_percentile(data, choice):
        return words("gaps.sure.other_percentile", how=percentile_words(data.run, words))
    service, cutoff_min, period = choice.headline
    number = run.numbers.one(
        "mean_access", service=service, period=period, cutoff_min=cutoff_min, group=choice.group
    )
    if number is None or not number.has_range:
        return words("gaps.sure.not_quantified")
    sentence = words("gaps.sure.mean", range=from_to(number, words.texts), share=_coverage(run, words))
    band = _widest_choice(run, number)
    if band is None:
        return sentence
    told = words(
        "gaps.sure.choice", kind=kind_words(band.interval_kind, words.texts),
        low=words.texts.amount(band.low), high=words.texts.amount(band.high),
    )  # fmt: skip
    return f"{sentence} {told}"


def _half(
    data: RunData, run: Run, choice: Choice, access: FloatArray, count: FloatArray, group: str, words: Words
) -> str:
    """Half of a group reach no more than so many: true of the median also where residents tie on it."""
    median = weighted_median(access, count)
    if math.isnan(median):
        return words("gaps.lead.nobody", group=of_group(group, words))
    values: dict[str, object] = {
        "group": of_group(group, words),
        "cutoff": choice.cutoff_min,
        "period": when_words(data, choice, words),
        "service": service_label(run, choice.service, words.texts),
    }
    if median == 0:
        return words("gaps.lead.half_none", **values)
    return words("gaps.lead.half", n=words.texts.amount(median), **values)


def _where(data: RunData, choice: Choice, access: FloatArray, words: Words) -> Fact | None:
    """The neighbourhoods at the end of the ranking."""
    worst = worst_zones(data, choice, access)[:N_WORST_NAMED]
    mean = weighted_mean(access, data.residents)
    if not worst or not mean > 0:
        return None
    most = max(zone.mean for zone in worst)
    text = words(
        "gaps.where",
        zones=joined((zone.name for zone in worst), words.texts),
        share=words.percent(most / mean),
    )
    return Fact("where", words("gaps.fact.where"), text)


def _who(data: RunData, run: Run, choice: Choice, access: FloatArray, words: Words) -> Fact | None:
    """How many residents live where few opportunities and low incomes meet, or reach none."""
    texts, residents = words.texts, data.residents
    service = service_label(run, choice.service, texts)
    classes = coincidence_classes(access, run.column("income_decile"), residents)
    if classes is not None:
        n = float(residents[classes == Coincidence.BOTH].sum())
        known = float(residents[(classes != Coincidence.NO_DATA) & (residents > 0)].sum())
        key = "gaps.who.low_few" if is_few(run, n) else "gaps.who.low"
        text = words(
            key, residents=residents_words(run, n, texts), share=words.percent(n / known), service=service
        )
        return Fact("who", words("gaps.fact.who"), text)
    inhabited = np.isfinite(access) & (residents > 0)
    n = float(residents[inhabited & (access == 0)].sum())
    text = words(
        "gaps.who.none", residents=residents_words(run, n, texts), service=service, cutoff=choice.cutoff_min
    )
    return Fact("who", words("gaps.fact.who"), text) if inhabited.any() else None


def _coverage(run: Run, words: Words) -> str:
    """How many of 100 draws of the inputs the ranges hold."""
    share = (run.manifest.get("uncertainty") or {}).get("coverage") or 0.95
    return words.number(100 * float(share))
