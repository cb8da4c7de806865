"""The app's words: every key in every language and in use, every key in use there, and French as French."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders_texts import constants_in, patterns_in, trees_of, unused_keys, without_number

import dashboards
from access.texts import LANGUAGES as RESULT_LANGUAGES
from access.texts import Texts, flatten, load_tree
from dashboards import words as words_module
from dashboards.words import DEFAULT_LANGUAGE, languages, words, words_of

FOLDER = Path(dashboards.__file__).parent
SOURCES = [*FOLDER.glob("*.py"), *FOLDER.glob("assets/*.js"), *FOLDER.glob("site/*")]
FILES = (
    ".js",
    ".css",
    ".png",
    ".svg",
    ".yaml",
    ".json",
    ".csv",
    ".html",
    ".gpkg",
    ".pdf",
    ".bin",
    ".txt",
    ".zip",
)
KEY = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+")
Keys = dict[str, str]


@cache
def own(language: str) -> Keys:
    return dict(words_of(language))


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    return trees_of(FOLDER)


def constants() -> Iterator[tuple[str, str]]:
    yield from constants_in(trees())


def patterns() -> Iterator[tuple[str, str, bool]]:
    yield from patterns_in(trees())


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_keys(language: str) -> None:
    assert own(language).keys() == own(DEFAULT_LANGUAGE).keys()


@pytest.mark.parametrize("language", languages())
def test_every_language_fills_the_same_placeholders(language: str) -> None:
    def fields(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)(?::[^}]*)?}", text))

    different = {
        key: (fields(text), fields(own(language)[key]))
        for key, text in own(DEFAULT_LANGUAGE).items()
        if fields(text) != fields(own(language).get(key, ""))
    }
    assert not different


@pytest.mark.parametrize("language", languages())
def test_no_text_is_empty_and_none_has_markup(language: str) -> None:
    bad = [key for key, text in own(language).items() if not text.strip() or re.search(r"<\w|&\w+;", text)]
    assert not bad


@pytest.mark.parametrize("language", languages())
def test_no_key_stands_in_two_files(language: str) -> None:
    seen: dict[str, str] = {}
    for file in sorted((FOLDER / "texts").glob(f"{language}*.yaml")):
        for key, _ in flatten(yaml.safe_load(file.read_text(encoding="utf-8")) or {}):
            assert key not in seen, f"{key}: in {seen[key]} and in {file.name}"
            seen[key] = file.name


def test_every_key_is_used() -> None:
    other = " ".join(file.read_text(encoding="utf-8") for file in SOURCES if file.suffix != ".py")
    assert not unused_keys(own(DEFAULT_LANGUAGE), trees(), other)


def test_every_key_that_the_code_names_is_there() -> None:
    keys = {*own(DEFAULT_LANGUAGE), *map(without_number, own(DEFAULT_LANGUAGE))}
    parts = {key.partition(".")[0] for key in keys}
    results = {key for language in RESULT_LANGUAGES for key, _ in flatten(load_tree(language))}
    known = keys | results | {without_number(key) for key in results}
    inner = {".".join(key.split(".")[:n]) for key in known for n in range(1, key.count(".") + 1)}
    unknown = {
        (text, file)
        for text, file in constants()
        if KEY.fullmatch(text)
        and text.partition(".")[0] in parts
        and not text.endswith(FILES)
        and text not in known | inner
    }
    assert not unknown


def test_every_pattern_of_keys_that_the_code_asks_for_finds_one() -> None:
    texts = Texts(DEFAULT_LANGUAGE)
    known = {*own(DEFAULT_LANGUAGE), *(key for key, _ in flatten(load_tree(texts.language)))}
    known |= {without_number(key) for key in known}
    lost = [
        (pattern, file)
        for pattern, file, asked in patterns()
        if asked and not any(re.fullmatch(pattern, key) for key in known)
    ]
    assert not lost


def test_french_never_says_accessibilite_nor_six_times_more() -> None:
    bad = [key for key, text in own("fr").items() if re.search(r"ccessibilité|fois plus|rouler\b", text)]
    assert not bad


def test_french_is_set_as_french() -> None:
    """Curly apostrophes, guillemets, one character for an ellipsis, and spaces that do not break."""
    slips = re.compile(r"\w'\w|\"|“|”|\.\.\.|[\w»)][;?!](?!\w)|\d%|[^\u00a0\s]»|«[^\u00a0]")
    bad = {key: text for key, text in own("fr").items() if slips.search(re.sub(r"%?{[^}]*}", "n", text))}
    assert not bad


def test_french_has_no_english_left() -> None:
    """A longer text that is the same in both languages was not translated, but for what is typed as it is."""
    same = [
        key
        for key, text in own("en").items()
        if own("fr").get(key) == text
        and len(re.findall(r"[a-z]{2,}", re.sub(r"{\w+}", "", text))) > 3
        and not text.startswith("fairreach ")
    ]
    assert not same


def test_a_third_language_is_a_third_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree: dict[str, Any] = yaml.safe_load((FOLDER / "texts" / "en.yaml").read_text(encoding="utf-8"))
    file = tmp_path / "de.yaml"
    file.write_text(yaml.safe_dump({**tree, "language": "Deutsch"}), encoding="utf-8")
    files = [*words_module._files(), file]
    caches = (languages, words, words_of)
    for each in caches:
        each.cache_clear()
    monkeypatch.setattr(words_module, "_files", lambda: files)
    try:
        assert languages() == ("en", "de", "fr")
        assert words("de")("language") == "Deutsch"
        assert words("de").number(1234) == "1,234"
    finally:
        for each in caches:
            each.cache_clear()
