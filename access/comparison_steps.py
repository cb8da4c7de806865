"""The two steps of a comparison: what a scenario changes, within seconds; then how certain that is.

The command line and the app take the same two steps, so that they tell the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from access.collected_warnings import collected_warnings
from access.comparison import compare
from access.comparison_bill import bill_of, difference_of_bills
from access.comparison_files import ComparedScenario
from access.comparison_register import register_change
from access.scenario_file import hash_warnings

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from access.comparison_certainty import CertaintyOfBase
    from access.planned_feeds import Planned
    from access.scenario import Scenario
    from access.warm_run import WarmRun
    from access.watch import Watch

SCENARIO, REGISTER = "scenario", "register"
"""Parts of ``with_certainty``: travelling again in the scenario, then both registers of zones."""


def first_results(
    warm: WarmRun,
    scenario: Scenario,
    base_bill: pd.DataFrame,
    file: Path | None = None,
    *,
    watch: Watch | None = None,
    planned: Planned | None = None,
) -> ComparedScenario:
    """Compute a scenario and hold it against the base by the sign alone.

    Parameters
    ----------
    base_bill : DataFrame
        ``bill_of(warm.base)``, which all scenarios share.
    file : Path, optional
        Where the scenario was written.
    watch, planned
        As ``WarmRun.evaluate``; the comparison is told as the step "comparison".

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If the scenario fits nothing in this city.
    """
    with collected_warnings(warm.told) as told:
        evaluated = warm.evaluate(scenario, watch=watch, planned=planned)
        comparison = compare(warm.base, evaluated)
        bill = difference_of_bills(base_bill, bill_of(evaluated))
    if watch is not None:
        watch.lap("comparison")
    warnings = [*hash_warnings(scenario, warm.manifest), *told]
    return ComparedScenario(scenario, file, evaluated, comparison, bill, warnings=warnings)


def with_certainty(
    warm: WarmRun,
    certain: CertaintyOfBase,
    found: ComparedScenario,
    advance: Callable[[str, int, int], object] | None = None,
) -> ComparedScenario:
    """Add noise floor, ranges and the register of zones to first results.

    Parameters
    ----------
    certain : CertaintyOfBase
        Of the same base, which all scenarios share.
    advance : callable, optional
        Called with the part (``SCENARIO``, ``REGISTER``), the steps done in it and all of them; what it
        raises ends the computation.
    """

    def told(part: str) -> Callable[[int, int], object] | None:
        return None if advance is None else lambda done, total: advance(part, done, total)

    evaluated = found.evaluated
    certainty = certain.of_scenario(evaluated, told(SCENARIO))
    ranges = of_base = certainty.ranges()
    if certainty.difference_of_base_residents is not certainty.difference:
        of_base = certainty.ranges_of_base_residents()
    comparison = compare(warm.base, evaluated, certainty.floor, ranges, of_base)
    register = register_change(warm.base, evaluated, certain, certainty, told(REGISTER))
    return replace(found, comparison=comparison, register=register)
