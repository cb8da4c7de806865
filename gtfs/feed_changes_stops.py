"""Which stops of two versions of a feed are the same, whatever their ids.

Each stop is joined to at most one other, by the first of these rules that fits, nearer pairs first and, where
they are as near, those of one id first:

S1. the same name, at most ``SAME_PLACE_M`` apart;
S2. the same name and id, wherever they are: the stop moved;
S3. the same name, at most ``MOVED_M`` apart: the stop moved and got another id;
S4. at most ``SAME_PLACE_M`` apart: the stop was renamed.

A stop without a name has none in common with another. Stops without coordinates are joined by S2 only.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.feed_changes_content import Floats, StopsOf
from gtfs.stop_times import EARTH_RADIUS_M, great_circle_m

SAME_PLACE_M = 50.0
"""Farther than this a stop counts as moved: another side of a junction, no new survey of the same pole."""

MOVED_M = 500.0
"""Beyond this a stop of the same name and another id is another one."""


class StopPairs(NamedTuple):
    """Stops that both versions have, in the order of the one before. All arrays have shape ``(n_pairs,)``."""

    before: npt.NDArray[np.int64]  # numbers of stops
    after: npt.NDArray[np.int64]
    moved_m: Floats  # NaN where one has no coordinates

    @property
    def moved(self) -> npt.NDArray[np.bool_]:
        """Whether they lie apart."""
        return self.moved_m > SAME_PLACE_M


def pair_stops(before: StopsOf, after: StopsOf) -> StopPairs:
    """Join the stops of two versions, see the module's first lines."""
    partner: dict[int, int] = {}
    taken: set[int] = set()
    near = _near(before, after)

    def take(pairs: list[tuple[float, bool, int, int]]) -> None:
        for _, _, one, other in sorted(pairs):
            if one not in partner and other not in taken:
                partner[one] = other
                taken.add(other)

    def same_name(one: int, other: int) -> bool:
        return before.names[one] == after.names[other] != ""

    take([pair for pair in near if pair[0] <= SAME_PLACE_M and same_name(*pair[2:])])
    known = {stop: number for number, stop in enumerate(after.ids)}
    same_id = [(0.0, False, n, known[stop]) for n, stop in enumerate(before.ids) if stop in known]
    take([pair for pair in same_id if same_name(*pair[2:])])
    take([pair for pair in near if same_name(*pair[2:])])
    take([pair for pair in near if pair[0] <= SAME_PLACE_M])
    one = np.array(sorted(partner), dtype=np.int64)
    other = np.array([partner[number] for number in sorted(partner)], dtype=np.int64)
    moved_m = great_circle_m(before.lon[one], before.lat[one], after.lon[other], after.lat[other])
    return StopPairs(one, other, moved_m)


def _near(before: StopsOf, after: StopsOf) -> list[tuple[float, bool, int, int]]:
    """Pairs that a rule may join: metres apart, whether the ids differ, numbers of both."""
    from scipy.spatial import cKDTree

    placed = [np.flatnonzero(np.isfinite(stops.lon) & np.isfinite(stops.lat)) for stops in (before, after)]
    if not all(map(len, placed)):
        return []
    trees = [
        cKDTree(_on_sphere_m(stops.lon[rows], stops.lat[rows]))
        for stops, rows in zip((before, after), placed, strict=True)
    ]
    found = []
    by_name = defaultdict(list)
    for number in placed[1].tolist():
        by_name[after.names[number]].append(number)
    close = trees[0].query_ball_tree(trees[1], SAME_PLACE_M * 1.01)
    for row, at in enumerate(placed[0].tolist()):
        found += [(at, int(placed[1][other])) for other in close[row]]
        if before.names[at]:
            found += [(at, other) for other in by_name[before.names[at]]]
    pairs = np.unique(np.array(found, dtype=np.int64).reshape(-1, 2), axis=0)
    one, other = pairs[:, 0], pairs[:, 1]
    apart_m = great_circle_m(before.lon[one], before.lat[one], after.lon[other], after.lat[other])
    keep = apart_m <= MOVED_M
    return [
        (round(m, 3), before.ids[a] != after.ids[b], a, b)
        for m, a, b in zip(apart_m[keep].tolist(), one[keep].tolist(), other[keep].tolist(), strict=True)
    ]


def _on_sphere_m(lon: Floats, lat: Floats) -> Floats:
    """Points in space: a chord of some metres is as long as the way on the ground."""
    across, along = np.radians(lat), np.radians(lon)
    return EARTH_RADIUS_M * np.stack(
        [np.cos(across) * np.cos(along), np.cos(across) * np.sin(along), np.sin(across)], axis=1
    )
