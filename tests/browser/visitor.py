"""A visitor in a browser window: opens views, waits until they are ready, notes all that goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import pytest
from axe_source import axe_source
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
#: The page is quiet when nothing was asked of the server for so long.
QUIET_S = 0.4
LONGEST_WAIT_S = 30.0

PROBES = Path(__file__).with_name("probes.js")
WINDOW: ViewportSize = {"width": 1300, "height": 800}


def new_window(browser: Browser) -> BrowserContext:
    """Open a window without storage, whose pages know the probes."""
    window = browser.new_context(viewport=WINDOW)
    window.add_init_script(path=PROBES)
    return window


class Visitor:
    """A visitor of a served app, with a tab and a session storage of their own.

    The window may be shared with visitors before and after: what it keeps is what the browser has
    downloaded and compiled, which is half of the work of showing a page. Nothing may be kept in its
    cookies or its local storage; who leaves something there is told.

    Attributes
    ----------
    page : playwright.sync_api.Page
        What is seen.
    problems : list of str
        Errors of the console and of scripts, violations of the Content-Security-Policy, requests to
        anything but the server, answers of 400 and above, other tabs opened, storage left behind.
    """

    def __init__(
        self,
        window: BrowserContext,
        url: str,
        *,
        viewport: ViewportSize | None = None,
        reduced_motion: Literal["no-preference", "reduce"] | None = None,
    ) -> None:
        self.url = url
        self.problems: list[str] = []
        self._open: set[Request] = set()
        self._last_s = time.monotonic()
        self.window = window
        self.page: Page = window.new_page()
        if viewport:
            self.page.set_viewport_size(viewport)
        if reduced_motion:
            self.page.emulate_media(reduced_motion=reduced_motion)
        self.page.on("request", self._asked)
        self.page.on("requestfinished", self._ended)
        self.page.on("requestfailed", self._ended)
        self.page.on("response", self._answered)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        self.page.on("popup", lambda tab: self.problems.append(f"opened another tab: {tab.url[:200]}"))

    def goto(self, page: str = "gaps", **view: str | int) -> Page:
        """Open a view by its URL and wait until it is ready."""
        query = urlencode(view)
        self.page.goto(f"{self.url}/{page}{'?' + query if query else ''}")
        self.wait_idle()
        return self.page

    def wait_idle(self) -> None:
        """Wait until a page with a heading is there and nothing more is asked of the server."""
        self.page.wait_for_selector("main h1", timeout=LONGEST_WAIT_S * 1000)
        self._last_s, give_up = time.monotonic(), time.monotonic() + LONGEST_WAIT_S
        while self._open or time.monotonic() - self._last_s < QUIET_S:
            self.page.wait_for_timeout(50)
            assert time.monotonic() < give_up, f"never quiet: {[request.url for request in self._open]}"

    def axe(self, within: str = "html", tags: tuple[str, ...] = WCAG) -> list[str]:
        """Return every violation of a rule of WCAG 2.0 to 2.2, levels A and AA, in words; empty is good."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(axe_source())
        found: Mapping[str, Any] = self.page.evaluate(
            "([within, tags]) => axe.run(within, {runOnly: tags, resultTypes: ['violations']})",
            [within, list(tags)],
        )
        return [
            f"{each['impact']} {each['id']}: {each['help']} at "
            + "; ".join(f"{node['target']} {node['html'][:160]}" for node in each["nodes"][:4])
            for each in found["violations"]
        ]

    def passes_axe(self) -> None:
        """Fail on any violation."""
        if violations := self.axe():
            pytest.fail("\n".join(violations), pytrace=False)

    def cells_painted(self, at_least: float = 0.02) -> float:
        """Return which share of the map's canvas is painted, after waiting for so much of it."""
        give_up = time.monotonic() + LONGEST_WAIT_S
        while (share := float(self.probe("painted"))) < at_least:
            assert time.monotonic() < give_up, f"map: only {share:.3f} of the canvas is painted"
            self.page.wait_for_timeout(100)
        return share

    def probe(self, name: str) -> Any:
        """Ask the page something that ``probes.js`` knows."""
        return self.page.evaluate(f"window.probe.{name}()")

    def close(self) -> None:
        """Close the tab, note what it leaves behind in the window, and remove that."""
        kept = [each["name"] for each in self.window.cookies()]
        if self.page.url.startswith(self.url):
            kept += self.probe("takeKept")
        self.page.close()
        self.window.clear_cookies()
        self.problems += [f"left in the browser: {name}" for name in kept]

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.url).netloc:
            self.problems.append(f"asked outside: {request.url[:200]}")
        elif parts.scheme in ("http", "https"):
            self._open.add(request)

    def _ended(self, request: Request) -> None:
        self._open.discard(request)
        self._last_s = time.monotonic()

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"answer {response.status}: {response.request.method} {response.url[:200]}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text[:600]}")


#: ``new_visitor(site, viewport=..., reduced_motion=...)``, the fixture.
NewVisitor = Callable[..., Visitor]
