"""The cached network comes back as it was, frozen, and never stale."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from access.engine.arrays import WalkLinks
from access.errors import ResultError
from access.network_cache import fingerprint, load_group, load_names, save_groups


class Nested(NamedTuple):
    links: WalkLinks
    lon: npt.NDArray[np.float64]
    limit: np.float64


def nested() -> Nested:
    links = WalkLinks(np.array([0, 1]), np.array([4], np.int32), np.array([60], np.int32))
    return Nested(links, np.array([1.5, -2.5]), np.float64(3.0))


def test_arrays_inside_groups_come_back_equal_and_frozen(tmp_path: Path) -> None:
    save_groups(tmp_path / "net", {"thing": nested()}, {"stop_ids": ["é"]})
    back = load_group(tmp_path / "net", "thing", Nested)
    assert back.links.target.tolist() == [4]
    assert back.links.target.dtype == np.int32
    assert back.lon.tolist() == [1.5, -2.5]
    assert back.limit == 3.0
    assert not back.lon.flags.writeable
    assert load_names(tmp_path / "net") == {"stop_ids": ["é"]}


def test_saving_again_leaves_the_first_as_it_is(tmp_path: Path) -> None:
    for _ in range(2):
        save_groups(tmp_path / "net", {"thing": nested()}, {})
    assert [entry.name for entry in tmp_path.iterdir()] == ["net"]


def test_a_deleted_cache_says_so(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="gone from the cache; run the configuration again"):
        load_group(tmp_path, "thing", Nested)
    with pytest.raises(ResultError, match="gone from the cache"):
        load_names(tmp_path)


def test_a_cache_of_another_shape_is_refused(tmp_path: Path) -> None:
    save_groups(tmp_path / "net", {"thing": nested().links}, {})
    with pytest.raises(ResultError, match="another version wrote it"):
        load_group(tmp_path / "net", "thing", Nested)


def test_every_array_and_name_counts_in_the_fingerprint() -> None:
    base = fingerprint({"thing": nested()}, {"stop_ids": ["a"]})
    assert fingerprint({"thing": nested()}, {"stop_ids": ["a"]}) == base
    assert fingerprint({"thing": nested()}, {"stop_ids": ["b"]}) != base
    assert fingerprint({"other": nested()}, {"stop_ids": ["a"]}) != base
    longer = nested()._replace(lon=np.array([1.5, -2.5, 0.0]))
    assert fingerprint({"thing": longer}, {"stop_ids": ["a"]}) != base
    moved = nested()._replace(links=nested().links._replace(walk_s=np.array([61], np.int32)))
    assert fingerprint({"thing": moved}, {"stop_ids": ["a"]}) != base
