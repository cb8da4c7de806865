"""What a check of a store says, in English or French."""

from __future__ import annotations

from collections.abc import Sequence

from access.observatory_check import Problem
from access.texts import Texts


def problem_lines(problems: Sequence[Problem], language: str) -> list[str]:
    """Return one sentence for each problem of a store."""
    text = Texts(language)
    lines = []
    for problem in problems:
        of = problem.values.get("snapshot", "-")
        start = "" if of == "-" else text("store.of_snapshot", snapshot=of)
        lines.append(start + text(f"store.problem.{problem.kind}", **problem.values))
    return lines
