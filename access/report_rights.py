"""Section on rights: who lacks which, by whose principle and whose threshold, how many at once, and when."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from access.report_data import Run
from access.report_findings import service_label
from access.report_numbers import Number, range_words, sure_words, value_words, with_range
from access.report_section import Section, period_or_all, reasons_of, some, table_of
from access.report_tables import Table
from access.rights_catalogue import SERVICES
from access.texts import Texts

INDICATORS = ("right_residents", "right_headcount", "right_depth", "right_severity")
BASKET = "lacking_"
#: So many rights have a sentence of their own, those that most residents lack; the table has all.
N_SENTENCES = 8


def rights_section(run: Run, texts: Texts) -> Section:
    """Everything on rights; a run without a catalogue says so."""
    if not _entries(run) and not run.numbers.of("right_headcount"):
        return Section("rights", absent=texts("page.no_rights"))
    numbers = [number for name in INDICATORS for number in run.numbers.of(name)]
    tables = some(
        lacking_table(run, texts),
        threshold_table(run, texts),
        basket_table(run, texts),
        penalty_table(run, texts),
        excluded_table(run, texts),
    )
    notes = (texts("rights.how_counted"), texts("rights.no_legal_finding"))
    sentences = (
        *_right_sentences(run, texts),
        *_basket_sentences(run, texts),
        *_penalty_sentences(run, texts),
    )
    return Section("rights", sentences, tables, notes, reasons_of(numbers, {}))


def right_label(run: Run, name: str, texts: Texts) -> str:
    """Name of a right as its catalogue gives it."""
    found = next((entry for entry in _entries(run) if entry.get("name") == name), {})
    return texts.label(found.get("label"), fallback=name)


def lacking_table(run: Run, texts: Texts) -> Table | None:
    """Each right and period: residents who lack it with range, share, depth, severity, who is covered."""
    rows = (
        (
            texts.capital(right_label(run, number.standard, texts)),
            period_or_all(run, number.period, texts),
            value_words(number, texts),
            range_words(number, texts),
            value_words(share := _beside(run, "right_headcount", number), texts),
            range_words(share, texts),
            _index_words(_beside(run, "right_depth", number), texts),
            _index_words(_beside(run, "right_severity", number), texts),
            texts.number(number.covered_population),
        )
        for number in run.numbers.of("right_residents", group="all")
    )
    keys = ("right", "period", "lack", "range", "lack_share", "range", "depth", "severity", "assessed")
    return table_of(
        texts, texts("table.rights_caption"), keys, rows, 2, texts("table.rights_note"), word_columns=(3, 5)
    )


def threshold_table(run: Run, texts: Texts) -> Table | None:
    """Each right: what it asks for, the source of its principle, the source of its threshold."""
    rows = (
        (
            texts.capital(texts.label(entry.get("label"), fallback=str(entry.get("name")))),
            demand(run, entry, texts),
            source_words(entry.get("principle") or {}, texts),
            threshold_words(entry.get("threshold") or {}, texts),
        )
        for entry in _entries(run)
    )
    keys = ("right", "demand", "principle", "threshold")
    caption = texts("table.thresholds_caption")
    return table_of(texts, caption, keys, rows, word_columns=(1, 2, 3), note=texts("table.thresholds_note"))


def service_words(run: Run, name: str, texts: Texts) -> str:
    """Name of a service of a catalogue: that of the vocabulary, else of the run, else as it is."""
    if name in SERVICES:
        return str(getattr(SERVICES[name], texts.language))
    return service_label(run, name, texts).replace("_", " ")


def demand(run: Run, entry: Mapping[str, Any], texts: Texts) -> str:
    """What a right asks for: how many of what, in how many minutes, when, for whom."""
    at_least, share = entry.get("at_least"), entry.get("at_least_share")
    if share and not at_least:
        amount = texts("rights.share_of_all", share=texts.percent(float(share)))
    else:
        amount = texts.amount(float(at_least or 1))
    service = str(entry.get("service") or "")
    words = texts(
        "rights.demand",
        amount=amount,
        service=service_words(run, service, texts),
        minutes=entry.get("within_min") or texts("no_data"),
    )
    return ", ".join(
        [words, *(_word(texts, entry.get(key)) for key in ("when", "for_whom") if entry.get(key))]
    )


def source_words(source: Mapping[str, Any], texts: Texts) -> str:
    """Text and source of a principle, what kind of text it is, and whether its wording was checked."""
    parts = [texts.label(source.get("text")), texts.label(source.get("source"))]
    if source.get("status"):
        parts.append(_word(texts, source["status"]))
    parts.append(texts("rights.verified" if source.get("verified") else "rights.unverified"))
    return " · ".join(part for part in parts if part)


def threshold_words(source: Mapping[str, Any], texts: Texts) -> str:
    """Text and source of a threshold; a number without a source is our proposal."""
    if is_proposal(source):
        return " · ".join(
            part for part in (texts("rights.our_proposal"), texts.label(source.get("text"))) if part
        )
    return source_words(source, texts)


def is_proposal(source: Mapping[str, Any]) -> bool:
    """Whether nobody published this threshold, or nobody is named for it."""
    return str(source.get("status", "")).replace(" ", "_") == "our_proposal" or not source.get("source")


def basket_table(run: Run, texts: Texts) -> Table | None:
    """Residents by how many rights of a catalogue they lack at once."""
    rows = []
    for catalogue, numbers in _baskets(run).items():
        everybody = _total(numbers)
        rows += [
            (
                catalogue_label(run, catalogue, texts),
                _n_lacking(number, texts),
                value_words(number, texts),
                range_words(number, texts),
                texts.percent(number.value / everybody) if everybody else texts("no_data"),
            )
            for number in numbers
        ]
    keys = ("catalogue", "n_lacking", "residents", "range", "share_of_residents")
    caption = texts("table.basket_caption")
    return table_of(texts, caption, keys, rows, 2, texts("table.basket_note"), word_columns=(3,))


def penalty_table(run: Run, texts: Texts) -> Table | None:
    """Residents who have a right as it is written and lose it otherwise: one column a case."""
    lost: dict[str, dict[str, Number]] = {}
    for number in run.numbers.of("penalty_residents", group="all"):
        lost.setdefault(number.standard, {})[_penalty_case(run, number, texts)] = number
    cases = list(dict.fromkeys(case for of_right in lost.values() for case in of_right))
    if not cases:
        return None
    rows = tuple(
        (
            texts.capital(right_label(run, right, texts)),
            *(
                with_range(of_right[case], texts) if case in of_right else texts("rights.as_written")
                for case in cases
            ),
        )
        for right, of_right in lost.items()
    )
    columns = (texts("table.right"), *(texts.capital(case) for case in cases))
    return Table(texts("table.penalty_caption"), columns, rows, note=texts("table.penalty_note"))


def excluded_table(run: Run, texts: Texts) -> Table | None:
    """What was left out of unmet rights, baskets and penalties, and why; each right once for each reason."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for entry in run.manifest.get("rights_excluded") or []:
        situation = entry.get("situation") or {}
        label = texts.capital(right_label(run, str(entry.get("right") or ""), texts))
        left_out = _word(texts, f"left out of {entry.get('left_out_of', 'counts')}")
        missing = _word(texts, f"missing {entry.get('missing')}")
        when = [_word(texts, situation["period"])] if situation.get("period") else []
        if situation.get("walking") == "slow":
            when.append(_word(texts, "slow"))
        listed = found.setdefault((label, left_out, missing), [])
        if ", ".join(when) not in listed:
            listed.append(", ".join(when))
    rows = ((label, left_out, "; ".join(when), missing) for (label, left_out, missing), when in found.items())
    keys = ("right", "left_out_of", "situation", "reason")
    return table_of(texts, texts("table.excluded_caption"), keys, rows, 1, word_columns=(1, 2, 3))


