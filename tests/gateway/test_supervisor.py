"""The supervisor of several workers, when starting one does not go as usual."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trio

from gateway import config as configuration
from gateway.core.tally import Tally
from gateway.crew import supervisor
from gateway.store.memory import MemoryStore
from tests.endtoend.gateway_process import until

SMALLEST = """
listen = { url = "ws://127.0.0.1:0" }
csms = [{ name = "far", url = "ws://127.0.0.1:1", version = "1.6" }]
segment = [{ name = "all", primary = "far" }]
store = { url = "memory:" }
"""
PAUSES = [sys.executable, "-c", "import signal; signal.pause()"]


def supervisor_of(path: Path, monkeypatch: pytest.MonkeyPatch, *commands: list[str]) -> Any:
    """One whose workers are these programs, the last one again and again."""
    path.write_text(SMALLEST)
    left = list(commands)
    monkeypatch.setattr(
        supervisor.member, "command", lambda *_: left.pop(0) if len(left) > 1 else left[0]
    )
    monkeypatch.setattr(supervisor, "FIRST_WAIT", 0.01)
    return supervisor.Supervisor(configuration.load(path), path, MemoryStore(), Tally())


@pytest.mark.trio
async def test_a_signal_that_comes_while_a_worker_is_being_started_is_for_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = supervisor_of(tmp_path / "gateway.toml", monkeypatch, PAUSES)
    start = trio.lowlevel.open_process

    async def told_meanwhile(*arguments: Any, **keys: Any) -> trio.Process:
        keeper.stop()
        return await start(*arguments, **keys)

    monkeypatch.setattr(trio.lowlevel, "open_process", told_meanwhile)
    with trio.fail_after(10):
        await keeper._keep(keeper.posts[0], 0)
    assert not keeper.has_failed


@pytest.mark.trio
async def test_a_worker_that_cannot_be_started_again_just_now_ends_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = [str(tmp_path / "nothing")]
    keeper = supervisor_of(tmp_path / "gateway.toml", monkeypatch, nothing, nothing, PAUSES)
    post = keeper.posts[0]
    post.was_ready = True  # in its first life
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keeper._keep, post, 0)
            await until(lambda: post.process is not None)
            keeper.stop()
    assert keeper.ledger.restarts == {1: 2}


@pytest.mark.trio
async def test_a_worker_that_cannot_start_at_all_ends_the_gateway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = [sys.executable, "-c", "pass"]
    for command in (ends, [str(tmp_path / "nothing")]):
        keeper = supervisor_of(tmp_path / "gateway.toml", monkeypatch, command)
        with trio.fail_after(10):
            await keeper._keep(keeper.posts[0], 0)
        assert keeper.is_stopping
        assert keeper.has_failed


def test_a_process_that_ends_while_it_is_measured_is_left_out() -> None:
    class Ending:
        looks = 0

        @property
        def process(self) -> Any:
            self.looks += 1
            return SimpleNamespace(pid=7) if self.looks == 1 else None

    keeper = supervisor.Supervisor.__new__(supervisor.Supervisor)
    keeper.posts = [Ending()]  # type: ignore[list-item]
    assert keeper.pids()[1:] in ([7], [])
