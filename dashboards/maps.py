"""Maps of the cells for any choice: what ``access.report_map`` does for the headline, for all one can ask.

Classes hold about equal numbers of residents of the whole city, whatever group is chosen: one colour then
means one thing for every group. What is not a value has a look of its own: none within reach, no data, not
linked to the streets, nobody there, not of the group, and not shown since few people live there.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.colors import to_hex

from access.report_classes import Special, access_classes, class_breaks
from access.report_data import Run
from access.report_findings import longest_trip, map_place, service_label
from access.report_map import CellMap, class_colours, coincidence_map, legend_of
from dashboards.gaps_choice import (
    EVERYBODY,
    Choice,
    Residents,
    access_of,
    group_name,
    is_own_percentile,
    residents_of,
    run_of,
)
from dashboards.gaps_kept import kept
from dashboards.gaps_words import percentile_words, range_labels
from dashboards.map_view import HIDDEN_COLOUR, HIDDEN_PATTERN
from dashboards.run_data import RunData
from dashboards.words import Words

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Float32Array = npt.NDArray[np.float32]
Shown = tuple[CellMap, Float32Array]

#: Breaks of minutes to the nearest place: the same for every service and city, so that maps compare.
NEAREST_BREAKS_MIN = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0)
N_PEOPLE_CLASSES = 5


class OfGroup(IntEnum):
    """Cells outside the classes because of the residents asked about."""

    HIDDEN = -5
    NOT_OF_GROUP = -6
    UNKNOWN = -7


#: Colour and pattern of what is not a class; the order is that of the legend.
LOOKS: dict[int, tuple[str, str]] = {
    Special.NONE_REACHED: ("#1a1a1a", "dots"),
    Special.NO_DATA: ("#ffffff", "lines"),
    Special.NOT_LINKED: ("#ffffff", "crosses"),
    OfGroup.HIDDEN: (HIDDEN_COLOUR, HIDDEN_PATTERN),
    OfGroup.UNKNOWN: (HIDDEN_COLOUR, "lines"),
    OfGroup.NOT_OF_GROUP: ("#dcdcdc", ""),
    Special.NO_RESIDENTS: ("#f1f1f1", ""),
}


def access_cell_map(
    data: RunData,
    service: str,
    cutoff_min: int,
    period: str,
    percentile: int,
    group: str,
    words: Words,
    access: FloatArray | None = None,
    shows: str = "access",
) -> Shown:
    """Return the map of a choice, and the value of every cell for the pointer.

    Parameters
    ----------
    data : RunData
        The run.
    service, cutoff_min, period, percentile, group, shows
        The choice, as in ``gaps_choice.Choice``.
    words : Words
        Language of legend and title.
    access : array of float, shape (n_cells,), optional
        Opportunities within reach, where they are not those of the run (a scenario). Not kept.

    Returns
    -------
    cell_map : CellMap
        Only looks that occur are in the legend; its residents are those of the group.
    values : array of float32, shape (n_cells,)
        NaN where there is nothing to tell, infinite where nothing is within reach of the longest trip.
    """
    choice = Choice(service, cutoff_min, period, percentile, group, shows)
    if access is not None:
        return _made(data, choice, words, access)
    return kept(
        data, ("map", choice, words.language), lambda: _made(data, choice, words, access_of(data, choice))
    )


def _made(data: RunData, choice: Choice, words: Words, access: FloatArray) -> Shown:
    run = run_of(data, choice)
    who = residents_of(data, choice.group)
    if choice.shows == "nearest":
        return _nearest(data, run, choice, who, words)
    if choice.shows == "people":
        return _people(data, run, choice, who, words)
    if choice.shows == "low_income":
        return _low_income(data, run, choice, access, words) or _access(data, run, choice, who, access, words)
    return _access(data, run, choice, who, access, words)


def _access(
    data: RunData, run: Run, choice: Choice, who: Residents, access: FloatArray, words: Words
) -> Shown:
    texts = words.texts
    breaks = class_breaks(access, data.residents)
    classes = access_classes(access, data.residents, run.snapped(), breaks)
    colours = class_colours(len(breaks) + 1)
    labels = range_labels(breaks, access, words)
    looks = [(k, f"class_{k}", labels[k], colours[k], "") for k in reversed(range(len(colours)))]
    none = texts("map.none_reached", cutoff=choice.cutoff_min)
    service = service_label(run, choice.service, texts)
    made = _cell_map(
        data, run, choice, who, classes, looks, words, none=none,
        title=texts("map.access_title", service=service, cutoff=choice.cutoff_min, place=_place(run, words)),
        legend_title=texts.capital(texts("map.access_legend", service=service, cutoff=choice.cutoff_min)),
        note=texts("map.access_legend_note") if breaks else "",
    )  # fmt: skip
    return made, _values(access, made)


def _nearest(data: RunData, run: Run, choice: Choice, who: Residents, words: Words) -> Shown:
    texts = words.texts
    minutes = nearest_of(run, choice)
    finite = minutes[np.isfinite(minutes)]
    breaks = tuple(b for b in NEAREST_BREAKS_MIN if finite.size and finite.min() < b <= finite.max())
    classes = np.searchsorted(np.asarray(breaks), minutes, side="right").astype(np.int64)
    classes[np.isinf(minutes)] = Special.NONE_REACHED
    classes[np.isnan(minutes) | np.isnan(data.residents)] = Special.NO_DATA
    classes[~run.snapped()] = Special.NOT_LINKED
    classes[data.residents == 0] = Special.NO_RESIDENTS
    colours = class_colours(len(breaks) + 1)[::-1]  # dark is far: badly served, as on the other maps
    labels = range_labels(breaks, np.maximum(minutes, 1e-9), words)
    looks = [(k, f"class_{k}", labels[k], colours[k], "") for k in range(len(colours))]
    service = service_label(run, choice.service, texts)
    note = words("gaps.legend.nearest_note")
    if not is_own_percentile(data, choice):
        note += " " + words("gaps.legend.nearest_own", how=percentile_words(data.run, words))
    made = _cell_map(
        data, run, choice, who, classes, looks, words,
        none=words("gaps.legend.none_within", longest=longest_trip(run, texts)),
        title=words("gaps.legend.nearest_title", service=service, place=_place(run, words)),
        legend_title=words("gaps.legend.nearest", service=service), note=note,
    )  # fmt: skip
    return made, _values(minutes, made)


def _people(data: RunData, run: Run, choice: Choice, who: Residents, words: Words) -> Shown:
    count = who.people
    breaks = class_breaks(count, np.ones(len(count)), N_PEOPLE_CLASSES)
    classes = np.searchsorted(np.asarray(breaks), count, side="right").astype(np.int64)
    classes[np.isnan(count)] = Special.NO_DATA
    classes[data.residents == 0] = Special.NO_RESIDENTS
    positions = np.linspace(0.3, 1.0, len(breaks) + 1)
    colours = [to_hex(colormaps["Purples"](position)) for position in positions]
    labels = range_labels(breaks, count, words)
    looks = [(k, f"class_{k}", labels[k], colours[k], "") for k in reversed(range(len(colours)))]
    group = group_name(choice.group, words)
    made = _cell_map(
        data, run, choice, who, classes, looks, words,
        title=words("gaps.legend.people_title", group=group, place=_place(run, words)),
        legend_title=words("gaps.legend.people", group=group), note=words("gaps.legend.people_note"),
    )  # fmt: skip
    return made, _values(count, made)


def _low_income(data: RunData, run: Run, choice: Choice, access: FloatArray, words: Words) -> Shown | None:
    """Where few opportunities and low incomes meet; it speaks of all residents. None without incomes."""
    column = f"{choice.service}_in_{choice.cutoff_min}min_{choice.period}"
    if not is_own_percentile(data, choice) and column in run.cells.columns:
        run = run._replace(cells=run.cells.assign(**{column: access}))
    made = coincidence_map(run, words.texts)
    return None if made is None else (made, np.where(data.residents > 0, access, np.nan).astype(np.float32))


def nearest_of(run: Run, choice: Choice) -> FloatArray:
    """Minutes to the nearest place of the service; infinite where none is reached, NaN without data."""
    if not run.has_data(choice.service, choice.period):
        return np.full(len(run.cells), np.nan)
    return np.where(
        run.snapped(), run.column(f"nearest_{choice.service}_min_{choice.period}"), np.nan
    ).astype(np.float64)


def _cell_map(
    data: RunData,
    run: Run,
    choice: Choice,
    who: Residents,
    classes: IntArray,
    looks: list[tuple[int, str, str, str, str]],
    words: Words,
    *,
    title: str,
    legend_title: str,
    note: str,
    none: str = "",
) -> CellMap:
    """Put what the residents asked about add to the classes, and make legend and title."""
    special = classes < 0
    if choice.group != EVERYBODY:
        inhabited = data.residents > 0
        classes[inhabited & (who.people == 0)] = OfGroup.NOT_OF_GROUP
        unknown = inhabited & np.isnan(who.people)
        classes[unknown & (~special | (choice.shows == "people"))] = OfGroup.UNKNOWN
        classes[who.hidden & inhabited & (~special | (choice.shows == "people"))] = OfGroup.HIDDEN
    for code, (colour, pattern) in LOOKS.items():
        looks.append((int(code), _key(code), _label(code, none, words), colour, pattern))
    legend, entry_of_cell = legend_of(looks, classes, who.people)
    subtitle = map_place(run, words.texts)
    if choice.group != EVERYBODY:
        subtitle = f"{group_name(choice.group, words)} · {subtitle}"
    return CellMap(title, subtitle, legend_title, note, legend, entry_of_cell)


def _values(values: FloatArray, cell_map: CellMap) -> Float32Array:
    """Values of the cells in a class or with none in reach; NaN elsewhere, so that nothing hidden is sent."""
    told = np.array([e.key.startswith("class_") or e.key == "none_reached" for e in cell_map.legend])
    return np.where(told[cell_map.entry_of_cell], values, np.nan).astype(np.float32)


def _place(run: Run, words: Words) -> str:
    return words.label(run.manifest.get("name"))


def _key(code: int) -> str:
    return (OfGroup(code) if code <= OfGroup.HIDDEN else Special(code)).name.lower()


def _label(code: int, none: str, words: Words) -> str:
    if code == Special.NONE_REACHED:
        return none
    if code == OfGroup.NOT_OF_GROUP:
        return words("gaps.legend.not_of_group")
    if code == OfGroup.HIDDEN:
        return words("map.hidden")
    if code == OfGroup.UNKNOWN:
        return words("gaps.legend.unknown")
    return words.texts(f"map.{_key(code)}")
