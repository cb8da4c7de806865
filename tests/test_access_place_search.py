"""Looking places up: what is found first, in which cell it lies, what is passed over and said."""

from __future__ import annotations

import functools
from pathlib import Path

import h3
import pandas as pd
import pytest
from builders_live import finished_run, manifest_of
from builders_streets import at, write_osm_pbf
from hypothesis import given, settings
from hypothesis import strategies as st

from access.errors import InputDataError
from access.place_cells import FoundPlace, Grid
from access.place_lists import put_together
from access.place_search import PlaceIndex
from access.place_streets import NamedPlace, kind_of, read_named_places

RANDOM = settings(deadline=None, database=None, derandomize=True, max_examples=60)
CENTRE = str(h3.latlng_to_cell(at(0, 0)[1], at(0, 0)[0], 9))
CELLS = sorted(h3.grid_disk(CENTRE, 4))
FAR = at(20_000, 0)


@functools.cache
def grid() -> Grid:
    zones = ["Vieux Port" if h3.cell_to_latlng(cell)[1] < at(0, 0)[0] else "Les Halles" for cell in CELLS]
    return Grid(CELLS, zones)


def place(kind: str, name: str, east_m: float = 0, north_m: float = 0) -> NamedPlace:
    return NamedPlace(kind, name, *at(east_m, north_m))  # type: ignore[arg-type]


def index(*places: NamedPlace) -> PlaceIndex:
    return PlaceIndex(grid(), put_together(grid(), places), with_streets=True)


def names(found: list[FoundPlace]) -> list[str]:
    return [each.name for each in found]


# ranking


def test_the_same_name_comes_before_beginnings_words_and_near_spellings() -> None:
    city = index(
        place("street", "Rua da Praia Nova"),
        place("street", "Praia"),
        place("street", "Praia de Belas"),
        place("street", "Prala"),
    )
    assert names(city.search("praia")) == ["Praia", "Praia de Belas", "Rua da Praia Nova", "Prala"]


def test_a_neighbourhood_comes_before_a_stop_and_a_street_of_the_same_name() -> None:
    city = index(place("street", "Mercado"), place("square", "Mercado"), place("place", "Mercado"))
    assert [found.kind for found in city.search("mercado")] == ["place", "square", "street"]


@pytest.mark.parametrize(
    "text", ["sao joao", "SÃO-JOÃO", "são joão", "joao", "rua sao j", "sao jooa", "  Rua   São  João "]
)
def test_case_accents_hyphens_word_order_and_slips_do_not_matter(text: str) -> None:
    assert names(index(place("street", "Rua São João")).search(text)) == ["Rua São João"]


def test_short_forms_of_kinds_of_streets() -> None:
    city = index(place("street", "Boulevard Voltaire"), place("street", "Avenida Bento Gonçalves"))
    assert names(city.search("bd voltaire")) == ["Boulevard Voltaire"]
    assert names(city.search("av. bento")) == ["Avenida Bento Gonçalves"]


@pytest.mark.parametrize("text", ["", "   ", "zzzzzz", "?!", "-"])
def test_nothing_fits_nothing(text: str) -> None:
    assert index(place("street", "Praia")).search(text) == []


def test_no_more_than_asked_for() -> None:
    city = index(*(place("street", f"Rua {letter}") for letter in "abcdefghij"))
    assert names(city.search("rua", limit=3)) == ["Rua a", "Rua b", "Rua c"]
    assert city.search("rua", limit=0) == []


# house numbers


@pytest.mark.parametrize(
    "text",
    ["Rua da Praia, 12", "rua da praia 12", "12 rua da praia", "12 bis, rua da praia", "Rua da Praia nº 7"],
)
def test_a_house_number_is_passed_over_and_said(text: str) -> None:
    (found,) = index(place("street", "Rua da Praia")).search(text)
    assert (found.name, found.street_only) == ("Rua da Praia", True)


def test_a_number_that_belongs_to_a_name_stays() -> None:
    city = index(place("street", "Rua 15"), place("street", "Rua"), place("street", "Place du 8 Mai"))
    first = city.search("rua 15")[0]
    assert (first.name, first.street_only) == ("Rua 15", False)
    assert [found.street_only for found in city.search("place du 8 mai")] == [False]


def test_a_number_behind_a_square_hides_nothing() -> None:
    (found,) = index(place("square", "Parc des Jardins")).search("parc des jardins 4")
    assert not found.street_only


# cells and coordinates


def test_a_cell_and_its_neighbourhood() -> None:
    (found,) = index().search(CELLS[0].upper())
    assert (found.kind, found.cell_id, found.detail) == ("cell", CELLS[0], grid().zones[0])


def test_a_cell_that_is_none_of_the_run_is_outside_or_near() -> None:
    far = str(h3.latlng_to_cell(FAR[1], FAR[0], 9))
    assert index().search(far)[0].outside
    smaller = h3.cell_to_center_child(CENTRE, 11)
    assert index().search(smaller)[0].cell_id == CENTRE


@pytest.mark.parametrize(
    "text", ["48.0005, 2.0003", "48.0005 2.0003", "lat=48.0005,lon=2.0003", "2.0003;48.0005"]
)
def test_coordinates_in_the_order_that_fits(text: str) -> None:
    (found,) = index().search(text)
    assert (found.kind, found.name) == ("coordinates", "48.00050, 2.00030")
    assert found.cell_id == str(h3.latlng_to_cell(48.0005, 2.0003, 9))


