"""Segregation by the size of the neighbourhood looked at: the multiscalar profile.

The information theory index with everybody within 500 m, 1 km, 2 km ... as surroundings (Reardon et al.
2008). A profile that falls slowly speaks of large segregated areas, one that falls fast of small ones.

Each zone's people are placed at its centroid, or a point inside where that lies outside; a zone wider than
the radius has only itself around.

PySAL ``segregation`` 2.5.4 has a function of that name (``compute_multiscalar_profile``) with another
definition: it weights each zone by the *smoothed* number of people around it instead of by its own residents,
compares with the mix of all smoothed counts instead of the city's, and rounds these counts to whole numbers.
Dense areas then count several times, and its profile can rise above the index without any surroundings. Ours
is the published definition; PySAL's is offered by name, and takes 20 s a radius with 9,000 zones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.spatial import KDTree

from access.segregation_mix import Measured, information_theory, why_undefined
from access.zones import equal_area_crs, inner_points

Floats = npt.NDArray[np.float64]
Definition = Literal["published", "pysal"]

RADII_M = (500.0, 1_000.0, 2_000.0, 4_000.0)


def multiscalar_profile(
    shapes: gpd.GeoSeries,
    counts: Floats,
    radii_m: Sequence[float] = RADII_M,
    *,
    definition: Definition = "published",
) -> dict[float, Measured]:
    """Return the spatial information theory index by radius.

    Parameters
    ----------
    shapes : GeoSeries, (n_zones,)
        Valid polygons with a CRS; projected here to equal areas. A missing one leaves its zone out.
    counts : array of float, shape (n_zones, n_groups)
        People by group, finite and >= 0.
    radii_m : sequence of float
        Radii of the neighbourhoods, > 0.
    definition : "published" or "pysal"
        ``published``: H of Reardon & O'Sullivan (2004) with the biweight kernel ``(1 - (d / r)^2)^2`` of
        Reardon et al. (2008). ``pysal``: what ``segregation.dynamics.compute_multiscalar_profile`` returns
        with its defaults, a triangular kernel.

    Raises
    ------
    ValueError
        A radius is not above 0.
    """
    if not all(radius > 0 for radius in radii_m):
        raise ValueError(f"radii_m must be above 0, got {', '.join(f'{radius:g}' for radius in radii_m)}")
    used = (counts.sum(axis=1) > 0) & (shapes.notna() & ~shapes.is_empty).to_numpy()
    people = counts[used]
    reason = why_undefined(people)
    if reason is not None:
        return {radius: Measured(float("nan"), float(people.sum()), reason) for radius in radii_m}
    projected = shapes[used].to_crs(equal_area_crs(shapes[used]))
    if definition == "pysal":
        return _of_pysal(projected, people, radii_m)
    places = inner_points(projected)
    tree = KDTree(np.column_stack([places.x, places.y]))
    return {radius: information_theory(people, _within(tree, people, radius)) for radius in radii_m}


def _within(tree: KDTree, people: Floats, radius_m: float) -> Floats:
    near = tree.sparse_distance_matrix(tree, radius_m, output_type="coo_matrix")
    weights = (1.0 - (near.data / radius_m) ** 2) ** 2
    kernel = sparse.csr_array((weights, near.coords), shape=near.shape)
    around: Floats = kernel @ people
    return around


def _of_pysal(shapes: gpd.GeoSeries, people: Floats, radii_m: Sequence[float]) -> dict[float, Measured]:
    # importing segregation silences numpy for the whole program; leaving errstate undoes that
    with np.errstate(divide="ignore", invalid="ignore"):
        from segregation.dynamics import compute_multiscalar_profile
        from segregation.multigroup import MultiInfoTheory

        held = people[:, people.sum(axis=0) > 0]
        names = [f"group_{number}" for number in range(held.shape[1])]
        zones = gpd.GeoDataFrame(
            dict(zip(names, held.T, strict=True)), geometry=shapes.reset_index(drop=True)
        )
        profile = compute_multiscalar_profile(zones, MultiInfoTheory, groups=names, distances=list(radii_m))
    return {radius: Measured(float(profile[radius]), float(people.sum())) for radius in radii_m}
