"""Segregation between the original census zones, from counts by income bracket or another group.

Dissimilarity, isolation, exposure and the information theory index are those of PySAL ``segregation``;
the rank-order index, its tails and what chance alone gives are ours (``access.rank_order``), and so is the
profile over distances, for the reason told in ``access.segregation_profile``.

Zones are taken as they were counted: apportioned to cells, the zones' mixes would blur into each other. All
these indices depend on the zones' size and borders (the modifiable areal unit problem): compare cities only
with zones of like size. Zones without complete counts are left out and counted; empty zones have no weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from access.rank_order import DRAWS, RankOrder, information_bias, rank_order
from access.segregation_counts import GroupCounts, group_counts
from access.segregation_mix import Measured, why_undefined
from access.segregation_profile import RADII_M, Definition, multiscalar_profile
from access.zones import checked_polygons

Floats = npt.NDArray[np.float64]


class GroupSegregation(NamedTuple):
    """How one group lives beside all others."""

    share: float  # of the group in all people counted: isolation if nobody were apart
    dissimilarity: Measured  # 0 to 1: share of the group that would have to move (D)
    isolation: Measured  # share of its own group in the zone of an average member (xPx)
    exposure: Measured  # share of all others there (xPy = 1 - xPx)


class ZoneSegregation(NamedTuple):
    """Segregation between census zones."""

    groups: dict[str, GroupSegregation]
    dissimilarity: Measured  # of all groups at once
    information: Measured  # H of all groups at once
    information_bias: Measured  # H of cities with shuffled households, mean of the draws
    rank_order: RankOrder | None  # None: the groups have no order
    profile: dict[float, Measured]  # spatial H by radius in metres
    of: str  # what is counted
    zones_left_out: int  # zones without complete counts


def segregation_of_zones(
    zones: gpd.GeoDataFrame,
    groups: Mapping[str, float] | Sequence[str],
    *,
    what: str = "segregation zones",
    of: str = "households",
    radii_m: Sequence[float] = RADII_M,
    profile: Definition = "published",
    draws: int = DRAWS,
    seed: int = 0,
) -> ZoneSegregation:
    """Measure segregation between zones in all the ways that their counts allow.

    Parameters
    ----------
    zones : GeoDataFrame, (n_zones,)
        The zones as they were counted: polygons with a CRS, and a column of counts for each group.
    groups : mapping of str to float, or sequence of str
        Columns: income brackets from the poorest on, each with its upper limit (inf for the last), or groups
        without an order.
    what, of : str
        How messages call the zones, and what is counted.
    radii_m : sequence of float
        Radii of the profile; none leaves it out.
    profile : "published" or "pysal"
        See ``access.segregation_profile.multiscalar_profile``.
    draws, seed : int
        Shuffled cities that tell what chance alone gives; 0 draws leave it out.

    Raises
    ------
    InputDataError
        As ``group_counts`` and ``checked_polygons``.
    """
    counted = group_counts(zones, groups, what=what, of=of)
    shapes = checked_polygons(zones, what).geometry
    counts = counted.counts
    return ZoneSegregation(
        {name: _of_group(counts, column) for column, name in enumerate(counted.names)},
        _pysal_multigroup(counts, "MultiDissim"),
        _pysal_multigroup(counts, "MultiInfoTheory"),
        information_bias(counts, draws=draws, seed=seed),
        rank_order(counts, draws=draws, seed=seed) if counted.ordered else None,
        multiscalar_profile(shapes, counts, radii_m, definition=profile) if radii_m else {},
        of,
        counted.left_out,
    )


def segregation_between(counted: GroupCounts) -> dict[str, GroupSegregation]:
    """Return dissimilarity, isolation and exposure of each group, without any map."""
    return {name: _of_group(counted.counts, column) for column, name in enumerate(counted.names)}


def _of_group(counts: Floats, column: int) -> GroupSegregation:
    peopled = counts[counts.sum(axis=1) > 0]
    total = float(peopled.sum())
    reason = why_undefined(peopled)
    if reason is None and peopled[:, column].sum() == 0:
        reason = "nobody is in this group"
    share = float(peopled[:, column].sum()) / total if total > 0 else float("nan")
    if reason is not None:
        nothing = Measured(float("nan"), total, reason)
        return GroupSegregation(share, nothing, nothing, nothing)
    table = pd.DataFrame({"group": peopled[:, column], "all": peopled.sum(axis=1)})
    found = [Measured(_pysal_single(name, table), total) for name in ("Dissim", "Isolation", "Interaction")]
    return GroupSegregation(share, found[0], found[1], found[2])


def _pysal_single(name: str, table: pd.DataFrame) -> float:
    # importing segregation silences numpy for the whole program; leaving errstate undoes that
    with np.errstate(divide="ignore", invalid="ignore"):
        from segregation import singlegroup

        return float(getattr(singlegroup, name)(table, "group", "all").statistic)


def _pysal_multigroup(counts: Floats, name: str) -> Measured:
    peopled = counts[counts.sum(axis=1) > 0]
    total = float(peopled.sum())
    reason = why_undefined(peopled)
    if reason is not None:
        return Measured(float("nan"), total, reason)
    peopled = peopled[:, peopled.sum(axis=0) > 0]  # an empty group makes PySAL's entropy NaN
    table = pd.DataFrame(peopled, columns=[f"group_{number}" for number in range(peopled.shape[1])])
    # as above; a group absent from a zone is ln 0 in PySAL, which its nansum drops
    with np.errstate(divide="ignore", invalid="ignore"):
        from segregation import multigroup

        return Measured(float(getattr(multigroup, name)(table, list(table.columns)).statistic), total)
