"""Groups compared against thresholds somebody named set, and the frames: evidence, never a finding."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from access.errors import AccessError, ConfigError, InputDataError
from access.impact_comparisons import (
    ImpactComparison,
    ImpactThreshold,
    benefit_ratio,
    burden_ratio,
    change_difference,
    share_difference,
)
from access.impact_frames import frame_table, read_frames

NAN = float("nan")
NAMES_EN = {"group": "residents without a car", "other": "all residents", "what": "jobs"}
NAMES_FR = {"group": "les habitants sans voiture", "other": "l’ensemble des habitants", "what": "emplois"}


def of(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def threshold(value: float) -> ImpactThreshold:
    return ImpactThreshold(value, "Board policy 32")


def test_share_among_those_affected_on_paper() -> None:
    # Affected: all of cell 1, half of cell 2. Of 40 + 30 = 70 affected, 20 + 10 = 30 are of the group; of 100
    # residents 40 are.
    found = share_difference(of(1, 0.5), of(20, 20), of(40, 60), threshold(10))
    assert found.value == pytest.approx(100 * (3 / 7 - 0.4))
    assert (found.of_group, found.of_other) == pytest.approx((3 / 7, 0.4))
    assert found.beyond is False
    assert found.covered_population == 100


def test_exactly_the_threshold_of_points_reaches_it() -> None:
    found = share_difference(of(1, 0), of(20, 20), of(40, 60), threshold(10))
    assert found.value == pytest.approx(10)
    assert found.beyond is True


def test_cells_not_known_are_in_neither_share() -> None:
    found = share_difference(of(1, 0, NAN), of(20, 20, 99), of(40, 60, 99), threshold(10))
    assert found.value == pytest.approx(10)
    assert found.covered_population == 100


def test_benefits_just_four_fifths_are_enough_and_less_is_not() -> None:
    assert benefit_ratio(of(8, 10), of(5, 0), of(0, 5), threshold(0.8)).beyond is False
    found = benefit_ratio(of(7.9, 10), of(5, 0), of(0, 5), threshold(0.8))
    assert (found.value, found.beyond, found.covered_population) == (pytest.approx(0.79), True, 10)


def test_burdens_just_five_quarters_are_not_too_much_and_more_is() -> None:
    # Of the group 1/2 bear it, of the others 2/5; then 3/5.
    assert burden_ratio(of(1, 0), of(5, 5), of(2, 3), threshold(1.25)).beyond is False
    found = burden_ratio(of(1, 0), of(3, 2), of(2, 3), threshold(1.25))
    assert (found.value, found.beyond) == (pytest.approx(1.5), True)


def test_change_per_resident_on_paper() -> None:
    # Cell 1 loses 4, cell 2 gains 2. The group: (3 x -4 + 2) / 4 = -2.5; the others (-4 + 3 x 2) / 4 = 0.5.
    found = change_difference(of(10, 10, NAN), of(6, 12, 5), of(3, 1, 9), of(1, 3, 9), threshold(3))
    assert (found.of_group, found.of_other, found.value) == (-2.5, 0.5, -3)
    assert found.beyond is True
    assert change_difference(of(10), of(6), of(3), of(1), threshold(3)).beyond is False


def test_gaining_more_than_the_others_is_no_shortfall() -> None:
    assert change_difference(of(1, 1), of(9, 1), of(1, 0), of(0, 1), threshold(1)).beyond is False


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(
            benefit_ratio(of(0, 0), of(1, 1), of(1, 1), threshold(0.8)), id="the others have nothing"
        ),
        pytest.param(benefit_ratio(of(3, 3), of(0, 0), of(1, 1), threshold(0.8)), id="nobody in the group"),
        pytest.param(burden_ratio(of(0, 0), of(1, 1), of(1, 1), threshold(1.25)), id="nobody affected"),
        pytest.param(share_difference(of(0, 0), of(1, 1), of(1, 1), threshold(10)), id="no one affected"),
        pytest.param(change_difference(of(NAN), of(1), of(1), of(1), threshold(1)), id="not known"),
    ],
)
def test_what_is_not_defined_has_no_verdict(found: ImpactComparison) -> None:
    assert np.isnan(found.value)
    assert found.beyond is None
    assert "is not defined" in found.sentence("en", **NAMES_EN)
    assert "n’est pas définie" in found.sentence("fr", **NAMES_FR)


ALL_FOUR = [
    share_difference(of(1, 0), of(20, 20), of(40, 60), threshold(10)),
    benefit_ratio(of(7900, 10000), of(5, 0), of(0, 5), threshold(0.8)),
    burden_ratio(of(1, 0), of(3, 2), of(2, 3), threshold(1.25)),
    change_difference(of(10, 10), of(6, 12), of(3, 1), of(1, 3), threshold(3)),
]


@pytest.mark.parametrize("found", ALL_FOUR, ids=lambda found: found.comparison)
def test_each_sentence_names_both_numbers_the_source_and_that_it_is_no_finding(
    found: ImpactComparison,
) -> None:
    for language, names, end in (
        ("en", NAMES_EN, "Evidence, not a legal finding."),
        ("fr", NAMES_FR, "Un élément de preuve, non une conclusion juridique."),
    ):
        told = found.sentence(language, **names)
        assert told.endswith(end)
        assert "Board policy 32" in told
        assert names["group"] in told
        assert names["other"] in told
        assert "{" not in told
        if language == "fr":
            assert not re.search(r" [:;%]", told), "a plain space before a French mark"


def test_a_sentence_in_both_languages() -> None:
    english, french = (
        ALL_FOUR[1].sentence(language, **names) for language, names in (("en", NAMES_EN), ("fr", NAMES_FR))
    )
    assert english == (
        "On average residents without a car have access to 7,900 jobs, all residents to 10,000: a ratio of "
        "0.79, below the threshold of 0.80 set by: Board policy 32. Evidence, not a legal finding."
    )
    assert french == (
        "En moyenne, les habitants sans voiture ont accès à 7\u202f900 emplois, l’ensemble des habitants à "
        "10\u202f000\u00a0: un rapport de 0,79, inférieur au seuil de 0,80 fixé par\u00a0: Board policy 32. "
        "Un élément de preuve, non une conclusion juridique."
    )


@pytest.mark.parametrize("value", [0, -1, np.inf, NAN])
def test_a_threshold_is_a_number_above_zero(value: float) -> None:
    with pytest.raises(AccessError, match="give a finite number above 0"):
        threshold(value)


def test_a_threshold_without_a_source_is_refused() -> None:
    with pytest.raises(AccessError, match=r"threshold 0\.8 has no source; name who set it"):
        ImpactThreshold(0.8, " ")


def test_a_threshold_on_the_wrong_side_is_refused() -> None:
    with pytest.raises(AccessError, match=r"threshold 1\.25 of a benefit ratio must be at most 1"):
        benefit_ratio(of(1), of(1), of(1), threshold(1.25))
    with pytest.raises(AccessError, match=r"threshold 0\.8 of a burden ratio must be at least 1"):
        burden_ratio(of(1), of(1), of(1), threshold(0.8))


def test_impossible_residents_and_shares_are_refused() -> None:
    with pytest.raises(InputDataError, match="the group has more residents than there are in 1 cells"):
        share_difference(of(1, 1), of(9, 1), of(8, 8), threshold(10))
    with pytest.raises(InputDataError, match="share of residents affected: 2 is above 1"):
        burden_ratio(of(2), of(1), of(1), threshold(1.25))
    with pytest.raises(InputDataError, match="share of residents affected"):
        share_difference(of(2), of(1), of(1), threshold(10))
    with pytest.raises(InputDataError, match="benefit ratio: population is negative"):
        benefit_ratio(of(1), of(-1), of(1), threshold(0.8))
    with pytest.raises(InputDataError, match="change of access: access is negative"):
        change_difference(of(-1), of(1), of(1), of(1), threshold(1))


# Frames


def test_both_languages_tell_all_of_a_frame() -> None:
    english, french = frame_table("en"), frame_table("fr")
    assert english["name"].tolist() == french["name"].tolist()
    assert english["name"].is_unique
    for column in ("title", "asks", "status"):
        assert (english[column].str.len() > 10).all()
        assert (english[column] != french[column]).all()
    assert english.notna().drop(columns="example").all(axis=None)


def test_french_never_says_accessibilite() -> None:
    texts = frame_table("fr")[["title", "asks", "status"]].to_numpy().ravel()
    assert not any("ccessibilité" in text for text in texts)


def test_both_languages_fill_the_same_placeholders() -> None:
    for sentence in read_frames().words.model_dump().values():
        for pair in sentence.values() if isinstance(next(iter(sentence.values())), dict) else [sentence]:
            assert sorted(re.findall(r"{\w+}", pair["en"])) == sorted(re.findall(r"{\w+}", pair["fr"]))


def test_what_was_not_verified_says_so() -> None:
    frames = {frame.name: frame for frame in read_frames().frames}
    assert not frames["fta_c_4702_1b"].status_verified
    assert "was not verified" in frames["fta_c_4702_1b"].status.en
    assert not frames["reciprocal_five_quarters"].text_verified
    assert frames["us_doj_title_vi"].status_date == "2025-12-10"
    assert frames["us_low_income_burden"].kind == "rescinded"


def test_a_file_of_other_frames_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file; give the path of a file of frames"):
        read_frames(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("frames: []\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="words: is missing"):
        frame_table("en", tmp_path / "bad.yaml")
