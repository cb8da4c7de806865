"""Ranges of different kinds have different types and never mix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from access.errors import InputDataError
from access.uncertainty_kinds import (
    Choice,
    InputInterval,
    ProcessInterval,
    SensitivityBand,
    Spread,
    Variability,
    band,
    variability,
)

ONE = np.ones(1)
INTERVAL = InputInterval(ONE, ONE, ONE, ONE, 500, ("income",), 0.95)


def test_a_band_runs_from_the_least_to_the_greatest_variant() -> None:
    found = band(Choice.CUTOFF, {"25 min": [3, 5], "30 min": [4, 4], "35 min": [6, 3]})
    assert found.low.tolist() == [3, 3]
    assert found.high.tolist() == [6, 5]
    assert found.kind == "sensitivity: cutoff"
    assert found.variants == ("25 min", "30 min", "35 min")


def test_a_band_with_an_undefined_variant_is_undefined() -> None:
    assert np.isnan(band(Choice.CELL_SIZE, {"8": np.nan, "9": 2.0}).low).all()


def test_departure_minutes_are_variability() -> None:
    found = variability([10.0], [30.0])
    assert found.kind == "variability: departure minutes"
    with pytest.raises(InputDataError, match="low end exceeds the high end in 1 places"):
        variability([30.0], [10.0])


def test_kinds_are_named_apart() -> None:
    kinds = {INTERVAL.kind, ProcessInterval(0, 1, 40, 0.93, 0.95).kind, variability(0, 1).kind}
    kinds |= {band(choice, {"a": 1, "b": 2}).kind for choice in Choice}
    assert len(kinds) == 3 + len(Choice)
    assert "input uncertainty" in kinds
    assert "sensitivity: walking speed" in kinds


@pytest.mark.parametrize(
    "other",
    [
        INTERVAL,
        SensitivityBand(ONE, ONE, Choice.CUTOFF, ("a", "b")),
        Variability(ONE, ONE, Spread.DEPARTURE_MINUTES, (10, 90)),
        ProcessInterval(0, 1, 40, 0.93, 0.95),
    ],
)
def test_no_range_can_be_pooled_into_a_band(other: Any) -> None:
    with pytest.raises(TypeError, match="other is a range, not a number; ranges of different kinds"):
        band(Choice.CUTOFF, {"25 min": 1.0, "other": other})
    with pytest.raises(TypeError):
        INTERVAL + other
    assert variability(0, 1) != INTERVAL


def test_a_band_needs_two_variants_of_the_same_numbers() -> None:
    with pytest.raises(InputDataError, match=r"at least two variants; got a \(1,\)"):
        band(Choice.CUTOFF, {"a": 1})
    with pytest.raises(InputDataError, match=r"got a \(1,\), b \(2,\)"):
        band(Choice.CUTOFF, {"a": 1, "b": [1, 2]})
