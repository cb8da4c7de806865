"""Places and people of a scenario: tables edited as their files would be, then brought onto the same cells.

Everything is computed by the stages of a run from the edited tables, so that it equals a full run on edited
files; which edits those are stands in ``access.scenario_places_opportunities`` and
``access.scenario_places_residents``. One difference is meant: the cells stay those of the run, also where an
edited file would add or drop one (``cells.cover: population``). With new residents the points that stand for
cells, neighbourhood names, incomes and deciles are found again: deciles are those of the scenario's people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from access.cells import CellPoints, homes_in_cells, representative_points
from access.config_file import LoadedConfig
from access.errors import InputDataError
from access.place_sources import Frame, PlaceSources, population_points
from access.scenario import (
    ORDER,
    AddOpportunities,
    AddResidents,
    LandUseModification,
    Numbered,
    RemoveOpportunities,
)
from access.scenario_places_opportunities import add_opportunities, remove_opportunities, wanted_service
from access.scenario_places_residents import add_residents
from access.scenario_places_where import Spot, spot_of
from access.scenario_words import Words, distance, problem_of, quantity, refused
from access.stage_inputs import Inputs
from access.stage_places import Cells, load_residents
from access.stage_services import Services, load_services
from gtfs.errors import ScenarioError
from gtfs.match import MatchReport
from gtfs.stop_times import great_circle_m

TOLD_FROM_M = 10.0
"""A point of a cell that moves less is not worth a word."""


@dataclass(frozen=True)
class PlacesEdited:
    """Places and people of a scenario.

    Attributes
    ----------
    inputs : Inputs
        Those of the base with other cells' points, residents and services; opportunities in cells off the
        streets are not yet taken out (``Services.on_streets``).
    sources : PlaceSources
        The tables, edited; those without a change are the base's.
    reports : tuple of MatchReport
        One a modification, in the order of application.
    added : mapping of str to float
        What totals must differ by: opportunities by service and residents (``population``); removed ones
        count below 0. Empty where nothing of the kind changes.
    moved : array of bool, (n_cells,)
        Cells whose point is elsewhere, since other people live in them.
    """

    inputs: Inputs
    sources: PlaceSources
    reports: tuple[MatchReport, ...]
    added: Mapping[str, float]
    moved: npt.NDArray[np.bool_]

    @property
    def residents_added(self) -> float:
        """Residents who move in."""
        return self.added.get("population", 0.0)


def edited_places(
    inputs: Inputs, sources: PlaceSources, modifications: Sequence[Numbered[LandUseModification]]
) -> PlacesEdited:
    """Edit opportunities and residents; inputs and tables given stay as they are.

    Parameters
    ----------
    inputs : Inputs
        Those of the base.
    sources : PlaceSources
        The tables that they were computed from.
    modifications : sequence of Numbered
        ``Scenario.land_use``.

    Raises
    ------
    ScenarioError
        With every problem: a place in no cell, a service or group that is not there, more to remove than
        there is, a service of which nothing would be left.
    """
    draft = _Draft(inputs, sources)
    problems: list[str] = []
    words: list[tuple[Numbered[LandUseModification], Words]] = []
    for one in sorted(modifications, key=lambda one: ORDER[one.change.type]):
        try:
            words.append((one, draft.apply(one.change)))
        except ScenarioError as error:
            problems += problem_of(one, error)
    if problems:
        raise refused(problems)
    services, problems = _services(inputs, draft)
    if problems:
        raise refused(problems)
    edited = replace(inputs, services=services)
    if "population" in draft.added:
        cells = _placed(inputs.cells, inputs.loaded, draft.sources)
        residents = load_residents(inputs.loaded, draft.sources, cells)
        edited = replace(edited, cells=cells, residents=residents)
    old, new = inputs.cells.points, edited.cells.points
    moved = np.asarray((old.lon != new.lon) | (old.lat != new.lat))
    if moved.any():
        _tell_of_points(words, old, new, moved)
    reports = tuple(said.report(one) for one, said in words)
    return PlacesEdited(edited, draft.sources, reports, dict(draft.added), moved)


def _tell_of_points(
    words: Sequence[tuple[Numbered[LandUseModification], Words]],
    old: CellPoints,
    new: CellPoints,
    moved: npt.NDArray[np.bool_],
) -> None:
    """Say that travel times change a little where newcomers move the point that stands for a cell."""
    far_m = great_circle_m(old.lon[moved], old.lat[moved], new.lon[moved], new.lat[moved]).max()
    said = [said for one, said in words if isinstance(one.change, AddResidents)][-1]
    if far_m < TOLD_FROM_M:
        return
    n = int(moved.sum())
    said.warn(
        f"the point that stands for {quantity(n, 'cell', 'cells', 'en')} moves with its residents, by up to "
        f"{distance(far_m, 'en')}: travel times from and to it change for that reason alone",
        f"le point qui représente {quantity(n, 'cellule', 'cellules', 'fr')} se déplace avec ses habitants, "
        f"de {distance(far_m, 'fr')} au plus : les temps depuis et vers lui changent pour cette seule raison",
    )


class _Draft:
    """Tables being edited, one modification after the other."""

    def __init__(self, inputs: Inputs, sources: PlaceSources) -> None:
        self.cells, self.config = inputs.cells, inputs.loaded.config
        self.configured = {wanted.name: wanted for wanted in self.config.opportunities}
        self.sources = sources
        self.added: dict[str, float] = {}

    def apply(self, change: LandUseModification) -> Words:
        """Edit the tables for one modification and say what it was."""
        if isinstance(change, AddResidents):
            return self._add_residents(change)
        wanted = wanted_service(change.service, self.configured)
        table = self.sources.opportunities[wanted.name]
        if isinstance(change, RemoveOpportunities):
            self._require_cell(change)
            table, removed, said = remove_opportunities(table, change, wanted, self.cells.ids)
            self._keep(wanted.name, table, -removed)
            return said
        table, said = add_opportunities(table, change, wanted, self._spot(change))
        self._keep(wanted.name, table, change.count)
        return said

    def _add_residents(self, change: AddResidents) -> Words:
        spot = self._spot(change)
        if not self.cells.in_study[self.cells.ids.index(spot.cell)]:
            raise ScenarioError(
                f"cell {spot.cell} is a destination only: residents count in the study area; choose a place "
                "there"
            )
        self.sources, said = add_residents(self.sources, change, self.config, spot)
        self.added["population"] = self.added.get("population", 0.0) + change.count
        return said

    def _spot(self, change: AddOpportunities | AddResidents) -> Spot:
        return spot_of(change.at, change.cell, self.cells.ids)

    def _require_cell(self, change: RemoveOpportunities) -> None:
        if change.cell is not None:
            spot_of(None, change.cell, self.cells.ids)

    def _keep(self, service: str, table: Frame, amount: float) -> None:
        opportunities = {**self.sources.opportunities, service: table}
        self.sources = replace(self.sources, opportunities=opportunities)
        self.added[service] = self.added.get(service, 0.0) + amount


def _placed(base: Cells, loaded: LoadedConfig, sources: PlaceSources) -> Cells:
    """Return the base's cells with the points and homes of the residents as they are now."""
    config = loaded.config
    weight = config.population_grid.weight_column if config.population_grid else None
    homes = population_points(sources, config.people, weight, base.ids)
    points, in_cells = representative_points(base.ids, *homes), homes_in_cells(base.ids, *homes)
    return replace(base, points=points, homes=in_cells)


def _services(inputs: Inputs, draft: _Draft) -> tuple[Services, list[str]]:
    """Count the changed services again; the others are the base's as read."""
    base = inputs.services.as_read or inputs.services.found
    found, problems = dict(base), []
    for wanted in inputs.loaded.config.opportunities:
        if wanted.name not in draft.added:
            continue
        config = inputs.loaded.config.model_copy(update={"opportunities": [wanted]})
        try:
            read = load_services(replace(inputs.loaded, config=config), draft.sources, inputs.cells.ids)
        except InputDataError:
            read = Services({wanted.name: None})
        found |= read.found
        before, after = base[wanted.name], read.found[wanted.name]
        if after is None:
            problems.append(
                f"{wanted.name}: the scenario leaves none in the cells; a service without any is `no data`, "
                "so that nobody's loss could be told; leave one, or look at the base's access to it"
            )
        elif before is not None and wanted.kind == "polygons" and wanted.count_column:
            draft.added[wanted.name] = after.inside - before.inside  # a zone may lie partly outside the cells
    return Services(found), problems
