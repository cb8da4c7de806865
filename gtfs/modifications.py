"""The nine modifications of timetables that a scenario can hold, as checked models.

Names and parameters follow R5's modification types; ``move-stop`` and ``adjust-span`` are ours. What each
does stands in the module of its function (``EDITS`` in ``gtfs.scenario``). A model checks what can be checked
without a feed.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from gtfs.hop_times import DETOUR
from gtfs.modification_parts import (
    Clock,
    DaysOfWeek,
    Departures,
    Id,
    Ids,
    Part,
    Seconds,
    Stop,
    check_headway,
)

_Times = list[Seconds]
_Speed = Annotated[float, Field(gt=0, le=600)]
_Detour = Annotated[float, Field(ge=1, le=10)]

MODES = {
    "tram": 0,
    "subway": 1,
    "rail": 2,
    "bus": 3,
    "ferry": 4,
    "cable_tram": 5,
    "gondola": 6,
    "funicular": 7,
    "trolleybus": 11,
    "monorail": 12,
}
"""Mode of ``add-trips`` -> ``route_type`` of routes.txt."""


class Modification(Part):
    """What all modifications have in common."""

    comment: str = Field("", description="Free text, not used.")
    feed: str | None = Field(
        None, description="Name of the feed; needed only where the ids are found in several feeds."
    )

    def named(self) -> dict[str, list[str]]:
        """Ids that must lie in the feed, by kind: routes, patterns, trips, stops."""
        found = {
            "routes": list(getattr(self, "routes", None) or []),
            "patterns": list(getattr(self, "patterns", None) or []),
            "trips": list(getattr(self, "trips", None) or []),
            "stops": self._stops(),
        }
        if route := getattr(self, "route", None):
            found["routes"].append(route)
        return {kind: ids for kind, ids in found.items() if ids}

    def _stops(self) -> list[str]:
        return []


class _OnRoutes(Modification):
    routes: Ids | None = Field(None, description="Whole routes; exactly one of routes and patterns.")
    patterns: Ids | None = Field(None, description="Patterns, by the ids that reports and diffs show.")
    selection_needed: ClassVar[bool] = True

    @model_validator(mode="after")
    def _one_selection(self) -> _OnRoutes:
        kinds = [kind for kind in ("routes", "patterns", "trips") if kind in type(self).model_fields]
        given = [kind for kind in kinds if getattr(self, kind) is not None]
        if len(given) > 1 or (self.selection_needed and not given):
            raise ValueError(f"give exactly one of {', '.join(kinds)}; got {', '.join(given) or 'none'}")
        return self


class _OnTrips(_OnRoutes):
    routes: Ids | None = Field(None, description="Whole routes; exactly one of routes, patterns and trips.")
    trips: Ids | None = Field(None, description="Single trips of trips.txt.")


class AdjustSpeed(_OnTrips):
    """Faster or slower vehicles; each trip still leaves its first stop when it did."""

    type: Literal["adjust-speed"] = "adjust-speed"
    scale: float = Field(
        ge=0.05, le=20, description="Speed by this factor: 2 halves the time between stops; 0.05 to 20."
    )
    hops: list[tuple[Id, Id]] | None = Field(
        None, min_length=1, description="Only between these neighbouring stops, [from, to] each; default all."
    )
    scale_dwells: bool = Field(False, description="Scale the time at stops as well.")
    start_time: Clock | None = Field(
        None, description="Only trips that leave their first stop at this time or later."
    )
    end_time: Clock | None = Field(
        None, description="Only trips that leave their first stop before this time."
    )

    @model_validator(mode="after")
    def _period_goes_on(self) -> AdjustSpeed:
        if self.start_time is not None and self.end_time is not None and self.end_time <= self.start_time:
            raise ValueError("the period ends before it starts (or at once); after midnight write 25:30")
        return self

    def _stops(self) -> list[str]:
        return list(dict.fromkeys(stop for hop in self.hops or [] for stop in hop))


class AdjustDwellTime(_OnTrips):
    """Longer or shorter stays at stops; what comes after on the trip moves along."""

    type: Literal["adjust-dwell-time"] = "adjust-dwell-time"
    stops: Ids | None = Field(None, description="Only at these stops; default all.")
    dwell_secs: Seconds | None = Field(None, description="New time at each stop; or give scale.")
    scale: float | None = Field(None, ge=0, le=100, description="Factor on the time at each stop.")

    @model_validator(mode="after")
    def _one_way(self) -> AdjustDwellTime:
        if (self.dwell_secs is None) == (self.scale is None):
            raise ValueError("give exactly one of dwell_secs and scale")
        return self

    def _stops(self) -> list[str]:
        return list(self.stops or [])


class MoveStop(Modification):
    """A stop in another place; times stay."""

    type: Literal["move-stop"] = "move-stop"
    stop: Id = Field(description="Stop of the feed.")
    lat: float = Field(ge=-90, le=90, description="New latitude (WGS84).")
    lon: float = Field(ge=-180, le=180, description="New longitude (WGS84).")

    def _stops(self) -> list[str]:
        return [self.stop]


class RemoveStops(_OnRoutes):
    """Vehicles of these routes, or all vehicles, no longer serve these stops."""

    type: Literal["remove-stops"] = "remove-stops"
    routes: Ids | None = Field(
        None, description="Whole routes; without routes and patterns, all that serve the stops."
    )
    selection_needed: ClassVar[bool] = False
    stops: Ids = Field(
        description="Stops of the feed. Stops across the road mostly have their own ids: name those of both "
        "sides, else only one direction changes."
    )
    seconds_saved_at_each_stop: Seconds = Field(
        0, description="Time saved for each stop left out, beside the time the vehicle stood there."
    )

    def _stops(self) -> list[str]:
        return list(self.stops)


class Reroute(_OnRoutes):
    """Another way between two stops; with one of them only, an extension or a truncation."""

    type: Literal["reroute"] = "reroute"
    from_stop: Id | None = Field(
        None,
        description="Last stop before the new way; without it the trips begin with the new stops. Stops "
        "across the road mostly have their own ids: the other direction then needs a second modification.",
    )
    to_stop: Id | None = Field(
        None, description="First stop after the new way; without it the trips end with the new stops."
    )
    stops: list[Stop] = Field(default_factory=list, description="Stops of the new way; may be none.")
    dwell_times: _Times | None = Field(
        None,
        description="Seconds at from_stop, each new stop and to_stop (those that are given); default 0 at "
        "new stops, the others as they are.",
    )
    hop_times: _Times | None = Field(None, description="Seconds between those stops: one less than they are.")
    speed_km_h: _Speed | None = Field(
        None, description="Instead of hop_times: speed of the moving vehicle, stops apart."
    )
    detour_factor: _Detour = Field(
        DETOUR, description="With speed_km_h: way of the vehicle as a multiple of the straight line."
    )

    @model_validator(mode="after")
    def _fits(self) -> Reroute:
        if self.from_stop is None and self.to_stop is None:
            raise ValueError("give from_stop, to_stop or both")
        n_stops = len(self.stops) + (self.from_stop is not None) + (self.to_stop is not None)
        _check_times(n_stops, self.hop_times, self.dwell_times, self.speed_km_h)
        if n_stops > 1 and self.hop_times is None and self.speed_km_h is None:
            raise ValueError("how long does the new way take? give hop_times or speed_km_h")
        return self

    def _stops(self) -> list[str]:
        ends = [self.from_stop, *(stop.id for stop in self.stops), self.to_stop]
        return [stop for stop in ends if stop is not None]


class FrequencyEntry(Departures):
    """New service of ``adjust-frequency`` in one period or at exact times."""

    source_trip: Id | None = Field(
        None,
        description="Trip whose stops and running times the new ones copy; default: of each direction the "
        "most used pattern.",
    )


class AdjustFrequency(Modification):
    """New headways on a route; its other trips go, or stay if asked for."""

    type: Literal["adjust-frequency"] = "adjust-frequency"
    route: Id = Field(description="Route of the feed.")
    entries: list[FrequencyEntry] = Field(min_length=1, description="Periods with their headways.")
    retain_trips_outside_frequency_entries: bool = Field(
        False, description="Keep trips on other days and at other times; default: they are removed, as in R5."
    )

    def named(self) -> dict[str, list[str]]:
        """Ids that must lie in the feed."""
        sources = [entry.source_trip for entry in self.entries if entry.source_trip is not None]
        return super().named() | ({"trips": sources} if sources else {})


class AdjustSpan(DaysOfWeek, Modification):
    """A route starts earlier, ends later or runs on more days; trips that run today stay."""

    type: Literal["adjust-span"] = "adjust-span"
    route: Id = Field(description="Route of the feed.")
    direction_id: Literal[0, 1] | None = Field(None, description="Only this direction; default both.")
    first_departure: Clock | None = Field(None, description="New first departure from the first stop.")
    last_departure: Clock | None = Field(
        None, description="New last departure from the first stop, or shortly before; after midnight 25:30."
    )
    headway_secs: Annotated[int, Field(gt=0)] | None = Field(None, description="Seconds between vehicles.")
    headway_min: Annotated[float, Field(gt=0)] | None = Field(
        None, description="Minutes between vehicles, instead of headway_secs."
    )

    @model_validator(mode="after")
    def _complete(self) -> AdjustSpan:
        first_s, last_s = self.first_departure, self.last_departure
        if first_s is None and last_s is None:
            raise ValueError("give first_departure, last_departure or both")
        if first_s is not None and last_s is not None and last_s < first_s:
            raise ValueError(
                "last_departure is before first_departure; after midnight write 25:30, not 01:30"
            )
        check_headway(self.headway_secs, self.headway_min)
        if self.headway_s < 1:
            raise ValueError("the headway is under one second")
        return self

    @property
    def headway_s(self) -> int:
        """Seconds between vehicles."""
        return self.headway_secs if self.headway_secs is not None else round((self.headway_min or 0) * 60)


class RemoveTrips(DaysOfWeek, _OnTrips):
    """Trips no longer run, on all days or on some."""

    type: Literal["remove-trips"] = "remove-trips"


class PatternTimetable(Departures):
    """Service of ``add-trips`` in one period or at exact times."""

    hop_times: _Times | None = Field(
        None, description="Seconds between neighbouring stops: one less than stops; or give speed_km_h."
    )
    dwell_times: _Times | None = Field(None, description="Seconds at each stop; default 0.")


class AddTrips(Modification):
    """New trips along stops of the feed or new ones, on a new route or one of the feed."""

    type: Literal["add-trips"] = "add-trips"
    stops: list[Stop] = Field(min_length=2, description="Stops in the order in which they are served.")
    frequencies: list[PatternTimetable] = Field(
        min_length=1, description="Periods with headways, or departures."
    )
    name: str = Field("", description="Short name of the new route.")
    route: Id | None = Field(None, description="Add to this route of the feed instead of a new one.")
    mode: str | int = Field("bus", description="bus, tram, subway, rail, ferry, ... or a GTFS route_type.")
    bidirectional: bool = Field(True, description="Also the way back, with the same headways.")
    direction_id: Literal[0, 1] = Field(0, description="direction_id of the way there.")
    color: Annotated[str, Field(pattern=r"^#?[0-9A-Fa-f]{6}$")] | None = Field(
        None, description="Colour of the new route, RRGGBB."
    )
    speed_km_h: _Speed | None = Field(
        None, description="For entries without hop_times: speed of the moving vehicle, stops apart."
    )
    detour_factor: _Detour = Field(
        DETOUR, description="With speed_km_h: way of the vehicle as a multiple of the straight line."
    )

    @field_validator("mode")
    @classmethod
    def _known_mode(cls, mode: str | int) -> str | int:
        if isinstance(mode, str) and mode.lower() not in MODES:
            raise ValueError(f"is no mode; modes are {', '.join(MODES)}, or a number as in routes.txt")
        return mode.lower() if isinstance(mode, str) else mode

    @model_validator(mode="after")
    def _fits(self) -> AddTrips:
        for number, entry in enumerate(self.frequencies, start=1):
            if entry.hop_times is None and self.speed_km_h is None:
                raise ValueError(f"entry {number} of frequencies has no hop_times; give them or speed_km_h")
            _check_times(len(self.stops), entry.hop_times, entry.dwell_times, None)
        if self.route is not None and self.name:
            raise ValueError("give a route of the feed (route) or the name of a new one (name), not both")
        return self

    @property
    def route_type(self) -> int:
        """Number of the mode in routes.txt."""
        return self.mode if isinstance(self.mode, int) else MODES[self.mode]

    def _stops(self) -> list[str]:
        return [stop.id for stop in self.stops if stop.id is not None]


def _check_times(
    n_stops: int, hop_times: list[int] | None, dwell_times: list[int] | None, speed_km_h: float | None
) -> None:
    if hop_times is not None and speed_km_h is not None:
        raise ValueError("give hop_times or speed_km_h, not both")
    if hop_times is not None and len(hop_times) != n_stops - 1:
        raise ValueError(f"{n_stops} stops need {n_stops - 1} hop_times; got {len(hop_times)}")
    if dwell_times is not None and len(dwell_times) != n_stops:
        raise ValueError(f"{n_stops} stops need {n_stops} dwell_times; got {len(dwell_times)}")


TYPES: dict[str, type[Modification]] = {
    "adjust-speed": AdjustSpeed,
    "adjust-dwell-time": AdjustDwellTime,
    "move-stop": MoveStop,
    "remove-stops": RemoveStops,
    "reroute": Reroute,
    "adjust-frequency": AdjustFrequency,
    "adjust-span": AdjustSpan,
    "remove-trips": RemoveTrips,
    "add-trips": AddTrips,
}
"""Every type of timetable modification and its model."""

ORDER = {
    "adjust-speed": 0,
    "adjust-dwell-time": 10,
    "move-stop": 20,
    "remove-stops": 30,
    "reroute": 40,
    "adjust-frequency": 50,
    "adjust-span": 55,
    "remove-trips": 60,
    "add-trips": 70,
}
"""Place of each type in the order of application: R5's, with places of our own for what R5 lacks."""

TimetableModification = Annotated[
    AdjustSpeed
    | AdjustDwellTime
    | MoveStop
    | RemoveStops
    | Reroute
    | AdjustFrequency
    | AdjustSpan
    | RemoveTrips
    | AddTrips,
    Field(discriminator="type"),
]
"""One modification of timetables, told by its ``type``."""


def kind_of(change: Modification) -> str:
    """Return the ``type`` of a modification as the file writes it."""
    return next(name for name, model in TYPES.items() if isinstance(change, model))
