"""A station or a CSMS of other people's making, as a process that is moved line by line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio

from gateway.testing.fakes import CallFailed, Payload
from tests.endtoend.gateway_process import ACCESS, PATIENCE

HERE = Path(__file__).parent / "peers"
INSTALLING = 120.0  # seconds for npm
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[Any]).decode


class DrivenPeer:
    """One process. It is a station, or a CSMS for one station."""

    def __init__(self, command: list[str], identity: str, environment: dict[str, str]) -> None:
        self.identity, self._command, self._environment = identity, command, environment
        self.name = self.version = ""
        self.port = 0
        self.heard: list[tuple[str, Payload]] = []
        self.violations: list[str] = []
        self._answers_in, self._answers = trio.open_memory_channel[list[Any]](10)
        self._process: trio.Process

    @property
    def url(self) -> str:
        """Where a gateway finds it."""
        return f"ws://{ACCESS}:{self.port}/{self.name}"

    async def run(self, *, task_status: trio.TaskStatus[None]) -> None:
        """Live as long as the test does."""
        environment = os.environ | self._environment
        self._process = await trio.lowlevel.open_process(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        try:
            await self._listen(task_status)
        finally:
            self._process.kill()
            with trio.CancelScope(shield=True):
                await self._process.wait()
                await self._close()

    async def _close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        await self._process.stdin.aclose()
        await self._process.stdout.aclose()

    async def _listen(self, task_status: trio.TaskStatus[None]) -> None:
        assert self._process.stdout is not None
        rest = b""
        async for data in self._process.stdout:
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                kind, *told = _decode(line)
                if kind == "ready":
                    self.port = told[0]
                    task_status.started()
                else:
                    self._take(kind, told)

    def _take(self, kind: str, told: list[Any]) -> None:
        if kind == "heard":
            self.heard.append((told[1], told[2]))
        elif kind == "violation":
            self.violations.append(told[1])
        else:
            self._answers_in.send_nowait([kind, told[1]])

    async def call(self, action: str, payload: Payload) -> Payload:
        """Have it ask. Raises CallFailed."""
        assert self._process.stdin is not None
        with trio.fail_after(PATIENCE):
            await self._process.stdin.send_all(_encode([self.identity, action, payload]) + b"\n")
            kind, answer = await self._answers.receive()
        if kind == "failed":
            raise CallFailed(answer, f"{action} of {self.identity}")
        given: Payload = answer
        return given


class Make:
    """Whose program it is, and how it is started."""

    def __init__(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        self._command, self._environment = command, environment or {}

    async def peer(
        self, nursery: trio.Nursery, role: str, version: str, answers: Any, *place: str
    ) -> DrivenPeer:
        """A station at `place`, its URL and identity; or a CSMS for the identity alone."""
        command = [*self._command, role, version, _encode(answers).decode(), *place]
        peer = DrivenPeer(command, place[-1], self._environment)
        peer.name, peer.version = f"far-{version}", version
        with trio.fail_after(PATIENCE):
            await nursery.start(peer.run)
        return peer


def ocpp_package() -> Make:
    """The `ocpp` package on asyncio and `websockets`."""
    return Make([sys.executable, str(HERE / "ocpp_package.py")])


def ocpp_rpc(cache: pytest.Cache) -> Make:
    """npm's ocpp-rpc on Node, strict; installed once, then taken from pytest's cache."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip(f"{'npm' if node else 'node'} is not on the path: no peer from npm")
    folder = cache.mkdir("ocpp-rpc")
    installed = folder / "node_modules" / ".package-lock.json"
    if not installed.exists() or (folder / "package-lock.json").read_bytes() != lock():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        done = subprocess.run(
            [npm, "ci", *options], cwd=folder, capture_output=True, text=True, timeout=INSTALLING
        )
        assert done.returncode == 0, f"npm ci: {done.stderr}"
    program = str(HERE / "ocpp_rpc.cjs")
    return Make([node, program], {"NODE_PATH": str(folder / "node_modules")})


def lock() -> bytes:
    """What is to be installed, to the byte."""
    return (HERE / "package-lock.json").read_bytes()
