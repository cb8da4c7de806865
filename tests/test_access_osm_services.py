"""Services from OpenStreetMap tags: nodes and areas, each real place once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pytest
from builders_streets import at, write_osm_pbf

from access.errors import DataQualityWarning, InputDataError
from access.osm_services import read_osm_services
from access.services import read_services

SERVICES = read_services()
SCHOOL = {"amenity": "school"}
Tags = Mapping[str, str]


def read(path: Path, *services: str) -> dict[str, gpd.GeoDataFrame | None]:
    return read_osm_services(path, [SERVICES[name] for name in services])


def city(
    folder: Path,
    squares: Mapping[int, tuple[float, float, float, Tags]],
    points: Mapping[int, tuple[float, float, Tags]] | None = None,
) -> Path:
    """Write squares (west_m, south_m, side_m, tags) as closed ways, and nodes (east_m, north_m, tags)."""
    nodes, ways = {}, {}
    for way, (west, south, side, tags) in squares.items():
        corners = [(west, south), (west + side, south), (west + side, south + side), (west, south + side)]
        refs = [1000 * way + corner for corner in range(4)]
        nodes |= {ref: at(*corner) for ref, corner in zip(refs, corners, strict=True)}
        ways[way] = ([*refs, refs[0]], tags)
    points = points or {}
    nodes |= {node: at(east, north) for node, (east, north, _) in points.items()}
    return write_osm_pbf(
        folder / "city.osm.pbf", nodes, ways, node_tags={node: tags for node, (_, _, tags) in points.items()}
    )


def schools(path: Path) -> gpd.GeoDataFrame:
    found = read(path, "school")["school"]
    assert found is not None
    return found


def test_a_node_and_an_area_are_one_place_each(tmp_path: Path) -> None:
    path = city(tmp_path, {5: (0, 0, 50, SCHOOL)}, {1: (900, 0, SCHOOL)})
    found = schools(path)
    assert found["osm_id"].tolist() == ["n1", "w5"]
    assert (found.geometry.x[1], found.geometry.y[1]) == pytest.approx(at(25, 25), abs=1e-6)
    assert found.crs == "EPSG:4326"


def test_level_capacity_and_name_are_read_where_given(tmp_path: Path) -> None:
    tags = {**SCHOOL, "name": "École A", "isced:level": "2;3", "school:FR": "lycée", "capacity": "420"}
    path = city(tmp_path, {}, {1: (0, 0, tags), 2: (900, 0, {**SCHOOL, "capacity": "many"})})
    found = schools(path)
    assert found.loc[0, ["name", "level", "capacity"]].tolist() == ["École A", "2;3", 420]
    assert found.loc[1, ["name", "level", "capacity"]].isna().all()


def test_one_object_may_serve_two_services(tmp_path: Path) -> None:
    path = city(tmp_path, {}, {1: (0, 0, {"shop": "supermarket"}), 2: (0, 9, {"shop": "bakery"})})
    found = read(path, "supermarket", "food_shop")
    assert [len(found[name]) for name in ("supermarket", "food_shop")] == [1, 2]  # type: ignore[arg-type]


def test_other_tags_and_closed_places_are_left_out(tmp_path: Path) -> None:
    points = {
        1: (0, 0, SCHOOL),
        2: (500, 0, {"amenity": "bench"}),
        3: (900, 0, {"disused:amenity": "school"}),
    }
    assert schools(city(tmp_path, {}, points))["osm_id"].tolist() == ["n1"]


# doubles


def named(name: str, **tags: str) -> dict[str, str]:
    return {**SCHOOL, "name": name, **tags}


def test_a_node_inside_its_ground_is_not_counted_again_and_gives_what_the_ground_lacks(
    tmp_path: Path,
) -> None:
    path = city(tmp_path, {5: (0, 0, 300, SCHOOL)}, {1: (150, 20, named("A", capacity="90"))})
    found = schools(path)
    assert found["osm_id"].tolist() == ["w5"]
    assert found.loc[0, ["name", "capacity"]].tolist() == ["A", 90]


def test_a_building_of_a_named_ground_is_not_counted_again(tmp_path: Path) -> None:
    path = city(tmp_path, {5: (100, 100, 20, SCHOOL), 6: (0, 0, 300, named("A"))})
    assert schools(path)["osm_id"].tolist() == ["w6"]


def test_the_same_name_within_100_m_of_an_area_is_the_same_place(tmp_path: Path) -> None:
    path = city(
        tmp_path,
        {5: (0, 0, 50, named("Lycée A"))},
        {1: (145, 25, named("lycée a")), 2: (155, 25, named("Lycée A"))},
    )
    assert schools(path)["osm_id"].tolist() == ["n2", "w5"], "95 m is near, 105 m is not"


def test_a_double_does_not_make_further_doubles(tmp_path: Path) -> None:
    # the annex is 40 m from the large ground; the node is 90 m from the annex, but 150 m from the ground
    areas = {5: (0, 0, 100, named("A")), 6: (140, 0, 20, named("A"))}
    assert schools(city(tmp_path, areas, {1: (250, 0, named("A"))}))["osm_id"].tolist() == ["n1", "w5"]


def test_a_double_is_merged_into_one_area_only(tmp_path: Path) -> None:
    areas = {5: (0, 0, 100, named("A")), 6: (50, 0, 90, named("B"))}
    found = schools(city(tmp_path, areas, {1: (75, 40, {**SCHOOL, "capacity": "90"})}))
    assert found["name"].tolist() == ["A", "B"]
    assert found["capacity"].fillna(0).tolist() == [90, 0]


def test_two_schools_with_different_names_share_a_ground(tmp_path: Path) -> None:
    path = city(tmp_path, {5: (0, 0, 300, named("A"))}, {1: (150, 20, named("B"))})
    assert len(schools(path)) == 2


def test_two_named_nodes_in_an_unnamed_ground_stay_two(tmp_path: Path) -> None:
    path = city(tmp_path, {5: (0, 0, 300, SCHOOL)}, {1: (150, 20, named("A")), 2: (150, 90, named("B"))})
    found = schools(path)
    assert found[["osm_id", "name"]].to_numpy().tolist() == [["n2", "B"], ["w5", "A"]]


def test_two_nodes_of_one_chain_across_the_street_stay_two(tmp_path: Path) -> None:
    chain = {"amenity": "pharmacy", "name": "Chain"}
    found = read(city(tmp_path, {}, {1: (0, 0, chain), 2: (20, 0, chain)}), "pharmacy")["pharmacy"]
    assert found is not None
    assert len(found) == 2


def test_an_unnamed_node_beside_an_area_is_another_place(tmp_path: Path) -> None:
    assert len(schools(city(tmp_path, {5: (0, 0, 50, named("A"))}, {1: (60, 25, SCHOOL)}))) == 2


# areas of several rings, and what is no area


def test_a_multipolygon_relation_is_one_place(tmp_path: Path) -> None:
    nodes = {1: at(0, 0), 2: at(90, 0), 3: at(90, 90), 4: at(0, 90)}
    path = write_osm_pbf(
        tmp_path / "city.osm.pbf",
        nodes,
        {5: ([1, 2, 3], {}), 6: ([3, 4, 1], {})},
        relations={7: ([("w", 5, "outer"), ("w", 6, "outer")], {"type": "multipolygon", **SCHOOL})},
    )
    found = schools(path)
    assert found["osm_id"].tolist() == ["r7"]
    assert (found.geometry.x[0], found.geometry.y[0]) == pytest.approx(at(45, 45), abs=1e-6)


def test_an_open_outline_is_left_out_and_reported(tmp_path: Path) -> None:
    nodes = {1: at(0, 0), 2: at(90, 0), 3: at(90, 90), 4: at(500, 0)}
    path = write_osm_pbf(tmp_path / "city.osm.pbf", nodes, {5: ([1, 2, 3], SCHOOL)}, node_tags={4: SCHOOL})
    with pytest.warns(
        DataQualityWarning, match=r"1 services are left out because their outline is open.*\(w5\)"
    ):
        assert schools(path)["osm_id"].tolist() == ["n4"]


# no data and bad files


def test_a_service_that_nobody_tagged_is_no_data_never_an_empty_table(tmp_path: Path) -> None:
    path = city(tmp_path, {}, {1: (0, 0, SCHOOL)})
    with pytest.warns(DataQualityWarning, match="no object is tagged as hospital, library: no data"):
        found = read(path, "school", "hospital", "library")
    assert found["hospital"] is None
    assert found["library"] is None
    assert found["school"] is not None


def test_a_missing_empty_or_damaged_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match=r"nowhere\.osm\.pbf: no such file"):
        read(tmp_path / "nowhere.osm.pbf", "school")
    empty = tmp_path / "empty.osm.pbf"
    empty.touch()
    with pytest.raises(InputDataError, match=r"empty\.osm\.pbf: the file is empty"):
        read(empty, "school")
    whole = city(tmp_path, {5: (0, 0, 50, SCHOOL)})
    whole.write_bytes(whole.read_bytes()[:-30])
    with pytest.raises(InputDataError, match=r"city\.osm\.pbf: cannot be read as \.osm\.pbf"):
        read(whole, "school")


@pytest.mark.real_data
def test_porto_alegres_extract_has_no_schools_or_hospitals(porto_alegre: Path) -> None:
    with pytest.warns(DataQualityWarning, match="no object is tagged as school, hospital"):
        assert read(porto_alegre / "osm.pbf", "school", "hospital") == {"school": None, "hospital": None}
