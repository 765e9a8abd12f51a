"""A connection's way in: TLS, request, credentials, and only then a CSMS is dialled for it."""

import re
import socket
import ssl
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from random import uniform
from typing import Protocol

import msgspec
import structlog
import trio

from gateway.core.route import Route
from gateway.limits import LIMITS
from gateway.wire import stream
from gateway.wire.admission import Admission
from gateway.wire.duplicates import PROBE_SECONDS
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
from gateway.wire.lines import Lines
from gateway.wire.newcomer import Newcomer
from gateway.wire.pace import Turnstile
from gateway.wire.pressure import Level, Pressure
from gateway.wire.tls import Holders, fingerprint, is_holder, shown_certificate
from gateway.wire.visitor import Visitor

NO_VERSION = encoded(CLOSE, close_payload(PROTOCOL_ERROR, "no OCPP version in common"))

# OCPP 2.0.1 part 2, identifierString[48]; 1.6 allows any identity.
IDENTIFIER = re.compile(r"[A-Za-z0-9*_=:+|@.-]{1,48}")

log = structlog.get_logger()


class Entrance(msgspec.Struct, frozen=True):
    """What is asked of those who knock."""

    base: str = ""  # path in front of the identity
    profile: int = 0  # security profile: 0 open, 1 Basic, 2 Basic in TLS, 3 client certificate
    tls: ssl.SSLContext | None = None
    holders: Holders = Holders()
    within: float = 10.0  # seconds for TLS, request and credentials; and again for the CSMS


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

    def is_known(self, identity: str, user: bytes, password: bytes) -> bool:
        """Whether this pair was right before: quick, and False says nothing yet."""
        ...

    def authenticate(self, identity: str, user: bytes, password: bytes) -> Awaitable[bool]:
        """Whether the station is who it says. Raises HandshakeError if too many are asking."""
        ...

    def proof(self, identity: str) -> str:
        """The hash that its password fits; empty if it showed none."""
        ...

    def route(self, identity: str, offered: list[str]) -> Route | None:
        """Where it goes."""
        ...

    def berth(
        self, route: Route, newcomer: Newcomer, log: structlog.typing.FilteringBoundLogger
    ) -> Awaitable[Berth]:
        """Dial its primary CSMS. Raises HandshakeError."""
        ...


class Guest(msgspec.Struct, frozen=True):
    """A station that is who it says."""

    identity: str
    request: Request
    newcomer: Newcomer


