"""The command ``fairreach``: prints, and turns errors of input into messages with exit code 2.

Exit codes: 0 done; 1 the program failed (a defect: please report it); 2 the input cannot be used as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from access import (
    cli_evidence,
    cli_history,
    cli_notes,
    cli_observe,
    cli_scenarios,
    cli_store,
    cli_warn,
    cli_watch,
)
from access._version import __version__
from access.cli_parts import QUIET, THREADS, log
from access.errors import AccessError
from gtfs.errors import FeedError

EXIT_INPUT = 2
CONFIG = click.argument("config", type=click.Path(path_type=Path, dir_okay=False))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fairreach")
def commands() -> None:
    """Who can reach jobs, schools and services by public transport, and who cannot.

    Start with:  fairreach run configs/demo.yaml
    """


@commands.command()
@CONFIG
@click.option("--out", type=click.Path(path_type=Path), help="Run folder, instead of results.folder.")
@THREADS
@click.option(
    "--max-memory", metavar="SIZE", help="Stay below so much memory, such as 4GiB, or say what it takes."
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="Compute on a Dask cluster, such as tcp://10.0.0.1:8786."
)
@click.option("--resume", is_flag=True, help="Go on with what a stopped run left, or say what differs.")
@QUIET
def run(
    config: Path,
    out: Path | None,
    threads: int | None,
    max_memory: str | None,
    scheduler: str | None,
    resume: bool,
    quiet: bool,
) -> None:
    """Compute everything that CONFIG describes and write one run folder.

    A run that was stopped, even by a power cut, is continued by the same command.
    """
    from access.memory import parsed_size
    from access.pipeline import run as run_pipeline
    from access.summary import summary_lines

    log(quiet)
    finished = run_pipeline(
        config,
        out=out,
        threads=threads,
        max_memory_bytes=None if max_memory is None else parsed_size(max_memory),
        scheduler=scheduler,
        resume=resume,
        show_bar=not quiet and sys.stderr.isatty(),
    )
    click.echo("\n".join(summary_lines(finished.folder)))


@commands.command()
@CONFIG
@QUIET
def check(config: Path, quiet: bool) -> None:
    """Read and check every input of CONFIG; compute nothing, write nothing."""
    from access.pipeline import check as check_pipeline

    log(quiet)
    for line in check_pipeline(config, show_bar=not quiet and sys.stderr.isatty()):
        click.echo(line)


@commands.command()
@CONFIG
@click.option("--origins", type=click.IntRange(min=1), help="Compare from so many cells drawn at random.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another draw of origins.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder, instead of RESULTS-crosscheck.")
@THREADS
@QUIET
def crosscheck(
    config: Path, origins: int | None, seed: int, out: Path | None, threads: int | None, quiet: bool
) -> None:
    """Compute the periods of CONFIG with fairreach and with R5 and show how far they agree."""
    from access.crosscheck_run import Sample
    from access.crosscheck_run import crosscheck as run_crosscheck

    log(quiet)
    show_bar = not quiet and sys.stderr.isatty()
    sample = Sample(origins, seed)
    for line in run_crosscheck(config, out=out, sample=sample, threads=threads, show_bar=show_bar):
        click.echo(line)


@commands.command(context_settings={"ignore_unknown_options": True})  # -30.03,-51.22 is no option
@CONFIG
@click.argument("from_place", metavar="FROM")
@click.argument("to_place", metavar="TO")
@click.option("--at", metavar="HH:MM", help="Departure; without it the whole window of the period.")
@click.option("--arrive-by", is_flag=True, help="The time given with --at is that to be there by.")
@click.option("--period", metavar="NAME", help="A period of CONFIG: its window and service day.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Another service day.")
@click.option("--window", is_flag=True, help="Show every minute of the window and the routes used.")
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def explain(
    config: Path,
    from_place: str,
    to_place: str,
    at: str | None,
    arrive_by: bool,
    period: str | None,
    day: datetime | None,
    window: bool,
    language: str,
    as_json: bool,
) -> None:
    """Show why the journey between two places takes as long as it does, leg by leg.

    FROM and TO are a cell of the run, coordinates, a neighbourhood or a stop: 89a90128b4fffff,
    -30.03,-51.22, lat=-30.03,lon=-51.22, "Centro Histórico", stop:1504.
    """
    import json

    from access.explain import explain as explain_journey
    from access.explain_text import explanation_lines, explanation_values

    log(quiet=True)
    found = explain_journey(
        config,
        from_place,
        to_place,
        at=at,
        arrive_by=arrive_by,
        period=period,
        service_date=None if day is None else day.date(),
        whole_window=window,
    )
    if as_json:
        click.echo(json.dumps(explanation_values(found, table=window), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(explanation_lines(found, language, table=window)))


@commands.command()
def doctor() -> None:
    """Show what this machine has: Python, memory, packages, Java for R5, data folders."""
    from access.doctor import examine

    marks = {True: "ok", False: "MISSING", None: "-"}
    findings = examine()
    for finding in findings:
        click.echo(f"{marks[finding.good]:8}{finding.subject:14}{finding.text}")
    if any(finding.good is False for finding in findings):
        sys.exit(EXIT_INPUT)


@commands.command("demo-city")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write."
)
@click.option(
    "--size",
    type=click.Choice(["small", "medium", "metropolis"]),
    default="small",
    show_default=True,
    help="About 1,500, 10,000 or 50,000 cells.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another city of the same kind.")
def demo_city(out: Path, size: str, seed: int) -> None:
    """Write an invented city as ordinary input files: streets, timetables, census, jobs, services."""
    from typing import cast

    from access.datasets import DemoSize
    from access.demo_city import write_demo_city

    write_demo_city(out, size=cast(DemoSize, size), seed=seed)
    click.echo(f"The {size} demo city lies in {out}")


_PARTS = (
    cli_scenarios,
    cli_observe,
    cli_store,
    cli_watch,
    cli_warn,
    cli_history,
    cli_evidence,
    cli_notes,
)
for _command in (command for part in _PARTS for command in part.COMMANDS):
    commands.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error of input is a message and exit code 2, never a traceback."""
    try:
        commands(args=arguments, prog_name="fairreach", standalone_mode=True)
    except (AccessError, FeedError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(EXIT_INPUT)
