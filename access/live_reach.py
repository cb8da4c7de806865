"""A finished run ready for questions from one place: how far at this minute, how much over the day.

Everything comes from the ready network that the run kept in the cache (``access.stage_results``); its inputs
are not read again and may be gone. Answers are those of a run: ``minutes_from`` is the row of a matrix with a
window of one minute, ``percentiles_from`` the row of a period's matrix.

Decisions
---------
- A period gives the service day, not the minute: any minute from 00:00 on can be asked, past 24:00 too, as
  far as the timetable holds the whole journey (``day_span``). Trips of the night before are in it.
- All that is asked by departure is answered by departure, also on the day of an arrive-by period. The
  arrive-by question from one place is who can be *there*: ``minutes_to``.
- A feed that is not called whole (``whole_timetable``) and has nothing leaving in the hour after a minute
  tells nothing of that minute, as in the periods of a run: ``Clock.known`` is False there. Where it is known
  and nothing can be boarded, people walk: ``Clock.rides`` is False.
- Opportunities beyond the study area count as they do in the run. ``beyond_known`` is False where the run has
  cells there and its ready network does not tell what lies in them; what is reached is then a lower bound.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from access._version import __version__
from access.compile_notice import tell_if_compiling
from access.config import RunConfig
from access.engine.arrays import Minutes, Seconds
from access.errors import ResultError
from access.live_amounts import KnownAmounts, known_amounts
from access.live_cache import BoundedCache
from access.live_day import DAY_MIN, Limits, LiveDay, Walks, departures_of_feeds, percentiles_of
from access.network_cache import load_group, load_names
from access.search import ranks_of
from access.stage_timetable import horizon_of
from gtfs.timetable import Timetable

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LARGEST_KEPT_BYTES = 64 * 2**20
"""Of travel times over the day, one cell after the other."""

SILENT_S = 3600
"""A feed with nothing leaving for so long tells nothing of the minute."""

AGAIN = "run the configuration again"


@dataclass(frozen=True)
class Clock:
    """What a cell reaches over the 24 hours of a service day. Arrays have shape (n_departures,).

    Attributes
    ----------
    departure_s : int32 array
        Seconds after 00:00 of the service day, ascending, below 24:00.
    reached : float64 array
        Opportunities in strictly less than the cutoff.
    known : bool array
        Whether the timetables tell anything of that minute; else the value is walking and what else there is.
    rides : bool array
        Whether anything can be boarded; else everybody walks.
    beyond_known : bool
        Whether opportunities beyond the study area are in it, if there can be any.
    """

    departure_s: Seconds
    reached: Floats
    known: Bools
    rides: Bools
    beyond_known: bool


@dataclass(frozen=True)
class LiveCity:
    """A run that can be asked; made by ``of_run``. Several threads may ask at once.

    Attributes
    ----------
    cell_ids : list of str
        Cells of the run, sorted: the order of every array about cells.
    rows : int64 array (n_cells,)
        Position of each in the network, which may have more cells.
    days : mapping of str to date
        Service day of each period whose timetable is there, by its name.
    limits : Limits
        Of travel, as in the run.
    amounts : KnownAmounts
        Opportunities by cell of the network.
    names : mapping
        Ids and names of the network.
    config : RunConfig
        Of the run.
    """

    folder: Path
    cell_ids: Sequence[str]
    rows: npt.NDArray[np.int64]
    days: Mapping[str, date]
    limits: Limits
    walks: Walks
    amounts: KnownAmounts
    names: Mapping[str, Any]
    config: RunConfig
    _ready: dict[tuple[date, str], Any] = field(default_factory=dict, repr=False, compare=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)
    _over_the_day: BoundedCache[Minutes] = field(
        default_factory=lambda: BoundedCache(LARGEST_KEPT_BYTES, lambda minutes: minutes.nbytes),
        repr=False,
        compare=False,
    )

    @classmethod
    def of_run(cls, folder: Path, manifest: Mapping[str, Any]) -> LiveCity:
        """Make a run ready.

        Parameters
        ----------
        folder : Path
            Of the run; its cells are read.
        manifest : mapping
            Of the run.

        Raises
        ------
        ResultError
            Another engine computed the run, or its ready network is gone, incomplete or of other cells.
        """
        tell_if_compiling()
        network = _network_folder(manifest)
        try:
            config = RunConfig.model_validate(manifest["config"])
        except ValueError as error:
            raise ResultError(f"the run's configuration is of another version ({error}); {AGAIN}") from None
        names = load_names(network)
        cells = _cells_of(Path(folder))
        place = pd.Index([str(cell) for cell in names["cells"]])
        rows = place.get_indexer(pd.Index(cells["id"].astype(str)))
        walks = Walks.of_folder(network)
        if (rows < 0).any() or len(place) != walks.n_cells:
            raise ResultError(f"{network}: the ready network is of other cells than the run; {AGAIN}")
        days = {
            str(period["name"]): date.fromisoformat(str(period["service_date"]))
            for period in manifest.get("periods") or []
            if str(period.get("service_date")) in names
        }
        travel = config.travel
        return cls(
            folder=network,
            cell_ids=[str(cell) for cell in cells["id"]],
            rows=rows.astype(np.int64),
            days=days,
            limits=Limits(
                travel.max_duration_min, travel.boarding_slack_s, travel.max_rides, horizon_of(config)
            ),
            walks=walks,
            amounts=known_amounts(network, names, manifest, cells),
            names=names,
            config=config,
        )

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Number of each cell of the run."""
        return {cell: row for row, cell in enumerate(self.cell_ids)}

    @property
    def day_span(self) -> tuple[int, int]:
        """First and last minute of departure that can be asked, seconds after 00:00 of the service day."""
        return 0, self.limits.last_departure_s

    @property
    def arrival_span(self) -> tuple[int, int]:
        """First and last minute of arrival that can be asked."""
        first_s = self.limits.first_arrival_s
        return first_s, first_s + 60 * (DAY_MIN - 1)

    @property
    def services(self) -> list[str]:
        """Services whose opportunities are known."""
        return list(self.amounts.of)

    @property
    def beyond_known(self) -> bool:
        """Whether opportunities beyond the study area are known, or there are no such cells."""
        return self.amounts.beyond_known

    def minutes_from(self, cell_id: str, period: str, departure_s: int) -> Minutes:
        """Travel times from one cell to every cell when leaving at one minute.

        Parameters
        ----------
        cell_id : str
            H3 index of a cell of the run.
        period : str
            Gives the service day.
        departure_s : int
            Seconds after 00:00 of the service day, within ``day_span``.

        Returns
        -------
        uint8 array (n_cells,)
            Whole minutes in the order of ``cell_ids``; 255 = not reached, also everywhere from a cell that is
            not joined to the streets.

        Raises
        ------
        ResultError
            Naming what cannot be asked and what can.
        """
        source, day = self._source(cell_id), self.day(period)
        _require("departure_s", departure_s, self.day_span)
        minutes: Minutes = day.minutes(source, departure_s)[0][self.rows]
        return minutes

    def minutes_to(self, cell_id: str, period: str, arrival_s: int) -> Minutes:
        """Travel times from every cell to be at one cell by a minute, waiting there included.

        Parameters, result and errors are those of ``minutes_from``; ``arrival_s`` within ``arrival_span``.
        """
        source, day = self._source(cell_id), self.arrivals(period)
        _require("arrival_s", arrival_s, self.arrival_span)
        minutes: Minutes = day.minutes(source, arrival_s)[0][self.rows]
        return minutes

    def percentiles_from(self, cell_id: str, period: str, percentiles: Sequence[float]) -> Minutes:
        """Percentiles over the window of a period, uint8 ``(n_percentiles, n_cells)``: the row of its matrix.

        Raises
        ------
        ResultError
            As ``minutes_from``; also for an arrive-by period, of which a search from one place gives a column
            of the matrix and no row.
        """
        source, day = self._source(cell_id), self.day(period)
        window = next(each for each in self.config.periods if each.name == period)
        if window.arrive_by:
            raise ResultError(
                f"period {period}: is by arrival; read its travel times from the run, or ask minutes_to"
            )
        minutes = day.minutes(source, window.start_s, window.departure_window_min)
        return percentiles_of(minutes[:, self.rows], ranks_of(percentiles, window.departure_window_min))

    def clock(self, cell_id: str, period: str, service: str, cutoff_min: int, every_min: int = 15) -> Clock:
        """Opportunities within a cutoff for departures over 24 hours, each of them exact.

        Parameters
        ----------
        cell_id, period
            As for ``minutes_from``.
        service : str
            One of ``services``.
        cutoff_min : int
            A travel time counts where it is less; 1 to the longest travel time + 1.
        every_min : int
            Minutes between departures, 1 to 1,440.
        """
        source = self._source(cell_id)
        if service not in self.amounts.of:
            raise ResultError(f"service {service!r}: has no data here; there are {', '.join(self.services)}")
        _require("cutoff_min", cutoff_min, (1, self.limits.max_duration_min + 1))
        _require("every_min", every_min, (1, DAY_MIN))
        departure_s = np.arange(0, 60 * DAY_MIN, 60 * every_min, dtype=np.int32)
        minutes = self._over_the_day.get(
            (source, self._date(period), every_min), lambda: self._by_departure(source, period, departure_s)
        )
        reached = (minutes < cutoff_min) @ self.amounts.of[service]
        day = self.day(period)
        return Clock(
            departure_s=departure_s,
            reached=reached,
            known=np.array([not self.silent_feeds(period, int(at_s)) for at_s in departure_s]),
            rides=np.array([day.rides_from(int(at_s)) for at_s in departure_s]),
            beyond_known=self.beyond_known,
        )

    def silent_feeds(self, period: str, departure_s: int) -> list[str]:
        """Name the feeds that tell nothing of a minute: not called whole, and nothing leaves for an hour."""
        silent = []
        for feed, leaves_s in self._departures(period).items():
            first, end = np.searchsorted(leaves_s, [departure_s, departure_s + SILENT_S])
            if first == end:
                silent.append(feed)
        return silent

    def rides_from(self, period: str, departure_s: int) -> bool:
        """Say whether anything can be boarded by somebody who leaves then; else all travel is on foot."""
        return self.day(period).rides_from(departure_s)

    def day(self, period: str) -> LiveDay:
        """Return the service day of a period, by departure."""
        return self._day(self._date(period), "departures")

    def arrivals(self, period: str) -> LiveDay:
        """Return the service day of a period, by arrival."""
        return self._day(self._date(period), "arrivals")

    def timetable(self, period: str) -> Timetable:
        """Return the timetable of the service day of a period."""
        return load_group(self.folder, f"timetable_{self._date(period)}", Timetable)

    def _day(self, day: date, which: str) -> LiveDay:
        """Prepare a day once; the days of a run are few, so all of them stay."""
        with self._lock:
            if (day, which) not in self._ready:
                timetable = load_group(self.folder, f"timetable_{day}", Timetable)
                make = LiveDay.of_timetable if which == "departures" else LiveDay.of_arrivals
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # the run has told them
                    self._ready[day, which] = make(timetable, self.walks, self.limits)
            found: LiveDay = self._ready[day, which]
            return found

    def _departures(self, period: str) -> dict[str, Seconds]:
        """Return when vehicles leave, by feed that is not called whole."""
        day = self._date(period)
        with self._lock:
            if (day, "feeds") not in self._ready:
                feeds = [feed.name for feed in self.config.schedule.feeds]
                trip_ids = self.names[str(day)]["trip_ids"]
                found = departures_of_feeds(self.timetable(period), trip_ids, feeds)
                whole = {feed.name for feed in self.config.schedule.feeds if feed.whole_timetable}
                self._ready[day, "feeds"] = {
                    name: times for name, times in found.items() if name not in whole
                }
            departures: dict[str, Seconds] = self._ready[day, "feeds"]
            return departures

    def _by_departure(self, source: int, period: str, departure_s: Seconds) -> Minutes:
        day = self.day(period)
        minutes = np.stack([day.minutes(source, int(at_s))[0] for at_s in departure_s])
        minutes.flags.writeable = False
        return minutes

    def _source(self, cell_id: str) -> int:
        if cell_id not in self.row_of:
            raise ResultError(f"cell {cell_id!r}: is none of the run's {len(self.cell_ids):,} cells")
        return int(self.rows[self.row_of[cell_id]])

    def _date(self, period: str) -> date:
        if period not in self.days:
            there = ", ".join(self.days) or "none"
            raise ResultError(
                f"period {period!r}: the ready network has no timetable of its day; has: {there}"
            )
        return self.days[period]


