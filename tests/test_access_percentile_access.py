"""Access at other percentiles: equal to the run's own columns, to a plain sum, and refused with words."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders_live import PERCENTILES, copied, ends, finished_run, manifest_of, without_opportunities

from access.errors import ResultError
from access.matrix_reader import read_matrix, read_travel_times
from access.percentile_access import access_at_percentile, percentiles_kept
from access.results import write_travel_times

CUTOFFS = [28, 29, 60]


def cells_of(run: Path) -> pd.DataFrame:
    return pd.read_parquet(run / "cells.parquet")


@pytest.mark.parametrize("period", ["peak", "be_there"])
def test_the_runs_own_percentile_gives_its_columns(period: str) -> None:
    run = finished_run()
    cells = cells_of(run)
    found = access_at_percentile(run, manifest_of(run), cells, period, 50, CUTOFFS)
    assert list(found) == ["jobs"]
    for cutoff in CUTOFFS:
        assert found["jobs"][cutoff].tolist() == cells[f"jobs_in_{cutoff}min_{period}"].tolist()


def test_the_travel_times_of_the_west_end_by_percentile() -> None:
    """Minutes 24 to 33, six of each in the hour: the 6th is 24, the 54th 32."""
    run = finished_run()
    west, _ = ends(sorted(cells_of(run)["id"]))
    row = cells_of(run)["id"].tolist().index(west)
    limits = [24, 25, 32, 33]
    reached = {
        percentile: [
            found["jobs"][limit][row]
            for found in [
                access_at_percentile(run, manifest_of(run), cells_of(run), "peak", percentile, limits)
            ]
            for limit in limits
        ]
        for percentile in (10, 90)
    }
    assert reached == {10: [0, 1000, 1000, 1000], 90: [0, 0, 0, 1000]}


@pytest.mark.parametrize("percentile", PERCENTILES)
def test_equals_a_sum_over_pairs(percentile: int) -> None:
    run = finished_run()
    cells = cells_of(run).sort_values("id", ascending=False)  # any order
    pairs = read_travel_times(run / "travel_times" / "peak.parquet")
    jobs = dict(zip(cells["id"], cells["n_jobs"], strict=True))
    found = access_at_percentile(run, manifest_of(run), cells, "peak", percentile, CUTOFFS)["jobs"]
    for cutoff in CUTOFFS:
        within = pairs[pairs[f"travel_time_p{percentile}"] < cutoff]
        told = [sum(jobs[to] for to in within["to_id"][within["from_id"] == cell]) for cell in cells["id"]]
        assert found[cutoff].tolist() == told


def test_one_file_of_pairs_as_of_another_engine_gives_the_same(tmp_path: Path) -> None:
    folder, manifest = copied(finished_run(), tmp_path)
    place = folder / "travel_times" / "peak.parquet"
    ids = [str(cell) for cell in cells_of(folder)["id"]]
    minutes = read_matrix(place, ids)
    before = access_at_percentile(folder, manifest, cells_of(folder), "peak", 90, CUTOFFS)["jobs"]
    shutil.rmtree(place)
    columns = pd.read_parquet(finished_run() / "travel_times" / "peak.parquet" / "_destinations.parquet")
    write_travel_times(place, ids, columns["id"].tolist(), minutes, PERCENTILES)
    assert percentiles_kept(folder, "peak") == [10, 50, 90]
    after = access_at_percentile(folder, manifest, cells_of(folder), "peak", 90, CUTOFFS)["jobs"]
    assert all(np.array_equal(before[cutoff], after[cutoff]) for cutoff in CUTOFFS)


def test_percentiles_of_a_period() -> None:
    assert percentiles_kept(finished_run(), "peak") == [10, 50, 90]
    assert percentiles_kept(finished_run(), "night") == []


def test_what_was_not_kept_is_refused_with_words(tmp_path: Path) -> None:
    run, manifest, cells = finished_run(), manifest_of(finished_run()), cells_of(finished_run())
    with pytest.raises(
        ResultError, match=r"percentile 95 was not kept, only 10, 50, 90; .*further_percentiles"
    ):
        access_at_percentile(run, manifest, cells, "peak", 95, CUTOFFS)
    with pytest.raises(ResultError, match=r"period night: the run kept no travel times of it; run"):
        access_at_percentile(run, manifest, cells, "night", 50, CUTOFFS)
    folder, manifest = copied(run, tmp_path)
    shutil.rmtree(folder / "travel_times" / "peak.parquet")
    (folder / "travel_times" / "peak.parquet").write_bytes(b"damaged")
    with pytest.raises(ResultError, match=r"peak\.parquet: cannot be read .* run the configuration again"):
        access_at_percentile(folder, manifest, cells, "peak", 90, CUTOFFS)


def test_without_the_ready_network_the_counts_of_the_cells_serve(tmp_path: Path) -> None:
    folder, manifest = copied(finished_run(), tmp_path)
    shutil.rmtree(manifest["network_cache"])
    cells = cells_of(folder)
    found = access_at_percentile(folder, manifest, cells, "peak", 50, [60])
    assert found["jobs"][60].tolist() == cells["jobs_in_60min_peak"].tolist()


def test_unknown_opportunities_beyond_the_study_area_are_no_zero(tmp_path: Path) -> None:
    folder, manifest = copied(finished_run(), tmp_path)
    cells = cells_of(folder)
    west, _ = ends(sorted(cells["id"]))
    studied = cells[cells["id"] == west]
    known = access_at_percentile(folder, manifest, studied, "peak", 50, [60])
    assert known["jobs"][60].tolist() == [1000]
    without_opportunities(Path(manifest["network_cache"]))
    with pytest.raises(
        ResultError, match=r"beyond the study area .* the ready network is gone from the cache"
    ):
        access_at_percentile(folder, manifest, studied, "peak", 50, [60])
