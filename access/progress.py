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


TOLD_EVERY_S = 60.0
"""Without a bar, a long stage tells how far it is so often."""


@dataclass
class Stage:
    """One stage while it works: ``advance`` moves its bar, ``counts`` ends up in its INFO line.

    ``begin_at`` says what an earlier run had done, so that it is not taken for speed.
    """

    name: str
    advance: Advance
    begin_at: Advance
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
            remaining = _Remaining(bar, name)
            stage = Stage(name, remaining.advance, remaining.begin_at)
            yield stage
        self.seconds[name] = round(time.perf_counter() - started, 3)
        self.counts[name] = stage.counts
        told = ", ".join(f"{value} {key}" for key, value in stage.counts.items())
        logger.info("%s: %s (%.1f s)", name, told or "done", self.seconds[name])


class _Remaining:
    """Moves the bar and, where there is none, tells from time to time how long a stage still takes."""

    def __init__(self, bar: tqdm[NoReturn], name: str) -> None:
        self.bar = bar
        self.name = name
        self.done = self.initial = 0
        self.began = self.told = time.perf_counter()

    def begin_at(self, done: int, total: int) -> None:
        self.initial += done - self.done
        self.done = done
        self.bar.total, self.bar.n, self.bar.initial = total, done, self.initial
        self.bar.refresh()

    def advance(self, done: int, total: int) -> None:
        self.bar.total = total
        self.bar.update(done - self.done)
        self.done = done
        now = time.perf_counter()
        here = done - self.initial
        if self.bar.disable and now - self.told >= TOLD_EVERY_S and here > 0:
            self.told = now
            left_s = (now - self.began) * (total - done) / here
            logger.info("%s: %.0f %%, about %s left", self.name, 100 * done / total, in_words(left_s))


def in_words(seconds: float) -> str:
    """Return a time as people say it: ``40 s``, ``7 min``, ``2 h 5 min``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
