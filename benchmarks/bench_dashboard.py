"""How long a visitor waits for the map: first paint, another colouring, and the answer to a click.

    python benchmarks/bench_dashboard.py [--cells 1200 10000 50000] [--repeats 5]

Made-up runs of some sizes are served by the real command, with the whole kit of components, and looked at by
headless Chromium without a GPU, once with WebGL in software and once without WebGL. In milliseconds:

- *first paint*: from the start of the navigation until the frame that shows the cells (nothing cached);
- *recolour*: from the choice of another number of minutes until the frame with the new colours is done;
- *click*: from the release of the mouse button on a cell until the panel says what the server answered, on a
  page that has drawn its charts: drawing them keeps the browser busy for a second.

Medians; the load beside each row tells how busy the machine was with other things.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely
from measuring import machine
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
GRAPHICS = {
    "WebGL in software": ["--disable-gpu", "--enable-unsafe-swiftshader"],
    "no WebGL": ["--disable-gpu", "--disable-software-rasterizer"],
}
PORT = 8071
CUTOFFS_MIN = (30, 45, 60)
WATCH = """() => {
  window.marks = () => performance.getEntriesByName("fairreach-cells-painted").map((mark) => mark.startTime);
  window.addEventListener("pointerup", () => { window.released = performance.now(); }, true);
  const panel = document.querySelector(".gaps-panel");
  new MutationObserver(() => { window.answered = performance.now(); })
    .observe(panel, {childList: true, subtree: true, characterData: true});
}"""


def made_up_run(folder: Path, n_cells: int) -> Path:
    """Write a run of a round city: access, residents and incomes fall from the middle outwards."""
    rings = int(np.ceil(np.sqrt(n_cells / 3))) + 1
    centre = h3.latlng_to_cell(-30.05, -51.2, 9)
    ids = [cell for ring in range(rings) for cell in h3.grid_ring(centre, ring)][:n_cells]
    lat, lon = np.array([h3.cell_to_latlng(cell) for cell in ids]).T
    away = np.hypot(lat - lat[0], lon - lon[0]) / np.hypot(lat - lat[0], lon - lon[0]).max()
    random = np.random.default_rng(1)
    outlines = [shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(cell)]) for cell in ids]
    cells = gpd.GeoDataFrame({"id": ids}, geometry=outlines, crs=4326)
    cells["population"] = np.where(random.random(n_cells) < 0.1, 0.0, np.round(900 * (1.1 - away)))
    cells["income_decile"] = pd.array(10 - np.floor(9.99 * away).astype(int), dtype="Int64")
    cells["zone"] = [f"Quarter {int(8 * x)}-{int(8 * y)}" for x, y in _unit(lon, lat)]
    cells["snap"] = np.where(random.random(n_cells) < 0.005, "too_far", "snapped")
    for cutoff in CUTOFFS_MIN:
        jobs = 400_000 * np.exp(-3 * away * 45 / cutoff) * random.uniform(0.8, 1.2, n_cells)
        cells[f"jobs_in_{cutoff}min_day"] = np.round(np.where(away > 0.95, 0, jobs))
    cells["nearest_jobs_min_day"] = 5 + 60 * away
    folder.mkdir(parents=True)
    cells.to_parquet(folder / "cells.parquet")
    _indicators(cells).to_parquet(folder / "indicators.parquet")
    (folder / "headline.json").write_text("[]")
    (folder / "manifest.json").write_text(json.dumps(_manifest(n_cells)))
    return folder


def _unit(*axes: np.ndarray[Any, Any]) -> Iterator[tuple[float, ...]]:
    yield from zip(*((each - each.min()) / (np.ptp(each) * 1.001) for each in axes), strict=True)


def _indicators(cells: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = [
        {
            "indicator": "mean_access", "service": "jobs", "period": "day", "cutoff_min": cutoff,
            "group": group, "value": float(part[f"jobs_in_{cutoff}min_day"].mean()), "unit": "jobs",
            "covered_population": float(cells["population"].sum()), "note": None,
        }
        for cutoff in CUTOFFS_MIN
        for group, part in [
            ("all", cells),
            *((f"decile_{tenth}", part) for tenth, part in cells.groupby("income_decile")),
        ]
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"cutoff_min": "Int64"})


def _manifest(n_cells: int) -> dict[str, Any]:
    return {
        "name": f"Roundtown {n_cells:,}",
        "created": "2026-01-01T00:00:00Z",
        "fairreach_version": "0",
        "service_dates": {"day": "2026-03-11"},
        "periods": [
            {
                "name": "day", "label": {"en": "day", "fr": "journée"}, "service_date": "2026-03-11",
                "departure_start": "12:00", "departure_window_min": 60, "state": "ok", "reason": None,
            }
        ],
        "services": [
            {"name": "jobs", "label": {"en": "jobs", "fr": "emplois"}, "state": "ok", "total": 400_000}
        ],
        "cutoffs_min": list(CUTOFFS_MIN),
        "percentile": 50,
        "walking": {"walk_speed_km_h": 3.6, "max_walk_min": 30, "max_duration_min": 90},
        "headline": {"service": "jobs", "cutoff_min": 45, "period": "day"},
        "inputs": [],
        "warnings": [],
    }  # fmt: skip


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a run by the real command; yields its address."""
    url = f"http://127.0.0.1:{PORT}"
    command = [sys.executable, "-m", "dashboards", "dashboard", str(folder), "--port", str(PORT)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:  # noqa: S603
        try:
            for _ in range(120):
                time.sleep(0.5)
                try:
                    urllib.request.urlopen(f"{url}/gaps", timeout=5).close()  # noqa: S310
                    break
                except OSError:
                    continue
            yield url
        finally:
            server.terminate()


def measure(browser: Browser, url: str, repeats: int) -> dict[str, list[float]]:
    """Return milliseconds of each repeat by what was measured."""
    found: dict[str, list[float]] = {"first paint": [], "recolour": [], "click": []}
    for number in range(repeats + 1):
        context = browser.new_context(viewport={"width": 1300, "height": 900})  # nothing cached
        page = context.new_page()
        page.goto(f"{url}/gaps")
        _until(page, "performance.getEntriesByName('fairreach-cells-painted').length > 0")
        first = page.evaluate("performance.getEntriesByName('fairreach-cells-painted')[0].startTime")
        page.wait_for_timeout(2500)  # the rest of the page comes after the map
        page.evaluate(WATCH)
        recolour = _recolour(page)
        page.wait_for_timeout(3500)  # charts of the new choice are drawn anew
        times = {"first paint": first, "recolour": recolour, "click": _click(page)}
        if number:  # the first visitor of a server warms it up
            for what, milliseconds in times.items():
                found[what].append(milliseconds)
        context.close()
    return found


def _until(page: Page, condition: str) -> None:
    """Wait for a condition; Playwright's own way needs eval, which the app forbids."""
    give_up_s = time.monotonic() + 60
    while not page.evaluate(condition):
        if time.monotonic() > give_up_s:
            raise TimeoutError(condition)
        page.wait_for_timeout(20)


def _recolour(page: Page) -> float:
    """Choose 60 minutes and wait for the colours."""
    before = len(page.evaluate("marks()"))
    chooser = page.locator(".gaps-controls").get_by_text("60", exact=False).first
    chooser.click()
    _until(page, f"marks().length > {before}")
    page.wait_for_timeout(300)
    return float(page.evaluate(f"marks()[{before}] - released"))


def _click(page: Page) -> float:
    """Click a cell and wait for the panel."""
    page.evaluate("window.answered = 0")
    box = page.locator(".fr-frame .leaflet-container").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.45)
    _until(page, "window.answered > 0")
    return float(page.evaluate("answered - released"))


def main() -> None:
    """Measure all sizes and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, nargs="+", default=[1_200, 10_000, 50_000])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    chromium = os.environ.get("FAIRREACH_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("needs Chromium: on Debian and Ubuntu, apt install chromium")
    print(machine())
    print("| cells | graphics | first paint | recolour | click | load |\n|--:|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        for n_cells in options.cells:
            run = made_up_run(Path(temporary) / f"run-{n_cells}", n_cells)
            with served(run) as url:
                for name, flags in GRAPHICS.items():
                    browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags])
                    found = measure(browser, url, options.repeats)
                    browser.close()
                    load = os.getloadavg()[0]
                    shown = " | ".join(f"{statistics.median(each):,.0f} ms" for each in found.values())
                    print(f"| {n_cells:,} | {name} | {shown} | {load:.1f} |", flush=True)


if __name__ == "__main__":
    main()
