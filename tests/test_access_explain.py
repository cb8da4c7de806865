"""``fairreach explain``: places in words, the journey in words and as JSON, why there is none.

The city (``builders_city``) has a bus every ten minutes, 100 m from the west end to 100 m from the east end
in 20 minutes: who leaves at 8:05 walks 100 s, waits for the 8:10 and is there at 8:31:40.
"""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import builders_city as city
import numpy as np
import pandas as pd
import pytest
from builders_streets import at
from click.testing import CliRunner, Result

from access import pipeline
from access.cli import commands, main
from access.errors import AccessError
from access.explain import Explanation, clock_s, explain
from access.explain_places import KnownPlaces, find_place, plain_name
from access.explain_text import explanation_lines, explanation_values
from gtfs.errors import FeedError, ServiceError

# places


def known(**changes: Any) -> KnownPlaces:
    values: dict[str, Any] = {
        "cell_ids": ["89a90128a0fffff", "89a90128a1bffff", "89a90128a23ffff", "89a90128a27ffff"],
        "cell_lon": np.array([10.0, 10.1, 10.2, 10.9]),
        "cell_lat": np.array([-30.0, -30.0, -30.0, -30.0]),
        "cell_zone": ["São João", "São João", "São João", None],
        "stop_ids": ["eptc:1", "eptc:2", "eptc:3", "metro:S", "metro:S1"],
        "stop_names": ["Mercado", "Mercado", "Praça do Mercado-Velho", "Central", "Central"],
        "stop_lon": np.array([10.0, 10.01, 10.02, 10.3, 10.31]),
        "stop_lat": np.full(5, -30.0),
        "stop_station": np.array([-1, -1, -1, -1, 3], np.int32),
        "bounds": (9.9, -30.1, 11.0, -29.9),
    }
    return KnownPlaces(**values | changes)


def test_a_cell_of_the_run() -> None:
    place = find_place(" 89A90128A1BFFFF ", known(), "FROM")
    assert (place.kind, place.id, place.name, place.lon) == ("cell", "89a90128a1bffff", "São João", 10.1)


def test_a_cell_that_the_run_has_not_is_said_to_be_of_another_resolution_or_elsewhere() -> None:
    with pytest.raises(AccessError, match=r"FROM 8a\w+: it is of resolution 10, the run's cells are of 9"):
        find_place("8a2a1072b59ffff", known(), "FROM")
    with pytest.raises(
        AccessError, match=r"TO 89\w+: it is not among the run's cells .*its centre\s+as lat="
    ):
        find_place("89a90128a2fffff", known(), "TO")


@pytest.mark.parametrize("text", ["10.5,-30.05", "-30.05, 10.5", "-30.05 10.5", "−30.05;10.5"])
def test_coordinates_in_the_one_order_that_lies_in_the_study_area(text: str) -> None:
    place = find_place(text, known(), "FROM")
    assert (place.kind, place.lon, place.lat) == ("coordinates", 10.5, -30.05)


def test_coordinates_that_could_be_either_order_are_refused() -> None:
    both = known(bounds=(9.0, 9.0, 11.0, 11.0))
    with pytest.raises(AccessError, match=r"both latitude, longitude.*for example lat=9\.5,lon=10\.5"):
        find_place("9.5,10.5", both, "FROM")
    place = find_place("lon=9.5,lat=10.5", both, "FROM")
    assert (place.lon, place.lat) == (9.5, 10.5)
    assert find_place("10,10", both, "FROM").lon == 10


@pytest.mark.parametrize("text", ["50,2", "lat=2,lon=50"])
def test_coordinates_outside_the_streets_are_refused(text: str) -> None:
    with pytest.raises(AccessError, match=r"TO .*cover latitudes -30\.100 to -29\.900 and longitudes 9\.9"):
        find_place(text, known(), "TO")


def test_a_neighbourhood_is_the_cell_in_its_middle() -> None:
    place = find_place("sao-joao", known(), "FROM")
    assert (place.kind, place.name, place.cell, place.n_cells) == ("zone", "São João", "89a90128a1bffff", 3)


def test_a_stop_by_id_with_and_without_its_feed() -> None:
    for text in ("stop:eptc:2", "eptc:2", "stop:2"):
        assert find_place(text, known(), "FROM").id == "eptc:2"


