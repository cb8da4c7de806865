"""Speed and memory at the sizes that the engine promises, one piece of work a process.

    FAIRREACH_DATA=... python benchmarks/bench_scale.py ready | finer | day | metropolis | matrix | curve |
                                                        threads | start  [options]

ready       Porto Alegre's files to a network ready for a search, from the files and from our cache
finer       8,589 x 8,589 cells of H3 resolution 10, 120 departures, five percentiles
day         demo city medium: jobs within cutoffs, 1,440 departures of a day beside a window of two hours
metropolis  demo city metropolis: jobs within cutoffs from all cells, without a matrix
matrix      demo city metropolis: five percentiles of all pairs, streamed to a Parquet folder
curve       seconds a pair from 1,200 cells upward (the metropolis is in ``matrix``)
threads     one thread beside two, Porto Alegre and the demo city medium
start       from starting Python to Porto Alegre's first matrix: warm cache, and machine code still to compile

CPU seconds are user and system time of all threads and child processes. Demo cities are generated at first
use into the folder named by ``FAIRREACH_CACHE``, which takes minutes for the metropolis. Every line ends with
the load of the machine: other programs lengthen CPU seconds too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measuring import MIB, machine, memory_mib, peak_memory_mib, spent

HERE = Path(__file__).parent
CUTOFFS_MIN = (30, 45, 60)


def say(what: str, run: Any = None, more: str = "") -> None:
    """Print one line of a result."""
    taken = f": {run.cpu_s:.2f} CPU s, {run.wall_s:.2f} s wall" if run is not None else ""
    print(f"{what}{taken}{more}; load {os.getloadavg()[0]:.1f}", flush=True)


def own(*options: object, **environment: str) -> dict[str, Any]:
    """Porto Alegre's matrix in a process of its own; adds wall and CPU seconds of the whole process."""
    command = [sys.executable, str(HERE / "own_matrix.py"), *map(str, options)]
    with spent() as run:
        done = subprocess.run(command, stdout=subprocess.PIPE, env=os.environ | environment, check=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"process": run}


