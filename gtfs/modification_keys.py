"""The table of all types of timetable modification and their keys, as Markdown for the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

from gtfs.calendar import WEEKDAY_COLUMNS
from gtfs.modifications import TYPES, Modification

_HEAD = ("| key | needed | default | meaning |", "|---|---|---|---|")
_FLAGS = WEEKDAY_COLUMNS[1:]  # one row stands for all seven


def modification_reference(types: Mapping[str, type[BaseModel]] = TYPES) -> str:
    """Return one section a type, in the order of application: what it does, and a table of its keys.

    Parameters
    ----------
    types : name of the type -> its model; the first paragraph of the model's docstring says what it does.
    """
    common = "\n".join(["Every modification has the keys", "", *_HEAD, *_rows(Modification, "")])
    return "\n\n".join([common, *(_section(name, model) for name, model in types.items())])


def _section(name: str, model: type[BaseModel]) -> str:
    does = " ".join((model.__doc__ or "").strip().split("\n\n")[0].split())
    own = [row for row in _rows(model, "") if row not in set(_rows(Modification, ""))]
    return "\n".join([f"### `{name}`", "", does, "", *_HEAD, *own])


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if name == "type" or name in _FLAGS:
            continue
        needed = "yes" if field.is_required() else ""
        simple = not field.is_required() and field.default_factory is None and field.default not in (None, "")
        default = f"`{_shown(field.default)}`" if simple else ""
        meaning = (field.description or "").replace("|", "\\|")
        inner = _model_in(field.annotation)
        many = "[]" if inner is not None and "list[" in str(field.annotation) else ""
        shown = f"monday` ... `{prefix}sunday" if name == WEEKDAY_COLUMNS[0] else name
        yield f"| `{prefix}{shown}{many}` | {needed} | {default} | {meaning} |"
        if inner is not None:
            yield from _rows(inner, f"{prefix}{name}{many}.")


def _shown(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if (found := _model_in(argument)) is not None:
            return found
    return None
