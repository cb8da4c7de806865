"""Slow twin of ``access.engine.reach``: adds up travel times one by one. Shares no code.

``minutes[origin][departure][destination]`` are whole minutes, 255 where not reached.
"""

from __future__ import annotations

from typing import Any

Minutes = list[list[list[int]]]


def counts_within(minutes: Minutes, cutoffs: list[int]) -> list[Any]:
    """``[cutoff][origin][destination]``: departures that take less than the cutoff."""
    return [
        [
            [sum(row[destination] < cutoff for row in rows) for destination in range(len(rows[0]))]
            for rows in minutes
        ]
        for cutoff in cutoffs
    ]


def by_departure(minutes: Minutes, cutoffs: list[int], opportunities: list[list[float]]) -> list[Any]:
    """``[cutoff][kind][departure][origin]``: opportunities less than the cutoff away."""
    return [
        [
            [
                [sum(o for o, m in zip(kind, rows[departure], strict=True) if m < cutoff) for rows in minutes]
                for departure in range(len(minutes[0]))
            ]
            for kind in opportunities
        ]
        for cutoff in cutoffs
    ]


def over_departures(minutes: Minutes, cutoffs: list[int], opportunities: list[list[float]]) -> list[Any]:
    """``[cutoff][kind][origin]``: the same summed over all departures."""
    return [
        [[sum(each) for each in zip(*kind, strict=True)] for kind in cutoff]
        for cutoff in by_departure(minutes, cutoffs, opportunities)
    ]


def by_minute(
    minutes: Minutes, ranks: list[int], opportunities: list[list[float]], longest: int
) -> list[Any]:
    """``[rank][kind][minute][origin]``: opportunities whose ranked travel time is just this minute."""
    ranked = [
        [[sorted(times)[rank - 1] for times in zip(*rows, strict=True)] for rows in minutes] for rank in ranks
    ]
    return [
        [
            [
                [sum(o for o, m in zip(kind, times, strict=True) if m == minute) for times in of_rank]
                for minute in range(longest + 1)
            ]
            for kind in opportunities
        ]
        for of_rank in ranked
    ]
