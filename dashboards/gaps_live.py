"""What the page Gaps asks of the live engine, and in what words it says that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from access.report_section import joined
from dashboards import live
from dashboards.gaps_choice import Choice
from dashboards.gaps_reach import MinutesArray
from dashboards.run_data import RunData, RunError
from dashboards.view import View
from dashboards.words import Words

TOLD = ("no_network", "getting_ready", "no_percentile")
EVERY_MIN = 15
MOST_PLACES = 8


def prepare(data: RunData) -> None:
    """Make the engine ready in the background, so that the first question need not wait."""
    live.prepare(data)


def minutes_from(data: RunData, cell_id: str, period: str, departure_s: int) -> MinutesArray:
    """Minutes from a cell to every cell of the run; 255 where it is not reached."""
    return np.asarray(live.live_city(data).minutes_from(cell_id, period, departure_s), dtype=np.uint8)


def clock(data: RunData, cell_id: str, choice: Choice) -> Any:
    """What a cell reaches for departures over 24 hours (``access.live_reach.Clock``)."""
    city = live.live_city(data)
    return city.clock(cell_id, choice.period, choice.service, choice.cutoff_min, every_min=EVERY_MIN)


def silence(data: RunData, view: View, at_min: int, words: Words) -> str:
    """Say which timetables do not tell of trips from a minute, or that everybody walks then; else empty."""
    city = live.live_city(data)
    if silent := city.silent_feeds(view.period, 60 * at_min, view.cutoff_min):
        return words("gaps.reach.silent", feeds=joined(silent, words.texts))
    longest_min = int(data.run.travel.get("max_duration_min") or view.cutoff_min)
    if later := city.silent_feeds(view.period, 60 * at_min, longest_min):
        return words("gaps.reach.silent_later", feeds=joined(later, words.texts), cutoff=view.cutoff_min)
    return "" if city.rides_from(view.period, 60 * at_min) else words("gaps.reach.walking_only")


def places(data: RunData, text: str) -> Sequence[Any]:
    """Places, cells and coordinates that a text may mean, best first."""
    return live.find_places(data, text, limit=MOST_PLACES)


def why_not(problem: Exception, words: Words) -> str:
    """Say why nothing can be computed live."""
    if isinstance(problem, RunError) and problem.kind in TOLD:
        return words(f"gaps.problem.{problem.kind}")
    return words("gaps.problem.failed")
