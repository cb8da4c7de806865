"""Commands of citizens: notes, proposals and the bulletin."""

from __future__ import annotations

from pathlib import Path

import click

from access.cli_parts import THREADS, log

STORE = click.argument("store")
CITY = click.option("--city", metavar="NAME", help="Needed where the store has several cities.")
LANG = click.option(
    "--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language of the output."
)
_STATES = click.Choice(["waiting", "shown", "refused", "all"])


@click.group()
def notes() -> None:
    """Observations of citizens: a missed connection, a broken lift, a dangerous path.

    They are shown beside computed numbers, never mixed into them. Nothing is stored of who wrote them.
    """


@notes.command("import")
@STORE
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@CITY
def import_(store: str, file: Path, city: str | None) -> None:
    """Take the notes of a CSV FILE, which then wait for a moderator; all of them or none.

    Its columns: kind,attached,attached_to,happened_on,language,text.
    """
    from access.notes_file import import_notes

    log(quiet=True)
    filed = import_notes(store, file, city)
    known = f"; {filed.known} were there already" if filed.known else ""
    click.echo(f"{_notes(filed.new)} for a moderator to read{known}")


@notes.command("list")
@STORE
@CITY
@click.option("--state", type=_STATES, default="waiting", show_default=True)
@LANG
def list_(store: str, city: str | None, state: str, lang: str) -> None:
    """Show notes: those that wait, unless --state says otherwise."""
    from access.notes_list import listed

    log(quiet=True)
    for line in listed(store, city, state, lang):
        click.echo(line)


@notes.command()
@STORE
@click.argument("ids", nargs=-1, required=True, metavar="NOTE...")
@click.option("--show", is_flag=True, help="Let them be shown.")
@click.option("--refuse", metavar="REASON", help="Refuse them; the reason is kept.")
@click.option("--erase", is_flag=True, help="With --refuse: also remove the text, as for personal data.")
def moderate(store: str, ids: tuple[str, ...], show: bool, refuse: str | None, erase: bool) -> None:
    """Show or refuse each NOTE, named by its id."""
    from access.notes import moderate as moderate_notes

    log(quiet=True)
    if show == (refuse is not None):
        raise click.UsageError("choose one of --show and --refuse REASON")
    moderate_notes(store, ids, "shown" if show else "refused", refuse, erase=erase)
    click.echo(f"{len(ids)} {'shown' if show else 'refused'}")


@notes.command()
@STORE
@CITY
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="*.csv, *.json or *.geojson.")  # fmt: skip
@click.option("--state", type=_STATES, default="shown", show_default=True)
def export(store: str, city: str | None, out: Path, state: str) -> None:
    """Write notes to a file; only those that are shown, unless --state says otherwise."""
    from access.notes import STATES
    from access.notes_export import export_notes
    from access.notes_places import chosen_city
    from access.observatory_store import reading

    log(quiet=True)
    with reading(store) as opened:
        states = STATES if state == "all" else (state,)
        n = export_notes(opened, store, chosen_city(opened, city), out, states)
    click.echo(f"{_notes(n)} in {out}")


def _notes(n: int) -> str:
    return f"{n} note{'' if n == 1 else 's'}"


@click.group()
def proposals() -> None:
    """Scenarios by citizens and by the authority, side by side."""


@proposals.command("add")
@STORE
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path, file_okay=False))
@click.argument("scenario", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--by", type=click.Choice(["authority", "citizens"]), required=True, help="Who proposes it.")
@click.option("--quick", is_flag=True, help="Without noise and ranges.")
@THREADS
def add(store: str, run: Path, scenario: Path, by: str, quick: bool, threads: int | None) -> None:
    """Compute SCENARIO against RUN, which STORE has as a snapshot, and file what it would change."""
    from access.proposals import add_proposal

    log(quiet=True)
    name, new = add_proposal(store, run, scenario, by, quick=quick, threads=threads)
    click.echo(f"{name}: {'filed' if new else 'filed again'}")


@proposals.command("list")
@STORE
@CITY
@LANG
def list_proposals(store: str, city: str | None, lang: str) -> None:
    """Show all proposals side by side, by the snapshot that they would change."""
    from access.proposals_list import listed_proposals

    log(quiet=True)
    for line in listed_proposals(store, city, lang):
        click.echo(line)


@click.command()
@STORE
@CITY
@click.option("--quarter", metavar="YEARQn", required=True, help="Such as 2026Q1.")
@LANG
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="PDF to write.")
def bulletin(store: str, city: str | None, quarter: str, lang: str, out: Path) -> None:
    """Write one or two pages in plain words: what got better or worse, alerts, promises, notes."""
    from access.bulletin import write_bulletin

    log(quiet=True)
    write_bulletin(store, city, quarter, lang, out)
    click.echo(f"Bulletin  {out}")


COMMANDS: tuple[click.Command, ...] = (notes, proposals, bulletin)
