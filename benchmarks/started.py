"""Processes of the benchmark: started on one core, and ended by their own ids, whatever happens."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

START_SECONDS, END_SECONDS = 15.0, 10.0


class StartError(Exception):
    """A process did not come up, or not in time; says what it printed last."""


@contextlib.contextmanager
def pinned(core: int) -> Iterator[None]:
    """What is started in here inherits the core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def process(
    command: list[str],
    core: int,
    printed: Path,
    *,
    talks: bool = False,
    more: dict[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a group of its own, printing to a file (what `talks` says, to us).

    `more` is added to its environment.
    """
    pipe = subprocess.PIPE if talks else None
    with printed.open("wb") as file:
        with pinned(core):
            started = subprocess.Popen(
                command,
                stdin=pipe or subprocess.DEVNULL,
                stdout=pipe or file,
                stderr=file,
                start_new_session=True,
                env={**os.environ, **(more or {})},
            )
        try:
            yield started
        finally:
            end(started)


def end(started: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, wait, then end what is left of its group."""
    started.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        started.wait(END_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    for stream in (started.stdin, started.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_for_port(started: subprocess.Popen[bytes], port: int, printed: Path) -> None:
    """Wait until a process listens. Raises StartError."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and started.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise StartError(f"it does not listen: {last_words(printed)}")


def last_words(printed: Path) -> str:
    """The end of what a process printed."""
    return printed.read_text(errors="replace").strip()[-600:] or "it printed nothing"
