"""The reading half of a run: every input read and checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from access.config_file import LoadedConfig
from access.place_sources import PlaceSources, read_place_sources
from access.progress import Progress
from access.stage_network import load_streets
from access.stage_places import Cells, Residents, load_cells, load_residents
from access.stage_services import Services, load_services
from access.stage_timetable import Timetables, load_timetables, read_feeds
from access.streets import StreetGraph, StreetReport

if TYPE_CHECKING:
    import gtfs_kit


@dataclass(frozen=True)
class Inputs:
    """What all inputs say, in the form that the computing half works with."""

    loaded: LoadedConfig
    timetables: Timetables
    streets: StreetGraph
    street_report: StreetReport
    cells: Cells
    residents: Residents
    services: Services


class Sources(NamedTuple):
    """What the files hold, as they give it: to be edited and brought into the form of ``Inputs`` again."""

    feeds: Mapping[str, gtfs_kit.Feed]
    places: PlaceSources


def read_inputs(loaded: LoadedConfig, progress: Progress) -> Inputs:
    """Read timetables, streets, cells, residents and opportunities, one stage each.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If an input cannot be used.
    """
    return read_with_sources(loaded, progress)[0]


def read_with_sources(loaded: LoadedConfig, progress: Progress) -> tuple[Inputs, Sources]:
    """Read as ``read_inputs``, and keep what the files hold."""
    with progress.stage("timetable") as stage:
        feeds = read_feeds(loaded)
        timetables = load_timetables(loaded, feeds)
        stage.counts = timetables.counts()
    with progress.stage("streets") as stage:
        streets, street_report = load_streets(loaded)
        stage.counts = {"edges": street_report.n_edges, "parts put aside": street_report.n_components - 1}
    with progress.stage("cells") as stage:
        sources = read_place_sources(loaded)
        cells = load_cells(loaded, sources)
        stage.counts = cells.counts()
    with progress.stage("residents") as stage:
        residents = load_residents(loaded, sources, cells)
        stage.counts = residents.summary()
    with progress.stage("opportunities") as stage:
        services = load_services(loaded, sources, cells.ids)
        stage.counts = services.summary()
    inputs = Inputs(loaded, timetables, streets, street_report, cells, residents, services)
    return inputs, Sources(feeds, sources)
