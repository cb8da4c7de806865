"""A map for any page: what its stores hold, and what a legend may tell."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders_report import few_people_run, hex_disc, write_run

from access.report_data import read_run
from access.report_map import CellMap, LegendEntry, access_map
from dashboards import ids
from dashboards.map_view import held_view, look_of, map_block, paint_of, with_hidden
from dashboards.run_data import RunData, Runs
from dashboards.view import View, view_of_table
from dashboards.words import words

EN, FR = words("en"), words("fr")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs([write_run(tmp_path_factory.mktemp("runs") / "hexville")])


@pytest.fixture(scope="module")
def data(runs: Runs) -> RunData:
    return runs.get(runs.first)


def stores(block: Any) -> dict[str, Any]:
    """Every store of a block by its part, ``held`` for the view."""
    found = {}
    for component in block._traverse():
        name = getattr(component, "id", None)
        if isinstance(name, dict):
            found[name["type"].removeprefix("map-")] = component.data
    return found


def texts(block: Any) -> str:
    children = [getattr(part, "children", None) for part in block._traverse()]
    return " ".join(each for each in children if isinstance(each, str))


def a_map(*residents: float) -> CellMap:
    legend = tuple(
        LegendEntry(f"class_{place}", f"class {place}", "#440154", "", n, 1)
        for place, n in enumerate(residents)
    )
    return CellMap("title", "", "jobs", "note", legend, np.arange(len(residents)))


def test_a_paint_holds_one_byte_and_one_float_a_cell(data: RunData) -> None:
    cell_map = access_map(data.run, EN.texts)
    access = data.run.headline_access()
    paint = paint_of(cell_map, access, EN, unit="jobs", run=data.run)
    entries = np.frombuffer(base64.b64decode(paint["entry"]), dtype=np.uint8)
    values = np.frombuffer(base64.b64decode(paint["values"]), dtype="<f4")
    assert entries.tolist() == cell_map.entry_of_cell.tolist()
    assert np.array_equal(values, access.astype(np.float32), equal_nan=True)
    assert [look["label"] for look in paint["looks"]][:1] == ["7,000 and more"]
    assert paint["unit"] == "jobs"


def test_each_thing_that_is_no_value_looks_different_from_every_other(data: RunData) -> None:
    cell_map = access_map(data.run, EN.texts)
    hidden = np.zeros(len(cell_map.entry_of_cell), dtype=bool)
    hidden[:3] = True
    looks = paint_of(with_hidden(cell_map, hidden, data.residents, EN), None, EN)["looks"]
    special = [look for look in looks if look["special"]]
    assert {look["key"] for look in special} == {
        *("none_reached", "no_data", "not_linked", "no_residents", "hidden")
    }
    assert len({(look["colour"], look["pattern"]) for look in looks}) == len(looks)
    assert len({look["label"] for look in looks}) == len(looks)


def test_hidden_cells_leave_their_class_and_take_their_residents_along(data: RunData) -> None:
    cell_map = access_map(data.run, EN.texts)
    hidden = cell_map.entry_of_cell == 0
    after = with_hidden(cell_map, hidden, data.residents, EN)
    assert [entry.key for entry in after.legend] == [
        *[entry.key for entry in cell_map.legend[1:]],
        "hidden",
    ]
    assert after.legend[-1].residents == cell_map.legend[0].residents
    assert sum(entry.n_cells for entry in after.legend) == len(after.entry_of_cell)
    assert all(
        after.legend[here].key == ("hidden" if hide else cell_map.legend[there].key)
        for here, there, hide in zip(after.entry_of_cell, cell_map.entry_of_cell, hidden, strict=True)
    )
    assert with_hidden(cell_map, np.zeros_like(hidden), data.residents, EN) is cell_map


def test_the_legend_says_residents_and_share_in_the_language() -> None:
    details = [look["detail"] for look in paint_of(a_map(7500, 2500, 0), None, FR)["looks"]]
    assert details == ["7\u202f500 habitants (75\u202f%)", "2\u202f500 habitants (25\u202f%)", ""]


def test_few_residents_are_not_counted_nor_can_they_be_reckoned_from_the_rest() -> None:
    details = [look["detail"] for look in paint_of(a_map(7, 100, 900), None, EN)["looks"]]
    assert details[0] == "fewer than 20 residents"
    assert details[1] == ""  # else 1,007 less 1,000 would tell
    assert details[2].startswith("900 residents")


def test_a_run_that_hides_nothing_shows_all_counts(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "run", suppression_minimum=0))
    details = [look["detail"] for look in paint_of(a_map(7, 100), None, EN, run=run)["looks"]]
    assert details[0].startswith("7 residents")


def test_the_smallest_count_is_that_of_the_run(tmp_path: Path) -> None:
    run = read_run(few_people_run(tmp_path / "run"))
    details = [look["detail"] for look in paint_of(a_map(7, 100, 900), None, EN, run=run)["looks"]]
    assert details[0].startswith("fewer than")


def test_values_that_are_not_one_a_cell_and_too_many_looks_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(3,\) for 2 cells"):
        paint_of(a_map(1, 2), np.zeros(3), EN)
    with pytest.raises(ValueError, match="300 looks"):
        paint_of(a_map(*[100.0] * 300), None, EN)


def test_ink_is_light_on_dark_and_dark_on_light() -> None:
    dark = look_of(LegendEntry("none_reached", "none", "#1a1a1a", "dots", 0, 1))
    light = look_of(LegendEntry("no_data", "no data", "#ffffff", "lines", 0, 1))
    assert (dark["ink"], light["ink"]) == ("#ffffff", "#6b6b6b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-30.05,-51.2,12.5", (-30.05, -51.2, 12.5)),
        ("0,179.9,8", (0.0, 179.9, 8.0)),
        ("-17,181.5,12", (-17.0, 181.5, 12.0)),
        ("", None),
        ("91,0,12", None),
        ("0,0,30", None),
        ("0,0", None),
        ("nan,0,12", None),
        ("0,0,12<script>", None),
        ("1e5,0,12", None),
    ],
)
def test_a_view_of_the_map_is_three_plain_numbers_or_nothing(text: str, expected: object) -> None:
    assert held_view(text) == expected


def test_a_block_has_every_store_and_the_addresses_of_its_files(runs: Runs, data: RunData) -> None:
    view = view_of_table({"cell": data.cell_ids[5]}, runs)
    found = stores(map_block("gaps", data, view, EN, label="Jobs"))
    assert set(found) == {*("setup", "paint", "overlay", "mode", "select", "click", "shown", "held")}
    assert found["select"] == 5
    assert found["mode"] == {"pick": "cell"}
    assert found["setup"]["cells"].startswith("/data/hexville/cells.bin?v=")
    assert found["setup"]["ground"].startswith("/data/hexville/ground.bin")
    assert found["setup"]["words"]["zoom_in"] == "Zoom in"


def test_a_second_map_on_a_page_does_not_keep_the_view(runs: Runs, data: RunData) -> None:
    view = view_of_table({}, runs)
    found = stores(map_block("b", data, view, EN, label="Jobs", keep_view=False, pick="point"))
    assert "held" not in found
    assert found["mode"] == {"pick": "point"}


def test_a_view_from_the_address_moves_the_map_and_nonsense_shows_all_cells(
    runs: Runs, data: RunData
) -> None:
    def leaflet(text: str) -> Any:
        view: View = view_of_table({"map": text}, runs)
        block = map_block("gaps", data, view, EN, label="Jobs")
        return next(part for part in block._traverse() if getattr(part, "id", "") == "map-gaps")

    assert leaflet("-30.01,-51.1,13").center == [-30.01, -51.1]
    bounds = leaflet("../../etc/passwd").bounds
    west, south, east, north = hex_disc().total_bounds
    assert bounds[0] == pytest.approx([south, west], abs=1e-5)
    assert bounds[1] == pytest.approx([north, east], abs=1e-5)


def test_sources_are_told_in_the_language_and_as_text_only(runs: Runs, data: RunData) -> None:
    view = view_of_table({"lang": "fr"}, runs)
    said = texts(map_block("gaps", data, view, FR, label="Emplois"))
    assert "© OpenStreetMap contributors (ODbL) · Notre enquête" in said


def test_every_store_is_one_of_the_map(runs: Runs, data: RunData) -> None:
    block = map_block("gaps", data, view_of_table({}, runs), EN, label="Jobs")
    named = [part.id for part in block._traverse() if isinstance(getattr(part, "id", None), dict)]
    assert ids.of_map("paint", "gaps") in named
    assert ids.held("map") in named
