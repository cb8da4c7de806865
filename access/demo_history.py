"""Ten years of the demo city: the files of each quarter, and the runs that file them into a store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from importlib.resources import files as package_files
from pathlib import Path

import yaml

from access import demo_plan as plan
from access.demo_city import DemoCityFiles, write_demo_city
from access.demo_history_people import BaseCity, write_people
from access.demo_history_plan import N_SNAPSHOTS, moment, observed_on
from access.demo_history_timetable import write_timetables
from access.errors import InputDataError
from access.observatory_city import checked_city
from access.observatory_store import is_server, reading

CITY = "marlune"
QUIET_CITY = "marlune-quiet"
"""Short name of the city to which nothing happens."""
CONFIG = "config.yaml"


def write_moment(
    folder: Path, number: int, base: BaseCity, size: plan.CitySize, seed: int, *, planted: bool = True
) -> Path:
    """Write the files of one snapshot and a configuration that runs on them.

    What no quarter changes (streets, schools, outlines) is linked from the base city where the disk can.

    Returns
    -------
    Path
        The configuration, ``config.yaml`` in ``folder``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    now = moment(number, planted=planted)
    write_timetables(folder, now, size, seed)
    write_people(folder, now, base)
    for same in (base.files.streets, base.files.schools, base.files.boundary, base.files.neighbourhoods):
        _linked(same, folder / same.name)
    content = yaml.safe_load(
        package_files("access.data").joinpath("demo_history.yaml").read_text(encoding="utf-8")
    )
    content["schedule"]["service_date"] = now.observed_on
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    (folder / CONFIG).write_text(text, encoding="utf-8")
    return folder / CONFIG


def run_history(
    out: Path,
    store: str | Path,
    *,
    snapshots: int = N_SNAPSHOTS,
    city: str | None = None,
    seed: int = 1,
    planted: bool = True,
    threads: int | None = None,
    told: Callable[[str], None] | None = None,
) -> list[date]:
    """Generate, run and file the history; what the store has already is left out.

    Parameters
    ----------
    out : Path
        Folder of the generated files; made if missing. Each run is removed when it is filed.
    store : str or Path
        Where to file.
    snapshots : int
        How many quarters, from the first.
    city : str, optional
        Short name in the store; without it ``CITY``, and ``QUIET_CITY`` where nothing is planted.
    planted : bool
        False: a history of noise alone.
    told : callable, optional
        Called with the day of each snapshot when it begins.

    Returns
    -------
    list of date
        Service days that were filed now.

    Raises
    ------
    InputDataError
        If the number of snapshots is not within the history.
    StoreError
        If ``city`` is no short name; told before anything is generated.
    """
    from access.observatory import observe
    from access.pipeline import run

    if not 1 <= snapshots <= N_SNAPSHOTS:
        raise InputDataError(f"demo history: {snapshots} snapshots asked, allowed are 1 to {N_SNAPSHOTS}")
    city = checked_city(city if city is not None else CITY if planted else QUIET_CITY)
    out = Path(out).absolute()
    size = plan.SIZES["small"]
    if not DemoCityFiles(out / "base").census.exists():
        out.mkdir(parents=True, exist_ok=True)
        write_demo_city(out / "base", size="small", seed=seed)
    base = BaseCity(out / "base", seed)
    filed, known = [], _filed_days(store, city)
    for number in range(snapshots):
        day = observed_on(number)
        if day in known:
            continue
        if told is not None:
            told(f"{day} ({number + 1} of {snapshots})")
        config = write_moment(out / str(day), number, base, size, seed, planted=planted)
        folder = out / "runs" / str(day)
        run(config, out=folder, threads=threads, with_report=False, show_bar=False)
        observe(folder, store, city=city)
        shutil.rmtree(folder)
        filed.append(day)
    return filed


def _filed_days(store: str | Path, city: str) -> set[date]:
    """Return the days of a city that a store holds; none where there is no store yet."""
    if not is_server(store) and not Path(store).exists():
        return set()
    with reading(store) as opened:
        return set(opened.rows("snapshot", ["observed_on"], city=city)["observed_on"])


def _linked(source: Path, target: Path) -> None:
    """Give ``source`` a second name; a copy where links cannot be made."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
