"""Pieces of line and stops that differ between two states of a feed: a line of stops 0.01 degrees apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import shapely
from builders_comparison import scenario_named
from builders_report import CENTRE

from access.changed_lines import changed_lines
from access.changed_places import changed_places

PLACES = {"A": 0.0, "B": 0.01, "C": 0.02, "D": 0.03}


def feed(*trips: tuple[str, str, str, int], lat: dict[str, float] | None = None) -> Any:
    """A feed of trips (trip, route, stops as letters, minute of the first departure); a minute a hop."""
    moved = lat or {}
    visits = [
        (trip, number, stop, f"08:{first + number:02d}:00", f"08:{first + number:02d}:00")
        for trip, _, stops, first in trips
        for number, stop in enumerate(stops)
    ]
    columns = ["trip_id", "stop_sequence", "stop_id", "arrival_time", "departure_time"]
    return SimpleNamespace(
        stops=pd.DataFrame(
            {
                "stop_id": list(PLACES),
                "stop_name": [f"Stop {name}" for name in PLACES],
                "stop_lon": list(PLACES.values()),
                "stop_lat": [moved.get(name, 0.0) for name in PLACES],
            }
        ),
        routes=pd.DataFrame({"route_id": ["1", "2"], "route_short_name": ["One", None],
                             "route_long_name": ["Line one", "Line two"]}),
        trips=pd.DataFrame(
            [(trip, route, "wk") for trip, route, _, _ in trips],
            columns=["trip_id", "route_id", "service_id"],
        ),
        stop_times=pd.DataFrame(visits, columns=columns).astype({"trip_id": "string"}),
        frequencies=None,
    )  # fmt: skip


def found(before: Any, after: Any) -> tuple[dict[tuple[str, str], float], dict[str, list[str]]]:
    """Length of the pieces by route and change, in hundredths of a degree; stops by change."""
    lines, stops = changed_lines({"bus": before}, {"bus": after})
    lengths = {
        (row.route_name, row.change): round(shapely.length(row.geometry) * 100, 6)
        for row in lines.itertuples()
    }
    by_change = {str(change): sorted(group["stop_id"]) for change, group in stops.groupby("change")}
    return lengths, by_change


def test_the_same_feed_changes_nothing() -> None:
    same = feed(("t", "1", "ABC", 0))
    assert found(same, same) == ({}, {})
    assert found(same, feed(("t", "1", "ABC", 0))) == ({}, {})


def test_a_trip_later_changes_its_pieces_and_no_other_route() -> None:
    before = feed(("t", "1", "ABC", 0), ("u", "2", "CD", 0))
    after = feed(("t", "1", "ABC", 5), ("u", "2", "CD", 0))
    assert found(before, after) == ({("One", "changed"): 2.0}, {})


def test_only_the_pieces_of_changed_trips_are_drawn() -> None:
    """Trip u of the same route goes on to D and stays as it is."""
    before = feed(("t", "1", "AB", 0), ("u", "1", "ABCD", 0))
    after = feed(("t", "1", "AB", 5), ("u", "1", "ABCD", 0))
    assert found(before, after)[0] == {("One", "changed"): 1.0}


def test_a_shortened_route_shows_what_it_leaves() -> None:
    lengths, stops = found(feed(("t", "2", "ABCD", 0)), feed(("t", "2", "AB", 0)))
    assert lengths == {("Line two", "removed"): 2.0, ("Line two", "changed"): 1.0}
    assert stops == {"removed": ["C", "D"]}


def test_a_new_route_is_new_and_direction_does_not_matter() -> None:
    before = feed(("t", "1", "AB", 0))
    after = feed(("t", "1", "AB", 0), ("u", "2", "ABC", 0), ("v", "2", "CBA", 0))
    lengths, stops = found(before, after)
    assert lengths == {("Line two", "new"): 2.0}
    assert stops == {"new": ["C"]}


def test_a_moved_stop_shows_both_places() -> None:
    lengths, stops = found(feed(("t", "1", "AB", 0)), feed(("t", "1", "AB", 0), lat={"B": 0.01}))
    assert stops == {"new": ["B"], "removed": ["B"]}
    assert lengths == {("One", "removed"): 1.0, ("One", "new"): 1.414214}  # the diagonal of a square


def test_everything_removed_leaves_the_old_line() -> None:
    before = feed(("t", "1", "ABC", 0))
    lengths, stops = found(before, feed())
    assert lengths == {("One", "removed"): 2.0}
    assert stops == {"removed": ["A", "B", "C"]}


def test_streets_and_places_are_taken_from_the_file() -> None:
    name = {"en": "X", "fr": "X"}
    square = [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    scenario = scenario_named(
        name,
        {"type": "close-streets", "polygon": square, "comment": "works"},
        {"type": "close-streets", "ways": [1]},
        {"type": "add-residents", "cell": CENTRE, "count": 10},
        {"type": "remove-opportunities", "service": "schools", "where": {"id": ["S"]}},
    )
    lines, points = changed_places(scenario)
    assert lines[["route_id", "route_name", "change"]].to_numpy().tolist() == [
        ["close-streets", "works", "removed"]
    ]
    assert lines.geometry.iloc[0].geoms[0].is_ring
    assert points[["stop_id", "change"]].to_numpy().tolist() == [["add-residents", "new"]]
