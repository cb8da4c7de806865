"""Gains and losses by group as bars to both sides of a zero line."""

from __future__ import annotations

import math
from typing import NamedTuple

from access.comparison_reader import ScenarioRead
from access.report_scenario_numbers import group_words
from access.report_scenario_winners import access_rows, or_zero, per_resident
from access.texts import Texts

_CHART_WIDTH, _ROW_HEIGHT, _TOP, _BOTTOM = 820.0, 30.0, 34.0, 30.0
_LABEL_WIDTH, _VALUE_WIDTH = 190.0, 78.0


class SideBar(NamedTuple):
    """One group: both bars and their texts; y of the upper edge, widths from the zero line."""

    y: float
    label: str
    gain_width: float
    loss_width: float
    gain: str
    loss: str


class SideChart(NamedTuple):
    """Bars to both sides of a zero line, losses left and gains right."""

    width: float
    height: float
    zero_x: float
    bar_height: float
    bars: tuple[SideBar, ...]


def side_chart(scenario: ScenarioRead, texts: Texts) -> SideChart | None:
    """Gain and loss per resident of each group, to both sides; None where nobody has data."""
    rows = {group: per_resident(row) for group, row in access_rows(scenario).items()}
    known = [value for pair in rows.values() for value in pair if not math.isnan(value)]
    if not known:
        return None
    largest_gain = max((or_zero(gain) for gain, _ in rows.values()), default=0.0)
    largest_loss = max((or_zero(loss) for _, loss in rows.values()), default=0.0)
    room = _CHART_WIDTH - _LABEL_WIDTH - 2 * _VALUE_WIDTH
    unit = room / ((largest_gain + largest_loss) or 1.0)
    zero_x = _LABEL_WIDTH + _VALUE_WIDTH + largest_loss * unit
    bars = tuple(
        SideBar(
            y=round(_TOP + place * _ROW_HEIGHT, 1),
            label=texts.capital(group_words(group, texts)),
            gain_width=round(or_zero(gain) * unit, 1),
            loss_width=round(or_zero(loss) * unit, 1),
            gain=_bar_text(gain, "+", texts),
            loss=_bar_text(loss, "\u2212", texts),
        )
        for place, (group, (gain, loss)) in enumerate(rows.items())
    )
    height = _TOP + len(bars) * _ROW_HEIGHT + _BOTTOM
    return SideChart(_CHART_WIDTH, height, round(zero_x, 1), _ROW_HEIGHT * 0.66, bars)


def _bar_text(value: float, sign: str, texts: Texts) -> str:
    """Number at the end of a bar; none of 0, a dash where it is not shown."""
    if math.isnan(value):
        return texts("range.none")
    return f"{sign}{texts.amount(value)}" if value > 0 else ""
