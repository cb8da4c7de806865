"""Step-free walking: what the tags of a way say about passing it on wheels, and two bounds for the rest.

OpenStreetMap rarely says. So each way gets one of three values: ``NO``, ``UNKNOWN`` or ``YES``; and there are
two networks: ``best`` passes all that is not known to be barred, ``worst`` only what is known to be passable.
The truth lies between. With few tags the worst bound is nearly empty; ``StepFreeReport`` says how much of
the length is known, and must be shown beside every result.

Decided in this order (``step_free``):

1. ``wheelchair`` of ``WHEELCHAIR_YES`` or ``WHEELCHAIR_NO`` decides: somebody looked. ``limited`` (with help)
   is unknown, unless rule 3 bars it.
2. A lift (``highway=elevator``) is passable. Steps with ``ramp:wheelchair=yes`` are; with another ramp
   (for prams or bicycles, ``ramp=yes``) unknown; other steps are barred, moving ones too.
3. Barred: ``incline`` above ``max_incline_percent`` either way, ``width`` below ``min_width_m``, a
   ``smoothness`` worse than intermediate, a loose ``surface``, ``step_count`` above 0.
4. Passable without ``wheelchair``: only where surface, smoothness and incline are all given and good.
5. Everything else is unknown.

Sources of the thresholds: incline 6 % and width 0.90 m, DIN 18040-3:2014 (ramps; narrow passages). The 2010
ADA Standards ask for 5 % (403.3, ramps 8.33 %: 405.2) and 0.915 m (403.5.1). Smoothness: OpenStreetMap wiki,
"Key:smoothness": wheelchairs up to ``intermediate``. Surfaces: not firm and stable (ADA 302.1).

Not considered: kerbs and other things on nodes, crossings, slopes without a tag, conditional tags. The
straight line from a point to the street is taken as passable; for the worst case let it be short
(``WORST_CASE_SNAP_M``).
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from enum import IntEnum

import numpy as np
import pyproj

from access.errors import AccessError
from access.osm_ways import TaggedWays, Tags, pieces_of
from access.streets_osm import is_walkable

BOUNDS = ("best", "worst")

WORST_CASE_SNAP_M = 100.0
"""Longest straight line to a street for the worst case: across a longer one nobody knows what lies."""

WHEELCHAIR_YES = frozenset(["yes", "designated", "official"])
WHEELCHAIR_NO = frozenset(["no"])
BAD_SMOOTHNESS = frozenset(["bad", "very_bad", "horrible", "very_horrible", "impassable"])
GOOD_SMOOTHNESS = frozenset(["excellent", "good", "intermediate"])
LOOSE_SURFACES = frozenset(
    [
        *("sand", "gravel", "pebblestone", "mud", "grass", "woodchips", "rock", "stepping_stones", "snow"),
        *("cobblestone", "unhewn_cobblestone"),
    ]
)
FIRM_SURFACES = frozenset(
    [
        *("asphalt", "concrete", "concrete:plates", "paved", "paving_stones", "tartan", "metal", "wood"),
        *("acrylic", "tiles", "bricks"),
    ]
)


class StepFree(IntEnum):
    """What the tags say about passing a way without steps, on wheels."""

    NO = 0
    UNKNOWN = 1
    YES = 2


@dataclass(frozen=True)
class StepFreeLimits:
    """Thresholds of what counts as passable."""

    max_incline_percent: float = 6.0
    min_width_m: float = 0.9


@dataclass(frozen=True)
class StepFreeReport:
    """How much of the walkable length is known; lengths in metres."""

    limits: StepFreeLimits
    yes_m: float
    no_m: float
    unknown_m: float

    @property
    def yes_share(self) -> float:
        """Share of the walkable length known to be passable, 0 to 1: all that the worst case has."""
        total_m = self.yes_m + self.no_m + self.unknown_m
        return self.yes_m / total_m if total_m else 0.0

    @property
    def known_share(self) -> float:
        """Share of the walkable length whose tags say yes or no, 0 to 1."""
        total_m = self.yes_m + self.no_m + self.unknown_m
        return (self.yes_m + self.no_m) / total_m if total_m else 0.0

    def as_dict(self) -> dict[str, float]:
        """Return limits and lengths as plain values."""
        lengths = {"yes_m": self.yes_m, "no_m": self.no_m, "unknown_m": self.unknown_m}
        return {**asdict(self.limits), **lengths}

    def summary(self) -> str:
        """Return two sentences in plain words."""
        total_m = max(self.yes_m + self.no_m + self.unknown_m, 1e-9)
        return (
            f"step-free: {self.yes_m / total_m:.1%} of the street length is known to be passable, "
            f"{self.no_m / total_m:.1%} known not to be, {self.unknown_m / total_m:.1%} not said "
            f"(incline up to {self.limits.max_incline_percent:g} %, width from "
            f"{self.limits.min_width_m:g} m); "
            "the best case passes what is not said, the worst case does not, and the truth lies between"
        )


def step_free(tags: Tags, limits: StepFreeLimits | None = None) -> StepFree:
    """Return whether a way can be passed without steps (rules in the module's text)."""
    limits = limits or StepFreeLimits()
    wheelchair = tags.get("wheelchair")
    if wheelchair in WHEELCHAIR_YES:
        return StepFree.YES
    if wheelchair in WHEELCHAIR_NO:
        return StepFree.NO
    highway = tags.get("highway")
    if highway == "elevator":
        return StepFree.YES
    if highway == "steps":
        return _steps(tags)
    incline, width_m = _percent(tags.get("incline")), _metres(tags.get("width"))
    smoothness, surface = tags.get("smoothness"), tags.get("surface")
    barred = (
        (incline is not None and incline > limits.max_incline_percent)
        or (width_m is not None and width_m < limits.min_width_m)
        or smoothness in BAD_SMOOTHNESS
        or surface in LOOSE_SURFACES
        or (tags.get("step_count") or "0").strip("0") != ""
    )
    if barred:
        return StepFree.NO
    good = smoothness in GOOD_SMOOTHNESS and surface in FIRM_SURFACES and incline is not None
    return StepFree.YES if good and wheelchair != "limited" else StepFree.UNKNOWN


def is_step_free(tags: Tags, bound: str, limits: StepFreeLimits | None = None) -> bool:
    """Tell whether a way belongs to the step-free network of a bound, ``"best"`` or ``"worst"``.

    Raises
    ------
    AccessError
        ``bound`` is neither.
    """
    if bound not in BOUNDS:
        raise AccessError(f"step-free bound must be 'best' or 'worst', got {bound!r}")
    least = StepFree.UNKNOWN if bound == "best" else StepFree.YES
    return is_walkable(tags) and step_free(tags, limits) >= least


def step_free_report(tagged: TaggedWays, limits: StepFreeLimits | None = None) -> StepFreeReport:
    """Measure how much of the walkable length is known; each way counts, also where two share a piece."""
    limits = limits or StepFreeLimits()
    value = np.array([step_free(tags, limits) if is_walkable(tags) else -1 for tags in tagged.tags])
    ways = tagged.ways
    pieces = pieces_of(ways, (value >= 0)[ways.kind])
    lon, lat, start, target = ways.node_lon, ways.node_lat, pieces.start, pieces.target
    _, _, length_m = pyproj.Geod(ellps="WGS84").inv(lon[start], lat[start], lon[target], lat[target])
    of_piece = value[ways.kind][pieces.way]
    metres = [float(length_m[of_piece == kind].sum()) for kind in StepFree]
    return StepFreeReport(
        limits,
        yes_m=metres[StepFree.YES],
        no_m=metres[StepFree.NO],
        unknown_m=metres[StepFree.UNKNOWN],
    )


def _steps(tags: Tags) -> StepFree:
    if tags.get("ramp:wheelchair") == "yes":
        return StepFree.YES
    moving = tags.get("conveying") not in (None, "no")
    ramp = tags.get("ramp") in ("yes", "separate") and tags.get("ramp:wheelchair") != "no"
    return StepFree.UNKNOWN if ramp and not moving else StepFree.NO


def _percent(value: str | None) -> float | None:
    """Read ``incline`` in percent, without its sign: ``7%``, ``-7 %``, ``0``, ``4°``; ``up`` says nothing."""
    found = re.fullmatch(r"[+-]?(\d+(?:[.,]\d+)?) ?(%|°)?", (value or "").strip())
    if not found:
        return None
    number = float(found[1].replace(",", "."))
    return float(100 * np.tan(np.radians(min(number, 89)))) if found[2] == "°" else number


def _metres(value: str | None) -> float | None:
    """Read ``width`` in metres: ``1.2``, ``1,2 m``, ``90 cm``; anything else says nothing."""
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?) ?(m|cm)?", (value or "").strip())
    if not found:
        return None
    return float(found[1].replace(",", ".")) / (100 if found[2] == "cm" else 1)
