"""Commands of the observatory: watch timetables, and compare cities."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from access.cli_parts import QUIET, THREADS, log

if TYPE_CHECKING:
    from access.feed_watch_look import Watcher

LANG = click.option(
    "--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language of the output."
)


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--store", required=True, help="File of the observatory, or address of a PostgreSQL server.")
@click.option("--city", required=True, metavar="NAME", help="Name of the city, such as porto-alegre.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Run this configuration with each new version and file it; service_date: auto suits best.",
)
@click.option(
    "--runs", type=click.Path(path_type=Path, file_okay=False), help="Folder of these runs [STORE.runs]."
)
@click.option("--once", is_flag=True, help="Look once and end; the default.")
@click.option("--every", type=click.FloatRange(min=1), metavar="MINUTES", help="Look again and again.")
@LANG
@THREADS
@QUIET
def watch(
    sources: tuple[str, ...],
    store: str,
    city: str,
    config: Path | None,
    runs: Path | None,
    once: bool,
    every: float | None,
    lang: str,
    threads: int | None,
    quiet: bool,
) -> None:
    """Take new versions of timetables as they come, say what changed and file them.

    A SOURCE is a folder of GTFS zips, one zip, or an http(s) address; written FEED=SOURCE it says which feed
    it is. A zip that is still being written is left until it is whole. What changed is told of routes, stops,
    trips a week and vehicle-hours, not of ids.
    """
    from access.feed_watch_look import Watcher

    log(quiet)
    if once and every is not None:
        raise click.UsageError("give --once or --every, not both")
    watcher = Watcher(
        sources,
        store,
        city,
        config=config,
        runs=runs,
        language=lang,
        threads=threads,
        show_bar=not quiet and sys.stderr.isatty(),
    )
    if every is None:
        watcher.once(click.echo)
    else:
        _look_every(watcher, every)


def _look_every(watcher: Watcher, minutes: float) -> None:
    """Look until the process is ended; a problem is told once and does not end it."""
    while True:
        for problem in watcher.again(click.echo):
            click.echo(f"Error: {problem}", err=True)
        time.sleep(60 * minutes)


COMMANDS: tuple[click.Command, ...] = (watch,)
