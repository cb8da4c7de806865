"""How many opportunities each origin reaches, for Python users: frames in, a frame out, no matrix between.

Shaped like ``accessibility()`` of the R package r5r: one row for each origin, kind of opportunity, percentile
and cutoff.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.network_service import check_service
from access.opportunities import mean_opportunities_within, opportunities_within
from access.reductions import cutoff_problems
from access.search import prepare_search
from access.snapping import SNAPPED
from access.transport_network import TransportNetwork
from access.travel_options import TravelArguments
from access.travel_request import TravelRequest, travel_request
from access.travel_windows import Window
from access.unreached import ATTRIBUTE, facts_of

if TYPE_CHECKING:
    import geopandas as gpd

Floats = npt.NDArray[np.float64]
DEFAULT_MAX_TIME = timedelta(hours=2)


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
        Columns of the destinations with numbers; 0 where there are none, never missing.
    cutoffs : sequence of int or timedelta
        Minutes, 1 to ``max_time`` and one more.
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
    names = [opportunities] if isinstance(opportunities, str) else list(opportunities)
    amounts, problems = _amounts(origins if destinations is None else destinations, names)
    cutoffs_min = [_minutes(cutoff) for cutoff in cutoffs]
    max_time = options.get("max_time", DEFAULT_MAX_TIME)
    if isinstance(max_time, timedelta):
        problems += cutoff_problems(cutoffs_min, int(max_time / timedelta(minutes=1)))
    if over_departures not in ("percentile", "mean"):
        problems.append(f"over_departures is {over_departures!r}; allowed are 'percentile' and 'mean'")
    mean = over_departures == "mean"
    request = travel_request(transport_network, origins, destinations, dict(options), problems)
    windows = request.options.windows
    reached = [_reached(request, window, amounts, cutoffs_min, mean) for window in windows]
    return _frame(request, names, cutoffs_min, reached, mean)


def _minutes(cutoff: Any) -> Any:
    """Return a cutoff in minutes, whole ones as int; anything else is left for the check."""
    minutes = cutoff / timedelta(minutes=1) if isinstance(cutoff, timedelta) else cutoff
    return int(minutes) if isinstance(minutes, float) and minutes.is_integer() else minutes


def _amounts(destinations: Any, names: Sequence[str]) -> tuple[Floats, list[str]]:
    """Return the columns as an array (n_kinds, n_destinations), and what is wrong with them."""
    if not isinstance(destinations, pd.DataFrame):
        return np.zeros((0, 0)), []  # told with the points
    problems = [] if names else ["opportunities is empty; name at least one column of the destinations"]
    if len(set(names)) < len(names):
        problems.append(f"opportunities names a column twice: {list(names)}")
    columns = []
    for name in names:
        if list(destinations.columns).count(name) != 1:
            known = ", ".join(map(str, destinations.columns))
            problems.append(f"opportunities names {name!r}; the columns of the destinations are {known}")
            continue
        if not pd.api.types.is_numeric_dtype(destinations[name]):
            problems.append(f"opportunities: {name!r} holds {destinations[name].dtype}; it must hold numbers")
            continue
        values = destinations[name].to_numpy(np.float64, na_value=np.nan)
        wrong = int(np.count_nonzero(~np.isfinite(values)))
        if wrong:
            problems.append(
                f"opportunities: {name!r} has {wrong:,} values missing or infinite; give 0 for none"
            )
        columns.append(values)
    return np.array(columns).reshape(len(columns), len(destinations)), problems


def _reached(
    request: TravelRequest, window: Window, amounts: Floats, cutoffs_min: Sequence[int], mean: bool
) -> tuple[Floats, bool]:
    """Sum one window: (percentile or 1, cutoff, kind, origin), and whether anything ran in it."""
    options = request.options
    runs = True
    if options.transit_modes:
        day = request.day(window)
        runs = check_service(day, window, options)
        if runs:
            search = prepare_search(
                day.schedule.timetable,
                n_destinations=request.destinations.n_points,
                **request.search_arguments(day, window),
            )
            workers: dict[str, Any] = {"threads": options.threads, "progress": options.progress}
            if mean:
                found = mean_opportunities_within(search, amounts, cutoffs_min, **workers)
                return found[np.newaxis], True
            return opportunities_within(search, amounts, cutoffs_min, options.percentiles, **workers), True
    found = _reached_on_streets(request, amounts, cutoffs_min)[np.newaxis]
    return np.repeat(found, 1 if mean else len(options.percentiles), axis=0), runs


def _reached_on_streets(request: TravelRequest, amounts: Floats, cutoffs_min: Sequence[int]) -> Floats:
    direct, n_origins = request.direct, request.origins.n_points
    minutes = direct.walk_s // 60
    origin = np.repeat(np.arange(n_origins), np.diff(direct.start))
    sums = np.zeros((len(cutoffs_min), len(amounts), n_origins))
    for number, cutoff in enumerate(cutoffs_min):
        near = minutes < cutoff
        for kind, amount in enumerate(amounts):
            sums[number, kind] = np.bincount(origin[near], amount[direct.target[near]], minlength=n_origins)
    return sums


def _frame(
    request: TravelRequest,
    names: Sequence[str],
    cutoffs_min: Sequence[int],
    reached: Sequence[tuple[Floats, bool]],
    mean: bool,
) -> pd.DataFrame:
    options, origins, clock_column = request.options, request.origins, request.options.clock_column
    values = np.stack([found.transpose(3, 2, 0, 1) for found, _ in reached])
    window, origin, kind, percentile, cutoff = (at.ravel() for at in np.indices(values.shape, np.int32))
    columns: dict[str, Any] = {"id": origins.ids.array.take(origin), "opportunity": np.array(names)[kind]}
    if len(reached) > 1:
        clocks = np.array([window.clock for window in options.windows], "datetime64[s]")
        columns[clock_column] = clocks[window]
    if not mean:
        columns["percentile"] = np.array(options.percentiles)[percentile]
    columns["cutoff"] = np.array(cutoffs_min)[cutoff]
    off = request.origin_state[origin] != SNAPPED
    columns["accessibility"] = pd.arrays.FloatingArray(values.ravel(), off)
    frame = pd.DataFrame(columns)
    clocks_run = [(w.clock, runs) for w, (_, runs) in zip(options.windows, reached, strict=True)]
    frame.attrs[ATTRIBUTE] = facts_of(
        origins.ids,
        request.origin_state,
        request.destinations.ids,
        request.destination_state,
        clock_column,
        clocks_run,
        options.as_plain_values(),
    )
    return frame
