"""The register of exclusion zones before and after: zones that enter, leave, grow or shrink.

Both registers follow the same rule (``access.exclusion``) and see the same draws. A zone of the scenario
continues those of the base with which it shares residents: a cell of both in which somebody lives. Zones that
merge or split are one row, told by all their ids. By residents a row *enters* (no zone of the base shares
any), *leaves* (none of the scenario does), *grows*, *shrinks* or *stays*: as many as before, even where cells
have changed.

Only zones stable enough for the register count. One that stays close to that line may leave it without much
of a change; so both shares of draws stand beside each other, for the same cells: those of the scenario's
zone, or of the base's where it leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from access.contiguity import contiguity
from access.exclusion import Register
from access.exclusion_merge import NO_ZONE, Ints, stability
from access.stage_uncertainty import Uncertainty
from access.stage_zones import draws_with_rights, register_of, rights_of_register, zone_rule

if TYPE_CHECKING:
    from access.comparison_certainty import Certainty, CertaintyOfBase
    from access.evaluated import Evaluated

Floats = npt.NDArray[np.float64]
N_STEPS = 4
"""Both registers, and how stable the zones are in each."""

ENTERS, LEAVES, STAYS, GROWS, SHRINKS = "enters", "leaves", "stays", "grows", "shrinks"
TEXTS = ("scenario", "zone", "zone_base", "state", "name", "label_en", "label_fr")
ZONE_COLUMNS = (
    *TEXTS,
    "residents_base",
    "residents",
    "residents_entering",
    "residents_leaving",
    "share_of_draws_base",
    "share_of_draws",
    "draws",
    "geometry",
)
NO_REGISTER = {
    "en": "There is no register of zones: too few rights could be judged, or incomes are not known.",
    "fr": "Il n’y a pas de registre de zones : trop peu de droits ont pu être évalués, ou les revenus ne "
    "sont pas connus.",
}


@dataclass(frozen=True)
class RegisterChange:
    """What a scenario does to the register.

    Attributes
    ----------
    zones : GeoDataFrame
        One row a zone, or several that merge or split: ``ZONE_COLUMNS``; most residents first, EPSG:4326.
        ``zone`` and ``zone_base`` are ids joined by commas, missing where there is none. The two shares of
        draws are of the same cells: in how many draws at least half of their residents live in a zone.
    residents_base, residents : float
        In zones of the register, NaN = no register.
    note : dict of str to str or None
        Why there is no register, by language.
    """

    zones: gpd.GeoDataFrame
    residents_base: float
    residents: float
    note: dict[str, str] | None = None


class ZonesOfCells(NamedTuple):
    """Zones of one register by cell."""

    number: Ints  # (n_cells,) from 0, NO_ZONE
    ids: list[str]
    population: Floats  # (n_cells,)

    @classmethod
    def of(cls, register: Register, population: Floats) -> ZonesOfCells:
        """Number the zones of a register in its order."""
        ids = register.zones["zone_id"].astype(str).to_list()
        at = {zone: number for number, zone in enumerate(ids)}
        number = [NO_ZONE if zone is None else at[zone] for zone in register.cells.zone_id]
        return cls(np.array(number, dtype=np.int64), ids, np.nan_to_num(population))

    @property
    def residents(self) -> Floats:
        """Residents in a zone of the register by cell, 0 elsewhere."""
        return np.where(self.number == NO_ZONE, 0.0, self.population)


def register_change(
    base: Evaluated,
    scenario: Evaluated,
    of_base: CertaintyOfBase,
    certainty: Certainty,
    advance: Callable[[int, int], object] | None = None,
) -> RegisterChange:
    """Make both registers and compare them.

    Parameters
    ----------
    of_base, certainty
        Draws and rights of each realisation; without draws both shares are NaN.
    advance : callable, optional
        Called with the steps done and all of them; what it raises ends the computation.
    """
    name = scenario.name["en"]
    states = ((base, of_base.drawn), (scenario, certainty.drawn))
    registers: list[Register | None] = []
    for one, drawn in states:
        rights = one.rights.evaluated
        registers.append(
            register_of(one.network, one.measures, one.periods, rights, drawn, one.reach, statistics=False)
        )
        _tell(advance, len(registers))
    before, after = registers
    if before is None or after is None:
        return RegisterChange(_frame([]), float("nan"), float("nan"), NO_REGISTER)
    cells = base.network.inputs.cells.study_ids
    of_registers = (
        ZonesOfCells.of(before, base.measures.people.population),
        ZonesOfCells.of(after, scenario.measures.people.population),
    )
    groups = matched(*of_registers)
    shares = []
    for one, drawn in states:
        shares.append(_shares(one, drawn, cells, groups, of_registers))
        _tell(advance, len(registers) + len(shares))
    rows = _rows(name, groups, of_registers, (before, after), shares)
    residents_base, residents = (float(zones.residents.sum()) for zones in of_registers)
    return RegisterChange(_frame(rows), residents_base, residents)


def _tell(advance: Callable[[int, int], object] | None, done: int) -> None:
    if advance is not None:
        advance(done, N_STEPS)


class Groups(NamedTuple):
    """Zones of base and scenario that belong together."""

    base: Ints  # (n_base_zones,) group of each zone, from 0
    scenario: Ints  # (n_zones,)
    n_groups: int

    def of_cells(self, base: ZonesOfCells, scenario: ZonesOfCells) -> tuple[Ints, Ints]:
        """Return the group of each cell in the base and in the scenario, ``NO_ZONE`` outside zones."""
        of_base, of_scenario = (
            np.append(groups, NO_ZONE)[zones.number]
            for groups, zones in ((self.base, base), (self.scenario, scenario))
        )
        return of_base, of_scenario


def matched(base: ZonesOfCells, scenario: ZonesOfCells) -> Groups:
    """Put zones together that share residents, directly or through others."""
    n_base, n_zones = len(base.ids), len(scenario.ids)
    shared = (base.residents > 0) & (scenario.residents > 0)
    pairs = (np.ones(shared.sum()), (base.number[shared], n_base + scenario.number[shared]))
    links = sparse.coo_array(pairs, shape=(n_base + n_zones, n_base + n_zones)).tocsr()
    n_groups, group = connected_components(links, directed=False)
    group = group.astype(np.int64)
    return Groups(group[:n_base], group[n_base:], int(n_groups))


def state_of(residents_base: float, residents: float, *, before: bool, after: bool) -> str:
    """Return what happens to a zone, by whether it is in each register and by its residents."""
    if not before or not after:
        return ENTERS if after else LEAVES
    if abs(residents - residents_base) <= 1e-9 * residents_base:
        return STAYS
    return GROWS if residents > residents_base else SHRINKS


def _shares(
    evaluated: Evaluated,
    drawn: Uncertainty,
    cells: Sequence[str],
    groups: Groups,
    zones: tuple[ZonesOfCells, ZonesOfCells],
) -> tuple[Floats, int]:
    """Return in which share of one state's draws each group persists, and the number of draws."""
    of_base, of_scenario = groups.of_cells(*zones)
    goes_on = np.isin(of_base, of_scenario[of_scenario != NO_ZONE])
    label = np.where(of_scenario != NO_ZONE, of_scenario, np.where(goes_on, NO_ZONE, of_base))
    given = evaluated.network.inputs.loaded.config.exclusion
    rights = rights_of_register(evaluated.rights.evaluated, given.catalogue)
    chunks = draws_with_rights(drawn, [each.right.name for each in rights])
    found = stability(label, chunks, zone_rule(evaluated.network), contiguity(cells))
    if found is None:
        return np.full(groups.n_groups, np.nan), 0
    return found.share_of_zones, found.n_draws


