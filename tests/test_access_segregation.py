"""Segregation between zones: hand cases, plain twins of PySAL, laws, poor data, the demo city."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from access.demo_plan import INCOME_BRACKETS
from access.errors import InputDataError
from access.segregation import segregation_between, segregation_of_zones
from access.segregation_counts import ONE_MEAN_ONLY, group_counts
from access.segregation_mix import entropies, exposures, information_theory, mixes
from access.segregation_profile import multiscalar_profile
from access.segregation_rows import OF_ZONES, undefined_rows, zone_rows
from tests.reference import segregation as twin

RNG = np.random.default_rng(11)
THREE = {"poor": 1_000.0, "middle": 3_000.0, "rich": np.inf}


def zones_in_a_row(
    counts: np.ndarray, names: list[str] | None = None, side_m: float = 1_000
) -> gpd.GeoDataFrame:
    """Square zones from west to east, in UTM."""
    names = names or list(THREE)[: counts.shape[1]]
    west = 500_000 + side_m * np.arange(len(counts))
    squares = shapely.box(west, 5_000_000, west + side_m, 5_000_000 + side_m)
    return gpd.GeoDataFrame(pd.DataFrame(counts, columns=names), geometry=squares, crs="EPSG:32626")


def test_two_zones_on_paper() -> None:
    """10 poor and 30 others live in one zone, 30 and 10 in the other: half the poor would have to move."""
    found = segregation_of_zones(zones_in_a_row(np.array([[10.0, 30.0], [30.0, 10.0]])), ["poor", "middle"])
    poor = found.groups["poor"]
    assert poor.dissimilarity.value == pytest.approx(0.5)
    assert poor.isolation.value == pytest.approx(0.25 * 0.25 + 0.75 * 0.75)
    assert poor.exposure.value == pytest.approx(1 - 0.625)
    assert poor.share == 0.5
    assert found.dissimilarity.value == pytest.approx(0.5)
    assert found.information.value == pytest.approx(1 - twin.bits(0.25))
    assert found.information.covered_population == 80


def test_an_equal_city_is_not_segregated() -> None:
    zones = zones_in_a_row(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0], [2.0, 4.0, 6.0]]))
    found = segregation_of_zones(zones, THREE, radii_m=[1_500], draws=3)
    for group in found.groups.values():
        assert group.dissimilarity.value == pytest.approx(0, abs=1e-12)
        assert group.isolation.value == pytest.approx(group.share)
    assert found.dissimilarity.value == pytest.approx(0, abs=1e-12)
    assert found.information.value == pytest.approx(0, abs=1e-12)
    assert found.profile[1_500].value == pytest.approx(0, abs=1e-12)
    assert found.rank_order is not None
    assert found.rank_order.information.value == pytest.approx(0, abs=1e-12)


def test_a_wholly_segregated_city_has_the_value_1() -> None:
    found = segregation_of_zones(zones_in_a_row(np.diag([30.0, 20.0, 10.0])), THREE, radii_m=[500], draws=3)
    for group in found.groups.values():
        assert group.dissimilarity.value == pytest.approx(1)
        assert group.isolation.value == pytest.approx(1)
        assert group.exposure.value == pytest.approx(0)
    assert found.information.value == pytest.approx(1)
    assert found.profile[500].value == pytest.approx(1)  # no other zone is that near
    assert found.rank_order is not None
    assert found.rank_order.information.value == pytest.approx(1)


def test_pysal_and_the_plain_twins_agree_on_random_cities() -> None:
    for _ in range(5):
        counts = RNG.integers(0, 40, (12, 4)).astype(float)
        counts[3] = 0
        counts[:, 1] += counts[:, 1].sum() == 0
        names = ["a", "b", "c", "d"]
        found = segregation_of_zones(zones_in_a_row(counts, names), names, radii_m=(), draws=0)
        lists = [row for row in counts.tolist() if sum(row)]
        for column, name in enumerate(names):
            group = found.groups[name]
            assert group.dissimilarity.value == pytest.approx(twin.dissimilarity(lists, column), rel=1e-9)
            assert group.isolation.value == pytest.approx(twin.isolation(lists, column), rel=1e-9)
            assert group.exposure.value == pytest.approx(1 - twin.isolation(lists, column), rel=1e-9)
        assert found.information.value == pytest.approx(twin.information(lists), rel=1e-9)
        ours = information_theory(counts, counts).value
        assert found.information.value == pytest.approx(ours, rel=1e-9)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.data())
def test_bounds_and_laws_of_random_cities(data: st.DataObject) -> None:
    n, k = data.draw(st.integers(2, 12)), data.draw(st.integers(2, 5))
    counts = np.array(data.draw(st.lists(st.integers(0, 30), min_size=n * k, max_size=n * k)), dtype=float)
    counts = counts.reshape(n, k)
    counts[0, 0] += 1
    counts[1, 1] += 1
    h = information_theory(counts, counts).value
    assert -1e-12 <= h <= 1 + 1e-12
    assert information_theory(7.5 * counts, 7.5 * counts).value == pytest.approx(h, abs=1e-12)
    groups = np.random.default_rng(n).permutation(k)
    assert information_theory(counts[:, groups], counts[:, groups]).value == pytest.approx(h, abs=1e-12)
    # a zone cut into two of the same mix changes nothing; two zones made one never raise H
    cut = np.vstack([counts[0] * 0.3, counts[0] * 0.7, counts[1:]])
    assert information_theory(cut, cut).value == pytest.approx(h, abs=1e-12)
    if n > 2:
        merged = np.vstack([counts[0] + counts[1], counts[2:]])
        fewer = information_theory(merged, merged)
        assert fewer.reason is not None or fewer.value <= h + 1e-12
    found = exposures(counts, counts)
    shares = counts.sum(axis=0) / counts.sum()
    members = shares > 0
    assert found[members].sum(axis=1) == pytest.approx(1)
    # nobody has less of the own group around than in an equal city, and exposure is mutual in numbers
    assert (np.diag(found)[members] >= shares[members] - 1e-12).all()
    met = found[members][:, members] * counts.sum(axis=0)[members, None]
    assert met == pytest.approx(met.T)


def test_exposures_agree_with_the_twin_and_their_diagonal_is_isolation() -> None:
    counts = RNG.integers(1, 40, (9, 3)).astype(float)
    found = exposures(counts, counts)
    assert found.sum(axis=1) == pytest.approx(1)
    itself = np.eye(9).tolist()
    for m in range(3):
        assert found[m, m] == pytest.approx(twin.isolation(counts.tolist(), m))
        for n in range(3):
            assert found[m, n] == pytest.approx(twin.spatial_exposure(counts.tolist(), itself, m, n))


def test_the_profile_agrees_with_the_twin() -> None:
    counts = RNG.integers(1, 40, (8, 3)).astype(float)
    zones = zones_in_a_row(counts)
    for radius in (900.0, 1_700.0, 4_500.0):
        apart = 1_000.0 * np.abs(np.subtract.outer(np.arange(8), np.arange(8)))
        phi = np.where(apart < radius, (1 - (apart / radius) ** 2) ** 2, 0)
        found = multiscalar_profile(zones.geometry, counts, [radius])[radius].value
        # UTM's metres are 0.4 per thousand shorter than those of the equal-area projection
        assert found == pytest.approx(twin.spatial_information(counts.tolist(), phi.tolist()), rel=2e-3)


def test_the_profile_starts_at_the_index_without_surroundings_and_falls_with_large_areas() -> None:
    counts = np.array([[30.0, 1.0]] * 6 + [[1.0, 30.0]] * 6)
    zones = zones_in_a_row(counts)
    found = multiscalar_profile(zones.geometry, counts, [500.0, 2_000.0, 6_000.0, 20_000.0])
    values = [measured.value for measured in found.values()]
    assert values[0] == pytest.approx(information_theory(counts, counts).value)
    assert values == sorted(values, reverse=True)
    in_degrees = multiscalar_profile(zones.to_crs("EPSG:4326").geometry, counts, [2_000.0])
    assert in_degrees[2_000.0].value == pytest.approx(found[2_000.0].value, rel=1e-4)


def test_pysals_own_profile_is_offered_by_name_and_is_another_number() -> None:
    """Two dense zones, two nearly empty: PySAL weights by smoothed counts, the published by residents."""
    counts = np.array([[900.0, 100.0], [800.0, 200.0], [10.0, 90.0], [5.0, 95.0]])
    zones = zones_in_a_row(counts)
    pysal = multiscalar_profile(zones.geometry, counts, [1_500.0], definition="pysal")[1_500.0].value
    tight = 1 - 1_000 / 1_500
    phi = np.eye(4) + tight * (np.eye(4, k=1) + np.eye(4, k=-1))
    smoothed = np.rint(phi @ counts)
    assert pysal == pytest.approx(twin.information(smoothed.tolist()), rel=5e-3)
    published = multiscalar_profile(zones.geometry, counts, [1_500.0])[1_500.0].value
    assert published - pysal > 0.03


def test_a_radius_of_0_is_refused() -> None:
    zones = zones_in_a_row(np.ones((2, 2)))
    with pytest.raises(ValueError, match="radii_m must be above 0, got 500, 0"):
        multiscalar_profile(zones.geometry, np.ones((2, 2)), [500.0, 0.0])


def test_a_zone_without_geometry_is_left_out_of_the_profile_only() -> None:
    counts = np.array([[30.0, 1.0], [1.0, 30.0], [7.0, 7.0]])
    zones = zones_in_a_row(counts)
    shapes = zones.geometry.copy()
    shapes.iloc[2] = None
    found = multiscalar_profile(shapes, counts, [100.0])[100.0]
    assert found.covered_population == 62
    assert found.value == pytest.approx(information_theory(counts[:2], counts[:2]).value)


def test_the_caller_s_numpy_settings_and_table_stay_as_they_were() -> None:
    """PySAL segregation switches numpy's warnings off for the whole program when it is imported."""
    zones = zones_in_a_row(np.array([[10.0, 30.0, 0.0], [30.0, 10.0, 5.0]]))
    before, settings = zones.copy(), np.geterr()
    segregation_of_zones(zones, THREE, draws=2, profile="pysal")
    assert np.geterr() == settings
    pd.testing.assert_frame_equal(pd.DataFrame(zones), pd.DataFrame(before))


