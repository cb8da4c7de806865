from __future__ import annotations

import pytest

from access.warning_words import decimals_of


@pytest.mark.parametrize(
    ("before", "now", "indicator", "decimals"),
    [
        (39_256.0, 36_931.0, "mean_access", 0),
        (15.7, 14.2, "mean_access", 1),
        (0.329, 0.369, "gini", 3),
        (None, 9.9, "mean_access", 3),
        (4_519.0, 4_512.0, "right_residents", 0),
        (10.0, 20.0, "mean_access", 0),
    ],
)
def test_a_small_change_of_a_large_number_keeps_a_decimal(
    before: float | None, now: float, indicator: str, decimals: int
) -> None:
    assert decimals_of(before, now, indicator) == decimals
