"""The map shown, drawn on the server as a picture or a drawing with title, legend, limits and sources."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from access.report import surroundings
from access.report_data import Headline
from access.report_ground import Ground, ground
from access.report_map import CellMap, legend_lines
from access.report_png import map_png, map_svg
from access.texts import Texts
from dashboards.run_data import RunData


@dataclass
class _Grounds:
    """Cells in metres of each run, made once; a handful of runs, so that nothing is ever thrown away."""

    made: dict[str, tuple[RunData, Ground]] = field(default_factory=dict)

    def of(self, data: RunData) -> Ground:
        known = self.made.get(data.name)
        if known is None or known[0] is not data:  # another app of this process may use the same name
            known = self.made[data.name] = (data, ground(data.run.cells))
        return known[1]


_GROUNDS = _Grounds()
#: matplotlib keeps its style in one place for all threads.
_DRAWING = threading.Lock()


def map_picture(data: RunData, cell_map: CellMap, shown: Headline, texts: Texts, form: str) -> bytes:
    """Draw a map of a run.

    Parameters
    ----------
    cell_map : CellMap
        Look of each cell, in the order of the run's cells.
    shown : Headline
        Service, cutoff and period of the view; the line on method below the map speaks of them.
    form : str
        ``png`` or ``svg``.
    """
    draw = {"png": map_png, "svg": map_svg}[form]
    with _DRAWING:
        return draw(
            _GROUNDS.of(data),
            cell_map,
            surroundings(data.run._replace(headline=shown), texts),
            texts,
            people=legend_lines(data.run, cell_map, texts),
        )