def test_a_part_of_a_name_is_enough_where_only_one_place_has_it() -> None:
    assert find_place("mercado velho", known(), "FROM").id == "eptc:3"


def test_a_name_of_several_stops_lists_them_with_what_to_write() -> None:
    message = r"FROM 'mercado' fits 2 places; write one of these instead:\n  stop:eptc:1  stop Mercado \(lat="
    with pytest.raises(AccessError, match=message):
        find_place("mercado", known(), "FROM")


def test_a_station_stands_for_its_platforms_of_the_same_name() -> None:
    assert find_place("central", known(), "FROM").id == "metro:S"


def test_many_candidates_are_cut() -> None:
    many = known(
        stop_ids=[f"s{i}" for i in range(20)],
        stop_names=["Halt"] * 20,
        stop_lon=np.full(20, 10.0),
        stop_lat=np.full(20, -30.0),
        stop_station=np.full(20, -1, np.int32),
    )
    with pytest.raises(AccessError, match=r"fits 20 places(.|\n)*s11  (.|\n)*and 8 more"):
        find_place("halt", many, "FROM")


def test_a_stop_without_coordinates_is_no_place() -> None:
    with pytest.raises(AccessError, match="no such neighbourhood or stop"):
        find_place("stop:3", known(stop_lon=np.array([10.0, 10.0, np.nan, 10.3, 10.3])), "FROM")


def test_an_unknown_name_gets_near_ones() -> None:
    with pytest.raises(
        AccessError, match=r"'Mercadu': no such neighbourhood or stop \(did you mean stop:ept"
    ):
        find_place("Mercadu", known(), "FROM")
    with pytest.raises(AccessError, match="TO is empty"):
        find_place("  ", known(), "TO")
    with pytest.raises(AccessError, match="no such neighbourhood"):
        find_place("-", known(), "TO")
    with pytest.raises(AccessError, match="no such neighbourhood"):
        find_place("zone:mercado", known(), "TO")


def test_names_are_folded() -> None:
    assert plain_name("  Praça  d'Água–Verde ") == "praca d agua verde"


@pytest.mark.parametrize("text", ["8", "8:5", "30:00", "8:60", "-1:00", "8:05:10", "eight", "²:00"])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(AccessError, match="is no time; write HH:MM"):
        clock_s(text)


def test_times_run_to_the_end_of_the_night() -> None:
    assert (clock_s("8:05"), clock_s("29:59")) == (29_100, 107_940)


# the city


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    city.write_city(folder)
    return folder


@pytest.fixture(autouse=True)
def _own_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(folder / "cache"))


NO_CUTOFF_ABOVE_20 = {
    "cutoffs_min": [20],
    "headline": {"service": "jobs", "cutoff_min": 20, "period": "peak"},
}


def asked(
    folder: Path,
    *places: str,
    travel: dict[str, Any] | None = None,
    measures: dict[str, Any] | None = None,
    **options: Any,
) -> Explanation:
    config = {**copy.deepcopy(city.CONFIG), "travel": travel or {}}
    config["measures"] = measures or config["measures"]
    return explain(city.write_config(folder, config), *(places or ("West", "East")), **options)


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(commands, ["explain", str(folder / "city.yaml"), *arguments])


def point(east_m: float, north_m: float) -> str:
    lon, lat = at(east_m, north_m)
    return f"lat={lat},lon={lon}"


def test_the_bus_at_8_10(folder: Path) -> None:
    found = asked(folder, at="8:05")
    assert found.itinerary is not None
    assert [(leg.leg, leg.end_s - leg.start_s) for leg in found.itinerary.legs] == [
        ("walk", 100),
        ("wait", 200),
        ("ride", 1200),
        ("walk", 100),
    ]
    assert found.itinerary.could_leave_s == clock_s("8:07") + 20
    assert found.percentile is None


def test_arrive_by(folder: Path) -> None:
    found = asked(folder, at="8:35", arrive_by=True)
    assert found.itinerary is not None
    assert found.itinerary.departure_s == clock_s("8:07") + 20
    assert found.itinerary.total_s == 27 * 60 + 40
    assert "Wednesday 6 March 2024, to be there by 08:35" in explanation_lines(found, "en")[2]


