"""What can be taken away: files that read back, tables without formulas, text for a link."""

from __future__ import annotations

import base64
import io
import random
import string
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from access.scenario_file import load_scenario
from dashboards.exports import (
    LARGEST_TEXT_BYTES,
    LONGEST_TEXT,
    _plain,
    csv_of,
    scenario_of_text,
    scenario_to_text,
    side_by_side_of,
    yaml_of,
    zip_of,
)
from dashboards.what_if_problems import ScenarioProblems
from dashboards.what_if_question import plain_scenario

SCENARIOS = sorted((Path(__file__).parents[1] / "configs" / "scenarios").glob("*.yaml"))
BUS: dict[str, Any] = {"type": "remove-trips", "routes": ["R"]}


def refused(text: Any) -> list[str]:
    with pytest.raises(ScenarioProblems) as caught:
        scenario_of_text(text)
    return [problem.key or problem.english for problem in caught.value.problems]


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


# ---- files


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_scenario_written_reads_back_the_same(file: Path, tmp_path: Path) -> None:
    scenario = load_scenario(file)
    written = tmp_path / "again.yaml"
    written.write_text(yaml_of(plain_scenario(scenario)), encoding="utf-8")
    assert load_scenario(written).model_dump() == scenario.model_dump()


@pytest.mark.parametrize(
    "name", ["yes", "12:30", "1e3", "0x1F", "- a: b", "é \u202f ✓", "a\nb", "'\"", "null", "#"]
)
def test_names_that_look_like_something_else_stay_texts(name: str, tmp_path: Path) -> None:
    written = tmp_path / "again.yaml"
    written.write_text(yaml_of({"name": name, "modifications": [BUS]}), encoding="utf-8")
    assert load_scenario(written).name.en == name


def test_small_and_large_numbers_read_back(tmp_path: Path) -> None:
    street = {"type": "add-streets", "line_strings": [[[1e-7, 48.0], [2.123456789, -1e-5]]]}
    written = tmp_path / "again.yaml"
    written.write_text(yaml_of({"name": "x", "modifications": [street]}), encoding="utf-8")
    assert load_scenario(written).streets[0].change.line_strings == [[(1e-7, 48.0), (2.123456789, -1e-5)]]  # type: ignore[union-attr]


def test_equal_files_give_equal_zips() -> None:
    files = {"b.txt": b"two", "a.zip": b"PK"}
    assert zip_of(files) == zip_of(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(zip_of(files))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_a_text_that_a_spreadsheet_would_compute_is_made_plain() -> None:
    frame = pd.DataFrame({"name": ["=1+1", "@x", "-2", "line 9", None], "value": [-1.0, 2, 3, 4, 5]})
    shown = _plain(frame)
    assert shown["name"].tolist()[:4] == ["'=1+1", "'@x", "'-2", "line 9"]
    assert shown["value"].tolist() == [-1, 2, 3, 4, 5]
    assert frame["name"].tolist()[0] == "=1+1"


def test_side_by_side_needs_one_to_four_of_one_run() -> None:
    for results in ([], [object()] * 5):
        with pytest.raises(ValueError, match="choose 1 to 4"):
            side_by_side_of(results)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="choose 1 to 4"):
            csv_of(results)  # type: ignore[arg-type]


# ---- text for a link


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_scenario_goes_through_a_link_unchanged(file: Path) -> None:
    plain = plain_scenario(load_scenario(file))
    text = scenario_to_text(plain)
    assert set(text) <= {*string.ascii_letters, *string.digits, "-", "_"}
    assert scenario_of_text(text) == plain
    assert len(text) <= LONGEST_TEXT


def test_a_scenario_that_is_too_long_for_a_link_says_so() -> None:
    letters = random.Random(1)  # noqa: S311
    comment = "".join(letters.choices(string.ascii_letters, k=20_000))
    with pytest.raises(ScenarioProblems, match="text_too_long"):
        scenario_to_text({"name": "x", "modifications": [{**BUS, "comment": comment}]})


@pytest.mark.parametrize(
    "text", ["", None, 3, "é", "%%%", "AAAA", "a b", "x" * (LONGEST_TEXT + 1), "../../etc"]
)
def test_a_link_that_is_damaged_says_so(text: Any) -> None:
    assert refused(text) == ["text_broken"]


def test_a_link_cut_off_says_so() -> None:
    assert refused(scenario_to_text({"name": "x", "modifications": [BUS]})[:-8]) == ["text_broken"]


def test_a_link_that_unpacks_without_bound_is_refused() -> None:
    bomb = packed(b" " * 4_000_000)
    assert len(bomb) < LONGEST_TEXT
    assert refused(bomb) == ["text_broken"]
    assert refused(packed(b'"' + b"x" * (LARGEST_TEXT_BYTES + 10) + b'"')) == ["text_broken"]


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff\xfe", b"{", b"NaN" * 3, b"9" * 5000 + b"x"])
def test_a_link_that_holds_no_json_is_refused(content: bytes) -> None:
    assert refused(packed(content)) == ["text_broken"]


@pytest.mark.parametrize(
    ("content", "told"), [(b"[]", "not_a_mapping"), (b'{"name": "x", "modifications": []}', "no_change")]
)
def test_a_link_that_holds_no_scenario_is_told_in_words(content: bytes, told: str) -> None:
    assert refused(packed(content)) == [told]


def test_yaml_of_what_is_no_scenario_is_refused() -> None:
    with pytest.raises(ScenarioProblems):
        yaml_of({"name": "x"})
    assert yaml.safe_load(yaml_of({"name": "x", "modifications": [BUS]}))["modifications"] == [BUS]
