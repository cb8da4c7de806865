"""The ground of a map as little bytes, on the same kind of grid as the cells.

``ground.bin``, little-endian:

====== ============ ===================================================================================
byte   type         meaning
====== ============ ===================================================================================
0      4 letters    ``FRG1``: format and its version
4      uint32       bytes of the description
8      3 x float64  x and y of the south-western corner of the grid, and its step: metres of EPSG:3857
32     UTF-8        description, JSON, blanks at its end so that its length is a multiple of 4:
                    ``{"parts": [{"kind", "lines", "points"}], "names": [[name, x, y]], "source"}``,
                    x and y in metres
...    uint32[]     points of each line, part after part
...    uint16[]     x of each point: steps from the point before it (the first of all: from the origin)
...    uint16[]     y of each point, likewise
====== ============ ===================================================================================

Differences are modulo 65,536, so that nothing can overflow. ``assets/map_ground.js`` reads it.
"""

from __future__ import annotations

import json
import struct

import numpy as np

from dashboards.cell_geometry import STEPS, Grid, grid_over
from dashboards.ground_lines import Ground, GroundPart, PlaceName

MAGIC = b"FRG1"
_HEADER = struct.Struct("<4sIddd")


def encode_ground(ground: Ground) -> bytes:
    """Write a ground in the format above; empty bytes for one without lines and names."""
    if not ground.parts and not ground.names:
        return b""
    lines = [line for part in ground.parts for line in part.shapes]
    named = np.array([[name.x_m, name.y_m] for name in ground.names], dtype=np.float64).reshape(-1, 2)
    points = np.concatenate(lines) if lines else named
    grid = grid_over(points[:, 0], points[:, 1])
    place = grid.place(points[:, 0], points[:, 1]) if lines else np.empty((0, 2), dtype=np.int64)
    steps = np.diff(place, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)) if lines else place
    about = {
        "parts": [
            {"kind": part.kind, "lines": len(part.shapes), "points": sum(map(len, part.shapes))}
            for part in ground.parts
        ],
        "names": [[name.name, round(name.x_m, 1), round(name.y_m, 1)] for name in ground.names],
        "source": ground.source,
    }
    text = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    n_points = np.array([len(line) for line in lines], dtype="<u4")
    packed = (steps.T % (STEPS + 1)).astype("<u2")
    return _HEADER.pack(MAGIC, len(text), *grid) + text + n_points.tobytes() + packed.tobytes()


def decode_ground(data: bytes) -> Ground:
    """Read a ground back; the twin of ``decode`` in ``assets/map_ground.js``.

    Raises
    ------
    ValueError
        If the bytes are of another format.
    """
    magic, n_text, *origin = _HEADER.unpack_from(data)
    if magic != MAGIC:
        raise ValueError(f"ground: {magic!r} instead of {MAGIC!r}")
    start = _HEADER.size + n_text
    about = json.loads(data[_HEADER.size : start])
    n_lines = sum(part["lines"] for part in about["parts"])
    n_points = np.frombuffer(data, dtype="<u4", count=n_lines, offset=start)
    packed = np.frombuffer(data, dtype="<u2", offset=start + n_points.nbytes).reshape(2, -1)
    place = np.cumsum(packed.astype(np.int64), axis=1) % (STEPS + 1)
    grid = Grid(*origin)
    metres = np.stack([grid.x0_m + grid.step_m * place[0], grid.y0_m + grid.step_m * place[1]], axis=1)
    lines = iter(np.split(metres, np.cumsum(n_points)[:-1]) if n_lines else [])
    parts = [GroundPart(part["kind"], [next(lines) for _ in range(part["lines"])]) for part in about["parts"]]
    return Ground(parts, [PlaceName(*name) for name in about["names"]], about["source"])
