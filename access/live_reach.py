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
- A feed that is not called whole (``whole_timetable``) tells of a journey only where it holds departures
  from the minute of leaving to the cutoff (``access.live_coverage``). Else ``Clock.known`` is False.
  Where it is known and nothing can be boarded, people walk: ``Clock.rides`` is False.
- Opportunities beyond the study area count as they do in the run. ``beyond_known`` is False where the run has
  cells there and its ready network does not tell what lies in them; what is reached is then a lower bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from access.compile_notice import tell_if_compiling
from access.engine.arrays import Minutes, Seconds
from access.errors import ResultError
from access.live_cache import BoundedCache
from access.live_day import DAY_MIN, Limits, percentiles_of
from access.live_days import LiveDays
from access.live_journey import Journey, itinerary_of, nearest_with
from access.live_run import LiveRun, read_live_run
from access.search import ranks_of

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LARGEST_KEPT_BYTES = 64 * 2**20
"""Of travel times over the day, one cell after the other."""


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
        Whether the timetables tell of all journeys from that minute up to the cutoff; else the value is what
        can be reached without those that do not.
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


class LiveCity:
    """A run that can be asked; ``of_run`` makes it. Several threads may ask at once.

    Parameters
    ----------
    run : LiveRun
        The run and its ready network.
    """

    def __init__(self, run: LiveRun) -> None:
        self.run = run
        self._days = LiveDays(run)
        self._over_the_day: BoundedCache[Minutes] = BoundedCache(
            LARGEST_KEPT_BYTES, lambda minutes: minutes.nbytes
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
            Another engine or version computed the run, or its ready network is gone, incomplete or of other
            cells.
        """
        tell_if_compiling()
        return cls(read_live_run(folder, manifest))

    @property
    def cell_ids(self) -> Sequence[str]:
        """Cells of the run, sorted: the order of every array about cells."""
        return self.run.cell_ids

    @property
    def days(self) -> Mapping[str, date]:
        """Service day of each period that can be asked about, by its name."""
        return self.run.days

    @property
    def limits(self) -> Limits:
        """Limits of travel, as in the run."""
        return self.run.limits

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
        return list(self.run.amounts.of)

    @property
    def beyond_known(self) -> bool:
        """Whether opportunities beyond the study area are known, or there are no such cells."""
        return self.run.amounts.beyond_known

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
        source, day = self._source(cell_id), self._days.departures(period)
        _require("departure_s", departure_s, self.day_span)
        minutes: Minutes = day.minutes(source, departure_s)[0][self.run.rows]
        return minutes

    def minutes_to(self, cell_id: str, period: str, arrival_s: int) -> Minutes:
        """Travel times from every cell to be at one cell by a minute, waiting there included.

        Parameters, result and errors are those of ``minutes_from``; ``arrival_s`` within ``arrival_span``.
        """
        source, day = self._source(cell_id), self._days.arrivals(period)
        _require("arrival_s", arrival_s, self.arrival_span)
        minutes: Minutes = day.minutes(source, arrival_s)[0][self.run.rows]
        return minutes

    def percentiles_from(self, cell_id: str, period: str, percentiles: Sequence[float]) -> Minutes:
        """Percentiles over the window of a period, uint8 ``(n_percentiles, n_cells)``: the row of its matrix.

        Raises
        ------
        ResultError
            As ``minutes_from``; also for an arrive-by period, of which a search from one place gives a column
            of the matrix and no row.
        """
        source, day = self._source(cell_id), self._days.departures(period)
        window = next(each for each in self.run.config.periods if each.name == period)
        if window.arrive_by:
            raise ResultError(
                f"period {period}: is by arrival; read its travel times from the run, or ask minutes_to"
            )
        minutes = day.minutes(source, window.start_s, window.departure_window_min)
        return percentiles_of(minutes[:, self.run.rows], ranks_of(percentiles, window.departure_window_min))

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
        amounts = self._amounts(service)
        _require("cutoff_min", cutoff_min, (1, self.limits.max_duration_min + 1))
        _require("every_min", every_min, (1, DAY_MIN))
        departure_s = np.arange(0, 60 * DAY_MIN, 60 * every_min, dtype=np.int32)
        minutes = self._over_the_day.get(
            (source, self._days.date_of(period), every_min),
            lambda: self._by_departure(source, period, departure_s),
        )
        reached = (minutes < cutoff_min) @ amounts
        day = self._days.departures(period)
        return Clock(
            departure_s=departure_s,
            reached=reached,
            known=np.array([not self.silent_feeds(period, int(at), cutoff_min) for at in departure_s]),
            rides=np.array([day.rides_from(int(at_s)) for at_s in departure_s]),
            beyond_known=self.beyond_known,
        )

    def journey(self, from_cell: str, to_cell: str, period: str, departure_s: int) -> Journey:
        """Find how to get from one cell to another when leaving at one minute, leg by leg.

        Parameters and errors are those of ``minutes_from``.
        """
        source, target = self._source(from_cell), self._source(to_cell)
        _require("departure_s", departure_s, self.day_span)
        found = itinerary_of(
            self._days.departures(period), self._days.schedule(period), source, target, departure_s,
            self.run.config.travel.walk_speed_km_h,
        )  # fmt: skip
        return Journey(from_cell, to_cell, found)

    def journey_to_nearest(self, from_cell: str, service: str, period: str, departure_s: int) -> Journey:
        """Find how to get to the cell of the run with the service that is reached first, leg by leg."""
        amounts = self._amounts(service)[self.run.rows]
        at = nearest_with(self.minutes_from(from_cell, period, departure_s), amounts)
        if at < 0:
            return Journey(from_cell, "", None)
        return self.journey(from_cell, self.cell_ids[at], period, departure_s)

    def silent_feeds(self, period: str, departure_s: int, within_min: int = 0) -> list[str]:
        """Name the feeds that do not tell of journeys from a minute (``access.live_coverage``).

        Parameters
        ----------
        period, departure_s
            As for ``minutes_from``.
        within_min : int
            How long the journeys may take.
        """
        return self._days.silent_feeds(period, departure_s, within_min)

    def rides_from(self, period: str, departure_s: int) -> bool:
        """Say whether anything can be boarded by somebody who leaves then; else all travel is on foot."""
        return self._days.departures(period).rides_from(departure_s)

    def _by_departure(self, source: int, period: str, departure_s: Seconds) -> Minutes:
        day = self._days.departures(period)
        minutes = np.stack([day.minutes(source, int(at_s))[0] for at_s in departure_s])
        minutes.flags.writeable = False
        return minutes

    def _amounts(self, service: str) -> Floats:
        if service not in self.run.amounts.of:
            raise ResultError(f"service {service!r}: has no data here; there are {', '.join(self.services)}")
        return self.run.amounts.of[service]

    def _source(self, cell_id: str) -> int:
        if cell_id not in self.row_of:
            raise ResultError(f"cell {cell_id!r}: is none of the run's {len(self.cell_ids):,} cells")
        return int(self.run.rows[self.row_of[cell_id]])


def _require(name: str, value: int, allowed: tuple[int, int]) -> None:
    low, high = allowed
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ResultError(f"{name} is {value!r}; allowed are whole numbers from {low:,} to {high:,}")
