"""Rights, ranges, bands, zones and segregation of the city on one street, where every number fits on paper.

60 poor residents in the west, 40 rich ones in the east with the 1,000 jobs; the median trip east takes 28
minutes.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import builders_city as city
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import yaml
from builders_streets import at

from access import pipeline
from access.config_file import load_config
from access.errors import ConfigError, InputDataError
from access.indicator_registry import registry
from access.indicators import KEY
from access.results import read_manifest

OURS = {"en": "our proposal", "fr": "notre proposition"}
ERROR = {"relative_error": 0.1, "source": OURS}


def right(name: str, within_min: int, **changes: Any) -> dict[str, Any]:
    words = {"en": "words", "fr": "mots"}
    return {
        "name": name,
        "label": words,
        "group": "work",
        "service": "jobs",
        "at_least": 1,
        "within_min": within_min,
        "modes": ["transit"],
        "when": "weekday_peak",
        "principle": {
            "text": words,
            "source": "a charter",
            "date": 2000,
            "status": "charter",
            "verified": False,
        },
        "threshold": {"text": words, "status": "our_proposal"},
        **changes,
    }


CATALOGUE = {
    "name": "street",
    "label": {"en": "One Street", "fr": "Une rue"},
    "note": {"en": "invented", "fr": "inventé"},
    "rights": [
        right("a_job_in_28", 28),
        right("a_job_in_60", 60),
        right("a_school", 15, service="primary_school"),
        right("a_job_on_foot", 15, modes=["walk"]),
        right("a_job_by_car", 15, modes=["car"]),
    ],
}


def write_evidence_city(folder: Path, **changes: Any) -> Path:
    """Write the city with rights, brackets, errors and everything else that makes evidence."""
    city.write_city(folder)
    config: dict[str, Any] = copy.deepcopy(city.CONFIG)
    config["periods"][0]["kind"] = "weekday_peak"
    config["rights"] = {"catalogues": ["street.yaml"]}
    config["uncertainty"] = {"travel_realisations": 4, "spatial_process": True}
    config["exclusion"] = {
        "min_rights_unmet": 2,
        "min_residents": 50,
        "income_rule": "amount",
        "income_value": 2000,
    }
    config["sensitivity"] = {"cutoff_min": 5}
    zones = city.zones()
    zones["low"], zones["high"] = [30.0, 0.0], [0.0, 20.0]
    zones.to_file(folder / "zones.geojson", driver="GeoJSON")
    config["income_brackets"] = {
        "file": "zones.geojson",
        "upper_bounds": {"low": 2000, "high": None},
        "counted": {"en": "households", "fr": "ménages"},
    }
    (folder / "street.yaml").write_text(yaml.safe_dump(CATALOGUE, allow_unicode=True), encoding="utf-8")
    return city.write_config(folder, {**config, **changes})


def rows(folder: Path, indicator: str, kind: str | None = "base", **where: Any) -> pd.DataFrame:
    table = pd.read_parquet(folder / "indicators.parquet")
    chosen = table["indicator"] == indicator
    if kind == "base":
        chosen &= table["interval_kind"].isna() | (table["interval_kind"] == "input uncertainty")
    elif kind:
        chosen &= table["interval_kind"].str.startswith(kind, na=False)
    for name, value in {"group": "all", **where}.items():
        chosen &= table[name] == value
    return table[chosen]


def one(folder: Path, indicator: str, kind: str | None = "base", **where: Any) -> pd.Series:
    found = rows(folder, indicator, kind, **where)
    assert len(found) == 1, found
    return found.iloc[0]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIRREACH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return pipeline.run(write_evidence_city(tmp_path_factory.mktemp("city")), show_bar=False).folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "cache"))


def test_draws_are_kept_of_what_is_watched_with_the_value_of_the_run_first(finished: Path) -> None:
    draws = pd.read_parquet(finished / "draws.parquet")
    everybody = draws[(draws["group"] == "all") & (draws["kind"] == "travel")]
    jobs = everybody[everybody["indicator"] == "mean_access"]
    assert set(everybody["indicator"]) >= {"mean_access", "right_residents", "basket_mean"}
    for row in jobs.itertuples():
        own = one(finished, "mean_access", service=row.service, cutoff_min=row.cutoff_min)
        assert row.numbers[0] == pytest.approx(own["value"], rel=1e-3)
        assert len(row.numbers) == 5
    assert len(set(draws["fingerprint"])) == 1


def test_the_sixty_in_the_west_lack_a_job_in_28_minutes_and_nobody_lacks_one_in_60(finished: Path) -> None:
    assert one(finished, "right_residents", standard="a_job_in_28")["value"] == 60
    assert one(finished, "right_headcount", standard="a_job_in_28")["value"] == 0.6
    assert one(finished, "right_residents", standard="a_job_in_60")["value"] == 0


def test_a_right_may_ask_for_a_walk(finished: Path) -> None:
    """Ten kilometres are no walk of 15 minutes; the east is where the jobs are."""
    assert one(finished, "right_residents", standard="a_job_on_foot")["value"] == 60


def test_a_service_or_mode_that_the_run_does_not_know_is_no_data_and_named(finished: Path) -> None:
    table = pd.read_parquet(finished / "rights.parquet")
    assert set(table.loc[table["right"] == "a_school", "state"]) == {"no data"}
    assert rows(finished, "right_headcount", standard="a_school").empty
    records = {record["name"]: record for record in read_manifest(finished)["rights"]}
    assert records["a_school"]["missing"] == [{"mode": "transit", "why": "service"}]
    assert records["a_job_by_car"]["missing"] == [{"mode": "car", "why": "mode"}]


def test_the_basket_counts_what_is_lacked_at_once_without_what_is_not_known(finished: Path) -> None:
    cells = gpd.read_parquet(finished / "cells.parquet").sort_values("lon")
    assert cells["rights_lacking_street"].tolist() == [2, 0]
    assert one(finished, "basket_mean", standard="street")["value"] == pytest.approx(1.2)


def test_five_minutes_of_cutoff_are_a_band_of_their_own(finished: Path) -> None:
    """The west arrives after 28 minutes: not within 28 nor 23, but within 33."""
    band = one(finished, "mean_access", "sensitivity: cutoff", cutoff_min=28)
    assert (band["low"], band["value"], band["high"]) == (400, 400, 1000)
    assert one(finished, "mean_access", cutoff_min=28)["interval_kind"] == "input uncertainty"


def test_every_number_with_a_range_says_of_what_and_holds_the_number(finished: Path) -> None:
    table = pd.read_parquet(finished / "indicators.parquet")
    drawn = table[table["interval_kind"] == "input uncertainty"]
    assert (drawn["draws"] == 500).all()
    assert drawn["sources"].str.contains("homes within cells").all()
    assert (drawn["low"] <= drawn["high"]).all()
    without = table[table["interval_kind"].isna()]
    assert without[["low", "high", "draws"]].isna().all().all()
    base = table[table["interval_kind"].isna() | (table["interval_kind"] == "input uncertainty")]
    assert not base.duplicated(list(KEY)).any()


def test_errors_of_two_cells_cannot_be_told_from_truth(tmp_path: Path) -> None:
    uncertainty = {"population": ERROR, "income": ERROR}
    with pytest.raises(InputDataError, match=r"2 cells .* are too few to tell error from truth"):
        pipeline.run(write_evidence_city(tmp_path, uncertainty=uncertainty), show_bar=False)


def test_every_indicator_of_a_run_has_its_source(finished: Path) -> None:
    table = pd.read_parquet(finished / "indicators.parquet")
    assert sorted(set(table["indicator"]) - set(registry())) == []
    assert table["source"].notna().all()


def test_the_west_is_the_one_zone_of_the_register(finished: Path) -> None:
    zones = gpd.read_parquet(finished / "zones.parquet")
    assert zones["population"].tolist() == [60]
    assert zones["name"].tolist() == ["West"]
    assert zones["share_of_draws"].tolist() == [1.0]
    cells = gpd.read_parquet(finished / "cells.parquet").sort_values("lon")
    assert cells["zone_id"].isna().tolist() == [False, True]
    assert (finished / "zones.gpkg").stat().st_size > 0


def test_two_halves_that_never_mix_are_wholly_segregated(finished: Path) -> None:
    assert one(finished, "segregation_dissimilarity")["value"] == pytest.approx(1)
    assert one(finished, "segregation_information")["value"] == pytest.approx(1)


def test_without_brackets_segregation_is_not_defined_and_the_data_needed_are_named(tmp_path: Path) -> None:
    folder = pipeline.run(write_evidence_city(tmp_path, income_brackets=None), show_bar=False).folder
    found = one(folder, "segregation_rank_order")
    assert np.isnan(found["value"])
    assert "counts of households" in found["note"]
    assert "tranche de revenu" in read_manifest(folder)["segregation"]["not_defined"][0]["fr"]


def test_without_a_source_of_error_no_range_is_given(tmp_path: Path) -> None:
    folder = pipeline.run(write_evidence_city(tmp_path, uncertainty=None), show_bar=False).folder
    table = pd.read_parquet(folder / "indicators.parquet")
    assert not (table["interval_kind"] == "input uncertainty").any()
    assert not (folder / "draws.parquet").exists()
    assert read_manifest(folder)["uncertainty"] is None
    assert gpd.read_parquet(folder / "zones.parquet")["share_of_draws"].isna().all()


def test_without_rights_there_is_no_register_and_the_run_says_why(tmp_path: Path) -> None:
    folder = pipeline.run(write_evidence_city(tmp_path, rights=None), show_bar=False).folder
    assert not (folder / "zones.parquet").exists()
    assert "no right" in read_manifest(folder)["exclusion"]["reason"]["en"]


def test_travel_again_from_the_only_homes_there_are_changes_nothing(finished: Path) -> None:
    """Each cell has one home, so that homes drawn anew are the same."""
    mean = one(finished, "mean_access", cutoff_min=28)
    assert (mean["low"], mean["value"], mean["high"]) == (400, 400, 400)


def test_homes_on_both_sides_of_a_limit_make_the_number_uncertain(tmp_path: Path) -> None:
    """Of two homes in the western cell one is 300 m nearer to the stop: five minutes less."""
    config = write_evidence_city(tmp_path, uncertainty={"travel_realisations": 8})
    people = tmp_path / "people.csv"
    east = at(city.EAST_M, 0)
    west = [at(-60, 0), at(60, 0)]
    lines = [f"{lon},{lat},30,15" for lon, lat in west] + [f"{east[0]},{east[1]},40,20"]
    people.write_text("lon,lat,residents,households\n" + "\n".join(lines) + "\n")
    folder = pipeline.run(config, show_bar=False).folder
    mean = one(folder, "nearest_mean_min")
    assert mean["low"] < mean["value"] < mean["high"]


def test_a_slower_walker_misses_more_and_the_band_says_so(tmp_path: Path) -> None:
    """At 1.2 km/h the two walks of 100 m take 300 s each, not 100: the trip 35 minutes, not 28."""
    sensitivity = {"cutoff_min": 0, "walk_speeds_km_h": [1.2]}
    folder = pipeline.run(write_evidence_city(tmp_path, sensitivity=sensitivity), show_bar=False).folder
    band = one(folder, "mean_access", "sensitivity: walking speed", cutoff_min=29)
    assert (band["low"], band["value"], band["high"]) == (400, 1000, 1000)
    assert rows(folder, "mean_access", "sensitivity: cutoff", cutoff_min=29).empty


def test_another_day_and_another_size_of_cells_are_bands(tmp_path: Path) -> None:
    sensitivity = {"service_dates": ["2024-03-07"], "h3_resolutions": [8]}
    folder = pipeline.run(write_evidence_city(tmp_path, sensitivity=sensitivity), show_bar=False).folder
    day = one(folder, "mean_access", "sensitivity: service date", cutoff_min=60)
    assert (day["low"], day["high"]) == (1000, 1000)  # the same bus runs every day
    assert "2024-03-07" in day["interval_kind"]
    size = one(folder, "mean_access", "sensitivity: cell size", cutoff_min=60)
    assert (size["low"], size["high"]) == (1000, 1000)


def test_the_spread_over_departure_minutes_is_variability(tmp_path: Path) -> None:
    """24 to 33 minutes: a tenth of the departures takes 24, nine tenths at most 32."""
    travel = {"further_percentiles": [10, 90]}
    folder = pipeline.run(write_evidence_city(tmp_path, travel=travel), show_bar=False).folder
    spread = one(folder, "mean_access", "variability", cutoff_min=28)
    assert (spread["low"], spread["value"], spread["high"]) == (400, 400, 1000)
    assert spread["interval_kind"] == "variability: departure minutes, p10 to p90"


def test_jobs_beyond_the_boundary_count_and_people_there_do_not(tmp_path: Path) -> None:
    """The study area ends 5 km east; with a buffer of 6 km its people still reach the 1,000 jobs."""
    config = write_evidence_city(tmp_path)
    half = city.zones().iloc[[0]]
    half.to_file(tmp_path / "half.geojson", driver="GeoJSON")
    raw = yaml.safe_load(config.read_text(encoding="utf-8"))
    raw["cells"] = {"cover": "boundary", "file": "half.geojson", "h3_resolution": 8, "buffer_m": 6000}
    folder = pipeline.run(city.write_config(tmp_path, raw), show_bar=False).folder
    assert one(folder, "mean_access", cutoff_min=60)["value"] == 1000
    assert one(folder, "mean_access", cutoff_min=60)["covered_population"] == 60
    cells = gpd.read_parquet(folder / "cells.parquet")
    assert cells["population"].sum() == 60
    raw["cells"]["buffer_m"] = 0
    with pytest.raises(InputDataError, match="jobs"):
        pipeline.run(city.write_config(tmp_path, raw), show_bar=False)


def test_a_study_area_within_listed_cells(tmp_path: Path) -> None:
    config = write_evidence_city(tmp_path)
    city.zones().iloc[[0]].to_file(tmp_path / "half.geojson", driver="GeoJSON")
    raw = yaml.safe_load(config.read_text(encoding="utf-8"))
    raw["cells"] = {"cover": "population", "study_area": "half.geojson"}
    folder = pipeline.run(city.write_config(tmp_path, raw), show_bar=False).folder
    assert one(folder, "mean_access", cutoff_min=60)["covered_population"] == 60
    assert one(folder, "mean_access", cutoff_min=60)["value"] == 1000


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cells": {"cover": "population", "buffer_m": 100}}, "buffer_m goes with cover: boundary"),
        ({"uncertainty": {"draws": 100}}, "500"),
        ({"uncertainty": {"travel_realisations": 1}}, "1 realisations show too little"),
        ({"uncertainty": {"income": {"source": OURS}}}, "give exactly one of relative_error"),
        ({"sensitivity": {"walk_speeds_km_h": [0]}}, "walking speeds must lie above 0"),
        ({"sensitivity": {"h3_resolutions": [20]}}, "from 5 to 12"),
        ({"rights": {"catalogues": ["eu"], "services": {"hospital": ["clinics"]}}}, "'clinics' is none of"),
        (
            {
                "income_brackets": {
                    "file": "zones.geojson",
                    "upper_bounds": {"a": 5, "b": 5, "c": None},
                    "counted": OURS,
                }
            },
            "upper bounds must differ",
        ),
    ],
)
def test_an_impossible_section_is_refused_by_name(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config(write_evidence_city(tmp_path, **changes))


def test_two_periods_of_one_kind_are_refused(tmp_path: Path) -> None:
    peak = {**city.CONFIG["periods"][0], "kind": "weekday_peak"}
    with pytest.raises(ConfigError, match="the kind 'weekday_peak' stands twice"):
        load_config(write_evidence_city(tmp_path, periods=[peak, {**peak, "name": "again"}]))


def test_two_cells_are_no_draw_of_a_spatial_process_and_the_manifest_says_so(finished: Path) -> None:
    refused = read_manifest(finished)["uncertainty"]["spatial_process_refused"]
    assert "fewer than 30" in refused["mean_access"]
    assert rows(finished, "mean_access", "if this city", cutoff_min=60).empty


def test_the_west_has_too_little_by_the_threshold_of_an_example(tmp_path: Path) -> None:
    """West 0 jobs in 28 minutes, all 400: a ratio of 0; of the right, 100 % against 60 %."""
    names = {"group_label": {"en": "the west", "fr": "l’ouest"}, "other_label": {"en": "all", "fr": "tous"}}
    asked = {"group": "decile_4", "other": "all", "source": OURS, **names}
    comparisons = [
        {"name": "jobs", "threshold": 0.8, **asked},
        {"name": "lack", "right": "a_job_in_28", "threshold": 1.25, **asked},
        {"name": "unknown", "right": "a_school", "threshold": 1.25, **asked},
    ]
    measures = {
        **city.CONFIG["measures"],
        "headline": {"service": "jobs", "cutoff_min": 28, "period": "peak"},
    }
    config = write_evidence_city(tmp_path, comparisons=comparisons, measures=measures)
    folder = pipeline.run(config, show_bar=False).folder
    assert one(folder, "benefit_ratio", group="decile_4")["value"] == 0
    assert one(folder, "burden_ratio", group="decile_4")["value"] == pytest.approx(1.667)  # 1 / 0.6
    lack = one(folder, "burden_ratio", group="decile_4")
    assert (lack["low"], lack["high"]) == pytest.approx((1.667, 1.667))  # homes drawn anew are the same
    told = {each["name"]: each for each in read_manifest(folder)["impact"]["comparisons"]}
    assert told["jobs"]["beyond"] is True
    assert told["lack"]["sentence"]["en"].endswith("Evidence, not a legal finding.")
    assert "conclusion juridique" in told["lack"]["sentence"]["fr"]
    assert told["unknown"]["state"] == "no data"


def test_a_comparison_of_an_unknown_group_is_refused(tmp_path: Path) -> None:
    names = {"group_label": OURS, "other_label": OURS, "source": OURS}
    asked = {"name": "jobs", "group": "tall", "other": "all", "threshold": 0.8, **names}
    with pytest.raises(ConfigError, match=r"comparisons\.jobs\.group: 'tall' is none of"):
        load_config(write_evidence_city(tmp_path, comparisons=[asked]))
    with pytest.raises(ConfigError, match=r"at most 1, such as 0\.8"):
        load_config(write_evidence_city(tmp_path, comparisons=[{**asked, "group": "all", "threshold": 2}]))
    with pytest.raises(ConfigError, match=r"at least 1, such as 1\.25"):
        lacked = {**asked, "group": "all", "right": "a_job_in_28", "threshold": 0.5}
        load_config(write_evidence_city(tmp_path, comparisons=[lacked]))


def test_a_rule_that_asks_for_more_rights_than_could_be_judged_defines_no_register(tmp_path: Path) -> None:
    exclusion = {"min_rights_unmet": 4, "min_residents": 50, "income_rule": "amount", "income_value": 2000}
    folder = pipeline.run(write_evidence_city(tmp_path, exclusion=exclusion), show_bar=False).folder
    record = read_manifest(folder)["exclusion"]
    assert record["state"] == "not defined"
    assert "4 rights unmet at once; of the catalogue only 3" in record["reason"]["en"]
    assert not (folder / "zones.parquet").exists()


def test_a_right_or_catalogue_that_no_catalogue_of_the_run_has_is_refused_by_check_too(
    tmp_path: Path,
) -> None:
    names = {"group_label": OURS, "other_label": OURS, "source": OURS}
    asked = {"name": "x", "right": "a_jbo", "group": "all", "other": "all", "threshold": 1.25, **names}
    config = write_evidence_city(tmp_path, comparisons=[asked], exclusion={"catalogue": "fr"})
    for command in (pipeline.check, pipeline.run):
        with pytest.raises(ConfigError, match=r"(?s)'a_jbo' is none of.*'fr' is none of \['street'\]"):
            command(config, show_bar=False)


def test_numbers_that_no_travel_time_changes_do_not_name_it_as_a_source(finished: Path) -> None:
    """Only travel times are modelled here, so that standards of supply and penalties have no range."""
    table = pd.read_parquet(finished / "indicators.parquet")
    for name in ("sdg_11_2_1_share", "penalty_residents", "transport_performance"):
        assert table.loc[table["indicator"] == name, "interval_kind"].isna().all(), name


def test_other_days_that_no_period_follows_are_told(tmp_path: Path) -> None:
    periods = [{**city.CONFIG["periods"][0], "service_date": city.SERVICE_DATE}]
    config = write_evidence_city(tmp_path, periods=periods, sensitivity={"service_dates": ["2024-03-07"]})
    finished_run = pipeline.run(config, show_bar=False)
    assert any("no other day is tried" in text for text in finished_run.warnings)


def test_income_deciles_of_few_residents_are_not_shown(tmp_path: Path) -> None:
    config = write_evidence_city(tmp_path)
    people = tmp_path / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace(",40,20", ",15,8"), encoding="utf-8")
    cells = gpd.read_parquet(pipeline.run(config, show_bar=False).folder / "cells.parquet").sort_values("lon")
    assert cells["income_decile"].isna().tolist()[-1]
    assert cells["income"].isna().tolist()[-1]


def test_a_service_that_no_catalogue_speaks_of_is_refused(tmp_path: Path) -> None:
    rights = {"catalogues": ["street.yaml"], "services": {"primary_scool": ["jobs"]}}
    with pytest.raises(ConfigError, match="primary_scool: no catalogue speaks of it"):
        pipeline.check(write_evidence_city(tmp_path, rights=rights), show_bar=False)


def test_children_without_a_school_are_counted_without_incomes(tmp_path: Path) -> None:
    """The 1,000 jobs play the schools: within 30 minutes everybody reaches one; the mix needs incomes."""
    rights = {"catalogues": ["street.yaml"], "services": {"primary_school": ["jobs"]}}
    config = write_evidence_city(tmp_path, rights=rights, income=None, income_brackets=None)
    folder = pipeline.run(config, show_bar=False).folder
    assert one(folder, "schools_reach_none", service="jobs")["value"] == 0
    assert one(folder, "schools_reach_none", service="jobs")["covered_population"] == 100
    assert one(folder, "schools_in_reach", service="jobs")["value"] == 1000
    assert rows(folder, "schools_mix").empty
    assert rows(folder, "mix_of_reach_places").empty


def test_brackets_that_leave_most_households_out_are_told(tmp_path: Path) -> None:
    brackets = {
        "file": "zones.geojson",
        "upper_bounds": {"low": 2000, "none": None},
        "counted": {"en": "households", "fr": "ménages"},
    }
    config = write_evidence_city(tmp_path, income_brackets=brackets)
    zones = gpd.read_file(tmp_path / "zones.geojson").assign(low=[5.0, 0.0], none=[0.0, 0.0])
    zones.to_file(tmp_path / "zones.geojson", driver="GeoJSON")
    warnings = pipeline.run(config, show_bar=False).warnings
    assert any("income_brackets: hold 5 of 50 households in the cells" in text for text in warnings)


def test_the_curves_are_published_at_even_steps(finished: Path) -> None:
    curves = pd.read_parquet(finished / "curves.parquet")
    lorenz = curves[curves["kind"] == "lorenz"]
    assert lorenz["population_share"].tolist() == pytest.approx([step / 100 for step in range(101)])
    assert lorenz["access_share"].iloc[-1] == pytest.approx(1)
