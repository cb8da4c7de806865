"""Short names of cities: one rule, asked for wherever a name comes in."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from access.errors import StoreError
from access.observatory_store import is_server, reading

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def city_name(text: str) -> str:
    """Return a short name made of a text: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower())[:60].strip("-") or "city"


def is_city_name(text: str) -> bool:
    """Say whether a text is a short name: small letters, digits and hyphens, at most 60, no hyphen first."""
    return _NAME.fullmatch(text) is not None


def checked_city(text: str) -> str:
    """Return a short name as it was given.

    Raises
    ------
    StoreError
        If it is none; with one that could be meant.
    """
    if not is_city_name(text):
        raise StoreError(
            f"city {text!r}: a short name has small letters, digits and hyphens, at most 60; such as "
            f"{city_name(text)!r}"
        )
    return text


def known_cities(location: str | Path) -> list[str]:
    """Return the short names of the cities of a store; none where there is no store yet."""
    if not is_server(location) and not Path(location).exists():
        return []
    with reading(location) as store:
        return [str(name) for name in store.rows("city", ["city"])["city"]]
