"""The routes and stops of a run that a scenario can name, in lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from access.config import RunConfig
from access.config_file import LoadedConfig
from access.errors import ResultError
from access.manifest import missing_inputs
from access.results import read_manifest
from access.stage_timetable import read_feeds
from gtfs.listing import route_lines, stop_lines
from gtfs.service_day import choose_service_date


def list_lines(run: Path, route: str | None = None) -> Iterator[str]:
    """List the routes of a run, or the patterns and stops of one; only its timetables are read.

    Parameters
    ----------
    run : Path
        Folder of a finished run.
    route : str, optional
        Id of a route, or a short name where no route has this id.

    Raises
    ------
    ResultError
        If the folder is no run, or its timetables are not as they were.
    gtfs.errors.ScenarioError
        If no feed has the route; the nearest are named.
    """
    manifest = read_manifest(run)
    if "config" not in manifest:
        raise ResultError(f"{run}: is no run (its manifest holds no configuration); name the folder of a run")
    if problems := missing_inputs(manifest):
        lines = "".join(f"\n  - {problem}" for problem in problems)
        raise ResultError(f"{run}: its inputs are not as they were:{lines}\nPut them back, or run again")
    config = RunConfig.model_validate(manifest["config"])
    loaded = LoadedConfig(config, Path(manifest["config_file"]), Path(manifest["data_folder"]))
    feeds = read_feeds(loaded)
    chosen = config.schedule.service_date
    usual = choose_service_date(feeds) if chosen == "auto" else chosen
    headline = next(each for each in config.periods if each.name == config.measures.headline.period)
    day = config.service_date_of(headline, usual)
    yield from route_lines(feeds, day) if route is None else stop_lines(feeds, day, route)
