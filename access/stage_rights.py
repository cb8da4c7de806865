"""Stage of a run: which rights are met where, answered from what periods, modes and slow walkers reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.config import RunConfig
from access.errors import ConfigError
from access.indicators import People, as_booleans
from access.rights import (
    MET,
    UNMET,
    EvaluatedRight,
    EvaluatedRights,
    rights_table,
)
from access.rights_catalogue import SERVICES, RightsCatalogue, load_catalogues
from access.rights_reach import ReachOfRun, totals_of
from access.rights_residents import RightsAssessment, RightsResidents, assess_rights
from access.stage_inputs import Inputs
from access.stage_part import StagePart

Floats = npt.NDArray[np.float64]
Row = dict[str, object]


def catalogues_of(inputs: Inputs) -> list[RightsCatalogue]:
    """Read the catalogues of rights that a configuration names, none where it names none."""
    rights = inputs.loaded.config.rights
    if rights is None:
        return []
    catalogues = load_catalogues(rights.catalogues, inputs.loaded.file.resolve().parent)
    _check_names(inputs, catalogues)
    return catalogues


def _check_names(inputs: Inputs, catalogues: Sequence[RightsCatalogue]) -> None:
    """Refuse names of rights and catalogues that no catalogue of the run has.

    Raises
    ------
    ConfigError
        With every such name and those there are.
    """
    config = inputs.loaded.config
    rights = sorted(right.name for catalogue in catalogues for right in catalogue.rights)
    names = [catalogue.name for catalogue in catalogues]
    problems = [
        f"comparisons.{asked.name}.right: {asked.right!r} is none of {rights}"
        for asked in config.comparisons
        if asked.right and asked.right not in rights
    ]
    known = {*SERVICES, *(name for catalogue in catalogues for name in catalogue.services)}
    asked_for = config.rights.services if config.rights else {}
    problems += [
        f"rights.services.{service}: no catalogue speaks of it; there are {', '.join(sorted(known))}"
        for service in asked_for
        if service not in known
    ]
    if config.exclusion.catalogue and config.exclusion.catalogue not in names:
        problems.append(f"exclusion.catalogue: {config.exclusion.catalogue!r} is none of {names}")
    if problems:
        raise ConfigError(str(inputs.loaded.file), problems)


def limits_of_rights(catalogues: Sequence[RightsCatalogue], longest_min: int) -> list[int]:
    """Return the limits of travel time that rights ask for, as far as travel times go."""
    limits = {right.within_min for catalogue in catalogues for right in catalogue.rights}
    return sorted(limit for limit in limits if limit <= longest_min)


def rights_of_run(catalogues: list[RightsCatalogue], reach: ReachOfRun, people: People) -> RightsAssessment:
    """Judge every right of the catalogues."""
    config = reach.inputs.loaded.config
    totals = totals_of(catalogues, reach)
    return assess_rights(catalogues, reach, totals, people.snapped, residents_of(people, config))


def residents_of(people: People, config: RunConfig) -> RightsResidents:
    """Return who lives in the cells in the form that rights ask for."""
    named = {name: np.nan_to_num(counts) for name, counts in people.named.items()}
    whom = config.rights.groups if config.rights else {}
    groups = people.groups()
    deciles = {name: (people.decile == n) * 1.0 for n in range(1, 11) if (name := f"decile_{n}") in groups}
    return RightsResidents(
        population=people.population,
        concerned={who: np.sum([named[name] for name in names], axis=0) for who, names in whom.items()},
        parts=deciles,
        groups=named,
    )


class RightsEvidence(NamedTuple):
    """What rights add to a run, and the evaluation itself for what follows."""

    evidence: StagePart
    evaluated: EvaluatedRights | None  # None: no catalogue is named


def rights_evidence(catalogues: list[RightsCatalogue], reach: ReachOfRun, people: People) -> RightsEvidence:
    """Judge the rights and bring what was found into the form of a run folder."""
    if not catalogues:
        return RightsEvidence(StagePart(manifest={"rights": [], "rights_excluded": []}), None)
    assessment = rights_of_run(catalogues, reach, people)
    inputs = reach.inputs
    names = period_names(inputs)
    evaluated = assessment.evaluated
    ids = inputs.cells.study_ids
    table = rights_table(evaluated.as_written, ids)
    table["period"] = table["period"].astype(str).map(lambda kind: names.get(kind, kind)).astype("category")
    columns: dict[str, object] = {
        f"right_{each.right.name}": _met(each) for each in evaluated.as_written if each.counts
    }
    columns |= {
        f"rights_lacking_{basket.catalogue}": pd.array(basket.lacking, dtype="Float64").astype("Int64")
        for basket in evaluated.baskets
        if basket.rights
    }
    manifest = {
        "rights": [_record(each, inputs) for each in evaluated.as_written],
        "rights_excluded": [
            {**excluded._asdict(), "situation": excluded.situation._asdict()}
            for excluded in evaluated.excluded
        ],
        "rights_catalogues": [
            {"name": each.name, "label": each.label.model_dump(), "note": each.note.model_dump()}
            for each in catalogues
        ],
        "rights_counted_as_everyone": [list(pair) for pair in assessment.counted_as_everyone],
    }
    rows = [{**row, "period": names.get(str(row["period"]), row["period"])} for row in assessment.rows]
    return RightsEvidence(StagePart(rows, columns, {"rights": table}, manifest), evaluated)


def _met(evaluated: EvaluatedRight) -> pd.api.extensions.ExtensionArray:
    known = np.isin(evaluated.state, (MET, UNMET))
    return as_booleans(np.where(known, evaluated.state == MET, np.nan))


def period_names(inputs: Inputs) -> dict[str, str]:
    """Return the run's period for each part of the week that has one."""
    return {plan.config.kind: plan.config.name for plan in inputs.timetables.plans if plan.config.kind}


def _record(evaluated: EvaluatedRight, inputs: Inputs) -> Row:
    """Return what the manifest says of one right."""
    right = evaluated.right
    return {
        **right.model_dump(mode="json"),
        "catalogue": evaluated.catalogue,
        "period": period_names(inputs).get(right.when),
        "required": evaluated.required,
        "state": "ok" if evaluated.counts else "no data",
        "missing": [{"mode": mode, "why": str(missing)} for mode, missing in evaluated.missing],
    }
