"""Rights against a slow twin that shares no code, on random cities."""

from __future__ import annotations

import numpy as np
import pytest
from builders_rights import catalogue, raw_right
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.rights import basket, poverty, shortfall_of, state_of

from access.rights import STATES
from access.rights_requests import Missing, Request
from access.rights_residents import RightsResidents, assess_rights

MODES = ("transit", "walk", "bicycle")
amounts = st.one_of(st.none(), st.integers(0, 6).map(float))


@st.composite
def cities(draw: st.DrawFn) -> dict[str, object]:
    n_cells = draw(st.integers(1, 6))
    by_mode = {
        mode: draw(st.one_of(st.none(), st.lists(amounts, min_size=n_cells, max_size=n_cells)))
        for mode in MODES[: draw(st.integers(1, 3))]
    }
    return {
        "reached": by_mode,  # None: the mode is missing; None in a list: it has no value there
        "snapped": draw(st.lists(st.booleans(), min_size=n_cells, max_size=n_cells)),
        "people": draw(st.lists(st.integers(0, 90), min_size=n_cells, max_size=n_cells)),
        "required": draw(st.integers(1, 5)),
        "share_of": draw(st.sampled_from([None, 0.0, 4.0, 10.0])),
    }


@settings(max_examples=60, derandomize=True)
@given(cities())
def test_rights_are_those_of_the_slow_twin(city: dict[str, object]) -> None:
    by_mode, snapped, people, required, share_of = (city[key] for key in city)
    modes = list(by_mode)
    amount = (
        {"at_least": required} if share_of is None else {"at_least": None, "at_least_share": required / 10}
    )
    chosen = catalogue(
        raw_right(modes=modes, **amount), raw_right(name="second", modes=modes[:1], at_least=2)
    )

    def reach(request: Request) -> object:
        given_values = by_mode[request.mode]
        return Missing.MODE if given_values is None else np.array(given_values, dtype=float)

    totals = {} if share_of is None else {"hospital": share_of}
    residents = RightsResidents(np.array(people, dtype=float))
    found = assess_rights([chosen], reach, totals, np.array(snapped), residents)

    first_required = float(required) if share_of is None else required / 10 * share_of or None
    expected = []
    for asked, used in ((first_required, modes), (2.0, modes[:1])):
        reached = [
            [None if by_mode[mode] is None else by_mode[mode][cell] for mode in used]
            for cell in range(len(snapped))
        ]
        states = [state_of(asked, reached[cell], snapped[cell]) for cell in range(len(snapped))]
        gaps = [shortfall_of(asked, reached[cell], states[cell]) for cell in range(len(snapped))]
        counts = asked is not None and all(by_mode[mode] is not None for mode in used)
        expected.append((states, gaps, counts))

    for each, (states, gaps, counts) in zip(found.evaluated.as_written, expected, strict=True):
        assert [STATES[code] for code in each.state] == states
        np.testing.assert_allclose(each.shortfall, [np.nan if gap is None else gap for gap in gaps])
        assert each.counts == counts
        rows = {row["indicator"]: row for row in found.rows if row["standard"] == each.right.name}
        assert bool(rows) == counts
        if counts:
            twin = poverty(states, gaps, people)
            assert rows["right_residents"]["value"] == twin["lacking"]
            assert rows["right_headcount"]["covered_population"] == twin["covered"]
            for name in ("depth", "severity"):
                share = twin[name] / twin["covered"] if twin["covered"] else np.nan
                assert rows[f"right_{name}"]["value"] == pytest.approx(share, nan_ok=True)

    counted = [states for states, _, counts in expected if counts]
    lacking = [basket(counted, cell) if counted else None for cell in range(len(snapped))]
    np.testing.assert_array_equal(
        found.evaluated.baskets[0].lacking, [np.nan if number is None else number for number in lacking]
    )
