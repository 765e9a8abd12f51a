"""The opening handshake with a CSMS: our request, its answer judged (RFC 6455 section 4.1)."""

import base64
import os

import h11

from gateway.addresses import Endpoint
from gateway.limits import LIMITS
from gateway.wire.handshake import accept_key


class UpgradeError(Exception):
    """The CSMS did not upgrade. `status` is its HTTP status, 0 where it spoke no sense.

    `is_queue`: it was not even asked, because too many stations wait for it. `again_in`: nor
    because it closes this station's connections at once, seconds.
    """

    def __init__(
        self, status: int, reason: str, *, is_queue: bool = False, again_in: float = 0.0
    ) -> None:
        super().__init__(reason)
        self.status, self.reason, self.is_queue = status, reason, is_queue
        self.again_in = again_in


def authority(place: Endpoint) -> str:
    """The Host header: a default port is not named, an IPv6 address is bracketed."""
    host = f"[{place.host}]" if ":" in place.host else place.host
    return host if place.port == (443 if place.tls else 80) else f"{host}:{place.port}"


class Upgrade:
    """One attempt: send `request`, then feed what comes until `accepted` has the rest."""

    def __init__(self, place: Endpoint, subprotocol: str, authorization: str = "") -> None:
        self._subprotocol = subprotocol
        self._key = base64.b64encode(os.urandom(16))
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=LIMITS.request)
        headers = [
            ("Host", authority(place)),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", self._key.decode()),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Protocol", subprotocol),
        ]
        if authorization:
            headers.append(("Authorization", authorization))
        request = h11.Request(method="GET", target=place.path, headers=headers)
        self.request = self._parser.send(request) or b""
        self._parser.send(h11.EndOfMessage())

    def accepted(self, data: bytes) -> bytes | None:
        """What came behind the 101; None while that is not whole. Raises UpgradeError."""
        self._parser.receive_data(data)
        try:
            while True:
                event = self._parser.next_event()
                if event is h11.NEED_DATA:
                    return None
                if isinstance(event, h11.Response):
                    raise UpgradeError(event.status_code, f"HTTP status {event.status_code}")
                if not isinstance(event, h11.InformationalResponse):
                    raise UpgradeError(0, "closed before it answered")
                if event.status_code == 101:
                    self._check(dict(event.headers))
                    return self._parser.trailing_data[0]
        except h11.RemoteProtocolError as error:
            raise UpgradeError(0, f"no HTTP: {error}") from error

    def _check(self, headers: dict[bytes, bytes]) -> None:
        if headers.get(b"upgrade", b"").lower() != b"websocket":
            raise UpgradeError(0, "a 101 without an upgrade to websocket")
        if headers.get(b"sec-websocket-accept") != accept_key(self._key):
            raise UpgradeError(0, "wrong Sec-WebSocket-Accept")
        if b"sec-websocket-extensions" in headers:
            raise UpgradeError(0, "an extension that was not offered")
        if headers.get(b"sec-websocket-protocol", b"").decode("latin-1") != self._subprotocol:
            raise UpgradeError(0, f"does not speak {self._subprotocol}")
