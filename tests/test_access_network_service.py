"""Whether anything runs is decided on the vehicles of the time of travel, whatever day they belong to."""

from __future__ import annotations

import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders_api import EIGHT, both_ends, clock, points
from builders_city import EAST_M, write_streets
from builders_gtfs import WEEKDAYS, GtfsBuilder
from builders_streets import at, write_osm_pbf

from access import TransportNetwork, travel_time_matrix, unreached_reason
from access.errors import DataQualityWarning
from gtfs.errors import FeedQualityWarning, ServiceError

MINUTE = timedelta(minutes=1)


def line(**values: Any) -> GtfsBuilder:
    """Return a feed without trips: A is 100 s on foot from the west end, B from the east end."""
    feed = GtfsBuilder()
    feed.stop("A", *at(100, 0), **values)
    feed.stop("B", *at(EAST_M - 100, 0), **values)
    return feed


def weekdays(*trips: tuple[str, str]) -> GtfsBuilder:
    feed = line()
    feed.service("weekdays", WEEKDAYS)
    for leave, arrive in trips:
        feed.trip(leave, [("A", leave), ("B", arrive)], service="weekdays")
    return feed


def network_of(folder: Path, **feeds: GtfsBuilder) -> TransportNetwork:
    write_streets(folder / "streets.osm.pbf")
    paths = [feed.write(folder / f"{name}.zip") for name, feed in feeds.items()]
    return TransportNetwork(folder / "streets.osm.pbf", paths, cache=False)


def west_to_east(network: TransportNetwork, departure: str, **options: Any) -> int | None:
    options = {"departure_time_window": MINUTE, "departure": clock(departure), **options}
    times = travel_time_matrix(network, both_ends(), **options)
    minutes = times["travel_time"][(times["from_id"] == "west") & (times["to_id"] == "east")].item()
    return None if pd.isna(minutes) else int(minutes)


# around midnight; warnings are errors


@pytest.mark.parametrize("allow", [False, True])
def test_the_night_trip_of_friday_serves_the_first_hour_of_saturday(tmp_path: Path, allow: bool) -> None:
    """At 00:10 the bus of 24:20 is ten minutes away: 10 + 20 min, and 100 s on foot."""
    network = network_of(tmp_path, bus=weekdays(("24:20:00", "24:40:00"), ("08:00:00", "08:20:00")))
    assert west_to_east(network, "2024-03-09 00:10", allow_no_service=allow) == 31


@pytest.mark.parametrize("allow", [False, True])
def test_to_arrive_early_on_monday_no_service_of_sunday_is_needed(tmp_path: Path, allow: bool) -> None:
    """Who is to be there at 00:45 rides from 00:10 to 00:30 and has left at 00:07:20: 37:40."""
    network = network_of(tmp_path, bus=weekdays(("00:10:00", "00:30:00")))
    assert west_to_east(network, "2024-03-04 00:45", arrive_by=True, allow_no_service=allow) == 37


def test_the_first_trip_of_monday_serves_the_end_of_sunday(tmp_path: Path) -> None:
    network = network_of(tmp_path, bus=weekdays(("00:10:00", "00:30:00")))
    assert west_to_east(network, "2024-03-03 23:50") == 41


def test_a_saturday_on_which_no_night_trip_is_left_has_no_service(tmp_path: Path) -> None:
    network = network_of(tmp_path, bus=weekdays(("24:20:00", "24:40:00")))
    with pytest.raises(ServiceError, match=r"bus: no trip runs on Saturday 2024-03-09.*Choose another"):
        west_to_east(network, "2024-03-09 00:30")
    with pytest.warns(DataQualityWarning, match="no trip runs on Saturday 2024-03-09.*counts as no service"):
        assert west_to_east(network, "2024-03-09 00:30", allow_no_service=True) is None


def test_a_date_without_service_to_arrive_on_is_the_one_asked_for(tmp_path: Path) -> None:
    """To arrive on Sunday at 00:45 one leaves on Saturday; neither has service."""
    network = network_of(tmp_path, bus=weekdays(("08:00:00", "08:20:00")))
    with pytest.raises(ServiceError, match="no trip runs on Sunday 2024-03-10") as caught:
        west_to_east(network, "2024-03-10 00:45", arrive_by=True)
    assert "2024-03-09" not in str(caught.value)


