"""Rows of the table of indicators that speak of segregation.

Keys are ``indicator, service, period, cutoff_min, group, value, unit, covered_population, note``. The covered
population is in the unit that was counted (households, people, children); ``note`` says which, or why a value
is not defined. ``group`` is ``all`` or the name of the column of counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan

from access.segregation import ZoneSegregation
from access.segregation_mix import Measured

Row = dict[str, object]

OF_RANKS = (
    "segregation_rank_order",
    "segregation_rank_order_bias",
    "segregation_poverty_tail",
    "segregation_poverty_tail_bias",
    "segregation_affluence_tail",
    "segregation_affluence_tail_bias",
)
OF_ZONES = (
    "segregation_dissimilarity",
    "segregation_isolation",
    "segregation_exposure",
    "segregation_group_share",
    "segregation_information",
    "segregation_information_bias",
    "segregation_information_profile",
    *OF_RANKS,
)
OF_TRAVEL = tuple(
    f"segregation_reach_{kind}{kernel}"
    for kernel in ("transit", "walk", "equal_population")
    for kind in ("", "isolation_")
)
NO_ORDER = "the groups have no order; needs income brackets with their limits"


def row(
    indicator: str, group: str, measured: Measured, unit: str, note: str | None = None, **where: object
) -> Row:
    """Return one row; the reason of an undefined value takes the place of the note."""
    return {
        "indicator": indicator,
        "service": None,
        "period": None,
        "cutoff_min": None,
        **where,
        "group": group,
        "value": measured.value,
        "unit": unit,
        "covered_population": measured.covered_population,
        "note": note if measured.reason is None else f"not defined: {measured.reason}",
    }


def zone_rows(found: ZoneSegregation) -> list[Row]:
    """Return the rows of ``access.segregation.segregation_of_zones``."""
    return [*_rows_of_groups(found), *_rows_of_all(found)]


def undefined_rows(reason: str, indicators: Sequence[str] = OF_ZONES, **where: object) -> list[Row]:
    """Return one row for each index that cannot be had at all, with the reason.

    ``access.segregation_counts`` has the two usual ones, ``ONE_MEAN_ONLY`` and ``NO_GROUPS``.
    """
    return [
        row(name, "all", Measured(float("nan"), 0.0, reason), "index", None, **where) for name in indicators
    ]


def _rows_of_groups(found: ZoneSegregation) -> Iterator[Row]:
    for name, group in found.groups.items():
        note = _left_out(found)
        nobody = "nobody is counted in any place" if isnan(group.share) else None
        share = Measured(group.share, group.dissimilarity.covered_population, nobody)
        yield row("segregation_dissimilarity", name, group.dissimilarity, "index", note)
        yield row("segregation_isolation", name, group.isolation, "share", note)
        yield row("segregation_exposure", name, group.exposure, "share", note)
        yield row("segregation_group_share", name, share, "share", note)


def _left_out(found: ZoneSegregation) -> str:
    return f"of {found.of}; zones left out for want of complete counts: {found.zones_left_out}"


def _rows_of_all(found: ZoneSegregation) -> Iterator[Row]:
    note = _left_out(found)
    yield row("segregation_dissimilarity", "all", found.dissimilarity, "index", note)
    yield row("segregation_information", "all", found.information, "index", note)
    shuffled = f"mean of shuffled cities, of {found.of}"
    yield row("segregation_information_bias", "all", found.information_bias, "index", shuffled)
    for radius_m, measured in found.profile.items():
        yield row(
            "segregation_information_profile", f"within {radius_m:g} m", measured, "index", f"of {found.of}"
        )
    if found.rank_order is None:
        yield from undefined_rows(NO_ORDER, OF_RANKS)
        return
    order = found.rank_order
    shuffled = f"mean of {order.draws} shuffled cities, of {found.of}"
    yield row("segregation_rank_order", "all", order.information, "index", note)
    yield row("segregation_rank_order_bias", "all", order.information_bias, "index", shuffled)
    yield row("segregation_poverty_tail", "all", order.poverty, "index", f"H at income rank 0.1; {note}")
    yield row("segregation_poverty_tail_bias", "all", order.poverty_bias, "index", shuffled)
    yield row("segregation_affluence_tail", "all", order.affluence, "index", f"H at income rank 0.9; {note}")
    yield row("segregation_affluence_tail_bias", "all", order.affluence_bias, "index", shuffled)
