"""Places by an address-like text: cells, coordinates, neighbourhoods, stops, streets, squares, buildings.

Nothing is asked of any service on the net: the names are those of the run's own inputs. What is found is
ranked: names that are the text, that begin with it, that hold all its words (or their beginnings), that are
spelled nearly so. Case, accents and hyphens do not matter (``access.explain_places.plain_name``).

House numbers are in no input of a run: a number before or behind the name of a street is passed over, and
``street_only`` says so.

Each place has the cell that it lies in. Where nobody of the run lives there, it is the nearest cell within
1 km; farther away the place is ``outside``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import pandas as pd

from access.explain_places import plain_name
from access.place_cells import FoundPlace, Grid, Kind
from access.place_lists import put_together, stops_of, streets_of, zones_of

__all__ = ["FoundPlace", "PlaceIndex"]

Places = npt.NDArray[np.int64]
"""Positions in a list of names."""

LONGEST_TEXT = 200
ALIKE = 0.8
MOST_ALIKE = 60
_ORDER: tuple[Kind, ...] = ("zone", "place", "stop", "square", "building", "street", "cell", "coordinates")
_SHORT = {"bd": "boulevard", "bld": "boulevard", "blvd": "boulevard", "pca": "praca", "sq": "square"}
_NUMBER_BEHIND = re.compile(r"^(?P<name>.*\D)[,\s]+(n[o°º]\s*)?\d{1,5}\s?([a-d]|bis|ter)?$", re.IGNORECASE)
_NUMBER_BEFORE = re.compile(r"^\d{1,5}\s?([a-d]|bis|ter)?[,\s]+(?P<name>\D.*)$", re.IGNORECASE)
_NUMBER = r"([-+\u2212]?\d{1,3}(?:\.\d+)?)"
_PAIR = re.compile(rf"^{_NUMBER}\s*[,; ]\s*{_NUMBER}$")
_NAMED_PAIR = re.compile(rf"^lat\s*=\s*{_NUMBER}\s*[,; ]\s*lon\s*=\s*{_NUMBER}$", re.IGNORECASE)


class PlaceIndex:
    """Names of a run, ready to be searched. Read-only, so that several threads may ask at once.

    Parameters
    ----------
    grid : Grid
        Cells of the run.
    places : iterable of FoundPlace
        Everything with a name.
    with_streets : bool
        Whether named streets are among them.
    """

    def __init__(self, grid: Grid, places: Iterable[FoundPlace], *, with_streets: bool = False) -> None:
        self.grid, self.with_streets = grid, with_streets
        self.places = list(places)
        self._plain = [_spelled_out(plain_name(place.name)) for place in self.places]
        self._beginnings = _found_in(self._plain, _beginnings_of)
        self._triples = _found_in(self._plain, _triples_of)

    @classmethod
    def of_run(cls, cells: pd.DataFrame, manifest: Mapping[str, Any], *, streets: bool = True) -> PlaceIndex:
        """Index the names of a run: those of its cells, and what else is still there.

        Parameters
        ----------
        cells : DataFrame
            ``id`` and, where there are neighbourhoods, ``zone``.
        manifest : mapping
            Of the run; names its ready network and its streets.
        streets : bool
            Whether to read the names of streets too, which takes seconds to minutes for a large extract.
        """
        zones = list(cells["zone"]) if "zone" in cells else [None] * len(cells)
        grid = Grid(list(cells["id"]), zones)
        named = streets_of(manifest) if streets else None
        zones_found = zones_of(grid)
        known = {plain_name(zone.name) for zone in zones_found}
        others = put_together(grid, [*stops_of(manifest), *(named or [])])
        others = [each for each in others if each.kind != "place" or plain_name(each.name) not in known]
        return cls(grid, [*zones_found, *others], with_streets=named is not None)

    def search(self, text: str, limit: int = 8) -> list[FoundPlace]:
        """Return the places that a text may mean, the best first; none for an empty text."""
        text = " ".join(text[:LONGEST_TEXT].split())
        if not text or limit < 1:
            return []
        if exact := self._cell(text) or self._coordinates(text):
            return [exact]
        without = _without_number(text)
        found = self._ranked(_spelled_out(plain_name(text)), limit, alike=not without)
        places = [self.places[at] for at in found]
        if without:
            further = self._ranked(_spelled_out(plain_name(without)), limit, alike=True)
            more = (self.places[at] for at in further if at not in found)
            places += [replace(place, street_only=place.kind == "street") for place in more]
        return places[:limit]

    def _cell(self, text: str) -> FoundPlace | None:
        if not h3.is_valid_cell(text.lower()):
            return None
        cell = text.lower()
        lat, lon = h3.cell_to_latlng(cell)
        own = cell if cell in self.grid.row_of else self.grid.cell_of(lon, lat)
        return FoundPlace("cell", cell, own, lon, lat, self.grid.zone_of(own))

    def _coordinates(self, text: str) -> FoundPlace | None:
        """Read ``lat=..,lon=..``, or two bare numbers: latitude first unless only the other order fits."""
        found = _NAMED_PAIR.match(text) or _PAIR.match(text)
        if found is None:
            return None
        lat, lon = (float(value.replace("\u2212", "-")) for value in found.groups())
        if _PAIR.match(text) and not self.grid.holds(lon, lat) and self.grid.holds(lat, lon):
            lat, lon = lon, lat
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            return None
        cell = self.grid.cell_of(lon, lat)
        return FoundPlace("coordinates", f"{lat:.5f}, {lon:.5f}", cell, lon, lat, self.grid.zone_of(cell))

    def _ranked(self, wanted: str, limit: int, *, alike: bool) -> list[int]:
        """Return the names that fit best: the same, beginning so, with all words, holding the text, alike."""
        ranks = self._ranks(wanted) if wanted else {}
        if alike and len(ranks) < limit and len(wanted) >= 4:
            for at, likeness in self._alike(wanted):
                ranks.setdefault(at, 5 - likeness)
        return sorted(ranks, key=lambda at: self._sort_key(at, ranks[at]))[:limit]

    def _ranks(self, wanted: str) -> dict[int, float]:
        """Rank all names that hold the text or the beginnings of all its words, 0 (the same) to 3."""
        words = wanted.split()
        ranks: dict[int, float] = {}
        for at in self._with_all([word[:2] for word in words], self._beginnings):
            name = self._plain[at]
            if name.startswith(wanted):
                ranks[at] = 0 if name == wanted else 1
            elif all(f" {word}" in f" {name}" for word in words):
                ranks[at] = 2
        if len(wanted) >= 3:
            inner = [wanted[at : at + 3] for at in range(len(wanted) - 2)]
            for at in self._with_all(inner, self._triples):
                if wanted in self._plain[at]:
                    ranks.setdefault(at, 3)
        return ranks

    def _with_all(self, keys: Iterable[str], places: Mapping[str, Places]) -> list[int]:
        """Return the names that have all of some keys."""
        none = np.empty(0, np.int64)
        lists = sorted((places.get(key, none) for key in set(keys)), key=len)
        left = lists[0]
        for others in lists[1:]:
            left = np.intersect1d(left, others, assume_unique=True)
        return [int(at) for at in left]

    def _sort_key(self, at: int, rank: float) -> tuple[bool, float, int, int, str, str]:
        place = self.places[at]
        return place.outside, rank, _ORDER.index(place.kind), len(place.name), place.name, place.detail

    def _alike(self, wanted: str) -> list[tuple[int, float]]:
        """Names spelled nearly so, with how nearly (0 to 1): of those that share most triples of letters."""
        shared = [self._triples[triple] for triple in _triples_of(wanted) if triple in self._triples]
        if not shared:
            return []
        counts = np.bincount(np.concatenate(shared), minlength=len(self.places))
        found = []
        for at in np.argsort(-counts, kind="stable")[:MOST_ALIKE].tolist():
            alike = _likeness(wanted, self._plain[at])
            if alike >= ALIKE:
                found.append((at, alike))
        return found


def _likeness(wanted: str, name: str) -> float:
    """Likeness of two texts, 0 to 1; of the whole, or of each word wanted with the best word of the name."""
    words = name.split()
    return max(
        _ratio(wanted, name), min(max(_ratio(word, other) for other in words) for word in wanted.split())
    )


def _ratio(one: str, other: str) -> float:
    """Share of letters in common; letters that only changed places count as one slip in a longer word."""
    if one != other and sorted(one) == sorted(other):
        return ALIKE
    return difflib.SequenceMatcher(None, one, other).ratio()


def _spelled_out(plain: str) -> str:
    return " ".join(_SHORT.get(word, word) for word in plain.replace(",", " ").split())


def _without_number(text: str) -> str:
    """Return an address without its house number; empty where it has none."""
    found = _NUMBER_BEHIND.match(text) or _NUMBER_BEFORE.match(text)
    return found["name"].strip(" ,") if found else ""


def _triples_of(name: str) -> set[str]:
    padded = f" {name} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _beginnings_of(name: str) -> set[str]:
    words = name.split()
    return {word[:1] for word in words} | {word[:2] for word in words}


def _found_in(names: Sequence[str], parts_of: Callable[[str], set[str]]) -> dict[str, Places]:
    """List for each part the names that have it, ascending."""
    found: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        for part in parts_of(name):
            found.setdefault(part, []).append(at)
    return {part: np.array(places, np.int64) for part, places in found.items()}
