"""Schools, health and shops of the demo city, spread by population; what is planted has fixed places."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from access import demo_plan as plan
from access.demo_census import People


class Service(NamedTuple):
    """One kind of service: the OSM ``amenity`` or ``shop`` value, and residents per facility."""

    kind: str
    label: str
    residents_each: int
    level: str = ""
    capacity: int = 0


SERVICES = (
    Service("kindergarten", "École maternelle", 5_000, "early_childhood", 110),
    Service("school", "École primaire", 3_000, "primary", 280),
    Service("school", "Lycée", 11_000, "secondary", 750),
    Service("clinic", "Centre de santé", 16_000),
    Service("doctors", "Cabinet médical", 6_000),
    Service("pharmacy", "Pharmacie", 5_000),
    Service("supermarket", "Marché", 6_000),
    Service("library", "Bibliothèque", 30_000),
)


def make_services(size: plan.CitySize, people: People) -> pd.DataFrame:
    """Facilities: kind, level, capacity, name, x_m, y_m. The settlement has none of its own."""
    settlement = next(row for row, district in enumerate(plan.DISTRICTS) if district.kind == "settlement")
    weight = np.where(people.district == settlement, 0, people.residents)
    # going through the city in strips of one kilometre spreads every n-th resident evenly
    order = np.lexsort((people.x_m, people.y_m // 1_000))
    reached = np.cumsum(weight[order])
    tables = [_planted(size)]
    for row, service in enumerate(SERVICES):
        count = max(1, round(int(reached[-1]) / service.residents_each))
        targets = (np.arange(count) + 0.2 + 0.6 * ((row * 0.37) % 1)) * reached[-1] / count
        chosen = order[np.searchsorted(reached, targets)]
        offset_m = 20.0 + 7.0 * row  # two facilities of one grid point do not lie on top of each other
        tables.append(
            pd.DataFrame({
                "kind": service.kind, "level": service.level, "capacity": service.capacity,
                "name": [f"{service.label} {number + 1}" for number in range(count)],
                "x_m": people.x_m[chosen] + offset_m, "y_m": people.y_m[chosen] - offset_m,
            })
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def _planted(size: plan.CitySize) -> pd.DataFrame:
    """Hospital on the east bank, university, town hall; farther hospitals in suburbs of large cities."""
    rows = [
        ("hospital", "", 620, "Hôpital de l'Orvelle", *plan.HOSPITAL_XY),
        ("university", "tertiary", 9_000, "Université de Marlune", *plan.UNIVERSITY_XY),
        ("townhall", "", 0, "Hôtel de ville", *plan.TOWN_HALL_XY),
    ]
    centres = plan.suburb_centres(size.radius_m)
    names = plan.suburb_names(len(centres))
    far = [row for row, (x, y) in enumerate(centres) if np.hypot(x, y) > 13_000]
    rows += [("hospital", "", 400, f"Hôpital {names[row]}", *centres[row]) for row in far[::2]]
    return pd.DataFrame(rows, columns=["kind", "level", "capacity", "name", "x_m", "y_m"])
