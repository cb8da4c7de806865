"""Serving for real: the command, its messages, gunicorn, and how files travel."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders_report import write_run
from click.testing import CliRunner

from access.cli import commands
from dashboards import serve as serve_module
from dashboards.app import create_app, server_of
from dashboards.cli import dashboard
from dashboards.delivery import MOST_FILES, KeptFiles
from dashboards.serve import ServeError, is_loopback, serve, url_of

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "hexville")


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield int(listening.getsockname()[1])


def free_port() -> int:
    with taken_port() as port:
        return port


def whole(url: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    """Ask until somebody answers, at most a minute."""
    give_up = time.monotonic() + 60
    while True:
        try:
            request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own address
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.read(), dict(answer.headers)
        except OSError:
            assert time.monotonic() < give_up
            time.sleep(0.2)


def test_a_taken_port_names_the_way_out(run: Path) -> None:
    with taken_port() as port, pytest.raises(ServeError, match=rf"port {port} is taken.*--port {port + 1}"):
        serve([run], "127.0.0.1", port, tell=lambda _: None)


def test_an_address_of_another_machine_is_told(run: Path) -> None:
    with pytest.raises(ServeError, match="no address of this machine"):
        serve([run], "192.0.2.1", free_port(), tell=lambda _: None)


def test_without_any_run_that_can_be_shown_nothing_is_served(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ServeError) as told:
        serve([tmp_path / "empty", tmp_path / "none"], "127.0.0.1", free_port(), tell=lambda _: None)
    assert "no manifest.json" in str(told.value)
    assert "no such folder" in str(told.value)
    assert "fairreach run" in str(told.value)


def test_the_command_tells_an_error_in_one_line_and_without_traceback(tmp_path: Path) -> None:
    made = CliRunner().invoke(dashboard, [str(tmp_path / "none")])
    assert made.exit_code == 1
    assert "no such folder" in made.output
    assert "Traceback" not in made.output
    assert "dashboard" in commands.commands


class StoppedServer:
    """A server that somebody ends at once with Ctrl+C."""

    closed = 0

    def run(self) -> None:
        raise KeyboardInterrupt

    def close(self) -> None:
        StoppedServer.closed += 1


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True)])  # noqa: S104
def test_only_what_others_can_reach_is_warned_of(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, warned: bool
) -> None:
    monkeypatch.setattr("waitress.create_server", lambda *_, **__: StoppedServer())
    said: list[str] = []
    warnings: list[str] = []
    serve([run, tmp_path / "none"], host, free_port(), said.append, warn=warnings.append)
    assert ["(Ctrl+C to end)" in line for line in said] == [True]
    assert any("no such folder" in line for line in warnings)
    assert any("no password" in line for line in warnings) == warned
    assert StoppedServer.closed


def test_the_browser_is_opened_on_demand_alone(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waitress.create_server", lambda *_, **__: StoppedServer())
    timers: list[list[str]] = []

    class Timer(threading.Timer):
        def start(self) -> None:
            if self.function is webbrowser.open:  # others of the same process may wait for something, too
                timers.append(list(self.args))
            else:
                super().start()

    monkeypatch.setattr(serve_module.threading, "Timer", Timer)
    port = free_port()
    serve([run], "127.0.0.1", port, lambda _: None)
    assert not timers
    serve([run], "127.0.0.1", port, lambda _: None, open_browser=True)
    assert timers == [[f"http://127.0.0.1:{port}/"]]


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:1/"), ("0.0.0.0", "http://127.0.0.1:1/"),  # noqa: S104
     ("::1", "http://[::1]:1/"),
     ("map.example.org", "http://map.example.org:1/")],
)  # fmt: skip
def test_the_address_told_can_be_opened(host: str, url: str) -> None:
    assert url_of(host, 1) == url
    assert is_loopback(host) == (host in ("127.0.0.1", "::1"))


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize("program", ["command", "gunicorn"])
def test_it_is_served_for_real_and_ends_cleanly(run: Path, program: str) -> None:
    port = free_port()
    if program == "command":
        command = [sys.executable, "-m", "dashboards", "dashboard", str(run), "--port", str(port)]
    else:
        pytest.importorskip("gunicorn", reason="gunicorn is an extra: pip install 'fairreach[server]'")
        app = f"dashboards.app:server_of([{str(run)!r}], allow_hosts=['map.example.org'])"
        options = ["--workers", "1", "--threads", "8", "--bind", f"127.0.0.1:{port}"]
        command = [sys.executable, "-m", "gunicorn", *options, app]
    # A shell's job in the background ignores Ctrl+C, and so would everything that it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        page, headers = whole(f"http://127.0.0.1:{port}/")
        assert b"_dash-config" in page
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        if program == "gunicorn":
            assert whole(f"http://127.0.0.1:{port}/_dash-layout", Host="map.example.org")[0]
    finally:
        server.send_signal(signal.SIGINT)
        try:
            said = server.communicate(timeout=30)[0]
        except subprocess.TimeoutExpired:  # leave no process to the tests that follow
            server.kill()
            server.communicate()
            raise
    assert "Traceback" not in said
    assert server.returncode == 0


def test_files_travel_compressed_and_are_kept_while_they_cannot_change(run: Path) -> None:
    client = create_app([run]).server.test_client()
    page = client.get("/").get_data(as_text=True)
    bundle = next(part for part in page.split('"') if "dash_core_components.v" in part)
    asset = next(part for part in page.split('"') if part.startswith("/assets/view.js?m="))
    for encoding in ("zstd", "gzip"):
        packed = client.get(bundle, headers={"Accept-Encoding": encoding})
        assert packed.headers["Content-Encoding"] == encoding
        assert packed.headers["Vary"] == "Accept-Encoding"
        assert len(packed.data) < 150_000
        assert client.get(bundle, headers={"Accept-Encoding": encoding}).data == packed.data
    assert "Content-Encoding" not in client.get(bundle).headers
    assert "max-age=31536000" in client.get(bundle).headers["Cache-Control"]
    assert "immutable" in client.get(asset, buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get("/assets/view.js", buffered=True).headers["Cache-Control"]
    assert client.get("/_dash-layout").headers["Cache-Control"] == "no-store"


def test_made_up_addresses_do_not_fill_the_memory() -> None:
    kept = KeptFiles()
    for number in range(3 * MOST_FILES):
        kept.set(f"gzip;/_dash-component-suites/{number}", b"x")
    kept.set("gzip;", b"an answer that changes")
    assert kept.get("gzip;") is None
    assert kept.get(f"gzip;/_dash-component-suites/{MOST_FILES - 1}") == b"x"
    assert kept.get(f"gzip;/_dash-component-suites/{MOST_FILES}") is None


def test_gunicorn_is_given_the_server_itself(run: Path) -> None:
    assert server_of([run]).test_client().get("/").status_code == 200


def test_the_recipe_of_the_documentation_names_what_is_there() -> None:
    for file in ("dashboard.md", "dashboard.fr.md"):
        text = (ROOT / "docs" / file).read_text(encoding="utf-8")
        assert "dashboards.app:server_of(" in text
        assert "--workers 1" in text
        options = {name for option in dashboard.params for name in option.opts}
        assert {"--host", "--port", "--open", "--allow-host"} <= options
