"""What a run adds to the disc of hexagons when it has rights, ranges, zones, supply and segregation.

The numbers are made up, one of each kind, and easy to tell apart; only the zones follow from the cells: they
are the western and the eastern part of ring 8.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from builders_report import hex_disc, indicator_rows, write_run

COVERED = 21_400.0


def row(indicator: str, value: float, **more: Any) -> dict[str, Any]:
    """One row of the table of indicators, of everybody and of no period, unless said otherwise."""
    empty = {
        "service": None, "period": None, "cutoff_min": None, "standard": None, "group": "all",
        "low": np.nan, "high": np.nan, "interval_kind": None, "sources": None, "draws": None,
        "covered_population": COVERED, "unit": "index", "source": "somebody (1999)", "note": None,
    }  # fmt: skip
    return empty | {"indicator": indicator, "value": value} | more


def ranged(low: float, high: float) -> dict[str, Any]:
    """Fields of a row with input uncertainty."""
    return {
        "low": low, "high": high, "interval_kind": "input uncertainty", "draws": 500,
        "sources": "income: our assumption",
    }  # fmt: skip


def inequality_rows() -> list[dict[str, Any]]:
    """Indices of jobs with ranges, of schools without; bands of the headline."""
    jobs: dict[str, Any] = {"service": "jobs", "period": "midday", "cutoff_min": 45}
    schools = jobs | {"service": "schools"}
    ratio = row("ratio_richest10_poorest40", 3.8, unit="ratio", **jobs)
    return [
        ratio | ranged(3.2, 4.4),
        ratio | {"low": 2.7, "high": 6.1, "interval_kind": "sensitivity: cutoff 5 min lower and higher"},
        ratio | {"low": 3.5, "high": 3.9, "interval_kind": "sensitivity: walking speed"},
        ratio | {"low": 3.6, "high": 4.0, "interval_kind": "variability: departure minutes"},
        ratio | {"low": 3.6, "high": 4.1, "interval_kind": "sensitivity: moon"},
        row("gini", 0.31, **jobs) | ranged(0.29, 0.33),
        row("concentration_index", 0.02, **jobs) | ranged(-0.01, 0.05),
        row("theil_between_share", 0.41, unit="share", **jobs),
        row("ratio_decile10_decile1", np.nan, unit="ratio", **jobs)
        | {"note": "not defined: decile 1 has no residents"},
        row("difference_decile10_decile1", 5000.0, unit="jobs", **jobs) | {"covered_population": 1900.0},
        row("gini", 0.2, **schools),
        row("ratio_richest10_poorest40", 0.5, unit="ratio", **schools) | ranged(0.4, 0.6),
        row("mean_access", 4400.0, unit="jobs", **jobs) | {"group": "age_65_plus"} | ranged(4300.0, 4500.0),
        row("mean_access", 3000.0, unit="jobs", **jobs) | {"group": "households_no_car"},
        row("benefit_ratio", 0.75, unit="ratio", standard="poor_jobs", group="decile_9", **jobs)
        | ranged(0.7, 0.82),
        row("modal_ratio", 0.34, unit="ratio", standard="car", **jobs) | ranged(0.3, 0.38),
        row("modal_ratio", np.nan, unit="ratio", standard="car", **schools)
        | {"note": "not defined: the car reaches nothing"},
        row("transport_performance", 41.6, unit="percent", period="midday", cutoff_min=30),
        row("mean_access", 9000.0, unit="jobs", **jobs) | {"group": "decile_9"} | ranged(8800.0, 9200.0),
    ]


def right_rows() -> list[dict[str, Any]]:
    """Two rights by day with groups, one that cannot be judged, a basket, and penalties."""
    rows = []
    for right, n, share in (("school_15", 4000.0, 0.187), ("hospital_45", 1200.0, 0.056)):
        where: dict[str, Any] = {"standard": right, "period": "midday", "cutoff_min": 15}
        rows.append(row("right_residents", n, unit="residents", **where) | ranged(n - 300, n + 300))
        rows.append(row("right_headcount", share, unit="share", **where) | ranged(share - 0.01, share + 0.01))
        rows.append(row("right_depth", share / 2, unit="share", **where))
        rows.append(row("right_severity", share / 4, unit="share", **where))
        for group, more in (("decile_1", 0.3), ("decile_10", 0.0), ("age_65_plus", 0.1), ("decile_5", 0.2)):
            rows.append(row("right_headcount", share + more, unit="share", group=group, **where))
    rows.append(
        row(
            "right_residents",
            np.nan,
            standard="odd",
            note="suppressed: fewer than 20 residents, or it would give such a count away",
        )
    )
    rows += [
        row("basket_residents", n, unit="residents", standard=f"fr_lacking_{k}", note=f"{k} of 2 rights")
        for k, n in enumerate((17_000.0, 3_600.0, 800.0))
    ]
    rows.append(row("basket_mean", 0.24, unit="rights", standard="fr"))
    for note, n in (("against midday", 700.0), ("slow walking against usual", 300.0)):
        where = {"standard": "school_15", "period": "night" if n == 700 else "midday", "note": note}
        rows.append(row("penalty_residents", n, unit="residents", **where))
        rows.append(row("penalty_share", n / 17_400, unit="share", **where))
    where = {"standard": "hospital_45", "period": "night", "note": "against midday"}
    rows.append(row("penalty_residents", 0.0, unit="residents", **where) | ranged(0.0, 0.0))
    return rows


def supply_rows() -> list[dict[str, Any]]:
    """One number of each standard, and a class that no text knows."""
    rows = []
    for name, standard, share in (
        ("sdg_11_2_1", "sdg_11_2_1", 0.91),
        ("eu_typology", "eu_departures_typology:high", 0.4),
        ("eu_typology", "eu_departures_typology:odd_one", 0.1),
        ("near_frequent_transit", "people_near_frequent_transit", 0.55),
        ("ptal", "ptal:1a", 0.25),
    ):
        rows.append(row(f"{name}_share", share, unit="share", standard=standard))
        rows.append(row(f"{name}_residents", share * COVERED, unit="residents", standard=standard))
    return rows


def segregation_rows() -> list[dict[str, Any]]:
    """Indices with and without a value."""
    return [
        row("segregation_rank_order", 0.12),
        row("segregation_rank_order_bias", 0.02),
        row("segregation_isolation", 0.3, unit="share", group="income_low"),
        row("segregation_information_profile", 0.08, group="within 500 m"),
        row("segregation_reach_transit", 0.05, period="midday"),
        row("segregation_reach_walk", 0.1, period="midday"),
        row("segregation_reach_isolation_walk", 0.4, unit="share", group="income_low", period="midday"),
        row("mix_of_reach_people_transit", 0.8, period="midday"),
        row("extremes_in_reach_transit", -0.04, period="midday"),
        row("exposure_of_low_income_transit", 0.7, unit="share", group="low_income", period="midday"),
        *(
            row(
                name,
                value,
                service="schools",
                period="midday",
                cutoff_min=30,
                group=group,
                unit=unit,
                covered_population=4000.0,
            )
            for name, value, group, unit in (
                ("schools_in_reach", 7.3, "all", "schools"),
                ("schools_in_reach", 3.4, "decile_1", "schools"),
                ("schools_mix", 0.71, "all", "index"),
                ("schools_isolation", 0.94, "decile_1", "share"),
                ("schools_reach_none", 3100.0, "all", "children of school age"),
                ("schools_segregation", 0.29, "all", "index"),
            )
        ),
        row("mix_of_reach_places", 0.9, period="midday", service="jobs"),
        row("segregation_poverty_tail", np.nan, note="not defined: beyond the outer brackets"),
    ]


def curves() -> pd.DataFrame:
    """Lorenz curve through (0.5, 0.2), concentration curve through (0.5, 0.3), of jobs."""
    found = []
    for kind, middle in (("lorenz", 0.2), ("concentration", 0.3)):
        for x, y in ((0.0, 0.0), (0.5, middle), (1.0, 1.0)):
            found.append(
                {"kind": kind, "service": "jobs", "period": "midday", "cutoff_min": 45,
                 "population_share": x, "access_share": y}
            )  # fmt: skip
    return pd.DataFrame(found)


def zones() -> gpd.GeoDataFrame:
    """Two zones: parts of ring 8 (2,400 residents in the east, 2,300 in the west), as a run writes them."""
    cells = hex_disc()
    outer = cells[(cells["population"] > 0) & (cells["income"] == 5000.0 - 400.0 * 8)]
    parts = outer.dissolve(by="zone", as_index=False)
    return gpd.GeoDataFrame(
        {
            "zone_id": ["b_west", "a_east"],
            "name": ["Oeste <1>", None],
            "label_en": ["underserved zone Oeste", "underserved zone"],
            "label_fr": ["zone mal desservie Oeste", "zone mal desservie"],
            "population": [2300.0, 2400.0],
            "n_cells": [23, 24],
            "mean_income": [1800.0, np.nan],
            "income_ratio": [0.5, np.nan],
            "access_mean": [0.0, 10.0],
            "access_ratio": [0.0, np.nan],
            "rights_unmet": ["school_15,hospital_45", ""],
            "rights_unmet_mean": [1.8, np.nan],
            "depth": [0.7, 0.1],
            "missing_right": ["school_15", None],
            "missing_destinations": ["primary_school", None],
            "missing_opportunities": [1.0, np.nan],
            "missing_minutes": [7.0, np.nan],
            "share_of_draws": [0.93, np.nan],
            "draws": [500, 0],
            "cluster_share": [0.6, np.nan],
            "edge_share": [0.75, np.nan],
        },
        geometry=[parts.geometry[parts["zone"] == name].iloc[0] for name in ("Oeste", "Leste")],
        crs="EPSG:4326",
    )


def zone_rights() -> pd.DataFrame:
    """Who lacks which right in each zone: all, none, and so few that it is not told."""
    counts = {("b_west", "school_15"): 2300.0, ("b_west", "hospital_45"): 1150.0,
              ("a_east", "school_15"): 0.0, ("a_east", "hospital_45"): 3.0}  # fmt: skip
    residents = {"b_west": 2300.0, "a_east": 2400.0}
    return pd.DataFrame(
        [
            {"zone_id": zone, "right": right, "judged_residents": residents[zone], "unmet_residents": n,
             "unmet_share": n / residents[zone], "depth": n / residents[zone],
             "destinations": "primary_school" if right == "school_15" else "hospital",
             "missing_minutes": 7.0, "note": None}
            for (zone, right), n in counts.items()
        ]
    )  # fmt: skip


def manifest_entries() -> dict[str, Any]:
    """What the manifest says of rights, zones, ranges, supply and segregation."""
    law = {"text": {"en": "Schools for all", "fr": "L’école pour tous"}, "source": "Act, article 1",
           "status": "law", "verified": True}  # fmt: skip
    ours = {
        "text": {"en": "we propose it", "fr": "nous le proposons"},
        "status": "our_proposal",
        "source": None,
    }
    published = {"text": {"en": "45 minutes", "fr": "45 minutes"}, "status": "published",
                 "source": "Report of 1999", "verified": False}  # fmt: skip
    right = {"when": "weekday_midday", "catalogue": "fr", "state": "ok", "missing": []}
    missing = {"catalogue": "fr", "mode": None}
    return {
        "rights": [
            right | {"name": "school_15", "label": {"en": "a primary school", "fr": "une école primaire"},
                     "service": "primary_school", "within_min": 15, "at_least": 1.0, "at_least_share": None,
                     "for_whom": "school_age", "principle": law, "threshold": ours},
            right | {"name": "hospital_45", "label": {"en": "a hospital", "fr": "un hôpital"},
                     "service": "own_service", "within_min": 45, "at_least": None, "at_least_share": 0.1,
                     "for_whom": "everyone", "principle": law | {"verified": False}, "threshold": published},
        ],
        "rights_catalogues": [{"name": "fr", "label": {"en": "France", "fr": "France"}}],
        "rights_excluded": [
            missing | {"right": "school_15", "left_out_of": "penalties", "missing": "period",
                       "situation": {"period": "sunday", "walking": "slow"}},
            missing | {"right": "gone", "left_out_of": "counts", "missing": "service",
                       "situation": {"period": "weekday_peak", "walking": "usual"}},
        ],
        "exclusion": {
            "term": {"en": "underserved zone", "fr": "zone mal desservie"}, "state": "ok",
            "income_line": 2000.0, "income_rule": "share_of_median", "income_value": 0.6,
            "catalogue_used": "fr",
            "min_rights_unmet": 2, "min_residents": 200.0, "min_share_of_draws": 0.8, "draws": 500,
            "n_unstable": 3, "source": {"en": "our proposal", "fr": "notre proposition"},
            "notes": ["3 groups of cells are too small."],
        },
        "uncertainty": {
            "draws": 500, "seed": 7, "coverage": 0.95,
            "sources": [{"en": "incomes: our assumption", "fr": "revenus : notre hypothèse"}, "residents"],
            "travel_realisations": 10,
            "spatial_process_refused": {"gini": "only 12 blocks"},
            "assumptions": [{"en": "errors of 10 %", "fr": "erreurs de 10 %"}],
        },
        "modes": [{"name": "car", "label": {"en": "car", "fr": "voiture"}, "rules": "free flow",
                   "max_duration_min": 60}],
        "config": {
            "results": {"min_residents_shown": 20},
            "comparisons": [
                {"name": "poor_jobs", "threshold": 0.8, "right": None, "group": "decile_9", "other": "all",
                 "group_label": {"en": "the ninth tenth", "fr": "le neuvième dixième"},
                 "other_label": {"en": "all", "fr": "tous"}, "source": {"en": "a board", "fr": "un conseil"}},
                {"name": "gone", "threshold": 0.8},
            ],
            "rights": {"groups": {"school_age": ["age_0_14"]}},
        },
        "impact": {
            "comparisons": [
                {"name": "poor_jobs", "state": "ok", "beyond": True,
                 "sentence": {"en": "The group has 0.75 of it.", "fr": "Le groupe en a 0,75."}},
                {"name": "not_ranged", "state": "ok", "beyond": True, "sentence": "No row."},
                {"name": "gone", "state": "no data"},
            ],
            "frames": [
                {"name": "act", "title": {"en": "An act", "fr": "Une loi"}, "source": "Act, article 2",
                 "date": "1999", "asks": {"en": "Compare.", "fr": "Comparer."},
                 "status": {"en": "Binds some.", "fr": "Oblige certains."}, "status_date": "2026-01",
                 "text_verified": True, "status_verified": False},
            ],
        },
        "rights_counted_as_everyone": [["school_15", "school_age"]],
        "study_area_buffer_m": 2000.0,
        "segregation": {"not_defined": [{"en": "Brackets are needed.", "fr": "Il faut des tranches."}]},
        "supply": {
            "service_date": "2019-05-15", "notes": ["ptal: unverified constants: K"],
            "no_data": {"ptal": {"en": "no routes", "fr": "aucune ligne"}, "odd": "why"},
        },
    }  # fmt: skip


def write_evidence_run(folder: Path, **changes: Any) -> Path:
    """Write the disc with everything; ``changes`` replace entries of the manifest (None: absent)."""
    cells = hex_disc()
    more = [*inequality_rows(), *right_rows(), *supply_rows(), *segregation_rows()]
    table = pd.concat([pd.DataFrame(more), indicator_rows(cells)], ignore_index=True)
    table["cutoff_min"] = table["cutoff_min"].astype("Int64")
    write_run(folder, cells, table, **(manifest_entries() | changes))
    zones().to_parquet(folder / "zones.parquet")
    curves().to_parquet(folder / "curves.parquet")
    zone_rights().to_parquet(folder / "zone_rights.parquet")
    return folder


def every_word_run(folder: Path) -> Path:
    """A run in which each word of catalogues, groups, classes and kinds of range occurs."""
    entries = manifest_entries()
    right = entries["rights"][0]
    whom = (
        "everyone", "young_children", "school_age", "young_people", "working_age", "older_people",
        "slow_walkers",
    )  # fmt: skip
    status = ("law", "charter", "declaration", "recommendation", "guideline", "published", "law")
    when = (
        "weekday_peak", "weekday_midday", "weekday_evening", "weekday_night", "saturday", "sunday", "sunday",
    )  # fmt: skip
    rights = [
        right | {"name": f"right_{n}", "for_whom": whom[n], "when": when[n],
                 "principle": right["principle"] | {"status": status[n]}}
        for n in range(len(whom))
    ]  # fmt: skip
    missing = ("service", "period", "timetable", "mode", "walking speed", "duration", "total")
    excluded = [entries["rights_excluded"][0] | {"right": f"right_{n}", "missing": why}
                for n, why in enumerate(missing)]  # fmt: skip
    write_evidence_run(
        folder,
        rights=[*entries["rights"], *rights],
        rights_excluded=[*entries["rights_excluded"], *excluded],
        rights_catalogues=[],
        study_area_buffer_m=None,
        config={"cells": {"study_area": "area.gpkg"}, "results": {"min_residents_shown": 20}},
        uncertainty={
            "draws": 500, "seed": 1, "assumptions": [
                {"of": "population", "relative_error": 0.1, "correlation": 0.5, "source": {"en": "ours"}},
                {"of": "income", "confidence": 0.9, "correlation": 0.5, "source": {"en": "census"}},
            ],
        },
        supply={"no_data": dict.fromkeys(("sdg_11_2_1", "eu_departures_typology",
                                          "people_near_frequent_transit", "ptal"), "why")},
    )  # fmt: skip
    jobs: dict[str, Any] = {"service": "jobs", "period": "midday", "cutoff_min": 45}
    more = [
        *(row("mean_access", 10.0, unit="jobs", group=group, **jobs) for group in ("age_0_14", "age_15_24")),
        *(
            row("right_residents", 30.0 + n, unit="residents", standard=f"right_{n}", period="midday")
            for n in range(len(whom))
        ),
        *(
            row("eu_typology_share", 0.1, unit="share", standard=f"eu_departures_typology:{name}")
            for name in ("very_high", "medium", "low", "none")
        ),
        row("ratio_decile10_decile1", 2.0, unit="ratio", **jobs),
        row("ratio_richest10_poorest40", 0.5, unit="ratio", **jobs) | ranged(0.4, 0.6),
        row("concentration_index", 0.2, **jobs) | ranged(0.1, 0.3),
        row("gini", 0.3, **jobs)
        | {"low": 0.1, "high": 0.5, "interval_kind": "sensitivity: service date 2026-03-12"},
        row("gini", 0.3, **jobs)
        | {"low": 0.1, "high": 0.5, "interval_kind": "sensitivity: cell size, H3 resolution 8"},
        *(
            row("gini", 0.3, **jobs) | {"low": 0.1, "high": 0.5, "interval_kind": kind}
            for kind in (
                "sensitivity: cutoff",
                "sensitivity: service date",
                "sensitivity: cell size",
                "sensitivity: walking speed 4.5 km/h",
                "variability: departure minutes, p10 to p90",
                "if this city were one draw of a spatial process",
            )
        ),
        row("below_line_share", 0.5, unit="share") | ranged(0.1, 0.4),
        row("right_residents", 9.0, unit="residents", standard="school_15", note="of school_age")
        | {"covered_population": 4_010.0},
        row("basket_residents", 5.0, unit="residents", group="lacking_0"),
        *(
            row("segregation_isolation", 0.3, unit="share", group=group)
            for group in (
                "decile_5",
                "households_income_under_1000",
                "households_income_1000_2000",
                "households_income_over_8000",
            )
        ),
        row("right_headcount", 0.9, unit="share", standard="school_15", period="midday", group="decile_1")
        | ranged(0.1, 0.95),
        row("right_headcount", 0.1, unit="share", standard="school_15", period="midday", group="decile_10")
        | ranged(0.05, 0.2),
    ]
    table = pd.concat([pd.DataFrame(more), pd.read_parquet(folder / "indicators.parquet")], ignore_index=True)
    table.astype({"cutoff_min": "Int64"}).to_parquet(folder / "indicators.parquet")
    return folder


def verdicts_run(folder: Path) -> Path:
    """A run whose comparisons have verdicts, one of a right, and where residents stand for children."""
    asked = {"threshold": 1.0, "group": "decile_9", "other": "all", "group_label": {"en": "a"},
             "other_label": {"en": "b"}, "source": {"en": "a board"}}  # fmt: skip
    names = ("less", "more")
    config = {
        "results": {"min_residents_shown": 20},
        "comparisons": [asked | {"name": name, "right": "school_15"} for name in names],
    }
    impact = {"comparisons": [{"name": name, "state": "ok", "sentence": "-"} for name in names], "frames": []}
    write_evidence_run(folder, config=config, impact=impact)
    zones().iloc[:1].to_parquet(folder / "zones.parquet")
    table = pd.read_parquet(folder / "indicators.parquet")
    table.loc[table["indicator"].str.startswith("schools_"), "note"] = "of residents, by the mean income"
    more = [
        row("burden_ratio", 0.5, unit="ratio", standard="less") | ranged(0.4, 0.6),
        row("burden_ratio", 2.0, unit="ratio", standard="more") | ranged(1.5, 2.5),
        row("gini", 0.4, service="jobs", period="midday", cutoff_min=45) | ranged(0.29, 0.33),
    ]
    table = pd.concat([pd.DataFrame(more), table], ignore_index=True)
    table.astype({"cutoff_min": "Int64"}).to_parquet(folder / "indicators.parquet")
    return folder


def few_zones_run(folder: Path) -> Path:
    """A run with more zones than have a sentence, whose ratios and coverage carry no claim."""
    rule = {"state": "ok", "min_rights_unmet": 2, "income_rule": "decile", "income_value": 4.0}
    write_evidence_run(folder, exclusion=rule, uncertainty={"draws": 500})
    many = pd.concat([zones().iloc[:1]] * 22, ignore_index=True).assign(zone_id=lambda z: z.index.astype(str))
    gpd.GeoDataFrame(many, crs="EPSG:4326").to_parquet(folder / "zones.parquet")
    gaps = zone_rights().iloc[:1]
    alike = [gaps.assign(zone_id="0", right=right) for right in ("school_15", "b", "c", "d")]
    pd.concat([*alike, gaps.assign(zone_id="1", missing_minutes=np.inf)]).to_parquet(
        folder / "zone_rights.parquet"
    )
    jobs: dict[str, Any] = {"service": "jobs", "period": "midday", "cutoff_min": 45}
    two_tenths = {"covered_population": 100.0}  # decile 10 of the disc; it has no decile 1
    rows = [
        row("ratio_richest10_poorest40", 2.0, unit="ratio", **jobs) | {"covered_population": 1.0},
        row("concentration_index", -0.2, **jobs) | ranged(-0.3, -0.1),
        row("ratio_decile10_decile1", 0.5, unit="ratio", **jobs) | ranged(0.4, 0.6) | two_tenths,
        row("difference_decile10_decile1", 5.0, unit="jobs", **jobs) | ranged(4.0, 6.0) | two_tenths,
    ]
    table = pd.concat([pd.DataFrame(rows), indicator_rows(hex_disc())], ignore_index=True)
    table.astype({"cutoff_min": "Int64"}).to_parquet(folder / "indicators.parquet")
    return folder
