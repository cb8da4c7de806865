"""Which stops around a destination are of any use: the others are left out before any batch is scanned.

Most destinations have stops around them where everybody would better stay on board, since each vehicle that
can be left there goes on to a stop from which he is at the door no later. What is entered for such a stop
(``access.engine.egress``) raises nothing: who can be on board at its alightings can be on board at the next
ones. In a city that is a third of all that would be entered, for every batch anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from access.engine.arrays import WalkLinks, frozen_walk_links
from access.engine.compiled import kernel
from access.engine.program import NEVER_S, Program


def useful_doors(programs: Sequence[Program], doors: WalkLinks) -> WalkLinks:
    """Walks from each destination to the stops around it, without stops where all better ride on.

    Parameters
    ----------
    programs : sequence of Program
        One a pass; a stop stays where it is of use in any.
    doors : WalkLinks
        Walks from each destination to the stops around it.
    """
    useful = np.zeros(len(doors.target), np.bool_)
    for program in programs:
        _mark_useful(program, doors, useful)
    before = np.concatenate([[0], np.cumsum(useful)])
    return frozen_walk_links(WalkLinks(before[doors.start], doors.target[useful], doors.walk_s[useful]))


@kernel
def _mark_useful(program: Program, doors: WalkLinks, useful: npt.NDArray[np.bool_]) -> None:
    """Mark each walk whose stop has an alighting after which it is not better to ride on.

    Better, or as good. Sound where the next stop is itself left out: then the trip goes on from there, and
    its last alighting is always marked.
    """
    walk_from = np.full(len(program.alighting_start) - 1, NEVER_S, np.int32)  # to the destination looked at
    for destination in range(len(doors.start) - 1):
        first, end = doors.start[destination], doors.start[destination + 1]
        for link in range(first, end):
            walk_from[doors.target[link]] = doors.walk_s[link]
        for link in range(first, end):
            stop, walk_s = doors.target[link], doors.walk_s[link]
            for alighting in range(program.alighting_start[stop], program.alighting_start[stop + 1]):
                later_s = program.next_alighting_s[alighting] + walk_from[program.next_stop[alighting]]
                if later_s > program.alighting_s[alighting] + walk_s:
                    useful[link] = True
                    break
        for link in range(first, end):
            walk_from[doors.target[link]] = NEVER_S
