"""What can be taken away from what-if questions: scenario files, tables, GeoPackage, GTFS, text for a link.

Frames of a result hold no small counts any more; so nothing made of them does.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import threading
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import yaml

from access.comparison_bill import WEEK, sums_of_bill
from access.comparison_package import named, stacked, stacked_places, write_package
from access.comparison_reader import PACKAGE, SIDE
from dashboards.private_folder import private_folder
from dashboards.run_data import RunData
from dashboards.what_if_problems import Problem, ScenarioProblems
from dashboards.what_if_question import canonical, checked_scenario, plain_scenario
from dashboards.what_if_read import frame_of
from dashboards.what_if_result import WhatIfResult

if TYPE_CHECKING:
    from access.comparison import Comparison

MOST_SCENARIOS = 4
LONGEST_TEXT = 6_000
LARGEST_TEXT_BYTES = 200_000
TABLES = ("table", "winners", "benefit", "rights", "bill", "cells")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WRITING = threading.Lock()  # GDAL is told the time of writing for the whole process


def yaml_of(scenario: object) -> str:
    """Return a scenario as the text of its file, which ``access.scenario_file.load_scenario`` reads.

    Raises
    ------
    ScenarioProblems
        If it is none.
    """
    plain = plain_scenario(checked_scenario(scenario))
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)


def scenario_to_text(scenario: object) -> str:
    """Return a scenario as text for a link: letters, digits, ``-`` and ``_``.

    Raises
    ------
    ScenarioProblems
        If it is none, or too long for a link.
    """
    plain = plain_scenario(checked_scenario(scenario))
    packed = zlib.compress(canonical(plain).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) > LONGEST_TEXT:
        raise ScenarioProblems([Problem("text_too_long")])
    return text


def scenario_of_text(text: str) -> dict[str, Any]:
    """Read what ``scenario_to_text`` wrote, as anybody may have changed it.

    Raises
    ------
    ScenarioProblems
        If it cannot be read, unpacks to more than ``LARGEST_TEXT_BYTES``, or holds no scenario.
    """
    broken = ScenarioProblems([Problem("text_broken")])
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_TEXT or not text.isascii():
        raise broken
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(packed, LARGEST_TEXT_BYTES)
        if not unpacking.eof:  # cut off, or larger than allowed
            raise broken
        scenario = json.loads(content)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise broken from None
    return plain_scenario(checked_scenario(scenario))


def side_by_side_of(results: Sequence[WhatIfResult]) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    """Put up to four scenarios of one run side by side.

    Returns
    -------
    frame : DataFrame
        As ``access.comparison_side_by_side.side_by_side``, a column a scenario under its short id.
    names : dict of str to dict of str to str
        What each scenario is called, by its id and by language.

    Raises
    ------
    ValueError
        If there is none, too many, or they are not of one run.
    """
    from access.comparison_side_by_side import WeeklyHours, side_by_side  # brings the engine, slow to import

    ids = _ids(results)
    comparisons = [_comparison(result, scenario) for result, scenario in zip(results, ids, strict=True)]
    sums = [sums_of_bill(result.bill, "vehicle_hours", WEEK) for result in results]
    frame = side_by_side(comparisons, [WeeklyHours(*pair) if pair else None for pair in sums])
    return frame, {scenario: result.name for result, scenario in zip(results, ids, strict=True)}


def csv_of(results: Sequence[WhatIfResult]) -> dict[str, bytes]:
    """Return every table of some scenarios as CSV files by name, the one side by side first.

    UTF-8 with a mark at the beginning, which spreadsheets need; a text that a spreadsheet would take for a
    formula begins with an apostrophe.
    """
    ids = _ids(results)
    frames = {SIDE: side_by_side_of(results)[0]}
    for name in TABLES:
        frames[name] = stacked(
            [named(getattr(result, name), scenario) for result, scenario in zip(results, ids, strict=True)]
        )
    zones = [
        named(pd.DataFrame(result.zones.drop(columns="geometry")), scenario)
        for result, scenario in zip(results, ids, strict=True)
        if result.zones is not None
    ]
    if zones:
        frames["zones"] = stacked(zones)
    return {
        f"{name}.csv": _plain(frame).to_csv(index=False).encode("utf-8-sig") for name, frame in frames.items()
    }


def package_of(results: Sequence[WhatIfResult], data: RunData) -> bytes:
    """Return the GeoPackage of some scenarios: hexagons a scenario, lines and points that they change."""
    ids = _ids(results)
    cells: list[pd.DataFrame] = []
    lines: list[pd.DataFrame] = []
    points: list[pd.DataFrame] = []
    labels: dict[str, dict[str, str]] = {}
    for result, scenario in zip(results, ids, strict=True):
        shapes = gpd.GeoDataFrame(result.cells, geometry=data.run.cells.geometry.to_numpy(), crs="EPSG:4326")
        there = shapes["headline_state"].notna()
        cells.append(named(shapes[there], scenario))
        for parts, collection in ((lines, result.lines), (points, result.points)):
            if collection["features"]:
                parts.append(named(frame_of(collection), scenario))
        labels |= result.labels
    with private_folder() as folder, _WRITING:
        file = folder / PACKAGE
        write_package(file, stacked_places(cells), stacked_places(lines), stacked_places(points), labels)
        return file.read_bytes()


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Return some files as one zip; equal files give equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            kind = zipfile.ZIP_STORED if name.endswith(".zip") else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), files[name], kind)
    return packed.getvalue()


def _ids(results: Sequence[WhatIfResult]) -> list[str]:
    if not 0 < len(results) <= MOST_SCENARIOS:
        message = f"{len(results)} scenarios; choose 1 to {MOST_SCENARIOS}"
        raise ValueError(message)
    if len({result.run for result in results}) > 1:
        message = "scenarios of different runs cannot be put side by side; choose those of one run"
        raise ValueError(message)
    from access.comparison_files import ids_of_names  # brings the engine, slow to import

    return ids_of_names([result.name["en"] for result in results])


def _comparison(result: WhatIfResult, scenario: str) -> Comparison:
    from access.comparison import Comparison  # brings the engine, slow to import

    return Comparison(
        scenario={**result.name, "en": scenario},
        base=result.base,
        headline=result.where,
        table=result.table,
        cells=gpd.GeoDataFrame(result.cells),
        winners=result.winners,
        benefit=result.benefit,
        rights=result.rights,
        checks=[],
        noise_quantified=result.quantified,
        labels=result.labels,
        timetables_only=result.timetables_only,
    )


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text can be taken for a formula."""
    shown = frame.copy()
    for column in shown.columns:
        values = shown[column]
        if not (pd.api.types.is_numeric_dtype(values.dtype) or isinstance(values.dtype, pd.CategoricalDtype)):
            shown[column] = [
                f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
                for value in values
            ]
    return shown
