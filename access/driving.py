"""Driving: which ways a car may use, which way round, and how fast; and what a trip by car costs at its ends.

A car may use a way when (``car_directions``)

1. its class is in ``SPEED_BY_CLASS_KM_H``; tracks only where a tag lets cars in; areas and emergency
   accesses never;
2. the most particular of ``motorcar``, ``motor_vehicle``, ``vehicle`` and ``access`` that says yes or no does
   not say no. ``destination`` and ``customers`` count as yes: driving through them is not prevented.

One way only: ``oneway`` (the particular ``oneway:motorcar`` first), else implied by a roundabout and by
``highway=motorway``. Reversible lanes count as open both ways.

Speed: the limit that the tags give (``access.maxspeed``), else by class of road; divided by the congestion
factor. Default speeds by class are those of R5 (Conveyal, ``SpeedConfig``: 65 miles an hour on motorways
down to 25 on streets, 5 in living streets), in km/h.

Not considered, so that times are too short rather than too long: turn restrictions, traffic lights, delay
at crossings, searching for a place to park beyond ``parking_min``. Congestion beyond ``congestion_factor``
too; say the period that it stands for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from access.errors import AccessError
from access.maxspeed import speed_limits_km_h
from access.osm_ways import Tags
from access.road_graph import CLOSED, DoorTimes, Passage

SPEED_BY_CLASS_KM_H: Mapping[str, float] = {
    "motorway": 105.0,
    "motorway_link": 56.0,
    "trunk": 89.0,
    "trunk_link": 56.0,
    "primary": 72.0,
    "primary_link": 40.0,
    "secondary": 56.0,
    "secondary_link": 40.0,
    "tertiary": 40.0,
    "tertiary_link": 40.0,
    "unclassified": 40.0,
    "residential": 40.0,
    "road": 40.0,
    "service": 40.0,
    "living_street": 8.0,
    "track": 40.0,
}
"""Where no tag gives a limit. R5's defaults, from miles an hour to whole km/h."""

CAR_NO = frozenset(
    ["no", "private", "military", "agricultural", "forestry", "delivery", "emergency", "psv", "bus"]
)
CAR_YES = frozenset(["yes", "permissive", "destination", "customers", "designated", "official", "permit"])
CAR_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
NOT_JOINED = frozenset(["motorway", "motorway_link", "trunk_link"])
"""Nobody sets out from or arrives at these, nor in a tunnel."""

LONGEST_MIN = 240.0


