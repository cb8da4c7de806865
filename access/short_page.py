"""A short self-contained page in the look of the reports: what it is about, tables, drawings, method.

For commands whose result needs no page of its own making. As the other pages it needs no network, no script
and no other file, and every text from input is escaped.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from access.report import environment
from access.report_tables import Table
from access.texts import Texts, french_spaces

_PAGE = """{% from "macros.html" import data_table %}
<!DOCTYPE html>
<html lang="{{ texts.language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
{% include "report.css" %}
tbody th + th { min-width: 12rem; }
</style>
</head>
<body>
<a class="skip" href="#content">{{ texts("page.skip") }}</a>
<header class="page">
<h1>{{ title }}</h1>
{% if notice %}
<div class="notice" role="note"><p><strong>{{ texts("notice_title") }}</strong></p><p>{{ notice }}</p></div>
{% endif %}
</header>
<main id="content">
{% for line in lead %}
<p>{{ line }}</p>
{% endfor %}
{% for part in parts %}
<section><h2>{{ part.title }}</h2>
{% for line in part.lines %}
<p>{{ line }}</p>
{% endfor %}
{% if part.drawing %}
{{ part.drawing }}
{% endif %}
{% if part.table %}
{{ data_table(part.table, texts) }}
{% endif %}
{% if part.points %}
<ul>
{% for line in part.points %}
<li>{{ line }}</li>
{% endfor %}
</ul>
{% endif %}
{% for line in part.notes %}
<p class="muted">{{ line }}</p>
{% endfor %}
{% for picture in part.pictures %}
<figure><img src="data:image/png;base64,{{ picture.encoded }}" alt="{{ picture.name }}">
<figcaption>{{ picture.name }}</figcaption></figure>
{% endfor %}
</section>
{% endfor %}
<p class="muted">{{ sources }}</p>
</main>
</body>
</html>
"""


class Picture(NamedTuple):
    """A drawing as PNG, with the words that stand for it."""

    name: str
    png: bytes

    @property
    def encoded(self) -> str:
        """The drawing as text."""
        return base64.b64encode(self.png).decode()


class Part(NamedTuple):
    """One part of the page, in the order of its fields."""

    title: str
    lines: tuple[str, ...] = ()
    drawing: Markup | str = ""  # SVG made by our own templates
    table: Table | None = None
    points: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()


def short_page(
    title: str,
    lead: Sequence[str],
    parts: Sequence[Part],
    texts: Texts,
    *,
    notice: str = "",
    sources: str = "",
) -> str:
    """Return the page.

    Parameters
    ----------
    lead
        Paragraphs under the title.
    parts
        What follows, in order.
    notice
        What the run wants to have said first.
    sources
        Credits, at the end.
    """
    if texts.language == "fr":
        title, lead = french_spaces(title), [french_spaces(line) for line in lead]
        parts = [_with_french_spaces(part) for part in parts]
    template = environment().from_string(_PAGE)
    return template.render(
        title=title, lead=lead, parts=parts, texts=texts, notice=notice, sources=sources
    ).lstrip()


def _with_french_spaces(part: Part) -> Part:
    """No-break spaces before double signs in everything but drawings."""

    def spaced(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(french_spaces(line) for line in lines)

    table = part.table
    if table is not None:
        table = table._replace(
            caption=french_spaces(table.caption),
            columns=spaced(table.columns),
            rows=tuple(spaced(row) for row in table.rows),
            note=french_spaces(table.note),
        )
    return part._replace(
        lines=spaced(part.lines), table=table, points=spaced(part.points), notes=spaced(part.notes)
    )
