"""An answer as the pages of a comparison read it, so that their words, tables and maps serve here too."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from access.comparison_ratios import steady_ratios
from access.comparison_reader import ScenarioRead
from access.report_data import Headline, Run
from access.report_numbers import Numbers
from dashboards.run_data import RunData
from dashboards.what_if_result import WhatIfResult

_PROPERTIES = ["kind", "id", "label", "feed"]


def read_of(result: WhatIfResult, data: RunData) -> ScenarioRead:
    """Return a result as ``access.comparison_reader`` gives a scenario of a folder.

    ``access.report_scenario_*`` make sentences, tables and maps of it. Its cells are those of the result, in
    the order of ``data.run.cells``, with their shapes.
    """
    where = result.where
    headline = Headline(str(where["service"]), int(where["cutoff_min"]), str(where["period"]))
    cells = gpd.GeoDataFrame(result.cells, geometry=data.run.cells.geometry.to_numpy(), crs="EPSG:4326")
    zones = result.zones if result.zones is not None else gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")
    return ScenarioRead(
        entry=result.entry,
        run=Run(cells, data.manifest, headline, {}, Numbers([])),
        table=result.table,
        winners=result.winners,
        rights=result.rights,
        benefit=steady_ratios(result.benefit, result.winners),
        bill=result.bill,
        zones=zones,
        lines=frame_of(result.lines),
        points=frame_of(result.points),
    )


def frame_of(collection: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return what is changed as a frame with ``change, id, label, feed`` and the shapes."""
    features = collection["features"]
    rows = pd.DataFrame([feature["properties"] for feature in features], columns=_PROPERTIES)
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    return gpd.GeoDataFrame(rows.rename(columns={"kind": "change"}), geometry=shapes, crs="EPSG:4326")
