"""Every candidate of a run computed: what it costs, what it improves, and the package that a budget buys."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from access.errors import AccessError
from access.scenario_network import ChangedNetwork
from access.suggest_candidates import Candidate, scenario_of
from access.suggest_objective import share_closed
from access.suggest_quick import Quick
from access.suggest_search import Found, Option, Package, search
from gtfs.errors import FeedError
from gtfs.vehicles_week import bill_of_week

State = Literal["computed", "over budget", "not possible", "not computed"]
PACKAGE_NAME = {"en": "Package of the search", "fr": "Ensemble issu de la recherche"}


@dataclass(frozen=True)
class Tried:
    """What one candidate, or a package, gave alone."""

    state: State
    extra_vehicle_hours: float = float("nan")  # a week
    value: float = float("nan")  # of the objective
    improvement: float = float("nan")
    why: str = ""  # not possible: what the program says


@dataclass
class Trial:
    """Everything a search computed.

    Attributes
    ----------
    tried : list of Tried
        One for each candidate, in their order.
    found : Found
        The package, and how far the search came.
    """

    quick: Quick
    candidates: Sequence[Candidate]
    n_left_out: int  # candidates beyond max_candidates
    budget: float
    base_value: float
    gap: float
    tried: list[Tried]
    found: Found
    seconds: float
    package: Tried = field(default_factory=lambda: Tried("not computed"))

    def share_closed(self, improvement: float) -> float:
        """Share of the base's gap, NaN where there is none."""
        return share_closed(improvement, self.gap)


class Bills:
    """Vehicle-hours of the week, Monday to Sunday, around the service day of the headline, in all feeds."""

    def __init__(self, quick: Quick) -> None:
        plans = quick.warm.base.network.inputs.timetables.plans
        headline = (plan for plan in plans if plan.config.name == quick.headline.period)
        self._day = next(headline, quick.plans[0]).service_date
        self._base = dict(quick.warm.feeds)
        self._hours = {name: self._of(feed, name) for name, feed in self._base.items()}

    def more_than_base(self, feeds: Mapping[str, Any]) -> float:
        """Return how many vehicle-hours a week more than the base."""
        changed = [name for name, feed in feeds.items() if feed is not self._base[name]]
        return float(sum(self._of(feeds[name], name) - self._hours[name] for name in changed))

    def _of(self, feed: Any, name: str) -> float:
        return float(bill_of_week(feed, self._day, name).total["vehicle_hours"])


def try_candidates(
    quick: Quick,
    candidates: Sequence[Candidate],
    budget: float,
    *,
    max_candidates: int | None = None,
    time_limit_min: float | None = None,
    advance: Callable[[int, int], None] | None = None,
) -> Trial:
    """Compute candidates and look for the best package within a budget.

    Parameters
    ----------
    quick : Quick
        The objective on a run.
    candidates : sequence of Candidate
        The most promising first.
    budget : float
        Extra vehicle-hours a week; candidates that cost more are billed and not computed further.
    max_candidates : int, optional
        Only so many, the first ones.
    time_limit_min : float, optional
        Stop computing after so many minutes and keep the best so far; checked between two computations.
    advance : callable, optional
        Told how many of them are computed.
    """
    began = time.perf_counter()
    chosen = list(candidates[:max_candidates])
    bills = Bills(quick)
    base_value, gap = quick.objective.value(quick.base), quick.objective.gap(quick.base)
    tried: list[Tried] = []

    def alone(number: int) -> Option:
        tried.append(_tried(quick, bills, [chosen[number]], base_value, budget))
        found = tried[number]
        return Option(found.extra_vehicle_hours, found.improvement, chosen[number].route)

    def improvement(package: Package) -> float:
        return _tried(quick, bills, [chosen[number] for number in package], base_value, budget).improvement

    def out_of_time() -> bool:
        return time_limit_min is not None and time.perf_counter() - began > 60 * time_limit_min

    found = search(len(chosen), alone, improvement, budget, out_of_time=out_of_time, advance=advance)
    tried += [Tried("not computed")] * (len(chosen) - len(tried))
    trial = Trial(quick, chosen, len(candidates) - len(chosen), budget, base_value, gap, tried, found, 0.0)
    if found.package:
        value = (
            base_value + found.improvement
            if quick.objective.name == "poorest40"
            else base_value - found.improvement
        )
        trial.package = Tried("computed", found.cost, value, found.improvement)
    trial.seconds = time.perf_counter() - began
    return trial


def _tried(
    quick: Quick, bills: Bills, candidates: Sequence[Candidate], base_value: float, budget: float
) -> Tried:
    """Apply some candidates together, bill them and, within the budget, travel."""
    try:
        changed = _quietly(quick, candidates)
        extra = bills.more_than_base(changed.feeds)
        if extra > budget + 1e-9:
            return Tried("over budget", extra)
        value = quick.objective.value(quick.answer(changed.network))
    except (AccessError, FeedError) as error:
        return Tried("not possible", why=str(error))
    return Tried("computed", extra, value, quick.objective.improvement(base_value, value))


def _quietly(quick: Quick, candidates: Sequence[Candidate]) -> ChangedNetwork:
    """Apply candidates; what would be warned of a scenario is told when it is compared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return quick.changed(scenario_of(candidates, PACKAGE_NAME))


def per_vehicle_hour(improvement: float, extra_vehicle_hours: float) -> float:
    """Return an improvement per extra vehicle-hour; inf where it costs nothing more and improves."""
    if np.isnan(improvement) or np.isnan(extra_vehicle_hours):
        return float("nan")
    if extra_vehicle_hours <= 0:
        return float("inf") if improvement > 0 else float("nan")
    return improvement / extra_vehicle_hours
