"""How certain a difference is, in the city on one street.

Its bus comes every ten minutes, at which minutes is left open (frequencies.txt), and the 60 residents of the
west have homes on both sides of their cell's middle.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders_city as city
import numpy as np
import pandas as pd
import pytest
from builders_gtfs import GtfsBuilder
from builders_streets import at
from test_access_evidence_run import write_evidence_city

from access import comparison_certainty_again
from access.comparison import compare
from access.comparison_certainty import NO_REALISATIONS, NOT_CONFIGURED, Certainty, CertaintyOfBase
from access.comparison_register import ENTERS, LEAVES, NO_REGISTER, STAYS, ZONE_COLUMNS, register_change
from access.errors import DataQualityWarning, InputDataError
from access.evaluated import Evaluated
from access.index_sheet import mean_of
from access.scenario import Scenario
from access.warm_run import WarmRun, warm_from_config

JOBS_28, JOBS_60 = (("access", "jobs", "peak", cutoff, None) for cutoff in (28, 60))
NO_BUS = {"type": "remove-trips", "routes": ["R"]}
NO_NIGHT_BUS = {"type": "remove-trips", "routes": ["N"]}


def headway_feed() -> GtfsBuilder:
    """A night bus, of no use in the morning, and the bus east, both by headway."""
    feed = GtfsBuilder()
    feed.stop("A", *at(100, 0))
    feed.stop("B", *at(city.EAST_M - 100, 0))
    for trip, route in (("night", "N"), ("day", "R")):
        feed.trip(trip, [("A", "00:00:00"), ("B", "00:20:00")], route=route)
    feed.frequency("night", "02:00:00", "03:00:00", 1200)
    feed.frequency("day", "06:30:00", "11:00:00", 600)
    return feed


def write_headway_city(folder: Path, **changes: Any) -> Path:
    zone = {"min_rights_unmet": 1, "min_residents": 50, "income_rule": "amount", "income_value": 2000}
    given = {"uncertainty": {"travel_realisations": 4}, "exclusion": zone}
    config = write_evidence_city(folder, **given | changes)
    headway_feed().write(folder / "bus.zip")
    homes = [(at(-60, 0), 30), (at(60, 0), 30), (at(city.EAST_M, 0), 40)]
    lines = [f"{lon},{lat},{residents},{residents / 2}" for (lon, lat), residents in homes]
    (folder / "people.csv").write_text("lon,lat,residents,households\n" + "\n".join(lines) + "\n")
    return config


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> WarmRun:
    return warm_from_config(write_headway_city(tmp_path_factory.mktemp("headways")))


@pytest.fixture(scope="module")
def of_base(warm: WarmRun) -> CertaintyOfBase:
    return CertaintyOfBase.of(warm)


def evaluated(warm: WarmRun, *changes: dict[str, Any]) -> Evaluated:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)  # all travel times are walks
        return warm.evaluate(Scenario.model_validate({"name": "other", "modifications": list(changes)}))


def certainty_of(of_base: CertaintyOfBase, scenario: Evaluated) -> Certainty:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return of_base.of_scenario(scenario)


@pytest.fixture(scope="module")
def no_bus(warm: WarmRun) -> Evaluated:
    return evaluated(warm, NO_BUS)


def test_the_realisations_differ_or_nothing_here_is_tested(of_base: CertaintyOfBase) -> None:
    reached = [
        next(column.values for column in one.columns if column.place[0] == "nearest")
        for one in of_base.realised
    ]
    assert len({values.tobytes() for values in reached}) > 2


def test_a_scenario_that_is_the_base_differs_by_exactly_nothing(
    warm: WarmRun, of_base: CertaintyOfBase
) -> None:
    found = certainty_of(of_base, warm.base)
    assert found.note is None
    assert found.n_realisations == 4
    assert all(np.nan_to_num(floor).max() == 0 for floor in found.floor.values())
    assert {(one.low, one.high) for one in found.ranges().values()} == {(0.0, 0.0)}
    assert (JOBS_60, mean_of("all")) in found.ranges()


def test_a_line_that_is_of_no_use_leaves_all_others_at_their_minutes(
    warm: WarmRun, of_base: CertaintyOfBase
) -> None:
    """Its row stands first in frequencies.txt: random numbers in the order of rows would move the other."""
    found = certainty_of(of_base, evaluated(warm, NO_NIGHT_BUS))
    assert all(np.nan_to_num(floor).max() == 0 for floor in found.floor.values())
    assert {(one.low, one.high) for one in found.ranges().values()} == {(0.0, 0.0)}


def test_without_their_bus_sixty_lose_a_thousand_jobs_whatever_home_and_minute(
    warm: WarmRun, of_base: CertaintyOfBase, no_bus: Evaluated
) -> None:
    found = certainty_of(of_base, no_bus)
    assert found.floor[JOBS_60].tolist() == [0, 0]
    mean = found.ranges()[JOBS_60, mean_of("all")]
    assert (mean.low, mean.high) == (-600, -600)
    poor = found.ranges()[JOBS_60, mean_of("poorest40")]
    assert (poor.low, poor.high) == (-1000, -1000)
    assert mean.sources == "travel times: homes within cells and minutes within headways"
    table = compare(warm.base, no_bus, found.floor, found.ranges())
    assert table.noise_quantified
    assert sorted(table.cells["headline_state"]) == ["loss", "unchanged"]


def test_what_homes_and_minutes_decide_has_a_floor_and_a_range(
    of_base: CertaintyOfBase, no_bus: Evaluated
) -> None:
    """In 28 minutes the jobs are reached from one home at some minutes: what is lost varies."""
    found = certainty_of(of_base, no_bus)
    assert found.floor[JOBS_28].max() > 0
    mean = found.ranges()[JOBS_28, mean_of("all")]
    assert mean.low < mean.high


def test_walks_kept_and_walks_found_again_are_the_same(
    warm: WarmRun, of_base: CertaintyOfBase, no_bus: Evaluated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison_certainty_again, "KEPT_BYTES", 0)
    told: list[tuple[int, int]] = []
    frugal = CertaintyOfBase.of(warm, lambda done, of: told.append((done, of)))
    assert told == [(number, 4) for number in range(1, 5)]
    assert {one.walks for one in frugal.realised} == {None}
    assert all(one.walks is not None for one in of_base.realised)
    kept, again = (certainty_of(each, no_bus) for each in (of_base, frugal))
    for place, floor in kept.floor.items():
        np.testing.assert_array_equal(floor, again.floor[place])
    assert kept.ranges() == again.ranges()


def test_added_residents_count_in_their_own_difference_and_not_in_who_gains(
    warm: WarmRun, of_base: CertaintyOfBase
) -> None:
    """1,000 more in the east with the jobs, and no bus: (60 * 0 + 1,040 * 1,000) / 1,100 - 1,000."""
    cells, people = warm.base.network.inputs.cells.study_ids, warm.base.measures.people
    east = cells[int(np.flatnonzero(people.income == 5000)[0])]
    housing = {"type": "add-residents", "cell": east, "count": 1000, "households": 400, "income": 5000}
    found = certainty_of(of_base, evaluated(warm, housing, NO_BUS))
    own = found.ranges()[JOBS_60, mean_of("all")]
    assert own.low == pytest.approx(1_040_000 / 1100 - 1000)
    stayed = found.ranges_of_base_residents()[JOBS_60, mean_of("all")]
    assert (stayed.low, stayed.high) == (-600, -600)


def test_one_base_serves_several_scenarios(
    warm: WarmRun, of_base: CertaintyOfBase, no_bus: Evaluated
) -> None:
    first = certainty_of(of_base, no_bus).ranges()
    certainty_of(of_base, warm.base)
    assert certainty_of(of_base, no_bus).ranges() == first


def test_without_realisations_the_noise_is_not_quantified_and_said_so(tmp_path: Path) -> None:
    warm = warm_from_config(write_headway_city(tmp_path, uncertainty={"travel_realisations": 0}))
    found = certainty_of(CertaintyOfBase.of(warm), warm.base)
    assert (found.note, dict(found.floor), found.difference) == (NO_REALISATIONS, {}, None)
    assert found.ranges() == {}


def test_without_uncertainty_nothing_is_quantified_and_said_so(tmp_path: Path) -> None:
    warm = warm_from_config(write_headway_city(tmp_path, uncertainty=None))
    of_base = CertaintyOfBase.of(warm)
    found = certainty_of(of_base, warm.base)
    assert (found.note, dict(found.floor), found.ranges()) == (NOT_CONFIGURED, {}, {})
    change = register_change(warm.base, warm.base, of_base, found)
    assert change.zones["state"].tolist() == [STAYS] * len(change.zones)
    assert change.zones["share_of_draws"].isna().all()


def test_a_scenario_of_other_cells_is_refused(warm: WarmRun, of_base: CertaintyOfBase) -> None:
    inputs = warm.base.network.inputs
    fewer = replace(inputs, cells=replace(inputs.cells, in_study=np.array([True, False])))
    other = replace(warm.base, network=warm.base.network._replace(inputs=fewer))
    with pytest.raises(InputDataError, match="its cells are not those of the base"):
        of_base.of_scenario(other)


def test_the_register_is_the_same_for_the_same_city(warm: WarmRun, of_base: CertaintyOfBase) -> None:
    change = register_change(warm.base, warm.base, of_base, certainty_of(of_base, warm.base))
    zone = change.zones.iloc[0]
    assert (len(change.zones), zone["state"], zone["residents_base"], zone["residents"]) == (1, STAYS, 60, 60)
    assert (zone["share_of_draws_base"], zone["share_of_draws"], zone["draws"]) == (1, 1, 500)
    assert (change.note, change.residents_base, change.residents) == (None, 60, 60)


def test_with_jobs_next_door_the_west_leaves_the_register_and_enters_it_without_them(
    warm: WarmRun, of_base: CertaintyOfBase
) -> None:
    jobs = {
        "type": "add-opportunities",
        "service": "jobs",
        "at": dict(zip(("lon", "lat"), at(0, 0), strict=True)),
    }
    near = evaluated(warm, {**jobs, "count": 5})
    change = register_change(warm.base, near, of_base, certainty_of(of_base, near))
    zone = change.zones.iloc[0]
    assert (zone["state"], zone["residents_base"], zone["residents"]) == (LEAVES, 60, 0)
    assert (zone["residents_entering"], zone["residents_leaving"]) == (0, 60)
    assert (zone["share_of_draws_base"], zone["share_of_draws"]) == (1, 0)
    assert (zone["scenario"], zone["zone"] is pd.NA) == ("other", True)
    assert not zone["geometry"].is_empty
    of_near = CertaintyOfBase.of_evaluated(near, warm.catalogues)
    back = register_change(near, warm.base, of_near, certainty_of(of_near, warm.base))
    assert back.zones["state"].tolist() == [ENTERS]
    assert back.zones["zone"].tolist() == change.zones["zone_base"].tolist()
    assert list(back.zones.columns) == list(ZONE_COLUMNS)


def test_without_rights_there_is_no_register_and_the_reason_is_told(tmp_path: Path) -> None:
    warm = warm_from_config(write_headway_city(tmp_path, uncertainty=None, rights=None))
    of_base = CertaintyOfBase.of(warm)
    change = register_change(warm.base, warm.base, of_base, certainty_of(of_base, warm.base))
    assert (len(change.zones), change.note) == (0, NO_REGISTER)
    assert list(change.zones.columns) == list(ZONE_COLUMNS)
    assert np.isnan(change.residents)
