"""What every standard of supply needs, and the pieces their results share: rows, reasons, notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.supply_standards_coverage import Reason, window_gap
from access.supply_standards_rules import AnyRules, Placement, SupplyRules, constants_of
from access.supply_standards_walks import TOLERANCE_M, CellWalks
from access.transit_modes import mode_of_route
from gtfs.timetable import Schedule

Floats = npt.NDArray[np.float64]
Column = npt.NDArray[Any] | pd.api.extensions.ExtensionArray
Row = dict[str, object]

SDG, EU, FREQUENT, PTAL = "sdg_11_2_1", "eu_departures_typology", "people_near_frequent_transit", "ptal"
SOURCES = {
    SDG: "UN-Habitat, SDG indicator metadata 11.2.1 (2021)",
    EU: "Poelman, DG REGIO, Measuring access to public transport in European cities",
    FREQUENT: "ITDP, people near frequent transit",
    PTAL: "Transport for London, Public Transport Accessibility Level, by secondary sources",
}
_SATURDAY = 5


@dataclass(frozen=True)
class Given:
    """What every standard needs, checked."""

    schedule: Schedule
    directions: npt.NDArray[np.int32]  # of each trip within its route
    walks: CellWalks
    residents: Mapping[str, Floats]  # by group, each of shape (n_cells,)
    snapped: npt.NDArray[np.bool_]
    departures: Mapping[str, npt.NDArray[np.int32]]  # of each feed on the service day
    whole_timetable: Mapping[str, bool]  # of each feed
    rules: SupplyRules


class Finding(NamedTuple):
    """What one standard adds to a run."""

    columns: dict[str, Column]
    rows: list[Row]
    notes: list[str]


def weekday_gap(given: Given, start_s: int, end_s: int) -> Reason | None:
    """Return why a window of a weekday cannot be measured, or None."""
    day = given.schedule.service_date
    if day.weekday() >= _SATURDAY:
        return Reason(
            f"needs a weekday; {day} is none", f"exige un jour de semaine ; le {day} n’en est pas un"
        )
    return window_gap(given.departures, given.whole_timetable, start_s, end_s)


def walks_too_short(walks: CellWalks, needed_m: Mapping[str, float], running: Iterable[str]) -> Reason | None:
    """Return why the walks of the run do not reach far enough for the groups of routes that run, or None."""
    longest_m = max((needed_m[group] for group in running if group), default=0.0)
    if walks.longest_m + TOLERANCE_M >= longest_m:
        return None
    return Reason(
        f"needs walks of {longest_m:,.0f} m, those of the run end at {walks.longest_m:,.0f} m; "
        "raise max_walk_min",
        f"exige des marches de {longest_m:.0f} m, celles du calcul s’arrêtent à {walks.longest_m:.0f} m ; "
        "augmentez max_walk_min",
    )


def where_snapped(values: Floats, given: Given) -> Floats:
    """Return the values with NaN for cells that are not snapped."""
    return np.where(given.snapped, values, np.nan)


def residents_where(
    indicator: str, standard: str, met: npt.NDArray[np.bool_], given: Given, note: str | None = None
) -> Iterator[Row]:
    """Yield residents and their share in the cells where ``met``, for each group.

    The share is of the residents of snapped cells; NaN where a group has none.
    """
    for group, people in given.residents.items():
        covered = float(people[given.snapped].sum())
        inside = float(people[given.snapped & met].sum())
        share = inside / covered if covered > 0 else float("nan")
        for suffix, value, unit in (("residents", inside, "residents"), ("share", share, "share")):
            yield {
                "indicator": f"{indicator}_{suffix}",
                "standard": standard,
                "group": group,
                "value": value,
                "unit": unit,
                "covered_population": covered,
                "source": SOURCES[standard.partition(":")[0]],
                "note": note if np.isfinite(value) else "not defined: no resident is covered",
            }


def mode_notes(standard: str, given: Given, modes: Mapping[str, Placement]) -> Iterator[str]:
    """Tell of modes that run and are left out of a standard, or placed in it without a source."""
    route_types = given.schedule.route_types
    running = {mode_of_route(route_types[route]) for route in np.unique(given.schedule.timetable.trip_route)}
    for mode in sorted(running):
        if mode not in modes:
            yield f"{standard}: the method does not name {mode}; left out"
        elif not modes[mode].verified:
            yield f"{standard}: {mode} counts as {modes[mode].group}, unverified ({modes[mode].source})"


def constant_notes(standard: str, rules: AnyRules) -> Iterator[str]:
    """Tell which constants of a standard are not verified."""
    records = [record for record in constants_of(rules) if not record.verified]
    names = [record.name for record in records if not record.name.startswith("mode ")]
    if names:
        yield f"{standard}: unverified constants: {', '.join(names)}"
