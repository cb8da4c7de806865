"""The first sentences of the page Gaps, on eight cells whose numbers are added by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders_gaps import CHOICE, JOBS, cells_by_hand, numbers_by_hand, run_by_hand
from builders_report import write_run

from access.report_data import read_run
from access.report_tables import zone_table
from dashboards.actions import Lead, lead_of
from dashboards.gaps_choice import choice_of
from dashboards.gaps_kept import MOST_KEPT, kept
from dashboards.gaps_ranking import ranking_table, worst_zones
from dashboards.run_data import RunData
from dashboards.view import View
from dashboards.words import words

EN, FR = words("en"), words("fr")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return run_by_hand(tmp_path_factory.mktemp("actions") / "run")


def fact(lead: Lead, kind: str) -> str:
    return next((each.text for each in lead.facts if each.kind == kind), "")


def test_the_lead_says_what_half_of_the_poorest_reach_and_how_much_more_the_richest(data: RunData) -> None:
    lead = lead_of(data, CHOICE, EN)
    assert lead.sentence.startswith("Half of the poorest tenth reach no more than 100 jobs within 45 minutes")
    assert "the richest tenth reach 12.0 times as many as the poorest tenth" in lead.sentence
    assert lead.how == "ratio_decile10_decile1|jobs|midday|45||"


def test_the_lead_in_french(data: RunData) -> None:
    lead = lead_of(data, CHOICE, FR)
    assert "La moitié du dixième le plus pauvre n’atteint pas plus de 100 emplois" in lead.sentence
    assert "12,0 fois autant" in lead.sentence


def test_the_range_says_how_sure(data: RunData) -> None:
    told = fact(lead_of(data, CHOICE, EN), "sure")
    assert "between 10.0 and 15.0 times" in told
    assert "95 of 100" in told


def test_a_range_that_holds_one_claims_no_side(tmp_path: Path) -> None:
    data = run_by_hand(tmp_path / "run", numbers=numbers_by_hand(0.8, 15.0))
    lead = lead_of(data, CHOICE, EN)
    assert "In this model" in lead.sentence
    assert "Who reaches more is not claimed" in fact(lead, "sure")


def test_a_ratio_below_one_is_told_from_the_side_of_the_poor(tmp_path: Path) -> None:
    numbers = numbers_by_hand(0.4, 0.8)
    numbers.loc[numbers["indicator"] == "ratio_decile10_decile1", "value"] = 0.5
    lead = lead_of(run_by_hand(tmp_path / "run", numbers=numbers), CHOICE, EN)
    assert "the poorest tenth reach 2.0 times as many as the richest tenth" in lead.sentence
    assert "between 1.2 and 2.5 times" in fact(lead, "sure")  # 1 / 0.8 and 1 / 0.4


def test_poorest_who_reach_none_are_not_divided_by(tmp_path: Path) -> None:
    cells = cells_by_hand()
    cells["jobs_in_45min_midday"] = [0.0, 0.0, *JOBS[2:]]
    numbers = numbers_by_hand().iloc[:0]
    lead = lead_of(run_by_hand(tmp_path / "run", cells, numbers), CHOICE, EN)
    assert "the poorest tenth reach no jobs at all" in lead.sentence
    assert "inf" not in lead.sentence


def test_without_incomes_the_lead_speaks_of_all_and_says_why(tmp_path: Path) -> None:
    cells = cells_by_hand().drop(columns=["income", "income_decile"])
    lead = lead_of(run_by_hand(tmp_path / "run", cells, numbers_by_hand().iloc[:0]), CHOICE, EN)
    # 800, 400, 400 are 1,010 of 2,010 residents: half reach at least 400
    assert lead.sentence.startswith("Half of the residents reach no more than 400 jobs")
    assert "Incomes are not known" in lead.sentence
    assert fact(lead, "who") == "300 residents can reach no jobs within 45 minutes."


def test_a_period_without_data_says_so_and_no_number(data: RunData) -> None:
    lead = lead_of(data, CHOICE._replace(period="night"), EN)
    assert "no data" in lead.sentence
    assert "does not mean that nothing is within reach" in lead.sentence
    assert lead.facts == ()


def test_who_lives_where_low_incomes_and_low_access_meet(data: RunData) -> None:
    # below 177.6 (half of 714,000 / 2,010) and in the lowest four tenths: rows 0 and 1, 600 of 2,000 known
    assert fact(lead_of(data, CHOICE, EN), "who").startswith("600 residents (30%")


def test_where_names_the_neighbourhoods_at_the_end_of_the_ranking(data: RunData) -> None:
    told = fact(lead_of(data, CHOICE, EN), "where")
    assert "South and North" in told or "North" in told
    assert "East" not in told  # 100 residents, and not linked


def test_a_group_is_told_beside_all_residents(data: RunData) -> None:
    lead = lead_of(data, CHOICE._replace(group="decile_2"), EN)
    assert lead.sentence.startswith("Half of income tenth 2 of 10 reach no more than 200 jobs")
    assert "On average they reach 200: 56% of what all residents reach" in lead.sentence  # 200 / 355.2
    assert "190 to 220" in fact(lead, "sure")
    assert lead.how.endswith("|decile_2")


def test_a_group_that_is_nowhere_says_so(data: RunData) -> None:
    assert (
        "Nothing is known of income tenth 5" in lead_of(data, CHOICE._replace(group="decile_5"), EN).sentence
    )


def test_the_ranking_is_that_of_the_report_for_the_headline(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "disc"))
    table = ranking_table(RunData("disc", tmp_path / "disc", run), CHOICE, EN)
    assert table == zone_table(run, EN.texts)


def test_neighbourhoods_are_ranked_by_the_mean_of_the_group_and_few_residents_are_left_out(
    data: RunData,
) -> None:
    zones = worst_zones(data, CHOICE, np.array(JOBS))
    assert [(zone.name, zone.residents) for zone in zones] == [("South", 1000.0), ("North", 1010.0)]
    assert [zone.mean for zone in zones] == [pytest.approx(110.0), pytest.approx(604_000 / 1010)]
    older = worst_zones(data, CHOICE._replace(group="older"), np.array(JOBS))
    assert older == []  # 70 and 100 older people: fewer than 200


def test_equal_means_are_in_alphabetical_order(data: RunData) -> None:
    zones = worst_zones(data, CHOICE, np.full(8, 5.0))
    assert [zone.name for zone in zones] == ["North", "South"]


def test_without_names_of_neighbourhoods_nothing_is_ranked(tmp_path: Path) -> None:
    data = run_by_hand(tmp_path / "run", cells_by_hand().drop(columns="zone"))
    assert ranking_table(data, CHOICE, EN) is None
    assert fact(lead_of(data, CHOICE, EN), "where") == ""


def test_what_the_map_shows_is_one_of_a_known_set() -> None:
    view = View("gaps", "en", "r", "jobs", 45, 50, "midday", more={"shows": "<script>"})
    assert choice_of(view).shows == "access"


def test_what_is_kept_of_a_run_is_bounded(data: RunData) -> None:
    for number in range(2 * MOST_KEPT):
        assert kept(data, ("test", number), lambda n=number: n) == number
    made = []
    kept(data, ("test", 0), lambda: made.append(1))
    assert made == [1]  # the first were let go


def test_the_median_is_told_as_the_report_tells_it(tmp_path: Path) -> None:
    cells = cells_by_hand()
    cells["jobs_in_45min_midday"] = [215_441.0] * 8
    lead = lead_of(run_by_hand(tmp_path / "run", cells), CHOICE, EN)
    assert "reach no more than 215,441 jobs" in lead.sentence


def test_a_richest_tenth_that_reaches_under_half_of_the_mean_is_told(tmp_path: Path) -> None:
    cells = cells_by_hand()
    richest = (cells["income_decile"] == 10).fillna(value=False).to_numpy(dtype=bool)
    cells["jobs_in_45min_midday"] = np.where(richest, 10.0, np.array(JOBS))
    assert (
        "The richest tenth, too, reach little"
        in lead_of(run_by_hand(tmp_path / "low", cells), CHOICE, EN).sentence
    )
    assert "too, reach little" not in lead_of(run_by_hand(tmp_path / "run"), CHOICE, EN).sentence


def test_a_choice_that_moves_the_ratio_more_than_errors_do_is_told(tmp_path: Path) -> None:
    numbers = numbers_by_hand()
    band = numbers[numbers["indicator"] == "ratio_decile10_decile1"].copy()
    band["interval_kind"], band["low"], band["high"] = "sensitivity: cutoff 5 min lower and higher", 2.0, 30.0
    wide = run_by_hand(tmp_path / "wide", numbers=pd.concat([numbers, band], ignore_index=True))
    told = fact(lead_of(wide, CHOICE, EN), "sure")
    assert "Another choice moves it more, to 2.0 to 30.0 times as much: choice of the cutoff" in told
    band["low"], band["high"] = 11.0, 13.0
    narrow = run_by_hand(tmp_path / "narrow", numbers=pd.concat([numbers, band], ignore_index=True))
    assert "Another choice" not in fact(lead_of(narrow, CHOICE, EN), "sure")
