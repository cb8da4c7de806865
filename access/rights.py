"""Rights cell by cell: met or not, by how much short, and how many are lacked at once.

A right is met where at least the required amount is reached in less than its minutes, by any of its modes.
Decided here, in writing:

- **No data is not "not met".** Where the service, the period, a mode or a walking speed was not computed, the
  right has no data: it is left out of counts, baskets and penalties, and named in ``excluded``. If another of
  its modes was computed, cells that reach enough by it are met (that is known), all others have no data, and
  the right is left out of counts all the same, for its share of met cells would be biased.
- A cell that is not snapped to a street has no state but ``not snapped``, and no basket.
- Exactly the required amount is enough; sums that miss it by rounding (1e-9) count as reaching it.
- A share of a service of which the study area has none is not defined: no data. Where a number of them is
  required, every cell reaches 0: not met.
- The time of the week matters for transit only; walking speed for transit and walking only.

What residents have to do with it stands in ``rights_residents.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import InputDataError
from access.rights_catalogue import Mode, Right, RightsCatalogue
from access.rights_requests import (
    Missing,
    Reach,
    Request,
    Situation,
    as_written,
    other_situations,
    requests_in,
)

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
States = npt.NDArray[np.int8]

STATES = ("met", "unmet", "no data", "not snapped")
MET, UNMET, NO_DATA, NOT_SNAPPED = range(4)
ROUNDING = 1e-9


@dataclass(frozen=True)
class EvaluatedRight:
    """One right in one situation.

    Attributes
    ----------
    catalogue : str
        Name of its catalogue.
    right : Right
        The right as written.
    situation : Situation
        When, and how fast people walk.
    required : float
        Opportunities that are enough; NaN where not defined.
    value : array of float, shape (n_cells,)
        Opportunities reached by the best mode; NaN = no data or not snapped.
    state : array of int8, shape (n_cells,)
        Positions in ``STATES``.
    missing : tuple of (mode or None, Missing)
        What was not computed; empty where the right can be counted.
    """

    catalogue: str
    right: Right
    situation: Situation
    required: float
    value: Floats
    state: States
    missing: tuple[tuple[Mode | None, Missing], ...] = ()

    @property
    def counts(self) -> bool:
        """Whether residents may be counted by it."""
        return not self.missing

    @property
    def shortfall(self) -> Floats:
        """1 - value / required, from 0 (met) to 1 (nothing reached); NaN where there is no value."""
        return np.clip(1 - self.value / self.required, 0, 1)


class Basket(NamedTuple):
    """How many rights of one catalogue a cell lacks at once."""

    catalogue: str
    rights: tuple[str, ...]  # counted
    without_data: tuple[str, ...]  # left out
    lacking: Floats  # (n_cells,), NaN = not snapped, or a right without data there


class Excluded(NamedTuple):
    """What was left out, of what, and why."""

    catalogue: str
    right: str
    left_out_of: Literal["counts", "penalties"]
    situation: Situation
    mode: Mode | None  # None: all modes
    missing: Missing


@dataclass(frozen=True)
class EvaluatedRights:
    """All rights of a run: as written, and in the other situations for penalties."""

    as_written: tuple[EvaluatedRight, ...]
    elsewhen: tuple[EvaluatedRight, ...]
    baskets: tuple[Basket, ...]
    excluded: tuple[Excluded, ...]


def evaluate_rights(
    catalogues: Sequence[RightsCatalogue], reach: Reach, totals: Mapping[str, float], snapped: Flags
) -> EvaluatedRights:
    """Evaluate every right, as written and in the situations it is compared with.

    Parameters
    ----------
    catalogues : sequence of RightsCatalogue
        Names of rights differ (see ``load_catalogues``).
    reach : Reach
        Answers every one of ``requests_of(catalogues)``.
    totals : mapping of str to float
        All opportunities of the study area by service, for rights to a share; services without data absent.
    snapped : array of bool, shape (n_cells,)
        Cells connected to a street.

    Raises
    ------
    InputDataError
        If an answer has another shape than ``snapped``, or holds a negative or infinite amount.
    """
    written: list[EvaluatedRight] = []
    elsewhen: list[EvaluatedRight] = []
    for catalogue in catalogues:
        for right in catalogue.rights:
            reference = _evaluate(catalogue.name, right, as_written(right), reach, totals, snapped)
            written.append(reference)
            if reference.counts:
                elsewhen.extend(
                    _evaluate(catalogue.name, right, situation, reach, totals, snapped)
                    for situation in other_situations(right)
                )
    baskets = tuple(
        _basket(catalogue.name, [each for each in written if each.catalogue == catalogue.name])
        for catalogue in catalogues
    )
    excluded = (*_excluded(written, "counts"), *_excluded(elsewhen, "penalties"))
    return EvaluatedRights(tuple(written), tuple(elsewhen), baskets, excluded)


def _evaluate(
    catalogue: str,
    right: Right,
    situation: Situation,
    reach: Reach,
    totals: Mapping[str, float],
    snapped: Flags,
) -> EvaluatedRight:
    required = _required(right, totals)
    missing: list[tuple[Mode | None, Missing]] = [] if required > 0 else [(None, Missing.TOTAL)]
    best = np.full(len(snapped), np.nan)
    by_all_modes = np.full(len(snapped), not missing)
    for request in requests_in(right, situation):
        answer = reach(request)
        if isinstance(answer, Missing):
            missing.append((request.mode, answer))
            by_all_modes[:] = False
        else:
            best = np.fmax(best, _checked(answer, request, len(snapped)))
            by_all_modes &= ~np.isnan(answer)
    enough = best >= required * (1 - ROUNDING)  # False where NaN
    best = np.where(enough, np.maximum(best, required), best)
    known = snapped & (by_all_modes | enough)
    state = np.where(enough, MET, UNMET)
    state = np.where(known, state, np.where(snapped, NO_DATA, NOT_SNAPPED)).astype(np.int8)
    value = np.where(known, best, np.nan)
    return EvaluatedRight(catalogue, right, situation, required, value, state, tuple(missing))


def _required(right: Right, totals: Mapping[str, float]) -> float:
    """Return how many are enough; NaN for a share of nothing, or of an unknown total."""
    if right.at_least is not None:
        return right.at_least
    total = totals.get(right.service, 0.0)
    return (right.at_least_share or 0.0) * total if total > 0 else float("nan")


def _checked(answer: Floats, request: Request, n_cells: int) -> Floats:
    if answer.shape != (n_cells,):
        raise InputDataError(
            f"reach of {request.service} by {request.mode}: one number a cell is needed, "
            f"shape ({n_cells},); got {answer.shape}"
        )
    if (answer < 0).any() or np.isinf(answer).any():
        raise InputDataError(
            f"reach of {request.service} by {request.mode}: amounts must be finite and 0 or more, NaN where "
            f"a cell is not snapped; got {np.nanmin(answer):g} to {np.nanmax(answer):g}"
        )
    return answer


def _basket(catalogue: str, evaluated: Sequence[EvaluatedRight]) -> Basket:
    counted = [each for each in evaluated if each.counts]
    names = tuple(each.right.name for each in counted)
    left_out = tuple(each.right.name for each in evaluated if not each.counts)
    if not counted:
        return Basket(catalogue, (), left_out, np.full(len(evaluated[0].state), np.nan))
    states = np.stack([each.state for each in counted])
    known = (states <= UNMET).all(axis=0)
    return Basket(catalogue, names, left_out, np.where(known, (states == UNMET).sum(axis=0), np.nan))


def _excluded(
    evaluated: Iterable[EvaluatedRight], left_out_of: Literal["counts", "penalties"]
) -> Iterator[Excluded]:
    for each in evaluated:
        for mode, missing in each.missing:
            yield Excluded(each.catalogue, each.right.name, left_out_of, each.situation, mode, missing)


def rights_table(evaluated: Iterable[EvaluatedRight], ids: Sequence[str]) -> pd.DataFrame:
    """Return one row a right and cell, for ``rights.parquet``.

    Columns ``id``, ``catalogue``, ``right``, ``period``, ``walking``, ``state`` (one of ``STATES``),
    ``value``, ``required``, ``shortfall`` (0 to 1; NaN without a value).
    """
    chosen = list(evaluated)
    if not chosen:
        raise InputDataError("rights: there is none to tabulate; give a catalogue with at least one right")

    def repeated(words: Iterable[str]) -> pd.Categorical[str]:
        """One word a right, for each of its cells."""
        listed = list(words)
        categories = list(dict.fromkeys(listed))
        codes = np.array([categories.index(word) for word in listed], dtype=np.int64)
        return pd.Categorical.from_codes(np.repeat(codes, len(ids)), categories=pd.Index(categories))

    codes = np.concatenate([each.state for each in chosen]).astype(np.int64)
    return pd.DataFrame(
        {
            "id": np.tile(np.array(ids, dtype=object), len(chosen)),
            "catalogue": repeated(each.catalogue for each in chosen),
            "right": repeated(each.right.name for each in chosen),
            "period": repeated(each.situation.period for each in chosen),
            "walking": repeated(each.situation.walking for each in chosen),
            "state": pd.Categorical.from_codes(codes, categories=pd.Index(list(STATES))),
            "value": np.concatenate([each.value for each in chosen]),
            "required": np.repeat([each.required for each in chosen], len(ids)),
            "shortfall": np.concatenate([each.shortfall for each in chosen]),
        }
    )
