"""Statements on the study area: what is reached, by whom, which rights are out of reach, each by a claim."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from access.claims import Claim
from access.evidence_questions import Question, question, rights_asked
from access.evidence_statement import (
    Chapter,
    Source,
    State,
    Statement,
    band_words,
    facts_of_number,
    judged_against,
    judged_number,
    key_words,
    reason_words,
)
from access.evidence_thresholds import comparisons, sides
from access.evidence_trace import input_names, result_files
from access.indicator_registry import registry
from access.report_comparison import mode_label
from access.report_data import Run
from access.report_findings import period_label, service_label
from access.report_numbers import Number, value_words
from access.report_rights_words import beside, demand, entries_of, right_label, word
from access.report_scenario_numbers import elided
from access.report_section import group_label, period_or_all
from access.texts import Texts

#: Indices of the headline that a line divides: the line, and the key of the sentences.
_LINES = {
    "ratio_decile10_decile1": (1.0, "tenths"),
    "ratio_richest10_poorest40": (1.0, "palma"),
    "concentration_index": (0.0, "leaning"),
}
_SUPPLY = ("sdg_11_2_1_share", "near_frequent_transit_share")
_ZONES_OF_CENSUS = ("segregation_rank_order", "segregation_dissimilarity")


def city_statements(run: Run, texts: Texts) -> Iterator[Statement]:
    """Yield every statement on the study area, those that are withheld among them."""
    yield from _access(run, texts)
    yield from _groups(run, texts)
    yield from _thresholds(run, texts)
    yield from _rights(run, texts)


def stated(
    run: Run, number: Number, chapter: Chapter, said: str, texts: Texts, *, service: str = ""
) -> Statement:
    """Return the statement of a number itself: carried with its range, described without, else withheld."""
    claim = judged_number(run, number)
    if claim.carried:
        return _made(run, number, chapter, "carried", said, claim, texts, service)
    if claim.description_allowed:
        return _made(run, number, chapter, "described", said, claim, texts, service)
    return _made(run, number, chapter, "withheld", _about(run, number, texts), claim, texts, service)


def compared(
    run: Run, number: Number, line: float, chapter: Chapter, words: Mapping[str, str], texts: Texts
) -> Statement:
    """Return the statement of the side on which a number lies, or the one that is withheld.

    Parameters
    ----------
    line : float
        What divides the two sides.
    words : mapping
        ``above``, ``below`` and, of what is withheld, ``open``.
    """
    claim, side = judged_against(run, number, line)
    if side:
        said = words["above" if side > 0 else "below"]
        return _made(run, number, chapter, "carried", said, claim, texts)
    return _made(run, number, chapter, "withheld", words["open"], claim, texts)


def _made(
    run: Run,
    number: Number,
    chapter: Chapter,
    state: State,
    said: str,
    claim: Claim,
    texts: Texts,
    service: str = "",
) -> Statement:
    services = [service or number.service] if service or number.service else []
    return Statement(
        id="",
        chapter=chapter,
        state=state,
        said=texts.capital(elided(said, texts)),
        reason=_no_counts(run, number, texts) or reason_words(claim, number, texts),
        claim=claim,
        method=number.indicator,
        source=Source("indicators.parquet", key_words(number)),
        inputs=input_names(run, number.indicator, services, group=number.group),
        bands=band_words(run, number, texts),
        files=result_files(run, _period_of(run, number), number.indicator, number.standard),
        **facts_of_number(number, claim, texts),
    )


def _no_counts(run: Run, number: Number, texts: Texts) -> str:
    """Say why an index of segregation is not defined, where the run says it in both languages."""
    if not (math.isnan(number.value) and number.indicator.startswith("segregation_")):
        return ""
    told = (run.manifest.get("segregation") or {}).get("not_defined") or []
    return texts("between_sources").join(texts.label(each) for each in told)


def _period_of(run: Run, number: Number) -> str:
    """Return the period of a number; of a comparison of those who lack a right, that of the right."""
    asked = next((each for each in comparisons(run) if each["name"] == number.standard), {})
    entry = next((each for each in entries_of(run) if asked and each.get("name") == asked.get("right")), {})
    return number.period or str(entry.get("period") or "")


def _about(run: Run, number: Number, texts: Texts) -> str:
    """Name a number that is withheld: its indicator, of what, when, within how many minutes."""
    parts = [registry()[number.indicator].title.of(texts.language)]
    parts += [service_label(run, number.service, texts)] if number.service else []
    parts += [group_label(number.group, texts)] if number.group != "all" else []
    parts += [period_label(run, number.period, texts)] if number.period else []
    parts += [texts("evidence.minutes", n=number.cutoff_min)] if number.cutoff_min is not None else []
    return texts("between_sources").join(parts)


def _headline(run: Run, texts: Texts) -> dict[str, Any]:
    return {
        "service": service_label(run, run.headline.service, texts),
        "period": period_label(run, run.headline.period, texts),
        "cutoff": run.headline.cutoff_min,
    }


def _of_headline(run: Run) -> dict[str, object]:
    service, cutoff_min, period = run.headline
    return {"service": service, "period": period, "cutoff_min": cutoff_min, "group": "all"}


def _access(run: Run, texts: Texts) -> Iterator[Statement]:
    words = _headline(run, texts)
    told_as_rights = rights_asked(run)
    if number := run.numbers.one("mean_access", **_of_headline(run)):
        yield stated(
            run,
            number,
            "city",
            texts("evidence.mean_access", value=value_words(number, texts), **words),
            texts,
        )
    for line in run.manifest.get("sufficiency") or []:
        yield from _below_line(run, line, told_as_rights, texts)
    for number in run.numbers.of("modal_ratio", **_of_headline(run)):
        mode = mode_label(run, number.standard, texts)
        said = {
            key: texts(f"evidence.mode_{key}", mode=mode, value=value_words(number, texts), **words)
            for key in ("above", "below", "open")
        }
        yield compared(run, number, 1.0, "city", said, texts)
    for name in _SUPPLY:
        for number in run.numbers.of(name, group="all"):
            said_of = texts(f"evidence.{name}", value=value_words(number, texts))
            yield stated(run, number, "city", said_of, texts)


def _below_line(
    run: Run, line: Mapping[str, Any], told_as_rights: Collection[Question], texts: Texts
) -> Iterator[Statement]:
    """One statement a line of sufficiency: at the headline's period, else in the first that has data.

    None for a line that asks what a right asks of the same residents: its number is told there, once.
    """
    found = {
        each.period: each
        for each in run.numbers.of("below_line_residents", standard=str(line["name"]), group="all")
    }
    known = [each for each in found.values() if not math.isnan(each.value)]
    number = found.get(run.headline.period) or next(iter(known or found.values()), None)
    if number is None or question(run, line, number.period) in told_as_rights:
        return
    share = run.numbers.one("below_line_share", standard=number.standard, period=number.period, group="all")
    yield stated(
        run,
        number,
        "city",
        texts(
            "evidence.below_line",
            residents=texts.plural("residents", number.value if math.isfinite(number.value) else 0),
            share=value_words(share, texts),
            line=texts.label(line.get("label"), fallback=number.standard),
            period=period_label(run, number.period, texts),
            source=texts.label(line.get("source"), fallback=texts("no_data")),
        ),
        texts,
    )


def _groups(run: Run, texts: Texts) -> Iterator[Statement]:
    words = _headline(run, texts)
    for name, (line, key) in _LINES.items():
        if number := run.numbers.one(name, **_of_headline(run)):
            value = value_words(number, texts)
            said = {
                side: texts(f"evidence.{key}_{side}", value=value, **words)
                for side in ("above", "below", "open")
            }
            yield compared(run, number, line, "groups", said, texts)
    if number := run.numbers.one("gini", **_of_headline(run)):
        said_of = texts("evidence.gini", value=value_words(number, texts), **words)
        yield stated(run, number, "groups", said_of, texts)
    for name in _ZONES_OF_CENSUS:
        if number := run.numbers.one(name, group="all"):
            said_of = texts(f"evidence.{name}", value=value_words(number, texts))
            if shuffled := run.numbers.one(f"{name}_bias", group="all"):
                said_of += " " + texts("evidence.segregation_shuffled", value=value_words(shuffled, texts))
            yield stated(run, number, "groups", said_of, texts)


def _thresholds(run: Run, texts: Texts) -> Iterator[Statement]:
    """Comparisons of groups that the configuration asks for, against thresholds that somebody has set."""
    for asked in comparisons(run):
        for kind in ("benefit_ratio", "burden_ratio"):
            for number in run.numbers.of(kind, standard=str(asked["name"])):
                yield compared(
                    run,
                    number,
                    float(asked["threshold"]),
                    "groups",
                    sides(run, asked, number, _headline(run, texts), texts),
                    texts,
                )


def _rights(run: Run, texts: Texts) -> Iterator[Statement]:
    """One statement a right that was judged; one withheld for each that was not."""
    judged = {each.standard: each for each in run.numbers.of("right_residents", group="all")}
    for entry in entries_of(run):
        name = str(entry.get("name"))
        if number := judged.get(name):
            yield stated(
                run,
                number,
                "rights",
                texts(
                    "evidence.right",
                    right=right_label(run, name, texts),
                    demand=demand(run, entry, texts),
                    residents=texts.plural("residents", number.value if math.isfinite(number.value) else 0),
                    share=value_words(beside(run, "right_headcount", number), texts),
                    covered=texts.number(number.covered_population),
                    period=period_or_all(run, number.period, texts),
                ),
                texts,
            )
        else:
            yield _not_judged(run, entry, texts)


def _not_judged(run: Run, entry: Mapping[str, Any], texts: Texts) -> Statement:
    """Say of a right that it could not be judged, and what is missing for it."""
    nothing = Number(
        "right_residents", "", "", None, str(entry.get("name")), "all",
        math.nan, math.nan, math.nan, "", "", None, math.nan, "residents", "",
    )  # fmt: skip
    missing = dict.fromkeys(word(texts, f"missing_{each['why']}") for each in entry.get("missing") or [])
    made = _made(
        run,
        nothing,
        "rights",
        "withheld",
        texts("evidence.right_open", right=right_label(run, str(entry.get("name")), texts)),
        judged_number(run, nothing),
        texts,
    )
    why = texts("between_sources").join(missing) or texts("no_data")
    return replace(made, reason=why, inputs=(), files=())
