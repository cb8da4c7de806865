"""Slow, obvious twins of spreading counts over cells and of income deciles; no code shared with access."""

from __future__ import annotations

from fractions import Fraction

import h3
import shapely
from pyproj import Transformer


def by_area(zones: list[shapely.Polygon], values: list[float], cells: list[str]) -> dict[str, float]:
    """Spread each value over its zone (lon, lat) by area, in a cylindrical equal-area projection."""
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:6933", always_xy=True).transform
    outlines = {
        cell: shapely.transform(
            shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]),
            to_metres,
            interleaved=False,
        )
        for cell in cells
    }
    counts = dict.fromkeys(cells, 0.0)
    for zone, value in zip(zones, values, strict=True):
        projected = shapely.transform(zone, to_metres, interleaved=False)
        for cell, outline in outlines.items():
            counts[cell] += value * projected.intersection(outline).area / projected.area
    return counts


def deciles(incomes: list[int], people: list[int]) -> list[int | None]:
    """Rank by counting everybody who is poorer, in exact fractions; 0 people have no decile."""
    total = sum(people)
    ranks: list[int | None] = []
    for income, residents in zip(incomes, people, strict=True):
        poorer = sum(p for i, p in zip(incomes, people, strict=True) if i < income)
        equal = sum(p for i, p in zip(incomes, people, strict=True) if i == income)
        middle = Fraction(2 * poorer + equal, 2 * total)
        ranks.append(None if residents == 0 else int(10 * middle) + 1)
    return ranks
