"""Places and people of a scenario: equal to a full computation from edited files, kind by kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from builders_config import write_config
from builders_streets import write_osm_pbf
from pandas.testing import assert_frame_equal

from access.config_file import load_config
from access.place_sources import PlaceSources, read_place_sources
from access.scenario import Scenario
from access.scenario_places import PlacesEdited, edited_places
from access.stage_inputs import Inputs
from access.stage_places import load_cells, load_residents
from access.stage_services import load_services
from gtfs.errors import ScenarioError

pytestmark = pytest.mark.filterwarnings("ignore:income deciles")

MIDDLE = h3.latlng_to_cell(48.0, 2.0, 9)
CELLS = sorted(h3.grid_disk(MIDDLE, 1))
FAR = h3.latlng_to_cell(48.1, 2.0, 9)
CENTRE = {cell: h3.cell_to_latlng(cell) for cell in [*CELLS, FAR]}  # lat, lon
GROUPS = {"children": "age_0_14"}


class City(NamedTuple):
    """What the places of a run were computed from, and what came out."""

    inputs: Inputs
    sources: PlaceSources


def spot(cell: str, north_m: float = 0.0, east_m: float = 0.0) -> tuple[float, float]:
    """Lon, lat of a place near the centre of a cell."""
    lat, lon = CENTRE[cell]
    return lon + east_m / (111_320 * math.cos(math.radians(lat))), lat + north_m / 111_320


def square(lon: float, lat: float, half_m: float) -> Any:
    half_lat = half_m / 111_320
    half_lon = half_lat / math.cos(math.radians(lat))
    return shapely.box(lon - half_lon, lat - half_lat, lon + half_lon, lat + half_lat)


def read(folder: Path, changes: dict[str, Any]) -> City:
    """Read the places of a configuration as a run does; it has no timetable and no streets."""
    everything = {"cells": {"cover": "table", "file": "cells.csv"}, **changes}
    loaded = load_config(write_config(folder, everything, with_files=False), must_exist=False)
    sources = read_place_sources(loaded)
    cells = load_cells(loaded, sources)
    residents = load_residents(loaded, sources, cells)
    services = load_services(loaded, sources, cells.ids)
    nothing: Any = None
    return City(Inputs(loaded, nothing, nothing, nothing, cells, residents, services), sources)


def edited(city: City, *changes: dict[str, Any]) -> PlacesEdited:
    scenario = Scenario.model_validate({"name": "test", "modifications": list(changes)})
    return edited_places(city.inputs, city.sources, scenario.land_use)


def assert_same_places(found: Inputs, full: Inputs) -> None:
    assert found.cells.ids == full.cells.ids
    for old, new in zip(found.cells.points, full.cells.points, strict=True):
        assert np.array_equal(old, new)
    for old, new in zip(found.cells.homes, full.cells.homes, strict=True):
        assert np.array_equal(old, new)
    exactly: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-9}
    assert_frame_equal(found.residents.counts, full.residents.counts, **exactly)
    assert_frame_equal(found.residents.totals, full.residents.totals, **exactly)
    assert np.allclose(
        found.residents.income_of_cells, full.residents.income_of_cells, equal_nan=True, **exactly
    )
    assert np.array_equal(found.residents.decile, full.residents.decile, equal_nan=True)
    if full.residents.brackets is not None:
        assert found.residents.brackets is not None
        assert_frame_equal(found.residents.brackets, full.residents.brackets, **exactly)
    for name, expected in full.services.found.items():
        service = found.services.found[name]
        assert service is not None
        assert expected is not None
        assert np.allclose(service.counts, expected.counts, **exactly)
        assert service.inside == pytest.approx(expected.inside, rel=1e-9)


# --- files -------------------------------------------------------------------------------------------------


def write_cells(folder: Path) -> None:
    pd.DataFrame({"id": CELLS}).to_csv(folder / "cells.csv", index=False)


def write_jobs(folder: Path, *more: tuple[float, float, float]) -> None:
    places = [(*spot(cell), 10.0 * (1 + n)) for n, cell in enumerate(CELLS)]
    pd.DataFrame([*places, *more], columns=["lon", "lat", "jobs"]).to_csv(folder / "jobs.csv", index=False)


def write_people(folder: Path, *more: tuple[float, ...]) -> None:
    rows = [(*spot(cell, 20), 100.0 + n, 40.0, 20.0) for n, cell in enumerate(CELLS)]
    columns = ["lon", "lat", "population", "households", "age_0_14"]
    pd.DataFrame([*rows, *more], columns=columns).to_csv(folder / "people.csv", index=False)


def census(*first: dict[str, Any]) -> gpd.GeoDataFrame:
    """One square zone around each cell's centre, not overlapping, with an income that grows."""
    rows = [
        {
            "population": 100.0 + n,
            "households": 40.0,
            "age_0_14": 20.0,
            "income": 1000.0 + 100 * n,
            "poor": 30.0,
            "rich": 10.0,
            "geometry": square(*spot(cell), 120),
        }
        for n, cell in enumerate(CELLS)
    ]
    return gpd.GeoDataFrame([*first, *rows], crs="EPSG:4326")


