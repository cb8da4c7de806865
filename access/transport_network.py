"""A public transport network that can be asked for travel times: streets and timetables, read once.

``TransportNetwork`` is shaped like the class of that name in r5py. Streets are read when it is made; the
timetable of a date is unfolded when the date is first asked for. Both, and the walks between stops and
between the points asked for, are kept in a cache folder (``access.network_store``), so that a second process
is ready in a moment. Lower-level use: the attributes and methods hand out plain arrays.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from access.datasets import cache_folder
from access.engine.arrays import WalkLinks
from access.errors import AccessError, DataQualityWarning
from access.file_fingerprint import content_fingerprint
from access.network import walk_links
from access.network_files import feed_names, find_files, require_files
from access.network_store import NetworkStore, Text, key_of
from access.network_streets import (
    StepFreeStreets,
    read_roads,
    read_step_free_streets,
    read_walk_streets,
)
from access.points import WGS84, mode_name, places_on_streets, points_of, refuse
from access.service_days import KeptDay, ServiceDay, service_day, unfold
from access.snapping import Snap, snap
from access.street_graph import StreetGraph
from gtfs.timetable import Schedule

if TYPE_CHECKING:
    import geopandas as gpd
    import gtfs_kit
    import shapely

    from access.road_graph import RoadGraph, RoadRules
    from access.step_free import StepFreeReport

StepFree = Literal["best", "worst"] | None
PathName = str | PathLike[str]
Floats = npt.NDArray[np.float64]

DEFAULT_SNAP_M = 1600.0
"""Longest straight line to a street, the distance within which R5 links points."""


class TransportNetwork:
    """Streets and timetables of one area.

    Parameters
    ----------
    osm_pbf : path
        OpenStreetMap extract (``.osm.pbf``), or a street network of osmnx (``.graphml``).
    gtfs : path or list of paths
        GTFS feeds, zips or folders; without one only walking, cycling and driving can be asked for.
    cache : path or bool, optional
        Where what was read and worked out is kept for the next time: None or True for the user's cache
        folder (``FAIRREACH_CACHE`` names another one), a path for a folder of its own, False for nowhere.

    Raises
    ------
    AccessError
        What was given as a file is no path.
    InputDataError
        A file is missing or cannot be used as streets, or the cache folder cannot be written.
    gtfs.errors.FeedError
        A feed cannot be used.

    Warns
    -----
    DataQualityWarning, gtfs.errors.FeedQualityWarning
        Streets with gaps, tables left out; also when they come from the cache.
    RuntimeWarning
        A file in the cache was damaged; it has been worked out anew.
    """

    def __init__(
        self,
        osm_pbf: PathName,
        gtfs: PathName | Iterable[PathName] = (),
        *,
        cache: PathName | bool | None = None,
    ) -> None:
        self.osm_pbf, self.gtfs = _paths(osm_pbf, gtfs)
        require_files(self.osm_pbf, self.gtfs)
        self.feed_names = tuple(feed_names(self.gtfs))
        self._store = NetworkStore(_store_folder(cache))
        folder = self._store.folder
        self._streets_key = key_of("streets", self.osm_pbf.suffix, content_fingerprint(self.osm_pbf, folder))
        contents = [content_fingerprint(path, folder) for path in self.gtfs]
        _warn_of_repeats(self.gtfs, contents)
        self._feeds_key = key_of("feeds", *self.feed_names, *contents)
        self._feeds: dict[str, gtfs_kit.Feed] = {}
        self._roads: dict[str, RoadGraph] = {}
        self._days: dict[tuple[date, int, StepFree], ServiceDay] = {}
        self._step_free: dict[str, StepFreeStreets] = {}
        self.streets = self._store.get(
            "streets", self._streets_key, StreetGraph, lambda: read_walk_streets(self.osm_pbf)
        )
        if self.gtfs:
            self._store.get("feeds", self._feeds_key, Text, self._read_feeds)

    @classmethod
    def from_directory(cls, path: PathName, *, cache: PathName | bool | None = None) -> TransportNetwork:
        """Take the one ``.osm.pbf`` of a folder and all its GTFS zips.

        Raises
        ------
        InputDataError
            The folder has no ``.osm.pbf`` or several (r5py takes the first of several and warns).
        """
        osm_pbf, gtfs = find_files(Path(path))
        return cls(osm_pbf, gtfs, cache=cache)

    def __enter__(self) -> TransportNetwork:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __repr__(self) -> str:
        feeds = ", ".join(path.name for path in self.gtfs) or "no timetable"
        return f"TransportNetwork({self.osm_pbf.name}: {self.streets.n_edges:,} street edges; {feeds})"

    @property
    def extent(self) -> shapely.Polygon:
        """Box around the streets, in degrees."""
        import shapely

        return shapely.box(*self.streets.bounds)

    def walk_streets(self, step_free: StepFree = None) -> StreetGraph:
        """Return the streets to walk on: all, or those of a bound without steps, read when first asked for.

        Raises
        ------
        InputDataError
            The streets are no ``.osm.pbf``, or none is known to be passable.
        """
        return self.streets if step_free is None else self._step_free_streets(step_free).streets

    @property
    def step_free_report(self) -> StepFreeReport:
        """How much of the street length is known to be passable without steps, not to be, and not said."""
        return self._step_free_streets(next(iter(self._step_free), "best")).report  # of both bounds alike

    def service_day(self, service_date: date, horizon_s: int, step_free: StepFree = None) -> ServiceDay:
        """Return the timetable of one date; a date without trips is no error here.

        Parameters
        ----------
        service_date : date
            The day whose midnight is 0 s.
        horizon_s : int
            Trips of the day after are kept if they leave before this time.
        step_free : str, optional
            ``"best"`` or ``"worst"``: what ``gtfs.schedule.build_schedule`` takes.

        Raises
        ------
        AccessError
            The network has no feed.
        gtfs.errors.FeedError
            The tables hold something that would make travel times wrong.
        """
        if not self.gtfs:
            raise AccessError(
                "transport_modes has TRANSIT, but this network has no timetable; give a GTFS feed: "
                "TransportNetwork(osm_pbf, [gtfs, ...])"
            )
        wanted = service_date, horizon_s, step_free
        if wanted not in self._days:
            kept = self._store.get(
                "day",
                key_of(self._feeds_key, str(service_date), horizon_s, step_free),
                KeptDay,
                lambda: self._unfold(service_date, horizon_s, step_free),
            )
            self._days[wanted] = service_day(kept, service_date)
        return self._days[wanted]

    def roads(self, rules: RoadRules) -> RoadGraph:
        """Return the roads of a mode, read when first asked for.

        Parameters
        ----------
        rules : CyclingRules or DrivingRules
            Of ``access.cycling`` and ``access.driving``.

        Raises
        ------
        InputDataError
            The streets are no ``.osm.pbf``, or have nothing for this mode.
        """
        from access.road_graph import RoadGraph

        name = repr(rules)
        if name not in self._roads:
            key = key_of("roads", self._streets_key, name)
            self._roads[name] = self._store.get(
                "roads", key, RoadGraph, lambda: read_roads(self.osm_pbf, rules)
            )
        return self._roads[name]

    def snap(
        self,
        lon: Floats,
        lat: Floats,
        max_snap_m: float = DEFAULT_SNAP_M,
        rules: RoadRules | None = None,
        *,
        step_free: StepFree = None,
    ) -> Snap:
        """Join points (degrees WGS84) to the nearest street, or road of a mode; see ``access.snapping``."""
        streets = self.walk_streets(step_free) if rules is None else self.roads(rules)
        key = key_of("snap", self._streets_key, repr(rules), step_free, lon, lat, float(max_snap_m))
        return self._store.get("snap", key, Snap, lambda: snap(streets, lon, lat, max_snap_m))

    def snap_stops(
        self,
        schedule: Schedule,
        horizon_s: int,
        max_snap_m: float = DEFAULT_SNAP_M,
        *,
        step_free: StepFree = None,
    ) -> Snap:
        """Join the stops of a schedule to the streets; see ``access.stage_network.snap_stops``.

        Raises
        ------
        InputDataError
            No stop of a feed that is served on that day is near a street.
        """

        def work_out() -> Snap:
            from access.stage_network import snap_stops

            return snap_stops(self.walk_streets(step_free), schedule, max_snap_m)[0]

        options = str(schedule.service_date), horizon_s, float(max_snap_m), step_free
        return self._store.get(
            "stops", key_of("stops", self._streets_key, self._feeds_key, *options), Snap, work_out
        )

    def walks(
        self,
        sources: Snap,
        targets: Snap,
        *,
        max_walk_min: float,
        walk_speed_km_h: float,
        same_points: bool = False,
        threads: int | None = None,
        step_free: StepFree = None,
    ) -> WalkLinks:
        """Find every walk between points joined to the streets; see ``access.network.walk_links``."""
        options = float(max_walk_min), float(walk_speed_km_h), same_points, step_free
        return self._store.get(
            "walks",
            key_of("walks", self._streets_key, *sources, *targets, *options),
            WalkLinks,
            lambda: walk_links(
                self.walk_streets(step_free),
                sources,
                targets,
                max_walk_min=max_walk_min,
                walk_speed_km_h=walk_speed_km_h,
                same_points=same_points,
                threads=threads,
            ),
        )

    def rides(
        self,
        sources: Snap,
        targets: Snap,
        rules: RoadRules,
        *,
        max_duration_min: float,
        same_points: bool = False,
        threads: int | None = None,
    ) -> WalkLinks:
        """Find every way by bicycle or car between points; see ``access.street_modes.street_links``."""

        def work_out() -> WalkLinks:
            from access.street_modes import street_links

            return street_links(
                self.roads(rules),
                sources,
                targets,
                max_duration_min=max_duration_min,
                same_points=same_points,
                threads=threads,
            )

        options = repr(rules), float(max_duration_min), same_points
        key = key_of("rides", self._streets_key, *sources, *targets, *options)
        return self._store.get("rides", key, WalkLinks, work_out)

    def snap_to_network(
        self, points: gpd.GeoSeries, radius: float = DEFAULT_SNAP_M, street_mode: object = "WALK"
    ) -> gpd.GeoSeries:
        """Return where points join the streets, in their own CRS; empty points where no street is near.

        Parameters
        ----------
        points : GeoSeries
            Points with a CRS; left unchanged.
        radius : float
            Longest straight line to a street, metres.
        street_mode : str
            ``"WALK"`` only.

        Raises
        ------
        AccessError
            The points cannot be used, or another street mode is asked for.
        """
        import geopandas as gpd
        import shapely

        problems = []
        if mode_name(street_mode) != "WALK":
            problems.append(f"street_mode is {street_mode!r}; points are joined to streets for walking only")
        frame = gpd.GeoDataFrame({"id": range(len(points))}, geometry=points.to_numpy(), crs=points.crs)
        found = points_of(frame, "points", problems)
        refuse("Points cannot be joined to the streets", problems)
        places = places_on_streets(self.streets, self.snap(found.lon, found.lat, radius))
        geometry: Any = shapely.points(places)
        geometry[np.isnan(places[:, 0])] = shapely.Point()
        return gpd.GeoSeries(geometry, index=points.index, crs=WGS84).to_crs(points.crs or WGS84)

    def _step_free_streets(self, bound: str) -> StepFreeStreets:
        if bound not in self._step_free:
            key = key_of("step-free", self._streets_key, bound)
            self._step_free[bound] = self._store.get(
                "stepfree", key, StepFreeStreets, lambda: read_step_free_streets(self.osm_pbf, bound)
            )
        return self._step_free[bound]

    def _read_feeds(self) -> Text:
        """Read all feeds, so that a bad one is refused early; keep only that it went well."""
        from gtfs.feed import read_feed  # gtfs-kit takes half a second to import, a cached network needs none

        self._feeds = {
            name: read_feed(path, name) for name, path in zip(self.feed_names, self.gtfs, strict=True)
        }
        return Text.of(list(self.feed_names))

    def _unfold(self, service_date: date, horizon_s: int, step_free: StepFree) -> KeptDay:
        if not self._feeds:
            self._read_feeds()
        return unfold(self._feeds, service_date, horizon_s, step_free)


def _paths(osm_pbf: Any, gtfs: Any) -> tuple[Path, tuple[Path, ...]]:
    """Return the paths of streets and feeds; say what is wrong where they are none."""
    feeds = list(gtfs) if isinstance(gtfs, Iterable) and not isinstance(gtfs, str | bytes) else [gtfs]
    problems = []
    if not isinstance(osm_pbf, str | PathLike):
        problems.append(f"osm_pbf is {osm_pbf!r}; give the path of an OpenStreetMap extract (.osm.pbf)")
    wrong = [feed for feed in feeds if not isinstance(feed, str | PathLike)]
    if wrong:
        problems.append(
            f"gtfs has {', '.join(map(repr, wrong))}; give the path of a GTFS feed or a list of paths, and "
            "leave gtfs out where there is no timetable"
        )
    refuse("The network cannot be read", problems)
    return Path(osm_pbf), tuple(Path(feed) for feed in feeds)


def _warn_of_repeats(gtfs: Sequence[Path], contents: Sequence[str]) -> None:
    """Warn of a feed given twice: who waits for one of its vehicles would seem to have two."""
    first: dict[str, Path] = {}
    for path, content in zip(gtfs, contents, strict=True):
        same = first.setdefault(content, path)
        if same is not path:
            warnings.warn(
                f"gtfs: {path} and {same} are the same feed, so its vehicles count twice; give it once",
                DataQualityWarning,
                stacklevel=3,
            )


def _store_folder(cache: PathName | bool | None) -> Path | None:
    if cache is False:
        return None
    if cache is None or cache is True:
        return cache_folder() / "networks"
    return Path(cache)
