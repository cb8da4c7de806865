"""What the functions that sum opportunities share: amounts and cutoffs checked, results as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.reductions import cutoff_problems
from access.search import PreparedSearch
from access.snapping import SNAPPED
from access.travel_request import TravelRequest, travel_request
from access.unreached import ATTRIBUTE, facts_of

Floats = npt.NDArray[np.float64]
DEFAULT_MAX_TIME = timedelta(hours=2)


@dataclass(frozen=True)
class OpportunityRequest:
    """A request with the opportunities at its destinations."""

    travel: TravelRequest
    names: Sequence[str]  # (n_kinds,)
    amounts: Floats  # (n_kinds, n_destinations)
    cutoffs_min: Sequence[int]

    @property
    def workers(self) -> dict[str, Any]:
        """Threads and progress, as the array functions take them."""
        return {"threads": self.travel.options.threads, "progress": self.travel.options.progress}

    def searches(self) -> Iterator[tuple[PreparedSearch | None, bool]]:
        """Prepare the search of each window, None where only streets are left; and whether anything runs."""
        for window in self.travel.options.windows:
            search = self.travel.search(window)
            yield search, search is not None or not self.travel.options.transit_modes

    def sums_on_streets(self) -> Floats:
        """Sum what is reached along streets alone: (cutoff, kind, origin), alike at every minute."""
        by_minute = self.by_minute_on_streets().cumsum(axis=1)  # (kind, minute, origin)
        return by_minute[:, np.array(self.cutoffs_min) - 1].swapaxes(0, 1)

    def by_minute_on_streets(self) -> Floats:
        """Sum the opportunities exactly so many whole minutes away along streets: (kind, minute, origin)."""
        direct, n_origins = self.travel.direct, self.travel.origins.n_points
        n_minutes = self.travel.options.max_time_min + 1
        minute = direct.walk_s // 60
        cell = minute * n_origins + np.repeat(np.arange(n_origins), np.diff(direct.start))
        sums = [np.bincount(cell, kind[direct.target], n_minutes * n_origins) for kind in self.amounts]
        return np.array(sums, np.float64).reshape(len(self.amounts), n_minutes, n_origins)

    def frame(
        self,
        values: Sequence[Floats],
        runs: Sequence[bool],
        axes: Mapping[str, Any],
        name: str,
        *,
        whole: bool = False,
        facts: Mapping[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Return a long frame.

        Parameters
        ----------
        values : arrays (n_origins, n_kinds, one axis for each of ``axes``), one a window
        runs : whether anything could be boarded, one a window
        axes : labels (n_windows, n_labels) by the name of the column
        name : column of the values; missing where the origin is off the streets, or the value infinite
        whole : whether the values are whole numbers (Int16)
        facts : what was asked for beyond the options
        """
        travel, options = self.travel, self.travel.options
        table = np.stack(values)
        window, origin, kind, *others = (at.ravel() for at in np.indices(table.shape, np.int32))
        columns: dict[str, Any] = {
            "id": travel.origins.ids.array.take(origin),
            "opportunity": np.array(self.names)[kind],
        }
        if len(values) > 1 and options.clock_column not in axes:
            clocks = np.array([window.clock for window in options.windows], "datetime64[s]")
            columns[options.clock_column] = clocks[window]
        for (column, labels), at in zip(axes.items(), others, strict=True):
            columns[column] = np.asarray(labels)[window, at]
        flat = table.ravel()
        missing = (travel.origin_state[origin] != SNAPPED) | np.isinf(flat)
        columns[name] = (
            pd.arrays.IntegerArray(np.where(missing, 0, flat).astype(np.int16), missing)
            if whole
            else pd.arrays.FloatingArray(flat, missing)
        )
        frame = pd.DataFrame(columns)
        frame.attrs[ATTRIBUTE] = facts_of(
            travel.origins.ids,
            travel.origin_state,
            travel.destinations.ids,
            travel.destination_state,
            options.clock_column,
            [(window.clock, ran) for window, ran in zip(options.windows, runs, strict=True)],
            options.as_plain_values() | dict(facts or {}),
        )
        return frame

    def of_windows(self, labels: Sequence[Any]) -> npt.NDArray[Any]:
        """Repeat the labels of an axis for each window."""
        return np.tile(np.array(labels), (len(self.travel.options.windows), 1))


def opportunity_request(
    transport_network: Any,
    origins: Any,
    destinations: Any,
    opportunities: str | Sequence[str],
    cutoffs: Sequence[int | timedelta] | None,
    options: Mapping[str, Any],
    problems: Sequence[str] = (),
) -> OpportunityRequest:
    """Check everything that a caller gave; errors as ``access.travel_request.travel_request``.

    ``cutoffs`` is None for a function without cutoffs; ``problems`` was found wrong before.
    """
    given: Any = opportunities
    names = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    amounts, found = amounts_of(origins if destinations is None else destinations, names)
    found += problems
    cutoffs_min, wrong = (checked_cutoffs(cutoffs, options)) if cutoffs is not None else ([], [])
    travel = travel_request(transport_network, origins, destinations, dict(options), [*found, *wrong])
    return OpportunityRequest(travel, names, amounts, cutoffs_min)


def checked_cutoffs(
    cutoffs: Sequence[int | timedelta], options: Mapping[str, Any]
) -> tuple[list[Any], list[str]]:
    """Return cutoffs in minutes, and what is wrong with them."""
    given: Any = cutoffs
    cutoffs = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [True]
    if any(isinstance(cutoff, bool | np.bool_) for cutoff in cutoffs):
        return [], [f"cutoffs is {given!r}; give a list of minutes, such as [30, 60]"]
    cutoffs_min = [_minutes(cutoff) for cutoff in cutoffs]
    max_time = options.get("max_time", DEFAULT_MAX_TIME)
    if not isinstance(max_time, timedelta):
        return cutoffs_min, []  # told with the options
    problems = cutoff_problems(cutoffs_min, int(max_time / timedelta(minutes=1)))
    if not problems and len(set(cutoffs_min)) < len(cutoffs_min):
        problems.append(f"cutoffs has a number twice: {cutoffs_min}; give each once")
    return cutoffs_min, problems


def no_percentiles(function: str, options: Mapping[str, Any]) -> list[str]:
    """Refuse percentiles where each departure counts on its own."""
    return [f"{function} looks at each departure and has no percentiles"] if "percentiles" in options else []


def amounts_of(destinations: Any, names: Sequence[str]) -> tuple[Floats, list[str]]:
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
        negative = int(np.count_nonzero(np.isfinite(values) & (values < 0)))
        if negative:
            problems.append(
                f"opportunities: {name!r} has {negative:,} negative values; more of them within reach would "
                "count as less, so give numbers of 0 and above"
            )
        columns.append(values)
    return np.array(columns).reshape(len(columns), len(destinations)), problems


def _minutes(cutoff: Any) -> Any:
    """Return a cutoff in minutes, whole ones as int; anything else is left for the check."""
    minutes = cutoff / timedelta(minutes=1) if isinstance(cutoff, timedelta) else cutoff
    return int(minutes) if isinstance(minutes, float) and minutes.is_integer() else minutes
