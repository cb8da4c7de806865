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
@click.option("--city", required=True, metavar="NAME", help="Short name of the city, such as porto-alegre.")
@click.option("--new-city", is_flag=True, help="Begin this city in a store that has others.")
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
    new_city: bool,
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
        new_city=new_city,
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


@click.command()
@click.option("--store", required=True, help="File of the observatory, or address of a PostgreSQL server.")
@click.option("--indicator", "indicators", multiple=True, metavar="NAME", help="Only these; may be repeated.")
@click.option("--reference", metavar="CITY", help="Compare with this city; default with what most have.")
@click.option("--all-groups", is_flag=True, help="Show every group of residents, not only the ends.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every number that is compared, all groups, one row a city.",
)
@LANG
def cities(
    store: str,
    indicators: tuple[str, ...],
    reference: str | None,
    all_groups: bool,
    csv_file: Path | None,
    lang: str,
) -> None:
    """Put the newest snapshots of all cities side by side, and say what cannot be compared and why."""
    from access.cities import compare_cities
    from access.cities_words import GROUPS, city_headings, city_notes, city_tables, refusal_lines
    from access.observatory_store import reading
    from access.texts import Texts
    from access.warning_files import write_text

    log(quiet=True)
    words = Texts(lang)
    with reading(store) as open_store:
        found = compare_cities(open_store, reference=reference, indicators=list(indicators) or None)
    for line in city_headings(found, words):
        click.echo(line)
    for table in city_tables(found, words, None if all_groups else GROUPS):
        click.echo(f"\n{table.caption}")
        widths = [max(map(len, column)) for column in zip(table.columns, *table.rows, strict=True)]
        for row in (table.columns, *table.rows):
            click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    click.echo("")
    for line in city_notes(found, words):
        click.echo(line)
    if found.refused:
        click.echo(f"\n{words('cities.refusal.heading')}")
        for line in refusal_lines(found, words):
            click.echo(f"  {line}")
    if csv_file is not None:
        write_text(csv_file, found.rows.to_csv(index=False))


COMMANDS: tuple[click.Command, ...] = (watch, cities)
