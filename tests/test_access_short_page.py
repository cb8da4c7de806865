"""The short page: escaped, self-contained, with French spaces."""

from __future__ import annotations

from access.report_tables import Table
from access.short_page import Part, Picture, short_page
from access.texts import Texts


def test_everything_from_input_is_escaped_and_nothing_is_fetched() -> None:
    table = Table("Caption", ("a", "b"), (("<b>", "1"),))
    part = Part("Title", ("line <i>",), "", table, ("point",), ("note",), (Picture("map", b"png"),))
    page = short_page("T <script>", ["lead"], [part], Texts("en"), notice="not real", sources="OSM")
    assert page.startswith("<!DOCTYPE html>")
    for text in ("T &lt;script&gt;", "line &lt;i&gt;", "&lt;b&gt;", "not real", "point", "note", "OSM"):
        assert text in page
    assert "data:image/png;base64,cG5n" in page
    assert "http" not in page


def test_french_has_no_break_spaces_before_double_signs() -> None:
    table = Table("Rang :", ("a",), (("5 %",),), note="x ;")
    page = short_page("Titre : x", ["Base : 1"], [Part("P", ("a !",), "", table, ("b ?",))], Texts("fr"))
    for text in (
        "Titre\u00a0: x",
        "Base\u00a0: 1",
        "a\u00a0!",
        "Rang\u00a0:",
        "5\u00a0%",
        "x\u00a0;",
        "b\u00a0?",
    ):
        assert text in page
