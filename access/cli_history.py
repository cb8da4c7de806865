"""Commands of the observatory: the demo city's history, and why a number moved."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from access.cli_parts import QUIET, THREADS, log

STORE = click.option(
    "--store", required=True, help="File of the observatory, or address of a PostgreSQL server."
)
LANGUAGE = click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True)


@click.command("demo-history")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@STORE
@click.option("--snapshots", type=click.IntRange(1, 40), default=40, show_default=True, help="Quarters.")
@click.option("--city", help="Short name of the city in the store; else marlune, or marlune-quiet.")
@click.option("--nothing-planted", is_flag=True, help="A quiet history: noise alone, to count false alarms.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Other streets, people, noise."
)
@THREADS
@QUIET
def demo_history(
    out: Path,
    store: str,
    snapshots: int,
    city: str | None,
    nothing_planted: bool,
    seed: int,
    threads: int | None,
    quiet: bool,
) -> None:
    """Generate ten years of the demo city into OUT, run every quarter and file it.

    What the store has already is left out, so that a stopped history is gone on with by the same command.
    What is planted in it stands in configs/demo-history.yaml, and that nothing is in
    configs/demo-history-quiet.yaml.
    """
    from access.demo_history import CITY, QUIET_CITY, run_history
    from access.observatory_store import shown

    log(quiet=True)
    told = None if quiet else click.echo
    named = city if city is not None else (QUIET_CITY if nothing_planted else CITY)
    filed = run_history(
        out, store, snapshots=snapshots, city=named, seed=seed, planted=not nothing_planted,
        threads=threads, told=told,
    )  # fmt: skip
    click.echo(f"{shown(store)}: {len(filed)} of {snapshots} snapshots of {named} were filed now")


@click.command()
@click.argument("store")
@click.argument("from_snapshot", metavar="FROM")
@click.argument("to_snapshot", metavar="TO")
@click.option("--city", help="Short name of the city; needed where FROM or TO is a day and cities are many.")
@click.option("--indicator", required=True, help="Name of the indicator, such as right_residents.")
@click.option("--service", help="Destinations.")
@click.option("--period", help="Period of departure.")
@click.option("--cutoff", type=int, help="Limit of travel time, minutes.")
@click.option("--standard", help="Right, line or standard.")
@click.option("--group", default="all", show_default=True, help="Residents it speaks of.")
@LANGUAGE
@THREADS
@QUIET
def why(
    store: str,
    from_snapshot: str,
    to_snapshot: str,
    city: str | None,
    indicator: str,
    service: str | None,
    period: str | None,
    cutoff: int | None,
    standard: str | None,
    group: str,
    lang: str,
    threads: int | None,
    quiet: bool,
) -> None:
    """Say why a number moved between two snapshots of STORE: which input, and by how much.

    FROM and TO are snapshots, or days on which something was observed. Every mixture of the inputs that
    changed is run again from the archive; the answer is kept in the store.
    """
    from access.attribution import why as why_moved
    from access.attribution_pick import picked_keys, picked_snapshots
    from access.attribution_text import attribution_lines, labels_of, name_of
    from access.observatory_store import reading
    from access.texts import Texts

    log(quiet=True)
    texts = Texts(lang)
    ends = picked_snapshots(store, (from_snapshot, to_snapshot), city)
    asked = {
        "service": service, "period": period, "cutoff_min": cutoff, "standard": standard, "group": group
    }  # fmt: skip
    keys = picked_keys(store, [end.snapshot for end in ends], indicator, asked)
    told = None if quiet or not sys.stderr.isatty() else _mixtures_told
    found = why_moved(store, ends[0].snapshot, ends[1].snapshot, keys, threads=threads, told=told)
    with reading(store) as opened:
        labels = labels_of(opened, ends[1].snapshot)
    for each in found:
        name = name_of(each.key, lang, labels)
        for line in attribution_lines(each, (ends[0].day, ends[1].day), name, texts):
            click.echo(line)
    click.echo(texts("history.why.method"))


def _mixtures_told(done: int, total: int) -> None:
    click.echo(f"{done} of {total} mixtures of inputs computed", err=True)


COMMANDS: tuple[click.Command, ...] = (demo_history, why)
