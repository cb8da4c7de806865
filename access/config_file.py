"""Read a configuration: YAML text -> checked models, with all problems listed at once.

Each problem names the key, what came and what is allowed; an unknown key is answered with the nearest
known one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from access.config import RunConfig
from access.config_checks import cross_check, input_files
from access.datasets import dataset_folder
from access.errors import ConfigError


@dataclass(frozen=True)
class LoadedConfig:
    """A checked configuration and where its files lie."""

    config: RunConfig
    file: Path
    data_folder: Path

    def path(self, file: str) -> Path:
        """Return the full path of an input file as the configuration writes it."""
        return self.data_folder / file


def load_config(file: Path, *, must_exist: bool = True) -> LoadedConfig:
    """Read, check and locate everything that a run needs.

    Parameters
    ----------
    file : Path
        YAML file as described in ``configs/README.md``.
    must_exist : bool
        Also require every input file to exist.

    Raises
    ------
    ConfigError
        With every problem found, each naming its key.
    InputDataError
        If the dataset that the file names cannot be found.
    """
    raw = _read_yaml(file)
    try:
        config = RunConfig.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(str(file), [_in_words(item) for item in error.errors()]) from None
    problems = cross_check(config)
    if problems:
        raise ConfigError(str(file), problems)
    data_folder = dataset_folder(config.dataset) if config.dataset else file.resolve().parent
    if must_exist:
        missing = [_missing(key, name, data_folder) for key, name in input_files(config).items()]
        if any(missing):
            raise ConfigError(str(file), [problem for problem in missing if problem])
    return LoadedConfig(config=config, file=file, data_folder=data_folder)


def _missing(key: str, name: str, data_folder: Path) -> str:
    """Say what is wrong with the place of an input; a feed and a file database may be folders."""
    path = data_folder / name
    if not path.exists():
        return f"{key}: no file {name!r} in {data_folder}"
    may_be_folder = key.startswith("schedule.feeds") or path.suffix.lower() == ".gdb"
    if path.is_dir() and not may_be_folder:
        return f"{key}: {name!r} is a folder; name a file in it"
    return ""


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


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(str(file), ["no such file; give the path of a configuration (*.yaml)"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(file), [f"cannot be read as UTF-8 text: {error}"]) from None
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigError(str(file), [f"is not valid YAML: {error}"]) from None
    if not isinstance(raw, dict):
        came = "nothing" if raw is None else f"a {type(raw).__name__}"
        raise ConfigError(str(file), [f"holds {came}; a mapping of keys is needed, see configs/README.md"])
    return raw


def _in_words(item: Any) -> str:
    """Say one pydantic error as: key, what came, what is allowed."""
    location: tuple[int | str, ...] = item["loc"]
    key = ".".join(str(part) for part in location if not _is_union_tag(part)) or "file"
    if item["type"] == "extra_forbidden":
        known = _known_keys(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
        return f"{key}: unknown key; {hint}"
    if item["type"] == "missing":
        return f"{key}: is missing"
    message = str(item["msg"]).removeprefix("Value error, ")
    came = item["input"]
    shown = f"; got {came!r}" if isinstance(came, str | int | float | bool | type(None)) else ""
    return f"{key}: {message}{shown}"


def _is_union_tag(part: int | str) -> bool:
    return isinstance(part, str) and (part.startswith("literal[") or part in ("date", "function-after"))


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = RunConfig
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            inner = next(_models_in(model.model_fields[part].annotation), None)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def key_reference() -> str:
    """Return the table of all keys as Markdown, for ``configs/README.md``."""
    lines = ["| key | needed | default | meaning |", "|---|---|---|---|"]
    lines += _reference_rows(RunConfig, "")
    return "\n".join(lines)


def _reference_rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        default = "" if field.is_required() or field.default is None else _shown_default(field)
        needed = "yes" if field.is_required() else ""
        meaning = (field.description or "").replace("|", "\\|")
        inner = next(_models_in(field.annotation), None)
        many = "[]" if "list[" in str(field.annotation) and inner else ""
        yield f"| `{prefix}{name}{many}` | {needed} | {default} | {meaning} |"
        if inner is not None:
            yield from _reference_rows(inner, f"{prefix}{name}{many}.")


def _shown_default(field: Any) -> str:
    if field.default_factory is not None:
        return ""
    return f"`{field.default}`"
