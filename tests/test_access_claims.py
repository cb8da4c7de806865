"""When a sentence is withheld, and why."""

from __future__ import annotations

import pytest

from access.claims import Verdict, claim_above, claim_below, claim_number

NAN = float("nan")


def test_the_richest_reach_more_is_carried_where_the_whole_range_lies_above_one() -> None:
    claim = claim_above(1.4, 1, low=1.2, high=1.7, covered_share=0.9)
    assert claim.carried
    assert claim.description_allowed
    assert claim.verdict is Verdict.CARRIED


def test_it_is_withheld_where_the_range_holds_one() -> None:
    claim = claim_above(1.4, 1, low=0.9, high=1.7, covered_share=0.9)
    assert not claim.carried
    assert claim.verdict is Verdict.RANGE_HOLDS_NO_DIFFERENCE
    assert (claim.low, claim.high, claim.line) == (0.9, 1.7, 1)


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.7), (0.5, 1.0), (1.0, 1.0)])
def test_a_range_that_touches_the_line_does_not_carry(low: float, high: float) -> None:
    for claim in (claim_above, claim_below):
        assert claim(1.0, 1, low=low, high=high, covered_share=1).verdict is Verdict.RANGE_HOLDS_NO_DIFFERENCE


def test_below_is_the_mirror_of_above() -> None:
    assert claim_below(-3, 0, low=-5, high=-1, covered_share=1).carried
    assert claim_below(3, 0, low=1, high=5, covered_share=1).verdict is Verdict.ON_THE_OTHER_SIDE
    assert claim_above(-3, 0, low=-5, high=-1, covered_share=1).verdict is Verdict.ON_THE_OTHER_SIDE


def test_too_few_residents_covered_withholds_even_the_description() -> None:
    claim = claim_above(1.4, 1, low=1.2, high=1.7, covered_share=0.79)
    assert claim.verdict is Verdict.COVERAGE_TOO_LOW
    assert not claim.description_allowed
    assert claim_above(1.4, 1, low=1.2, high=1.7, covered_share=0.8).carried
    assert claim_above(1.4, 1, low=1.2, high=1.7, covered_share=0.5, covered_at_least=0.5).carried
    assert claim_number(1, low=0, high=2, covered_share=NAN).verdict is Verdict.COVERAGE_TOO_LOW


@pytest.mark.parametrize("bound", [None, NAN])
def test_without_a_range_a_number_is_described_and_nothing_is_claimed(bound: float | None) -> None:
    for claim in (
        claim_above(1.4, 1, low=bound, high=bound, covered_share=1),
        claim_number(12_000, low=bound, high=bound, covered_share=1),
    ):
        assert claim.verdict is Verdict.NOT_QUANTIFIED
        assert not claim.carried
        assert claim.description_allowed


def test_what_is_not_defined_is_said_before_anything_else() -> None:
    claim = claim_above(NAN, 1, low=None, high=None, covered_share=0.1)
    assert claim.verdict is Verdict.NOT_DEFINED
    assert not claim.description_allowed


def test_a_number_with_its_range_is_carried() -> None:
    assert claim_number(12_000, low=10_000, high=14_000, covered_share=1).carried


def test_shares_and_ranges_must_be_such() -> None:
    with pytest.raises(ValueError, match=r"covered share 95 and its threshold 0\.8 are shares"):
        claim_number(1, low=0, high=2, covered_share=95)
    with pytest.raises(ValueError, match=r"range from 2.0 to 1.0 is upside down"):
        claim_number(1, low=2, high=1, covered_share=1)
