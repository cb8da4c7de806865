"""``access_clock``, ``time_to_nth_closest`` and ``share_within``: each minute counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from builders_api import EIGHT, TEN_MIN, both_ends, clock, one_street, points
from builders_city import EAST_M
from builders_streets import at

from access import (
    TransportNetwork,
    access_clock,
    accessibility,
    share_within,
    time_to_nth_closest,
    travel_time_matrix,
)
from access.errors import AccessError, DataQualityWarning

NINE_PM = clock("2024-03-06 21:00")
WALK = {"transport_modes": ["WALK"]}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> TransportNetwork:
    return one_street(tmp_path_factory.mktemp("street"))


@pytest.fixture
def street_and_sea() -> gpd.GeoDataFrame:
    places = [at(0, 0), at(0, -50_000)]
    geometry = gpd.points_from_xy(*zip(*places, strict=True))
    return gpd.GeoDataFrame({"id": ["street", "sea"]}, geometry=geometry, crs=4326)


# access clock


def test_the_clock_shows_each_minute(network: TransportNetwork) -> None:
    """Leaving at 08:00 to 08:09 takes 31, 30, 29, 28, 27, 26, 25, 24, 33, 32 minutes."""
    found = access_clock(
        network, points(west=0), both_ends(), opportunities="jobs", cutoffs=[28, 40], departure=EIGHT
    )
    assert found.columns.tolist() == ["id", "opportunity", "departure", "cutoff", "accessibility"]
    minutes = [pd.Timestamp(EIGHT) + timedelta(minutes=minute) for minute in range(10)]
    assert found["departure"].tolist() == [minute for minute in minutes for _ in range(2)]
    by_cutoff = {cutoff: rows["accessibility"].tolist() for cutoff, rows in found.groupby("cutoff")}
    assert by_cutoff == {28: [5] * 4 + [1005] * 4 + [5] * 2, 40: [1005] * 10}


def test_the_mean_of_the_clock_is_the_mean_over_departures(network: TransportNetwork) -> None:
    options = {"opportunities": "jobs", "cutoffs": [27, 31], "departure": EIGHT}
    options["departure_time_window"] = timedelta(minutes=60)
    each = access_clock(network, both_ends(), **options)
    mean = accessibility(network, both_ends(), over_departures="mean", **options)
    of_each = each.groupby(["id", "cutoff"])["accessibility"].mean()
    for row in mean.itertuples():
        assert of_each[row.id, row.cutoff] == pytest.approx(row.accessibility)


def test_a_whole_day_and_several_departures(network: TransportNetwork) -> None:
    """24 buses run from 07:00 to 10:50, so the whole day from 00:00 knows hours without any."""
    day = access_clock(
        network,
        points(west=0),
        both_ends().iloc[1:],
        opportunities="jobs",
        cutoffs=[40],
        departure=clock("2024-03-06 00:00"),
        departure_time_window=timedelta(hours=24),
    )
    assert len(day) == 1440
    # The first bus is at the east end at 07:21:40, 39 full minutes after 06:42; the last leaves A at 10:50.
    served = day[day["accessibility"] > 0]["departure"]
    assert served.iloc[0] == clock("2024-03-06 06:42")
    assert served.iloc[-1] == clock("2024-03-06 10:47")
    with pytest.warns(DataQualityWarning, match="counts as no service"):
        two = access_clock(
            network,
            points(west=0),
            both_ends(),
            opportunities="jobs",
            cutoffs=[60],
            departure=[EIGHT, NINE_PM],
            allow_no_service=True,
        )
    assert two["accessibility"].tolist() == [1005] * 10 + [5] * 10
    assert two["departure"].iloc[10] == NINE_PM


def test_the_clock_of_an_origin_off_the_streets_is_missing(
    network: TransportNetwork, street_and_sea: gpd.GeoDataFrame
) -> None:
    with pytest.warns(DataQualityWarning, match="1 of 2 origins"):
        found = access_clock(
            network, street_and_sea, both_ends(), opportunities="jobs", cutoffs=[20], departure=EIGHT
        )
    assert found["accessibility"].isna().tolist() == [False] * 10 + [True] * 10


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"arrive_by": True}, "access_clock is by departure; leave arrive_by out"),
        ({"percentiles": [5]}, "access_clock looks at each departure and has no percentiles"),
        (WALK, "access_clock needs TRANSIT"),
        ({"cutoffs": [0]}, "cutoffs_min has 0"),
    ],
)
def test_what_a_clock_cannot_show(network: TransportNetwork, options: dict[str, Any], problem: str) -> None:
    asked = {"opportunities": "jobs", "cutoffs": [30], "departure": EIGHT, **options}
    with pytest.raises(AccessError, match=problem):
        access_clock(network, both_ends(), **asked)


# time to the n-th closest


def test_the_time_to_the_nth_closest_is_that_of_the_place_that_completes_n(
    network: TransportNetwork,
) -> None:
    """5 jobs at the door, 1,000 at the other end: 24 minutes away at best, 28 in half of the cases."""
    for n, minutes in ((1, [0, 0]), (5, [0, 0]), (6, [24, 28]), (1005, [24, 28])):
        found = time_to_nth_closest(
            network,
            points(west=0),
            both_ends(),
            opportunities="jobs",
            n=n,
            departure=EIGHT,
            percentiles=[5, 50],
        )
        assert found.columns.tolist() == ["id", "opportunity", "percentile", "travel_time"]
        assert found["travel_time"].dtype == "Int16"
        assert found["travel_time"].tolist() == minutes


def test_more_than_there_are_is_missing(network: TransportNetwork, street_and_sea: gpd.GeoDataFrame) -> None:
    with pytest.warns(DataQualityWarning, match="1 of 2 origins"):
        found = time_to_nth_closest(
            network, street_and_sea, both_ends(), opportunities="jobs", n=1006, departure=EIGHT
        )
    assert found["travel_time"].isna().all()
    assert found.attrs["fairreach"]["not_snapped"]["from"]["too_far"] == ["sea"]
    assert found.attrs["fairreach"]["options"]["n"] == 1006


@pytest.mark.parametrize("arrive_by", [False, True])
@pytest.mark.parametrize("modes", [["TRANSIT", "WALK"], ["WALK"]])
def test_equal_to_the_least_of_the_matrix(
    network: TransportNetwork, modes: list[str], arrive_by: bool
) -> None:
    origins = points(a=0, b=700, c=5000)
    destinations = points(x=100, y=900, z=EAST_M).assign(one=1)
    options = {
        "departure": EIGHT,
        "percentiles": [5, 50],
        "transport_modes": modes,
        "arrive_by": arrive_by,
    }
    times = travel_time_matrix(network, origins, destinations, **options)
    for n in (1, 2, 3):
        found = time_to_nth_closest(network, origins, destinations, opportunities="one", n=n, **options)
        for row in found.itertuples():
            column = times.loc[times["from_id"] == row.id, f"travel_time_p{row.percentile}"].dropna()
            nth = sorted(column)[n - 1] if len(column) >= n else pd.NA
            assert (pd.isna(row.travel_time) and pd.isna(nth)) or row.travel_time == nth


@pytest.mark.parametrize("n", [0, -1, float("nan"), float("inf"), "two", True])
def test_wrong_n(network: TransportNetwork, n: Any) -> None:
    with pytest.raises(AccessError, match=r"n is .*; it must be a positive number of opportunities"):
        time_to_nth_closest(network, both_ends(), opportunities="jobs", n=n, departure=EIGHT)


# share of the departures


@pytest.mark.parametrize("arrive_by", [False, True])
def test_the_share_counts_departures_below_the_cutoff(network: TransportNetwork, arrive_by: bool) -> None:
    """08:00 to 08:09 take 31, 30, 29, 28, 27, 26, 25, 24, 33, 32 minutes: 4 of 10 below 28, 9 below 33.

    To be there from 08:00 on: buses are at the east end at 07:51:40, 08:01:40...; who took the one that left
    A at 07:30 left home at 07:27:20 and needs 32 minutes for 08:00, 33 for 08:01; then from 07:37:20
    08:02 24, 25, ... 08:09 31: below 28 are 24, 25, 26, 27, below 33 all but one.
    """
    found = share_within(network, both_ends(), cutoffs=[28, 33], departure=EIGHT, arrive_by=arrive_by)
    assert found.columns.tolist() == ["from_id", "to_id", "share_within_28", "share_within_33"]
    east = found[(found["from_id"] == "west") & (found["to_id"] == "east")]
    assert east["share_within_28"].tolist() == pytest.approx([0.4])
    assert east["share_within_33"].tolist() == pytest.approx([0.9])
    same = found[found["from_id"] == found["to_id"]]
    assert (same["share_within_28"] == 1).all()
    back = found[(found["from_id"] == "east") & (found["to_id"] == "west")]
    assert (back["share_within_33"] == 0).all()


def test_the_share_on_foot_is_none_or_all(
    network: TransportNetwork, street_and_sea: gpd.GeoDataFrame
) -> None:
    """600 m take 10 minutes: not below 10, below 11."""
    with pytest.warns(DataQualityWarning, match="1 of 2 origins"):
        found = share_within(
            network, street_and_sea, points(near=600), cutoffs=[timedelta(0, 600), 11], **WALK
        )
    assert found["share_within_10"].tolist()[0] == 0
    assert found["share_within_11"].tolist()[0] == 1
    assert found["share_within_11"].isna().tolist() == [False, True]
    with pytest.warns(DataQualityWarning, match="1 of 2 destinations"):
        back = share_within(network, points(near=600), street_and_sea, cutoffs=[11], **WALK)
    assert back["share_within_11"].isna().tolist() == [False, True]


def test_the_share_of_several_departures(network: TransportNetwork) -> None:
    with pytest.warns(DataQualityWarning, match="counts as no service"):
        found = share_within(
            network,
            points(west=0),
            points(east=EAST_M),
            cutoffs=[60],
            departure=[EIGHT, NINE_PM],
            departure_time_window=TEN_MIN,
            allow_no_service=True,
        )
    assert found["departure"].tolist() == [pd.Timestamp(EIGHT), pd.Timestamp(NINE_PM)]
    assert found["share_within_60"].tolist() == [1, 0]
    assert found["share_within_60"].dtype == "Float32"
    assert np.isfinite(found["share_within_60"].to_numpy()).all()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"cutoffs": [30, timedelta(minutes=30)]}, "cutoffs has a number twice"),
        ({"cutoffs": 30}, "cutoffs is 30; give a list of minutes"),
        ({"cutoffs": []}, "cutoffs_min is empty"),
        (
            {"cutoffs": [30], "percentiles": [50]},
            "share_within looks at each departure and has no percentiles",
        ),
    ],
)
def test_wrong_shares(network: TransportNetwork, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(AccessError, match=problem):
        share_within(network, both_ends(), departure=EIGHT, **options)
