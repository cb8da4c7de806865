"""Read a configuration: YAML text -> checked models, with all problems listed at once.

How YAML is read and how problems are worded stands in ``checked_yaml.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from access.checked_yaml import models_in, read_model
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
    config = read_model(file, RunConfig, what="a configuration", guide="configs/README.md")
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


def key_reference(model: type[BaseModel] = RunConfig) -> str:
    """Return the table of all keys as Markdown, for ``configs/README.md`` and other files of models."""
    lines = ["| key | needed | default | meaning |", "|---|---|---|---|"]
    lines += _reference_rows(model, "")
    return "\n".join(lines)


def _reference_rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        default = "" if field.is_required() or field.default is None else _shown_default(field)
        needed = "yes" if field.is_required() else ""
        meaning = (field.description or "").replace("|", "\\|")
        inner = next(models_in(field.annotation), None)
        many = "[]" if "list[" in str(field.annotation) and inner else ""
        yield f"| `{prefix}{name}{many}` | {needed} | {default} | {meaning} |"
        if inner is not None:
            yield from _reference_rows(inner, f"{prefix}{name}{many}.")


def _shown_default(field: Any) -> str:
    if field.default_factory is not None:
        return ""
    return f"`{field.default}`"