def _right_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """One sentence a right: how many lack it, of whom, how sure, whose threshold."""
    numbers = [n for n in run.numbers.of("right_residents", group="all") if math.isfinite(n.value)]
    numbers.sort(key=lambda number: (-number.value, number.standard))
    for number in numbers[:N_SENTENCES]:
        entry: Mapping[str, Any] = next(
            (entry for entry in _entries(run) if entry.get("name") == number.standard), {}
        )
        sentence = texts(
            "rights.sentence",
            right=right_label(run, number.standard, texts),
            period=period_or_all(run, number.period, texts),
            residents=texts.plural("residents", number.value),
            share=value_words(_beside(run, "right_headcount", number), texts),
            covered=texts.number(number.covered_population),
            whom=_whom(run, entry, texts),
            sure=sure_words(number, texts),
        )
        threshold = entry.get("threshold") or {}
        if is_proposal(threshold):
            yield f"{sentence} {texts('rights.sentence_proposal')}"
        else:
            yield f"{sentence} {texts('rights.sentence_source', source=texts.label(threshold.get('source')))}"
    if len(numbers) > N_SENTENCES:
        yield texts("rights.sentence_more", n=len(numbers) - N_SENTENCES)


def _whom(run: Run, entry: Mapping[str, Any], texts: Texts) -> str:
    """Whose right it is; where these people are not counted apart, that all residents are counted."""
    whom = _word(texts, entry.get("for_whom") or "everyone")
    counted_as_all = [pair[0] for pair in run.manifest.get("rights_counted_as_everyone") or []]
    return texts("rights.as_everyone", whom=whom) if entry.get("name") in counted_as_all else whom


