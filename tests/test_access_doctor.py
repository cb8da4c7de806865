"""The doctor names what is there and what is missing, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from access.cli import commands
from access.doctor import examine


def test_it_looks_at_everything_asked_for() -> None:
    subjects = {finding.subject for finding in examine()}
    assert {"Python", "machine", "Java", "R5 jar", "data folder", "cache folder", "gtfs-kit"} <= subjects


def test_a_data_folder_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_DATA", str(tmp_path / "nowhere"))
    (found,) = [finding for finding in examine() if finding.subject == "data folder"]
    assert found.good is False
    assert "is no folder" in found.text
    assert CliRunner().invoke(commands, ["doctor"]).exit_code == 2


def test_datasets_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "porto-alegre").mkdir()
    monkeypatch.setenv("FAIRREACH_DATA", str(tmp_path))
    result = CliRunner().invoke(commands, ["doctor"])
    assert "porto-alegre" in result.output
    assert result.exit_code == 0


def test_no_java_is_no_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    (found,) = [finding for finding in examine() if finding.subject == "Java"]
    assert found.good is None
    assert "none (optional" in found.text
