"""Names of settlements and neighbourhoods: the ``place`` nodes of an ``.osm.pbf``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import osmium

from access.errors import InputDataError

LOCAL_KINDS = ("suburb", "neighbourhood", "quarter", "village", "hamlet", "locality")
TOWN_KINDS = ("town", "city")
KINDS = (*LOCAL_KINDS, *TOWN_KINDS)


class Place(NamedTuple):
    """A named place."""

    name: str
    lon: float
    lat: float
    kind: str  # one of KINDS


def read_place_names(pbf: Path) -> list[Place]:
    """Return the named ``place`` nodes of the kinds in ``KINDS``, by OSM id.

    Places drawn as areas only are not read: OpenStreetMap puts the node where the name belongs. An extract
    without place nodes gives an empty list.

    Raises
    ------
    InputDataError
        If the file is missing, empty, damaged or no ``.osm.pbf``.
    """
    if not pbf.is_file():
        raise InputDataError(f"{pbf}: no such file; give an .osm.pbf extract of the study area")
    if pbf.stat().st_size == 0:
        raise InputDataError(f"{pbf}: the file is empty; download or extract it again")
    try:
        found = sorted(_places(pbf))
    except RuntimeError as error:  # what pyosmium raises for every damaged file
        raise InputDataError(
            f"{pbf}: cannot be read as .osm.pbf ({error}); it is truncated, damaged or of another format"
        ) from error
    return [place for _, place in found]


def _places(pbf: Path) -> Iterator[tuple[int, Place]]:
    processor = osmium.FileProcessor(osmium.io.File(str(pbf), "pbf"), osmium.osm.NODE)
    entities: Iterator[Any] = iter(processor.with_filter(osmium.filter.KeyFilter("place")))
    for node in entities:
        kind, name = node.tags["place"], node.tags.get("name", "").strip()
        if kind in KINDS and name and node.location.valid():
            yield node.id, Place(name, node.lon, node.lat, kind)
