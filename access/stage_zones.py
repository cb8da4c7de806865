"""Stage of a run: the register of underserved zones, with how often the draws find each again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import geopandas as gpd
import h3
import numpy as np
import numpy.typing as npt

from access.exclusion import Naming, Register, exclusion_register
from access.exclusion_merge import Draws
from access.exclusion_rights import RightsOfCells
from access.exclusion_rule import IncomeLine, ZoneRule
from access.place_names import read_place_names
from access.rights import MET, UNMET, EvaluatedRight, EvaluatedRights
from access.rights_reach import ReachOfRun
from access.run_network import RunNetwork
from access.stage_measures import Measures, PeriodMeasured, headline_access
from access.stage_part import StagePart
from access.stage_uncertainty import Uncertainty

Floats = npt.NDArray[np.float64]
NO_RIGHTS = {
    "en": "no right of a catalogue could be judged",
    "fr": "aucun droit d’un catalogue n’a pu être évalué",
}
NO_INCOMES = {"en": "incomes are not known", "fr": "les revenus ne sont pas connus"}


def zones_evidence(
    network: RunNetwork,
    measures: Measures,
    periods: Sequence[PeriodMeasured],
    evaluated: EvaluatedRights | None,
    drawn: Uncertainty,
    reach: ReachOfRun,
) -> StagePart:
    """Find the zones where rights are unmet and incomes low."""
    given = network.inputs.loaded.config.exclusion
    rights = rights_of_register(evaluated, given.catalogue)
    record = {**given.model_dump(mode="json"), "rights": [each.right.name for each in rights]}
    record["catalogue_used"] = rights[0].catalogue if rights else None
    register = register_of(network, measures, periods, evaluated, drawn, reach)
    if register is None:
        why = _reason(len(rights), given.min_rights_unmet)
        return StagePart(manifest={"exclusion": {**record, "state": "not defined", "reason": why}})
    register = replace(
        register,
        zones=register.zones.assign(edge_share=_edge_share(network, register.zones)),
        unstable=register.unstable.assign(edge_share=_edge_share(network, register.unstable)),
    )
    return _as_evidence(register, record)


def register_of(
    network: RunNetwork,
    measures: Measures,
    periods: Sequence[PeriodMeasured],
    evaluated: EvaluatedRights | None,
    drawn: Uncertainty,
    reach: ReachOfRun,
    *,
    statistics: bool = True,
) -> Register | None:
    """Return the register of a run or a scenario; None where too few rights or no incomes are known.

    Parameters
    ----------
    drawn : Uncertainty
        Draws, and the rights of each realisation of the travel times.
    statistics : bool
        Whether to compute Gi* of access and income, which takes longest and changes no zone.
    """
    config, people = network.inputs.loaded.config, measures.people
    given = config.exclusion
    rights = rights_of_register(evaluated, given.catalogue)
    if len(rights) < given.min_rights_unmet or np.isnan(people.income).all():
        return None
    return exclusion_register(
        network.inputs.cells.study_ids,
        people.population,
        people.income,
        _states(rights, reach),
        zone_rule(network),
        access=headline_access(network.inputs, periods)[1],
        draws=draws_with_rights(drawn, [each.right.name for each in rights]),
        naming=_naming(network),
        statistics=statistics,
        n_permutations=given.permutations,
        smallest_count=config.results.min_residents_shown,
    )


def zone_rule(network: RunNetwork) -> ZoneRule:
    """Return the definition of a zone that the configuration gives."""
    given = network.inputs.loaded.config.exclusion
    line = IncomeLine(given.income_rule, given.income_value)
    return ZoneRule(line, given.min_rights_unmet, given.min_residents, given.min_share_of_draws)


def _reason(n_rights: int, needed: int) -> dict[str, str]:
    """Say why there can be no register."""
    if n_rights >= needed:
        return NO_INCOMES
    if n_rights == 0:
        return NO_RIGHTS
    return {
        "en": f"the rule asks for {needed} rights unmet at once; of the catalogue only {n_rights} "
        "could be judged",
        "fr": f"la règle demande {needed} droits non assurés à la fois ; seuls {n_rights} ont pu être "
        "évalués",
    }


def _edge_share(network: RunNetwork, zones: gpd.GeoDataFrame) -> Floats:
    """Return the share of each zone's cells with a neighbour outside the cells of the run."""
    known = set(network.inputs.cells.ids)
    shares = []
    for cells in zones["cells"]:
        members = str(cells).split(",")
        shares.append(np.mean([bool(set(h3.grid_disk(cell, 1)) - known) for cell in members]))
    return np.array(shares, dtype=np.float64)


def rights_of_register(evaluated: EvaluatedRights | None, catalogue: str | None) -> list[EvaluatedRight]:
    """Return the rights of one catalogue that could be judged: the one named, else the first."""
    if evaluated is None or not evaluated.as_written:
        return []
    name = catalogue or evaluated.as_written[0].catalogue
    return [each for each in evaluated.as_written if each.catalogue == name and each.counts]


def _states(rights: Sequence[EvaluatedRight], reach: ReachOfRun) -> RightsOfCells:
    states = np.stack([each.state for each in rights])
    unmet = np.where(np.isin(states, (MET, UNMET)), states == UNMET, np.nan)
    shortfall = np.where(np.isnan(unmet), np.nan, np.stack([each.shortfall for each in rights]))
    missing = np.stack([np.maximum(each.required - each.value, 0) for each in rights])
    return RightsOfCells(
        tuple(each.right.name for each in rights),
        tuple(each.right.service for each in rights),
        unmet,
        shortfall,
        np.where(np.isnan(unmet), np.nan, np.where(unmet == 1, missing, 0.0)),
        np.where(np.isnan(unmet), np.nan, np.stack([reach.minutes_beyond(each) for each in rights])),
    )


def draws_with_rights(drawn: Uncertainty, rights: Sequence[str]) -> Iterator[Draws]:
    """Yield all draws: residents, incomes, and the rights that each cell lacks in its realisation."""
    if drawn.draws is None:
        return
    for number, unmet in enumerate(drawn.rights_unmet(rights)):
        for chunk in drawn.draws.chunks(number):
            yield Draws(chunk.population, chunk.income, unmet)


def _naming(network: RunNetwork) -> Naming:
    inputs = network.inputs
    config = inputs.loaded.config
    term = {"en": config.exclusion.term.en, "fr": config.exclusion.term.fr}
    zone = inputs.residents.zone
    if zone.notna().any():
        return Naming(
            [None if missing else str(name) for name, missing in zip(zone, zone.isna(), strict=True)],
            term=term,
        )
    pbf = config.streets.osm_pbf
    return Naming(places=read_place_names(inputs.loaded.path(pbf)) if pbf else (), term=term)


def _as_evidence(register: Register, record: dict[str, object]) -> StagePart:
    cells = register.cells
    columns = {
        "zone_id": cells.zone_id,
        "zone_share_of_draws": cells.share_of_draws,
        "zone_p_value": cells.p_value,
    }
    manifest = {
        "exclusion": {
            **record,
            "state": "ok",
            **register.facts,
            "notes": register.notes,
            "n_unstable": len(register.unstable),
        }
    }
    return StagePart(columns=columns, register=register, manifest=manifest)
