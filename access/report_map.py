"""What the two maps show: classes, legend, colours and words, not yet drawn.

The access map colours inhabited cells by the opportunities within reach. Dark is few, so that gaps
catch the eye (viridis: perceptually uniform, readable with every common colour blindness and in grey).
The coincidence map shows where few opportunities and low incomes meet (orange against blue, also safe).
Whatever is not a value has a pattern or a grey of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.colors import to_hex

from access.report_classes import (
    Coincidence,
    Special,
    access_classes,
    class_breaks,
    coincidence_classes,
)
from access.report_data import Run
from access.report_findings import area_name, counted, map_place, service_label
from access.report_small import counts_words, is_few, residents_words
from access.texts import Texts

#: Colour and pattern of what is not a class; the patterns are known to the PNG and to the SVG.
_SPECIAL_LOOKS = {
    Special.NONE_REACHED: ("#1a1a1a", "dots"),
    Special.NO_DATA: ("#ffffff", "lines"),
    Special.NOT_LINKED: ("#ffffff", "crosses"),
    Special.NO_RESIDENTS: ("#ececec", ""),
}
_COINCIDENCE_LOOKS = {
    Coincidence.BOTH: ("#8c2d04", ""),
    Coincidence.LOW_ACCESS: ("#fdae6b", ""),
    Coincidence.LOW_INCOME: ("#6baed6", ""),
    Coincidence.NEITHER: ("#d4d4d4", ""),
    Coincidence.NO_DATA: ("#ffffff", "lines"),
    Coincidence.NO_RESIDENTS: ("#f4f4f4", ""),
}


class LegendEntry(NamedTuple):
    """One look of cells and what it means."""

    key: str
    label: str
    colour: str
    pattern: str
    residents: float
    n_cells: int


class CellMap(NamedTuple):
    """A map ready to be drawn.

    ``entry_of_cell`` gives each cell its place in ``legend``; only looks that occur have an entry.
    """

    title: str
    subtitle: str
    legend_title: str
    legend_note: str
    legend: tuple[LegendEntry, ...]
    entry_of_cell: npt.NDArray[np.int64]


def access_map(run: Run, texts: Texts) -> CellMap:
    """Map of the headline service, cutoff and period."""
    access, residents = run.headline_access(), run.residents()
    breaks = class_breaks(access, residents)
    classes = access_classes(access, residents, run.snapped(), breaks)
    colours = class_colours(len(breaks) + 1)
    looks = [
        (k, f"class_{k}", _range_label(breaks, k, access, texts), colours[k], "")
        for k in reversed(range(len(colours)))
    ]
    for special, (colour, pattern) in _SPECIAL_LOOKS.items():
        looks.append(
            (int(special), special.name.lower(), _special_label(special, run, texts), colour, pattern)
        )
    legend, entry_of_cell = legend_of(looks, classes, residents)
    service = service_label(run, run.headline.service, texts)
    return CellMap(
        title=texts(
            "map.access_title",
            service=service,
            cutoff=run.headline.cutoff_min,
            place=area_name(run, texts),
        ),
        subtitle=map_place(run, texts),
        legend_title=texts("map.access_legend", service=service, cutoff=run.headline.cutoff_min),
        legend_note=texts("map.access_legend_note"),
        legend=legend,
        entry_of_cell=entry_of_cell,
    )


def coincidence_map(run: Run, texts: Texts) -> CellMap | None:
    """Map of few opportunities and low incomes; None where the run cannot tell."""
    residents = run.residents()
    classes = coincidence_classes(run.headline_access(), run.column("income_decile"), residents)
    if classes is None:
        return None
    looks = [
        (int(kind), kind.name.lower(), texts(f"map.coincidence.{kind.name.lower()}"), colour, pattern)
        for kind, (colour, pattern) in _COINCIDENCE_LOOKS.items()
    ]
    legend, entry_of_cell = legend_of(looks, classes, residents)
    service = service_label(run, run.headline.service, texts)
    return CellMap(
        title=texts("map.coincidence_title", place=area_name(run, texts)),
        subtitle=map_place(run, texts),
        legend_title=texts("map.coincidence_legend", service=service),
        legend_note=texts(
            "map.coincidence_legend_note",
            service=service,
            cutoff=run.headline.cutoff_min,
        ),
        legend=legend,
        entry_of_cell=entry_of_cell,
    )


def class_colours(n_classes: int) -> list[str]:
    """Colours of the classes, from few (dark) to many (light)."""
    positions = np.linspace(0.08, 1.0, n_classes) if n_classes > 1 else np.array([0.55])
    return [to_hex(colormaps["viridis"](position)) for position in positions]


def cell_titles(run: Run, texts: Texts) -> list[str]:
    """Short description of each cell, for tooltips; of cells with few residents neither number nor decile."""
    access, residents, decile = run.headline_access(), run.residents(), run.column("income_decile")
    nearest = run.column(f"nearest_{run.headline.service}_min_{run.headline.period}")
    snapped = run.snapped()
    zones = run.cells["zone"].tolist() if "zone" in run.cells.columns else [None] * len(access)
    titles = []
    for cell, zone in enumerate(zones):
        lines = [zone] if isinstance(zone, str) else []
        lines.append(residents_words(run, residents[cell], texts) if np.isfinite(residents[cell]) else "")
        if not snapped[cell]:
            lines.append(texts("map.not_linked"))
        elif np.isnan(access[cell]):
            lines.append(texts("map.no_data"))
        else:
            lines.append(counted(run, run.headline.service, access[cell], texts))
            if np.isfinite(nearest[cell]):
                lines.append(texts("map.nearest", minutes=texts.number(nearest[cell])))
        if np.isfinite(decile[cell]) and not is_few(run, residents[cell]):
            lines.append(texts("map.decile", decile=int(decile[cell])))
        titles.append(" · ".join(line for line in lines if line))
    return titles


def legend_lines(run: Run, cell_map: CellMap, texts: Texts) -> list[str]:
    """Residents of each entry of the legend and their share; small counts are hidden, as in its table."""
    everybody = sum(entry.residents for entry in cell_map.legend)
    told = counts_words(run, [entry.residents for entry in cell_map.legend], texts)
    lines = []
    for entry, (words, shown) in zip(cell_map.legend, told, strict=True):
        if not shown:
            lines.append(
                residents_words(run, entry.residents, texts) if is_few(run, entry.residents) else words
            )
        elif entry.residents > 0:
            residents, share = texts.plural("residents", entry.residents), entry.residents / everybody
            lines.append(texts("map.legend_residents", residents=residents, share=texts.percent(share)))
        else:
            lines.append("")
    return lines


def legend_of(
    looks: Sequence[tuple[int, str, str, str, str]],
    classes: npt.NDArray[np.int64],
    residents: npt.NDArray[np.float64],
) -> tuple[tuple[LegendEntry, ...], npt.NDArray[np.int64]]:
    """Return the entries of the looks that occur, and each cell's place among them.

    Parameters
    ----------
    looks
        Class, key, label, colour and pattern of every look, in the order of the legend.
    classes : array of int, shape (n_cells,)
        Class of every cell.
    residents : array of float, shape (n_cells,)
        Who is counted in the legend; NaN counts as nobody.
    """
    entries: list[LegendEntry] = []
    entry_of_cell = np.zeros(len(classes), dtype=np.int64)
    for code, key, label, colour, pattern in looks:
        here = classes == code
        if here.any():
            entry_of_cell[here] = len(entries)
            total = float(np.nansum(residents[here]))
            entries.append(LegendEntry(key, label, colour, pattern, total, int(here.sum())))
    return tuple(entries), entry_of_cell


def _range_label(breaks: tuple[float, ...], k: int, access: npt.NDArray[np.float64], texts: Texts) -> str:
    """Words for class ``k``, such as "1,200 to under 3,400"."""
    if not breaks:
        positive = access[access > 0]
        ends = (float(positive.min()), float(positive.max())) if positive.size else (0.0, 0.0)
        low, high = (texts.amount(end) for end in ends)
        return low if low == high else texts("map.class_between", low=low, high=high)
    if k == 0:
        return texts("map.class_below", high=texts.amount(breaks[0]))
    if k == len(breaks):
        return texts("map.class_from", low=texts.amount(breaks[-1]))
    return texts("map.class_range", low=texts.amount(breaks[k - 1]), high=texts.amount(breaks[k]))


def _special_label(special: Special, run: Run, texts: Texts) -> str:
    if special is Special.NONE_REACHED:
        return texts("map.none_reached", cutoff=run.headline.cutoff_min)
    return texts(
        {
            Special.NO_DATA: "map.no_data",
            Special.NOT_LINKED: "map.not_linked",
            Special.NO_RESIDENTS: "map.no_residents",
        }[special]
    )
