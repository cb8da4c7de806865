"""The documents tell the truth: commands and files they name exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from dashboards.cli import commands

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "configs").glob("*.md")])
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_every_fairreach_command_named_exists(document: Path) -> None:
    used = set(re.findall(r"fairreach ([a-z][a-z-]+)\b(?=[ `\n])", document.read_text(encoding="utf-8")))
    shown = {
        word
        for word in used
        if f"`fairreach {word}" in document.read_text() or f"    fairreach {word}" in document.read_text()
    }
    assert shown <= set(commands.commands), f"unknown: {shown - set(commands.commands)}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_every_make_target_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    used = set(
        re.findall(r"(?:^|`|    )make ([a-z-]+)", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    assert used <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_every_linked_file_exists(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_every_configuration_named_exists(document: Path) -> None:
    used = re.findall(r"configs/([a-z-]+\.yaml)", document.read_text(encoding="utf-8"))
    assert [name for name in used if name != "my-city.yaml" and not (ROOT / "configs" / name).exists()] == []


def test_both_readmes_have_the_same_sections_and_commands() -> None:
    english, french = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.fr.md"))
    for pattern in (r"^#+ ", r"^    .+$", r"!\["):
        count = [len(re.findall(pattern, text, flags=re.MULTILINE)) for text in (english, french)]
        assert count[0] == count[1], pattern


def test_every_dependency_is_explained() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text()
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    missing = [name for entry in wanted if f"| {(name := re.split('[>=[]', entry)[0])} |" not in explained]
    assert missing == []


def test_every_dependency_has_a_lower_bound_and_a_tested_version() -> None:
    tested = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if line.strip()
    )
    normal = {re.sub(r"[-_.]+", "-", name).lower() for name in tested}
    for entry in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]:
        name, _, bound = re.sub(r"\[.*\]", "", entry).partition(">=")
        assert bound, f"{entry}: no lower bound"
        assert re.sub(r"[-_.]+", "-", name).lower() in normal, f"{name}: not in constraints.txt"


def test_constraints_are_plain_names_and_versions() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line), line
