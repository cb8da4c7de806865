"""Where cells and stops join the streets of a scenario: as before wherever nothing says otherwise.

A point moves only if its street is closed, or if a street that is new to it and that it may join is nearer
than its own (at the same distance it stays); it is then joined as any point is, to what it may join. A point
that was on no street is looked at again. All others keep their place to the millimetre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from access.scenario_street_draft import Flags, Ints
from access.snapping import NO_COORDINATES, NO_EDGE, SNAPPED, Snap, snap

if TYPE_CHECKING:
    from access.scenario_streets import StreetsEdited


class Rejoined(NamedTuple):
    """Points on the streets of a scenario."""

    snap: Snap
    moved: Flags  # (n_points,) joined elsewhere than in the base, or newly, or no more


def resnapped(
    edited: StreetsEdited,
    base: Snap,
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    max_snap_m: float,
    *,
    anew: Flags | None = None,
) -> Rejoined:
    """Join points of the base to the streets of a scenario.

    Parameters
    ----------
    edited : StreetsEdited
        What ``edit_streets`` returned.
    base : Snap
        Where the points join the streets of the base.
    lon, lat : array of float, (n_points,)
        The points in degrees.
    max_snap_m : float
        As in ``access.snapping.snap``.
    anew : array of bool, (n_points,), optional
        Points that lie elsewhere than in the base or are not in it; their rows of ``base`` do not count.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    anew = np.zeros(len(lon), dtype=np.bool_) if anew is None else anew
    stays = (base.state == SNAPPED) & ~anew
    stays[stays] = ~edited.closed[base.edge[stays]]
    stays &= ~_drawn_to_new(edited, base, lon, lat, max_snap_m, stays)
    edge, along_mm = np.full(len(lon), NO_EDGE, dtype=np.int32), np.zeros(len(lon), dtype=np.int32)
    edge[stays], along_mm[stays] = _on_new_edges(edited, base.edge[stays], base.along_mm[stays])
    link_mm, state = base.link_mm.copy(), base.state.copy()
    again = np.flatnonzero(~stays & ((base.state != NO_COORDINATES) | anew))
    found = snap(edited.streets, lon[again], lat[again], max_snap_m)
    edge[again], along_mm[again], link_mm[again], state[again] = found
    moved = anew.copy()
    moved[again] |= (base.state[again] == SNAPPED) | (found.state == SNAPPED)
    return Rejoined(Snap(edge, along_mm, link_mm, state), moved)


def _drawn_to_new(
    edited: StreetsEdited,
    base: Snap,
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    max_snap_m: float,
    stays: Flags,
) -> Flags:
    """Say which points are nearer to a street that is new to them than to their own."""
    drawn = np.zeros(len(lon), dtype=np.bool_)
    new = (edited.added | edited.built.newly_main) & edited.streets.edge_joinable
    if new.any():
        only_new = edited.streets._replace(edge_joinable=new)
        found = snap(only_new, lon[stays], lat[stays], max_snap_m)
        nearer = (found.state == SNAPPED) & (found.link_mm < base.link_mm[stays])
        drawn[stays] = nearer
    return drawn


def _on_new_edges(
    edited: StreetsEdited, edge: npt.NDArray[np.int32], along_mm: npt.NDArray[np.int32]
) -> tuple[Ints, Ints]:
    """Translate places on open base edges; one where an edge is divided goes to the later piece."""
    pieces, new = edited.built.pieces, edited.streets
    longest = np.int64(1) << 32
    begins = pieces.base_edge * longest + pieces.from_mm
    piece = np.searchsorted(begins, edge * longest + along_mm, side="right") - 1
    new_edge = pieces.edge[piece]
    along = along_mm - pieces.from_mm[piece]
    backwards = new.edge_length_mm[new_edge] - along
    return new_edge, np.where(pieces.reversed[piece], backwards, along)
