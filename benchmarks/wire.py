"""As much of RFC 6455 as the far ends need: whole frames, both roles, and the upgrade."""

import base64
import hashlib
import re

from websockets.speedups import apply_mask

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
MASK = b"\x37\xfa\x21\x3d"  # one for all: the proxies cannot know, and the load's core is spared
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LIMIT = 1 << 20

_KEY = re.compile(rb"(?im)^sec-websocket-key:[ \t]*(\S+)")
_PROTOCOL = re.compile(rb"(?im)^sec-websocket-protocol:[ \t]*([^\s,]+)")


class WireError(Exception):
    """The peer sent what the far ends do not take."""


def frame(payload: bytes, *, masked: bool, opcode: int = TEXT) -> bytes:
    """One whole frame."""
    size, bit = len(payload), 0x80 if masked else 0
    if size < 126:
        head = bytes((0x80 | opcode, bit | size))
    elif size < 65536:
        head = bytes((0x80 | opcode, bit | 126)) + size.to_bytes(2)
    else:
        head = bytes((0x80 | opcode, bit | 127)) + size.to_bytes(8)
    return head + MASK + apply_mask(payload, MASK) if masked else head + payload


def cut(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """The whole frames in front of `data` as (opcode, payload), and what is left behind them."""
    found: list[tuple[int, bytes]] = []
    at, end = 0, len(data)
    while end - at >= 2:
        first, second = data[at], data[at + 1]
        if not first & 0x80:
            raise WireError("a fragmented message")
        start, size = at + 2, second & 0x7F
        if size >= 126:
            start += 2 if size == 126 else 8
            size = int.from_bytes(data[at + 2 : start])
        stop = start + size + (4 if second & 0x80 else 0)
        if size > LIMIT:
            raise WireError("a message too long")
        if stop > end:
            break
        if second & 0x80:
            payload = apply_mask(data[start + 4 : stop], data[start : start + 4])
        else:
            payload = data[start:stop]
        found.append((first & 0x0F, payload))
        at = stop
    return found, data[at:]


def upgrade(host: str, path: str, subprotocol: str) -> bytes:
    """The opening handshake of a station; its key is RFC 6455's own example."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Protocol: {subprotocol}\r\n\r\n"
    ).encode()


def upgraded(request: bytes) -> bytes:
    """What a CSMS answers to a handshake; it takes the first subprotocol offered."""
    key, protocol = _KEY.search(request), _PROTOCOL.search(request)
    if key is None or protocol is None:
        raise WireError("no WebSocket handshake of OCPP")
    accept = base64.b64encode(hashlib.sha1(key[1] + GUID).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %b\r\nSec-WebSocket-Protocol: %b\r\n\r\n" % (accept, protocol[1])
    )
