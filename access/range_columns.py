"""Numbers by cell whose indices get an interval: of periods, rights, baskets, other modes, supply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.index_sheet import CONCENTRATION, DECILE_DIFFERENCE, DECILE_RATIO, GINI, PALMA, IndexKey, mean_of
from access.indicators import Measured
from access.rights import MET, UNMET, EvaluatedRight, EvaluatedRights

Floats = npt.NDArray[np.float64]
LINE = 0.5
"""Between 0 and 1, for numbers that only say whether."""

SHARE, COUNT = "below_line_share", "below_line_residents"
INDICES: dict[str, dict[str, str]] = {
    "access": {"mean_access": "mean", "share_of_total": "mean"},
    "nearest": {"nearest_mean_min": "mean"},
    "below": {"below_line_share": SHARE, "below_line_residents": COUNT},
    "right": {"right_headcount": SHARE, "right_residents": COUNT},
    "depth": {"right_depth": "mean"},
    "severity": {"right_severity": "mean"},
    "basket": {"basket_mean": "mean"},
    "lacking": {"basket_residents": COUNT},
    "penalty": {"penalty_share": SHARE, "penalty_residents": COUNT},
    "unreached": {"nearest_unreached_residents": COUNT},
    "modal": {"modal_ratio": "mean"},
    "performance": {"transport_performance": "mean"},
    "supply": {
        f"{standard}_{kind}": index
        for standard in ("sdg_11_2_1", "eu_typology", "near_frequent_transit", "ptal")
        for kind, index in (("share", SHARE), ("residents", COUNT))
    },
}
"""By family of numbers: indicator -> what draws give for it, by group."""

BETWEEN_GROUPS = {
    "ratio_richest10_poorest40": PALMA,
    "gini": GINI,
    "concentration_index": CONCENTRATION,
    "difference_decile10_decile1": DECILE_DIFFERENCE,
    "ratio_decile10_decile1": DECILE_RATIO,
}
"""Indices of access over everybody."""

_FAMILY = {indicator: family for family, names in INDICES.items() for indicator in names}
_FAMILY |= dict.fromkeys(BETWEEN_GROUPS, "access")


class Column(NamedTuple):
    """One number a cell."""

    family: str  # of INDICES
    where: Mapping[str, object]  # service, period, cutoff_min, standard: as the rows that it belongs to
    values: Floats  # (n_cells,), NaN = not known
    says_whether: bool = False  # 1 where it is *not* so (a line or right is met), 0 where it is

    @property
    def place(self) -> tuple[object, ...]:
        """What tells it from other columns."""
        return place_of(self.family, self.where)


def place_of(family: str, where: Mapping[str, object]) -> tuple[object, ...]:
    """Return what tells a column from others; of rights and standards their name is enough."""
    if family == "performance":
        return (family,)
    if family in ("right", "depth", "severity", "basket", "lacking", "supply"):
        return (family, where.get("standard"))
    return (family, *(where.get(name) for name in ("service", "period", "cutoff_min", "standard")))


def index_of(row: Mapping[str, object], group: str) -> tuple[tuple[object, ...], IndexKey] | None:
    """Return the column that a row of the table was made of, and the index of it; None where it has none."""
    indicator = str(row["indicator"])
    family = _FAMILY.get(indicator)
    if family is None:
        return None
    if indicator in BETWEEN_GROUPS:
        return place_of(family, row), BETWEEN_GROUPS[indicator]
    kind = INDICES[family][indicator]
    return place_of(family, row), mean_of(group) if kind == "mean" else IndexKey(kind, group)


def period_columns(measured: Sequence[Measured], rounding: float = 1e-9) -> Iterator[Column]:
    """Yield what the periods measure; a time never reached is not known, they have their own row."""
    for each in measured:
        amount = np.where(np.isinf(each.amount), np.nan, each.amount)
        if each.family == "below":
            met = np.where(np.isnan(amount), np.nan, amount >= each.required * (1 - rounding))
            yield Column("below", each.where, met, says_whether=True)
        else:
            yield Column(each.family, each.where, amount)
        if each.family == "nearest":
            reached = np.where(np.isnan(each.amount), np.nan, np.isfinite(each.amount))
            yield Column("unreached", each.where, reached, says_whether=True)


def rights_columns(rights: Sequence[EvaluatedRight]) -> Iterator[Column]:
    """Yield which rights are met, how far they are missed, and how many are lacked at once."""
    for each in rights:
        where = {"standard": each.right.name}
        known = np.isin(each.state, (MET, UNMET))
        yield Column("right", where, np.where(known, each.state == MET, np.nan), says_whether=True)
        yield Column("depth", where, np.where(known, each.shortfall, np.nan))
        yield Column("severity", where, np.where(known, each.shortfall**2, np.nan))
    for catalogue in dict.fromkeys(each.catalogue for each in rights):
        states = np.stack([each.state for each in rights if each.catalogue == catalogue])
        judged = np.asarray(np.isin(states, (MET, UNMET)).all(axis=0))
        lacking = np.where(judged, (states == UNMET).sum(axis=0), np.nan)
        yield Column("basket", {"standard": catalogue}, lacking)
        for number in range(len(states) + 1):
            other = np.where(judged, lacking != number, np.nan)
            yield Column("lacking", {"standard": f"{catalogue}_lacking_{number}"}, other, says_whether=True)


def penalty_columns(evaluated: EvaluatedRights, names: Mapping[str, str]) -> Iterator[Column]:
    """Yield from whom another time or slow walking takes a right; ``names`` are the run's periods by kind."""
    written = {each.right.name: each for each in evaluated.as_written if each.counts}
    for other in evaluated.elsewhen:
        if not other.counts:
            continue
        reference = written[other.right.name]
        has = (reference.state == MET) & np.isin(other.state, (MET, UNMET))
        period = other.situation.period
        where = {
            "service": other.right.service,
            "period": names.get(period, period),
            "cutoff_min": other.right.within_min,
            "standard": other.right.name,
        }
        yield Column("penalty", where, np.where(has, other.state == MET, np.nan), says_whether=True)


def supply_columns(columns: Mapping[str, Any], snapped: npt.NDArray[np.bool_]) -> Iterator[Column]:
    """Yield who meets each standard of supply, or is in each of its classes."""
    whether = {"sdg_11_2_1_met": "sdg_11_2_1", "near_frequent_transit": "people_near_frequent_transit"}
    for name, standard in whether.items():
        if name in columns:
            met = pd.Series(columns[name]).astype("Float64").to_numpy(np.float64, na_value=np.nan)
            lacks = np.asarray(1.0 - met, dtype=np.float64)
            yield Column("supply", {"standard": standard}, lacks, says_whether=True)
    for name, standard in {"eu_typology": "eu_departures_typology", "ptal_band": "ptal"}.items():
        if name in columns:
            classes = np.asarray(columns[name], dtype=object)
            for one in dict.fromkeys(classes[snapped].tolist()):
                other = np.where(snapped, classes != one, np.nan)
                yield Column("supply", {"standard": f"{standard}:{one}"}, other, says_whether=True)
