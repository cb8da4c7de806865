"""What the page on exclusion zones shows: register, chosen zone, rule, as plain functions of a run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from access.report_data import Run
from access.report_rights import right_label
from access.report_section import joined
from access.report_small import count_words
from access.report_tables import Table
from access.report_zone_gap import missing_words, number_in
from access.report_zone_rule import income_words, rule_words
from access.report_zones import register, term, underserved_section, zones_of
from access.texts import Texts
from access.zone_sheet_facts import ZoneFacts, access_words, facts_of, zone_ids
from dashboards.run_data import RunData
from dashboards.words import Words

#: Columns by which the register can be sorted; the first is its own order.
SORTS = ("number", "name", "residents", "income", "lacking", "of_mean", "draws")
ZONE_COLOUR, CHOSEN_WEIGHT = "#c2006b", 6
_UNSTABLE_FILE = "zones_not_stable.parquet"


class RegisterRow(NamedTuple):
    """One zone in the table: numbers to sort by, words to read."""

    zone_id: str
    keys: Mapping[str, Any]
    words: tuple[str, ...]


def has_register(run: Run) -> bool:
    """Say whether the run has a register with at least one zone."""
    return run.zones is not None and not run.zones.empty


def chosen_zone(run: Run, wanted: str) -> str:
    """Return the zone asked for, else the one with most residents; empty where there is none."""
    known = zone_ids(run)
    return wanted if wanted in known else next(iter(known), "")


def headline(run: Run, words: Words) -> str:
    """Say how many zones there are and how many people live in them; or why that is not known."""
    section = underserved_section(run, words.texts)
    if section.absent or not has_register(run):
        return section.absent or section.sentences[0]
    zones = zones_of(run)
    people = sum(zone.population for zone in zones if math.isfinite(zone.population))
    residents = run.residents()
    everybody = float(residents[residents > 0].sum())
    return words.plural(
        "zones.headline",
        len(zones),
        residents=words.texts.plural("residents", people),
        share=words.percent(people / everybody if everybody else None),
    )


def register_rows(run: Run, texts: Texts) -> list[RegisterRow]:
    """Return the register, most residents first."""
    ids = zone_ids(run)
    found = []
    for number, (zone_id, zone) in enumerate(zip(ids, zones_of(run), strict=True), start=1):
        draws = zone.share_of_draws
        found.append(
            RegisterRow(
                zone_id,
                {
                    "number": number,
                    "name": zone.name.casefold(),
                    "residents": zone.population,
                    "income": zone.income,
                    "lacking": zone.n_lacking,
                    "of_mean": zone.access_ratio,
                    "draws": draws,
                },
                (
                    texts.number(number),
                    zone.name,
                    texts.number(zone.population),
                    texts.amount(zone.income),
                    texts.number(zone.n_lacking, 1),
                    texts.percent(zone.access_ratio),
                    missing_words(run, zone.ties, texts, with_rights=False),
                    texts.percent(draws) if math.isfinite(draws) else texts("range.not_quantified"),
                ),
            )
        )
    return found


def sorted_rows(rows: list[RegisterRow], order: str) -> list[RegisterRow]:
    """Sort by a column of ``SORTS``, downwards with a minus in front; unknown numbers come last both ways."""
    key, down = order.removeprefix("-"), order.startswith("-")
    if key not in SORTS:
        return rows

    def unknown(row: RegisterRow) -> bool:
        value = row.keys[key]
        return isinstance(value, float) and math.isnan(value)

    known = sorted((row for row in rows if not unknown(row)), key=lambda row: row.keys[key], reverse=down)
    return [*known, *(row for row in rows if unknown(row))]


def checked_order(order: str) -> str:
    """Return an order that the table knows: the one given, or that of the register."""
    return order if order.removeprefix("-") in SORTS else SORTS[0]


def next_order(now: str, column: str) -> str:
    """Return the order after a click on a column: most first, then least first; names start with A."""
    if column not in SORTS:
        return checked_order(now)
    first = column if column in ("number", "name") else f"-{column}"
    other = f"-{column}" if first == column else column
    return other if now == first else first


def overlay(data: RunData, chosen: str) -> dict[str, Any]:
    """Return the outlines of the zones with their numbers as GeoJSON; the chosen one has a thicker line."""
    run = data.run
    if not has_register(run):
        return {"type": "FeatureCollection", "features": []}
    shapes = register(run).to_crs("EPSG:4326").geometry
    names = [zone.name for zone in zones_of(run)]
    features = []
    for number, (zone_id, name, shape) in enumerate(zip(zone_ids(run), names, shapes, strict=True), start=1):
        if shape is None or shape.is_empty:
            continue
        properties = {
            "kind": "zone",
            "id": zone_id,
            "label": str(number),
            "name": name,
            "colour": ZONE_COLOUR,
            "weight": CHOSEN_WEIGHT if zone_id == chosen else 3,
            "clickable": True,
        }
        rounded = shapely.set_precision(shape, 1e-6)
        features.append(
            {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(rounded)}
        )
    return {"type": "FeatureCollection", "features": features}


def zone_of_click(run: Run, data: RunData, click: Mapping[str, Any] | None) -> str:
    """Return the zone clicked on the map: its outline, or the zone of the cell; empty for anything else."""
    click = click if isinstance(click, Mapping) else {}
    feature = click.get("feature")
    known = zone_ids(run)
    if isinstance(feature, Mapping) and str(feature.get("id")) in known:
        return str(feature["id"])
    cell = click.get("cell")
    if isinstance(cell, bool) or not isinstance(cell, int) or not 0 <= cell < len(data.cell_ids):
        return ""
    if "zone_id" not in run.cells.columns:
        return ""
    zone = run.cells["zone_id"].iloc[cell]
    return zone if isinstance(zone, str) and zone in known else ""


def zone_facts(run: Run, facts: ZoneFacts, words: Words) -> list[tuple[str, str]]:
    """Return what is known of a zone: pairs of a name and its words."""
    texts, zone = words.texts, facts.zone
    here, everybody = access_words(run, facts, texts)
    income = texts("no_data")
    if math.isfinite(zone.income):
        income = words(
            "zones.fact_income",
            income=texts.amount(zone.income),
            share=texts.percent(number_in(facts.row, "income_ratio")),
        )
    rights = joined([right_label(run, name, texts) for name in zone.rights], texts)
    told = [
        ("residents", texts.plural("residents", zone.population)),
        ("income", income),
        ("lacking", rights or words("zones.fact_no_rights")),
        ("lacking_mean", words("zones.fact_mean", n=texts.number(zone.n_lacking, 1))),
        ("missing", missing_words(run, zone.ties, texts)),
        (
            "reach",
            words("zones.fact_reach", here=here, everybody=everybody, minutes=run.headline.cutoff_min),
        ),
        ("sure", sure_words(facts, words)),
        ("cluster", words("zones.fact_cluster", share=texts.percent(zone.cluster_share))),
    ]
    if not math.isfinite(zone.cluster_share):
        told.pop()
    return [(words(f"zones.fact.{key}"), said) for key, said in told]


def sure_words(facts: ZoneFacts, words: Words) -> str:
    """Say in how many draws of the inputs the zone is found again."""
    share, draws = facts.zone.share_of_draws, number_in(facts.row, "draws")
    if not math.isfinite(share):
        return words("zones.sure_not_quantified")
    return words("zones.sure", share=words.percent(share), draws=words.number(draws))


def edge_warning(facts: ZoneFacts, words: Words) -> str:
    """Warn that what lies beyond the study area may not count; empty for a zone inside."""
    share = facts.zone.edge_share
    return words("zones.edge", share=words.percent(share)) if share > 0 else ""


def rights_table(facts: ZoneFacts, words: Words) -> Table | None:
    """Share of the zone's residents who lack each right, beside that of all residents; what is missing."""
    if not facts.rights:
        return None
    none = words.texts("range.none")
    rows = tuple(
        (
            right.label,
            right.share_words,
            right.share_of_all_words,
            right.gap_words or none,
        )
        for right in facts.rights
    )
    keys = ("right", "here", "everybody", "gap")
    columns = tuple(words(f"zones.column.{key}") for key in keys)
    caption = words("zones.rights_caption", name=facts.zone.name)
    return Table(caption, columns, rows, note=words("zones.rights_note"), word_columns=(3,))


