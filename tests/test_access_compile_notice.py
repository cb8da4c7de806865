"""The message about compiling: once a process, and only where there is something to compile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from access import compile_notice
from access.compile_notice import tell_if_compiling


@pytest.fixture(autouse=True)
def _never_told() -> Iterator[None]:
    tell_if_compiling.cache_clear()
    yield
    tell_if_compiling.cache_clear()


def test_says_once_that_the_engine_is_compiled_first(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(compile_notice, "is_compiled", lambda: False)
    tell_if_compiling()
    tell_if_compiling()
    assert len(caplog.messages) == 1
    assert "compiling the engine for this machine, once" in caplog.messages[0]


def test_says_nothing_where_the_machine_code_is_there(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(compile_notice, "is_compiled", lambda: True)
    tell_if_compiling()
    assert caplog.messages == []
