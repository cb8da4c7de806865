"""Values that several modifications share: clock times, days of the week, stops, headways.

The names follow R5 (``PatternTimetable``, ``StopSpec``); both ``headway_secs`` and ``headwaySecs`` are read.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from gtfs.calendar import WEEKDAY_COLUMNS

LATEST_S = 72 * 3600
"""Clock times end here: a service day of three days is a slip of the pen."""

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")
_GROUPS = {"weekdays": range(5), "weekend": range(5, 7), "daily": range(7)}
_DAYS = {
    **{name: [number] for number, name in enumerate(WEEKDAY_COLUMNS)},
    **{name[:3]: [number] for number, name in enumerate(WEEKDAY_COLUMNS)},
    **{name: list(numbers) for name, numbers in _GROUPS.items()},
}


class Part(BaseModel):
    """Base of all parts of a scenario: unknown keys are refused, R5's camelCase names are accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


def _seconds(value: object) -> object:
    """Seconds after 00:00 of the service day from ``"25:10"`` or ``"25:10:30"``; a number is seconds."""
    if not isinstance(value, str):
        return value
    match = _CLOCK.fullmatch(value.strip())
    if match is None:
        raise ValueError('is no time; write it as "HH:MM", after midnight as "25:10"')
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _identifier(value: object) -> object:
    if isinstance(value, bool | int | float):
        raise ValueError(
            f'is a number, but ids are texts; write it in quotes ("{value}"), exactly as the feed'
        )
    return value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _day_numbers(value: object) -> object:
    if not isinstance(value, str | list | tuple):
        return value
    names = [value] if isinstance(value, str) else list(value)
    unknown = [name for name in names if name not in _DAYS and name not in range(7)]
    if unknown or not names:
        raise ValueError(f"days are {', '.join(WEEKDAY_COLUMNS)}, or weekdays, weekend, daily")
    return sorted({day for name in names for day in ([name] if isinstance(name, int) else _DAYS[name])})


Clock = Annotated[int, BeforeValidator(_seconds), Field(ge=0, le=LATEST_S)]
"""Seconds after 00:00 of the service day, written "HH:MM" or "HH:MM:SS"; past 24:00 for the night after."""

Id = Annotated[str, BeforeValidator(_identifier), Field(min_length=1)]
"""An id of the feed, a text; 007 without quotes would be the number 7."""

Ids = Annotated[list[Id], BeforeValidator(_listed), Field(min_length=1)]
"""One id or several."""

Days = Annotated[tuple[int, ...], BeforeValidator(_day_numbers)]
"""Days of the week, Monday 0 to Sunday 6, written by name or as weekdays, weekend, daily."""

Seconds = Annotated[int, Field(ge=0, le=LATEST_S)]

EVERY_DAY = tuple(range(7))


class StopSpec(Part):
    """A stop of the feed (``id``, or just its text), or a new one (``name``, ``lat``, ``lon``)."""

    id: Id | None = Field(None, description="Stop of the feed.")
    name: str | None = Field(None, description="Name of a new stop.")
    lat: float | None = Field(None, ge=-90, le=90, description="Latitude of a new stop (WGS84).")
    lon: float | None = Field(None, ge=-180, le=180, description="Longitude of a new stop (WGS84).")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"id": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _old_or_new(self) -> StopSpec:
        new = [self.name, self.lat, self.lon]
        if self.id is not None and any(part is not None for part in new):
            raise ValueError("a stop is either of the feed (id) or new (name, lat, lon), not both")
        if self.id is None and (self.lat is None or self.lon is None):
            raise ValueError("a stop needs its id, or name, lat and lon if it is new")
        return self


Stop = Annotated[StopSpec, Field(description="Stop of the feed (its id) or a new one (name, lat, lon).")]