def _network_folder(manifest: Mapping[str, Any]) -> Path:
    engine = ((manifest.get("config") or {}).get("travel") or {}).get("engine", "fairreach")
    if not manifest.get("network_cache") or not manifest.get("config"):
        raise ResultError(f"the manifest names no ready network, so an older version wrote it; {AGAIN}")
    if manifest.get("fairreach_version") != __version__:
        raise ResultError(
            f"the run is of version {manifest.get('fairreach_version')}, this is {__version__}; {AGAIN}"
        )
    if engine != "fairreach":
        raise ResultError(
            f"the run was computed by {engine}, whose travel times cannot be asked live; {AGAIN} with "
            "`engine: fairreach`"
        )
    return Path(str(manifest["network_cache"]))


def _cells_of(folder: Path) -> pd.DataFrame:
    """Read ids, joints and counts of the cells of a run, sorted by id as the report shows them."""
    try:
        cells = pd.read_parquet(folder / "cells.parquet")
    except (OSError, ValueError) as error:
        raise ResultError(f"{folder}: cells.parquet cannot be read ({error}); {AGAIN}") from None
    wanted = [name for name in cells.columns if name in ("id", "snap") or name.startswith("n_")]
    return cells[wanted].sort_values("id", kind="stable", ignore_index=True)


def _require(name: str, value: int, allowed: tuple[int, int]) -> None:
    low, high = allowed
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ResultError(f"{name} is {value!r}; allowed are whole numbers from {low:,} to {high:,}")
