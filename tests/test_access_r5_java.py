"""Java and the jar of R5 are found, or their absence is said, before r5py is touched."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from builders_r5 import CLASSES, write_jar, write_java

from access import r5_jar, r5_java
from access.r5_jar import NamedJar, find_jar, jar_of_r5py
from access.r5_java import R5Missing, R5Settings, find_java, java_version, require_r5

JAR_NAME = "r5-v0-all.jar"


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with an r5py but without Java, jar, settings and caches."""
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "FAIRREACH_CACHE"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    for variable in ("JAVA_HOME", "CONDA_PREFIX", "FAIRREACH_R5_JAR", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    monkeypatch.setattr(r5_java, "COMMON_PLACES", (str(tmp_path / "jvm" / "*"),))
    set_named_jar(monkeypatch, "00")


def set_named_jar(monkeypatch: pytest.MonkeyPatch, checksum: str) -> None:
    for module in (r5_jar, r5_java):
        monkeypatch.setattr(
            module, "jar_of_r5py", lambda: NamedJar(JAR_NAME, f"https://x/{JAR_NAME}", checksum)
        )


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("text", "version"), [("1.8.0_402", 8), ("17.0.15", 17), ("21", 21), ("25.0.1", 25), ("unknown", 0)]
)
def test_the_main_version_is_read_from_the_release_file(tmp_path: Path, text: str, version: int) -> None:
    assert java_version(write_java(tmp_path / "java", text)) == version


def test_a_java_without_release_file_is_asked(tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"22.0.2\" 2024-07-16' >&2\n")
    java.chmod(0o755)
    assert java_version(tmp_path) == 22


def test_an_old_java_home_is_passed_over_for_a_new_java_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = write_java(tmp_path / "old", "17.0.1")
    new = write_java(tmp_path / "jvm" / "new", "21.0.2")
    monkeypatch.setenv("JAVA_HOME", str(old))
    found, places = find_java()
    assert found is not None
    assert (found.home, found.version) == (new, 21)
    assert places[0] == f"JAVA_HOME: Java 17 at {old}, but R5 needs 21 or newer"


def test_the_java_of_the_path_is_found_through_its_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = write_java(tmp_path / "java", "21")
    (home / "bin" / "java").touch(mode=0o755)
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "java").symlink_to(home / "bin" / "java")
    monkeypatch.setenv("PATH", str(programs))
    found, _ = find_java()
    assert found is not None
    assert found.home == home


def test_a_named_java_is_taken_or_refused_and_no_other_taken(tmp_path: Path) -> None:
    write_java(tmp_path / "jvm" / "new", "21")
    old = write_java(tmp_path / "old", "11")
    found, places = find_java(old)
    assert found is None
    assert places == [f"r5.java_home: Java 11 at {old}, but R5 needs 21 or newer"]


def test_a_java_without_its_library_cannot_be_loaded(tmp_path: Path) -> None:
    home = write_java(tmp_path / "java", "21", library=False)
    found, (place,) = find_java(home)
    assert found is None
    assert "but it has none of lib/server/libjvm.so" in place


def test_a_named_jar_comes_before_the_variable_and_that_before_the_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = write_jar(tmp_path / "FAIRREACH_CACHE" / "r5" / "own.jar")
    assert found_path() == own
    cached = write_jar(tmp_path / "XDG_CACHE_HOME" / "r5py" / JAR_NAME)
    assert found_path() == cached
    settings = tmp_path / "XDG_CONFIG_HOME" / "r5py.yml"
    listed = write_jar(tmp_path / "listed.jar")
    settings.parent.mkdir()
    settings.write_text(f"r5-classpath: {listed}\n")
    assert found_path() == listed
    variable = write_jar(tmp_path / "variable.jar")
    monkeypatch.setenv("FAIRREACH_R5_JAR", str(variable))
    assert found_path() == variable
    named = write_jar(tmp_path / "named.jar")
    assert found_path(named) == named


def found_path(jar: Path | None = None) -> Path | None:
    found, _ = find_jar(jar)
    return found and found.path


