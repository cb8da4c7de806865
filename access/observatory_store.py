"""The file of a store: a DuckDB database that many may read while one writes.

DuckDB lets either one process write or several read a file. So a writer works on a copy beside the file and
puts it in the file's place when everything is written and on the disk: readers keep what they have open, and
a writer that is killed, or finds the disk full, leaves the file as it was. Writers take turns by a lock.
"""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import time
import uuid
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pandas as pd

from access.errors import ResultError, StoreError
from access.observatory_address import is_server as is_server
from access.observatory_address import shown as shown
from access.observatory_duckdb import DuckStore, check_version, create_tables, opened, run, version_of, why
from access.observatory_schema import schema
from access.run_lock import HeldError, only_run

WAIT_S = 60.0
"""So long a writer waits for its turn."""
_ASK_AGAIN_S = 0.05


class Store(Protocol):
    """What every store can do, wherever it lies; ``reading`` and ``writing`` give one."""

    def rows(self, table: str, columns: Sequence[str] | None = None, /, **equals: Any) -> pd.DataFrame:
        """Return rows in the order of the table's key.

        Parameters
        ----------
        table : str
        columns : sequence of str, optional
            All without it.
        **equals
            Only rows whose column has this value, one of a list of values, or null for None.
        """
        ...

    def add(self, table: str, frame: pd.DataFrame) -> None:
        """Add rows; columns that the frame lacks become null.

        Rows with a key that is there already are refused at the end of the block, with all that it wrote.
        """
        ...

    def remove(self, table: str, **equals: Any) -> None:
        """Remove rows; the filter as in ``rows``, never empty."""
        ...


@contextlib.contextmanager
def reading(location: str | Path) -> Iterator[Store]:
    """Open a store to read; what is written meanwhile is seen when it is opened again.

    Raises
    ------
    StoreError
        If there is no store, it cannot be read, or it is of another version of the schema.
    """
    if is_server(location):
        from access.observatory_postgres import reading_server

        with reading_server(str(location)) as server:
            yield server
        return
    path = Path(location)
    if not path.is_file():
        raise StoreError(f"{path}: no store there; `fairreach observe RUN --store {path}` makes one")
    connection = opened(path, path, read_only=True)
    try:
        check_version(version_of(connection, path), path)
        yield DuckStore(connection, path)
    finally:
        connection.close()


@contextlib.contextmanager
def writing(location: str | Path) -> Iterator[Store]:
    """Open a store to write, made where there is none; all of the block is kept, or nothing of it.

    A store of an older version is brought to today's; the old one stays beside it, as ``kept_before`` names
    it. Of several writers one waits for the other, up to ``WAIT_S``.

    Raises
    ------
    StoreError
        If another process goes on writing, the disk is full, rows have the same key, the file is no store, or
        the store is of a newer version.
    """
    if is_server(location):
        from access.observatory_postgres import writing_server

        with writing_server(str(location)) as server:
            yield server
        return
    path = Path(location)
    file = path.resolve()  # of a link what it points to, so that the link stays
    if path.is_dir():
        raise StoreError(f"{path}: a folder; a store is one file, name one")
    with _turn(file, path):
        _remove(file.with_name(f"{file.name}.partial-"))  # of writers that were killed: here is the only one
        partial = file.with_name(f"{file.name}.partial-{uuid.uuid4().hex}")
        try:
            with _told(path):
                _copy(file, path, partial)
            before = yield from _on_copy(file, path, partial)
            with _told(path):
                if before < schema().version:
                    _keep_before(file, before)
                _put_in_place(partial, file)
        finally:
            _remove(partial)


