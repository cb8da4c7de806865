"""Stage of a run: the matrix of each period, read part by part, becomes columns and indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from access.indicators import Line, People, PeriodAccess, limits_of, period_access
from access.matrix_reader import MatrixBlock
from access.progress import Stage
from access.reach_of_cells import reach_of_cells
from access.stage_inputs import Inputs
from access.stage_network import SnappedCells
from access.stage_timetable import PeriodPlan


class PeriodTimes(NamedTuple):
    """Travel times of one period at the percentile that the measures use."""

    plan: PeriodPlan
    blocks: Callable[[], Iterator[MatrixBlock]]


def measure_periods(
    inputs: Inputs, cells: SnappedCells, periods: Sequence[PeriodTimes], stage: Stage
) -> list[PeriodAccess]:
    """Reduce each matrix to access by cell, by income decile and below the sufficiency lines."""
    measures = inputs.loaded.config.measures
    counts = inputs.services.known()
    residents = inputs.residents
    people = People(residents.population, residents.income_of_cells, residents.decile, cells.snapped)
    lines = [
        Line(
            line.name,
            line.service,
            line.at_least or line.at_least_share * counts[line.service].sum(),
            line.within_min,
        )
        for line in measures.sufficiency
        if line.service in counts
    ]
    n_cells = len(inputs.cells.ids)
    measured = []
    for number, (plan, blocks) in enumerate(periods):
        told = _told(blocks(), stage, number * n_cells, len(periods) * n_cells)
        reach = reach_of_cells(told, n_cells, counts, limits_of(measures.cutoffs_min, lines))
        measured.append(period_access(plan.config.name, reach, counts, people, measures.cutoffs_min, lines))
    stage.counts = {
        "columns": sum(len(access.columns) for access in measured),
        "indicators": sum(len(access.rows) for access in measured),
    }
    return measured


def _told(blocks: Iterator[MatrixBlock], stage: Stage, done: int, total: int) -> Iterator[MatrixBlock]:
    """Move the bar with every block that has been dealt with."""
    for block in blocks:
        yield block
        done += min(len(block.origins), len(block.destinations))
        stage.advance(done, total)
