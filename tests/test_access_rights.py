"""Rights cell by cell: the four states, no data, baskets, and what is asked of travel times."""

from __future__ import annotations

import numpy as np
import pytest
from builders_rights import catalogue, raw_right, reach_by, right

from access.errors import InputDataError
from access.rights import STATES, EvaluatedRights, evaluate_rights, rights_table
from access.rights_catalogue import RightsCatalogue
from access.rights_requests import Missing, Request, other_situations, requests_of

HOSPITALS = {("hospital", "usual"): [0, 1, 2, 3]}


def evaluated(
    chosen: RightsCatalogue, answers: dict[tuple[str, ...], object], **options: object
) -> EvaluatedRights:
    snapped = np.array(options.get("snapped", [True] * 4))
    totals = options.get("totals", {"hospital": 10.0})
    return evaluate_rights([chosen], reach_by(answers), totals, snapped)  # type: ignore[arg-type]


def states(found: EvaluatedRights, number: int = 0) -> list[str]:
    return [STATES[code] for code in found.as_written[number].state]


def test_two_of_two_hospitals_are_enough_and_one_is_half_short() -> None:
    found = evaluated(catalogue(), HOSPITALS)
    assert states(found) == ["unmet", "unmet", "met", "met"]
    assert found.as_written[0].shortfall.tolist() == [1, 0.5, 0, 0]


def test_a_share_is_one_of_all_in_the_study_area() -> None:
    a_fifth = catalogue(raw_right(at_least=None, at_least_share=0.2))
    assert evaluated(a_fifth, HOSPITALS).as_written[0].required == 2
    assert states(evaluated(a_fifth, HOSPITALS)) == ["unmet", "unmet", "met", "met"]


def test_a_sum_that_misses_the_whole_by_rounding_reaches_it() -> None:
    everything = catalogue(raw_right(at_least=None, at_least_share=1))
    tenths = [sum([0.1] * 10)] * 3 + [0.999]  # 0.9999999999999999 and really less
    found = evaluated(everything, {("hospital",): tenths}, totals={"hospital": 1.0})
    assert states(found) == ["met", "met", "met", "unmet"]
    assert found.as_written[0].shortfall[:3].tolist() == [0, 0, 0]


def test_a_cell_that_is_not_snapped_has_no_value_whatever_reach_says() -> None:
    found = evaluated(catalogue(), HOSPITALS, snapped=[True, True, False, False])
    assert states(found) == ["unmet", "unmet", "not snapped", "not snapped"]
    assert np.isnan(found.as_written[0].value[2:]).all()
    assert np.isnan(found.baskets[0].lacking[2:]).all()


@pytest.mark.parametrize("missing", [Missing.SERVICE, Missing.TIMETABLE, Missing.DURATION])
def test_no_data_is_never_unmet_and_is_named(missing: Missing) -> None:
    found = evaluated(catalogue(), {("hospital",): missing})
    assert states(found) == ["no data"] * 4
    assert not found.as_written[0].counts
    assert found.elsewhen == ()
    (excluded,) = found.excluded
    assert (excluded.right, excluded.left_out_of, excluded.mode) == ("hospitals", "counts", "transit")
    assert excluded.missing is missing


def test_any_mode_is_enough_and_the_best_counts() -> None:
    either = catalogue(raw_right(modes=["walk", "transit"]))
    found = evaluated(either, {("transit",): [0, 1, 2, 0], ("walk",): [2, 1, 1, 0]})
    assert states(found) == ["met", "unmet", "met", "unmet"]
    assert found.as_written[0].value.tolist() == [2, 1, 2, 0]


def test_where_a_mode_is_missing_enough_by_another_is_met_and_less_is_not_known() -> None:
    either = catalogue(raw_right(modes=["walk", "transit"]))
    found = evaluated(either, {("transit",): Missing.TIMETABLE, ("walk",): [2, 1, 3, 0]})
    assert states(found) == ["met", "no data", "met", "no data"]
    assert not found.as_written[0].counts
    assert found.baskets[0].rights == ()


def test_a_cell_without_a_value_by_one_mode_is_not_unmet() -> None:
    either = catalogue(raw_right(modes=["walk", "transit"]))
    found = evaluated(either, {("transit",): [np.nan, np.nan, 2, 0], ("walk",): [2, 1, 1, 0]})
    assert states(found) == ["met", "no data", "met", "unmet"]
    assert found.as_written[0].counts