PEOPLE = {"file": "people.csv", "population_column": "population", "households_column": "households"}
JOBS = {
    "name": "jobs",
    "label": {"en": "jobs", "fr": "emplois"},
    "kind": "points",
    "file": "jobs.csv",
    "count_column": "jobs",
}
INCOME = {
    "kind": "polygons",
    "file": "census.gpkg",
    "income_column": "income",
    "households_column": "households",
    "unit": {"en": "euro", "fr": "euro"},
}
BRACKETS = {
    "file": "census.gpkg",
    "upper_bounds": {"poor": 1000, "rich": None},
    "counted": {"en": "households", "fr": "ménages"},
}
POINTS: dict[str, Any] = {"people": {**PEOPLE, "kind": "points", "groups": GROUPS}, "opportunities": [JOBS]}
ZONES: dict[str, Any] = {
    "people": {**PEOPLE, "kind": "polygons", "file": "census.gpkg", "groups": GROUPS},
    "opportunities": [JOBS],
    "income": INCOME,
}
GRID = {"file": "grid.csv", "weight_column": "population"}
HOUSING: dict[str, Any] = {
    "type": "add-residents",
    "count": 420,
    "households": 180,
    "income": 700,
    "groups": {"children": 95},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_cells(tmp_path)
    write_jobs(tmp_path)
    write_people(tmp_path)
    census().to_file(tmp_path / "census.gpkg")
    return tmp_path


@pytest.fixture
def city(folder: Path) -> City:
    return read(folder, POINTS)


def at(lon_lat: tuple[float, float]) -> dict[str, float]:
    return {"lon": lon_lat[0], "lat": lon_lat[1]}


# --- residents ---------------------------------------------------------------------------------------------


def test_new_residents_at_points_equal_an_edited_file(folder: Path, city: City) -> None:
    place = spot(CELLS[2], -60, 30)
    change = {**HOUSING, "at": at(place)}
    del change["income"]
    found = edited(city, change)
    write_people(folder, (*place, 420, 180, 95))
    assert_same_places(found.inputs, read(folder, POINTS).inputs)
    assert found.added == {"population": 420}
    assert found.residents_added == 420
    assert np.flatnonzero(found.moved).tolist() == [2], "the cell's point is where its residents are"


def test_new_residents_in_zones_do_not_spread_over_the_zone(folder: Path) -> None:
    city = read(folder, ZONES)
    place = spot(CELLS[0], 10, -40)
    found = edited(city, {**HOUSING, "at": at(place)})
    new = {"population": 420, "households": 180, "age_0_14": 95, "income": 700, "geometry": square(*place, 2)}
    census(new).to_file(folder / "census.gpkg")
    full = read(folder, ZONES).inputs
    for attribute in ("counts", "totals"):
        assert_frame_equal(getattr(found.inputs.residents, attribute), getattr(full.residents, attribute))
    assert np.allclose(found.inputs.residents.income_of_cells, full.residents.income_of_cells)
    assert np.array_equal(found.inputs.residents.decile, full.residents.decile)
    gain = found.inputs.residents.counts["population"] - city.inputs.residents.counts["population"]
    assert gain.to_numpy() == pytest.approx([420, 0, 0, 0, 0, 0, 0], abs=1e-6)
    mean = (40 * 1000 + 180 * 700) / (40 + 180)
    assert found.inputs.residents.income_of_cells[0] == pytest.approx(mean, rel=1e-6)


def write_grid(folder: Path, *more: tuple[float, float, float]) -> None:
    rows = [(*spot(cell, north), 50.0) for cell in CELLS for north in (-50.0, 50.0)]
    pd.DataFrame([*rows, *more], columns=["lon", "lat", "population"]).to_csv(
        folder / "grid.csv", index=False
    )


@pytest.mark.parametrize("people", ["polygons", "points"])
def test_with_a_grid_newcomers_take_nobody_from_the_zone_around(folder: Path, people: str) -> None:
    write_grid(folder)
    described = {**(ZONES if people == "polygons" else {**POINTS, "income": INCOME})}
    described |= {"population_grid": GRID, "income_brackets": BRACKETS}
    city = read(folder, described)
    place = spot(CELLS[3], 10, 10)
    found = edited(city, {**HOUSING, "at": at(place)})
    before, after = city.inputs.residents, found.inputs.residents
    others = [n for n in range(7) if n != 3]
    assert np.allclose(after.counts.iloc[others], before.counts.iloc[others])
    assert np.allclose(after.income_of_cells[others], before.income_of_cells[others])
    assert before.brackets is not None
    assert after.brackets is not None
    assert np.allclose(after.brackets, before.brackets)
    new = {"population": 420, "households": 180, "age_0_14": 95, "income": 700, "poor": 0, "rich": 0}
    census({**new, "geometry": square(*place, 2)}).to_file(folder / "census.gpkg")
    write_grid(folder, (*place, 420))
    write_people(folder, (*place, 420, 180, 95))
    assert_same_places(found.inputs, read(folder, described).inputs)


def test_newcomers_draw_nobody_of_a_zone_over_many_cells(folder: Path) -> None:
    write_grid(folder)
    zone = {"population": 700, "households": 280, "age_0_14": 140, "income": 1000, "poor": 210, "rich": 70}
    one = gpd.GeoDataFrame([{**zone, "geometry": square(*spot(MIDDLE), 800)}], crs="EPSG:4326")
    one.to_file(folder / "census.gpkg")
    city = read(folder, {**ZONES, "population_grid": GRID, "income_brackets": BRACKETS})
    found = edited(city, {**HOUSING, "at": at(spot(CELLS[3], 10, 10))})
    before, after = city.inputs.residents, found.inputs.residents
    gain = (after.counts - before.counts)["population"]
    assert gain.to_numpy() == pytest.approx([0, 0, 0, 420, 0, 0, 0], abs=1e-6)
    assert before.brackets is not None
    assert after.brackets is not None
    assert np.allclose(before.brackets, after.brackets)
    assert after.income_of_cells[3] == pytest.approx((40 * 1000 + 180 * 700) / 220)


def test_newcomers_at_a_grid_point_go_beside_it(folder: Path) -> None:
    write_grid(folder)
    city = read(folder, {**ZONES, "population_grid": GRID})
    found = edited(city, {**HOUSING, "at": at(spot(CELLS[3], 50))})
    gain = found.inputs.residents.counts - city.inputs.residents.counts
    assert gain["population"].to_numpy() == pytest.approx([0, 0, 0, 420, 0, 0, 0], abs=1e-6)
    assert found.sources.grid is not None
    new = found.sources.grid.geometry.iloc[-1]
    assert 4 < abs(new.y - spot(CELLS[3], 50)[1]) * 111_320 < 6


def test_with_a_grid_and_no_income_the_mean_of_the_cell_stays(folder: Path) -> None:
    write_grid(folder)
    city = read(folder, {**ZONES, "population_grid": GRID})
    change = {**HOUSING, "cell": CELLS[3]}
    del change["income"]
    found = edited(city, change)
    assert np.allclose(found.inputs.residents.income_of_cells, city.inputs.residents.income_of_cells)
    covered = found.inputs.residents.income
    assert covered is not None
    assert covered.share_covered == pytest.approx(700 / 1120)
    assert "the mean of the cell stays" in found.reports[0].text["en"]


def cell_table(folder: Path, name: str, **columns: list[float]) -> None:
    pd.DataFrame({"id": CELLS[: len(next(iter(columns.values())))], **columns}).to_csv(
        folder / name, index=False
    )


BY_CELL: dict[str, Any] = {
    "people": {
        "kind": "cells",
        "file": "by_cell.csv",
        "population_column": "population",
        "households_column": "households",
    },
    "income": {**INCOME, "kind": "cells", "file": "income.csv"},
    "opportunities": [JOBS],
}


@pytest.mark.parametrize("cell", [1, 6], ids=["listed", "not listed"])
def test_new_residents_by_cell_equal_an_edited_table(folder: Path, cell: int) -> None:
    cell_table(folder, "by_cell.csv", population=[100.0] * 6, households=[40.0] * 6)
    cell_table(folder, "income.csv", income=[1000.0] * 6, households=[40.0] * 6)
    found = edited(read(folder, BY_CELL), {**HOUSING, "groups": {}, "cell": CELLS[cell]})
    people, households, income = [100.0] * 6 + [0.0], [40.0] * 6 + [0.0], [1000.0] * 6 + [0.0]
    people[cell] += 420
    income[cell] = (income[cell] * households[cell] + 700 * 180) / (households[cell] + 180)
    households[cell] += 180
    n = max(6, cell + 1)
    cell_table(folder, "by_cell.csv", population=people[:n], households=households[:n])
    cell_table(folder, "income.csv", income=income[:n], households=households[:n])
    assert_same_places(found.inputs, read(folder, BY_CELL).inputs)


def test_an_unknown_mean_of_a_cell_cannot_be_mixed_with_a_known_one(folder: Path) -> None:
    cell_table(folder, "by_cell.csv", population=[100.0] * 6, households=[40.0] * 6)
    cell_table(folder, "income.csv", income=[math.nan] + [1000.0] * 5, households=[40.0] * 6)
    city = read(folder, BY_CELL)
    with pytest.raises(ScenarioError, match=r"has 40 households of unknown income, .*; leave income out"):
        edited(city, {**HOUSING, "groups": {}, "cell": CELLS[0]})


def test_deciles_are_formed_of_the_new_residents(folder: Path) -> None:
    city = read(folder, {**POINTS, "income": INCOME})
    found = edited(city, {**HOUSING, "count": 5000, "income": 900, "cell": CELLS[0]})
    before, after = city.inputs.residents.decile, found.inputs.residents.decile
    assert before[6] == 10
    assert (after[1:] >= before[1:]).all(), "a large poor cell pushes the others up"
    assert (after[1:] > before[1:]).any()
    assert "deciles are formed anew" in found.reports[0].text["en"]


def test_households_not_given_are_warned_of(city: City) -> None:
    report = edited(city, {"type": "add-residents", "count": 5, "cell": CELLS[0]}).reports[0]
    assert report.warnings == ("households are not given and counted as none",)
    assert report.text["fr"].startswith("5 habitants de plus dans la cellule")
    assert report.counts == {"residents": 5, "households": 0}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"at": {"lat": 48.1, "lon": 2.0}},
            r"at: 48\.1, 2\.0 \(lat, lon\) lies in no cell .* is 1\d,\d{3} m",
        ),
        (
            {"cell": FAR},
            r"cell: \w+ is not in the run; .* the nearest one, \w+, is 1\d,\d{3} m",
        ),
        ({"cell": "x"}, r"cell: 'x' is no H3 index, such as 89"),
        ({"cell": h3.cell_to_parent(MIDDLE, 8)}, r"is of H3 resolution 8, the run's cells are of 9"),
        ({"cell": MIDDLE, "groups": {"childern": 1}}, r"groups: .* did you mean 'children'\?"),
        ({"cell": MIDDLE, "groups": {"women": 1}}, r"groups: the run has no 'women'; its groups: children"),
        ({"cell": MIDDLE, "income": 5, "households": 1}, r"income: the run knows no incomes"),
    ],
)
def test_residents_that_cannot_be_placed_are_refused(city: City, change: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=r"modification 1 \(add-residents\): .*" + said):
        edited(city, {"type": "add-residents", "count": 5, **change})


