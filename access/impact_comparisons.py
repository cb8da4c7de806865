"""Comparisons of a group with others, each against a threshold that somebody named has set.

Worded as evidence, never as a legal finding: see ``access.impact_frames``. There is no default threshold;
which one holds is for an agency, a court or a law to say, and who said it is part of the result.

Cells are mixed: groups are given by their residents in each cell. Cells where access is not known (NaN) are
left out, and the residents who are covered are told. A comparison is of point values; whether it carries a
claim depends on its range too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from access.equity import Summary, weighted_mean
from access.equity_input import known_cells
from access.errors import AccessError, InputDataError
from access.impact_frames import Sentence, read_frames
from access.texts import Texts, french_spaces

Floats = npt.NDArray[np.float64]
Comparison = Literal["share_difference", "benefit_ratio", "burden_ratio", "change_difference"]


@dataclass(frozen=True)
class ImpactThreshold:
    """A number above 0 and who set it.

    Raises
    ------
    AccessError
        If the number is not above 0 and finite, or nobody is named.
    """

    value: float
    source: str

    def __post_init__(self) -> None:
        """Check both."""
        if not (math.isfinite(self.value) and self.value > 0):
            raise AccessError(f"threshold {self.value} is not possible; give a finite number above 0")
        if not self.source.strip():
            raise AccessError(
                f"threshold {self.value:g} has no source; name who set it, such as 'Board policy 32, 2013'"
            )


@dataclass(frozen=True)
class ImpactComparison:
    """What was found for a group and for those it is compared with."""

    comparison: Comparison
    value: float  # NaN = not defined
    of_group: float
    of_other: float
    threshold: ImpactThreshold
    beyond: bool | None  # None where the value is not defined
    covered_population: float

    def sentence(self, language: str, *, group: str, other: str, what: str) -> str:
        """Say it in ``"en"`` or ``"fr"``.

        Parameters
        ----------
        language : str
            Language of the names too.
        group, other : str
            Names in the middle of a sentence, such as "residents without a car" and "all residents".
        what : str
            What access is to, a plural noun such as "jobs".
        """
        words, texts = read_frames().words, Texts(language)
        evidence = words.evidence.in_language(language)
        if self.beyond is None:
            return f"{words.not_defined.in_language(language).format(group=group, other=other)} {evidence}"
        told: Sentence = getattr(words, self.comparison)
        shares = self.comparison in ("share_difference", "burden_ratio")
        ratio = self.comparison in ("benefit_ratio", "burden_ratio")
        verdict = (told.beyond if self.beyond else told.within).in_language(language)
        sentence = told.found.in_language(language).format(
            group=group,
            other=other,
            what=what,
            first=(texts.percent if shares else texts.amount)(self.of_group),
            second=(texts.percent if shares else texts.amount)(self.of_other),
            value=texts.number(self.value, 2) if ratio else texts.amount(self.value),
            verdict=verdict.format(
                threshold=texts.number(self.threshold.value, 2)
                if ratio
                else texts.amount(self.threshold.value),
                source=self.threshold.source,
            ),
        )
        return french_spaces(f"{sentence} {evidence}") if language == "fr" else f"{sentence} {evidence}"


def share_difference(
    affected: Floats, group: Floats, everyone: Floats, threshold: ImpactThreshold
) -> ImpactComparison:
    """Compare the share of a group among the residents affected with its share among all, in points.

    Parameters
    ----------
    affected : array of float, shape (n_cells,)
        Share of each cell's residents who are affected, 0 to 1; NaN = not known.
    group, everyone : arrays of float, shape (n_cells,)
        Residents of the group, and all residents, the group among them.
    threshold : ImpactThreshold
        In points; so many or more are beyond it.

    Raises
    ------
    InputDataError
        As ``known_cells``, if a share is above 1, or the group exceeds the residents of a cell.
    """
    _check_shares(affected)
    too_many = int((group > everyone).sum())
    if too_many:
        raise InputDataError(
            f"share difference: the group has more residents than there are in {too_many} cells; give all "
            "residents, the group among them"
        )
    known = known_cells("share difference", affected, everyone)
    people = known_cells("share difference", affected, group)
    of_affected = _ratio(
        float((people.values * people.population).sum()), float((known.values * known.population).sum())
    )
    of_all = _ratio(people.covered_population, known.covered_population)
    value = 100 * (of_affected - of_all)
    covered = known.covered_population
    beyond = None if math.isnan(value) else value >= threshold.value - 1e-9
    return ImpactComparison("share_difference", value, of_affected, of_all, threshold, beyond, covered)


def benefit_ratio(
    values: Floats, group: Floats, other: Floats, threshold: ImpactThreshold
) -> ImpactComparison:
    """Compare mean access of a group with that of others: below the threshold the group has too little.

    Parameters
    ----------
    values : array of float, shape (n_cells,)
        Access, or the gain of access, >= 0.
    group, other : arrays of float, shape (n_cells,)
        Residents of both in each cell.
    threshold : ImpactThreshold
        Such as 0.80, at most 1; exactly so much is enough.

    Raises
    ------
    InputDataError
        As ``known_cells``.
    AccessError
        If the threshold is above 1.
    """
    if threshold.value > 1:
        raise AccessError(f"threshold {threshold.value:g} of a benefit ratio must be at most 1, such as 0.8")
    first, second = (_mean(values, people, "benefit ratio") for people in (group, other))
    return _compared("benefit_ratio", first, second, threshold)


def burden_ratio(
    affected: Floats, group: Floats, other: Floats, threshold: ImpactThreshold
) -> ImpactComparison:
    """Compare the shares of two groups that bear a burden: above the threshold the group bears too much.

    Parameters
    ----------
    affected : array of float, shape (n_cells,)
        Share of each cell's residents who bear it, 0 to 1.
    group, other : arrays of float, shape (n_cells,)
        Residents of both in each cell.
    threshold : ImpactThreshold
        Such as 1.25, at least 1; exactly so much is not beyond it.

    Raises
    ------
    InputDataError
        As ``known_cells``, or if a share is above 1.
    AccessError
        If the threshold is below 1.
    """
    if threshold.value < 1:
        raise AccessError(f"threshold {threshold.value:g} of a burden ratio must be at least 1, such as 1.25")
    _check_shares(affected)
    first, second = (_mean(affected, people, "burden ratio") for people in (group, other))
    return _compared("burden_ratio", first, second, threshold)


def change_difference(
    before: Floats, after: Floats, group: Floats, other: Floats, threshold: ImpactThreshold
) -> ImpactComparison:
    """Compare the mean change of access per resident of a group with that of others.

    Parameters
    ----------
    before, after : arrays of float, shape (n_cells,)
        Access in both situations; a cell counts where both are known.
    group, other : arrays of float, shape (n_cells,)
        Residents of both in each cell.
    threshold : ImpactThreshold
        In opportunities: losing so much more than the others, or gaining so much less, is beyond it.

    Raises
    ------
    InputDataError
        As ``known_cells``.
    """
    for values in (before, after):
        for people in (group, other):
            known_cells("change of access", values, people)
    first, second = (weighted_mean(after - before, people) for people in (group, other))
    return _compared("change_difference", first, second, threshold)


def _compared(
    comparison: Comparison, first: Summary, second: Summary, threshold: ImpactThreshold
) -> ImpactComparison:
    if comparison == "change_difference":
        value = first.value - second.value
        beyond = value <= -threshold.value
    else:
        value = _ratio(first.value, second.value)
        beyond = value < threshold.value if comparison == "benefit_ratio" else value > threshold.value
    covered = first.covered_population + second.covered_population
    flag = None if math.isnan(value) else bool(beyond)
    return ImpactComparison(comparison, value, first.value, second.value, threshold, flag, covered)


def _mean(values: Floats, people: Floats, what: str) -> Summary:
    cells = known_cells(what, values, people)
    return weighted_mean(cells.values, cells.population)


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")


def _check_shares(affected: Floats) -> None:
    if (affected > 1).any():
        raise InputDataError(
            f"share of residents affected: {np.nanmax(affected):g} is above 1; give shares from 0 to 1"
        )
