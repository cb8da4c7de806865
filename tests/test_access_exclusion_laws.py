"""The register against a slow twin and against laws, on random cities and on Belo Horizonte."""

from __future__ import annotations

from typing import Any

import builders_belo_horizonte
import h3
import numpy as np
import pandas as pd
import pytest
from builders_exclusion import MIDDLE
from reference import zones as twin

from access.contiguity import contiguity
from access.exclusion import Register, exclusion_register
from access.exclusion_merge import Draws
from access.exclusion_rights import RightsOfCells
from access.exclusion_rule import IncomeLine, ZoneRule
from access.hot_spots import getis_ord_star, low_access_and_income

LINE = IncomeLine("share_of_median", 0.8)


def random_city(seed: int) -> dict[str, Any]:
    """91 cells with incomes and rights that vary smoothly, some empty, some without income."""
    rng = np.random.default_rng(seed)
    cells = sorted(h3.grid_disk(MIDDLE, 5))
    near = contiguity(cells).toarray() + np.eye(len(cells))
    smooth = near @ near @ rng.normal(size=(len(cells), 2))
    income = np.round(1_000 * np.exp(smooth[:, 0] / 12))
    people = rng.integers(0, 60, len(cells)) * (rng.random(len(cells)) < 0.9)
    unmet = (smooth[:, 1] < 0).astype(float)[None]
    return {
        "cells": cells,
        "population": people.astype(float),
        "income": np.where(rng.random(len(cells)) < 0.05, np.nan, income),
        "rights": RightsOfCells(("right",), ("places",), unmet, unmet / 2),
    }


def register(city: dict[str, Any], floor: float = 50, **options: Any) -> Register:
    rule = ZoneRule(LINE, min_rights_unmet=1, min_residents=floor, **options.pop("rule", {}))
    return exclusion_register(**city, rule=rule, statistics=False, **options)


def zones_of(found: Register) -> set[frozenset[str]]:
    return {frozenset(cells.split(",")) for cells in [*found.zones["cells"], *found.unstable["cells"]]}


def twin_zones(city: dict[str, Any], population: np.ndarray, income: np.ndarray) -> list[set[str]]:
    people = {cell: int(n) for cell, n in zip(city["cells"], population, strict=True)}
    known = {c: v for c, v in zip(city["cells"], income, strict=True) if not np.isnan(v)}
    low = twin.below_line(known, {cell: people[cell] for cell in known}, LINE.value)
    unmet = {c for c, state in zip(city["cells"], city["rights"].unmet[0], strict=True) if state == 1}
    return twin.zones(low & unmet, people, 50)


@pytest.mark.parametrize("seed", range(6))
def test_zones_and_their_stability_agree_with_the_slow_twin(seed: int) -> None:
    city = random_city(seed)
    rng = np.random.default_rng(seed)
    population = rng.poisson(city["population"], (4, 91)).astype(float)
    income = np.round(city["income"] * rng.lognormal(0, 0.1, (4, 91)))
    found = register(city, draws=[Draws(population, income, city["rights"].count_unmet())])
    expected = twin_zones(city, city["population"], city["income"])
    assert zones_of(found) == {frozenset(zone) for zone in expected}
    again = [twin_zones(city, people, money) for people, money in zip(population, income, strict=True)]
    both = pd.concat([found.zones, found.unstable])
    shares = dict(zip(both["cells"], both["share_of_draws"], strict=True))
    for zone in expected:
        persisting = [
            twin.persists(zone, zones, dict(zip(city["cells"], people.astype(int), strict=True)))
            for zones, people in zip(again, population, strict=True)
        ]
        assert shares[",".join(sorted(zone))] == np.mean(persisting)


def test_the_random_cities_have_zones_small_groups_and_unstable_zones() -> None:
    found = [register(random_city(seed)) for seed in range(6)]
    assert sum(len(each.zones) for each in found) >= 6
    assert sum(int(each.facts["small_groups"] or 0) for each in found) >= 2


def test_the_order_of_cells_does_not_matter() -> None:
    city = random_city(3)
    order = np.random.default_rng(1).permutation(91)
    rights = city["rights"]
    shuffled = {
        "cells": [city["cells"][row] for row in order],
        "population": city["population"][order],
        "income": city["income"][order],
        "rights": RightsOfCells(("right",), ("places",), rights.unmet[:, order], rights.shortfall[:, order]),
    }
    first, second = register(city).zones, register(shuffled).zones
    pd.testing.assert_frame_equal(first.drop(columns="geometry"), second.drop(columns="geometry"))
    assert first.geometry.geom_equals(second.geometry).all()


def test_a_higher_floor_only_takes_zones_away_and_a_lower_line_only_cells() -> None:
    city = random_city(4)
    assert zones_of(register(city, 200)) <= zones_of(register(city, 50))
    wide = register(city)
    lower = ZoneRule(IncomeLine("share_of_median", 0.7), 1, 50)
    narrow = exclusion_register(**city, rule=lower, statistics=False)
    assert narrow.cells.qualifies.sum() < wide.cells.qualifies.sum()
    assert not (narrow.cells.qualifies & ~wide.cells.qualifies).any()


def test_bridging_only_merges() -> None:
    city = random_city(5)
    apart = register(city, 1)
    bridged = register(city, 1, rule={"bridge_empty_cells": True})
    together = zones_of(bridged)
    assert all(any(zone <= other for other in together) for zone in zones_of(apart))
    assert len(together) < len(zones_of(apart))
    assert bridged.zones["population"].sum() == apart.zones["population"].sum()


# Belo Horizonte


@pytest.fixture(scope="module")
def belo_horizonte() -> pd.DataFrame:
    """Cells with a known income that touch another such cell."""
    land_use = builders_belo_horizonte.land_use().dropna(subset="income_per_capita")
    links = contiguity(land_use["id"].tolist())
    return land_use[np.asarray(links.sum(axis=1)).ravel() > 0].reset_index(drop=True)


@pytest.mark.real_data
def test_gi_star_of_incomes_in_belo_horizonte_agrees_with_esda(belo_horizonte: pd.DataFrame) -> None:
    from esda import G_Local
    from libpysal.weights import WSP, WSP2W
    from scipy import sparse

    links = contiguity(belo_horizonte["id"].tolist())
    income = belo_horizonte["income_per_capita"].to_numpy(float)
    weights = WSP2W(WSP(sparse.csr_matrix(links)))
    found = G_Local(income, weights, star=True, transform="B", permutations=0)
    assert getis_ord_star(income, links) == pytest.approx(found.Zs, rel=1e-9)


@pytest.mark.real_data
def test_which_cells_are_significant_hardly_depends_on_the_seed(belo_horizonte: pd.DataFrame) -> None:
    cells, jobs = belo_horizonte["id"].tolist(), belo_horizonte["jobs"].to_numpy(float)
    links = contiguity(cells)
    income = belo_horizonte["income_per_capita"].to_numpy(float)
    near = np.asarray(links @ jobs) + jobs
    first, second = (low_access_and_income(near, income, links, seed=seed) for seed in (0, 1))
    assert first.n_permutations == 20 * len(cells) - 1
    assert ((first.adjusted_p <= 0.05) == (second.adjusted_p <= 0.05)).mean() > 0.99
