"""The store of the observatory as the app shows it: opened briefly, what was read kept until it changes.

The app knows one store, named when it is started; nothing that a browser sends names a file.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import flask

from access.errors import AccessError
from access.observatory_store import Store, is_server, reading

#: Key of the server's configuration: a ``StoreData``, or None without a store.
STORE = "STORE"
#: A store on a server says nothing of its changes: what was read of it holds so long.
SERVER_HOLDS_S = 20.0
MOST_KEPT = 200
Thing = TypeVar("Thing")
Stamp = tuple[int, ...]
logger = logging.getLogger(__name__)


class StoreReadError(Exception):
    """The store cannot be read; ``detail`` says why, in English, without its place on the disk."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class StoreData:
    """What the pages read of a store.

    Parameters
    ----------
    location : Path or str
        File of the store, or address of a PostgreSQL server. It need not be there yet.

    Attributes
    ----------
    location : str
        Must never be shown or sent; ``name`` may be.
    """

    def __init__(self, location: Path | str) -> None:
        self.location = str(location)
        self._things: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._stamp: Stamp | None = None
        self._lock = threading.Lock()
        self._locks: dict[tuple[object, ...], threading.Lock] = {}

    @property
    def name(self) -> str:
        """Name of the file, without its folder; empty for a server, whose address may hold a password."""
        return "" if is_server(self.location) else Path(self.location).name

    @property
    def beside(self) -> Path | None:
        """The store's file, to find what lies beside it; None for a server."""
        return None if is_server(self.location) else Path(self.location)

    @property
    def is_there(self) -> bool:
        """Whether there is a store to read."""
        return is_server(self.location) or Path(self.location).is_file()

    def kept(self, key: tuple[object, ...], make: Callable[[Store], Thing]) -> Thing:
        """Return what a function reads of the store, kept under a key until the store changes.

        Of several visitors who ask at once one reads, the others wait. What is returned belongs to all:
        nobody may change it.

        Raises
        ------
        StoreReadError
            If the store cannot be read.
        """
        found = self._found(key)
        if found is not _NOTHING:
            return found
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            found = self._found(key)
            if found is _NOTHING:
                stamp = self._stamp
                found = self._read(make)
                self._keep(stamp, key, found)
        return found

    def _read(self, make: Callable[[Store], Thing]) -> Thing:
        try:
            with reading(self.location) as store:
                return make(store)
        except AccessError as error:
            raise StoreReadError(self._without_place(str(error))) from None
        except Exception as error:  # a database has errors of its own
            logger.exception("the store cannot be read")
            raise StoreReadError(type(error).__name__) from None

    def _found(self, key: tuple[object, ...]) -> Any:
        stamp = self._stamp_now()
        with self._lock:
            if stamp != self._stamp:
                self._things.clear()
                self._locks.clear()
                self._stamp = stamp
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
        return _NOTHING

    def _keep(self, stamp: Stamp | None, key: tuple[object, ...], thing: Any) -> None:
        """Keep a thing, unless the store changed while it was read."""
        with self._lock:
            if stamp != self._stamp or stamp != self._stamp_now():
                return
            self._things[key] = thing
            while len(self._things) > MOST_KEPT:
                self._things.popitem(last=False)

    def _stamp_now(self) -> Stamp:
        """Return numbers that change with the store; a file is replaced, never changed in place."""
        if is_server(self.location):
            return (int(time.monotonic() / SERVER_HOLDS_S),)
        try:
            state = Path(self.location).stat()
        except OSError:
            return ()
        return state.st_mtime_ns, state.st_ino, state.st_size

    def _without_place(self, text: str) -> str:
        """Leave out where the store lies; of a server all, for its messages may tell its address."""
        return "" if is_server(self.location) else text.replace(self.location, self.name)


_NOTHING = object()


def store_data() -> StoreData | None:
    """Return the store of the app that answers now; None where it was started without one."""
    found = flask.current_app.config.get(STORE) if flask.has_app_context() else None
    return found if isinstance(found, StoreData) else None
