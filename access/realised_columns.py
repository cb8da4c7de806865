"""Stage of a run: what cells reach in one realisation of the travel times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from access.indicators import PeriodAccess, measured_of_period
from access.range_columns import Column
from access.rights_catalogue import RightsCatalogue
from access.rights_reach import ReachOfRun, as_written_only
from access.run_network import RunNetwork
from access.stage_measures import PeriodMeasured, of_rows
from access.stage_network import SnappedCells, SnappedStops
from access.stage_ranges import travel_columns
from access.travel_again import KnownPrograms, Realisation, reach_again, realised
from gtfs.day_tables import DayTables


def realised_columns(
    network: RunNetwork,
    reach: ReachOfRun,
    catalogues: list[RightsCatalogue],
    headway_days: Mapping[date, DayTables] | None,
    number: int,
    seed: int,
) -> list[Column]:
    """Compute travel times once more and return the columns that depend on them."""
    inputs, cells, stops = realised(
        network.inputs,
        network.cells,
        network.stops,
        headway_days,
        Realisation(seed, number),
        network.threads,
    )
    return travelled_columns(reach.realised(inputs, cells, stops, reach.periods), catalogues).columns


class TravelledColumns(NamedTuple):
    """What one realisation of the travel times gives."""

    columns: list[Column]
    slow_walks: tuple[SnappedCells, SnappedStops] | None  # of slow walkers, where rights ask for them


def travelled_columns(
    reach: ReachOfRun, catalogues: list[RightsCatalogue], programs: KnownPrograms | None = None
) -> TravelledColumns:
    """Travel between the places of a realisation and return the columns that depend on it.

    Parameters
    ----------
    reach : ReachOfRun
        With inputs and walks of the realisation; its periods only say when to travel.
    programs : KnownPrograms, optional
        Of other realisations of the same city.
    """
    measures, again = reach.measures, []
    cutoffs = {cutoff: cutoff for cutoff in measures.cutoffs_min}
    for plan in [period.plan for period in reach.periods]:
        name = plan.config.name
        found = reach_again(
            reach.inputs,
            reach.cells,
            reach.stops,
            [plan],
            measures.opportunities,
            reach.limits_min,
            reach.threads,
            programs,
        )[name]
        studied = {service: of_rows(reached, measures.study_rows) for service, reached in found.items()}
        numbers = measured_of_period(name, studied, measures.totals, measures.people, cutoffs, measures.lines)
        again.append(PeriodMeasured(plan, found, PeriodAccess({}, [], numbers), ()))
    answers = replace(reach, periods=again)
    rights = as_written_only(catalogues, answers) if catalogues else []
    return TravelledColumns(travel_columns(measures, again, rights, reach.modes), answers.slow_walks)