def _penalty_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """For each case in which rights are lost, the right that most residents lose."""
    worst: dict[str, Number] = {}
    for number in run.numbers.of("penalty_residents", group="all"):
        case = _penalty_case(run, number, texts)
        if number.value > 0 and (case not in worst or number.value > worst[case].value):
            worst[case] = number
    for case, number in worst.items():
        yield texts(
            "rights.penalty",
            case=texts.capital(case),
            right=right_label(run, number.standard, texts),
            residents=texts.plural("residents", number.value),
            share=value_words(_beside(run, "penalty_share", number), texts),
            sure=sure_words(number, texts),
        )


def _basket_sentences(run: Run, texts: Texts) -> Iterator[str]:
    """How many lack two rights or more of a catalogue at once."""
    for catalogue, numbers in _baskets(run).items():
        several = sum(n.value for n in numbers if _lacking(n) >= 2 and math.isfinite(n.value))
        if everybody := _total(numbers):
            yield texts(
                "rights.basket",
                catalogue=catalogue_label(run, catalogue, texts),
                residents=texts.plural("residents", several),
                share=texts.percent(several / everybody),
            )


def catalogue_label(run: Run, name: str, texts: Texts) -> str:
    """Name of a catalogue of rights."""
    listed = run.manifest.get("rights_catalogues") or []
    found: Mapping[str, Any] = next((entry for entry in listed if entry.get("name") == name), {})
    return texts.label(found.get("label"), fallback=name or texts("rights.all_catalogues"))


def _baskets(run: Run) -> dict[str, list[Number]]:
    """Residents by number of rights lacking, by catalogue, in ascending order."""
    found: dict[str, list[Number]] = {}
    for number in run.numbers.of("basket_residents"):
        catalogue, mark, _ = number.standard.rpartition(f"_{BASKET}")
        if number.group == "all" and mark:
            found.setdefault(catalogue, []).append(number)
        elif number.group.startswith(BASKET):
            found.setdefault(number.standard, []).append(number)
    return {catalogue: sorted(numbers, key=_lacking) for catalogue, numbers in found.items()}


def _total(numbers: list[Number]) -> float:
    return sum(number.value for number in numbers if math.isfinite(number.value))


def _lacking(number: Number) -> int:
    found = re.search(rf"{BASKET}(\d+)", f"{number.standard} {number.group}")
    return int(found[1]) if found else 0


def _n_lacking(number: Number, texts: Texts) -> str:
    n = _lacking(number)
    return texts("rights.n_lacking", n=n) if n else texts("rights.none_lacking")


def _penalty_case(run: Run, number: Number, texts: Texts) -> str:
    """Name of the case in which a right is lost: walking slowly, or another period."""
    if number.note.startswith("slow walking"):
        return _word(texts, "slow")
    return period_or_all(run, number.period, texts)


def _beside(run: Run, indicator: str, number: Number) -> Number | None:
    """Return another indicator of the same right, period and group, on the same comparison."""
    rows = run.numbers.of(
        indicator,
        standard=number.standard,
        period=number.period,
        group=number.group,
        cutoff_min=number.cutoff_min,
    )
    return next(iter(sorted(rows, key=lambda row: row.note != number.note)), None)


def _index_words(number: Number | None, texts: Texts) -> str:
    """Write depth or severity as a number from 0 to 1, so that it is not taken for a share of residents."""
    if number is None or math.isnan(number.value):
        return value_words(number, texts)
    return texts.number(number.value, 3)


def _word(texts: Texts, word: object) -> str:
    """Words of the catalogues in the language of the page; unknown ones as they are."""
    key = str(word).replace(" ", "_")
    return texts(f"word.{key}") if texts.has(f"word.{key}") else str(word).replace("_", " ")


def _entries(run: Run) -> list[Mapping[str, Any]]:
    return [entry for entry in run.manifest.get("rights") or [] if isinstance(entry, Mapping)]
