"""The network of a run, as the later stages use it to travel again."""

from __future__ import annotations

from typing import NamedTuple

from access.stage_inputs import Inputs
from access.stage_network import SnappedCells, SnappedStops


class RunNetwork(NamedTuple):
    """Inputs, and cells and stops joined to the streets."""

    inputs: Inputs
    cells: SnappedCells
    stops: SnappedStops
    threads: int | None = None
