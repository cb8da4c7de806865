"""Commands that ask what if: compare, scenario check and export, suggest, criticality."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from access.cli_parts import QUIET, THREADS, log

RUN = click.argument("run", metavar="RUN", type=click.Path(path_type=Path, file_okay=False))
SCENARIO = click.argument("scenario", type=click.Path(path_type=Path, dir_okay=False))
OUT = click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to write; the run is never touched."
)


@click.command()
@RUN
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to write; default beside RUN, named RUN-SCENARIO. The run is never touched.",
)
@click.option("--quick", is_flag=True, help="Only print the first results; no ranges, no register, no files.")
@THREADS
@QUIET
def compare(
    run: Path,
    scenarios: tuple[Path, ...],
    out: Path | None,
    quick: bool,
    threads: int | None,
    quiet: bool,
) -> None:
    """Compute SCENARIOS and show who wins and who loses against the finished RUN.

    First results come within seconds; ranges, the register of zones, maps and the report follow.
    """
    from access.comparison_run import compare_scenarios

    log(quiet)
    show_bar = not quiet and sys.stderr.isatty()
    for line in compare_scenarios(run, scenarios, out, quick=quick, threads=threads, show_bar=show_bar):
        click.echo(line)


@click.group()
def scenario() -> None:
    """List what a scenario can name, check a scenario file, or write its timetables as GTFS."""


@scenario.command("list")
@RUN
@click.option("--route", metavar="ID", help="The patterns and stops of this route, in order.")
def list_(run: Path, route: str | None) -> None:
    """List the routes of RUN with the ids that a scenario names; with --route its patterns and stops."""
    from access.scenario_list import list_lines

    log(quiet=True)
    for line in list_lines(run, route):
        click.echo(line)


@scenario.command()
@RUN
@SCENARIO
@QUIET
def check(run: Path, scenario: Path, quiet: bool) -> None:
    """Say what each modification of SCENARIO meets in RUN; compute and write nothing.

    Loading the run takes some seconds.
    """
    from access.scenario_export import check_lines

    log(quiet)
    for line in check_lines(run, scenario):
        click.echo(line)


@scenario.command()
@RUN
@SCENARIO
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder for the GTFS zips and what differs from the base.",
)
@QUIET
def export(run: Path, scenario: Path, out: Path, quiet: bool) -> None:
    """Write the timetables of SCENARIO as GTFS zips, with what they change.

    A run of these files gives exactly the travel times of the scenario.
    """
    from access.scenario_export import export_scenario

    log(quiet)
    for line in export_scenario(run, scenario, out):
        click.echo(line)


@click.command()
@RUN
@click.option(
    "--budget-vehicle-hours",
    type=click.FloatRange(min=0, min_open=True),
    required=True,
    help="Vehicle-hours a week that may be added.",
)
@click.option(
    "--objective",
    type=click.Choice(["poorest40", "rights", "palma"]),
    default="poorest40",
    show_default=True,
    help="Which gap to close.",
)
@click.option("--max-candidates", type=click.IntRange(min=1), help="Evaluate at most so many.")
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), help="Stop after so many minutes.")
@OUT
@THREADS
@QUIET
def suggest(
    run: Path,
    budget_vehicle_hours: float,
    objective: str,
    max_candidates: int | None,
    time_limit: float | None,
    out: Path | None,
    threads: int | None,
    quiet: bool,
) -> None:
    """Search for small changes that close the gap of RUN most for each vehicle-hour.

    Ctrl-C keeps the best found so far.
    """
    from access.suggest import write_suggestions

    log(quiet)
    lines = write_suggestions(
        run,
        out or run.with_name(f"{run.name}-suggestions"),
        budget_vehicle_hours,
        objective,
        max_candidates=max_candidates,
        time_limit_min=time_limit,
        threads=threads,
        show_bar=not quiet and sys.stderr.isatty(),
    )
    click.echo("\n".join(lines))


@click.command()
@RUN
@click.option("--route", "routes", multiple=True, help="Only this route; may be given several times.")
@click.option(
    "--streets",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="Also what its close-streets cut: a scenario file; may be given several times.",
)
@OUT
@THREADS
@QUIET
def criticality(
    run: Path,
    routes: tuple[str, ...],
    streets: tuple[Path, ...],
    out: Path | None,
    threads: int | None,
    quiet: bool,
) -> None:
    """Rank the routes of RUN by the access that is lost, and by whom, if each fails."""
    from access.criticality import write_criticality

    log(quiet)
    lines = write_criticality(
        run,
        out or run.with_name(f"{run.name}-criticality"),
        routes=routes or None,
        streets=streets,
        threads=threads,
        show_bar=not quiet and sys.stderr.isatty(),
    )
    click.echo("\n".join(lines))


COMMANDS = (compare, scenario, suggest, criticality)
