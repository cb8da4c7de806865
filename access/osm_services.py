"""Schools, hospitals and other services from the tags of an ``.osm.pbf``.

Nodes, closed ways and multipolygon relations are read; an area's place is its centroid, or a point inside
where the centroid lies outside. One real place is often mapped twice, as the ground and as a building or
node in it. Within one service, an object is a double of a kept *area* (larger areas first, then nodes) if

- both have the same name (case aside) and lie within 100 m of each other, or
- its place lies inside that area, unless both have names and these differ (two schools on one ground).

The kept area takes over a name, level or capacity that it lacks. Two nodes are never doubles: two branches
of one pharmacy chain may face each other across a street. An object may belong to several services.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely

from access.errors import DataQualityWarning, InputDataError
from access.services import Service
from access.zones import equal_area_crs, inner_points

DOUBLE_WITHIN_M = 100.0
COLUMNS = ["osm_id", "name", "level", "capacity"]
WGS84 = "EPSG:4326"
logger = logging.getLogger(__name__)


class _Object(NamedTuple):
    """A tagged object with its outline or point."""

    osm_id: str
    tags: dict[str, str]
    shape: Any


def read_osm_services(pbf: Path, services: Sequence[Service]) -> dict[str, gpd.GeoDataFrame | None]:
    """Return the places of each service, None where the extract has none.

    None means "no data": an extract without hospitals may be one in which nobody has tagged them. It is
    never an empty table, and a warning names the services concerned.

    Parameters
    ----------
    pbf : Path
        OpenStreetMap extract.
    services : sequence of Service
        What to look for, as ``access.services.read_services`` returns them.

    Returns
    -------
    dict of str to GeoDataFrame or None
        By service name, a table in WGS84, one row a place, ordered by ``osm_id``: ``osm_id`` (``n``, ``w`` or
        ``r`` and the number), ``name``, ``level`` (text as tagged), ``capacity`` (float, NaN where not
        given), ``geometry`` (point).

    Raises
    ------
    InputDataError
        If the file is missing, empty, damaged or no ``.osm.pbf``.
    """
    if not pbf.is_file():
        raise InputDataError(f"{pbf}: no such file; give an .osm.pbf extract of the study area")
    if pbf.stat().st_size == 0:
        raise InputDataError(f"{pbf}: the file is empty; download or extract it again")
    try:
        objects = list(_matching_objects(pbf, services))
    except RuntimeError as error:  # what pyosmium raises for every damaged file
        raise InputDataError(
            f"{pbf}: cannot be read as .osm.pbf ({error}); it is truncated, damaged or of another format"
        ) from error
    places = {service.name: _places(objects, service) for service in services}
    absent = [name for name, table in places.items() if table is None]
    if absent:
        warnings.warn(
            f"{pbf}: no object is tagged as {', '.join(absent)}: no data, which differs from none there",
            DataQualityWarning,
            stacklevel=2,
        )
    return places


def _matching_objects(pbf: Path, services: Sequence[Service]) -> Iterator[_Object]:
    """Yield nodes and areas that match a service; warn about ways and relations that gave no area."""
    keys = sorted({key for service in services for alternative in service.tags for key in alternative})
    factory = osmium.geom.WKBFactory()
    store: Any = osmium.index.create_map("sparse_mem_array")
    processor = osmium.FileProcessor(osmium.io.File(str(pbf), "pbf")).with_locations(store)
    tagged = osmium.filter.KeyFilter(*keys)
    without_area: set[str] = set()
    entities: Iterator[Any] = iter(processor.with_areas(tagged).with_filter(tagged))
    for entity in entities:
        tags = {tag.k: tag.v for tag in entity.tags}
        if not any(service.matches(tags) for service in services):
            continue
        if entity.is_node():
            if entity.location.valid():
                yield _Object(f"n{entity.id}", tags, shapely.Point(entity.lon, entity.lat))
        elif not entity.is_area():
            without_area.add(f"{'w' if entity.is_way() else 'r'}{entity.id}")
        else:
            osm_id = f"{'w' if entity.from_way() else 'r'}{entity.orig_id()}"
            shape = _outline(factory, entity)
            if shape is not None:
                without_area.discard(osm_id)
                yield _Object(osm_id, tags, shape)
    if without_area:
        listed = ", ".join(sorted(without_area)[:5])
        warnings.warn(
            f"{pbf}: {len(without_area)} services are left out because their outline is open, crosses itself "
            f"or is cut by the edge of the extract ({listed})",
            DataQualityWarning,
            stacklevel=4,
        )


def _outline(factory: Any, area: Any) -> Any:
    try:
        return shapely.from_wkb(factory.create_multipolygon(area))
    except (RuntimeError, osmium.InvalidLocationError):
        return None


def _places(objects: Sequence[_Object], service: Service) -> gpd.GeoDataFrame | None:
    """Return the places of one service without doubles, None where there is no object."""
    matching = [item for item in objects if service.matches(item.tags)]
    if not matching:
        return None
    table = gpd.GeoDataFrame(
        {
            "osm_id": [item.osm_id for item in matching],
            "name": [item.tags.get("name") for item in matching],
            "level": [_first_tag(item.tags, service.level_tags) for item in matching],
            "capacity": [_capacity(item.tags, service.capacity_tags) for item in matching],
        },
        geometry=[item.shape for item in matching],
        crs=WGS84,
    )
    kept = _without_doubles(table)
    logger.info("%s: %d objects, %d places", service.name, len(table), len(kept))
    places = kept.set_geometry(inner_points(kept.geometry))
    ordered = places.assign(_number=places["osm_id"].str[1:].astype("int64")).sort_values(
        ["_number", "osm_id"]
    )
    return (
        ordered[[*COLUMNS, "geometry"]].astype({"name": "string", "level": "string"}).reset_index(drop=True)
    )


def _without_doubles(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = table.geometry.to_crs(equal_area_crs(table))
    order = pd.DataFrame({"m2": -shapes.area, "id": table["osm_id"]}).sort_values(["m2", "id"]).index
    table = table.loc[order].reset_index(drop=True)
    shapes = gpd.GeoSeries(np.asarray(shapes.loc[order]), crs=shapes.crs)
    points = inner_points(shapes)
    tree = shapely.STRtree(shapes.to_numpy())
    n_areas = int((shapes.area > 0).sum())
    first, second = tree.query(shapes.to_numpy()[:n_areas], predicate="dwithin", distance=DOUBLE_WITHIN_M)
    rows = table[COLUMNS[1:]].to_dict("records")
    kept = np.ones(len(table), dtype=bool)
    for area, other in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if area < other and kept[area] and kept[other]:
            inside = shapes.iloc[area].covers(points.iloc[other])
            if _is_double(rows[area]["name"], rows[other]["name"], inside):
                kept[other] = False
                rows[area] = {key: rows[other][key] if pd.isna(v) else v for key, v in rows[area].items()}
    merged = table.assign(**{key: [row[key] for row in rows] for key in COLUMNS[1:]})
    return merged[kept]


def _is_double(name: Any, other_name: Any, inside: bool) -> bool:
    if pd.isna(name) or pd.isna(other_name):
        return inside
    return str(name).casefold().strip() == str(other_name).casefold().strip()


def _first_tag(tags: dict[str, str], keys: Sequence[str]) -> str | None:
    return next((tags[key] for key in keys if key in tags), None)


def _capacity(tags: dict[str, str], keys: Sequence[str]) -> float:
    for key in keys:
        try:
            capacity = float(tags.get(key, ""))
        except ValueError:
            continue
        if np.isfinite(capacity) and capacity >= 0:
            return capacity
    return float("nan")
