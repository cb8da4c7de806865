"""Why a travel time is missing, also after the frame has been through pandas and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders_api import EIGHT

from access import unreached_reason
from access.errors import AccessError
from access.snapping import NO_COORDINATES, OFF_MAIN_COMPONENT, SNAPPED, TOO_FAR
from access.stops_near import WithoutStop
from access.unreached import ATTRIBUTE, facts_of

IDS = pd.Series(["street", "sea", "island", "nowhere"])
STATES = np.array([SNAPPED, TOO_FAR, OFF_MAIN_COMPONENT, NO_COORDINATES], np.int8)


def frame(runs: bool = True) -> pd.DataFrame:
    """Every pair of four points, of which one is on a street and reaches itself only."""
    pairs = pd.MultiIndex.from_product([IDS, IDS], names=["from_id", "to_id"]).to_frame(index=False)
    here = (pairs["from_id"] == "street") & (pairs["to_id"] == "street")
    times = pairs.assign(travel_time=pd.array(np.where(here, 0, 99), "Int16"))
    times["travel_time"] = times["travel_time"].where(here)
    times.attrs[ATTRIBUTE] = facts_of(IDS, STATES, IDS, STATES, "departure", [(EIGHT, runs)], {})
    return times


def reasons(times: pd.DataFrame, detail: bool = False) -> dict[tuple[str, str], str]:
    found = unreached_reason(times, detail=detail)
    keys = zip(times["from_id"], times["to_id"], strict=True)
    return {key: value for key, value in zip(keys, found, strict=True) if not pd.isna(value)}


def test_points_off_the_streets_are_told_from_those_out_of_reach() -> None:
    found = reasons(frame())
    assert ("street", "street") not in found
    assert set(found.values()) == {"not_snapped"}
    assert len(found) == 15


def test_detail_says_which_end_and_how_and_names_the_origin_first() -> None:
    found = reasons(frame(), detail=True)
    assert found["sea", "street"] == "origin_too_far"
    assert found["island", "street"] == "origin_off_main_component"
    assert found["nowhere", "street"] == "origin_no_coordinates"
    assert found["street", "sea"] == "destination_too_far"
    assert found["street", "island"] == "destination_off_main_component"
    assert found["street", "nowhere"] == "destination_no_coordinates"
    assert found["sea", "nowhere"] == "origin_too_far"


@pytest.mark.parametrize(("runs", "reason"), [(True, "out_of_reach"), (False, "no_service")])
def test_pairs_on_streets_are_out_of_reach_or_without_service(runs: bool, reason: str) -> None:
    times = frame(runs).assign(travel_time=pd.array([pd.NA] * 16, "Int16"))
    assert reasons(times)["street", "street"] == reason
    assert reasons(times)["sea", "street"] == "not_snapped"
    assert reasons(times, detail=True)["street", "street"] == reason


def test_any_missing_percentile_has_a_reason_unless_one_column_is_asked_for() -> None:
    times = frame().iloc[:1].rename(columns={"travel_time": "travel_time_p5"})
    times["travel_time_p95"] = pd.array([pd.NA], "Int16")
    assert unreached_reason(times).tolist() == ["out_of_reach"]
    assert unreached_reason(times, column="travel_time_p95").tolist() == ["out_of_reach"]
    assert unreached_reason(times, column="travel_time_p5").isna().all()


def through_parquet(times: pd.DataFrame, folder: Path) -> pd.DataFrame:
    times.to_parquet(folder / "times.parquet")
    return pd.read_parquet(folder / "times.parquet")


@pytest.mark.parametrize(
    "change",
    [
        lambda times, _: times.copy(),
        lambda times, _: times[times["from_id"] != "island"],
        lambda times, _: times.sort_values("to_id", ascending=False),
        lambda times, _: times.assign(more=1).reset_index(drop=True),
        lambda times, _: times.iloc[::3],
        lambda times, _: times.astype({"from_id": "category"}),
        lambda times, _: pd.concat([times.iloc[:8], times.iloc[8:]]),
        through_parquet,
    ],
    ids=["copy", "filter", "sort", "assign", "slice", "category", "concat of its parts", "parquet"],
)
def test_reasons_survive(change: Callable[[pd.DataFrame, Path], pd.DataFrame], tmp_path: Path) -> None:
    changed = change(frame(), tmp_path)
    kept = reasons(changed, detail=True)
    whole = reasons(frame(), detail=True)
    assert kept == {key: whole[key] for key in kept}
    assert len(kept) == int(changed["travel_time"].isna().sum())
    assert unreached_reason(changed).index.equals(changed.index)


def test_an_empty_selection_has_no_reasons() -> None:
    assert len(unreached_reason(frame().iloc[:0])) == 0


def test_ids_that_are_numbers_are_found_again() -> None:
    numbers = pd.Series([10, 20])
    states = np.array([SNAPPED, TOO_FAR], np.int8)
    times = pd.DataFrame({"from_id": [10, 20], "to_id": [10, 10], "travel_time": [pd.NA, pd.NA]})
    times.attrs[ATTRIBUTE] = facts_of(numbers, states, numbers, states, "departure", [(EIGHT, True)], {})
    assert unreached_reason(times).tolist() == ["out_of_reach", "not_snapped"]


def with_facts(*masks: tuple[list[int], list[int]]) -> pd.DataFrame:
    """Points 1 to 3 on streets, none reached but by itself; masks say who has no stop, one a departure."""
    ids, on_street = pd.Series([1, 2, 3]), np.full(3, SNAPPED, np.int8)
    times = pd.MultiIndex.from_product([ids, ids], names=["from_id", "to_id"]).to_frame(index=False)
    times["travel_time"] = pd.array([pd.NA] * 9, "Int16")
    lacks = [WithoutStop(*(np.array(mask, np.bool_) for mask in pair)) for pair in masks]
    facts = facts_of(ids, on_street, ids, on_street, "departure", [(EIGHT, True)], {}, lacks)
    times.attrs[ATTRIBUTE] = facts
    return times


def test_detail_tells_who_has_no_stop_near_from_what_is_too_far() -> None:
    times = with_facts(([1, 0, 0], [0, 0, 1]))
    found = reasons(times, detail=True)
    assert found[1, 2] == found[1, 3] == "origin_no_stop_near"  # type: ignore[index]
    assert found[2, 3] == "destination_no_stop_near"  # type: ignore[index]
    assert found[3, 1] == found[2, 1] == "out_of_reach"  # type: ignore[index]
    assert set(reasons(times).values()) == {"out_of_reach"}


def test_who_has_a_stop_at_another_departure_is_not_told() -> None:
    found = reasons(with_facts(([1, 1, 0], [0, 0, 0]), ([0, 1, 0], [0, 0, 0])), detail=True)
    assert found[1, 2] == "out_of_reach"  # type: ignore[index]
    assert found[2, 1] == "origin_no_stop_near"  # type: ignore[index]


def test_a_frame_of_before_without_these_facts_says_out_of_reach() -> None:
    times = with_facts(([1, 1, 1], [1, 1, 1]))
    del times.attrs[ATTRIBUTE]["no_stop_near"]
    assert set(reasons(times, detail=True).values()) == {"out_of_reach"}


def test_several_departures_are_told_apart() -> None:
    later = EIGHT.replace(hour=22)
    times = pd.DataFrame({"from_id": "street", "to_id": "street", "departure": [later, EIGHT]})
    times["travel_time"] = pd.array([pd.NA, pd.NA], "Int16")
    asked = [(EIGHT, True), (later, False)]
    times.attrs[ATTRIBUTE] = facts_of(IDS, STATES, IDS, STATES, "departure", asked, {})
    assert unreached_reason(times).tolist() == ["no_service", "out_of_reach"]
    with pytest.raises(AccessError, match="the frame has no column departure"):
        unreached_reason(times.drop(columns="departure"))


def test_a_frame_that_lost_its_attributes_is_refused() -> None:
    times = frame()
    other = frame(runs=False)
    for lost in (pd.concat([times, other]), pd.DataFrame({"from_id": [1]})):
        with pytest.raises(AccessError, match=r"pandas dropped its attributes.*joined.attrs = times.attrs"):
            unreached_reason(lost)


def test_a_frame_without_its_columns_is_refused() -> None:
    with pytest.raises(AccessError, match="no column from_id; its columns are origin, to_id, travel_time"):
        unreached_reason(frame().rename(columns={"from_id": "origin"}))
    with pytest.raises(AccessError, match="has no column travel_time;"):
        unreached_reason(frame().rename(columns={"travel_time": "minutes"}))
    with pytest.raises(AccessError, match="has no column travel_time_p5;"):
        unreached_reason(frame(), column="travel_time_p5")


def test_the_frame_is_left_unchanged() -> None:
    times = frame()
    unreached_reason(times)
    pd.testing.assert_frame_equal(times, frame())
    assert times.attrs == frame().attrs
