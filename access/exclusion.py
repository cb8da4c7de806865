"""The register of exclusion zones: where people with low income lack several rights at once, and stably so.

A zone is defined by substance, not by a colour class or a p-value: its cells lack at least so many rights,
lie below the income line, touch each other, and hold at least so many residents (``access.exclusion_rule``).
The same definition is applied to every draw of the inputs; a zone that does not persist in enough of them is
listed apart, as not stable. The statistics (``access.hot_spots``) only describe.

An enclosed cell that does not qualify stays outside: a zone may have holes. A cell not joined to the streets,
without income or without data on rights cannot be judged and belongs to no zone; the notes say how many live
there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from access.contiguity import Bools, Links, contiguity, links_across_empty_cells
from access.errors import InputDataError
from access.exclusion_facts import gap_of_zones, rights_of_zones, zone_facts, zone_ids
from access.exclusion_merge import NO_ZONE, Draws, Ints, Stability, merge_cells, stability, zones_of_cells
from access.exclusion_names import Naming
from access.exclusion_notes import register_facts, register_notes, without_small_counts
from access.exclusion_rights import RightsOfCells
from access.exclusion_rule import ZoneRule
from access.exclusion_table import cluster_columns, stability_columns, with_names, with_outlines
from access.hot_spots import HotSpots, low_access_and_income
from access.suppression import suppress_counts

Floats = npt.NDArray[np.float64]
__all__ = ["Naming", "Register", "RegisterCells", "exclusion_register"]


class RegisterCells(NamedTuple):
    """What the register says of each cell, arrays of shape (n_cells,)."""

    qualifies: Bools  # lacks enough rights and lies below the income line
    zone_id: npt.NDArray[np.object_]  # zone of the register, None = in none
    unstable_zone_id: npt.NDArray[np.object_]  # zone that is not stable, None = in none
    share_of_draws: Floats  # share of draws in which the cell lies in some zone, NaN = no draws
    z_access: Floats
    z_income: Floats
    p_value: Floats  # the larger of both one-sided p-values, NaN = no value or no statistics
    adjusted_p: Floats


@dataclass(frozen=True)
class Register:
    """The zones of a run.

    Attributes
    ----------
    zones, unstable : GeoDataFrame
        One row a zone, most residents first, EPSG:4326. ``unstable`` are not in the register.
    rights : DataFrame
        One row a zone (of both) and right: ``access.exclusion_facts.RIGHTS_COLUMNS``.
    cells : RegisterCells
    facts : dict
        Numbers for the record: the rule, residents who could not be judged, groups that are too small.
    notes : list of str
        The same as plain sentences, where a reader must know.
    """

    zones: gpd.GeoDataFrame
    unstable: gpd.GeoDataFrame
    rights: pd.DataFrame
    cells: RegisterCells
    facts: dict[str, float | str | None]
    notes: list[str]


def exclusion_register(
    cells: Sequence[str],
    population: Floats,
    income: Floats,
    rights: RightsOfCells,
    rule: ZoneRule,
    *,
    access: Floats | None = None,
    draws: Iterable[Draws] = (),
    naming: Naming | None = None,
    statistics: bool = True,
    n_permutations: int | None = None,
    seed: int = 0,
    smallest_count: float = 20.0,
) -> Register:
    """Find the zones, say how stable they are, and describe them.

    Parameters
    ----------
    cells : sequence of str
        H3 cells of one resolution, each once.
    population, income : arrays of float, shape (n_cells,)
        Residents (NaN counts as none) and mean income (NaN = not known).
    rights : RightsOfCells
        States by cell, as ``access.exclusion_rights.rights_of_cells`` returns them.
    rule : ZoneRule
    access : array of float, shape (n_cells,), optional
        Opportunities reached, for the distance to the regional mean and for the statistics; NaN = not known.
    draws : iterable of Draws
        Draws of the inputs, in chunks; without any the stability of zones is not known.
    naming : Naming, optional
    statistics : bool
        Whether to compute Gi* of access and income; needs ``access``.
    n_permutations : int, optional
        By default as many as a zone of one cell needs (``access.hot_spots.permutations_needed``).
    seed : int
        Start of the random permutations.
    smallest_count : float
        Residents; 0: everything is told. Cells whose income is not shown (``access.suppression``) do not
        enter a zone's mean income, and facts and notes do not tell smaller numbers.

    Raises
    ------
    InputDataError
        If shapes do not fit, cells are no H3 cells of one resolution, or population is negative.
    """
    _check(cells, population, income, rights, access)
    people = np.nan_to_num(population)
    touching = contiguity(cells)
    links = _links(cells, people, touching, rule)
    unmet = rights.count_unmet()
    qualifies = rule.qualifies(unmet, income, people)
    zones = zones_of_cells(qualifies, people, links, rule.min_residents)
    steady = stability(zones, draws, rule, links)
    spots = _statistics(access, income, people, touching, n_permutations, seed) if statistics else None
    ids = zone_ids(cells, zones, people, int(zones.max(initial=-1)) + 1)
    shown = ~suppress_counts(people, smallest_count).counts if smallest_count else None
    of_zones = rights_of_zones(ids, zones, people, rights)
    described = [
        pd.DataFrame({"zone_id": pd.Series(ids, dtype=object)}),
        zone_facts(cells, zones, people, income, access, income_shown=shown),
        gap_of_zones(ids, of_zones),
        stability_columns(steady, len(ids)),
        cluster_columns(spots, zones, people, len(ids)),
    ]
    named = with_names(pd.concat(described, axis=1), cells, zones, people, naming or Naming())
    frame = with_outlines(named, cells, zones)
    stable = _is_stable(steady, rule, len(ids))
    groups = np.where(zones < 0, merge_cells(qualifies, links), NO_ZONE)
    facts = register_facts(rule, people, income, unmet, qualifies, groups)
    facts["draws"] = 0 if steady is None else steady.n_draws
    facts["permutations"] = None if spots is None else spots.n_permutations
    facts["permutations_seed"] = None if spots is None else seed
    return Register(
        zones=_ordered(frame[stable]),
        unstable=_ordered(frame[~stable]),
        rights=of_zones,
        cells=_cells(qualifies, zones, ids, stable, steady, spots),
        facts=without_small_counts(facts, smallest_count),
        notes=register_notes(facts, smallest_count),
    )


def _links(cells: Sequence[str], people: Floats, touching: Links, rule: ZoneRule) -> Links:
    if not rule.bridge_empty_cells:
        return touching
    return touching + links_across_empty_cells(cells, people > 0)


def _statistics(
    access: Floats | None,
    income: Floats,
    people: Floats,
    touching: Links,
    n_permutations: int | None,
    seed: int,
) -> HotSpots | None:
    """Gi* over the cells where somebody lives; cells without residents are in nobody's neighbourhood."""
    if access is None:
        return None
    inhabited = np.where(people > 0, 0.0, np.nan)
    return low_access_and_income(
        access + inhabited, income + inhabited, touching, n_permutations=n_permutations, seed=seed
    )


