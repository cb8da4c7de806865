"""Files of a run for the browser: its cells and the ground of its map, sent once and kept for good.

``/data/RUN/cells.bin`` and ``/data/RUN/ground.bin``; ``/data/cells.bin?run=RUN`` leads to the first. RUN is
looked up among the app's runs; nothing of the address ever becomes a path. The address carries a hash of the
content (``?v=``), so that a browser may keep the file for a year and still sees a new one.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import logging
import threading
from concurrent.futures import Future
from typing import NamedTuple

import flask
import numpy as np

from dashboards.cell_geometry import EARTH_RADIUS_M, CellShapes, cell_shapes, encode
from dashboards.ground_file import encode_ground
from dashboards.ground_lines import ground_of
from dashboards.kept import kept
from dashboards.run_data import RunData, RunError, Runs

logger = logging.getLogger(__name__)

_A_YEAR_S = 31_536_000
Bounds = tuple[float, float, float, float]


class ServedFile(NamedTuple):
    """Bytes ready to be sent."""

    plain: bytes
    packed: bytes  # gzip
    version: str  # 16 hexadecimal digits of the content's SHA-256
    bounds: Bounds  # west, south, east, north in degrees


def cells_file(data: RunData) -> ServedFile:
    """Return the cells of a run, made at the first call and kept with the run."""
    return kept(data, "cells_file", lambda: _cells(data))


def cells_url(data: RunData) -> str:
    """Return the address of the cells of a run."""
    return f"/data/{data.name}/cells.bin?v={cells_file(data).version}"


def ground_url(data: RunData) -> str:
    """Return the address of the ground of a run; without a version while it is being made."""
    making = _ground(data)
    version = f"?v={making.result().version}" if making.done() else ""
    return f"/data/{data.name}/ground.bin{version}"


def wait_for_ground(data: RunData) -> None:
    """Wait until the ground of a run is made; for tests and measurements."""
    _ground(data).result()


def _ground(data: RunData) -> Future[ServedFile]:
    """Return the ground of a run, being made in the background from the first call on."""

    def start() -> Future[ServedFile]:
        making: Future[ServedFile] = Future()
        threading.Thread(target=_make_ground, args=(data, making), daemon=True).start()
        return making

    return kept(data, "ground", start)


def _make_ground(data: RunData, making: Future[ServedFile]) -> None:
    plain = b""
    try:
        cells_file(data)  # the first visitor asks for it at once
        plain = encode_ground(ground_of(data))
    except Exception:  # whatever is wrong with an input, the map does without a ground
        logger.exception("%s: no ground for the map", data.name)
    making.set_result(serve_bytes(plain, (0.0, 0.0, 0.0, 0.0)))


def register(server: flask.Flask, runs: Runs) -> None:
    """Add the addresses to a server, and begin with the ground of the first run."""

    @server.get("/data/cells.bin")
    def cells_asked_for() -> flask.Response:
        """Lead to the cells of the run that a page will show, before the page itself knows it (map.js)."""
        name = flask.request.args.get("run", "")
        try:
            data = runs.get(name if name in runs.names else runs.first)
        except RunError:
            return flask.Response(status=204)  # told on its page
        answer = flask.Response(status=302, headers={"Cache-Control": "no-store"})
        answer.headers["Location"] = cells_url(data)
        return answer

    @server.get("/data/<run>/cells.bin")
    def cells_bin(run: str) -> flask.Response:
        return _answer(cells_file(_run(runs, run)))

    @server.get("/data/<run>/ground.bin")
    def ground_bin(run: str) -> flask.Response:
        making = _ground(_run(runs, run))
        if not making.done():  # not ready: the browser asks again
            return flask.Response(status=202, headers={"Cache-Control": "no-store"})
        return _answer(making.result())

    with contextlib.suppress(RunError):  # told on its page
        _ground(runs.get(runs.first))


def serve_bytes(plain: bytes, bounds: Bounds) -> ServedFile:
    """Pack bytes once for all requests."""
    return ServedFile(plain, gzip.compress(plain, 6, mtime=0), hashlib.sha256(plain).hexdigest()[:16], bounds)


def _run(runs: Runs, name: str) -> RunData:
    try:
        return runs.get(name)
    except RunError:
        flask.abort(404)


def _answer(file: ServedFile) -> flask.Response:
    packs = flask.request.accept_encodings.quality("gzip") > 0
    answer = flask.Response(file.packed if packs else file.plain, mimetype="application/octet-stream")
    answer.headers["Vary"] = "Accept-Encoding"
    if packs:
        answer.headers["Content-Encoding"] = "gzip"
    fresh = flask.request.args.get("v") == file.version
    answer.headers["Cache-Control"] = f"private, max-age={_A_YEAR_S}, immutable" if fresh else "no-cache"
    return answer


def _cells(data: RunData) -> ServedFile:
    cells = data.run.cells
    names = cells["zone"].tolist() if "zone" in cells.columns else None
    shapes = cell_shapes(data.cell_ids, names)
    return serve_bytes(encode(shapes), bounds_of_shapes(shapes))


def bounds_of_shapes(shapes: CellShapes) -> Bounds:
    """Return west, south, east and north in degrees; east may lie beyond 180."""
    lon = np.degrees(shapes.x_m / EARTH_RADIUS_M)
    lat = np.degrees(2 * np.arctan(np.exp(shapes.y_m / EARTH_RADIUS_M)) - np.pi / 2)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
