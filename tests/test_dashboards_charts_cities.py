"""The chart of cities: which number it shows, of whom, and whether the data tell them apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from builders_observatory import Planted, small_store

from access.cities import Comparison, compare_cities
from access.observatory_store import reading
from dashboards.charts_cities import cities_chart, headline_rows
from dashboards.words import words

EN, FR = words("en"), words("fr")
DAY = dt.date(2026, 3, 11)
HEADLINE = {"service": "jobs", "cutoff_min": 45, "period": "peak"}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Two cities, of which Smalltown reaches twice as much."""
    path: Path = tmp_path_factory.mktemp("cities") / "s.duckdb"
    small_store(path, [Planted(DAY, access=2.0)])
    small_store(path, [Planted(DAY)], city="portville", name_en="Portville", name_fr="Le Port")
    with reading(path) as store:
        found = compare_cities(store)
    cities = tuple(replace(city, manifest={**city.manifest, "headline": HEADLINE}) for city in found.cities)
    return replace(found, cities=cities)


def test_the_highest_city_comes_first_with_its_range(two: Comparison) -> None:
    chart = cities_chart(two, EN)
    assert chart is not None
    dots = chart.figure.data[0]
    assert list(dots.y) == ["smalltown", "portville"]
    assert dots.x[0] == pytest.approx(2 * dots.x[1])
    rows = headline_rows(two)
    assert dots.x[0] + dots.error_x.array[0] == pytest.approx(rows[0]["high"])
    assert dots.x[0] - dots.error_x.arrayminus[0] == pytest.approx(rows[0]["low"])
    assert chart.table is not None
    assert [row[0] for row in chart.table.rows] == ["Smalltown", "Portville"]
    assert "do not overlap" in chart.sentence


def test_the_sentence_names_every_city_in_french(two: Comparison) -> None:
    chart = cities_chart(two, FR)
    assert chart is not None
    assert "Le Port" in chart.sentence
    assert "ne se recouvrent pas" in chart.sentence


def test_ranges_that_overlap_do_not_tell_cities_apart(two: Comparison) -> None:
    wide = replace(two, rows=two.rows.assign(low=0.0))
    chart = cities_chart(wide, EN)
    assert chart is not None
    assert "do not tell them apart" in chart.sentence


def test_without_ranges_it_is_said_and_none_is_drawn(two: Comparison) -> None:
    chart = cities_chart(replace(two, rows=two.rows.assign(low=None, high=None)), EN)
    assert chart is not None
    assert chart.figure.data[0].error_x.array is None
    assert "Not all ranges are known" in chart.sentence


def test_a_headline_that_one_city_alone_has_makes_no_chart(two: Comparison) -> None:
    alone = replace(two, rows=two.rows[two.rows["city"].eq("portville")])
    assert cities_chart(alone, EN) is None
    assert cities_chart(replace(two, cities=(), rows=two.rows.iloc[:0]), EN) is None
