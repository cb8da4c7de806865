"""Stages of a run: a progress bar while one works, one INFO line with counts when it ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

logger = logging.getLogger(__name__)

Advance = Callable[[int, int], None]
"""Called with (done, total)."""


@dataclass
class Stage:
    """One stage while it works: ``advance`` moves its bar, ``counts`` ends up in its INFO line."""

    name: str
    advance: Advance
    counts: dict[str, object] = field(default_factory=dict)


@dataclass
class Progress:
    """Runs stages one after the other and remembers the seconds and counts of each."""

    n_stages: int
    show_bar: bool = True
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, dict[str, object]] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Time a stage, show its bar and log its counts."""
        started = time.perf_counter()
        number = len(self.seconds) + 1
        with (
            logging_redirect_tqdm(),
            tqdm(
                desc=f"[{number}/{self.n_stages}] {name}",
                total=None,
                leave=False,
                disable=not self.show_bar,
                bar_format="{desc} {bar} {percentage:3.0f}% {elapsed}<{remaining}",
            ) as bar,
        ):
            stage = Stage(name, _advance(bar))
            yield stage
        self.seconds[name] = round(time.perf_counter() - started, 3)
        self.counts[name] = stage.counts
        told = ", ".join(f"{value} {key}" for key, value in stage.counts.items())
        logger.info("%s: %s (%.1f s)", name, told or "done", self.seconds[name])


def _advance(bar: tqdm[NoReturn]) -> Advance:
    def advance(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return advance
