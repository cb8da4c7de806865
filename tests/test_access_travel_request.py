"""Ways of several modes joined: for each pair the fastest, and none to oneself."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from access.engine.arrays import WalkLinks
from access.travel_request import NO_TARGET, fastest, with_same_places

N_ORIGINS, N_DESTINATIONS = 4, 5
Pairs = dict[tuple[int, int], int]

pairs = st.dictionaries(
    st.tuples(st.integers(0, N_ORIGINS - 1), st.integers(0, N_DESTINATIONS - 1)),
    st.integers(0, 9),
    max_size=12,
)


def links_of(ways: Pairs) -> WalkLinks:
    rows = [[(d, s) for (o, d), s in sorted(ways.items()) if o == origin] for origin in range(N_ORIGINS)]
    start = np.cumsum([0, *map(len, rows)])
    flat = [way for row in rows for way in row]
    return WalkLinks(
        start.astype(np.int64),
        np.array([d for d, _ in flat], np.int32),
        np.array([s for _, s in flat], np.int32),
    )


def pairs_of(links: WalkLinks) -> Pairs:
    origin = np.repeat(np.arange(len(links.start) - 1), np.diff(links.start)).tolist()
    keys = list(zip(origin, links.target.tolist(), strict=True))
    assert keys == sorted(set(keys)), "destinations ascend, no repeats"
    return dict(zip(keys, links.walk_s.tolist(), strict=True))


def test_one_mode_is_left_as_it_is() -> None:
    links = links_of({(0, 1): 60})
    assert fastest([links]) is links


@settings(deadline=None, database=None, derandomize=True, max_examples=60)
@given(st.lists(pairs, min_size=1, max_size=3))
def test_the_fastest_mode_counts_pair_by_pair(modes: list[Pairs]) -> None:
    wanted: Pairs = {}
    for ways in modes:
        for pair, seconds in ways.items():
            wanted[pair] = min(seconds, wanted.get(pair, seconds))
    assert pairs_of(fastest([links_of(ways) for ways in modes])) == wanted


@settings(deadline=None, database=None, derandomize=True, max_examples=60)
@given(pairs, st.permutations(range(N_DESTINATIONS)), st.lists(st.booleans(), min_size=4, max_size=4))
def test_the_way_to_oneself_takes_no_time(ways: Pairs, places: list[int], known: list[bool]) -> None:
    same = [place if has else NO_TARGET for place, has in zip(places, known, strict=False)]
    wanted = ways | {(origin, place): 0 for origin, place in enumerate(same) if place != NO_TARGET}
    found = with_same_places(links_of(ways), np.array(same))
    assert pairs_of(found) == wanted
    assert [array.dtype for array in found] == [np.int64, np.int32, np.int32]
