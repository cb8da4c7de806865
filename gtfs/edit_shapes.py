"""Shapes of changed trips: each old shape of a pattern becomes a new one, spliced where the path changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.draft_times import coordinates
from gtfs.edit_texts import Text, number_of
from gtfs.splice_shape import splice_shape

if TYPE_CHECKING:
    from gtfs.draft import Draft
    from gtfs.edit_visits import ChangedPattern

Points = npt.NDArray[np.float64]

_NEEDED = {"shape_id", "shape_pt_lon", "shape_pt_lat", "shape_pt_sequence"}


def shapes_of_changed(draft: Draft, changed: Sequence[ChangedPattern]) -> list[Text]:
    """Give changed trips their new paths; say how many shapes were drawn and how many trips lost theirs.

    Trips keep their shape where nothing of the path changes.
    """
    shapes = draft.tables["shapes"]
    if "shape_id" not in draft.trips.columns:
        return []
    shape_of = dict(zip(draft.trips["trip_id"], draft.trips["shape_id"], strict=True))
    usable = shapes is not None and set(shapes.columns) >= _NEEDED
    places = _places(draft.stops)
    new_shape: dict[str, str | None] = {}
    n_drawn = 0
    for pattern in changed:
        if not pattern.stretches:
            continue
        trips = [trip for trip in pattern.before.pattern.trips if not pd.isna(shape_of[trip])]
        for shape_id in dict.fromkeys(shape_of[trip] for trip in trips):
            path = _path(draft, shape_id, pattern, places) if usable else None
            made = None if path is None else _write(draft, shape_id, path)
            n_drawn += made is not None
            new_shape |= {trip: made for trip in trips if shape_of[trip] == shape_id}
    if not new_shape:
        return []
    rows = np.flatnonzero(draft.trips["trip_id"].isin(list(new_shape)).to_numpy(dtype=bool))
    values = [new_shape[trip] for trip in draft.trips["trip_id"].iloc[rows]]
    draft.assign("trips", rows, shape_id=pd.array(values, dtype="string"))
    return _told(n_drawn, sum(made is None for made in new_shape.values()))


_DRAWN = ("shape drawn anew", "shapes drawn anew", "tracé redessiné", "tracés redessinés")
_LOST = (
    "trip without shape now, which could not be redrawn",
    "trips without shape now, which could not be redrawn",
    "course désormais sans tracé, faute de pouvoir le redessiner",
    "courses désormais sans tracé, faute de pouvoir le redessiner",
)


def _told(n_drawn: int, n_lost: int) -> list[Text]:
    return [number_of(n, nouns) for n, nouns in ((n_drawn, _DRAWN), (n_lost, _LOST)) if n]


def _places(stops: pd.DataFrame) -> dict[str, tuple[float, float]]:
    lon, lat = coordinates(stops)
    return dict(zip(stops["stop_id"].tolist(), zip(lon.tolist(), lat.tolist(), strict=True), strict=True))


def _path(
    draft: Draft, shape_id: str, pattern: ChangedPattern, places: dict[str, tuple[float, float]]
) -> Points | None:
    """The new path; None where a stop or the shape has no coordinates or nothing but a point is left."""
    table = draft.table("shapes")
    rows = table[(table["shape_id"] == shape_id).to_numpy(dtype=bool)].sort_values("shape_pt_sequence")
    path = rows[["shape_pt_lon", "shape_pt_lat"]].to_numpy(dtype=np.float64, na_value=np.nan)
    old = _points(pattern.before.pattern.stops, places)
    for stretch, new in pattern.stretches:
        added = _points(new, places)
        if len(path) < 2 or np.isnan(path).any() or np.isnan(old).any() or np.isnan(added).any():
            return None
        path = splice_shape(path, old, stretch, added)
        old = np.concatenate([old[: stretch.first + 1], added, old[stretch.last :]])
    return path if len(path) >= 2 else None


def _points(stops: Sequence[str], places: dict[str, tuple[float, float]]) -> Points:
    return np.array([places.get(stop, (np.nan, np.nan)) for stop in stops], dtype=np.float64).reshape(-1, 2)


def _write(draft: Draft, shape_id: str, path: Points) -> str:
    made = draft.new_id("shapes", f"{shape_id}~new")
    rows = pd.DataFrame({
        "shape_id": made, "shape_pt_lon": path[:, 0], "shape_pt_lat": path[:, 1],
        "shape_pt_sequence": np.arange(1, len(path) + 1),
    })  # fmt: skip
    draft.append("shapes", rows)
    return made