def test_nobody_moves_to_a_cell_that_is_not_studied(folder: Path) -> None:
    area = gpd.GeoDataFrame(geometry=[square(*spot(MIDDLE), 50)], crs="EPSG:4326")
    area.to_file(folder / "area.gpkg")
    cells = {"cover": "table", "file": "cells.csv", "study_area": "area.gpkg"}
    city = read(folder, {**POINTS, "cells": cells})
    other = next(cell for cell in CELLS if cell != MIDDLE)
    assert edited(city, {"type": "add-residents", "count": 5, "cell": MIDDLE}).residents_added == 5
    with pytest.raises(ScenarioError, match="is a destination only: residents count in the study area"):
        edited(city, {"type": "add-residents", "count": 5, "cell": other})


# --- opportunities -----------------------------------------------------------------------------------------


def service(name: str, kind: str, **keys: Any) -> dict[str, Any]:
    return {"name": name, "label": {"en": name, "fr": name}, "kind": kind, **keys}


SCHOOLS = service("schools", "points", file="schools.csv", where={"level": ["primary"]})


def write_schools(folder: Path, ids: str) -> None:
    rows = [
        (name, *spot(CELLS[n], 30 * n), "secondary" if name == "Z" else "primary", f"School {name}")
        for n, name in enumerate("ABCZ")
        if name in ids
    ]
    rows += [(f"N{n}", *spot(CELLS[5], 10), "primary", "New") for n in range(ids.count("N"))]
    pd.DataFrame(rows, columns=["id", "lon", "lat", "level", "name"]).to_csv(
        folder / "schools.csv", index=False
    )