@pytest.mark.parametrize(
    "text", ["r5-classpath: https://x/r5.jar\n", "- a list\n", "a: [\n", "verbose: true\n"]
)
def test_settings_without_a_local_jar_are_passed_over(tmp_path: Path, text: str) -> None:
    settings = tmp_path / "XDG_CONFIG_HOME" / "r5py.yml"
    settings.parent.mkdir()
    settings.write_text(text)
    assert found_path() is None


def test_a_named_jar_that_is_not_there_is_not_replaced_by_another(tmp_path: Path) -> None:
    write_jar(tmp_path / "FAIRREACH_CACHE" / "r5" / "own.jar")
    found, places = find_jar(tmp_path / "gone.jar")
    assert found is None
    assert places == [f"r5.jar: {tmp_path / 'gone.jar'}, but there is no such file"]


def test_a_jar_with_another_checksum_is_refused(tmp_path: Path) -> None:
    jar = write_jar(tmp_path / "r5.jar")
    found, places = find_jar(jar, "ab" * 32)
    assert found is None
    assert f"but its sha256 is {sha256(jar)}, not abab" in places[0]
    found, _ = find_jar(jar, sha256(jar).upper())
    assert found is not None
    assert not found.expected


def test_the_jar_that_r5py_was_made_for_is_known_by_its_checksum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = write_jar(tmp_path / "r5.jar")
    set_named_jar(monkeypatch, sha256(jar))
    found, _ = find_jar(jar)
    assert found is not None
    assert found.expected


def test_a_jar_cut_off_and_a_jar_without_its_parts_are_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.jar"
    damaged.write_bytes(write_jar(tmp_path / "whole.jar").read_bytes()[:40])
    assert "but it is no jar" in find_jar(damaged)[1][0]
    thin = write_jar(tmp_path / "thin.jar", CLASSES[:1])
    assert "but it lacks com/conveyal/osmlib/OSM.class" in find_jar(thin)[1][0]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr("socket.socket.connect", refuse)


@pytest.mark.usefixtures("no_network")
def test_everything_that_is_missing_is_said_at_once_with_the_places() -> None:
    with pytest.raises(
        R5Missing, match=r"(?s)no Java 21 or newer.*JAVA_HOME: none.*PATH: none.*no jar of R5.*"
    ):
        require_r5(R5Settings())
    with pytest.raises(R5Missing, match=rf"download {JAR_NAME} \(https://x/{JAR_NAME}, sha256 00\)"):
        require_r5(R5Settings())
    assert "r5py" not in sys.modules


def test_r5py_itself_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    with pytest.raises(R5Missing, match="the Python package r5py is not installed"):
        require_r5(R5Settings())


def nothing(_: str) -> None:
    return None


def test_r5py_may_download_only_where_the_configuration_says_so(tmp_path: Path) -> None:
    home = write_java(tmp_path / "java", "21")
    with pytest.raises(R5Missing, match="no jar of R5"):
        require_r5(R5Settings(java_home=home))
    allowed = require_r5(R5Settings(java_home=home, download=True))
    assert allowed.jar is None
    with pytest.raises(R5Missing, match=r"gone\.jar, but there is no such file"):
        require_r5(R5Settings(java_home=home, download=True, jar=tmp_path / "gone.jar"))


def test_all_is_well_with_both(tmp_path: Path) -> None:
    home = write_java(tmp_path / "java", "21")
    jar = write_jar(tmp_path / "r5.jar")
    found = require_r5(R5Settings(jar=jar, java_home=home, memory="2G"))
    assert (found.java.home, found.jar and found.jar.path, found.memory) == (home, jar, "2G")


def test_the_installed_r5py_says_which_jar_it_needs() -> None:
    named = jar_of_r5py()
    assert named is not None
    assert named.name.endswith("-all.jar")
    assert named.url.endswith(named.name)
    assert len(named.sha256) == 64


def test_looking_does_not_import_r5py() -> None:
    code = "import sys; from access.r5_java import *; search_r5(R5Settings()); print('r5py' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
