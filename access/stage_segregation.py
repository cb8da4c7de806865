"""Stage of a run: segregation between the census zones, and through travel time, where brackets are known."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from access.config_evidence import BracketsConfig
from access.decay import decay_binary, decay_exponential
from access.errors import DataQualityWarning
from access.indicators import Row
from access.reach_mix import mix_of_reach, places_by_class, residents_by_class
from access.run_network import RunNetwork
from access.school_mix import school_rows, schools_in_reach
from access.segregation import ZoneSegregation, segregation_of_zones
from access.segregation_counts import ONE_MEAN_ONLY, GroupCounts, group_counts
from access.segregation_reach import segregation_through_travel, travel_rows
from access.segregation_rows import undefined_rows, zone_rows
from access.stage_inputs import Inputs
from access.stage_measures import Measures, PeriodTimes
from access.stage_part import StagePart
from access.vector_files import read_zones

Floats = npt.NDArray[np.float64]
HALVES_IN_MIN = 15.0
"""A person so many minutes away counts half as much as one next door; our proposal, in the manifest."""

ENOUGH_OF_HOUSEHOLDS = 0.5
"""Brackets may be of households or persons; below half of the households something is missing."""

SCHOOL_MIN = 30
"""A school in less than so many minutes is in reach; our proposal, in the manifest."""

SCHOOLS = ("preschool", "primary_school", "secondary_school", "school")
"""Services of the catalogues of rights that are schools."""

NEEDED = {
    "en": "Only one mean income by zone is known, not how many households have which income. Segregation by "
    "income needs counts of households (or persons) by income bracket in each census zone.",
    "fr": "On ne connaît qu’un revenu moyen par zone, et non combien de ménages ont quel revenu. La "
    "ségrégation par le revenu demande le nombre de ménages (ou de personnes) par tranche de revenu dans "
    "chaque zone.",
}


def segregation_evidence(network: RunNetwork, measures: Measures, times: Sequence[PeriodTimes]) -> StagePart:
    """Measure segregation, or say which data would be needed; and whom and what people can reach."""
    inputs = network.inputs
    given, brackets = inputs.loaded.config.income_brackets, inputs.residents.brackets
    record: dict[str, Any] = {"not_defined": [], "half_weight_min": HALVES_IN_MIN, "school_min": SCHOOL_MIN}
    if given is None or brackets is None:
        rows: list[Row] = list(undefined_rows(ONE_MEAN_ONLY))
        record["not_defined"] = [NEEDED]
        residents = residents_by_class(*_on_all_cells(network, measures), 10)
        extremes = [f"class_{n}" for n in range(1, 5)], ["class_10"]
    else:
        numbers = [str(name) for name in brackets]
        zones = read_zones(inputs.loaded.path(given.file), numbers=numbers, layer=given.layer)
        rows = list(zone_rows(_between_zones(zones, given)))
        _warn_of_missing(brackets, inputs)
        residents = _residents(network, measures, given, brackets)
        extremes = [str(brackets.columns[0])], [str(brackets.columns[-1])]
        record["counted"] = given.counted.model_dump()
    columns: dict[str, Floats] = {}
    used = _headline_times(network, times)
    if used is not None and residents.counts.any():
        more, columns = _through_travel(network, measures, used, residents, extremes)
        rows += more
    if used is not None:
        rows += _schools(network, measures, used)
    rows = [{**row, "group": str(row["group"]).replace("class_", "decile_")} for row in rows]
    return StagePart(rows, columns, manifest={"segregation": record})


def _warn_of_missing(brackets: pd.DataFrame, inputs: Inputs) -> None:
    """Warn where the brackets of the zones hold far fewer than the households (or residents) of the cells."""
    counts = inputs.residents.counts
    known = counts["households"] if "households" in counts else counts["population"]
    inside, total = float(brackets.sum().sum()), float(known.sum())
    if inside < ENOUGH_OF_HOUSEHOLDS * total:
        warnings.warn(
            f"income_brackets: hold {inside:,.0f} of {total:,.0f} {known.name} in the cells; is a bracket "
            "left out? Segregation is then that of those counted only",
            DataQualityWarning,
            stacklevel=3,
        )


def _between_zones(zones: gpd.GeoDataFrame, given: BracketsConfig) -> ZoneSegregation:
    return segregation_of_zones(zones, brackets_of(given), what="income_brackets", of=given.counted.en)


def brackets_of(given: BracketsConfig) -> dict[str, float]:
    """Return column -> upper limit, infinite for the last."""
    return {name: float("inf") if bound is None else bound for name, bound in given.upper_bounds.items()}


def _residents(
    network: RunNetwork, measures: Measures, given: BracketsConfig, brackets: pd.DataFrame
) -> GroupCounts:
    """Return counts by bracket on all cells; none live beyond the study area."""
    table = pd.DataFrame(0.0, index=range(len(network.inputs.cells.ids)), columns=brackets.columns)
    table.loc[measures.study_rows] = brackets.fillna(0.0).to_numpy()
    return group_counts(table, brackets_of(given), what="income_brackets", of=given.counted.en)


def _on_all_cells(
    network: RunNetwork, measures: Measures, residents: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return residents and deciles on all cells: nobody, and no decile, beyond the study area."""
    n_cells, people = len(network.inputs.cells.ids), measures.people
    population, decile = np.zeros(n_cells), np.full(n_cells, np.nan)
    population[measures.study_rows] = people.population if residents is None else residents
    decile[measures.study_rows] = people.decile
    return population, decile


