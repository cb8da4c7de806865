"""The life of one worker process: started, written to, listened to, ended; nothing here knows of jobs."""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from dashboards.private_folder import PREFIX
from dashboards.what_if_worker import Setting, work

END_S = 2.0
"""So long a worker has to end when it is told to; then it is killed."""


class WorkerProcess:
    """A started worker.

    Parameters
    ----------
    setting : Setting
        Its ``temporary`` is made here, and removed when the worker has ended.
    hear : callable
        Called with this and each message, by a thread of its own.
    gone : callable
        Called with this when the process has ended, however it did.
    """

    def __init__(
        self,
        setting: Setting,
        hear: Callable[[WorkerProcess, object], None],
        gone: Callable[[WorkerProcess], None],
    ) -> None:
        self._temporary = tempfile.mkdtemp(prefix=PREFIX)
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        self._connection: Connection = here
        self._outbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._process = context.Process(
            target=work,
            args=(there, setting._replace(temporary=self._temporary)),
            name="fairreach-what-if",
            daemon=True,
        )
        self._process.start()
        there.close()
        for part, arguments in ((self._listen, (hear, gone)), (self._write, ())):
            threading.Thread(target=part, args=arguments, daemon=True, name="what-if-worker").start()

    @property
    def pid(self) -> int | None:
        """Id of the process."""
        return self._process.pid

    def tell(self, message: object) -> None:
        """Send a message; never waits, however large it is."""
        self._outbox.put(message)

    def end(self) -> None:
        """End the process, by force where it does not listen."""
        self._process.terminate()
        self._process.join(END_S)
        if self._process.is_alive():
            self._process.kill()

    def _write(self) -> None:
        while (message := self._outbox.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # it has ended; the listener says so
                self._connection.send(message)

    def _listen(
        self, hear: Callable[[WorkerProcess, object], None], gone: Callable[[WorkerProcess], None]
    ) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                hear(self, self._connection.recv())
        self._process.join(END_S)
        if self._process.is_alive():  # it has closed its ears; nothing more can come of it
            self._process.kill()
            self._process.join()
        self._outbox.put(None)
        self._connection.close()
        shutil.rmtree(self._temporary, ignore_errors=True)
        gone(self)
