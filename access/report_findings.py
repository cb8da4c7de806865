"""The headline findings as sentences, and the words that all parts of the report share.

Every sentence carries its own numbers, its denominator and, where a figure is missing, says so. Ranks of
income belong to cells: "the poorest tenth" are the residents of the cells with the lowest mean income.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from access.report_claims import Side, side_of
from access.report_classes import Coincidence, coincidence_classes, weighted_median
from access.report_data import Run
from access.report_numbers import Number, from_to, sure_words, value_words
from access.report_small import is_few, residents_words
from access.texts import Texts

_SECONDS_PER_MIN = 60


def area_name(run: Run, texts: Texts) -> str:
    """Name of the study area."""
    return texts.label(run.manifest.get("name"))


def attribution(run: Run, texts: Texts) -> list[str]:
    """Credits of the sources, one each."""
    return [texts.label(credit) for credit in run.manifest.get("attribution") or []]


def service_label(run: Run, name: str, texts: Texts) -> str:
    """Name of a service as a plural noun, as the configuration gives it."""
    return texts.label(run.service(name).get("label"), fallback=name)


def period_label(run: Run, name: str, texts: Texts) -> str:
    """Name of a period."""
    return texts.label(run.period(name).get("label"), fallback=name)


def counted(run: Run, service: str, n: float, texts: Texts) -> str:
    """Write a count of a service's opportunities: "12,300 jobs"."""
    return texts("counted", n=texts.amount(n), service=service_label(run, service, texts))


def window(period: Mapping[str, Any], texts: Texts) -> str:
    """Window of a period: "departures 12:30 to 14:30", or arrivals; "no data" where the run does not say."""
    start = period.get("arrival_start") or period.get("departure_start")
    if not start:
        return texts("no_data")
    hours, minutes = (int(part) for part in str(start).split(":")[:2])
    start_s = (hours * 60 + minutes) * _SECONDS_PER_MIN
    end_s = start_s + int(period.get("departure_window_min") or 0) * _SECONDS_PER_MIN
    key = "window_arrivals" if period.get("arrival_start") else "window"
    return texts(key, start=texts.clock(start_s), end=texts.clock(end_s))


def walking(run: Run, texts: Texts) -> str:
    """Walking speed and longest walk, printed with every result, and whether steps are left out."""
    words = texts(
        "walking",
        speed=texts.number(run.travel.get("walk_speed_km_h"), 1),
        minutes=texts.number(run.travel.get("max_walk_min")),
    )
    bound = run.travel.get("step_free")
    return texts(f"walking_{bound}", walking=words) if bound else words


def longest_trip(run: Run, texts: Texts) -> str:
    """Name of the longest trip, with its minutes where the run says them."""
    minutes = run.travel.get("max_duration_min")
    return texts("longest_trip", minutes=texts.number(minutes)) if minutes else texts("longest_trip_unknown")


def map_place(run: Run, texts: Texts) -> str:
    """Second line of a map: period, day, departures, percentile, walking."""
    period = run.period(run.headline.period)
    service_date = period.get("service_date") or (run.manifest.get("service_dates") or {}).get(
        run.headline.period
    )
    return texts(
        "map.subtitle",
        period=period_label(run, run.headline.period, texts),
        day=texts.day(service_date),
        window=window(period, texts),
        percentile=percentile_name(run, texts),
        walking=walking(run, texts),
    )


def percentile_name(run: Run, texts: Texts) -> str:
    """Name of the percentile of travel times: "median travel time"."""
    percentile = run.manifest.get("percentile") or 50
    return texts("median_time") if percentile == 50 else texts("percentile_time", percentile=percentile)


def findings(run: Run, texts: Texts) -> list[str]:
    """Sentences for the top of the report, most important first; never empty."""
    if not np.isfinite(run.headline_access()).any():
        sentences = [no_headline(run, texts)]
    else:
        sentences = [
            _half_of_residents(run, texts),
            _poorest_and_richest(run, texts),
            _palma(run, texts),
            _none_reached(run, texts),
            _coincidence(run, texts),
        ]
    return [sentence for sentence in sentences if sentence]


def no_headline(run: Run, texts: Texts) -> str:
    """Say that the headline has no data, and why if the run knows."""
    service, period = run.service(run.headline.service), run.period(run.headline.period)
    reason = texts.label(period.get("reason")) or texts.label(service.get("reason"))
    sentence = texts(
        "finding.no_headline",
        service=service_label(run, run.headline.service, texts),
        period=period_label(run, run.headline.period, texts),
    )
    return f"{sentence} {texts('finding.reason', reason=reason)}" if reason else sentence


def total_of(run: Run, service: str) -> float | None:
    """Opportunities of a service in the study area, where known and above 0."""
    total = run.service(service).get("total")
    return float(total) if total and math.isfinite(float(total)) else None


def _half_of_residents(run: Run, texts: Texts) -> str:
    access, residents = run.headline_access(), run.residents()
    median = weighted_median(access, residents)
    if math.isnan(median):
        return ""
    covered = float(residents[np.isfinite(access) & (residents > 0)].sum())
    words = {
        "covered": texts.number(covered),
        "place": area_name(run, texts),
        "service": service_label(run, run.headline.service, texts),
        "cutoff": run.headline.cutoff_min,
        "period": period_label(run, run.headline.period, texts),
    }
    if median == 0:
        return texts("finding.half_reach_none", **words)
    words["n"] = counted(run, run.headline.service, median, texts)
    total = total_of(run, run.headline.service)
    if total is None:
        return texts("finding.half", **words)
    return texts("finding.half_of_total", share=texts.percent(median / total), **words)


