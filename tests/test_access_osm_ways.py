"""One reading of ways for every mode."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from builders_streets import at, write_osm_pbf

from access.cycling import CyclingRules
from access.driving import DrivingRules
from access.errors import InputDataError
from access.osm_ways import KEPT_TAGS, pieces_of, read_tagged_ways_pbf, read_ways_pbf
from access.step_free import step_free
from access.streets_osm import is_walkable, read_segments_pbf, segments_of_tagged

NODES = {1: at(0, 0), 2: at(100, 0), 3: at(100, 100), 4: at(0, 100)}
WAYS = {
    11: ([1, 2, 3], {"highway": "residential", "name": "First Street"}),
    12: ([3, 4], {"highway": "steps"}),
    13: ([4, 1], {"highway": "residential", "name": "Second Street"}),
    14: ([1, 3], {"highway": "motorway"}),
    15: ([2, 4], {"building": "yes"}),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_osm_pbf(tmp_path_factory.mktemp("ways") / "ways.osm.pbf", NODES, WAYS)


class _Asked(dict[str, str]):
    """Tags that note which keys a rule asks for."""

    def __init__(self, tags: dict[str, str], asked: set[str]) -> None:
        super().__init__(tags)
        self.asked = asked

    def get(self, key: str, default: object = None) -> str | None:  # type: ignore[override]
        self.asked.add(key)
        return super().get(key)


def test_every_tag_that_a_rule_asks_for_is_kept() -> None:
    asked: set[str] = set()
    highways = ["residential", "tertiary", "primary", "steps", "footway", "motorway", "track"]
    more = [{}, {"oneway": "yes"}, {"maxspeed": "50"}, {"access": "no"}, {"foot": "yes"}]
    for highway, tags in product(highways, more):
        recorded = _Asked({"highway": highway, **tags}, asked)
        is_walkable(recorded)
        step_free(recorded)
        CyclingRules(max_stress=2).passage(recorded)
        DrivingRules().passage(recorded)
    is_walkable(_Asked({}, asked))
    assert asked == KEPT_TAGS


def test_ways_with_the_same_kept_tags_share_them(path: Path) -> None:
    tagged = read_tagged_ways_pbf(path)
    assert tagged.ways.way_id.tolist() == [11, 12, 13, 14]
    assert tagged.tags == [{"highway": "residential"}, {"highway": "steps"}, {"highway": "motorway"}]
    assert tagged.ways.kind.tolist() == [0, 1, 0, 2]


def test_walkable_streets_are_the_same_however_they_are_read(path: Path) -> None:
    alone, among_all = read_segments_pbf(path), segments_of_tagged(read_tagged_ways_pbf(path))
    for field in ("start", "target"):
        np.testing.assert_array_equal(
            alone.node_id[getattr(alone, field)], among_all.node_id[getattr(among_all, field)]
        )
    for field in ("way", "steps", "n_ways", "n_cut"):
        np.testing.assert_array_equal(getattr(alone, field), getattr(among_all, field))


def test_pieces_do_not_join_the_end_of_a_way_to_the_next(path: Path) -> None:
    ways = read_ways_pbf(path, lambda tags: 7 if tags.get("highway") == "residential" else None, "street")
    assert ways.kind.tolist() == [7, 7]
    pieces = pieces_of(ways)
    assert ways.node_id[pieces.start].tolist() == [1, 2, 4]
    assert ways.node_id[pieces.target].tolist() == [2, 3, 1]
    chosen = pieces_of(ways, np.array([False, True]))
    assert chosen.way.tolist() == [1]
    assert pieces.n_cut == chosen.n_cut == 0


def test_says_what_was_looked_for_in_vain(path: Path) -> None:
    with pytest.raises(InputDataError, match="has no canal; it needs ways tagged"):
        read_ways_pbf(path, lambda tags: None, "canal")
