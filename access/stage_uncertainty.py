"""Stage of a run: draws of the inputs through every index, and what they are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.config import RunConfig
from access.hidden_cells import surroundings
from access.index_draws import index_draws
from access.index_sheet import sheet
from access.indicators import People, Row
from access.progress import Stage
from access.range_columns import Column
from access.realised_columns import realised_columns
from access.rights import EvaluatedRight
from access.rights_catalogue import RightsCatalogue
from access.rights_reach import ReachOfRun
from access.run_network import RunNetwork
from access.stage_draws import fingerprint_of, watched_draws
from access.stage_ranges import (
    draws_of,
    ranged,
    ranged_comparisons,
    stacked,
    travel_columns,
    with_travel_spread,
)
from access.stage_timetable import days_with_headways
from access.uncertainty import InputDraws

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Uncertainty:
    """What the draws of a run gave."""

    rows: list[Row]  # all rows of the run, with intervals where there are any
    draws: InputDraws | None
    realisations: Sequence[
        Sequence[Column]
    ]  # the run's own alone, where travel times were not computed again
    manifest: dict[str, Any]
    watched: pd.DataFrame = field(default_factory=pd.DataFrame)  # ``access.stage_draws``

    def rights_unmet(self, names: Sequence[str]) -> list[Floats]:
        """Return how many of some rights each cell lacks, for each realisation of the travel times."""
        return [_unmet(columns, names) for columns in self.realisations]


def uncertainty_of(
    network: RunNetwork,
    rows: list[Row],
    fixed: Sequence[Column],
    rights: Sequence[EvaluatedRight],
    catalogues: list[RightsCatalogue],
    reach: ReachOfRun,
    stage: Stage,
) -> Uncertainty:
    """Give every index that draws can give one its interval.

    Parameters
    ----------
    rows : list of dict
        All numbers of the run.
    fixed : sequence of Column
        Numbers by cell that are taken as they are in every realisation of the travel times.
    rights : sequence of EvaluatedRight
        Those that were judged, as written.
    """
    config, measures = network.inputs.loaded.config, reach.measures
    own = travel_columns(measures, reach.periods, rights, reach.modes)
    given = config.uncertainty
    if given is None:
        return Uncertainty(rows, None, [own], {"uncertainty": None})
    again, days = [], None
    if given.travel_realisations:
        days = days_with_headways(network.inputs.loaded, network.inputs.timetables)
    for number in range(given.travel_realisations):
        again.append(realised_columns(network, reach, catalogues, days, number, given.seed))
        stage.advance(number + 1, given.travel_realisations + 1)
    realisations = again or [own]
    if any([c.place for c in columns] != [c.place for c in own] for columns in realisations):
        raise RuntimeError("a realisation of the travel times measures something else; please report this")
    ids, people = network.inputs.cells.study_ids, measures.people
    draws = draws_of(people, ids, given, own, network.inputs.residents.margins, len(realisations))
    values, lines = stacked([[*columns, *fixed] for columns in (own, *again)])
    groups = group_shares(people, config)
    unequal = np.array([column.family == "access" for column in (*own, *fixed)])
    centre = np.broadcast_to(values[0], (len(realisations), *values[0].shape))
    indices = index_draws(draws, centre, groups=groups, lines=lines, unequal=unequal)
    if again:
        sheets = [
            sheet(one, people.population, people.income, groups=groups, lines=lines, unequal=unequal)
            for one in values[1:]
        ]
        indices = with_travel_spread(indices, sheets, given.seed)
    whom = whom_of(rights, config)
    found = ranged(rows, [*own, *fixed], indices, len(own), measures.totals, whom)
    found = ranged_comparisons(found, config.comparisons, [*own, *fixed], indices)
    stage.counts = {"draws": draws.n_draws, "realisations of travel times": len(again)}
    watched = watched_draws(
        found,
        [[*columns, *fixed] for columns in (own, *again)],
        draws,
        groups,
        surroundings(ids, people.population, config.results.min_residents_shown),
        config.measures.headline,
        whom,
        fingerprint_of(ids, draws, given, network.inputs.residents.margins),
    )
    return Uncertainty(found, draws, realisations, {"uncertainty": _record(draws, config)}, watched)


def _unmet(columns: Sequence[Column], names: Sequence[str]) -> Floats:
    """Return how many of some rights each cell lacks; NaN where none can be judged."""
    chosen = [c for c in columns if c.family == "right" and c.where["standard"] in names]
    unmet = 1 - np.stack([column.values for column in chosen])
    judged = ~np.isnan(unmet)
    return np.where(judged.any(axis=0), np.nansum(unmet, axis=0), np.nan)


def group_shares(people: People, config: RunConfig) -> dict[str, Floats]:
    """Return each named group, and those whom rights are for, as a share of the residents of each cell."""
    named = {name: np.nan_to_num(counts) for name, counts in people.named.items()}
    for who, names in (config.rights.groups if config.rights else {}).items():
        named[f"for_{who}"] = np.sum([named[name] for name in names], axis=0)
    some = people.population > 0
    return {
        name: np.clip(np.divide(counts, people.population, out=np.zeros(len(some)), where=some), 0, 1)
        for name, counts in named.items()
    }


def whom_of(rights: Sequence[EvaluatedRight], config: RunConfig) -> Mapping[str, str]:
    """Return the group that each right is for, where it is known apart."""
    known = config.rights.groups if config.rights else {}
    return {each.right.name: f"for_{each.right.for_whom}" for each in rights if each.right.for_whom in known}


def _record(draws: InputDraws, config: RunConfig) -> dict[str, Any]:
    """Return what the manifest says of the draws."""
    given = config.uncertainty
    if given is None or not draws.n_draws:
        return {"draws": 0, "sources": []}
    errors = {"population": given.population, "income": given.income}
    return {
        "draws": draws.n_draws,
        "seed": draws.seed,
        "coverage": 0.95,
        "sources": list(draws.sources),
        "travel_realisations": given.travel_realisations,
        "fingerprint": draws.fingerprint,
        "assumptions": [
            {"of": name, **error.model_dump(mode="json")} for name, error in errors.items() if error
        ],
    }
