"""The figure of a bulletin as SVG: the headline at every snapshot."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure

from access.bulletin_facts import BulletinFacts
from access.texts import Texts
from access.zone_sheet_figures import EVERYBODY, INK, PLAIN_STYLE, ZONE, svg_of

_MM = 1 / 25.4
_WIDTH_MM, _HEIGHT_MM = 178.0, 52.0


def access_over_time(facts: BulletinFacts, texts: Texts) -> str:
    """Draw mean access of all residents and of the poorest tenth, from 0 up.

    Only snapshots up to the end of the quarter; a snapshot without the number leaves a gap. Empty where there
    are fewer than two to draw.
    """
    lines = over_time(facts)
    if not lines:
        return ""
    with mpl.rc_context(PLAIN_STYLE):
        figure = Figure(figsize=(_WIDTH_MM * _MM, _HEIGHT_MM * _MM))
        axes = figure.add_axes((0.085, 0.13, 0.9, 0.72))
        for (group, values), colour, mark in zip(lines.items(), (INK, ZONE), ("o", "s"), strict=False):
            days = np.array(facts.history.days[: len(values)], dtype="datetime64[D]")
            label = texts(f"bulletin.line_{group}")
            axes.plot(days, values, color=colour, marker=mark, markersize=3.2, linewidth=1.2, label=label)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(lambda value, _: texts.number(value))
        axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(4))
        axes.xaxis.set_major_locator(AutoDateLocator(maxticks=8))  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(DateFormatter("%Y-%m"))  # type: ignore[no-untyped-call]
        first, last = (np.datetime64(day) for day in (facts.quarter.first, facts.quarter.last))
        axes.axvspan(first, last, color=EVERYBODY, alpha=0.18, linewidth=0)  # type: ignore[arg-type]
        axes.tick_params(labelsize=7, length=2, width=0.5)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        figure.legend(loc="upper left", ncols=2, fontsize=7, frameon=False, borderaxespad=0.1)
        return svg_of(figure)


def over_time(facts: BulletinFacts) -> dict[str, np.ndarray]:
    """Return by group the values of the headline up to the end of the quarter; empty with fewer than two."""
    if facts.headline is None:
        return {}
    n = sum(day <= facts.quarter.last for day in facts.history.days)
    found = {}
    for group in ("all", "decile_1"):
        key = facts.headline._replace(group=group)
        if key in facts.history.numbers:
            values = facts.history.numbers[key].value[:n]
            if np.isfinite(values).sum() >= 2:
                found[group] = values
    return found if "all" in found else {}
