"""What the page Over time looks at: city, series, number, two snapshots; checked against the store."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask
import pandas as pd

from access.observatory_read import cities_with_snapshots, series_of, snapshots_of
from access.observatory_store import Store
from dashboards.run_data import RunData, RunError, Runs
from dashboards.store_data import StoreData
from dashboards.time_numbers import options_of
from dashboards.view import View

#: Between the run of a view and a city that it looks at in the store.
_OF_RUN = "~"


@dataclass(frozen=True)
class Choice:
    """What is looked at.

    Attributes
    ----------
    city : str
        Short name of the city in the store.
    series : str
        One of the city's; by default the one in which something was filed last.
    snapshots : tuple of str
        Snapshots of the series in order of their days.
    days : tuple of date
        Their days.
    number : str
        Keys of the number as ``dashboards.how.key_text`` writes them; empty where the store has none.
    before, after : str
        Snapshots that the map of change compares; empty where there are fewer than two.
    """

    city: str
    series: str
    snapshots: tuple[str, ...]
    days: tuple[Any, ...]
    number: str
    before: str
    after: str

    def day_of(self, snapshot: str) -> Any:
        """Return the day of a snapshot of the series; None for another."""
        return dict(zip(self.snapshots, self.days, strict=True)).get(snapshot)


def cities_in(store: StoreData) -> pd.DataFrame:
    """Return city, name_en and name_fr of every city of which something is filed."""
    return store.kept(("cities",), cities_with_snapshots)


def series_in(store: StoreData, city: str) -> pd.DataFrame:
    """Return the series of a city that have snapshots, the newest last."""

    def read(opened: Store) -> pd.DataFrame:
        found = series_of(opened, city)
        return found[found["snapshots"].notna()].reset_index(drop=True)

    return store.kept(("series", city), read)


def snapshots_in(store: StoreData, city: str, series: str) -> pd.DataFrame:
    """Return the snapshots of a series in order of their days."""
    return store.kept(("snapshots", city, series), lambda opened: snapshots_of(opened, city, series))


def choice_of(store: StoreData, data: RunData, view: View) -> Choice | None:
    """Return what a view looks at; what the store does not have becomes the newest; None of an empty store.

    Raises
    ------
    StoreReadError
        If the store cannot be read.
    """
    city = city_of(store, data, view)
    if not city:
        return None
    listed = series_in(store, city)
    known = [str(each) for each in listed["series"]]
    series = _one_of(view.more.get("series", ""), known, known[-1])
    filed = snapshots_in(store, city, series)
    names = tuple(str(each) for each in filed["snapshot"])
    numbers = [option.key for option in options_of(store, names[-1])]
    before, after = _pair(view.more.get("before", ""), view.more.get("after", ""), names)
    return Choice(
        city,
        series,
        names,
        tuple(filed["observed_on"]),
        _one_of(view.more.get("number", ""), numbers, next(iter(numbers), "")),
        before,
        after,
    )


def city_of(store: StoreData, data: RunData, view: View) -> str:
    """Return the city asked for, else that of the run, else the first; empty where the store has none.

    A city is asked for together with the run it was chosen under: whoever then chooses another run in the
    header sees that run's city.
    """
    frame = cities_in(store)
    known = [str(each) for each in frame["city"]]
    run, mark, wanted = view.more.get("city", "").partition(_OF_RUN)
    if mark and run == view.run and wanted in known:
        return wanted
    return city_of_run(frame, data) or next(iter(known), "")


def city_key(view: View, city: str) -> str:
    """Return the value of the view's key ``city``."""
    return f"{view.run}{_OF_RUN}{city}"


def city_of_run(frame: pd.DataFrame, data: RunData) -> str:
    """Return the city of the store that a run is of, by its English name or short name; empty without one."""
    name = _english(data.manifest.get("name"))
    if not name:
        return ""
    for row in frame.to_dict("records"):
        if str(row.get("name_en") or "") == name:
            return str(row["city"])
    return slug_of(name) if slug_of(name) in set(frame["city"]) else ""


def run_of_city(store: StoreData, runs: Runs, city: str, shown: RunData) -> RunData | None:
    """Return a run of a city, for its map: the one that is shown if it is of that city; None without one."""
    frame = cities_in(store)
    if city_of_run(frame, shown) == city:
        return shown
    for name in runs.names:
        try:
            data = runs.get(name)
        except RunError:
            continue
        if city_of_run(frame, data) == city:
            return data
    return None


def runs_here() -> Runs:
    """Return the runs of the app that answers now."""
    runs: Runs = flask.current_app.config["RUNS"]
    return runs


def slug_of(name: str) -> str:
    """Return a name as short names of cities are written: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _pair(before: str, after: str, names: tuple[str, ...]) -> tuple[str, str]:
    """Return two snapshots in order of time: those asked for, else first and last; empty with fewer."""
    if len(names) < 2:
        return "", ""
    place = {name: number for number, name in enumerate(names)}
    second = place.get(after, len(names) - 1) or 1
    first = place.get(before, 0)
    return names[first if first < second else 0], names[second]


def _one_of(wanted: str, known: list[str], otherwise: str) -> str:
    return wanted if wanted in known else otherwise


def _english(name: object) -> str:
    return str(name.get("en") or "") if isinstance(name, Mapping) else str(name or "")
