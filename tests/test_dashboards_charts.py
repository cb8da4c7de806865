"""Charts of the page Gaps: figure, sentence and table say the same hand-added numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders_gaps import CHOICE, cells_by_hand, numbers_by_hand, run_by_hand

from dashboards.charts import curves_chart, decile_chart, spread_chart, spread_edges
from dashboards.charts_clock import clock_chart
from dashboards.run_data import RunData
from dashboards.words import words

EN, FR = words("en"), words("fr")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return run_by_hand(tmp_path_factory.mktemp("charts") / "run")


def test_bars_are_the_means_of_the_tenths_with_their_ranges(data: RunData) -> None:
    chart = decile_chart(data, CHOICE, EN)
    assert chart is not None
    bars = chart.figure.data[0]
    assert bars.y[0] == 50
    assert bars.y[9] == 600
    assert np.isnan(bars.y[4])  # an empty tenth has no bar
    assert bars.error_y.array[0] == 20
    assert bars.error_y.arrayminus[0] == 10
    assert "the poorest tenth reach 50 jobs on average, the richest tenth 600" in chart.sentence
    assert chart.table is not None
    assert chart.table.rows[0][1:3] == ("50", "40 to 70")
    assert chart.table.rows[4][1] == "no data"


def test_an_empty_poorest_tenth_is_not_called_the_poorest(tmp_path: Path) -> None:
    cells = cells_by_hand()
    cells["income_decile"] = cells["income_decile"].where(cells["income_decile"] != 1)
    data = run_by_hand(tmp_path / "run", cells, numbers_by_hand().iloc[:0])
    chart = decile_chart(data, CHOICE, EN)
    assert chart is not None
    assert "income tenth 2 reach" in chart.sentence
    assert "was not computed" in chart.sentence


def test_without_incomes_there_are_no_bars_and_no_concentration_curve(tmp_path: Path) -> None:
    cells = cells_by_hand().drop(columns=["income", "income_decile"])
    data = run_by_hand(tmp_path / "run", cells, numbers_by_hand().iloc[:0])
    assert decile_chart(data, CHOICE, EN) is None
    curves = curves_chart(data, CHOICE, EN)
    assert curves is not None
    assert len(curves.figure.data) == 2  # equality and Lorenz


def test_curves_are_computed_from_the_cells_where_the_run_has_none(data: RunData) -> None:
    chart = curves_chart(data, CHOICE, EN)
    assert chart is not None
    lorenz = chart.figure.data[1]
    # ascending by access: 300 with 0, 300 with 30,000 in all, 400 with 80,000, then 510 at 400: 204,000
    # half of 2,010 are 1,005: 110,000 + 5 x 400 = 112,000 of 714,000
    assert lorenz.y[50] == pytest.approx(112_000 / 714_000)
    assert lorenz.y[0] == 0
    assert lorenz.y[100] == 1
    assert "16%" in chart.sentence


def test_nothing_within_reach_of_anybody_makes_no_curve(tmp_path: Path) -> None:
    cells = cells_by_hand()
    cells["jobs_in_45min_midday"] = [0.0] * 7 + [np.nan]
    data = run_by_hand(tmp_path / "run", cells, numbers_by_hand().iloc[:0])
    assert curves_chart(data, CHOICE, EN) is None
    spread = spread_chart(data, CHOICE, EN)
    assert spread is not None
    assert spread.figure.data[0].y.tolist() == [1.0]


def test_the_spread_adds_up_and_counts_residents_not_cells(data: RunData) -> None:
    chart = spread_chart(data, CHOICE, EN)
    assert chart is not None
    shares = chart.figure.data[0].y
    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] == pytest.approx(300 / 2010)  # 0 to under 100: row 0 alone
    assert "half reach no more than 400 jobs" in chart.sentence


def test_the_spread_of_a_group_is_of_that_group(data: RunData) -> None:
    chart = spread_chart(data, CHOICE._replace(group="decile_10"), EN)
    assert chart is not None
    assert chart.figure.data[0].y[-1] == pytest.approx(0.5)
    assert spread_chart(data, CHOICE._replace(group="decile_5"), EN) is None


@pytest.mark.parametrize("top", [0.0, 1.0, 3.0, 9.0, 10.0, 12.0, 99.0, 100.0, 337_854.0, 0.37])
def test_edges_of_the_spread_are_round_few_and_hold_every_value(top: float) -> None:
    edges = spread_edges(np.array([0.0, top]))
    assert edges[0] == 0
    assert edges[-1] > top or top == 0
    assert len(edges) <= 14
    assert np.allclose(np.diff(edges), edges[1])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_chart_has_a_sentence_and_a_table_in_every_language(data: RunData, language: str) -> None:
    for make in (decile_chart, curves_chart, spread_chart):
        chart = make(data, CHOICE, words(language))
        assert chart is not None
        assert chart.sentence
        assert chart.table is not None
        assert chart.table.rows


def test_french_charts_write_numbers_in_french(data: RunData) -> None:
    chart = decile_chart(data, CHOICE, FR)
    assert chart is not None
    assert chart.figure.layout.separators == ", "


def clock(data: RunData, reached: list[float], known: list[bool], choice: object = CHOICE):  # type: ignore[no-untyped-def]
    at = np.arange(len(reached), dtype=np.int32) * 3600
    return clock_chart(at, np.array(reached), np.array(known), data, choice, EN)  # type: ignore[arg-type]


def test_the_clock_says_when_most_and_when_least_is_reached(data: RunData) -> None:
    chart = clock(data, [10.0, 500.0, 20.0], [True, True, True])
    assert "Most at 01:00: 500 jobs within 45 minutes. Least at 00:00: 10." in chart.sentence


def test_minutes_that_the_timetable_does_not_know_are_blank_and_not_the_least(data: RunData) -> None:
    chart = clock(data, [0.0, 500.0, 20.0], [False, True, True])
    assert np.isnan(chart.figure.data[0].y[0])
    assert "Least at 02:00: 20." in chart.sentence
    assert "not the same as bad service" in chart.sentence
    assert chart.table is not None
    assert chart.table.rows[0] == ("00:00", "no data")


def test_a_clock_of_one_height_and_an_unknown_day_have_words_of_their_own(data: RunData) -> None:
    assert "The same at any time: 7 jobs" in clock(data, [7.0, 7.0], [True, True]).sentence
    assert "tell nothing of this day" in clock(data, [7.0, 7.0], [False, False]).sentence


def test_the_period_is_shaded_and_one_past_midnight_is_shaded_twice(data: RunData) -> None:
    assert [(s.x0, s.x1) for s in clock(data, [1.0, 2.0], [True, True]).figure.layout.shapes] == [
        (12.5, 14.5)
    ]
    night = clock(data, [1.0, 2.0], [True, True], CHOICE._replace(period="night"))  # 23:30, one hour
    assert [(s.x0, s.x1) for s in night.figure.layout.shapes] == [(23.5, 24.0), (0.0, 0.5)]
