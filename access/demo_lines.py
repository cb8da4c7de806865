"""Lines of the demo city as data: routes, paths and headways of the core, and the rule for suburban lines.

Paths are corners on the arterial streets, in blocks of 960 m from the main square; between two corners a line
follows one arterial. Stops lie every half block (480 m), for trams and rapid lines every block or two.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from access import demo_plan as plan

Corner = tuple[float, float]
Band = tuple[float, float, float]  # from hour, to hour, minutes between departures
SERVICES = ("weekday", "saturday", "sunday")


class Headways(NamedTuple):
    """Departure bands by kind of day; hours beyond 24 belong to the night after."""

    weekday: tuple[Band, ...]
    saturday: tuple[Band, ...] = ()
    sunday: tuple[Band, ...] = ()


class Line(NamedTuple):
    """One route in both directions. ``timing`` says which stop times the feed leaves blank.

    timing: "all" (none blank), "ends" (only first and last stop timed) or "distance" (as "ends", and
    ``shape_dist_traveled`` is filled).
    """

    route_id: str
    feed: str  # bus or tram
    name: str
    headways: str  # key of HEADWAYS
    speed_km_h: float
    path: tuple[Corner, ...]
    stop_every: int = 1  # in half blocks
    timing: str = "all"
    kind: int = 3  # GTFS route_type: 0 tram, 1 metro, 3 bus
    planted: bool = True
    skip_core: bool = False


HEADWAYS = {
    "tram": Headways(
        ((5, 7, 12), (7, 9, 6), (9, 16, 8), (16, 19, 6), (19, 21, 12), (21, 24, 20)),
        ((5.5, 9, 15), (9, 20, 10), (20, 24, 20)),
        ((7, 22, 15), (22, 24, 30)),
    ),
    "main": Headways(
        ((5, 7, 15), (7, 9, 8), (9, 16, 10), (16, 19, 8), (19, 21, 15), (21, 24.2, 30)),
        ((6, 9, 20), (9, 20, 15), (20, 24, 30)),
        ((8, 20, 20), (20, 23, 40)),
    ),
    "usual": Headways(
        ((5.2, 7, 20), (7, 9, 12), (9, 16, 15), (16, 19, 12), (19, 22.5, 30)),
        ((6.5, 21, 20),),
        ((8.5, 20, 30),),
    ),
    "estate": Headways(((5.1, 20.5, 40),), ((7, 19, 60),)),  # no evening, no night, no Sunday
    "enclave": Headways(((6.6, 19, 60),)),
    "night": Headways(((24.5, 28.6, 60),), ((24.5, 28.6, 60),), ((24.5, 28.6, 60),)),
    "suburb": Headways(
        ((5, 7, 20), (7, 9, 12), (9, 16, 20), (16, 19, 12), (19, 23.5, 30)), ((6, 22, 30),), ((8, 21, 40),)
    ),
    "suburb_night": Headways(
        ((0.4, 4.5, 60), (5, 7, 20), (7, 9, 12), (9, 16, 20), (16, 19, 12), (19, 23.5, 30)),
        ((0.4, 4.5, 60), (6, 22, 30)),
        ((0.4, 4.5, 60), (8, 21, 40)),
    ),
    "rapid": Headways(((5, 7, 12), (7, 19, 8), (19, 24, 15)), ((6, 24, 12),), ((7, 23, 15),)),
    "metropolis": Headways(((3, 11, 5),)),
    "metropolis_main": Headways(((3, 11, 4),)),
}

CORE_LINES = (
    Line("T1", "tram", "Montclair – Hôpital", "tram", 22,
         ((-6, 2), (-1, 2), (-1, 0), (5, 0), (5, 1.5)), 2, kind=0),
    Line("1", "bus", "Nordelle – Faubourg du Sud", "main", 20, ((0, 6), (0, -3))),
    Line("2", "bus", "Ouchelle – Haute-Rive", "main", 19.5,
         ((-6, -2), (0, -2), (0, 0), (1, 0), (1, 2)), timing="ends"),
    Line("3", "bus", "Bellecombe – Vieille Ville", "usual", 20, ((-3, 5), (-2, 5), (-2, 0), (0, 0))),
    Line("4", "bus", "Les Coteaux – Rive-Est", "usual", 20, ((-6, 1), (0, 1), (0, 0), (4, 0), (4, 2))),
    Line("5", "bus", "Estuaire – Prairies", "usual", 20, ((4, 5), (4, -1)), timing="distance"),
    Line("6", "bus", "Vieille Ville – Les Forges", "usual", 20, ((0, 0), (0, 4), (5, 4), (5, 2))),
    Line("7", "bus", "Faubourg du Sud – Jardins", "main", 19.5, ((1, -3), (1, 0), (-1, 0), (-1, 4))),
    Line("8", "bus", "Ouchelle – Port-Orvelle", "usual", 20, ((-6, -1), (0, -1), (1, -1)), timing="distance"),
    Line("9", "bus", "Les Peupliers – Vieille Ville", "estate", 18,
         ((-2, -5.5), (-2, -3), (-1, -3), (-1, -1), (0, -1), (0, 0))),
    Line("10", "bus", "Rocade: Bellecombe – Les Halles", "usual", 20, ((-3, 4), (-3, -2), (-1, -2))),
    Line("11", "bus", "Rive-Est – Les Forges", "usual", 20, ((3, 0), (3, 3), (5, 3), (5, 0)), timing="ends"),
    Line("12", "bus", "Belvédère – Vieille Ville", "enclave", 20,
         ((-5, 4), (-2, 4), (-2, 2), (0, 2), (0, 0))),
    Line("N1", "bus", "Nuit: Nordelle – Faubourg du Sud", "night", 22, ((0, 6), (0, -3))),
    Line("N2", "bus", "Nuit: Ouchelle – Vieille Ville", "night", 22, ((-6, -1), (0, -1), (0, 0))),
    Line("TN", "tram", "Nuit: Montclair – Vieille Ville", "night", 24,
         ((-6, 2), (-1, 2), (-1, 0), (0, 0)), 2, kind=0),
)  # fmt: skip

FREQUENCY_ROUTE = "10"  # its weekday trips stand in frequencies.txt
FREQUENCY_BANDS: tuple[Band, ...] = ((6, 9, 12), (9, 16, 15), (16, 20, 12))
REMEDY_ROUTE, REMEDY_HEADWAY_MIN = "9", 10


def suburban_lines(size: plan.CitySize) -> list[Line]:
    """Straight lines along every arterial of the suburbs, and rapid lines through the whole city.

    Suburban lines end at the green belt and at the river (which they cross at bridges only), and are cut into
    pieces of at most 12 km. Rapid lines through the main square carry people into the core.
    """
    reach = int(size.radius_m * 1.05 // plan.BLOCK_M)
    if size.radius_m < plan.SUBURBS_FROM_M:
        return []
    limited = size.hours is not None
    lines = []
    for across in (False, True):
        for block in range(-reach, reach + 1):
            night = not across and block % 3 == 0
            main = block % 3 == 0
            plain = ("metropolis_main" if main else "metropolis") if limited else "suburb"
            headways = "suburb_night" if night and not limited else plain
            for number, (start, end) in enumerate(_pieces(size, block, across), start=1):
                letter, corners = _corners(block, across, start, end)
                name = f"{letter}{_compass(block, across)}-{number}"
                lines.append(Line(name, "bus", f"Ligne {name}", headways, 20, corners, planted=False))
    for across, blocks in ((False, range(-42, 43, 7)), (True, range(-40, 41, 8))):
        for block in blocks:
            start, end = _span(size, block)
            if end - start >= 8:
                letter, corners = _corners(block, across, start, end)
                name = f"R{letter}{_compass(block, across)}"
                headways = "metropolis" if limited else "rapid"
                lines.append(
                    Line(name, "tram", f"Rapide {name}", headways, 36, corners, 4, kind=1, planted=False,
                         skip_core=block != 0)
                )  # fmt: skip
    return lines


def _span(size: plan.CitySize, block: int) -> tuple[int, int]:
    """First and last block of the boundary along one arterial (the same for rows and columns, roughly)."""
    inner = size.radius_m * 0.94
    half_m = np.sqrt(max(inner**2 - (block * plan.BLOCK_M) ** 2, 0.0))
    return -int(half_m // plan.BLOCK_M), int(half_m // plan.BLOCK_M)


def _pieces(size: plan.CitySize, block: int, across: bool) -> list[tuple[float, float]]:
    """Stretches of an arterial where a suburban line may run, in blocks, each at least 3 and at most 12.5."""
    start, end = _span(size, block)
    along = np.arange(2 * start, 2 * end + 1) / 2
    fixed = np.full(len(along), float(block))
    x, y = (along, fixed) if across else (fixed, along)
    x, y = x * plan.BLOCK_M, y * plan.BLOCK_M
    allowed = (np.hypot(x, y) > plan.SUBURBS_FROM_M) & ~plan.far_from_stops(x, y)
    if not (across and plan.is_bridge_row(block)):
        allowed &= ~plan.in_river(x, y)
    pieces = []
    breaks = np.flatnonzero(np.diff(np.concatenate([[0], allowed.astype(np.int8), [0]])))
    for first, after in breaks.reshape(-1, 2):
        count = max(1, int(np.ceil((after - first) / 26)))
        edges = np.linspace(first, after - 1, count + 1).round().astype(int)
        pieces += [(float(along[a]), float(along[b])) for a, b in pairwise(edges.tolist()) if b - a >= 6]
    return pieces


def _corners(block: int, across: bool, start: float, end: float) -> tuple[str, tuple[Corner, ...]]:
    if across:
        return "H", ((start, block), (end, block))
    return "V", ((block, start), (block, end))


def _compass(block: int, across: bool) -> str:
    """Arterial name: 3N is the third row north of the main square, 4W the fourth column west."""
    side = ("N" if block > 0 else "S") if across else ("E" if block > 0 else "W")
    return f"{abs(block)}{side}" if block else "0"
