"""Which rules of transfers.txt make a difference, and the table of those that do."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from access.engine.arrays import WalkLinks
from access.transfer_rule_table import AS_ON_STREETS, FORBIDDEN, Integers, RuleTable, WrittenRules, table_of
from access.transfer_rules_written import MINIMUM_TIME, NOT_POSSIBLE, TIMED, write_out
from gtfs.timetable import NO_INDEX, Timetable


def rule_table(timetable: Timetable, footpaths: WalkLinks, boarding_slack_s: int) -> RuleTable | None:
    """Write the rules about changing out for stops; None where no rule changes anything.

    A rule between two trips that makes no difference, because the later trip is caught with it as without it,
    or missed with it as without it, is left out: each of the others costs points and footpaths.

    Parameters
    ----------
    timetable : with the rules.
    footpaths : walks on the streets between stops, complete.
    boarding_slack_s : seconds at a stop before every boarding.
    """
    rules = timetable.transfers
    kind = rules.transfer_type
    has_effect = np.isin(kind, (TIMED, NOT_POSSIBLE)) | (
        (kind == MINIMUM_TIME) & (rules.min_transfer_time_s >= 0)
    )
    about_changes = (kind <= NOT_POSSIBLE) & (rules.from_stop != NO_INDEX) & (rules.to_stop != NO_INDEX)
    if not (has_effect & about_changes).any():
        return None
    n_routes = 1 + int(max(timetable.trip_route.max(initial=0), rules.from_route.max(), rules.to_route.max()))
    written = write_out(timetable, np.flatnonzero(about_changes), n_routes, boarding_slack_s)
    if written.about_trips.any():
        others = written.chosen(~written.about_trips)
        otherwise = table_of(timetable, others, n_routes) if len(others.from_stop) else None
        matters = ~written.about_trips
        matters[written.about_trips] = _make_a_difference(
            timetable, footpaths, written.chosen(written.about_trips), otherwise, n_routes, boarding_slack_s
        )
        written = written.chosen(matters)
    return table_of(timetable, written, n_routes) if len(written.from_stop) else None


def _make_a_difference(
    timetable: Timetable,
    footpaths: WalkLinks,
    written: WrittenRules,
    otherwise: RuleTable | None,
    n_routes: int,
    boarding_slack_s: int,
) -> npt.NDArray[np.bool_]:
    """Whether each rule between two trips lets somebody catch, or miss, what other rules and walks do not."""
    without_s = _without_s(timetable, footpaths, written, otherwise, n_routes, boarding_slack_s)
    alights, boards = usable_visits(timetable)
    arriving = _visits_of(timetable, alights, written.from_name - n_routes, written.from_stop)
    departing = _visits_of(timetable, boards, written.to_name - n_routes, written.to_stop)
    # Most trips are at a stop once; a loop is there more often: every visit with every other.
    rule, a = arriving
    first, end = np.searchsorted(departing[0], rule), np.searchsorted(departing[0], rule, side="right")
    at = np.repeat(np.arange(len(rule)), end - first)
    d = departing[1][
        np.arange(len(at)) + np.repeat(first - (np.cumsum(end - first) - (end - first)), end - first)
    ]
    wait_s = timetable.departure_s[d].astype(np.int64) - timetable.arrival_s[a[at]]
    of = rule[at]
    with_s = np.where(written.seconds[of] == AS_ON_STREETS, _streets_s(
        timetable, footpaths, written.from_stop[of], written.to_stop[of], boarding_slack_s
    ), written.seconds[of])  # fmt: skip
    caught = [(needed_s != FORBIDDEN) & (wait_s >= needed_s) for needed_s in (with_s, without_s[of])]
    differs = np.zeros(len(written.from_stop), dtype=bool)
    differs[of[caught[0] != caught[1]]] = True
    return differs


def _without_s(
    timetable: Timetable,
    footpaths: WalkLinks,
    written: WrittenRules,
    otherwise: RuleTable | None,
    n_routes: int,
    boarding_slack_s: int,
) -> Integers:
    """Required seconds between trips if the rules about both of them did not exist."""
    ends = written.from_stop, written.to_stop
    needed_s = np.full(len(ends[0]), AS_ON_STREETS)
    if otherwise is not None:
        pair = ends[0] * timetable.n_stops + ends[1]
        at = np.minimum(np.searchsorted(otherwise.pair, pair), len(otherwise.pair) - 1)
        ruled = np.flatnonzero(otherwise.pair[at] == pair)
        route_of = timetable.trip_route.astype(np.int64)
        arriving, departing = (
            side.keys(name[ruled], n_routes, route_of)
            for side, name in (
                (otherwise.arriving, written.from_name),
                (otherwise.departing, written.to_name),
            )
        )
        needed_s[ruled] = otherwise.required_s(at[ruled], arriving, departing)
    streets_s = _streets_s(timetable, footpaths, *ends, boarding_slack_s)
    return np.where(needed_s == AS_ON_STREETS, streets_s, needed_s)


def _streets_s(
    timetable: Timetable, footpaths: WalkLinks, from_stop: Integers, to_stop: Integers, boarding_slack_s: int
) -> Integers:
    """Required seconds on the streets, or FORBIDDEN."""
    source = np.repeat(np.arange(timetable.n_stops), np.diff(footpaths.start))
    links = source * timetable.n_stops + footpaths.target
    wanted = from_stop * timetable.n_stops + to_stop
    at = np.minimum(np.searchsorted(links, wanted), len(links) - 1)
    return np.where(links[at] == wanted, footpaths.walk_s[at].astype(np.int64) + boarding_slack_s, FORBIDDEN)


def usable_visits(timetable: Timetable) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether a passenger can alight at each visit, and board there: never at the first, or at the last."""
    alights, boards = timetable.drop_off.copy(), timetable.pickup.copy()
    alights[timetable.trip_start[:-1]] = False
    boards[timetable.trip_start[1:] - 1] = False
    return alights, boards


def _visits_of(
    timetable: Timetable, usable: npt.NDArray[np.bool_], trip: Integers, stop: Integers
) -> tuple[Integers, Integers]:
    """Number of the question and visit, for all usable visits of a trip at a stop; ascending questions."""
    asked = np.zeros(timetable.n_trips, dtype=bool)
    asked[trip] = True
    trip_of_visit = np.repeat(np.arange(timetable.n_trips), np.diff(timetable.trip_start))
    visit = np.flatnonzero(usable & asked[trip_of_visit])
    code = trip_of_visit[visit] * timetable.n_stops + timetable.visit_stop[visit]
    order = np.argsort(code, kind="stable")
    wanted = trip * timetable.n_stops + stop
    first, end = (np.searchsorted(code[order], wanted, side=side) for side in ("left", "right"))
    number = np.repeat(np.arange(len(trip)), end - first)
    at = np.arange(len(number)) + np.repeat(first - (np.cumsum(end - first) - (end - first)), end - first)
    return number, visit[order][at]
