"""Standards of supply: whether public transport is near, and whether it leaves often enough.

SDG 11.2.1, the EU departures typology, people near frequent transit and PTAL, by cell and by group of
residents. A standard whose window the timetable does not cover, whose day is a weekend or whose distance is
beyond the walks of the run is *no data*, with the reason: it has neither columns nor rows. A cell that is not
snapped is NaN (None for classes) and its residents are not covered. A snapped cell without a stop in reach is
a finding: infinitely far, class ``none``, index 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from access.engine.arrays import WalkLinks, walk_links_problems
from access.errors import InputDataError
from access.supply_standards_coverage import Reason, departures_by_feed
from access.supply_standards_each import (
    eu_typology,
    near_frequent_transit,
    public_transport_level,
    sdg_11_2_1,
)
from access.supply_standards_given import EU, FREQUENT, PTAL, SDG, Column, Given, Row
from access.supply_standards_rules import SupplyRules, rules_problems
from access.supply_standards_walks import cell_walks_m
from gtfs.feed import SEPARATOR
from gtfs.supply_directions import trip_directions
from gtfs.timetable import Schedule

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SupplyStandards:
    """Standards of supply of one service day."""

    columns: dict[str, Column] = field(default_factory=dict)  # by cell, each of shape (n_cells,)
    rows: list[Row] = field(default_factory=list)  # for the table of indicators
    notes: list[str] = field(default_factory=list)  # what weakens a number, in words
    no_data: dict[str, Reason] = field(default_factory=dict)  # standard -> why it is left out


def supply_standards(
    schedule: Schedule,
    access: WalkLinks,
    *,
    walk_speed_km_h: float,
    max_walk_min: float,
    residents: Mapping[str, Floats],
    snapped: npt.NDArray[np.bool_],
    whole_timetable: Mapping[str, bool],
    rules: SupplyRules | None = None,
) -> SupplyStandards:
    """Measure all standards of supply on one service day.

    Parameters
    ----------
    schedule : Schedule
        Of the service day; a weekday for all standards but SDG 11.2.1.
    access : WalkLinks
        Walks from cells to stops.
    walk_speed_km_h, max_walk_min : float
        Speed and longest time of those walks. It only turns their seconds back into metres: a standard that
        is written in minutes has a walking speed of its own.
    residents : mapping of str to array of float, shape (n_cells,)
        Residents by group; ``"all"`` by convention first.
    snapped : array of bool, shape (n_cells,)
        Which cells are joined to a street.
    whole_timetable : mapping of str to bool
        By name of every feed of the schedule, whether it is all that its operator runs.
    rules : SupplyRules, optional
        Constants other than the standards' own.

    Raises
    ------
    InputDataError
        An argument is out of range or of the wrong shape; all of them are listed.
    """
    rules = rules or SupplyRules()
    problems = rules_problems(rules)
    problems += _problems(
        schedule, access, walk_speed_km_h, max_walk_min, residents, snapped, whole_timetable
    )
    if problems:
        raise InputDataError("standards of supply: " + "; ".join(problems))
    given = Given(
        schedule=schedule,
        directions=trip_directions(schedule.timetable),
        walks=cell_walks_m(access, walk_speed_km_h, max_walk_min),
        residents=residents,
        snapped=snapped,
        departures=departures_by_feed(schedule, list(whole_timetable)),
        whole_timetable=whole_timetable,
        rules=rules,
    )
    measures = {
        SDG: sdg_11_2_1,
        EU: eu_typology,
        FREQUENT: near_frequent_transit,
        PTAL: public_transport_level,
    }
    found = SupplyStandards()
    for name, measure in measures.items():
        result = measure(given)
        if isinstance(result, Reason):
            found.no_data[name] = result
            found.notes.append(f"{name}: no data: {result.en}")
        else:
            found.columns.update(result.columns)
            found.rows.extend(result.rows)
            found.notes.extend(result.notes)
    return found


def _problems(
    schedule: Schedule,
    access: WalkLinks,
    walk_speed_km_h: float,
    max_walk_min: float,
    residents: Mapping[str, Floats],
    snapped: npt.NDArray[np.bool_],
    whole_timetable: Mapping[str, bool],
) -> list[str]:
    """List what would make a standard wrong."""
    problems = [
        f"{name} must be a positive number, got {value}"
        for name, value in (("walk_speed_km_h", walk_speed_km_h), ("max_walk_min", max_walk_min))
        if not 0 < value < np.inf
    ]
    n_cells, n_stops = len(snapped), schedule.timetable.n_stops
    problems += walk_links_problems("access", access, n_cells, n_stops, least_s=-3_600)
    if not residents:
        problems.append("residents names no group; give at least {'all': ...}")
    for group, people in residents.items():
        if len(people) != n_cells:
            problems.append(f"residents of {group} are {len(people)} values; there are {n_cells} cells")
        elif not (np.isfinite(people) & (np.asarray(people) >= 0)).all():
            problems.append(
                f"residents of {group} must be 0 or more in every cell; write 0 where nobody lives"
            )
    if not whole_timetable:
        problems.append("whole_timetable must name every feed of the schedule, got none")
    elif len(whole_timetable) > 1:
        named = {route_id.partition(SEPARATOR)[0] for route_id in schedule.route_ids}
        unknown = sorted(named - set(whole_timetable))
        if unknown:
            problems.append(
                f"whole_timetable names {sorted(whole_timetable)}, routes belong to {unknown} too"
            )
    return problems
