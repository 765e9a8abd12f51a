"""Where stations knock: TLS, request, credentials, and only then a CSMS is dialled for them."""

import errno
import socket
import ssl
from collections.abc import Awaitable
from contextlib import suppress
from typing import Protocol

import msgspec
import structlog
import trio

from gateway.core.route import Route
from gateway.core.tally import Tally
from gateway.wire import stream
from gateway.wire.framing import CLOSE, PROTOCOL_ERROR, close_payload, encoded
from gateway.wire.handshake import (
    SUBPROTOCOLS,
    HandshakeError,
    Request,
    acceptance,
    basic_credentials,
    identity_in,
    parse_request,
    rejection,
)
from gateway.wire.lane import Upgraded
from gateway.wire.tls import common_name

ACCEPTS_AT_ONCE = 64
FAREWELL_SECONDS = 2.0  # to take a rejection, so that no reset overtakes it
# Out of descriptors or memory: those who wait in the backlog may have better luck soon.
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

NO_VERSION = encoded(CLOSE, close_payload(PROTOCOL_ERROR, "no OCPP version in common"))

log = structlog.get_logger()


class Entrance(msgspec.Struct, frozen=True):
    """What is asked of those who knock."""

    base: str = ""  # path in front of the identity
    profile: int = 0  # security profile: 0 open, 1 Basic, 2 Basic in TLS, 3 client certificate
    tls: ssl.SSLContext | None = None
    within: float = 10.0  # seconds for TLS, request and credentials; and again for the CSMS
    at_once: int = 1000  # handshakes; the rest wait in the kernel's backlog


class Berth(Protocol):
    """A place that was made for a station: its CSMS is there."""

    def adopt(self, station: Upgraded) -> bool:
        """Begin to serve; False if a newer connection of the station has come in between."""
        ...

    def give_up(self) -> None:
        """The station is gone already."""
        ...


class Host(Protocol):
    """Who decides."""

    def rewritten(self, target: str) -> str:
        """The request target as the station meant it."""
        ...

    def authenticate(self, identity: str, user: bytes, password: bytes) -> Awaitable[bool]:
        """Whether the station is who it says."""
        ...

    def route(self, identity: str, offered: list[str]) -> Route | None:
        """Where it goes."""
        ...

    def berth(
        self, route: Route, target: str, log: structlog.typing.FilteringBoundLogger
    ) -> Awaitable[Berth]:
        """Dial its primary CSMS. Raises HandshakeError."""
        ...


class Visitor:
    """A connection in its handshake."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.last_words = b""

    async def farewell(self) -> None:
        """Send the last words, if any, and wait a moment for the peer to take them."""
        if not self.last_words:
            return
        with trio.move_on_after(FAREWELL_SECONDS), suppress(OSError):
            await stream.send_all(self.sock, self.last_words)
            self.sock.shutdown(socket.SHUT_WR)
            while await stream.receive(self.sock):
                pass


class Listener:
    """Each connection has its own task and deadline until it is upgraded, and none afterwards."""

    def __init__(self, entrance: Entrance, host: Host, tally: Tally) -> None:
        self._entrance, self._host, self._tally = entrance, host, tally
        self._room = trio.Semaphore(entrance.at_once)

    async def serve(self, listening: socket.socket) -> None:
        """Accept until cancelled, then close; what is in its handshake then is cut."""
        listening.setblocking(False)
        with listening:
            async with trio.open_nursery() as nursery:
                await self._accept(listening, nursery)

    async def _accept(self, listening: socket.socket, nursery: trio.Nursery) -> None:
        while True:
            await trio.lowlevel.wait_readable(listening)
            for _ in range(ACCEPTS_AT_ONCE):
                await self._room.acquire()
                if (sock := await _accepted(listening)) is None:
                    self._room.release()
                    break
                nursery.start_soon(self._welcome, sock)

    async def _welcome(self, sock: socket.socket) -> None:
        """Own a new connection until it is served or closed."""
        visitor = Visitor(sock)
        outcome = "lost"
        try:
            outcome = await self._outcome(visitor)
        finally:
            self._room.release()
            self._tally.handshakes[outcome,] += 1
            if outcome != "accepted":
                try:
                    await visitor.farewell()
                finally:
                    visitor.sock.close()

    async def _outcome(self, visitor: Visitor) -> str:
        """What becomes of a connection. Nothing that a peer sends raises out of here."""
        try:
            stream.prepare(visitor.sock)
            with trio.fail_after(self._entrance.within):
                if self._entrance.tls is not None:
                    visitor.sock = await stream.secure(visitor.sock, self._entrance.tls)
                request = await _request(visitor.sock)
            return await self._admit(visitor, request)
        except HandshakeError as error:
            visitor.last_words = rejection(error.status)
            return error.outcome
        except trio.TooSlowError:
            return "timeout"
        except ssl.SSLError:
            return "tls_failed"
        except OSError:
            return "lost"
        except Exception:  # the other boundary: a bug of ours turns one station away
            log.exception("handshake crashed")
            return "crashed"

    async def _admit(self, visitor: Visitor, request: Request) -> str:
        """From a good request to a served station. Raises HandshakeError."""
        host, target = self._host, self._host.rewritten(request.target)
        identity = identity_in(target, self._entrance.base)
        known = log.bind(station=identity)
        with trio.fail_after(self._entrance.within):
            if not await self._is_welcome(visitor.sock, request, identity):
                known.warning("station refused", outcome="unauthorised")
                raise HandshakeError(401, "unauthorised")
        offered = [name for name in request.offered if name in SUBPROTOCOLS]
        if request.offered and not offered:
            known.warning("station refused", offered=request.offered)
            # OCPP-J 1.6 section 3.2: complete the handshake without the header, then close.
            visitor.last_words = acceptance(request.key, None) + NO_VERSION
            return "unsupported_version"
        if (route := host.route(identity, offered)) is None:
            raise HandshakeError(404, "unknown_station")
        berth = await self._berth(route, request, known)
        subprotocol = f"ocpp{route.version}" if offered else None
        try:
            with trio.fail_after(self._entrance.within):
                await stream.send_all(visitor.sock, acceptance(request.key, subprotocol))
        except BaseException:
            berth.give_up()
            raise
        upgraded = Upgraded(visitor.sock, request.early)
        return "accepted" if berth.adopt(upgraded) else "superseded"

    async def _berth(
        self, route: Route, request: Request, known: structlog.typing.FilteringBoundLogger
    ) -> Berth:
        try:
            with trio.fail_after(self._entrance.within):
                return await self._host.berth(route, request.target, known)
        except trio.TooSlowError as error:
            raise HandshakeError(503, "timeout") from error

    async def _is_welcome(self, sock: socket.socket, request: Request, identity: str) -> bool:
        if self._entrance.profile == 0:
            return True
        if self._entrance.profile == 3:  # the chain is proven; whose it is remains to be seen
            return common_name(sock) == identity
        pair = basic_credentials(request.headers)
        return pair is not None and await self._host.authenticate(identity, *pair)


async def _accepted(listening: socket.socket) -> socket.socket | None:
    """The next connection; None if there is none just now."""
    try:
        return listening.accept()[0]
    except BlockingIOError:
        return None
    except OSError as error:
        if error.errno in EXHAUSTED:
            log.error("cannot accept", error=str(error))
            await trio.sleep(0.1)
        return None


async def _request(sock: socket.socket) -> Request:
    data = b""
    while True:
        if not (more := await stream.receive(sock)):
            raise ConnectionResetError
        data += more
        if (request := parse_request(data)) is not None:
            return request
