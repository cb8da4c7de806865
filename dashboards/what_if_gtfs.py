"""The timetables of a scenario as GTFS zips in memory; made in the worker, which holds the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from access.collected_warnings import collected_warnings
from access.scenario_export import write_export
from dashboards.private_folder import private_folder

if TYPE_CHECKING:
    from pathlib import Path

    from access.scenario import Scenario
    from access.warm_run import WarmRun

UNCHANGED = "as in the base"
_LEFT_OUT = ("manifest.json",)
"""Names folders of this machine."""


def files_of_export(
    warm: WarmRun, scenario: Scenario, temporary: Path, tell: Callable[[float], object]
) -> dict[str, bytes]:
    """Write the feeds that a scenario changes, check them, and return every file by name.

    Parameters
    ----------
    temporary : Path
        Folder to write in for the time being.
    tell : callable
        Called with the share done; what it raises ends the export.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        As ``access.scenario_export.write_export``.
    """
    same: set[str] = set()
    n_lines = 4 + len(scenario.modifications) + len(warm.feeds)
    with private_folder(temporary) as folder, collected_warnings(warm.told, log=False):
        out = folder / "export"
        for number, line in enumerate(write_export(warm, scenario, out), start=1):
            name, _, rest = line.strip().partition(": ")
            if rest == UNCHANGED:
                same.add(name)
            tell(min(0.95, number / n_lines))
        files = sorted(file for file in out.iterdir() if file.name not in {*same, *_LEFT_OUT})
        return {file.name: file.read_bytes() for file in files}
