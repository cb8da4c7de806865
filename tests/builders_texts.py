"""Texts and f-strings that stand in code, to see which keys of texts are used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

#: Functions that are given a key.
ASKING = {"words", "said", "plural", "_words", "_said", "text_of"}
Trees = Iterable[tuple[Path, ast.Module]]


def trees_of(folder: Path) -> list[tuple[Path, ast.Module]]:
    return [(file, ast.parse(file.read_text(encoding="utf-8"))) for file in sorted(folder.glob("*.py"))]


def constants_in(trees: Trees) -> Iterator[tuple[str, str]]:
    """Return every text in the code, but docstrings and pieces of f-strings, and the file it stands in."""
    for file, tree in trees:
        docs = {
            node.body[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
        pieces = {part for node in joined for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs | pieces:
                yield node.value, file.name


def pattern_of(node: ast.JoinedStr) -> str:
    """Return what an f-string may become as a pattern: anything stands for its holes."""
    return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in node.values)


def patterns_in(trees: Trees) -> Iterator[tuple[str, str, bool]]:
    """Return every f-string as a pattern, its file, and whether a function that wants a key gets it."""
    for file, tree in trees:
        asked = {
            node.args[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.JoinedStr)
            and (getattr(node.func, "id", None) or getattr(node.func, "attr", None)) in ASKING
        }  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                yield pattern_of(node), file.name, node in asked


def without_number(key: str) -> str:
    """Return the key under which code asks for a plural."""
    return re.sub(r"\.(one|other)$", "", key)


def unused_keys(keys: Iterable[str], trees: Trees, other: str = "") -> list[str]:
    """Return the keys that neither a text of the code, nor an f-string, nor another file names."""
    trees = list(trees)
    said = {text for text, _ in constants_in(trees)}
    made = [re.compile(each) for each, _, _ in patterns_in(trees) if len(each.replace(".+", "")) >= 4]
    return [
        key
        for key in keys
        if not {key, without_number(key)} & said
        and not any(each.fullmatch(key) or each.fullmatch(without_number(key)) for each in made)
        and key not in other
    ]
