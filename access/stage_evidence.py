"""Later stages of a run in order: rights, supply, segregation, ranges, zones; what they add to its folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from access.indicator_registry import registry
from access.indicators import Row
from access.progress import Progress
from access.range_columns import Column, penalty_columns, supply_columns
from access.rights_catalogue import RightsCatalogue
from access.rights_reach import ReachOfRun
from access.run_network import RunNetwork
from access.stage_comparison import comparison_evidence
from access.stage_impact import impact_evidence
from access.stage_measures import Measures, PeriodMeasured, PeriodTimes
from access.stage_modes import ModeReach
from access.stage_part import StagePart, gathered
from access.stage_process import spatial_process
from access.stage_rights import period_names, rights_evidence
from access.stage_segregation import segregation_evidence
from access.stage_sensitivity import sensitivity_rows
from access.stage_supply import supply_evidence
from access.stage_uncertainty import uncertainty_of
from access.stage_zones import zones_evidence

N_STAGES = 4


def gather_evidence(
    network: RunNetwork,
    measures: Measures,
    times: Sequence[PeriodTimes],
    periods: Sequence[PeriodMeasured],
    modes: Sequence[ModeReach],
    catalogues: list[RightsCatalogue],
    limits_min: Sequence[int],
    progress: Progress,
) -> StagePart:
    """Run the later stages.

    Parameters
    ----------
    times : sequence of PeriodTimes
        Matrices of the periods, to be read again.
    periods : sequence of PeriodMeasured
        What was made of them.
    limits_min : sequence of int
        Every limit of travel time that what is reached is kept for.
    """
    reach = ReachOfRun(
        network.inputs, network.cells, network.stops, measures, periods, modes, limits_min, network.threads
    )
    with progress.stage("rights") as stage:
        rights = rights_evidence(catalogues, reach, measures.people)
        supply = supply_evidence(network, measures)
        written = rights.evaluated.as_written if rights.evaluated else ()
        judged = [each for each in written if each.counts]
        stage.counts = {"rights judged": len(judged), "without data": len(written) - len(judged)}
    with progress.stage("segregation") as stage:
        segregation = segregation_evidence(network, measures, times)
        stage.counts = {"indices": len(segregation.rows)}
    compared = comparison_evidence(network, measures, times, periods, modes)
    impact = impact_evidence(network, measures, periods, rights.evaluated)
    parts = [rights.evidence, supply, segregation, compared, impact]
    rows: list[Row] = [row for period in periods for row in period.access.rows]
    rows += [row for part in parts for row in part.rows]
    with progress.stage("ranges") as stage:
        fixed = [*supply_columns(supply.columns, measures.people.snapped)]
        fixed += (Column("performance", {}, values) for values in compared.columns.values())
        if rights.evaluated:
            fixed += penalty_columns(rights.evaluated, period_names(network.inputs))
        drawn = uncertainty_of(network, rows, fixed, judged, catalogues, reach, stage)
        bands = [row for period in periods for row in period.band_rows]
        bands += sensitivity_rows(network, measures, periods)
        given = network.inputs.loaded.config.uncertainty
        if given and given.spatial_process:
            process = spatial_process(network, measures, periods, given.seed)
            bands += process.rows
            drawn.manifest["uncertainty"]["spatial_process_refused"] = process.refused
    with progress.stage("zones") as stage:
        zones = zones_evidence(network, measures, periods, rights.evaluated, drawn, reach)
        stage.counts = {"zones": len(zones.register.zones) if zones.register else 0}
    drawings = {"draws": drawn.watched} if len(drawn.watched) else {}
    last = StagePart(manifest=drawn.manifest, tables=drawings)
    whole = gathered([*(replace(part, rows=[]) for part in parts), zones, last])
    whole.rows.extend(_with_source(row) for row in (*drawn.rows, *bands))
    return whole


def _with_source(row: Row) -> Row:
    """Name the source of the formula; a test holds the registry against what runs contain."""
    known = registry().get(str(row["indicator"]))
    return {**row, "source": known.source_text if known else None}