class Reception:
    """Takes visitors in. `entrance` and `admission` may be replaced: they hold for the next."""

    def __init__(
        self, entrance: Entrance, host: Host, admission: Admission, pressure: Pressure
    ) -> None:
        self.entrance, self.admission, self.pressure = entrance, admission, pressure
        self._host, self._turn = host, Turnstile()
        self._lines = Lines()

    def tell(self, event: str, **facts: object) -> None:
        """Log what concerns security."""
        self._lines.tell(log, event, **facts)

    async def introduced(self, visitor: Visitor) -> Guest:
        """From a new connection to a station that is who it says.

        Raises HandshakeError, and OSError (ssl.SSLError is one).
        """
        entrance, source = self.entrance, visitor.source
        if entrance.tls is not None:
            visitor.sock = await stream.secure(visitor.sock, entrance.tls, turn=self._turn)
        request = await self._request(visitor.sock)
        visitor.has_asked()
        identity = identity_in(self._host.rewritten(request.target), entrance.base)
        with self._refusals(identity, source):
            self._admit(source, identity)
            await self._recognise(entrance, visitor, request, identity)
        newcomer = Newcomer(
            target=request.target,
            source=source,
            certificate=fingerprint(shown_certificate(visitor.sock)),
            authorization=request.headers.get(b"authorization", b""),
            profile=entrance.profile,
            proof=self._host.proof(identity),
        )
        return Guest(identity, request, newcomer)

    async def served(self, visitor: Visitor, guest: Guest) -> str:
        """From a welcome guest to a served station; the outcome. Raises HandshakeError, OSError."""
        request, known = guest.request, log.bind(station=guest.identity)
        offered = [name for name in request.offered if name in SUBPROTOCOLS]
        if request.offered and not offered:
            self.tell("station refused", station=guest.identity, offered=request.offered)
            # OCPP-J 1.6 section 3.2: complete the handshake without the header, then close.
            visitor.last_words = acceptance(request.key, None) + NO_VERSION
            return "unsupported_version"
        with self._refusals(guest.identity, visitor.source):
            if (route := self._host.route(guest.identity, offered)) is None:
                raise HandshakeError(404, "unknown_station")
            refuse_unmapped(route)
        if stream.has_left(visitor.sock):  # nobody who lives is sent away for that one
            return "lost"
        berth = await self._berth(route, guest.newcomer, known)
        subprotocol = f"ocpp{route.version}" if offered else None
        try:
            with trio.fail_after(self.entrance.within):
                await stream.send_all(visitor.sock, acceptance(request.key, subprotocol))
        except BaseException:
            berth.give_up()
            raise
        upgraded = Upgraded(visitor.sock, request.early)
        if not berth.adopt(upgraded):
            return "superseded"
        self.admission.connected(guest.identity, time.monotonic())
        return "accepted"

    @contextmanager
    def _refusals(self, identity: str, source: str) -> Iterator[None]:
        """Whoever is turned away here is named."""
        try:
            yield
        except HandshakeError as error:
            facts = {"outcome": error.outcome, "reason": error.reason}
            self.tell("station refused", station=identity, source=source, **facts)
            raise

    async def _request(self, sock: socket.socket) -> Request:
        data = b""
        while True:
            if not (more := await stream.receive(sock)):
                raise ConnectionResetError
            data += more
            await self._turn()
            if (request := parse_request(data)) is not None:
                return request

    def _admit(self, source: str, identity: str) -> None:
        now = time.monotonic()
        self.admission.ask(source, identity, now)
        overloaded = self.pressure.level >= Level.RETURNING
        if overloaded and self.admission.has_come_lately(identity, now):
            raise HandshakeError(503, "overloaded")

    async def _recognise(
        self, entrance: Entrance, visitor: Visitor, request: Request, identity: str
    ) -> None:
        """Raises HandshakeError unless the station is who it says."""
        if entrance.profile == 0:
            return
        if entrance.profile == 3:  # the chain is proven; whose it is remains to be seen
            certificate = shown_certificate(visitor.sock)
            if not is_holder(certificate, identity, entrance.holders):
                raise HandshakeError(401, "unauthorised")
            return
        pair = basic_credentials(request.headers, identity)
        if pair is None or len(pair[1]) > LIMITS.password:
            raise HandshakeError(401, "unauthorised")
        if self._host.is_known(identity, *pair):
            return
        self.admission.attempt(visitor.source, identity, time.monotonic())
        try:
            is_right = await self._host.authenticate(identity, *pair)
        except BaseException:
            self.admission.unjudged(visitor.source, identity)
            raise
        if not is_right:
            raise HandshakeError(401, "unauthorised")
        self.admission.right(visitor.source, identity)

    async def _berth(
        self, route: Route, newcomer: Newcomer, known: structlog.typing.FilteringBoundLogger
    ) -> Berth:
        try:
            with trio.fail_after(self.entrance.within + PROBE_SECONDS):
                return await self._host.berth(route, newcomer, known)
        except trio.TooSlowError as error:
            raise HandshakeError(503, "timeout") from error


def last_words(error: HandshakeError) -> bytes:
    """What is answered. Whoever is asked to come again is not asked to come all at once."""
    return rejection(error.status, error.retry_after * uniform(1.0, 1.5))


def refuse_unmapped(route: Route) -> None:
    """A 1.6 identity that 2.0.1 does not allow needs a name in `identity_map` (D-04).

    It is never rewritten in silence, because whoever has it is trusted by it. Raises
    HandshakeError.
    """
    if route.version == "2.0.1" or route.primary.version == "1.6":
        return
    name = route.options.identity_map.get(route.identity, route.identity)
    if not IDENTIFIER.fullmatch(name):
        raise HandshakeError(
            400, "bad_identity", f"no identity of 2.0.1, nor mapped to one: {name}"
        )
