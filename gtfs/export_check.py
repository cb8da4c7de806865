"""Whether an exported feed is as good as its base, and whether it says what the edited feed said."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gtfs.errors import FeedQualityWarning
from gtfs.timetable import Schedule
from gtfs.validation import Finding, validate_feed

_NAMES = ("stop_ids", "stop_names", "route_ids", "route_names", "route_types", "trip_ids", "trip_headsigns")


@dataclass(frozen=True)
class AddedErrors:
    """Errors of one code in one file that an export has and its base has not, or has fewer of."""

    code: str  # of the canonical validator
    file: str | None
    base_count: int
    count: int
    meaning: str
    example: str

    def summary(self) -> dict[str, str]:
        """One line in English and French."""
        where = f" ({self.file})" if self.file else ""
        return {
            "en": f"{self.code}{where}: {self.count}, in the base {self.base_count}: {self.meaning}; "
            f"for example {self.example}",
            "fr": f"{self.code}{where} : {self.count}, dans la base {self.base_count} : {self.meaning} ; "
            f"par exemple {self.example}",
        }


def added_errors(export: Path, base: Path, service_date: date) -> list[AddedErrors]:
    """Return what the canonical validator finds wrong with an export beyond its base.

    Parameters
    ----------
    export, base : zips or folders.
    service_date : stands for "today", as in ``gtfs.validation.validate_feed``.

    Returns
    -------
    list of AddedErrors
        By code and file; empty if no error code or count goes beyond the base's.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FeedQualityWarning)
        before, after = (validate_feed(Path(path), service_date) for path in (base, export))
    known = {(found.code, found.file): found.count for found in _errors(before.findings)}
    return [
        AddedErrors(found.code, found.file, base_count, found.count, found.meaning, found.example)
        for found in _errors(after.findings)
        if found.count > (base_count := known.get((found.code, found.file), 0))
    ]


def _errors(findings: list[Finding]) -> list[Finding]:
    return [found for found in findings if found.severity == "ERROR"]


def timetable_differences(one: Schedule, other: Schedule) -> list[str]:
    """Return the names of what differs between two schedules, element by element; empty if they are equal.

    Everything that travel times, names and pathways are taken from is compared, to the second.
    """
    different = [name for name in _NAMES if getattr(one, name) != getattr(other, name)]
    if one.service_date != other.service_date:
        different.insert(0, "service_date")
    groups = (
        ("", one.timetable[:-1], other.timetable[:-1], one.timetable._fields[:-1]),
        ("transfers.", one.timetable.transfers, other.timetable.transfers, one.timetable.transfers._fields),
    )
    for prefix, arrays, others, names in groups:
        for name, array, counterpart in zip(names, arrays, others, strict=True):
            if not _same(array, counterpart):
                different.append(prefix + name)
    for name in ("pathways", "all_pathways"):
        found: tuple[Any, ...] | None = getattr(one, name)
        wanted: tuple[Any, ...] | None = getattr(other, name)
        if found is None or wanted is None:
            different += [name] if (found is None) != (wanted is None) else []
        elif not all(_same(array, counterpart) for array, counterpart in zip(found, wanted, strict=True)):
            different.append(name)
    return different


def _same(one: Any, other: Any) -> bool:
    """Whether two arrays are equal, their kinds of numbers included."""
    array: npt.NDArray[Any] = np.asarray(one)
    counterpart: npt.NDArray[Any] = np.asarray(other)
    exact = array.dtype == counterpart.dtype and array.shape == counterpart.shape
    return exact and np.array_equal(array, counterpart, equal_nan=array.dtype.kind == "f")
