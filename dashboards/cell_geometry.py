"""Cells as little bytes: corners in Web Mercator, on a grid of 65,536 steps, and back.

``cells.bin``, little-endian; ``n`` cells of ``k`` corners each (a cell with fewer corners, such as a
pentagon, has its last one repeated):

====== ============ ===================================================================================
byte   type         meaning
====== ============ ===================================================================================
0      4 letters    ``FRC1``: format and its version
4      uint32       ``n``
8      uint32       ``k``, 5 to 10
12     uint32       bytes of the names at the end
16     3 x float64  x and y of the south-western corner of the grid, and its step: metres of EPSG:3857
40     uint16[n]    x of the first corner: steps from the cell before (the first: from the origin)
...    uint16[n]    y of the first corner, likewise
...    uint16[n]    for each other corner its x, then its y: steps from the cell's first corner
...    uint16[n]    place of the neighbourhood's name in the list below; 65535: none
end    UTF-8        JSON list of names
====== ============ ===================================================================================

Differences are taken modulo 65,536 and so are exact and cannot overflow; coordinates lie at most half a
step from where they were. Hexagons of one size differ little from each other, so that these planes of
differences compress to a few bytes a cell. ``assets/cells.js`` reads the same format.

A city on the 180th meridian stays in one piece: longitudes are written within 180 degrees of the first cell,
beyond 180 if need be, and the map shows them there.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import h3
import numpy as np
import numpy.typing as npt

MAGIC = b"FRC1"
STEPS = 65_535
NO_NAME = 65_535
EARTH_RADIUS_M = 6_378_137.0  # of EPSG:3857
MAX_LATITUDE = 85.0  # Web Mercator ends at 85.05 degrees
_HEADER = struct.Struct("<4sIIIddd")

FloatArray = npt.NDArray[np.float64]


class CellShapes(NamedTuple):
    """Corners of cells in metres of Web Mercator, and the names of their neighbourhoods."""

    x_m: FloatArray  # (n, k)
    y_m: FloatArray  # (n, k)
    names: list[str]  # one a cell, empty where there is none


class Grid(NamedTuple):
    """A grid of 65,536 x 65,536 places."""

    x0_m: float
    y0_m: float
    step_m: float

    def place(self, x_m: FloatArray, y_m: FloatArray) -> npt.NDArray[np.int64]:
        """Return the nearest place of each point, shape (..., 2); points outside are drawn to the edge."""
        plain = np.stack([(x_m - self.x0_m) / self.step_m, (y_m - self.y0_m) / self.step_m], axis=-1)
        return np.clip(np.rint(plain), 0, STEPS).astype(np.int64)


def grid_over(x_m: FloatArray, y_m: FloatArray, margin: float = 0.0) -> Grid:
    """Return the finest grid that holds all points, widened on each side by a part of its longer side."""
    west, south, east, north = (float(f(a)) for f in (np.min, np.max) for a in (x_m, y_m))
    extent = max(east - west, north - south) or 1.0
    room = margin * extent
    return Grid(west - room, south - room, (extent + 2 * room) / STEPS)


def web_mercator(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return x and y in metres of EPSG:3857 (spherical Mercator; Snyder 1987, equations 7-1 and 7-2)."""
    return (
        EARTH_RADIUS_M * np.radians(lon),
        EARTH_RADIUS_M * np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)),
    )


def cell_shapes(cell_ids: Sequence[str], names: Sequence[object] | None = None) -> CellShapes:
    """Return the corners of H3 cells.

    Parameters
    ----------
    cell_ids : sequence of str
        H3 indices; at least one.
    names : sequence, optional
        Neighbourhood of each cell; what is no text counts as none.

    Raises
    ------
    ValueError
        Without cells, or beyond 85 degrees of latitude, where Web Mercator ends.
    """
    if not cell_ids:
        raise ValueError("cells: none given")
    rings = [h3.cell_to_boundary(cell) for cell in cell_ids]
    k = max(map(len, rings))
    whole = (ring if len(ring) == k else (*ring, *[ring[-1]] * (k - len(ring))) for ring in rings)
    numbers = chain.from_iterable(chain.from_iterable(whole))  # much faster than an array of tuples
    corners = np.fromiter(numbers, dtype=np.float64, count=len(rings) * k * 2).reshape(len(rings), k, 2)
    lat, lon = corners[..., 0], near_longitudes(corners[..., 1], middle_longitude(cell_ids))
    if np.abs(lat).max() > MAX_LATITUDE:
        raise ValueError(f"cells: latitude {np.abs(lat).max():.1f} lies beyond {MAX_LATITUDE:.0f} degrees")
    x_m, y_m = web_mercator(lon, lat)
    plain = [name if isinstance(name, str) else "" for name in names or [""] * len(rings)]
    return CellShapes(x_m, y_m, plain)


def middle_longitude(cell_ids: Sequence[str]) -> float:
    """Return the longitude that all others are written near to: that of the first cell's centre."""
    return float(h3.cell_to_latlng(cell_ids[0])[1])


def near_longitudes(lon: FloatArray, centre: float) -> FloatArray:
    """Return longitudes within 180 degrees of ``centre``, beyond 180 or -180 if need be."""
    return np.asarray(centre + (lon - centre + 180.0) % 360.0 - 180.0)


def encode(shapes: CellShapes) -> bytes:
    """Write cells in the format above."""
    n, k = shapes.x_m.shape
    grid = grid_over(shapes.x_m, shapes.y_m)
    place = grid.place(shapes.x_m, shapes.y_m)  # (n, k, 2)
    first = np.diff(place[:, 0], axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    others = place[:, 1:] - place[:, :1]
    planes = [first.T, others.transpose(1, 2, 0).reshape(2 * (k - 1), n)]
    listed = sorted({name for name in shapes.names if name})
    number = {name: at for at, name in enumerate(listed)}
    of_cell = np.array([number.get(name, NO_NAME) for name in shapes.names])
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()
    head = _HEADER.pack(MAGIC, n, k, len(text), *grid)
    whole = (np.concatenate([*planes, of_cell[None]]) % (STEPS + 1)).astype("<u2")
    return head + whole.tobytes() + text


def decode(data: bytes) -> CellShapes:
    """Read cells back; the twin of ``decode`` in ``assets/cells.js``.

    Raises
    ------
    ValueError
        If the bytes are of another format.
    """
    magic, n, k, n_text, *origin = _HEADER.unpack_from(data)
    if magic != MAGIC:
        raise ValueError(f"cells: {magic!r} instead of {MAGIC!r}")
    planes = np.frombuffer(data, dtype="<u2", count=n * (2 * k + 1), offset=_HEADER.size)
    planes = planes.reshape(2 * k + 1, n).astype(np.int64)
    first = np.cumsum(planes[:2], axis=1)
    places = np.concatenate([first, np.tile(first, (k - 1, 1)) + planes[2:-1]]) % (STEPS + 1)
    grid = Grid(*origin)
    start = _HEADER.size + planes.size * 2
    listed = [*json.loads(data[start : start + n_text]), ""]
    names = [listed[min(at, len(listed) - 1)] for at in planes[-1].tolist()]
    x_m = grid.x0_m + grid.step_m * places[0::2].T
    y_m = grid.y0_m + grid.step_m * places[1::2].T
    return CellShapes(x_m, y_m, names)
