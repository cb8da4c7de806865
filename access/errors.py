"""What can go wrong with the user's input, as exceptions and one warning class.

Every message names the input, what came, what is allowed and the way out. The command line prints
these messages without a traceback and ends with exit code 2; anything else is a defect of the program.
``gtfs`` must not import ``access``, so its own errors derive from ``gtfs.errors.FeedError``.
"""

from __future__ import annotations

from collections.abc import Sequence


class AccessError(Exception):
    """An input cannot be used as it is; the message says what to do."""


class ConfigError(AccessError):
    """The configuration file has one or more problems; all of them are listed."""

    def __init__(self, file: str, problems: Sequence[str]) -> None:
        self.file = file
        self.problems = list(problems)
        noun = "problem" if len(self.problems) == 1 else "problems"
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"{file}: {len(self.problems)} {noun}\n{lines}")


class InputDataError(AccessError):
    """A data file is missing, damaged, empty or without what the configuration names."""


class ResultError(AccessError):
    """A run folder cannot be written or read."""


class DataQualityWarning(UserWarning):
    """The run goes on, but a result is weaker than it looks; the text gives cause and effect."""


class StoreError(AccessError):
    """A store of the observatory that cannot be used."""