def test_importing_pysal_segregation_does_not_silence_numpy() -> None:
    """Seen in a process of its own: there the import is still to come."""
    code = (
        "import numpy as np, pandas as pd; np.seterr(all='warn')\n"
        "from access.segregation import segregation_between; from access.segregation_counts import *\n"
        "table = pd.DataFrame({'a': [1.0, 2.0], 'b': [2.0, 1.0]})\n"
        "segregation_between(group_counts(table, ['a', 'b']))\n"
        "import sys; assert 'segregation' in sys.modules\n"
        "assert set(np.geterr().values()) == {'warn'}, np.geterr()\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=120)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([[5, 0, 0], [4, 0, 0]], "all people are in one group"),
        ([[5, 4, 3], [0, 0, 0]], "all people are counted in one place"),
        ([[0, 0, 0], [0, 0, 0]], "nobody is counted"),
    ],
)
def test_what_cannot_be_measured_is_not_defined_with_the_reason(counts: list[list[int]], reason: str) -> None:
    found = segregation_of_zones(zones_in_a_row(np.array(counts, dtype=float)), THREE)
    rows = pd.DataFrame(zone_rows(found))
    indices = rows[rows.indicator != "segregation_group_share"]
    assert indices.value.isna().all()
    assert indices.note.str.contains(reason).all()
    assert set(rows.indicator) == set(OF_ZONES)
    assert rows.note[rows.value.isna()].str.startswith("not defined: ").all()


