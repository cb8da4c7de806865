"""The figure of a bulletin as SVG: the headline at every snapshot."""

from __future__ import annotations

import datetime as dt

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from access.bulletin_facts import BulletinFacts
from access.texts import Texts
from access.zone_sheet_figures import EVERYBODY, INK, PLAIN_STYLE, ZONE, svg_of

MOST_MONTHS = 8
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
        axes = figure.add_axes((0.085, 0.13, 0.88, 0.72))
        for (group, values), colour, mark in zip(lines.items(), (INK, ZONE), ("o", "s"), strict=False):
            days = np.array(facts.history.days[: len(values)], dtype="datetime64[D]")
            label = texts(f"bulletin.line_{group}")
            axes.plot(days, values, color=colour, marker=mark, markersize=3.2, linewidth=1.2, label=label)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(lambda value, _: texts.number(value))
        axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(4))
        first, last = (np.datetime64(day) for day in (facts.quarter.first, facts.quarter.last))
        axes.axvspan(first, last, color=EVERYBODY, alpha=0.18, linewidth=0)  # type: ignore[arg-type]
        months = months_to_name(facts.history.days[0], facts.quarter.last)
        axes.set_xticks(np.array(months, dtype="datetime64[D]"), [f"{month:%Y-%m}" for month in months])
        axes.tick_params(labelsize=7, length=2, width=0.5)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        figure.legend(loc="upper left", ncols=2, fontsize=7, frameon=False, borderaxespad=0.1)
        return svg_of(figure)


def months_to_name(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return first days of months from the one that holds ``first`` to ``last``, at most eight, evenly apart.

    They lie one, three, six months or whole years apart, so that a month is named once.
    """
    begin, end = 12 * first.year + first.month - 1, 12 * last.year + last.month - 1
    steps = (1, 3, 6, *range(12, end - begin + 24, 12))
    step = next(step for step in steps if (end - begin) // step < MOST_MONTHS)
    start = -(-begin // step) * step
    return [dt.date(month // 12, month % 12 + 1, 1) for month in range(start, end + 1, step)]


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
