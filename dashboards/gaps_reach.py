"""What can be reached from one cell at one minute: the map of minutes, and what it says in words."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.report_classes import Special
from access.report_data import Run
from access.report_findings import counted, service_label, total_of
from access.report_map import CellMap, class_colours, legend_of
from dashboards.cell_panel_facts import cell_name
from dashboards.gaps_choice import Choice, run_of
from dashboards.maps import LOOKS, Shown
from dashboards.run_data import RunData
from dashboards.view import View
from dashboards.words import Words

BANDS_MIN = (15, 30, 45, 60, 90, 120)
NOT_REACHED = 255
STEP_MIN = 5
DAY_MIN = 24 * 60
SHOWN_UNLESS_TOLD_MIN = 8 * 60

MinutesArray = npt.NDArray[np.uint8]


class Reach(NamedTuple):
    """What is shown from a cell: from where, when, and minutes to every cell (255: not reached)."""

    row: int
    at_min: int
    minutes: MinutesArray


def is_on(view: View) -> bool:
    """Whether the view shows the reach map of its cell."""
    return view.more.get("reach") == "1" and bool(view.cell)


def at_of(view: View, run: Run) -> int:
    """Minute of the day shown: that of the view, else the start of the period, on a step of the slider."""
    given = view.more.get("at", "")
    if given.isdigit() and int(given) < DAY_MIN:
        return int(given) // STEP_MIN * STEP_MIN
    start = run.period(view.period).get("departure_start") or run.period(view.period).get("arrival_start")
    if not start:
        return SHOWN_UNLESS_TOLD_MIN
    hours, minutes = (int(part) for part in str(start).split(":")[:2])
    return (hours * 60 + minutes) % DAY_MIN // STEP_MIN * STEP_MIN


def reach_map(data: RunData, reach: Reach, choice: Choice, words: Words) -> Shown:
    """Return the map of minutes from a cell, in bands: light is near, dark is far."""
    run, texts = run_of(data, choice), words.texts
    minutes = reach.minutes.astype(np.int64)
    longest = int(run.travel.get("max_duration_min") or BANDS_MIN[-1])
    bands = [band for band in BANDS_MIN if band < longest]
    classes = np.searchsorted(np.asarray(bands), minutes, side="right").astype(np.int64)
    classes[minutes == NOT_REACHED] = Special.NONE_REACHED if run.snapped()[reach.row] else Special.NO_DATA
    classes[~run.snapped()] = Special.NOT_LINKED
    colours = class_colours(len(bands) + 1)[::-1]
    ends = [0, *bands, longest]
    looks = [
        (k, f"class_{k}", words("gaps.reach.band", low=low, high=high), colours[k], "")
        for k, (low, high) in enumerate(pairwise(ends))
    ]
    colour, pattern = LOOKS[Special.NONE_REACHED]
    none = words("gaps.reach.not_reached", minutes=longest)
    looks.append((int(Special.NONE_REACHED), "not_reached", none, colour, pattern))
    colour, pattern = LOOKS[Special.NO_DATA]
    looks.append((int(Special.NO_DATA), "no_data", texts("map.no_data"), colour, pattern))
    colour, pattern = LOOKS[Special.NOT_LINKED]
    looks.append((int(Special.NOT_LINKED), "not_linked", texts("map.not_linked"), colour, pattern))
    legend, entry_of_cell = legend_of(looks, classes, data.residents)
    title = words(
        "gaps.reach.title", place=cell_name(data, reach.row, words), time=texts.clock(reach.at_min * 60)
    )
    made = CellMap(
        title, texts.label(run.period(choice.period).get("label")), words("gaps.reach.legend"),
        words("gaps.reach.note"), legend, entry_of_cell,
    )  # fmt: skip
    reached = (reach.minutes != NOT_REACHED) & run.snapped()
    return made, np.where(reached, minutes, np.nan).astype(np.float32)


def reach_sentence(data: RunData, reach: Reach, choice: Choice, words: Words) -> str:
    """Say how much of the service is reached from the cell when leaving at that minute."""
    texts, run = words.texts, run_of(data, choice)
    time = texts.clock(reach.at_min * 60)
    if not run.snapped()[reach.row]:
        return words("gaps.cell.not_linked")
    if (reach.minutes == NOT_REACHED).all():
        return words("gaps.reach.nothing", time=time)
    there = np.nan_to_num(run.column(f"n_{choice.service}"))
    n = float(there[reach.minutes < choice.cutoff_min].sum())
    total = total_of(run, choice.service)
    people = float(np.nansum(data.residents[reach.minutes < choice.cutoff_min]))
    key = "gaps.reach.sentence_of_total" if total else "gaps.reach.sentence"
    return words(
        key,
        time=time,
        n=counted(run, choice.service, n, texts),
        share=texts.percent(n / total if total else None),
        cutoff=choice.cutoff_min,
        people=texts.plural("residents", people),
        service=service_label(run, choice.service, texts),
    )
