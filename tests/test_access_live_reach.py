"""Live questions to a finished run: reckoned by hand, against the run itself, and by laws."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders_live import PERCENTILES, copied, ends, finished_run, manifest_of, without_opportunities
from builders_timetable import clock_s, make_links, random_journey_inputs
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import travel_times as twin

from access.engine.arrays import WalkLinks
from access.errors import ResultError
from access.explain_text import itinerary_rows
from access.live_cache import BoundedCache
from access.live_day import Limits, LiveDay, Walks, percentiles_of
from access.live_reach import LiveCity
from access.matrix_reader import read_matrix
from access.search import ranks_of
from access.travel_times import travel_time_percentiles

RANDOM = settings(deadline=None, database=None, derandomize=True, max_examples=60)
walks_only = pytest.mark.filterwarnings("ignore:All travel times are walks:access.errors.DataQualityWarning")


@pytest.fixture(scope="module")
def live() -> LiveCity:
    return LiveCity.of_run(finished_run(), manifest_of(finished_run()))


@pytest.fixture(scope="module")
def west_east(live: LiveCity) -> tuple[str, str]:
    return ends(list(live.cell_ids))


def minutes_east(live: LiveCity, west_east: tuple[str, str], clock: str) -> int:
    west, east = west_east
    return int(live.minutes_from(west, "peak", clock_s(clock))[live.row_of[east]])


# by hand


@pytest.mark.parametrize(
    ("leaving", "minutes"),
    [
        ("8:05", 26),  # bus at 8:10, there at 8:31:40
        ("8:07", 24),  # at the stop 20 s before the last moment
        ("8:08", 33),  # 40 s late, so the bus of 8:20
        ("10:47", 24),  # the last bus, 10:50
        ("6:00", 81),  # an hour before the first bus: waits for it
        ("5:19", 122),  # two hours and more are too long
        ("10:48", 255),  # the last bus is gone
        ("25:30", 255),  # after midnight nothing runs
    ],
)
def test_a_ride_across_town_at_any_minute(
    live: LiveCity, west_east: tuple[str, str], leaving: str, minutes: int
) -> None:
    assert minutes_east(live, west_east, leaving) == (255 if minutes > 120 else minutes)


def test_where_nothing_runs_people_walk_and_it_is_told(live: LiveCity, west_east: tuple[str, str]) -> None:
    west, _ = west_east
    at_night = live.minutes_from(west, "peak", clock_s("3:00"))
    assert at_night[live.row_of[west]] == 0
    assert not live.rides_from("peak", clock_s("3:00"))
    assert live.rides_from("peak", clock_s("5:30"))


def test_a_feed_tells_nothing_of_a_minute_before_its_first_and_after_its_last_departure(
    live: LiveCity,
) -> None:
    assert live.silent_feeds("peak", clock_s("6:59")) == ["bus"]
    assert live.silent_feeds("peak", clock_s("7:00")) == []
    assert live.silent_feeds("peak", clock_s("10:40")) == []
    assert live.silent_feeds("peak", clock_s("10:51")) == ["bus"]


def test_a_feed_that_ends_during_the_journey_does_not_tell_of_it(live: LiveCity) -> None:
    """The last bus leaves at 10:50."""
    assert live.silent_feeds("peak", clock_s("10:20"), 30) == []
    assert live.silent_feeds("peak", clock_s("10:21"), 30) == ["bus"]


def test_a_whole_feed_that_does_not_run_tells_that_nothing_runs(tmp_path: Path) -> None:
    folder, manifest = copied(finished_run(), tmp_path)
    manifest["config"]["schedule"]["feeds"][0]["whole_timetable"] = True
    assert LiveCity.of_run(folder, manifest).silent_feeds("peak", clock_s("3:00")) == []


def test_the_clock_of_the_west_end(live: LiveCity, west_east: tuple[str, str]) -> None:
    """At :00 and :30 the next bus is missed by little and it takes 31 minutes, at :15 and :45 26."""
    clock = live.clock(west_east[0], "peak", "jobs", 28)
    assert len(clock.departure_s) == 96
    reached = dict(zip((clock.departure_s // 60).tolist(), clock.reached.tolist(), strict=True))
    expected = {minute: 1000.0 for hour in (7, 8, 9, 10) for minute in (60 * hour + 15, 60 * hour + 45)}
    assert reached == {minute: expected.get(minute, 0.0) for minute in range(0, 1440, 15)}
    known = {int(minute) for minute in (clock.departure_s // 60)[clock.known]}
    assert known == set(range(7 * 60, 10 * 60 + 23, 15))  # until 28 minutes before the last bus
    assert clock.beyond_known


def test_the_clock_at_another_step(live: LiveCity, west_east: tuple[str, str]) -> None:
    clock = live.clock(west_east[0], "peak", "jobs", 60, every_min=7)
    assert clock.departure_s.tolist() == list(range(0, 86_400, 420))
    one_by_one = [
        1000.0 * (minutes_east(live, west_east, f"{s // 3600}:{s // 60 % 60:02d}") < 60)
        for s in clock.departure_s.tolist()
    ]
    assert clock.reached.tolist() == one_by_one


def test_who_is_there_by_nine(live: LiveCity, west_east: tuple[str, str]) -> None:
    """The bus of 8:30 is at the stop at 8:50 and its passengers at the door at 8:51:40; they left 8:27:20."""
    west, east = west_east
    to_east = live.minutes_to(east, "be_there", clock_s("9:00"))
    assert to_east[live.row_of[west]] == 32
    assert to_east[live.row_of[east]] == 0


def test_a_journey_has_its_legs(live: LiveCity, west_east: tuple[str, str]) -> None:
    west, east = west_east
    journey = live.journey(west, east, "peak", clock_s("8:05"))
    assert journey.itinerary is not None
    assert journey.itinerary.total_s == 26 * 60 + 40
    assert [leg.leg for leg in journey.itinerary.legs] == ["walk", "wait", "ride", "walk"]
    assert journey.itinerary.could_leave_s == clock_s("8:07:20")
    assert itinerary_rows(journey.itinerary, "en")[0][:3] == ("08:05:00", "walk", "1 min 40 s")
    assert live.journey(west, east, "peak", clock_s("3:00")).itinerary is None


def test_the_nearest_with_a_service(live: LiveCity, west_east: tuple[str, str]) -> None:
    west, east = west_east
    assert live.journey_to_nearest(west, "jobs", "peak", clock_s("8:05")).to_cell == east
    none = live.journey_to_nearest(west, "jobs", "peak", clock_s("3:00"))
    assert (none.to_cell, none.itinerary) == ("", None)


# against the run


def test_the_window_of_the_run_gives_its_rows(live: LiveCity) -> None:
    stored = read_matrix(finished_run() / "travel_times" / "peak.parquet", live.cell_ids)
    # destinations of a matrix come in the order of the network, which here is that of the cells
    assert [str(cell) for cell in live.run.names["cells"]] == list(live.cell_ids)
    for row, cell in enumerate(live.cell_ids):
        assert np.array_equal(live.percentiles_from(cell, "peak", PERCENTILES), stored[:, row])


def test_an_arrive_by_window_has_no_row_from_one_place(live: LiveCity) -> None:
    with pytest.raises(ResultError, match=r"period be_there: is by arrival; .* ask minutes_to"):
        live.percentiles_from(live.cell_ids[0], "be_there", [50])


# against the engine of a run and the twin, on random towns


@st.composite
def random_towns(draw: st.DrawFn) -> dict[str, Any]:
    """A random search in which origins are destinations too, some of them off the streets."""
    case = draw(random_journey_inputs())
    n = max(len(case["access"].start) - 1, case["n_destinations"])
    for name in ("access", "direct"):
        case[name] = padded(case[name], n)
    case["n_destinations"] = n
    case["max_duration_min"] = min(case["max_duration_min"], 120)
    return case


def padded(links: WalkLinks, n_sources: int) -> WalkLinks:
    rows = [
        dict(
            zip(
                links.target[links.start[i] : links.start[i + 1]].tolist(),
                links.walk_s[links.start[i] : links.start[i + 1]].tolist(),
                strict=True,
            )
        )
        for i in range(len(links.start) - 1)
    ]
    return make_links(rows + [{}] * (n_sources - len(rows)))


def day_of(case: dict[str, Any], *, arrivals: bool = False) -> LiveDay:
    walks = Walks(*(case[name] for name in ("access", "footpaths", "egress", "direct")))
    limits = Limits(case["max_duration_min"], case["boarding_slack_s"], case["max_rides"], 32 * 3600)
    return (LiveDay.of_arrivals if arrivals else LiveDay.of_timetable)(case["timetable"], walks, limits)


@walks_only
@RANDOM
@given(case=random_towns())
def test_each_minute_equals_a_run_with_a_window_of_one_minute(case: dict[str, Any]) -> None:
    day, n = day_of(case), case["n_destinations"]
    for minute in range(case["departure_window_min"]):
        leaving_s = case["departure_start_s"] + 60 * minute
        one_minute = case | {"departure_start_s": leaving_s, "departure_window_min": 1}
        full = travel_time_percentiles(**one_minute, percentiles=[50], threads=1)[0]
        assert np.array_equal(np.stack([day.minutes(source, leaving_s)[0] for source in range(n)]), full)


@walks_only
@RANDOM
@given(case=random_towns())
def test_arrivals_equal_a_run_by_arrival(case: dict[str, Any]) -> None:
    day, n = day_of(case, arrivals=True), case["n_destinations"]
    there_s = max(case["departure_start_s"] + 600, 60 * (case["max_duration_min"] + 1))
    there_s = there_s // 60 * 60
    asked = {"departure_start_s": there_s, "departure_window_min": 3, "arrive_by": True}
    full = travel_time_percentiles(**(case | asked), percentiles=[30, 60, 100], threads=1)
    found = [np.sort(day.minutes(target, there_s, 3), axis=0) for target in range(n)]
    assert np.array_equal(np.stack(found, axis=2), full)


@walks_only
@RANDOM
@given(case=random_towns(), arrivals=st.booleans())
def test_minutes_in_a_row_come_in_their_order(case: dict[str, Any], arrivals: bool) -> None:
    day = day_of(case, arrivals=arrivals)
    first_s = max(case["departure_start_s"], 60 * (case["max_duration_min"] + 1)) // 60 * 60
    together = day.minutes(0, first_s, 4)
    one_by_one = np.stack([day.minutes(0, first_s + 60 * minute)[0] for minute in range(4)])
    assert np.array_equal(together, one_by_one)


def test_nearest_ranks_of_five_departures() -> None:
    """Sorted 10, 20, 30, 40, 255: half of five is 2.5, so the third; 90 % is 4.5, so the last."""
    minutes = np.array([[30], [10], [255], [40], [20]], np.uint8)
    assert percentiles_of(minutes, ranks_of([20, 50, 90, 100], 5)).ravel().tolist() == [10, 30, 255, 255]


@walks_only
@RANDOM
@given(case=random_towns())
def test_equals_the_twin_that_shares_no_code(case: dict[str, Any]) -> None:
    day, n = day_of(case), case["n_destinations"]
    for source in range(n):
        times = twin.arrivals(origin=source, **case)
        found = day.minutes(source, case["departure_start_s"], case["departure_window_min"])
        for minute, (_, at_door) in enumerate(times):
            leaving_s = case["departure_start_s"] + 60 * minute
            told = [(at_door[to] - leaving_s) // 60 if to in at_door else 255 for to in range(n)]
            assert found[minute].tolist() == told


@walks_only
@RANDOM
@given(case=random_towns())
def test_leaving_later_never_arrives_earlier(case: dict[str, Any]) -> None:
    """Unless the earlier journey is longer than counts."""
    day = day_of(case)
    minutes = day.minutes(0, case["departure_start_s"], case["departure_window_min"] + 20).astype(int)
    there = np.where(minutes == 255, 10**6, minutes) + np.arange(len(minutes))[:, np.newaxis]
    reached = minutes[:-1] != 255
    assert (there[1:][reached] >= there[:-1][reached]).all()


def test_a_larger_cutoff_never_reaches_less(live: LiveCity, west_east: tuple[str, str]) -> None:
    by_cutoff = [live.clock(west_east[0], "peak", "jobs", cutoff).reached for cutoff in range(1, 122, 5)]
    assert (np.diff(np.stack(by_cutoff), axis=0) >= 0).all()


# threads and caches


def test_eight_threads_at_once_get_the_same_answers(west_east: tuple[str, str]) -> None:
    fresh = LiveCity.of_run(finished_run(), manifest_of(finished_run()))
    leaving = [clock_s("7:30") + 60 * minute for minute in range(80)]

    def ask(at_s: int) -> list[int]:
        clock = fresh.clock(west_east[at_s % 2], "peak", "jobs", 30 + at_s // 60 % 3)
        return [*fresh.minutes_from(west_east[0], "peak", at_s).tolist(), int(clock.reached.sum())]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, leaving))
    assert together == [ask(at_s) for at_s in leaving]


def test_answers_cannot_be_changed_for_others(live: LiveCity, west_east: tuple[str, str]) -> None:
    first = live.minutes_from(west_east[0], "peak", clock_s("8:05"))
    first[:] = 0
    assert minutes_east(live, west_east, "8:05") == 26


def test_a_cache_forgets_what_was_used_longest_ago() -> None:
    made: list[str] = []
    cache: BoundedCache[str] = BoundedCache(10, len)

    def make(text: str) -> str:
        return cache.get(text, lambda: made.append(text) or text)  # type: ignore[func-returns-value]

    for text in ("aaaa", "bbbb", "aaaa", "cccc", "bbbb"):
        assert make(text) == text
    assert made == ["aaaa", "bbbb", "cccc", "bbbb"]
    assert (cache.size, len(cache)) == (8, 2)
    assert make("much too large") == "much too large"
    assert len(cache) == 1


# what cannot be asked


def test_unknown_things_are_named(live: LiveCity) -> None:
    cell = live.cell_ids[0]
    for asked, match in [
        (lambda: live.minutes_from("89a90128a0fffff", "peak", 0), r"89a90128a0fffff': is none of .* 2 cells"),
        (lambda: live.minutes_from(cell, "night", 0), r"period 'night': .* only of: peak, be_there"),
        (lambda: live.minutes_from(cell, "peak", -60), r"departure_s is -60; allowed .* from 0 to 107,940"),
        (lambda: live.minutes_from(cell, "peak", 107_941), r"departure_s is 107941"),
        (lambda: live.minutes_to(cell, "peak", 0), r"arrival_s is 0; allowed .* from 7,260 to 93,600"),
        (lambda: live.clock(cell, "peak", "schools", 30), r"'schools': has no data here; there are jobs"),
        (lambda: live.clock(cell, "peak", "jobs", 0), r"cutoff_min is 0; allowed .* from 1 to 121"),
        (lambda: live.clock(cell, "peak", "jobs", 30, every_min=0), r"every_min is 0; .* from 1 to 1,440"),
    ]:  # fmt: skip
        with pytest.raises(ResultError, match=match):
            asked()


def test_a_network_that_is_gone_says_how_to_get_it_back(tmp_path: Path) -> None:
    folder, manifest = copied(finished_run(), tmp_path)
    shutil.rmtree(manifest["network_cache"])
    with pytest.raises(ResultError, match=r"the ready network is gone from the cache; run the configuration"):
        LiveCity.of_run(folder, manifest)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"network_cache": None}, r"names no ready network, so an older version wrote it; run the config"),
        ({"fairreach_version": "0.0.1"}, r"the run is of version 0\.0\.1, this is .*; run the configuration"),
        (
            {"config": {"travel": {"engine": "r5"}}},
            r"computed by r5, whose travel times cannot be asked live",
        ),
        ({"config": {"travel": {}}}, r"configuration is of another version"),
    ],
)
def test_runs_that_cannot_be_asked_say_why(changes: dict[str, Any], match: str) -> None:
    with pytest.raises(ResultError, match=match):
        LiveCity.of_run(finished_run(), manifest_of(finished_run()) | changes)


def test_an_incomplete_network_is_refused(tmp_path: Path) -> None:
    folder, manifest = copied(finished_run(), tmp_path)
    np.savez(Path(manifest["network_cache"]) / "egress.npz", start=np.zeros(1, np.int64))
    with pytest.raises(ResultError, match=r"lacks 'target', so another version wrote it"):
        LiveCity.of_run(folder, manifest)


def test_a_network_of_other_cells_is_refused(tmp_path: Path) -> None:
    folder, manifest = copied(finished_run(), tmp_path)
    names_file = Path(manifest["network_cache"]) / "names.json"
    names = json.loads(names_file.read_text(encoding="utf-8"))
    names["cells"][0] = "89a90128a0fffff"
    names_file.write_text(json.dumps(names), encoding="utf-8")
    with pytest.raises(ResultError, match="the ready network is of other cells than the run"):
        LiveCity.of_run(folder, manifest)


# what there is to reach


def test_a_network_kept_before_it_told_opportunities_takes_them_from_the_cells(
    tmp_path: Path, live: LiveCity, west_east: tuple[str, str]
) -> None:
    folder, manifest = copied(finished_run(), tmp_path)
    without_opportunities(Path(manifest["network_cache"]))
    older = LiveCity.of_run(folder, manifest)
    assert older.beyond_known
    for cell in west_east:
        expected = live.clock(cell, "peak", "jobs", 28).reached
        assert np.array_equal(older.clock(cell, "peak", "jobs", 28).reached, expected)


def test_what_lies_beyond_the_study_area_counts_where_it_is_known(
    tmp_path: Path, west_east: tuple[str, str]
) -> None:
    """The east, with all jobs, lies beyond: known it counts, else that it is missing is told."""
    west, _ = west_east
    folder, manifest = copied(finished_run(), tmp_path)
    cells = pd.read_parquet(folder / "cells.parquet")
    cells[cells["id"] == west].to_parquet(folder / "cells.parquet")
    city = LiveCity.of_run(folder, manifest)
    assert list(city.cell_ids) == [west]
    clock = city.clock(west, "peak", "jobs", 28)
    assert (clock.reached.max(), clock.beyond_known) == (1000.0, True)
    without_opportunities(Path(manifest["network_cache"]))
    clock = LiveCity.of_run(folder, manifest).clock(west, "peak", "jobs", 28)
    assert (clock.reached.max(), clock.beyond_known) == (0.0, False)
