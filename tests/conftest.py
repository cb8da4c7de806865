"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

#: Minutes each, so they begin first; else one worker is left with them when the others have ended. The second
#: needs no finished run, for whoever needs one waits while the first worker computes it.
LONG_FILES = (
    "test_browser_access.py",
    "test_access_scenario_equality.py",
    "test_porto_alegre_run.py",
    "test_browser_pages.py",
    "test_access_evidence_run.py",
    "test_demo_run.py",
    "test_access_travel_times.py",
    "test_browser_segregation.py",
    "test_browser_recolour.py",
    "test_browser_views.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, and leave the order as it is otherwise."""
    place = {name: number for number, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session")
def porto_alegre() -> Path:
    """Folder of the Porto Alegre data; where it is absent the test is skipped, in CI it fails."""
    data = os.environ.get("FAIRREACH_DATA")
    folder = Path(data) / "porto-alegre" if data else None
    if folder is None or not (folder / "osm.pbf").is_file():
        reason = "needs the Porto Alegre data: set FAIRREACH_DATA to the folder that holds porto-alegre/"
        if os.environ.get("FAIRREACH_REQUIRE_DATA"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
