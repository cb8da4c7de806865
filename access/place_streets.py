"""Named streets, squares, public buildings and settlements of an ``.osm.pbf``, for looking places up.

A street of OpenStreetMap is many ways of one name; each way gives one entry here, at its middle node, and
who looks places up puts those of one name together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import osmium

from access.errors import InputDataError
from access.place_names import KINDS

NamedKind = Literal["place", "street", "square", "building"]

LARGEST_BYTES = 600 * 2**20
"""Larger extracts are of whole countries: reading them would take minutes for a search field."""

_SQUARES = ("park", "garden", "stadium", "sports_centre", "playground", "nature_reserve", "marina")
_PUBLIC = frozenset(
    (
        *("arts_centre", "bus_station", "cinema", "clinic", "college", "community_centre", "courthouse"),
        *("ferry_terminal", "fire_station", "hospital", "kindergarten", "library", "marketplace"),
        *("monastery", "place_of_worship", "police", "post_office", "prison", "school", "social_facility"),
        *("theatre", "townhall", "university"),
    )
)
_SIGHTS = frozenset(("museum", "gallery", "attraction", "zoo"))
_NOT_STREETS = frozenset(("bus_stop", "platform", "motorway_junction", "traffic_signals", "proposed"))


class NamedPlace(NamedTuple):
    """Something with a name, at one point."""

    kind: NamedKind
    name: str
    lon: float
    lat: float


def read_named_places(pbf: Path) -> list[NamedPlace]:
    """Read everything with a name that an address may mention, in the order of the file.

    Raises
    ------
    InputDataError
        The file is missing, damaged, or larger than ``LARGEST_BYTES``.
    """
    if not pbf.is_file():
        raise InputDataError(f"{pbf}: no such file; without it, streets cannot be looked up")
    if pbf.stat().st_size > LARGEST_BYTES:
        raise InputDataError(
            f"{pbf}: larger than {LARGEST_BYTES // 2**20} MiB, so streets cannot be looked up; cut out the "
            "study area"
        )
    try:
        return list(_named(pbf))
    except RuntimeError as error:  # what pyosmium raises for every damaged file
        raise InputDataError(f"{pbf}: cannot be read as .osm.pbf ({error})") from error


def _named(pbf: Path) -> Iterator[NamedPlace]:
    file = osmium.io.File(str(pbf), "pbf")
    processor = osmium.FileProcessor(file, osmium.osm.NODE | osmium.osm.WAY).with_locations()
    entities: Iterator[Any] = iter(processor.with_filter(osmium.filter.KeyFilter("name")))
    for entity in entities:
        is_way = entity.is_way()
        kind = kind_of(entity.tags, is_way)
        name = entity.tags["name"].strip()
        if kind is None or not name:
            continue
        if is_way:
            nodes = [node.location for node in entity.nodes if node.location.valid()]
            if not nodes:
                continue
            middle = nodes[len(nodes) // 2]
            yield NamedPlace(kind, name, middle.lon, middle.lat)
        elif entity.location.valid():
            yield NamedPlace(kind, name, entity.lon, entity.lat)


def kind_of(tags: Mapping[str, str], is_way: bool) -> NamedKind | None:
    """Say what a named object is to somebody who looks for an address; None: nothing."""
    place = tags.get("place", "")
    if place in KINDS and not is_way:
        return "place"
    if place == "square" or tags.get("leisure", "") in _SQUARES:
        return "square"
    if tags.get("amenity", "") in _PUBLIC or tags.get("tourism", "") in _SIGHTS:
        return "building"
    if tags.get("railway", "") == "station":
        return "building"
    if is_way and "highway" in tags and tags["highway"] not in _NOT_STREETS:
        return "street"
    return None
