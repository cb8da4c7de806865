"""Where a store lies: a file, or the address of a PostgreSQL server; no password in it is ever printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from access.errors import StoreError

_SERVERS = ("postgresql://", "postgres://")
_LIKE_AN_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/|(.*\s)?(host|hostaddr|user|dbname|password)\s*=", re.I)
"""Other schemes, capital letters, and the form "host=... password=..." of libpq; "C:/" is a disk."""
WAY_OUT = (
    "write postgresql://user@host/database, with @ : / ? # and % in a name or password as %40 %3A %2F %3F "
    "%23 and %25; a password is better kept in ~/.pgpass"
)


def is_server(location: str | Path) -> bool:
    """Say whether a location is a PostgreSQL server rather than a file.

    Raises
    ------
    StoreError
        If it looks like the address of a server but is none that can be used; it is not repeated then, for it
        may hold a password.
    """
    text = str(location)
    if text.startswith(_SERVERS):
        return True
    if _LIKE_AN_ADDRESS.match(text):
        raise StoreError(f"the store named is no file and no address of a PostgreSQL server; {WAY_OUT}")
    return False


def shown(location: str | Path) -> str:
    """Return a location as it may be printed: the address of a server without its password.

    What stands between the user's name and the last @ may all be password, as some are written unquoted.
    """
    text = str(location)
    if not text.startswith(_SERVERS):
        return text
    scheme, _, rest = text.partition("://")
    names, at, place = rest.rpartition("@")
    place, _, options = place.partition("?")
    kept = [each for each in options.split("&") if each and "pass" not in unquote(each.partition("=")[0])]
    user = re.split("[:/?]", names)[0]
    return f"{scheme}://{user}{at}{place}" + (f"?{'&'.join(kept)}" if kept else "")


def beside(location: str | Path, ending: str) -> Path:
    """Return the path of what lies beside a store's file; of a link, beside the file that it points to.

    Where something lies beside the link only, that is meant: it may have been made there.
    """
    own = Path(f"{location}{ending}")
    real = Path(f"{Path(location).resolve()}{ending}")
    return own if own.exists() or not Path(location).is_symlink() else real


def understood(location: str) -> dict[str, Any]:
    """Return the parts of a server's address as libpq understands them.

    Raises
    ------
    StoreError
        If it cannot be read, or a part of a password would be taken for host, port or database: what libpq
        itself says of such an address repeats that part.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts: dict[str, Any] = conninfo_to_dict(location)
    except psycopg.Error:
        parts = {"port": "?"}
    numbers = [*str(parts.get("port") or 0).split(","), str(parts.get("connect_timeout") or 0)]
    if not all(re.fullmatch("-?[0-9]+", each) for each in numbers if each) or any(
        "@" in str(parts.get(name, "")) for name in ("host", "dbname")
    ):
        raise StoreError(f"{shown(location)}: the address cannot be understood; {WAY_OUT}") from None
    return parts
