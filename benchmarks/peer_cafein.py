"""The matrix of Porto Alegre by cafein, run by ``bench_peers.py`` with the Python that has cafein.

Imports nothing of this project but ``measuring`` (standard library), so that both can live in separate
environments. Prints one line of JSON; with ``--out`` also keeps results and walks for comparison.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import cafein
import cafein.streets
import geopandas as gpd
import numpy as np
import pandas as pd
from measuring import cpu_seconds, memory_mib, peak_memory_mib, spent


def points(cells_csv: Path) -> gpd.GeoDataFrame:
    table = pd.read_csv(cells_csv)
    geometry = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame({"id": table["id"]}, geometry=geometry, crs=4326)


def build(args: argparse.Namespace) -> cafein.TransportNetwork:
    """The lean network: no distances, no second street graph."""
    return cafein.TransportNetwork.from_gtfs(
        [str(args.feed)],
        osm_pbf=str(args.osm_pbf),
        walking_speed_kmph=3.6,
        max_walking_time=15,
        trip_distances=False,
        leg_geometries=False,
        street_modes=(),
    )


def matrix(
    network: cafein.TransportNetwork, cells: gpd.GeoDataFrame, departures: int, args: argparse.Namespace
):
    return network.travel_time_matrix(
        cells,
        departure=f"{args.date} {args.first}",
        max_rides=args.max_rides,
        departure_time_window=departures,
        percentiles=[5, 25, 50, 75, 95],
        router=args.router,
        walking_speed_kmph=3.6,
        max_walking_time=30,
        workers=args.workers,
    )


def moment(
    network: cafein.TransportNetwork, cells: gpd.GeoDataFrame, time_of_day: str, args: argparse.Namespace
):
    """Seconds of a single departure."""
    return network.travel_time_matrix(
        cells,
        departure=f"{args.date} {time_of_day}",
        max_rides=args.max_rides,
        walking_speed_kmph=3.6,
        max_walking_time=30,
    )


def walks(network: cafein.TransportNetwork, args: argparse.Namespace) -> dict[str, np.ndarray]:
    """Every walk that cafein uses, as (from, to, seconds): cell to stop, stop to stop, cell to cell."""
    table = pd.read_csv(args.cells)
    access = []
    for cell, (lat, lon) in enumerate(zip(table["lat"], table["lon"], strict=True)):
        try:
            found = network.access_stops(lat, lon, walking_speed_kmph=3.6, max_walking_time=30)
        except ValueError:  # off the streets
            continue
        access += [(cell, int(stop), seconds) for stop, seconds in found.items()]
    paths = cafein.streets.walking_footpaths(
        args.osm_pbf, network.stops, walking_speed_kmph=3.6, max_walking_time=15
    )
    stops = np.array([int(stop) for stop in paths.stop_ids])
    footpaths = np.stack([stops[paths.from_index], stops[paths.to_index], paths.seconds.astype(np.int64)], 1)
    # When no vehicle runs for half an hour, all that takes less is a walk.
    alone = moment(network, points(args.cells), args.quiet, args)
    origin, destination = np.nonzero(alone <= 30 * 60)
    direct = np.stack([origin, destination, alone[origin, destination].astype(np.int64)], 1)
    return {"access": np.array(access), "footpaths": footpaths, "direct": direct}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feed", type=Path)
    parser.add_argument("osm_pbf", type=Path)
    parser.add_argument("cells", type=Path)
    parser.add_argument("--date", default="2019-05-13")
    parser.add_argument("--first", default="12:30")
    parser.add_argument("--departures", type=int, nargs="*", default=[60])
    parser.add_argument("--router", default="tbtr", choices=["tbtr", "raptor"])
    parser.add_argument("--max-rides", type=int, default=8)
    parser.add_argument("--workers", type=int)
    parser.add_argument(
        "--moments", nargs="*", default=[], help="single departures to keep in --out, to the second"
    )
    parser.add_argument("--quiet", default="02:30", help="a time at which no vehicle runs for half an hour")
    parser.add_argument("--walks", type=Path, help="file for the walks (.npz)")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    cells = points(args.cells)
    found = {"program": f"cafein {cafein.__version__}, {args.router}", "imports_mib": memory_mib()}
    started = time.perf_counter()
    with spent() as ready:
        network = build(args)
    found |= {"files_cpu_s": ready.cpu_s, "files_wall_s": ready.wall_s, "ready_mib": peak_memory_mib()}
    runs = []
    for departures in args.departures:
        with spent() as run:
            values = matrix(network, cells, departures, args)
        runs.append(
            {"departures": departures, "cpu_s": run.cpu_s, "wall_s": run.wall_s, "shape": values.shape}
        )
        if args.out:
            np.save(args.out.with_name(f"{args.out.name}_{departures}.npy"), values)
    if args.moments:
        single = [moment(network, cells, time_of_day, args) for time_of_day in args.moments]
        np.save(args.out.with_name(f"{args.out.name}_moments.npy"), np.stack(single))
    if args.walks:
        np.savez(args.walks, **walks(network, args))
    found |= {"runs": runs, "peak_mib": peak_memory_mib(), "total_cpu_s": cpu_seconds()}
    found["total_wall_s"] = time.perf_counter() - started
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
