"""Draws that a run keeps: of watched numbers, in pairs between runs, and blind to what small cells hide."""

from __future__ import annotations

from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from access.config import HeadlineConfig
from access.config_evidence import UncertaintyConfig
from access.config_sources import Label
from access.hidden_cells import surroundings
from access.range_columns import Column
from access.stage_draws import fingerprint_of, is_watched, shown_draws, watched_draws
from access.uncertainty import InputDraws, InputError, input_draws

Floats = npt.NDArray[np.float64]
HEADLINE = HeadlineConfig(service="jobs", cutoff_min=45, period="peak")
HERE = {"service": "jobs", "period": "peak", "cutoff_min": 45}
CELLS = sorted(h3.grid_disk(h3.latlng_to_cell(48.0, 2.0, 9), 3))
N = len(CELLS)
SMALL = (5, 17, 30)


def people() -> tuple[Floats, Floats]:
    """Residents and incomes of the cells; three cells are small."""
    rng = np.random.default_rng(3)
    population = rng.integers(100, 900, N).astype(np.float64)
    population[list(SMALL)] = (4.0, 9.0, 12.0)
    return population, rng.uniform(1000.0, 5000.0, N)


def drawn(population: Floats, income: Floats) -> InputDraws:
    """Draws of residents alone: incomes are the same in each."""
    error = InputError("population: our assumption", 0.1, 0.0, np.zeros(N, dtype=np.int64))
    return input_draws(population, income, seed=1, population_error=error, n_draws=20, minimum=20)


def access(factor: float = 1.0) -> list[Column]:
    """Jobs reached from each cell, and whether a right is met."""
    jobs = factor * np.arange(1.0, N + 1)
    met = (np.arange(N) > 10).astype(np.float64)
    return [Column("access", HERE, jobs), Column("right", {"standard": "school"}, met, says_whether=True)]


def row(indicator: str = "mean_access", group: str = "all", **where: Any) -> dict[str, Any]:
    """A row of the table of indicators."""
    given = (
        HERE if indicator == "mean_access" else {"service": "schools", "period": "midday", "cutoff_min": 15}
    )
    return {"indicator": indicator, "standard": None, "group": group, "value": 1.0, **given, **where}


