"""Constants of the standards of supply, each with its source and whether that source was read.

A constant is *verified* where its value was read in a source that describes the standard, and is still that
value; anything else is unverified: taken from general knowledge, or our own reading where the source is
silent. Results built on unverified constants say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from access.transit_modes import TRANSIT_MODES

SDG_SOURCE = "UN-Habitat, SDG indicator metadata 11.2.1, September 2021"
EU_SOURCE = "Poelman, Measuring access to public transport in European cities, DG REGIO (slides)"
PTAL_SOURCE = "Transport for London's method as secondary sources describe it"
OUR_READING = "our reading; the source read does not say"
UNREAD = "general knowledge; not found in a source read"


class Placement(NamedTuple):
    """Where a mode counts in a standard."""

    group: str
    verified: bool
    source: str


class ConstantRecord(NamedTuple):
    """One constant as a run used it."""

    name: str
    value: object
    verified: bool
    source: str


def _known(source: str, verified: bool = True) -> dict[str, Any]:
    return {"source": source, "verified": verified}


LOW_CAPACITY, HIGH_CAPACITY = "low", "high"
BUS_TRAM, METRO_TRAIN = "bus_tram", "metro_train"

_SDG_MODES = {
    "BUS": Placement(LOW_CAPACITY, True, SDG_SOURCE),
    "TRAM": Placement(LOW_CAPACITY, False, "a secondary source (Our World in Data) names trams beside buses"),
    "RAIL": Placement(HIGH_CAPACITY, True, SDG_SOURCE),
    "SUBWAY": Placement(HIGH_CAPACITY, True, SDG_SOURCE),
    "FERRY": Placement(HIGH_CAPACITY, True, SDG_SOURCE),
    "CABLE_CAR": Placement(LOW_CAPACITY, False, OUR_READING),
    "GONDOLA": Placement(LOW_CAPACITY, False, OUR_READING),
    "FUNICULAR": Placement(LOW_CAPACITY, False, OUR_READING),
    "TRANSIT": Placement(LOW_CAPACITY, False, OUR_READING),
}
_EU_MODES = {
    "BUS": Placement(BUS_TRAM, True, EU_SOURCE),
    "TRAM": Placement(BUS_TRAM, True, EU_SOURCE),
    "SUBWAY": Placement(METRO_TRAIN, True, EU_SOURCE),
    "RAIL": Placement(METRO_TRAIN, True, EU_SOURCE),
    "FERRY": Placement(BUS_TRAM, False, OUR_READING),
    "CABLE_CAR": Placement(BUS_TRAM, False, OUR_READING),
    "GONDOLA": Placement(BUS_TRAM, False, OUR_READING),
    "FUNICULAR": Placement(BUS_TRAM, False, OUR_READING),
    "TRANSIT": Placement(BUS_TRAM, False, OUR_READING),
}
_PTAL_MODES = {
    "BUS": Placement("bus", True, PTAL_SOURCE),
    "TRAM": Placement("rail", True, PTAL_SOURCE),
    "SUBWAY": Placement("rail", True, PTAL_SOURCE),
    "RAIL": Placement("rail", True, PTAL_SOURCE),
}


@dataclass(frozen=True)
class SdgRules:
    """SDG indicator 11.2.1, the distance part: network walk to a stop served on the service day.

    Its further criteria (frequency in the peak, accessible to all, safe) are not in timetables and are not
    measured. Modes are those of ``access.transit_modes``; ``AIR`` is no local transport and left out.
    """

    low_capacity_m: float = field(default=500.0, metadata=_known(SDG_SOURCE))
    high_capacity_m: float = field(default=1_000.0, metadata=_known(SDG_SOURCE))
    modes: Mapping[str, Placement] = field(default_factory=lambda: dict(_SDG_MODES))


@dataclass(frozen=True)
class EuTypologyRules:
    """Departures typology of DG REGIO: average departures an hour at the best cluster of stops in reach.

    Exactly ``medium_from_per_h`` and exactly ``high_above_per_h`` departures are not defined in the source
    (less than 4; more than 4 but less than 10; more than 10). We call both medium.

    How near stops of a cluster are is not either, and it matters: in the demo city 13 % of residents are in
    class *high* with 25 m, 16 % with 50 m, 24 % with 100 m. Show more than one where the class is evidence.
    """

    window_start_s: int = field(default=6 * 3600, metadata=_known(EU_SOURCE))
    window_end_s: int = field(default=20 * 3600, metadata=_known(EU_SOURCE))
    bus_tram_walk_min: float = field(default=5.0, metadata=_known(EU_SOURCE))
    metro_train_walk_min: float = field(default=10.0, metadata=_known(EU_SOURCE))
    walk_speed_km_h: float = field(default=5.0, metadata=_known(UNREAD, verified=False))
    medium_from_per_h: float = field(default=4.0, metadata=_known(EU_SOURCE))
    high_above_per_h: float = field(default=10.0, metadata=_known(EU_SOURCE))
    very_high: bool = field(default=True, metadata=_known(UNREAD, verified=False))
    cluster_within_m: float = field(default=50.0, metadata=_known(OUR_READING, verified=False))
    modes: Mapping[str, Placement] = field(default_factory=lambda: dict(_EU_MODES))


@dataclass(frozen=True)
class FrequentTransitRules:
    """People near frequent transit (ITDP): a stop with a departure every ten minutes in the peak.

    The way to count is ours: all routes of a stop or station together, of each its busier direction.
    """

    walk_m: float = field(default=500.0, metadata=_known("ITDP, documentation"))
    least_per_h: float = field(default=6.0, metadata=_known("ITDP, documentation"))
    window_start_s: int = field(default=7 * 3600, metadata=_known(OUR_READING, verified=False))
    window_end_s: int = field(default=9 * 3600, metadata=_known(OUR_READING, verified=False))


@dataclass(frozen=True)
class PtalRules:
    """Public Transport Accessibility Level.

    Modes that the sources do not name (ferries, cable cars) are left out. ``bands`` are upper bounds,
    included; an index of 0 is band 0.
    """

    bus_walk_m: float = field(default=640.0, metadata=_known(PTAL_SOURCE))
    rail_walk_m: float = field(default=960.0, metadata=_known(PTAL_SOURCE))
    walk_speed_m_min: float = field(default=80.0, metadata=_known(PTAL_SOURCE))
    window_start_s: int = field(default=8 * 3600 + 900, metadata=_known(PTAL_SOURCE))
    window_end_s: int = field(default=9 * 3600 + 900, metadata=_known(PTAL_SOURCE))
    bus_reliability_min: float = field(default=2.0, metadata=_known(UNREAD, verified=False))
    rail_reliability_min: float = field(default=0.75, metadata=_known(UNREAD, verified=False))
    doorstep_min: float = field(default=30.0, metadata=_known(PTAL_SOURCE))
    other_routes_weight: float = field(default=0.5, metadata=_known(PTAL_SOURCE))
    bands: tuple[tuple[str, float], ...] = field(
        default=(
            ("1a", 2.5),
            ("1b", 5.0),
            ("2", 10.0),
            ("3", 15.0),
            ("4", 20.0),
            ("5", 25.0),
            ("6a", 40.0),
            ("6b", float("inf")),
        ),
        metadata=_known(UNREAD, verified=False),
    )
    modes: Mapping[str, Placement] = field(default_factory=lambda: dict(_PTAL_MODES))


@dataclass(frozen=True)
class SupplyRules:
    """All standards of supply."""

    sdg: SdgRules = field(default_factory=SdgRules)
    eu: EuTypologyRules = field(default_factory=EuTypologyRules)
    frequent: FrequentTransitRules = field(default_factory=FrequentTransitRules)
    ptal: PtalRules = field(default_factory=PtalRules)


AnyRules = SdgRules | EuTypologyRules | FrequentTransitRules | PtalRules


def constants_of(rules: AnyRules) -> list[ConstantRecord]:
    """Return every constant of a standard with its source; a value of one's own is not verified."""
    records = []
    for entry in fields(rules):
        value = getattr(rules, entry.name)
        if entry.name == "modes":
            records += [ConstantRecord(f"mode {mode}", *placement) for mode, placement in value.items()]
        elif value == entry.default:
            verified, source = bool(entry.metadata["verified"]), str(entry.metadata["source"])
            records.append(ConstantRecord(entry.name, value, verified, source))
        else:
            records.append(ConstantRecord(entry.name, value, False, "configured"))
    return records


