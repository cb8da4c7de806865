"""The walk graph as arrays, the report on its reading, and the plane it lies in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj

Floats = npt.NDArray[np.float64]


class StreetGraph(NamedTuple):
    """An undirected walk graph with lengths in whole millimetres. All arrays are read-only.

    S1. nodes ascend by OSM id, edges by (start, target), and ``edge_start < edge_target``: no loops and
        no two edges between the same nodes;
    S2. node ``n`` has the neighbours ``neighbour[neighbour_start[n]:neighbour_start[n + 1]]``, ascending,
        over the edges ``neighbour_edge``; every edge appears once at each end;
    S3. ``main`` is equal at both ends of an edge; at least one edge is main.
    """

    centre_lon: float  # of the projection, degrees
    centre_lat: float
    node_id: npt.NDArray[np.int64]  # (n_nodes,) OSM node; below 0 for a bend that the source has not named
    node_lon: Floats  # (n_nodes,) degrees WGS84
    node_lat: Floats  # (n_nodes,)
    node_x_m: Floats  # (n_nodes,) metres east of the centre
    node_y_m: Floats  # (n_nodes,) metres north of the centre
    main: npt.NDArray[np.bool_]  # (n_nodes,) on the main component
    component_size: npt.NDArray[np.int32]  # (n_nodes,) nodes of the component that the node belongs to
    edge_start: npt.NDArray[np.int32]  # (n_edges,) node
    edge_target: npt.NDArray[np.int32]  # (n_edges,) node
    edge_length_mm: npt.NDArray[np.int32]  # (n_edges,)
    edge_way: npt.NDArray[np.int64]  # (n_edges,) OSM way
    edge_steps: npt.NDArray[np.bool_]  # (n_edges,) a staircase
    edge_joinable: npt.NDArray[np.bool_]  # (n_edges,) points may be joined: main, but a scenario's footbridge
    neighbour_start: npt.NDArray[np.int64]  # (n_nodes + 1,) offsets into the next three
    neighbour: npt.NDArray[np.int32]  # (2 * n_edges,) node
    neighbour_edge: npt.NDArray[np.int32]  # (2 * n_edges,)
    neighbour_length_mm: npt.NDArray[np.int32]  # (2 * n_edges,)

    @property
    def n_nodes(self) -> int:
        """Number of nodes, those off the main component included."""
        return len(self.node_id)

    @property
    def n_edges(self) -> int:
        """Number of edges, those off the main component included."""
        return len(self.edge_way)

    @property
    def edge_main(self) -> npt.NDArray[np.bool_]:
        """Whether each edge lies on the main component, shape (n_edges,)."""
        return self.main[self.edge_start]

    @property
    def edge_component_size(self) -> npt.NDArray[np.int32]:
        """Nodes of the component of each edge, shape (n_edges,)."""
        return self.component_size[self.edge_start]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        lon, lat = self.node_lon, self.node_lat
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    def to_metres(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Project degrees to metres east and north of the centre; NaN stays NaN."""
        return project(self.centre_lon, self.centre_lat, lon, lat)


def project(
    centre_lon: float, centre_lat: float, lon: npt.ArrayLike, lat: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Project WGS84 degrees to metres with a transverse Mercator of scale 1 along the central meridian."""
    local = pyproj.CRS.from_dict(
        {"proj": "tmerc", "lat_0": centre_lat, "lon_0": centre_lon, "k": 1, "datum": "WGS84", "units": "m"}
    )
    transformer = pyproj.Transformer.from_crs("EPSG:4326", local, always_xy=True)
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    x_m, y_m = transformer.transform(lon, lat)
    missing = ~(np.isfinite(x_m) & np.isfinite(y_m))  # pyproj answers inf for NaN and for the impossible
    return np.where(missing, np.nan, x_m), np.where(missing, np.nan, y_m)


@dataclass(frozen=True)
class StreetReport:
    """What was read and what was put aside, for the log and the manifest. Lengths in metres."""

    source: str
    n_ways: int
    n_nodes: int
    n_edges: int
    length_m: float
    n_components: int
    n_nodes_removed: int
    length_removed_m: float
    length_removed_share: float
    n_edges_cut: int

    def as_dict(self) -> dict[str, str | int | float]:
        """Return the counts as plain values."""
        return asdict(self)

    def summary(self) -> str:
        """Return one or two sentences in plain words."""
        text = (
            f"{self.n_ways:,} walkable ways, {self.n_nodes:,} nodes, {self.n_edges:,} edges, "
            f"{self.length_m / 1000:,.1f} km"
        )
        if self.n_components > 1:
            text += (
                f"; {self.n_components - 1:,} parts not joined to the main network are put aside: "
                f"{self.n_nodes_removed:,} nodes, {self.length_removed_m / 1000:,.1f} km "
                f"({self.length_removed_share:.1%})"
            )
        if self.n_edges_cut:
            text += f"; {self.n_edges_cut:,} edges end outside the extract and are left out"
        return text