def watched(population: Floats, income: Floats, minimum: float, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return what a run of these people keeps, with two realisations of its travel times."""
    older = np.random.default_rng(5).uniform(0.1, 0.3, N)
    for cell in SMALL:
        older[cell] = (income[cell] / 5000.0) % 1
    return watched_draws(
        rows,
        [access(), access(1.1), access(0.9)],
        drawn(population, income),
        {"older": older},
        surroundings(CELLS, population, minimum),
        HEADLINE,
        {},
        "f",
    )


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (row(), True),
        (row(cutoff_min=30), False),
        (row(period="night"), False),
        (row("below_line_share", **HERE | {"cutoff_min": 60, "standard": "a_third"}), True),
        (row("below_line_share", period="night", standard="a_third"), False),
        (row("right_residents", standard="school"), True),
        (row("transport_performance", period=None, cutoff_min=None), True),
        (row("modal_ratio", **HERE), False),
    ],
)
def test_watched_are_the_headline_and_what_has_its_own_period(row: dict[str, Any], wanted: bool) -> None:
    assert is_watched(row, HEADLINE) is wanted


def test_kept_are_the_draws_at_own_travel_times_and_the_realisations_as_observed() -> None:
    population, income = people()
    rows = [row(), row("right_residents", standard="school"), row("mean_access", period="night")]
    table = watched(population, income, 0, rows)
    assert table["kind"].tolist() == ["inputs", "travel", "inputs", "travel"]
    jobs = np.arange(1.0, N + 1)
    chunk = drawn(population, income).take(range(20))
    np.testing.assert_allclose(
        table["numbers"][0], (chunk.population @ jobs) / chunk.population.sum(axis=1), rtol=1e-12
    )
    mean = (population @ jobs) / population.sum()
    np.testing.assert_allclose(table["numbers"][1], [mean, 1.1 * mean, 0.9 * mean], rtol=1e-12)
    np.testing.assert_allclose(table["numbers"][2], chunk.population[:, :11].sum(axis=1), rtol=1e-12)


def test_draws_of_tenths_and_groups_do_not_depend_on_what_is_hidden() -> None:
    population, income = people()
    other = income.copy()
    other[list(SMALL)] = (9000.0, 100.0, 7000.0)
    groups = [row(group=name) for name in ("decile_1", "decile_10", "older")]
    ratio = row("ratio_richest10_poorest40", **HERE)
    first, second = (watched(population, given, 20, [*groups, ratio]) for given in (income, other))
    for one, two in zip(first["numbers"], second["numbers"], strict=True):
        np.testing.assert_array_equal(one, two)
    open_, moved = (watched(population, given, 0, [*groups, ratio]) for given in (income, other))
    assert any((one != two).any() for one, two in zip(open_["numbers"], moved["numbers"], strict=True))


def test_a_hidden_cell_takes_the_mean_of_the_shown_cells_around_it() -> None:
    population = np.array([12.0, 30.0, 90.0, 15.0, 50.0])
    parent = h3.latlng_to_cell(48.0, 2.0, 8)
    far = h3.latlng_to_cell(10.0, 2.0, 9)
    cells = [*h3.cell_to_children(parent, 9)[:3], far, h3.latlng_to_cell(-30.0, 2.0, 9)]
    around = surroundings(cells, population, 20)
    assert around.hidden.tolist() == [True, False, False, True, False]
    income = np.array([1.0, 100.0, 200.0, 2.0, 500.0])
    everywhere = (30 * 100 + 90 * 200 + 50 * 500) / 170
    found = around.filled(income, population)
    np.testing.assert_allclose(found, [175.0, 100.0, 200.0, everywhere, 500.0])
    unknown = np.array([np.nan, 100.0, np.nan, 2.0, np.nan])
    np.testing.assert_allclose(around.filled(unknown, population), [np.nan, 100.0, np.nan, 100.0, np.nan])
    assert income.tolist() == [1.0, 100.0, 200.0, 2.0, 500.0]
    nobody = surroundings(cells, population, 0)
    assert nobody.filled(income, population) is income


def test_draws_of_hidden_numbers_are_left_out_and_others_rounded() -> None:
    table = pd.DataFrame(
        [{**row(group=name), "kind": "inputs", "numbers": np.array([123456.0, 0.0, np.nan, -0.0123456])}
         for name in ("all", "older")]
    ).assign(fingerprint="f")  # fmt: skip
    indicators = pd.DataFrame([row(), row(group="older", value=np.nan)]).astype({"cutoff_min": "Int64"})
    shown = shown_draws(table, indicators, 20)
    assert shown["group"].tolist() == ["all"]
    np.testing.assert_allclose(shown["numbers"][0], [123500.0, 0.0, np.nan, -0.01235], rtol=1e-6)
    assert shown["numbers"][0].dtype == np.float32
    exact = shown_draws(table, indicators, 0)
    np.testing.assert_allclose(exact["numbers"][0], [123456.0, 0.0, np.nan, -0.0123456], rtol=1e-6)


def test_runs_pair_where_people_errors_and_seed_are_the_same_whatever_the_travel_times() -> None:
    population, income = people()
    error = {"relative_error": 0.1, "source": Label(en="ours", fr="la nôtre")}
    given = UncertaintyConfig.model_validate({"population": error, "travel_realisations": 6})
    first = fingerprint_of(CELLS, drawn(population, income), given, {})
    said = given.model_copy(update={"travel_realisations": 0})
    assert fingerprint_of(CELLS, drawn(population, income), said, {}) == first
    others = [
        fingerprint_of(CELLS, drawn(population + 1, income), given, {}),
        fingerprint_of(CELLS, drawn(population, income + 1), given, {}),
        fingerprint_of(CELLS[::-1], drawn(population, income), given, {}),
        fingerprint_of(CELLS, drawn(population, income), given.model_copy(update={"seed": 2}), {}),
        fingerprint_of(CELLS, drawn(population, income), given, {"population": np.ones(N)}),
    ]
    assert len({first, *others}) == 6
