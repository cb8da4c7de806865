"""How easy a text reads, by hand."""

from __future__ import annotations

import pytest
from builders_reading import reading_ease, sentences_in, syllables


@pytest.mark.parametrize(
    ("language", "word", "count"),
    [
        ("en", "bus", 1),
        ("en", "people", 2),
        ("en", "minutes", 2),
        ("en", "reached", 1),
        ("en", "computed", 3),
        ("en", "accessibility", 6),
        ("en", "create", 2),
        ("fr", "bus", 1),
        ("fr", "habitants", 3),
        ("fr", "l’emploi", 2),
        ("fr", "horaires", 2),
        ("fr", "quartier", 2),
    ],
)
def test_syllables(language: str, word: str, count: int) -> None:
    assert syllables(word, language) == count


def test_flesch_by_hand() -> None:
    """Two sentences, seven words, eight syllables."""
    assert reading_ease(["The bus is late. We wait often."], "en") == pytest.approx(
        206.835 - 1.015 * 7 / 2 - 84.6 * 8 / 7
    )


def test_kandel_and_moles_by_hand() -> None:
    """Une phrase, quatre mots, cinq syllabes."""
    assert reading_ease(["Le bus passe demain."], "fr") == pytest.approx(207 - 1.015 * 4 - 73.6 * 5 / 4)


def test_numbers_have_no_syllables_and_a_colon_ends_no_sentence() -> None:
    assert reading_ease(["At 12:30: the bus 51 left."], "en") == reading_ease(["At the bus left."], "en")


def test_hard_words_read_harder() -> None:
    easy = reading_ease(["We go by bus to see the doctor."], "en")
    hard = reading_ease(
        ["Multimodal accessibility considerations necessitate methodological elaboration."], "en"
    )
    assert easy > 80
    assert hard < 0


def test_every_text_of_a_tree_is_read() -> None:
    assert [*sentences_in({"a": ["b", {"c": "d"}], "e": 1})] == ["b", "d"]
