"""Stops of modifications: stops of the feed by their id, new ones by name and place.

N1. A new stop gets an id made of its name, ``new-rue-haute``, which no stop of the feed has. A stop that an
    earlier modification of the scenario made, of the same name and within ``SAME_PLACE_M``, is used again:
    the two directions of a line can share it.
N2. A new stop within ``SAME_PLACE_M`` of a stop of the feed is made all the same, with a warning.
N3. A place farther than ``FARTHEST_KM`` from every stop of the feed is refused: mostly latitude and longitude
    are swapped. Whether a stop can be reached on foot is seen when walks are computed.
N4. Whether a new stop is accessible without steps is not known (R5 takes it to be).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.draft_times import coordinates
from gtfs.edit_texts import Text
from gtfs.modification_parts import StopSpec
from gtfs.stop_times import great_circle_m

if TYPE_CHECKING:
    from gtfs.draft import Draft

SAME_PLACE_M = 1.0
FARTHEST_KM = 200.0


class PlacedStops(NamedTuple):
    """Stops of a modification as stops of the draft."""

    ids: list[str]
    n_new: int
    warnings: list[Text]


def stop_problems(draft: Draft, ids: Sequence[str | None], specs: Sequence[StopSpec] = ()) -> list[str]:
    """Say which stops of the feed are unknown or no stops for vehicles, and which new places make no sense.

    Parameters
    ----------
    draft : not changed.
    ids : stops that must be in the feed; None is passed over.
    specs : further stops, of the feed or new.
    """
    named = [stop for stop in ids if stop is not None] + [spec.id for spec in specs if spec.id is not None]
    _, unknown = draft.known_stops(named)
    problems = [draft.unknown_text("stops", stop) for stop in dict.fromkeys(unknown)]
    problems += _stations_among(draft, dict.fromkeys(named))
    for spec in specs:
        if spec.lat is not None and spec.lon is not None:
            problems += place_problems(draft, spec.name or "new stop", spec.lon, spec.lat)
    return problems


def _stations_among(draft: Draft, named: dict[str, None]) -> list[str]:
    """Vehicles stop at platforms: stations, entrances and boarding areas are refused."""
    if "location_type" not in draft.stops.columns:
        return []
    kinds = draft.stops["location_type"].fillna(0)
    wrong = draft.stops.loc[(kinds != 0) & draft.stops["stop_id"].isin(list(named)), "stop_id"].tolist()
    problems = []
    for stop in wrong:
        platforms: list[str] = []
        if "parent_station" in draft.stops.columns:
            mine = (draft.stops["parent_station"] == stop).fillna(False) & (kinds == 0)
            platforms = draft.stops.loc[mine, "stop_id"].tolist()
        way_out = f"name one of its platforms: {', '.join(map(repr, platforms[:5]))}" if platforms else (
            "name a stop with location_type 0"
        )  # fmt: skip
        problems.append(f"{stop!r} is no stop at which vehicles call (location_type is not 0); {way_out}")
    return problems


def place_problems(draft: Draft, name: str, lon: float, lat: float) -> list[str]:
    """Say whether a place is none or too far from all stops of the feed (N3)."""
    if lon == 0 and lat == 0:
        return [f"{name!r} at lat 0, lon 0 is a place that was left blank; give its coordinates"]
    distance_m = _distances_m(draft, lon, lat)
    if np.isnan(distance_m).all() or np.nanmin(distance_m) <= FARTHEST_KM * 1000:
        return []
    return [
        f"{name!r} at lat {lat}, lon {lon} is {np.nanmin(distance_m) / 1000:,.0f} km from the nearest stop "
        f"of {draft.name}; are lat and lon swapped?"
    ]


def _distances_m(draft: Draft, lon: float, lat: float) -> npt.NDArray[np.float64]:
    stop_lon, stop_lat = coordinates(draft.stops)
    return great_circle_m(stop_lon, stop_lat, np.full_like(stop_lon, lon), np.full_like(stop_lat, lat))


def place_stops(draft: Draft, specs: Sequence[StopSpec]) -> PlacedStops:
    """Find or make the stops of a modification (N1, N2).

    Preconditions: ``stop_problems`` found none.
    """
    ids, warnings, n_new = [], [], 0
    for spec in specs:
        if spec.id is not None:
            ids.append(spec.id)
            continue
        lon, lat = float(spec.lon or 0), float(spec.lat or 0)
        name = spec.name or f"New stop {lat:.5f}, {lon:.5f}"
        near = np.flatnonzero(_distances_m(draft, lon, lat) <= SAME_PLACE_M)
        made_before = _made_before(draft, near, name)
        if made_before is not None:
            ids.append(made_before)
            continue
        if len(near):
            warnings.append(_same_place(name, str(draft.stops["stop_id"].iloc[near[0]])))
        stop_id = draft.new_id("stops", f"new-{slug(name)}")
        row = {"stop_id": stop_id, "stop_name": name, "stop_lat": lat, "stop_lon": lon}
        if "location_type" in draft.stops.columns:
            row["location_type"] = 0
        draft.append("stops", pd.DataFrame([row]))
        ids.append(stop_id)
        n_new += 1
    return PlacedStops(ids, n_new, warnings)


def _made_before(draft: Draft, near: npt.NDArray[np.intp], name: str) -> str | None:
    rows = draft.stops.iloc[near]
    if rows.empty or "stop_name" not in rows.columns:
        return None
    same = rows[
        (rows["stop_name"] == name).fillna(False) & ~rows["stop_id"].isin(draft.base.stops["stop_id"])
    ]
    return None if same.empty else str(same["stop_id"].iloc[0])


def _same_place(name: str, stop: str) -> Text:
    return {
        "en": f"new stop {name!r} stands where stop {stop!r} is; if it is the same, give its id",
        "fr": f"le nouvel arrêt {name!r} est à l'emplacement de l'arrêt {stop!r} ; si c'est le même, donnez "
        "son identifiant",
    }


def slug(name: str) -> str:
    """Name as an id: small ASCII letters and digits, hyphens between."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.casefold()).strip("-") or "x"


def stop_coordinates(
    draft: Draft, ids: Sequence[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Longitude and latitude of stops of the draft, NaN where it has none, shape ``(n,)`` each."""
    lon, lat = coordinates(draft.stops)
    at = pd.Index(draft.stops["stop_id"].to_numpy(dtype=object)).get_indexer(
        pd.Index(list(ids), dtype=object)
    )
    return lon[at], lat[at]


def stop_names(draft: Draft, ids: Sequence[str]) -> list[str]:
    """Names of stops of the draft; the id where it has none."""
    if "stop_name" not in draft.stops.columns:
        return list(ids)
    known = draft.stops[draft.stops["stop_id"].isin(list(ids))][["stop_id", "stop_name"]].dropna()
    names = dict(zip(known["stop_id"], known["stop_name"], strict=True))
    return [str(names.get(stop, stop)) for stop in ids]
