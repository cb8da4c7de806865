"""The static site: whole, closed to the outside, and with the numbers of the run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders_report import hex_disc, write_run

from access.errors import ResultError
from access.report_data import Run, read_run
from access.report_ground import ground
from dashboards.cell_geometry import decode
from dashboards.publish import PAGES, publish
from dashboards.publish_data import FEW, layers, map_data


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def site(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "site"
    publish(run_folder, out)
    return out


def packed(run: Run) -> str:
    return map_data(run, ground(run.cells))


def unpacked(data: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read what map_data packs, by its description."""
    whole = zlib.decompress(base64.b64decode(data))
    length = int.from_bytes(whole[:4], "little")
    header = json.loads(whole[4 : 4 + length])
    arrays = {
        name: np.frombuffer(whole, f"<{kind}", size, 4 + length + first)
        for name, (kind, first, size) in header["arrays"].items()
    }
    return header, arrays


def test_every_page_is_there_in_both_languages_and_a_start_page(site: Path) -> None:
    expected = {f"{page}.{language}.html" for page in PAGES for language in ("en", "fr")}
    assert {path.name for path in site.iterdir()} == expected | {"index.html", "manifest.json"}


def test_no_page_asks_anything_of_another_place(site: Path) -> None:
    for page in site.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        links = re.findall(r'(?:src|href)="([^"]*)"', text)
        strangers = [link for link in links if not link.startswith("#") and not (site / link).is_file()]
        assert strangers == [], page.name
        assert not re.search(r"@import|url\(['\"]?(?:https?:)?//", text)


def test_only_the_sites_own_script_may_run_and_only_on_the_page_with_the_map(site: Path) -> None:
    text = (site / "gaps.en.html").read_text(encoding="utf-8")
    script = re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)
    allowed = re.findall(r"script-src 'sha256-([^']+)'", text)
    assert [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in script] == allowed
    assert "default-src 'none'" in text
    for page in ("rights", "zones", "method"):
        other = (site / f"{page}.fr.html").read_text(encoding="utf-8")
        assert "<script" not in other
        assert "script-src" not in other


def test_the_packed_values_are_the_columns_of_the_run(run_folder: Path) -> None:
    run = read_run(run_folder)
    header, arrays = unpacked(packed(run))
    assert header["ids"] == list(run.cells["id"])
    assert [tuple(layer) for layer in header["layers"]] == layers(run)
    assert tuple(header["layers"][0]) == tuple(run.headline)
    for number, (service, cutoff_min, period) in enumerate(layers(run)):
        column = run.column(f"{service}_in_{cutoff_min}min_{period}")
        np.testing.assert_allclose(
            arrays[f"layer{number}"], np.where(run.snapped(), column, np.nan), rtol=1e-6
        )
    shapes = decode(arrays["geometry"].tobytes())
    assert len(shapes.x_m) == len(run.cells)


def test_a_cell_where_few_live_gives_away_neither_number_nor_income_tenth(tmp_path: Path) -> None:
    cells = hex_disc()
    cells.loc[0, "population"] = 3.0
    few, centre = write_run(tmp_path / "few", cells), cells.loc[0, "id"]
    manifest = json.loads((few / "manifest.json").read_text())
    manifest.setdefault("config", {}).setdefault("results", {})["min_residents_shown"] = 10
    (few / "manifest.json").write_text(json.dumps(manifest))
    header, arrays = unpacked(packed(read_run(few)))
    row = header["ids"].index(centre)
    assert arrays["residents"][row] == FEW
    assert arrays["decile"][row] == 0
    assert (arrays["residents"] == FEW).sum() == 1
    assert (arrays["decile"] > 0).any()


def test_names_from_the_data_are_text_and_cannot_end_an_element(tmp_path: Path) -> None:
    cells = hex_disc()
    hostile = "</script><img src=x onerror=alert(1)>"
    cells["zone"] = hostile
    publish(write_run(tmp_path / "hostile", cells), tmp_path / "site")
    for page in (tmp_path / "site").glob("*.html"):
        assert "<img src=x" not in page.read_text(encoding="utf-8"), page.name


def test_an_earlier_site_is_replaced_and_anything_else_is_refused(run_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    publish(run_folder, out, ["fr"])
    publish(run_folder, out, ["en"])
    assert not (out / "gaps.fr.html").exists()
    assert (out / "gaps.en.html").is_file()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(ResultError, match=r"notes\.txt"):
        publish(run_folder, out)
    assert (out / "notes.txt").read_text() == "mine"


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="run folder"):
        publish(tmp_path, tmp_path / "site")
    assert not (tmp_path / "site").exists()
