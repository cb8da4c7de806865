"""Commands of the observatory: observe."""

from __future__ import annotations

from pathlib import Path

import click

from access.cli_parts import QUIET, THREADS, log


@click.command()
@click.argument("runs", type=click.Path(path_type=Path), nargs=-1)
@click.option("--store", required=True, help="File of the observatory, or address of a PostgreSQL server.")
@click.option("--city", help="Short name of the city, such as porto-alegre; default: from the run's name.")
@click.option("--archive/--no-archive", default=True, show_default=True, help="Keep a copy of each input.")
@click.option("--replay", is_flag=True, help="Compute the past again with the method of the run filed last.")
@THREADS
@QUIET
def observe(
    runs: tuple[Path, ...],
    store: str,
    city: str | None,
    archive: bool,
    replay: bool,
    threads: int | None,
    quiet: bool,
) -> None:
    """File finished runs as snapshots of their city; the same run again changes nothing.

    Inputs are copied once into the folder STORE.inputs (of a server: the one that FAIRREACH_ARCHIVE names).
    With --replay no run is named: every earlier snapshot is computed again from there, with the options of
    the run filed last, into one series.
    """
    log(quiet)
    if bool(runs) == replay:
        raise click.UsageError("name at least one run folder, or give --replay without any")
    if replay:
        _replay(store, city, threads)
        return
    from access.observatory import observe_all

    for run, done in zip(runs, observe_all(runs, store, city=city, archive=archive), strict=True):
        what = "filed" if done.new else "was filed before, nothing changed"
        where = f"snapshot {done.snapshot} of series {done.series}"
        click.echo(f"{run}: {done.city} on {done.observed_on}, {where}: {what}")
        for note in done.notes:
            click.echo(f"  Note: {note}")


def _replay(store: str, city: str | None, threads: int | None) -> None:
    """Compute the past again; what could not be is an error at the end."""
    from access.errors import StoreError
    from access.observatory_replay import problems_of, replay

    done = []
    for each in replay(store, city=city, threads=threads):
        done.append(each)
        if each.observed is not None:
            where = f"snapshot {each.observed.snapshot} of series {each.observed.series}"
            click.echo(f"{each.observed.city} on {each.observed_on}: computed again as {where}")
    if problems := problems_of(done):
        raise StoreError(f"not computed again:\n{problems}")
    if not done:
        click.echo("Every snapshot has been made with the method of the run filed last; nothing to compute")


COMMANDS: tuple[click.Command, ...] = (observe,)