class DaysOfWeek(Part):
    """Days on which something holds: a list, or R5's flags ``monday`` to ``sunday``; else every day."""

    days: Days | None = Field(
        None,
        description="Days of the week: a list of monday, ..., or weekdays, weekend, daily. Default every "
        "day; for adjust-frequency and adjust-span the days on which the route runs.",
    )
    monday: bool | None = Field(None, description="true or false for each day: R5's way of writing `days`.")
    tuesday: bool | None = Field(None, description="See monday.")
    wednesday: bool | None = Field(None, description="See monday.")
    thursday: bool | None = Field(None, description="See monday.")
    friday: bool | None = Field(None, description="See monday.")
    saturday: bool | None = Field(None, description="See monday.")
    sunday: bool | None = Field(None, description="See monday.")

    @model_validator(mode="after")
    def _one_way(self) -> DaysOfWeek:
        flags = [getattr(self, name) for name in WEEKDAY_COLUMNS]
        flagged = any(flag is not None for flag in flags)
        if flagged and self.days is not None:
            raise ValueError("give the days as a list (days) or as flags (monday to sunday), not both")
        if flagged and not any(flags):
            raise ValueError("no day of the week is true; set at least one")
        return self

    @property
    def names_days(self) -> bool:
        """Whether any days are given."""
        return self.days is not None or any(getattr(self, name) for name in WEEKDAY_COLUMNS)

    @property
    def weekdays(self) -> tuple[int, ...]:
        """Days of the week, Monday 0 to Sunday 6, at least one; every day where none is given."""
        if self.days is not None:
            return self.days
        chosen = tuple(day for day, name in enumerate(WEEKDAY_COLUMNS) if getattr(self, name))
        return chosen or EVERY_DAY


def check_headway(headway_secs: int | None, headway_min: float | None) -> None:
    """Refuse a headway that is missing or given twice."""
    if headway_secs is None and headway_min is None:
        raise ValueError("headway is missing: give headway_min or headway_secs")
    if headway_secs is not None and headway_min is not None:
        raise ValueError("give the headway once, as headway_secs or as headway_min")


class Departures(DaysOfWeek):
    """When vehicles leave their first stop: by headway in a period, or at exact times."""

    start_time: Clock | None = Field(None, description='Start of the period ("06:00").')
    end_time: Clock | None = Field(
        None, description='End of the period, not included ("09:00"; after midnight "25:30").'
    )
    headway_secs: Annotated[int, Field(gt=0)] | None = Field(None, description="Seconds between vehicles.")
    headway_min: Annotated[float, Field(gt=0)] | None = Field(
        None, description="Minutes between vehicles, instead of headway_secs."
    )
    exact: bool = Field(
        False,
        description="Vehicles leave exactly at start, start + headway, ...; else only the headway is "
        "promised (frequencies.txt, exact_times 0).",
    )
    first_departures: list[Clock] = Field(
        default_factory=list, description="Exact departures instead of a period and a headway."
    )

    @model_validator(mode="after")
    def _one_form(self) -> Departures:
        periodic = [self.start_time, self.end_time, self.headway_secs, self.headway_min]
        if self.first_departures:
            if any(value is not None for value in periodic) or self.exact:
                raise ValueError(
                    "first_departures are exact: start_time, end_time, headway and exact do not go with them"
                )
            if len(set(self.first_departures)) < len(self.first_departures):
                raise ValueError("first_departures name one time twice")
            return self
        if self.start_time is None or self.end_time is None:
            raise ValueError("give start_time, end_time and a headway, or first_departures")
        check_headway(self.headway_secs, self.headway_min)
        if self.end_time <= self.start_time:
            raise ValueError(
                "the period ends before it starts (or at once); times after midnight go on: 25:30, not 01:30"
            )
        if self.headway_s < 1:
            raise ValueError("the headway is under one second")
        return self

    @property
    def headway_s(self) -> int:
        """Seconds between vehicles; 0 with exact departures."""
        if self.headway_secs is not None:
            return self.headway_secs
        return round((self.headway_min or 0) * 60)

    @property
    def period_s(self) -> tuple[int, int]:
        """First second of the period and the first after it; of exact departures from first to last."""
        if self.first_departures:
            return min(self.first_departures), max(self.first_departures) + 1
        return int(self.start_time or 0), int(self.end_time or 0)
