"""The files that a run was made from: what each was for, its size, its hash."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from access.report_data import Run
from access.report_findings import service_label
from access.report_section import joined
from access.report_tables import Table
from dashboards.words import Words


def input_files_table(run: Run, words: Words) -> Table:
    """Return one row a file: its name, what it is used for, bytes, SHA-256. No folder is named."""
    texts = words.texts
    rows = tuple(
        (
            _file_name(entry),
            joined(uses_of(entry.get("keys") or [], run, words), texts) or words("use_of_file.other"),
            texts.number(entry.get("bytes")),
            str(entry.get("sha256") or texts("no_data")),
        )
        for entry in run.manifest.get("inputs") or []
    )
    columns = (texts("table.file"), words("how.input_use"), texts("table.bytes"), "SHA-256")
    caption = texts("table.inputs_caption")
    return Table(caption, columns, rows, word_columns=(1,), code_columns=(3,))


def uses_of(keys: Iterable[str], run: Run, words: Words) -> list[str]:
    """Say what a file is used for, each once, from the keys of the configuration that name it."""
    found: dict[str, None] = {}
    for key in keys:
        section, _, rest = str(key).partition(".")
        if section == "opportunities":
            service = rest.partition(".")[0]
            name = service_label(run, service, words.texts)
            found[words("use_of_file.opportunities", service=name)] = None
        else:
            known = words.has(f"use_of_file.{section}")
            found[words(f"use_of_file.{section}") if known else section.replace("_", " ")] = None
    return list(found)


def _file_name(entry: dict[str, Any]) -> str:
    """Return the name of a file without folders that only one machine has."""
    name = str(entry.get("file") or "")
    absolute = name.startswith(("/", "\\")) or name[1:3] in (":\\", ":/")
    return name.replace("\\", "/").rpartition("/")[2] if absolute else name
