"""The engine R5 through r5py: the same cells, windows, percentiles and limits, the same matrix of minutes.

r5py's ``TravelTimeMatrix`` takes origin after origin on one core; here threads share the network and the
linked destinations, as Python waits unlocked while Java works.

Traps of r5py 1.1 that are avoided here:

- two input files of one name in two folders are taken for the same file: files go in under their checksum;
- ``snap_to_network`` sets points onto the street, so that the walk to it is lost: only asked, never used;
- faults in a feed stop it: they are let through and told, as feeds have been checked before;
- its cache of networks does not tell elevation costs apart: elevation is never given.

What R5 does otherwise than our engine: ``access.r5_mapping``. How it is started: ``access.r5_start``.
"""

from __future__ import annotations

import copy
import os
import shutil
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from access.datasets import cache_folder, sha256_of
from access.engine.arrays import UNREACHED_MIN, Minutes
from access.errors import AccessError
from access.r5_mapping import MAX_SNAP_M, R5Limits, R5Request, R5Window, minutes_of, r5_requests, rows_of
from access.r5_start import R5, warnings_of_r5py
from access.search import usable_cpus

Floats = npt.NDArray[np.float64]


class R5Network(NamedTuple):
    """Streets and timetables as R5 holds them."""

    r5: R5
    network: Any  # r5py.TransportNetwork


class R5Times(NamedTuple):
    """Travel times by R5."""

    minutes: Minutes  # (n_percentiles, n_origins, n_cells), 255 = not reached
    snapped: npt.NDArray[np.bool_]  # (n_cells,) whether R5 finds a street near the cell


def build_network(r5: R5, osm_pbf: Path, feeds: Sequence[Path]) -> R5Network:
    """Let R5 read streets and feeds; r5py keeps the ready network in its cache.

    Parameters
    ----------
    osm_pbf, feeds
        OpenStreetMap extract; GTFS zips or folders, at least one.

    Raises
    ------
    AccessError
        If R5 cannot read them.

    Warns
    -----
    DataQualityWarning
        With what R5 finds wrong in a feed.
    """
    given = (osm_pbf, *feeds)
    files = [by_checksum(file) for file in given]
    try:
        with warnings_of_r5py({copied.name: file.name for copied, file in zip(files, given, strict=True)}):
            network = r5.r5py.TransportNetwork(files[0], files[1:], allow_errors=True)
    except Exception as error:
        names = ", ".join(str(file) for file in given)
        raise AccessError(f"R5 cannot read {names}: {type(error).__name__}: {error}") from error
    return R5Network(r5, network)


def by_checksum(file: Path) -> Path:
    """Return the same file under a name that no other file has; a folder becomes a zip of its files."""
    checksum = sha256_of(file)[:16]
    folder = cache_folder() / "r5" / "inputs"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{checksum}-{file.name}{'.zip' if file.is_dir() else ''}"
    if target.exists():
        return target
    partial = folder / f".{os.getpid()}-{target.name}"
    partial.unlink(missing_ok=True)
    if file.is_dir():
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in sorted(file.glob("*.txt")):
                archive.write(member, member.name)
    else:
        shutil.copyfile(file, partial)
    partial.replace(target)
    return target


