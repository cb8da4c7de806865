"""Many visitors of the app at once: how long each answer takes, and how much memory it costs.

    python benchmarks/load_dashboard.py RUN_FOLDER [--visitors 20] [--seconds 60] [--think-s 2] [--write]

The app is served by the real command on loopback; the visitors are threads of this process that speak plain
HTTP and send what a browser sends on the page Gaps: the layout, other choices of the map, clicks on cells
with their panel and 24-hour clock, and the reach map of a cell while the slider moves over the day. Between
two actions a visitor thinks, ``--think-s`` seconds on average (exponential). All share the machine.

``--write`` puts the table into ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import psutil
from measuring import machine

ROOT = Path(__file__).parents[1]
README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- load_dashboard: begin -->", "<!-- load_dashboard: end -->"
MIB = 2**20
Seconds = dict[str, list[float]]


class Visitor(threading.Thread):
    """One visitor: a connection of its own, a view of its own."""

    def __init__(self, port: int, cells: list[str], until: float, think_s: float, seed: int) -> None:
        super().__init__(daemon=True)
        self.port, self.cells, self.until, self.think_s = port, cells, until, think_s
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.seconds: Seconds = defaultdict(list)
        self.failed: list[str] = []
        self.view = {"page": "gaps", "lang": self.random.choice(["en", "fr"])}

    def run(self) -> None:
        """Walk until the time is over."""
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.ask("layout", "GET", "/_dash-layout")
        self.callbacks = json.loads(self.ask("dependencies", "GET", "/_dash-dependencies"))
        while time.monotonic() < self.until:
            time.sleep(self.random.expovariate(1 / self.think_s))
            self.random.choices([self.other_map, self.click, self.slide, self.load], [4, 4, 4, 1])[0]()

    def load(self) -> None:
        """Load the page again, as from a link."""
        self.ask("layout", "GET", "/_dash-layout")

    def other_map(self) -> None:
        """Choose other minutes, another group or another service."""
        self.view |= {
            "cutoff": self.random.choice(["30", "45", "60"]),
            "group": self.random.choice(["all", "poorest40", "richest10"]),
        }
        self.view.pop("reach", None)
        self.call("other choice of the map", "map-paint", {"gaps-choice": str(self.random.random())})

    def click(self) -> None:
        """Click on a cell: its panel, then its clock."""
        row = self.random.randrange(len(self.cells))
        click = {"cell": row, "lat": 0, "lon": 0, "feature": None, "n": self.random.randrange(10**6)}
        self.view["cell"] = self.cells[row]
        self.call("click on a cell: panel", "gaps-cell-head", {"map-click": click})
        self.call(
            "click on a cell: 24-hour clock", "gaps-clock.children", {"gaps-shown-cell": self.cells[row]}
        )

    def slide(self) -> None:
        """Move the slider of the reach map to some minutes of the day."""
        self.view |= {"reach": "1", "cell": self.view.get("cell") or self.random.choice(self.cells)}
        for _ in range(3):
            self.view["at"] = str(self.random.randrange(6 * 60, 22 * 60, 5))
            self.call("reach map at another minute", "map-paint", {"gaps-choice": str(self.random.random())})
            time.sleep(self.random.expovariate(1 / 0.5))

    def call(self, name: str, output: str, values: dict[str, Any]) -> None:
        """Call the callback of the page Gaps whose outputs begin so."""
        callback = next(
            each for each in self.callbacks
            if not each.get("clientside_function") and output in each["output"].split("...")[0]
            and "gaps" in each["output"]
        )  # fmt: skip
        listed = callback["output"].strip(".").split("...")
        outputs = [
            {"id": _id(text.rpartition(".")[0]), "property": text.rpartition(".")[2]} for text in listed
        ]
        body = {
            "output": callback["output"],
            "outputs": outputs if callback["output"].startswith("..") else outputs[0],
            "inputs": [self.given(each, values) for each in callback["inputs"]],
            "state": [self.given(each, values) for each in callback["state"]],
            "changedPropIds": [f"{each['id']}.{each['property']}" for each in callback["inputs"][:1]],
        }
        self.ask(name, "POST", "/_dash-update-component", json.dumps(body))

    def given(self, each: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
        """Return one input as the browser sends it."""
        value = (
            self.view
            if each["id"] == "view"
            else next((v for k, v in values.items() if k in each["id"]), None)
        )
        return {"id": _id(each["id"]), "property": each["property"], "value": value}

    def ask(self, name: str, method: str, path: str, body: str | None = None) -> bytes:
        """Send a request and note how long the whole answer took."""
        referer = f"http://127.0.0.1:{self.port}/gaps?lang={self.view['lang']}"
        start = time.perf_counter()
        headers = {"Referer": referer, "Accept-Encoding": "gzip"}
        self.connection.request(method, path, body, {**headers, "Content-Type": "application/json"})
        answer = self.connection.getresponse()
        whole = answer.read()
        self.seconds[name].append(time.perf_counter() - start)
        if answer.status not in (200, 204):
            self.failed.append(f"{name}: {answer.status}")
        return gzip.decompress(whole) if answer.getheader("Content-Encoding") == "gzip" else whole


def _id(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else text


@contextmanager
def served(run: Path) -> Iterator[tuple[int, psutil.Process]]:
    """Serve a run by the real command until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dashboards", "dashboard", str(run), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, psutil.Process(server.pid)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def memory_mib(process: psutil.Process) -> float:
    """Memory of the server and of the processes it has started."""
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / MIB