@dataclass(frozen=True)
class DrivingRules:
    """Parameters of driving; all of them are in ``summary()``.

    ``congestion_factor`` multiplies driving times: one number, or one by class of road (``"motorway"``,
    ``"primary"``...; a link counts as its road), where classes that are not named have 1. It must be at
    least 1.

    Raises
    ------
    AccessError
        Values are out of range; all problems are listed.
    """

    congestion_factor: float | Mapping[str, float] = 1.0
    congestion_period: str = "free flow"  # in words, for the summary
    access_min: float = 0.0  # from the door to the parked car, beside the walk to the street
    parking_min: float = 0.0  # at the destination: find a place, park, walk from it
    walk_speed_km_h: float = 3.6  # of the straight line between a point and the street
    speed_by_class_km_h: Mapping[str, float] = field(default_factory=lambda: SPEED_BY_CLASS_KM_H)

    def __post_init__(self) -> None:
        problems = [
            f"congestion_factor {f'of {name} ' if name else ''}must be 1 or more, got {factor}"
            for name, factor in self._factors().items()
            if not 1 <= factor < math.inf
        ]
        problems += [
            f"{name} must lie from 0 to {LONGEST_MIN:.0f}, got {value}"
            for name, value in (("access_min", self.access_min), ("parking_min", self.parking_min))
            if not 0 <= value <= LONGEST_MIN
        ]
        speeds = {"walk_speed_km_h": self.walk_speed_km_h}
        speeds |= {f"speed of {name}": speed for name, speed in self.speed_by_class_km_h.items()}
        problems += [
            f"{name} must lie from 0.1 to 300 km/h, got {speed}"
            for name, speed in speeds.items()
            if not 0.1 <= speed <= 300
        ]
        unknown = set(self._factors()) | set(self.speed_by_class_km_h)
        unknown -= {*SPEED_BY_CLASS_KM_H, ""}
        if unknown:
            problems.append(
                f"unknown classes of road: {', '.join(sorted(unknown))}; known are "
                f"{', '.join(SPEED_BY_CLASS_KM_H)}"
            )
        if problems:
            raise AccessError("driving: " + "; ".join(problems))

    def _factors(self) -> Mapping[str, float]:
        factor = self.congestion_factor
        return factor if isinstance(factor, Mapping) else {"": factor}

    def factor(self, highway: str) -> float:
        """Return the congestion factor of a class of road."""
        factors = self._factors()
        return factors.get(highway, factors.get(highway.removesuffix("_link"), factors.get("", 1.0)))

    @property
    def door(self) -> DoorTimes:
        """What a trip costs at its ends."""
        return DoorTimes(self.walk_speed_km_h, round(60 * self.access_min), round(60 * self.parking_min))

    def summary(self) -> str:
        """Return every parameter in plain words."""
        factors = ", ".join(f"{name} {factor:g}".strip() for name, factor in self._factors().items())
        table = "R5's table" if self.speed_by_class_km_h is SPEED_BY_CLASS_KM_H else "a table of its own"
        return (
            f"car: speed limits as tagged, else by class of road from {table}; congestion factor {factors} "
            f"({self.congestion_period}); {self.access_min:g} min to the car, {self.parking_min:g} min of "
            f"parking; to and from the street on foot at {self.walk_speed_km_h:g} km/h; turn restrictions, "
            "traffic lights and delay at crossings are not considered"
        )

    def passage(self, tags: Tags) -> Passage | None:
        """Return how a car passes a way, None where it may not."""
        forward, backward = car_directions(tags)
        if not (forward or backward):
            return None
        highway = tags.get("highway") or ""
        limits = speed_limits_km_h(tags, highway)
        default = self.speed_by_class_km_h.get(highway, SPEED_BY_CLASS_KM_H[highway])
        ahead, back = ((limit or default) / self.factor(highway) for limit in limits)
        return Passage(
            ahead if forward else CLOSED,
            back if backward else CLOSED,
            joinable=highway not in NOT_JOINED and not in_tunnel(tags),
            known=(limits[0] if forward else limits[1]) is not None,
        )


def car_directions(tags: Tags) -> tuple[bool, bool]:
    """Tell whether a car may go along and against a way (rules in the module's text)."""
    highway = tags.get("highway")
    if highway not in SPEED_BY_CLASS_KM_H or tags.get("area") == "yes":
        return False, False
    if tags.get("service") == "emergency_access":
        return False, False
    verdict = next((value for key in CAR_KEYS if (value := tags.get(key)) in CAR_NO | CAR_YES), None)
    if verdict in CAR_NO or (verdict is None and highway == "track"):
        return False, False
    return oneway_directions(tags, ("oneway:motorcar", "oneway:motor_vehicle", "oneway"))


def oneway_directions(tags: Tags, keys: tuple[str, ...] = ("oneway",)) -> tuple[bool, bool]:
    """Tell whether vehicles may go along and against a way; the first of the keys that is given decides."""
    oneway = next((value for key in keys if (value := tags.get(key)) is not None), None)
    if oneway in ("yes", "true", "1"):
        return True, False
    if oneway in ("-1", "reverse"):
        return False, True
    if oneway is None and (
        tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    ):
        return True, False
    return True, True


def in_tunnel(tags: Tags) -> bool:
    """Tell whether a way lies in a tunnel, where no point is joined to it."""
    return tags.get("tunnel") not in (None, "no", "building_passage", "culvert")