def test_coordinates_elsewhere_are_outside_and_impossible_ones_nothing() -> None:
    (found,) = index().search("-30.03, -51.22")
    assert (found.outside, found.lat, found.lon) == (True, -30.03, -51.22)
    assert index().search("95.5, 200.25") == []


def test_a_place_within_1_km_of_the_cells_has_the_nearest_one() -> None:
    edge = max(CELLS, key=lambda cell: h3.cell_to_latlng(cell)[1])
    lat, lon = h3.cell_to_latlng(edge)
    east_m = (lon - at(0, 0)[0]) / (at(1, 0)[0] - at(0, 0)[0])
    north_m = (lat - at(0, 0)[1]) / (at(0, 1)[1] - at(0, 0)[1])
    near, far = at(east_m + 950, north_m), at(east_m + 1050, north_m)
    assert grid().cell_of(*near) == edge
    assert grid().cell_of(*far) == ""


# putting together


def test_ways_of_one_street_are_one_place_in_each_neighbourhood() -> None:
    ways = [place("street", "Rue Longue", east_m) for east_m in (-900, -600, -300, 300, 600, 900)]
    found = put_together(grid(), ways)
    assert sorted((each.detail, each.lon) for each in found) == [
        ("Les Halles", ways[4].lon),
        ("Vieux Port", ways[1].lon),
    ]


def test_places_outside_come_last_and_once() -> None:
    city = index(
        place("street", "Praia", 20_000), place("street", "Praia", 21_000), place("street", "Praia Nova")
    )
    assert [(found.name, found.outside) for found in city.search("praia")] == [
        ("Praia Nova", False),
        ("Praia", True),
    ]


# names of OpenStreetMap


@pytest.mark.parametrize(
    ("tags", "is_way", "kind"),
    [
        ({"highway": "residential"}, True, "street"),
        ({"highway": "bus_stop"}, False, None),
        ({"highway": "residential"}, False, None),
        ({"place": "suburb"}, False, "place"),
        ({"place": "square", "highway": "pedestrian"}, True, "square"),
        ({"leisure": "park"}, True, "square"),
        ({"amenity": "townhall"}, False, "building"),
        ({"amenity": "bank"}, False, None),
        ({"railway": "station"}, False, "building"),
        ({}, False, None),
    ],
)
def test_what_a_named_object_is(tags: dict[str, str], is_way: bool, kind: str | None) -> None:
    assert kind_of(tags, is_way) == kind


def test_names_of_a_file(tmp_path: Path) -> None:
    file = write_osm_pbf(
        tmp_path / "streets.osm.pbf",
        nodes={1: at(0, 0), 2: at(100, 0), 3: at(200, 0), 4: at(50, 50), 5: at(60, 60)},
        ways={
            10: ([1, 2, 3], {"highway": "residential", "name": "Rue Longue"}),
            11: ([1, 2], {"highway": "residential"}),
        },
        node_tags={4: {"place": "suburb", "name": " Halles "}, 5: {"amenity": "school"}},
    )
    found = [(each.kind, each.name, round(each.lon, 5)) for each in read_named_places(file)]
    assert found == [
        ("place", "Halles", round(at(50, 0)[0], 5)),
        ("street", "Rue Longue", round(at(100, 0)[0], 5)),
    ]


def test_files_that_cannot_be_read_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputDataError, match="no such file; without it, streets cannot be looked up"):
        read_named_places(tmp_path / "gone.osm.pbf")
    damaged = tmp_path / "damaged.osm.pbf"
    damaged.write_bytes(b"no pbf")
    with pytest.raises(InputDataError, match=r"cannot be read as \.osm\.pbf"):
        read_named_places(damaged)
    monkeypatch.setattr("access.place_streets.LARGEST_BYTES", 3)
    with pytest.raises(InputDataError, match="larger than 0 MiB, so streets cannot be looked up"):
        read_named_places(damaged)


# a run


def test_the_index_of_a_run_knows_its_neighbourhoods_and_stops() -> None:
    run = finished_run()
    found = PlaceIndex.of_run(pd.read_parquet(run / "cells.parquet"), manifest_of(run))
    assert [(each.kind, each.name, each.n_cells) for each in found.search("west")] == [("zone", "West", 1)]
    assert [(each.kind, each.detail) for each in found.search("a")] == [("stop", "West")]
    assert found.with_streets


def test_without_network_and_streets_neighbourhoods_are_left() -> None:
    run = finished_run()
    manifest = manifest_of(run) | {"network_cache": str(run / "gone"), "data_folder": str(run / "gone")}
    found = PlaceIndex.of_run(pd.read_parquet(run / "cells.parquet"), manifest)
    assert names(found.search("east")) == ["East"]
    assert (found.search("a"), found.with_streets) == ([], False)


@functools.cache
def small_city() -> PlaceIndex:
    return index(place("street", "Rue Longue"), place("square", "Place du 8 Mai"))


@RANDOM
@given(text=st.text(max_size=300))
def test_no_text_breaks_the_search(text: str) -> None:
    assert len(small_city().search(text)) <= 8
