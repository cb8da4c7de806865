"""Whether a timetable says anything about a window: a feed that is silent there is no data, not no service.

A feed covers a window if vehicles leave in it and if its day reaches across it: its first departure of the
day is not much later than the start of the window, its last not much earlier than the end. *Much* is a
quarter of the window, at most an hour. So an extract that begins at 11:20 is no data for the hours 6:00 to
20:00, though vehicles leave in them. A feed that is its operator's whole timetable covers every window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.feed import SEPARATOR
from gtfs.stop_times import format_time
from gtfs.supply import DAY_END_S, departures_between
from gtfs.timetable import Schedule

LARGEST_MARGIN_S = 3_600


class Reason(NamedTuple):
    """Why a standard has no data, in both languages of the reports."""

    en: str
    fr: str


def departures_by_feed(schedule: Schedule, feeds: Sequence[str]) -> dict[str, npt.NDArray[np.int32]]:
    """Return when vehicles of each feed leave on the service day, ascending seconds after 00:00.

    Trips of the night before count after midnight, as do the day's own after 24:00; those of the day after
    do not.

    Parameters
    ----------
    schedule : Schedule
        Of one feed, or of merged feeds with ids ``feed:id``.
    feeds : sequence of str
        Their names.
    """
    timetable = schedule.timetable
    calls = departures_between(timetable, 0, 2 * DAY_END_S)
    today = timetable.trip_day[calls.trip] <= 0
    owner = np.zeros(len(schedule.route_ids), dtype=np.int64)
    if len(feeds) > 1:
        number = {name: at for at, name in enumerate(feeds)}
        owner = np.array([number.get(name.partition(SEPARATOR)[0], -1) for name in schedule.route_ids])
    feed_of_call = owner[calls.route]
    return {name: np.sort(calls.time_s[today & (feed_of_call == at)]) for at, name in enumerate(feeds)}


def window_gap(
    departure_s: Mapping[str, npt.NDArray[np.int32]],
    whole_timetable: Mapping[str, bool],
    start_s: int,
    end_s: int,
) -> Reason | None:
    """Return why a window is no data, or None where every feed covers it.

    Parameters
    ----------
    departure_s : mapping of str to array of int
        Departures of the day by feed, ascending, see ``departures_by_feed``.
    whole_timetable : mapping of str to bool
        Whether a feed is its operator's whole timetable; missing means it is not.
    start_s, end_s : int
        Window ``[start_s, end_s)`` in seconds after 00:00.
    """
    margin_s = min((end_s - start_s) // 4, LARGEST_MARGIN_S)
    english, french = [], []
    for name, leaves_s in departure_s.items():
        if whole_timetable.get(name, False):
            continue
        if not len(leaves_s):
            english.append(f"{name}: nothing leaves on that day")
            french.append(f"{name} : aucun départ ce jour-là")
            continue
        first_s, last_s = int(leaves_s[0]), int(leaves_s[-1])
        inside = bool(((leaves_s >= start_s) & (leaves_s < end_s)).any())
        if inside and first_s <= start_s + margin_s and last_s >= end_s - margin_s:
            continue
        english.append(f"{name}: departures only from {_clock(first_s)} to {_clock(last_s)}")
        french.append(f"{name} : départs de {_clock(first_s)} à {_clock(last_s)} seulement")
        if not inside:
            english[-1] += ", none in the window"
            french[-1] += ", aucun dans la fenêtre"
    if not english:
        return None
    window = f"{_clock(start_s)}-{_clock(end_s)}"
    return Reason(
        f"the timetable does not cover {window}: {'; '.join(english)}; say whole_timetable where that is all "
        "that runs",
        f"l’horaire ne couvre pas {window} : {' ; '.join(french)} ; indiquez whole_timetable si rien d’autre "
        "ne circule",
    )


def _clock(time_s: int) -> str:
    return format_time(time_s)[:-3]
