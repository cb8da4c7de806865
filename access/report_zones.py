"""The register of zones: outlines for the maps, a table, and one plain sentence a zone.

A zone is named by its place and described by what its residents lack, never by who they are. Its number is
its place in the register, most residents first, and stands in the table, in the sentences and on the map.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from access.report_data import Run
from access.report_findings import area_name, service_label
from access.report_ground import Ground, ZoneMark, outlines
from access.report_map import CellMap, access_map
from access.report_rights import right_label
from access.report_section import Section, joined, some, table_of
from access.report_tables import Table
from access.report_zone_gap import Missing, missing_words, number_in, text_in, ties_of
from access.report_zone_rule import income_words, rule_words
from access.texts import Texts

N_SENTENCES = 20


class Zone(NamedTuple):
    """What the page tells of one zone; missing numbers are NaN, missing words empty."""

    name: str
    population: float
    n_cells: float
    income: float
    rights: tuple[str, ...]
    n_lacking: float
    depth: float
    access_ratio: float
    share_of_draws: float
    cluster_share: float
    edge_share: float
    ties: tuple[Missing, ...]


def underserved_section(run: Run, texts: Texts) -> Section:
    """The register with its rule; an empty one and a run without one say different things."""
    rule = run.manifest.get("exclusion") or {}
    if run.zones is None:
        why = texts.label(rule.get("reason"))
        words = texts("page.no_underserved")
        return Section(
            "underserved", absent=f"{words} {texts('finding.reason', reason=why)}" if why else words
        )
    notes = [*rule_words(run, rule, texts), texts("zones.not_official"), texts("zones.places_not_people")]
    reasons = tuple(str(note) for note in rule.get("notes") or [])
    zones = zones_of(run)
    if not zones:
        nothing = texts("zones.none", term=term(run, texts))
        return Section("underserved", (nothing,), notes=tuple(notes), reasons=reasons)
    sentences = [how_many_zones(run, zones, texts)]
    sentences += [zone_sentence(run, n, zone, texts) for n, zone in enumerate(zones[:N_SENTENCES], start=1)]
    if len(zones) > N_SENTENCES:
        sentences.append(texts("zones.more", n=len(zones) - N_SENTENCES))
    tables = some(register_table(run, texts), zone_rights_table(run, texts))
    return Section("underserved", tuple(sentences), tables, tuple(notes), reasons)


def term(run: Run, texts: Texts) -> str:
    """What the run calls a zone; the configuration may choose the word."""
    words = (run.manifest.get("exclusion") or {}).get("term")
    return texts.label(words, fallback=texts("zones.term"))


def register(run: Run) -> gpd.GeoDataFrame:
    """Zones of the run, most residents first; equal ones by their id."""
    zones = run.zones
    if zones is None:
        message = "this run has no register of zones"
        raise ValueError(message)
    return zones.sort_values(
        ["population", "zone_id"], ascending=[False, True], kind="stable", ignore_index=True
    )


def zones_of(run: Run) -> list[Zone]:
    """Read the register."""
    table = register(run)
    rows: list[dict[Any, Any]] = pd.DataFrame(table.drop(columns=table.geometry.name)).to_dict("records")
    return [
        Zone(
            name=text_in(row, "name") or text_in(row, "zone_id"),
            population=number_in(row, "population"),
            n_cells=number_in(row, "n_cells"),
            income=number_in(row, "mean_income"),
            rights=tuple(name for name in text_in(row, "rights_unmet").split(",") if name),
            n_lacking=number_in(row, "rights_unmet_mean"),
            depth=number_in(row, "depth"),
            access_ratio=number_in(row, "access_ratio"),
            share_of_draws=number_in(row, "share_of_draws"),
            cluster_share=number_in(row, "cluster_share"),
            edge_share=number_in(row, "edge_share"),
            ties=ties_of(run, row),
        )
        for row in rows
    ]


def register_table(run: Run, texts: Texts) -> Table | None:
    """The register as a table, one row a zone."""
    rows = (
        (
            texts.number(place),
            zone.name,
            texts.number(zone.population),
            texts.amount(zone.income),
            texts.number(zone.n_lacking, 1),
            texts.percent(zone.access_ratio),
            missing_words(run, zone.ties, texts, with_rights=False),
            _draws(zone, texts),
            texts.percent(zone.cluster_share),
            texts.percent(zone.edge_share),
        )
        for place, zone in enumerate(zones_of(run), start=1)
    )
    keys = (
        "zone_number", "zone_name", "residents", "mean_income", "rights_lacking",
        "of_mean", "missing", "share_of_draws", "cluster_share", "edge_share",
    )  # fmt: skip
    caption = texts("table.register_caption", term=term(run, texts))
    note = f"{texts('table.register_note')} {income_words(run, texts)}".rstrip()
    return table_of(texts, caption, keys, rows, 2, note, word_columns=(6,))


def zone_rights_table(run: Run, texts: Texts) -> Table | None:
    """Share of each zone's residents who lack each right; None where the run does not say."""
    table = run.zone_rights
    if table is None or table.empty:
        return None
    shares = {(str(row["zone_id"]), str(row["right"])): row for row in table.to_dict("records")}
    rights = list(dict.fromkeys(table["right"].astype(str)))
    ids = register(run)["zone_id"].astype(str)
    rows = tuple(
        (
            texts.number(place),
            zone.name,
            *(lacking_share_words(run, shares.get((ids[place - 1], name)), texts) for name in rights),
        )
        for place, zone in enumerate(zones_of(run), start=1)
    )
    columns = (
        texts("table.zone_number"),
        texts("table.zone_name"),
        *(texts.capital(right_label(run, name, texts)) for name in rights),
    )
    return Table(texts("table.zone_rights_caption"), columns, rows, 2)


