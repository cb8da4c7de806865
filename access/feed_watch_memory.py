"""What servers said of the versions they gave, kept beside the store so that nothing is fetched twice."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from access.errors import StoreError
from access.feed_watch_fetch import Validators
from access.observatory_address import beside
from access.observatory_store import is_server
from access.whole_files import write_whole


class Remembered(NamedTuple):
    """The last answer of one address."""

    validators: Validators
    sha256: str
    problem: str | None  # why it cannot be used; told again while the server gives nothing newer


class Memory:
    """Answers by address; the addresses themselves, which may hold keys, are not written.

    Parameters
    ----------
    location : str or Path
        The store; of a server nothing outlives the process.
    """

    def __init__(self, location: str | Path) -> None:
        self._file = None if is_server(location) else beside(location, ".watch.json")
        self._known: dict[str, Remembered] = {}
        if self._file is not None and self._file.exists():
            try:
                content = json.loads(self._file.read_text(encoding="utf-8"))
                self._known = {
                    name: Remembered(Validators(*entry["validators"]), entry["sha256"], entry["problem"])
                    for name, entry in content.items()
                }
            except (ValueError, KeyError, TypeError, AttributeError):
                self._known = {}  # it saves a download, no more

    def of(self, address: str) -> Remembered | None:
        """Return the last answer of an address."""
        return self._known.get(_name(address))

    def note(self, address: str, answer: Remembered) -> None:
        """Remember an answer.

        Raises
        ------
        StoreError
            If the file beside the store cannot be written.
        """
        self._known[_name(address)] = answer
        if self._file is None:
            return
        content = {name: known._asdict() for name, known in self._known.items()}
        try:
            write_whole(self._file, json.dumps(content, indent=1).encode())
        except OSError as error:
            raise StoreError(f"{self._file}: cannot be written ({error.strerror or error})") from None


def _name(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:16]
