"""Search for the small changes that close a gap of a run most for each vehicle-hour.

Candidates are generated from the run's own timetables (``suggest_list``), each is computed exactly for the
objective (``suggest_quick``), ranked (``suggest_ranking``) and put together within a budget
(``suggest_search``). The run is only read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pandas as pd

from access.collected_warnings import collected_warnings
from access.errors import AccessError
from access.progress import Advance, Progress
from access.report_data import read_run
from access.suggest_candidates import Candidate, scenario_of
from access.suggest_certainty import NO_INTERVAL, Certainty, Interval
from access.suggest_files import check_out, fingerprints, scenario_yaml, write_folder
from access.suggest_list import candidates_of
from access.suggest_objective import OBJECTIVES, ObjectiveName
from access.suggest_quick import Quick
from access.suggest_ranking import leaders, ranked_table
from access.suggest_report import report_of, summary_lines
from access.suggest_trial import PACKAGE_NAME, Trial, try_candidates
from access.warm_run import WarmRun, load_run

N_SCENARIOS = 10
N_INTERVALS = 3
"""Lines whose improvement gets an interval: each is computed whole, and once for each realisation."""
LANGUAGES = ("en", "fr")


def write_suggestions(
    run_folder: Path,
    out: Path,
    budget_vehicle_hours: float,
    objective: str,
    *,
    max_candidates: int | None = None,
    time_limit_min: float | None = None,
    threads: int | None = None,
    show_bar: bool = False,
) -> list[str]:
    """Search a run and write a folder of suggestions.

    Parameters
    ----------
    run_folder : Path
        A finished run; never changed.
    out : Path
        Folder to write; an earlier one of the same kind is replaced.
    budget_vehicle_hours : float
        Vehicle-hours a week that may be added.
    objective : {"poorest40", "rights", "palma"}
        See ``access.suggest_objective``.
    max_candidates : int, optional
        Only the most promising so many.
    time_limit_min : float, optional
        Stop after so many minutes; Ctrl-C does the same at any time.
    threads : int, optional
        Threads to compute with; default all cores. Results do not depend on it.
    show_bar : bool
        Show a progress bar on standard error.

    Returns
    -------
    list of str
        What was found, in lines.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If the run cannot be used for the objective; nothing is written then.
    """
    name = _checked(budget_vehicle_hours, objective, max_candidates, time_limit_min)
    run_folder, out = Path(run_folder), Path(out)
    check_out(run_folder, out)
    progress = Progress(3, show_bar)
    warm = load_run(run_folder, threads)
    with collected_warnings(warm.told, log=False):  # of hundreds of trials; compare tells those of each one
        return _suggested(warm, name, out, budget_vehicle_hours, max_candidates, time_limit_min, progress)


def _suggested(
    warm: WarmRun,
    name: ObjectiveName,
    out: Path,
    budget_vehicle_hours: float,
    max_candidates: int | None,
    time_limit_min: float | None,
    progress: Progress,
) -> list[str]:
    """Search, write the folder and return the lines for the terminal."""
    run_folder = Path(str(warm.folder))
    with progress.stage("candidates") as stage:
        quick = Quick.of(warm, name)
        candidates = candidates_of(quick)
        stage.counts = {"candidates": len(candidates)}
    with progress.stage("search") as stage:
        trial = try_candidates(
            quick,
            candidates,
            budget_vehicle_hours,
            max_candidates=max_candidates,
            time_limit_min=time_limit_min,
            advance=stage.advance,
        )
        stage.counts = {"computations": trial.found.evaluations}
    table = ranked_table(trial)
    with progress.stage("intervals") as stage:
        table, package = with_intervals(trial, table, stage.advance)
    scenarios = _scenarios(trial, table)
    table["scenario"] = [
        f"scenario-{rank}.yaml" if variant == 1 and f"scenario-{rank}.yaml" in scenarios else ""
        for rank, variant in zip(table["rank"], table["variant"].fillna(0), strict=True)
    ]
    read = read_run(run_folder)
    reports = {language: report_of(trial, table, package, read, language) for language in LANGUAGES}
    write_folder(out, table, scenarios, reports, _manifest(trial, run_folder, package))
    return [
        *summary_lines(trial, table, package, read),
        "",
        f"Report  {out / 'report.en.html'}  (français : report.fr.html)",
    ]


def with_intervals(
    trial: Trial, table: pd.DataFrame, advance: Advance | None = None
) -> tuple[pd.DataFrame, Interval]:
    """Return the table with the intervals of the first lines, and that of the package.

    After an interrupted search, and after Ctrl-C here, intervals are not quantified.
    """
    table = table.copy()
    first = leaders(table, N_INTERVALS)
    table.loc[(table["variant"] == 1).fillna(False), "interval_kind"] = NO_INTERVAL.kind
    if not trial.found.complete or not len(first):
        return table, NO_INTERVAL
    by_key = {candidate.key: candidate for candidate in trial.candidates}
    try:
        certainty = Certainty(trial.quick)
        for number, key in enumerate(first["key"].tolist(), start=1):
            found = certainty.interval(by_key[key].scenario())
            here = table["key"] == key
            table.loc[here, "low"], table.loc[here, "high"] = found.low, found.high
            table.loc[here, "interval_kind"] = found.kind
            if advance is not None:
                advance(number, len(first) + 1)
        return table, certainty.interval(scenario_of(_members(trial), PACKAGE_NAME))
    except KeyboardInterrupt:
        return table, NO_INTERVAL


def _members(trial: Trial) -> list[Candidate]:
    return [trial.candidates[number] for number in trial.found.package]


def _scenarios(trial: Trial, table: pd.DataFrame) -> dict[str, str]:
    """Return the scenario files of the first lines and of the package, by file name."""
    feeds = fingerprints(trial.quick.warm.manifest)
    by_key = {candidate.key: candidate for candidate in trial.candidates}
    first = leaders(table, N_SCENARIOS)
    files = {
        f"scenario-{rank}.yaml": scenario_yaml([by_key[key]], by_key[key].title, feeds)
        for rank, key in zip(first["rank"].tolist(), first["key"].tolist(), strict=True)
    }
    if trial.found.package:
        files["scenario-package.yaml"] = scenario_yaml(_members(trial), PACKAGE_NAME, feeds)
    return files


def _manifest(trial: Trial, run_folder: Path, package: Interval) -> dict[str, Any]:
    """Return what the record says of the search."""
    states = [found.state for found in trial.tried]
    return {
        "run": str(run_folder),
        "run_created": trial.quick.warm.manifest.get("created"),
        "name": trial.quick.warm.base.name,
        "objective": trial.quick.objective.name,
        "budget_vehicle_hours": trial.budget,
        "periods": [plan.config.name for plan in trial.quick.plans],
        "base_value": trial.base_value,
        "gap": trial.gap,
        "candidates": len(trial.candidates),
        "candidates_left_out": trial.n_left_out,
        "states": {state: states.count(state) for state in dict.fromkeys(states)},
        "complete": trial.found.complete,
        "stopped": trial.found.stopped or None,
        "evaluations": trial.found.evaluations,
        "seconds": round(trial.seconds, 1),
        "package": {
            "candidates": [candidate.key for candidate in _members(trial)],
            "extra_vehicle_hours": trial.found.cost,
            "improvement": trial.found.improvement,
            "share_closed": trial.share_closed(trial.found.improvement),
            "low": package.low,
            "high": package.high,
            "interval_kind": package.kind,
        },
        "steps": [
            {
                "added": trial.candidates[step.added].key,
                "dropped": None if step.dropped is None else trial.candidates[step.dropped].key,
                "improvement": step.improvement,
                "extra_vehicle_hours": step.cost,
            }
            for step in trial.found.steps
        ],
    }


def _checked(
    budget: float, objective: str, max_candidates: int | None, time_limit_min: float | None
) -> ObjectiveName:
    """Return the objective; raise with everything that is wrong."""
    problems = []
    if objective not in OBJECTIVES:
        problems.append(f"objective {objective!r} is not known; choose one of {', '.join(OBJECTIVES)}")
    if not 0 < budget < float("inf"):
        problems.append(f"the budget is {budget:g} vehicle-hours a week; it must be above 0")
    if max_candidates is not None and max_candidates < 1:
        problems.append(f"max_candidates is {max_candidates}; it must be at least 1")
    if time_limit_min is not None and not time_limit_min > 0:
        problems.append(f"the time limit is {time_limit_min:g} minutes; it must be above 0")
    if problems:
        raise AccessError("suggest: " + "; ".join(problems))
    return cast("ObjectiveName", objective)
