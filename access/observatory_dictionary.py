"""The data dictionary of a store: every table and column with its kind, unit and meaning, from the schema."""

from __future__ import annotations

import json
from typing import Any

from access.observatory_schema import schema
from access.texts import Texts


def dictionary_json() -> str:
    """Return the dictionary for programs, as JSON."""
    tables: dict[str, Any] = {}
    for table in schema().tables.values():
        columns = {
            column.name: {"kind": column.kind, "en": column.english, "fr": column.french}
            for column in table.columns
        }
        tables[table.name] = {
            "en": table.english,
            "fr": table.french,
            "key": list(table.key),
            "columns": columns,
        }
    content = {"schema_version": schema().version, "tables": tables}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def dictionary_text(language: str) -> str:
    """Return the dictionary for people, as Markdown in one language."""
    text = Texts(language)
    french = language == "fr"
    lines = [
        f"# {text('store.dictionary.title')}",
        "",
        text("store.dictionary.about", version=schema().version),
        "",
    ]
    lines += [f"- `{kind}`: {text(f'store.kind.{kind}')}" for kind in sorted(_kinds())]
    for table in schema().tables.values():
        lines += ["", f"## {table.name}", "", table.french if french else table.english, ""]
        key = ", ".join(f"`{name}`" for name in table.key)
        lines += [text("store.dictionary.told_apart", columns=key), ""]
        head = [text(f"store.dictionary.{name}") for name in ("column", "kind", "meaning")]
        lines += [f"| {' | '.join(head)} |", "|---|---|---|"]
        lines += [
            f"| `{column.name}` | {column.kind} | {column.french if french else column.english} |"
            for column in table.columns
        ]
    return "\n".join(lines) + "\n"


def readme_text(language: str, *, public: bool) -> str:
    """Return what an export holds and for whom it is, as Markdown in one language."""
    text = Texts(language)
    told = [text("store.readme.title"), text("store.readme.public" if public else "store.readme.whole")]
    return "# " + "\n\n".join([*told, text("store.readme.files", language=language)]) + "\n"


def _kinds() -> set[str]:
    return {column.kind for table in schema().tables.values() for column in table.columns}
