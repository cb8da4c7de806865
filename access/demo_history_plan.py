"""Ten years of the demo city as data: what changes, from which quarter on.

Everything else that moves is noise as cities have it: every quarter a timetable with departures some minutes
earlier or later and run times a little longer or shorter, every spring new estimates of residents and jobs.
What must be found is written down by hand in ``configs/demo-history.yaml``. A quiet history has the noise and
nothing else (``configs/demo-history-quiet.yaml``): whatever is said of it is a false alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from access.demo_lines import CORE_LINES, HEADWAYS, Headways, Line

N_SNAPSHOTS = 40
FIRST_YEAR = 2016
MONTHS = (3, 6, 9, 12)
WEEKS_BEFORE, WEEKS_AFTER = 3, 26
"""How long a timetable is valid before and after the day that is observed."""
RESIDENTS_NOISE, JOBS_NOISE = 0.015, 0.015
"""Standard deviation, as a share, of the residents of a census zone and of the jobs of a workplace."""
RUN_TIME_NOISE = 0.02
"""Standard deviation, as a share, of the run time of a line."""
DEPARTURE_NOISE_MIN = 2
"""Departures of a line lie at most so many minutes earlier or later."""

TRAM_2 = Line(
    "T2", "tram", "Les Peupliers – Vieille Ville", "tram", 24,
    ((-2, -5.5), (-2, -3), (-1, -3), (-1, 0), (0, 0)), 2, kind=0,
)  # fmt: skip
ESTATE_BEFORE = Headways(((5.1, 20.5, 10),), ((7, 19, 20),), ((8, 19, 30),))
USUAL_CUT = Headways(((5.2, 7, 30), (7, 9, 20), (9, 16, 30), (16, 19, 20), (19, 22.5, 60)), ((6.5, 21, 40),),
                     ((8.5, 20, 60),))  # fmt: skip
MAIN_CUT = Headways(((5, 7, 20), (7, 9, 12), (9, 16, 15), (16, 19, 12), (19, 21, 20), (21, 24.2, 40)),
                    ((6, 9, 30), (9, 20, 20), (20, 24, 40)), ((8, 20, 30), (20, 23, 60)))  # fmt: skip

GROWING_OUTLINE = ((-4_500, -4_600), (-3_300, -4_600), (-3_300, -3_700), (-4_500, -3_700))
"""Where the new estate is built, plan metres: in Les Tanneries, far from every line."""
GROWTH_A_YEAR = 900
GROWING_INCOME = 1_250.0
CARE_CLOSED_NORTH_OF_M = 3_300.0

ESTATE_CUT = date(2017, 9, 1)
TRAM_OPENS = date(2019, 6, 1)
GROWTH_FROM, GROWTH_UNTIL = 2020, 2022
CARE_CLOSES = date(2022, 3, 1)
BUSES_CUT = date(2023, 6, 1)
BUSES_BACK = date(2024, 6, 1)
FIELDS_LOST = date(2023, 12, 1)
TRAM_EXPIRES = date(2024, 12, 1), date(2025, 1, 1)
INCOMES_PART = date(2025, 3, 1)
"""A census whose low incomes fell and whose high incomes rose."""


@dataclass(frozen=True)
class Moment:
    """The city on one day.

    Attributes
    ----------
    number : int
        Of the snapshot, from 0.
    estimates_of : int
        Year of the estimates of residents and jobs, the last spring's.
    grown : int
        Residents of the new estate.
    incomes_apart : bool
        Whether low incomes fell and high ones rose.
    """

    number: int
    observed_on: date
    estimates_of: int
    lines: tuple[Line, ...]
    headways: dict[str, Headways]
    wheelchair_in_bus: bool
    last_day: dict[str, date]
    grown: int
    care_closed: bool
    incomes_apart: bool

    @property
    def first_day(self) -> date:
        """First day of the timetables."""
        return self.observed_on - timedelta(weeks=WEEKS_BEFORE, days=self.observed_on.weekday())


def moment(number: int, *, planted: bool = True) -> Moment:
    """Return the city at a snapshot, numbered from 0, quarter by quarter.

    ``planted`` False leaves out everything but noise: the first quarter's city, observed again and again.
    """
    day = observed_on(number)
    stands = day if planted else observed_on(0)
    headways = dict(HEADWAYS)
    if stands < ESTATE_CUT:
        headways["estate"] = ESTATE_BEFORE
    if BUSES_CUT <= stands < BUSES_BACK:
        headways |= {"usual": USUAL_CUT, "main": MAIN_CUT}
    usual_end = day + timedelta(weeks=WEEKS_AFTER)
    soon = TRAM_EXPIRES[0] <= stands < TRAM_EXPIRES[1]
    estimates_of = day.year  # the first snapshot of a year is the spring's
    return Moment(
        number=number,
        observed_on=day,
        estimates_of=estimates_of,
        lines=CORE_LINES if stands < TRAM_OPENS else (*CORE_LINES, TRAM_2),
        headways=headways,
        wheelchair_in_bus=stands < FIELDS_LOST,
        last_day={"bus": usual_end, "tram": day + timedelta(days=17) if soon else usual_end},
        grown=GROWTH_A_YEAR * max(0, min(stands.year, GROWTH_UNTIL) - GROWTH_FROM + 1),
        care_closed=stands >= CARE_CLOSES,
        incomes_apart=stands >= INCOMES_PART,
    )


def observed_on(number: int) -> date:
    """Return the service day of a snapshot: the second Wednesday of March, June, September or December."""
    year, quarter = divmod(number, len(MONTHS))
    first = date(FIRST_YEAR + year, MONTHS[quarter], 1)
    return first + timedelta(days=(2 - first.weekday()) % 7 + 7)
