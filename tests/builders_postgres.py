"""A PostgreSQL server of its own for tests, where one is installed; it listens on a socket in its folder."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parent.name))
USER = "fairreach"
FOR_START_S = 60


def programs() -> Path | None:
    """Return the folder with ``initdb`` and ``pg_ctl``, or None where no server is installed."""
    found = shutil.which("initdb")
    if found is not None and (Path(found).parent / "pg_ctl").exists():
        return Path(found).parent
    return PLACES[-1] if PLACES else None


def why_not() -> str:
    """Return why no server can be started here; empty if one can."""
    if programs() is None:
        return "no PostgreSQL server is installed (initdb is not found)"
    if os.geteuid() == 0 and _unprivileged() is None:
        return "PostgreSQL refuses to run as root, and there is no user postgres or nobody"
    return ""


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Start a server in a folder of its own; give the address of its database, without a password.

    The folder's path is short: the name of a socket may have about a hundred letters only.
    """
    bin_folder = programs()
    assert bin_folder is not None
    user = _unprivileged() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        data, log = folder / "data", folder / "log"
        as_user = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

        def run(*command: object) -> None:
            done = subprocess.run(
                [str(part) for part in command],
                capture_output=True,
                text=True,
                cwd=folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)},
                **as_user,
            )
            if done.returncode:
                said = log.read_text() if log.exists() else ""
                raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}{said}")

        run(bin_folder / "initdb", "-D", data, "-U", USER, "--auth=trust", "--no-sync", "-E", "UTF8")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=20"
        start = ("-D", data, "-l", log, "-o", options, "-w", "-t", FOR_START_S)
        run(bin_folder / "pg_ctl", *start, "-s", "start")
        try:
            yield f"postgresql://{USER}@/postgres?host={folder}"
        finally:
            run(bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "-s", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return None
