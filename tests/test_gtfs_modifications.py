"""The models of timetable modifications: R5's names, units, days, bad input, the table of keys."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gtfs.modification_keys import modification_reference
from gtfs.modifications import (
    ORDER,
    TYPES,
    AddTrips,
    AdjustFrequency,
    AdjustSpan,
    AdjustSpeed,
    Modification,
    RemoveTrips,
    Reroute,
    TimetableModification,
    kind_of,
)
from gtfs.scenario import EDITS

READER: TypeAdapter[Modification] = TypeAdapter(TimetableModification)

PERIOD = {"start_time": "06:00", "end_time": "09:00", "headway_min": 10}
FREQUENCY = {"type": "adjust-frequency", "route": "9", "entries": [PERIOD]}
ADD = {
    "type": "add-trips",
    "stops": ["A", {"name": "New", "lat": -30.0, "lon": -51.2}, "B"],
    "frequencies": [PERIOD],
    "speed_km_h": 20,
}
REROUTE = {"type": "reroute", "routes": ["9"], "from_stop": "A", "to_stop": "B", "hop_times": [60]}
EXAMPLES: dict[str, dict[str, Any]] = {
    "adjust-speed": {"type": "adjust-speed", "routes": "9", "scale": 1.5},
    "adjust-dwell-time": {"type": "adjust-dwell-time", "trips": ["t"], "dwell_secs": 20},
    "move-stop": {"type": "move-stop", "stop": "A", "lat": -30.0, "lon": -51.2},
    "remove-stops": {"type": "remove-stops", "patterns": ["9:0:A>D:4:0000"], "stops": ["B"]},
    "reroute": REROUTE,
    "adjust-frequency": FREQUENCY,
    "adjust-span": {"type": "adjust-span", "route": "9", "last_departure": "25:30", "headway_secs": 900},
    "remove-trips": {"type": "remove-trips", "routes": ["9"], "days": ["sunday"]},
    "add-trips": ADD,
}


def test_every_type_is_read_ordered_and_applied() -> None:
    assert TYPES.keys() == ORDER.keys() == EDITS.keys() == EXAMPLES.keys()
    for kind, example in EXAMPLES.items():
        change = READER.validate_python(example)
        assert type(change) is TYPES[kind]
        assert kind_of(change) == kind
        assert READER.validate_python(change.model_dump(exclude_defaults=True) | {"type": kind}) == change
    assert list(TYPES) == sorted(TYPES, key=ORDER.__getitem__)


def test_r5_names_are_read_as_well() -> None:
    r5 = {
        "type": "adjust-frequency",
        "route": "9",
        "entries": [
            {"startTime": 21600, "endTime": 32400, "headwaySecs": 600, "sourceTrip": "t", "monday": True},
            {"firstDepartures": [21600, 23000]},
        ],
        "retainTripsOutsideFrequencyEntries": True,
    }
    change = READER.validate_python(r5)
    assert isinstance(change, AdjustFrequency)
    first, second = change.entries
    assert (first.period_s, first.headway_s, first.weekdays) == ((21600, 32400), 600, (0,))
    assert (second.period_s, second.weekdays) == ((21600, 23001), (0, 1, 2, 3, 4, 5, 6))
    assert change.retain_trips_outside_frequency_entries
    assert change.named() == {"routes": ["9"], "trips": ["t"]}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("06:00", 21_600), ("6:00", 21_600), ("25:10", 90_600), ("00:00:30", 30), (90_600, 90_600)],
)
def test_clock_times(written: str | int, seconds: int) -> None:
    assert AdjustSpeed(routes=["9"], scale=1, start_time=written).start_time == seconds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "numbers"),
    [("weekdays", (0, 1, 2, 3, 4)), (["weekend", "fri"], (4, 5, 6)), ("daily", tuple(range(7)))],
)  # fmt: skip
def test_days_of_the_week(days: Any, numbers: tuple[int, ...]) -> None:
    assert RemoveTrips(routes=["9"], days=days).weekdays == numbers
    assert RemoveTrips(routes=["9"]).weekdays == tuple(range(7))
    assert not RemoveTrips(routes=["9"]).names_days


def test_stops_are_ids_or_places() -> None:
    change = READER.validate_python(ADD)
    assert isinstance(change, AddTrips)
    assert [stop.id for stop in change.stops] == ["A", None, "B"]
    assert change.named() == {"stops": ["A", "B"]}
    assert change.route_type == 3
    assert AddTrips(**{**ADD, "mode": "Tram"}).route_type == 0
    assert AddTrips(**{**ADD, "mode": 1501}).route_type == 1501


def test_named_ids_of_ways_and_hops() -> None:
    way = Reroute(routes=["9"], from_stop="A", stops=["X"], to_stop="B", hop_times=[60, 60])  # type: ignore[list-item]
    assert way.named() == {"routes": ["9"], "stops": ["A", "X", "B"]}
    hops = AdjustSpeed(routes=["9"], scale=2, hops=[("A", "B"), ("B", "C")])
    assert hops.named() == {"routes": ["9"], "stops": ["A", "B", "C"]}


def entry(**changes: Any) -> dict[str, Any]:
    return {**FREQUENCY, "entries": [{**PERIOD, **changes}]}


def span(**options: Any) -> dict[str, Any]:
    return {"type": "adjust-span", "route": "9", **options}


BAD: list[tuple[dict[str, Any], str]] = [
    (entry(headway_min=0), "greater than 0"),
    (entry(headway_min=-5), "greater than 0"),
    (entry(headway_min=None, headway_secs=0), "greater than 0"),
    (entry(headway_min=0.001), "under one second"),
    (entry(headway_secs=600), "give the headway once, as headway_secs or as headway_min"),
    (entry(headway_min=None), "headway is missing: give headway_min or headway_secs"),
    (entry(end_time="05:00"), "the period ends before it starts .* 25:30, not 01:30"),
    (entry(end_time="06:00"), "the period ends before it starts"),
    (entry(end_time=None), "give start_time, end_time and a headway, or first_departures"),
    (entry(end_time="9 am"), 'is no time; write it as "HH:MM"'),
    (entry(end_time="73:00"), "less than or equal to 259200"),
    (entry(first_departures=["07:00"]), "first_departures are exact"),
    ({**FREQUENCY, "entries": [{"first_departures": ["07:00", "7:00"]}]}, "name one time twice"),
    ({**FREQUENCY, "entries": []}, "at least 1 item"),
    (entry(days=["funday"]), "days are monday, tuesday.* or weekdays, weekend, daily"),
    (entry(days=[]), "days are monday"),
    (entry(days="daily", sunday=True), "as a list .* or as flags .*, not both"),
    (entry(monday=False), "no day of the week is true"),
    (entry(headway=3), "Extra inputs are not permitted"),
    ({**FREQUENCY, "route": 9}, r'is a number, but ids are texts; write it in quotes \("9"\)'),
    ({"type": "adjust-speed", "scale": 2}, "exactly one of routes, patterns, trips; got none"),
    ({"type": "adjust-speed", "scale": 2, "routes": "9", "trips": "t"}, "got routes, trips"),
    ({"type": "adjust-speed", "scale": 0, "routes": "9"}, "greater than or equal to 0.05"),
    ({"type": "adjust-speed", "scale": 2, "routes": []}, "at least 1 item"),
    (
        {"type": "adjust-speed", "scale": 2, "routes": "9", "start_time": "09:00", "end_time": "07:00"},
        "the period ends before it starts",
    ),
    ({"type": "adjust-dwell-time", "routes": "9"}, "exactly one of dwell_secs and scale"),
    ({"type": "adjust-dwell-time", "routes": "9", "dwell_secs": -1}, "greater than or equal to 0"),
    (span(headway_min=10), "give first_departure, last_departure or both"),
    (span(headway_min=10, first_departure="06:00", last_departure="01:00"), "write 25:30, not 01:30"),
    (span(first_departure="06:00"), "headway is missing: give headway_min or headway_secs"),
    (span(first_departure="06:00", headway_min=0.001), "under one second"),
    ({**REROUTE, "from_stop": None, "to_stop": None}, "give from_stop, to_stop or both"),
    ({**REROUTE, "hop_times": [60, 60]}, "2 stops need 1 hop_times; got 2"),
    ({**REROUTE, "dwell_times": [0]}, "2 stops need 2 dwell_times; got 1"),
    ({**REROUTE, "speed_km_h": 20}, "give hop_times or speed_km_h, not both"),
    ({**REROUTE, "hop_times": None}, "give hop_times or speed_km_h"),
    ({**ADD, "stops": ["A"]}, "at least 2 items"),
    ({**ADD, "stops": ["A", {"lat": 1.0}]}, "a stop needs its id, or name, lat and lon if it is new"),
    ({**ADD, "stops": ["A", {"id": "B", "lat": 1.0}]}, r"either of the feed \(id\) or new"),
    ({**ADD, "speed_km_h": None}, "entry 1 of frequencies has no hop_times; give them or speed_km_h"),
    ({**ADD, "route": "9", "name": "x"}, r"a route of the feed \(route\) or the name of a new one"),
    ({**ADD, "mode": "broom"}, "is no mode; modes are tram, subway"),
    ({"type": "fly"}, "does not match any of the expected tags"),
]


@pytest.mark.parametrize(("written", "message"), BAD)
def test_bad_input_is_refused_before_any_feed_is_read(written: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=f"(?s){message}"):
        READER.validate_python(written)


def test_the_table_of_keys_names_every_key_of_every_type() -> None:
    text = modification_reference()
    for kind, model in TYPES.items():
        section = text.split(f"### `{kind}`")[1].split("###")[0]
        assert (model.__doc__ or "").split("\n\n")[0].split("\n")[0].strip()[:30] in section
        for name in model.model_fields:
            if name not in (*Modification.model_fields, "type", "tuesday", "wednesday", "thursday", "friday",
                            "saturday", "sunday"):  # fmt: skip
                assert f"| `{name}" in section, (kind, name)
    assert "| `entries[].headway_secs` |" in text
    assert "| `comment` |" in text.split("###")[0]
    assert "None" not in text


def test_models_cannot_be_changed_after_reading() -> None:
    change = AdjustSpan(route="9", first_departure="05:00", headway_min=10)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="frozen"):
        change.route = "8"
