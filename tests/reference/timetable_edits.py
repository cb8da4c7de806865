"""Slow, obvious twins of timetable modifications: fractions, loops and lists, nothing from the package."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

Visit = tuple[str, int, int]  # stop, arrival, departure


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def with_hops_and_stays(
    visits: list[Visit],
    hop: Callable[[int, int], Fraction],
    stay: Callable[[int, int], Fraction],
) -> list[Visit]:
    """The trip with other hops and stays; both functions get the number of the visit where it ends and its
    length before. The first stop keeps its times, the last its stay."""
    now = Fraction(visits[0][2])
    found = [visits[0]]
    for number in range(1, len(visits)):
        stop, arrival, departure = visits[number]
        now += hop(number, arrival - visits[number - 1][2])
        came = now
        inner = number < len(visits) - 1
        now += stay(number, departure - arrival) if inner else departure - arrival
        found.append((stop, half_up(came), half_up(now)))
    return found


def faster(
    visits: list[Visit], scale: Fraction, hops: set[tuple[str, str]] | None, dwells: bool
) -> list[Visit]:
    """adjust-speed of one trip."""

    def chosen(number: int) -> bool:
        return hops is None or (visits[number - 1][0], visits[number][0]) in hops

    return with_hops_and_stays(
        visits,
        lambda number, length: length / scale if chosen(number) else Fraction(length),
        lambda number, length: length / scale if dwells and chosen(number) else Fraction(length),
    )


def entry_departures(start: int, end: int, headway: int, exact: bool) -> list[int]:
    """First-stop departures of one entry of adjust-frequency, with the default phase of one half."""
    moment = start if exact else start + headway // 2
    found = []
    while moment < end:
        found.append(moment)
        moment += headway
    return found
