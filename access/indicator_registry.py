"""The registry of indicators: formula, parameters, unit, source, limits and reading of each, in one place.

The program takes the unit and the source of a row from here, the report its title and reading, and the
documents their section "Every indicator", so that the three cannot drift apart. The entries live in
``access/data/indicators.yaml``. To write the documents anew::

    python -m access.indicator_registry docs
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from access.errors import InputDataError

BEGIN, END = "<!-- indicators: begin (generated) -->", "<!-- indicators: end -->"
DOCUMENTS = {"en": "methods.md", "fr": "methods.fr.md"}


class Words(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    en: str
    fr: str

    def of(self, language: str) -> str:
        """Return the text of one language."""
        return str(getattr(self, language))


class Source(BaseModel):
    """Where a formula comes from, and whether we checked it there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: str
    verified: bool


class Indicator(BaseModel):
    """One indicator; ``formula`` is plain text in the notation of the documents."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    family: str
    title: Words
    formula: str
    parameters: Words
    unit: str
    source: Source
    reading: Words
    limits: Words

    @property
    def source_text(self) -> str:
        """Source for a table of results, with a mark where it was not verified."""
        return self.source.text if self.source.verified else f"{self.source.text} (not verified)"


def entry(name: str) -> Indicator:
    """Return the entry of an indicator.

    Raises
    ------
    InputDataError
        The registry has no such indicator.
    """
    try:
        return registry()[name]
    except KeyError:
        message = (
            f"indicator {name!r}: not in the registry of indicators; add formula, source and limits to "
            "access/data/indicators.yaml"
        )
        raise InputDataError(message) from None


@cache
def registry() -> Mapping[str, Indicator]:
    """All indicators by name, in the order of the documents."""
    return {name: Indicator(name=name, **fields) for name, fields in _content()["indicators"].items()}


def families() -> dict[str, Words]:
    """Names of the families of indicators, in the order of the documents."""
    return {key: Words(**words) for key, words in _content()["families"].items()}


def of_family(family: str) -> list[Indicator]:
    """Indicators of one family, in the order of the registry."""
    return [indicator for indicator in registry().values() if indicator.family == family]


def unit_words(unit: str, language: str) -> str:
    """Name of a unit in one language."""
    return unit if language == "en" else str(_content()["units"][unit])


@cache
def _content() -> dict[str, Any]:
    source = files("access.data").joinpath("indicators.yaml")
    content: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return content


def methods_section(language: str) -> str:
    """Section "Every indicator" of the methods document as Markdown, markers included."""
    words = _content()["document"][language]
    lines = [BEGIN, "", f"## {words['heading']}", "", words["intro"], ""]
    for family, title in families().items():
        lines += [f"### {title.of(language)}", ""]
        for indicator in of_family(family):
            lines += [*_entry_lines(indicator, language), ""]
    return "\n".join([*lines, END])


def _entry_lines(indicator: Indicator, language: str) -> list[str]:
    words = _content()["document"][language]
    source = indicator.source.text
    if not indicator.source.verified:
        source += f" {words['unverified']}"
    facts = {
        "formula": f"`{indicator.formula}`",
        "parameters": indicator.parameters.of(language),
        "unit": unit_words(indicator.unit, language),
        "reading": indicator.reading.of(language),
        "limits": indicator.limits.of(language),
        "source": source,
    }
    return [
        f"**{indicator.title.of(language)}** (`{indicator.name}`)",
        "",
        *(f"- {words[key]} {text}" for key, text in facts.items()),
    ]


def with_section(document: str, language: str) -> str:
    """Return a methods document with its generated section replaced, or added at its end."""
    section = methods_section(language)
    if BEGIN not in document:
        return f"{document.rstrip()}\n\n{section}\n"
    before, _, rest = document.partition(BEGIN)
    return before + section + rest.partition(END)[2]


def write_documents(folder: Path) -> list[Path]:
    """Write the generated section into the methods documents of a folder; return the files."""
    written = []
    for language, name in DOCUMENTS.items():
        path = folder / name
        path.write_text(with_section(path.read_text(encoding="utf-8"), language), encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    write_documents(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
