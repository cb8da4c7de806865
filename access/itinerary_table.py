"""Journeys leg by leg for Python users: a frame shaped like r5py's ``DetailedItineraries``.

The legs are those of ``access.itineraries``, from the very search that the matrix is computed from: the times
and waits of all rows of one journey add up to its travel time, to the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from access.itineraries import Itinerary, ItineraryFinder, Ride, Stop, Wait, Walk
from access.opportunity_request import no_percentiles
from access.points import refuse
from access.transit_modes import mode_of_route
from access.transport_network import TransportNetwork
from access.travel_options import TravelArguments
from access.travel_request import TravelRequest, travel_request
from access.travel_windows import Window
from access.unreached import ATTRIBUTE, facts_of
from gtfs.timetable import Schedule

if TYPE_CHECKING:
    import geopandas as gpd

COLUMNS = {
    "from_id": None,
    "to_id": None,
    "option": "Int16",
    "segment": "Int16",
    "transport_mode": "string",
    "departure_time": "datetime64[s]",
    "distance": "Float64",
    "travel_time": "timedelta64[s]",
    "wait_time": "timedelta64[s]",
    "feed": "string",
    "route_id": "string",
    "trip_id": "string",
    "start_stop_id": "string",
    "end_stop_id": "string",
}
Row = dict[str, Any]


def detailed_itineraries(
    transport_network: TransportNetwork | tuple[Any, ...],
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None = None,
    *,
    force_all_to_all: bool = False,
    **options: Unpack[TravelArguments],
) -> pd.DataFrame:
    """Find the fastest journey leg by leg for pairs of an origin and a destination.

    Parameters
    ----------
    transport_network, origins, destinations, **options
        As in ``travel_time_matrix``, but on foot and by transit only, with one departure, without
        percentiles; ``departure_time_window`` is 1 minute where it is not given.
    force_all_to_all : bool
        Every origin with every destination. Without it the first origin goes to the first destination, and so
        on. Without destinations every origin goes to every other and itself.

    Returns
    -------
    DataFrame
        One row a leg. ``from_id``, ``to_id``; ``option``: minute of the window, 0 for the first; ``segment``:
        leg, from 0; ``transport_mode``: ``WALK``, ``BUS``...; ``departure_time`` of the leg; ``distance``:
        metres, of walks only; ``travel_time`` of the leg; ``wait_time`` before it; ``feed`` and the ids of
        route, trip and stops as in the feed. A seat kept while the vehicle goes on as another trip is two
        legs. With ``arrive_by`` the time left at the destination is a last row ``WAIT``. A pair without a
        journey has one row without a segment.

    Raises
    ------
    AccessError
        With all problems of points and options; also unequal numbers of points, other modes than on foot
        and by transit, several departures.
    InputDataError, gtfs.errors.ServiceError
        As ``travel_time_matrix``.
    """
    asked: dict[str, Any] = {"departure_time_window": timedelta(minutes=1), **options}
    problems = no_percentiles("detailed_itineraries", options)
    all_to_all = force_all_to_all or destinations is None or destinations is origins
    if not all_to_all and _length(origins) != _length(destinations):
        problems.append(
            f"{_length(origins):,} origins and {_length(destinations):,} destinations make no pairs; give as "
            "many of both, or force_all_to_all=True"
        )
    request = travel_request(transport_network, origins, destinations, asked, problems)
    _refuse_others(request)
    n_origins, n_destinations = request.origins.n_points, request.destinations.n_points
    pairs = [
        (origin, destination)
        for origin in range(n_origins)
        for destination in (range(n_destinations) if all_to_all else [origin])
    ]
    window = request.options.windows[0]
    search = request.search(window)
    finder = schedule = None
    if search is not None:
        schedule = request.day(window).schedule
        finder = ItineraryFinder(search, schedule, request.options.walk_speed_km_h)
    rows: list[Row] = []
    for origin, destination in pairs:
        ids = {
            "from_id": request.origins.ids.iloc[origin],
            "to_id": request.destinations.ids.iloc[destination],
        }
        for minute in range(request.options.window_min):
            found = (
                finder.one(origin, destination, minute)
                if finder is not None
                else _walk(request, window, origin, destination, minute)
            )
            legs = [{}] if found is None else list(_rows(found, window, request, schedule))
            rows += [{**ids, "option": minute, **leg} for leg in legs]
    return _frame(rows, request, window, search is not None)


def _length(points: Any) -> int:
    return len(points) if hasattr(points, "__len__") else 0


def _refuse_others(request: TravelRequest) -> None:
    options, problems = request.options, []
    others = sorted(options.modes & {"BICYCLE", "CAR"})
    if others:
        problems.append(f"transport_modes has {' and '.join(others)}; legs are known on foot and by transit")
    if len(options.windows) > 1:
        problems.append(f"{len(options.windows)} departures were given; call it for each, or give a window")
    refuse("Itineraries cannot be found", problems)


def _walk(
    request: TravelRequest, window: Window, origin: int, destination: int, minute: int
) -> Itinerary | None:
    """Return the walk all the way, where nothing can be boarded."""
    direct, options = request.direct, request.options
    first, last = direct.start[origin], direct.start[origin + 1]
    at = first + int(np.searchsorted(direct.target[first:last], destination))
    if at == last or direct.target[at] != destination:
        return None
    walk_s = int(direct.walk_s[at])
    asked_s = window.start_s + 60 * minute
    start_s = asked_s - walk_s if options.arrive_by else asked_s
    distance_m = round(walk_s * options.walk_speed_km_h / 3.6, 1)
    legs = (Walk("direct", start_s, start_s + walk_s, None, None, distance_m),) if walk_s else ()
    return Itinerary(asked_s, options.arrive_by, start_s, start_s + walk_s, start_s, legs)


def _rows(
    found: Itinerary, window: Window, request: TravelRequest, schedule: Schedule | None
) -> Iterator[Row]:
    """Return one row for each walk and each trip ridden, the waits before them told beside."""
    rows: list[Row] = []
    wait_s = 0
    for leg in found.legs:
        if isinstance(leg, Wait):
            wait_s += leg.end_s - leg.start_s
            if leg.stop is None:  # at the destination, until the time asked for
                rows.append(_row("WAIT", window, leg.start_s, leg.start_s, wait_s))
            continue
        if isinstance(leg, Ride):
            assert schedule is not None  # noqa: S101 - who rides has a timetable
            rows += _ride_rows(leg, window, request, schedule, wait_s)
        else:
            stops = _stop_ids(request, leg.from_stop, leg.to_stop)
            row = _row("WALK", window, leg.start_s, leg.end_s, wait_s, distance=leg.distance_m, **stops)
            rows.append(row)
        wait_s = 0
    if not rows:
        rows.append(_row("WALK", window, found.departure_s, found.departure_s, 0, distance=0.0))
    for segment, one in enumerate(rows):
        yield {"segment": segment, **one}


def _ride_rows(
    ride: Ride, window: Window, request: TravelRequest, schedule: Schedule, wait_s: int
) -> Iterator[Row]:
    """Return one row for each trip of a ride; between two of them one waits in the vehicle."""
    now_s = ride.start_s - wait_s
    for part in ride.parts:
        feed, route_id = _of_feed(request, part.route_id)
        mode = mode_of_route(schedule.route_types[schedule.route_ids.index(part.route_id)])
        ids = {"feed": feed, "route_id": route_id, "trip_id": _of_feed(request, part.trip_id)[1]}
        ids |= _stop_ids(request, part.from_stop, part.to_stop)
        yield _row(mode, window, part.start_s, part.end_s, part.start_s - now_s, **ids)
        now_s = part.end_s


def _row(mode: str, window: Window, start_s: int, end_s: int, wait_s: int, **others: Any) -> Row:
    departure_time = None
    if window.service_date is not None:
        departure_time = datetime.combine(window.service_date, time()) + timedelta(seconds=start_s)
    return {
        "transport_mode": mode,
        "departure_time": departure_time,
        "travel_time": timedelta(seconds=end_s - start_s),
        "wait_time": timedelta(seconds=wait_s),
        **others,
    }


def _stop_ids(request: TravelRequest, start: Stop | None, end: Stop | None) -> Row:
    return {
        "start_stop_id": start and _of_feed(request, start.id)[1],
        "end_stop_id": end and _of_feed(request, end.id)[1],
    }


def _of_feed(request: TravelRequest, text: str) -> tuple[str, str]:
    """Return the feed and the id in it; ids of several feeds have the name of theirs in front."""
    names = request.network.feed_names
    if len(names) == 1:
        return names[0], text
    feed, _, own = text.partition(":")
    return feed, own


def _frame(rows: list[Row], request: TravelRequest, window: Window, boarded: bool) -> pd.DataFrame:
    options = request.options
    columns: dict[str, Any] = {}
    for name, dtype in COLUMNS.items():
        values = [row.get(name) for row in rows]
        if name in ("from_id", "to_id"):
            ids = request.origins.ids if name == "from_id" else request.destinations.ids
            columns[name] = pd.Series(values, dtype=ids.dtype)
        else:
            columns[name] = pd.Series(values, dtype=object).astype(dtype)  # type: ignore[call-overload]
    frame = pd.DataFrame(columns)
    frame.attrs[ATTRIBUTE] = facts_of(
        request.origins.ids,
        request.origin_state,
        request.destinations.ids,
        request.destination_state,
        options.clock_column,
        [(window.clock, boarded or not options.transit_modes)],
        options.as_plain_values(),
    )
    return frame
