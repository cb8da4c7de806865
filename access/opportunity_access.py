"""What each origin reaches, for Python users: frames in, a frame out, no matrix between.

Shaped like ``accessibility()`` of the R package r5r: one row for each origin, kind of opportunity, percentile
(or departure) and cutoff. How opportunities are counted: ``access.opportunities``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
import pandas as pd

from access.errors import AccessError
from access.opportunities import (
    mean_opportunities_within,
    opportunities_by_departure,
    opportunities_within,
)
from access.opportunities import time_to_nth_closest as minutes_to_nth
from access.opportunity_request import Floats, no_percentiles, opportunity_request
from access.transport_network import TransportNetwork
from access.travel_options import TravelArguments

if TYPE_CHECKING:
    import geopandas as gpd


def accessibility(
    transport_network: TransportNetwork | tuple[Any, ...],
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None = None,
    *,
    opportunities: str | Sequence[str],
    cutoffs: Sequence[int | timedelta],
    over_departures: Literal["percentile", "mean"] = "percentile",
    **options: Unpack[TravelArguments],
) -> pd.DataFrame:
    """Sum the opportunities within reach of each origin (cumulative opportunities).

    A destination counts where the percentile of its travel time in whole minutes is below the cutoff. The
    matrix of travel times is never held, so that 50,000 origins and destinations fit into memory.

    Parameters
    ----------
    transport_network, origins, destinations
        As in ``travel_time_matrix``; without destinations the origins serve as both.
    opportunities : str or list of str
        Columns of the destinations with numbers; 0 where there are none, never missing or negative.
    cutoffs : sequence of int or timedelta
        Minutes, 1 to ``max_time`` and one more, each once.
    over_departures : str
        ``"percentile"``: what is reached in less than the cutoff in so many per cent of the departures
        (R5's definition). ``"mean"``: what is reached on average by who leaves at a random minute; a
        destination that a quarter of the departures reach counts for a quarter. The two differ.
    **options
        All other keywords of ``travel_time_matrix``.

    Returns
    -------
    DataFrame
        ``id``, ``opportunity``, with several departures ``departure``, then ``percentile`` (not of the mean),
        ``cutoff`` (minutes) and ``accessibility``: missing where the origin is off the streets, 0 where
        nothing is reached. Rows: departures, origins, opportunities, percentiles, cutoffs, each as given.

    Raises
    ------
    AccessError
        With all problems of points, opportunities, cutoffs and options.
    InputDataError, gtfs.errors.ServiceError
        As ``travel_time_matrix``.
    """
    problems = []
    if over_departures not in ("percentile", "mean"):
        problems.append(f"over_departures is {over_departures!r}; allowed are 'percentile' and 'mean'")
    mean = over_departures == "mean"
    request = opportunity_request(
        transport_network, origins, destinations, opportunities, cutoffs, options, problems
    )
    percentiles = request.travel.options.percentiles
    amounts, cutoffs_min = request.amounts, request.cutoffs_min
    values, runs = [], []
    for search, ran in request.searches():
        if search is None:
            found = np.repeat(request.sums_on_streets()[np.newaxis], 1 if mean else len(percentiles), axis=0)
        elif mean:
            found = mean_opportunities_within(search, amounts, cutoffs_min, **request.workers)[np.newaxis]
        else:
            found = opportunities_within(search, amounts, cutoffs_min, percentiles, **request.workers)
        by_origin = found.transpose(3, 2, 0, 1)
        values.append(by_origin[:, :, 0] if mean else by_origin)
        runs.append(ran)
    axes = {} if mean else {"percentile": request.of_windows(percentiles)}
    axes["cutoff"] = request.of_windows(cutoffs_min)
    facts = {"cutoffs_min": cutoffs_min, "over_departures": over_departures}
    return request.frame(values, runs, axes, "accessibility", facts=facts)


def access_clock(
    transport_network: TransportNetwork | tuple[Any, ...],
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None = None,
    *,
    opportunities: str | Sequence[str],
    cutoffs: Sequence[int | timedelta],
    **options: Unpack[TravelArguments],
) -> pd.DataFrame:
    """Sum the opportunities within reach of each origin at every single departure minute, up to 24 hours.

    Parameters are those of ``accessibility``; ``departure_time_window`` says for how long. The frame has
    origins x kinds x minutes x cutoffs rows: take few origins for a whole day.

    Returns
    -------
    DataFrame
        ``id``, ``opportunity``, ``departure`` (each minute), ``cutoff`` (minutes) and ``accessibility``:
        missing where the origin is off the streets, 0 where nothing is reached. Rows: departures asked for,
        origins, opportunities, minutes, cutoffs.

    Raises
    ------
    AccessError
        As ``accessibility``; also with ``arrive_by``, with percentiles and without transit.
    InputDataError, gtfs.errors.ServiceError
        As ``travel_time_matrix``.
    """
    problems = no_percentiles("access_clock", options)
    if options.get("arrive_by"):
        problems.append("access_clock is by departure; leave arrive_by out")
    request = opportunity_request(
        transport_network, origins, destinations, opportunities, cutoffs, options, problems
    )
    asked = request.travel.options
    if not asked.transit_modes:
        raise AccessError("access_clock needs TRANSIT: along streets alone every minute is alike")
    values, runs = [], []
    for search, ran in request.searches():
        if search is None:
            one = request.sums_on_streets()[:, :, np.newaxis]
            found: Floats = np.repeat(one, asked.window_min, axis=2)
        else:
            found = opportunities_by_departure(
                search, request.amounts, request.cutoffs_min, **request.workers
            )
        values.append(found.transpose(3, 1, 2, 0))
        runs.append(ran)
    first = np.array([window.clock for window in asked.windows], "datetime64[s]")
    minutes = 60 * np.arange(asked.window_min).astype("timedelta64[s]")
    axes = {
        "departure": first[:, np.newaxis] + minutes,
        "cutoff": request.of_windows(request.cutoffs_min),
    }
    return request.frame(values, runs, axes, "accessibility", facts={"cutoffs_min": request.cutoffs_min})


def time_to_nth_closest(
    transport_network: TransportNetwork | tuple[Any, ...],
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None = None,
    *,
    opportunities: str | Sequence[str],
    n: float = 1,
    **options: Unpack[TravelArguments],
) -> pd.DataFrame:
    """Find how long it takes until ``n`` opportunities are reached; 1 is the time to the nearest.

    Parameters
    ----------
    transport_network, origins, destinations, opportunities, **options
        As in ``accessibility``.
    n : float
        Number of opportunities, above 0. A destination with 30 of them counts as 30.

    Returns
    -------
    DataFrame
        ``id``, ``opportunity``, with several departures ``departure``, then ``percentile`` and
        ``travel_time``: whole minutes (Int16) at which the percentiles of the travel times hold ``n``;
        missing where so many are not reached within ``max_time``, and where the origin is off the streets
        (``attrs["fairreach"]["not_snapped"]`` names those). Rows: departures, origins, opportunities,
        percentiles.

    Raises
    ------
    AccessError
        With all problems, of ``n`` too.
    InputDataError, gtfs.errors.ServiceError
        As ``travel_time_matrix``.
    """
    good = isinstance(n, int | float | np.number) and not isinstance(n, bool) and 0 < n < np.inf
    problems = [] if good else [f"n is {n!r}; it must be a positive number of opportunities"]
    request = opportunity_request(
        transport_network, origins, destinations, opportunities, None, options, problems
    )
    percentiles = request.travel.options.percentiles
    values, runs = [], []
    for search, ran in request.searches():
        if search is None:
            enough = request.by_minute_on_streets().cumsum(axis=1) >= n * (1 - 1e-12)
            minutes = np.where(enough.any(axis=1), enough.argmax(axis=1), np.inf)
            found = np.repeat(minutes[np.newaxis], len(percentiles), axis=0)
        else:
            found = minutes_to_nth(search, request.amounts, n, percentiles, **request.workers)
        values.append(found.transpose(2, 1, 0))
        runs.append(ran)
    axes = {"percentile": request.of_windows(percentiles)}
    return request.frame(values, runs, axes, "travel_time", whole=True, facts={"n": n})