def test_a_time_without_service_to_arrive_at_is_told_with_the_date_asked_for(tmp_path: Path) -> None:
    network = network_of(tmp_path, bus=weekdays(("08:00:00", "08:20:00"), ("20:00:00", "20:20:00")))
    between = "between 22:45:00 of the day before and 00:46:00 on 2024-03-04"
    with pytest.raises(ServiceError, match=f"nothing leaves {between}; that day its .* 08:00:00 to 20:20:00"):
        west_to_east(network, "2024-03-04 00:45", arrive_by=True)


def test_a_feed_that_is_quiet_around_midnight_warns_of_the_date_asked_for(tmp_path: Path) -> None:
    feeds = {"bus": weekdays(("00:10:00", "00:30:00")), "train": weekdays(("08:00:00", "08:20:00"))}
    network = network_of(tmp_path, **feeds)
    with pytest.warns(
        DataQualityWarning, match="train: nothing leaves .* on 2024-03-04; that day .*08:20:00; this counts"
    ):
        assert west_to_east(network, "2024-03-04 00:45", arrive_by=True) == 37


def test_a_thin_day_before_is_told_only_where_its_vehicles_matter(tmp_path: Path) -> None:
    """Wednesday 6 has one trip instead of three; arriving early on Thursday one may take it, or not."""
    feed = line()
    feed.service("daily")
    for at_hour in ("00", "08", "09"):
        feed.trip(at_hour, [("A", f"{at_hour}:10:00"), ("B", f"{at_hour}:30:00")])
    feed.exception("daily", "20240306", 2)
    feed.service("one", "0000000")
    feed.exception("one", "20240306")
    feed.trip("night", [("A", "24:05:00"), ("B", "24:25:00")], service="one")
    network = network_of(tmp_path, bus=feed)
    with pytest.warns(FeedQualityWarning, match="on Wednesday 2024-03-06.*a thin day"):
        west_to_east(network, "2024-03-07 00:45", arrive_by=True)


# stops


def test_who_has_no_stop_within_the_walking_limit_is_told(tmp_path: Path) -> None:
    """Of three points on the street the middle one is 45 min from A, and C is passed without a halt."""
    feed = line()
    feed.stop("C", *at(5000, 0))
    closed = {"pickup_type": "1", "drop_off_type": "1"}
    visits = [("A", "08:10:00"), {"stop_id": "C", "time": "08:20:00", **closed}, ("B", "08:30:00")]
    feed.trip("t", visits)
    network = network_of(tmp_path, bus=feed)
    ends = points(west=0, middle=5000, east=EAST_M)
    limits: dict[str, Any] = {"departure": EIGHT, "max_time_walking": 10 * MINUTE}
    times = travel_time_matrix(network, ends, **limits)
    why = unreached_reason(times, detail=True).astype(object).where(times["travel_time"].isna(), "reached")
    assert why.tolist() == [
        *("reached", "destination_no_stop_near", "reached"),
        *("origin_no_stop_near", "reached", "origin_no_stop_near"),
        *("out_of_reach", "destination_no_stop_near", "reached"),
    ]
    on_foot = travel_time_matrix(network, ends, transport_modes=["WALK"], max_time=10 * MINUTE)
    assert set(unreached_reason(on_foot, detail=True).dropna()) == {"out_of_reach"}


# modes


def bus_and_tram(tram_service: str = "daily") -> dict[str, GtfsBuilder]:
    bus, tram = line(), line()
    bus.trip("b", [("A", "08:10:00"), ("B", "08:30:00")])
    tram.route("T", 0)
    tram.service("daily")
    tram.service("weekend", "0000011")
    tram.trip("t", [("A", "20:10:00"), ("B", "20:30:00")], route="T", service=tram_service)
    return {"bus": bus, "tram": tram}


