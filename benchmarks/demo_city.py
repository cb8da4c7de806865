"""A demo city for the benchmarks: generated at first use, its network ready for a search."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from porto_alegre import ready_network

from access.cells import cells_covering, representative_points
from access.datasets import dataset_folder
from access.demo_city import DemoCityFiles
from access.transport_network import TransportNetwork

SERVICE_DATE = date(2026, 3, 11)
"""A Wednesday."""

FIRST_DEPARTURE_S = 7 * 3600 + 30 * 60


def demo_city(
    size: str, cache: Path | bool | None = None, metres: float | None = None
) -> tuple[dict[str, Any], np.ndarray]:
    """The network between all cells of resolution 9, and the jobs of each cell (1, n_cells).

    Parameters
    ----------
    size : str
        ``small``, ``medium`` or ``metropolis``.
    cache : path or bool, optional
        As in ``access.TransportNetwork``.
    metres : float, optional
        Only cells within this distance of the middle of the city.
    """
    files = DemoCityFiles(dataset_folder(f"demo-city-{size}"))
    ids = cells_covering(gpd.read_file(files.boundary), 9)
    centres = representative_points(ids, np.array([]), np.array([]), np.array([]))
    places = pd.DataFrame({"id": ids, "lon": centres.lon, "lat": centres.lat})
    if metres is not None:
        east_m = (places.lon - places.lon.mean()) * 111_320 * np.cos(np.radians(places.lat.mean()))
        north_m = (places.lat - places.lat.mean()) * 111_320
        places = places[np.hypot(east_m, north_m) <= metres].reset_index(drop=True)
    network = TransportNetwork(files.streets, files.feeds.values(), cache=cache)
    return ready_network(network, places, SERVICE_DATE), jobs_of(files, places)


def jobs_of(files: DemoCityFiles, places: pd.DataFrame) -> np.ndarray:
    """Workplaces summed by cell."""
    from access.cells import cells_of_points

    table = pd.read_csv(files.jobs)
    cell = cells_of_points(table.lon.to_numpy(), table.lat.to_numpy(), 9)
    by_cell = table.groupby(np.array(cell))["jobs"].sum()
    return places["id"].map(by_cell).fillna(0).to_numpy(np.float64)[np.newaxis]
