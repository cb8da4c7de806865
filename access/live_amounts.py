"""What there is to reach in every cell of a ready network, those beyond the study area included.

A run keeps the counts beside its network. Networks that were kept before it did have them in
``cells.parquet`` only, where the cells beyond the study area are missing: what lies there is then not known,
which is told and never taken for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import ResultError
from access.network_cache import load_group, load_names

Floats = npt.NDArray[np.float64]
GROUP = "opportunities"


class Amounts(NamedTuple):
    """Opportunities that count, by service and cell of the network."""

    by_cell: Floats  # (n_services, n_cells) 0 in cells off the streets


@dataclass(frozen=True)
class KnownAmounts:
    """Opportunities by service.

    Attributes
    ----------
    of : mapping of str to float64 array (n_network_cells,)
        By service with data, in the order of the network's cells.
    beyond_known : bool
        Whether those beyond the study area are in it (or there are no such cells). Where not, what is
        reached near the edge is understated.
    """

    of: Mapping[str, Floats]
    beyond_known: bool


def known_amounts(
    folder: Path, names: Mapping[str, Any], manifest: Mapping[str, Any], cells: pd.DataFrame
) -> KnownAmounts:
    """Find the opportunities of every service with data.

    Parameters
    ----------
    folder : Path
        The ready network.
    names : mapping
        Its names (``access.network_cache.load_names``).
    manifest : mapping
        Of the run.
    cells : DataFrame
        Cells of the run: ``id``, ``snap`` and ``n_SERVICE``.

    Raises
    ------
    ResultError
        The ready network is incomplete.
    """
    services = services_of(manifest)
    kept = names.get("services")
    if kept is not None:
        by_cell = load_group(folder, GROUP, Amounts).by_cell
        return KnownAmounts({name: by_cell[kept.index(name)] for name in services if name in kept}, True)
    ids = pd.Index([str(cell) for cell in names["cells"]])
    return KnownAmounts(_of_study_cells(services, ids, cells), len(ids) == len(cells))


def amounts_of_cells(ids: pd.Index[str], manifest: Mapping[str, Any], cells: pd.DataFrame) -> KnownAmounts:
    """Find the opportunities in cells given by id, from the ready network where it is there.

    Parameters
    ----------
    ids : Index of str
        Cells of a run and, where it counts beyond its study area, those around it.
    manifest, cells
        As in ``known_amounts``.
    """
    try:
        folder = Path(str(manifest.get("network_cache") or ""))
        names = load_names(folder)
        kept = known_amounts(folder, names, manifest, cells)
    except ResultError:
        return KnownAmounts(_of_study_cells(services_of(manifest), ids, cells), len(ids) == len(cells))
    place = pd.Index([str(cell) for cell in names["cells"]]).get_indexer(ids)
    if (place < 0).any():
        return KnownAmounts(_of_study_cells(services_of(manifest), ids, cells), len(ids) == len(cells))
    return KnownAmounts({name: amounts[place] for name, amounts in kept.of.items()}, kept.beyond_known)


def services_of(manifest: Mapping[str, Any]) -> list[str]:
    """Return the services of a run that have data."""
    entries = manifest.get("services") or []
    return [str(entry["name"]) for entry in entries if entry.get("state") != "no data"]


def amounts_of(counts: Mapping[str, Floats], n_cells: int) -> Amounts:
    """Put the counts of services into one array, to be kept with the network."""
    return Amounts(np.array(list(counts.values()), np.float64).reshape(len(counts), n_cells))


def _of_study_cells(services: Sequence[str], ids: pd.Index[str], cells: pd.DataFrame) -> dict[str, Floats]:
    place = ids.get_indexer(pd.Index(cells["id"].astype(str)))
    on_streets = np.ones(len(cells), bool)
    if "snap" in cells:
        on_streets = (cells["snap"] == "snapped").to_numpy(dtype=bool)
    found = {}
    for name in services:
        if f"n_{name}" in cells:
            amounts = np.zeros(len(ids))
            counts = pd.to_numeric(cells[f"n_{name}"], errors="coerce").to_numpy(np.float64)
            amounts[place] = np.where(on_streets, np.nan_to_num(counts), 0.0)
            amounts.flags.writeable = False
            found[name] = amounts
    return found