def test_without_a_time_it_explains_the_number_of_the_run(folder: Path) -> None:
    """Departures 3 minutes after a bus take 28:40, the 30th of 60; the run says 28."""
    found = asked(folder)
    assert found.itinerary is not None
    assert (found.percentile, len(found.window), found.shown_minute) == (50, 60, 3)
    assert found.itinerary.total_s == 28 * 60 + 40
    finished = pipeline.run(folder / "city.yaml", out=folder / "run-to-compare", show_bar=False).folder
    times = pd.read_parquet(finished / "travel_times" / "peak.parquet")
    cells = [place.cell for place in found.places]
    row = times[(times["from_id"] == cells[0]) & (times["to_id"] == cells[1])].iloc[0]
    assert row["travel_time_p50"] == 28
    lines = explanation_lines(found, "en")
    assert "In the 60 minutes from 08:00 to 08:59 the travel time of percentile 50 is 28 minutes" in lines[3]


def test_in_words(folder: Path) -> None:
    asked(folder, at="8:05")
    result = run(folder, "West", "stop:B", "--at", "8:05")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1] == "To:   the stop B (B), arriving on foot"
    assert lines[2] == "Wednesday 6 March 2024, leaving at 08:05"
    assert lines[4] == "25 minutes (25 min 00 s): walking 1 min 40 s, waiting 3 min 20 s, riding 20 min 00 s"
    assert lines[6:11] == [
        "08:05:00  walk    1 min 40 s  100 m to A",
        "08:06:40  wait    3 min 20 s  at A",
        "08:10:00  ride   20 min 00 s  R from A to B (1 stop)",
        "08:30:00  there",
        "Who leaves at 08:07:20 arrives at the same time by as many rides; until then one can wait at home.",
    ]
    assert "Walking at 3.6\u00a0km/h, at most 30\u00a0minutes at a stretch" in lines[-1]


def test_in_french(folder: Path) -> None:
    asked(folder, at="8:05")
    result = run(folder, "West", "East", "--at", "8:07", "--language", "fr")
    assert "24 minutes (24 min 40 s)\u00a0: marche 3 min 20 s, attente 1 min 20 s, à bord" in result.stdout
    assert "08:10:00  trajet   20 min 00 s  R de A à B (1 arrêt)" in result.stdout


def test_for_programs(folder: Path) -> None:
    asked(folder, at="8:05")
    result = run(folder, "West", "East", "--at", "8:05", "--json", "--window")
    values = json.loads(result.stdout)
    assert values["itinerary"]["total_s"] == 26 * 60 + 40
    assert [leg["leg"] for leg in values["itinerary"]["legs"]] == ["walk", "wait", "ride", "walk"]
    assert values["itinerary"]["legs"][2]["parts"][0]["trip_id"] == "t490"
    assert len(values["window"]) == 60
    assert values["route_use"][0]["n_minutes"] == 60
    assert values["limits"]["walk_speed_km_h"] == 3.6
    assert values["from"]["kind"] == "zone"
    assert values["unreached"] is None


def test_the_table_of_a_window(folder: Path) -> None:
    lines = explanation_lines(asked(folder), "en", table=True)
    assert (
        "Of 60 minutes 60 reach the destination; the fastest takes 24 min 40 s, the slowest 33 min 40 s."
        in lines
    )
    assert "     60    100%  R  (24 min 40 s to 33 min 40 s)" in lines
    assert "  08:08   33 min 40 s  R" in lines


def test_a_place_reaches_itself_in_0_minutes_as_in_the_matrix(folder: Path) -> None:
    found = asked(folder, "West", "West", at="8:05")
    assert found.itinerary is not None
    assert found.itinerary.total_s == 0
    assert "0 minutes: both are the same place" in explanation_lines(found, "en")


def test_coordinates_with_a_minus_are_no_options(folder: Path) -> None:
    asked(folder, at="8:05")
    result = run(folder, "-30.1,-51.2", "West", "--at", "8:05")
    assert isinstance(result.exception, AccessError)
    assert "FROM -30.1,-51.2: neither as latitude" in str(result.exception)


# no journey, or no data


