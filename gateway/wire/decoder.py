"""The careful way to read WebSocket frames: every rule of RFC 6455 section 5, with limits."""

from gateway.limits import LIMITS
from gateway.wire.framing import (
    BINARY,
    CONTINUATION,
    CONTROL_LIMIT,
    CONTROL_OPCODES,
    DATA_OPCODES,
    FIN,
    MASKED,
    NOT_UTF8,
    POLICY,
    PROTOCOL_ERROR,
    TEXT,
    TOO_BIG,
    UNSUPPORTED,
    FramingError,
    is_utf8,
    masked,
)

FRAGMENT_LIMIT = LIMITS.fragments


class Decoder:
    """Cuts one peer's bytes into messages. No extension is ever negotiated."""

    __slots__ = ("_frames", "_opcode", "buffer", "from_client", "limit", "parts")

    def __init__(self, from_client: bool, limit: int) -> None:
        self.from_client, self.limit = from_client, limit
        self.buffer = bytearray()
        self.parts: bytearray | None = None  # of the message that is being put together
        self._frames = 0
        self._opcode = TEXT

    @property
    def idle(self) -> bool:
        """Whether the next byte begins a new message."""
        return not self.buffer and self.parts is None

    def receive(self, data: bytes) -> None:
        """Take in bytes as they came."""
        self.buffer += data

    def next(self) -> tuple[int, bytes] | None:
        """The next whole text or control frame as (opcode, payload); None if bytes are missing.

        Raises FramingError; the decoder is of no use after that.
        """
        while (frame := self._frame()) is not None:
            final, opcode, payload = frame
            if opcode in CONTROL_OPCODES:
                return opcode, payload
            if (message := self._joined(final, opcode, payload)) is not None:
                return TEXT, message
        return None

    def _frame(self) -> tuple[bool, int, bytes] | None:
        """Take one frame out of the buffer, unmasked, if it is whole."""
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        self._check_head(buffer[0], buffer[1])
        if (found := self._length(buffer)) is None:
            return None
        length, start = found
        key = bytes(buffer[start : start + 4]) if self.from_client else b""
        start += len(key)
        if len(buffer) < start + length or len(key) != 4 * self.from_client:
            return None
        payload = bytes(buffer[start : start + length])
        head = buffer[0]
        del buffer[: start + length]
        return bool(head & FIN), head & 0x0F, masked(payload, key) if key else payload

    def _check_head(self, first: int, second: int) -> None:
        """Refuse what can be told from two bytes, before anything of it is stored."""
        opcode, final = first & 0x0F, first & FIN
        if first & 0x70:
            raise FramingError(PROTOCOL_ERROR, "reserved_bits")
        if bool(second & MASKED) != self.from_client:
            raise FramingError(PROTOCOL_ERROR, "masking")
        if opcode in CONTROL_OPCODES:
            if not final or second & 0x7F > CONTROL_LIMIT:
                raise FramingError(PROTOCOL_ERROR, "control_frame")
        elif opcode not in DATA_OPCODES:
            raise FramingError(PROTOCOL_ERROR, "opcode")
        elif (opcode == CONTINUATION) != (self.parts is not None):
            raise FramingError(PROTOCOL_ERROR, "fragmentation")

    def _length(self, buffer: bytearray) -> tuple[int, int] | None:
        """The payload's length and where the header goes on after it."""
        length, start = buffer[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(buffer) < start:
                return None
            shortest = 126 if length == 126 else 0x10000
            length = int.from_bytes(buffer[2:start], "big")
            if length < shortest or length >> 63:
                raise FramingError(PROTOCOL_ERROR, "length")
        if buffer[0] & 0x0F in DATA_OPCODES and length + len(self.parts or b"") > self.limit:
            raise FramingError(TOO_BIG, "too_big")
        return length, start

    def _joined(self, final: bool, opcode: int, payload: bytes) -> bytes | None:
        """Add a data frame to its message; the message, if that was its last one."""
        if self.parts is None:
            self.parts, self._frames, self._opcode = bytearray(), 0, opcode
        self.parts += payload
        self._frames += 1
        if self._frames > FRAGMENT_LIMIT:
            raise FramingError(POLICY, "fragments")
        if not final:
            return None
        message, self.parts = bytes(self.parts), None
        if self._opcode == BINARY:  # OCPP-J 1.6 section 4.1: JSON is text
            raise FramingError(UNSUPPORTED, "binary")
        if not is_utf8(message):
            raise FramingError(NOT_UTF8, "not_utf8")
        return message
