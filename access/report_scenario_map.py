"""What the map of a difference shows: classes of gain and loss, noise, no data; words, not yet drawn.

Gains are blue and losses orange, darker the larger (the two hues are told apart with every common colour
blindness; in grey print the legend's sides are not, so that the table beside it says the same). What cannot
be told from noise is a plain grey of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.report_data import Run
from access.report_findings import area_name, counted, map_place, service_label
from access.report_map import CellMap, LegendEntry
from access.report_scenario_numbers import signed
from access.report_small import fewest_shown, residents_words
from access.suppression import suppress_counts
from access.texts import Texts

N_CLASSES = 4
#: More entries of a legend than this are drawn without their residents, which take a line each.
_MOST_WITH_RESIDENTS = 10
GAIN_COLOURS = ("#a9d3ea", "#5fa1d0", "#2a69a8", "#0a2f5c")
LOSS_COLOURS = ("#fdc98a", "#e8913a", "#b35a0c", "#5c2a02")
#: Between this share of the moved residents and the largest change the classes are of equal ratio.
_SMALL_END = 0.1
#: States of a cell, as comparisons name them, with their looks; the classes of gain and loss come first.
_OTHER_LOOKS = {
    "within noise": ("noise", "#a3a3a3", ""),
    "unchanged": ("unchanged", "#dcdcdc", ""),
    "no data": ("no_data", "#ffffff", "lines"),
    "no residents": ("no_residents", "#f6f6f6", ""),
}
Floats = npt.NDArray[np.float64]


class Scale(NamedTuple):
    """Classes of gain and loss, one scale for all maps of a folder: inner breaks and the largest change."""

    breaks: tuple[float, ...] = ()
    largest: float = math.nan


def scale_of(runs: Iterable[Run]) -> Scale:
    """Return the scale that the scenarios of a folder share.

    Changes are spread over orders of magnitude, so that classes of as many residents each would put nearly
    all of the range into the darkest one. The classes are of about equal ratio instead, from the change that
    a tenth of the residents with a gain or loss stay under to the largest, with breaks of one digit. Fewer
    than four where the changes lie close together; none where all are equal.
    """
    sizes, weights = [], []
    for run in runs:
        moved = np.isin(states_of(run), ["gain", "loss"])
        sizes.append(np.abs(run.column("headline_change")[moved]))
        weights.append(np.nan_to_num(run.residents()[moved]))
    size, weight = np.concatenate([*sizes, []]), np.concatenate([*weights, []])
    counted = np.isfinite(size) & (size > 0) & (weight > 0)
    if not counted.any():
        return Scale()
    order = np.argsort(size[counted], kind="stable")
    size, weight = size[counted][order], np.cumsum(weight[counted][order])
    start, largest = float(size[np.searchsorted(weight, _SMALL_END * weight[-1])]), float(size[-1])
    steps = start * (largest / start) ** (np.arange(1, N_CLASSES) / N_CLASSES)
    breaks = {_one_digit(float(step)) for step in steps}
    return Scale(tuple(sorted(b for b in breaks if size[0] < b < largest)), largest)


def _one_digit(value: float) -> float:
    exponent = math.floor(math.log10(value))
    return float(round(value, -exponent))


def states_of(run: Run) -> npt.NDArray[np.object_]:
    """State of each cell: as compared, or that nobody lives there."""
    states = run.cells["headline_state"].astype(object).to_numpy(dtype=object)
    return np.where(run.residents() == 0, "no residents", states)


def difference_map(
    run: Run, name: str, quantified: bool, texts: Texts, scale: Scale | None = None
) -> CellMap:
    """Map of the change at the headline.

    Parameters
    ----------
    run
        Its cells are those of the comparison.
    name
        Name of the scenario in this language.
    quantified
        Whether the noise is known.
    scale
        The one of all scenarios of a folder; default that of this one alone.
    """
    scale = scale_of([run]) if scale is None else scale
    breaks = scale.breaks
    states, change = states_of(run), run.column("headline_change")
    residents = np.nan_to_num(run.residents())
    legend: list[LegendEntry] = []
    entry_of_cell = np.zeros(len(states), dtype=np.int64)

    def add(key: str, label: str, colour: str, pattern: str, here: npt.NDArray[np.bool_]) -> None:
        if here.any():
            entry_of_cell[here] = len(legend)
            legend.append(
                LegendEntry(key, label, colour, pattern, float(residents[here].sum()), int(here.sum()))
            )

    level = np.searchsorted(np.asarray(breaks), np.abs(np.nan_to_num(change)), side="right")
    n = len(breaks) + 1
    for k in reversed(range(n)):
        here = (states == "gain") & (level == k)
        add(f"gain_{k}", _label("gain", scale, k, texts), _colour(GAIN_COLOURS, k, n), "", here)
    for k in range(n):
        here = (states == "loss") & (level == k)
        add(f"loss_{k}", _label("loss", scale, k, texts), _colour(LOSS_COLOURS, k, n), "", here)
    for state, (key, colour, pattern) in _OTHER_LOOKS.items():
        add(key, texts(f"scenario.map.{key}"), colour, pattern, states == state)
    service, cutoff = service_label(run, run.headline.service, texts), run.headline.cutoff_min
    note = "scenario.map.note" if quantified else "scenario.map.note_not_quantified"
    return CellMap(
        title=texts("scenario.map.title", service=service, cutoff=cutoff, scenario=name),
        subtitle=f"{area_name(run, texts)} · {map_place(run, texts)}",
        legend_title=texts("scenario.map.legend", service=service, cutoff=cutoff),
        legend_note=texts(note),
        legend=tuple(legend),
        entry_of_cell=entry_of_cell,
    )


def without_few(run: Run, cell_map: CellMap) -> CellMap:
    """Take out of the legend the residents that are few, and those from which the few could be found."""
    minimum = fewest_shown(run)
    counts = np.array([entry.residents for entry in cell_map.legend])
    if minimum < 1 or not len(counts):
        return cell_map
    hidden = suppress_counts(counts, minimum).counts
    legend = (
        entry._replace(residents=0.0) if hide else entry
        for entry, hide in zip(cell_map.legend, hidden, strict=True)
    )
    return cell_map._replace(legend=tuple(legend))


def compact(cell_map: CellMap, n_further: int) -> CellMap:
    """Return the map for the picture: a legend too long for the page leaves the residents to the table.

    ``n_further`` entries stand below those of the cells.
    """
    if len(cell_map.legend) + n_further <= _MOST_WITH_RESIDENTS:
        return cell_map
    return cell_map._replace(legend=tuple(entry._replace(residents=0.0) for entry in cell_map.legend))


def difference_titles(run: Run, texts: Texts) -> list[str]:
    """Tooltip of each cell: place, residents, before and after, the noise floor, rights gained and lost."""
    states, residents = states_of(run), run.residents()
    base, value = run.column("headline_base"), run.column("headline_value")
    change, floor = run.column("headline_change"), run.column("headline_floor")
    zones = run.cells["zone"].tolist() if "zone" in run.cells.columns else [None] * len(base)
    titles = []
    for cell, zone in enumerate(zones):
        lines = [zone] if isinstance(zone, str) else []
        if np.isfinite(residents[cell]):
            lines.append(residents_words(run, residents[cell], texts))
        if not np.isfinite(change[cell]):
            lines.append(texts("map.no_data"))
        else:
            lines.append(
                texts(
                    "scenario.map.before_after",
                    base=texts.amount(base[cell]),
                    value=counted(run, run.headline.service, value[cell], texts),
                    change=signed(change[cell], texts),
                )
            )
            if np.isfinite(floor[cell]) and floor[cell] > 0:
                lines.append(texts("scenario.map.floor", floor=texts.amount(floor[cell])))
            if states[cell] == "within noise":
                lines.append(texts("scenario.map.noise"))
        titles.append(" · ".join(lines))
    return titles


def _colour(colours: tuple[str, ...], k: int, n: int) -> str:
    """Colour of class k of n: fewer classes than colours are spread over them, a single one is the middle."""
    last = len(colours) - 1
    return colours[round(k * last / (n - 1)) if n > 1 else last // 2]


def _label(side: str, scale: Scale, k: int, texts: Texts) -> str:
    """Words of a class of gain or loss: "gain: 200 to under 900"; the last one has its upper end."""
    breaks = scale.breaks
    if not breaks:
        return texts(f"scenario.map.any_{side}")
    if k == 0:
        size = texts("map.class_below", high=texts.amount(breaks[0]))
    elif k == len(breaks):
        size = texts("range.from_to", low=texts.amount(breaks[-1]), high=texts.amount(scale.largest))
    else:
        size = texts("map.class_range", low=texts.amount(breaks[k - 1]), high=texts.amount(breaks[k]))
    return texts(f"scenario.map.{side}", size=size)
