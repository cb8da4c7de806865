"""transfers.txt as index arrays of a timetable. Source: GTFS Schedule Reference, ``transfers.txt``."""

from __future__ import annotations

from typing import NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.timetable import TransferRules
from gtfs.visits import lookup

SEAT_TYPES = (4, 5)
"""Types that say whether a passenger may stay seated; the others are about changing vehicles."""

DAY_S = 86_400
_NEED_STOPS = (1, 2, 3)
_MINIMUM_TIME = 2
_LAST_TYPE = 5
_SIDES = ("from", "to")


class TripCopies(NamedTuple):
    """Which timetable trips come from which row of trips.txt. All arrays have shape ``(n_trips,)``."""

    row: npt.NDArray[np.int64]
    day: npt.NDArray[np.int8]  # service day: -1, 0 or 1
    leaves_s: npt.NDArray[np.int64]  # first departure on the clock of the timetable
    ends_s: npt.NDArray[np.int64]  # last arrival
    by_headway: npt.NDArray[np.bool_]  # one of the vehicles of frequencies.txt


class RuleProblems(NamedTuple):
    """Rows of transfers.txt that have no effect, by cause."""

    unknown: int = 0  # a stop, route or trip that the feed lacks, or no such type
    without_stops: int = 0  # type 1, 2 or 3 without from_stop_id or to_stop_id
    without_trips: int = 0  # type 4 or 5 without from_trip_id or to_trip_id
    without_time: int = 0  # type 2 without min_transfer_time
    negative_time: int = 0  # type 2 with a min_transfer_time below 0
    over_a_day: int = 0  # type 2 with a min_transfer_time above 24 h: nobody changes there

    def texts(self) -> list[str]:
        """Say what was found, one text a cause."""
        causes = (
            (
                self.without_stops,
                "rows of type 1, 2 or 3 name no from_stop_id or to_stop_id; they are left out",
            ),
            (self.without_trips, "rows of type 4 or 5 name no from_trip_id or to_trip_id; they are left out"),
            (self.without_time, "rows of type 2 have no min_transfer_time; the walk on the streets is taken"),
            (
                self.negative_time,
                "rows of type 2 have a min_transfer_time below 0; the walk on the streets is taken",
            ),
            (self.over_a_day, "rows of type 2 ask for more than a day; nobody can change there"),
        )
        return [f"{count:,} {what}" for count, what in causes if count]


def read_transfers(feed: gtfs_kit.Feed, copies: TripCopies) -> tuple[TransferRules, RuleProblems]:
    """Rules that concern this timetable, and what was wrong with others.

    A blank type is 0 (recommended point), a blank or negative time -1. A rule that names trips is repeated
    for each of their copies, both of the same service day; it is left out, uncounted, if such a trip is not
    in the timetable. For headway-based trips this gives every pair of their vehicles. Rules keep the order of
    the file.

    Rules about seats (types 4 and 5) differ in two ways. Where the later trip leaves, by its own clock,
    before the earlier one ends, it is the later trip of the next service day that is meant (GTFS Schedule
    Reference, "Linked trips"). And of headway-based trips each vehicle is followed by the first that leaves
    no earlier than it ends, not by all of them.
    """
    table = feed.transfers
    if table is None:
        none = np.zeros(0, dtype=np.int32)
        return TransferRules(none, none, none, none, none, none, none.astype(np.int8), none), RuleProblems()
    ends = {}
    known = np.ones(len(table), dtype=bool)
    for kind, ids in (
        ("stop", feed.stops["stop_id"]),
        ("route", feed.routes["route_id"]),
        ("trip", feed.trips["trip_id"]),
    ):
        for side in _SIDES:
            column = f"{side}_{kind}_id"
            given = _column(table, column)
            ends[f"{side}_{kind}"] = lookup(ids, given)
            known &= given.isna().to_numpy() | (ends[f"{side}_{kind}"] >= 0)
    kinds = _numbers(table, "transfer_type", 0)
    known &= (kinds >= 0) & (kinds <= _LAST_TYPE)
    rules = pd.DataFrame(ends | {"type": kinds, "time": _numbers(table, "min_transfer_time", -1)})[known]
    rules, problems = _without_useless(rules)
    rules = _with_copies(rules, copies)
    columns = {column: rules[column].to_numpy(dtype=np.int32) for column in rules}
    return TransferRules(
        from_stop=columns["from_stop"],
        to_stop=columns["to_stop"],
        from_route=columns["from_route"],
        to_route=columns["to_route"],
        from_trip=columns["from_trip"],
        to_trip=columns["to_trip"],
        transfer_type=columns["type"].astype(np.int8),
        min_transfer_time_s=columns["time"],
    ), problems._replace(unknown=int((~known).sum()))