_GROUPS = {
    SdgRules: {LOW_CAPACITY, HIGH_CAPACITY},
    EuTypologyRules: {BUS_TRAM, METRO_TRAIN},
    PtalRules: {"bus", "rail"},
}
_MAY_BE_ZERO = ("bus_reliability_min", "rail_reliability_min", "other_routes_weight", "cluster_within_m")


def rules_problems(rules: SupplyRules) -> list[str]:
    """List what is wrong with constants of one's own, in the user's words; empty when there is nothing."""
    problems = []
    for name, standard in (
        ("sdg", rules.sdg),
        ("eu", rules.eu),
        ("frequent", rules.frequent),
        ("ptal", rules.ptal),
    ):
        for record in constants_of(standard):
            value = record.value
            least = 0 if record.name in _MAY_BE_ZERO or record.name.startswith("window") else 1e-9
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            if not least <= value < float("inf"):
                kind = "0 or a positive number" if least == 0 else "a positive number"
                problems.append(f"{name}.{record.name} must be {kind}, got {value}")
        if not isinstance(standard, SdgRules) and standard.window_end_s <= standard.window_start_s:
            problems.append(
                f"{name}: the window ends at {standard.window_end_s} s, not after it starts at "
                f"{standard.window_start_s} s"
            )
        if not isinstance(standard, FrequentTransitRules):
            problems += _placement_problems(name, standard.modes, _GROUPS[type(standard)])
    if rules.eu.medium_from_per_h > rules.eu.high_above_per_h:
        problems.append("eu.medium_from_per_h must not be above eu.high_above_per_h")
    bounds = [upper for _, upper in rules.ptal.bands]
    if bounds != sorted(set(bounds)) or not bounds or bounds[0] <= 0 or bounds[-1] != float("inf"):
        problems.append(f"ptal.bands must rise from above 0 and end at infinity, got {bounds}")
    return problems


def _placement_problems(name: str, modes: Mapping[str, Placement], groups: set[str]) -> list[str]:
    unknown = sorted(set(modes) - TRANSIT_MODES)
    wrong = sorted({placement.group for placement in modes.values()} - groups)
    problems = []
    if unknown:
        problems.append(
            f"{name}.modes names {', '.join(unknown)}; modes are {', '.join(sorted(TRANSIT_MODES))}"
        )
    if wrong:
        problems.append(
            f"{name}.modes has the groups {', '.join(wrong)}; groups are {', '.join(sorted(groups))}"
        )
    return problems
