"""Fetch a timetable from an address, only if it changed, with limits of time and size."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import NamedTuple

from access._version import __version__
from access.errors import InputDataError

TIMEOUT_S = 30.0
"""So long a server may be silent."""

WHOLE_S = 1800.0
"""So long one download may take."""

LIMIT_BYTES = 2 * 2**30
"""The largest national feeds are about 1 GiB packed."""

_CHUNK_BYTES = 1 << 20
_NOT_MODIFIED = 304


class Limits(NamedTuple):
    """What one download may take."""

    timeout_s: float = TIMEOUT_S
    whole_s: float = WHOLE_S
    size_bytes: int = LIMIT_BYTES


class Validators(NamedTuple):
    """What a server said of the version it gave, to ask it next time whether that changed."""

    etag: str | None = None
    last_modified: str | None = None


def is_address(place: str) -> bool:
    """Say whether a place is an address on the web rather than a file."""
    return place.lower().startswith(("http://", "https://"))


def shown_address(url: str) -> str:
    """Return an address as it may be filed and shown: without what follows ``?``, which often is a key."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, "", ""))


def fetch(
    url: str, target: Path, known: Validators | None = None, limits: Limits | None = None
) -> Validators | None:
    """Write what lies at an address to a file.

    Parameters
    ----------
    url : str
        ``http`` or ``https``; also where it is redirected to.
    target : Path
        Written over; incomplete after an error.
    known : Validators, optional
        Of the version at hand.
    limits : Limits, optional

    Returns
    -------
    Validators or None
        Of what was written; None where the server says that the version at hand is the newest.

    Raises
    ------
    InputDataError
        If the server cannot be reached, refuses, is silent or slow, or gives too much or too little.
    """
    limits = limits or Limits()
    shown = shown_address(url)
    if "@" in urllib.parse.urlsplit(url).netloc:
        raise InputDataError(f"{shown}: an address with a user name or password is not supported")
    headers = {"User-Agent": f"fairreach/{__version__}", "Accept-Encoding": "identity"}
    if known is not None and known.etag:
        headers["If-None-Match"] = known.etag
    if known is not None and known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the opener knows http and https only
    try:
        with _opener().open(request, timeout=limits.timeout_s) as response:
            _write(response, target, shown, limits)
            return Validators(response.headers.get("ETag"), response.headers.get("Last-Modified"))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == _NOT_MODIFIED:
            return None
        raise InputDataError(
            f"{shown}: the server answers {error.code} {error.reason}; check the address"
        ) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = getattr(error, "reason", None) or error
        raise InputDataError(
            f"{shown}: cannot be fetched ({why or type(error).__name__}); check the address and the network"
        ) from None


def _opener() -> urllib.request.OpenerDirector:
    """Return what opens addresses of the web only: a redirection can never lead to a file of this machine."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _write(response: http.client.HTTPResponse, target: Path, shown: str, limits: Limits) -> None:
    """Write an answer to a file while it keeps the limits."""
    told = response.headers.get("Content-Length")
    expected = int(told) if told is not None and told.isdigit() else None
    allowed = f"at most {limits.size_bytes:,} bytes are taken"
    if expected is not None and expected > limits.size_bytes:
        raise InputDataError(f"{shown}: {expected:,} bytes; {allowed}")
    until, n_bytes = time.monotonic() + limits.whole_s, 0
    with target.open("wb") as file:
        while chunk := response.read1(_CHUNK_BYTES):
            n_bytes += len(chunk)
            if n_bytes > limits.size_bytes:
                raise InputDataError(f"{shown}: more than {limits.size_bytes:,} bytes; {allowed}")
            if time.monotonic() > until:
                raise InputDataError(
                    f"{shown}: {n_bytes:,} bytes in {limits.whole_s:.0f} s, too slow; try again later"
                )
            try:
                file.write(chunk)
                file.flush()
            except OSError as error:
                folder = target.parent
                raise InputDataError(
                    f"{folder}: cannot be written ({error.strerror or error}); {shown} was not taken"
                ) from None
    if expected is not None and n_bytes < expected:
        raise InputDataError(f"{shown}: ended after {n_bytes:,} of {expected:,} bytes; try again later")
