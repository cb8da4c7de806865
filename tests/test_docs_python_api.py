"""The examples of the Python API run as they stand, and its tables name what there is."""

from __future__ import annotations

import inspect
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

import access
from access import travel_time_matrix
from access.errors import DataQualityWarning
from access.unreached import REASONS
from gtfs.errors import FeedQualityWarning

DOCS = Path(__file__).parents[1] / "docs"
DOCUMENTS = sorted(DOCS.glob("python-api*.md"))


def blocks(document: Path) -> list[str]:
    return re.findall(
        r"^```python\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_examples_run_one_after_the_other(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    found = blocks(document)
    assert len(found) >= 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        warnings.simplefilter("ignore", FeedQualityWarning)
        for number, block in enumerate(found):
            exec(compile(block, f"{document.name} block {number + 1}", "exec"), names)  # noqa: S102
    assert names["times"]["travel_time_p50"].notna().any()
    assert capsys.readouterr().out


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = blocks(DOCS.parent / "README.md")
    assert len(found) == 1
    exec(compile(found[0], "README.md", "exec"), {})  # noqa: S102
    assert "travel_time_p50" in capsys.readouterr().out


def test_every_parameter_stands_in_the_table() -> None:
    text = (DOCS / "python-api.md").read_text(encoding="utf-8")
    table = text.partition("## Parameters")[2].partition("\n## ")[0]
    named = set(
        re.findall(
            r"`([a-z_]+)`", "\n".join(line.split("|")[1] for line in table.splitlines() if "|" in line)
        )
    )
    parameters = set(inspect.signature(travel_time_matrix).parameters)
    assert parameters - {"transport_network", "origins", "destinations"} <= named
    assert named - {"parameter"} <= parameters


def test_every_public_name_and_reason_is_explained() -> None:
    text = (DOCS / "python-api.md").read_text(encoding="utf-8")
    public = set(access.__all__) - {"__version__", "TravelTimes"}
    assert {name for name in public if name not in text} == set()
    assert {reason for reason in REASONS if f"`{reason}`" not in text} == set()
