"""The doctor names what is there and what is missing, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders_r5 import write_jar
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
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    monkeypatch.setattr("access.r5_java.COMMON_PLACES", ())
    (found,) = [finding for finding in examine() if finding.subject == "Java"]
    assert found.good is None
    assert "none (optional" in found.text


def test_a_jar_is_shown_with_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_jar(tmp_path / "r5-all.jar")
    monkeypatch.setenv("FAIRREACH_R5_JAR", str(tmp_path / "r5-all.jar"))
    (found,) = [finding for finding in examine() if finding.subject == "R5 jar"]
    assert found.good
    assert found.text == f"{tmp_path / 'r5-all.jar'}, not the one r5py was made for"


def test_without_a_jar_it_says_which_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "FAIRREACH_CACHE"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("FAIRREACH_R5_JAR", raising=False)
    (found,) = [finding for finding in examine() if finding.subject == "R5 jar"]
    assert found.good is None
    assert "-all.jar; name it in FAIRREACH_R5_JAR" in found.text
