"""What is looked at on the page Gaps: service, minutes, period, how lucky, who, and what is shown.

A run whose headline is the choice answers every question that the report asks of a headline
(``access.report_findings``, ``access.report_map``): one place decides how a number is said.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.report_data import Headline, Run
from access.report_section import group_label
from access.texts import Texts
from dashboards import live
from dashboards.gaps_kept import kept
from dashboards.live_background import GETTING_READY
from dashboards.run_data import RunData, RunError
from dashboards.view import View
from dashboards.words import Words

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

SHOWS = ("access", "nearest", "low_income", "people")
EVERYBODY = "all"
#: How often a percentile that is being read is asked for again; each time waits a moment.
MOST_TRIES = 5
#: Groups of several income tenths: their name, and the tenths in them.
TENTHS = {"poorest40": (1, 2, 3, 4), "richest10": (10,)}


class Choice(NamedTuple):
    """A choice of the page; every part is one that the run has."""

    service: str
    cutoff_min: int
    period: str
    percentile: int
    group: str = EVERYBODY
    shows: str = "access"

    @property
    def headline(self) -> Headline:
        """Service, cutoff and period."""
        return Headline(self.service, self.cutoff_min, self.period)


class Residents(NamedTuple):
    """Residents of a group in every cell.

    ``people`` is NaN where it is not known; ``hidden`` says where it is not shown since few live there.
    """

    people: FloatArray
    hidden: BoolArray


def choice_of(view: View) -> Choice:
    """Read the choice from a checked view; what is shown is one of ``SHOWS``."""
    shows = view.more.get("shows", "")
    return Choice(
        view.service,
        view.cutoff_min,
        view.period,
        view.percentile,
        view.group,
        shows if shows in SHOWS else SHOWS[0],
    )


def is_own_percentile(data: RunData, choice: Choice) -> bool:
    """Whether the columns and indicators of the run speak of the percentile of the choice."""
    return choice.percentile == int(data.run.manifest.get("percentile") or 50)


def access_of(data: RunData, choice: Choice) -> FloatArray:
    """Opportunities within reach of every cell; NaN where the run has no data or the cell is not snapped.

    Raises
    ------
    RunError
        ``no_percentile`` if the run did not keep it, ``getting_ready`` if reading it takes very long.
    """
    if is_own_percentile(data, choice):
        return data.run.access(choice.service, choice.cutoff_min, choice.period)
    return kept(
        data, ("access", choice.service, choice.cutoff_min, choice.period, choice.percentile),
        lambda: _access_by_percentile(data, choice),
    )  # fmt: skip


def _access_by_percentile(data: RunData, choice: Choice) -> FloatArray:
    """Read another percentile of the run; the first time it is waited for."""
    asked = (choice.service, choice.cutoff_min, choice.period, choice.percentile)
    for _ in range(MOST_TRIES - 1):
        try:
            return live.access_values(data, *asked)
        except RunError as problem:
            if problem.kind != GETTING_READY:
                raise
    return live.access_values(data, *asked)


def run_of(data: RunData, choice: Choice) -> Run:
    """Return the run with the choice for its headline.

    Its indicators stay those of its own percentile (``is_own_percentile``).
    """
    if is_own_percentile(data, choice):
        return data.run._replace(headline=choice.headline)
    manifest = {**data.run.manifest, "percentile": choice.percentile}
    return data.run._replace(headline=choice.headline, manifest=manifest)


def residents_of(data: RunData, group: str) -> Residents:
    """Count the residents of a group in every cell.

    A tenth of incomes holds all residents of a cell or none. Of a cell whose income is not known it is not
    known; where it is not shown since few live there, that is told apart.
    """
    run, everybody = data.run, data.residents
    few = run.cells["suppressed"].to_numpy(dtype=np.bool_) if "suppressed" in run.cells.columns else None
    hidden = np.zeros(len(everybody), dtype=np.bool_) if few is None else few.copy()
    if group == EVERYBODY:
        return Residents(everybody, np.zeros(len(everybody), dtype=np.bool_))
    if tenths := tenths_of(group):
        decile = run.column("income_decile")
        count = np.where(np.isin(decile, tenths), everybody, 0.0)
        count = np.where(np.isnan(decile) & (everybody > 0), np.nan, count)
    else:
        count = run.column(group)
    count = np.where(everybody == 0, 0.0, count)
    return Residents(count, hidden & np.isnan(count))


def tenths_of(group: str) -> tuple[int, ...]:
    """Return the income tenths of a group; none for another kind of group."""
    if group in TENTHS:
        return TENTHS[group]
    number = group.removeprefix("decile_")
    return (int(number),) if number != group and number.isdigit() else ()


def group_name(group: str, words: Words) -> str:
    """Name of a group of residents, to stand alone in a list."""
    key = f"gaps.group.{group}"
    if words.has(key):
        return words(key)
    return words.texts.capital(group_label(group, words.texts))


def of_group(group: str, words: Words) -> str:
    """Name of a group after "half of": "the poorest tenth", "du dixième le plus pauvre"."""
    key = f"gaps.of.{group}"
    if words.has(key):
        return words(key)
    if tenths := tenths_of(group):
        return words("gaps.of.tenth", n=tenths[0])
    return words("gaps.of.other", group=group_label(group, words.texts))


def rounded(value: float, texts: Texts) -> str:
    """Write a count for a headline: three digits carry it, "97,300" for 97,316."""
    if not np.isfinite(value) or value < 1000:
        return texts.amount(value)
    step = 10.0 ** (len(str(int(value))) - 3)
    return texts.amount(round(value / step) * step)
