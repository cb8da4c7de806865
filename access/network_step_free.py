"""The streets of a network that can be passed without steps, one of two bounds, in the form a cache keeps."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import NamedTuple

from access.errors import DataQualityWarning, InputDataError
from access.network_store import Text
from access.step_free import StepFreeLimits, StepFreeReport
from access.street_graph import StreetGraph


class StepFreeStreets(NamedTuple):
    """Streets of one bound, and how much of the length of all streets is known."""

    streets: StreetGraph
    known: Text

    @property
    def report(self) -> StepFreeReport:
        """How much of the walkable length is known to be passable, known not to be, and not said."""
        values = self.known.value()
        lengths_m = {name: values.pop(name) for name in ("yes_m", "no_m", "unknown_m")}
        return StepFreeReport(StepFreeLimits(**values), **lengths_m)


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
