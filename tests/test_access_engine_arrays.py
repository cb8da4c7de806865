"""Groups of walks: what is refused at the door and what is added there."""

from __future__ import annotations

from builders_timetable import make_links

from access.engine.arrays import least_access_s, walk_links_problems, with_own_stops


def test_every_stop_is_given_a_footpath_of_nothing_to_itself() -> None:
    footpaths = with_own_stops(make_links([{0: 600, 1: 60}, {}, {1: 30, 2: 5}]))
    assert footpaths.start.tolist() == [0, 2, 3, 5]
    assert footpaths.target.tolist() == [0, 1, 1, 1, 2]
    assert footpaths.walk_s.tolist() == [0, 60, 0, 30, 0]
    assert all(not array.flags.writeable for array in footpaths)


def test_no_stops_have_no_footpaths() -> None:
    assert with_own_stops(make_links([])).start.tolist() == [0]


def test_walks_may_be_as_short_as_allowed() -> None:
    footpaths = make_links([{0: -59}])
    assert walk_links_problems("footpaths", footpaths, 1, 1, least_s=-59) == []
    assert walk_links_problems("footpaths", footpaths, 1, 1, least_s=-58) == [
        "footpaths.walk_s runs from -59 to -59 s; allowed are -58 to 86400 s"
    ]
    assert walk_links_problems("egress", make_links([{0: -1}]), 1, 1) == [
        "egress.walk_s runs from -1 to -1 s; allowed are 0 to 86400 s"
    ]


def test_the_shortest_access_walk_counts_where_it_is_shorter_than_nothing() -> None:
    assert least_access_s(make_links([{0: 5}, {0: -7, 1: 3}])) == -7
    assert least_access_s(make_links([{0: 5}])) == 0
    assert least_access_s(make_links([{}])) == 0
