"""One end of a WebSocket on wsproto: what is sent and heard, frame by frame if need be."""

import ssl
from collections.abc import Iterator, Sequence

import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Ping,
    Pong,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.frame_protocol import CloseReason, FrameProtocol
from wsproto.utilities import RemoteProtocolError

from tests.endtoend.gateway_process import ACCESS, PATIENCE

SUBPROTOCOLS = {"1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1"}
Headers = Sequence[tuple[bytes, bytes]]


class RefusedError(Exception):
    """The handshake was answered with an HTTP status."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        super().__init__(f"HTTP status {status}")
        self.status, self.headers = status, headers


class ClosedError(Exception):
    """The other end has closed, with this code; 1006 without a close frame."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class NoHandshakeError(Exception):
    """There is no WebSocket, and no HTTP status that says why."""


class WireEnd:
    """A connection that is open. Pings are answered, and kept to be looked at."""

    def __init__(self, stream: trio.abc.Stream, kind: ConnectionType) -> None:
        self.stream, self._ws = stream, WSConnection(kind)
        self._events: Iterator[Event] = iter(())
        self.target = ""
        self.headers: dict[bytes, bytes] = {}  # of the client's request
        self.offered: list[str] = []
        self.subprotocol: str | None = None
        self.pings: list[bytes] = []
        self.pongs: list[bytes] = []
        self.frames = 0  # of the message that was heard last
        self._one_at_a_time = trio.Lock()

    async def send(self, *events: Event) -> None:
        """Send what these events say, in one write."""
        await self.send_bytes(b"".join(self._ws.send(event) for event in events))

    async def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are, whatever they say."""
        with trio.fail_after(PATIENCE):
            async with self._one_at_a_time:
                await self.stream.send_all(data)

    async def say(self, text: str) -> None:
        """Send one text message in one frame."""
        await self.send(TextMessage(data=text))

    async def ping(self, payload: bytes) -> None:
        """Send a ping."""
        await self.send(Ping(payload=payload))

    async def close(self, code: int = CloseReason.NORMAL_CLOSURE) -> None:
        """Begin the closing handshake; NO_STATUS_RCVD is a close frame without a code."""
        await self.send(CloseConnection(code=CloseReason(code)))

    async def drop(self) -> None:
        """Close the TCP connection without a word."""
        await trio.aclose_forcefully(self.stream)

    async def hear(self) -> str:
        """The next text message. Raises ClosedError."""
        text, frames = "", 0
        while True:
            event = await self.next_event()
            if isinstance(event, Ping):
                self.pings.append(bytes(event.payload))
                await self.send(event.response())
            elif isinstance(event, Pong):
                self.pongs.append(bytes(event.payload))
            elif isinstance(event, CloseConnection):
                await self._closed(event)
            elif isinstance(event, TextMessage):
                text += event.data
                frames += event.frame_finished
                if event.message_finished:
                    self.frames = frames
                    return text

    async def _closed(self, event: CloseConnection) -> None:
        """Answer a close frame, let go of the socket, and say so."""
        try:
            if event.code != CloseReason.ABNORMAL_CLOSURE:
                await self.send(event.response())
        except Exception:  # the other end does not listen any more, or began itself
            pass
        await trio.aclose_forcefully(self.stream)
        raise ClosedError(int(event.code))

    async def next_event(self) -> Event:
        """Whatever comes next."""
        while True:
            for event in self._events:
                return event
            try:
                data = await self.stream.receive_some()
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                data = b""
            if not data:
                return CloseConnection(code=CloseReason.ABNORMAL_CLOSURE)
            self._ws.receive_data(bytes(data))
            self._events = self._ws.events()

    async def request(self) -> None:
        """Hear the request of a client, and keep what it says."""
        event = await self.next_event()
        assert isinstance(event, Request), event
        self.target, self.offered = event.target, event.subprotocols
        self.headers = dict(event.extra_headers)

    async def accept(self, subprotocol: str | None) -> None:
        """Let a client in."""
        await self.send(AcceptConnection(subprotocol=subprotocol))

    async def reject(self, status: int) -> None:
        """Turn a client away."""
        await self.send(RejectConnection(status_code=status, headers=[(b"content-length", b"0")]))
        await self.stream.aclose()


async def dialled(
    port: int,
    target: str,
    version: str = "1.6",
    *,
    headers: Headers = (),
    early: Sequence[str] = (),
    tls: ssl.SSLContext | None = None,
) -> WireEnd:
    """Connect as a client; `early` texts do not wait for the answer.

    Raises RefusedError, NoHandshakeError.
    """
    with trio.fail_after(PATIENCE):
        stream: trio.abc.Stream = await trio.open_tcp_stream(ACCESS, port)
        if tls is not None:
            stream = trio.SSLStream(
                stream,
                tls,
                server_hostname=ACCESS,
                https_compatible=True,
            )
        end = WireEnd(stream, ConnectionType.CLIENT)
        try:
            return await _opened(end, target, version, headers, early)
        except (RemoteProtocolError, trio.BrokenResourceError) as error:
            await trio.aclose_forcefully(stream)
            raise NoHandshakeError from error
        except BaseException:
            await trio.aclose_forcefully(stream)
            raise


async def _opened(
    end: WireEnd, target: str, version: str, headers: Headers, early: Sequence[str]
) -> WireEnd:
    offered = [SUBPROTOCOLS[version]] if version else []
    request = Request(
        host="gateway.example", target=target, subprotocols=offered, extra_headers=[*headers]
    )
    in_advance = b"".join(text_frame(text) for text in early)
    await end.send_bytes(end._ws.send(request) + in_advance)
    event = await end.next_event()
    if isinstance(event, RejectConnection):
        said = {name.decode().lower(): value.decode() for name, value in event.headers}
        raise RefusedError(event.status_code, said)
    if not isinstance(event, AcceptConnection):
        raise NoHandshakeError
    end.subprotocol = event.subprotocol
    return end


def text_frame(text: str) -> bytes:
    """A client's frame, before there is a connection to send it on."""
    return bytes(FrameProtocol(client=True, extensions=[]).send_data(text, fin=True))
