"""RFC 6455 frames: encoding, masking, close codes, and the one shape that nearly all have."""

import os
from collections.abc import Callable

try:
    from websockets import speedups
except ImportError:
    speedups = None  # type: ignore[assignment]

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
DATA_OPCODES = frozenset({CONTINUATION, TEXT, BINARY})
CONTROL_OPCODES = frozenset({CLOSE, PING, PONG})

FIN, MASKED = 0x80, 0x80
CONTROL_LIMIT = 125  # bytes of payload, RFC 6455 section 5.5

# RFC 6455 section 7.4.1, and what IANA has registered since.
GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED, NO_CODE = 1001, 1002, 1003, 1005
NOT_UTF8, POLICY, TOO_BIG, INTERNAL, RESTART, TRY_LATER = 1007, 1008, 1009, 1011, 1012, 1013
_REGISTERED_CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})

_PONG = FIN | PONG
_BARE_PING, _MASKED_PING = bytes((FIN | PING, 0)), bytes((FIN | PING, MASKED))
_BARE_PONG = bytes((_PONG, 0))
_WHOLE_TEXT = FIN | TEXT


def xored(data: bytes, mask: bytes) -> bytes:
    """`data` masked with a key of four bytes; masking twice gives `data` again."""
    size = len(data)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "little")
    return (int.from_bytes(data, "little") ^ key).to_bytes(size, "little")


# Written in C it spares 2 us a KiB; where it is not installed nothing else changes.
masked: Callable[[bytes, bytes], bytes] = speedups.apply_mask if speedups else xored


class FramingError(Exception):
    """The peer broke the rules: `code` closes its connection, `reason` is a metric label."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


def encoded(opcode: int, payload: bytes, mask: bytes = b"") -> bytes:
    """One whole frame; masked if a key is given, as a client has to."""
    size, masking = len(payload), MASKED if mask else 0
    if size < 126:
        head = bytes((FIN | opcode, masking | size))
    elif size < 0x10000:
        head = bytes((FIN | opcode, masking | 126, size >> 8, size & 0xFF))
    else:
        head = bytes((FIN | opcode, masking | 127)) + size.to_bytes(8, "big")
    return head + mask + masked(payload, mask) if mask else head + payload


def bare_ping(mask: bytes = b"") -> bytes:
    """A ping that says nothing, as a whole frame: most of what idle stations cost are these."""
    return _MASKED_PING + mask if mask else _BARE_PING


def whole_text(data: bytes, from_client: bool, limit: int) -> bytes | None:
    """The message in `data`, if that is one valid, unfragmented text frame and nothing else.

    The hot path. None says nothing about validity: the decoder then looks carefully.
    """
    size = len(data)
    if size < 6 or data[0] != _WHOLE_TEXT:
        return None
    length, start = data[1], 2
    if from_client:
        length ^= MASKED  # a frame without the mask bit becomes too long for what follows
    if length == 126:
        length, start = data[2] << 8 | data[3], 4
        if length < 126:
            return None
    elif length > 126:
        return None
    if from_client:
        start += 4
    if start + length != size or length > limit:
        return None
    text = masked(data[start:], data[start - 4 : start]) if from_client else data[start:]
    return text if text.isascii() or is_utf8(text) else None


def is_bare_pong(data: bytes, from_client: bool) -> bool:
    """Whether `data` is one pong that says nothing, as they all answer a ping that does not."""
    if from_client:
        return len(data) == 6 and data[0] == _PONG and data[1] == MASKED
    return data == _BARE_PONG


def is_utf8(text: bytes) -> bool:
    """Whether `text` is valid UTF-8 as a whole."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def close_payload(code: int, reason: str = "") -> bytes:
    """What a close frame carries; the reason is cut to fit, never within a character."""
    if code == NO_CODE:
        return b""
    text = reason.encode()[: CONTROL_LIMIT - 2].decode(errors="ignore").encode()
    return code.to_bytes(2, "big") + text


def close_code(payload: bytes) -> int:
    """The code of a received close frame, 1005 if it has none (RFC 6455 section 7.1.5).

    Raises FramingError: a torn code, one that may not be sent, a reason that is not UTF-8.
    """
    if not payload:
        return NO_CODE
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or not (code in _REGISTERED_CODES or 3000 <= code <= 4999):
        raise FramingError(PROTOCOL_ERROR, "close_code")
    if not is_utf8(payload[2:]):
        raise FramingError(NOT_UTF8, "not_utf8")
    return code


class MaskKeys:
    """Fresh random masking keys, drawn from the system in bulk."""

    __slots__ = ("_pool", "_used")

    def __init__(self) -> None:
        self._pool, self._used = b"", 0

    def next(self) -> bytes:
        """Four unpredictable bytes (RFC 6455 section 5.3)."""
        if self._used == len(self._pool):
            self._pool, self._used = os.urandom(4096), 0
        self._used += 4
        return self._pool[self._used - 4 : self._used]
