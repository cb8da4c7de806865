from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from builders_texts import trees_of, unused_keys

import access
from access.texts import LANGUAGES, Texts, flatten, french_spaces, load_tree

NNBSP, NBSP = "\u202f", "\u00a0"


@pytest.fixture
def en() -> Texts:
    return Texts("en")


@pytest.fixture
def fr() -> Texts:
    return Texts("fr")


def test_both_languages_have_the_same_keys() -> None:
    english, french = (set(dict(flatten(load_tree(language)))) for language in LANGUAGES)
    assert english - french == set()
    assert french - english == set()


def test_both_languages_fill_the_same_placeholders() -> None:
    english, french = (dict(flatten(load_tree(language))) for language in LANGUAGES)
    # The English sentence on shares names the service once more.
    more = {"finding.half_of_total": {"service"}}
    for key, text in english.items():
        fields = set(re.findall(r"{(\w+)(?::\w+)?}", text)) - more.get(key, set())
        assert fields == set(re.findall(r"{(\w+)(?::\w+)?}", french[key])), key


def test_every_text_of_a_part_is_used() -> None:
    """The words of reports are counted where reports are made; those of parts stand in files of their own."""
    folder = Path(access.__file__).parent
    parts = sorted((folder / "texts").glob("en.?*.yaml"))
    keys = [key for file in parts for key, _ in flatten(yaml.safe_load(file.read_text(encoding="utf-8")))]
    assert not unused_keys(keys, trees_of(folder))


def test_no_text_is_empty() -> None:
    for language in LANGUAGES:
        assert all(text.strip() for _, text in flatten(load_tree(language)))


def test_french_says_fois_autant_and_voyager() -> None:
    """Six times as many is not six times more."""
    texts = " ".join(text for _, text in flatten(load_tree("fr")))
    assert "fois plus" not in texts
    assert "rouler" not in texts
    assert "{ratio} fois autant" in texts


def test_french_never_says_accessibilite() -> None:
    assert not any("ccessibilité" in text for _, text in flatten(load_tree("fr")))


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"language 'de': no texts; choose from en, fr"):
        Texts("de")


def test_an_unknown_key_is_an_error(en: Texts) -> None:
    with pytest.raises(KeyError, match=r"map\.nothing"):
        en("map.nothing")


@pytest.mark.parametrize(
    ("value", "decimals", "english", "french"),
    [
        (1234.5, 1, "1,234.5", f"1{NNBSP}234,5"),
        (1234567, 0, "1,234,567", f"1{NNBSP}234{NNBSP}567"),
        (0, 0, "0", "0"),
        (0.2, 0, f"<{NNBSP}1", f"<{NNBSP}1"),
        (0.004, 2, f"<{NNBSP}0.01", f"<{NNBSP}0,01"),
        (-0.2, 0, "0", "0"),
        (-1500, 0, "\u22121,500", f"\u22121{NNBSP}500"),
        (None, 0, "no data", "sans données"),
        (float("nan"), 2, "no data", "sans données"),
        (float("inf"), 0, "not reached", "non atteint"),
    ],
)
def test_numbers(en: Texts, fr: Texts, value: float | None, decimals: int, english: str, french: str) -> None:
    assert en.number(value, decimals) == english
    assert fr.number(value, decimals) == french


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (3, "3"),
        (2.5, "2.5"),
        (0.019, "0.02"),
        (0.004, f"<{NNBSP}0.01"),
        (9.96, "10.0"),
        (12.4, "12"),
        (1234.6, "1,235"),
    ],
)
def test_amounts_are_whole_from_ten_on(en: Texts, value: float, text: str) -> None:
    assert en.amount(value) == text


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [
        (0.0, "0%", f"0{NNBSP}%"),
        (0.0004, f"<{NNBSP}0.1%", f"<{NNBSP}0,1{NNBSP}%"),
        (0.004, "0.4%", f"0,4{NNBSP}%"),
        (0.5, "50%", f"50{NNBSP}%"),
        (0.9999, "99.9%", f"99,9{NNBSP}%"),
        (1.0, "100%", f"100{NNBSP}%"),
        (None, "no data", "sans données"),
    ],
)
def test_a_few_are_never_zero_percent_and_nearly_all_never_hundred(
    en: Texts, fr: Texts, share: float | None, english: str, french: str
) -> None:
    assert en.percent(share) == english
    assert fr.percent(share) == french


def test_dates_in_words(en: Texts, fr: Texts) -> None:
    assert en.day("2019-05-15") == "Wednesday 15 May 2019"
    assert fr.day(date(2019, 5, 1)) == "mercredi 1er mai 2019"
    assert en.day("2026-01-02T03:04:05Z") == "Friday 2 January 2026"
    assert en.day(None) == "no data"
    assert en.day("auto") == "auto"


def test_clock_past_midnight_names_the_next_day(en: Texts, fr: Texts) -> None:
    assert en.clock(12 * 3600 + 30 * 60) == "12:30"
    assert fr.clock(0) == f"0{NBSP}h{NBSP}00"
    assert en.clock(86_400) == "00:00 the next day"
    assert fr.clock(86_400 + 1800) == f"0{NBSP}h{NBSP}30 le lendemain"
    assert en.clock(7 * 3600 + 5 * 60) == "07:05"
    assert fr.clock(7 * 3600 + 5 * 60) == f"7{NBSP}h{NBSP}05"


def test_french_uses_the_singular_for_zero_and_english_does_not(en: Texts, fr: Texts) -> None:
    assert [en.plural("residents", n) for n in (0, 1, 2)] == ["0 residents", "1 resident", "2 residents"]
    assert [fr.plural("residents", n) for n in (0, 1, 2)] == ["0 habitant", "1 habitant", "2 habitants"]


def test_labels_fall_back_on_english_then_on_what_there_is(fr: Texts) -> None:
    assert fr.label({"en": "jobs", "fr": "emplois"}) == "emplois"
    assert fr.label({"en": "jobs"}) == "jobs"
    assert fr.label("plain") == "plain"
    assert fr.label(None, fallback="name") == "name"
    assert fr.label({}, fallback="name") == "name"


def test_french_spaces_do_not_break() -> None:
    assert french_spaces("« 1 » : oui ; 40 %") == f"«{NBSP}1{NBSP}»{NBSP}: oui{NBSP}; 40{NBSP}%"


def test_capital_keeps_the_rest(en: Texts) -> None:
    assert en.capital("jobs in R$") == "Jobs in R$"
    assert en.capital("") == ""


def test_every_text_of_the_sheet_is_named_in_its_modules() -> None:
    """Headings and columns are asked for by the last part of their key."""
    modules = (Path(__file__).parents[1] / "access").glob("zone_sheet*.py")
    source = "\n".join(module.read_text(encoding="utf-8") for module in modules)
    keys = [key for key, _ in flatten(load_tree("en")) if key.startswith("sheet.")]
    parts = {key: key.removeprefix("sheet.").removeprefix("column_").removesuffix("_heading") for key in keys}
    assert len(parts) >= 40
    assert [
        key
        for key, part in parts.items()
        if not {f'"{part}"', f'"{key}"', f"'{key}'"} & set(re.findall(r"[\"'][\w.]+[\"']", source))
    ] == []
