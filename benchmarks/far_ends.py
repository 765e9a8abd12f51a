"""The stations and CSMSs of the load, as cheap as Python makes them: raw protocols on uvloop."""

import asyncio
import re
import ssl
import time
from array import array
from collections import Counter, deque
from datetime import UTC, datetime
from functools import partial
from typing import cast

import msgspec

from benchmarks import certificate, messages, wire
from benchmarks.figures import Verified, Version

HOST = "127.0.0.1"
_CALL = re.compile(rb'\s*\[\s*2\s*,\s*"([^"\\]+)"\s*,\s*"(\w+)"')


class Ledger:
    """What all far ends of one run account for together."""

    def __init__(self) -> None:
        self.times = messages.Times(datetime.now(UTC))
        self.running = False  # stations send the next sample set as soon as one is answered
        self.recording = False  # round trips are kept
        self.over = False  # connections may end now
        self.sent = self.answered = self.other_calls = 0
        self.joined: Counter[str] = Counter()  # connections, by the CSMS's role
        self.heard: Counter[str] = Counter()  # metered CALLs, likewise
        self.round_trips = array("d")
        self.examples: dict[str, str] = {}
        self.broken: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def fail(self, why: str) -> None:
        """The run is worth nothing: this is why. The first reason stays."""
        if not self.broken.done() and not self.over:
            self.broken.set_result(why)

    def account(self) -> Verified:
        """The sums, as they stand."""
        return Verified(self.sent, self.answered, dict(self.heard), self.other_calls)


class FarEnd(asyncio.Protocol):
    """One WebSocket of the load."""

    masked = False
    transport: asyncio.Transport

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.upgraded, self.left = ledger, False, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one by conduct only

    def connection_lost(self, exc: Exception | None) -> None:
        if self.upgraded:
            self.ledger.fail(f"a {type(self).__name__}'s connection was lost: {exc or 'closed'}")

    def data_received(self, data: bytes) -> None:
        try:
            self.take(self.left + data if self.left else data)
        except (wire.WireError, msgspec.DecodeError, KeyError, ValueError) as error:
            self.ledger.fail(f"{type(self).__name__}: {error!r} in {data[:200]!r}")
            self.transport.abort()

    def take(self, data: bytes) -> None:
        """Take the upgrade's head first, frames from then on."""
        if not self.upgraded:
            head, end, rest = data.partition(b"\r\n\r\n")
            if not end:
                self.left = data
                return
            self.upgraded, data = True, rest
            self.shake(head)
        found, self.left = wire.cut(data)
        for opcode, payload in found:
            if opcode == wire.TEXT:
                self.hear(payload)
            elif opcode == wire.PING:
                self.say(payload, wire.PONG)
            elif opcode == wire.CLOSE:
                self.told_to_close(payload)

    def told_to_close(self, payload: bytes) -> None:
        """A close frame came."""
        self.ledger.fail(f"a {type(self).__name__} was told to close: {payload!r}")

    def say(self, payload: bytes, opcode: int = wire.TEXT) -> None:
        """Send one frame."""
        self.transport.write(wire.frame(payload, masked=self.masked, opcode=opcode))

    def shake(self, head: bytes) -> None:
        """Deal with the opening handshake's head."""
        raise AssertionError("each end has its own")

    def hear(self, text: bytes) -> None:
        """Deal with one OCPP-J text."""
        raise AssertionError("each end has its own")


class Csms(FarEnd):
    """One station's connection at a CSMS that accepts everything."""

    def __init__(self, ledger: Ledger, role: str, version: Version) -> None:
        super().__init__(ledger)
        self.role, self.version = role, version
        self.metered = messages.METERED[version].encode()

    def shake(self, head: bytes) -> None:
        self.transport.write(wire.upgraded(head))
        self.ledger.joined[self.role] += 1
        self.serial = self.ledger.joined[self.role]

    def hear(self, text: bytes) -> None:
        call = _CALL.match(text)
        if call is None:
            raise wire.WireError("no CALL")
        message_id, action = call.groups()
        if action == self.metered and b'"Started"' not in text:
            self.ledger.heard[self.role] += 1
            if self.role not in self.ledger.examples:
                self.ledger.examples[self.role] = text.decode()
        answer = messages.csms_answer(self.version, action, text, self.serial)
        self.say(b'[3,"%b",%b]' % (message_id, answer))