def r5_travel_times(
    network: R5Network,
    *,
    lon: Floats,
    lat: Floats,
    window: R5Window,
    percentiles: Sequence[float],
    limits: R5Limits,
    origins: npt.NDArray[np.int64] | None = None,
    usable: npt.NDArray[np.bool_] | None = None,
    max_snap_m: float = MAX_SNAP_M,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> R5Times:
    """Percentiles of door-to-door travel time over the departure minutes, computed by R5.

    Parameters
    ----------
    lon, lat : float64 array (n_cells,)
        Where the cells are; they are destinations and, unless ``origins`` says which, origins.
    window, limits
        See ``access.r5_mapping``.
    percentiles
        Whole numbers from 1 to 99, any number of them, in any order.
    origins : int array (n_origins,), optional
        Cells to leave from.
    usable : bool array (n_cells,), optional
        Cells to leave from and to reach at all; the others are as if not snapped.
    max_snap_m
        A cell farther than this from any street is not snapped, and neither left nor reached.
    threads
        Default one a core; the result does not depend on it.
    progress
        Called with the number of origins done.

    Returns
    -------
    R5Times
        A snapped cell reaches itself in 0 minutes.

    Raises
    ------
    AccessError
        If R5 cannot be asked for this, or fails.
    """
    requests = r5_requests(window, limits, percentiles)
    places = gpd.GeoDataFrame(
        {"id": np.arange(len(lon)).astype(str)}, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326"
    )
    snapped = snapped_cells(network, places, max_snap_m)
    if usable is not None:
        snapped &= usable
    chosen = np.arange(len(lon)) if origins is None else origins
    n_percentiles = sum(len(request.percentiles) for request in requests)
    result = np.full((n_percentiles, len(chosen), len(lon)), UNREACHED_MIN, np.uint8)
    cells = np.flatnonzero(snapped)
    rows = np.flatnonzero(snapped[chosen])
    if len(rows):
        with warnings_of_r5py({}):
            tasks = _tasks(network, places[snapped], requests)

        def one_origin(row: int) -> None:
            cell = chosen[row]
            times = np.concatenate([_minutes_from(network, task, lon[cell], lat[cell]) for task in tasks])
            result[:, row, cells] = minutes_of(times, limits.max_duration_min)
            result[:, row, cell] = 0

        _for_each_origin(one_origin, rows, threads or usable_cpus(), progress)
    if progress is not None:
        progress(len(chosen) - len(rows))
    return R5Times(result[rows_of(percentiles)], snapped)


def snapped_cells(network: R5Network, places: gpd.GeoDataFrame, max_snap_m: float) -> npt.NDArray[np.bool_]:
    """Ask R5 which points have a street that may be walked within reach."""
    radius = min(float(max_snap_m), float(MAX_SNAP_M))
    on_streets = network.network.snap_to_network(places.geometry, radius=radius)
    return np.asarray(~on_streets.is_empty.to_numpy(), dtype=np.bool_)


def _tasks(network: R5Network, destinations: gpd.GeoDataFrame, requests: Sequence[R5Request]) -> list[Any]:
    """Write the requests as r5py's tasks; they differ in percentiles and share the linked destinations."""
    request = requests[0]
    first = network.r5.r5py.RegionalTask(
        network.network,
        destinations=destinations,
        departure=datetime.combine(request.service_date, time(0)),
        departure_time_window=timedelta(seconds=request.to_s - request.from_s),
        percentiles=request.percentiles,
        transport_modes=["TRANSIT"],
        access_modes=["WALK"],
        max_time=timedelta(minutes=request.max_trip_min),
        max_time_walking=timedelta(minutes=request.max_walk_min),
        speed_walking=request.walk_speed_km_h,
        max_public_transport_rides=request.max_rides,
    )
    # r5py has no other way to these three; a time past midnight has no datetime on its service day.
    java_task = first._regional_task
    java_task.fromTime, java_task.toTime = request.from_s, request.to_s
    java_task.monteCarloDraws = request.monte_carlo_draws
    tasks = [first]
    for other in requests[1:]:
        tasks.append(copy.copy(first))
        tasks[-1].percentiles = other.percentiles
    return tasks


def _minutes_from(network: R5Network, task: Any, lon: float, lat: float) -> npt.NDArray[np.int64]:
    """Let R5 compute one origin: whole minutes (n_percentiles, n_destinations)."""
    request = copy.copy(task)
    request.origin = shapely.Point(lon, lat)
    values = network.r5.computer(request, network.network).computeTravelTimes().travelTimes.getValues()
    return np.array([np.array(row, dtype=np.int64) for row in values])


def _for_each_origin(
    work: Callable[[int], None],
    rows: npt.NDArray[np.int64],
    threads: int,
    progress: Callable[[int], object] | None,
) -> None:
    """Call ``work`` for every row; the first alone, as it links the destinations for all."""

    def one(row: int) -> None:
        try:
            work(row)
        except Exception as error:
            raise AccessError(f"R5 failed: {type(error).__name__}: {error}") from error

    one(int(rows[0]))
    if progress is not None:
        progress(1)
    executor = ThreadPoolExecutor(threads)
    try:
        for done in as_completed([executor.submit(one, int(row)) for row in rows[1:]]):
            done.result()
            if progress is not None:
                progress(1)
    finally:
        executor.shutdown(cancel_futures=True)
