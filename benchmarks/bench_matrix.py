"""Whole travel-time matrix of Porto Alegre: CPU seconds of the batched engine beside the plain one.

    FAIRREACH_DATA=... python benchmarks/bench_matrix.py [--departures 60 120] [--rides any 4] [--threads 1 2]

1,227 x 1,227 cells, Monday 2019-05-13 from 12:30 on, walking 3.6 km/h, access and egress up to 30 minutes,
transfers up to 15, five percentiles. The first call of each engine is not counted: it compiles. Counted is
the whole call: checks, event program, scan, percentiles. The plain engine takes minutes for all origins, so
it runs on a sample of them and its time is multiplied up. Other programs on the machine lengthen CPU seconds
too (shared caches, two threads a core): compare figures of one run, and look at the load.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from access import plain_times, travel_times
from access.engine.arrays import WalkLinks
from access.network import walk_links
from access.snapping import snap
from access.streets import read_streets_pbf
from gtfs.feed import merge_feeds, read_feed
from gtfs.schedule import build_schedule

PERCENTILES = (5, 25, 50, 75, 95)


def porto_alegre(folder: Path) -> dict[str, Any]:
    """Timetable and walks between all cells."""
    feeds = {name: read_feed(folder / f"gtfs_{name}.zip", name) for name in ("eptc", "trensurb")}
    timetable = build_schedule(merge_feeds(feeds), date(2019, 5, 13)).timetable
    streets, _ = read_streets_pbf(folder / "osm.pbf")
    cells = pd.read_csv(folder / "land_use_h3.csv")
    doors = snap(streets, cells.lon.to_numpy(), cells.lat.to_numpy())
    stops = snap(streets, timetable.stop_lon, timetable.stop_lat)
    speed = {"walk_speed_km_h": 3.6}
    return {
        "timetable": timetable,
        "access": walk_links(streets, doors, stops, max_walk_min=30, **speed),
        "footpaths": walk_links(streets, stops, stops, max_walk_min=15, **speed),
        "egress": walk_links(streets, stops, doors, max_walk_min=30, **speed),
        "direct": walk_links(streets, doors, doors, max_walk_min=30, same_points=True, **speed),
        "n_destinations": len(cells),
    }


def some_origins(network: dict[str, Any], origins: np.ndarray) -> dict[str, Any]:
    """The same network with some of the origins only."""
    return {**network, **{name: _some_sources(network[name], origins) for name in ("access", "direct")}}


def _some_sources(links: WalkLinks, sources: np.ndarray) -> WalkLinks:
    kept = [np.arange(links.start[source], links.start[source + 1]) for source in sources]
    rows = np.concatenate(kept).astype(np.int64)
    start = np.cumsum([0, *map(len, kept)])
    return WalkLinks(start.astype(np.int64), links.target[rows], links.walk_s[rows])


def timed(call: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """Median CPU and wall seconds."""
    cpu_s, wall_s = [], []
    for _ in range(repeats):
        cpu, wall = time.process_time(), time.perf_counter()
        call()
        cpu_s.append(time.process_time() - cpu)
        wall_s.append(time.perf_counter() - wall)
    return statistics.median(cpu_s), statistics.median(wall_s)


def rss_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print one line for each setting."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--departures", type=int, nargs="+", default=[60, 120])
    parser.add_argument("--rides", nargs="+", default=["any", "4"])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--plain-origins", type=int, default=8, help="0 leaves the plain engine out")
    args = parser.parse_args()
    network = porto_alegre(Path(os.environ["FAIRREACH_DATA"]) / "porto-alegre")
    n_origins = len(network["access"].start) - 1
    sample = np.random.default_rng(1).choice(n_origins, args.plain_origins, replace=False)
    print(f"{n_origins} origins; after the imports and the input: {rss_mib():.0f} MiB")
    for departures in args.departures:
        for rides in args.rides:
            search = {
                "departure_start_s": 45_000,
                "departure_window_min": departures,
                "percentiles": PERCENTILES,
                "max_rides": None if rides == "any" else int(rides),
            }
            name = f"{departures} departures, {rides} rides"
            for threads in args.threads:
                call = lambda: travel_times.travel_time_percentiles(**network, **search, threads=threads)  # noqa: B023, E731
                found = call()
                cpu_s, wall_s = timed(call, args.repeats)
                print(
                    f"{name}, {threads} threads: batched {cpu_s:.2f} CPU s, {wall_s:.2f} s wall, "
                    f"peak {rss_mib():.0f} MiB, load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
            if len(sample):
                few = some_origins(network, sample)
                plain = lambda: plain_times.travel_time_percentiles(**few, **search, threads=1)  # noqa: B023, E731
                assert np.array_equal(plain(), found[:, sample])
                cpu_s_few, _ = timed(plain, 1)
                plain_cpu_s = cpu_s_few * n_origins / len(sample)
                print(
                    f"{name}: plain {plain_cpu_s:.1f} CPU s (extrapolated from {len(sample)} origins, "
                    f"equal results), {plain_cpu_s / cpu_s:.0f} times the batched engine",
                    flush=True,
                )


if __name__ == "__main__":
    main()
