"""The commands ``fairreach store``: is a store whole, bring it up to date, share it, move it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from access.observatory_import import Merged
    from access.observatory_store import Store
    from access.progress import Advance

STORE = click.argument("store")
LANGUAGE = click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True)


@click.group("store")
def store_commands() -> None:
    """Look after the store of an observatory: a file, or a PostgreSQL server (postgresql://...)."""


@store_commands.command()
@STORE
@click.option("--no-inputs", is_flag=True, help="Do not read the archive of inputs.")
@LANGUAGE
def check(store: str, no_inputs: bool, lang: str) -> None:
    """Say whether STORE is whole: keys, references, and every snapshot as it was filed.

    Exit code 2 if it is not.
    """
    from access.observatory_check import problems_of, problems_of_archive
    from access.observatory_schema import schema
    from access.observatory_store import reading, shown
    from access.observatory_words import problem_lines
    from access.texts import Texts

    text = Texts(lang)
    with reading(store) as opened, _stage("check") as advance:
        of_store = problems_of(opened, advance)
        of_archive = [] if no_inputs else problems_of_archive(opened, store)
        counts = {table: len(opened.rows(table, [table])) for table in ("city", "snapshot")}
    problems = of_store + of_archive
    if not problems:
        told = {"cities": counts["city"], "snapshots": counts["snapshot"]}
        click.echo(text("store.whole", store=shown(store), version=schema().version, **told))
        return
    click.echo(text("store.not_whole", store=shown(store), n=len(problems)))
    for line in problem_lines(problems, lang):
        click.echo(f"  - {line}")
    if of_store:
        click.echo(text("store.way_out"))
    if of_archive:
        click.echo(text("store.way_out_of_archive"))
    sys.exit(2)


@store_commands.command()
@STORE
@LANGUAGE
def migrate(store: str, lang: str) -> None:
    """Bring STORE to the version of this fairreach; a store that is written to is brought there anyway."""
    from access.observatory_migrations import bring_up_to_date
    from access.observatory_schema import schema
    from access.observatory_store import is_server, kept_before, shown
    from access.texts import Texts

    text = Texts(lang)
    before = bring_up_to_date(store)
    after = schema().version
    key = "store.up_to_date" if before == after else "store.migrated"
    click.echo(text(key, store=shown(store), before=before, after=after))
    if before != after and not is_server(store):
        click.echo(text("store.kept_before", file=kept_before(Path(store), before)))


@store_commands.command()
@STORE
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--city", "cities", multiple=True, help="Only this city (short name); give it several times.")
@click.option("--all-notes", is_flag=True, help="Also observations that wait or were refused.")
@click.option(
    "--public",
    is_flag=True,
    help="Leave out the residents of cells where few live, and what they follow from; cannot be imported.",
)
@LANGUAGE
def export(
    store: str, folder: Path, cities: tuple[str, ...], all_notes: bool, public: bool, lang: str
) -> None:
    """Write STORE as a new FOLDER of Parquet and GeoParquet files with a data dictionary.

    The whole export is for institutions: another store imports it, and it has the residents of every cell.
    What is handed to anybody is made with --public.
    """
    from access.observatory_export import export as write
    from access.observatory_store import reading
    from access.texts import Texts

    text = Texts(lang)
    with reading(store) as opened, _stage("export") as advance:
        manifest = write(opened, folder, cities=cities, all_notes=all_notes, public=public, advance=advance)
        asked = manifest["cities"]
        left_out = 0 if all_notes else len(opened.rows("note", city=asked)) - _rows(manifest, "note")
    told = {"cities": len(asked), "snapshots": manifest["snapshots"], "files": len(manifest["files"])}
    rows = sum(told.get("rows", 0) for told in manifest["files"].values())
    click.echo(text("store.exported", folder=folder, rows=text.number(rows), **told))
    if left_out:
        click.echo(text("store.notes_left_out", n=left_out))
    if public or manifest["hidden_cells"]:
        key = "store.exported_public" if public else "store.exported_whole"
        click.echo(text(key, n=text.number(manifest["hidden_cells"])))


@store_commands.command("import")
@STORE
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@LANGUAGE
def import_folders(store: str, folders: tuple[Path, ...], lang: str) -> None:
    """Bring exported FOLDERS into STORE, made where there is none; all of them, or nothing.

    What STORE has otherwise is a conflict: each is named and nothing is changed.
    """
    from access.observatory_folder import FolderStore

    _bring([(str(folder), FolderStore(folder)) for folder in folders], store, lang)


@store_commands.command()
@click.argument("source")
@click.argument("target")
@LANGUAGE
def copy(source: str, target: str, lang: str) -> None:
    """Bring everything of the store SOURCE into TARGET: a new store, or one that it is merged into.

    Either may be a file or a PostgreSQL server. Between files, archived inputs go along.
    """
    from access.observatory_copy import copy_archive
    from access.observatory_store import reading, shown

    with reading(source) as opened:
        copy_archive(opened, source, target)
        _bring([(shown(source), opened)], target, lang)


@store_commands.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
@LANGUAGE
def dictionary(as_json: bool, lang: str) -> None:
    """Print what a store holds: every table and column with its unit."""
    from access.observatory_dictionary import dictionary_json, dictionary_text

    click.echo(dictionary_json() if as_json else dictionary_text(lang), nl=False)


def _bring(sources: list[tuple[str, Store]], target: str, lang: str) -> None:
    """Merge stores into one and say what each brought."""
    from access.errors import StoreError
    from access.observatory_archive_files import archived
    from access.observatory_import import merge
    from access.observatory_store import writing

    brought: list[tuple[str, Merged]] = []
    with writing(target) as store, _stage("import") as advance:
        for name, source in sources:
            try:
                merged = merge(source, store, lambda sha256: archived(target, sha256) is not None, advance)
            except StoreError as error:
                raise StoreError(f"{name}: {error}") from error
            brought.append((name, merged))
    for name, merged in brought:
        _tell(name, merged, lang)


def _tell(source: str, merged: Merged, lang: str) -> None:
    from access.texts import Texts

    text = Texts(lang)
    told = {
        "new": len(merged.new),
        "known": len(merged.known),
        "rows": text.number(sum(merged.rows.values())),
    }
    click.echo(text("store.imported", source=source, **told))
    for city, twins in merged.twins.items():
        click.echo(text("store.twins", city=city, others=", ".join(twins)))
    if merged.not_archived:
        click.echo(text("store.not_archived", n=len(merged.not_archived)))


def _rows(manifest: dict[str, dict[str, dict[str, int]]], table: str) -> int:
    return manifest["files"][f"{table}.parquet"]["rows"]


@contextlib.contextmanager
def _stage(name: str) -> Iterator[Advance]:
    """Show a bar on a terminal."""
    from access.progress import Progress

    with Progress(1, show_bar=sys.stderr.isatty()).stage(name) as stage:
        yield stage.advance


COMMANDS: tuple[click.Command, ...] = (store_commands,)
