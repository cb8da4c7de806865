"""What a store holds of one series, laid out for the rules: snapshots in order, numbers, cells, zones, feeds.

A snapshot of the rules is the last one filed of a day: a run that corrects another of the same day takes its
place. What a snapshot does not have is not known (NaN, None, -1), which neither holds nor clears an alert.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from access.errors import StoreError
from access.observatory_differences import Difference, Draws, difference

Floats = npt.NDArray[np.float64]
Made = TypeVar("Made")
MET, UNMET, NOT_KNOWN = 0, 1, -1


class Key(NamedTuple):
    """Name of a number: the columns ``access.observatory_read.KEY``; None where one does not apply."""

    indicator: str
    service: str | None = None
    period: str | None = None
    cutoff_min: int | None = None
    standard: str | None = None
    group: str | None = None


class Number(NamedTuple):
    """One number in every snapshot, each array of shape (n_snapshots,), NaN where there is none."""

    value: Floats
    covered: Floats
    unit: str | None


class RightKey(NamedTuple):
    """A right as cells are judged by it."""

    right: str
    period: str | None
    walking: str | None


class ZoneSeen(NamedTuple):
    """A zone of the register in one snapshot."""

    zone_id: str
    name: str | None
    label_en: str | None
    label_fr: str | None
    population: float
    cells: frozenset[int]  # positions in ``History.cells``


@dataclass(frozen=True)
class History:
    """One series of a city.

    Attributes
    ----------
    snapshots, days : lists of length n_snapshots
        In order; one a day.
    filed : list of (str, str)
        Every snapshot in order, also those that a later one of the day replaced, and what counts instead.
    cells : list of str
        All cells that any snapshot has.
    residents : array of float, shape (n_snapshots, n_cells)
        NaN where a cell is hidden (too few residents) or not in the snapshot.
    rights : dict of RightKey to array of int, shape (n_snapshots, n_cells)
        ``MET``, ``UNMET`` or ``NOT_KNOWN`` (no data, not snapped, hidden, or no such cell).
    measures : dict of str to array of float, shape (n_snapshots, n_cells)
        Access of cells by name of the measure.
    zones : list of list of ZoneSeen
        By snapshot.
    feeds : list of dict
        By snapshot: facts of each feed.
    names : dict
        Labels of services, rights and periods of the newest snapshot, each ``{"en": ..., "fr": ...}``.
    headline : (str, int)
        Period and cutoff in minutes of the newest snapshot's headline.
    minimum : float
        Smallest number of residents that is shown.
    """

    city: str
    city_names: Mapping[str, str]
    series: str
    snapshots: list[str]
    days: list[dt.date]
    filed: list[tuple[str, str]]
    cells: list[str]
    residents: Floats
    deciles: Floats
    numbers: Mapping[Key, Number]
    draws: Mapping[tuple[Key, int], Draws]
    rights: Mapping[RightKey, npt.NDArray[np.int8]]
    measures: Mapping[str, Floats]
    neighbourhoods: npt.NDArray[np.object_]
    zones: list[list[ZoneSeen]]
    feeds: list[dict[str, dict[str, Any]]]
    names: Mapping[str, Mapping[str, Mapping[str, str]]]
    minimum: float
    headline: tuple[str | None, int | None]
    _remembered: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def difference(self, key: Key, before: int, now: int) -> Difference | None:
        """Return how far a number moved between two snapshots; None = not quantified."""
        first, second = self.draws.get((key, before)), self.draws.get((key, now))
        if first is None or second is None:
            return None
        return self.remembered(("difference", key, before, now), lambda: difference(first, second))

    def remembered(self, name: tuple[Any, ...], make: Callable[[], Made]) -> Made:
        """Return what was made before under a name, else make it: a replay asks the same of each snapshot."""
        if name not in self._remembered:
            self._remembered[name] = make()
        found: Made = self._remembered[name]
        return found

    def watched(self, indicators: Sequence[str], groups: Sequence[str]) -> list[Key]:
        """Return the numbers that rules look at: those with draws; without any, the headline's and rights."""
        drawn = {key for key, _ in self.draws}
        return [
            key
            for key in self.numbers
            if key.indicator in indicators
            and key.group in groups
            and (key in drawn if drawn else key.standard or (key.period, key.cutoff_min) == self.headline)
        ]

    def upto(self, until: str | None) -> int:
        """Return how many snapshots count up to one; all without it.

        Raises
        ------
        StoreError
            If the series has no such snapshot.
        """
        if until is None:
            return len(self.snapshots)
        names = [name for name, _ in self.filed]
        if until not in names:
            raise StoreError(
                f"snapshot {until!r}: not in series {self.series} of {self.city}; it has {', '.join(names)}"
            )
        return self.snapshots.index(dict(self.filed)[until]) + 1


def measure_of(key: Key) -> str:
    """Return the measure of cells that a mean is taken of."""
    return f"{key.service}_in_{key.cutoff_min}min_{key.period}"
