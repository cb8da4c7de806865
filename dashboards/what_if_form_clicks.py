"""What a click on the map means to the form that is open, and places chosen one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dashboards.what_if_form_read import MOST_PLACES, City, Place, place_of_stop
from dashboards.what_if_form_routes import metres_apart
from dashboards.what_if_form_view import NETWORK, PLACES
from dashboards.words import Words

#: A point is called after a stop that lies no farther away.
NEAR_M = 600.0


class Chosen(NamedTuple):
    """Lines, stops and places of the form that is open, by their keys."""

    lines: list[str]
    stops: list[str]
    stop: str
    places: list[Place]


def clicked(kind: str, click: Any, chosen: Chosen, city: City, words: Words) -> Chosen:
    """Return what is chosen after a click on the map; a click that means nothing changes nothing.

    Parameters
    ----------
    kind : str
        Form that is open.
    click : mapping
        ``lat``, ``lon`` and ``feature`` (``kind``, ``id``) of the map's store ``click``.
    chosen : Chosen
        Before the click.
    """
    feature = click.get("feature") if isinstance(click, Mapping) else None
    feature = feature if isinstance(feature, Mapping) else {}
    key = str(feature.get("id") or "")
    network = NETWORK.get(kind, "")
    if feature.get("kind") == "route" and key in city.today.lines:
        picks_line = network == "routes" or (kind == "reroute" and not chosen.lines)
        if picks_line:
            return chosen._replace(lines=toggled(chosen.lines, key))
    if feature.get("kind") == "stop" and key in city.today.stops:
        if kind == "close_stop":
            return chosen._replace(stops=toggled(chosen.stops, key))
        if kind == "move_stop" and not chosen.stop:
            return chosen._replace(stop=key)
        place: Place | None = place_of_stop(city.today.stops[key])
    else:
        place = point_of(click, city, words)
    if place is None or kind not in PLACES:
        return chosen
    return chosen._replace(places=with_place(kind, chosen.places, place))


def toggled(keys: Sequence[str], key: str) -> list[str]:
    """Return keys with one more, or without it where it was there."""
    return [each for each in keys if each != key] if key in keys else [*keys, key]


def with_place(kind: str, places: Sequence[Place], place: Place) -> list[Place]:
    """Return places with one more: forms of one or two places keep the last ones."""
    most = {"one": 1, "two": 2}.get(PLACES.get(kind, ""), MOST_PLACES)
    return [*places, place][-most:]


def point_of(given: Any, city: City, words: Words) -> Place | None:
    """Return a free point as a place named after the stop near it; None for what is no position."""
    try:
        lon, lat = float(given["lon"]), float(given["lat"])
    except (KeyError, TypeError, ValueError):
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    here = Place("", lon, lat)
    return here._replace(name=name_of_point(here, city, words))


def name_of_point(place: Place, city: City, words: Words) -> str:
    """Name a point: after the nearest stop, else by its coordinates."""
    near = min(city.today.stops.values(), key=lambda stop: metres_apart(stop, place), default=None)
    if near is not None and metres_apart(near, place) <= NEAR_M:
        return words("what_if.places.near", name=near.name)
    lat, lon = (words.texts.number(each, 4) for each in (place.lat, place.lon))
    return words("what_if.places.point", lat=lat, lon=lon)


def moved(places: Sequence[Place], number: int, by: int) -> list[Place]:
    """Return places with one of them earlier (-1) or later (+1); at an end it stays."""
    listed = list(places)
    if 0 <= number < len(listed) and 0 <= number + by < len(listed):
        listed[number], listed[number + by] = listed[number + by], listed[number]
    return listed


def without(places: Sequence[Place], number: int) -> list[Place]:
    """Return places without one of them."""
    return [place for at, place in enumerate(places) if at != number]


def stored(places: Sequence[Place]) -> list[dict[str, Any]]:
    """Return places as the browser keeps them."""
    return [place._asdict() for place in places]
