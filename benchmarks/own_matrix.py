"""The matrix of Porto Alegre by this project, in a process of its own; started by the other benchmarks.

Prints one line of JSON: CPU seconds, and memory above the imports. ``--warm`` runs each matrix once before
it is measured, so that kernels are loaded. ``--cache`` takes the network from that folder (made where
missing).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from measuring import cpu_seconds, memory_mib, peak_memory_mib, spent

STARTED = time.perf_counter()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--departures", type=int, nargs="+", default=[60])
    parser.add_argument("--rides", type=int, help="most rides, any number without it")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--finer", action="store_true", help="8,589 cells of resolution 10")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()

    import numpy as np
    from porto_alegre import (
        FIRST_DEPARTURE_S,
        PERCENTILES,
        cells,
        data_folder,
        finer_cells,
        inputs,
        ready_network,
    )

    from access import travel_times
    from access.transport_network import TransportNetwork

    imports_cpu_s = cpu_seconds()
    found: dict[str, object] = {
        "program": "fairreach",
        "imports_mib": memory_mib(),
        "imports_cpu_s": imports_cpu_s,
    }
    with spent() as ready:
        osm_pbf, feeds = inputs(data_folder())
        network = TransportNetwork(osm_pbf, feeds, cache=args.cache or False)
        places = cells(data_folder())
        search = ready_network(network, finer_cells(places) if args.finer else places)
    found |= {"files_cpu_s": ready.cpu_s, "files_wall_s": ready.wall_s, "ready_mib": peak_memory_mib()}
    del network
    runs = []
    for departures in args.departures:
        asked = {
            "departure_start_s": FIRST_DEPARTURE_S,
            "departure_window_min": departures,
            "percentiles": PERCENTILES,
            "max_rides": args.rides,
            "threads": args.threads,
        }
        if args.warm:
            travel_times.travel_time_percentiles(**search, **asked)
        for _ in range(args.repeats):
            with spent() as run:
                minutes = travel_times.travel_time_percentiles(**search, **asked)
            runs.append(
                {"departures": departures, "cpu_s": run.cpu_s, "wall_s": run.wall_s, "shape": minutes.shape}
            )
        found.setdefault("first_matrix_s", time.perf_counter() - STARTED)
        if args.out:
            np.save(args.out.with_name(f"{args.out.name}_{departures}.npy"), minutes)
    found |= {"runs": runs, "peak_mib": peak_memory_mib(), "total_cpu_s": cpu_seconds()}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
