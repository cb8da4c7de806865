"""Slow, obvious twins of ``gtfs.splice``: one trip at a time, visit by visit, nothing imported from it."""

from __future__ import annotations

Visit = tuple[str, int, int]  # stop, arrival, departure


def reroute(
    trip: list[Visit],
    from_stop: str | None,
    to_stop: str | None,
    new: list[str],
    dwells: list[int | None],
    hops: list[int],
) -> list[Visit] | None:
    """The trip after the change; None where it does not visit the ends in this order."""
    best = None
    for a in range(-1, len(trip)):
        for b in range(len(trip) + 1):
            first_fits = a == -1 if from_stop is None else a >= 0 and trip[a][0] == from_stop
            last_fits = b == len(trip) if to_stop is None else b < len(trip) and trip[b][0] == to_stop
            if first_fits and last_fits and a < b and (best is None or b - a < best[1] - best[0]):
                best = (a, b)
    if best is None:
        return None
    a, b = best
    head, tail = trip[: max(a, 0)], trip[b + 1 :]
    ends = ([trip[a]] if from_stop is not None else []), ([trip[b]] if to_stop is not None else [])
    old_dwells = [visit[2] - visit[1] for visit in ends[0]] + [None] * len(new)
    old_dwells += [visit[2] - visit[1] for visit in ends[1]]
    stay = [given if given is not None else old for given, old in zip(dwells, old_dwells, strict=True)]
    stops = [visit[0] for visit in ends[0]] + new + [visit[0] for visit in ends[1]]
    clock = ends[0][0][1] if ends[0] else 0
    middle: list[Visit] = []
    for at, stop in enumerate(stops):
        middle.append((stop, clock, clock + stay[at]))
        clock += stay[at] + (hops[at] if at < len(hops) else 0)
    if from_stop is None:
        early = ends[1][0][1] - middle[-1][1]
        middle = [(stop, arrives + early, leaves + early) for stop, arrives, leaves in middle]
    later = middle[-1][2] - trip[b][2] if b < len(trip) else 0
    return head + middle + [(stop, arrives + later, leaves + later) for stop, arrives, leaves in tail]


def skip(trip: list[Visit], removed: set[str], saved: int) -> list[Visit]:
    """The trip without the visits of some stops."""
    left: list[Visit] = []
    riding = passed = 0
    last_departure = 0
    for stop, arrives, leaves in trip:
        riding += arrives - last_departure
        last_departure = leaves
        if stop in removed:
            passed += 1
            continue
        if left:
            least = 1 if riding >= 1 else riding
            hop = max(riding - saved * passed, least)
            arrival = left[-1][2] + hop
        else:
            arrival = arrives
        left.append((stop, arrival, arrival + leaves - arrives))
        riding = passed = 0
    return left
