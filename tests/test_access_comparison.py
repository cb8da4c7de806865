"""A whole city on one street against its scenarios."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders_city import write_city

from access.comparison import Comparison, compare
from access.comparison_benefit import DifferenceRange
from access.comparison_notes import NOISE_NOT_QUANTIFIED, OF_BASE_RESIDENTS, ONLY_IN_SCENARIO
from access.comparison_side_by_side import WeeklyHours, side_by_side
from access.comparison_summary import comparison_lines, words_of_run
from access.errors import DataQualityWarning, InputDataError
from access.evaluated import Evaluated
from access.index_sheet import mean_of
from access.scenario import Scenario
from access.warm_run import WarmRun, warm_from_config

HEADLINE = {"service": "jobs", "period": "peak", "cutoff_min": 60}
PLACE = ("access", "jobs", "peak", 60, None)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> WarmRun:
    return warm_from_config(write_city(tmp_path_factory.mktemp("city")))


def evaluated(city: WarmRun, name: str, *changes: dict[str, Any]) -> Evaluated:
    """A scenario of the city; that all travel times are walks without its bus is known here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return city.evaluate(Scenario.model_validate({"name": name, "modifications": list(changes)}))


NO_BUS = {"type": "remove-trips", "routes": ["R"]}


@pytest.fixture(scope="module")
def without_bus(city: WarmRun) -> Comparison:
    return compare(city.base, evaluated(city, "no bus", NO_BUS))


def only(frame: pd.DataFrame, **where: Any) -> pd.Series:
    for name, value in where.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1, frame
    return frame.iloc[0]


def test_without_its_bus_the_poor_west_loses_all_jobs(without_bus: Comparison) -> None:
    """60 poor residents reached the 1,000 jobs in the east by bus; 40 rich ones live there."""
    found = only(without_bus.winners, measure="access", cutoff_min=60, group="all")
    assert (found["residents_losing"], found["residents_gaining"], found["residents_unchanged"]) == (
        60,
        0,
        40,
    )
    assert (found["gain"], found["loss"], found["mean_change"]) == (0, 60_000, -600)
    assert found["note"] == NOISE_NOT_QUANTIFIED
    mean = only(without_bus.table, indicator="mean_access", cutoff_min=60, group="poorest40")
    assert (mean["base"], mean["value"], mean["change"]) == (1000, 0, -1000)


def test_cells_tell_what_happens_where(without_bus: Comparison) -> None:
    cells = without_bus.cells.set_index("zone")
    assert cells.loc["West", "headline_state"] == "loss"
    assert cells.loc["East", "headline_state"] == "unchanged"
    assert cells.loc["West", ["headline_base", "headline_value", "headline_change"]].tolist() == [
        1000,
        0,
        -1000,
    ]
    assert np.isnan(cells.loc["West", "headline_floor"])
    assert np.isfinite(cells.loc["West", "nearest_jobs_min_peak_base"])
    assert np.isinf(cells.loc["West", "nearest_jobs_min_peak"])
    assert np.isnan(cells.loc["West", "nearest_jobs_min_peak_change"])
    assert cells.loc["West", "jobs_in_60min_peak_change"] == -1000
    assert cells.crs == "EPSG:4326"


def test_the_check_of_travel_times_passes_and_totals_hold(without_bus: Comparison) -> None:
    assert {check.name: check.state for check in without_bus.checks} == {
        "travel times": "passed",
        "total of population": "passed",
        "total of jobs": "passed",
    }
    assert without_bus.failed == []


def test_a_check_that_fails_is_told_as_failed(city: WarmRun) -> None:
    other = replace(evaluated(city, "no bus", NO_BUS), added={"jobs": 5.0}, times={})
    found = compare(city.base, other)
    assert [check.name for check in found.failed] == ["total of jobs"]
    assert found.checks[0].state == "not checked"
    assert any(line.startswith("  Check of total of jobs: FAILED") for line in comparison_lines([found]))


def test_a_scenario_that_changes_nothing_changes_nothing(city: WarmRun) -> None:
    found = compare(city.base, replace(city.base, name={"en": "same", "fr": "même"}))
    assert (found.table["change"].dropna() == 0).all()
    assert set(found.cells["headline_state"]) == {"unchanged"}
    assert found.benefit["value"].isna().all()


