"""The tree itself: who may import whom, no prints, and whose ``access`` this is."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "gtfs": {"gtfs"},
    "access": {"access", "gtfs"},
    "dashboards": {"dashboards", "access", "gtfs"},
}
ENGINE_MAY_IMPORT = {"numpy", "numba", "gtfs.timetable", "access.engine"}


def imports_of(source: str) -> Iterator[str]:
    """Full dotted names imported by a module, also inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide who imports whom"
            assert node.module is not None
            yield node.module


def back_edges(package: str, source: str) -> list[str]:
    """Imports of our own packages that this package may not make."""
    ours = {name for name in imports_of(source) if name.split(".")[0] in MAY_IMPORT}
    return sorted(name for name in ours if name.split(".")[0] not in MAY_IMPORT[package])


def engine_strangers(file_name: str, source: str) -> list[str]:
    """Imports inside ``access/engine`` beyond numpy, numba and the timetable."""
    allowed = ENGINE_MAY_IMPORT | ({"llvmlite.ir"} if file_name == "simd.py" else set())
    allowed |= set(sys.stdlib_module_names)
    return sorted(
        name
        for name in imports_of(source)
        if not any(name == module or name.startswith(f"{module}.") for module in allowed)
    )


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_package_imports_one_to_its_right(package: str) -> None:
    found = {
        str(file.relative_to(ROOT)): edges
        for file in sorted((ROOT / package).rglob("*.py"))
        if (edges := back_edges(package, file.read_text()))
    }
    assert found == {}


def test_the_check_sees_a_back_edge_even_inside_a_function() -> None:
    assert back_edges("gtfs", "def f():\n    from access.config import RunConfig\n") == ["access.config"]
    assert back_edges("access", "import dashboards.app") == ["dashboards.app"]
    assert back_edges("dashboards", "import access.results") == []


def test_the_engine_imports_numpy_numba_and_the_timetable_only() -> None:
    found = {
        file.name: strangers
        for file in sorted((ROOT / "access" / "engine").glob("*.py"))
        if (strangers := engine_strangers(file.name, file.read_text()))
    }
    assert found == {}


def test_the_engine_check_sees_a_stranger() -> None:
    assert engine_strangers("scan.py", "import pandas") == ["pandas"]
    assert engine_strangers("scan.py", "from gtfs.feed import read_feed") == ["gtfs.feed"]
    assert engine_strangers("scan.py", "from llvmlite import ir\nimport llvmlite.ir") != []
    assert engine_strangers("simd.py", "import llvmlite.ir") == []


def test_no_access_stage_imports_the_command_line_or_dash() -> None:
    for file in sorted((ROOT / "access").rglob("*.py")):
        names = set(imports_of(file.read_text()))
        assert not names & {"dash", "plotly", "dash.dcc"}, file.name
        if file.name not in ("cli.py", "__main__.py"):
            assert "access.cli" not in names, file.name


def test_libraries_never_print() -> None:
    for package in MAY_IMPORT:
        for file in sorted((ROOT / package).rglob("*.py")):
            calls = (n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Call))
            assert not any(isinstance(c.func, ast.Name) and c.func.id == "print" for c in calls), file.name


def test_modules_stay_short() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text().splitlines())
        for package in MAY_IMPORT
        for file in sorted((ROOT / package).rglob("*.py"))
    }
    assert {name: n for name, n in lengths.items() if n > 500} == {}


def test_access_is_ours_and_not_the_package_of_the_same_name() -> None:
    import access

    assert Path(access.__file__).resolve().parent == ROOT / "access"


@pytest.mark.parametrize("package", ["access", "gtfs", "dashboards"])
def test_importing_a_package_does_no_heavy_work(package: str) -> None:
    """r5py loads a Java archive at import and osmnx is slow: neither may come with our packages."""
    import subprocess

    heavy = ("r5py", "osmnx", "matplotlib.pyplot")
    code = f"import sys, {package}; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert result.stdout.strip() == "[]"
