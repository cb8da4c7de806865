"""Chunks on a Dask cluster of two worker processes: the same bytes, also when workers are killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders_search import ids_of, town_search

from access import cluster, memory
from access.batches import batched_network
from access.chunk_work import TravelTimesWork, arrays_in
from access.errors import AccessError
from access.matrix_stream import stream_travel_times

distributed = pytest.importorskip("distributed", reason="needs: pip install 'fairreach[cluster]'")

# a socket or a stream that a killed worker held is closed when Python comes round to it
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
TESTS = Path(__file__).parent
N_ORIGINS = 1_200


class Machines:
    """A scheduler and workers, each a process of its own."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start("scheduler", "--host", "127.0.0.1", "--port", self.address.rpartition(":")[2])
        self.workers = [self.start_worker(), self.start_worker()]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        options = ["--no-dashboard"]
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "dask", *arguments, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
        )
        self.processes.append(process)
        return process

    def start_worker(self, *options: str) -> subprocess.Popen[bytes]:
        return self.start("worker", self.address, "--nthreads", "1", "--no-nanny", *options)

    def wait_for(self, n_workers: int) -> None:
        with distributed.Client(self.address, timeout=60, set_as_default=False) as client:
            if n_workers:
                client.wait_for_workers(n_workers, timeout=60)

    def end(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


@pytest.fixture
def machines() -> Iterator[Machines]:
    found = Machines()
    try:
        found.wait_for(2)
        yield found
    finally:
        found.end()


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "CHUNK_BYTES", 1)


def streamed(folder: Path, n_origins: int = N_ORIGINS, **options: Any) -> dict[str, Any]:
    search = town_search(n_origins=n_origins)
    return stream_travel_times(search, folder, **ids_of(search), percentiles=[5, 50], **options)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_killed_worker_loses_nothing(tmp_path: Path, small_chunks: None, machines: Machines) -> None:
    """Ten parts on two workers; one is killed when the first part has come back, the other does the rest."""
    killed: list[int] = []

    def kill_one(done: int, total: int) -> None:
        if done and not killed:
            os.kill(machines.workers[0].pid, signal.SIGKILL)
            killed.append(done)

    found = streamed(tmp_path / "cluster", scheduler=machines.address, progress=kill_one)
    assert killed
    assert killed[0] < N_ORIGINS
    assert machines.workers[0].wait(10) == -signal.SIGKILL
    assert found["chunks"] == streamed(tmp_path / "here")["chunks"]
    assert len(found["chunks"]) == 10


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_all_workers_killed_and_a_new_one_lose_nothing(
    tmp_path: Path, small_chunks: None, machines: Machines
) -> None:
    """The network that was sent is lost with the last worker; it is sent again to the one that comes."""
    killed: list[int] = []

    def kill_all(done: int, total: int) -> None:
        if done and not killed:
            killed.append(done)
            for worker in machines.workers:
                os.kill(worker.pid, signal.SIGKILL)
            machines.start_worker()

    found = streamed(tmp_path / "cluster", scheduler=machines.address, progress=kill_all)
    assert killed[0] < N_ORIGINS
    assert found["chunks"] == streamed(tmp_path / "here")["chunks"]


@pytest.mark.slow
def test_continues_on_a_cluster_what_was_begun_here(
    tmp_path: Path, small_chunks: None, machines: Machines
) -> None:
    whole = streamed(tmp_path / "t")
    part = tmp_path / "t" / "part-00003.parquet"
    before = part.read_bytes()
    part.unlink()
    assert streamed(tmp_path / "t", scheduler=machines.address)["chunks"] == whole["chunks"]
    assert part.read_bytes() == before


def test_workers_with_too_little_memory_or_another_version_are_refused(
    tmp_path: Path, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        here = {**cluster.described_worker(), "numba": "0.1"}
        patch.setattr(cluster, "described_worker", _Elsewhere(here))
        with pytest.raises(AccessError, match=r"tcp://127.*: has numba .* \(here 0.1\)"):
            streamed(tmp_path / "t", 200, scheduler=machines.address)
    small = machines.start_worker("--memory-limit", "1MB", "--name", "small")
    machines.wait_for(3)
    with pytest.raises(AccessError, match=r"may use 977 KiB, but needs 25\d MiB for its 1 threads: start"):
        streamed(tmp_path / "t", 200, scheduler=machines.address)
    assert small.poll() is None


class _Elsewhere:
    """Says one thing here and, once sent, the truth."""

    def __init__(self, here: dict[str, str]) -> None:
        self.here = here

    def __call__(self) -> dict[str, str]:
        return self.here

    def __reduce__(self) -> tuple[Any, ...]:
        return _truth, ()


def _truth() -> Any:
    return cluster.described_worker


def test_a_scheduler_that_does_not_answer_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    with pytest.raises(AccessError, match=r"--scheduler tcp://127.0.0.1:9: no Dask scheduler answers"):
        streamed(tmp_path / "t", 200, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(AccessError, match=r"--scheduler nonsense: no Dask scheduler answers"):
        streamed(tmp_path / "t", 200, scheduler="nonsense")


def test_without_distributed_the_message_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(AccessError, match=r"pip install 'fairreach\[cluster\]'"):
        streamed(tmp_path / "t", 200, scheduler="tcp://127.0.0.1:9")


def test_what_arrives_elsewhere_is_what_was_sent() -> None:
    """Read-only arrays stay so: kernels would be compiled again for others."""
    from distributed.protocol import deserialize, serialize

    search = town_search()
    ids = {name: np.array(ids, object) for name, ids in ids_of(search).items()}
    work = TravelTimesWork(
        batched_network(search), (50.0,), ("travel_time_p50",), ids["from_ids"], ids["to_ids"], False
    )
    arrived = deserialize(*serialize(work))
    sources = work.network.batches()[0]
    assert arrived(sources) == work(sources)
    before, after = (list(arrays_in(one.network)) for one in (work, arrived))
    assert [array.flags.writeable for array in after] == [array.flags.writeable for array in before]
    assert not all(array.flags.writeable for array in after)


def test_workers_lost_again_and_again_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster on which no chunk ever ends."""
    tries: list[int] = []

    def lost(*_: object) -> Iterator[Any]:
        tries.append(1)
        raise CancelledError
        yield

    class Client:
        def __init__(self, *_: object, **__: object) -> None: ...
        def __enter__(self) -> Client:
            return self

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(cluster, "_one_round", lost)
    monkeypatch.setattr(cluster, "_check_workers", lambda *_: None)
    monkeypatch.setattr(distributed, "Client", Client)
    with pytest.raises(AccessError, match="workers were lost 5 times in a row without finishing a chunk"):
        list(cluster.in_cluster(None, {0: np.arange(3)}, "tcp://x", thread_bytes=1))  # type: ignore[arg-type]
    assert len(tries) == 5


def test_a_cluster_without_workers_is_refused(tmp_path: Path) -> None:
    machines = Machines.__new__(Machines)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        machines.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    machines.processes = []
    machines.start("scheduler", "--host", "127.0.0.1", "--port", machines.address.rpartition(":")[2])
    try:
        machines.wait_for(0)
        with pytest.raises(AccessError, match="has no workers; start some with `dask worker tcp://127"):
            streamed(tmp_path / "t", 200, scheduler=machines.address)
    finally:
        machines.end()
