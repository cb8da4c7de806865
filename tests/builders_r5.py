"""A pretended Java, a pretended jar of R5 and a pretended r5py, for tests without a JVM."""

from __future__ import annotations

import threading
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import geopandas as gpd
import numpy as np
import shapely

CLASSES = ("com/conveyal/r5/analyst/TravelTimeComputer.class", "com/conveyal/osmlib/OSM.class")


def write_jar(path: Path, classes: tuple[str, ...] = CLASSES) -> Path:
    """A jar with the names of R5's classes and nothing in them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in classes:
            archive.writestr(zipfile.ZipInfo(name), b"")
    return path


def write_java(home: Path, version: str, *, library: bool = True) -> Path:
    """The folder of a Java as far as one looks before starting it."""
    (home / "bin").mkdir(parents=True)
    (home / "release").write_text(f'IMPLEMENTOR="Nobody"\nJAVA_VERSION="{version}"\n')
    if library:
        (home / "lib" / "server").mkdir(parents=True)
        (home / "lib" / "server" / "libjvm.so").touch()
    return home


class PretendedRegionalTask:
    """The parts of r5py's ``RegionalTask`` that are used, with its own checks."""

    def __init__(
        self,
        transport_network: object,
        origin: Any = None,
        destinations: Any = None,
        *,
        departure: datetime,
        departure_time_window: timedelta,
        percentiles: list[int],
        transport_modes: list[str],
        access_modes: list[str],
        max_time: timedelta,
        max_time_walking: timedelta,
        speed_walking: float,
        max_public_transport_rides: int,
    ) -> None:
        assert max_time_walking <= max_time
        self.origin = origin
        self.destinations = destinations
        self.departure = departure
        self.departure_time_window = departure_time_window
        self.percentiles = percentiles
        self.modes = (transport_modes, access_modes)
        self.max_time = max_time
        self.max_time_walking = max_time_walking
        self.speed_walking = speed_walking
        self.max_rides = max_public_transport_rides
        self._regional_task = SimpleNamespace(monteCarloDraws=60, fromTime=0, toTime=0)

    @property
    def percentiles(self) -> list[int]:
        return self._percentiles

    @percentiles.setter
    def percentiles(self, percentiles: list[int]) -> None:
        assert len(percentiles) <= 5
        assert percentiles == sorted(percentiles)
        self._percentiles = percentiles


class PretendedNetwork:
    """Streets everywhere west of ``coast_lon``."""

    def __init__(
        self, osm_pbf: Path, gtfs: list[Path], *, allow_errors: bool, coast_lon: float = 0.5
    ) -> None:
        assert allow_errors
        self.files = [osm_pbf, *gtfs]
        self.coast_lon = coast_lon
        self.radius_m: float | None = None

    def snap_to_network(self, points: gpd.GeoSeries, radius: float) -> gpd.GeoSeries:
        self.radius_m = radius
        return points.apply(lambda point: point if point.x < self.coast_lon else shapely.Point())


class PretendedComputer:
    """Travel time: 10 minutes a hundredth of a degree east, one more a percentile; nowhere from 0.1 on.

    A place is reached from itself in one minute, as by R5, which walks to the street and back.
    """

    tasks: ClassVar[list[PretendedRegionalTask]] = []
    threads: ClassVar[set[int]] = set()

    def __init__(self, task: PretendedRegionalTask, network: PretendedNetwork) -> None:
        self.task = task
        self.tasks.append(task)
        self.threads.add(threading.get_ident())

    def computeTravelTimes(self) -> Any:
        east = self.task.destinations.geometry.x.to_numpy() - self.task.origin.x
        minutes = 1 + np.rint(1000 * np.abs(east)).astype(np.int64)
        rows = [
            [int(m) + percentile if m < 100 else 2**31 - 1 for m in minutes]
            for percentile in self.task.percentiles
        ]
        return SimpleNamespace(travelTimes=SimpleNamespace(getValues=lambda: rows))


PRETENDED = SimpleNamespace(RegionalTask=PretendedRegionalTask, TransportNetwork=PretendedNetwork)
