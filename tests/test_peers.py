"""Travel times beside those of cafein and ferrobus on the same vehicles: each difference has its cause.

Opt-in, minutes long: ``FAIRREACH_CAFEIN`` and ``FAIRREACH_FERROBUS`` name the Python of an environment that
has the program (``pip install cafein psutil``); neither is a dependency of this project. Both get the day's
vehicles with blank times filled by our rule. Where their rules differ from ours, ours are changed to theirs
one by one (``benchmarks/same_rules.py``) until nothing is left: what was changed is the explanation.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
DEPARTURES_S = (45_000, 45_420)
UNREACHED = 255
ROWS = npt.NDArray[np.int64]

pytestmark = [pytest.mark.slow, pytest.mark.real_data]


@pytest.fixture(scope="module")
def city() -> Iterator[ModuleType]:
    """The helpers of the benchmarks."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import porto_alegre as helpers

        yield helpers
    finally:
        sys.path.remove(str(BENCHMARKS))


def peer_python(name: str) -> str:
    variable = f"FAIRREACH_{name.upper()}"
    python = os.environ.get(variable)
    if not python:
        pytest.skip(f"opt-in: set {variable} to the Python of an environment that has {name}")
    return python


def run(python: str, script: str, *options: object) -> None:
    command = [python, str(BENCHMARKS / script), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def half_minutes_of(seconds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """As ``same_rules.half_minutes`` has them; -1 is unreached."""
    return np.where((seconds < 0) | (seconds // 30 > 254), UNREACHED, seconds // 30)


def walks_through_a_stop(access: ROWS, n_cells: int, n_stops: int) -> ROWS:
    """Shortest walks from cell to cell by way of a stop, without a ride."""
    reached = np.full((n_cells, n_stops), 2**30)
    reached[access[:, 0], access[:, 1]] = access[:, 2]
    by_stop = np.full((n_cells, n_cells), 2**30)
    for cell in np.unique(access[:, 0]):
        stops = np.flatnonzero(reached[cell] < 2**30)
        by_stop[cell] = (reached[cell, stops] + reached[:, stops]).min(axis=1)
    np.fill_diagonal(by_stop, 2**30)
    origin, destination = np.nonzero(by_stop <= 2 * 30 * 60)
    return np.stack([origin, destination, by_stop[origin, destination]], 1)


def shortest(rows: ROWS) -> ROWS:
    """One walk a pair, the shortest."""
    rows = rows[np.lexsort(rows.T[[2, 1, 0]])]
    kept = np.ones(len(rows), bool)
    kept[1:] = (rows[1:, :2] != rows[:-1, :2]).any(axis=1)
    return rows[kept]


def equal_share(ours: npt.NDArray[np.uint8], theirs: npt.NDArray[np.int64]) -> float:
    return float(np.mean(ours == theirs))


def test_cafein_gives_the_same_half_minutes_once_its_five_rules_are_ours(
    porto_alegre: Path, city: ModuleType, tmp_path: Path
) -> None:
    import same_rules

    python = peer_python("cafein")
    schedule, network, _ = city.porto_alegre(porto_alegre, cache=False)
    city.write_filled_feed(schedule, tmp_path / "feed")
    run(
        python, "peer_cafein.py", tmp_path / "feed.zip", porto_alegre / "osm.pbf",
        porto_alegre / "land_use_h3.csv", "--departures", 10, "--moments", "12:30", "12:37",
        "--walks", tmp_path / "walks.npz", "--out", tmp_path / "times",
    )  # fmt: skip
    seconds = np.load(tmp_path / "times_moments.npy").astype(np.int64)
    theirs = half_minutes_of(np.where(seconds == 2**32 - 1, -1, seconds))
    walks = dict(np.load(tmp_path / "walks.npz"))
    n_cells, n_stops = network["n_destinations"], schedule.timetable.n_stops

    def share(changed: dict[str, object]) -> float:
        return equal_share(same_rules.half_minutes(changed, DEPARTURES_S, max_rides=8), theirs)

    # 1. No time before boarding; 2. its own streets, joined and rounded its way.
    own_walks = share(network)
    changed = same_rules.with_walks(network, **walks)
    same_walks = share(changed)
    # 3. From a footpath one walks on to the destination.
    onward = same_rules.walked_on(walks["access"], walks["footpaths"], n_stops)
    changed = changed | {"egress": same_rules.links_of(same_rules.backwards(onward), n_stops)}
    walked_on = share(changed)
    # 4. Two walks of 30 minutes meet at a stop, without a ride.
    direct = shortest(
        np.concatenate([walks["direct"], walks_through_a_stop(walks["access"], n_cells, n_stops)])
    )
    changed = changed | {"direct": same_rules.links_of(direct, n_cells)}
    everything = share(changed)

    assert own_walks < same_walks < walked_on < everything
    assert everything == 1.0  # measured: 81.9 %, 98.4 %, 99.4 % on the way there
    # 5. Percentile p of n departures is the one of rank p / 100 * (n - 1), rounded, counted from 0.
    seconds = np.load(tmp_path / "times_10.npy").transpose(2, 0, 1).astype(np.int64)
    percentiles = half_minutes_of(np.where(seconds == 2**32 - 1, -1, seconds))
    window = same_rules.half_minutes(changed, range(45_000, 45_600, 60), max_rides=8)
    ranks = [int(percentile / 100 * 9 + 0.5) for percentile in (5, 25, 50, 75, 95)]
    assert equal_share(np.sort(window, axis=0)[ranks], percentiles) == 1.0


def test_ferrobus_rides_the_same_vehicles_to_the_second_where_nobody_walks(
    porto_alegre: Path, city: ModuleType, tmp_path: Path
) -> None:
    """Stops as origins and destinations, streets on which no walk is short enough, one route a pattern.

    Its walks cannot be had from it. By its source one changes when the vehicle one came by departs, not when
    it arrives, so here vehicles do not dwell. It takes one second more at an end where its coordinates of a
    stop and of the street differ in the last digit; ours takes that second at both ends of every journey.
    """
    import same_rules

    python = peer_python("ferrobus")
    schedule = city.schedule_of(porto_alegre)
    timetable = schedule.timetable
    timetable = timetable._replace(arrival_s=timetable.departure_s)
    schedule = dataclasses.replace(schedule, timetable=timetable)
    city.write_filled_feed(schedule, tmp_path / "feed", city.one_pattern_a_route(schedule))
    stops = some_stops(timetable, 400)
    write_star(timetable.stop_lon, timetable.stop_lat, tmp_path / "star.osm.pbf")
    table = {"id": stops, "lon": timetable.stop_lon[stops], "lat": timetable.stop_lat[stops]}
    pd.DataFrame(table).to_csv(tmp_path / "stops.csv", index=False)
    run(
        python, "peer_ferrobus.py", tmp_path / "feed", tmp_path / "star.osm.pbf", tmp_path / "stops.csv",
        "--departures", 2, "--walk-s", 1, "--transfer-s", 1, "--stops", 1, "--out", tmp_path / "times",
    )  # fmt: skip
    found = np.load(tmp_path / "times_2.npz")
    assert found["known"].all()
    theirs = np.where(found["times"] == 2**16 - 1, -1, found["times"].astype(np.int64))
    everybody = np.arange(len(stops))
    at_stops = np.stack([everybody, stops, np.ones(len(stops), np.int64)], 1)
    network = same_rules.with_walks(
        {"timetable": timetable, "n_destinations": len(stops)},
        access=at_stops,
        footpaths=np.empty((0, 3), np.int64),
        direct=np.stack([everybody, everybody, np.zeros(len(stops), np.int64)], 1),
    )
    compared = 0
    for origin in range(0, len(stops), 20):
        for departure, departure_s in enumerate((45_000, 45_060)):
            ours = same_rules.seconds(network, departure_s, origin, max_rides=4)
            both = (ours >= 0) & (theirs[departure, origin] >= 0)
            late_s = ours[both] - theirs[departure, origin][both]
            assert set(np.unique(late_s)) <= {0, 1}
            compared += int(both.sum())
    assert compared > 5_000


def some_stops(timetable: object, n: int) -> npt.NDArray[np.int64]:
    """Served stops that share their coordinates with no other."""
    lon, lat, visit_stop = (getattr(timetable, name) for name in ("stop_lon", "stop_lat", "visit_stop"))
    shared = pd.DataFrame({"lon": lon.round(7), "lat": lat.round(7)}).duplicated(keep=False).to_numpy()
    served = np.bincount(visit_stop, minlength=len(lon)) > 0
    return np.sort(np.random.default_rng(1).choice(np.flatnonzero(served & ~shared), n, replace=False))


def write_star(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], path: Path) -> None:
    """One street from each stop to a place thousands of kilometres away: connected, and nothing in reach."""
    import osmium

    writer = osmium.SimpleWriter(str(path))
    node, way = osmium.osm.mutable.Node, osmium.osm.mutable.Way
    writer.add_node(node(id=1, location=(float(lon[0]), float(lat[0]) + 60)))
    for number, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        writer.add_node(node(id=number + 2, location=place))
    for number in range(len(lon)):
        writer.add_way(way(id=number + 1, nodes=[number + 2, 1], tags={"highway": "footway"}))
    writer.close()
