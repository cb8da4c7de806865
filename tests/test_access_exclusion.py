"""The register of exclusion zones: who is in it, who is not, how stable, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from builders_exclusion import RIGHTS, RULE, City, city, opposite

from access.cells import cell_polygons
from access.errors import InputDataError
from access.exclusion import Naming, Register, exclusion_register
from access.exclusion_files import write_register
from access.exclusion_merge import Draws
from access.exclusion_rights import RightsOfCells
from access.exclusion_rule import IncomeLine, ZoneRule
from access.place_names import Place


def register(town: City, **changes: Any) -> Register:
    options: dict[str, Any] = {"access": town.access, "n_permutations": 999, "rule": RULE, **changes}
    rule = options.pop("rule")
    return exclusion_register(town.cells, town.population, town.income, town.rights(), rule, **options)


def with_rule(**changes: Any) -> ZoneRule:
    return ZoneRule(**{**vars(RULE), **changes})


def draws_of(town: City, n: int, in_estate: float, **changes: Any) -> Draws:
    """Draws that repeat the city with another income in the estate."""
    income = np.where(town.estate, in_estate, town.income)
    return Draws(np.tile(town.population, (n, 1)), np.tile(income, (n, 1)), town.rights().count_unmet())


# who is in it


def test_the_poor_and_unserved_estate_is_the_register_the_enclave_and_the_served_old_town_are_not() -> None:
    town = city()
    found = register(town)
    assert len(found.zones) == 1
    assert found.cells.qualifies.tolist() == town.estate.tolist()
    assert [zone is not None for zone in found.cells.zone_id] == town.estate.tolist()
    zone = found.zones.iloc[0]
    assert (zone["population"], zone["n_cells"]) == (700, 7)
    assert zone["cells"].split(",") == [
        cell for cell, inside in zip(town.cells, town.estate, strict=True) if inside
    ]


def test_the_outline_is_the_union_of_the_hexagons() -> None:
    town = city()
    zones = register(town).zones
    hexagons = cell_polygons([c for c, inside in zip(town.cells, town.estate, strict=True) if inside])
    assert zones.crs == "EPSG:4326"
    assert zones.geom_type.tolist() == ["MultiPolygon"]
    assert shapely.equals(shapely.normalize(zones.geometry[0]), shapely.normalize(hexagons.union_all()))


def test_what_the_register_says_of_the_estate() -> None:
    found = register(city())
    zone = found.zones.iloc[0]
    people = 12_700
    mean_income = (14 * 100 * 400 + 700 * 9_000 + (people - 2_100) * 1_000) / people
    assert zone["mean_income"] == 400
    assert zone["income_ratio"] == pytest.approx(400 / mean_income)
    assert zone["access_mean"] == 500
    assert zone["access_ratio"] == pytest.approx(500 / (2_000 - 1_500 * 14 / 127))
    assert zone["rights_unmet"] == "doctor_30,jobs_45"
    assert (zone["rights_unmet_mean"], zone["depth"]) == (2, 0.5)
    assert zone["missing_right"] == "doctor_30"  # equal depth: the first given
    assert zone["missing_destinations"] == "doctors"
    assert (zone["missing_opportunities"], zone["missing_minutes"]) == (1, 10)
    assert pd.isna(zone["name"])
    assert zone["label_fr"] == "zone mal desservie 1"


def test_the_right_in_which_most_is_missing_is_named_and_of_equal_ones_the_first_given() -> None:
    town = city()
    given = town.rights()

    def missing(names: tuple[str, str], shortfalls: tuple[float, float]) -> list[str]:
        short = np.vstack([town.lacks[0] * shortfall for shortfall in shortfalls])
        rights = RightsOfCells(names, names, given.unmet, short)
        found = exclusion_register(town.cells, town.population, town.income, rights, RULE).zones.iloc[0]
        return [found["missing_right"], found["rights_unmet"]]

    assert missing(("b", "a"), (0.3, 0.3 + 1e-15)) == ["b", "b,a"]
    assert missing(("b", "a"), (0.3, 0.4)) == ["a", "a,b"]


def test_each_zone_has_a_row_for_each_right() -> None:
    rights = register(city()).rights
    assert rights["right"].tolist() == list(RIGHTS)
    assert rights["unmet_residents"].tolist() == [700, 700]
    assert rights["depth"].tolist() == [0.5, 0.5]
    assert rights["missing_opportunities"].tolist() == [1, 500]
    assert rights["missing_minutes"].tolist() == [10, 25]


def test_one_right_is_not_enough_where_two_are_asked() -> None:
    town = city()
    only_jobs = town._replace(lacks=np.vstack([np.zeros(127), town.lacks[1]]))
    assert register(only_jobs).zones.empty
    found = register(only_jobs, rule=with_rule(min_rights_unmet=1)).zones
    assert found["rights_unmet"].tolist() == ["jobs_45"]
    assert found["depth"].tolist() == [0.25]  # 0.5 of one of two rights
    assert found["missing_destinations"].tolist() == ["jobs"]


def test_a_right_without_data_is_not_unmet_and_leaves_depth_alone() -> None:
    town = city()
    unknown = town._replace(lacks=np.vstack([np.full(127, np.nan), town.lacks[1]]))
    assert register(unknown).zones.empty
    zone = register(unknown, rule=with_rule(min_rights_unmet=1)).zones.iloc[0]
    assert (zone["rights_unmet"], zone["depth"], zone["rights_unmet_mean"]) == ("jobs_45", 0.5, 1)


def test_a_zone_below_the_floor_is_left_out_and_told() -> None:
    found = register(city(), rule=with_rule(min_residents=701.0))
    assert found.zones.empty
    assert found.cells.qualifies.sum() == 7
    assert found.facts["small_groups"] == 1
    assert (
        "1 group of cells too small for a zone: all criteria are met, with 700 residents in all"
        in found.notes[-1]
    )
    assert len(register(city(), rule=with_rule(min_residents=700.0)).zones) == 1


def test_zones_are_ordered_by_residents() -> None:
    town = city()
    poor = town._replace(income=np.where(town.enclave, 300.0, town.income))
    larger = poor._replace(population=np.where(town.enclave, 150.0, 100.0))
    assert register(larger).zones["population"].tolist() == [1_050, 700]


def test_a_zone_keeps_its_id_when_an_edge_cell_leaves() -> None:
    town = city()
    largest = np.flatnonzero(town.estate)[3]
    town.population[largest] = 130
    edge = np.flatnonzero(town.estate)[0]
    smaller = town._replace(income=np.where(np.arange(127) == edge, 1_000.0, town.income))
    first, second = register(town).zones, register(smaller).zones
    assert first["zone_id"].tolist() == second["zone_id"].tolist() == [town.cells[largest]]
    assert (first["n_cells"].tolist(), second["n_cells"].tolist()) == ([7], [6])


# cells that cannot be judged


def test_shares_are_of_the_residents_who_could_be_judged() -> None:
    town = city()
    rows = np.flatnonzero(town.estate)
    town.lacks[0, rows[:4]] = np.nan
    found = register(town, rule=with_rule(min_rights_unmet=1)).rights.set_index("right").loc["doctor_30"]
    assert (found["judged_residents"], found["unmet_residents"], found["unmet_share"]) == (300, 300, 1)


def test_cells_without_income_or_rights_belong_to_no_zone_and_are_told() -> None:
    town = city()
    rows = np.flatnonzero(town.estate)
    town.income[rows[0]] = np.nan
    town.lacks[:, rows[1]] = np.nan
    found = register(town, rule=with_rule(min_residents=1.0))
    assert not found.cells.qualifies[rows[:2]].any()
    assert found.facts["residents_income_unknown"] == 100
    assert "100 residents live in cells without a known income" in found.notes[1]
    assert "100 residents live in cells where no right could be judged" in found.notes[2]


def test_notes_and_facts_do_not_tell_few_residents() -> None:
    town = city()
    town.population[0] = 3
    town.income[0] = np.nan
    found = register(town)
    assert found.notes[1].startswith("fewer than 20 residents live in cells without")
    assert np.isnan(found.facts["residents_income_unknown"])
    assert found.facts["residents_rights_unknown"] == 0


def test_nobody_anywhere_and_unknown_population_give_an_empty_register() -> None:
    town = city()
    for population in (np.zeros(127), np.full(127, np.nan)):
        found = register(town._replace(population=population))
        assert found.zones.empty
        assert found.facts["residents"] == 0


def test_all_people_in_one_cell_are_not_below_their_own_median() -> None:
    town = city()
    row = int(np.flatnonzero(town.estate)[0])
    alone = town._replace(population=np.where(np.arange(127) == row, 9_000.0, 0.0))
    assert register(alone).zones.empty
    amount = with_rule(income_line=IncomeLine("amount", 500))
    assert register(alone, rule=amount).zones["population"].tolist() == [9_000]


def test_a_run_of_one_cell_and_one_of_none() -> None:
    town = city()
    row = int(np.flatnonzero(town.estate)[0])
    one = City(town.cells[row : row + 1], *(a[..., row : row + 1] for a in town[1:]))
    rule = with_rule(income_line=IncomeLine("amount", 500), min_residents=1.0)
    found = register(one, rule=rule)
    assert found.zones["n_cells"].tolist() == [1]
    assert found.cells.p_value.tolist() == [1]
    assert np.isnan(found.cells.z_access).all()
    none = City([], *(a[..., :0] for a in town[1:]))
    assert register(none, rule=rule).zones.empty


def test_an_island_is_a_zone_of_its_own() -> None:
    town = city()
    rows = np.flatnonzero(town.estate)
    kept = ~np.isin(np.arange(127), rows[1:])
    some = City([c for c, k in zip(town.cells, kept, strict=True) if k], *(a[..., kept] for a in town[1:]))
    assert register(some, rule=with_rule(min_residents=100.0)).zones["n_cells"].tolist() == [1]


# merging


def split_estate() -> tuple[City, int]:
    """Of the estate only two cells are poor, which face each other across its middle; and that middle."""
    town = city()
    rows = np.flatnonzero(town.estate)
    near = [set(h3.grid_disk(town.cells[row], 1)) for row in rows]
    middle = next(iter(set.intersection(*near)))
    first = h3.grid_ring(middle, 1)[0]
    far = opposite(first, middle)
    keep = np.isin(town.cells, [first, far])
    town.income[town.estate & ~keep] = 1_000
    return town, town.cells.index(middle)


def test_cells_apart_are_two_zones_and_an_inhabited_cell_between_them_is_never_bridged() -> None:
    town, _ = split_estate()
    rule = with_rule(min_residents=100.0, bridge_empty_cells=True)
    assert register(town, rule=rule).zones["n_cells"].tolist() == [1, 1]


def test_an_empty_cell_between_two_is_bridged_on_request_and_is_not_part_of_the_zone() -> None:
    town, middle = split_estate()
    town.population[middle] = 0
    assert len(register(town, rule=with_rule(min_residents=100.0)).zones) == 2
    zones = register(town, rule=with_rule(min_residents=100.0, bridge_empty_cells=True)).zones
    assert zones["n_cells"].tolist() == [2]
    assert town.cells[middle] not in zones["cells"][0]
    assert len(zones.geometry[0].geoms) == 2


def test_an_enclosed_cell_that_does_not_qualify_stays_a_hole() -> None:
    _, middle = split_estate()
    whole = city()
    whole.income[middle] = 1_000
    zone = register(whole).zones.iloc[0]
    assert zone["n_cells"] == 6
    assert len(zone.geometry.geoms[0].interiors) == 1


# stability


def test_without_draws_stability_is_not_known_and_no_zone_is_turned_away() -> None:
    found = register(city())
    assert np.isnan(found.zones["share_of_draws"]).all()
    assert found.zones["draws"].tolist() == [0]
    assert np.isnan(found.cells.share_of_draws).all()
    assert found.notes[0] == "No draws of the inputs: whether the zones are stable is not known."


@pytest.mark.parametrize(("found_again", "stable"), [(8, True), (7, False)])
def test_a_zone_enters_the_register_if_found_in_eight_of_ten_draws(found_again: int, stable: bool) -> None:
    town = city()
    chunks = [draws_of(town, found_again, 400.0), draws_of(town, 10 - found_again, 1_000.0)]
    found = register(town, draws=iter(chunks))
    listed, other = (found.zones, found.unstable) if stable else (found.unstable, found.zones)
    assert listed["share_of_draws"].tolist() == [found_again / 10]
    assert other.empty
    assert found.cells.share_of_draws == pytest.approx(town.estate * found_again / 10)
    named = found.cells.zone_id if stable else found.cells.unstable_zone_id
    unnamed = found.cells.unstable_zone_id if stable else found.cells.zone_id
    assert [zone is not None for zone in named] == town.estate.tolist()
    assert not any(unnamed)
    assert len(found.rights) == 2


def test_half_of_the_residents_are_enough_to_persist() -> None:
    town = city()
    rows = np.flatnonzero(town.estate)
    rule = with_rule(min_residents=100.0, min_share_of_draws=0.5)
    for n_left, persists in ((3, 1.0), (4, 0.0)):
        income = town.income.copy()
        income[rows[:n_left]] = 1_000
        draw = Draws(town.population[None], income[None], town.rights().count_unmet())
        found = register(town, rule=rule, draws=[draw])
        assert [*found.zones["share_of_draws"], *found.unstable["share_of_draws"]] == [persists]


def test_each_draw_has_its_own_median_and_its_own_floor() -> None:
    town = city()
    unmet = town.rights().count_unmet()
    all_poorer = Draws(town.population[None], town.income[None] * 0.3, unmet)
    assert register(town, draws=[all_poorer]).zones["share_of_draws"].tolist() == [1.0]
    fewer = Draws(town.population[None] * 0.5, town.income[None], unmet)
    assert register(town, draws=[fewer]).unstable["share_of_draws"].tolist() == [0.0]


def test_rights_may_differ_by_draw() -> None:
    town = city()
    unmet = np.vstack([town.rights().count_unmet(), np.zeros(127)])
    draw = Draws(np.tile(town.population, (2, 1)), np.tile(town.income, (2, 1)), unmet)
    assert register(town, draws=[draw]).unstable["share_of_draws"].tolist() == [0.5]


def test_draws_that_do_not_fit_are_refused() -> None:
    town = city()
    wrong = Draws(town.population[None], town.income[None], np.zeros(5))
    with pytest.raises(InputDataError, match=r"shapes \(1, 127\), \(1, 127\), \(5,\)"):
        register(town, draws=[wrong])


# statistics describe


def test_statistics_describe_and_do_not_define() -> None:
    town = city()
    found = register(town, n_permutations=None)
    assert found.zones["cluster_share"][0] == pytest.approx(1 / 7)  # its middle
    assert found.facts["permutations"] == 20 * 127 - 1
    without = register(town, statistics=False)
    assert np.isnan(without.zones["cluster_share"]).all()
    assert np.isnan(without.cells.p_value).all()
    assert without.zones["zone_id"].tolist() == found.zones["zone_id"].tolist()


def test_cells_without_residents_take_no_part_in_the_statistics() -> None:
    town = city()
    town.population[:3] = 0
    found = register(town)
    assert np.isnan(found.cells.p_value).tolist() == [True] * 3 + [False] * 124


def test_without_access_there_are_no_statistics_and_no_distance_to_the_mean() -> None:
    found = register(city(), access=None)
    assert np.isnan(found.zones[["access_mean", "access_ratio", "cluster_share"]].to_numpy()).all()
    assert found.facts["permutations"] is None


# names


def test_zones_are_named_after_the_layer_then_after_places() -> None:
    town = city()
    poor = town._replace(income=np.where(town.enclave, 300.0, town.income))
    lat, lon = h3.cell_to_latlng(town.cells[int(np.flatnonzero(town.enclave)[0])])
    layer = [" Les Peupliers " if inside else None for inside in town.estate]
    naming = Naming(layer, [Place("Belvédère", lon, lat, "suburb")], within_m=2_000)
    names = register(poor, naming=naming).zones.set_index("zone_id")["name"]
    assert sorted(names) == ["Belvédère", "Les Peupliers"]


def test_the_word_for_a_zone_is_the_users() -> None:
    town = city()
    naming = Naming(["Restinga"] * 127, term={"en": "place to serve", "fr": "lieu à desservir"})
    zone = register(town, naming=naming).zones.iloc[0]
    assert zone["label_en"] == "Restinga (place to serve)"
    assert zone["label_fr"] == "Restinga (lieu à desservir)"


# small cells


def test_the_mean_income_of_a_zone_does_not_give_away_a_small_cell() -> None:
    town = city()
    first, second, third = np.flatnonzero(town.estate)[:3]
    town.population[[first, second]], town.income[[first, second]] = 10, 100
    town.population[third], town.income[third] = 30, 200  # hidden with them: 10 + 10 leave at most 19
    rule = with_rule(min_residents=400.0)
    assert register(town, rule=rule).zones["mean_income"].tolist() == [400]
    for all_told in (0, 1):
        everybody = register(town, rule=rule, smallest_count=all_told).zones["mean_income"][0]
        assert everybody == pytest.approx((400 * 400 + 20 * 100 + 30 * 200) / 450)


def test_incomes_of_a_zone_of_small_cells_only_are_not_told() -> None:
    town = city()
    town.population[town.estate] = 10
    zone = register(town, rule=with_rule(min_residents=50.0)).zones.iloc[0]
    assert zone["population"] == 70
    assert np.isnan([zone["mean_income"], zone["income_ratio"]]).all()


# input and files


def test_the_callers_arrays_stay_as_they_were() -> None:
    town, before = city(), city()
    register(town, draws=[draws_of(town, 2, 400.0)])
    for now, then in zip(town[1:], before[1:], strict=True):
        assert np.array_equal(now, then, equal_nan=True)


def test_arrays_that_do_not_fit_are_all_named() -> None:
    town = city()
    broken = town._replace(population=-town.population[:5])
    with pytest.raises(
        InputDataError, match=r"population has 5 values for 127 cells; population is negative"
    ):
        register(broken)
    with pytest.raises(InputDataError, match="access has 3 values"):
        register(town, access=np.zeros(3))
    with pytest.raises(InputDataError, match="is infinite"):
        register(town._replace(income=np.full(127, np.inf)))


def test_the_files_hold_the_register_and_nothing_partial(tmp_path: Path) -> None:
    town = city()
    found = register(town, draws=[draws_of(town, 4, 1_000.0)])
    files = write_register(tmp_path, found)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in files)
    assert gpd.read_parquet(tmp_path / "zones.parquet").empty
    unstable = gpd.read_parquet(tmp_path / "zones_not_stable.parquet")
    assert unstable["population"].tolist() == [700]
    layers = gpd.list_layers(tmp_path / "zones.gpkg")["name"].tolist()
    assert layers == ["zones", "zones_not_stable", "zone_rights"]
    again = gpd.read_file(tmp_path / "zones.gpkg", layer="zones_not_stable")
    assert again["label_fr"].tolist() == ["zone mal desservie 1"]
    assert again.geometry[0].equals(unstable.geometry[0])
    write_register(tmp_path, register(town))
    assert len(gpd.read_parquet(tmp_path / "zones.parquet")) == 1


def test_equal_registers_give_equal_files(tmp_path: Path) -> None:
    contents = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        contents.append([path.read_bytes() for path in write_register(folder, register(city()))])
        assert b"2000-01-01T00:00:00" in contents[-1][-1]  # the package has no time of writing
    assert contents[0] == contents[1]


def test_an_empty_register_has_the_columns_of_a_full_one() -> None:
    full, empty = register(city()), register(city(), rule=with_rule(min_residents=1e6))
    assert empty.zones.dtypes.tolist() == full.zones.dtypes.tolist()
    assert empty.zones.columns.tolist() == full.zones.columns.tolist()
    assert empty.zones.crs == full.zones.crs
    assert empty.rights.dtypes.tolist() == full.rights.dtypes.tolist()