def rule_sentences(run: Run, words: Words) -> list[str]:
    """Say how a zone qualifies, as far as the run says it."""
    texts = words.texts
    rule = run.manifest.get("exclusion") or {}
    told = [*rule_words(run, rule, texts), income_words(run, texts)]
    return [sentence for sentence in told if sentence]


def unjudged_sentences(run: Run, words: Words) -> Iterator[str]:
    """Say how many residents no zone could be found for, and why."""
    rule = run.manifest.get("exclusion") or {}
    for key in ("residents_income_unknown", "residents_rights_unknown"):
        if key in rule and rule[key] != 0:
            # A count that the run hides is written as nothing; it stands for a few residents.
            n = number_in(rule, key)
            told = words("zones.a_few") if math.isnan(n) else count_words(run, n, words.texts)
            yield words(f"zones.{key}", n=told)
    groups = number_in(rule, "small_groups")
    if groups > 0:
        few = number_in(rule, "residents_in_small_groups")
        yield words(
            "zones.small_groups",
            n=words.number(groups),
            residents=words("zones.a_few") if math.isnan(few) else count_words(run, few, words.texts),
            minimum=words.number(number_in(rule, "min_residents")),
        )


def unstable_table(data: RunData, words: Words) -> Table | None:
    """Groups of cells that are found too seldom, thus not in the register; None where there are none."""
    zones = _unstable(data)
    if zones is None or zones.empty:
        return None
    texts = words.texts
    ordered = zones.sort_values("population", ascending=False, kind="stable")
    rows = tuple(
        (
            str(row.get("name") or row.get("zone_id")),
            count_words(data.run, number_in(row, "population"), texts),
            texts.percent(number_in(row, "share_of_draws")),
        )
        for row in ordered.drop(columns=ordered.geometry.name).to_dict("records")
    )
    columns = tuple(words(f"zones.column.{key}") for key in ("name", "residents", "draws"))
    return Table(words("zones.unstable_caption"), columns, rows)


def _unstable(data: RunData) -> gpd.GeoDataFrame | None:
    """Read the zones that are not stable; None where the run has no such file, or it cannot be read."""
    file = data.folder / _UNSTABLE_FILE
    try:
        return gpd.read_parquet(file) if file.is_file() else None
    except (OSError, ValueError):
        return None


def mean_in_zone(values: Any, residents: Any, inside: Any) -> float:
    """Mean over the residents of some cells; NaN where nobody's value is known."""
    known = inside & np.isfinite(values) & (residents > 0)
    if not known.any():
        return math.nan
    return float(np.average(values[known], weights=residents[known]))


def facts(run: Run, zone_id: str, words: Words) -> ZoneFacts:
    """Return what is told of a zone of the register."""
    return facts_of(run, zone_id, words.texts)


def zone_term(run: Run, words: Words) -> str:
    """Return what the run calls a zone."""
    return term(run, words.texts)
