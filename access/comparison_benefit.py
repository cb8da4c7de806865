"""Which part of a change goes to whom: shares and ratios, only where they mean something.

A share of a sum of gains and losses can be above 1 or below 0, and a ratio of two changes of which one is
noise can be anything. Both are therefore given only where the changes of *both* groups have the same sign and
exceed the noise; otherwise they are NaN, and the note gives the reason. If both lose, it is the share of the
loss that one bears.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from access.comparison_notes import (
    FREE_GAIN,
    NO_BILL,
    NO_CHANGE,
    NO_GAIN,
    NOBODY,
    NOISE_NOT_QUANTIFIED,
    NOTHING_GAINED,
    OPPOSITE_SIGNS,
    THEY_LOSE,
    WITHIN_NOISE,
)

Direction = Literal["gain", "loss"]
SAME_HOURS = 1e-6
"""Vehicle-hours are sums of seconds; so little more is none."""


class DifferenceRange(NamedTuple):
    """Interval of a paired difference: scenario minus base, draw by draw."""

    low: float
    high: float
    interval_kind: str
    sources: str
    draws: int

    @property
    def excludes_zero(self) -> bool:
        """Whether the difference exceeds the noise; an end exactly at 0 does not."""
        return self.low > 0 or self.high < 0


class MeanChange(NamedTuple):
    """Mean change of a group, of how many residents, and its interval where there is one."""

    mean: float  # gains above 0; NaN = nobody
    residents: float
    interval: DifferenceRange | None = None

    @property
    def is_gain(self) -> bool:
        """Whether the group gains beyond the noise; by the sign where the noise is not quantified."""
        return self.mean > 0 and (self.interval is None or self.interval.low > 0)

    @property
    def is_loss(self) -> bool:
        """Whether the group loses, in the same way."""
        return self.mean < 0 and (self.interval is None or self.interval.high < 0)


class Benefit(NamedTuple):
    """A share or ratio of two changes."""

    value: float  # NaN = not to be given
    direction: Direction | None
    note: str | None


def share_of_change(group: MeanChange, rest: MeanChange) -> Benefit:
    """Return which part of the change of all goes to a group.

    0.4 for the poorest 40 % means that they get as much per head as the others.

    Parameters
    ----------
    group, rest : MeanChange
        The group, and everybody else.
    """
    whole = group.mean * group.residents + rest.mean * rest.residents
    return _given(group, rest, group.mean * group.residents, whole)


def ratio_of_changes(group: MeanChange, other: MeanChange) -> Benefit:
    """Return the mean change of a group over that of another: above 1 the group gains (or loses) more."""
    return _given(group, other, group.mean, other.mean)


def gain_per_vehicle_hour(group: MeanChange, extra_hours: float) -> tuple[float, str | None]:
    """Return the mean gain of a group over the vehicle-hours a week it costs, and a note.

    NaN where vehicle-hours do not grow, or the group does not gain beyond the noise: the note says which. A
    gain with no more vehicle-hours than before is told as what it is, a free gain.

    Parameters
    ----------
    group : MeanChange
        The poorest 40 %; the notes speak of them.
    extra_hours : float
        Vehicle-hours a week more than in the base; NaN = not known.
    """
    nothing = float("nan")
    if np.isnan(group.mean):
        return nothing, NOBODY
    if np.isnan(extra_hours):
        return nothing, NO_BILL
    if group.is_loss:
        return nothing, THEY_LOSE
    costs = extra_hours > SAME_HOURS
    if not group.is_gain:
        return nothing, NO_GAIN if costs else NOTHING_GAINED
    if not costs:
        return nothing, FREE_GAIN
    return group.mean / extra_hours, None if group.interval else NOISE_NOT_QUANTIFIED


def reason_against(group: MeanChange, other: MeanChange) -> str | None:
    """Return why the changes of two groups may not be divided; None where they may."""
    if np.isnan(group.mean) or np.isnan(other.mean):
        return NOBODY
    if group.mean == 0 or other.mean == 0:
        return NO_CHANGE
    intervals = [each.interval for each in (group, other) if each.interval is not None]
    if any(not interval.excludes_zero for interval in intervals):
        return WITHIN_NOISE
    return OPPOSITE_SIGNS if (group.mean > 0) != (other.mean > 0) else None


def _given(group: MeanChange, other: MeanChange, part: float, whole: float) -> Benefit:
    against = reason_against(group, other)
    if against:
        return Benefit(float("nan"), None, against)
    quantified = group.interval is not None and other.interval is not None
    note = None if quantified else NOISE_NOT_QUANTIFIED
    return Benefit(part / whole, "gain" if group.mean > 0 else "loss", note)
