"""Speed limits out of OpenStreetMap's ``maxspeed`` tags, in km/h.

Numbers are km/h unless they name ``mph`` or ``knots``; ``walk`` is ``WALK_KM_H``, ``none`` (no limit)
``NO_LIMIT_KM_H``. A zone of a country (``DE:urban``, ``BR:rural``, ``FR:zone30``) stands for its legal limit
in ``ZONE_LIMITS_KM_H``; of a country that is not listed, the most frequent limit of such zones. Of several
values (``60|100``, ``50;30``) the highest counts. ``signals`` and ``variable`` are unknown, as is everything
else; the caller then takes its speed by class of road.

Legal limits are the usual ones of each country, as the OpenStreetMap wiki collects them ("Default speed
limits"), for Brazil by class of road (Código de Trânsito Brasileiro, law 9503 of 1997, article 61). They were
not checked law by law: only ways without a number in their tags depend on them.
"""

from __future__ import annotations

import re

from access.osm_ways import Tags

KM_H_PER_UNIT = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}

WALK_KM_H = 6.0
NO_LIMIT_KM_H = 130.0
"""Advised speed where German motorways have no limit (Autobahn-Richtgeschwindigkeits-Verordnung, 1978)."""

USUAL_KM_H = {
    "urban": 50.0,
    "rural": 90.0,
    "trunk": 100.0,
    "motorway": 120.0,
    "living_street": 20.0,
    "pedestrian_zone": 6.0,
    "bicycle_road": 30.0,
    "school": 30.0,
}
"""By zone, for countries that are not listed."""

ZONE_LIMITS_KM_H: dict[str, dict[str, float]] = {
    "AR": {"urban": 40, "urban:primary": 60, "urban:secondary": 60, "rural": 110, "motorway": 130},
    "AT": {"urban": 50, "rural": 100, "trunk": 100, "motorway": 130},
    "AU": {"urban": 50, "rural": 100},
    "BE": {"urban": 50, "rural": 70, "trunk": 120, "motorway": 120},
    "BR": {
        "urban": 30,
        "urban:tertiary": 40,
        "urban:secondary": 60,
        "urban:primary": 60,
        "urban:trunk": 80,
        "rural": 100,
        "motorway": 110,
    },
    "CA": {"urban": 50, "rural": 80, "motorway": 100},
    "CH": {"urban": 50, "rural": 80, "trunk": 100, "motorway": 120},
    "CL": {"urban": 50, "rural": 100, "motorway": 120},
    "CO": {"urban": 50, "rural": 80},
    "CZ": {"urban": 50, "rural": 90, "trunk": 110, "motorway": 130, "urban_motorway": 80},
    "DE": {"urban": 50, "rural": 100, "motorway": NO_LIMIT_KM_H, "living_street": 7},
    "DK": {"urban": 50, "rural": 80, "motorway": 130},
    "ES": {"urban": 50, "rural": 90, "trunk": 90, "motorway": 120},
    "FI": {"urban": 50, "rural": 80, "trunk": 100, "motorway": 120},
    "FR": {"urban": 50, "rural": 80, "trunk": 110, "motorway": 130},
    "GB": {
        "urban": 48.28,
        "nsl_restricted": 48.28,
        "nsl_single": 96.56,
        "nsl_dual": 112.65,
        "motorway": 112.65,
    },
    "IE": {"urban": 50, "rural": 80, "trunk": 100, "motorway": 120},
    "IT": {"urban": 50, "rural": 90, "trunk": 110, "motorway": 130},
    "JP": {"urban": 60, "rural": 60, "motorway": 100},
    "MX": {"urban": 50, "rural": 80, "motorway": 110},
    "NL": {"urban": 50, "rural": 80, "trunk": 100, "motorway": 100, "living_street": 15},
    "NO": {"urban": 50, "rural": 80},
    "PL": {"urban": 50, "rural": 90, "trunk": 100, "motorway": 140},
    "PT": {"urban": 50, "rural": 90, "trunk": 100, "motorway": 120},
    "RO": {"urban": 50, "rural": 90, "trunk": 100, "motorway": 130},
    "RU": {"urban": 60, "rural": 90, "motorway": 110},
    "SE": {"urban": 50, "rural": 70, "trunk": 90, "motorway": 110},
    "UA": {"urban": 50, "rural": 90, "trunk": 110, "motorway": 130},
    "US": {"urban": 40.23, "rural": 88.51, "motorway": 104.61},
    "UY": {"urban": 45, "rural": 90},
    "ZA": {"urban": 60, "rural": 100, "motorway": 120},
}

_NUMBER = re.compile(r"^(\d+(?:\.\d+)?) ?(km/h|kmh|kph|mph|knots)?$")
_ZONE = re.compile(r"^([A-Z]{2})(?:-[A-Z]+)?:(.+)$")
_LIMITED_ZONE = re.compile(r"^(?:zone)?:?(\d+)$")


def parse_maxspeed(value: str | None, highway: str = "") -> float | None:
    """Return a limit in km/h, None where the value says nothing usable.

    Parameters
    ----------
    value
        Of ``maxspeed`` or of a tag that names a zone.
    highway
        Class of the road, for countries whose limit in towns depends on it.
    """
    limits = [_limit(part.strip(), highway) for part in re.split(r"[|;]", value or "")]
    known = [limit for limit in limits if limit]
    return max(known) if known else None


def speed_limits_km_h(tags: Tags, highway: str) -> tuple[float | None, float | None]:
    """Return the limits for a car along and against a way, None where no tag says."""
    either = parse_maxspeed(tags.get("maxspeed:motorcar"), highway)
    if either is None:
        either = parse_maxspeed(tags.get("maxspeed"), highway)
    for key in ("maxspeed:type", "source:maxspeed", "zone:maxspeed"):
        value = tags.get(key)
        if either is None and value is not None and _ZONE.match(value):
            either = parse_maxspeed(value, highway)
    forward = parse_maxspeed(tags.get("maxspeed:forward"), highway)
    backward = parse_maxspeed(tags.get("maxspeed:backward"), highway)
    return forward or either, backward or either


def _limit(value: str, highway: str) -> float | None:
    number = _NUMBER.match(value)
    if number:
        return float(number[1]) * KM_H_PER_UNIT[number[2] or ""] or None
    if value in ("walk", "none"):
        return WALK_KM_H if value == "walk" else NO_LIMIT_KM_H
    zone = _ZONE.match(value)
    if not zone:
        return None
    country, name = zone[1], zone[2]
    limited = _LIMITED_ZONE.match(name)
    if limited:  # FR:zone30, DE:zone:30, DE:30: miles an hour where the country counts in them
        return float(limited[1]) * (KM_H_PER_UNIT["mph"] if country in ("GB", "US") else 1)
    if name == "walk":
        return WALK_KM_H
    legal = ZONE_LIMITS_KM_H.get(country, {})
    by_class = legal.get(f"{name}:{highway.removesuffix('_link')}")
    return by_class or legal.get(name) or USUAL_KM_H.get(name)