def _rows(
    scenario: str,
    groups: Groups,
    zones: tuple[ZonesOfCells, ZonesOfCells],
    registers: tuple[Register, Register],
    shares: Sequence[tuple[Floats, int]],
) -> list[dict[str, object]]:
    """Return one row a group."""
    base, after = zones
    entering = np.maximum(after.residents - base.residents, 0.0)
    leaving = np.maximum(base.residents - after.residents, 0.0)
    of_base, of_scenario = groups.of_cells(base, after)
    found = []
    for group in range(groups.n_groups):
        old, new = np.flatnonzero(groups.base == group), np.flatnonzero(groups.scenario == group)
        inside = (of_base == group) | (of_scenario == group)
        residents_base = float(base.residents[of_base == group].sum())
        residents = float(after.residents[of_scenario == group].sum())
        register, members = (registers[1], new) if len(new) else (registers[0], old)
        shown = register.zones.iloc[members]
        found.append(
            {
                "scenario": scenario,
                "zone": ",".join(after.ids[zone] for zone in new) or None,
                "zone_base": ",".join(base.ids[zone] for zone in old) or None,
                "state": state_of(residents_base, residents, before=len(old) > 0, after=len(new) > 0),
                **{name: shown[name].iloc[0] for name in ("name", "label_en", "label_fr")},
                "residents_base": residents_base,
                "residents": residents,
                "residents_entering": float(entering[inside].sum()),
                "residents_leaving": float(leaving[inside].sum()),
                "share_of_draws_base": float(shares[0][0][group]),
                "share_of_draws": float(shares[1][0][group]),
                "draws": min(shares[0][1], shares[1][1]),
                "geometry": _outline(shown),
            }
        )
    return sorted(found, key=lambda row: (-max(row["residents_base"], row["residents"]), str(row["zone"])))


def _outline(zones: gpd.GeoDataFrame) -> shapely.MultiPolygon:
    merged = shapely.normalize(shapely.union_all(zones.geometry.to_numpy()))
    return shapely.MultiPolygon(list(shapely.get_parts(merged)))


def _frame(rows: Sequence[dict[str, object]]) -> gpd.GeoDataFrame:
    columns = {name: [row[name] for row in rows] for name in ZONE_COLUMNS}
    frame = gpd.GeoDataFrame(columns, geometry="geometry", crs="EPSG:4326")
    types = {name: "string" if name in TEXTS else "float64" for name in ZONE_COLUMNS[:-1]}
    return frame.astype({**types, "draws": "int64"})
