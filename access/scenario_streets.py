"""Streets of a scenario: footbridges and other new streets, and streets that close.

Closures come first, then new streets, whatever the order in the file. A new line joins at its two ends only,
each to the nearest place on a street, old or new; the straight way to that place is walked and counts, but
for a centimetre, which OpenStreetMap's own coordinates leave open. What a line crosses in between it passes
over. Heights and steps do not count, as in all walks here. Only walking changes: the networks of bicycles and
cars stay those of the run.

Equal to reading an ``.osm.pbf`` with the same ways, but for a millimetre where a joint divides an edge, and
with one difference meant: streets that a closure cuts off stay joinable, so that whoever lives there stays
in the results and reaches nothing beyond, while a run on such a file would put them aside as "not snapped".
Two ways along one straight piece are one edge with the lower way id, so closing the other closes nothing.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from access.scenario import AddStreets, CloseStreets, Numbered, StreetModification
from access.scenario_joints import resnapped
from access.scenario_street_build import Built, build_draft
from access.scenario_street_draft import Flags, Ints, Joint, Place, StreetDraft, lines_of_edges
from access.scenario_words import Words, distance, problem_of, quantity, refused
from access.street_graph import StreetGraph
from access.streets import LONGEST_EDGE_M
from gtfs.errors import ScenarioError
from gtfs.match import MatchReport

__all__ = ["StreetsEdited", "edit_streets", "resnapped"]


@dataclass(frozen=True)
class StreetsEdited:
    """Streets of a scenario and how they came about.

    Attributes
    ----------
    base, streets : StreetGraph
        As they are, and as the scenario makes them.
    closed : array of bool, (n_edges of the base,)
        Street pieces that the scenario closes.
    built : Built
        What is new in ``streets``, and where every open piece of the base went.
    reports : tuple of MatchReport
        One a modification, in the order of application.
    """

    base: StreetGraph
    streets: StreetGraph
    closed: Flags
    built: Built
    reports: tuple[MatchReport, ...]

    @property
    def added(self) -> Flags:
        """Which edges of ``streets`` belong to added lines, shape (n_edges,)."""
        return np.asarray(self.built.line >= 0)


def edit_streets(
    streets: StreetGraph, modifications: Sequence[Numbered[StreetModification]]
) -> StreetsEdited:
    """Close and add streets; the graph given stays as it is.

    Parameters
    ----------
    streets : StreetGraph
        Walk graph of the base.
    modifications : sequence of Numbered
        ``Scenario.streets``.

    Raises
    ------
    ScenarioError
        With every problem: a closure that matches nothing or leaves nothing, an end too far from any street.
    """
    draft = StreetDraft(streets)
    problems: list[str] = []
    words: list[tuple[Numbered[StreetModification], Words]] = []
    for one in sorted(modifications, key=lambda one: isinstance(one.change, AddStreets)):
        try:
            change = one.change
            said = _add(draft, change) if isinstance(change, AddStreets) else _close(draft, change)
        except ScenarioError as error:
            problems += problem_of(one, error)
        else:
            words.append((one, said))
    if not problems and not np.any(streets.edge_main & ~draft.closed):
        problems.append("the closures leave no street of the main network; leave some open")
    if problems:
        raise refused(problems)
    built = build_draft(draft)
    _tell_what_follows(built, words)
    reports = tuple(said.report(one) for one, said in words)
    return StreetsEdited(streets, built.streets, draft.closed, built, reports)


def _close(draft: StreetDraft, change: CloseStreets) -> Words:
    """Close what a modification names and say what it was."""
    base = draft.base
    if change.ways is not None:
        edges, unknown = _of_ways(base, change.ways)
    else:
        edges, unknown = _of_shape(draft, change), []
    draft.closed[edges] = True
    n_ways = len(np.unique(base.edge_way[edges]))
    length_m = float(base.edge_length_mm[edges].sum()) / 1000
    said = Words({"edges": len(edges), "ways": n_ways, "length_m": round(length_m)})
    said.say(
        f"{quantity(len(edges), 'street piece', 'street pieces', 'en')} of "
        f"{quantity(n_ways, 'way', 'ways', 'en')} closed, {distance(length_m, 'en')}",
        f"{quantity(len(edges), 'tronçon fermé', 'tronçons fermés', 'fr')} de "
        f"{quantity(n_ways, 'voie', 'voies', 'fr')}, {distance(length_m, 'fr')}",
    )
    if unknown:
        listed = ", ".join(map(str, unknown))
        said.warn(
            f"{quantity(len(unknown), 'way', 'ways', 'en')} unknown: {listed}",
            f"{quantity(len(unknown), 'voie inconnue', 'voies inconnues', 'fr')} : {listed}",
        )
    return said


def _of_ways(base: StreetGraph, ways: Sequence[int]) -> tuple[Ints, list[int]]:
    wanted = list(dict.fromkeys(ways))
    edges = np.flatnonzero(np.isin(base.edge_way, wanted))
    known = set(base.edge_way[edges].tolist())
    unknown = [way for way in wanted if way not in known]
    if len(edges) == 0:
        all_ways = [str(way) for way in np.unique(base.edge_way)]
        near = difflib.get_close_matches(str(wanted[0]), all_ways, n=3, cutoff=0)
        raise ScenarioError(
            f"ways: {', '.join(map(str, wanted))} is no way that people walk on here; nearest ids: "
            f"{', '.join(near)}. To close what a line crosses, give crossing instead"
        )
    return edges, unknown


def _of_shape(draft: StreetDraft, change: CloseStreets) -> Ints:
    """Return the edges wholly inside the polygon, or those that the line crosses or touches."""
    base = draft.base
    key = "polygon" if change.polygon is not None else "crossing"
    given = change.polygon if change.polygon is not None else change.crossing or []
    corners = np.stack(base.to_metres(*np.array(given, dtype=np.float64).T), axis=1)
    shape = shapely.Polygon(corners) if key == "polygon" else shapely.LineString(corners)
    if not shape.is_valid:
        why = shapely.is_valid_reason(shape)
        raise ScenarioError(f"{key}: crosses itself ({why}, in metres); draw it again")
    lines = lines_of_edges(base, np.arange(base.n_edges))
    tree = shapely.STRtree(lines)
    edges = np.sort(tree.query(shape, predicate="covers" if key == "polygon" else "intersects"))
    if len(edges) == 0:
        nearest = int(tree.query_nearest(shape).min())
        away_m = float(shapely.distance(lines[nearest], shape))
        does = "lies wholly inside" if key == "polygon" else "is crossed by"
        where = "reaches beyond it" if away_m == 0 else f"is {away_m:,.1f} m away"
        raise ScenarioError(
            f"{key}: no street piece {does} it; the nearest, of way {base.edge_way[nearest]}, {where}"
        )
    return np.asarray(edges, dtype=np.int64)


def _add(draft: StreetDraft, change: AddStreets) -> Words:
    """Add the lines of a modification, each in its turn, and say where they join."""
    problems: list[str] = []
    links_m: list[float] = []
    first = len(draft.new_edges)
    for number, line in enumerate(change.line_strings, start=1):
        try:
            links_m += _add_line(draft, line, change)
        except ScenarioError as error:
            problems += [f"line {number}: {problem}" for problem in error.problems]
    if problems:
        raise ScenarioError("; ".join(problems), problems)
    new = draft.new_edges[first:]
    length_m = sum(edge.length_mm for edge in new) / 1000
    said = Words({"lines": len(change.line_strings), "length_m": round(length_m)})
    n_lines, farthest_m = len(change.line_strings), max(links_m)
    said.say(
        f"{quantity(n_lines, 'new street', 'new streets', 'en')}, {distance(length_m, 'en')}; ends join "
        f"streets at most {distance(farthest_m, 'en')} away",
        f"{quantity(n_lines, 'nouvelle rue', 'nouvelles rues', 'fr')}, {distance(length_m, 'fr')} ; les "
        f"bouts rejoignent des rues à {distance(farthest_m, 'fr')} au plus",
    )
    return said


def _add_line(draft: StreetDraft, line: Sequence[tuple[float, float]], change: AddStreets) -> list[float]:
    """Add one line with its joints; return how far each end was from the street it joins."""
    places = [draft.place(lon, lat) for lon, lat in line]
    problems, joints = [], []
    for end, place in (("start", places[0]), ("end", places[-1])):
        joint = draft.nearest(place, change.join_within_m)
        if joint is None or joint.link_mm > 1000 * change.join_within_m:
            away = "there is none" if joint is None else f"the nearest is {joint.link_mm / 1000:,.1f} m away"
            problems.append(
                f"its {end} at {place.lon:.6f}, {place.lat:.6f} (lon, lat) joins no street within "
                f"{change.join_within_m:g} m: {away}; move it, or set join_within_m"
            )
        else:
            joints.append(joint)
    if problems:
        raise ScenarioError("; ".join(problems), problems)
    nodes = [draft.node_at(joints[0])]
    if joints[0].link_mm > 0:
        nodes.append(draft.new_node(places[0]))
    nodes += [draft.new_node(place) for place in _distinct_inner(places)]
    if joints[1].link_mm > 0:
        nodes.append(draft.new_node(places[-1]))
    nodes.append(draft.node_at(joints[1]))
    _check(draft, nodes, joints, change.linkable)
    draft.add_line(nodes, change.linkable)
    return [joint.link_mm / 1000 for joint in joints]


def _distinct_inner(places: Sequence[Place]) -> list[Place]:
    """Return the places between the ends, without repeats one after the other."""
    return [place for before, place in itertools.pairwise(places[:-1]) if place != before]


def _check(draft: StreetDraft, nodes: Sequence[int], joints: Sequence[Joint], linkable: bool) -> None:
    if nodes[0] == nodes[-1] and not (linkable and len(nodes) > 2):
        raise ScenarioError("both its ends join the streets at one place; draw it from one street to another")
    longest_m = max(draft.distance_m(a, b) for a, b in itertools.pairwise(nodes))
    if longest_m > LONGEST_EDGE_M:
        raise ScenarioError(
            f"has a straight piece of {longest_m / 1000:,.0f} km; positions are [lon, lat] in degrees"
        )
    low, high = min(nodes), max(nodes)
    there = (draft.base.edge_start == low) & (draft.base.edge_target == high) & ~draft.closed
    if len(nodes) == 2 and (joints[0].edge == joints[1].edge or there.any()):
        raise ScenarioError("runs along a street that is there already, so that it would change nothing")


def _tell_what_follows(built: Built, words: Sequence[tuple[Numbered[StreetModification], Words]]) -> None:
    """Say of all changes together what they cut off and what they join, with the last of each type."""
    cut_off_m = built.cut_off_mm / 1000
    closing = [said for one, said in words if isinstance(one.change, CloseStreets)]
    if closing and built.cut_off_mm:
        closing[-1].counts["cut_off_m"] = round(cut_off_m)
        closing[-1].warn(
            f"{distance(cut_off_m, 'en')} of streets are cut off from the rest: on foot nobody gets from one "
            "to the other",
            f"{distance(cut_off_m, 'fr')} de rues sont coupés du reste : à pied, personne ne passe de l’un à "
            "l’autre",
        )
    joined_m = float(built.streets.edge_length_mm[built.newly_main].sum()) / 1000
    adding = [said for one, said in words if isinstance(one.change, AddStreets)]
    if adding and joined_m:
        adding[-1].counts["joined_m"] = round(joined_m)
        adding[-1].say(
            f"{distance(joined_m, 'en')} of streets that were put aside are joined to the main network",
            f"{distance(joined_m, 'fr')} de rues jusque-là mises de côté rejoignent le réseau principal",
        )
