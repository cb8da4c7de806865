"""Map of the income mix of the people within reach of each cell, by way of reaching them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from access.report_classes import Special, access_classes, class_breaks
from access.report_findings import area_name, map_place
from access.report_map import CellMap, class_colours, legend_of
from access.report_segregation import KERNELS
from dashboards.maps import LOOKS
from dashboards.run_data import RunData
from dashboards.words import Words

FloatArray = npt.NDArray[np.float64]


def column_of(kernel: str) -> str:
    """Return the column of the cells with the mix of one way of reaching."""
    return f"mix_of_reach_people_{kernel}"


def kernels_of(data: RunData) -> list[str]:
    """Return the ways of reaching of which the run has a mix in any cell."""
    return [each for each in KERNELS if np.isfinite(data.run.column(column_of(each))).any()]


def chosen_kernel(data: RunData, asked: object) -> str:
    """Return the way asked for if the run has it, else its first; empty without any."""
    there = kernels_of(data)
    return str(asked) if asked in there else next(iter(there), "")


def common_breaks(data: RunData) -> tuple[float, ...]:
    """Return breaks that all ways of reaching share, so that their maps can be compared."""
    columns = [data.run.column(column_of(each)) for each in kernels_of(data)]
    if not columns:
        return ()
    values, weights = np.concatenate(columns), np.tile(data.residents, len(columns))
    return class_breaks(values, weights)


def mix_map(data: RunData, kernel: str, words: Words) -> CellMap:
    """Return the map of one way of reaching; dark is little mix."""
    mix, breaks, texts = data.run.column(column_of(kernel)), common_breaks(data), words.texts
    classes = access_classes(mix, data.residents, data.run.snapped(), breaks)
    colours = class_colours(len(breaks) + 1)
    looks = [
        (k, f"class_{k}", _label(breaks, k, words), colours[k], "") for k in reversed(range(len(colours)))
    ]
    labels = {
        Special.NONE_REACHED: words("segregation.map.one_group"),
        Special.NO_DATA: texts("map.no_data"),
        Special.NOT_LINKED: texts("map.not_linked"),
        Special.NO_RESIDENTS: texts("map.no_residents"),
    }
    for special, label in labels.items():
        colour, pattern = LOOKS[special]
        looks.append((int(special), special.name.lower(), label, colour, pattern))
    legend, entry_of_cell = legend_of(looks, classes, data.residents)
    way = words(f"segregation.kernel.{kernel}")
    return CellMap(
        title=words("segregation.map.title", kernel=way, place=area_name(data.run, texts)),
        subtitle=map_place(data.run, texts),
        legend_title=words("segregation.map.legend", kernel=way),
        legend_note=words("segregation.map.note"),
        legend=legend,
        entry_of_cell=entry_of_cell,
    )


def map_sentence(data: RunData, kernel: str, words: Words) -> str:
    """Say how many residents live where the mix is in the lowest class; empty without classes."""
    breaks, mix = common_breaks(data), data.run.column(column_of(kernel))
    known = np.isfinite(mix) & (data.residents > 0)
    if not breaks or not known.any():
        return ""
    low = float(data.residents[known & (mix < breaks[0])].sum())
    return words(
        "segregation.map.sentence",
        share=words.percent(low / float(data.residents[known].sum())),
        high=words.number(breaks[0], 2),
        kernel=words(f"segregation.kernel.{kernel}"),
    )


def _label(breaks: tuple[float, ...], k: int, words: Words) -> str:
    if not breaks:
        return words("segregation.map.from", low=words.number(0.0, 0))
    if k == 0:
        return words("segregation.map.below", high=words.number(breaks[0], 2))
    if k == len(breaks):
        return words("segregation.map.from", low=words.number(breaks[-1], 2))
    low, high = (words.number(each, 2) for each in breaks[k - 1 : k + 1])
    return words("segregation.map.range", low=low, high=high)
