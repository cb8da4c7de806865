"""What cells reach does not depend on how a matrix is cut: rows, columns, or in one go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from builders_search import ids_of, town_search
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from access import matrix_reader, memory
from access.errors import ResultError
from access.matrix_reader import MatrixBlock, blocks_of, each_block, read_matrix
from access.matrix_stream import stream_travel_times
from access.reach_of_cells import reach_of_cells

PERCENTILES = [5, 50]


def columns_of(minutes: np.ndarray, width: int) -> Iterator[MatrixBlock]:
    """Cut a matrix as an arrive-by search writes it, last columns first."""
    for first in reversed(range(0, minutes.shape[1], width)):
        columns = np.arange(first, min(first + width, minutes.shape[1]))
        yield MatrixBlock(np.arange(len(minutes)), columns, minutes[:, columns])


def test_three_schools_at_10_20_and_20_minutes() -> None:
    minutes = np.array([[10, 20, 20, 255], [255, 255, 255, 0]], np.uint8)
    schools = np.array([1.0, 1.0, 1.0, 0.0])
    for blocks in (blocks_of(minutes), columns_of(minutes, 1), columns_of(minutes, 3)):
        reach = reach_of_cells(blocks, 2, {"schools": schools}, [0, 10, 11, 21])["schools"]
        assert {limit: found.tolist() for limit, found in reach.within.items()} == {
            0: [0, 0], 10: [0, 0], 11: [1, 0], 21: [3, 0],
        }  # fmt: skip
        assert reach.nearest_min.tolist() == [10, np.inf]


def test_halves_of_a_school_in_two_blocks_of_columns_are_one_school() -> None:
    minutes = np.array([[10, 20]], np.uint8)
    reach = reach_of_cells(columns_of(minutes, 1), 1, {"s": np.array([0.5, 0.5])}, [15])["s"]
    assert (reach.within[15].tolist(), reach.nearest_min.tolist()) == ([0.5], [20])


def test_without_services_nothing_is_reached() -> None:
    assert reach_of_cells(blocks_of(np.zeros((2, 2), np.uint8)), 2, {}, [30]) == {}


@given(
    arrays(np.uint8, (4, 6)),
    arrays(np.float64, 6, elements=st.integers(0, 9).map(float)),
    st.integers(0, 255),
    st.integers(1, 6),
)
def test_equals_the_obvious_sum_however_it_is_cut(
    minutes: np.ndarray, jobs: np.ndarray, limit: int, width: int
) -> None:
    for blocks in (blocks_of(minutes), columns_of(minutes, width)):
        found = reach_of_cells(blocks, 4, {"jobs": jobs}, [limit])["jobs"]
        for cell in range(4):
            times = [t for t, n in zip(minutes[cell].tolist(), jobs, strict=True) if n > 0 and t != 255]
            expected = sum(n for t, n in zip(minutes[cell], jobs, strict=True) if t < limit and t != 255)
            assert found.within[limit][cell] == expected
            assert found.nearest_min[cell] == min(times, default=np.inf)


@pytest.mark.parametrize("arrive_by", [False, True])
@pytest.mark.parametrize(("chunk_bytes", "batches"), [(1, 8), (1, 2), (10**9, 1)])
def test_blocks_of_a_folder_are_the_matrix_whatever_the_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arrive_by: bool, chunk_bytes: int, batches: int
) -> None:
    """300 origins are 3 batches in chunks of one, 1,100 destinations 9 batches in chunks of one or two."""
    monkeypatch.setattr(memory, "CHUNK_BYTES", chunk_bytes)
    monkeypatch.setattr(matrix_reader, "BATCHES_A_BLOCK", batches)
    search = town_search(n_destinations=1_100, arrive_by=arrive_by, departure_start_s=8 * 3600)
    stream_travel_times(search, tmp_path / "t", **ids_of(search), percentiles=PERCENTILES, threads=1)
    found = np.full((300, 1_100), 77, np.uint8)
    blocks = list(each_block(tmp_path / "t", 50))
    assert len(blocks) == -(-(9 if arrive_by else 3) // batches)
    for block in blocks:
        assert (found[np.ix_(block.origins, block.destinations)] == 77).all()
        found[np.ix_(block.origins, block.destinations)] = block.minutes
    assert np.array_equal(found, read_matrix(tmp_path / "t", percentiles=[50])[0])
    jobs = np.random.default_rng(5).integers(0, 9, 1_100).astype(float)
    in_parts = reach_of_cells(blocks, 300, {"jobs": jobs}, [30, 60])["jobs"]
    at_once = reach_of_cells(blocks_of(found), 300, {"jobs": jobs}, [30, 60])["jobs"]
    assert np.array_equal(in_parts.within[60], at_once.within[60])
    assert at_once.within[60].any()
    assert np.array_equal(in_parts.nearest_min, at_once.nearest_min)


def test_blocks_of_a_percentile_that_was_not_streamed_are_refused(tmp_path: Path) -> None:
    search = town_search()
    stream_travel_times(search, tmp_path / "t", **ids_of(search), percentiles=PERCENTILES)
    with pytest.raises(ResultError, match="percentiles has 95; there are 5, 50"):
        next(each_block(tmp_path / "t", 95))
