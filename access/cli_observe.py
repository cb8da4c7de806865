"""Commands of the observatory: observe."""

from __future__ import annotations

from pathlib import Path

import click

from access.cli_parts import QUIET, log


@click.command()
@click.argument("runs", type=click.Path(path_type=Path), nargs=-1)
@click.option("--store", required=True, help="File of the observatory, or address of a PostgreSQL server.")
@click.option("--city", help="Short name of the city, such as porto-alegre; default: from the run's name.")
@click.option("--archive/--no-archive", default=True, show_default=True, help="Keep a copy of each input.")
@QUIET
def observe(runs: tuple[Path, ...], store: str, city: str | None, archive: bool, quiet: bool) -> None:
    """File finished runs as snapshots of their city; the same run again changes nothing.

    Inputs are copied once into the folder STORE.inputs, so that the past can be computed again.
    """
    from access.observatory import observe_all

    log(quiet)
    if not runs:
        raise click.UsageError("name at least one run folder")
    for run, done in zip(runs, observe_all(runs, store, city=city, archive=archive), strict=True):
        what = "filed" if done.new else "was filed before, nothing changed"
        where = f"snapshot {done.snapshot} of series {done.series}"
        click.echo(f"{run}: {done.city} on {done.observed_on}, {where}: {what}")
        for note in done.notes:
            click.echo(f"  Note: {note}")


COMMANDS: tuple[click.Command, ...] = (observe,)
