"""Stage of a run: segregation between the census zones, and through travel time, where brackets are known."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from access.config_evidence import BracketsConfig
from access.decay import decay_exponential
from access.evidence import Evidence
from access.indicators import Row
from access.reach_mix import mix_of_reach, places_by_class
from access.run_network import RunNetwork
from access.segregation import ZoneSegregation, segregation_of_zones
from access.segregation_counts import ONE_MEAN_ONLY, group_counts
from access.segregation_reach import segregation_through_travel, travel_rows
from access.segregation_rows import undefined_rows, zone_rows
from access.stage_measures import Measures, PeriodTimes
from access.vector_files import read_zones

Floats = npt.NDArray[np.float64]
HALVES_IN_MIN = 15.0
"""A person so many minutes away counts half as much as one next door; our proposal, in the manifest."""

NEEDED = {
    "en": "Only one mean income by zone is known, not how many households have which income. Segregation by "
    "income needs counts of households (or persons) by income bracket in each census zone.",
    "fr": "On ne connaît qu’un revenu moyen par zone, et non combien de ménages ont quel revenu. La "
    "ségrégation par le revenu demande le nombre de ménages (ou de personnes) par tranche de revenu dans "
    "chaque zone.",
}


def segregation_evidence(network: RunNetwork, measures: Measures, times: Sequence[PeriodTimes]) -> Evidence:
    """Measure segregation, or say which data would be needed."""
    inputs = network.inputs
    given = inputs.loaded.config.income_brackets
    if given is None or inputs.residents.brackets is None:
        return Evidence(
            list(undefined_rows(ONE_MEAN_ONLY)), manifest={"segregation": {"not_defined": [NEEDED]}}
        )
    zones = read_zones(inputs.loaded.path(given.file), numbers=list(given.upper_bounds), layer=given.layer)
    rows: list[Row] = list(zone_rows(_between_zones(zones, given)))
    columns: dict[str, Floats] = {}
    used = _headline_times(network, times)
    if used is not None:
        more, columns = _through_travel(network, measures, used, given, inputs.residents.brackets)
        rows += more
    manifest = {"not_defined": [], "half_weight_min": HALVES_IN_MIN, "counted": given.counted.model_dump()}
    return Evidence(rows, columns, manifest={"segregation": manifest})


def _between_zones(zones: gpd.GeoDataFrame, given: BracketsConfig) -> ZoneSegregation:
    return segregation_of_zones(zones, brackets_of(given), what="income_brackets", of=given.counted.en)


def brackets_of(given: BracketsConfig) -> dict[str, float]:
    """Return column -> upper limit, infinite for the last."""
    return {name: float("inf") if bound is None else bound for name, bound in given.upper_bounds.items()}


def _through_travel(
    network: RunNetwork,
    measures: Measures,
    used: PeriodTimes,
    given: BracketsConfig,
    brackets: pd.DataFrame,
) -> tuple[list[Row], dict[str, Floats]]:
    inputs = network.inputs
    rows = measures.study_rows
    table = pd.DataFrame(0.0, index=range(len(inputs.cells.ids)), columns=brackets.columns)
    table.loc[rows] = brackets.fillna(0.0).to_numpy()
    residents = group_counts(table, brackets_of(given), what="income_brackets", of=given.counted.en)
    decile = np.full(len(table), np.nan)
    decile[rows] = measures.people.decile
    places = {
        service: places_by_class(amounts, decile, 10) for service, amounts in measures.opportunities.items()
    }
    found = segregation_through_travel(
        used.blocks(),
        residents,
        decay_exponential(np.log(2) / HALVES_IN_MIN),
        walks=network.cells.direct,
        places=places,
    )
    where = {"period": used.plan.config.name}
    names = list(brackets.columns)
    mix = mix_of_reach(found, poor=names[:1], affluent=names[-1:], **where)
    columns = {f"mix_of_reach_people_{kernel}": values[rows] for kernel, values in mix.people.items()}
    return [*travel_rows(found, **where), *mix.rows], columns


def _headline_times(network: RunNetwork, times: Sequence[PeriodTimes]) -> PeriodTimes | None:
    headline = network.inputs.loaded.config.measures.headline.period
    return next((period for period in times if period.plan.config.name == headline), None)
