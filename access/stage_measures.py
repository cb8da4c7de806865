"""Stage of a run: the matrix of each period, read part by part, becomes columns and indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.indicators import Line, Measured, People, PeriodAccess, Row, limits_of, period_access
from access.matrix_reader import MatrixBlock
from access.progress import Stage
from access.ranges import departure_variability, sensitivity_bands
from access.reach_of_cells import Reach, reach_of_cells
from access.stage_inputs import Inputs
from access.stage_network import SnappedCells
from access.stage_timetable import PeriodPlan
from access.uncertainty_kinds import Choice

Floats = npt.NDArray[np.float64]


class PeriodTimes(NamedTuple):
    """Travel times of one period at the percentile that the measures use, and at others."""

    plan: PeriodPlan
    blocks: Callable[[], Iterator[MatrixBlock]]
    further: Mapping[int, Callable[[], Iterator[MatrixBlock]]] = {}  # by percentile


@dataclass(frozen=True)
class Measures:
    """What a run measures, in the form that its stages share."""

    people: People
    totals: Mapping[str, float]  # all opportunities of the services with data
    opportunities: Mapping[str, Floats]  # (n_cells,) of each of them
    cutoffs_min: Sequence[int]
    lines: Sequence[Line]
    study_rows: npt.NDArray[np.int64]  # cells whose residents are studied
    longest_min: int

    def access(
        self, period: str, reach: Mapping[str, Reach], cutoffs: Mapping[int, int] | None = None
    ) -> PeriodAccess:
        """Turn what all cells reach into columns and rows about those of the study area."""
        studied = {service: of_rows(found, self.study_rows) for service, found in reach.items()}
        named = cutoffs or {cutoff: cutoff for cutoff in self.cutoffs_min}
        lines = [] if cutoffs else self.lines
        return period_access(period, studied, self.totals, self.people, named, lines)

    def limits_min(self, more: Sequence[int] = ()) -> list[int]:
        """Return every limit of travel time that is looked at."""
        return sorted({*limits_of({cutoff: cutoff for cutoff in self.cutoffs_min}, self.lines), *more})


@dataclass(frozen=True)
class PeriodMeasured:
    """One period: what all cells reach, and what was made of it."""

    plan: PeriodPlan
    reach: Mapping[str, Reach]  # of all cells, by service
    access: PeriodAccess
    band_rows: Sequence[Row]  # ranges that are no error: of the cutoff, of the departure minute

    @property
    def measured(self) -> list[Measured]:
        """Numbers by cell."""
        return self.access.measured


def headline_access(inputs: Inputs, periods: Sequence[PeriodMeasured]) -> tuple[Row, Floats | None]:
    """Return the key of the headline's rows and what each cell reaches; None where it has no data."""
    headline = inputs.loaded.config.measures.headline
    where: Row = {"service": headline.service, "period": headline.period, "cutoff_min": headline.cutoff_min}
    found = (each for period in periods for each in period.measured if each.where == where)
    return where, next((each.amount for each in found if each.family == "access"), None)


def measures_of(inputs: Inputs, cells: SnappedCells) -> Measures:
    """Gather what is measured, of whom."""
    config = inputs.loaded.config
    counts = inputs.services.known()
    residents = inputs.residents
    rows = inputs.cells.study_rows
    named = {name: residents.counts[name].to_numpy(np.float64) for name in config.people.groups}
    people = People(
        residents.population, residents.income_of_cells, residents.decile, cells.snapped[rows], named
    )
    totals = {service: float(amounts.sum()) for service, amounts in counts.items()}
    lines = [
        Line(
            line.name,
            line.service,
            line.at_least or (line.at_least_share or 0) * totals[line.service],
            line.within_min,
        )
        for line in config.measures.sufficiency
        if line.service in totals
    ]
    longest_min = config.travel.max_duration_min
    return Measures(people, totals, counts, config.measures.cutoffs_min, lines, rows, longest_min)


def measure_periods(
    inputs: Inputs,
    measures: Measures,
    periods: Sequence[PeriodTimes],
    more_limits_min: Sequence[int],
    stage: Stage,
) -> list[PeriodMeasured]:
    """Reduce each matrix to access by cell, by group and below the sufficiency lines.

    Parameters
    ----------
    more_limits_min : sequence of int
        Further limits of travel time that what is reached is kept for.
    """
    band_min = inputs.loaded.config.sensitivity.cutoff_min
    around = {f"{shift:+d} min": _moved(measures, shift) for shift in (-band_min, band_min) if shift}
    beyond = [limit for moved in around.values() for limit in moved.values()]
    limits = measures.limits_min([*more_limits_min, *beyond])
    n_cells = len(inputs.cells.ids)
    n_matrices = sum(1 + len(period.further) for period in periods)
    done, measured = 0, []

    def reach(blocks: Callable[[], Iterator[MatrixBlock]], wanted: Sequence[int]) -> dict[str, Reach]:
        nonlocal done
        told = _told(blocks(), stage, done * n_cells, n_matrices * n_cells)
        done += 1
        return reach_of_cells(told, n_cells, measures.opportunities, wanted)

    for plan, blocks, further in periods:
        name = plan.config.name
        found = reach(blocks, limits)
        access = measures.access(name, found)
        moved = {shift: measures.access(name, found, cutoffs).rows for shift, cutoffs in around.items()}
        rows = list(sensitivity_bands(access.rows, moved, Choice.CUTOFF, f" {band_min} min lower and higher"))
        ends = {end: reach(other, measures.limits_min()) for end, other in further.items()}
        spread = {end: measures.access(name, other).rows for end, other in ends.items()}
        rows += departure_variability(access.rows, spread, inputs.loaded.config.travel.percentile)
        measured.append(PeriodMeasured(plan, found, access, rows))
    stage.counts = {
        "columns": sum(len(found.access.columns) for found in measured),
        "indicators": sum(len(found.access.rows) for found in measured),
    }
    return measured


def of_rows(reach: Reach, rows: npt.NDArray[np.int64]) -> Reach:
    """Return what some of the cells reach."""
    return Reach({limit: values[rows] for limit, values in reach.within.items()}, reach.nearest_min[rows])


def _moved(measures: Measures, shift_min: int) -> dict[int, int]:
    """Return each cutoff with the limit so much lower or higher, as far as travel times go."""
    last = min(255, measures.longest_min + 1)
    return {cutoff: min(max(cutoff + shift_min, 0), last) for cutoff in measures.cutoffs_min}


def _told(blocks: Iterator[MatrixBlock], stage: Stage, done: int, total: int) -> Iterator[MatrixBlock]:
    """Move the bar with every block that has been dealt with."""
    for block in blocks:
        yield block
        done += min(len(block.origins), len(block.destinations))
        stage.advance(done, total)
