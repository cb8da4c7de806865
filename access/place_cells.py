"""Which cell of a run a point lies in, and what a place is to somebody who looks one up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import h3
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Kind = Literal["cell", "coordinates", "zone", "place", "stop", "square", "building", "street"]

NEAREST_M = 1_000.0
M_A_DEGREE = 111_195.0  # of latitude, on a sphere of 6,371 km


@dataclass(frozen=True)
class FoundPlace:
    """A place that a text may mean.

    Attributes
    ----------
    kind : str
        ``cell``, ``coordinates``, ``zone`` (a neighbourhood of the run), ``place`` (a settlement of
        OpenStreetMap), ``stop``, ``square``, ``building`` or ``street``.
    name : str
        As its source writes it.
    cell_id : str
        H3 index of the run's cell; empty where the place is outside.
    lon, lat : float
        Degrees WGS84.
    detail : str
        Neighbourhood that it lies in, to tell places of one name apart; may be empty.
    street_only : bool
        A house number was passed over.
    n_cells : int
        Of a neighbourhood.
    """

    kind: Kind
    name: str
    cell_id: str
    lon: float
    lat: float
    detail: str = ""
    street_only: bool = False
    n_cells: int = 0

    @property
    def outside(self) -> bool:
        """Whether no cell of the run is near."""
        return not self.cell_id


class Grid:
    """The cells of a run, to find the one that a point lies in."""

    def __init__(self, cell_ids: Sequence[str], zones: Sequence[str | None]) -> None:
        self.ids = [str(cell) for cell in cell_ids]
        self.row_of = {cell: row for row, cell in enumerate(self.ids)}
        self.zones = [zone if isinstance(zone, str) else "" for zone in zones]
        self.resolution = h3.get_resolution(self.ids[0])
        centres = np.array([h3.cell_to_latlng(cell) for cell in self.ids])
        self.lat, self.lon = centres[:, 0], centres[:, 1]
        self._m_a_degree_east = M_A_DEGREE * float(np.cos(np.radians(self.lat.mean())))
        self._tree = cKDTree(self._on_plane(self.lon, self.lat))

    def middle(self, lon: Floats, lat: Floats) -> int:
        """Return which of some points is nearest to their mean; the first of several."""
        away = self._on_plane(lon - lon.mean(), lat - lat.mean())
        return int(np.argmin((away**2).sum(axis=1)))

    def cells_of(self, lon: Floats, lat: Floats) -> list[str]:
        """Return for each point the cell that holds it, else the nearest within 1 km, else an empty text."""
        found = [str(h3.latlng_to_cell(*point, self.resolution)) for point in zip(lat, lon, strict=True)]
        strangers = [at for at, cell in enumerate(found) if cell not in self.row_of]
        if strangers:
            distance_m, nearest = self._tree.query(self._on_plane(lon[strangers], lat[strangers]))
            for at, far_m, row in zip(strangers, distance_m, nearest, strict=True):
                found[at] = self.ids[row] if far_m <= NEAREST_M else ""
        return found

    def cell_of(self, lon: float, lat: float) -> str:
        """Return the cell of one point, as ``cells_of``."""
        return self.cells_of(np.array([lon]), np.array([lat]))[0]

    def _on_plane(self, lon: Floats, lat: Floats) -> Floats:
        """Metres east and north, on a plane that fits the city."""
        return np.column_stack([lon * self._m_a_degree_east, lat * M_A_DEGREE])

    def zone_of(self, cell: str) -> str:
        """Return the neighbourhood of a cell; empty where it has none."""
        return self.zones[self.row_of[cell]] if cell in self.row_of else ""

    def holds(self, lon: float, lat: float) -> bool:
        """Say whether a point lies within 0.1 degrees of the cells' bounding box."""
        west, east, south, north = self.lon.min(), self.lon.max(), self.lat.min(), self.lat.max()
        return bool(west - 0.1 <= lon <= east + 0.1 and south - 0.1 <= lat <= north + 0.1)
