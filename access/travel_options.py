"""What a caller of the Python API asks for, in r5py's words, checked and brought into plain numbers.

All problems are collected, so that one error tells everything. Durations are ``timedelta``; those that end
in whole minutes (``_min`` below) must be given in whole minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from access.engine.arrays import LAST_ARRIVAL_S, LONGEST_DURATION_MIN, LONGEST_WINDOW_MIN
from access.errors import AccessError
from access.points import mode_name, refuse
from access.search import percentile_problems
from access.transit_modes import TRANSIT_MODES
from access.transport_network import StepFree
from access.travel_values import (
    count,
    is_duration,
    limit_min,
    radius_m,
    slack_s,
    speed_km_h,
    whole_minutes,
)
from access.travel_windows import Window, windows_of

if TYPE_CHECKING:
    from access.driving import DrivingRules
    from access.road_graph import RoadRules

USUAL_HORIZON_S = 32 * 3600
STREET_MODES = ("WALK", "BICYCLE", "CAR")
WALK_BESIDE_TRANSIT = timedelta(minutes=30)
"""Default of ``max_time_walking`` where vehicles may be ridden."""


class TravelArguments(TypedDict, total=False):
    """Keywords that all functions of the API share; meaning and defaults: ``travel_time_matrix``."""

    departure: datetime | Iterable[datetime] | None
    departure_time_window: timedelta
    percentiles: Sequence[float]
    transport_modes: Iterable[Any]
    access_modes: Iterable[Any]
    egress_modes: Iterable[Any] | None
    max_time: timedelta
    max_time_walking: timedelta | None
    max_time_cycling: timedelta | None
    max_time_driving: timedelta | None
    max_time_transfer: timedelta
    speed_walking: float
    speed_cycling: float
    max_public_transport_rides: int | None
    max_bicycle_traffic_stress: int
    boarding_slack: timedelta
    arrive_by: bool
    driving_rules: DrivingRules | None
    snap_to_network: bool | float
    step_free: StepFree
    allow_no_service: bool
    threads: int | None
    progress: Callable[[int], object] | None


@dataclass(frozen=True)
class TravelOptions:
    """Checked options in plain numbers."""

    windows: tuple[Window, ...]  # one for each departure asked for
    window_min: int
    percentiles: tuple[float, ...]
    modes: frozenset[str]  # TRANSIT modes by name, WALK, BICYCLE, CAR
    max_time_min: int
    max_walk_min: float
    max_bicycle_min: float
    max_car_min: float
    max_transfer_walk_min: float
    walk_speed_km_h: float
    road_rules: Mapping[str, RoadRules]  # of BICYCLE and CAR, where asked for
    max_rides: int | None
    boarding_slack_s: int
    arrive_by: bool
    max_snap_m: float
    step_free: StepFree
    allow_no_service: bool
    threads: int | None
    progress: Callable[[int], object] | None

    @property
    def transit_modes(self) -> frozenset[str]:
        """Names of the modes with a timetable; empty where only streets are used."""
        return self.modes & TRANSIT_MODES

    @property
    def clock_column(self) -> str:
        """Name of the column of dates and times asked for."""
        return "arrival" if self.arrive_by else "departure"

    @property
    def horizon_s(self) -> int:
        """Until when trips of the day after matter; one of two times, so that few timetables are kept."""
        last_s = max(window.start_s for window in self.windows) + 60 * (self.window_min + self.max_time_min)
        return USUAL_HORIZON_S if last_s <= USUAL_HORIZON_S else LAST_ARRIVAL_S

    def as_plain_values(self) -> dict[str, Any]:
        """Return what was asked for as text, numbers and lists, to be written beside the results."""
        return {
            "departure_time_window_min": self.window_min,
            "percentiles": list(self.percentiles),
            "transport_modes": sorted(self.modes),
            "max_time_min": self.max_time_min,
            "max_time_walking_min": self.max_walk_min,
            "max_time_transfer_min": self.max_transfer_walk_min,
            "speed_walking_km_h": self.walk_speed_km_h,
            "roads": {mode: rules.summary() for mode, rules in sorted(self.road_rules.items())},
            "max_public_transport_rides": self.max_rides,
            "boarding_slack_s": self.boarding_slack_s,
            "arrive_by": self.arrive_by,
            "snap_to_network_m": self.max_snap_m,
            "step_free": self.step_free,
        }


def travel_options(
    problems: list[str],
    *,
    departure: datetime | Iterable[datetime] | None = None,
    departure_time_window: timedelta = timedelta(minutes=10),
    percentiles: Sequence[float] = (50,),
    transport_modes: Iterable[Any] = ("TRANSIT", "WALK"),
    access_modes: Iterable[Any] = ("WALK",),
    egress_modes: Iterable[Any] | None = None,
    max_time: timedelta = timedelta(hours=2),
    max_time_walking: timedelta | None = None,
    max_time_cycling: timedelta | None = None,
    max_time_driving: timedelta | None = None,
    max_time_transfer: timedelta = timedelta(minutes=15),
    speed_walking: float = 3.6,
    speed_cycling: float = 12.0,
    max_public_transport_rides: int | None = None,
    max_bicycle_traffic_stress: int = 3,
    boarding_slack: timedelta = timedelta(seconds=60),
    arrive_by: bool = False,
    driving_rules: DrivingRules | None = None,
    snap_to_network: bool | float = True,
    step_free: StepFree = None,
    allow_no_service: bool = False,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> TravelOptions:
    """Check the keywords of the API; meaning: ``access.matrix.travel_time_matrix``.

    Parameters
    ----------
    problems : list of str
        What the caller has found wrong already.

    Raises
    ------
    AccessError
        With all problems, those given included.
    """
    problems = list(problems)
    modes = _modes(transport_modes, access_modes, egress_modes, problems)
    transit = bool(modes & TRANSIT_MODES)
    max_time_min = whole_minutes("max_time", max_time, LONGEST_DURATION_MIN, problems)
    default_walk = min(WALK_BESIDE_TRANSIT, max_time) if transit and is_duration(max_time) else max_time
    window_min = whole_minutes("departure_time_window", departure_time_window, LONGEST_WINDOW_MIN, problems)
    chosen = _percentiles(percentiles, problems)
    windows = windows_of(departure, arrive_by, max_time_min, window_min, problems) if transit else ()
    if not transit and isinstance(departure, Iterable):
        problems.append("departure is a list; without TRANSIT times do not depend on it, so give one or none")
    options = TravelOptions(
        windows=windows or (Window(None, None, 0),),
        window_min=window_min,
        percentiles=chosen,
        modes=modes,
        max_time_min=max_time_min,
        max_walk_min=limit_min("max_time_walking", max_time_walking, default_walk, max_time, problems),
        max_bicycle_min=limit_min("max_time_cycling", max_time_cycling, max_time, max_time, problems),
        max_car_min=limit_min("max_time_driving", max_time_driving, max_time, max_time, problems),
        max_transfer_walk_min=limit_min("max_time_transfer", max_time_transfer, None, None, problems),
        walk_speed_km_h=speed_km_h("speed_walking", speed_walking, problems),
        road_rules=_road_rules(
            modes, speed_walking, speed_cycling, max_bicycle_traffic_stress, driving_rules, problems
        ),
        max_rides=count("max_public_transport_rides", max_public_transport_rides, problems),
        boarding_slack_s=slack_s(boarding_slack, problems),
        arrive_by=bool(arrive_by),
        max_snap_m=_snap_m(snap_to_network, step_free, problems),
        step_free=_step_free(step_free, modes, problems),
        allow_no_service=allow_no_service,
        threads=count("threads", threads, problems),
        progress=progress,
    )
    refuse("Travel times cannot be computed", problems)
    return options


def _step_free(bound: Any, modes: frozenset[str], problems: list[str]) -> StepFree:
    if bound not in (None, "best", "worst"):
        problems.append(f"step_free is {bound!r}; allowed are 'best', 'worst' and None")
        return None
    others = sorted(modes & {"BICYCLE", "CAR"})
    if bound is not None and others:
        problems.append(
            f"step_free is {bound!r} with {' and '.join(others)}; it concerns walking and transit; ask for "
            "the other modes in a call of their own"
        )
    found: StepFree = bound
    return found


def _snap_m(snap_to_network: Any, step_free: Any, problems: list[str]) -> float:
    """Return the longest straight line to a street; nobody knows what lies across a long one."""
    most_m = radius_m(snap_to_network, problems)
    if step_free != "worst":
        return most_m
    from access.step_free import WORST_CASE_SNAP_M  # reads OpenStreetMap, which most callers need not

    return min(most_m, WORST_CASE_SNAP_M)


def _modes(
    transport: Iterable[Any], access: Iterable[Any], egress: Iterable[Any] | None, problems: list[str]
) -> frozenset[str]:
    before = len(problems)
    wanted = _names("transport_modes", transport, problems)
    known = TRANSIT_MODES | frozenset(STREET_MODES)
    unknown = sorted(wanted - known)
    if unknown:
        names = ", ".join([*STREET_MODES, *sorted(TRANSIT_MODES)])
        problems.append(f"transport_modes has {', '.join(unknown)}; known are {names}")
    elif not wanted and not problems[before:]:
        problems.append("transport_modes is empty; give at least one, such as WALK")
    for name, given in (("access_modes", access), ("egress_modes", egress)):
        others = sorted(_names(name, given, problems) - {"WALK"}) if given is not None else []
        if others:
            problems.append(f"{name} has {', '.join(others)}; to and from stops one walks, so give WALK")
    return wanted & known


def _names(name: str, modes: Iterable[Any], problems: list[str]) -> frozenset[str]:
    if isinstance(modes, str) or not isinstance(modes, Iterable):
        named = mode_name(modes)
        example = named if named in TRANSIT_MODES or named in STREET_MODES else "WALK"
        problems.append(f"{name} is {modes!r}; give a list, such as [{example!r}]")
        return frozenset()
    return frozenset(mode_name(mode) for mode in modes)


def _percentiles(percentiles: Sequence[float], problems: list[str]) -> tuple[float, ...]:
    chosen: tuple[Any, ...] = tuple(percentiles) if isinstance(percentiles, Iterable) else (None,)
    numbers = (int, float, np.integer, np.floating)
    if any(isinstance(one, bool) or not isinstance(one, numbers) for one in chosen):
        problems.append(f"percentiles is {percentiles!r}; give a list of numbers, such as [5, 50]")
        return ()
    found = percentile_problems(chosen)
    problems += found
    if not found and len({float(percentile) for percentile in chosen}) < len(chosen):
        problems.append(f"percentiles has a number twice: {list(chosen)}; each gives one column")
    return chosen


def _road_rules(
    modes: frozenset[str],
    speed_walking: Any,
    speed_cycling: Any,
    stress: Any,
    driving_rules: Any,
    problems: list[str],
) -> dict[str, RoadRules]:
    """Return the rules of cycling and driving that are asked for."""
    before = len(problems)
    on_foot = speed_km_h("speed_walking", speed_walking, [])  # told already
    by_bicycle = speed_km_h("speed_cycling", speed_cycling, problems)
    if isinstance(stress, bool) or stress not in (1, 2, 3, 4):
        problems.append(f"max_bicycle_traffic_stress is {stress!r}; allowed are 1 (calm) to 4 (any road)")
    if len(problems) > before or not modes & {"BICYCLE", "CAR"}:
        return {}
    from access.cycling import CyclingRules
    from access.driving import DrivingRules

    if not isinstance(driving_rules, DrivingRules | None):
        problems.append(f"driving_rules is {driving_rules!r}; give access.driving.DrivingRules(...)")
        return {}
    try:
        rules: dict[str, RoadRules] = {
            "BICYCLE": CyclingRules(by_bicycle, on_foot, int(stress)),
            "CAR": driving_rules or DrivingRules(walk_speed_km_h=on_foot),
        }
    except AccessError as error:
        problems.append(str(error))
        return {}
    return {mode: found for mode, found in rules.items() if mode in modes}