def rewrite(location: str | Path) -> None:
    """Write the file of a store anew, so that nothing of rows that were removed stays in it.

    A server keeps its own house: nothing is done there.

    Raises
    ------
    StoreError
        If there is no store, or it cannot be written; it stays as it was then.
    """
    if is_server(location):
        return
    path = Path(location)
    file = path.resolve()
    with _turn(file, path), _told(path):
        partial = file.with_name(f"{file.name}.partial-{uuid.uuid4().hex}")
        try:
            with contextlib.closing(opened(file, path, read_only=True)) as old:
                check_version(version_of(old, path), path)
                with contextlib.closing(opened(partial, path, read_only=False)) as new:
                    create_tables(new)
                    run(new, "DELETE FROM meta")
                    for table in schema().tables:
                        new.register("kept_rows", old.sql(f'SELECT * FROM "{table}"').to_arrow_table())  # noqa: S608
                        run(new, f'INSERT INTO "{table}" BY NAME SELECT * FROM kept_rows')  # noqa: S608
                        new.unregister("kept_rows")
                    run(new, "CHECKPOINT")
            shutil.copymode(file, partial)
            _put_in_place(partial, file)
        finally:
            _remove(partial)


def kept_before(path: Path, version: int) -> Path:
    """Return where the file of a store of an older version stays when the store is brought to today's.

    Colleagues with an older program can go on reading it; nothing removes it.
    """
    file = path.resolve()
    return file.with_name(f"{file.name}.version-{version}")


def _keep_before(file: Path, version: int) -> None:
    """Keep a store as it is now under a second name; one that is there already is older and stays."""
    kept = kept_before(file, version)
    try:
        os.link(file, kept)
    except FileExistsError:
        return
    except OSError:  # not every file system has second names
        partial = file.with_name(f"{file.name}.partial-{uuid.uuid4().hex}")
        shutil.copyfile(file, partial)
        _put_in_place(partial, kept)


def _on_copy(file: Path, path: Path, partial: Path) -> Generator[Store, None, int]:
    """Give the copy of a store, or a new one, to write to; return the version that it had."""
    from access.observatory_migrations import migrate

    connection = opened(partial, path, read_only=False)
    try:
        with _told(path):
            run(connection, "BEGIN")
            before = schema().version
            if file.exists():
                before = migrate(connection, path)
            else:
                create_tables(connection)
        store = DuckStore(connection, path)
        yield store
        store.check_keys()
        with _told(path):
            run(connection, "COMMIT")
            run(connection, "CHECKPOINT")
        return before
    finally:
        with contextlib.suppress(duckdb.Error):  # a database that found the disk full may not close well
            connection.close()


@contextlib.contextmanager
def _turn(file: Path, path: Path) -> Iterator[None]:
    """Hold the lock of a store's writers for the whole block."""
    until = time.monotonic() + WAIT_S
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(only_run(file.with_name(f".{file.name}.writing"), file))
                break
            except HeldError as held:
                if time.monotonic() >= until:
                    raise StoreError(
                        f"{path}: another process is writing to this store{held.who}; nothing was changed, "
                        "try again when it has ended"
                    ) from None
                time.sleep(_ASK_AGAIN_S)
            except ResultError as error:
                reason = why(error.__cause__) if isinstance(error.__cause__, OSError) else str(error)
                raise StoreError(
                    f"{path}: cannot be written ({reason}); nothing was changed there"
                ) from error
        yield


def _copy(file: Path, path: Path, partial: Path) -> None:
    """Copy a store to write to, if there is one and no other program has it open to write."""
    if not file.exists():
        return
    if file.with_name(f"{file.name}.wal").exists():
        raise StoreError(
            f"{path}: another program has written to it and left {file.name}.wal; open and close the file "
            "with that program, so that it is whole"
        )
    opened(file, path, read_only=True).close()
    shutil.copyfile(file, partial)
    shutil.copymode(file, partial)


def _put_in_place(partial: Path, file: Path) -> None:
    """Bring the copy to the disk and give it the file's name."""
    with partial.open("rb+") as copy:
        os.fsync(copy.fileno())
    partial.replace(file)
    with contextlib.suppress(OSError):  # not every file system lets a folder be opened
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _remove(beginning: Path) -> None:
    """Remove the files whose names begin so."""
    for left in beginning.parent.glob(f"{glob.escape(beginning.name)}*"):
        left.unlink(missing_ok=True)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell what the disk or DuckDB refuse while a store is written."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        raise StoreError(f"{path}: {why(error)}; nothing was changed there") from error