def test_one_bracket_alone_is_not_defined() -> None:
    found = segregation_of_zones(zones_in_a_row(np.array([[5.0], [4.0]])), {"poor": np.inf})
    assert found.information.reason == "all people are in one group: there is nobody to be apart from"


def test_an_empty_group_is_not_defined_and_harms_no_other() -> None:
    counts = np.array([[10.0, 0.0, 30.0], [30.0, 0.0, 10.0]])
    found = segregation_of_zones(zones_in_a_row(counts), THREE, draws=0)
    assert found.groups["middle"].isolation.reason == "nobody is in this group"
    assert found.groups["poor"].dissimilarity.value == pytest.approx(0.5)
    assert found.information.value == pytest.approx(1 - twin.bits(0.25))


def test_a_zone_with_a_missing_count_is_left_out_and_told() -> None:
    counts = np.array([[10.0, 30.0, 1.0], [30.0, 10.0, 1.0], [np.nan, 5.0, 5.0]])
    found = segregation_of_zones(zones_in_a_row(counts), THREE, draws=0)
    assert found.zones_left_out == 1
    assert found.information.covered_population == 82
    rows = pd.DataFrame(zone_rows(found))
    assert rows.note[0] == "of households; zones left out for want of complete counts: 1"


def test_bad_counts_are_told_all_at_once() -> None:
    zones = zones_in_a_row(np.array([[-1.0, 3.0, 1.0], [3.0, np.inf, 1.0]]))
    with pytest.raises(InputDataError, match=r"segregation zones: .*'poor'.*negative.*'middle'.*infinite"):
        segregation_of_zones(zones, THREE)
    with pytest.raises(InputDataError, match=r"no column.*'absent'"):
        segregation_of_zones(zones, ["absent", "rich"])
    with pytest.raises(InputDataError, match="must rise from the poorest on, are 3000, 1000"):
        group_counts(zones, {"poor": 3_000, "rich": 1_000})
    with pytest.raises(InputDataError, match="a group is named twice"):
        group_counts(zones, ["rich", "rich"])
    with pytest.raises(InputDataError, match="no groups are named"):
        group_counts(zones, [])
    with pytest.raises(InputDataError, match="none of the 2 places has all of poor, rich"):
        group_counts(pd.DataFrame({"poor": [1.0, np.nan], "rich": [np.nan, 2.0]}), ["poor", "rich"])


