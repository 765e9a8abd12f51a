"""A gateway under attack: a canary station that must be served throughout, and what must hold."""

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import trio
from wsproto import ConnectionType

from tests.abuse.far_csms import attend
from tests.endtoend import sessions
from tests.endtoend.gateway_process import ACCESS, LOOK_AGAIN, PATIENCE, Gateway
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import WireEnd, _opened

BEAT = 0.02  # seconds between two Heartbeats of the canary
PROMPT = 1.0  # seconds within which 99 of 100 of them are answered
GROWTH = 1.10  # resident memory afterwards, to what it was before
STRANGERS = [f"127.0.0.{number}" for number in range(2, 250)]  # addresses that nobody vouches for
PAGE = os.sysconf("SC_PAGE_SIZE")
COUNT_ALL = "[admission]\nexempt = []\n"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def request(identity: str = "BAD", headers: str = "", target: str = "") -> bytes:
    """A station's request, whole."""
    lines = (
        f"GET {target or f'/ocpp/{identity}'} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: ocpp1.6\r\n{headers}\r\n"
    )
    return lines.encode("latin-1")


class Siege:
    """The gateway, and what is measured while it is attacked."""

    def __init__(self, gateway: Gateway, canary: Talker | None = None) -> None:
        self.gateway, self._canary = gateway, canary
        assert gateway.process is not None
        self.pid = gateway.process.pid
        self.waits: list[float] = []
        self.before = 0  # bytes of memory that it is measured against

    @property
    def canary(self) -> Talker:
        """The station that must be served."""
        assert self._canary is not None
        return self._canary

    @property
    def resident(self) -> int:
        """Bytes of the gateway that are in memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE

    @property
    def descriptors(self) -> int:
        """How many the gateway has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    @property
    def cpu(self) -> float:
        """Seconds of processor time that the gateway has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def beat(self) -> None:
        """The canary's life: a Heartbeat, again and again."""
        while True:
            began = time.monotonic()
            assert "currentTime" in await self.canary.call("Heartbeat", {})
            self.waits.append(time.monotonic() - began)
            await trio.sleep(BEAT)

    async def knock(self, source: str = ACCESS) -> trio.SocketStream:
        """A TCP connection from an address of this machine."""
        return await trio.open_tcp_stream(ACCESS, self.gateway.port, local_address=source)

    async def answer(self, data: bytes, source: str = ACCESS) -> bytes:
        """What comes back until the end, or until there is a WebSocket."""
        said = b""
        with trio.fail_after(PATIENCE), suppress(trio.BrokenResourceError):
            async with await self.knock(source) as stream:
                if data:
                    await stream.send_all(data)
                async for more in stream:
                    said += more
                    if said.startswith(b"HTTP/1.1 101"):
                        return said
        return said

    async def status(self, data: bytes, source: str = ACCESS) -> int:
        """The HTTP status with which something is answered; 0 if it is not."""
        said = await self.answer(data, source)
        return int(said[9:12]) if said.startswith(b"HTTP/1.1 ") else 0

    async def admitted(self, identity: str, source: str = ACCESS, **keys: Any) -> WireEnd:
        """A station that is let in from an address."""
        with trio.fail_after(PATIENCE):
            stream = await self.knock(source)
            try:
                end = WireEnd(stream, ConnectionType.CLIENT)
                return await _opened(end, f"/ocpp/{identity}", "1.6", keys.get("headers", ()), ())
            except BaseException:
                await trio.aclose_forcefully(stream)
                raise

    async def outcomes(self) -> dict[str, float]:
        """How handshakes have ended until now."""
        counts = await self.gateway.counts()
        samples = counts.families["ocpp_gateway_handshakes"].samples
        return {sample.labels["outcome"]: sample.value for sample in samples}

    async def until_descriptors(self, holds: Callable[[int], bool]) -> None:
        """Wait until the gateway has that many open."""
        with trio.fail_after(PATIENCE):
            while not holds(self.descriptors):  # noqa: ASYNC110 (nor here)
                await trio.sleep(LOOK_AGAIN)

    async def until_resident(self, at_most: float) -> None:
        """Wait until memory is given back."""
        with trio.move_on_after(PATIENCE):
            while self.resident > at_most:  # noqa: ASYNC110 (the kernel sets no event)
                await trio.sleep(0.1)
        assert self.resident <= at_most, f"{self.resident / 1e6:.1f} of {at_most / 1e6:.1f} MB"


class Camp(Stage):
    """A stage with a gateway that is there already."""

    def __init__(self, folder: Path, nursery: trio.Nursery, shared: Gateway) -> None:
        super().__init__(folder, nursery)
        self.shared = shared


@asynccontextmanager
async def siege(stage: Camp, *, csms: Any = None, **keys: Any) -> AsyncIterator[Siege]:
    """A gateway whose canary is served all the time; at the end all that must hold is asked.

    Without a CSMS or keys of its own it is the one that others were at before.
    """
    gateway = stage.shared
    if csms is not None or keys:
        gateway = await stage.gateway(csms or await stage.csms("far", "1.6"), **keys)
    await gateway.settles("stations_connected", 0)  # those of the test before are gone
    canary = await stage.station(gateway, "CANARY")
    await canary.call("BootNotification", sessions.boot("1.6"))
    around = Siege(gateway, canary)
    await around.answer(b"GET / HTTP/1.1\r\n\r\n")  # first times load what stays
    await gateway.counts()
    around.before = around.resident
    async with trio.open_nursery() as nursery:
        nursery.start_soon(around.beat)
        yield around
        await is_well(around)
        nursery.cancel_scope.cancel()
    await canary.end.drop()


async def staffed(stage: Stage, name: str, version: str) -> WireCsms:
    """A CSMS that answers whoever comes, and bears whatever is said."""
    csms = await stage.wire_csms(name, version)
    stage.nursery.start_soon(attend, csms)
    return csms


async def is_well(around: Siege) -> None:
    """The same process; the canary served, and soon; no crash; memory as it was."""
    gateway = around.gateway
    while len(around.waits) < 20:  # noqa: ASYNC110 (a few beats, however short the attack was)
        await trio.sleep(BEAT)
    assert gateway.is_alive
    assert not around.canary.closed.is_set()
    slowest = sorted(around.waits)[int(len(around.waits) * 0.99) - 1]
    assert slowest < PROMPT, f"p99 {slowest:.2f} s of {len(around.waits)}"
    assert "Traceback" not in gateway.log
    assert (await gateway.counts()).of("station_crashes_total") == 0
    assert "crashed" not in await around.outcomes()
    await around.until_resident(around.before * GROWTH)