def walk(run: Path, n_visitors: int, seconds: float, think_s: float) -> str:
    """Let visitors walk; return the result as a table."""
    cells = [str(cell) for cell in gpd.read_parquet(run / "cells.parquet", columns=["id", "geometry"])["id"]]
    with served(run) as (port, process):
        first = Visitor(port, cells, time.monotonic() + 15, 0.2, seed=0)
        first.start()  # what is made at the first call is not what many visitors wait for
        first.join()
        before_mib = memory_mib(process)
        until = time.monotonic() + seconds
        visitors = [Visitor(port, cells, until, think_s, seed=n + 1) for n in range(n_visitors)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        after_mib = memory_mib(process)
    taken: Seconds = defaultdict(list)
    for visitor in visitors:
        for name, each in visitor.seconds.items():
            taken[name] += each
    callbacks = [
        each for name, every in taken.items() if name not in ("layout", "dependencies") for each in every
    ]
    failed = sum(len(visitor.failed) for visitor in visitors)
    rows = [("**all callbacks**", callbacks), *sorted(taken.items())]
    lines = [
        f"{len(cells):,} cells, {n_visitors} visitors at once for {seconds:.0f} s, {think_s:g} s of thought "
        f"between two actions; {machine()}. {sum(map(len, taken.values()))} answers, {failed} failed. "
        f"Memory of the server {before_mib:.0f} MiB before and {after_mib:.0f} MiB after.",
        "",
        "| answer | n | median, s | 95 %, s | longest, s |",
        "|---|--:|--:|--:|--:|",
        *(
            f"| {name} | {len(s)} | {np.median(s):.2f} | {np.quantile(s, 0.95):.2f} | {max(s):.2f} |"
            for name, s in rows
        ),
    ]
    return "\n".join(lines)


def write(table: str) -> None:
    """Put the table between its marks in the page of results."""
    text = README.read_text(encoding="utf-8")
    if BEGIN not in text:
        text += SECTION
    head, _, rest = text.partition(BEGIN)
    README.write_text(f"{head}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


SECTION = f"""
## `load_dashboard.py`: many visitors of the app at once

```
python benchmarks/load_dashboard.py RUN_FOLDER --write
```

Visitors are threads that speak plain HTTP and send what a browser sends on the page Gaps. The promise: 95 %
of the answers within a second for 20 visitors on two cores.

{BEGIN}
{END}
"""


def main() -> None:
    """Run the load test."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think-s", type=float, default=2)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    table = walk(given.run, given.visitors, given.seconds, given.think_s)
    print(table)
    if given.write:
        write(table)


if __name__ == "__main__":
    main()
