"""Part of a run: what other walking speeds, service days or sizes of cells give, each as its own band."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace

from access.config import RunConfig
from access.errors import DataQualityWarning
from access.indicators import Row
from access.place_sources import read_place_sources
from access.ranges import sensitivity_bands
from access.run_network import RunNetwork
from access.snapping import SNAPPED
from access.stage_inputs import Inputs
from access.stage_measures import Measures, PeriodMeasured, measures_of
from access.stage_network import cell_walks, snap_cells, stop_walks
from access.stage_places import load_cells, load_residents
from access.stage_services import load_services
from access.stage_timetable import load_timetables
from access.travel_again import reach_again, walks_again, with_travel
from access.uncertainty_kinds import Choice


def sensitivity_rows(
    network: RunNetwork, measures: Measures, periods: Sequence[PeriodMeasured]
) -> Iterator[Row]:
    """Yield the bands of everything that the configuration asks to vary."""
    config = network.inputs.loaded.config
    sensitivity = config.sensitivity
    rows = [row for period in periods for row in period.access.rows]
    speeds = sensitivity.walk_speeds_km_h
    by_speed = {f"{speed:g}": _at_speed(network, measures, periods, speed) for speed in speeds}
    yield from sensitivity_bands(rows, by_speed, Choice.WALKING_SPEED, f" {', '.join(by_speed)} km/h")
    if sensitivity.service_dates and not any(_moves(config, period.name) for period in config.periods):
        warnings.warn(
            "sensitivity.service_dates: every period names a day of its own, so that no other day is tried",
            DataQualityWarning,
            stacklevel=2,
        )
    by_day = {str(day): _measured(_on_date(network, str(day)), periods) for day in sensitivity.service_dates}
    common = [row for row in rows if _moves(config, str(row["period"]))]
    yield from sensitivity_bands(common, by_day, Choice.SERVICE_DATE, f" {', '.join(by_day)}")
    by_size = {str(size): _measured(_at_size(network, size), periods) for size in sensitivity.h3_resolutions}
    what = f", H3 resolution {', '.join(by_size)}"
    yield from sensitivity_bands(rows, by_size, Choice.CELL_SIZE, what)


def _at_speed(
    network: RunNetwork, measures: Measures, periods: Sequence[PeriodMeasured], speed_km_h: float
) -> list[Row]:
    inputs = with_travel(network.inputs, walk_speed_km_h=speed_km_h)
    cells, stops = walks_again(inputs, network.cells, network.stops, network.threads)
    return _rows(RunNetwork(inputs, cells, stops, network.threads), measures, periods)


def _on_date(network: RunNetwork, day: str) -> RunNetwork:
    """Return the network on another service day, for the periods that name no day of their own."""
    inputs = network.inputs
    config = inputs.loaded.config
    changed = _changed(config, schedule=config.schedule.model_dump(mode="json") | {"service_date": day})
    loaded = replace(inputs.loaded, config=changed)
    return network._replace(inputs=replace(inputs, loaded=loaded, timetables=load_timetables(loaded)))


def _at_size(network: RunNetwork, resolution: int) -> RunNetwork:
    """Return the network with cells of another size, people and opportunities brought onto them anew."""
    inputs, threads = network.inputs, network.threads
    config = inputs.loaded.config
    changed = _changed(config, cells=config.cells.model_dump(mode="json") | {"h3_resolution": resolution})
    loaded = replace(inputs.loaded, config=changed)
    sources = read_place_sources(loaded)
    cells = load_cells(loaded, sources)
    residents = load_residents(loaded, sources, cells)
    services = load_services(loaded, sources, cells.ids)
    snap = snap_cells(inputs.streets, cells.points.lon, cells.points.lat, changed.max_snap_m)
    services = services.on_streets(snap[0].state == SNAPPED)
    again: Inputs = replace(inputs, loaded=loaded, cells=cells, residents=residents, services=services)
    walks = cell_walks(inputs.streets, snap, changed.travel, threads)
    stops = (network.stops.snap, network.stops.report)
    schedule = inputs.timetables.any_schedule()
    return RunNetwork(
        again, walks, stop_walks(inputs.streets, walks, stops, changed.travel, threads, schedule), threads
    )


def _measured(network: RunNetwork, periods: Sequence[PeriodMeasured]) -> list[Row]:
    return _rows(network, measures_of(network.inputs, network.cells), periods)


def _rows(network: RunNetwork, measures: Measures, periods: Sequence[PeriodMeasured]) -> list[Row]:
    """Return the numbers of the same periods, those with data, on another network."""
    inputs, cells, stops, threads = network
    wanted = {period.plan.config.name for period in periods}
    rows: list[Row] = []
    for plan in inputs.timetables.plans:
        name = plan.config.name
        if plan.has_data and name in wanted:
            limits = measures.limits_min()
            found = reach_again(inputs, cells, stops, [plan], measures.opportunities, limits, threads)
            rows.extend(measures.access(name, found[name]).rows)
    return rows


def _moves(config: RunConfig, period: str) -> bool:
    """Say whether a period follows the service day of the schedule."""
    return next(each.service_date is None for each in config.periods if each.name == period)


def _changed(config: RunConfig, **sections: object) -> RunConfig:
    return RunConfig.model_validate(config.model_dump(mode="json") | sections)
