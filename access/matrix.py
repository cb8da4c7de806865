"""Travel-time matrices for Python users: frames in, frames or arrays out, in r5py's words.

``travel_time_matrix`` returns a frame as ``r5py.TravelTimeMatrix`` does, ``travel_time_array`` the same
numbers as one byte a pair for large work. What differs from r5py stands in ``docs/python-api.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.engine.arrays import UNREACHED_MIN, Minutes
from access.errors import AccessError
from access.stops_near import WithoutStop
from access.transport_network import StepFree, TransportNetwork
from access.travel_options import TravelArguments
from access.travel_request import travel_request
from access.unreached import ATTRIBUTE, facts_of

if TYPE_CHECKING:
    import geopandas as gpd

    from access.driving import DrivingRules


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Travel times of one departure window as arrays, with the ids that belong to the indices."""

    minutes: Minutes  # (n_percentiles, n_origins, n_destinations); 255 where not reached
    percentiles: tuple[float, ...]
    from_ids: pd.Series[Any]  # (n_origins,) in the order of the frame given
    to_ids: pd.Series[Any]  # (n_destinations,)
    origin_state: npt.NDArray[np.int8]  # (n_origins,) a state of access.snapping, 0 where on a street
    destination_state: npt.NDArray[np.int8]  # (n_destinations,)
    clock: datetime | None  # first departure (arrival) asked for
    clock_column: str  # "departure" or "arrival"
    has_service: bool  # whether anything could be boarded; True without transit
    options: dict[str, Any] = field(repr=False)  # what was asked for, as plain values
    without_stop: WithoutStop | None = field(default=None, repr=False)  # None where no vehicle was looked for

    def to_frame(self, *, reached_only: bool = False) -> pd.DataFrame:
        """Return the frame that ``travel_time_matrix`` would have returned."""
        return _frame([self], reached_only)


