"""The matrices of Porto Alegre by ferrobus, run by ``bench_peers.py`` with the Python that has ferrobus.

ferrobus has no percentiles over a window for a matrix: one matrix a departure minute, then percentiles of
them with numpy. Its walking speed (1.4 m/s) cannot be set. Imports nothing of this project but
``measuring``. Prints one line of JSON; with ``--out`` also keeps the travel times of each departure.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from pathlib import Path

import ferrobus
import numpy as np
import pandas as pd
from measuring import cpu_seconds, memory_mib, peak_memory_mib, spent

UNREACHED = 2**16 - 1


def point(row: tuple[float, float], model: ferrobus.TransitModel, args: argparse.Namespace):
    """A point joined to the streets, None where that fails."""
    try:
        return ferrobus.create_transit_point(*row, model, args.walk_s, args.stops)
    except (ValueError, RuntimeError):
        return None


def percentiles(minutes: np.ndarray) -> np.ndarray:
    """Nearest rank of 5, 25, 50, 75, 95 over the first axis."""
    ranks = [-(-percent * len(minutes) // 100) - 1 for percent in (5, 25, 50, 75, 95)]
    return np.partition(minutes, ranks, axis=0)[ranks]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feed", type=Path, help="folder")
    parser.add_argument("osm_pbf", type=Path)
    parser.add_argument("cells", type=Path)
    parser.add_argument("--date", default="2019-05-13")
    parser.add_argument("--first-s", type=int, default=45_000)
    parser.add_argument("--departures", type=int, nargs="+", default=[60])
    parser.add_argument("--max-transfers", type=int, default=4, help="its rounds, which are rides")
    parser.add_argument("--walk-s", type=int, default=1_800)
    parser.add_argument("--transfer-s", type=int, default=900)
    parser.add_argument("--stops", type=int, default=1_000, help="most stops a point is joined to")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    places = pd.read_csv(args.cells)[["lat", "lon"]].to_numpy().tolist()
    found = {"program": "ferrobus 0.2.1", "imports_mib": memory_mib()}
    started = time.perf_counter()
    date = dt.date.fromisoformat(args.date)
    with spent() as ready:
        model = ferrobus.create_transit_model(str(args.osm_pbf), [str(args.feed)], date, args.transfer_s)
        joined = [point(row, model, args) for row in places]
    points = [one for one in joined if one is not None]
    found |= {"files_cpu_s": ready.cpu_s, "files_wall_s": ready.wall_s, "ready_mib": peak_memory_mib()}
    runs = []
    for departures in args.departures:
        with spent() as run:
            times = np.empty((departures, len(points), len(points)), np.uint16)
            for departure in range(departures):
                rows = ferrobus.travel_time_matrix(
                    model, points, args.first_s + 60 * departure, args.max_transfers
                )
                filled = [[UNREACHED if value is None else value for value in row] for row in rows]
                times[departure] = np.minimum(np.array(filled), UNREACHED)
            percentiles(times // 60)
        runs.append({"departures": departures, "cpu_s": run.cpu_s, "wall_s": run.wall_s})
        if args.out:
            known = np.array([one is not None for one in joined])
            np.savez(args.out.with_name(f"{args.out.name}_{departures}.npz"), times=times, known=known)
    found |= {"runs": runs, "peak_mib": peak_memory_mib(), "total_cpu_s": cpu_seconds()}
    found["total_wall_s"] = time.perf_counter() - started
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