def _poorest_and_richest(run: Run, texts: Texts) -> str:
    service, cutoff_min, period = run.headline
    poorest, richest = (
        run.value("mean_access", service, period, cutoff_min, f"decile_{decile}") for decile in (1, 10)
    )
    if poorest is None or richest is None:
        return _why_not_compared(run, texts)
    words = {
        "poorest": texts.amount(poorest),
        "richest": texts.amount(richest),
        "service": service_label(run, service, texts),
        "cutoff": cutoff_min,
    }
    where: dict[str, object] = {
        "service": service,
        "period": period,
        "cutoff_min": cutoff_min,
        "group": "all",
    }
    ratio = run.numbers.one("ratio_decile10_decile1", **where)
    if ratio is None or math.isnan(ratio.value):  # the poorest tenth reaches nothing: there is no "times"
        return _difference_of_tenths(run, where, texts("finding.deciles", **words), texts)
    side = _side(run, ratio, 1.0, texts)
    if side.side == 0 or ratio.low <= 0:
        return _described("tenths", texts("finding.deciles", **words), side, texts)
    low, value, high = sorted(x if side.side > 0 else 1 / x for x in (ratio.low, ratio.value, ratio.high))
    return texts(
        "finding.deciles_richer_more" if side.side > 0 else "finding.deciles_poorer_more",
        ratio=texts.number(value, 1),
        range=texts("range.from_to", low=texts.number(low, 1), high=texts.number(high, 1)),
        **words,
    )


def _difference_of_tenths(run: Run, where: Mapping[str, object], sentence: str, texts: Texts) -> str:
    """Compare two tenths by the difference of their means, where a ratio is not defined."""
    number = run.numbers.one("difference_decile10_decile1", **where)
    side = _side(run, number, 0.0, texts)
    if number is not None and side.side:
        sentence += " " + texts(
            "finding.difference", n=value_words(number, texts), sure=sure_words(number, texts)
        )
    return _described("tenths", sentence, side, texts)


def _side(run: Run, number: Number | None, line: float, texts: Texts) -> Side:
    """Say which of two groups may be said to reach more; neither where the run has no such number."""
    if number is None or math.isinf(number.value):
        return Side(0, texts("not_defined" if number else "claim.not_quantified"))
    return side_of(run, number, line, texts)


def _described(name: str, sentence: str, side: Side, texts: Texts) -> str:
    """Tell numbers as what this model gives, then which side they carry, or why none."""
    if side.side:
        return f"{sentence} {texts(f'claim.{name}_above' if side.side > 0 else f'claim.{name}_below')}"
    return f"{sentence} {texts('claim.withheld_side', reason=side.reason)}"


def _why_not_compared(run: Run, texts: Texts) -> str:
    """Say why the two tenths cannot be compared: no incomes, an empty tenth, or no figures."""
    decile = run.column("income_decile")
    if not np.isfinite(decile).any():
        return texts("finding.no_incomes")
    counted_residents = np.isfinite(run.headline_access()) & (run.residents() > 0)
    poorest, richest = (not (counted_residents & (decile == tenth)).any() for tenth in (1, 10))
    if poorest and richest:
        return texts("finding.empty_tenths")
    if poorest or richest:
        return texts("finding.empty_poorest" if poorest else "finding.empty_richest")
    return texts("page.no_deciles")


def _palma(run: Run, texts: Texts) -> str:
    service, cutoff_min, period = run.headline
    ratio = run.value("ratio_richest10_poorest40", service, period, cutoff_min)
    if ratio is None or math.isinf(ratio):
        return ""
    number = run.numbers.one(
        "ratio_richest10_poorest40", service=service, period=period, cutoff_min=cutoff_min, group="all"
    )
    side = _side(run, number, 1.0, texts)
    if number is None or side.side == 0:
        return _described("palma", texts("finding.palma", ratio=texts.number(ratio, 2)), side, texts)
    return texts(
        "finding.palma_above" if side.side > 0 else "finding.palma_below",
        ratio=texts.number(ratio, 2),
        range=from_to(number, texts),
    )


def _none_reached(run: Run, texts: Texts) -> str:
    access, residents = run.headline_access(), run.residents()
    known = np.isfinite(access) & (residents > 0)
    n = float(residents[known & (access == 0)].sum())
    if round(n) == 0:
        return ""
    return texts(
        "finding.none_reached_few" if is_few(run, n) else "finding.none_reached",
        residents=residents_words(run, n, texts),
        share=texts.percent(n / float(residents[known].sum())),
        service=service_label(run, run.headline.service, texts),
        cutoff=run.headline.cutoff_min,
    )


def _coincidence(run: Run, texts: Texts) -> str:
    residents = run.residents()
    classes = coincidence_classes(run.headline_access(), run.column("income_decile"), residents)
    if classes is None:
        return ""
    known = (classes != Coincidence.NO_DATA) & (residents > 0)
    n = float(residents[classes == Coincidence.BOTH].sum())
    return texts(
        "finding.coincidence_few" if is_few(run, n) else "finding.coincidence",
        residents=residents_words(run, n, texts),
        share=texts.percent(n / float(residents[known].sum())),
        service=service_label(run, run.headline.service, texts),
    )
