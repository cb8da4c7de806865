"""All formulas, to be searched: the registry of indicators as folded entries."""

from __future__ import annotations

import functools
import unicodedata
from typing import Any

from dash import html
from dash.development.base_component import Component

from access.indicator_registry import Indicator, families, registry, unit_words
from access.report_data import Run
from dashboards.words import Words

LONGEST_SEARCH = 80


def found_indicators(text: str, language: str) -> list[Indicator]:
    """Return the indicators that have every word of a text, whatever its case and accents; all for none."""
    wanted = folded(text[:LONGEST_SEARCH]).split()
    return [each for each in registry().values() if all(word in _text_of(each, language) for word in wanted)]


def folded(text: str) -> str:
    """Return small letters without accents; low lines become spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("_", " ")


@functools.cache
def _text_of(indicator: Indicator, language: str) -> str:
    family = families()[indicator.family].of(language)
    parts = (
        indicator.name,
        indicator.title.of(language),
        family,
        indicator.formula,
        indicator.reading.of(language),
    )
    return folded(" ".join(parts))


def formula_list(run: Run, text: str, words: Words) -> list[Component]:
    """Return how many indicators a search finds, and these by family; a single one is unfolded."""
    language = words.texts.language
    found = found_indicators(text, language)
    if not found:
        return [html.P(words("method.found_none"), role="status")]
    computed = set(run.numbers.names())
    is_only = len(found) == 1
    parts: list[Component] = [html.P(words.plural("method.found", len(found)), role="status")]
    for family, title in families().items():
        of_family = [each for each in found if each.family == family]
        if of_family:
            parts.append(html.H3(title.of(language)))
            parts += [_entry(each, words, is_open=is_only, here=each.name in computed) for each in of_family]
    return parts


def _entry(indicator: Indicator, words: Words, *, is_open: bool, here: bool) -> Component:
    language = words.texts.language
    checked = words("how.verified" if indicator.source.verified else "how.not_verified")
    facts: tuple[tuple[str, Any], ...] = (
        (words("how.reading"), indicator.reading.of(language)),
        (words("how.limits"), indicator.limits.of(language)),
        (words("how.parameters"), indicator.parameters.of(language)),
        (words("how.unit"), unit_words(indicator.unit, language)),
        (words("how.source"), [html.Span(indicator.source.text, lang="en"), f". {checked}"]),
    )
    where = words("method.in_run" if here else "method.not_in_run")
    return html.Details(
        [
            html.Summary(
                [
                    indicator.title.of(language),
                    " ",
                    html.Code(indicator.name),
                    html.Span(where, className="tag" if here else "tag tag-pale"),
                ]
            ),
            html.Code(indicator.formula, className="formula", lang="en"),
            html.Dl([part for name, text in facts for part in (html.Dt(name), html.Dd(text))]),
        ],
        open=is_open,
        className="formula-entry",
    )
