"""Last stage of a run: tables, manifest, cached network, map and report into the run folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import yaml

from access.cells import cell_polygons
from access.config import RunConfig
from access.config_checks import input_files
from access.datasets import cache_folder, sha256_of
from access.exclusion import Register
from access.exclusion_files import write_register
from access.indicators import indicator_table
from access.live_amounts import GROUP as OPPORTUNITIES
from access.live_amounts import amounts_of
from access.manifest import ManifestParts, build_manifest
from access.network_cache import fingerprint, save_groups
from access.progress import Progress
from access.report import write_report
from access.results import DRAWS, MANIFEST, write_json
from access.snapping import STATE_NAMES
from access.stage_draws import shown_draws
from access.stage_inputs import Inputs
from access.stage_measures import PeriodMeasured
from access.stage_modes import ModeRecord
from access.stage_network import SnappedCells, SnappedStops
from access.stage_part import StagePart
from access.suppression_results import (
    hide_what_reveals,
    rounded_groups,
    suppress_cells,
    suppress_indicators,
    suppress_zone_rights,
    suppress_zones,
)
from access.uncertainty_kinds import INPUT_UNCERTAINTY

FAR_STREET_M = 400.0
HEADLINE_GROUPS = ("all", "decile_1", "decile_10")
INCOME_TENTHS = tuple(f"decile_{tenth}" for tenth in range(1, 11))


def write_run(
    folder: Path,
    inputs: Inputs,
    cells: SnappedCells,
    stops: SnappedStops,
    measured: Sequence[PeriodMeasured],
    evidence: StagePart,
    progress: Progress,
    warnings: Sequence[str],
    modes: Sequence[ModeRecord] = (),
    *,
    with_report: bool = True,
) -> dict[str, object]:
    """Write everything but the travel times, which are there already; ``with_report`` also maps and report.

    Returns
    -------
    dict
        Counts for the INFO line of the stage.
    """
    config = inputs.loaded.config
    minimum = config.results.min_residents_shown
    table = cell_table(inputs, cells, measured, evidence)
    if minimum:
        told = ["income", "income_decile", *(name for name in residents_told(config) if name in table)]
        table = suppress_cells(table, told, minimum)
    table.to_parquet(folder / "cells.parquet", compression="zstd")
    indicators = indicator_table(evidence.rows)
    if minimum:
        indicators = hide_what_reveals(suppress_indicators(indicators, minimum))
        indicators = rounded_groups(indicators, [*config.people.groups, *INCOME_TENTHS])
    indicators.to_parquet(folder / "indicators.parquet", index=False)
    for name, further in evidence.tables.items():
        if f"{name}.parquet" == DRAWS:
            further = shown_draws(further, indicators, minimum)
        further.to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")
    if evidence.register is not None:
        write_register(folder, _shown(evidence.register, minimum))
    write_json(folder / "headline.json", headline_rows(inputs, indicators))
    resolved = inputs.loaded.config.model_dump(mode="json")
    (folder / "config.yaml").write_text(
        yaml.safe_dump(resolved, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    files = set(input_files(inputs.loaded.config).values())  # several keys may name one file
    hashes = {file: sha256_of(inputs.loaded.path(file)) for file in files}
    network = save_network(inputs, cells, stops)
    parts = ManifestParts(
        inputs,
        cells.report,
        stops.report,
        hashes,
        network,
        progress,
        warnings,
        longest_links(table),
        [mode.as_dict() for mode in modes],
    )
    write_json(folder / MANIFEST, build_manifest(parts) | evidence.manifest)
    if with_report:
        write_report(folder)
    return {"files": sum(1 for path in folder.rglob("*") if path.is_file())}


def residents_told(config: RunConfig) -> list[str]:
    """Return the columns of cells that count groups of residents."""
    return ["households", *config.people.groups]


def _shown(register: Register, minimum: int) -> Register:
    """Return the register without figures about few residents."""
    if not minimum:
        return register
    return replace(
        register,
        zones=suppress_zones(register.zones, minimum),
        unstable=suppress_zones(register.unstable, minimum),
        rights=suppress_zone_rights(register.rights, minimum),
    )


def cell_table(
    inputs: Inputs, cells: SnappedCells, measured: Sequence[PeriodMeasured], evidence: StagePart
) -> gpd.GeoDataFrame:
    """Return one row a cell: who lives there, where it meets the streets, what it reaches."""
    rows, ids = inputs.cells.study_rows, inputs.cells.study_ids
    residents, points = inputs.residents, inputs.cells.study_points
    columns: dict[str, object] = {"id": ids}
    columns |= {str(name): counts.to_numpy() for name, counts in residents.counts.items()}
    columns["income"] = residents.income_of_cells
    if residents.income is not None:
        columns["income_share_covered"] = residents.income.cells["share_covered"].to_numpy()
    columns["income_decile"] = pd.Series(residents.decile).astype("Int64").array
    columns["zone"] = residents.zone.to_numpy()
    columns["lon"], columns["lat"], columns["placed_at"] = points
    columns["snap"] = [STATE_NAMES[state] for state in cells.snap.state[rows]]
    columns["snap_m"] = np.where(cells.snapped, cells.snap.link_mm / 1000, np.nan)[rows]
    columns |= {f"n_{service}": counts[rows] for service, counts in inputs.services.in_cells().items()}
    for period in measured:
        columns |= period.access.columns
    columns |= evidence.columns
    return gpd.GeoDataFrame(columns, geometry=cell_polygons(ids).to_numpy(), crs="EPSG:4326")


def longest_links(table: gpd.GeoDataFrame) -> list[dict[str, object]]:
    """Return the inhabited cells whose street is far, farthest first: that walk is a straight line."""
    far = table[(table["snap_m"] > FAR_STREET_M) & (table["population"] > 0)]
    columns = ["id", "zone", "snap_m", "population"]
    ordered = pd.DataFrame(far[columns]).sort_values(["snap_m", "id"], ascending=[False, True])
    return _plain_records(ordered)


def headline_rows(inputs: Inputs, indicators: pd.DataFrame) -> list[dict[str, object]]:
    """Return the few rows that a reader sees first: access by income, nearest, below the lines."""
    return list(_headline_rows(inputs, indicators))


def _headline_rows(inputs: Inputs, indicators: pd.DataFrame) -> Iterator[dict[str, object]]:
    config = inputs.loaded.config
    headline = config.measures.headline
    base = indicators["interval_kind"].isna() | (indicators["interval_kind"] == INPUT_UNCERTAINTY)
    here = indicators[base & (indicators["period"] == headline.period)]
    first = here[(here["service"] == headline.service) & (here["cutoff_min"] == headline.cutoff_min)]
    means = first[(first["indicator"] == "mean_access") & first["group"].isin(HEADLINE_GROUPS)]
    yield from _records(means, "reached on average")
    yield from _records(
        first[first["indicator"] == "ratio_richest10_poorest40"], "richest 10 % over poorest 40 %"
    )
    everyone = here[here["group"] == "all"]
    nearest = everyone[
        (everyone["indicator"] == "nearest_mean_min") & (everyone["service"] != headline.service)
    ]
    yield from _records(nearest, "minutes to the nearest, mean of those who reach one")
    none_reached = everyone[
        (everyone["indicator"] == "nearest_unreached_residents") & (everyone["value"] > 0)
    ]
    yield from _records(none_reached, "residents who reach none, left out of that mean")
    below = everyone[everyone["indicator"] == "below_line_residents"]
    for line in config.measures.sufficiency:
        yield from _records(below[below["standard"] == line.name], f"residents without {line.label.en}")


def _records(rows: pd.DataFrame, what: str) -> Iterator[dict[str, object]]:
    for row in _plain_records(rows):
        yield {**row, "what": what}


def _plain_records(rows: pd.DataFrame) -> list[dict[str, object]]:
    plain = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in plain]


def save_network(inputs: Inputs, cells: SnappedCells, stops: SnappedStops) -> Path:
    """Keep the ready network in the cache, so that later steps can route; return its folder."""
    schedules = inputs.timetables.schedules
    groups: dict[str, tuple[Any, ...]] = {
        "streets": inputs.streets,
        "cells": cells.snap,
        "direct": cells.direct,
        "stops": stops.snap,
        "access": stops.access,
        "footpaths": stops.footpaths,
        "egress": stops.egress,
    }
    counts = inputs.services.known()
    groups[OPPORTUNITIES] = amounts_of(counts, len(inputs.cells.ids))
    groups |= {f"timetable_{day}": schedule.timetable for day, schedule in schedules.items()}
    names: dict[str, object] = {"cells": inputs.cells.ids, "services": list(counts)}
    names |= {
        str(day): {
            key: getattr(schedule, key)
            for key in ("stop_ids", "stop_names", "route_ids", "route_names", "route_types", "trip_ids")
        }
        for day, schedule in schedules.items()
    }
    folder = cache_folder() / "networks" / fingerprint(groups, names)
    folder.parent.mkdir(parents=True, exist_ok=True)
    save_groups(folder, groups, names)
    return folder