class Station(FarEnd):
    """A charging station: it starts, begins a transaction and meters as told."""

    masked = True

    def __init__(
        self, ledger: Ledger, version: Version, number: int, port: int, *, flawed: bool = False
    ) -> None:
        super().__init__(ledger)
        self.version, self.number, self.port, self.flawed = version, number, port, flawed
        self.identity = f"BENCH-{number:05d}"
        self.ready = asyncio.Event()
        self.opening = deque(messages.opening(version, self.identity, flawed=flawed))
        self.transaction = f"T-{self.identity}".encode()
        self.calls = self.samples = 0
        self.action = ""
        self.begun = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        subprotocol = messages.SUBPROTOCOL[self.version]
        path = f"/ocpp/{self.identity}"
        self.transport.write(wire.upgrade(f"{HOST}:{self.port}", path, subprotocol))

    def shake(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 101"):
            raise wire.WireError("no upgrade")
        self.call(*self.opening.popleft())

    def call(self, action: str, payload: bytes) -> None:
        """Send one CALL; its answer is awaited in `hear`."""
        self.calls += 1
        self.action = action
        self.message_id = b"%08d-0000-4000-8000-%012d" % (
            self.number,
            self.calls,
        )  # as long as a UUID
        self.right = b'[3,"%b",' % self.message_id
        self.begun = time.perf_counter()
        self.say(b'[2,"%b","%b",%b]' % (self.message_id, action.encode(), payload))

    async def begin(self) -> None:
        """Begin a transaction, and wait until that is answered."""
        self.ready.clear()
        self.call(*messages.beginning(self.version, self.identity))
        await self.ready.wait()

    def meter(self) -> None:
        """Send the next sample set."""
        self.samples += 1
        self.ledger.sent += 1
        times = self.ledger.times
        payload = messages.metered(
            self.version, self.transaction, self.samples, times, flawed=self.flawed
        )
        if not self.ledger.examples.get("station"):
            self.ledger.examples["station"] = payload.decode()
        self.call(messages.METERED[self.version], payload)

    def hear(self, text: bytes) -> None:
        if not text.startswith(self.right):
            self.hear_other(text)
        elif self.samples:
            self.metered()
        else:
            self.opened(msgspec.json.decode(text)[2])

    def metered(self) -> None:
        """The sample set was answered."""
        ledger = self.ledger
        ledger.answered += 1
        self.right = b"\n"  # a second answer would be a fault
        if ledger.recording:
            ledger.round_trips.append(time.perf_counter() - self.begun)
        if ledger.running:
            self.meter()

    def opened(self, answer: dict[str, object]) -> None:
        """A CALL of the opening was answered; the next one follows."""
        if self.action != "StatusNotification" and b"Accepted" not in msgspec.json.encode(answer):
            raise wire.WireError(f"{self.action} was not accepted: {answer}")
        if self.action == "StartTransaction":
            self.transaction = str(answer["transactionId"]).encode()
        self.right = b"\n"
        if self.opening:
            self.call(*self.opening.popleft())
        else:
            self.ready.set()

    def hear_other(self, text: bytes) -> None:
        """Answer a CALL; anything else is an answer that nobody waits for, or an error."""
        kind, message_id, *rest = msgspec.json.decode(text)
        if kind == 3 and self.right != b"\n" and message_id.encode() == self.message_id:
            self.hear(self.right + msgspec.json.encode(rest[0]) + b"]")  # spelled otherwise
            return
        if kind != 2:
            raise wire.WireError(f"not the answer to {self.message_id!r}")
        self.ledger.other_calls += 1
        action, payload = rest
        answer = messages.STATION_ANSWERS.get(action)
        if answer is None:
            self.say(msgspec.json.encode([4, message_id, "NotImplemented", "", {}]))
        else:
            self.say(msgspec.json.encode([3, message_id, answer(payload)]))


async def serve_csms(ledger: Ledger, role: str, version: Version, kind: type[Csms] = Csms) -> int:
    """Open a CSMS on a free port, and tell the port."""
    ledger.heard[role] = ledger.joined[role] = 0
    make = partial(kind, ledger, role, version)
    server = await asyncio.get_running_loop().create_server(make, HOST, 0, backlog=4096)
    port: int = server.sockets[0].getsockname()[1]
    return port


async def connect(station: Station, tls: ssl.SSLContext | None = None) -> None:
    """Connect a station and have it start; it was accepted when this returns."""
    loop, name = asyncio.get_running_loop(), certificate.NAME if tls else None
    await loop.create_connection(lambda: station, HOST, station.port, ssl=tls, server_hostname=name)
    await station.ready.wait()
