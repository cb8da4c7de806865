"""Names of places from the nodes of an OpenStreetMap extract."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from builders_streets import at, write_osm_pbf

from access.errors import InputDataError
from access.place_names import Place, read_place_names


def extract(folder: Path, *tags: Mapping[str, str]) -> Path:
    """Nodes 100 m apart along a street, with these tags."""
    nodes = {number: at(100 * number, 0) for number in range(1, len(tags) + 2)}
    return write_osm_pbf(
        folder / "city.osm.pbf",
        nodes,
        {7: (list(nodes), {"highway": "residential", "place": "suburb", "name": "Way"})},
        node_tags=dict(enumerate(tags, 1)),
    )


def test_named_places_are_read_in_the_order_of_their_ids(tmp_path: Path) -> None:
    path = extract(
        tmp_path, {"place": "suburb", "name": " Les Peupliers "}, {"place": "city", "name": "Marlune"}
    )
    first, second = read_place_names(path)
    lon, lat = at(100, 0)
    assert first == Place(
        "Les Peupliers", pytest.approx(lon, abs=1e-6), pytest.approx(lat, abs=1e-6), "suburb"
    )
    assert (second.name, second.kind) == ("Marlune", "city")


def test_other_kinds_nameless_places_and_areas_are_left_out(tmp_path: Path) -> None:
    path = extract(
        tmp_path,
        {"place": "country", "name": "France"},
        {"place": "suburb"},
        {"place": "suburb", "name": "  "},
        {"amenity": "school", "name": "School"},
    )
    assert read_place_names(path) == []


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="no such file"):
        read_place_names(tmp_path / "none.osm.pbf")
    empty = tmp_path / "empty.osm.pbf"
    empty.touch()
    with pytest.raises(InputDataError, match="the file is empty"):
        read_place_names(empty)
    empty.write_bytes(b"no pbf at all, but long enough to be read")
    with pytest.raises(InputDataError, match=r"cannot be read as \.osm\.pbf"):
        read_place_names(empty)