def with_services(*services: dict[str, Any]) -> dict[str, Any]:
    return {**POINTS, "opportunities": [JOBS, *services]}


def opened(name: str, /, **keys: Any) -> dict[str, Any]:
    return {"type": "add-opportunities", "service": name, **keys}


def gone(name: str, /, **keys: Any) -> dict[str, Any]:
    return {"type": "remove-opportunities", "service": name, **keys}


@pytest.mark.parametrize(
    ("changes", "ids", "added"),
    [
        ([opened("schools", count=2, name="New", at=at(spot(CELLS[5], 10)))], "ABCZNN", 2),
        ([gone("schools", where={"id": ["B"]})], "ACZ", -1),
        ([gone("schools", at=at(spot(CELLS[1], 25)))], "ACZ", -1),
        ([gone("schools", cell=CELLS[1])], "ACZ", -1),
        ([gone("schools", at=at(spot(CELLS[1])), within_m=5000, count=2)], "CZ", -2),
        (
            [opened("schools", name="New", at=at(spot(CELLS[5], 10))), gone("schools", cell=CELLS[0])],
            "BCZN",
            0,
        ),
    ],
)
def test_schools_open_and_close_as_in_an_edited_file(
    folder: Path, changes: list[dict[str, Any]], ids: str, added: float
) -> None:
    write_schools(folder, "ABCZ")
    described = with_services(SCHOOLS)
    city = read(folder, described)
    nearest_first = 0 if "within_m" not in changes[0] else 1
    found = edited(city, *changes)
    write_schools(folder, ids if not nearest_first else _without_the_nearest(city, ids))
    full = read(folder, described).inputs
    assert_same_places(found.inputs, full)
    expected = full.services.found["schools"]
    got = found.inputs.services.found["schools"]
    assert expected is not None
    assert got is not None
    assert got.places is not None
    assert expected.places is not None
    assert got.places["name"].tolist() == expected.places["name"].tolist()
    assert found.added == {"schools": added}