def test_groups_without_an_order_have_no_rank_order_index() -> None:
    found = segregation_of_zones(zones_in_a_row(np.ones((3, 3))), list(THREE), draws=0)
    assert found.rank_order is None
    rows = pd.DataFrame(zone_rows(found)).set_index("indicator")
    assert "needs income brackets" in str(rows.note["segregation_rank_order"])


def test_one_mean_income_a_zone_gives_rows_that_say_what_is_needed() -> None:
    rows = pd.DataFrame(undefined_rows(ONE_MEAN_ONLY))
    assert set(rows.indicator) == set(OF_ZONES)
    assert rows.value.isna().all()
    assert rows.note.str.contains("needs counts of households .* by income bracket in each zone").all()


def test_entropy_of_shares() -> None:
    assert entropies(np.array([[0.5, 0.5], [1.0, 0.0]])) == pytest.approx([np.log(2), 0.0])
    assert np.isnan(entropies(mixes(np.zeros((1, 2))))).all()


def test_without_a_map_the_same_numbers() -> None:
    zones = zones_in_a_row(RNG.integers(1, 40, (6, 3)).astype(float))
    with_map = segregation_of_zones(zones, THREE, radii_m=(), draws=0)
    assert segregation_between(group_counts(zones, THREE)) == with_map.groups


@pytest.fixture(scope="module")
def demo_zones(tmp_path_factory: pytest.TempPathFactory) -> gpd.GeoDataFrame:
    from access.demo_census import make_people, make_zones
    from access.demo_plan import SIZES

    return make_zones(SIZES["small"], make_people(SIZES["small"], 1), 1)


def test_the_demo_city_is_segregated_beyond_chance_and_most_at_its_tails(
    demo_zones: gpd.GeoDataFrame,
) -> None:
    found = segregation_of_zones(demo_zones, INCOME_BRACKETS, draws=20)
    assert found.information.value > 10 * found.information_bias.value
    order = found.rank_order
    assert order is not None
    assert order.information.value > 10 * order.information_bias.value
    # the planted estate, settlement and enclave hold the ends of the income order
    assert order.poverty.value > order.information.value
    assert order.affluence.value > order.information.value
    assert found.groups["households_income_over_8000"].dissimilarity.value > 0.35
    values = [measured.value for measured in found.profile.values()]
    assert values == sorted(values, reverse=True)


@pytest.mark.real_data
def test_belo_horizonte_has_one_income_a_cell_and_so_no_segregation_index() -> None:
    """With one group a place every rank-order index is 1 by construction: why ours are 'not defined'."""
    data = os.environ.get("FAIRREACH_DATA")
    folder = Path(data) / "belo-horizonte" if data else None
    if folder is None or not folder.is_dir():
        pytest.skip("needs the Belo Horizonte data: set FAIRREACH_DATA")
    from access.rank_order import rank_order

    table = pd.concat([pd.read_csv(file) for file in sorted(folder.glob("*land*use*.csv"))][:1])
    lived_in = table[(table.population > 0) & table.income_per_capita.notna()]
    decile = pd.qcut(lived_in.income_per_capita, 10, labels=False)
    counts = np.zeros((len(lived_in), 10))
    counts[np.arange(len(lived_in)), decile] = lived_in.population
    assert rank_order(counts, draws=0).information.value == pytest.approx(1)
