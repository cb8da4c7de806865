"""Walks through stations: hand cases and the slow twin that tries every entrance."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from builders_timetable import make_links, make_timetable
from hypothesis import given, settings
from hypothesis import strategies as st

from access.errors import DataQualityWarning
from access.station_walks import StationCounts, StationWalks, station_walks
from gtfs.pathways import STAIRS, station_times
from gtfs.timetable import Pathways, Schedule

# Platforms P and Q in one station, R in another; entrances E, F of the first, G of the second; a bus stop B.
PLACES = "PQREFGB"
KIND = {"P": 0, "Q": 0, "R": 0, "E": 2, "F": 2, "G": 2, "B": 0}


def pathways_of(ways: dict[str, int], from_street: str = "", stairs: str = "") -> Pathways:
    """Pathways from ``{"E-P": seconds}``, each one way; those from or to a place in ``stairs`` are stairs."""
    pairs = [way.split("-") for way in ways]
    n = len(pairs)
    none = np.full(n, np.nan)
    return Pathways(
        source=np.array([PLACES.index(a) for a, _ in pairs], np.int32),
        target=np.array([PLACES.index(b) for _, b in pairs], np.int32),
        mode=np.array([STAIRS if set(pair) & set(stairs) else 1 for pair in pairs], np.int8),
        traversal_s=np.array(list(ways.values()), float),
        length_m=none,
        steps_up=none,
        straight_m=none,
        location_type=np.array([KIND[name] for name in PLACES], np.int8),
        from_street=np.array([name in from_street for name in PLACES]),
    )


def both(ways: dict[str, int]) -> dict[str, int]:
    return ways | {"-".join(way.split("-")[::-1]): seconds for way, seconds in ways.items()}


def schedule_of(pathways: Pathways, passable: Pathways | None = None) -> Schedule:
    table = make_timetable([[(PLACES.index(name), 0, 0, True, True) for name in "PQRB"]], len(PLACES))
    return Schedule(
        table, date(2024, 5, 15), list(PLACES), list(PLACES), ["R"], ["R"], [3], ["t"],
        pathways=passable or pathways, all_pathways=pathways,
    )  # fmt: skip


def links(rows: dict[str, int], sources: str, targets: str):
    table: list[dict[int, int]] = [{} for _ in sources]
    for way, walk_s in rows.items():
        a, b = way.split("-")
        table[sources.index(a)][targets.index(b)] = walk_s
    return make_links(table)


def named(walks: Any, sources: str, targets: str) -> dict[str, int]:
    source = np.repeat(np.arange(len(sources)), np.diff(walks.start))
    return {
        f"{sources[a]}-{targets[b]}": int(s)
        for a, b, s in zip(source, walks.target, walks.walk_s, strict=True)
    }


def through(
    pathways: Pathways,
    *,
    access: dict[str, int] = {},  # noqa: B006
    footpaths: dict[str, int] = {},  # noqa: B006
    egress: dict[str, int] = {},  # noqa: B006
    off_street: str = "",
    passable: Pathways | None = None,
    minutes: float = 10,
) -> StationWalks:
    """Walks between home h or work w and the places; own links are there as the streets give them."""
    own = {f"{name}-{name}": 0 for name in PLACES if name not in off_street}
    return station_walks(
        schedule_of(pathways, passable),
        links(access, "h", PLACES),
        links(own | footpaths, PLACES, PLACES),
        links(egress, PLACES, "w"),
        on_street=np.array([name not in off_street for name in PLACES]),
        walk_speed_km_h=3.6,
        max_walk_min=minutes,
        max_transfer_walk_min=minutes,
    )


def test_an_enclosed_platform_is_reached_through_its_entrances_only():
    walks = through(pathways_of(both({"E-P": 100})), access={"h-P": 10, "h-E": 50, "h-B": 20})
    assert named(walks.access, "h", PLACES) == {"h-P": 150, "h-E": 50, "h-B": 20}
    walks = through(pathways_of(both({"E-P": 100})), access={"h-P": 10, "h-B": 20})
    assert named(walks.access, "h", PLACES) == {"h-B": 20}


def test_the_best_entrance_is_taken():
    ways = pathways_of(both({"E-P": 100, "F-P": 30}))
    walks = through(ways, access={"h-E": 50, "h-F": 130}, egress={"E-w": 50, "F-w": 110})
    assert named(walks.access, "h", PLACES)["h-P"] == 150
    assert named(walks.egress, PLACES, "w")["P-w"] == 140


def test_walk_and_way_inside_keep_the_limit_together():
    ways = pathways_of(both({"E-P": 100}))
    for walk_s, found in ((500, {"h-E": 500, "h-P": 600}), (501, {"h-E": 501})):
        assert named(through(ways, access={"h-E": walk_s}).access, "h", PLACES) == found


def test_a_platform_is_left_by_the_ways_out():
    ways = pathways_of({"E-P": 100, "P-F": 20})
    walks = through(ways, access={"h-E": 50, "h-F": 10}, egress={"E-w": 1, "F-w": 70, "P-w": 5})
    assert named(walks.access, "h", PLACES)["h-P"] == 150
    assert named(walks.egress, PLACES, "w") == {"P-w": 90, "E-w": 1, "F-w": 70}


def test_platforms_of_a_station_change_by_pathways_even_if_the_street_is_shorter():
    ways = pathways_of(both({"E-P": 100, "P-Q": 40}))
    walks = through(ways, footpaths={"P-Q": 5, "Q-P": 5})
    found = named(walks.footpaths, PLACES, PLACES)
    assert found["P-Q"] == found["Q-P"] == 40
    apart = through(pathways_of(both({"P-Q": 40})), footpaths={"P-Q": 5, "P-B": 30})
    found = named(apart.footpaths, PLACES, PLACES)
    assert (found["P-Q"], found["P-B"]) == (40, 30)  # no entrance: not enclosed, the street stays


def test_a_change_between_stations_leads_out_and_in():
    ways = pathways_of(both({"E-P": 100, "G-R": 30}))
    walks = through(ways, footpaths={"P-R": 5, "E-G": 60, "E-B": 20, "B-E": 20, "B-P": 1})
    found = named(walks.footpaths, PLACES, PLACES)
    assert found["P-R"] == 190
    assert (found["P-B"], found["B-P"]) == (120, 120)
    assert (found["E-R"], found["P-G"]) == (90, 160)
    assert "R-P" not in found  # no street from G to E was given


def test_a_change_longer_than_the_limit_is_none_inside_too():
    walks = through(pathways_of(both({"E-P": 100, "P-Q": 601})), footpaths={"P-Q": 5})
    assert "P-Q" not in named(walks.footpaths, PLACES, PLACES)


def test_a_stop_that_says_so_is_reached_from_the_street():
    walks = through(pathways_of(both({"E-P": 100}), from_street="P"), access={"h-P": 10, "h-E": 50})
    assert named(walks.access, "h", PLACES) == {"h-P": 10, "h-E": 50}


def test_a_platform_whose_entrances_are_all_off_the_streets_stays_as_it_was():
    walks = through(pathways_of(both({"E-P": 100})), access={"h-P": 10}, off_street="E")
    assert named(walks.access, "h", PLACES) == {"h-P": 10}
    assert walks.counts.enclosed == 0


def test_a_platform_that_only_stairs_lead_to_is_out_of_reach_step_free():
    every = pathways_of(both({"E-P": 100}), stairs="P")
    with pytest.warns(
        DataQualityWarning, match="^1 of 1 stops inside stations cannot be both entered and left"
    ):
        walks = through(every, access={"h-P": 10, "h-E": 50}, passable=pathways_of({}))
    assert named(walks.access, "h", PLACES) == {"h-E": 50}
    assert walks.counts == StationCounts(enclosed=1, locked=1)


def test_a_feed_without_pathways_gets_back_what_it_gave():
    access, footpaths = links({"h-P": 10}, "h", PLACES), links({}, PLACES, PLACES)
    egress = links({}, PLACES, "w")
    walks = station_walks(
        schedule_of(pathways_of({})), access, footpaths, egress, on_street=np.ones(7, bool),
        walk_speed_km_h=3.6, max_walk_min=10, max_transfer_walk_min=10,
    )  # fmt: skip
    assert walks == (access, footpaths, egress, StationCounts())


def test_counts_say_how_many_stops_this_concerned():
    ways = pathways_of(both({"E-P": 100, "F-P": 30, "P-Q": 40, "G-R": 20}))
    assert through(ways).counts == StationCounts(
        enclosed=3, entrances=3, inside_pairs=2, locked=0, guessed=0, pathways=8
    )


@st.composite
def stations(draw: st.DrawFn) -> dict[str, Any]:
    def some(pairs: list[str], longest: int) -> dict[str, int]:
        return draw(st.dictionaries(st.sampled_from(pairs), st.integers(0, longest), max_size=9))

    inside = [f"{a}-{b}" for a in "PQEF" for b in "PQEF" if a != b] + ["R-G", "G-R", "R-F"]
    return {
        "pathways": pathways_of(some(inside, 400), from_street=draw(st.sampled_from(["", "", "P"]))),
        "access": some([f"h-{name}" for name in PLACES], 600),
        "footpaths": some([f"{a}-{b}" for a in PLACES for b in PLACES if a != b], 600),
        "egress": some([f"{name}-w" for name in PLACES], 600),
        "off_street": draw(st.sampled_from(["", "", "E"])),
    }


@settings(max_examples=300, deadline=None, derandomize=True)
@given(stations())
@pytest.mark.filterwarnings("ignore::access.errors.DataQualityWarning")
def test_walks_equal_those_of_trying_every_entrance(case):
    pathways, off = case["pathways"], case["off_street"]
    for walks in ("access", "egress", "footpaths"):  # what is off the streets has no walks there
        case[walks] = {w: s for w, s in case[walks].items() if not set(w.split("-")) & set(off)}
    times = station_times(pathways, 3.6)
    inside = {
        f"{PLACES[a]}-{PLACES[b]}": int(s) for a, b, s in zip(*times, strict=True)
    }  # fmt: skip
    entrances = [name for name in "EFG" if name not in off]
    enclosed = {
        name
        for name in "PQR"
        if any(f"{name}-{e}" in inside or f"{e}-{name}" in inside for e in entrances)
        and not pathways.from_street[PLACES.index(name)]
    }

    def ways_in(stop: str) -> dict[str, int]:
        if stop not in enclosed:
            return {stop: 0}
        return {e: inside[f"{e}-{stop}"] for e in entrances if f"{e}-{stop}" in inside}

    def ways_out(stop: str) -> dict[str, int]:
        if stop not in enclosed:
            return {stop: 0}
        return {e: inside[f"{stop}-{e}"] for e in entrances if f"{stop}-{e}" in inside}

    def best(pairs: list[tuple[str, int]]) -> dict[str, int]:
        return {way: min(s for w, s in pairs if w == way) for way, s in pairs if s <= 600}

    walks = through(**case)
    access = [
        (f"h-{stop}", case["access"][f"h-{e}"] + s)
        for stop in PLACES
        for e, s in ways_in(stop).items()
        if f"h-{e}" in case["access"]
    ]
    assert named(walks.access, "h", PLACES) == best(access)
    egress = [
        (f"{stop}-w", case["egress"][f"{e}-w"] + s)
        for stop in PLACES
        for e, s in ways_out(stop).items()
        if f"{e}-w" in case["egress"]
    ]
    assert named(walks.egress, PLACES, "w") == best(egress)
    streets = case["footpaths"] | {f"{name}-{name}": 0 for name in PLACES if name not in off}
    changes = []
    for a in PLACES:
        for b in PLACES:
            if f"{a}-{b}" in inside and {a, b} <= set("PQRB"):
                changes.append((f"{a}-{b}", inside[f"{a}-{b}"]))
                continue
            changes += [
                (f"{a}-{b}", out_s + streets[f"{e}-{f}"] + in_s)
                for e, out_s in ways_out(a).items()
                for f, in_s in ways_in(b).items()
                if f"{e}-{f}" in streets
            ]
    assert named(walks.footpaths, PLACES, PLACES) == best(changes)
