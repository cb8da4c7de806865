"""Why a journey takes as long as it does: one pair of places, computed as in the matrix, leg by leg.

``explain`` reads the inputs of a run, finds both places, searches with the limits of the configuration and
says why where there is no journey. Places: ``access.explain_places``; words: ``access.explain_text``.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np

from access.collected_warnings import collected_warnings
from access.config import PeriodConfig, RunConfig
from access.config_file import LoadedConfig, load_config
from access.engine.arrays import LONGEST_DURATION_MIN, WalkLinks
from access.errors import AccessError, DataQualityWarning
from access.explain_places import KnownPlaces, Place, find_place
from access.itineraries import Itinerary, ItineraryFinder
from access.network import walk_links
from access.place_sources import read_place_sources
from access.search import nearest_rank, prepare_search
from access.snapping import SNAPPED, STATE_NAMES, Snap, snap
from access.stage_network import load_streets, snap_stops
from access.stage_places import Cells, load_cells
from access.stage_timetable import load_timetables
from access.streets import StreetGraph
from access.vector_files import read_zones
from access.zones import names_of_points
from gtfs.timetable import Schedule

FROM, TO = 0, 1

Reason = Literal["not_snapped", "no_stop_near", "no_service", "too_long", "no_connection"]


@dataclass(frozen=True)
class Unreached:
    """Why there is no journey.

    ``not_snapped``: an end is on no street (``state``); ``no_stop_near``: an end has no stop within the
    longest walk; ``too_long``: there is a journey, but it takes longer than counts (``total_s``);
    ``no_service``: nothing leaves the stops near FROM in time; ``no_connection``: none of what leaves leads
    there within 254 minutes and the ride limit. In this order, the first that applies.
    """

    reason: Reason
    end: Literal["FROM", "TO", ""] = ""
    state: str = ""
    total_s: int = 0


@dataclass(frozen=True)
class Explanation:
    """Two places, one service day, and the journeys between them for each minute asked for."""

    config: RunConfig
    period: PeriodConfig  # with the minutes that were searched
    service_date: date
    places: tuple[Place, Place]
    link_m: tuple[float, float]  # straight line to the street, part of the walks; NaN where not snapped
    window: Sequence[Itinerary | None]  # one a minute
    shown_minute: int  # the one whose itinerary is shown
    percentile: int | None  # that ``shown_minute`` stands for; None where one minute was asked for
    unreached: Unreached | None  # why ``shown_minute`` has no journey
    warnings: Sequence[str]  # what was told of the inputs

    @property
    def itinerary(self) -> Itinerary | None:
        """The journey to show."""
        return self.window[self.shown_minute]


def explain(
    config_file: Path,
    from_place: str,
    to_place: str,
    *,
    at: str | None = None,
    arrive_by: bool = False,
    period: str | None = None,
    service_date: date | None = None,
    whole_window: bool = False,
) -> Explanation:
    """Find the journeys between two places of a run.

    Parameters
    ----------
    config_file : Path
        The run's configuration; its inputs are read anew, its results are not needed.
    from_place, to_place : str
        A cell of the run, coordinates, a neighbourhood or a stop, see ``explain_places.find_place``.
    at : str, optional
        Departure ``HH:MM`` (to 29:59), arrive-by the arrival. Without it the window of the period is
        searched, and the minute shown is the first whose travel time is the one that the measures use
        (``travel.percentile``).
    arrive_by : bool
        Whether ``at`` is the time to be there by.
    period : str, optional
        A period of the configuration, for its window and service day; default the first one, or with ``at``
        the first whose window holds that time.
    service_date : date, optional
        Another service day than that of the period.
    whole_window : bool
        With ``at``: search as many minutes from there on as the period has.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        A place or time cannot be understood, an input cannot be used, or there is no timetable for that time.
    """
    loaded = load_config(config_file)
    asked = _asked_period(loaded.config, at, arrive_by, period, service_date, whole_window)
    with collected_warnings() as told:
        return _explained(loaded, asked, (from_place, to_place), at is None, told)


def _explained(
    loaded: LoadedConfig, asked: PeriodConfig, texts: tuple[str, str], by_percentile: bool, told: list[str]
) -> Explanation:
    timetables = load_timetables(_with_period(loaded, _checked_for_data(loaded.config, asked)))
    schedule, day = timetables.any_schedule(), timetables.plans[0].service_date
    streets, _ = load_streets(loaded)
    known = known_places(loaded, streets, schedule)
    places = find_place(texts[FROM], known, "FROM"), find_place(texts[TO], known, "TO")
    lon, lat = np.array([(place.lon, place.lat) for place in places]).T
    doors = snap(streets, lon, lat, loaded.config.max_snap_m)
    walks = _walks(loaded.config, streets, schedule, doors)
    finder = _finder(loaded.config, asked, schedule, walks)
    # As in the matrix, where a cell reaches itself without going to the street and back.
    same = (lon[FROM], lat[FROM]) == (lon[TO], lat[TO])
    window = finder.window(FROM, FROM if same else TO)
    percentile = loaded.config.travel.percentile if by_percentile else None
    shown = 0 if percentile is None else _minute_of(window, percentile)
    unreached = None
    if window[shown] is None:
        unreached = _reason(loaded.config, asked, schedule, walks, doors, shown)
    link_m = float(doors.link_m[FROM]), float(doors.link_m[TO])
    return Explanation(loaded.config, asked, day, places, link_m, window, shown, percentile, unreached, told)


def known_places(loaded: LoadedConfig, streets: StreetGraph, schedule: Schedule) -> KnownPlaces:
    """Collect what can be named in a run."""
    cells = load_cells(loaded, read_place_sources(loaded))
    timetable = schedule.timetable
    lon, lat = streets.node_lon[streets.main], streets.node_lat[streets.main]
    return KnownPlaces(
        cells.ids,
        cells.points.lon,
        cells.points.lat,
        _zones_of(loaded, cells),
        schedule.stop_ids,
        schedule.stop_names,
        timetable.stop_lon,
        timetable.stop_lat,
        timetable.stop_station,
        (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())),
    )


def _zones_of(loaded: LoadedConfig, cells: Cells) -> list[str | None]:
    given = loaded.config.zones
    if given is None:
        return [None] * len(cells.ids)
    zones = read_zones(loaded.path(given.file), texts=[given.name_column], layer=given.layer)
    names = names_of_points(cells.points.lon, cells.points.lat, zones, given.name_column)
    return [str(name) if isinstance(name, str) else None for name in names]


def _asked_period(
    config: RunConfig,
    at: str | None,
    arrive_by: bool,
    name: str | None,
    service_date: date | None,
    whole_window: bool,
) -> PeriodConfig:
    """Return the period of the configuration with the minutes asked for in place of its own."""
    by_name = {period.name: period for period in config.periods}
    if name is not None and name not in by_name:
        raise AccessError(f"--period {name!r}: the configuration has {', '.join(by_name)}")
    if at is None and arrive_by:
        raise AccessError("--arrive-by says what --at means; give --at HH:MM as well")
    chosen = by_name[name] if name else _holding(config.periods, at, arrive_by)
    changes: dict[str, Any] = {} if service_date is None else {"service_date": service_date}
    if at is not None:
        start = {"departure_start": None, "arrival_start": at} if arrive_by else {"departure_start": at}
        window_min = chosen.departure_window_min if whole_window else 1
        changes |= {"arrival_start": None, **start, "departure_window_min": window_min}
    return chosen.model_copy(update=changes)


def _holding(periods: Sequence[PeriodConfig], at: str | None, arrive_by: bool) -> PeriodConfig:
    """Return the first period of the same kind whose window holds a time, else the first period."""
    if at is not None:
        time_s = clock_s(at)
        for period in periods:
            if period.arrive_by == arrive_by and period.start_s <= time_s < period.end_s:
                return period
    return periods[0]


def clock_s(text: str) -> int:
    """Read ``HH:MM`` as seconds after midnight, up to 29:59 for the night after the service day.

    Raises
    ------
    AccessError
        It is no such time.
    """
    hours, colon, minutes = text.partition(":")
    good = bool(colon) and all(part.isascii() and part.isdigit() for part in (hours, minutes))
    if not good or len(minutes) != 2 or len(hours) > 2 or int(hours) > 29 or int(minutes) > 59:
        raise AccessError(f"--at {text!r} is no time; write HH:MM, such as 08:05 (after midnight to 29:59)")
    return 3600 * int(hours) + 60 * int(minutes)


def _checked_for_data(config: RunConfig, asked: PeriodConfig) -> PeriodConfig:
    """Return the window in which every feed must have departures, else there is no data.

    That of the period that the minutes lie in, so that the verdict is that of a run; else an hour from them.
    """
    for period in config.periods:
        same = (period.name, period.arrive_by) == (asked.name, asked.arrive_by)
        if same and period.start_s <= asked.start_s and asked.end_s <= period.end_s:
            return period.model_copy(update={"service_date": asked.service_date})
    window_min = max(asked.departure_window_min, 60)
    name = f"{'arriving' if asked.arrive_by else 'leaving'} at {asked.start}"  # for messages
    return asked.model_copy(update={"departure_window_min": window_min, "name": name})


def _with_period(loaded: LoadedConfig, period: PeriodConfig) -> LoadedConfig:
    return replace(loaded, config=loaded.config.model_copy(update={"periods": [period]}))


def _walks(config: RunConfig, streets: StreetGraph, schedule: Schedule, doors: Snap) -> dict[str, WalkLinks]:
    """Find the walks of the two places, as a run does for its cells."""
    travel = config.travel
    stops, _ = snap_stops(streets, schedule, config.max_snap_m)
    walk: dict[str, Any] = {"max_walk_min": travel.max_walk_min, "walk_speed_km_h": travel.walk_speed_km_h}
    transfer = walk | {"max_walk_min": travel.max_transfer_walk_min}
    return {
        "access": walk_links(streets, doors, stops, **walk),
        "footpaths": walk_links(streets, stops, stops, same_points=True, **transfer),
        "egress": walk_links(streets, stops, doors, **walk),
        "direct": walk_links(streets, doors, doors, same_points=True, **walk),
    }


def _finder(
    config: RunConfig, period: PeriodConfig, schedule: Schedule, walks: dict[str, WalkLinks], **changes: Any
) -> ItineraryFinder:
    travel = config.travel
    options: dict[str, Any] = {
        **walks,
        "n_destinations": 2,
        "departure_start_s": period.start_s,
        "departure_window_min": period.departure_window_min,
        "max_duration_min": travel.max_duration_min,
        "boarding_slack_s": travel.boarding_slack_s,
        "max_rides": travel.max_rides,
        "arrive_by": period.arrive_by,
    }
    with warnings.catch_warnings():  # why there are walks only is said in place of the journey
        warnings.filterwarnings("ignore", "All travel times are walks", DataQualityWarning)
        search = prepare_search(schedule.timetable, **options | changes)
    return ItineraryFinder(search, schedule, travel.walk_speed_km_h)


def _minute_of(window: Sequence[Itinerary | None], percentile: int) -> int:
    """Return the first minute whose travel time in whole minutes is the percentile; unreached come last."""
    total_min = [found.total_s // 60 if found else LONGEST_DURATION_MIN + 1 for found in window]
    return total_min.index(sorted(total_min)[nearest_rank(percentile, len(window)) - 1])


def _reason(
    config: RunConfig,
    period: PeriodConfig,
    schedule: Schedule,
    walks: dict[str, WalkLinks],
    doors: Snap,
    minute: int,
) -> Unreached:
    """Say why there is no journey: the first that applies."""
    for number, state in enumerate(doors.state):
        if state != SNAPPED:
            return Unreached("not_snapped", "TO" if number else "FROM", STATE_NAMES[state])
    if np.diff(walks["access"].start)[FROM] == 0:
        return Unreached("no_stop_near", "FROM")
    if not (walks["egress"].target == TO).any():
        return Unreached("no_stop_near", "TO")
    longer = min(LONGEST_DURATION_MIN, _longest_possible_min(period))
    if longer > config.travel.max_duration_min:
        found = _finder(config, period, schedule, walks, max_duration_min=longer).one(FROM, TO, minute)
        if found is not None:
            return Unreached("too_long", total_s=found.total_s)
    if not _can_board(config, period, schedule, walks, minute):
        return Unreached("no_service")
    return Unreached("no_connection")


def _longest_possible_min(period: PeriodConfig) -> int:
    """Return how long a search from this window may last without leaving the timetable."""
    if period.arrive_by:
        return period.start_s // 60 - 1
    return (48 * 3600 - period.end_s) // 60 - 1


def _can_board(
    config: RunConfig, period: PeriodConfig, schedule: Schedule, walks: dict[str, WalkLinks], minute: int
) -> bool:
    """Say whether anything leaves a stop near FROM in the time in which one could be on the way."""
    timetable, travel = schedule.timetable, config.travel
    access = walks["access"]
    near = np.zeros(timetable.n_stops, dtype=np.bool_)
    near[access.target[: access.start[FROM + 1]]] = True
    asked_s = period.start_s + 60 * minute
    longest_s = 60 * travel.max_duration_min
    first_s, last_s = (asked_s - longest_s, asked_s) if period.arrive_by else (asked_s, asked_s + longest_s)
    boards = timetable.pickup & near[timetable.visit_stop]
    boards &= (timetable.departure_s >= first_s) & (timetable.departure_s <= last_s)
    boards[timetable.trip_start[1:] - 1] = False
    return bool(boards.any())
