"""What the later stages of a run add to it: rows of indicators, columns of cells, tables, manifest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from access.exclusion import Register

Row = dict[str, object]


@dataclass(frozen=True)
class StagePart:
    """One stage's part of a run."""

    rows: list[Row] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)  # of cells.parquet
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)  # file name without .parquet -> table
    manifest: dict[str, Any] = field(default_factory=dict)
    register: Register | None = None  # zones


def gathered(parts: Iterable[StagePart]) -> StagePart:
    """Put the parts of several stages together; none may replace another's."""
    parts = list(parts)
    whole = StagePart(register=next((part.register for part in parts if part.register), None))
    for part in parts:
        whole.rows.extend(part.rows)
        for mine, theirs in (
            (whole.columns, part.columns),
            (whole.tables, part.tables),
            (whole.manifest, part.manifest),
        ):
            twice = sorted({*mine} & {*theirs})
            if twice:
                raise RuntimeError(f"two stages of a run give {', '.join(twice)}; please report this")
            mine.update(theirs)
    return whole