def test_nobody_changes_group_where_residents_are_added_and_added_ones_stand_apart(city: WarmRun) -> None:
    """1,000 residents more in the rich east: now the 60 of the west are the poorest 6 %."""
    cell = next(cell for cell, row in zip(city.base.network.inputs.cells.study_ids, [0, 1], strict=True)
                if city.base.measures.people.income[row] == 5000)  # fmt: skip
    housing = {"type": "add-residents", "cell": cell, "count": 1000, "households": 400, "income": 5000}
    ranges = {(PLACE, mean_of("all")): DifferenceRange(-9.0, -1.0, "input uncertainty", "x", 9)}
    found = compare(city.base, evaluated(city, "housing", housing, NO_BUS), None, ranges)
    poor = only(found.winners, measure="access", cutoff_min=60, group="poorest40")
    assert (poor["residents"], poor["residents_losing"]) == (pytest.approx(40), pytest.approx(40))
    assert OF_BASE_RESIDENTS in poor["note"]
    everybody = only(found.winners, measure="access", cutoff_min=60, group="all")
    assert everybody["residents"] == 100
    assert np.isnan(everybody["low"])  # that range is of other residents
    assert only(found.table, indicator="mean_access", cutoff_min=60, group="all")["low"] == -9
    assert only(found.table, indicator="residents")["change"] == 1000
    added = only(found.table, group="added_residents", cutoff_min=60)
    assert (added["value"], added["note"].split("; ")[0]) == (1000, ONLY_IN_SCENARIO)
    assert found.cells["residents_added"].sum() == 1000
    assert found.failed == []


def test_a_change_within_its_floor_is_noise_for_all_who_read_it(city: WarmRun) -> None:
    other = evaluated(city, "no bus", NO_BUS)
    ranges = {
        (PLACE, mean_of(group)): DifferenceRange(-1500.0, 10.0, "input uncertainty", "x", 9)
        for group in ("all", "poorest40", "richer60")
    }
    found = compare(city.base, other, {PLACE: np.full(2, 1000.0)}, ranges)
    assert found.noise_quantified
    row = only(found.winners, measure="access", cutoff_min=60, group="all")
    assert (row["residents_within_noise"], row["residents_losing"], row["loss"]) == (60, 0, 0)
    assert (row["low"], row["high"]) == (-1500, 10)
    assert row["note"] is None or pd.isna(row["note"])
    assert found.cells.set_index("zone").loc["West", "headline_state"] == "within noise"
    assert found.cells.set_index("zone").loc["West", "headline_floor"] == 1000
    by_sign = only(found.winners, measure="access", cutoff_min=28, group="all")
    assert by_sign["note"] == NOISE_NOT_QUANTIFIED  # this column has no floor


def test_other_cells_are_refused(city: WarmRun, tmp_path: Path) -> None:
    inputs = city.base.network.inputs
    fewer = replace(inputs.cells, ids=inputs.cells.ids[:1], in_study=inputs.cells.in_study[:1])
    network = city.base.network._replace(inputs=replace(inputs, cells=fewer))
    with pytest.raises(InputDataError, match="its cells are not those of the base 'One Street'"):
        compare(city.base, replace(city.base, network=network))


def test_scenarios_stand_side_by_side_with_their_bill(city: WarmRun, without_bus: Comparison) -> None:
    free = replace(without_bus, scenario={"en": "free", "fr": "gratuit"})
    winners = free.winners.copy()
    winners["mean_change"] = winners["mean_change"].abs()
    free = replace(free, winners=winners)
    frame = side_by_side([without_bus, free], [WeeklyHours(40, 50), WeeklyHours(40, 30)])
    assert list(frame.columns[:8]) == [
        "what", "standard", "group", "unit", "better", "base", "no bus", "free",
    ]  # fmt: skip
    mean = only(frame, what="mean_access", group="poorest40")
    assert (mean["base"], mean["no bus"]) == (1000, 0)
    losing = only(frame, what="residents_losing")
    assert (losing["no bus"], losing["unit"]) == (60, "residents")
    assert np.isnan(losing["base"])
    hours = only(frame, what="vehicle_hours_week")
    assert (hours["base"], hours["no bus"], hours["free"]) == (40, 50, 30)
    notes = only(frame, what="gain_poorest40_per_vehicle_hour")
    assert notes["no bus: note"] == "the poorest 40 % lose"
    assert notes["free: note"] == "gains without more vehicle-hours"


def test_a_gain_is_divided_by_the_vehicle_hours_more(without_bus: Comparison) -> None:
    winners = without_bus.winners.copy()
    winners["mean_change"] = winners["mean_change"].abs()
    frame = side_by_side([replace(without_bus, winners=winners)], [WeeklyHours(40, 45)])
    assert only(frame, what="gain_poorest40_per_vehicle_hour")["no bus"] == pytest.approx(1000 / 5)


