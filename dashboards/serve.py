"""Serve the app: by waitress in one process, as the command ``fairreach dashboard`` does."""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import socket
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from dashboards.run_data import RunError, Runs
from dashboards.store_data import STORE, StoreData, StoreReadError

#: What-if questions are computed in the background of this one process, so that threads answer meanwhile.
THREADS = 8
MOST_CONNECTIONS = 200


class ServeError(Exception):
    """The app cannot be served; the message says why and what to do."""


def serve(
    run_folders: Sequence[Path],
    host: str,
    port: int,
    tell: Callable[[str], object],
    *,
    warn: Callable[[str], object] | None = None,
    allow_hosts: Sequence[str] = (),
    open_browser: bool = False,
    store: Path | str | None = None,
) -> None:
    """Serve until the process is told to end (Ctrl+C).

    Parameters
    ----------
    run_folders : sequence of Path
        Finished runs, the first is shown first. One that cannot be read is told, and on its page.
    host, port : str, int
        Where to listen.
    tell, warn : callable
        Given the lines for whoever started the program; without ``warn`` all go to ``tell``.
    allow_hosts : sequence of str
        Names under which visitors reach the app besides localhost and addresses in numbers.
    open_browser : bool
        Open the page in this machine's browser.
    store : Path or str, optional
        Store of the observatory. A file that is not there yet is told; it is read as soon as it is.

    Raises
    ------
    ServeError
        If none of the runs can be read, a name is none, the port is taken, or the store is none.
    """
    import waitress

    from dashboards.app import create_app

    warn = warn or tell
    try:
        _check_address(host, port)
    except OSError as error:
        raise ServeError(_why_not(error, host, port)) from None
    try:
        app = create_app(run_folders, allow_hosts=allow_hosts, store=store)
    except ValueError as error:
        raise ServeError(str(error)) from None
    for problem in problems_of(app.server.config["RUNS"], run_folders):
        warn(f"Note: {problem}")
    if note := problem_of_store(app.server.config[STORE]):
        warn(f"Note: {note}")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue of one is no news
    server = waitress.create_server(
        app.server, host=host, port=port, threads=THREADS, connection_limit=MOST_CONNECTIONS, ident=None
    )
    if not is_loopback(host):
        warn(OPEN_TO_OTHERS.format(host=host))
    url = url_of(host, port)
    tell(f"{url}  (Ctrl+C to end)")
    if open_browser:
        threading.Timer(0.5, webbrowser.open, [url]).start()
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()


OPEN_TO_OTHERS = (
    "Note: {host} is not this machine alone. Whoever reaches this address sees these runs and can have this "
    "machine compute; there is no password and no encryption. For others, put it behind a web server that "
    "has both (docs/dashboard.md)."
)


def url_of(host: str, port: int) -> str:
    """Return the address to open on this machine."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - every address of the machine, this one too
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def is_loopback(host: str) -> bool:
    """Say whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def problems_of(runs: Runs, folders: Sequence[Path]) -> list[str]:
    """Return why runs cannot be shown, a line a run.

    Raises
    ------
    ServeError
        If no run is left.
    """
    problems = []
    for name, folder in zip(runs.names, folders, strict=True):
        try:
            runs.get(name)
        except RunError as problem:
            why = WHY_NOT_SHOWN.get(problem.kind, "cannot be shown.")
            problems.append(f"{folder}: {why} {problem.detail}".rstrip())
    if len(problems) == len(folders):
        raise ServeError(
            "\n".join([*problems, "No run is left to show. Make one: fairreach run configs/demo.yaml"])
        )
    return problems


WHY_NOT_SHOWN = {
    "gone": "there is no such folder.",
    "unfinished": "no finished run (it has no manifest.json).",
    "unreadable": "cannot be read.",
    "no_network": "its network is gone.",
    "unknown": "unknown.",
}


def problem_of_store(store: StoreData | None) -> str:
    """Return why the pages of the observatory will be empty; nothing where they will not.

    Raises
    ------
    ServeError
        If the store is there and cannot be read.
    """
    if store is None:
        return ""
    if not store.is_there:
        file = store.location
        return f"{file}: no store there yet; `fairreach observe RUN --store {file}` makes one"
    try:
        store.kept(("checked",), lambda opened: opened.rows("meta"))
    except StoreReadError as problem:
        raise ServeError(problem.detail or "the store cannot be read") from None
    return ""


def _check_address(host: str, port: int) -> None:
    """Listen for a moment: to learn that one cannot before the runs are read."""
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        with socket.socket(family, kind, protocol) as probe:
            if os.name != "nt":  # there it would let two programs share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is taken, perhaps by another fairreach dashboard. End that one, or choose another "
            f"port: --port {port + 1}"
        )
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights than this user has; choose one above 1023: --port 8050"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"host {host!r} is no address of this machine; --host 127.0.0.1 is this machine alone"
    return f"{host}:{port} cannot be listened on ({error.strerror or error})"
