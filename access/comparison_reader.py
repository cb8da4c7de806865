"""Read the folder of a comparison for its report: tables, manifest, and each scenario by itself.

The report reads files, never results in memory, so that it can be made again from the folder alone. The base
run's folder is not needed: the manifest carries what a reader must know of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd
import pyogrio

from access.comparison_ratios import steady_ratios
from access.errors import ResultError
from access.report_data import Headline, Run
from access.report_numbers import Numbers
from access.results import read_manifest

PACKAGE = "difference.gpkg"
LINES_LAYER, POINTS_LAYER = "changed_lines", "changed_points"
TABLES = ("table", "winners", "rights", "benefit", "bill")
SIDE = "side_by_side"


class ScenarioRead(NamedTuple):
    """One scenario: its entry in the manifest and its rows of every table.

    ``run`` is the base as the report's words know it, with the cells of this comparison.
    """

    entry: Mapping[str, Any]
    run: Run
    table: pd.DataFrame
    winners: pd.DataFrame
    rights: pd.DataFrame
    benefit: pd.DataFrame
    bill: pd.DataFrame
    zones: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    points: gpd.GeoDataFrame

    @property
    def id(self) -> str:
        """Short id, used in names of files and in anchors."""
        return str(self.entry["id"])

    @property
    def quantified(self) -> bool:
        """Whether the noise of the comparison is known."""
        return bool(self.entry.get("noise_quantified"))

    def headline(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Rows of a table about the headline's service, period and cutoff."""
        service, cutoff_min, period = self.run.headline
        cutoff = pd.to_numeric(frame["cutoff_min"], errors="coerce")
        here = frame["service"].eq(service) & frame["period"].eq(period) & cutoff.eq(cutoff_min)
        return frame[here.fillna(False).to_numpy(dtype=bool)]


class ComparisonRead(NamedTuple):
    """A comparison in memory."""

    manifest: Mapping[str, Any]
    scenarios: tuple[ScenarioRead, ...]
    side_by_side: pd.DataFrame

    @property
    def base(self) -> Mapping[str, Any]:
        """What the manifest says of the base run."""
        base: Mapping[str, Any] = self.manifest["base"]
        return base

    @property
    def run(self) -> Run:
        """The base as the report's words know it."""
        return self.scenarios[0].run


def read_comparison(folder: Path) -> ComparisonRead:
    """Read the folder that ``fairreach compare`` wrote.

    Raises
    ------
    ResultError
        The folder is no comparison, or a file is missing or cannot be read.
    """
    manifest = read_manifest(folder)
    if manifest.get("kind") != "comparison":
        raise ResultError(f"{folder}: is no comparison; make one with `fairreach compare RUN SCENARIO`")
    try:
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
        side = pd.read_parquet(folder / f"{SIDE}.parquet")
        places = {name: gpd.read_parquet(folder / f"{name}.parquet") for name in ("cells", "zones")}
        layers = {name for name, _ in pyogrio.list_layers(folder / PACKAGE)}
        changes = {
            name: gpd.read_file(folder / PACKAGE, layer=name) if name in layers else _nothing()
            for name in (LINES_LAYER, POINTS_LAYER)
        }
    except (OSError, ValueError, pyogrio.errors.DataSourceError) as error:
        raise ResultError(
            f"{folder}: a result file cannot be read ({error}); make it again with `fairreach compare`"
        ) from error
    scenarios = tuple(_scenario(manifest, entry, tables, places, changes) for entry in manifest["scenarios"])
    return ComparisonRead(manifest, scenarios, side)


def _scenario(
    manifest: Mapping[str, Any],
    entry: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    places: Mapping[str, gpd.GeoDataFrame],
    changes: Mapping[str, gpd.GeoDataFrame],
) -> ScenarioRead:
    def of(frame: Any) -> Any:
        return frame[frame["scenario"] == entry["id"]].reset_index(drop=True)

    base = manifest["base"]
    given = base.get("headline") or {}
    headline = Headline(str(given["service"]), int(given["cutoff_min"]), str(given["period"]))
    cells = of(places["cells"]).sort_values("id", kind="stable", ignore_index=True)
    run = Run(cells, base, headline, {}, Numbers([]))
    mine = {name: of(table) for name, table in tables.items()}
    mine["benefit"] = steady_ratios(mine["benefit"], mine["winners"])  # also in folders of an earlier version
    zones, lines, points = (of(frame) for frame in (places["zones"], *changes.values()))
    return ScenarioRead(entry, run, **mine, zones=zones, lines=lines, points=points)


def _nothing() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"scenario": [], "change": []}, geometry=[], crs="EPSG:4326")