def test_what_cannot_stand_side_by_side_is_refused(without_bus: Comparison) -> None:
    with pytest.raises(InputDataError, match="there is none; give at least one comparison"):
        side_by_side([])
    with pytest.raises(InputDataError, match=r"no bus stands twice.*1 bills for 2 comparisons"):
        side_by_side([without_bus, without_bus], [None])
    other = replace(without_bus, scenario={"en": "b", "fr": "b"}, base={"en": "elsewhere", "fr": "ailleurs"})
    with pytest.raises(InputDataError, match="different bases or headlines"):
        side_by_side([without_bus, other])


def test_the_lines_of_a_terminal_tell_the_headline_who_loses_and_the_checks(without_bus: Comparison) -> None:
    lines = comparison_lines([without_bus], [WeeklyHours(16, 0)])
    assert lines[0] == "jobs, in less than 60 min, peak"
    (losing,) = [line for line in lines if line.startswith("residents losing")]
    assert losing.split()[-2:] == ["-", "60"]
    (hours,) = [line for line in lines if line.startswith("vehicle-hours a week")]
    assert hours.split()[-2:] == ["16", "0"]
    text = "\n".join(lines)
    assert "Check of travel times: ok" in text
    assert "Check of totals: ok; as in the base and as declared: population, jobs" in text
    assert "Of the mean loss of all, 67 % falls on the poorest 40 %." in text  # 40 of the 60 who lose
    assert "gains and losses go by their sign" in text


def test_the_lines_tell_sizes_cutoffs_ranges_and_periods_by_their_labels(without_bus: Comparison) -> None:
    """All 60 who lose lose everything; at 28 minutes nobody could reach anything by bus."""
    told = words_of_run(
        {
            "services": [{"name": "jobs", "label": "jobs"}, {"name": "care"}],
            "periods": [{"name": "peak", "label": {"en": "morning peak", "fr": "pointe du matin"}}],
        }
    )
    assert told == {"jobs": "jobs", "peak": "morning peak"}
    winners = without_bus.winners
    headline = winners["measure"].eq("access") & winners["cutoff_min"].eq(60) & winners["group"].eq("all")
    ranges = {"low": winners["low"].mask(headline, -1200.0), "high": winners["high"].mask(headline, 30.0)}
    ranged = replace(without_bus, winners=winners.assign(**ranges))
    lines = comparison_lines([ranged], words=told)
    assert lines[0] == "jobs, in less than 60 min, morning peak"
    assert not any("vehicle-hour a week more" in line for line in lines)
    assert "beyond the noise" not in "\n".join(comparison_lines([ranged], [WeeklyHours(16, 20)]))
    text = "\n".join(lines)
    assert "Of the residents losing, 60 by a tenth or more, 0 by less than 2 %." in text
    assert "Mean change of all residents: -600 (range -1,200 to +30: not told from chance)." in text
    assert "At 28, 29 and 60 min, share of the poorest 40 %: not given, 67 %, 67 %." in text
    means = "At 28, 29 and 60 min, mean change of all residents: 0, -600, -600 (not told from chance)."
    assert means in text
    poor_unknown = replace(ranged, benefit=ranged.benefit.iloc[:0])
    assert "share of the poorest 40 %" not in "\n".join(comparison_lines([poor_unknown]))
    hidden = "\n".join(comparison_lines([ranged], smallest_count=70))
    assert "by a tenth or more" not in hidden
    sure = replace(without_bus, noise_quantified=True)
    assert "residents losing beyond the noise" in "\n".join(comparison_lines([sure]))


def test_scenarios_of_long_names_go_by_numbers(without_bus: Comparison) -> None:
    named = [replace(without_bus, scenario={"en": letter * 40, "fr": letter}) for letter in "ab"]
    lines = comparison_lines(named)
    assert lines[2:5] == [f"[1] {'a' * 40}", f"[2] {'b' * 40}", ""]
    assert lines[5].split() == ["base", "[1]", "[2]"]
    assert max(map(len, lines[5:16])) < 100


def test_the_rest_of_the_income_order_is_held_against_and_no_group_of_its_own(
    without_bus: Comparison,
) -> None:
    assert "richer60" not in set(without_bus.winners["group"])
    share = only(without_bus.benefit, cutoff_min=60, measure="share")
    assert (share["against"], share["direction"]) == ("richer60", "loss")
    assert (share["change_group"], share["change_against"]) == (-1000, pytest.approx(-1000 / 3))
    assert share["value"] == pytest.approx(40 / 60)