def test_a_share_of_a_service_that_nobody_has_is_no_data_and_a_number_of_it_is_unmet() -> None:
    share = raw_right(name="share", at_least=None, at_least_share=0.1)
    found = evaluated(catalogue(share, raw_right()), {("hospital",): [0] * 4}, totals={"hospital": 0.0})
    assert states(found, 0) == ["no data"] * 4
    assert states(found, 1) == ["unmet"] * 4
    assert found.excluded[0].missing is Missing.TOTAL


def test_the_basket_counts_unmet_rights_with_data_and_names_the_others() -> None:
    rights = [
        raw_right(),
        raw_right(name="doctor", service="primary_care", at_least=1),
        raw_right(name="night", when="weekday_night"),
    ]
    found = evaluated(
        catalogue(*rights),
        {
            ("hospital", "weekday_peak"): [0, 1, 2, 3],
            ("primary_care",): [0, 1, 1, np.nan],
            ("weekday_night",): Missing.TIMETABLE,
        },
    )
    (basket,) = found.baskets
    assert basket.rights == ("hospitals", "doctor")
    assert basket.without_data == ("night",)
    np.testing.assert_array_equal(basket.lacking, [2, 1, 0, np.nan])


def test_each_catalogue_has_its_own_basket() -> None:
    one, other = catalogue(), catalogue(raw_right(name="other", at_least=1), name="second")
    found = evaluate_rights([one, other], reach_by(HOSPITALS), {}, np.ones(4, dtype=bool))
    assert [basket.catalogue for basket in found.baskets] == ["test", "second"]
    assert [basket.lacking.tolist() for basket in found.baskets] == [[1, 1, 0, 0], [1, 0, 0, 0]]


def test_a_right_of_slow_walkers_asks_for_slow_walking_and_is_not_compared_with_it() -> None:
    slow = right(for_whom="slow_walkers")
    assert {request.walking for request in requests_of([catalogue(raw_right(for_whom="slow_walkers"))])} == {
        "slow"
    }
    assert {situation.walking for situation in other_situations(slow)} == {"slow"}
    assert len(list(other_situations(slow))) == 5  # the other parts of the week
    assert len(list(other_situations(right()))) == 6  # and slow walking


def test_on_foot_the_time_of_the_week_is_not_asked_and_by_car_not_the_walking_speed() -> None:
    assert requests_of([catalogue(raw_right(modes=["walk"]))]) == [
        Request("hospital", 30, "walk", None, "usual"),
        Request("hospital", 30, "walk", None, "slow"),
    ]
    assert requests_of([catalogue(raw_right(modes=["car"]))]) == [
        Request("hospital", 30, "car", None, "usual")
    ]


def test_older_people_in_a_car_are_not_asked_to_walk_slowly() -> None:
    either = catalogue(raw_right(modes=["walk", "car"], for_whom="older_people"))
    assert [(request.mode, request.walking) for request in requests_of([either])] == [
        ("walk", "slow"),
        ("car", "usual"),
    ]


def test_everything_asked_for_is_listed_beforehand_once() -> None:
    chosen = catalogue(raw_right(modes=["walk", "transit"]), raw_right(name="same", modes=["transit"]))
    asked: list[Request] = []

    def reach(request: Request) -> np.ndarray:
        asked.append(request)
        return np.zeros(2)

    evaluate_rights([chosen], reach, {}, np.ones(2, dtype=bool))
    listed = requests_of([chosen])
    assert set(asked) == set(listed)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([0, 1], r"one number a cell is needed, shape \(4,\); got \(2,\)"),
        ([-1, 0, 0, 0], "got -1 to 0"),
        ([np.inf, 0, 0, 0], "must be finite"),
    ],
)
def test_an_impossible_answer_is_refused(answer: list[float], said: str) -> None:
    with pytest.raises(InputDataError, match=said):
        evaluated(catalogue(), {("hospital",): answer})


def test_the_table_has_a_row_a_right_and_cell_with_states_in_words() -> None:
    found = evaluated(catalogue(), HOSPITALS, snapped=[True, True, True, False])
    table = rights_table(found.as_written, ["a", "b", "c", "d"])
    assert table["id"].tolist() == ["a", "b", "c", "d"]
    assert table["state"].tolist() == ["unmet", "unmet", "met", "not snapped"]
    assert table["shortfall"].tolist()[:3] == [1, 0.5, 0]
    assert set(table["period"]) == {"weekday_peak"}
    assert set(table["required"]) == {2}


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InputDataError, match="there is none to tabulate"):
        rights_table([], [])


def test_answers_are_not_changed() -> None:
    answer = np.array([0.0, 1, 2, 3])
    answer.flags.writeable = False
    evaluate_rights([catalogue()], lambda _: answer, {}, np.ones(4, dtype=bool))
    assert answer.tolist() == [0, 1, 2, 3]
