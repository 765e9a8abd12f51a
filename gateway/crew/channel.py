"""Messages in both directions over one socket, in order; who asks hears of the other's end, too."""

import socket
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import TypeAlias

import msgspec
import trio

from gateway.crew.messages import Body, Envelope

CHUNK = 262_144
HEAD = 4  # bytes in front of each message: its length
CLOSE_SECONDS = 5.0

Hear: TypeAlias = Callable[[int, Body], None]  # the number to answer with, and what was said
Done: TypeAlias = Callable[[Body | None], None]  # None: the other end is gone

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Envelope).decode


class Channel:
    """One end. Sending returns at once; what the socket does not take waits here."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.is_over = False
        self._sock, self._outbox = sock, bytearray()
        self._waits = trio.Event()  # something is in the outbox
        self._numbers = count(1)
        self._asked: dict[int, Done] = {}

    def tell(self, body: Body) -> None:
        """Say something that needs no answer. Raises ValueError for what cannot be said."""
        self._send(Envelope(0, False, body))

    def call(self, body: Body, done: Done) -> None:
        """Ask; `done` hears the answer. Raises ValueError for what cannot be said."""
        if self.is_over:
            done(None)
            return
        number = next(self._numbers)
        self._send(Envelope(number, False, body))
        self._asked[number] = done

    async def ask(self, body: Body, heard: Done = lambda answer: None) -> Body | None:
        """Ask, and wait for the answer; None if the other end is gone.

        `heard` is called with it before anything else is heard.
        """
        came, answers = trio.Event(), list[Body | None]()

        def done(answer: Body | None) -> None:
            answers.append(answer)
            heard(answer)
            came.set()

        self.call(body, done)
        await came.wait()
        return answers[0]

    def answer(self, number: int, body: Body) -> None:
        """Answer what was asked under this number."""
        self._send(Envelope(number, True, body))

    async def run(self, hear: Hear) -> None:
        """Listen until the other end is gone; what was asked and not answered never will be."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._flush)
            await self._listen(hear)
            nursery.cancel_scope.cancel()
        self.is_over = True
        while self._asked:
            self._asked.popitem()[1](None)

    def close(self) -> None:
        """Send what waits, and let go. What was said last is heard all the same."""
        self.is_over = True
        with self._sock, suppress(OSError):
            self._sock.settimeout(CLOSE_SECONDS)
            self._sock.sendall(self._outbox)

    def _send(self, envelope: Envelope) -> None:
        data = encode(envelope)
        frame = len(data).to_bytes(HEAD) + data
        if self._outbox:
            self._outbox += frame
            return
        try:
            sent = self._sock.send(frame)
        except BlockingIOError:
            sent = 0
        except OSError:  # whoever listens here hears of it
            return
        if sent < len(frame):
            self._outbox += frame[sent:]
            self._waits.set()

    async def _flush(self) -> None:
        while True:
            await self._waits.wait()
            while self._outbox:
                await trio.lowlevel.wait_writable(self._sock)
                with suppress(BlockingIOError):
                    try:
                        del self._outbox[: self._sock.send(self._outbox)]
                    except ConnectionError:
                        return
            self._waits = trio.Event()

    async def _listen(self, hear: Hear) -> None:
        buffer = bytearray()
        while True:
            await trio.lowlevel.wait_readable(self._sock)
            try:
                data = self._sock.recv(CHUNK)
            except BlockingIOError:
                continue
            except ConnectionError:
                return
            if not data:
                return
            buffer += data
            del buffer[: self._take(bytes(buffer), hear)]

    def _take(self, data: bytes, hear: Hear) -> int:
        """Hear every whole message; how many bytes that were."""
        start = 0
        while start + HEAD <= len(data):
            end = start + HEAD + int.from_bytes(data[start : start + HEAD])
            if end > len(data):
                break
            envelope = decode(memoryview(data)[start + HEAD : end])
            start = end
            if not envelope.is_answer:
                hear(envelope.number, envelope.body)
            elif (done := self._asked.pop(envelope.number, None)) is not None:
                done(envelope.body)
        return start
