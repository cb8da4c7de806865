"""``create_app``: run folders in, a Dash app out."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import dash
import flask

from dashboards import shell
from dashboards.callbacks import register
from dashboards.delivery import deliver
from dashboards.run_data import Runs
from dashboards.safety import harden
from dashboards.store_data import STORE, StoreData
from dashboards.view import frame_of
from dashboards.what_if import WhatIf

TITLE = "fairreach"


def create_app(
    run_folders: Sequence[Path | str], *, allow_hosts: Sequence[str] = (), store: Path | str | None = None
) -> dash.Dash:
    """Return the app of some finished runs; nothing is served yet.

    Parameters
    ----------
    run_folders : sequence of Path
        Folders of finished runs, the first is shown first. One that cannot be read is told on its page.
    allow_hosts : sequence of str
        Names of hosts, besides localhost, under which visitors reach the app.
    store : Path or str, optional
        Store of the observatory, a file or the address of a server: the pages Over time and Cities read it,
        the form for notes writes to it.

    Raises
    ------
    ValueError
        Without a folder, or for a name that is none.
    """
    if not run_folders:
        raise ValueError("run_folders: none given; name the folder of a finished run")
    runs = Runs([Path(folder) for folder in run_folders])
    app = dash.Dash(
        __name__,
        server=flask.Flask(__name__),  # type: ignore[arg-type]
        assets_folder=str(files("dashboards").joinpath("assets")),
        title=TITLE,
        update_title="",
        suppress_callback_exceptions=True,
        serve_locally=True,
    )
    app.server.config["RUNS"] = runs
    app.server.config["WHAT_IF"] = WhatIf(runs)
    app.server.config[STORE] = None if store is None else StoreData(store)
    app.layout = lambda: shell.frame(runs, *_asked(runs))
    register(app, runs)
    deliver(app.server)
    harden(app, allow_hosts=allow_hosts)
    return app


def server_of(
    run_folders: Sequence[Path | str], *, allow_hosts: Sequence[str] = (), store: Path | str | None = None
) -> flask.Flask:
    """Return the app as the WSGI program that gunicorn asks for (see ``docs/dashboard.md``)."""
    server: flask.Flask = create_app(run_folders, allow_hosts=allow_hosts, store=store).server
    return server


def _asked(runs: Runs) -> tuple[dict[str, str], tuple[str, str, str]]:
    """Return the view of the page that asks for its layout, so that it comes whole with the first answer."""
    referrer = urlsplit((flask.request.referrer or "") if flask.has_request_context() else "")
    table = dict(shell.table_of_url(referrer.path, referrer.query))
    return table, frame_of(table, runs)
