"""Fixtures of the tests in a real browser: the app served, Chromium, and visitors.

Without Chromium these tests are skipped; ``FAIRREACH_REQUIRE_BROWSER`` makes them fail instead, as in CI.
``FAIRREACH_CHROMIUM`` names the program where it is not on PATH.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from builders_finished import cache_of, finished_demo, finished_porto_alegre
from builders_store_pages import observed_store
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from served import Served, served
from visitor import NewVisitor, Visitor, new_window

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Nothing of the browser's own asks outside, names of hosts lead nowhere, and all tabs of a window share one
#: process, in which what was compiled for one is ready for the next.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; without it the test is skipped, in CI it fails."""
    named = os.environ.get("FAIRREACH_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        reason = "needs Chromium (see README.md, Two commands): on Debian and Ubuntu, apt install chromium"
        if os.environ.get("FAIRREACH_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def demo_folder(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finished run of the demo city; Chromium is looked for first, for a run takes long."""
    return finished_demo(tmp_path_factory)


@pytest.fixture(scope="session")
def porto_alegre_folder(
    chromium_path: str, porto_alegre: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Finished run of Porto Alegre."""
    return finished_porto_alegre(porto_alegre, tmp_path_factory)


@pytest.fixture(scope="session")
def demo_site(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo city, served with a store of four snapshots of it."""
    folder = tmp_path_factory.mktemp("served")
    store = observed_store(demo_folder, folder / "observatory.duckdb")
    options = ["--store", str(store)]
    with served([demo_folder], folder / "demo.log", cache=cache_of(demo_folder), options=options) as site:
        yield site


@pytest.fixture(scope="session")
def porto_alegre_site(
    porto_alegre_folder: Path, demo_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Porto Alegre and the demo city, served together; Porto Alegre is shown first."""
    log = tmp_path_factory.mktemp("served") / "porto-alegre.log"
    runs = [porto_alegre_folder, demo_folder]
    with served(runs, log, cache=cache_of(porto_alegre_folder)) as site:
        yield site


@pytest.fixture(scope="session")
def launch(chromium_path: str) -> Iterator[Callable[..., Browser]]:
    """A function that starts Chromium with more flags; what it started is closed at the end."""
    started: list[Browser] = []
    with sync_playwright() as playwright:

        def start(*flags: str) -> Browser:
            browser = playwright.chromium.launch(executable_path=chromium_path, args=[*FLAGS, *flags])
            started.append(browser)
            return browser

        yield start
        for browser in started:
            browser.close()


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Browser:
    """Chromium, started once a process."""
    return launch()


@pytest.fixture(scope="session")
def window(browser: Browser) -> BrowserContext:
    """The window of all visitors, opened once a process."""
    return new_window(browser)


@pytest.fixture(scope="session")
def parked(window: BrowserContext) -> Page:
    """A tab that stays open, so that the process of the tabs does not end with the last visitor."""
    return window.new_page()


@pytest.fixture
def new_visitor(window: BrowserContext, parked: Page) -> Iterator[NewVisitor]:
    """Visitors of a site, ``new_visitor(site, viewport=..., reduced_motion=...)``.

    At the end the test fails on anything that went wrong in any of their pages, or in the server.
    """
    made: list[tuple[Visitor, Served, int]] = []

    def make(site: Served, *, in_browser: Browser | None = None, **options: Any) -> Visitor:
        if parked.url == "about:blank":
            parked.goto(f"{site.url}/_favicon.ico")
        visitor = Visitor(new_window(in_browser) if in_browser else window, site.url, **options)
        made.append((visitor, site, site.n_said()))
        return visitor

    yield make
    for visitor, _, _ in made:
        visitor.close()
    problems = [problem for visitor, _, _ in made for problem in visitor.problems]
    problems += [problem for _, site, after in made for problem in site.problems(after)]
    if problems:
        pytest.fail("\n".join(dict.fromkeys(problems)), pytrace=False)


@pytest.fixture
def visitor(new_visitor: NewVisitor, demo_site: Served) -> Visitor:
    """One visitor of the demo city."""
    return new_visitor(demo_site)


@pytest.fixture
def porto_alegre_visitor(new_visitor: NewVisitor, porto_alegre_site: Served) -> Visitor:
    """One visitor of Porto Alegre."""
    return new_visitor(porto_alegre_site)