def _without_the_nearest(city: City, ids: str) -> str:
    """Ids of the schools left once the two nearest to the centre of the second cell are gone."""
    lon, lat = spot(CELLS[1])
    schools = city.sources.opportunities["schools"]
    narrow = math.cos(math.radians(lat))
    away = np.hypot(schools.geometry.y - lat, narrow * (schools.geometry.x - lon)).to_numpy()
    assert "Z" in ids
    return "".join(schools["id"].to_numpy()[np.sort(np.argsort(away)[2:])]) + "Z"


def test_jobs_move(folder: Path, city: City) -> None:
    place = spot(CELLS[0], 10)
    found = edited(city, opened("jobs", count=25, at=at(place)), gone("jobs", cell=CELLS[6], count=25))
    write_jobs(folder, (*place, 25))
    jobs = pd.read_csv(folder / "jobs.csv")
    jobs.loc[6, "jobs"] -= 25
    jobs.to_csv(folder / "jobs.csv", index=False)
    assert_same_places(found.inputs, read(folder, POINTS).inputs)
    assert found.added == {"jobs": 0}
    assert [report.number for report in found.reports] == [2, 1], "removals first"
    assert found.reports[0].text == {
        "en": "jobs: 25 fewer, in 1 row of the source",
        "fr": "emplois : 25 de moins, dans 1 ligne de la source",
    }
    assert found.reports[1].text["fr"] == f"emplois : 25 de plus dans la cellule {CELLS[0]}"


