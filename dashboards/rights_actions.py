"""What the page on rights shows: its choices, sentences and tables, as plain functions of a run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from access.report_data import Run
from access.report_numbers import Number, sure_words, value_words
from access.report_rights_words import (
    baskets,
    beside,
    catalogue_label,
    entries_of,
    is_proposal,
    n_judged,
    penalty_case,
    right_label,
    service_words,
    threshold_words,
    word,
)
from access.report_section import period_or_all
from access.report_tables import Table
from dashboards.charts_rights import FEWEST_JUDGED
from dashboards.how import key_text
from dashboards.words import Words

BASKET = "basket"
#: So many cases in which rights are lost have a sentence; the table has all.
_MOST_PENALTIES = 6


def has_rights(run: Run) -> bool:
    """Say whether the run says anything on rights."""
    return bool(entries_of(run) or run.numbers.of("right_headcount"))


def judged_rights(run: Run) -> list[str]:
    """Return the rights that could be judged, in the order of their catalogues."""
    named = [str(entry.get("name")) for entry in entries_of(run) if entry.get("state", "ok") == "ok"]
    counted = [number.standard for number in run.numbers.of("right_headcount", group="all")]
    return [name for name in dict.fromkeys([*named, *counted]) if name in counted or name in named]


def basket_catalogues(run: Run) -> list[str]:
    """Return the catalogues of which the run tells how many rights are lacking at once in every cell."""
    return [name for name in _counted_catalogues(run) if _n_judged_of(run, name) >= FEWEST_JUDGED]


def untold_baskets(run: Run, words: Words) -> list[str]:
    """Say of which catalogues too few rights could be judged to count those that are lacking at once."""
    return [
        words.texts("rights.basket_too_few", catalogue=catalogue_label(run, name, words.texts))
        for name in _counted_catalogues(run)
        if _n_judged_of(run, name) < FEWEST_JUDGED
    ]


def _counted_catalogues(run: Run) -> list[str]:
    names = [str(entry.get("name")) for entry in run.manifest.get("rights_catalogues") or []]
    columns = set(run.cells.columns)
    return [name for name in names if f"rights_lacking_{name}" in columns]


def _n_judged_of(run: Run, catalogue: str) -> int:
    """How many rights of a catalogue could be judged: as its numbers say, else as its rights do."""
    if numbers := baskets(run).get(catalogue):
        return n_judged(numbers)
    return sum(
        entry.get("catalogue") == catalogue and entry.get("state", "ok") == "ok" for entry in entries_of(run)
    )


def choices(run: Run) -> list[str]:
    """Return what the map can show: names of rights, and ``basket:CATALOGUE``."""
    return [*judged_rights(run), *(f"{BASKET}:{name}" for name in basket_catalogues(run))]


def chosen(run: Run, wanted: str) -> str:
    """Return the choice asked for, else the right that most residents lack; empty where there is none.

    ``basket`` alone is the first catalogue's.
    """
    known = choices(run)
    if wanted == BASKET and basket_catalogues(run):
        return f"{BASKET}:{basket_catalogues(run)[0]}"
    if wanted in known:
        return wanted
    most = [number.standard for number in _by_lack(run) if number.standard in known]
    return most[0] if most else next(iter(known), "")


def catalogue_of_basket(choice: str) -> str:
    """Return the catalogue of a choice ``basket:CATALOGUE``; empty for a right."""
    kind, _, name = choice.partition(":")
    return name if kind == BASKET else ""


def choice_groups(run: Run, words: Words) -> list[dict[str, Any]]:
    """Return the choices for a drop-down list, rights by catalogue, then the baskets."""
    of_catalogue: dict[str, list[dict[str, str]]] = {}
    entries = {str(entry.get("name")): entry for entry in entries_of(run)}
    for name in judged_rights(run):
        catalogue = str(entries.get(name, {}).get("catalogue") or "")
        label = words.texts.capital(plain_label(entries.get(name), name, words))
        of_catalogue.setdefault(catalogue, []).append({"value": name, "label": label})
    groups = [
        {"group": catalogue_label(run, catalogue, words.texts), "items": items}
        for catalogue, items in of_catalogue.items()
    ]
    counted = [
        {
            "value": f"{BASKET}:{name}",
            "label": words("rights.basket_choice", catalogue=catalogue_label(run, name, words.texts)),
        }
        for name in basket_catalogues(run)
    ]
    return [*groups, *([{"group": words("rights.several"), "items": counted}] if counted else [])]


def headline(run: Run, words: Words) -> str:
    """Say which right most residents lack, how many they are and how sure that is, or that none is known."""
    numbers = _by_lack(run)
    if not numbers:
        return words("rights.none_judged")
    first = numbers[0]
    if first.value == 0:
        return words("rights.headline_nobody")
    return words(
        "rights.headline",
        right=right_label(run, first.standard, words.texts),
        people=words.texts.plural("residents", first.value),
        share=value_words(beside(run, "right_headcount", first), words.texts),
        whom=whom_words(run, first.standard, words),
        sure=sure_words(first, words.texts),
    )


def lack_sentence(run: Run, right: str, words: Words) -> str:
    """Say who lacks one right, of whom, and how sure that is."""
    texts = words.texts
    number = run.numbers.one("right_residents", standard=right, group="all")
    if number is None or math.isnan(number.value):
        return words("rights.lack_unknown", reason=value_words(number, texts))
    return words(
        "rights.lack",
        people=texts.plural("residents", number.value),
        share=value_words(beside(run, "right_headcount", number), texts),
        covered=texts.number(number.covered_population),
        whom=whom_words(run, right, words),
        sure=sure_words(number, texts),
    )


def whom_words(run: Run, right: str, words: Words) -> str:
    """Whose right it is; where these people are not counted apart, that all residents are counted."""
    whom = word(words.texts, entry_of(run, right).get("for_whom") or "everyone")
    counted_as_all = [pair[0] for pair in run.manifest.get("rights_counted_as_everyone") or []]
    return words.texts("rights.as_everyone", whom=whom) if right in counted_as_all else whom


def entry_of(run: Run, right: str) -> Mapping[str, Any]:
    """Return what the manifest says of a right; empty where it says nothing."""
    return next((entry for entry in entries_of(run) if entry.get("name") == right), {})


def right_facts(run: Run, right: str, words: Words) -> list[tuple[str, str]]:
    """Return what a right asks for, on whose authority: pairs of a name and its words."""
    texts, entry = words.texts, entry_of(run, right)
    if not entry:
        return []
    principle, threshold = entry.get("principle") or {}, entry.get("threshold") or {}
    source = [texts.label(principle.get("source")), word(texts, principle["status"])] if principle else []
    checked = [texts("rights.verified" if principle.get("verified") else "rights.unverified")]
    limit = texts.label(principle.get("note"))
    facts = [
        ("asks", asked(run, entry, words)),
        ("whom", texts.capital(whom_words(run, right, words))),
        ("when", texts.capital(word(texts, entry["when"])) if entry.get("when") else ""),
        ("principle", texts.label(principle.get("text"))),
        ("principle_source", " · ".join(part for part in [*source, *checked] if part) if principle else ""),
        ("principle_limit", limit),
        ("threshold", texts.capital(threshold_words(threshold, texts))),
    ]
    return [(words(f"rights.fact.{key}"), told) for key, told in facts if told]


def times_words(entry: Mapping[str, Any], words: Words) -> str:
    """Say what "within so many minutes" means, and that times are not to the door, as the report does."""
    texts, minutes = words.texts, entry.get("within_min")
    within = texts("reading.cutoff", cutoff=minutes) if minutes else ""
    return f"{within} {texts('reading.points')}".strip()


def asked(run: Run, entry: Mapping[str, Any], words: Words) -> str:
    """Say in plain words what a right asks for: how many of what, in how many minutes."""
    texts = words.texts
    at_least, share = entry.get("at_least"), entry.get("at_least_share")
    service = service_words(run, str(entry.get("service") or ""), texts)
    minutes = str(entry.get("within_min") or texts("no_data"))
    if share and not at_least:
        return words("rights.asks_share", share=texts.percent(float(share)), service=service, minutes=minutes)
    if float(at_least or 1) == 1:
        return words("rights.asks_one", service=service, minutes=minutes)
    return words("rights.asks", n=texts.amount(float(at_least or 1)), service=service, minutes=minutes)


def proposal_note(run: Run, words: Words) -> str:
    """Say of how many of the rights the number is our proposal; empty where none is."""
    entries = entries_of(run)
    ours = sum(is_proposal(entry.get("threshold") or {}) for entry in entries)
    return words("rights.proposals", n=ours, all=len(entries)) if ours else ""


def catalogue_tables(run: Run, words: Words) -> Iterator[tuple[str, str, Table]]:
    """Yield each catalogue: its name, what it says of itself, and its rights in plain words."""
    texts = words.texts
    keys = ("right", "asks", "whom", "principle", "threshold", "state")
    columns = tuple(words(f"rights.column.{key}") for key in keys)
    for catalogue in dict.fromkeys(str(entry.get("catalogue") or "") for entry in entries_of(run)):
        label = catalogue_label(run, catalogue, texts)
        rows = tuple(
            (
                texts.capital(plain_label(entry, str(entry.get("name")), words)),
                asked(run, entry, words),
                texts.capital(whom_words(run, str(entry.get("name")), words)),
                principle_words(entry, words),
                texts.capital(threshold_words(entry.get("threshold") or {}, texts)),
                words("rights.judged" if entry.get("state", "ok") == "ok" else "rights.not_judged"),
            )
            for entry in entries_of(run)
            if str(entry.get("catalogue") or "") == catalogue
        )
        listed = run.manifest.get("rights_catalogues") or []
        found: Mapping[str, Any] = next((each for each in listed if each.get("name") == catalogue), {})
        caption = words("rights.catalogue_caption", catalogue=label)
        table = Table(caption, columns, rows, word_columns=(1, 2, 3, 4, 5))
        yield label, texts.label(found.get("note")), table


def penalty_sentences(run: Run, words: Words) -> Iterator[tuple[str, str]]:
    """Say, for each case in which rights are lost, which right most residents lose, and how many they are.

    Yields the sentence and the keys of its number, for ``components.how_button``.
    """
    texts = words.texts
    worst: dict[str, Number] = {}
    for number in run.numbers.of("penalty_residents", group="all"):
        case = penalty_case(run, number, texts)
        if number.value > 0 and (case not in worst or number.value > worst[case].value):
            worst[case] = number
    for case, number in sorted(worst.items(), key=lambda each: -each[1].value)[:_MOST_PENALTIES]:
        slow = number.note.startswith("slow walking")
        sentence = words(
            "rights.penalty_slow" if slow else "rights.penalty",
            case=texts.capital(case),
            usual=period_or_all(run, str(entry_of(run, number.standard).get("period") or ""), texts),
            right=right_label(run, number.standard, texts),
            people=texts.plural("residents", number.value),
            share=value_words(beside(run, "penalty_share", number), texts),
            sure=sure_words(number, texts),
        )
        yield sentence, key_text(number)


def how_key(run: Run, choice: str) -> str:
    """Return the keys of the number that a choice is about, for ``components.how_button``; empty: none."""
    catalogue = catalogue_of_basket(choice)
    number = run.numbers.one(
        "basket_mean" if catalogue else "right_residents", standard=catalogue or choice, group="all"
    )
    return "" if number is None else key_text(number)


def principle_words(entry: Mapping[str, Any], words: Words) -> str:
    """Write the text of a principle and its source, with its kind, short."""
    principle = entry.get("principle") or {}
    if not principle:
        return words.texts("no_data")
    texts = words.texts
    parts = [texts.label(principle.get("text")), texts.label(principle.get("source"))]
    if principle.get("status"):
        parts.append(word(texts, principle["status"]))
    parts.append(texts("rights.verified" if principle.get("verified") else "rights.unverified"))
    return " · ".join(part for part in parts if part)


def plain_label(entry: Mapping[str, Any] | None, name: str, words: Words) -> str:
    """Return the label of a right without its catalogue."""
    return words.texts.label((entry or {}).get("label"), fallback=name)


def _by_lack(run: Run) -> list[Number]:
    """Return the numbers of residents who lack each right, most first; ties by the right's name."""
    numbers = [n for n in run.numbers.of("right_residents", group="all") if math.isfinite(n.value)]
    return sorted(numbers, key=lambda number: (-number.value, number.standard))
