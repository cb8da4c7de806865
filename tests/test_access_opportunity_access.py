"""``accessibility``: the sums that one would get from the matrix, without it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from builders_api import EIGHT, both_ends, clock, one_street, points
from builders_city import EAST_M
from builders_streets import at

from access import TransportNetwork, accessibility, travel_time_matrix
from access.errors import AccessError, DataQualityWarning
from gtfs.errors import ServiceError


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> TransportNetwork:
    return one_street(tmp_path_factory.mktemp("street"))


def reached(network: TransportNetwork, *args: Any, **options: Any) -> pd.DataFrame:
    return accessibility(network, *args, **{"departure": EIGHT, "opportunities": "jobs", **options})


def test_a_cutoff_counts_what_takes_fewer_whole_minutes(network: TransportNetwork) -> None:
    """West to east takes 24 minutes at best, 28 in half of the cases: below 29, not below 28."""
    found = reached(network, both_ends(), cutoffs=[24, 25, timedelta(minutes=28), 29], percentiles=[5, 50])
    assert found.columns.tolist() == ["id", "opportunity", "percentile", "cutoff", "accessibility"]
    west = found[found["id"] == "west"]
    assert west["percentile"].tolist() == [5] * 4 + [50] * 4
    assert west["cutoff"].tolist() == [24, 25, 28, 29] * 2
    assert west["accessibility"].tolist() == [5, 1005, 1005, 1005, 5, 5, 5, 1005]
    assert found[found["id"] == "east"]["accessibility"].tolist() == [1000] * 8


def test_several_kinds_and_departures(network: TransportNetwork) -> None:
    destinations = both_ends().assign(schools=[1, 0])
    night = clock("2024-03-06 22:00")
    with pytest.warns(DataQualityWarning, match="counts as no service"):
        found = reached(
            network,
            points(west=0),
            destinations,
            opportunities=["schools", "jobs"],
            cutoffs=[60],
            departure=[EIGHT, night],
            allow_no_service=True,
        )
    assert found.columns.tolist() == [
        "id",
        "opportunity",
        "departure",
        "percentile",
        "cutoff",
        "accessibility",
    ]
    assert found["opportunity"].tolist() == ["schools", "jobs"] * 2
    assert found["departure"].tolist() == [pd.Timestamp(EIGHT)] * 2 + [pd.Timestamp(night)] * 2
    assert found["accessibility"].tolist() == [1, 1005, 1, 5]


def test_the_mean_over_departures_counts_a_destination_as_often_as_it_is_reached(
    network: TransportNetwork,
) -> None:
    """Departures 08:00 to 08:09 take 31, 30, 29, 28, 27, 26, 25, 24, 33, 32 minutes: 4 of 10 below 28."""
    found = reached(network, both_ends(), cutoffs=[28, 34], over_departures="mean", percentiles=[5, 50])
    assert found.columns.tolist() == ["id", "opportunity", "cutoff", "accessibility"]
    assert found["accessibility"].tolist() == [5 + 400, 1005, 1000, 1000]
    walking = reached(network, both_ends(), cutoffs=[28], over_departures="mean", transport_modes=["WALK"])
    assert walking["accessibility"].tolist() == [5, 1000]


def test_an_origin_off_the_streets_is_missing_not_zero(network: TransportNetwork) -> None:
    places = [at(0, 0), at(0, -50_000)]
    origins = gpd.GeoDataFrame(
        {"id": ["street", "sea"]}, geometry=gpd.points_from_xy(*zip(*places, strict=True)), crs=4326
    )
    with pytest.warns(DataQualityWarning, match="1 of 2 origins are not joined"):
        found = reached(network, origins, both_ends().iloc[1:], cutoffs=[10])
    assert found["accessibility"].isna().tolist() == [False, True]
    assert found["accessibility"].iloc[0] == 0


@pytest.mark.parametrize("arrive_by", [False, True])
@pytest.mark.parametrize("modes", [["TRANSIT", "WALK"], ["WALK"], ["TRANSIT", "BICYCLE"]])
def test_equal_to_sums_over_the_matrix(network: TransportNetwork, modes: list[str], arrive_by: bool) -> None:
    origins = points(a=0, b=700, c=5000)
    destinations = points(x=0, y=900, z=EAST_M, w=9500).assign(jobs=[3, 5, 7, 11])
    options = {
        "departure": EIGHT,
        "percentiles": [5, 50, 100],
        "transport_modes": modes,
        "arrive_by": arrive_by,
        "departure_time_window": timedelta(minutes=20),
    }
    cutoffs = [1, 3, 11, 12, 15, 30, 60]
    found = accessibility(network, origins, destinations, opportunities="jobs", cutoffs=cutoffs, **options)
    times = travel_time_matrix(network, origins, destinations, **options)
    jobs = times["to_id"].map(destinations.set_index("id")["jobs"])
    for row in found.itertuples():
        near = (times["from_id"] == row.id) & (times[f"travel_time_p{row.percentile}"] < row.cutoff).fillna(
            False
        )
        assert row.accessibility == jobs[near].sum()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"opportunities": "schools"},
            "names 'schools'; the columns of the destinations are id, geometry, jobs",
        ),
        ({"opportunities": []}, "opportunities is empty"),
        ({"opportunities": ["jobs", "jobs"]}, "names a column twice"),
        ({"opportunities": "id"}, "'id' holds (str|object|string); it must hold numbers"),
        ({"cutoffs": []}, "cutoffs_min is empty"),
        ({"over_departures": "median"}, "over_departures is 'median'; allowed are 'percentile' and 'mean'"),
        (
            {"cutoffs": [0, 122, 30.5]},
            r"cutoffs_min has 0, 122, 30.5; allowed are whole minutes from 1 to 121",
        ),
    ],
)
def test_wrong_opportunities_and_cutoffs(
    network: TransportNetwork, changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(AccessError, match=problem):
        reached(network, both_ends(), **{"cutoffs": [30], **changes})


def test_missing_opportunities_are_refused_together_with_other_problems(network: TransportNetwork) -> None:
    ends = both_ends().assign(jobs=[np.nan, 5])
    with pytest.raises(AccessError, match=r"'jobs' has 1 values missing(.|\n)*speed_walking is 0"):
        reached(network, ends, cutoffs=[30], speed_walking=0)
    with pytest.raises(AccessError, match="origins is a list; it must be a GeoDataFrame"):
        reached(network, [1], cutoffs=[30])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"cutoffs": 30}, "cutoffs is 30; give a list of minutes"),
        ({"cutoffs": [True]}, r"cutoffs is \[True\]; give a list of minutes"),
        ({"cutoffs": "30"}, "cutoffs is '30'; give a list of minutes"),
        ({"cutoffs": [30, timedelta(minutes=30)]}, r"cutoffs has a number twice: \[30, 30\]; give each once"),
        ({"cutoffs": [30], "opportunities": 5}, "opportunities names 5; the columns of the destinations are"),
    ],
)
def test_wrong_cutoffs_and_names_are_told_with_the_rest(
    network: TransportNetwork, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(AccessError, match=rf"{problem}(.|\n)*speed_walking is 0"):
        accessibility(
            network, both_ends(), **{"opportunities": "jobs", **options}, departure=EIGHT, speed_walking=0
        )


def test_negative_opportunities_are_refused(network: TransportNetwork) -> None:
    with pytest.raises(AccessError, match="'jobs' has 1 negative values; more of them within reach"):
        reached(network, both_ends().assign(jobs=[-1, 5]), cutoffs=[30])


def test_no_service_is_refused(network: TransportNetwork) -> None:
    with pytest.raises(ServiceError, match="nothing leaves"):
        reached(network, both_ends(), cutoffs=[30], departure=clock("2024-03-06 22:00"))


@pytest.mark.real_data
def test_the_real_city_equals_sums_over_its_matrix(porto_alegre: Path, tmp_path: Path) -> None:
    table = pd.read_csv(porto_alegre / "land_use_h3.csv").iloc[::25]
    cells = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326)
    feeds = [porto_alegre / "gtfs_eptc.zip", porto_alegre / "gtfs_trensurb.zip"]
    network = TransportNetwork(porto_alegre / "osm.pbf", feeds, cache=tmp_path)
    options = {"departure": clock("2019-05-15 13:00"), "percentiles": [50]}
    with pytest.warns(DataQualityWarning, match="not joined"):
        found = accessibility(network, cells, opportunities=["jobs", "schools"], cutoffs=[30, 60], **options)
    with pytest.warns(DataQualityWarning, match="not joined"):
        times = travel_time_matrix(network, cells, **options)
    for kind in ("jobs", "schools"):
        amount = times["to_id"].map(cells.set_index("id")[kind])
        for cutoff in (30, 60):
            sums = (
                amount.where((times["travel_time"] < cutoff).fillna(False), 0).groupby(times["from_id"]).sum()
            )
            rows = found[(found["opportunity"] == kind) & (found["cutoff"] == cutoff)].set_index("id")
            known = rows["accessibility"].dropna()
            assert len(known) > 40
            assert (known == sums[known.index]).all()
