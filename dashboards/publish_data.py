"""The data of the static site's map: geometry and every column of access, packed once for all languages."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from access.report_classes import class_breaks
from access.report_data import FloatArray, Run
from access.report_findings import period_label, service_label
from access.report_ground import Ground, ZoneName
from access.report_map import class_colours
from access.report_small import fewest_shown
from access.suppression import is_small
from access.texts import Texts
from dashboards.cell_geometry import cell_shapes, encode
from dashboards.words import Words

#: Stands for the residents of a cell where few live: their number does not leave.
FEW = -1.0


def map_data(run: Run, base: Ground) -> str:
    """Pack geometry and values: base64 of a deflated file.

    The file is the length of a JSON header (uint32, little endian), the header, and the arrays one after the
    other. The header names each array with its type (``f4``, ``u1``), first byte and number of items; the H3
    indices stand in it too.
    """
    known = layers(run)
    access = [run.access(*layer) for layer in known]
    arrays = dict(_arrays(run, known, access))
    header: dict[str, Any] = {
        "ids": [str(cell) for cell in run.cells["id"]],
        "layers": [list(layer) for layer in known],
        "breaks": [list(class_breaks(each, run.residents())) for each in access],
        "names": [[name.name, round(name.x), round(name.y)] for name in _names(base)],
        "arrays": {},
    }
    first = 0
    for name, array in arrays.items():
        header["arrays"][name] = [array.dtype.str[1:], first, array.size]
        first += array.nbytes
    told = json.dumps(header, ensure_ascii=False).encode()
    body = b"".join(array.tobytes() for array in arrays.values())
    packed = zlib.compress(len(told).to_bytes(4, "little") + told + body, 9)
    return base64.b64encode(packed).decode()


def layers(run: Run) -> list[tuple[str, int, str]]:
    """Return service, cutoff and period of every column of access with data; the headline first."""
    found = [
        (str(service["name"]), cutoff_min, str(period["name"]))
        for service in run.services
        for period in run.periods
        for cutoff_min in run.cutoffs_min
        if run.has_data(str(service["name"]), str(period["name"]))
    ]
    return sorted(found, key=lambda layer: layer != tuple(run.headline))


def _arrays(
    run: Run, known: list[tuple[str, int, str]], access: list[FloatArray]
) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    shapes = cell_shapes([str(cell) for cell in run.cells["id"]], _zones(run))
    yield "geometry", np.frombuffer(encode(shapes), np.uint8)
    yield "residents", np.where(_few(run), FEW, run.residents()).astype("<f4")
    yield "decile", _deciles(run)
    yield "linked", run.snapped().astype("u1")
    for number, each in enumerate(access):
        yield f"layer{number}", each.astype("<f4")
    for service, period in dict.fromkeys((service, period) for service, _, period in known):
        yield f"nearest|{service}|{period}", run.column(f"nearest_{service}_min_{period}").astype("<f4")


def _deciles(run: Run) -> npt.NDArray[np.uint8]:
    """Income tenths of the cells; 0 where not known, or where few live."""
    decile = run.column("income_decile")
    return np.where(np.isfinite(decile) & ~_few(run), np.nan_to_num(decile), 0).astype("u1")


def _few(run: Run) -> npt.NDArray[np.bool_]:
    return is_small(run.residents(), fewest_shown(run))


def _names(base: Ground) -> list[ZoneName]:
    """Return the names of neighbourhoods and their places in metres of Web Mercator."""
    points = gpd.points_from_xy([name.x for name in base.names], [name.y for name in base.names])
    places = gpd.GeoSeries(points, crs=base.cells.crs).to_crs(3857).get_coordinates().to_numpy()
    return [ZoneName(name.name, *place) for name, place in zip(base.names, places.tolist(), strict=True)]


def _zones(run: Run) -> list[object]:
    return run.cells["zone"].tolist() if "zone" in run.cells.columns else [None] * len(run.cells)


def map_words(run: Run, texts: Texts, said: Words) -> dict[str, Any]:
    """Return what the script says, in one language: names, colours, and patterns of sentences."""
    known = layers(run)
    services = dict.fromkeys(service for service, _, _ in known)
    periods = dict.fromkeys(period for _, _, period in known)
    keys = (
        "cell",
        "people",
        "few",
        "decile",
        "reached",
        "nearest",
        "nothing",
        "choose",
        "under",
        "from",
        "range",
    )
    return {
        "language": texts.language,
        "services": {name: texts.capital(service_label(run, name, texts)) for name in services},
        "periods": {name: period_label(run, name, texts) for name in periods},
        "colours": [class_colours(n) for n in range(1, 8)],
        "special": {key: said(f"site.special.{key}") for key in ("none", "no_data", "not_linked", "nobody")},
        "few_below": texts.number(fewest_shown(run)),
        **{key: said(f"site.{key}") for key in keys},
    }
