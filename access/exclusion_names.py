"""What a zone is called: after the place where it lies, never after who lives there.

Names come from a layer of names by cell, or from the nearest named place within a distance. Local names
(suburb, neighbourhood, village ...) go before towns and cities, which would name half a map alike. Where no
name is near, the zone has a number only. The word for such a zone is a value of the configuration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import h3
import numpy as np
import numpy.typing as npt

from access.place_names import LOCAL_KINDS, Place

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DEFAULT_TERM = {"en": "underserved zone", "fr": "zone mal desservie"}
EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True)
class Naming:
    """Where the names of zones come from.

    Attributes
    ----------
    names_of_cells : sequence of str or None, shape (n_cells,), optional
        Names from a layer; they go before places.
    places : sequence of Place
        Named places, such as ``access.place_names.read_place_names`` returns.
    within_m : float
        A place farther from the middle of the zone's residents gives no name.
    term : mapping of str to str
        The word for a zone, by language; it must not stigmatise those who live there.
    """

    names_of_cells: Sequence[str | None] | None = None
    places: Sequence[Place] = ()
    within_m: float = 3_000.0
    term: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_TERM))


def names_from_layer(
    names_of_cells: Sequence[str | None], zones: Ints, population: Floats, n_zones: int
) -> list[str | None]:
    """Return the name that most residents of each zone live under; None where no cell has one.

    Equal numbers go to the first name of the alphabet.
    """
    residents: list[Counter[str]] = [Counter() for _ in range(n_zones)]
    for row in np.flatnonzero(zones >= 0).tolist():
        name = names_of_cells[row]
        if isinstance(name, str) and name.strip():
            residents[zones[row]][name.strip()] += population[row]
    return [min(count, key=lambda name: (-count[name], name)) if count else None for count in residents]


def names_from_places(lon: Floats, lat: Floats, places: Sequence[Place], within_m: float) -> list[str | None]:
    """Return the nearest place's name for each point, None where none lies within the distance.

    A local place is taken before a town or city, however near that is; ties go to the first name of the
    alphabet.
    """
    ranks = (LOCAL_KINDS, tuple({place.kind for place in places} - set(LOCAL_KINDS)))
    found: list[str | None] = []
    for x, y in zip(lon.tolist(), lat.tolist(), strict=True):
        near = (_nearest(x, y, [p for p in places if p.kind in kinds], within_m) for kinds in ranks)
        found.append(next((name for name in near if name is not None), None))
    return found


def numbered(names: Sequence[str | None], residents: Sequence[float]) -> list[str | None]:
    """Number names that occur more than once, the zone with most residents first; None stays None."""
    often = {name for name, count in Counter(names).items() if name is not None and count > 1}
    order = sorted(range(len(names)), key=lambda row: -residents[row])
    used: Counter[str] = Counter()
    answer = list(names)
    for row in order:
        name = names[row]
        if name is not None and name in often:
            used[name] += 1
            answer[row] = f"{name} {used[name]}"
    return answer


def labels(
    names: Sequence[str | None], residents: Sequence[float], term: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return a label in each language: ``Name (term)``, or ``term n`` for zones without a name.

    Zones without a name are numbered from 1, the one with most residents first.
    """
    unnamed = sorted((row for row, name in enumerate(names) if name is None), key=lambda row: -residents[row])
    number = {row: place for place, row in enumerate(unnamed, 1)}
    return {
        language: [
            f"{word} {number[row]}" if name is None else f"{name} ({word})" for row, name in enumerate(names)
        ]
        for language, word in term.items()
    }


def middle_of_residents(
    cells: Sequence[str], zones: Ints, population: Floats, n_zones: int
) -> tuple[Floats, Floats]:
    """Return longitude and latitude of the residents' mean place, by centres of cells, (n_zones,) each."""
    rows = np.flatnonzero(zones >= 0)
    centres = np.array([h3.cell_to_latlng(cells[row]) for row in rows.tolist()], dtype=np.float64).reshape(
        -1, 2
    )
    # Longitudes are averaged around the zone's first cell, so that the date line splits no zone.
    first = np.full(n_zones, np.nan)
    first[zones[rows][::-1]] = centres[::-1, 1]
    east = (centres[:, 1] - first[zones[rows]] + 180) % 360 - 180
    people = population[rows]
    total = np.bincount(zones[rows], weights=people, minlength=n_zones)
    lat = np.bincount(zones[rows], weights=people * centres[:, 0], minlength=n_zones) / total
    shift = np.bincount(zones[rows], weights=people * east, minlength=n_zones) / total
    return (first + shift + 180) % 360 - 180, lat


def _nearest(lon: float, lat: float, places: Sequence[Place], within_m: float) -> str | None:
    reach = [(_distance_m(lon, lat, place), place.name) for place in places]
    near = [pair for pair in reach if pair[0] <= within_m]
    return min(near)[1] if near else None


def _distance_m(lon: float, lat: float, place: Place) -> float:
    """Return the great-circle distance (haversine)."""
    a, b = np.radians(lat), np.radians(place.lat)
    half_lat, half_lon = (b - a) / 2, np.radians(place.lon - lon) / 2
    h = np.sin(half_lat) ** 2 + np.cos(a) * np.cos(b) * np.sin(half_lon) ** 2
    return float(2 * EARTH_RADIUS_M * np.arcsin(min(1.0, np.sqrt(h))))
