"""YAML files read into checked models, with all problems listed at once.

Each problem names the key, what came and what is allowed; an unknown key is answered with the nearest
known one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from access.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)


def read_model(file: Path, model: type[Model], *, what: str, guide: str) -> Model:
    """Read a YAML file into a model.

    Parameters
    ----------
    file : Path
        The file.
    model : type of BaseModel
        What it must hold.
    what, guide : str
        What the file is (``"a configuration"``) and where its keys are explained, for error messages.

    Raises
    ------
    ConfigError
        With every problem found, each naming its key.
    """
    raw = read_yaml(file, what, guide)
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(str(file), [in_words(item, model) for item in error.errors()]) from None


class _Loader(yaml.SafeLoader):
    """Safe YAML without two traps: ``12:30`` is text, not 750, and a repeated key is an error."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, rule) for tag, rule in rules if tag not in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
    ]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?\d+$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?$"), list("-+0123456789.")
)


def _mapping_without_repeats(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[Hashable] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(
                None, None, "a key must be a plain word", key_node.start_mark
            )
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands twice", key_node.start_mark
            )
        seen.add(key)
    return dict(yaml.SafeLoader.construct_mapping(loader, node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping_without_repeats)


def read_yaml(file: Path, what: str, guide: str) -> dict[str, Any]:
    """Read a YAML file that holds a mapping; arguments and errors as in ``read_model``."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(str(file), [f"no such file; give the path of {what} (*.yaml)"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(file), [f"cannot be read as UTF-8 text: {error}"]) from None
    return mapping_of(text, str(file), guide)


def mapping_of(text: str, name: str, guide: str) -> dict[str, Any]:
    """Read YAML text that holds a mapping; ``name`` is what errors call it, the rest as in ``read_model``."""
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigError(name, [_not_yaml(error, text)]) from None
    except ValueError as error:  # such as a 13th month, or a number of thousands of digits
        raise ConfigError(name, [f"holds a value that is none: {error}"]) from None
    if not isinstance(raw, dict):
        came = "nothing" if raw is None else f"a {type(raw).__name__}"
        raise ConfigError(name, [f"holds {came}; a mapping of keys is needed, see {guide}"])
    return raw


def _not_yaml(error: yaml.YAMLError, text: str) -> str:
    """Say where a text stops being YAML, and what to do."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return f"is not valid YAML: {error}"
    problem = str(getattr(error, "problem", "") or "cannot be read")
    lines = text.splitlines()
    line = lines[mark.line].strip() if mark.line < len(lines) else ""
    if "stands twice" in problem:
        advice = "keep one of them"
    elif "\\t" in problem:
        advice = "indent with spaces, not with tabs"
    elif line.count('"') % 2 or "quoted" in problem:
        advice = "a quotation mark is open; close it"
    else:
        advice = (
            "keys that belong together begin in the same column, below the first one and not below its dash, "
            "each with a colon and a space after it; brackets must be closed"
        )
    shown = f"; the line reads {line!r}" if line else ""
    return f"is not valid YAML at line {mark.line + 1}, column {mark.column + 1} ({problem}): {advice}{shown}"


def in_words(item: Any, model: type[BaseModel]) -> str:
    """Say one pydantic error as: key, what came, what is allowed."""
    location: tuple[int | str, ...] = item["loc"]
    key = ".".join(str(part) for part in location if not _is_union_tag(part)) or "file"
    if item["type"] == "extra_forbidden":
        known = known_keys(model, location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
        return f"{key}: unknown key; {hint}"
    if item["type"] == "missing":
        return f"{key}: is missing"
    message = _plain_words(item)
    came = item["input"]
    shown = f"; got {came!r}" if isinstance(came, str | int | float | bool | type(None)) else ""
    return f"{key}: {message}{shown}"


def _plain_words(item: Any) -> str:
    """What is allowed, in words of our own where pydantic's are those of a programmer."""
    given = {
        name: f"{value:g}" if isinstance(value, float) else value
        for name, value in item.get("ctx", {}).items()
    }
    words = _WORDS.get(item["type"])
    try:
        return words.format(**given) if words else str(item["msg"]).removeprefix("Value error, ")
    except KeyError:
        return str(item["msg"])


_NUMBER, _TRUTH = "must be a number", "must be true or false"
_MAPPING = "must be a mapping of keys, each with a colon"
_WORDS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_parsing": _TRUTH,
    "bool_type": _TRUTH,
    "string_type": "must be a text; write it in quotes",
    "string_too_short": "must not be empty",
    "list_type": "must be a list, each entry after a dash or in [ ]",
    "tuple_type": "must be a list in [ ]",
    "too_short": "needs at least {min_length}; has {actual_length}",
    "too_long": "takes at most {max_length}; has {actual_length}",
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "literal_error": "must be {expected}",
    "string_pattern_mismatch": "is not written as it must be ({pattern})",
}
"""Type of an error of pydantic -> what is allowed."""


def _is_union_tag(part: int | str) -> bool:
    return isinstance(part, str) and (part.startswith("literal[") or part in ("date", "function-after"))


def known_keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Keys of the model at a place inside another."""
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            inner = next(models_in(model.model_fields[part].annotation), None)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a field's type names, from the outside in."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)
