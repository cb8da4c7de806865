"""Files of a run for the browser: found by the run's name only, packed, and kept as long as they are true."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path

import flask
import pytest
from builders_report import write_run
from flask.testing import FlaskClient

from dashboards import data_routes
from dashboards.cell_geometry import decode
from dashboards.ground_lines import Ground, PlaceName
from dashboards.run_data import RunData, Runs


def client_of(runs: Runs) -> FlaskClient:
    server = flask.Flask("test")
    data_routes.register(server, runs)
    return server.test_client()


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("runs")
    return Runs([write_run(folder / "one"), folder / "gone"])


@pytest.fixture(scope="module")
def client(runs: Runs) -> FlaskClient:
    return client_of(runs)


def test_the_cells_are_those_of_the_run_in_its_order(client: FlaskClient, runs: Runs) -> None:
    answer = client.get(data_routes.cells_url(runs.get("one")))
    shapes = decode(answer.data)
    assert answer.status_code == 200
    assert len(shapes.x_m) == len(runs.get("one").cell_ids)
    assert shapes.names == runs.get("one").run.cells["zone"].tolist()


def test_the_right_version_may_be_kept_for_a_year_and_another_must_be_asked_for_again(
    client: FlaskClient, runs: Runs
) -> None:
    right = client.get(data_routes.cells_url(runs.get("one")))
    wrong = client.get("/data/one/cells.bin?v=0000")
    assert "immutable" in right.headers["Cache-Control"]
    assert wrong.headers["Cache-Control"] == "no-cache"


def test_a_browser_that_unpacks_gets_gzip_and_another_the_same_bytes_plain(client: FlaskClient) -> None:
    packed = client.get("/data/one/cells.bin", headers={"Accept-Encoding": "gzip, br"})
    plain = client.get("/data/one/cells.bin", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "address",
    [
        "/data/two/cells.bin",
        "/data/gone/cells.bin",
        "/data/gone/ground.bin",
        "/data/../cells.bin",
        "/data/%2e%2e/cells.bin",
        "/data/..%2f..%2fetc/passwd",
        "/data/one/manifest.json",
        "/data/one/../../etc/passwd",
        "/data/one%00/cells.bin",
    ],
)
def test_any_other_name_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_ground_is_not_yet_there_while_it_is_made_and_then_may_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()

    def slow(data: RunData) -> Ground:
        may_end.wait(10)
        return Ground([], [PlaceName("Centro", 0.0, 0.0)], "")

    monkeypatch.setattr(data_routes, "ground_of", slow)
    runs = Runs([write_run(tmp_path / "one")])
    client = client_of(runs)
    early = client.get(data_routes.ground_url(runs.get("one")))
    assert (early.status_code, early.headers["Cache-Control"]) == (202, "no-store")
    may_end.set()
    data_routes.wait_for_ground(runs.get("one"))
    late = client.get(data_routes.ground_url(runs.get("one")))
    assert late.status_code == 200
    assert "immutable" in late.headers["Cache-Control"]
    assert b"Centro" in late.data


def test_a_ground_that_cannot_be_made_is_an_empty_file_and_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(data: RunData) -> Ground:
        raise RuntimeError("damaged")

    monkeypatch.setattr(data_routes, "ground_of", broken)
    runs = Runs([write_run(tmp_path / "one")])
    client = client_of(runs)
    data_routes.wait_for_ground(runs.get("one"))
    answer = client.get("/data/one/ground.bin")
    assert (answer.status_code, answer.data) == (200, b"")
    assert "no ground for the map" in caplog.text
