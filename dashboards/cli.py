"""The command ``fairreach`` with everything: what ``access.cli`` computes, and the app that shows it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from access.cli import commands
from access.cli import main as run_commands

DEFAULT_PORT = 8050


@commands.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; the default is this machine only.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True)
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="NAME",
    help="A name under which visitors reach the app, as behind a web server; may be given several times.",
)
@click.option(
    "--store",
    metavar="FILE",
    help="Store of the observatory (`fairreach observe`), for the pages Over time and Cities.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the page in this machine's browser.")
def dashboard(
    runs: tuple[Path, ...],
    host: str,
    port: int,
    allow_hosts: tuple[str, ...],
    store: str | None,
    open_browser: bool,
) -> None:
    """Serve the map of one or more run folders to a browser."""
    from dashboards.serve import ServeError, serve

    try:
        serve(
            runs,
            host,
            port,
            tell=click.echo,
            warn=partial(click.echo, err=True),
            allow_hosts=allow_hosts,
            open_browser=open_browser,
            store=store,
        )
    except ServeError as error:
        raise click.ClickException(str(error)) from None


@commands.command()
@click.argument("run", type=click.Path(path_type=Path, file_okay=False))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write.")
def publish(run: Path, out: Path) -> None:
    """Write RUN as a static site that opens from a file, without Python."""
    from dashboards.publish import publish as publish_run

    for file in publish_run(run, out):
        click.echo(file)


def main() -> None:
    """Run the command line."""
    run_commands()
