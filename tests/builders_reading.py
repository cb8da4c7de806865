"""How easy a text reads: Flesch (1948) for English, Kandel and Moles (1958) for French.

Both take words a sentence and syllables a word; 60 and more is plain, 30 and less for specialists. A sentence
ends with a full stop, a question or an exclamation mark, not with a colon. pyphen knows where a word may be
broken, which misses syllables (``people`` may not be broken); groups of vowels miss others (``create``): the
larger count is taken, so that a text is judged harder rather than easier. Numbers have no syllables and are
left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pyphen

PLAIN = 60.0
_FORMULAS = {"en": (206.835, 1.015, 84.6, "en_GB"), "fr": (207.0, 1.015, 73.6, "fr")}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[.!?](?=\s|$|[”»\"])|\n")
_VOWELS = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]+")
#: A last e that is not spoken.
_SILENT = {
    "en": re.compile(r"(?<![aeiouyl])e$|(?<=[aeiouy]l)e$|(?<![aeiouytd])ed$|(?<![aeiouylsxzcgh])es$"),
    "fr": re.compile(r"(?<=\w)(?:e|es|ent)$"),
}


def reading_ease(texts: Iterable[str], language: str) -> float:
    """Reading ease of sentences or paragraphs together: 100 is very easy, 0 is very hard."""
    sentences = [words for text in texts for part in _END.split(text) if (words := _WORD.findall(part))]
    n_words = sum(map(len, sentences))
    n_syllables = sum(syllables(word, language) for words in sentences for word in words)
    start, per_word, per_syllable, _ = _FORMULAS[language]
    return start - per_word * n_words / len(sentences) - per_syllable * n_syllables / n_words


def syllables(word: str, language: str) -> int:
    """Count the syllables of a word, an elided letter with the word that follows."""
    return max(1, sum(_of_part(part, language) for part in re.split(r"['’-]", word.lower()) if len(part) > 1))


def _of_part(part: str, language: str) -> int:
    spoken = len(_VOWELS.findall(_SILENT[language].sub("", part)))
    return max(spoken, len(_breaks(language).positions(part)) + 1)


@cache
def _breaks(language: str) -> pyphen.Pyphen:
    return pyphen.Pyphen(lang=_FORMULAS[language][3], left=1, right=1)


def sentences_in(told: Any) -> Iterator[str]:
    """Yield every text of a tree."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for each in told.values():
            yield from sentences_in(each)
    elif isinstance(told, list):
        for each in told:
            yield from sentences_in(each)
