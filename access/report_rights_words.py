"""Words of the section on rights: labels of rights and catalogues, their sources, and look-ups of numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from access.report_data import Run
from access.report_findings import service_label
from access.report_numbers import Number
from access.report_section import period_or_all
from access.rights_catalogue import SERVICES
from access.texts import Texts

BASKET = "lacking_"


def right_label(run: Run, name: str, texts: Texts) -> str:
    """Name of a right as its catalogue gives it, with the catalogue where a run has several."""
    found = next((entry for entry in entries_of(run) if entry.get("name") == name), {})
    label = texts.label(found.get("label"), fallback=name)
    if not found or len({entry.get("catalogue") for entry in entries_of(run)}) < 2:
        return label
    catalogue = catalogue_label(run, str(found.get("catalogue") or ""), texts)
    return texts("rights.of_catalogue", right=label, catalogue=catalogue)


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
        [words, *(word(texts, entry.get(key)) for key in ("when", "for_whom") if entry.get(key))]
    )


def source_words(source: Mapping[str, Any], texts: Texts) -> str:
    """Text and source of a principle, its kind, whether its wording was checked, and what its note says."""
    parts = [texts.label(source.get("text")), texts.label(source.get("source"))]
    if source.get("status"):
        parts.append(word(texts, source["status"]))
    parts.append(texts("rights.verified" if source.get("verified") else "rights.unverified"))
    parts.append(texts.label(source.get("note")))
    return " · ".join(part for part in parts if part)


def threshold_words(source: Mapping[str, Any], texts: Texts) -> str:
    """Text and source of a threshold, and what was changed; a number without a source is our proposal."""
    if is_proposal(source):
        text, note = texts.label(source.get("text")), texts.label(source.get("note"))
        parts = [texts("rights.our_proposal"), text, note]
    else:
        parts = [source_words(source, texts)]
    if adapted := texts.label(source.get("adapted")):
        parts.append(texts("rights.adapted", what=adapted))
    return " · ".join(part for part in parts if part)


def is_proposal(source: Mapping[str, Any]) -> bool:
    """Whether nobody published this threshold, or nobody is named for it."""
    return str(source.get("status", "")).replace(" ", "_") == "our_proposal" or not source.get("source")


def catalogue_label(run: Run, name: str, texts: Texts) -> str:
    """Name of a catalogue of rights."""
    listed = run.manifest.get("rights_catalogues") or []
    found: Mapping[str, Any] = next((entry for entry in listed if entry.get("name") == name), {})
    return texts.label(found.get("label"), fallback=name or texts("rights.all_catalogues"))


def word(texts: Texts, word: object) -> str:
    """Words of the catalogues in the language of the page; unknown ones as they are."""
    key = str(word).replace(" ", "_")
    return texts(f"word.{key}") if texts.has(f"word.{key}") else str(word).replace("_", " ")


def entries_of(run: Run) -> list[Mapping[str, Any]]:
    """Return the rights of the manifest, each with its whole model."""
    return [entry for entry in run.manifest.get("rights") or [] if isinstance(entry, Mapping)]


def penalty_case(run: Run, number: Number, texts: Texts) -> str:
    """Name of the case in which a right is lost: walking slowly, or another period."""
    if number.note.startswith("slow walking"):
        return word(texts, "slow")
    return period_or_all(run, number.period, texts)


def beside(run: Run, indicator: str, number: Number) -> Number | None:
    """Return another indicator of the same right, period and group, on the same comparison."""
    rows = run.numbers.of(
        indicator,
        standard=number.standard,
        period=number.period,
        group=number.group,
        cutoff_min=number.cutoff_min,
    )
    return next(iter(sorted(rows, key=lambda row: row.note != number.note)), None)


def baskets(run: Run) -> dict[str, list[Number]]:
    """Residents by number of rights lacking, by catalogue, in ascending order."""
    found: dict[str, list[Number]] = {}
    for number in run.numbers.of("basket_residents"):
        catalogue, mark, _ = number.standard.rpartition(f"_{BASKET}")
        if number.group == "all" and mark:
            found.setdefault(catalogue, []).append(number)
        elif number.group.startswith(BASKET):
            found.setdefault(number.standard, []).append(number)
    return {catalogue: sorted(numbers, key=n_lacking) for catalogue, numbers in found.items()}


def judged_residents(numbers: list[Number]) -> float:
    """Residents for whom every right of a basket with data could be judged; 0 where none is known."""
    covered = [number.covered_population for number in numbers if math.isfinite(number.covered_population)]
    if covered:
        return max(covered)
    return sum(number.value for number in numbers if math.isfinite(number.value))


def n_judged(numbers: list[Number]) -> int:
    """How many rights of a basket could be judged."""
    told = (re.search(r"of (\d+) rights", number.note) for number in numbers)
    return max([*(int(found[1]) for found in told if found), *(n_lacking(number) for number in numbers)])


def n_lacking(number: Number) -> int:
    """How many rights the residents of this row of a basket lack."""
    found = re.search(rf"{BASKET}(\d+)", f"{number.standard} {number.group}")
    return int(found[1]) if found else 0
