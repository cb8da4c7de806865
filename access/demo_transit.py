"""Stops and trips of the demo city: lines and headways become arrays, one feed at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access import demo_plan as plan
from access.demo_lines import (
    CORE_LINES,
    FREQUENCY_ROUTE,
    HEADWAYS,
    SERVICES,
    Band,
    Headways,
    Line,
    suburban_lines,
)
from access.demo_plan import Floats, Ints, noise01

HALF_BLOCK_M = plan.BLOCK_M // 2
HEADINGS = "ENWS"
EAST_STEP, NORTH_STEP = np.array([1, 0, -1, 0]), np.array([0, 1, 0, -1])
DWELL_S = 20  # trams and rapid lines; a bus leaves when it arrives


class Places(NamedTuple):
    """Where vehicles stop, in half blocks from the main square; ``heading`` counts E, N, W, S. Shape (n,)."""

    column: Ints
    row: Ints
    heading: Ints


class Feed(NamedTuple):
    """One GTFS feed as arrays. Times are seconds after 00:00, -1 where the feed leaves them blank.

    ``visit_*`` have shape (n_visits,), ``trip_*`` (n_trips,); trip ``t`` owns the visits from
    ``trip_start[t]`` to ``trip_start[t + 1]``.
    """

    name: str
    lines: list[Line]
    stops: Places
    trip_line: Ints
    trip_direction: Ints
    trip_service: Ints
    trip_number: Ints
    trip_start: Ints
    visit_stop: Ints
    visit_sequence: Ints
    arrival_s: Ints
    departure_s: Ints
    distance_m: Ints  # -1 where not given
    frequency_trips: Ints  # trips that stand for a headway


class _Block(NamedTuple):
    """All trips of one line, direction and kind of day."""

    line: int
    direction: int
    service: int
    starts_s: Ints
    places: Places
    offset_s: Ints
    timed: npt.NDArray[np.bool_]
    distance_m: Ints


def make_feed(
    name: str,
    size: plan.CitySize,
    seed: int,
    core: Sequence[Line] = CORE_LINES,
    headways: Mapping[str, Headways] = HEADWAYS,
) -> Feed:
    """Timetable of the feed ``bus`` or ``tram``; a line of ``core`` names its ``headways``."""
    lines = [line for line in (*core, *suburban_lines(size)) if line.feed == name]
    blocks = [
        block
        for row, line in enumerate(lines)
        for direction in (0, 1)
        for block in _line_blocks(row, line, direction, headways[line.headways], size, seed)
    ]
    return _join(name, lines, blocks, size)


def _line_blocks(
    row: int, line: Line, direction: int, days: Headways, size: plan.CitySize, seed: int
) -> list[_Block]:
    places, along_m = _places(line, direction)
    run_s = np.rint(along_m / (line.speed_km_h / 3.6)).astype(np.int64)
    timed = np.ones(len(run_s), dtype=bool)
    limited = size.hours is not None  # trips cut at the edges of the hours must be timed at every stop
    if line.timing != "all" and not limited:
        timed[1:-1] = False
    distance = along_m if line.timing == "distance" else np.full(len(along_m), -1)
    blocks = []
    for service, bands in enumerate(days):
        if not bands or (limited and service):
            continue
        phase = noise01(np.array([row * 8 + direction * 4 + service]), seed, 40 + (line.feed == "tram"))[0]
        starts = _departures(bands, phase)
        if line.route_id == FREQUENCY_ROUTE and service == 0 and not limited:
            starts = starts[:1]  # one trip as a pattern; frequencies.txt says how often
        blocks.append(_Block(row, direction, service, starts, places, run_s, timed, distance))
    return blocks


def _departures(bands: tuple[Band, ...], phase: float) -> Ints:
    """Whole-minute departures, evenly spaced within each band; ``phase`` 0..1 shifts the first one."""
    parts = []
    for start_h, end_h, headway_min in bands:
        first = round(start_h * 60) + int(phase * headway_min)
        parts.append(np.arange(first, round(end_h * 60), int(headway_min)) * 60)
    return np.concatenate(parts).astype(np.int64)


def _places(line: Line, direction: int) -> tuple[Places, Ints]:
    """Stops along the path in travel order, and metres from the first of them."""
    corners = [(round(2 * x), round(2 * y)) for x, y in line.path]
    if direction:
        corners.reverse()
    steps: list[tuple[int, int, int]] = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        heading = 0 if x1 > x0 else 2 if x1 < x0 else 1 if y1 > y0 else 3
        length = abs(x1 - x0) + abs(y1 - y0)
        dx, dy = int(EAST_STEP[heading]), int(NORTH_STEP[heading])
        steps += [(x0 + n * dx, y0 + n * dy, heading) for n in range(length)]
    steps.append((*corners[-1], steps[-1][2]))
    table = np.array(steps, dtype=np.int64)
    along = np.arange(len(table), dtype=np.int64)
    x, y = table[:, 0] * float(HALF_BLOCK_M), table[:, 1] * float(HALF_BLOCK_M)
    # the terminus decides where stops lie, the same ones in both directions
    from_terminus = along[::-1] if direction else along
    stops_here = (from_terminus % line.stop_every == 0) | (along == 0) | (along == along[-1])
    stops_here &= ~plan.in_river(x, y, 60)
    if line.skip_core:
        stops_here &= np.hypot(x, y) > plan.SUBURBS_FROM_M
    if not line.planted:
        stops_here &= ~plan.far_from_stops(x, y)
    along_m = (along * HALF_BLOCK_M)[stops_here]
    return Places(*table[stops_here].T), along_m - along_m[0]


def _join(name: str, lines: list[Line], blocks: list[_Block], size: plan.CitySize) -> Feed:
    """Multiply departures by run times, number the stops, keep the hours of the size."""
    stop_keys = np.unique(np.concatenate([_stop_key(block.places) for block in blocks]))
    trips: list[tuple[Ints, ...]] = []
    visits: list[tuple[Ints, ...]] = []
    counted = 0
    for block in blocks:
        n_trips, n_stops = len(block.starts_s), len(block.offset_s)
        dwell = np.full(n_stops, DWELL_S if lines[block.line].feed == "tram" else 0)
        dwell[[0, -1]] = 0
        arrival = block.starts_s[:, None] + (block.offset_s + np.cumsum(dwell) - dwell)[None, :]
        departure = arrival + dwell
        blank = np.broadcast_to(~block.timed, arrival.shape)
        keep = np.ones(arrival.shape, dtype=bool)
        if size.hours:
            keep = (arrival >= size.hours[0] * 3_600) & (departure <= size.hours[1] * 3_600)
            keep &= keep.sum(axis=1, keepdims=True) >= 2
        same = np.ones(n_trips, dtype=np.int64)
        number = np.arange(n_trips)
        trips.append(
            (block.line * same, block.direction * same, block.service * same, number, keep.sum(axis=1))
        )
        arrival, departure = np.where(blank, -1, arrival), np.where(blank, -1, departure)
        stop = np.searchsorted(stop_keys, _stop_key(block.places))
        across = (
            np.broadcast_to(row, arrival.shape)[keep] for row in (stop, np.arange(n_stops), block.distance_m)
        )
        visits.append((*across, arrival[keep], departure[keep]))
        counted += n_trips
    line, direction, service, number, count = (np.concatenate(part) for part in zip(*trips, strict=True))
    stop, sequence, distance, arrival, departure = (
        np.concatenate(part) for part in zip(*visits, strict=True)
    )
    used = count > 0
    line, direction, service, number, count = (
        part[used] for part in (line, direction, service, number, count)
    )
    frequent = (
        [] if size.hours else [row for row, entry in enumerate(lines) if entry.route_id == FREQUENCY_ROUTE]
    )
    frequency_trips = np.flatnonzero(np.isin(line, frequent) & (service == SERVICES.index("weekday")))
    trip_start = np.concatenate([[0], np.cumsum(count)])
    stops = Places(stop_keys // 16_384 - 1_024, stop_keys // 8 % 2_048 - 1_024, stop_keys % 8)
    return Feed(name, lines, stops, line, direction, service, number, trip_start, stop, sequence,
                arrival, departure, distance, frequency_trips)  # fmt: skip


def _stop_key(places: Places) -> Ints:
    return (places.column + 1_024) * 16_384 + (places.row + 1_024) * 8 + places.heading


def stop_positions(stops: Places) -> tuple[Floats, Floats]:
    """Plan metres of each stop: right of its arterial and a little before the crossing."""
    right_x, right_y = NORTH_STEP[stops.heading], -EAST_STEP[stops.heading]
    x = stops.column * HALF_BLOCK_M + 9.0 * right_x - 24.0 * EAST_STEP[stops.heading]
    y = stops.row * HALF_BLOCK_M + 9.0 * right_y - 24.0 * NORTH_STEP[stops.heading]
    return x, y
