"""The registry of indicators is whole, and the documents say what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from access.errors import InputDataError
from access.indicator_registry import (
    BEGIN,
    DOCUMENTS,
    END,
    entry,
    families,
    methods_section,
    registry,
    unit_words,
    with_section,
    write_documents,
)

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_documents_equal_the_registry(language: str) -> None:
    text = (DOCS / DOCUMENTS[language]).read_text(encoding="utf-8")
    assert with_section(text, language) == text, "run `python -m access.indicator_registry docs`"
    assert text.count(BEGIN) == text.count(END) == 1


def test_every_entry_is_whole_in_both_languages() -> None:
    for name, indicator in registry().items():
        assert name == indicator.name
        assert indicator.family in families(), name
        words = (indicator.title, indicator.parameters, indicator.reading, indicator.limits)
        texts = [text.of(language) for text in words for language in DOCUMENTS]
        assert all(text.strip() for text in texts), name
        assert indicator.formula.strip(), name
        assert indicator.source.text.strip(), name
        assert "`" not in indicator.formula, name
        assert all(unit_words(indicator.unit, language) for language in DOCUMENTS)


def test_no_indicator_stands_twice() -> None:
    """YAML takes the last of two equal keys without a word."""
    text = (DOCS.parent / "access" / "data" / "indicators.yaml").read_text(encoding="utf-8")
    names = re.findall(r"^  (\w+):$", text.partition("\nindicators:\n")[2], flags=re.MULTILINE)
    assert len(names) == len(set(names)) == len(registry())


def test_every_family_has_an_indicator() -> None:
    assert {indicator.family for indicator in registry().values()} == set(families())


def test_french_never_says_accessibilite() -> None:
    section = methods_section("fr")
    assert "ccessibilité" not in section
    assert section.count("**") == methods_section("en").count("**")


def test_a_source_that_was_not_checked_says_so() -> None:
    assert entry("modal_ratio").source_text.endswith("(not verified)")
    assert "not verified" not in entry("gini").source_text


def test_an_unknown_indicator_is_an_error_that_says_where_to_add_it() -> None:
    with pytest.raises(InputDataError, match=r"indicator 'gni': not in the registry .* add formula, source"):
        entry("gni")


def test_the_section_is_replaced_and_the_rest_kept(tmp_path: Path) -> None:
    for name in DOCUMENTS.values():
        old = f"# Methods\n\n{BEGIN}\nwhat stood here\n{END}\n\n## Limits\n"
        (tmp_path / name).write_text(old, encoding="utf-8")
    assert [path.name for path in write_documents(tmp_path)] == list(DOCUMENTS.values())
    text = (tmp_path / "methods.md").read_text(encoding="utf-8")
    assert text.startswith("# Methods\n\n")
    assert text.endswith("## Limits\n")
    assert "what stood here" not in text
    assert with_section("# Methods\n", "en").endswith(f"{END}\n")
