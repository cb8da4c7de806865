"""In which share of the departures each destination is reached in time, for Python users."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.engine.arrays import UNREACHED_MIN
from access.opportunity_request import checked_cutoffs, no_percentiles
from access.snapping import SNAPPED
from access.transport_network import TransportNetwork
from access.travel_options import TravelArguments
from access.travel_request import TravelRequest, travel_request
from access.travel_times import share_within as shares_of_search
from access.unreached import ATTRIBUTE, facts_of

if TYPE_CHECKING:
    import geopandas as gpd


def share_within(
    transport_network: TransportNetwork | tuple[Any, ...],
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame | None = None,
    *,
    cutoffs: Sequence[int | timedelta],
    **options: Unpack[TravelArguments],
) -> pd.DataFrame:
    """Compute the share of the departures (arrive-by: arrivals) that take less than each cutoff.

    Parameters
    ----------
    transport_network, origins, destinations, **options
        As in ``travel_time_matrix``; no percentiles.
    cutoffs : sequence of int or timedelta
        Minutes, 1 to ``max_time`` and one more, each once.

    Returns
    -------
    DataFrame
        ``from_id``, ``to_id``, with several departures ``departure``, then ``share_within_{minutes}`` for
        each cutoff: 0 never to 1 always, missing where an end is off the streets. Rows as in
        ``travel_time_matrix``.

    Raises
    ------
    AccessError
        With all problems of points, cutoffs and options.
    InputDataError, gtfs.errors.ServiceError
        As ``travel_time_matrix``.
    """
    cutoffs_min, problems = checked_cutoffs(cutoffs, options)
    problems += no_percentiles("share_within", options)
    request = travel_request(transport_network, origins, destinations, dict(options), problems)
    windows = request.options.windows
    shares, runs = [], []
    for window in windows:
        search = request.search(window)
        runs.append(search is not None or not request.options.transit_modes)
        if search is None:
            shares.append(_on_streets(request, cutoffs_min))
            continue
        workers = {"threads": request.options.threads, "progress": request.options.progress}
        shares.append(shares_of_search(search, cutoffs_min, **workers))  # type: ignore[arg-type]
    table = np.stack(shares, axis=1)  # (cutoff, window, origin, destination)
    at, origin, destination = (axis.ravel() for axis in np.indices(table.shape[1:], np.int32))
    columns: dict[str, Any] = {
        "from_id": request.origins.ids.array.take(origin),
        "to_id": request.destinations.ids.array.take(destination),
    }
    if len(windows) > 1:
        clocks = np.array([window.clock for window in windows], "datetime64[s]")
        columns[request.options.clock_column] = clocks[at]
    off = (request.origin_state[origin] != SNAPPED) | (request.destination_state[destination] != SNAPPED)
    for cutoff, values in zip(cutoffs_min, table, strict=True):
        columns[f"share_within_{cutoff}"] = pd.arrays.FloatingArray(values.ravel(), off.copy())
    frame = pd.DataFrame(columns)
    frame.attrs[ATTRIBUTE] = facts_of(
        request.origins.ids,
        request.origin_state,
        request.destinations.ids,
        request.destination_state,
        request.options.clock_column,
        [(window.clock, ran) for window, ran in zip(windows, runs, strict=True)],
        request.options.as_plain_values() | {"cutoffs_min": cutoffs_min},
    )
    return frame


def _on_streets(request: TravelRequest, cutoffs_min: Sequence[int]) -> npt.NDArray[np.float32]:
    """Along streets alone every minute is alike: 0 or 1."""
    minutes = request.street_minutes()
    return np.stack([((minutes < cutoff) & (minutes != UNREACHED_MIN)) for cutoff in cutoffs_min]).astype(
        np.float32
    )