@pytest.mark.parametrize("cell", [1, 6], ids=["listed", "not listed"])
def test_opportunities_by_cell_equal_an_edited_table(folder: Path, cell: int) -> None:
    cell_table(folder, "health.csv", beds=[10.0] * 6)
    described = with_services(service("beds", "cells", file="health.csv", count_column="beds"))
    city = read(folder, described)
    found = edited(city, opened("beds", count=7, cell=CELLS[cell]), gone("beds", at=at(spot(CELLS[2], 20))))
    beds = [10.0, 10.0, 0.0, 10.0, 10.0, 10.0, 0.0]
    beds[cell] += 7
    cell_table(folder, "health.csv", beds=beds)
    assert_same_places(found.inputs, read(folder, described).inputs)
    assert found.added == {"beds": -3}


def test_a_finer_table_counts_in_the_fine_cell_that_holds_the_place(folder: Path) -> None:
    fine = sorted(h3.cell_to_children(MIDDLE, 10))
    pd.DataFrame({"id": fine, "beds": 1.0}).to_csv(folder / "health.csv", index=False)
    described = with_services(service("beds", "cells", file="health.csv", count_column="beds"))
    found = edited(read(folder, described), opened("beds", count=5, cell=MIDDLE))
    counts = found.sources.opportunities["beds"].set_index("id")["beds"]
    assert counts[h3.cell_to_center_child(MIDDLE, 10)] == 6
    assert counts.sum() == 12


@pytest.mark.parametrize("count_column", ["jobs", None])
def test_zones_get_a_small_zone_more(folder: Path, count_column: str | None) -> None:
    frame = census().rename(columns={"population": "jobs"})
    frame.to_file(folder / "work.gpkg")
    described = with_services(service("work", "polygons", file="work.gpkg", count_column=count_column))
    city = read(folder, described)
    place = spot(CELLS[4], 90, 100)
    found = edited(city, opened("work", count=3, at=at(place)))
    more = (
        [{"jobs": 3, "geometry": square(*place, 2)}]
        if count_column
        else [{"geometry": square(*place, 2)}] * 3
    )
    pd.concat([frame, gpd.GeoDataFrame(more, crs="EPSG:4326")]).to_file(folder / "work.gpkg")
    assert_same_places(found.inputs, read(folder, described).inputs)
    assert found.added == pytest.approx({"work": 3})


def test_a_zone_loses_jobs_evenly(folder: Path) -> None:
    census().rename(columns={"population": "jobs"}).to_file(folder / "work.gpkg")
    described = with_services(service("work", "polygons", file="work.gpkg", count_column="jobs"))
    city = read(folder, described)
    found = edited(city, gone("work", at=at(spot(CELLS[4])), count=52))
    lost = city.inputs.services.known()["work"] - found.inputs.services.known()["work"]
    assert lost == pytest.approx([0, 0, 0, 0, 52, 0, 0], abs=1e-6)
    assert found.added["work"] == pytest.approx(-52)
    with pytest.raises(ScenarioError, match="a cell has no row of its own; name the zone by at or where"):
        edited(city, gone("work", cell=CELLS[4]))


