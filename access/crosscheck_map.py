"""Draw where two engines differ: cells coloured by difference, and the pairs that differ most."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

BREAKS_MIN = (1, 2, 5, 10)
_COLOURS = (
    "#fde0c5",
    "#facba6",
    "#f2855d",
    "#c1272d",
    "#67001f",
)  # light: no difference; also ordered in grey
_NONE = "#ececec"
_N_LINES = 30
_STYLE: dict[Any, Any] = {"font.family": ["DejaVu Sans"], "text.usetex": False}


def difference_map(
    cells: gpd.GeoDataFrame,
    minutes: npt.NDArray[np.float64],
    largest: pd.DataFrame,
    title: str,
    subtitle: str,
) -> bytes:
    """Draw the map and return the PNG file as bytes, equal for equal input.

    Parameters
    ----------
    cells
        Polygons with ``id``.
    minutes
        Difference of each cell, NaN where no pair was compared.
    largest
        ``from_id`` and ``to_id`` of the pairs that differ most; a line joins the first 30.
    title, subtitle
        Never read as mathematics.
    """
    projected = cells.to_crs(cells.estimate_utm_crs())
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(12, 10), dpi=100, facecolor="white")
        FigureCanvasAgg(figure)
        figure.text(0.03, 0.965, title, fontsize=16, weight="bold", va="top", parse_math=False)
        figure.text(
            0.03, 0.925, subtitle, fontsize=11, color="#4a4a4a", va="top", wrap=True, parse_math=False
        )
        axes = figure.add_axes((0.02, 0.02, 0.74, 0.85))
        classes = class_of(minutes)
        for place, colour in enumerate((*_COLOURS, _NONE)):
            shapes = projected.geometry[classes == place].explode(index_parts=False).to_numpy()
            rings = [shapely.get_coordinates(ring) for ring in shapely.get_exterior_ring(shapes)]
            axes.add_collection(PolyCollection(rings, facecolor=colour, edgecolor=colour, linewidth=0.3))
        lines = pair_lines(projected, largest)
        axes.add_collection(LineCollection(lines, color="#ffffff", linewidth=2.2))
        axes.add_collection(LineCollection(lines, color="#1a1a1a", linewidth=0.9))
        west, south, east, north = projected.total_bounds
        axes.set_xlim(west, east)
        axes.set_ylim(south, north)
        axes.set_aspect("equal")
        axes.set_axis_off()
        looks = zip((*_COLOURS, _NONE), class_labels(), strict=True)
        handles = [
            Patch(facecolor=colour, edgecolor="#8a8a8a", label=f"{label}: {(classes == place).sum():,} cells")
            for place, (colour, label) in enumerate(looks)
        ]
        corner = (0.99, 0.88)
        figure.legend(handles=handles, loc="upper right", bbox_to_anchor=corner, frameon=False, fontsize=11)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None, "Title": title})
    return buffer.getvalue()


def class_of(minutes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the class of each cell: below 1, 2, 5, 10 minutes, 10 and more, and not compared (5)."""
    classes = np.searchsorted(BREAKS_MIN, minutes, side="right")
    return np.where(np.isnan(minutes), len(_COLOURS), classes).astype(np.int64)


def class_labels() -> list[str]:
    """Words for the classes."""
    first, *_, last = BREAKS_MIN
    between = [f"{low} to under {high} min" for low, high in pairwise(BREAKS_MIN)]
    return [f"under {first} min", *between, f"{last} min and more", "not compared"]


def pair_lines(cells: gpd.GeoDataFrame, largest: pd.DataFrame) -> list[npt.NDArray[np.float64]]:
    """Return a line from cell to cell for the first pairs that both engines reach."""
    both = largest[largest["difference_min"].notna()].head(_N_LINES)
    centres = shapely.get_coordinates(shapely.centroid(cells.geometry.to_numpy()))
    point_of = dict(zip(cells["id"].astype(str), centres, strict=True))
    return [
        np.array([point_of[str(pair.from_id)], point_of[str(pair.to_id)]])
        for pair in both.itertuples(index=False)
    ]