def why(found: Explanation) -> tuple[str, str]:
    assert found.itinerary is None
    assert found.unreached is not None
    assert explanation_values(found)["unreached"]["reason"] == found.unreached.reason
    assert explanation_lines(found, "fr")[4].startswith("Non atteint. ")
    return found.unreached.reason, explanation_lines(found, "en")[4].removeprefix("Not reached. ")


def test_a_place_far_from_every_street(folder: Path) -> None:
    reason, text = why(asked(folder, "West", point(5000, 1700), at="8:05"))
    assert reason == "not_snapped"
    assert text.startswith("The destination is farther than 1,600 m from every street")


def test_a_place_without_a_stop_in_walking_reach(folder: Path) -> None:
    reason, text = why(asked(folder, point(5000, 0), "East", at="8:05"))
    assert (reason, text) == (
        "no_stop_near",
        "The starting point has no stop within a walk of 30 minutes, and walking all the way takes longer.",
    )
    assert why(asked(folder, "West", point(5000, 0), at="8:05"))[1].startswith("The destination has no stop")


def test_nothing_leaves_the_stops_near_the_start(folder: Path) -> None:
    """The bus runs eastward only."""
    assert why(asked(folder, "East", "West", at="8:05"))[0] == "no_service"


def test_a_journey_that_takes_too_long_says_how_long(folder: Path) -> None:
    short = {"max_duration_min": 20}
    found = asked(folder, at="8:05", travel=short, measures=NO_CUTOFF_ABOVE_20)
    assert why(found) == ("too_long", "The journey takes 26 minutes; only trips of up to 20 minutes count.")
    found = asked(folder, at="8:35", arrive_by=True, travel=short, measures=NO_CUTOFF_ABOVE_20)
    assert why(found)[0] == "too_long"


def test_departures_that_lead_elsewhere(folder: Path, tmp_path: Path) -> None:
    """Only buses from C, halfway, call near it; from West there are buses to B alone."""
    config = city.write_city(tmp_path, travel={"max_rides": 2})
    feed = city.bus_feed()
    feed.stop("C", *at(5000, 0))
    feed.trip("c", [("C", "08:30:00"), ("B", "08:40:00")])
    feed.write(tmp_path / "bus.zip")
    found = explain(config, "West", "C", at="8:05")
    assert why(found)[0] == "no_connection"
    assert "by at most 2 rides" in why(found)[1]
    config = city.write_config(tmp_path, city.CONFIG)
    assert why(explain(config, "West", "C", at="8:05"))[1].endswith(
        "leads to the destination within four hours."
    )


def test_a_time_without_a_timetable_is_no_data(folder: Path) -> None:
    with pytest.raises(
        ServiceError, match=r"leaving at 11:05: .*nothing leaves between 11:05:00 and 12:05:00"
    ):
        asked(folder, at="11:05")


def test_a_window_in_which_nothing_is_reached(folder: Path) -> None:
    found = asked(folder, "East", "West")
    assert why(found)[0] == "no_service"
    assert "In none of 60 minutes is the destination reached." in explanation_lines(found, "en", table=True)


def test_another_day_and_a_day_without_service(folder: Path) -> None:
    assert asked(folder, at="8:05", service_date=date(2024, 3, 7)).service_date == date(2024, 3, 7)
    with pytest.raises(FeedError, match=r"no trip runs on Thursday 2025-03-06; the feed has service"):
        asked(folder, at="8:05", service_date=date(2025, 3, 6))


def test_a_walk_to_a_far_street_is_said(folder: Path) -> None:
    lines = explanation_lines(asked(folder, point(100, 150), "East", at="8:05"), "en")
    assert "The starting point lies 150 m from its street; these are walked too." in lines


def test_options_that_make_no_sense_are_refused(folder: Path) -> None:
    with pytest.raises(AccessError, match="--period 'night': the configuration has peak"):
        asked(folder, period="night")
    with pytest.raises(AccessError, match=r"--arrive-by says what --at means; give --at HH:MM as well"):
        asked(folder, arrive_by=True)


def test_an_error_is_a_message_and_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(folder, at="8:05")
    with pytest.raises(SystemExit) as ended:
        main(["explain", str(folder / "city.yaml"), "st", "East", "--at", "8:05"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert (
        "Error: FROM 'st' fits 2 places; write one of these instead:\n  zone:East  neighbourhood, 1 cells"
        in told
    )
