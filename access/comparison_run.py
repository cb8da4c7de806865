"""From a finished run and scenario files to a folder: first results, then how certain they are.

What a change does is told within seconds; ranges, the register of zones, maps and pages follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from access.collected_warnings import collected_warnings
from access.comparison_bill import WEEK, bill_of
from access.comparison_side_by_side import WeeklyHours
from access.comparison_steps import first_results, with_certainty
from access.comparison_summary import comparison_lines, words_of_run
from access.errors import AccessError, ConfigError
from access.progress import Progress
from access.results import COMPARISON, check_target
from access.scenario import Scenario
from access.scenario_export import match_lines
from access.scenario_file import load_scenario
from access.warm_run import WarmRun, load_run

if TYPE_CHECKING:
    import pandas as pd

    from access.comparison_files import ComparedScenario

N_STAGES = 3


def compare_scenarios(
    run: Path,
    files: Sequence[Path],
    out: Path | None = None,
    *,
    quick: bool = False,
    threads: int | None = None,
    show_bar: bool = False,
) -> Iterator[str]:
    """Compare scenarios with the run they change.

    Parameters
    ----------
    run : Path
        Folder of a finished run; only read.
    files : sequence of Path
        Scenario files.
    out : Path, optional
        Folder to write; default beside the run, named after both.
    quick : bool
        Only the first results: nothing drawn, nothing written.
    threads : int, optional
        Threads to compute with; default all cores. Results do not depend on it.
    show_bar : bool
        Show progress bars on standard error.

    Yields
    ------
    str
        Lines for the reader, as soon as they are known.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If the run, a scenario or the folder cannot be used; nothing is written then.
    """
    scenarios = load_all(files)
    folder = out or default_folder(run, files)
    if folder.resolve() == run.resolve():
        raise AccessError(f"--out {folder} is the run itself, which is never changed; name another folder")
    if not quick:
        check_target(folder, COMPARISON)
    warm = load_run(run, threads, show_bar=show_bar)
    base_bill = bill_of(warm.base)
    first = []
    for file, scenario in zip(files, scenarios, strict=True):
        found = first_results(warm, scenario, base_bill, file)
        yield from _first_lines(found)
        first.append(found)
    hours = [_weekly_hours(found.bill) for found in first]
    smallest = warm.base.network.inputs.loaded.config.results.min_residents_shown
    words = words_of_run(warm.manifest)
    if quick:
        yield from comparison_lines([found.comparison for found in first], hours, smallest, words)
        return
    progress = Progress(N_STAGES, show_bar)
    compared = _with_certainty(warm, first, progress)
    yield from comparison_lines([each.comparison for each in compared], hours, smallest, words)
    with progress.stage("maps and report"):
        from access.comparison_files import write_comparison

        write_comparison(folder, warm, compared)
    yield ""
    yield f"Report  {folder / 'report.en.html'}  (français : report.fr.html)"
    yield f"Map     {folder / 'difference.gpkg'}"


def load_all(files: Sequence[Path]) -> list[Scenario]:
    """Read several scenario files; all their problems at once.

    Raises
    ------
    ConfigError
        With the problems of every file.
    AccessError
        If a file is named twice, or two scenarios have one name.
    """
    twice = sorted({str(file) for file in files if list(files).count(file) > 1})
    if twice:
        raise AccessError(f"{', '.join(twice)}: named twice; name each scenario once")
    scenarios, errors = [], []
    for file in files:
        try:
            scenarios.append(load_scenario(file))
        except ConfigError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise AccessError("\n".join(str(error) for error in errors))
    names = [scenario.name.en for scenario in scenarios]
    same = sorted({name for name in names if names.count(name) > 1})
    if same:
        raise AccessError(
            f"{', '.join(map(repr, same))}: the name of several scenarios; give each a name of its own, so "
            "that tables and maps can tell them apart"
        )
    return scenarios


def default_folder(run: Path, files: Sequence[Path]) -> Path:
    """Return where a comparison goes that names no folder: beside the run, named after both."""
    more = f"-and-{len(files) - 1}-more" if len(files) > 1 else ""
    run = run.resolve()
    return run.with_name(f"{run.name}-{files[0].stem}{more}")


def _with_certainty(
    warm: WarmRun, first: Sequence[ComparedScenario], progress: Progress
) -> list[ComparedScenario]:
    """Draw and travel again, so that noise and ranges of the differences are known."""
    from access.comparison_certainty import CertaintyOfBase

    with collected_warnings(warm.told):
        with progress.stage("ranges of the base") as stage:
            certain = CertaintyOfBase.of(warm, stage.advance)
        compared = []
        with progress.stage("ranges of the scenarios") as stage:
            for number, found in enumerate(first):
                compared.append(with_certainty(warm, certain, found))
                stage.advance(number + 1, len(first))
    return compared


def _weekly_hours(bill: pd.DataFrame) -> WeeklyHours | None:
    """Return the vehicle-hours of the week in base and scenario."""
    rows = bill[(bill["scope"] == WEEK) & (bill["route_id"] == "all") & (bill["measure"] == "vehicle_hours")]
    if rows.empty:
        return None
    return WeeklyHours(float(rows["base"].iloc[0]), float(rows["value"].iloc[0]))


def _first_lines(found: ComparedScenario) -> Iterator[str]:
    """Say what each modification met, and how long it took."""
    evaluated = found.evaluated
    yield from match_lines(found.scenario, evaluated.reports, found.warnings)
    yield f"  computed in {sum(evaluated.seconds.values()):.1f} s"
    yield ""
