"""A scenario against its base: who gains, who loses, by cell, group and right, and the checks that must hold.

The glue between what is evaluated (``access.evaluated``) and the cores that compare arrays and rows:
``comparison_cells`` (noise and sign), ``comparison_groups`` (whose residents), ``comparison_winners``,
``comparison_benefit``, ``comparison_rights``, ``comparison_table``, ``self_checks``. What was decided about
ties, zeros and missing values stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.cells import cell_polygons
from access.comparison_columns import Floor, column_changes
from access.comparison_frames import benefit_frame, cells_frame, rights_frame, winners_frame
from access.comparison_groups import (
    PALMA_GROUPS,
    added_residents,
    residents_by_group,
    residents_in_range,
    same_residents,
)
from access.comparison_rights import RightChange, changes_of_rights
from access.comparison_table import Ranges, added_rows, difference_table, halves_of_palma
from access.errors import InputDataError
from access.indicators import Measured, Row
from access.planned_feeds import PLANNED
from access.range_columns import place_of
from access.rights import EvaluatedRight
from access.self_checks import Check, check_times, check_totals
from access.stage_rights import residents_of
from access.stage_uncertainty import whom_of
from gtfs.modifications import ORDER as EDITS

if TYPE_CHECKING:
    import geopandas as gpd

    from access.evaluated import Evaluated

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """What a scenario changes.

    Attributes
    ----------
    scenario, base : dict of str to str
        Their names by language. In the frames the scenario goes by its English name.
    headline : dict
        ``service, period, cutoff_min`` of the headline.
    table : DataFrame
        Every number of base and scenario: ``comparison_table.TABLE_COLUMNS``.
    cells : GeoDataFrame
        One row a cell of the study area; ``headline_state`` is one of ``comparison_cells.STATES``.
    winners : DataFrame
        Residents of the base gaining and losing, by measure ("access" or "nearest") and group:
        ``comparison_frames.WINNERS_COLUMNS``.
    benefit : DataFrame
        Which part of the change goes to whom: ``comparison_frames.BENEFIT_COLUMNS``.
    rights : DataFrame
        Residents of the base gaining and losing a right: ``comparison_frames.RIGHTS_COLUMNS``.
    checks : list of Check
        What must hold whatever the city.
    noise_quantified : bool
        Whether the headline was held against a noise floor.
    labels : dict of str to dict of str to str
        What readers call each right, by language.
    timetables_only : bool
        Whether nothing but timetables changes.
    """

    scenario: dict[str, str]
    base: dict[str, str]
    headline: Row
    table: pd.DataFrame
    cells: gpd.GeoDataFrame
    winners: pd.DataFrame
    benefit: pd.DataFrame
    rights: pd.DataFrame
    checks: list[Check]
    noise_quantified: bool
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    timetables_only: bool = True

    @property
    def failed(self) -> list[Check]:
        """Checks that failed."""
        return [check for check in self.checks if check.state == "failed"]


def compare(
    base: Evaluated,
    scenario: Evaluated,
    floor: Floor | None = None,
    ranges: Ranges | None = None,
    ranges_of_base: Ranges | None = None,
) -> Comparison:
    """Compare a scenario with its base.

    Parameters
    ----------
    base, scenario : Evaluated
        Of the same cells.
    floor : mapping of place to array of float, shape (n_study_cells,), optional
        Largest change of a cell that may be noise, by column (``range_columns.place_of``). Columns without
        one go by the sign, and the notes say so.
    ranges : mapping of (place, IndexKey) to DifferenceRange, optional
        Interval of the paired difference of each index, each state with its own residents: for the table
        (``comparison_certainty.Certainty.ranges``).
    ranges_of_base : mapping, optional
        The same for the residents of the base alone: for who gains and whom the benefit goes to. Default: as
        ``ranges``, which is right where the scenario adds no residents; without it there are then none.

    Raises
    ------
    InputDataError
        If the two have other cells, or a floor does not fit them.
    """
    ids = base.network.inputs.cells.study_ids
    if ids != scenario.network.inputs.cells.study_ids:
        raise InputDataError(
            f"{scenario.name['en']}: its cells are not those of the base {base.name['en']!r}; evaluate the "
            "scenario from this base"
        )
    floor, ranges, people = floor or {}, ranges or {}, base.measures.people
    name = scenario.name["en"]
    other = not same_residents(people, scenario.measures.people)
    if ranges_of_base is None:
        ranges_of_base = {} if other else ranges
    columns = list(column_changes(_measured(base), _measured(scenario), residents_by_group(people), floor))
    rights = changes_of_rights(_as_written(base), _as_written(scenario))
    measure = base.network.inputs.loaded.config.measures.headline
    headline: Row = {"service": measure.service, "period": measure.period, "cutoff_min": measure.cutoff_min}
    return Comparison(
        scenario=dict(scenario.name),
        base=dict(base.name),
        headline=headline,
        table=_table(name, base, scenario, ranges, other_residents=other),
        cells=cells_frame(_about_cells(base, scenario), cell_polygons(ids), columns, rights, headline),
        winners=winners_frame(name, columns, ranges_of_base, other_residents=other),
        benefit=benefit_frame(name, columns, ranges_of_base, list(people.named)),
        rights=_rights(name, base, rights),
        checks=list(_checks(base, scenario)),
        noise_quantified=place_of("access", headline) in floor,
        labels={each.right.name: each.right.label.model_dump() for each in _as_written(base)},
        timetables_only={report.type for report in scenario.reports} <= {*EDITS, PLANNED},
    )


def _measured(evaluated: Evaluated) -> list[Measured]:
    return [each for period in evaluated.periods for each in period.measured]


def _as_written(evaluated: Evaluated) -> tuple[EvaluatedRight, ...]:
    found = evaluated.rights.evaluated
    return found.as_written if found else ()


def _table(
    name: str, base: Evaluated, scenario: Evaluated, ranges: Ranges, *, other_residents: bool
) -> pd.DataFrame:
    before, after = base.measures, scenario.measures
    added = added_rows(
        _measured(scenario), before.people, after.people, added_residents(before.people, after.people)
    )
    base_rows, rows = (
        [*halves_of_palma(_measured(each), each.measures.people), *each.rows, *more]
        for each, more in zip((base, scenario), added, strict=True)
    )
    totals = {
        service: total
        for service, total in before.totals.items()
        if np.isclose(total, after.totals.get(service, np.nan), rtol=1e-9, atol=0)
    }
    whom = whom_of(_as_written(base), base.network.inputs.loaded.config)
    return difference_table(
        name, base_rows, rows, ranges, whom=whom, other_residents=other_residents, totals=totals
    )


def _about_cells(base: Evaluated, scenario: Evaluated) -> dict[str, object]:
    """Return who lives in the cells, of the base; and who is added, where anybody is."""
    people, residents = base.measures.people, base.network.inputs.residents
    known: dict[str, object] = {
        "id": base.network.inputs.cells.study_ids,
        "population": people.population,
        "income": people.income,
        "income_decile": pd.Series(people.decile).astype("Int64").array,
        "zone": residents.zone.to_numpy(),
    }
    added = added_residents(people, scenario.measures.people)
    return known | ({"residents_added": added} if added.any() else {})


def _rights(name: str, base: Evaluated, changes: list[RightChange]) -> pd.DataFrame:
    people = base.measures.people
    some = np.where(people.population > 0, people.population, 1.0)
    shares = {
        group: residents_in_range(people, group) / some
        for group in PALMA_GROUPS
        if not np.isnan(people.income).all()
    }
    residents = residents_of(people, base.network.inputs.loaded.config)
    return rights_frame(name, changes, residents, shares)


def _checks(base: Evaluated, scenario: Evaluated) -> Iterator[Check]:
    types = {report.type for report in scenario.reports}
    ids = base.network.inputs.cells.ids
    yield check_times(base.times, scenario.times, types, scenario.joints_moved, ids)
    yield from check_totals(_totals(base), _totals(scenario), scenario.added)


def _totals(evaluated: Evaluated) -> dict[str, float]:
    """Return residents and opportunities in all cells, those of cells off the streets among them."""
    counts = evaluated.network.inputs.services.in_cells()
    residents = {"population": float(evaluated.measures.people.population.sum())}
    return residents | {service: float(amounts.sum()) for service, amounts in counts.items()}
