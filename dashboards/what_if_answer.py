"""From a compared scenario in the worker to the plain answer that leaves it.

Small counts are hidden here as in the folder of a comparison, before anything reaches the process that serves
pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from access.comparison_bill import WEEK, sums_of_bill
from access.comparison_files import ComparedScenario, changes_of, scenario_entry, shown_frames, smallest_shown
from access.comparison_side_by_side import WeeklyHours, side_by_side
from access.warm_run import WarmRun
from dashboards.what_if_headline import headline_of
from dashboards.what_if_problems import without_paths
from dashboards.what_if_result import WhatIfResult

DEGREE_DIGITS = 6
_FRAMES = ("table", "winners", "benefit", "rights")


@dataclass(frozen=True)
class Asked:
    """What the answer must repeat of its question."""

    key: str
    run: str
    scenario: Mapping[str, Any]
    planned: Mapping[str, str]
    order: Sequence[str]  # ids of the cells, in the order in which the app numbers them


def answer_of(
    warm: WarmRun,
    found: ComparedScenario,
    asked: Asked,
    *,
    final: bool,
    note: dict[str, str] | None = None,
    seconds: Mapping[str, float] | None = None,
) -> WhatIfResult:
    """Return what may be shown of a compared scenario.

    Parameters
    ----------
    note : dict of str to str, optional
        What is not quantified, by language.
    seconds : mapping of str to float, optional
        Further seconds to record.
    """
    comparison = found.comparison
    shown = shown_frames(warm, found, smallest_shown(warm.manifest))
    frames: dict[str, Any] = {name: shown[name] for name in _FRAMES}
    sums = sums_of_bill(found.bill, "vehicle_hours", WEEK)
    side = side_by_side([replace(comparison, **frames)], [WeeklyHours(*sums) if sums else None])
    quantified = comparison.noise_quantified
    lines, points = changes_of(warm, [found], [asked.key])
    entry = scenario_entry(found, asked.key)
    entry["warnings"] = [without_paths(text) for text in entry["warnings"]]
    return WhatIfResult(
        key=asked.key,
        run=asked.run,
        name=dict(comparison.scenario),
        scenario=dict(asked.scenario),
        final=final,
        quantified=quantified,
        note=note,
        headline=headline_of(comparison.headline, frames, side, quantified=quantified),
        cells=_cells(shown["cells"], asked.order),
        **frames,
        bill=shown["bill"],
        zones=shown["zones"],
        register=entry["register"],
        checks=[asdict(check) for check in comparison.checks],
        reports=entry["reports"],
        warnings=entry["warnings"],
        lines=_features(lines, "route_id", "route_name"),
        points=_features(points, "stop_id", "stop_name"),
        entry=entry,
        labels=comparison.labels,
        base=dict(comparison.base),
        timetables_only=comparison.timetables_only,
        planned=dict(asked.planned),
        seconds={**found.evaluated.seconds, **(seconds or {})},
    )


def _cells(cells: gpd.GeoDataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Return the cells without geometry, in the order of the app; one that is not there is without data."""
    plain = pd.DataFrame(cells.drop(columns="geometry")).set_index("id")
    return plain.reindex(list(order)).rename_axis("id").reset_index()


def _features(frame: gpd.GeoDataFrame, identifier: str, label: str) -> dict[str, Any]:
    """Return what is changed as GeoJSON, places to a tenth of a metre."""
    features = []
    for number, row in enumerate(frame.to_dict("records")):
        geometry = shapely.transform(row["geometry"], lambda places: np.round(places, DEGREE_DIGITS))
        properties = {
            "kind": str(row["change"]),
            "id": f"{row['feed']}:{row[identifier]}:{row['change']}:{number}",
            "label": str(row[label] or ""),
            "feed": str(row["feed"]),
        }
        features.append(
            {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(geometry)}
        )
    return {"type": "FeatureCollection", "features": features}