def _without_useless(rules: pd.DataFrame) -> tuple[pd.DataFrame, RuleProblems]:
    """Take out the rules that say too little to hold anywhere; count those and the times that are none."""
    about_seats = rules["type"].isin(SEAT_TYPES)
    placeless = rules["type"].isin(_NEED_STOPS) & ((rules["from_stop"] < 0) | (rules["to_stop"] < 0))
    tripless = about_seats & ((rules["from_trip"] < 0) | (rules["to_trip"] < 0))
    timed = (rules["type"] == _MINIMUM_TIME) & ~placeless
    problems = RuleProblems(
        without_stops=int(placeless.sum()),
        without_trips=int(tripless.sum()),
        without_time=int((timed & (rules["time"] == -1)).sum()),
        negative_time=int((timed & (rules["time"] < -1)).sum()),
        over_a_day=int((timed & (rules["time"] > DAY_S)).sum()),
    )
    return rules.assign(time=rules["time"].clip(lower=-1))[~placeless & ~tripless], problems


def _with_copies(rules: pd.DataFrame, copies: TripCopies) -> pd.DataFrame:
    """Replace rows of trips.txt by timetable trips, same day with same day, seats across midnight too."""
    plain = rules[(rules["from_trip"] < 0) & (rules["to_trip"] < 0)]
    limited = rules.drop(plain.index)
    if limited.empty:
        return plain
    about_seats = limited["type"].isin(SEAT_TYPES).to_numpy()
    overnight = about_seats & _overnight(limited, copies)
    days = pd.DataFrame({"from_day": np.unique(copies.day)})
    limited = limited.assign(overnight=overnight).rename_axis("rule").reset_index().merge(days, how="cross")
    limited["to_day"] = limited["from_day"] + limited["overnight"]
    trips = pd.DataFrame({"row": copies.row, "day": copies.day, "trip": np.arange(len(copies.row))})
    for side in _SIDES:
        column = f"{side}_trip"
        unlimited = limited[limited[column] < 0]
        found = limited.merge(trips, left_on=[column, f"{side}_day"], right_on=["row", "day"])
        found = found.drop(columns=[column, "row", "day"]).rename(columns={"trip": column})
        limited = pd.concat([unlimited, found])
    limited = limited.sort_values(["rule", "from_day", "from_trip", "to_trip"])
    limited = _first_vehicle_after(limited, copies).set_index("rule")
    limited = limited.drop(columns=["from_day", "to_day", "overnight"])
    return pd.concat([plain, limited]).sort_index(kind="stable").astype({"from_trip": int, "to_trip": int})


def _overnight(rules: pd.DataFrame, copies: TripCopies) -> npt.NDArray[np.bool_]:
    """Whether the later trip leaves before the earlier one ends, each by its own clock, without headways."""
    by_clock = pd.DataFrame(
        {
            "leaves_s": copies.leaves_s - DAY_S * copies.day.astype(np.int64),
            "ends_s": copies.ends_s - DAY_S * copies.day.astype(np.int64),
        },
        index=copies.row,
    )[~copies.by_headway]
    by_clock = by_clock[~by_clock.index.duplicated()]
    leaves_s = by_clock["leaves_s"].reindex(rules["to_trip"]).to_numpy()
    ends_s = by_clock["ends_s"].reindex(rules["from_trip"]).to_numpy()
    return np.asarray(leaves_s < ends_s)  # NaN, so false, where a trip does not run


def _first_vehicle_after(rules: pd.DataFrame, copies: TripCopies) -> pd.DataFrame:
    """Of the pairs of vehicles of a seat rule between headway-based trips, keep the first that fits each."""
    both = (rules["from_trip"] >= 0) & (rules["to_trip"] >= 0) & rules["type"].isin(SEAT_TYPES)
    pairs = rules[both]
    earlier, later = pairs["from_trip"].to_numpy(dtype=int), pairs["to_trip"].to_numpy(dtype=int)
    headway = copies.by_headway[earlier] | copies.by_headway[later]
    fits = copies.leaves_s[later] >= copies.ends_s[earlier]
    # Timetable trips are in order of departure, and so are these rows.
    repeated = pairs.assign(fits=fits).duplicated(["rule", "from_day", "from_trip", "fits"]).to_numpy()
    keep = np.ones(len(rules), dtype=bool)
    keep[both.to_numpy()] = ~headway | (fits & ~repeated)
    return rules[keep]


def _column(table: pd.DataFrame, column: str) -> pd.Series[str]:
    if column in table.columns:
        return table[column]
    return pd.Series(pd.array([None] * len(table), dtype="string"))


def _numbers(table: pd.DataFrame, column: str, missing: int) -> npt.NDArray[np.int64]:
    if column not in table.columns:
        return np.full(len(table), missing, dtype=np.int64)
    return table[column].to_numpy(dtype=np.int64, na_value=missing)
