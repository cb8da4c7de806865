"""Streets of a scenario: footbridges, closures, and where points join afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders_streets import Position, at, write_osm_pbf
from hypothesis import given, settings
from hypothesis import strategies as st

from access.network import walk_links
from access.scenario import Numbered, Scenario
from access.scenario_streets import StreetsEdited, edit_streets, resnapped
from access.snapping import NO_COORDINATES, OFF_MAIN_COMPONENT, SNAPPED, TOO_FAR, Snap, snap
from access.street_graph import StreetGraph
from access.streets import read_streets_pbf
from gtfs.errors import ScenarioError

STREET = {"highway": "residential"}
Ways = dict[int, tuple[list[int], Mapping[str, str]]]

# Two streets of 400 m, 100 m apart, joined at their west ends only; an island 3 km east; a stray path.
#
#   3 --- 4 --- 5      y = 100
#   |
#   1 --- 2 --- 6      y = 0      7 --- 8  (x = 3000 to 3100)
NODES = {
    1: at(0, 0),
    2: at(200, 0),
    3: at(0, 100),
    4: at(200, 100),
    5: at(400, 100),
    6: at(400, 0),
    7: at(3000, 0),
    8: at(3100, 0),
}
WAYS: Ways = {
    10: ([1, 2, 6], STREET),
    20: ([1, 3], STREET),
    30: ([3, 4, 5], STREET),
    40: ([7, 8], STREET),
}


def read(folder: Path, nodes: Mapping[int, Position], ways: Ways) -> StreetGraph:
    return read_streets_pbf(write_osm_pbf(folder / "streets.osm.pbf", nodes, ways))[0]


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> StreetGraph:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("access.streets.REMOVED_SHARE_WORTH_A_WARNING", 1.0)
        return read(tmp_path_factory.mktemp("streets"), NODES, WAYS)


def line(*places_m: tuple[float, float], **keys: Any) -> dict[str, Any]:
    return {"type": "add-streets", "line_strings": [[at(*place) for place in places_m]], **keys}


def close(**keys: Any) -> dict[str, Any]:
    return {"type": "close-streets", **keys}


def edited(streets: StreetGraph, *changes: dict[str, Any]) -> StreetsEdited:
    scenario = Scenario.model_validate({"name": "test", "modifications": list(changes)})
    return edit_streets(streets, scenario.streets)


def refusal(streets: StreetGraph, *changes: dict[str, Any]) -> list[str]:
    with pytest.raises(ScenarioError, match="the scenario cannot be applied: ") as caught:
        edited(streets, *changes)
    return caught.value.problems


def snapped_at(streets: StreetGraph, *places_m: tuple[float, float], max_snap_m: float = 1600.0) -> Snap:
    return snap(streets, *zip(*(at(*place) for place in places_m), strict=True), max_snap_m)


def rejoined(
    found: StreetsEdited, *places_m: tuple[float, float], max_snap_m: float = 1600.0
) -> tuple[Snap, list[bool]]:
    lon, lat = zip(*(at(*place) for place in places_m), strict=True)
    joints, moved = resnapped(found, snap(found.base, lon, lat, max_snap_m), lon, lat, max_snap_m)
    return joints, moved.tolist()


def walk_s(streets: StreetGraph, points: Snap) -> np.ndarray[Any, Any]:
    """Seconds at 3.6 km/h, one a metre; -1 where nobody gets to."""
    links = walk_links(
        streets, points, points, max_walk_min=120, walk_speed_km_h=3.6, same_points=True, threads=1
    )
    n = len(points.edge)
    table = np.full((n, n), -1)
    for origin in range(n):
        found = slice(links.start[origin], links.start[origin + 1])
        table[origin, links.target[found]] = links.walk_s[found]
    return table


def assert_graph_is_sound(streets: StreetGraph) -> None:
    """Invariants S1 to S3 of ``StreetGraph``."""
    start, target = streets.edge_start, streets.edge_target
    assert (np.diff(streets.node_id) > 0).all()
    assert (start < target).all()
    assert (np.diff(start.astype(np.int64) * streets.n_nodes + target) > 0).all()
    at_ends = np.zeros(streets.n_edges, dtype=int)
    for node in range(streets.n_nodes):
        row = slice(streets.neighbour_start[node], streets.neighbour_start[node + 1])
        others, edges = streets.neighbour[row], streets.neighbour_edge[row]
        assert (np.diff(others) > 0).all()
        assert (
            (start[edges] == node) & (target[edges] == others)
            | (target[edges] == node) & (start[edges] == others)
        ).all()
        assert (streets.neighbour_length_mm[row] == streets.edge_length_mm[edges]).all()
        at_ends[edges] += 1
    assert (at_ends == 2).all()
    assert (streets.main[start] == streets.main[target]).all()
    assert streets.main.any()
    assert not (streets.edge_joinable & ~streets.edge_main).any()
    assert not any(values.flags.writeable for values in streets if isinstance(values, np.ndarray))


def test_nothing_changed_is_the_same_graph(streets: StreetGraph) -> None:
    found = edit_streets(streets, [])
    for field, old, new in zip(streets._fields, streets, found.streets, strict=True):
        assert np.array_equal(old, new), field
    joints, moved = rejoined(found, (150, 20), (-2000, 0))
    assert moved == [False, False]
    assert joints.state.tolist() == [SNAPPED, TOO_FAR]


# --- adding ------------------------------------------------------------------------------------------------


def test_a_footbridge_shortens_the_walk_by_the_way_around(streets: StreetGraph) -> None:
    found = edited(streets, line((400, 0), (400, 100)))
    joints, moved = rejoined(found, (400, 0), (400, 100))
    assert walk_s(streets, snapped_at(streets, (400, 0), (400, 100)))[0, 1] == pytest.approx(900, abs=2)
    assert walk_s(found.streets, joints)[0, 1] == pytest.approx(100, abs=1)
    assert moved == [False, False]
    (report,) = found.reports
    assert report.counts == {"lines": 1, "length_m": 100}
    assert report.text["en"] == "1 new street, 100 m; ends join streets at most 0 m away"
    assert report.text["fr"] == "1 nouvelle rue, 100 m ; les bouts rejoignent des rues à 0 m au plus"


def test_a_line_that_joins_mid_block_divides_the_street_and_keeps_its_length(streets: StreetGraph) -> None:
    found = edited(streets, line((100, 0), (100, 100)))
    assert_graph_is_sound(found.streets)
    assert found.streets.n_edges == streets.n_edges + 3
    assert int(found.streets.edge_length_mm[~found.added].sum()) == int(streets.edge_length_mm.sum())
    joints, _ = rejoined(found, (50, 0), (150, 0), (100, 100))
    before = walk_s(streets, snapped_at(streets, (50, 0), (150, 0)))
    after = walk_s(found.streets, joints)
    assert after[0, 1] == before[0, 1]
    assert after[1, 2] == pytest.approx(150, abs=1)


def test_the_straight_way_to_the_street_is_walked_and_counts(streets: StreetGraph) -> None:
    found = edited(streets, line((300, 20), (300, 90)))  # 20 m to the lower street, 10 m to the upper
    assert int(found.streets.edge_length_mm[found.added].sum()) == pytest.approx(100_000, abs=100)
    assert found.reports[0].text["en"].endswith("at most 20 m away")


def test_an_end_too_far_from_any_street_is_refused_with_the_distance(streets: StreetGraph) -> None:
    (start, end) = refusal(streets, line((200, 50), (600, 0)))
    assert "modification 1 (add-streets): line 1: its start" in start
    assert "joins no street within 30 m: the nearest is 50.0 m away; move it, or set join_within_m" in start
    assert "its end" in end
    assert "the nearest is 200." in end
    found = edited(streets, line((200, 50), (600, 0), join_within_m=250))
    assert found.reports[0].counts["lines"] == 1


def test_bends_are_kept_and_repeated_positions_are_not(streets: StreetGraph) -> None:
    found = edited(streets, line((400, 0), (450, 0), (450, 0), (450, 100), (400, 100)))
    assert sorted(np.rint(found.streets.edge_length_mm[found.added] / 1000).tolist()) == [50, 50, 100]


def test_a_second_line_may_join_the_first(streets: StreetGraph) -> None:
    around = line((400, 0), (450, 0), (450, 100), (400, 100))
    found = edited(streets, around, line((450, 50), (220, 0)))
    assert_graph_is_sound(found.streets)
    joints, _ = rejoined(found, (220, 0), (400, 100))
    slanting = 235.4  # 230 m west, 50 m south; by the first line alone 180 + 200
    assert walk_s(found.streets, joints)[0, 1] == pytest.approx(slanting + 50 + 50, abs=2)


def test_it_passes_over_what_it_crosses(streets: StreetGraph) -> None:
    found = edited(streets, line((200, 0), (300, 50), (300, 130), (200, 130), join_within_m=35))
    joints, _ = rejoined(found, (300, 100), (200, 0))
    assert walk_s(found.streets, joints)[0, 1] > 300  # by the ends, not straight down at the crossing


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ([(100, 5), (100, -5)], "both its ends join the streets at one place"),
        ([(100, 0), (150, 0)], "runs along a street that is there already"),
        ([(1, 0), (0, 0)], "runs along a street that is there already"),
        ([(200, 0), (400, 0)], "runs along a street that is there already"),
        ([(200, 0), (200, 0)], "both its ends join the streets at one place"),
        ([(400, 0), (200_000, 0), (400, 100)], "has a straight piece of 200 km"),
    ],
)
def test_a_line_that_would_change_nothing_or_is_absurd_is_refused(
    streets: StreetGraph, places: list[tuple[float, float]], said: str
) -> None:
    with pytest.raises(ScenarioError, match=said):
        edited(streets, line(*places))


def test_points_keep_where_they_join_beside_a_footbridge(streets: StreetGraph) -> None:
    base = snapped_at(streets, (390, 45))
    found = edited(streets, line((400, 0), (400, 100)))
    joints, moved = rejoined(found, (390, 45))
    assert moved == [False]
    assert joints.link_mm.tolist() == base.link_mm.tolist()
    anew = snap(found.streets, *zip(at(390, 45), strict=True), 1600.0)
    assert anew.link_mm.tolist() == base.link_mm.tolist(), "new points do not join it either"


def test_points_join_a_linkable_street_where_it_is_nearer(streets: StreetGraph) -> None:
    found = edited(streets, line((400, 0), (400, 100), linkable=True))
    joints, moved = rejoined(found, (390, 45), (300, 10))
    assert moved == [True, False]
    assert joints.link_mm[0] == pytest.approx(10_000, abs=20)
    assert found.added[joints.edge[0]]


def test_a_bridge_to_an_island_brings_its_people_back(streets: StreetGraph) -> None:
    assert snapped_at(streets, (3050, 10)).state.tolist() == [OFF_MAIN_COMPONENT]
    found = edited(streets, line((400, 0), (3000, 0)))
    joints, moved = rejoined(found, (3050, 10), (390, 10))
    assert moved == [True, False]
    assert joints.state.tolist() == [SNAPPED, SNAPPED]
    assert walk_s(found.streets, joints)[0, 1] == pytest.approx(10 + 50 + 2600 + 10 + 10, abs=5)
    assert "100 m of streets that were put aside are joined" in found.reports[0].text["en"]


# --- closing -----------------------------------------------------------------------------------------------


def test_closing_a_way_leaves_the_others_and_cuts_off_what_hangs_on_it(streets: StreetGraph) -> None:
    found = edited(streets, close(ways=[20]))
    assert_graph_is_sound(found.streets)
    assert found.closed.sum() == 1
    joints, moved = rejoined(found, (100, 10), (100, 90))
    assert moved == [False, False]
    assert joints.state.tolist() == [SNAPPED, SNAPPED], "who is cut off stays in the results"
    assert walk_s(found.streets, joints).tolist() == [[0, -1], [-1, 0]]
    (report,) = found.reports
    assert report.counts == {"edges": 1, "ways": 1, "length_m": 100, "cut_off_m": 400}
    assert report.warnings == (
        "400 m of streets are cut off from the rest: on foot nobody gets from one to the other",
    )
    assert report.text["fr"].startswith("1 tronçon fermé de 1 voie, 100 m ; 400 m de rues sont coupés")


def test_points_on_a_closed_street_join_the_nearest_open_one(streets: StreetGraph) -> None:
    found = edited(streets, close(ways=[20]))
    joints, moved = rejoined(found, (5, 40), (5, 60))
    assert moved == [True, True]
    assert joints.state.tolist() == [SNAPPED, SNAPPED]
    assert joints.link_mm.tolist() == pytest.approx([40_000, 40_000], abs=100)


def test_a_closed_street_with_none_other_near_leaves_points_off_the_streets(streets: StreetGraph) -> None:
    found = edited(streets, close(ways=[20]))
    joints, moved = rejoined(found, (5, 50), max_snap_m=30)
    assert joints.state.tolist() == [TOO_FAR]
    assert (joints.edge.tolist(), joints.link_mm.tolist(), moved) == ([-1], [-1], [True])


def test_a_bridge_built_where_one_closes_joins_both_again(streets: StreetGraph) -> None:
    found = edited(streets, line((400, 0), (400, 100)), close(ways=[20]))
    assert [report.number for report in found.reports] == [2, 1], "closures first"
    joints, _ = rejoined(found, (100, 0), (100, 100))
    assert walk_s(found.streets, joints)[0, 1] == pytest.approx(300 + 100 + 300, abs=2)
    assert "cut_off_m" not in found.reports[0].counts


def test_a_new_street_joins_no_closed_one(streets: StreetGraph) -> None:
    assert edited(streets, line((100, 0), (20, 50), (5, 50))).reports[0].counts["lines"] == 1
    (problem,) = refusal(streets, line((100, 0), (20, 50), (5, 50)), close(ways=[20]))
    assert "its end at" in problem
    assert "the nearest is 50.0 m away" in problem


def test_closures_come_first_in_whatever_order_they_are_given(streets: StreetGraph) -> None:
    changes = [line((100, 0), (20, 50), (5, 50)), close(ways=[20])]
    scenario = Scenario.model_validate({"name": "test", "modifications": changes})
    with pytest.raises(
        ScenarioError, match=r"modification 1 \(add-streets\): .* the nearest is 50\.0 m away"
    ):
        edit_streets(streets, scenario.streets[::-1])


def test_a_line_closes_every_piece_it_crosses_or_touches(streets: StreetGraph) -> None:
    found = edited(streets, close(crossing=[at(300, -20), at(300, 120)]))
    assert found.closed.sum() == 2
    node_2 = (streets.node_lon[1], streets.node_lat[1])
    found = edited(streets, close(crossing=[node_2, at(200, -50)]))
    assert found.closed.sum() == 2, "at a node, the pieces on both sides"


def test_a_polygon_closes_the_pieces_wholly_inside(streets: StreetGraph) -> None:
    around_5 = [at(190, 50), at(420, 50), at(420, 150), at(190, 150)]
    found = edited(streets, close(polygon=around_5))
    closed = np.flatnonzero(found.closed)
    assert streets.edge_way[closed].tolist() == [30]
    assert streets.edge_length_mm[closed].tolist() == pytest.approx([200_000], abs=200)


def test_several_ways_of_which_some_are_unknown(streets: StreetGraph) -> None:
    found = edited(streets, close(ways=[20, 99, 20]))
    assert found.reports[0].warnings[0] == "1 way unknown: 99"
    assert "1 voie inconnue : 99" in found.reports[0].text["fr"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (close(ways=[41]), r"ways: 41 is no way that people walk on here; nearest ids: 40"),
        (
            close(crossing=[at(-50, 0), at(-50, 50)]),
            r"crossing: no street piece is crossed by it; .* 50\.0 m",
        ),
        (
            close(polygon=[at(50, -9), at(99, -9), at(99, 9), at(50, 9)]),
            r"wholly inside it; .* beyond it",
        ),
        (close(polygon=[at(0, 0), at(9, 9), at(9, 0), at(0, 9)]), r"polygon: crosses itself"),
        (close(ways=[10, 20, 30]), r"the closures leave no street of the main network"),
        (close(ways=[10, 20, 30, 40]), r"the closures leave no street of the main network"),
    ],
)
def test_a_closure_that_matches_nothing_or_everything_is_refused(
    streets: StreetGraph, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(ScenarioError, match=said):
        edited(streets, change)


def test_all_problems_are_told_at_once(streets: StreetGraph) -> None:
    told = refusal(streets, line((200, 50), (400, 0)), close(ways=[7]), close(ways=[8]))
    assert [problem.split(":")[0] for problem in told] == [
        "modification 2 (close-streets)",
        "modification 3 (close-streets)",
        "modification 1 (add-streets)",
    ]


def test_moved_points_are_joined_anew_and_those_without_coordinates_stay_so(streets: StreetGraph) -> None:
    found = edited(streets, close(ways=[20]))
    lon, lat = (np.array(values) for values in zip(at(150, 10), at(150, 10), (np.nan, np.nan), strict=True))
    elsewhere = snapped_at(streets, (350, 90), (150, 10), (150, 10))
    base = Snap(*(column.copy() for column in elsewhere))
    base.state[2] = NO_COORDINATES
    base.edge[2], base.along_mm[2], base.link_mm[2] = -1, 0, -1
    joints, moved = resnapped(found, base, lon, lat, 1600.0, anew=np.array([True, False, False]))
    assert moved.tolist() == [True, False, False]
    assert joints.edge[0] == joints.edge[1]
    assert joints.state.tolist() == [SNAPPED, SNAPPED, NO_COORDINATES]


# --- equal to streets read from an edited file -------------------------------------------------------------

HOMES = [(x, y) for x in (-40.0, 60.0, 130.0, 260.0, 390.0, 440.0) for y in (-15.0, 12.0, 60.0, 95.0, 140.0)]


def assert_equal_walks(found: StreetsEdited, full: StreetGraph) -> None:
    joints, _ = rejoined(found, *HOMES)
    expected = snapped_at(full, *HOMES)
    assert np.array_equal(joints.state, expected.state)
    assert np.array_equal(joints.link_mm, expected.link_mm)
    assert np.array_equal(walk_s(found.streets, joints), walk_s(full, expected))


def test_a_linkable_street_between_crossings_equals_an_edited_file(
    tmp_path: Path, streets: StreetGraph
) -> None:
    places = [[round(degrees, 7) for degrees in at(*place)] for place in ((400, 0), (420, 50), (400, 100))]
    found = edited(streets, {"type": "add-streets", "line_strings": [places], "linkable": True})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("access.streets.REMOVED_SHARE_WORTH_A_WARNING", 1.0)
        full = read(tmp_path, {**NODES, 9: at(420, 50)}, {**WAYS, 50: ([6, 9, 5], STREET)})
    assert_equal_walks(found, full)


def test_a_closure_without_cut_off_equals_an_edited_file(tmp_path: Path) -> None:
    loop: Ways = {**WAYS, 50: ([6, 5], STREET), 60: ([2, 4], STREET)}
    del loop[40]
    nodes = {key: place for key, place in NODES.items() if key < 7}
    found = edited(read(tmp_path, nodes, loop), close(ways=[60]))
    del loop[60]
    assert_equal_walks(found, read(tmp_path, nodes, loop))


# --- laws --------------------------------------------------------------------------------------------------

METRES = st.integers(-20, 420)
ENDS = st.tuples(st.tuples(METRES, METRES), st.tuples(METRES, METRES))


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> StreetGraph:
    """Five by five streets, 100 m apart; way 1000 + row, 2000 + column."""
    from builders_streets import write_street_grid

    return read_streets_pbf(write_street_grid(tmp_path_factory.mktemp("grid") / "grid.osm.pbf", 5, 5))[0]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(lines=st.lists(ENDS, min_size=1, max_size=4), linkable=st.booleans())
def test_new_streets_never_lengthen_a_walk(
    grid: StreetGraph, lines: Sequence[tuple[tuple[int, int], tuple[int, int]]], linkable: bool
) -> None:
    changes = [line(*ends, linkable=linkable, join_within_m=60) for ends in lines if ends[0] != ends[1]]
    try:
        found = edited(grid, *changes) if changes else edit_streets(grid, [])
    except ScenarioError as error:
        refused = [problem for problem in error.problems if not re.search("there already|one place", problem)]
    else:
        refused = []
        assert_adding_shortens(grid, found, linkable)
    assert refused == []


def assert_adding_shortens(grid: StreetGraph, found: StreetsEdited, linkable: bool) -> None:
    assert_graph_is_sound(found.streets)
    assert int(found.streets.edge_length_mm[~found.added].sum()) == int(grid.edge_length_mm.sum())
    homes = [(37.0 * k % 430, 53.0 * k % 430) for k in range(12)]
    before = snapped_at(grid, *homes)
    unmoved, moved = rejoined(found, *homes)
    kept = ~np.array(moved)
    old, new = walk_s(grid, before), walk_s(found.streets, unmoved)
    assert linkable or kept.all()
    assert (new[np.ix_(kept, kept)] <= old[np.ix_(kept, kept)]).all()
    assert (unmoved.link_mm <= before.link_mm).all()


@settings(max_examples=15, deadline=None, derandomize=True)
@given(ways=st.sets(st.sampled_from([*range(1000, 1005), *range(2000, 2005)]), min_size=1, max_size=6))
def test_closed_streets_never_shorten_a_walk_and_lose_nobody(grid: StreetGraph, ways: set[int]) -> None:
    found = edited(grid, close(ways=sorted(ways)))
    assert_graph_is_sound(found.streets)
    homes = [(37.0 * k % 430, 53.0 * k % 430) for k in range(12)]
    before = snapped_at(grid, *homes)
    joints, moved = rejoined(found, *homes)
    kept = ~np.array(moved)
    old, new = walk_s(grid, before), walk_s(found.streets, joints)
    assert (joints.state == SNAPPED).all()
    assert np.array_equal(np.isin(grid.edge_way[before.edge], list(ways)), ~kept)
    worse = (new == -1) | (new >= old)
    assert worse[np.ix_(kept, kept)].all()


def test_the_base_is_left_as_it_is(grid: StreetGraph) -> None:
    copies = [np.array(values, copy=True) for values in grid]
    edited(grid, line((50, 0), (50, 100), linkable=True), close(ways=[2003]))
    assert all(np.array_equal(old, new) for old, new in zip(copies, grid, strict=True))


def test_changes_are_numbered_as_given(streets: StreetGraph) -> None:
    closure = Scenario.model_validate({"name": "x", "modifications": [close(ways=[20])]}).streets[0].change
    assert edit_streets(streets, [Numbered(7, closure)]).reports[0].number == 7


@pytest.mark.real_data
def test_porto_alegre_cut_in_two_and_joined_again(porto_alegre: Path) -> None:
    """Every street across one parallel closes and ten new ones cross it: all invariants hold."""
    city, _ = read_streets_pbf(porto_alegre / "osm.pbf")
    rng = np.random.default_rng(5)
    west, south, east, north = city.bounds
    middle = (south + north) / 2
    main = np.flatnonzero(city.main)
    ends = [
        rng.choice(main[side], 10)
        for side in (city.node_lat[main] > middle + 0.005, city.node_lat[main] < middle - 0.005)
    ]
    lines = [
        [(float(city.node_lon[node]) + 4e-5, float(city.node_lat[node])) for node in pair]
        for pair in zip(*ends, strict=True)
    ]
    found = edited(
        city,
        close(crossing=[(west, middle), (east, middle)]),
        {"type": "add-streets", "line_strings": lines, "linkable": True},
    )
    assert_graph_is_sound(found.streets)
    old_mm = int(city.edge_length_mm[~found.closed].sum())
    assert int(found.streets.edge_length_mm[~found.added].sum()) == old_mm
    lon, lat = rng.uniform(west, east, 5000), rng.uniform(south, north, 5000)
    base = snap(city, lon, lat, 300.0)
    joints, moved = resnapped(found, base, lon, lat, 300.0)
    anew = snap(found.streets, lon, lat, 300.0)
    joined = (joints.state == SNAPPED) & (anew.state == SNAPPED)
    assert np.array_equal(joints.state == SNAPPED, anew.state == SNAPPED)
    assert (np.abs(joints.link_mm - anew.link_mm)[joined] <= 1).all(), "nearest of all, old joints or new"
    assert 0 < moved.sum() < 500
    assert np.array_equal(joints.link_mm[~moved], base.link_mm[~moved])
