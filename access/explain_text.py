"""An explanation in words, for people (English, French), and as plain values, for programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from access._version import __version__
from access.explain import Explanation, Unreached
from access.explain_places import Place
from access.itineraries import Itinerary, Leg, Ride, TripPart, Wait, Walk, route_use
from access.texts import Texts

FAR_FROM_STREET_M = 100.0
"""From here on it is said how far a place lies from its street."""


def explanation_lines(explanation: Explanation, language: str, *, table: bool = False) -> list[str]:
    """Return an explanation as lines of text.

    Parameters
    ----------
    explanation : Explanation
        From ``access.explain.explain``.
    language : str
        ``en`` or ``fr``.
    table : bool
        Add every minute of the window and the routes used.
    """
    words = Texts(language)
    itinerary = explanation.itinerary
    lines = _heading(explanation, words)
    if itinerary is None:
        lines += ["", *_unreached(explanation, words)]
    else:
        lines += ["", _total(itinerary, words), "", *_legs(itinerary, words), *_waiting(itinerary, words)]
    if table:
        lines += ["", *_window(explanation, words)]
    return [*lines, "", *_limits(explanation, words)]


def _heading(explanation: Explanation, words: Texts) -> list[str]:
    start, end = explanation.places
    asked_s = explanation.period.start_s + 60 * explanation.shown_minute
    when = "explain.arriving" if explanation.period.arrive_by else "explain.leaving"
    lines = [
        words("explain.from", place=_place(start, words, "stop")),
        words("explain.to", place=_place(end, words, "stop_to")),
        words(when, day=words.capital(words.day(explanation.service_date)), time=words.clock(asked_s)),
    ]
    itinerary = explanation.itinerary
    if explanation.percentile is not None and itinerary is not None:
        told = words(
            "explain.percentile_shown",
            n=len(explanation.window),
            percentile=explanation.percentile,
            minutes=words.number(itinerary.total_s // 60),
            **_from_to(explanation, words),
        )
        lines.append(told)
    return lines


def _place(place: Place, words: Texts, stop_key: str) -> str:
    lat, lon = f"{place.lat:.6f}", f"{place.lon:.6f}"
    kind = {"stop": stop_key, "cell": "cell" if place.name else "cell_unnamed"}.get(place.kind, place.kind)
    return words(
        f"explain.place.{kind}",
        id=place.id,
        name=place.name,
        lat=lat,
        lon=lon,
        cell=place.cell,
        n=place.n_cells,
    )


def _total(itinerary: Itinerary, words: Texts) -> str:
    if itinerary.total_s == 0:
        return words("explain.same_place")
    kinds = {kind: _duration(itinerary.seconds(kind), words) for kind in ("walk", "wait", "ride")}
    return words(
        "explain.total",
        minutes=words.number(itinerary.total_s // 60),
        exact=_duration(itinerary.total_s, words),
        **kinds,
    )


def _legs(itinerary: Itinerary, words: Texts) -> list[str]:
    rows = itinerary_rows(itinerary, words.language)
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = []
    for clock, kind, duration, texts in rows:
        lead = f"{clock:<{widths[0]}}  {kind:<{widths[1]}}  {duration:>{widths[2]}}"
        lines.append(f"{lead}  {texts[0]}" if texts else lead.rstrip())
        lines += [" " * (len(lead) + 2) + text for text in texts[1:]]
    return lines


def _row(leg: Leg, words: Texts) -> tuple[str, str, str, list[str]]:
    """Return clock, kind, duration and lines of text of one leg."""
    clock, kind = _clock(leg.start_s, words), words(f"explain.leg.{leg.leg}")
    duration = _duration(leg.end_s - leg.start_s, words)
    if isinstance(leg, Walk):
        distance = words.number(leg.distance_m)
        if leg.to_stop is None:
            return clock, kind, duration, [words("explain.walk_to_door", distance=distance)]
        return (
            clock,
            kind,
            duration,
            [words("explain.walk_to_stop", distance=distance, stop=leg.to_stop.name)],
        )
    if isinstance(leg, Wait):
        where = words("explain.wait_at", stop=leg.stop.name) if leg.stop else words("explain.wait_there")
        return clock, kind, duration, [where]
    return clock, kind, duration, _ride(leg, words)


def _ride(ride: Ride, words: Texts) -> list[str]:
    n_stops = sum(part.n_stops for part in ride.parts)
    first = words(
        "explain.ride_one",
        route=_route(ride.parts[0], words),
        from_stop=ride.from_stop.name,
        to_stop=ride.to_stop.name,
        stops=words.plural("explain.stops", n_stops),
    )
    seats = [
        words("explain.keep_seat", stop=part.from_stop.name, route=_route(part, words))
        for part in ride.parts[1:]
    ]
    return [first, *seats]


def _route(part: TripPart, words: Texts) -> str:
    if not part.headsign:
        return part.route_name
    return words("explain.towards", route=part.route_name, headsign=part.headsign)


def itinerary_rows(itinerary: Itinerary, language: str) -> list[tuple[str, str, str, list[str]]]:
    """Return clock, kind, duration and lines of text of each leg, for a table; the arrival comes last."""
    words = Texts(language)
    rows = [_row(leg, words) for leg in itinerary.legs]
    if not rows:
        return []
    return [*rows, (_clock(itinerary.legs[-1].end_s, words), words("explain.leg.arrival"), "", [])]


def _waiting(itinerary: Itinerary, words: Texts) -> list[str]:
    """Say how long one could wait at home; nothing to say of a walk or an arrive-by journey."""
    if itinerary.arrive_by or itinerary.n_rides == 0:
        return []
    if itinerary.could_leave_s == itinerary.departure_s:
        return [words("explain.cannot_wait")]
    return [words("explain.could_leave", time=_clock(itinerary.could_leave_s, words))]


def _window(explanation: Explanation, words: Texts) -> list[str]:
    window = explanation.window
    reached = [itinerary for itinerary in window if itinerary is not None]
    if not reached:
        return [words("explain.window_none", n=len(window))]
    total_s = [itinerary.total_s for itinerary in reached]
    lines = [
        words(
            "explain.window_summary",
            n=len(window),
            reached=len(reached),
            shortest=_duration(min(total_s), words),
            longest=_duration(max(total_s), words),
        ),
        "",
        words("explain.routes_title"),
    ]
    for use in route_use(window):
        span = words(
            "explain.routes_range",
            shortest=_duration(use.shortest_s, words),
            longest=_duration(use.longest_s, words),
        )
        share = words.percent(len(use.minutes) / len(window))
        lines.append(f"  {len(use.minutes):>5}  {share:>6}  {_routes(use.routes, words)}  ({span})")
    lines += ["", words("explain.window_title", **_from_to(explanation, words))]
    for minute, itinerary in enumerate(window):
        clock = words.clock(explanation.period.start_s + 60 * minute)
        if itinerary is None:
            lines.append(f"  {clock}  {words('not_reached')}")
        else:
            lines.append(
                f"  {clock}  {_duration(itinerary.total_s, words):>12}  {_routes(itinerary.routes, words)}"
            )
    return lines


def _from_to(explanation: Explanation, words: Texts) -> dict[str, str]:
    start_s = explanation.period.start_s
    end_s = start_s + 60 * (len(explanation.window) - 1)
    return {"start": words.clock(start_s), "end": words.clock(end_s)}


def _routes(routes: Sequence[str], words: Texts) -> str:
    return words("explain.between_routes").join(routes) or words("explain.on_foot")


def _unreached(explanation: Explanation, words: Texts) -> list[str]:
    unreached, travel = explanation.unreached or Unreached("no_connection"), explanation.config.travel
    key = f"explain.unreached.{unreached.reason}"
    if unreached.reason == "not_snapped":
        key += f".{unreached.state}"
    if unreached.reason == "no_connection" and travel.max_rides is not None:
        key += "_rides"
    text = words(
        key,
        end=words("explain.from_end" if unreached.end == "FROM" else "explain.to_end"),
        metres=words.number(explanation.config.max_snap_m),
        minutes=words.number(
            travel.max_walk_min if unreached.reason == "no_stop_near" else travel.max_duration_min
        ),
        walk=words.number(travel.max_walk_min),
        total=words.number(unreached.total_s // 60),
        longest=words.number(travel.max_duration_min),
        rides=travel.max_rides,
    )
    return [f"{words('explain.unreached.title')} {text}"]


def _limits(explanation: Explanation, words: Texts) -> list[str]:
    """Say with which limits was searched, and what else is walked."""
    travel = explanation.config.travel
    walking = words(
        "walking", speed=words.number(travel.walk_speed_km_h, 1), minutes=words.number(travel.max_walk_min)
    )
    rules = words(
        "explain.rules",
        walking=words.capital(walking),
        transfer=words.number(travel.max_transfer_walk_min),
        slack=travel.boarding_slack_s,
        longest=words.number(travel.max_duration_min),
    )
    far = [
        words("explain.far_from_street", place=words(f"explain.{end}_end"), distance=words.number(link_m))
        for end, link_m in zip(("from", "to"), explanation.link_m, strict=True)
        if link_m >= FAR_FROM_STREET_M
    ]
    return [*far, rules]


def _duration(seconds: int, words: Texts) -> str:
    return words("explain.duration", minutes=seconds // 60, seconds=seconds % 60)


def _clock(time_s: int, words: Texts) -> str:
    text = f"{time_s // 3600 % 24:02d}:{time_s // 60 % 60:02d}:{time_s % 60:02d}"
    return words("calendar.next_day", time=text) if time_s >= 86_400 else text


def explanation_values(explanation: Explanation, *, table: bool = False) -> dict[str, Any]:
    """Return an explanation as plain values for JSON; times are seconds after 00:00 of the service day."""
    travel = explanation.config.travel
    unreached = explanation.unreached
    values: dict[str, Any] = {
        "fairreach_version": __version__,
        "from": _place_values(explanation.places[0], explanation.link_m[0]),
        "to": _place_values(explanation.places[1], explanation.link_m[1]),
        "service_date": str(explanation.service_date),
        "period": explanation.period.name,
        "arrive_by": explanation.period.arrive_by,
        "asked_s": explanation.period.start_s + 60 * explanation.shown_minute,
        "percentile": explanation.percentile,
        "itinerary": _itinerary_values(explanation.itinerary),
        "unreached": None if unreached is None else asdict(unreached),
        "limits": travel.model_dump(
            mode="json",
            include={
                "walk_speed_km_h",
                "max_walk_min",
                "max_transfer_walk_min",
                "boarding_slack_s",
                "max_duration_min",
                "max_rides",
            },
        ),
    }
    if table:
        values["window"] = [
            {"asked_s": explanation.period.start_s + 60 * minute, "itinerary": _itinerary_values(itinerary)}
            for minute, itinerary in enumerate(explanation.window)
        ]
        values["route_use"] = [
            {**asdict(use), "n_minutes": len(use.minutes)} for use in route_use(explanation.window)
        ]
    return values


def _place_values(place: Place, link_m: float) -> dict[str, Any]:
    return {**asdict(place), "to_street_m": None if math.isnan(link_m) else round(link_m, 1)}


def _itinerary_values(itinerary: Itinerary | None) -> dict[str, Any] | None:
    if itinerary is None:
        return None
    values = asdict(itinerary)
    values["legs"] = [{"leg": leg.leg, **asdict(leg)} for leg in itinerary.legs]
    sums = {f"{kind}_s": itinerary.seconds(kind) for kind in ("walk", "wait", "ride")}
    rides = {"n_rides": itinerary.n_rides, "routes": list(itinerary.routes)}
    return {"total_s": itinerary.total_s, **sums, **rides, **values}