def _through_travel(
    network: RunNetwork,
    measures: Measures,
    used: PeriodTimes,
    residents: GroupCounts,
    extremes: tuple[list[str], list[str]],
) -> tuple[list[Row], dict[str, Floats]]:
    _, decile = _on_all_cells(network, measures)
    places = {
        service: places_by_class(amounts, decile, 10)
        for service, amounts in measures.opportunities.items()
        if not np.isnan(decile).all()
    }
    found = segregation_through_travel(
        used.blocks(),
        residents,
        decay_exponential(np.log(2) / HALVES_IN_MIN),
        walks=network.cells.direct,
        places=places,
    )
    where = {"period": used.plan.config.name}
    poor, affluent = extremes
    mix = mix_of_reach(found, poor=poor, affluent=affluent, **where)
    columns = {
        f"mix_of_reach_people_{kernel}": values[measures.study_rows] for kernel, values in mix.people.items()
    }
    return [*travel_rows(found, **where), *mix.rows], columns


def _schools(network: RunNetwork, measures: Measures, used: PeriodTimes) -> list[Row]:
    """Return how many schools children reach, and who else could be there, by the income of their cell."""
    rights = network.inputs.loaded.config.rights
    named = rights.services if rights else {}
    levels = {name for key in SCHOOLS for name in named.get(key, [key])} & set(measures.totals)
    groups = rights.groups.get("school_age", []) if rights else []
    if not levels:
        return []
    people = measures.people
    children = np.sum([np.nan_to_num(people.named[name]) for name in groups], axis=0) if groups else None
    residents, decile = _on_all_cells(network, measures, children)
    of = "children of school age" if groups else "residents"
    everybody = residents_by_class(residents, np.ones(len(residents)), 1)._replace(of=of)
    schools = {level: measures.opportunities[level] for level in sorted(levels)}
    where = {"period": used.plan.config.name, "cutoff_min": SCHOOL_MIN}
    found = schools_in_reach(used.blocks(), everybody, schools, decay_binary(SCHOOL_MIN))
    rows = [row for row in school_rows(found, everybody, **where) if _of_everybody(row)]
    if np.isnan(decile).all():
        return rows
    counts = residents_by_class(residents, decile, 10)
    counts = counts._replace(of=f"{of}, by the mean income of their cell")
    found = schools_in_reach(used.blocks(), counts, schools, decay_binary(SCHOOL_MIN))
    by_income = school_rows(found, counts, **where)
    return rows + [row for row in by_income if not _of_everybody(row)]


def _of_everybody(row: Row) -> bool:
    """Say whether a row needs no incomes: how many schools are in reach, of all children."""
    return row["group"] == "all" and row["indicator"] in ("schools_in_reach", "schools_reach_none")


def _headline_times(network: RunNetwork, times: Sequence[PeriodTimes]) -> PeriodTimes | None:
    headline = network.inputs.loaded.config.measures.headline.period
    return next((period for period in times if period.plan.config.name == headline), None)
