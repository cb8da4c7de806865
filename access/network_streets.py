"""The streets of a network by mode, read from its one file: on foot, without steps, by road.

The readers bring osmium, scipy and osmnx, which a cached network does not need: each is imported at its use.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from access.errors import DataQualityWarning, InputDataError
from access.network_store import Text
from access.road_graph import RoadGraph, RoadRules
from access.street_graph import StreetGraph

if TYPE_CHECKING:
    from access.step_free import StepFreeReport


class StepFreeStreets(NamedTuple):
    """Streets of one bound, and how much of the length of all streets is known."""

    streets: StreetGraph
    known: Text

    @property
    def report(self) -> StepFreeReport:
        """How much of the walkable length is known to be passable, known not to be, and not said."""
        from access.step_free import StepFreeLimits, StepFreeReport

        values = self.known.value()
        lengths_m = {name: values.pop(name) for name in ("yes_m", "no_m", "unknown_m")}
        return StepFreeReport(StepFreeLimits(**values), **lengths_m)


def read_walk_streets(path: Path) -> StreetGraph:
    """Read the streets to walk on from an ``.osm.pbf`` or a ``.graphml`` of osmnx.

    Raises
    ------
    InputDataError
        The file cannot be used as streets.
    """
    from access.streets import read_streets_graphml, read_streets_pbf

    read = read_streets_graphml if path.suffix == ".graphml" else read_streets_pbf
    return read(path)[0]


def read_roads(path: Path, rules: RoadRules) -> RoadGraph:
    """Read the roads of a mode; a ``.graphml`` of osmnx serves for driving only.

    Raises
    ------
    InputDataError
        The file has nothing for this mode.
    """
    if path.suffix != ".graphml":
        from access.roads import read_roads_pbf

        return read_roads_pbf(path, rules)[0]
    from access.driving import DrivingRules
    from access.roads_osmnx import read_roads_graphml

    if not isinstance(rules, DrivingRules):
        raise InputDataError(f"{path}: does not say where one may cycle; cycling needs an .osm.pbf")
    return read_roads_graphml(path, rules)[0]


def read_step_free_streets(path: Path, bound: str) -> StepFreeStreets:
    """Read the streets of a bound, ``"best"`` or ``"worst"``; warn of how little is known.

    Raises
    ------
    InputDataError
        The streets have no tags (a ``.graphml``), or not one street is known to be passable.
    """
    from access.street_modes import read_street_modes_pbf

    if path.suffix == ".graphml":
        raise InputDataError(
            f"{path}: step_free needs the tags of an .osm.pbf; give one, or leave step_free out"
        )
    read = read_street_modes_pbf(path, step_free_bounds=(bound,))
    report = read.step_free_report
    if bound not in read.step_free:
        raise InputDataError(
            f"{path}: not one street is known to be passable without steps, so that the {bound} case is "
            f'empty ({report.summary()}); step_free="best" passes what is not said'
        )
    warnings.warn(report.summary(), DataQualityWarning, stacklevel=2)
    return StepFreeStreets(read.step_free[bound][0], Text.of(report.as_dict()))
