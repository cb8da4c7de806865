"""What tags say about passing a way without steps, and the two networks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from builders_streets import at, write_osm_pbf

from access.errors import AccessError, DataQualityWarning
from access.network import walk_links
from access.osm_ways import read_tagged_ways_pbf
from access.snapping import SNAPPED, snap
from access.step_free import (
    StepFree,
    StepFreeLimits,
    StepFreeReport,
    is_step_free,
    step_free,
    step_free_report,
)
from access.street_modes import read_street_modes_pbf

NO, UNKNOWN, YES = StepFree.NO, StepFree.UNKNOWN, StepFree.YES
STREET = {"highway": "residential"}
GOOD = {**STREET, "surface": "asphalt", "smoothness": "good", "incline": "0%"}


@pytest.mark.parametrize(
    ("tags", "value"),
    [
        (STREET, UNKNOWN),
        ({**STREET, "wheelchair": "yes"}, YES),
        ({**STREET, "wheelchair": "designated", "surface": "gravel"}, YES),
        ({**STREET, "wheelchair": "no"}, NO),
        ({**STREET, "wheelchair": "limited"}, UNKNOWN),
        ({**GOOD, "wheelchair": "limited"}, UNKNOWN),
        ({**STREET, "wheelchair": "limited", "incline": "12%"}, NO),
        ({"highway": "steps"}, NO),
        ({"highway": "steps", "wheelchair": "yes"}, YES),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, YES),
        ({"highway": "steps", "ramp": "yes"}, UNKNOWN),
        ({"highway": "steps", "ramp": "yes", "ramp:wheelchair": "no"}, NO),
        ({"highway": "steps", "ramp": "yes", "conveying": "yes"}, NO),
        ({"highway": "steps", "conveying": "forward"}, NO),
        ({"highway": "elevator"}, YES),
        ({"highway": "elevator", "wheelchair": "no"}, NO),
        (GOOD, YES),
        ({**GOOD, "incline": "up"}, UNKNOWN),
        ({**GOOD, "smoothness": "bad"}, NO),
        ({**GOOD, "surface": "sett"}, UNKNOWN),
        ({**STREET, "incline": "6%"}, UNKNOWN),
        ({**STREET, "incline": "-6.1 %"}, NO),
        ({**STREET, "incline": "4°"}, NO),  # 7.0 %
        ({**STREET, "incline": "3°"}, UNKNOWN),  # 5.2 %
        ({**STREET, "width": "0.9"}, UNKNOWN),
        ({**STREET, "width": "85 cm"}, NO),
        ({**STREET, "width": "0,8 m"}, NO),
        ({**STREET, "width": "wide"}, UNKNOWN),
        ({**STREET, "surface": "sand"}, NO),
        ({**STREET, "smoothness": "intermediate"}, UNKNOWN),
        ({**STREET, "step_count": "2"}, NO),
        ({**STREET, "step_count": "0"}, UNKNOWN),
    ],
)
def test_what_tags_say(tags: Mapping[str, str], value: StepFree) -> None:
    assert step_free(tags) is value


def test_thresholds_are_parameters() -> None:
    strict = StepFreeLimits(max_incline_percent=5, min_width_m=1.2)
    assert step_free({**GOOD, "incline": "5.5%"}) is YES
    assert step_free({**GOOD, "incline": "5.5%"}, strict) is NO
    assert step_free({**STREET, "width": "1.1"}, strict) is NO


@pytest.mark.parametrize(
    ("tags", "best", "worst"),
    [
        (STREET, True, False),
        ({**STREET, "wheelchair": "yes"}, True, True),
        ({"highway": "steps"}, False, False),
        ({**STREET, "wheelchair": "yes", "foot": "no"}, False, False),
    ],
)
def test_the_best_case_passes_what_is_not_said(tags: Mapping[str, str], best: bool, worst: bool) -> None:
    assert (is_step_free(tags, "best"), is_step_free(tags, "worst")) == (best, worst)


def test_refuses_another_bound() -> None:
    with pytest.raises(AccessError, match="step-free bound must be 'best' or 'worst', got 'middle'"):
        is_step_free(STREET, "middle")


@pytest.fixture(scope="module")
def hill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A square of 100 m: steps along the south, a tagged way round by east and north, an untagged west."""
    return write_osm_pbf(
        tmp_path_factory.mktemp("hill") / "hill.osm.pbf",
        nodes={1: at(0, 0), 2: at(100, 0), 3: at(100, 300), 4: at(0, 300), 5: at(200, 0)},
        ways={
            1: ([1, 2], {"highway": "steps"}),
            2: ([2, 3, 4], {**STREET, "wheelchair": "yes"}),
            3: ([4, 1], STREET),
            4: ([2, 5], {**STREET, "wheelchair": "yes"}),
        },
    )


def test_lengths_are_known_unknown_and_barred(hill: Path) -> None:
    report = step_free_report(read_tagged_ways_pbf(hill))
    lengths = [report.yes_m, report.no_m, report.unknown_m]
    np.testing.assert_allclose(lengths, [500, 100, 300], rtol=1e-3)
    assert report.known_share == pytest.approx(600 / 900, rel=1e-3)
    assert report.yes_share == pytest.approx(500 / 900, rel=1e-3)
    text = report.summary()
    assert "55.6% of the street length is known to be passable, 11.1% known not to be, 33.3% not said" in text
    assert "incline up to 6 %, width from 0.9 m" in text
    assert report.as_dict()["max_incline_percent"] == 6


def test_a_report_on_nothing_has_shares_of_zero() -> None:
    empty = StepFreeReport(StepFreeLimits(), 0.0, 0.0, 0.0)
    assert empty.known_share == empty.yes_share == 0


def test_walks_get_longer_from_all_streets_to_the_best_case_to_the_worst(hill: Path) -> None:
    modes = read_street_modes_pbf(hill)
    lon, lat = zip(at(10, 0), at(190, 0), strict=True)
    walk_s = []
    for streets, _ in (modes.walk, modes.step_free["best"]):
        points = snap(streets, lon, lat)
        links = walk_links(streets, points, points, max_walk_min=60, walk_speed_km_h=3.6, same_points=True)
        walk_s.append(int(links.walk_s[1]))
    # Over the steps 180 m; without them 10 m to the corner, round by north 700 m, 90 m on.
    assert walk_s == [180, 10 + 700 + 90]
    worst = modes.step_free["worst"][0]
    points = snap(worst, lon, lat)
    assert points.state.tolist() == [SNAPPED, SNAPPED]
    assert points.link_m[0] == pytest.approx(90, rel=1e-3), "the nearest street known is beyond the steps"


def test_without_any_known_way_the_worst_case_is_left_out(tmp_path: Path) -> None:
    path = write_osm_pbf(tmp_path / "s.osm.pbf", {1: at(0, 0), 2: at(100, 0)}, {1: ([1, 2], STREET)})
    modes = read_street_modes_pbf(path)
    assert list(modes.step_free) == ["best"]
    assert modes.step_free_report.yes_share == 0


def test_a_worst_case_in_pieces_warns_with_cause_and_effect(tmp_path: Path) -> None:
    nodes = {i: at(100 * i, 0) for i in range(6)}
    known = {**STREET, "wheelchair": "yes"}
    ways = {1: ([0, 1], known), 2: ([1, 2], STREET), 3: ([2, 3], known), 4: ([3, 4, 5], STREET)}
    path = write_osm_pbf(tmp_path / "s.osm.pbf", nodes, ways)
    with pytest.warns(
        DataQualityWarning, match=r"step-free, worst case\).*show how much of the length is known"
    ):
        read_street_modes_pbf(path)
