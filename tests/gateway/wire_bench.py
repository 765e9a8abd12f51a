"""What the tests of the wire share: a session of thirty lines, raw far ends, a lane around them."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from typing import Any

import trio

from gateway.core.effects import STATION, Close, Effect, Send
from gateway.core.line import Alarm
from gateway.core.route import Route, Upstream
from gateway.core.tally import Tally
from gateway.limits import Limits
from gateway.store.memory import MemoryStore
from gateway.wire import stream
from gateway.wire.decoder import Decoder
from gateway.wire.framing import PING, PONG, TEXT, encoded
from gateway.wire.lane import Lane, Upgraded
from gateway.wire.link import Link

KEY = b"\x05\x06\x07\x08"
PATIENCE = 5.0  # seconds: when a test has failed


def route(*shadows: str, identity: str = "CS1") -> Route:
    """A 1.6 station whose primary is `legacy`."""
    return Route(
        identity=identity,
        version="1.6",
        segment="default",
        primary=Upstream("legacy", "1.6"),
        shadows=tuple(Upstream(name, "1.6") for name in shadows),
    )


class Forwarding:
    """A session that passes texts on, and closes one side when the other is gone."""

    def __init__(self, shadows: tuple[str, ...] = ()) -> None:
        self.alarm, self.congested, self.stands_in = Alarm(), False, False
        self.backlog = ("of any length",)
        self.shadows, self.calls = shadows, []  # type: tuple[str, ...], list[tuple[Any, ...]]

    def hear(self, leg: str, text: bytes, now: float) -> list[Effect]:
        self.calls.append(("hear", leg, text))
        if leg == STATION:
            return [Send(name, text) for name in ("legacy", *self.shadows)]
        return [Send(STATION, text)] if leg == "legacy" else []

    def opened(self, leg: str, now: float) -> list[Effect]:
        self.calls.append(("opened", leg))
        return []

    def closed(self, leg: str, now: float) -> list[Effect]:
        self.calls.append(("closed", leg))
        if leg == STATION:
            return [Close(name, 1001, "station gone") for name in ("legacy", *self.shadows)]
        return [Close(STATION, 1001, "csms gone")] if leg == "legacy" else []

    def tick(self, now: float) -> list[Effect]:
        self.calls.append(("tick",))
        self.alarm.at = inf
        return []

    def fall_apart(self) -> None:
        """There are no parts."""


class Scripted(Forwarding):
    """Answers each text of the station with the effects that stand for it."""

    def __init__(self, **script: list[Effect]) -> None:
        super().__init__()
        self.script = script

    def hear(self, leg: str, text: bytes, now: float) -> list[Effect]:
        self.calls.append(("hear", leg, text))
        return self.script[text.decode()]


class Shore:
    """Notes what links ask of slow tasks."""

    def __init__(self) -> None:
        self.dialled: list[str] = []
        self.over: list[Link] = []

    def dial(self, link: Link, leg: str) -> None:
        self.dialled.append(leg)

    def ended(self, link: Link) -> None:
        self.over.append(link)


class End:
    """The far end of one socket, speaking bytes."""

    def __init__(self, sock: socket.socket, client: bool) -> None:
        sock.setblocking(False)
        self.sock, self.client = sock, client
        self.decoder = Decoder(from_client=not client, limit=10_000_000)
        self.raw = b""

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        with trio.fail_after(PATIENCE):
            await stream.send_all(self.sock, data)

    async def say(self, text: bytes, opcode: int = TEXT) -> None:
        """Send one frame."""
        await self.send(encoded(opcode, text, KEY if self.client else b""))

    async def hear(self) -> tuple[int, bytes] | None:
        """The next message or control frame, None at the end."""
        with trio.fail_after(PATIENCE):
            while (frame := self.decoder.next()) is None:
                if not (data := await self.read()):
                    return None
                self.raw += data
                self.decoder.receive(data)
        return frame

    async def read(self) -> bytes:
        """Some bytes; none at the end, however it came."""
        try:
            with trio.fail_after(PATIENCE):
                return await stream.receive(self.sock, 65_536)
        except OSError:
            return b""

    async def closing(self) -> int | None:
        """The code of the close frame that comes next; None if the socket ends without one."""
        frame = await self.hear()
        return None if frame is None else int.from_bytes(frame[1][:2], "big")


class Harbour:
    """A lane that runs, and links to put under it."""

    def __init__(self, lane: Lane, tally: Tally) -> None:
        self.lane, self.tally, self.shore = lane, tally, Shore()
        self.ends: list[End] = []

    def pair(self, client: bool) -> tuple[Upgraded, End]:
        """A socket for the lane and its far end, with small kernel buffers."""
        ours, theirs = socket.socketpair()
        for one in (ours, theirs):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
        ours.setblocking(False)
        self.ends.append(End(theirs, client))
        return Upgraded(ours), self.ends[-1]

    def link(self, session: Any, *shadows: str) -> Link:
        """A link without sockets."""
        return Link(route(*shadows), session, self.shore)

    def adopt(self, session: Any, *shadows: str) -> tuple[Link, End, End]:
        """A new link, its station's and its primary's far ends."""
        link = self.link(session, *shadows)
        (station, far_station), (primary, far_primary) = self.pair(True), self.pair(False)
        self.lane.adopt(link, station, primary)
        return link, far_station, far_primary

    def attach(self, link: Link, leg: str) -> End:
        """Another leg."""
        ours, far = self.pair(False)
        self.lane.attach(link, leg, ours)
        return far


@asynccontextmanager
async def harbour(store: Any = None, poller: Any = None, **limits: float) -> AsyncIterator[Harbour]:
    """A lane that runs within the block, and leaves no socket behind."""
    tally = Tally()
    bounds = Limits(**{"ping_interval": 0.0, "close_within": 1.0, **limits})  # type: ignore[arg-type]
    lane = Lane(store or MemoryStore(), tally, bounds, poller=poller)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lane.run)
        port = Harbour(lane, tally)
        try:
            yield port
        finally:
            for end in port.ends:
                end.sock.close()
        nursery.cancel_scope.cancel()


async def round_trip(station: Any, primary: Any) -> None:
    """Whatever was sent before this is served when this returns."""
    await station.say(b"", PING)
    assert await station.hear() == (PONG, b"")
    await primary.say(b"", PING)
    assert await primary.hear() == (PONG, b"")


async def round_trip_of(end: Any) -> None:
    """What this end sent was served."""
    await end.say(b"", PING)
    assert await end.hear() == (PONG, b"")
