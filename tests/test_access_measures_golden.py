"""Access measures against the outputs of the R package accessibility on Belo Horizonte, to 1e-9.

R compares with "<=" throughout; that is the only option set here.
"""

from __future__ import annotations

import builders_belo_horizonte as belo_horizonte
import numpy as np
import pandas as pd
import pytest

from access.decay import (
    decay_binary,
    decay_exponential,
    decay_linear,
    decay_logistic,
    decay_power,
    decay_stepped,
)
from access.measures_costs import balancing_cost, cost_to_closest
from access.measures_cumulative import cumulative_cutoff, cumulative_interval
from access.measures_gravity import gravity

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    return belo_horizonte.travel_matrix(), belo_horizonte.land_use()


def assert_same(ours: pd.DataFrame, name: str) -> None:
    """Same columns and rows in the same order, same NaN and infinity, values to 1e-9."""
    theirs = belo_horizonte.golden(name)
    assert list(ours.columns) == list(theirs.columns)
    assert (
        ours.iloc[:, :-1].astype(str).to_numpy().tolist()
        == theirs.iloc[:, :-1].astype(str).to_numpy().tolist()
    )
    np.testing.assert_allclose(ours.iloc[:, -1], theirs.iloc[:, -1], rtol=1e-9, atol=0)


def test_cumulative(tables) -> None:
    assert_same(
        cumulative_cutoff(*tables, "jobs", "travel_time", [30, 45, 60], comparison="<="), "cumcut_jobs_active"
    )


def test_interval(tables) -> None:
    ours = cumulative_interval(*tables, "jobs", "travel_time", (30, 60), comparison="<=")
    assert_same(ours, "cumint_jobs_30_60_inc1_median")


def test_gravity_with_each_decay(tables) -> None:
    theirs = belo_horizonte.golden("gravity_jobs_active")
    decays = {
        "exp0.05": decay_exponential(0.05),
        "exp0.1": decay_exponential(0.1),
        "exp0.2": decay_exponential(0.2),
        "pow1": decay_power(1),
        "pow2": decay_power(2),
        "logis45_5": decay_logistic(45, 5),
        "logis30_10": decay_logistic(30, 10),
        "lin60": decay_linear(60),
        "step": decay_stepped([10, 20, 30, 60], [0.67, 0.33, 0.1, 0]),
        "bin45": decay_binary(45, "<="),
    }
    assert set(decays) == set(theirs.columns) - {"id"}
    for name, decay in decays.items():
        ours = gravity(*tables, "jobs", "travel_time", decay)
        assert ours["id"].tolist() == theirs["id"].tolist()
        np.testing.assert_allclose(ours["jobs"], theirs[name], rtol=1e-9, atol=0, err_msg=name)


def test_gravity_with_several_parameters(tables) -> None:
    ours = gravity(*tables, "jobs", "travel_time", decay_logistic([30, 45], [5, 10]))
    assert_same(ours, "gravity_jobs_logistic_multi")


def test_closest(tables) -> None:
    assert_same(cost_to_closest(*tables, "jobs", "travel_time", [1, 3]), "ctc_jobs_n1_3")


def test_closest_schools_add_up_as_noted(tables) -> None:
    closest = cost_to_closest(*tables, "schools", "travel_time")["travel_time"]
    assert np.isinf(closest).sum() == 35
    assert closest[np.isfinite(closest)].sum() == pytest.approx(9972.4, rel=1e-12)


def test_balancing(tables) -> None:
    ours = balancing_cost(*tables, "jobs", "travel_time", "population", comparison="<=")
    assert_same(ours, "balcost_jobs_inc1")


def test_how_much_it_matters_whether_jobs_exceed_people_or_equal_them(tables) -> None:
    """The numbers in the docstring of ``balancing_cost``."""
    for opportunity, differing in (("jobs", 2), ("schools", 21)):
        more, as_many = (
            balancing_cost(
                *tables, opportunity, "travel_time", "population", comparison="<=", balance=balance
            )
            for balance in (">", ">=")
        )
        assert len(more.compare(as_many)) == differing


def test_strictly_less_lowers_the_mean_of_jobs_as_noted(tables) -> None:
    people = tables[1].set_index("id")["population"]
    for comparison, mean in (("<=", 110307), ("<", 99785)):
        ours = cumulative_cutoff(*tables, "jobs", "travel_time", 30, comparison=comparison).set_index("id")[
            "jobs"
        ]
        assert (ours * people[ours.index]).sum() / people.sum() == pytest.approx(mean, abs=0.5)
