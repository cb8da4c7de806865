"""Our matrix of Porto Alegre beside those of cafein and ferrobus: CPU seconds and memory, in one run.

    FAIRREACH_DATA=... python benchmarks/bench_peers.py --cafein PYTHON --ferrobus PYTHON

PYTHON is the interpreter of an environment in which that program is installed (``pip install cafein
psutil``). 1,227 x 1,227 cells, Monday 2019-05-13 from 12:30 on, walks of 30 minutes to and from stops and
15 between them, five percentiles. All get the same vehicles: the two feeds with blank times filled by our
rule (``porto_alegre.py``). Each program runs in a process of its own, one after another; CPU seconds are
user and system time of the process with its children. Memory is the peak of the process less what it held
after its imports; it covers everything from reading the files to the finished matrix.

ferrobus walks 1.4 m/s whatever it is asked, and has no percentiles: each departure is a search of its own,
so a few are measured and multiplied up. It joins a point to its 10 nearest stops unless told otherwise;
with 1,000 it does the same job as the others.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring import machine

HERE = Path(__file__).parent


def run(python: str, script: str, *options: object) -> dict[str, Any]:
    """Run a script of this folder and read the line of JSON that it prints."""
    command = [python, str(HERE / script), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{script} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def show(name: str, found: dict[str, Any], ours: dict[int, float]) -> None:
    """Print one line for each window."""
    above = found["peak_mib"] - found["imports_mib"]
    print(f"{name}: files to network {found['files_cpu_s']:.2f} CPU s; {above:.0f} MiB above the imports")
    for one in found["runs"]:
        departures, cpu_s = round(one["departures"]), one["cpu_s"]
        ratio = f", {cpu_s / ours[departures]:.0f} x ours" if departures in ours else ""
        print(
            f"  {departures} departures: {cpu_s:.2f} CPU s, {one['wall_s']:.2f} s wall{ratio}; "
            f"load {os.getloadavg()[0]:.1f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cafein", help="Python that has cafein")
    parser.add_argument("--ferrobus", help="Python that has ferrobus")
    parser.add_argument("--departures", type=int, nargs="+", default=[60, 120])
    parser.add_argument("--routers", nargs="+", default=["tbtr"], choices=["tbtr", "raptor"])
    parser.add_argument("--ferrobus-departures", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    args = parser.parse_args()
    city = Path(os.environ["FAIRREACH_DATA"]) / "porto-alegre"
    print(machine())
    ours: dict[int, float] = {}
    for (
        departures
    ) in args.departures:  # a process for each window, so that memory is that of the window alone
        for rides in (None, 4):
            for threads in args.threads:
                limit = [] if rides is None else ["--rides", rides]
                found = run(
                    sys.executable, "own_matrix.py", "--warm", "--repeats", 3, "--departures", departures,
                    "--threads", threads, *limit,
                )  # fmt: skip
                show(f"fairreach, {rides or 'any number of'} rides, threads {threads}", found, {})
                if rides is None and threads == args.threads[0]:
                    ours[departures] = sorted(one["cpu_s"] for one in found["runs"])[1]
    with tempfile.TemporaryDirectory() as folder:
        feed = Path(folder) / "feed"
        subprocess.run([sys.executable, str(HERE / "porto_alegre.py"), str(feed)], check=True)  # noqa: S603
        files = city / "osm.pbf", city / "land_use_h3.csv"
        for departures in args.departures if args.cafein else []:
            for router in args.routers:
                found = run(
                    args.cafein, "peer_cafein.py", f"{feed}.zip", *files,
                    "--departures", departures, "--router", router,
                )  # fmt: skip
                show(found["program"], found, ours)
        for stops in (10, 1_000) if args.ferrobus else ():
            sample = args.ferrobus_departures
            found = run(
                args.ferrobus, "peer_ferrobus.py", feed, *files, "--departures", sample, "--stops", stops
            )
            one = found["runs"][0]
            found["runs"] = [
                {name: value / sample * departures for name, value in one.items()}
                for departures in args.departures
            ]
            show(
                f"{found['program']}, {stops} stops a point, extrapolated from {sample} departures",
                found,
                ours,
            )
    print(machine())


if __name__ == "__main__":
    main()
