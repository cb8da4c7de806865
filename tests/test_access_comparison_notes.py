"""Notes of comparisons have words in both languages."""

from __future__ import annotations

from access import comparison_notes
from access.comparison_notes import NO_DATA, WORDS, joined, words_of


def test_every_note_has_words_in_english_and_french() -> None:
    keys = {
        value for name, value in vars(comparison_notes).items() if name.isupper() and isinstance(value, str)
    }
    assert keys == set(WORDS)
    assert all(set(words) == {"en", "fr"} and all(words.values()) for words in WORDS.values())


def test_notes_are_joined_once_each_and_nothing_is_no_note() -> None:
    assert joined("a", None, "b", "a") == "a; b"
    assert joined(None, "") is None


def test_words_of_a_run_stay_as_they_are() -> None:
    assert words_of(f"{NO_DATA}; of school_age", "fr") == "Pas de données. of school_age"
    assert words_of(None, "en") == ""
