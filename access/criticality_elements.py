"""What may fail: each route of a run's timetables, and each street cut that is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from access.errors import ConfigError, ResultError
from access.scenario import CloseStreets, Scenario
from access.scenario_file import load_scenario
from access.stage_timetable import PeriodPlan, Timetables
from gtfs.feed import SEPARATOR
from gtfs.match import nearest
from gtfs.modifications import RemoveTrips
from gtfs.schedule import route_names

ROUTE, STREETS = "route", "streets"


@dataclass(frozen=True)
class Element:
    """Something that may fail.

    Attributes
    ----------
    kind : str
        ``route`` or ``streets``.
    id : str
        Of a route as in the timetables of the run (``feed:route`` where it has several feeds); of a cut the
        file and the number of the modification.
    name : str
        What readers call it.
    scenario : Scenario
        The city without it.
    trips : mapping of str to int
        Of a route: vehicles by period that are on the road when somebody may be travelling.
    """

    kind: str
    id: str
    name: str
    scenario: Scenario
    trips: Mapping[str, int] = field(default_factory=dict)

    def runs_in(self, period: str) -> bool:
        """Say whether it can matter in a period; streets always can."""
        return self.kind == STREETS or self.trips.get(period, 0) > 0


def routes_of_run(
    timetables: Timetables, feeds: Mapping[str, object], plans: Sequence[PeriodPlan], longest_min: int
) -> list[Element]:
    """Return every route of routes.txt, feed by feed in its order.

    Parameters
    ----------
    timetables : Timetables
        Of the base.
    feeds : mapping of str to gtfs_kit.Feed
        Those they were made of.
    plans : sequence of PeriodPlan
        Periods for which vehicles are counted.
    longest_min : int
        Longest trip of the run.
    """
    counted = {plan.config.name: _vehicles(timetables, plan, longest_min) for plan in plans}
    found = []
    for name, feed in feeds.items():
        routes = feed.routes  # type: ignore[attr-defined]
        for route, label in zip(routes["route_id"].tolist(), full_names(routes), strict=True):
            merged = f"{name}{SEPARATOR}{route}" if len(feeds) > 1 else route
            removed = RemoveTrips(routes=[route], feed=name)
            scenario = Scenario.model_validate(
                {"name": {"en": f"without {label}", "fr": f"sans {label}"}, "modifications": [removed]}
            )
            trips = {period: counts.get(merged, 0) for period, counts in counted.items()}
            found.append(Element(ROUTE, merged, label, scenario, trips))
    return found


def full_names(routes: pd.DataFrame) -> list[str]:
    """Short and long name, as on a stop's sign: "9 Les Peupliers"; one alone where they say the same."""
    short = route_names(routes)
    if "route_long_name" not in routes.columns:
        return short
    long = routes["route_long_name"].fillna("").astype(str).str.strip()
    return [
        name if more in ("", name) else more if more.startswith(f"{name} ") else f"{name} {more}"
        for name, more in zip(short, long, strict=True)
    ]


def _vehicles(timetables: Timetables, plan: PeriodPlan, longest_min: int) -> dict[str, int]:
    """Vehicles by route that a journey of the period can use: on the road in its first to last minute."""
    schedule = timetables.schedules[plan.service_date]
    timetable = schedule.timetable
    first_s, last_s = plan.config.travel_s(longest_min)
    leaves_s = timetable.departure_s[timetable.trip_start[:-1]]
    ends_s = timetable.arrival_s[timetable.trip_start[1:] - 1]
    usable = (ends_s >= first_s) & (leaves_s <= last_s)
    counts = np.bincount(timetable.trip_route[usable], minlength=len(schedule.route_ids))
    return {route: int(n) for route, n in zip(schedule.route_ids, counts, strict=True)}


def chosen(routes: Sequence[Element], wanted: Iterable[str] | None) -> list[Element]:
    """Return the routes meant, by id or by the id without its feed; None: all.

    Raises
    ------
    ResultError
        With every name that is no route, and the nearest ones.
    """
    if wanted is None:
        return list(routes)
    names, unknown = list(dict.fromkeys(wanted)), []
    found: dict[str, Element] = {}
    for name in names:
        meant = [route for route in routes if name in (route.id, route.id.partition(SEPARATOR)[2])]
        found |= {route.id: route for route in meant}
        if not meant:
            unknown.append(f"no route {name!r}; {nearest(name, {route.id: route.name for route in routes})}")
    if unknown:
        raise ResultError("\n".join(unknown))
    return list(found.values())


def street_cuts(files: Sequence[Path]) -> list[Element]:
    """Return each close-streets of some scenario files; their other modifications are not looked at.

    Raises
    ------
    ConfigError
        If a file cannot be read, or closes no street.
    """
    found = []
    for file in files:
        scenario = load_scenario(Path(file))
        cuts = [
            (number, change)
            for number, change in enumerate(scenario.modifications, start=1)
            if isinstance(change, CloseStreets)
        ]
        if not cuts:
            raise ConfigError(
                str(file), ["modifications: none is a close-streets, so there is nothing to cut; add one"]
            )
        for number, change in cuts:
            label = change.comment or (
                scenario.name.en if len(cuts) == 1 else f"{scenario.name.en} ({number})"
            )
            alone = Scenario.model_validate({"name": label, "modifications": [change]})
            found.append(Element(STREETS, f"{Path(file).stem}#{number}", label, alone))
    return found