def test_a_mode_that_the_timetable_lacks_is_told_with_those_it_has(tmp_path: Path) -> None:
    network = network_of(tmp_path, **bus_and_tram())
    with pytest.raises(ServiceError, match="the timetable has no FERRY; it has BUS, TRAM"):
        west_to_east(network, "2024-03-06 08:00", transport_modes=["FERRY", "WALK"])


@pytest.mark.parametrize("tram_service", ["daily", "weekend"])
def test_a_feed_of_a_mode_left_out_is_not_judged(tmp_path: Path, tram_service: str) -> None:
    network = network_of(tmp_path, **bus_and_tram(tram_service))
    assert west_to_east(network, "2024-03-06 08:00", transport_modes=["BUS", "WALK"]) == 31


def test_a_feed_of_a_mode_asked_for_is(tmp_path: Path) -> None:
    network = network_of(tmp_path, **bus_and_tram())
    with pytest.warns(DataQualityWarning, match="tram: no BUS or TRAM leaves between 08:00:00 and 09:00:00"):
        west_to_east(network, "2024-03-06 08:00", transport_modes=["BUS", "TRAM"])
    with pytest.raises(ServiceError, match=r"the timetable: no TRAM leaves between 08:00.* from 20:10:00 to"):
        west_to_east(network, "2024-03-06 08:00", transport_modes=["TRAM"])
    network = network_of(tmp_path, **bus_and_tram("weekend"))
    with pytest.raises(ServiceError, match="tram: no trip runs on Wednesday 2024-03-06"):
        west_to_east(network, "2024-03-06 08:00")


def test_an_absent_feed_is_told_once(tmp_path: Path) -> None:
    network = network_of(tmp_path, **bus_and_tram("weekend"))
    with pytest.warns(DataQualityWarning) as caught:
        assert west_to_east(network, "2024-03-06 08:00", allow_no_service=True) == 31
    assert len(caught) == 1
    assert "tram: no trip runs on Wednesday 2024-03-06" in str(caught[0].message)


def test_a_route_type_without_a_name_is_taken_by_transit_only(tmp_path: Path) -> None:
    feed = line()
    feed.route("odd", 1700)
    feed.trip("o", [("A", "08:10:00"), ("B", "08:30:00")], route="odd")
    network = network_of(tmp_path, odd=feed)
    assert west_to_east(network, "2024-03-06 08:00") == 31
    with pytest.raises(
        ServiceError, match="no BUS; it has no mode with a name of its own and others, which TRANSIT takes"
    ):
        west_to_east(network, "2024-03-06 08:00", transport_modes=["BUS"])


# without steps


@pytest.mark.parametrize(
    ("bound", "tag", "cause"),
    [
        ("best", "2", "says of all of them, or of their stops, that no wheelchair gets on"),
        ("worst", "", "does not say of one of them and its stop that a wheelchair gets on; step_free"),
    ],
)
def test_vehicles_closed_to_wheelchairs_are_told_as_such(
    tmp_path: Path, bound: str, tag: str, cause: str
) -> None:
    nodes = {1 + i: at(500 * i, 0) for i in range(EAST_M // 500 + 1)}
    tags = {"highway": "residential", "wheelchair": "yes"}
    osm_pbf = write_osm_pbf(tmp_path / "streets.osm.pbf", nodes, {1: (list(nodes), tags)})
    feed = line(wheelchair_boarding="1")
    feed.trip("b", [("A", "08:10:00"), ("B", "08:30:00")], wheelchair_accessible=tag)
    network = TransportNetwork(osm_pbf, feed.write(tmp_path / "bus.zip"), cache=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how much is known
        with pytest.raises(
            ServiceError, match=f"what leaves between 08:00:00 and .* without steps: .*{cause}"
        ):
            travel_time_matrix(network, both_ends(), departure=EIGHT, step_free=bound)  # type: ignore[arg-type]
        late = clock("2024-03-06 12:00")
        with pytest.raises(ServiceError, match="nothing leaves between 12:00:00 and 14:10:00"):
            travel_time_matrix(network, both_ends(), departure=late, step_free=bound)  # type: ignore[arg-type]
