"""Tables of the section on rights: who lacks which, whose threshold, how many at once, what is left out."""

from __future__ import annotations

import math

from access.report_data import Run
from access.report_numbers import Number, range_words, value_words, with_range
from access.report_rights_words import (
    baskets,
    beside,
    catalogue_label,
    demand,
    entries_of,
    judged_residents,
    n_lacking,
    penalty_case,
    right_label,
    source_words,
    threshold_words,
    word,
)
from access.report_section import joined, period_or_all, table_of
from access.report_tables import Table
from access.texts import Texts


def lacking_table(run: Run, texts: Texts) -> Table | None:
    """Each right and period: residents who lack it with range, share, depth, severity, who is covered.

    Depth and severity that equal the share, as for rights to one place, are not repeated; where they do in
    every row, they have no column.
    """
    indices = () if _depth_is_share(run) else ("right_depth", "right_severity")
    rows = (
        (
            texts.capital(right_label(run, number.standard, texts)),
            period_or_all(run, number.period, texts),
            value_words(number, texts),
            range_words(number, texts),
            value_words(share := beside(run, "right_headcount", number), texts),
            range_words(share, texts),
            *(_index_words(beside(run, name, number), share, texts) for name in indices),
            texts.number(number.covered_population),
        )
        for number in run.numbers.of("right_residents", group="all")
    )
    names = [name.removeprefix("right_") for name in indices]
    keys = ("right", "period", "lack", "range", "lack_share", "range", *names, "assessed")
    note = texts("table.rights_note" if indices else "table.rights_note_alike")
    return table_of(texts, texts("table.rights_caption"), keys, rows, 2, note, word_columns=(3, 5))


def _depth_is_share(run: Run) -> bool:
    """Say whether depth and severity tell nothing that the share of those who lack a right does not."""
    for number in run.numbers.of("right_residents", group="all"):
        share = beside(run, "right_headcount", number)
        for name in ("right_depth", "right_severity"):
            other = beside(run, name, number)
            if share is not None and other is not None and not _alike(share.value, other.value):
                return False
    return True


def _alike(one: float, other: float) -> bool:
    """Say whether two numbers are equal up to rounding, or both hidden."""
    return math.isclose(one, other, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))


def threshold_table(run: Run, texts: Texts) -> Table | None:
    """Each right: what it asks for, the source of its principle, the source of its threshold."""
    rows = (
        (
            texts.capital(right_label(run, str(entry.get("name")), texts)),
            demand(run, entry, texts),
            source_words(entry.get("principle") or {}, texts),
            threshold_words(entry.get("threshold") or {}, texts),
        )
        for entry in entries_of(run)
    )
    keys = ("right", "demand", "principle", "threshold")
    caption = texts("table.thresholds_caption")
    return table_of(texts, caption, keys, rows, word_columns=(1, 2, 3), note=texts("table.thresholds_note"))


def basket_table(run: Run, texts: Texts) -> Table | None:
    """Residents by how many rights of a catalogue they lack at once."""
    rows = []
    for catalogue, numbers in baskets(run).items():
        everybody = judged_residents(numbers)
        rows += [
            (
                catalogue_label(run, catalogue, texts),
                _n_lacking(number, texts),
                value_words(number, texts),
                range_words(number, texts),
                _share_words(number, everybody, texts),
            )
            for number in numbers
        ]
    keys = ("catalogue", "n_lacking", "residents", "range", "share_of_residents")
    caption = texts("table.basket_caption")
    note = " ".join(part for part in (texts("table.basket_note"), everybody_counted(run, texts)) if part)
    return table_of(texts, caption, keys, rows, 2, note, word_columns=(3,))


def everybody_counted(run: Run, texts: Texts) -> str:
    """Say that baskets count all residents for rights of some; empty where all rights are everybody's."""
    judged = [entry for entry in entries_of(run) if entry.get("state", "ok") == "ok"]
    whom = [
        word(texts, entry.get("for_whom"))
        for entry in judged
        if entry.get("catalogue") in baskets(run) and entry.get("for_whom") not in (None, "everyone")
    ]
    return texts("rights.basket_everybody", whom=joined(dict.fromkeys(whom), texts)) if whom else ""


def _share_words(number: Number, everybody: float, texts: Texts) -> str:
    """Write a share of the residents judged; a hidden count has none."""
    if math.isnan(number.value):
        return texts("range.none")
    return texts.percent(number.value / everybody) if everybody else texts("no_data")


def penalty_table(run: Run, texts: Texts) -> Table | None:
    """Residents who have a right as it is written and lose it otherwise: one column a case."""
    lost: dict[str, dict[str, Number]] = {}
    for number in run.numbers.of("penalty_residents", group="all"):
        lost.setdefault(number.standard, {})[penalty_case(run, number, texts)] = number
    cases = list(dict.fromkeys(case for of_right in lost.values() for case in of_right))
    if not cases:
        return None
    rows = tuple(
        (
            texts.capital(right_label(run, right, texts)),
            *(
                _lost_words(of_right[case], texts) if case in of_right else texts("rights.as_written")
                for case in cases
            ),
        )
        for right, of_right in lost.items()
    )
    columns = (texts("table.right"), *(texts.capital(case) for case in cases))
    return Table(texts("table.penalty_caption"), columns, rows, note=texts("table.penalty_note"))


def _lost_words(number: Number, texts: Texts) -> str:
    """Write residents who lose a right, with the range; nobody in every draw is a plain 0."""
    if number.value == number.low == number.high == 0:
        return value_words(number, texts)
    return with_range(number, texts)


def excluded_table(run: Run, texts: Texts) -> Table | None:
    """What was left out of unmet rights, baskets and penalties, and why; each right once for each reason."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for entry in run.manifest.get("rights_excluded") or []:
        situation = entry.get("situation") or {}
        label = texts.capital(right_label(run, str(entry.get("right") or ""), texts))
        left_out = word(texts, f"left out of {entry.get('left_out_of', 'counts')}")
        missing = word(texts, f"missing {entry.get('missing')}")
        when = [word(texts, situation["period"])] if situation.get("period") else []
        if situation.get("walking") == "slow":
            when.append(word(texts, "slow"))
        listed = found.setdefault((label, left_out, missing), [])
        if ", ".join(when) not in listed:
            listed.append(", ".join(when))
    rows = ((label, left_out, "; ".join(when), missing) for (label, left_out, missing), when in found.items())
    keys = ("right", "left_out_of", "situation", "reason")
    return table_of(texts, texts("table.excluded_caption"), keys, rows, 1, word_columns=(1, 2, 3))


def _n_lacking(number: Number, texts: Texts) -> str:
    n = n_lacking(number)
    return texts("rights.n_lacking", n=n) if n else texts("rights.none_lacking")


def _index_words(number: Number | None, share: Number | None, texts: Texts) -> str:
    """Write depth or severity as a number from 0 to 1, so that it is not taken for a share of residents."""
    if number is None or math.isnan(number.value):
        return value_words(number, texts)
    if share is not None and _alike(share.value, number.value):
        return texts("rights.as_share")
    return texts.number(number.value, 3)
