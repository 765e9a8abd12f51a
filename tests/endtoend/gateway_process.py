"""The real gateway as a process of its own, on ports of the loopback, and what it counts."""

import random
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import trio
from prometheus_client.parser import text_string_to_metric_families

from tests import planted

PATIENCE = 15.0  # seconds that anything may take before a test has failed
LOOK_AGAIN = 0.02
# Below the ports that the kernel gives to outgoing connections: nobody takes one meanwhile.
PORTS = range(20_000, 32_000)
ACCESS = "127.0.0.1"


async def until(is_so: Callable[[], bool], within: float = PATIENCE) -> None:
    """Wait until something has come about, elsewhere than in this process."""
    with trio.fail_after(within):
        while not is_so():  # noqa: ASYNC110 (there is nobody here to set an event)
            await trio.sleep(LOOK_AGAIN)


class Place(Protocol):
    """A CSMS, as a configuration names it."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def url(self) -> str: ...


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    for port in random.sample(PORTS, 200):
        try:
            with socket.create_server((ACCESS, port)):
                return port
        except OSError:
            continue
    raise RuntimeError("no free port")


def configuration(
    csmss: Sequence[Place],
    *,
    shadows: Sequence[Place] = (),
    segments: str = "",
    listen: str = "",
    csms_keys: str = "",
    options: str = 'provision = "off"',
    timeouts: str = "",
) -> str:
    """A configuration without `listen.url` and `[admin]`, which each gateway adds.

    Without `segments` the first CSMS is everybody's primary.
    """
    each = [
        f'[[csms]]\nname = "{one.name}"\nurl = "{one.url}"\nversion = "{one.version}"\n{csms_keys}'
        for one in (*csmss, *shadows)
    ]
    heard_too = ", ".join(f'"{one.name}"' for one in shadows)
    everybody = (
        f'[[segment]]\nname = "default"\nprimary = "{csmss[0].name}"\nshadows = [{heard_too}]\n'
    )
    store = '[store]\nurl = "sqlite://state.db"\n'
    translation = f"[translation]\n{options}\n"
    patience = f"[timeouts]\ndrain = 0.5\n{timeouts}\n"
    return "\n".join([listen, *each, segments or everybody, store, translation, patience])


class Counts:
    """One reading of /metrics."""

    def __init__(self, text: str) -> None:
        self.families = {family.name: family for family in text_string_to_metric_families(text)}

    def of(self, name: str, **labels: str) -> float:
        """The sum of the samples of this name that bear these labels; 0 without any."""
        family = self.families.get(f"ocpp_gateway_{name.removesuffix('_total')}")
        if family is None:
            return 0.0
        return sum(
            sample.value
            for sample in family.samples
            if sample.name in (f"ocpp_gateway_{name}", f"ocpp_gateway_{name}_total")
            and labels.items() <= sample.labels.items()
        )

    def observed(self, name: str, **labels: str) -> float:
        """How many durations a histogram holds."""
        samples = self.families[f"ocpp_gateway_{name}"].samples
        return sum(
            sample.value
            for sample in samples
            if sample.name.endswith("_count") and labels.items() <= sample.labels.items()
        )


class Gateway:
    """`ocpp-gateway run` in a folder that holds its configuration, store and log."""

    def __init__(self, folder: Path, config: str, scheme: str = "ws") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.path = folder, folder / "gateway.toml"
        self.port, self.admin = free_port(), free_port()
        self.url = f"{scheme}://{ACCESS}:{self.port}/ocpp"
        self.process: subprocess.Popen[bytes] | None = None
        planted.FOLDERS.append(folder)
        self.write(config)

    def write(self, config: str) -> None:
        """Put a configuration in place; whoever runs already has to be told."""
        head = f'[listen]\nurl = "{self.url}"\n'
        admin = f'[admin]\nlisten = "{ACCESS}:{self.admin}"\n'
        if "[log]" not in config:
            admin += '[log]\nlevel = "debug"\n'
        self.path.write_text(f"{head}{config}\n{admin}", encoding="utf-8")

    @property
    def log(self) -> str:
        """What it has written to stderr."""
        return (self.folder / "gateway.log").read_text(encoding="utf-8", errors="replace")

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    async def start(self) -> None:
        """Start it and wait until it takes stations."""
        command = [sys.executable, "-m", "gateway.cli", "run", "--config", str(self.path)]
        with (self.folder / "gateway.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 (it outlives many scopes)
                command, stdin=subprocess.DEVNULL, stderr=log
            )
        with trio.move_on_after(PATIENCE):
            while self.is_alive:
                if await self.get("/readyz") == (200, "ok\n"):
                    return
                await trio.sleep(LOOK_AGAIN)
        raise AssertionError(f"the gateway does not start:\n{self.log}")

    async def kill(self) -> None:
        """kill -9: nothing is flushed, nothing is said."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await trio.to_thread.run_sync(self.process.wait)

    async def ended(self) -> int:
        """Wait until it ends by itself; its exit status."""
        assert self.process is not None
        await until(lambda: not self.is_alive)
        return self.process.wait()

    async def stop(self) -> None:
        """End it in any case."""
        if self.process is None:
            return
        if self.is_alive:
            (self.folder / "metrics").write_text((await self.get("/metrics"))[1])
        self.process.terminate()
        with suppress(trio.TooSlowError):
            await self.ended()
        self.process.kill()
        self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    async def get(self, page: str) -> tuple[int, str]:
        """A page of the admin address: status and text; status 0 if nobody answers."""
        return await trio.to_thread.run_sync(self._get, page)

    def _get(self, page: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://{ACCESS}:{self.admin}{page}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    async def counts(self) -> Counts:
        """What it has counted until now."""
        status, text = await self.get("/metrics")
        assert status == 200
        return Counts(text)

    async def until(self, name: str, at_least: float, **labels: str) -> Counts:
        """Wait until a metric has come so far."""
        return await self._until(lambda found: found >= at_least, name, labels)

    async def settles(self, name: str, value: float, **labels: str) -> Counts:
        """Wait until a metric is what it should be."""
        return await self._until(lambda found: found == value, name, labels)

    async def _until(
        self, is_so: Callable[[float], bool], name: str, labels: dict[str, str]
    ) -> Counts:
        found = 0.0
        with trio.move_on_after(PATIENCE):
            while True:
                counts = await self.counts()
                found = counts.of(name, **labels)
                if is_so(found):
                    return counts
                await trio.sleep(LOOK_AGAIN)
        raise AssertionError(f"{name} {labels} is {found}\n{self.log[-2000:]}")