def test_places_of_openstreetmap_open_and_close(folder: Path) -> None:
    shops = {n: spot(CELLS[n]) for n in (1, 2, 3)}
    tags = {n: {"shop": "supermarket", "name": f"Shop {n}"} for n in shops}
    ends = {8: spot(CELLS[0]), 9: spot(CELLS[6])}
    streets = {1: ([8, 9], {"highway": "residential"})}
    write_osm_pbf(folder / "streets.osm.pbf", {**shops, **ends}, streets, node_tags=tags)
    described = with_services(
        service("shops", "osm", service="supermarket"), service("beds", "osm", service="hospital")
    )
    with pytest.warns(UserWarning, match="no data"):
        city = read(folder, described)
    found = edited(city, gone("shops", cell=CELLS[2]), opened("shops", at=at(spot(CELLS[5])), count=2))
    assert found.inputs.services.known()["shops"].tolist() == [0, 1, 0, 1, 0, 2, 0]
    assert found.added == {"shops": 1}
    with pytest.raises(ScenarioError, match="beds has no data in this run: what is added would look"):
        edited(city, opened("beds", cell=CELLS[2]))
    with pytest.raises(ScenarioError, match="beds has no data in this run: nothing to remove"):
        edited(city, gone("beds", cell=CELLS[2]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            opened("school", cell=MIDDLE),
            r"service: the run has no 'school'; did you mean 'schools'\? it",
        ),
        (
            opened("schools", cell=MIDDLE, count=1.5),
            r"count: schools are counted one by one; 1\.5 is no",
        ),
        (opened("schools", cell=FAR), r"cell: \w+ is not in the run"),
        (gone("schools", cell=FAR), r"cell: \w+ is not in the run"),
        (gone("schools", cell=CELLS[6]), r"schools: there are none in cell \w+"),
        (gone("schools", where={"id": ["Q"]}), r"where of schools: no row has id = Q; values there: A, B, C"),
        (gone("schools", where={"code": ["A"]}), r"where names no column 'code'"),
        (gone("schools", cell=CELLS[1], count=2), r"schools: 2 are to be removed, but there are 1 in cell"),
        (gone("jobs", cell=CELLS[1], count=900), r"jobs: 900 are to be removed, but there are 20 in cell"),
        (
            gone("schools", at=at(spot(CELLS[1], 150))),
            r"the nearest \(School B\) is 1\d\d m away: move at",
        ),
        (
            gone("schools", at=at(spot(CELLS[1])), within_m=5000),
            r"schools: the scenario leaves none in the cells",
        ),
        (gone("jobs", where={"jobs": ["70"]}, count=0.5), r"^$"),
    ],
)
def test_what_is_not_there_is_refused(folder: Path, change: dict[str, Any], said: str) -> None:
    write_schools(folder, "ABCZ")
    city = read(folder, with_services(SCHOOLS))
    if said == r"^$":
        assert edited(city, change).added == {"jobs": -0.5}
        return
    with pytest.raises(ScenarioError, match=said):
        edited(city, change)


def test_places_outside_the_cells_are_not_removed_unnoticed(folder: Path) -> None:
    write_jobs(folder, (*spot(FAR), 5.0))
    with pytest.warns(UserWarning, match="lie outside the cells"):
        city = read(folder, POINTS)
    with pytest.raises(ScenarioError, match=r"1 of the 1 rows where jobs is 5 lie in no cell of the run"):
        edited(city, gone("jobs", where={"jobs": ["5"]}))


def test_all_problems_are_told_at_once(city: City) -> None:
    with pytest.raises(ScenarioError, match="the scenario cannot be applied: 2 problems") as caught:
        edited(city, opened("job", cell=MIDDLE), opened("jobs", cell=MIDDLE), opened("jobs", cell=FAR))
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "modification 1 (add-opportunities)",
        "modification 3 (add-opportunities)",
    ]


def test_what_does_not_change_is_the_bases_and_the_base_stays(folder: Path, city: City) -> None:
    tables: list[Callable[[], Any]] = [
        lambda: city.sources.people.to_wkb(),
        lambda: city.sources.opportunities["jobs"].to_wkb(),
    ]
    before = [pd.DataFrame(table()).copy() for table in tables]
    counts = city.inputs.services.known()["jobs"].copy()
    found = edited(city, opened("jobs", cell=MIDDLE, count=3), gone("jobs", cell=CELLS[0]))
    assert found.inputs.residents is city.inputs.residents
    assert found.inputs.cells is city.inputs.cells
    assert found.sources.people is city.sources.people
    assert not found.moved.any()
    edited(city, {"type": "add-residents", "count": 5, "cell": MIDDLE})
    for old, table in zip(before, tables, strict=True):
        assert_frame_equal(old, pd.DataFrame(table()))
    assert np.array_equal(counts, city.inputs.services.known()["jobs"])
