"""Stations and CSMSs on trio-websocket: far ends that share no code with the gateway's own wire."""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from urllib.parse import unquote

import msgspec
import trio
import trio_websocket

Payload: TypeAlias = dict[str, Any]
Answer: TypeAlias = Payload | Callable[[Payload], Payload | None] | None
SUBPROTOCOLS = {"1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1"}

_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder().decode


class CallFailed(Exception):
    """A CALL was answered with a CALLERROR."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code


class Peer:
    """One end of an OCPP-J connection: asks CALLs, answers those it has an answer for."""

    def __init__(self, name: str, answers: dict[str, Answer]) -> None:
        self.name, self.answers = name, answers
        self.heard: list[tuple[str, Payload]] = []  # the CALLs of the other end, in order
        self.socket: Any = None
        self._ids = itertools.count(1)
        self._waiting: dict[str, trio.MemorySendChannel[list[Any]]] = {}
        self._listeners: list[trio.MemorySendChannel[tuple[str, Payload]]] = []

    async def call(self, action: str, payload: Payload, seconds: float = 10.0) -> Payload:
        """Ask, and wait for the answer. Raises CallFailed, or trio.TooSlowError."""
        message_id = f"{self.name}-{next(self._ids)}"
        send, receive = trio.open_memory_channel[list[Any]](1)
        self._waiting[message_id] = send
        await self.say([2, message_id, action, payload])
        with trio.fail_after(seconds):
            answer = await receive.receive()
        if answer[0] == 4:
            raise CallFailed(answer[2], answer[3])
        given: Payload = answer[2]
        return given

    async def say(self, frame: list[Any]) -> None:
        """Send any frame."""
        await self.socket.send_message(_encode(frame).decode())

    async def wait_for(self, action: str, seconds: float = 10.0) -> Payload:
        """The payload of the next CALL with this action, or of the last one already heard."""
        for heard, payload in reversed(self.heard):
            if heard == action:
                return payload
        send, receive = trio.open_memory_channel[tuple[str, Payload]](64)
        self._listeners.append(send)
        with trio.fail_after(seconds):
            async for heard, payload in receive:
                if heard == action:
                    return payload
        raise AssertionError("the channel of a listener is never closed")

    async def listen(self, socket: Any) -> None:
        """Hear the other end until it closes."""
        self.socket = socket
        try:
            while True:
                await self._hear(_decode(await socket.get_message()))
        except trio_websocket.ConnectionClosed:
            return

    async def _hear(self, frame: list[Any]) -> None:
        if frame[0] != 2:
            waiting = self._waiting.pop(frame[1], None)
            if waiting is not None:
                waiting.send_nowait(frame)
            return
        _, message_id, action, payload = frame
        self.heard.append((action, payload))
        for listener in self._listeners:
            listener.send_nowait((action, payload))
        answer = self.answers.get(action, {})
        given = answer(payload) if callable(answer) else answer
        if given is None:
            await self.say([4, message_id, "NotSupported", "", {}])
        else:
            await self.say([3, message_id, given])


class FakeStation(Peer):
    """A charging station. `async with station.connected(url)` is one connection of it."""

    def __init__(
        self, identity: str, version: str = "1.6", answers: dict[str, Answer] | None = None
    ) -> None:
        super().__init__(identity, answers or {})
        self.identity, self.version = identity, version

    @asynccontextmanager
    async def connected(self, url: str, suffix: str = "") -> AsyncIterator["FakeStation"]:
        """Connect to `<url>/<identity><suffix>` and hear what comes, until the block ends."""
        async with (
            trio_websocket.open_websocket_url(
                f"{url}/{self.identity}{suffix}",
                subprotocols=[SUBPROTOCOLS[self.version]],
                disconnect_timeout=1,
            ) as socket,
            trio.open_nursery() as nursery,
        ):
            self.socket = socket
            nursery.start_soon(self.listen, socket)
            yield self
            nursery.cancel_scope.cancel()


class FakeCsms:
    """A CSMS: one `Peer` a station, by identity; all of them answer from the same table."""

    def __init__(self, name: str, version: str, answers: dict[str, Answer]) -> None:
        self.name, self.version, self.answers = name, version, answers
        self.stations: dict[str, Peer] = {}
        self.on_call: Callable[[str, str, str, Payload], None] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where a gateway finds it."""
        return f"ws://127.0.0.1:{self.port}/{self.name}"

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Listen on a free port of the loopback until cancelled."""
        async with trio.open_nursery() as nursery:
            serve = trio_websocket.serve_websocket
            server = await nursery.start(serve, self._meet, "127.0.0.1", 0, None)
            self.port = server.port
            task_status.started()

    async def _meet(self, request: trio_websocket.WebSocketRequest) -> None:
        identity = unquote(request.path.rpartition("/")[2])
        if SUBPROTOCOLS[self.version] not in request.proposed_subprotocols:
            await request.reject(400)
            return
        socket = await request.accept(subprotocol=SUBPROTOCOLS[self.version])
        peer = self.stations.get(identity)
        if peer is None:
            peer = self.stations[identity] = Peer(f"{self.name}-{identity}", self.answers)
        await peer.listen(socket)
