"""All words of a zone's sheet, as one tree of plain texts that the template sets.

Texts from the input are cleaned of control characters and, where they are very long, shortened with "…", so
that the page holds them; nothing else is done to them.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from typing import Any

from access.report_data import Run
from access.report_findings import area_name, attribution, period_label, walking, window
from access.report_numbers import sure_words, value_words
from access.report_rights_words import catalogue_label, entries_of, right_label
from access.report_small import fewest_shown
from access.report_zone_gap import number_in
from access.report_zones import term
from access.texts import Texts
from access.zone_sheet_facts import ZoneFacts, access_words, manifest_sha256, zone_ids

#: So many rights have a row and a bar; so many that half of the residents lack are listed by name.
MOST_RIGHTS, MOST_LACKED = 8, 7
_MOST_PERIODS = 5
LONGEST_NAME, LONGEST_LABEL, LONGEST_NOTICE, LONGEST_SOURCES = 110, 95, 420, 1500


def sheet_words(run: Run, facts: ZoneFacts, texts: Texts) -> dict[str, Any]:
    """Return the tree of texts that ``templates/zone_sheet.typ`` sets."""
    name = shortened(facts.zone.name, LONGEST_NAME)
    place = shortened(area_name(run, texts), LONGEST_NAME)
    lacked = [
        shortened(texts.capital(right_label(run, right, texts)), LONGEST_LABEL) for right in facts.zone.rights
    ]
    rights = facts.rights[:MOST_RIGHTS]
    others = len(zone_ids(run)) - 1
    tree = {
        "language": texts.language,
        "document": texts("sheet.document", name=name, place=place),
        "title": texts("sheet.title", name=name),
        "place": texts("sheet.where", place=place, term=term(run, texts), n=facts.number, all=others + 1),
        "lead": _lead(run, facts, texts),
        "people": list(_people(run, facts, texts)),
        "headings": {
            key: texts(f"sheet.{key}_heading")
            for key in ("rights", "sure", "chart", "day", "limits", "check", "sources")
        },
        "lacked_lead": texts("sheet.rights_lead" if lacked else "sheet.rights_none"),
        "lacked": _first(lacked, MOST_LACKED, texts),
        "sure": list(_sure(run, facts, texts)),
        "map_alt": texts("sheet.map_alt", name=name, others=texts.number(others)),
        "map_caption": texts("sheet.map_caption"),
        "columns": ["", *(texts(f"sheet.column_{key}") for key in ("right", "here", "everybody", "gap"))],
        "rows": [
            [
                texts.number(number),
                shortened(right.label, LONGEST_LABEL),
                right.share_words,
                right.share_of_all_words,
                shortened(right.gap_words, LONGEST_LABEL) or texts("range.none"),
            ]
            for number, right in enumerate(rights, start=1)
        ],
        "rows_note": " ".join(_rows_note(run, facts, texts)),
        "chart_alt": _chart_alt(facts, texts),
        "day": list(_days(run, texts)),
        "limits": list(_limits(run, texts)),
        "check": _check(run, facts, texts),
        "sources": _sources(run, texts),
    }  # fmt: skip
    return {key: _cleaned(value) for key, value in tree.items()}


def shortened(text: str, longest: int) -> str:
    """Return a text without control characters, cut with "…" if it is longer than so many characters."""
    clean = _without_controls(text)
    return clean if len(clean) <= longest else clean[: longest - 1].rstrip() + "…"


def _cleaned(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _cleaned(value) for key, value in told.items()}
    if isinstance(told, list):
        return [_cleaned(value) for value in told]
    return _without_controls(told) if isinstance(told, str) else told


def _without_controls(text: str) -> str:
    """Write control, private and unassigned characters as spaces, and white space as single spaces.

    Marks of direction that a text brings are left out too: they could turn round the words of the sheet.
    """
    kept = (" " if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp") else c for c in text)
    # A no-break space stays: it belongs to numbers.
    return " ".join(part for part in "".join(kept).split(" ") if part)


def _lead(run: Run, facts: ZoneFacts, texts: Texts) -> str:
    """Say how many people live in the zone and which part of the study area they are."""
    residents = run.residents()
    everybody = float(residents[residents > 0].sum())
    said = texts("sheet.people", residents=texts.plural("residents", facts.zone.population))
    if not everybody or not math.isfinite(facts.zone.population):
        return f"{said}."
    share = texts("sheet.people_share", share=texts.percent(facts.zone.population / everybody))
    return f"{said} ({share})."


def _people(run: Run, facts: ZoneFacts, texts: Texts) -> Iterator[str]:
    """Income of the zone, and what its residents reach beside everybody."""
    ratio = number_in(facts.row, "income_ratio")
    if math.isfinite(facts.zone.income) and math.isfinite(ratio):
        unit = texts.label(run.manifest.get("income_unit"), fallback=texts("no_data"))
        income = texts.amount(facts.zone.income)
        said = texts(
            "sheet.income", income=income, share=texts.percent(ratio), unit=shortened(unit, LONGEST_NAME)
        )
        yield f"{texts.capital(said)}."
    else:
        yield texts("sheet.income_unknown")
    here, everybody = access_words(run, facts, texts)
    if math.isfinite(number_in(facts.row, "access_mean")):
        yield texts("sheet.mean_here", here=here, everybody=everybody, cutoff=run.headline.cutoff_min)


def _first(listed: list[str], most: int, texts: Texts) -> list[str]:
    """Return the first of a list; the others are counted."""
    if len(listed) <= most:
        return listed
    return [*listed[:most], texts("sheet.rights_more", n=len(listed) - most)]


def _sure(run: Run, facts: ZoneFacts, texts: Texts) -> Iterator[str]:
    share, draws = facts.zone.share_of_draws, number_in(facts.row, "draws")
    if math.isfinite(share):
        yield texts("sheet.sure", share=texts.percent(share), draws=texts.number(draws))
    else:
        yield texts("sheet.sure_not_quantified")
    if facts.rights:
        first = facts.rights[0]
        number = run.numbers.one("right_headcount", standard=first.right, group="all")
        if number is not None and math.isfinite(number.value):
            label = shortened(first.label, LONGEST_LABEL)
            share_of_all = value_words(number, texts)
            yield texts("sheet.sure_range", right=label, share=share_of_all, sure=sure_words(number, texts))
    if facts.zone.edge_share > 0:
        yield texts("sheet.edge")


def _rows_note(run: Run, facts: ZoneFacts, texts: Texts) -> Iterator[str]:
    if len(facts.rights) > MOST_RIGHTS:
        yield texts("sheet.rights_more", n=len(facts.rights) - MOST_RIGHTS)
    if fewest_shown(run) >= 1:
        yield texts("sheet.small_counts", n=texts.number(fewest_shown(run)))


def _chart_alt(facts: ZoneFacts, texts: Texts) -> str:
    numbers = texts("between_sources").join(
        texts(
            "sheet.chart_number",
            right=shortened(right.label, LONGEST_LABEL),
            here=right.share_words,
            everybody=right.share_of_all_words,
        )
        for right in facts.rights[:MOST_RIGHTS]
    )
    return texts("sheet.chart_alt", numbers=numbers)


def _days(run: Run, texts: Texts) -> Iterator[str]:
    """Day, hours, percentile and walking of the headline; day and hours of every other period of a right."""
    main = run.period(run.headline.period)
    service_date = main.get("service_date") or (run.manifest.get("service_dates") or {}).get(main.get("name"))
    yield texts(
        "sheet.day_when",
        period=period_label(run, run.headline.period, texts),
        day=texts.day(service_date),
        window=window(main, texts),
    )
    percentile = run.manifest.get("percentile") or 50
    key = "sheet.day_middle" if percentile == 50 else "sheet.day_percentile"
    yield f"{texts(key, percentile=percentile)} {texts.capital(walking(run, texts))}."
    used = {str(entry.get("period")) for entry in entries_of(run) if entry.get("state", "ok") == "ok"}
    listed = []
    for period in run.periods:
        name = str(period["name"])
        if name in used and name != run.headline.period:
            day = texts.day(period.get("service_date"))
            listed.append(f"{period_label(run, name, texts)}, {day}, {window(period, texts)}")
    if listed:
        periods = texts("between_sources").join(_first(listed, _MOST_PERIODS, texts))
        yield texts("sheet.day_others", periods=periods)


def _limits(run: Run, texts: Texts) -> Iterator[str]:
    catalogue = str((run.manifest.get("exclusion") or {}).get("catalogue_used") or "")
    label = shortened(catalogue_label(run, catalogue, texts), LONGEST_LABEL)
    yield texts("sheet.limits", catalogue=label)
    if notice := texts.label(run.manifest.get("notice")):
        yield shortened(notice, LONGEST_NOTICE)


def _sources(run: Run, texts: Texts) -> str:
    """Credits of the sources; where they are too many for the page, where the others stand."""
    whole = _without_controls(" · ".join(attribution(run, texts)))
    if len(whole) <= LONGEST_SOURCES:
        return whole or texts("no_data")
    return f"{shortened(whole, LONGEST_SOURCES)} {texts('sheet.sources_more')}"


def _check(run: Run, facts: ZoneFacts, texts: Texts) -> str:
    return texts(
        "sheet.check",
        version=shortened(str(run.manifest.get("fairreach_version") or texts("no_data")), 40),
        day=texts.day(run.manifest.get("created")),
        zone=shortened(facts.zone_id, 40),
        hash=manifest_sha256(run),
    )
