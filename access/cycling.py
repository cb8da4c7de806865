"""Cycling: where one rides, which way round, how stressful it is; elsewhere the bicycle is pushed.

One rides on a way when its class is in ``RIDDEN_HIGHWAYS`` and neither ``bicycle`` nor (without a verdict
from it) ``vehicle`` or ``access`` forbids; on paths for people on foot and on steps only where ``bicycle``
allows. Motorways and roads with ``motorroad=yes`` never. One-way rules bind unless ``oneway:bicycle``,
a contraflow lane (``cycleway=opposite*``) or a two-way cycle track lifts them.

Where one may not ride, or not in this direction, or where the stress is above the limit, the bicycle is
pushed at walking speed if people may walk there; on steps it is carried at the same speed (as R5 does).

**Stress**: level of traffic stress 1 (fit for children) to 4, after Mekuria, Furth and Nixon, "Low-Stress
Bicycling and Network Connectivity", Mineta Transportation Institute report 11-19 (2012). OpenStreetMap lacks
most of what they ask for, so the level comes from tags as Conveyal's R5 guesses it: a tag ``lts`` first; 1
where no car may go, on separate tracks and on small streets (``QUIET_HIGHWAYS``); else by ``STRESS``.
Departure: levels are not carried over crossings to the streets that meet there, as R5 does.

One speed everywhere, uphill too; crossings cost nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from access.driving import car_directions, in_tunnel, oneway_directions
from access.errors import AccessError
from access.maxspeed import parse_maxspeed
from access.osm_ways import Tags
from access.road_graph import CLOSED, DoorTimes, Passage
from access.streets_osm import is_walkable

RIDDEN_HIGHWAYS = frozenset(
    [
        *("trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link"),
        *("tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "road"),
        *("track", "cycleway", "path"),
    ]
)
PUSHED_UNLESS_ALLOWED = frozenset(["footway", "pedestrian", "bridleway", "steps", "corridor", "platform"])
BICYCLE_YES = frozenset(["yes", "designated", "permissive", "destination", "customers", "official", "permit"])
BICYCLE_NO = frozenset(["no", "private", "dismount", "use_sidepath"])
ACCESS_NO = frozenset(["no", "private", "military"])

QUIET_HIGHWAYS = frozenset(["residential", "living_street", "service"])
MINOR_HIGHWAYS = frozenset(["unclassified", "tertiary", "tertiary_link"])
CALM_KM_H = 40.3
"""25 miles an hour: the limit up to which a street with few lanes is calm."""
CALM_LANES = 3

STRESS: dict[tuple[str, str, str], int] = {
    # road, bicycle lane, traffic -> level
    ("minor", "lane", "calm"): 2,
    ("minor", "lane", "busy"): 2,
    ("minor", "no lane", "calm"): 2,
    ("minor", "no lane", "busy"): 3,
    ("major", "lane", "calm"): 2,
    ("major", "lane", "busy"): 3,
    ("major", "no lane", "calm"): 4,
    ("major", "no lane", "busy"): 4,
}
"""Minor: ``MINOR_HIGHWAYS``; major: every other road with cars. Calm: at most 3 lanes (or not said) and a
limit of at most 25 miles an hour; a minor road of at most 3 lanes without a limit is calm too."""


@dataclass(frozen=True)
class CyclingRules:
    """Parameters of cycling; all of them are in ``summary()``.

    Raises
    ------
    AccessError
        Values are out of range; all problems are listed.
    """

    speed_km_h: float = 15.0
    walk_speed_km_h: float = 3.6  # pushing the bicycle, and from and to the street
    max_stress: int = 4  # level of traffic stress, 1 to 4; above it the bicycle is pushed

    def __post_init__(self) -> None:
        problems = [
            f"{name} must lie from 0.1 to 100 km/h, got {value}"
            for name, value in (("speed_km_h", self.speed_km_h), ("walk_speed_km_h", self.walk_speed_km_h))
            if not 0.1 <= value <= 100 or math.isnan(value)
        ]
        if not problems and self.speed_km_h < self.walk_speed_km_h:
            problems.append(
                f"speed_km_h {self.speed_km_h} is below walk_speed_km_h {self.walk_speed_km_h}; walk instead"
            )
        if self.max_stress not in (1, 2, 3, 4):
            problems.append(f"max_stress must be 1, 2, 3 or 4, got {self.max_stress}")
        if problems:
            raise AccessError("cycling: " + "; ".join(problems))

    @property
    def door(self) -> DoorTimes:
        """What a trip costs at its ends."""
        return DoorTimes(self.walk_speed_km_h, 0, 0)

    def summary(self) -> str:
        """Return every parameter in plain words."""
        stress = (
            f"traffic stress up to level {self.max_stress}, else pushed"
            if self.max_stress < 4
            else "any traffic"
        )
        return (
            f"bicycle: {self.speed_km_h:g} km/h on the flat and uphill, {stress}; pushed and carried at "
            f"{self.walk_speed_km_h:g} km/h, which is also the speed to and from the street"
        )

    def passage(self, tags: Tags) -> Passage | None:
        """Return how one passes a way with a bicycle, None where one may not even push it."""
        on_foot = self.walk_speed_km_h if is_walkable(tags) else CLOSED
        ridden = ride_directions(tags)
        speeds = [
            self.speed_km_h if rides and level <= self.max_stress else on_foot
            for rides, level in zip(ridden, traffic_stress(tags), strict=True)
        ]
        if speeds == [CLOSED, CLOSED]:
            return None
        return Passage(speeds[0], speeds[1], joinable=not in_tunnel(tags), known=True)


def ride_directions(tags: Tags) -> tuple[bool, bool]:
    """Tell whether one may ride along and against a way (rules in the module's text)."""
    highway, bicycle = tags.get("highway"), tags.get("bicycle")
    allowed = bicycle in BICYCLE_YES
    if highway not in RIDDEN_HIGHWAYS and not (highway in PUSHED_UNLESS_ALLOWED and allowed):
        return False, False
    if bicycle in BICYCLE_NO or tags.get("motorroad") == "yes":
        return False, False
    vehicle = tags.get("vehicle")
    access = vehicle if vehicle is not None else tags.get("access")
    if not allowed and access in ACCESS_NO:
        return False, False
    forward, backward = oneway_directions(tags, ("oneway:bicycle", "oneway"))
    if tags.get("oneway:bicycle") is None and _contraflow(tags):
        return True, True
    return forward, backward


def traffic_stress(tags: Tags) -> tuple[int, int]:
    """Return the level of traffic stress along and against a way, 1 to 4."""
    stated = tags.get("lts") or ""
    if stated[:1] in ("1", "2", "3", "4"):
        return int(stated[0]), int(stated[0])
    highway = tags.get("highway")
    if highway in QUIET_HIGHWAYS or not any(car_directions(tags)):
        return 1, 1
    road = "minor" if highway in MINOR_HIGHWAYS else "major"
    traffic = "calm" if _is_calm(tags, road) else "busy"
    left, right = _lane(tags, "left"), _lane(tags, "right")
    # Traffic keeps right here: the lane on the left is the one against the way, unless the way is one-way.
    if oneway_directions(tags) == (True, False):
        left = right = (
            "track" if "track" in (left, right) else "lane" if "lane" in (left, right) else "no lane"
        )
    ahead, back = (1 if lane == "track" else STRESS[road, lane, traffic] for lane in (right, left))
    return ahead, back


def _lane(tags: Tags, side: str) -> str:
    values = [tags.get(key) or "" for key in ("cycleway", "cycleway:both", f"cycleway:{side}")]
    if any(value in ("track", "opposite_track", "separate") for value in values):
        return "track"
    return "lane" if any(value in ("lane", "opposite_lane") for value in values) else "no lane"


def _is_calm(tags: Tags, road: str) -> bool:
    limit_km_h = parse_maxspeed(tags.get("maxspeed"), tags.get("highway") or "")
    stated = tags.get("lanes") or ""
    lanes = int(stated) if stated.isdecimal() else None
    if limit_km_h is None:
        return road == "minor" and lanes is not None and lanes <= CALM_LANES
    return limit_km_h <= CALM_KM_H and (lanes is None or lanes <= CALM_LANES)


def _contraflow(tags: Tags) -> bool:
    keys = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    if any((tags.get(key) or "").startswith("opposite") for key in keys):
        return True
    return any(tags.get(f"cycleway:{side}:oneway") in ("no", "-1") for side in ("left", "right"))
