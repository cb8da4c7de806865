"""The answer to a what-if question, as it leaves the worker: plain frames, small counts already hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

_BYTES_OF_SHAPE = 2000


@dataclass(frozen=True)
class WhatIfResult:
    """What a scenario changes in a run.

    Attributes
    ----------
    key : str
        Of the question.
    run : str
        Short name of the run.
    name : dict of str to str
        Of the scenario, by language.
    scenario : dict
        As its file holds it.
    final : bool
        False = first results; what follows is how certain they are.
    quantified : bool
        Whether gains and losses were held against noise; False = they go by their sign alone.
    note : dict of str to str or None
        What is not quantified and why, by language.
    headline : dict
        Numbers of the first sentence (``what_if_headline.headline_of``).
    cells : DataFrame
        One row a cell in the order of ``RunData.run.cells``, columns as ``cells`` of a comparison folder,
        without geometry.
    table, winners, benefit, rights, bill : DataFrame
        As in a comparison folder.
    zones : GeoDataFrame or None
        The register of zones before and after; None until it is made.
    register : dict or None
        ``residents_base, residents, note`` of the registers.
    checks : sequence of dict
        ``name, state, text``: what must hold whatever the city.
    reports : sequence of dict
        What each modification met: ``number, type, feed, counts, text`` (by language) and ``warnings``.
    warnings : sequence of str
        Of the whole scenario, in English.
    lines, points : dict
        GeoJSON FeatureCollections of what is changed; ``properties`` are ``kind`` (``new``, ``removed``,
        ``changed``), ``id``, ``label`` and ``feed``.
    entry : dict
        What the manifest of a comparison says of the scenario.
    labels : dict
        What readers call each right, by language.
    base : dict of str to str
        Name of the run, by language.
    timetables_only : bool
        Whether nothing but timetables changes.
    planned : dict of str to str
        SHA-256 of planned timetables in place of those of the run, by name of the feed.
    seconds : dict of str to float
        By step, and ``first`` and ``done`` since the question was asked.
    """

    key: str
    run: str
    name: dict[str, str]
    scenario: dict[str, Any]
    final: bool
    quantified: bool
    note: dict[str, str] | None
    headline: dict[str, Any]
    cells: pd.DataFrame
    table: pd.DataFrame
    winners: pd.DataFrame
    benefit: pd.DataFrame
    rights: pd.DataFrame
    bill: pd.DataFrame
    zones: gpd.GeoDataFrame | None
    register: dict[str, Any] | None
    checks: Sequence[dict[str, Any]]
    reports: Sequence[dict[str, Any]]
    warnings: Sequence[str]
    lines: dict[str, Any]
    points: dict[str, Any]
    entry: dict[str, Any]
    labels: dict[str, dict[str, str]]
    base: dict[str, str]
    timetables_only: bool
    planned: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def where(self) -> dict[str, Any]:
        """``service, period, cutoff_min`` of the headline."""
        return {name: self.headline[name] for name in ("service", "period", "cutoff_min")}


def size_of(result: WhatIfResult) -> int:
    """Return about how many bytes a result holds in memory."""
    return sum(_bytes_of(getattr(result, each.name)) for each in fields(result))


def _bytes_of(content: Any) -> int:
    if isinstance(content, pd.DataFrame):
        shapes = _BYTES_OF_SHAPE * len(content) if isinstance(content, gpd.GeoDataFrame) else 0
        return int(content.memory_usage(deep=True).sum()) + shapes
    if isinstance(content, np.ndarray):
        return int(content.nbytes)
    if isinstance(content, Mapping):
        return 100 + sum(_bytes_of(key) + _bytes_of(value) for key, value in content.items())
    if isinstance(content, list | tuple):
        return 60 + sum(map(_bytes_of, content))
    return 60 + len(content) if isinstance(content, str) else 32
