"""Places in the words of a user: a cell of the run, coordinates, a neighbourhood or a stop.

What a text means is tried in this order: an H3 cell; coordinates; the id of a stop; the name of a
neighbourhood or a stop, without regard to case, accents and hyphens; part of such a name. Nothing is guessed:
where several places fit, all are listed with what to write instead.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import h3
import numpy as np
import numpy.typing as npt

from access.errors import AccessError

Floats = npt.NDArray[np.float64]

_NUMBER = r"[-+\u2212]?\d+(?:\.\d+)?"
_PAIR = re.compile(rf"({_NUMBER})\s*[,; ]\s*({_NUMBER})")
_NAMED = re.compile(rf"(lat|lon)\s*=\s*({_NUMBER})\s*[,; ]\s*(lat|lon)\s*=\s*({_NUMBER})", re.IGNORECASE)
_SHOWN = 12


@dataclass(frozen=True)
class Place:
    """One end of a journey."""

    kind: Literal["cell", "coordinates", "stop", "zone"]
    id: str  # cell, stop or name of the zone; empty for coordinates
    name: str  # of a stop or zone, and the zone that a cell lies in; may be empty
    lon: float
    lat: float
    cell: str = ""  # the cell that stands for a zone
    n_cells: int = 0  # of the zone


@dataclass(frozen=True)
class KnownPlaces:
    """What can be named in a run."""

    cell_ids: Sequence[str]
    cell_lon: Floats
    cell_lat: Floats
    cell_zone: Sequence[str | None]  # neighbourhood of each cell
    stop_ids: Sequence[str]
    stop_names: Sequence[str]
    stop_lon: Floats
    stop_lat: Floats
    stop_station: npt.NDArray[np.int32]  # index of the station, or -1
    bounds: tuple[float, float, float, float]  # of the streets: west, south, east, north


def find_place(text: str, known: KnownPlaces, argument: str) -> Place:
    """Find the one place that a text means.

    Parameters
    ----------
    text : str
        ``89a90e8d5a7ffff``, ``-30.03,-51.22``, ``lat=-30.03,lon=-51.22``, ``stop:1504``,
        ``zone:Centro Histórico`` or a name.
    known : KnownPlaces
        Cells, neighbourhoods and stops of the run.
    argument : str
        ``FROM`` or ``TO``, for messages.

    Raises
    ------
    AccessError
        Nothing or more than one place fits; the message lists what could be meant.
    """
    text = text.strip()
    if not text:
        raise AccessError(f"{argument} is empty; give a cell, coordinates, a neighbourhood or a stop")
    kind, colon, rest = text.partition(":")
    if colon and kind.lower() in ("stop", "zone"):
        return _by_name(rest.strip(), known, argument, only=kind.lower())
    if h3.is_valid_cell(text.lower()):
        return _cell(text.lower(), known, argument)
    if coordinates := _coordinates(text, known, argument):
        return coordinates
    return _by_name(text, known, argument)


def plain_name(text: str) -> str:
    """Fold case, accents, hyphens and runs of spaces, so that ``Sao-Joao`` finds ``São João``."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.split(r"[\s\-\u2010-\u2015_'’.]+", letters)).strip()


def _cell(cell: str, known: KnownPlaces, argument: str) -> Place:
    if cell not in known.cell_ids:
        resolution = h3.get_resolution(cell)
        ours = h3.get_resolution(known.cell_ids[0])
        why = (
            f"it is of resolution {resolution}, the run's cells are of {ours}"
            if resolution != ours
            else "it is not among the run's cells (nobody lives there, or it lies outside the study area)"
        )
        lat, lon = h3.cell_to_latlng(cell)
        raise AccessError(
            f"{argument} {cell}: {why}; give one of the run's {len(known.cell_ids):,} cells, or its centre "
            f"as lat={lat:.6f},lon={lon:.6f}"
        )
    at = list(known.cell_ids).index(cell)
    return Place(
        "cell", cell, known.cell_zone[at] or "", float(known.cell_lon[at]), float(known.cell_lat[at])
    )


def _coordinates(text: str, known: KnownPlaces, argument: str) -> Place | None:
    """Read ``lat=..,lon=..``, or two bare numbers in the one order that lies in the study area."""
    named = _NAMED.fullmatch(text)
    if named and named[1].lower() != named[3].lower():
        values = {named[1].lower(): _number(named[2]), named[3].lower(): _number(named[4])}
        lon, lat = values["lon"], values["lat"]
        if not _inside(lon, lat, known):
            raise AccessError(f"{argument} {text}: outside the streets of the run, which cover {_box(known)}")
        return Place("coordinates", "", "", lon, lat)
    pair = _PAIR.fullmatch(text)
    if pair is None:
        return None
    first, second = _number(pair[1]), _number(pair[2])
    lat_first, lon_first = _inside(second, first, known), _inside(first, second, known)
    if lat_first and lon_first and first != second:
        raise AccessError(
            f"{argument} {text}: both latitude, longitude and longitude, latitude lie in the study area; say "
            f"which, for example lat={first:g},lon={second:g}"
        )
    if not (lat_first or lon_first):
        raise AccessError(
            f"{argument} {text}: neither as latitude, longitude nor as longitude, latitude inside the "
            f"streets of the run, which cover {_box(known)}"
        )
    lon, lat = (second, first) if lat_first else (first, second)
    return Place("coordinates", "", "", lon, lat)


def _number(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def _inside(lon: float, lat: float, known: KnownPlaces) -> bool:
    """Say whether a point lies among the streets, or near enough that it may be joined to one."""
    west, south, east, north = known.bounds
    margin_lat = 0.02
    margin_lon = margin_lat / max(np.cos(np.radians((south + north) / 2)), 0.01)
    return bool(
        west - margin_lon <= lon <= east + margin_lon and south - margin_lat <= lat <= north + margin_lat
    )


def _box(known: KnownPlaces) -> str:
    west, south, east, north = known.bounds
    return f"latitudes {south:.3f} to {north:.3f} and longitudes {west:.3f} to {east:.3f}"


@dataclass(frozen=True)
class _Candidate:
    write: str  # what to write to get exactly this one
    plain: str
    shown: str
    place: Place


def _by_name(text: str, known: KnownPlaces, argument: str, only: str = "") -> Place:
    wanted = plain_name(text)
    candidates = [*_zones(known), *_stops(known)]
    candidates = [candidate for candidate in candidates if candidate.write.startswith(only)]
    by_id = [candidate for candidate in candidates if candidate.place.id == text]
    by_id = by_id or [candidate for candidate in candidates if candidate.place.id.endswith(f":{text}")]
    exact = [candidate for candidate in candidates if candidate.plain == wanted]
    partly = [candidate for candidate in candidates if wanted and wanted in candidate.plain]
    fitting = (by_id if only or len(exact) == 0 else []) or exact or partly
    if len(fitting) == 1:
        return fitting[0].place
    if fitting:
        lines = [f"  {candidate.write}  {candidate.shown}" for candidate in fitting[:_SHOWN]]
        more = [f"  and {len(fitting) - _SHOWN:,} more"] if len(fitting) > _SHOWN else []
        raise AccessError(
            f"{argument} {text!r} fits {len(fitting):,} places; write one of these instead:\n"
            + "\n".join([*lines, *more])
        )
    names = {candidate.plain: candidate.write for candidate in candidates}
    close = difflib.get_close_matches(wanted, names, n=3)
    meant = f" (did you mean {' or '.join(names[name] for name in close)}?)" if close else ""
    raise AccessError(
        f"{argument} {text!r}: no such neighbourhood or stop{meant}; give a cell of the run, coordinates as "
        "lat=..,lon=.., a neighbourhood's name or a stop's name or id"
    )


def _zones(known: KnownPlaces) -> list[_Candidate]:
    """List each neighbourhood with cells once, in order of name."""
    cells: dict[str, list[int]] = {}
    for at, zone in enumerate(known.cell_zone):
        if zone:
            cells.setdefault(zone, []).append(at)
    return [
        _Candidate(
            f"zone:{name}",
            plain_name(name),
            f"neighbourhood, {len(own):,} cells",
            _middle_of(name, own, known),
        )
        for name, own in sorted(cells.items())
    ]


def _middle_of(name: str, cells: list[int], known: KnownPlaces) -> Place:
    """Return the cell nearest to the mean of a neighbourhood's cells; the first of several."""
    lon, lat = known.cell_lon[cells], known.cell_lat[cells]
    east = (lon - lon.mean()) * np.cos(np.radians(lat.mean()))
    at = cells[int(np.argmin(east**2 + (lat - lat.mean()) ** 2))]
    lon_lat = float(known.cell_lon[at]), float(known.cell_lat[at])
    return Place("zone", name, name, *lon_lat, cell=known.cell_ids[at], n_cells=len(cells))


def _stops(known: KnownPlaces) -> list[_Candidate]:
    """List every stop with coordinates; a station stands for its platforms of the same name."""
    found = []
    for at, stop_id in enumerate(known.stop_ids):
        lon, lat, station = float(known.stop_lon[at]), float(known.stop_lat[at]), int(known.stop_station[at])
        if not np.isfinite(lon + lat):
            continue
        name = known.stop_names[at]
        if station >= 0 and plain_name(known.stop_names[station]) == plain_name(name):
            continue
        place = Place("stop", stop_id, name, lon, lat)
        shown = f"stop {name} (lat={lat:.5f},lon={lon:.5f})"
        found.append(_Candidate(f"stop:{stop_id}", plain_name(name), shown, place))
    return found