def _is_stable(steady: Stability | None, rule: ZoneRule, n_zones: int) -> Bools:
    """Without draws nothing is known of stability, and no zone is turned away for it."""
    if steady is None:
        return np.ones(n_zones, dtype=bool)
    return np.asarray(steady.share_of_zones >= rule.min_share_of_draws)


def _ordered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    ordered = frame.sort_values(["population", "zone_id"], ascending=[False, True])
    return ordered.reset_index(drop=True)


def _cells(
    qualifies: Bools,
    zones: Ints,
    ids: Sequence[str],
    stable: Bools,
    steady: Stability | None,
    spots: HotSpots | None,
) -> RegisterCells:
    unknown = np.full(len(zones), np.nan)
    by_zone = np.array([*ids, None], dtype=object)  # the last for cells in no zone, zone -1
    in_register = np.append(stable, False)[zones]
    registered, unstable = by_zone[zones], by_zone[zones]
    registered[~in_register] = None
    unstable[in_register] = None
    statistics = (unknown,) * 4 if spots is None else spots[:4]
    return RegisterCells(
        qualifies,
        registered,
        unstable,
        unknown if steady is None else steady.share_of_cells,
        *statistics,
    )


def _check(
    cells: Sequence[str], population: Floats, income: Floats, rights: RightsOfCells, access: Floats | None
) -> None:
    n_cells = len(cells)
    lengths = {"population": len(population), "income": len(income), "rights": rights.unmet.shape[1]}
    if access is not None:
        lengths["access"] = len(access)
    problems = [f"{name} has {n} values for {n_cells} cells" for name, n in lengths.items() if n != n_cells]
    if (population < 0).any():
        problems.append(f"population is negative in {int((population < 0).sum())} cells")
    if np.isinf(population).any() or np.isinf(income).any():
        problems.append("population or income is infinite")
    if problems:
        raise InputDataError("exclusion zones: " + "; ".join(problems))
