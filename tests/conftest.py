"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


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
