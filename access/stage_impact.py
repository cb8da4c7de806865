"""Part of a run: groups compared against thresholds that somebody named has set, and the frames behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from access.config_evidence import ComparisonConfig
from access.impact_comparisons import ImpactComparison, ImpactThreshold, benefit_ratio, burden_ratio
from access.impact_frames import read_frames
from access.indicators import Row
from access.rights import MET, UNMET, EvaluatedRights
from access.run_network import RunNetwork
from access.stage_measures import Measures, PeriodMeasured, headline_access
from access.stage_part import StagePart


def impact_evidence(
    network: RunNetwork,
    measures: Measures,
    periods: Sequence[PeriodMeasured],
    evaluated: EvaluatedRights | None,
) -> StagePart:
    """Make the comparisons that the configuration asks for; evidence, never a legal finding."""
    config = network.inputs.loaded.config
    rows: list[Row] = []
    told: list[dict[str, Any]] = []
    for asked in config.comparisons:
        where, values = _values(network, periods, evaluated, asked)
        if values is None:
            told.append({"name": asked.name, "state": "no data"})
            continue
        found = _compared(measures, asked, values)
        rows.append(
            {
                "indicator": found.comparison,
                **where,
                "right": asked.right,
                "standard": asked.name,
                "group": asked.group,
                "value": found.value,
                "unit": "ratio",
                "covered_population": _covered(measures, asked, values),
                "note": "not defined" if np.isnan(found.value) else f"against {asked.other}",
            }
        )
        told.append(
            {"name": asked.name, "state": "ok", "beyond": found.beyond, **_sentences(network, asked, found)}
        )
    if not config.comparisons:
        return StagePart()
    frames = [frame.model_dump(mode="json") for frame in read_frames().frames]
    return StagePart(rows, manifest={"impact": {"comparisons": told, "frames": frames}})


def _values(
    network: RunNetwork,
    periods: Sequence[PeriodMeasured],
    evaluated: EvaluatedRights | None,
    asked: ComparisonConfig,
) -> tuple[Row, Any]:
    """Return the key of the row and the numbers by cell: access at the headline, or who lacks a right."""
    if asked.right is None:
        return headline_access(network.inputs, periods)
    written = evaluated.as_written if evaluated else ()
    for each in written:
        if each.right.name == asked.right and each.counts:
            known = np.isin(each.state, (MET, UNMET))
            key: Row = {"service": each.right.service, "period": None, "cutoff_min": each.right.within_min}
            return key, np.where(known, each.state == UNMET, np.nan)
    return {}, None


def _covered(measures: Measures, asked: ComparisonConfig, values: Any) -> float:
    """Return the residents that a comparison speaks of, each once: everybody holds every group."""
    groups, known = measures.people.groups(), ~np.isnan(values)
    if "all" in (asked.group, asked.other):
        return float(groups["all"][known].sum())
    return float((groups[asked.group] + groups[asked.other])[known].sum())


def _compared(measures: Measures, asked: ComparisonConfig, values: Any) -> ImpactComparison:
    groups = measures.people.groups()
    threshold = ImpactThreshold(asked.threshold, asked.source.en)
    compare = benefit_ratio if asked.right is None else burden_ratio
    return compare(values, groups[asked.group], groups[asked.other], threshold)


def _sentences(network: RunNetwork, asked: ComparisonConfig, found: ImpactComparison) -> dict[str, Any]:
    config = network.inputs.loaded.config
    service = next(o.label for o in config.opportunities if o.name == config.measures.headline.service)
    said = {}
    for language in ("en", "fr"):
        told = ImpactThreshold(asked.threshold, asked.source.in_language(language))
        words = ImpactComparison(
            found.comparison,
            found.value,
            found.of_group,
            found.of_other,
            told,
            found.beyond,
            found.covered_population,
        )
        said[language] = words.sentence(
            language,
            group=asked.group_label.in_language(language),
            other=asked.other_label.in_language(language),
            what=service.in_language(language),
        )
    return {"sentence": said}
