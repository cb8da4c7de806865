"""All candidates of a run for an objective, in the order in which they are tried.

Only changes that can matter are generated: headways in the parts of the day that the objective's periods lie
in, and for the whole of such a day; longer hours only into those periods. The order puts first the strongest
variants, and of them those of routes whose stops most of the people concerned have within ``NEAR_MIN``
minutes on foot, so that a list cut short loses the least promising.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.equity import share_of_income_range
from access.stage_timetable import PeriodPlan
from access.suggest_candidates import Candidate, DayKind, Window, day_kind, unique
from access.suggest_headways import headway_candidates
from access.suggest_lines import RouteOfDay, routes_of_day
from access.suggest_quick import Quick
from access.suggest_spans import span_candidates
from access.suggest_zones import ZonePlace, zone_candidates
from access.warm_run import WarmRun

Floats = npt.NDArray[np.float64]
NEAR_MIN = 10


def candidates_of(quick: Quick) -> list[Candidate]:
    """Return the candidates of a run, the most promising first; the same for the same run."""
    routes = _routes(quick.warm)
    by_kind: dict[DayKind, list[RouteOfDay]] = {}
    for day, found in routes.items():
        by_kind.setdefault(day_kind(day), found)
    zones = zones_of_run(quick.warm)
    candidates: list[Candidate] = []
    for plan in quick.plans:
        window = window_of(plan)
        candidates += headway_candidates(routes[plan.service_date], window)
        candidates += span_candidates(by_kind, window)
    first = quick.plans[0]
    candidates += zone_candidates(routes[first.service_date], zones, window_of(first))
    return _in_order(unique(candidates), routes, quick)


def window_of(plan: PeriodPlan) -> Window:
    """Return when people of a period leave; of arrivals, the hour before them as well."""
    start_s = plan.config.start_s - (3600 if plan.config.arrive_by else 0)
    return Window(day_kind(plan.service_date), max(0, start_s), plan.config.end_s)


def zones_of_run(warm: WarmRun) -> list[ZonePlace]:
    """Return the zones of the register in the run's folder, most residents first; none without a register."""
    file = None if warm.folder is None else warm.folder / "zones.parquet"
    if file is None or not file.exists():
        return []
    table = pd.read_parquet(file, columns=["zone_id", "label_en", "label_fr", "cells", "name"])
    cells, people = warm.base.network.inputs.cells, warm.base.measures.people
    row = {cell: number for number, cell in enumerate(cells.study_ids)}
    points = cells.study_points
    zones = []
    for zone in table.itertuples():
        members = np.array([row[cell] for cell in str(zone.cells).split(",") if cell in row], dtype=np.int64)
        population = np.nan_to_num(people.population[members])
        if population.sum() > 0:
            label = {"en": str(zone.name or zone.label_en), "fr": str(zone.name or zone.label_fr)}
            place = points.lon[members], points.lat[members]
            zones.append(ZonePlace(str(zone.zone_id), label, *place, population))
    return zones


def _routes(warm: WarmRun) -> dict[date, list[RouteOfDay]]:
    schedules = warm.base.network.inputs.timetables.schedules
    return {day: routes_of_day(schedule, warm.feeds) for day, schedule in sorted(schedules.items())}


def _in_order(
    candidates: Sequence[Candidate], routes: dict[date, list[RouteOfDay]], quick: Quick
) -> list[Candidate]:
    near = _residents_near(quick)
    promise: dict[tuple[str, str], float] = {}
    for found in routes.values():
        for route in found:
            stops = {stop.row for pattern in route.patterns for stop in pattern.stops}
            key = route.feed, route.route_id
            promise[key] = max(promise.get(key, 0.0), near(stops))
    return sorted(candidates, key=lambda c: (c.weaker, -promise.get(c.route, 0.0), c.key))


def _residents_near(quick: Quick) -> _Near:
    people, network = quick.warm.base.measures.people, quick.warm.base.network
    if quick.objective.needs_rights:
        concerned = np.nan_to_num(people.population) * np.nan_to_num(_rights(quick))
    else:
        poor = share_of_income_range(people.income, people.population, 0.0, 0.4)
        concerned = np.nan_to_num(people.population * poor)
    weight = np.zeros(len(network.inputs.cells.ids))
    weight[network.inputs.cells.study_rows] = concerned
    access = network.stops.access
    cell = np.repeat(np.arange(len(access.start) - 1), np.diff(access.start))
    close = access.walk_s <= 60 * NEAR_MIN
    return _Near(weight, cell[close], np.asarray(access.target)[close])


def _rights(quick: Quick) -> Floats:
    unmet = quick.base.rights_unmet
    return np.zeros(len(quick.objective.population)) if unmet is None else unmet


class _Near:
    """Adds up who is concerned near any of some stops."""

    def __init__(self, weight: Floats, cell: npt.NDArray[np.int64], stop: npt.NDArray[np.integer]) -> None:
        order = np.argsort(stop, kind="stable")
        self.weight, self.cell, self.stop = weight, cell[order], stop[order]

    def __call__(self, stops: set[int]) -> float:
        rows = [np.arange(*np.searchsorted(self.stop, [stop, stop + 1])) for stop in sorted(stops)]
        return float(self.weight[np.unique(self.cell[np.concatenate(rows)])].sum())
