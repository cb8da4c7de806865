"""Streets of the demo city: an edge table on a 60 m lattice, different in each kind of district.

A *key* names a lattice point (column i, row j, 60 m apart); streets of the usual suburb join every second
point, the old centre and the informal settlement use every point. Arterials lie on multiples of 16 (960 m).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from access import demo_plan as plan
from access.demo_plan import Bools, Floats, Ints, noise01

LATTICE_M = 60
ARTERIAL = plan.BLOCK_M // LATTICE_M
COLLECTOR = ARTERIAL // 2
LONGEST_WAY = 12  # edges in one OSM way

HIGHWAYS = (
    "secondary", "tertiary", "residential", "living_street", "footway", "path", "steps", "track",
    "unclassified", "service", "motorway",
)  # fmt: skip
CODE = {name: code for code, name in enumerate(HIGHWAYS)}


class Edges(NamedTuple):
    """Street edges between lattice points; all arrays have shape (n_edges,)."""

    i: Ints
    j: Ints
    to_i: Ints
    to_j: Ints
    highway: Ints  # position in HIGHWAYS
    private: Bools
    bridge: Bools


class Streets(NamedTuple):
    """Street nodes and the ways through them, as written to the OSM file."""

    x_m: Floats
    y_m: Floats
    way_start: Ints  # (n_ways + 1,) offsets into way_nodes
    way_nodes: Ints  # node rows in order along each way
    way_highway: Ints
    way_private: Bools
    way_bridge: Bools


def make_streets(size: plan.CitySize, seed: int) -> Streets:
    """Lay out all streets of a city of this size."""
    parts = [_usual_streets(size, seed), _centre_streets(seed), _settlement_paths(), _island()]
    edges = Edges(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    keys = np.unique(np.concatenate([_key(edges.i, edges.j), _key(edges.to_i, edges.to_j)]))
    x_m, y_m = _node_places(keys, seed)
    return Streets(x_m, y_m, *_join_into_ways(edges, keys))


def _key(i: Ints, j: Ints) -> Ints:
    return (i + 2_000) * 4_096 + (j + 2_000)


def _node_places(keys: Ints, seed: int) -> tuple[Floats, Floats]:
    """Lattice places, moved a little so that no street is quite straight; old ones are less regular."""
    i, j = keys // 4_096 - 2_000, keys % 4_096 - 2_000
    x, y = (i * LATTICE_M).astype(float), (j * LATTICE_M).astype(float)
    arterial = (i % ARTERIAL == 0) | (j % ARTERIAL == 0)
    old = (np.hypot(x, y) < plan.CENTRE_RADIUS_M) | plan.in_district("settlement", x, y)
    reach_m = np.where(old, 21.0, np.where(arterial, 8.0, 16.0))
    return (
        np.round(x + reach_m * (2 * noise01(keys, seed, 1) - 1), 2),
        np.round(y + reach_m * (2 * noise01(keys, seed, 2) - 1), 2),
    )


def _lattice(low: int, high: int, step: int) -> list[tuple[Ints, Ints, Ints, Ints]]:
    """Eastward and northward edges between all lattice points of a square."""
    line = np.arange(low, high + 1, step, dtype=np.int64)
    i, j = (grid.ravel() for grid in np.meshgrid(line, line, indexing="ij"))
    return [(i, j, i + step, j), (i, j, i, j + step)]


def _usual_streets(size: plan.CitySize, seed: int) -> Edges:
    """Streets outside the old centre: dense where people live, only arterials in the country."""
    reach = int(size.radius_m * 1.06 / LATTICE_M) // 2 * 2 + 2
    boundary = plan.city_boundary(size.radius_m)
    columns = []
    for i, j, to_i, to_j in _lattice(-reach, reach, 2):
        x, y = (i + to_i) * (LATTICE_M / 2), (j + to_j) * (LATTICE_M / 2)
        keep = shapely.contains_xy(boundary, x, y)
        i, j, to_i, to_j = (values[keep] for values in (i, j, to_i, to_j))
        x, y = x[keep], y[keep]
        line = np.where(i == to_i, i, j)
        highway = _usual_highway(x, y, line, _key(i, j) * 2 + (i == to_i), size.radius_m, seed)
        highway, private = _district_highway(x, y, i, j, to_i, to_j, highway)
        across = (j == to_j) & (j % ARTERIAL == 0) & plan.is_bridge_row(j // ARTERIAL)
        wet = _touches_river(i, j, to_i, to_j)
        highway = np.where(wet & ~across, -1, highway)
        highway = np.where(wet & across, CODE["secondary"], highway)
        keep = highway >= 0
        table = (i, j, to_i, to_j, highway, private, wet)
        columns.append([values[keep] for values in table])
    return Edges(*(np.concatenate(parts) for parts in zip(*columns, strict=True)))


def _touches_river(i: Ints, j: Ints, to_i: Ints, to_j: Ints) -> Bools:
    ends = (plan.in_river(a * float(LATTICE_M), b * float(LATTICE_M)) for a, b in ((i, j), (to_i, to_j)))
    return np.logical_or(*ends)


def _usual_highway(x: Floats, y: Floats, line: Ints, key: Ints, radius_m: float, seed: int) -> Ints:
    """Highway code by hierarchy and density, -1 where there is no street."""
    density = plan.density_per_km2(x, y, radius_m)
    luck = noise01(key, seed, 3)
    local = np.where(density > 700, luck < 0.94, (density > 100) & (line % 4 == 0) & (luck < 0.95))
    in_old_centre = np.hypot(x, y) < plan.CENTRE_RADIUS_M
    highway = np.where(local & ~in_old_centre, CODE["residential"], -1)
    # the old centre has its own lattice of all points; its arterials are drawn there as well
    highway = np.where((line % COLLECTOR == 0) & (density > 100) & ~in_old_centre, CODE["tertiary"], highway)
    arterial = np.where(density > 100, CODE["secondary"], CODE["unclassified"])
    highway = np.where((line % ARTERIAL == 0) & ~in_old_centre, arterial, highway)
    park = shapely.contains_xy(plan.PARK, x, y) & (line % 2 == 0)
    highway = np.where(park & (highway < 0), CODE["footway"], highway)
    industry = shapely.contains_xy(plan.INDUSTRY, x, y) & (line % 4 == 0)
    return np.where(industry & (highway < 0), CODE["unclassified"], highway)


def _district_highway(
    x: Floats, y: Floats, i: Ints, j: Ints, to_i: Ints, to_j: Ints, highway: Ints
) -> tuple[Ints, Bools]:
    """Streets of the estate (large blocks with footways) and of the enclave (cul-de-sacs off one spine)."""
    line = np.where(i == to_i, i, j)
    estate = plan.in_district("estate", x, y) & (highway < 0)
    highway = np.where(estate, np.where(line % 4 == 0, CODE["residential"], CODE["footway"]), highway)
    start_in, end_in = (
        plan.in_district("enclave", a * float(LATTICE_M), b * float(LATTICE_M))
        for a, b in ((i, j), (to_i, to_j))
    )
    spine = (j == to_j) & (j == 4 * ARTERIAL)
    inside = start_in & end_in
    cul_de_sac = inside & (i == to_i)
    second_gate = inside & (j == to_j) & (j == 3 * ARTERIAL + 6)
    highway = np.where((start_in | end_in) & ~spine, -1, highway)
    highway = np.where(cul_de_sac, CODE["residential"], np.where(second_gate, CODE["service"], highway))
    settlement = plan.in_district("settlement", x, y)
    return np.where(settlement, -1, highway), second_gate


def _plain(i: Ints, j: Ints, to_i: Ints, to_j: Ints, highway: Ints) -> Edges:
    no = np.zeros(len(i), dtype=bool)
    return Edges(i, j, to_i, to_j, highway, no, no)


def _centre_streets(seed: int) -> Edges:
    """Old centre: every lattice point, some edges missing, some lanes across, some steps."""
    reach = int(plan.CENTRE_RADIUS_M / LATTICE_M) + 2
    steps = _lattice(-reach, reach, 1)
    i, j = steps[0][:2]
    steps.append((i, j, i + 1, j + 1))  # lanes across the blocks
    parts = []
    for kind, (a, b, c, d) in enumerate(steps):
        middle_m = np.hypot((a + c) * LATTICE_M / 2, (b + d) * LATTICE_M / 2)
        line = np.where(a == c, a, b)
        luck = noise01(_key(a, b) * 3 + kind, seed, 4)
        main = (line % ARTERIAL == 0) & (kind < 2)
        keep = (middle_m < plan.CENTRE_RADIUS_M) & (main | (luck < (0.84, 0.84, 0.10)[kind]))
        lanes = np.where(
            luck < 0.02, CODE["steps"], np.where(luck < 0.3, CODE["footway"], CODE["living_street"])
        )
        lanes = np.where(main, CODE["secondary"], lanes)
        parts.append([values[keep] for values in (a, b, c, d, lanes)])
    return _plain(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _settlement_paths() -> Edges:
    """Paths of the informal settlement and the one track that joins it to the road."""
    low, high = -80, 80
    parts = []
    for a, b, c, d in _lattice(low, high, 1):
        start_in, end_in = (
            plan.in_district("settlement", p * float(LATTICE_M), q * float(LATTICE_M))
            for p, q in ((a, b), (c, d))
        )
        keep = start_in & end_in
        parts.append([values[keep] for values in (a, b, c, d)])
    i, j, to_i, to_j = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    track_i = np.arange(4 * ARTERIAL, 4 * ARTERIAL + 4, dtype=np.int64)
    track_j = np.full(4, -72, dtype=np.int64)
    highway = np.concatenate([np.full(len(i), CODE["path"]), np.full(4, CODE["track"])])
    return _plain(
        np.concatenate([i, track_i]),
        np.concatenate([j, track_j]),
        np.concatenate([to_i, track_i + 1]),
        np.concatenate([to_j, track_j]),
        highway,
    )


def _island() -> Edges:
    """Four by four streets in the west that no street joins to the rest: a closed depot."""
    parts = []
    for a, b, c, d in _lattice(0, 6, 2):
        keep = (c <= 6) & (d <= 6)
        parts.append([values[keep] for values in (a - 107, b - 47, c - 107, d - 47)])
    i, j, to_i, to_j = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return _plain(i, j, to_i, to_j, np.full(len(i), CODE["service"]))


def _join_into_ways(edges: Edges, keys: Ints) -> tuple[Ints, Ints, Ints, Bools, Bools]:
    """Join edges that follow each other along a line into ways of at most LONGEST_WAY edges."""
    di, dj = edges.to_i - edges.i, edges.to_j - edges.j
    line, place = np.where(di == 0, edges.i, edges.j), np.where(di == 0, edges.j, edges.i)
    order = np.lexsort((place, line, dj, di))
    start, end = (
        np.searchsorted(keys, key)[order] for key in (_key(edges.i, edges.j), _key(edges.to_i, edges.to_j))
    )
    highway, private, bridge = edges.highway[order], edges.private[order], edges.bridge[order]
    goes_on = (start[1:] == end[:-1]) & (highway[1:] == highway[:-1])
    goes_on &= (private[1:] == private[:-1]) & (bridge[1:] == bridge[:-1])
    goes_on &= (place[order][1:] // (2 * LONGEST_WAY)) == (place[order][:-1] // (2 * LONGEST_WAY))
    first = np.flatnonzero(np.concatenate([[True], ~goes_on]))
    n_edges = np.diff(np.append(first, len(start)))
    way_start = np.concatenate([[0], np.cumsum(n_edges + 1)]).astype(np.int64)
    nodes = np.insert(end, first, start[first])
    return way_start, nodes, highway[first], private[first], bridge[first]