def lacking_share_words(run: Run, row: Mapping[Any, Any] | None, texts: Texts) -> str:
    """Share of a zone's residents who lack a right; hidden where those who do, or do not, are few."""
    if row is None:
        return texts("no_data")
    if text_in(row, "note").startswith("suppressed"):
        return texts("range.suppressed")
    lacking, judged = number_in(row, "unmet_residents"), number_in(row, "judged_residents")
    minimum = float(run.option("results", "min_residents_shown") or 0)
    if any(0 < round(n, 6) < minimum for n in (lacking, judged - lacking)):
        return texts("range.suppressed")
    return texts.percent(number_in(row, "unmet_share"))


def zone_sentence(run: Run, number: int, zone: Zone, texts: Texts) -> str:
    """One sentence on a zone: where, how many people, what they lack, how far from the mean, how sure."""
    residents = texts.plural("residents", zone.population)
    parts = [texts("zones.sentence", n=number, name=zone.name, residents=residents)]
    if zone.rights:
        parts.append(texts("zones.rights", rights=_rights(run, zone, texts)))
    if math.isfinite(zone.access_ratio):
        service = service_label(run, run.headline.service, texts)
        parts.append(texts("zones.ratio", service=service, share=texts.percent(zone.access_ratio)))
    if zone.ties:
        parts.append(texts("zones.missing", what=missing_words(run, zone.ties, texts)))
    if math.isfinite(zone.share_of_draws):
        sure = texts("zones.sure", share=texts.percent(zone.share_of_draws))
    else:
        sure = texts("zones.sure_not_quantified")
    edge = f" {texts('zones.at_the_edge')}" if zone.edge_share > 0.5 else ""
    return texts("between_sources").join(parts) + f". {sure}{edge}"


def zone_marks(run: Run, ground: Ground) -> list[ZoneMark]:
    """Outlines and numbers of the zones in the metres of the ground; none where the register is empty."""
    crs = ground.cells.crs
    if run.zones is None or run.zones.empty or run.zones.crs is None or crs is None:
        return []
    shapes = register(run).to_crs(crs).geometry
    marks = []
    for place, shape in enumerate(shapes, start=1):
        if shape is None or shape.is_empty:
            continue
        middle = shapely.point_on_surface(shape)
        marks.append(ZoneMark(str(place), outlines(shape), middle.x, middle.y))
    return marks


def zone_map(run: Run, texts: Texts) -> CellMap | None:
    """The access map, to be drawn with the outlines of the zones; None where there are none."""
    if run.zones is None or run.zones.empty or not np.isfinite(run.headline_access()).any():
        return None
    base = access_map(run, texts)
    title = texts("zones.map_title", term=term(run, texts), place=area_name(run, texts))
    return base._replace(title=title, legend_note=f"{texts('zones.map_note')} {base.legend_note}")


def how_many_zones(run: Run, zones: list[Zone], texts: Texts) -> str:
    """Say how many zones the register has, and how many of the residents live there."""
    residents = run.residents()
    everybody = float(residents[residents > 0].sum())
    people = sum(zone.population for zone in zones if math.isfinite(zone.population))
    return texts.plural(
        "zones.how_many",
        len(zones),
        term=term(run, texts),
        residents=texts.plural("residents", people),
        share=texts.percent(people / everybody if everybody else None),
    )


def _draws(zone: Zone, texts: Texts) -> str:
    share = zone.share_of_draws
    return texts.percent(share) if math.isfinite(share) else texts("range.not_quantified")


def _rights(run: Run, zone: Zone, texts: Texts) -> str:
    return joined([right_label(run, name, texts) for name in zone.rights], texts)
