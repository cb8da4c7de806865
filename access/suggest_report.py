"""The page of a search in each language, and what the terminal says of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from access.report_data import Run
from access.report_findings import area_name, attribution
from access.report_tables import Table
from access.short_page import Part, short_page
from access.suggest_certainty import Interval
from access.suggest_chart import Closed, closed_chart
from access.suggest_told import (
    base_lines,
    closed_words,
    interval_of,
    interval_words,
    package_lines,
    package_members,
    rate_words,
    untried,
    why_not,
    why_so,
)
from access.suggest_trial import Trial
from access.suggest_words import (
    CAPTION,
    CHART,
    COLUMNS,
    COLUMNS_NO_GAP,
    FILES,
    HEADINGS,
    METHOD,
    PACKAGE,
    VARIANT,
)
from access.texts import Texts

SHOWN_LINES = 10
WIDTH = 100
"""Characters of a line in the terminal; titles of changes may be longer."""
WITH_A_VARIANT = 3
"""Lines that the terminal shows with their second variant."""


def report_of(trial: Trial, table: pd.DataFrame, package: Interval, run: Run, language: str) -> str:
    """Return one self-contained page.

    Parameters
    ----------
    table : DataFrame
        ``ranked_table``, with intervals where there are any.
    package : Interval
        Of what the package improves.
    run : Run
        The run that was searched, as its report reads it.
    """
    texts = Texts(language)
    shown = _shown(table)
    titles = {key: words[language] for key, words in HEADINGS.items()}
    about = _ends(package)
    parts = [
        Part(
            titles["list"],
            lines=() if len(shown) else (PACKAGE["none"][language],),
            drawing=_chart(shown, texts),
            table=_table(shown, texts) if len(shown) else None,
            notes=tuple(why_so(shown, trial, texts)) if len(shown) else (),
        ),
        Part(
            titles["package"],
            lines=tuple(package_lines(trial, about, texts)),
            points=tuple(package_members(trial, language)),
            notes=tuple(why_not(trial, table, texts)),
        ),
        Part(titles["untried"], points=tuple(untried(trial, texts))),
        Part(titles["method"], points=(*METHOD[language], FILES[language])),
    ]
    colon = ": " if language == "en" else " : "
    return short_page(
        f"{titles['title']}{colon}{area_name(run, texts)}",
        base_lines(trial, run, texts),
        parts,
        texts,
        notice=texts.label(run.manifest.get("notice")),
        sources="; ".join(attribution(run, texts)),
    )


def summary_lines(trial: Trial, table: pd.DataFrame, package: Interval, run: Run) -> list[str]:
    """Return what the terminal says: base, the first lines, the package, and why they are these."""
    texts = Texts("en")
    shown = _shown(table)
    lines = [*_wrapped(base_lines(trial, run, texts)), ""]
    if len(shown):
        lines += [*_on_paper(shown, texts), "", *_wrapped(why_so(shown, trial, texts)), ""]
    lines += _wrapped(package_lines(trial, _ends(package), texts))
    lines += [f"  - {title}" for title in package_members(trial, "en")]
    lines += _wrapped(why_not(trial, table, texts))
    return [*lines, *_wrapped(f"Note: {text}" for text in untried(trial, texts)[:-1])]


def _wrapped(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        yield from textwrap.wrap(sentence, WIDTH, subsequent_indent="  ")


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["rank"] <= SHOWN_LINES).fillna(False)]


def _ends(package: Interval) -> dict[str, float]:
    return {"low": package.low, "high": package.high}


def _on_paper(shown: pd.DataFrame, texts: Texts) -> Iterator[str]:
    has_gap = shown["share_closed"].notna().any()
    closed = ("share of", "gap closed") if has_gap else ("", "improved")
    yield f"{'':4}  {'vehicle-hours':>13}  {closed[0]:>10}  {'per 10 vehicle-':>15}"
    yield f"{'rank':>4}  {'more a week':>13}  {closed[1]:>10}  {'hours a week':>15}  change"
    for row in shown.to_dict("records"):
        if row["variant"] > (2 if row["rank"] <= WITH_A_VARIANT else 1):
            continue
        hours, share = row["extra_vehicle_hours"], row["share_closed"]
        leads = row["variant"] == 1
        closes = closed_words(share, row["improvement"], texts)
        rate = rate_words(share, row["improvement"], hours, texts)
        yield (
            f"{_rank(row):>3}{'*' if row['small'] and leads else ' '}  {texts.amount(hours):>13}  "
            f"{closes:>10}  {rate:>15}  {'' if leads else 'or '}{row['title_en']}"
        )


def _rank(row: Mapping[Any, Any]) -> str:
    return str(row["rank"]) if row["variant"] == 1 else ""


def _table(shown: pd.DataFrame, texts: Texts) -> Table:
    language = texts.language
    columns = (COLUMNS if shown["share_closed"].notna().any() else COLUMNS_NO_GAP)[language]
    rows = []
    for row in shown.to_dict("records"):
        leads, title = row["variant"] == 1, row[f"title_{language}"]
        hours, share = row["extra_vehicle_hours"], row["share_closed"]
        rows.append(
            (
                f"{_rank(row)}{'*' if row['small'] and leads else ''}",
                title if leads else f"{VARIANT[language]} {title}",
                texts.amount(hours),
                closed_words(share, row["improvement"], texts),
                interval_words(row, texts) if leads else "",
                rate_words(share, row["improvement"], hours, texts),
            )
        )
    return Table(CAPTION[language], columns, tuple(rows), n_headers=2)


def _chart(shown: pd.DataFrame, texts: Texts) -> Any:
    leaders = shown[shown["variant"] == 1].to_dict("records")
    lines = [
        Closed(
            f"{row['rank']}{'*' if row['small'] else ''}",
            row["share_closed"],
            *interval_of(row),
            closed_words(row["share_closed"], row["improvement"], texts),
            bool(row["small"]),
        )
        for row in leaders
    ]
    return closed_chart(lines, CHART[texts.language])
