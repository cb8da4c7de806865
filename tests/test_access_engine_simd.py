"""Each vector step equals its plain twin, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from access.engine import simd
from access.engine.simd import BATCH_WIDTH

needs_vectors = pytest.mark.skipif(
    not simd.USES_VECTORS, reason="without JIT or with bounds checks the plain twins are in use"
)
N_ROWS = 300


def labels(rng: np.random.Generator, highest: int = 255) -> np.ndarray:
    """Rows with many ties and both ends of the range."""
    rows = rng.integers(0, highest, (N_ROWS, BATCH_WIDTH), endpoint=True).astype(np.uint8)
    rows[rng.random(rows.shape) < 0.2] = 0
    rows[rng.random(rows.shape) < 0.1] = highest
    return rows


def counts(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 1440, BATCH_WIDTH, endpoint=True).astype(np.uint16)


def arrivals_of_departures(rng: np.random.Generator) -> np.ndarray:
    """Labels as they can be: in minute ``m`` at most ``m + 1`` departures have left."""
    return np.minimum(labels(rng), np.arange(1, N_ROWS + 1)[:, np.newaxis]).astype(np.uint8)


STEPS: dict[str, Callable[[Any], Any]] = {
    "max_into": lambda step: njit(lambda a, b, row, c, d, n: step(a, row, b, row + 1)),
    "write_larger": lambda step: njit(lambda a, b, row, c, d, n: step(a, row, b, row + 1, a, row + 1)),
    "copy_row": lambda step: njit(lambda a, b, row, c, d, n: step(a, row, b, row + 1)),
    "raises": lambda step: njit(lambda a, b, row, c, d, n: step(a, row, b, row + 1, n)),
    "labels_at_stop": lambda step: njit(
        lambda a, b, row, c, d, n: step(a, row, b, row + 1, b, row, 2 * row, n % 60, n)
    ),
    "elapsed_from_labels": lambda step: njit(lambda a, b, row, c, d, n: step(a, row, 300 - row)),
    "add_within": lambda step: njit(lambda a, b, row, c, d, n: step(a, row, min(n, 300 - row), n % 255, c)),
    "clear": lambda step: njit(lambda a, b, row, c, d, n: step(c)),
    "set_row": lambda step: njit(lambda a, b, row, c, d, n: step(a, row, n)),
    "add_if_below": lambda step: njit(lambda a, b, row, c, d, n: step(a, row, c, 3 * n)),
    "settle": lambda step: njit(lambda a, b, row, c, d, n: step(a, row, c, 3 * n, b, row + 1)),
    "any_below": lambda step: njit(lambda a, b, row, c, d, n: step(c, d)),
}


def test_all_steps_are_compared() -> None:
    vectors = {name.removeprefix("vector_") for name in vars(simd) if name.startswith("vector_")}
    plain = {name.removeprefix("plain_") for name in vars(simd) if name.startswith("plain_")}
    assert vectors == plain == set(STEPS)


@needs_vectors
@pytest.mark.parametrize("name", STEPS)
def test_vector_steps_equal_their_twins(name: str) -> None:
    vector = STEPS[name](getattr(simd, f"vector_{name}"))
    twin = STEPS[name](getattr(simd, f"plain_{name}")).py_func
    rng = np.random.default_rng(1)
    answers = set()
    for number in range(60):
        a = arrivals_of_departures(rng) if name == "elapsed_from_labels" else labels(rng)
        b, c, d = labels(rng), counts(rng), counts(rng)
        if number % 3 == 0:
            b = np.maximum(b, np.roll(a, 1, axis=0))  # so that "nothing rises" and "none below" occur
            d = np.minimum(c, d)
        row = 0 if number % 5 == 0 else int(rng.integers(0, N_ROWS - 1))
        n = int(rng.integers(0, 255, endpoint=True))
        expected = [array.copy() for array in (a, b, c, d)]
        found = vector(a, b, row, c, d, n)
        assert found == twin(*expected[:2], row, *expected[2:], n)
        for array, copy in zip((a, b, c, d), expected, strict=True):
            assert np.array_equal(array, copy)
        answers.add(found)
    assert answers == ({True, False} if name in ("raises", "any_below") else {None})


@needs_vectors
def test_a_label_equal_to_the_known_one_raises_nothing_and_one_at_the_least_does() -> None:
    raises = STEPS["raises"](simd.raises)
    rows, known = np.full((2, BATCH_WIDTH), 7, np.uint8), np.full((2, BATCH_WIDTH), 7, np.uint8)
    assert not raises(rows, known, 0, 0, 0, 1)
    known[1, 127] = 6
    assert raises(rows, known, 0, 0, 0, 7)
    assert not raises(rows, known, 0, 0, 0, 8)


def test_labels_of_those_who_walk_to_a_stop_by_hand() -> None:
    """A walk of 10:30 to be there at minute 20: who leaves at minute 9 is, at 20:29 only just not at 10."""
    walk_min, walk_rest_s, found = (simd.empty_rows(1) for _ in range(3))
    walk_min[:], walk_rest_s[:] = 255, 0
    walk_min[0, :3], walk_rest_s[0, :3] = (10, 0, 254), (30, 59, 0)
    at_stop = njit(
        lambda *them: simd.labels_at_stop(them[0], 0, them[1], 0, them[2], 0, them[3], them[4], them[5])
    )
    for minute, second, most, expected in (
        (20, 29, 255, [10, 20, 0, 0]),
        (20, 30, 255, [11, 20, 0, 0]),
        (20, 59, 15, [11, 15, 0, 0]),
        (9, 59, 255, [0, 10, 0, 0]),
        (0, 59, 255, [0, 1, 0, 0]),
        (254, 0, 255, [244, 254, 1, 0]),
        (255, 0, 255, [245, 255, 2, 0]),
        (264, 59, 255, [255, 255, 11, 0]),
        (569, 59, 255, [255, 255, 255, 0]),
    ):
        at_stop(found, walk_min, walk_rest_s, minute, second, most)
        assert found[0, :4].tolist() == expected


def test_elapsed_minutes_by_hand() -> None:
    """Departures 0 to 2 arrive in minute 4, departure 3 in minute 6; later rows hold less."""
    rows = np.zeros((300, BATCH_WIDTH), np.uint8)
    rows[4], rows[5], rows[6] = 3, 1, 4
    simd.plain_elapsed_from_labels(rows, 0, 300)
    rows ^= simd.FLIP
    assert rows[:8, 0].tolist() == [1, 2, 3, 4, 2, 3, 3, 4]
    assert rows[[257, 258, 259, 299], 0].tolist() == [254, 255, 255, 255]


@needs_vectors
@pytest.mark.parametrize(
    "rows",
    [
        np.zeros((4, BATCH_WIDTH), np.int8),
        np.zeros(4, np.uint8),
        np.zeros((BATCH_WIDTH, 4), np.uint8).T,
        np.zeros((4, 2 * BATCH_WIDTH), np.uint8)[:, ::2],
    ],
)
def test_vector_steps_do_not_compile_for_other_arrays(rows: np.ndarray) -> None:
    good = np.zeros((4, BATCH_WIDTH), np.uint8)
    with pytest.raises(TypingError, match="a vector step needs a contiguous 2-dimensional uint8 array"):
        STEPS["copy_row"](simd.copy_row)(good, rows, 0, 0, 0, 0)


@needs_vectors
def test_vector_steps_do_not_compile_for_other_counts() -> None:
    with pytest.raises(TypingError, match="a vector step needs a contiguous 1-dimensional uint16 array"):
        STEPS["clear"](simd.clear)(0, 0, 0, np.zeros(BATCH_WIDTH, np.uint8), 0, 0)


def test_bounds_are_checked_where_the_twins_are_in_use() -> None:
    """NUMBA_BOUNDSCHECK=1 is worth something only if a wrong row is seen."""
    if simd.USES_VECTORS:
        pytest.skip("vector steps check no bounds")
    rows = np.zeros((4, BATCH_WIDTH), np.uint8)
    with pytest.raises(IndexError, match="out of bounds"):
        STEPS["max_into"](simd.max_into)(rows, rows, 3, 0, 0, 0)
