"""Pictures of the app for the documents, taken in Chromium from a finished run of the demo city.

python benchmarks/app_pictures.py results/demo docs/images
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from access.report_data import read_run
from access.scenario_file import load_scenario
from dashboards.exports import scenario_to_text

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
SCENARIO = Path(__file__).parents[1] / "configs/scenarios/demo-line-9-every-10-minutes.yaml"
SIZE = {"width": 1300, "height": 1250}


def main() -> None:
    run, target = Path(sys.argv[1]), Path(sys.argv[2])
    url, server = _served(run)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for language, suffix in (("en", ""), ("fr", ".fr")):
                for name, (page_name, view) in _views(run).items():
                    page = browser.new_page(viewport=SIZE)
                    page.goto(f"{url}/{page_name}?{urlencode({**view, 'lang': language})}")
                    _ready(page, page_name)
                    page.screenshot(path=target / f"app-{name}{suffix}.png")
                    print(target / f"app-{name}{suffix}.png")
                    page.close()
            browser.close()
    finally:
        server.terminate()
        server.wait()


def _views(run: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """Return page and view of each picture: a cell of the first zone of the register is asked."""
    zones = read_run(run).zones
    assert zones is not None
    cell = str(zones.sort_values("population").iloc[-1]["zone_id"])
    scenario = scenario_to_text(load_scenario(SCENARIO).model_dump(mode="json", exclude_none=True))
    return {
        "gaps": ("gaps", {"cell": cell}),
        "reach": ("gaps", {"cell": cell, "reach": "1", "at": "480"}),
        "rights": ("rights", {}),
        "zones": ("zones", {"zone": cell}),
        "segregation": ("segregation", {}),
        "what-if": ("what-if", {"scenario": scenario}),
        "method": ("method", {}),
    }


def _ready(page: Page, name: str) -> None:
    page.wait_for_selector("main h1")
    if name == "what-if":
        page.wait_for_selector("#what-if-headline :text-matches('noise|bruit')", timeout=240_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(4000)


def _served(run: Path) -> tuple[str, subprocess.Popen[bytes]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dashboards", "dashboard", str(run), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  our own command
    url = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=5)
        except OSError:
            time.sleep(0.25)
        else:
            return url, server
    server.terminate()
    raise SystemExit("the app did not start")


if __name__ == "__main__":
    main()
