"""The disc of ``builders_report`` with numbers on segregation that one can check by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from builders_report import hex_disc, indicator_rows, write_run

from access.report_data import read_run
from dashboards.run_data import RunData

POOR, RICH = "households_income_under_1000", "households_income_over_8000"
UNDEFINED = "not defined: only one mean income a zone is known"
WANTED = {"en": "Counts by income are needed.", "fr": "Il faut des comptes par revenu."}


def number(indicator: str, value: float, group: str = "all", **more: Any) -> dict[str, Any]:
    """One row of ``indicators.parquet``."""
    row = {
        "indicator": indicator, "service": None, "period": None, "cutoff_min": None, "standard": None,
        "group": group, "value": value, "low": np.nan, "high": np.nan, "interval_kind": None, "sources": None,
        "draws": None, "covered_population": 1000.0, "unit": "index", "note": "of households",
    }  # fmt: skip
    return row | more


def numbers() -> list[dict[str, Any]]:
    """Two groups, three ways of reaching, two radii, one kind of school."""
    rows = [
        number("segregation_dissimilarity", 0.5, POOR, low=0.4, high=0.6, interval_kind="input uncertainty",
               sources="income: our assumption", draws=500),
        number("segregation_dissimilarity", 0.3, RICH),
        number("segregation_group_share", 0.2, POOR, unit="share"),
        number("segregation_rank_order", 0.17),
        number("segregation_rank_order_bias", 0.01),
        number("segregation_poverty_tail", 0.26),
        number("segregation_poverty_tail_bias", 0.02),
        number("segregation_information_profile", 0.12, "within 500 m"),
        number("segregation_information_profile", 0.06, "within 2000 m"),
        number("mix_of_reach_city", 0.9, period="midday"),
        number("exposure_of_low_income_transit", 0.74, "low_income", period="midday", unit="share",
               note=f"low-income: {POOR}; of households"),
        number("exposure_of_low_income_walk", 0.69, "low_income", period="midday", unit="share"),
        number("mix_of_reach_places", 0.8, service="jobs", period="midday"),
        number("schools_reach_none", 50.0, service="schools", period="midday", cutoff_min=30,
               unit="residents", note="of residents"),
    ]  # fmt: skip
    for kernel, shift in (("transit", 0.0), ("walk", -0.1), ("equal_population", -0.05)):
        rows += [
            number(f"mix_of_reach_people_{kernel}", 0.8 + shift, period="midday"),
            number(f"mix_of_reach_people_{kernel}", 0.7 + shift, POOR, period="midday"),
            number(f"mix_of_reach_people_{kernel}", 0.9 + shift, RICH, period="midday"),
            number(f"extremes_in_reach_{kernel}", -0.2 + shift, POOR, period="midday"),
        ]
    for tenth in (1, 10):
        rows.append(
            number("schools_in_reach", 2.0 * tenth, f"decile_{tenth}", service="schools", period="midday",
                   cutoff_min=30, unit="schools", note="of residents")
        )  # fmt: skip
    return rows


def segregation_data(folder: Path, rows: list[dict[str, Any]] | None = None, **changes: Any) -> RunData:
    """Read a disc with these numbers; the mix is 0 in the middle, unknown in ring 1, else 0.5 or 0.9."""
    cells = hex_disc()
    place = np.arange(len(cells))
    for kernel, low in (("transit", 0.9), ("walk", 0.5)):
        mix = np.where(place % 2 == 0, low, 0.95)
        cells[f"mix_of_reach_people_{kernel}"] = np.where(place == 0, 0.0, np.where(place < 7, np.nan, mix))
    table = pd.concat([indicator_rows(cells), pd.DataFrame(numbers() if rows is None else rows)])
    table["cutoff_min"] = table["cutoff_min"].astype("Int64")
    table["draws"] = table["draws"].astype("Int64")
    write_run(folder, cells, table, segregation={"not_defined": [], "half_weight_min": 15.0}, **changes)
    return RunData("disc", folder, read_run(folder))


def undefined_rows() -> list[dict[str, Any]]:
    """As of a run that knows mean incomes only: not defined at home, the rest stands."""
    kept = [row for row in numbers() if not row["indicator"].startswith("segregation")]
    gone = ("segregation_dissimilarity", "segregation_rank_order", "segregation_poverty_tail")
    return kept + [number(name, np.nan, covered_population=0.0, note=UNDEFINED) for name in gone]