def travel_time_matrix(
    transport_network: TransportNetwork | tuple[Any, ...],
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None = None,
    *,
    departure: datetime | Iterable[datetime] | None = None,
    departure_time_window: timedelta = timedelta(minutes=10),
    percentiles: Sequence[float] = (50,),
    transport_modes: Iterable[Any] = ("TRANSIT", "WALK"),
    access_modes: Iterable[Any] = ("WALK",),
    egress_modes: Iterable[Any] | None = None,
    max_time: timedelta = timedelta(hours=2),
    max_time_walking: timedelta | None = None,
    max_time_cycling: timedelta | None = None,
    max_time_driving: timedelta | None = None,
    max_time_transfer: timedelta = timedelta(minutes=15),
    speed_walking: float = 3.6,
    speed_cycling: float = 12.0,
    max_public_transport_rides: int | None = None,
    max_bicycle_traffic_stress: int = 3,
    boarding_slack: timedelta = timedelta(seconds=60),
    arrive_by: bool = False,
    driving_rules: DrivingRules | None = None,
    snap_to_network: bool | float = True,
    step_free: StepFree = None,
    allow_no_service: bool = False,
    reached_only: bool = False,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> pd.DataFrame:
    """Compute door-to-door travel times between all origins and destinations.

    Parameters
    ----------
    transport_network : TransportNetwork or tuple
        Where to travel; or the arguments to make it of, ``(osm_pbf, [gtfs, ...])``.
    origins, destinations : GeoDataFrame
        Column ``id`` (unique) and points in any CRS. Without destinations the origins serve as both. Points
        without coordinates or far from streets stay in the result, with no travel times and a warning.
    departure : datetime or several
        First departure, date and clock time on the spot (no time zone); the date names the service day.
        Trips of the night before that still run are there too. Several add a column ``departure``.
    departure_time_window : timedelta
        Departures each minute from ``departure`` on, before the end of the window; 1 minute to 24 hours.
    percentiles : sequence of float
        Above 0, at most 100, any number of them. Who leaves at a random minute of the window takes at most
        the 50th percentile in half of the cases. Nearest rank; minutes without a connection count as longest.
    transport_modes : list of str
        Any of ``TRANSIT`` (or ``BUS``, ``RAIL``...), ``WALK``, ``BICYCLE``, ``CAR``; members of r5py's
        enumeration serve too. Walking is always there beside transit. Of several the fastest counts.
    access_modes, egress_modes : list of str
        To and from stops: ``WALK``.
    max_time : timedelta
        Longest travel time, 1 to 254 whole minutes.
    max_time_walking : timedelta, optional
        Longest walk to a stop, from a stop, and all the way; 30 minutes beside transit, else ``max_time``.
    max_time_cycling, max_time_driving : timedelta, optional
        Longest ride; default ``max_time``.
    max_time_transfer : timedelta
        Longest walk between two stops.
    speed_walking, speed_cycling : float
        km/h.
    max_public_transport_rides : int, optional
        Most vehicles in one journey; default any number.
    max_bicycle_traffic_stress : int
        1 (calm streets only) to 4 (any road); on other streets the bicycle is pushed.
    boarding_slack : timedelta
        Time at a stop before every boarding, the first one too.
    arrive_by : bool
        ``departure`` and its window are times by which to be there; the column is then ``arrival``.
    driving_rules : DrivingRules, optional
        Of ``access.driving``: congestion, minutes to the car and of parking; default free flow and none.
    snap_to_network : bool or float
        Longest straight line from a point to a street in metres; True and False mean 1,600.
    step_free : str, optional
        Without steps, on wheels: ``"best"`` passes all that is not known to be barred, ``"worst"`` only what
        is known to be passable, of streets, stops, trips and ways inside stations (``access.step_free``).
        The truth lies between; a warning says how much is known.
    allow_no_service : bool
        Measure a date or time at which nothing runs, instead of an error.
    reached_only : bool
        Leave out pairs without any travel time: a smaller frame.
    threads : int, optional
        Default all cores; the result does not depend on it.
    progress : callable, optional
        Called with the number of origins finished since the last call.

    Returns
    -------
    DataFrame
        ``from_id``, ``to_id``, with several departures ``departure``, then ``travel_time_p{p}`` for each
        percentile, or ``travel_time`` where the median alone is asked for. Whole minutes (Int16), missing
        where not reached (``unreached_reason`` says why). Rows: departures, in them origins, in them
        destinations, each in the order given. ``attrs["fairreach"]`` holds all options.

    Raises
    ------
    AccessError
        With all problems of points and options.
    InputDataError
        No origin or no destination is near a street, or no served stop of a feed.
    gtfs.errors.ServiceError
        Nothing runs on the date, or at the time, asked for.

    Warns
    -----
    DataQualityWarning, gtfs.errors.FeedQualityWarning
        Points off the streets; an unusual date; a feed without departures in the window.
    """
    asked = dict(locals())
    for name in ("transport_network", "origins", "destinations", "reached_only"):
        del asked[name]
    return _frame(_computed(transport_network, origins, destinations, asked), reached_only)


def travel_time_array(
    transport_network: TransportNetwork | tuple[Any, ...],
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None = None,
    **options: Unpack[TravelArguments],
) -> TravelTimes:
    """Compute the same as ``travel_time_matrix`` for one departure, as one byte a pair and percentile.

    Parameters, errors and warnings are those of ``travel_time_matrix``.

    Returns
    -------
    TravelTimes
        ``minutes`` (percentile, origin, destination) with ids and the states of points.

    Raises
    ------
    AccessError
        Also where several departures are given.
    """
    times = _computed(transport_network, origins, destinations, dict(options), single=True)
    return times[0]


def _computed(
    network: Any, origins: Any, destinations: Any, asked: dict[str, Any], single: bool = False
) -> list[TravelTimes]:
    """Compute each departure asked for."""
    request = travel_request(network, origins, destinations, asked)
    options = request.options
    if single and len(options.windows) > 1:
        raise AccessError(
            f"travel_time_array takes one departure, got {len(options.windows)}; call it for each"
        )
    times = []
    for window in options.windows:
        minutes, runs, no_stop = request.minutes(window)
        times.append(
            TravelTimes(
                minutes,
                options.percentiles,
                request.origins.ids,
                request.destinations.ids,
                request.origin_state,
                request.destination_state,
                window.clock,
                options.clock_column,
                runs,
                options.as_plain_values(),
                no_stop,
            )
        )
    return times


def _frame(times: Sequence[TravelTimes], reached_only: bool) -> pd.DataFrame:
    first = times[0]
    parts = []
    for number, one in enumerate(times):
        rows = (one.minutes != UNREACHED_MIN).any(axis=0) if reached_only else None
        shape = one.minutes.shape[1:]
        origin, destination = (
            np.nonzero(rows) if rows is not None else np.divmod(np.arange(np.prod(shape)), shape[1])
        )
        flat = one.minutes.reshape(len(one.percentiles), -1)
        values = flat if rows is None else flat[:, rows.ravel()]
        parts.append((np.full(len(origin), number), origin, destination, values))
    clock, origin, destination = (np.concatenate([part[at] for part in parts]) for at in range(3))
    columns: dict[str, Any] = {
        "from_id": first.from_ids.array.take(origin),
        "to_id": first.to_ids.array.take(destination),
    }
    if len(times) > 1:
        columns[first.clock_column] = np.array([one.clock for one in times], "datetime64[s]")[clock]
    minutes = np.concatenate([part[3] for part in parts], axis=1)
    for name, values in zip(_column_names(first.percentiles), minutes, strict=True):
        columns[name] = pd.arrays.IntegerArray(values.astype(np.int16), values == UNREACHED_MIN)
    frame = pd.DataFrame(columns)
    frame.attrs[ATTRIBUTE] = facts_of(
        first.from_ids,
        first.origin_state,
        first.to_ids,
        first.destination_state,
        first.clock_column,
        [(one.clock, one.has_service) for one in times],
        first.options,
        [one.without_stop for one in times if one.without_stop is not None],
    )
    return frame


def _column_names(percentiles: Sequence[float]) -> list[str]:
    if tuple(percentiles) == (50,):
        return ["travel_time"]
    return [f"travel_time_p{float(percentile):g}" for percentile in percentiles]
