"""Stage of a run: travel times without transit, one matrix for each mode that the configuration names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from access.config_modes import ModeConfig, snap_limit_m
from access.driving import DrivingRules
from access.engine.arrays import Minutes
from access.errors import InputDataError
from access.matrix_reader import blocks_of
from access.progress import Stage
from access.reach_of_cells import Reach, reach_of_cells
from access.results import write_street_times
from access.roads_osmnx import read_roads_graphml
from access.snapping import SnapReport, Streets, check_snap, snap
from access.stage_inputs import Inputs
from access.street_modes import StreetModes, read_street_modes_pbf, street_travel_times


@dataclass(frozen=True)
class ModeNetwork:
    """What one mode travels on, and its rules in words."""

    config: ModeConfig
    streets: Streets
    walk_speed_km_h: float | None  # on foot; roads have their own speeds
    rules: str


@dataclass(frozen=True)
class ModeRecord:
    """What the manifest says of a mode."""

    name: str
    label: Mapping[str, str]
    mode: str
    rules: str
    max_duration_min: int
    cells_snapped: int
    pairs_reached: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class ModeReach:
    """What all cells reach by one mode."""

    name: str
    mode: str
    reach: Mapping[str, Reach]  # by service
    longest_min: int


def mode_networks(inputs: Inputs, modes: Sequence[ModeConfig] | None = None) -> list[ModeNetwork]:
    """Read the networks of all modes, or of some, those of an ``.osm.pbf`` in one pass.

    Raises
    ------
    InputDataError
        If the configured streets do not hold what a mode needs.
    """
    loaded = inputs.loaded
    modes = loaded.config.modes if modes is None else modes
    walk_km_h = loaded.config.travel.walk_speed_km_h
    rules = {mode.name: mode.road_rules(walk_km_h) for mode in modes}
    roads = {name: own for name, own in rules.items() if own is not None}
    bounds = tuple(sorted({mode.step_free for mode in modes if mode.step_free}))
    source, read = loaded.config.streets, None
    if (roads or bounds) and source.osm_pbf:
        read = read_street_modes_pbf(loaded.path(source.osm_pbf), roads, step_free_bounds=bounds)
    return [_network(inputs, mode, read) for mode in modes]


def _network(inputs: Inputs, mode: ModeConfig, read: StreetModes | None) -> ModeNetwork:
    source = inputs.loaded.config.streets
    walk_km_h = inputs.loaded.config.travel.walk_speed_km_h
    rules = mode.road_rules(walk_km_h)
    if rules is None:
        return _on_foot(inputs, mode, read, mode.speed_km_h or walk_km_h)
    if read is not None:
        roads, report = read.roads[mode.name]
    elif source.graphml and isinstance(rules, DrivingRules):
        roads, report = read_roads_graphml(inputs.loaded.path(source.graphml), rules)
    else:
        raise InputDataError(
            f"modes.{mode.name}: streets from {_kind(source.graphml)} do not say where one may go by "
            f"{mode.mode}; give streets.osm_pbf, or leave the mode out"
        )
    return ModeNetwork(mode, roads, None, report.summary())


def _on_foot(inputs: Inputs, mode: ModeConfig, read: StreetModes | None, speed_km_h: float) -> ModeNetwork:
    words = f"walking at {speed_km_h:g} km/h"
    if mode.step_free is None:
        return ModeNetwork(mode, inputs.streets, speed_km_h, words)
    if read is None:
        raise InputDataError(
            f"modes.{mode.name}: step_free needs the tags of streets.osm_pbf; give it, or leave step_free out"
        )
    if mode.step_free not in read.step_free:
        raise InputDataError(
            f"modes.{mode.name}: not one street is known to be passable without steps, so that the "
            f"{mode.step_free} case is empty ({read.step_free_report.summary()}); leave the mode out"
        )
    streets, report = read.step_free[mode.step_free]
    words += f", without steps, {mode.step_free} case: {report.summary()}; {read.step_free_report.summary()}"
    return ModeNetwork(mode, streets, speed_km_h, words)


def mode_times(
    inputs: Inputs,
    networks: list[ModeNetwork],
    folder: Path,
    threads: int | None,
    stage: Stage,
    limits_min: Sequence[int] = (),
) -> tuple[list[ModeRecord], list[ModeReach]]:
    """Compute and write ``travel_times/NAME.parquet`` of each mode.

    Returns
    -------
    list of ModeRecord, list of ModeReach
        What the manifest says of them, and what they reach within ``limits_min``, to compare transit with.

    Raises
    ------
    InputDataError
        If no cell is near a street of a mode.
    """
    ids = inputs.cells.ids
    records, reached = [], []
    for number, network in enumerate(networks):
        mode = network.config
        minutes, report = minutes_of_mode(inputs, network, threads)
        longest_min = longest_of(mode, inputs)
        n_pairs = write_street_times(folder / "travel_times" / f"{mode.name}.parquet", ids, ids, minutes)
        records.append(
            ModeRecord(
                mode.name,
                mode.label.model_dump(),
                mode.mode,
                network.rules,
                longest_min,
                report.n_snapped,
                n_pairs,
            )
        )
        reached.append(mode_reach(mode, inputs, minutes, limits_min))
        stage.advance(number + 1, len(networks))
    return records, reached


def minutes_of_mode(inputs: Inputs, network: ModeNetwork, threads: int | None) -> tuple[Minutes, SnapReport]:
    """Compute the matrix of one mode, uint8 (n_cells, n_cells).

    Raises
    ------
    InputDataError
        If no cell is near a street of the mode.
    """
    mode, points = network.config, inputs.cells.points
    max_snap_m = snap_limit_m(inputs.loaded.config.streets.max_snap_m, mode.step_free)
    snapped = snap(network.streets, points.lon, points.lat, max_snap_m)
    what, consequence = f"cells ({mode.label.en})", "are not reached by this mode"
    report = check_snap(network.streets, points.lon, points.lat, snapped, what, consequence)
    minutes = street_travel_times(
        network.streets,
        snapped,
        snapped,
        max_duration_min=longest_of(mode, inputs),
        walk_speed_km_h=network.walk_speed_km_h,
        same_points=True,
        threads=threads,
    )
    return minutes, report


def mode_reach(mode: ModeConfig, inputs: Inputs, minutes: Minutes, limits_min: Sequence[int]) -> ModeReach:
    """Return what all cells reach by a mode of which the matrix is known."""
    counts = inputs.services.known()
    reach = reach_of_cells(blocks_of(minutes), len(inputs.cells.ids), counts, limits_min)
    return ModeReach(mode.name, mode.mode if not mode.step_free else "", reach, longest_of(mode, inputs))


def longest_of(mode: ModeConfig, inputs: Inputs) -> int:
    """Return the longest travel time that counts for a mode, minutes."""
    return mode.max_duration_min or inputs.loaded.config.travel.max_duration_min


def _kind(graphml: str | None) -> str:
    return "an osmnx graph" if graphml else "a download"
