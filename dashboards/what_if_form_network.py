"""Today's lines and stops as features of the map that can be clicked, as far as a form needs them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely

from dashboards.kept import kept
from dashboards.run_data import RunData
from dashboards.transit_lines import transit_lines
from dashboards.what_if_form_read import City
from dashboards.what_if_form_today import key_of

#: Lines are drawn to about ten metres, which no map of a city shows.
SIMPLER_BY_DEG, DIGITS = 1e-4, 5
LINE_COLOUR, MARKED_COLOUR = "#364fc7", "#c2006b"


def network_features(data: RunData, city: City, needed: str) -> list[dict[str, Any]]:
    """Return features for a form.

    Parameters
    ----------
    needed : str
        "routes", "stops", "both", or empty for none.
    """
    found: list[dict[str, Any]] = []
    if needed in ("routes", "both"):
        found += kept(data, "what-if-routes", lambda: _routes(data, city))
    if needed in ("stops", "both"):
        found += kept(data, "what-if-stops", lambda: _stops(city))
    return found


def marked_lines(data: RunData, city: City, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return lines that are chosen, so drawn that they stand out; a click takes one away again."""
    found = []
    for feature in kept(data, "what-if-routes", lambda: _routes(data, city)) if keys else ():
        if feature["properties"]["id"] in keys:
            properties = {**feature["properties"], "colour": MARKED_COLOUR, "weight": 5}
            found.append({**feature, "properties": properties})
    return found


def _routes(data: RunData, city: City) -> list[dict[str, Any]]:
    found = []
    for line in transit_lines(data):
        key = key_of(line.feed, line.route_id)
        if key not in city.today.lines:
            continue
        shape = shapely.simplify(shapely.MultiLineString(line.coordinates), SIMPLER_BY_DEG)
        geometry = shapely.geometry.mapping(shapely.set_precision(shape, 10**-DIGITS, mode="pointwise"))
        properties = {
            "kind": "route",
            "id": key,
            "label": city.today.lines[key].name,
            "colour": LINE_COLOUR,
            "weight": 1.5,
        }
        found.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return found


def _stops(city: City) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(stop.lon, 6), round(stop.lat, 6)]},
            "properties": {
                "kind": "stop",
                "id": stop.key,
                "label": f"{stop.name} ({', '.join(stop.lines[:6])})",
            },
        }
        for stop in city.today.stops.values()
    ]
