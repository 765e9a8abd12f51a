"""The opening handshake with a station: its request judged, our answer made."""

import base64
import binascii
import hashlib
from http import HTTPStatus
from math import ceil
from urllib.parse import unquote

import h11
import msgspec

from gateway.limits import LIMITS

RETRY_AFTER = 30.0  # seconds, where nothing says better

SUBPROTOCOLS = {"ocpp1.6": "1.6", "ocpp2.0.1": "2.0.1"}

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class HandshakeError(Exception):
    """A request that is not accepted: HTTP status, and the outcome under which it is counted."""

    def __init__(
        self, status: int, outcome: str, reason: str = "", *, retry_after: float = RETRY_AFTER
    ) -> None:
        super().__init__(reason or outcome)
        self.status, self.outcome, self.reason = status, outcome, reason or outcome
        self.retry_after = retry_after  # seconds; told with 429 and 503


class Request(msgspec.Struct, frozen=True):
    """A station's request to speak WebSocket."""

    target: str
    headers: dict[bytes, bytes]  # lower-case names; what is repeated is joined by commas
    key: bytes
    offered: tuple[str, ...]  # subprotocols, in the station's order
    early: bytes  # what it sent without awaiting our answer


def parse_request(data: bytes) -> Request | None:
    """The request at the front of `data`, None while it is not whole. Raises HandshakeError."""
    if data[:1] and not data[:1].isupper():  # TLS on a plain port, SSH, a port scan
        raise HandshakeError(400, "bad_request", "not HTTP")
    if b"\n\r\n" not in data and b"\n\n" not in data:
        if len(data) > LIMITS.request:
            raise HandshakeError(431, "bad_request", "request too large")
        return None
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=LIMITS.request)
    parser.receive_data(data)
    try:
        event = parser.next_event()
        if not isinstance(event, h11.Request):
            raise HandshakeError(400, "bad_request")
        if not isinstance(parser.next_event(), h11.EndOfMessage) or any(
            name == b"transfer-encoding" for name, _ in event.headers
        ):
            raise HandshakeError(400, "bad_request", "a request with a body")
    except h11.RemoteProtocolError as error:
        raise HandshakeError(error.error_status_hint, "bad_request", str(error)) from error
    early = parser.trailing_data[0]
    if len(data) - len(early) > LIMITS.request:
        raise HandshakeError(431, "bad_request", "request too large")
    return _judged(event, early)


def _judged(event: h11.Request, early: bytes) -> Request:
    if event.http_version != b"1.1":
        raise HandshakeError(400, "bad_request", "HTTP version")
    if len(event.headers) > LIMITS.headers:
        raise HandshakeError(431, "bad_request", "too many headers")
    headers: dict[bytes, bytes] = {}
    for name, value in event.headers:
        headers[name] = headers[name] + b"," + value if name in headers else value
    # The Connection header is not asked for: stations that forget it mean well (RFC 6455
    # section 4.2.1 wants it), and no proxy that we answer to looks at it.
    if event.method != b"GET" or b"websocket" not in _tokens(headers, b"upgrade"):
        raise HandshakeError(426, "not_websocket")
    if headers.get(b"sec-websocket-version") != b"13":
        raise HandshakeError(426, "bad_request", "WebSocket version")
    key = headers.get(b"sec-websocket-key", b"").strip()
    if not _is_key(key):
        raise HandshakeError(400, "bad_request", "Sec-WebSocket-Key")
    offered = headers.get(b"sec-websocket-protocol", b"").decode("latin-1").split(",")
    return Request(
        target=event.target.decode("ascii"),
        headers=headers,
        key=key,
        offered=tuple(name.strip() for name in offered if name.strip()),
        early=early,
    )


def _tokens(headers: dict[bytes, bytes], name: bytes) -> list[bytes]:
    return [token.strip() for token in headers.get(name, b"").lower().split(b",")]


def _is_key(key: bytes) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except binascii.Error:
        return False


def identity_in(target: str, base: str) -> str:
    """The station's identity: the last segment of a target below `base`, percent-decoded once.

    More slashes than needed are forgiven, the query is ignored. Raises HandshakeError.
    """
    path = target.split("#")[0].split("?")[0]
    if "://" in path:
        path = path.partition("://")[2].partition("/")[2]
    segments = [segment for segment in path.split("/") if segment]
    above = [segment for segment in base.split("/") if segment]
    if segments[: len(above)] != above or len(segments) == len(above) or ".." in segments:
        raise HandshakeError(404, "unknown_path")
    try:
        identity = unquote(segments[-1], errors="strict")
    except UnicodeDecodeError as error:
        raise HandshakeError(400, "bad_identity") from error
    if (
        "/" in identity
        or not identity.isprintable()
        or len(identity) > LIMITS.identity
        or identity in (".", "..")  # which would lead elsewhere in the CSMS's URL
        or not identity.strip()
    ):
        raise HandshakeError(400, "bad_identity")
    return identity


def basic_credentials(
    headers: dict[bytes, bytes], identity: str = ""
) -> tuple[bytes, bytes] | None:
    """User and password of HTTP Basic; a 1.6 password is any bytes (security whitepaper A00).

    A user may contain colons if it is the station's identity, as OCPP 2.0.1 allows.
    """
    scheme, _, encoded = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        pair = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        return None
    user = identity.encode()
    if pair.startswith(user + b":"):
        return user, pair[len(user) + 1 :]
    user, colon, password = pair.partition(b":")
    return (user, password) if colon else None


def accept_key(key: bytes) -> bytes:
    """What proves that the other side read this Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())


def acceptance(key: bytes, subprotocol: str | None) -> bytes:
    """The 101 response. Extensions are declined by not being named."""
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accept_key(key),
    ]
    if subprotocol is not None:
        lines.append(b"Sec-WebSocket-Protocol: " + subprotocol.encode())
    return b"\r\n".join(lines) + b"\r\n\r\n"


def rejection(status: int, retry_after: float = RETRY_AFTER) -> bytes:
    """A response that ends the connection; the same for all who get that status."""
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Refused"
    lines = [f"HTTP/1.1 {status} {phrase}", "Connection: close", "Content-Length: 0"]
    if status == 401:
        lines.append('WWW-Authenticate: Basic realm="OCPP"')
    elif status == 426:
        lines += ["Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    elif status in (429, 503):
        lines.append(f"Retry-After: {max(1, ceil(retry_after))}")
    return "\r\n".join([*lines, "", ""]).encode()