def ready(_: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as cache:
        own("--departures", 1)  # machine code of the kernels
        for what in ("from the files, nothing kept", "from the files, filling the cache", "from the cache"):
            found = own("--departures", 1, *(["--cache", cache] if "cache" in what else []))
            say(
                f"network {what}: {found['files_cpu_s']:.2f} CPU s, {found['files_wall_s']:.2f} s wall",
                more=f", {found['ready_mib'] - found['imports_mib']:.0f} MiB above the imports",
            )


def finer(args: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as cache:
        own("--departures", 1, "--finer", "--cache", cache)
        for threads in args.threads:
            found = own("--departures", 120, "--finer", "--cache", cache, "--threads", threads)
            one = found["runs"][0]
            say(
                f"{one['shape']} values, {threads} threads: {one['cpu_s']:.2f} CPU s, "
                f"{one['wall_s']:.2f} s wall",
                more=f", peak {found['peak_mib']:.0f} MiB with the result "
                f"({found['peak_mib'] - found['imports_mib']:.0f} above the imports)",
            )


def prepared(size: str, first_s: int, departures: int) -> tuple[Any, Any]:
    """A demo city ready to be searched, and its jobs."""
    from demo_city import demo_city

    from access.search import prepare_search

    with spent() as run:
        network, jobs = demo_city(size)
    connections = len(network["timetable"].visit_stop) - network["timetable"].n_trips
    say(
        f"{size}: {network['n_destinations']:,} cells, {network['timetable'].n_stops:,} stops, "
        f"{connections:,} connections on the day, {len(network['access'].target):,} access walks, "
        f"{len(network['footpaths'].target):,} footpaths",
        run,
        f", {memory_mib():.0f} MiB",
    )
    with spent() as run:
        search = prepare_search(**network, departure_start_s=first_s, departure_window_min=departures)
    say(f"search of {departures} departures prepared", run)
    return search, jobs


def access_to_jobs(size: str, first_s: int, departures: int, threads: int) -> Any:
    """Jobs within the cutoffs at the median, without a matrix."""
    from access.opportunities import opportunities_within

    search, jobs = prepared(size, first_s, departures)
    with spent() as run:
        found = opportunities_within(search, jobs, CUTOFFS_MIN, [50], threads=threads)
    say(
        f"{size}, {departures} departures, {threads} threads: jobs within {CUTOFFS_MIN} min",
        run,
        f", peak {peak_memory_mib():.0f} MiB; mean {found.mean(axis=(0, 2, 3)).round().tolist()}",
    )
    return run


def day(args: argparse.Namespace) -> None:
    access_to_jobs("small", 8 * 3600, 10, 1)  # machine code
    two_hours = access_to_jobs("medium", 8 * 3600, 120, args.threads[0])
    whole_day = access_to_jobs("medium", 0, 1_440, args.threads[0])
    say(f"a day takes {whole_day.cpu_s / two_hours.cpu_s:.1f} x the CPU seconds of two hours")


def metropolis(args: argparse.Namespace) -> None:
    from demo_city import FIRST_DEPARTURE_S

    access_to_jobs(args.size, FIRST_DEPARTURE_S, 120, args.threads[-1])


def matrix(args: argparse.Namespace) -> None:
    from demo_city import FIRST_DEPARTURE_S
    from porto_alegre import PERCENTILES

    from access.matrix_stream import stream_travel_times

    search, _ = prepared(args.size, FIRST_DEPARTURE_S, 120)
    ids = [str(number) for number in range(search.n_origins)]
    started, last = time.perf_counter(), [0.0]

    def progress(done: int, total: int) -> None:
        now = time.perf_counter() - started
        if now - last[0] > 60:
            last[0] = now
            print(f"  {done:,} of {total:,} after {now:.0f} s", flush=True)

    with tempfile.TemporaryDirectory(dir=args.disk) as folder, spent() as run:
        out = Path(folder) / "matrix"
        stream_travel_times(
            search,
            out,
            from_ids=ids,
            to_ids=ids,
            percentiles=PERCENTILES,
            threads=args.threads[-1],
            progress=progress,
        )
        size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    say(
        f"{args.size}, {search.n_origins:,} x {search.n_destinations:,} x {len(PERCENTILES)}, streamed",
        run,
        f", peak {peak_memory_mib():.0f} MiB, {size / MIB / 1024:.2f} GiB on disk, "
        f"{run.cpu_s / search.n_origins / search.n_destinations * 1e6:.3f} us a pair",
    )


def curve(args: argparse.Namespace) -> None:
    from demo_city import FIRST_DEPARTURE_S, demo_city
    from porto_alegre import FIRST_DEPARTURE_S as HALF_PAST_TWELVE
    from porto_alegre import PERCENTILES, cells, data_folder, finer_cells, inputs, ready_network

    from access.transport_network import TransportNetwork
    from access.travel_times import travel_time_percentiles

    def city() -> dict[str, Any]:
        osm_pbf, feeds = inputs(data_folder())
        return ready_network(TransportNetwork(osm_pbf, feeds), cells(data_folder()))

    def finer_city() -> dict[str, Any]:
        osm_pbf, feeds = inputs(data_folder())
        return ready_network(TransportNetwork(osm_pbf, feeds), finer_cells(cells(data_folder())))

    places: list[tuple[str, Callable[[], dict[str, Any]], int]] = [
        ("Porto Alegre, resolution 9", city, HALF_PAST_TWELVE),
        ("demo city small", lambda: demo_city("small")[0], FIRST_DEPARTURE_S),
        ("Porto Alegre, resolution 10", finer_city, HALF_PAST_TWELVE),
        ("demo city medium", lambda: demo_city("medium")[0], FIRST_DEPARTURE_S),
    ]
    for name, make, first_s in places:
        network = make()
        asked = {"departure_start_s": first_s, "departure_window_min": 120, "percentiles": PERCENTILES}
        if network["n_destinations"] < 5_000:
            travel_time_percentiles(**network, **asked)  # machine code
        with spent() as run:
            travel_time_percentiles(**network, **asked, threads=args.threads[0])
        pairs = network["n_destinations"] ** 2
        say(f"{name}: {network['n_destinations']:,} cells", run, f", {run.cpu_s / pairs * 1e6:.3f} us a pair")


def threads(args: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as cache:
        for departures, rides in ((60, None), (120, None), (120, 4)):
            limit = [] if rides is None else ["--rides", rides]
            for number in args.threads:
                found = own(
                    "--warm",
                    "--repeats",
                    7,
                    "--departures",
                    departures,
                    "--threads",
                    number,
                    "--cache",
                    cache,
                    *limit,
                )
                cpu_s, wall_s = (
                    sorted(one[what] for one in found["runs"])[3] for what in ("cpu_s", "wall_s")
                )
                least = min(one["cpu_s"] for one in found["runs"])
                say(
                    f"{departures} departures, {rides or 'any'} rides, {number} threads: {cpu_s:.2f} CPU s "
                    f"(median of 7, least {least:.2f}), {wall_s:.2f} s wall",
                    more=f", {found['peak_mib'] - found['imports_mib']:.0f} MiB above the imports",
                )


def start(_: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as machine_code:
        own("--departures", 60, "--cache", cache)
        for what, code in (
            ("warm cache", {}),
            ("nothing compiled", {"NUMBA_CACHE_DIR": machine_code}),
            ("after that", {"NUMBA_CACHE_DIR": machine_code}),
        ):
            found = own("--departures", 60, "--cache", cache, **code)
            say(f"start of Python to its end, first matrix of 60 departures, {what}", found["process"])


WORK = {
    function.__name__: function for function in (ready, finer, day, metropolis, matrix, curve, threads, start)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("work", nargs="+", choices=WORK)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--size", default="metropolis", choices=["small", "medium", "metropolis"])
    parser.add_argument("--disk", type=Path, help="folder with room for the streamed matrix")
    args = parser.parse_args()
    print(machine())
    for name in args.work:
        print(f"== {name}")
        WORK[name](args)


if __name__ == "__main__":
    main()
